#include "analyze/import/hits.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/import/offset_set.h"
#include "analyze/names/resolve.h"

#define SEEN_SLOTS     65536u
#define CPUMODE_KERNEL 1u
#define CPUMODE_USER   2u
/* Addresses from here on are the kernel's, on all 64-bit machines but s390x, where each has a space of its
 * own: there data of the kernel stays without a name. */
#define KERNEL_HALF   0x8000000000000000ull
#define PUT_ROWS      16384u
#define FILE_CODE_MAX 200000u /* a table of names holds HT_ROWS_MAX rows, and each place of code has one */

/* A file or pseudo file that was hit. */
struct file {
    const struct ht_mapping *mapping; /* the first that named it */
    int is_real;                      /* one that could be opened */
    struct ht_offset_set code, data;
};

/* A place that was looked at already, while the spaces stay as they are: most samples hit the same few
 * places. */
struct seen {
    uint64_t address;
    int64_t pid;
    uint32_t generation, cpumode; /* cpumode + 8: as data */
};

struct ht_hits {
    struct ht_spaces *spaces;
    struct file *file;
    size_t files, capacity;
    uint32_t *slot; /* hash of files: number + 1, 0 empty */
    size_t slots;
    uint32_t *of_mapping; /* by mapping id: file + 1, 0 not asked yet */
    size_t mappings;
    uint64_t places, left_out;
    uint32_t generation;
    struct seen seen[SEEN_SLOTS];
};

/* ---- files ---- */

static int is_kernel_image(const char *path) {
    return strncmp(path, "[kernel.kallsyms]", 17) == 0 || strncmp(path, "[guest.kernel.kallsyms]", 23) == 0;
}

static uint64_t identity_hash(const struct ht_mapping *m) {
    uint64_t hash = m->inode ^ (uint64_t)m->major << 40 ^ (uint64_t)m->minor << 20 ^ m->build_id_bytes;
    for (const char *at = m->file; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 0x100000001b3ull;
    for (unsigned i = 0; i < m->build_id_bytes; i++)
        hash = (hash ^ m->build_id[i]) * 0x100000001b3ull;
    return ht_offset_mix(hash);
}

static int same_file(const struct ht_mapping *a, const struct ht_mapping *b) {
    if (is_kernel_image(a->file) && is_kernel_image(b->file))
        return 1;
    return a->inode == b->inode && a->major == b->major && a->minor == b->minor &&
           a->build_id_bytes == b->build_id_bytes &&
           memcmp(a->build_id, b->build_id, a->build_id_bytes) == 0 && strcmp(a->file, b->file) == 0;
}

static enum ht_status grow_files(struct ht_hits *hits) {
    size_t capacity = hits->capacity > 0 ? hits->capacity * 2 : 64, slots = capacity * 2;
    struct file *file = realloc(hits->file, capacity * sizeof *file);
    if (file == NULL)
        return HT_NOMEM;
    hits->file = file;
    hits->capacity = capacity;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < hits->files; i++) {
        size_t at = identity_hash(file[i].mapping) & (slots - 1);
        while (slot[at] != 0)
            at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)i + 1;
    }
    free(hits->slot);
    hits->slot = slot;
    hits->slots = slots;
    return HT_OK;
}

static enum ht_status find_file(struct ht_hits *hits, const struct ht_mapping *mapping, uint32_t *number) {
    if (hits->files == hits->capacity && grow_files(hits) != HT_OK)
        return HT_NOMEM;
    size_t at = identity_hash(mapping) & (hits->slots - 1);
    while (hits->slot[at] != 0 && !same_file(hits->file[hits->slot[at] - 1].mapping, mapping))
        at = (at + 1) & (hits->slots - 1);
    if (hits->slot[at] == 0) {
        int is_real = mapping->cpumode == CPUMODE_USER && ht_mapping_is_file(mapping);
        hits->file[hits->files] = (struct file){.mapping = mapping, .is_real = is_real};
        hits->slot[at] = (uint32_t)++hits->files;
    }
    *number = hits->slot[at];
    return HT_OK;
}

static enum ht_status file_of(struct ht_hits *hits, const struct ht_mapping *mapping, struct file **file) {
    if (mapping->id >= hits->mappings) {
        size_t want = (size_t)mapping->id + 1,
               mappings = hits->mappings * 2 > want ? hits->mappings * 2 : want + 1024;
        uint32_t *grown = realloc(hits->of_mapping, mappings * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        memset(grown + hits->mappings, 0, (mappings - hits->mappings) * sizeof *grown);
        hits->of_mapping = grown;
        hits->mappings = mappings;
    }
    uint32_t *number = &hits->of_mapping[mapping->id];
    if (*number == 0 && find_file(hits, mapping, number) != HT_OK)
        return HT_NOMEM;
    *file = &hits->file[*number - 1];
    return HT_OK;
}

/* ---- samples ---- */

static enum ht_status add_offset(struct ht_hits *hits, struct ht_offset_set *set, uint64_t offset) {
    if (hits->places >= HT_HITS_MAX) {
        hits->left_out++; /* a place known already is counted too: the number is "at most" */
        return HT_OK;
    }
    size_t before = set->count;
    enum ht_status status = ht_offset_set_add(set, offset);
    hits->places += set->count - before;
    return status;
}

static enum ht_status add_place(struct ht_hits *hits, unsigned cpumode, int64_t pid, int64_t tid,
                                uint64_t address, int is_data) {
    const struct ht_mapping *mapping = ht_spaces_find(hits->spaces, cpumode, pid, tid, address);
    struct file *file;
    if (mapping == NULL)
        return HT_OK;
    enum ht_status status = file_of(hits, mapping, &file);
    if (status == HT_OK && !file->is_real && is_data && cpumode == CPUMODE_USER) {
        mapping = ht_spaces_bss_file(hits->spaces, pid, tid, address);
        if (mapping != NULL)
            status = file_of(hits, mapping, &file);
    }
    if (status != HT_OK || !file->is_real)
        return status;
    uint64_t offset = address - mapping->start + mapping->pgoff;
    return add_offset(hits, is_data ? &file->data : &file->code, offset);
}

static enum ht_status look(struct ht_hits *hits, unsigned cpumode, int64_t pid, int64_t tid, uint64_t address,
                           int is_data) {
    uint32_t mode = cpumode + (is_data ? 8 : 0);
    struct seen *seen = &hits->seen[ht_offset_mix(address ^ (uint64_t)pid << 44 ^ mode) % SEEN_SLOTS];
    if (seen->address == address && seen->pid == pid && seen->cpumode == mode &&
        seen->generation == hits->generation)
        return HT_OK;
    *seen = (struct seen){address, pid, hits->generation, mode};
    return add_place(hits, cpumode, pid, tid, address, is_data);
}

enum ht_status ht_hits_sample(struct ht_hits *hits, unsigned cpumode, int64_t pid, int64_t tid, uint64_t ip,
                              uint64_t address) {
    enum ht_status status = look(hits, cpumode, pid, tid, ip, 0);
    if (status != HT_OK || address == 0)
        return status;
    /* Kernel code may access user data: where the address lies decides, not the code's mode. */
    return look(hits, address >= KERNEL_HALF ? CPUMODE_KERNEL : CPUMODE_USER, pid, tid, address, 1);
}

void ht_hits_changed(struct ht_hits *hits) {
    hits->generation++;
}

struct ht_hits *ht_hits_new(struct ht_spaces *spaces) {
    struct ht_hits *hits = calloc(1, sizeof *hits);
    if (hits != NULL) {
        hits->spaces = spaces;
        hits->generation = 1;
    }
    return hits;
}

void ht_hits_free(struct ht_hits *hits) {
    if (hits == NULL)
        return;
    for (size_t i = 0; i < hits->files; i++) {
        ht_offset_set_free(&hits->file[i].code);
        ht_offset_set_free(&hits->file[i].data);
    }
    free(hits->file);
    free(hits->slot);
    free(hits->of_mapping);
    free(hits);
}

/* ---- names ---- */

/* A file as its first mapping names it, with the build id that perf noted where the mapping has none. */
static struct ht_hit_file identify(const struct ht_mapping *m, const struct ht_build_ids *build_ids) {
    const char *path = is_kernel_image(m->file) ? "[kernel.kallsyms]" : m->file;
    struct ht_hit_file hit = {.path = path, .major = m->major, .minor = m->minor, .inode = m->inode};
    hit.build_id_bytes = m->build_id_bytes;
    memcpy(hit.build_id, m->build_id, sizeof hit.build_id);
    const struct ht_build_id *noted = m->build_id_bytes == 0 ? ht_build_ids_find(build_ids, path) : NULL;
    if (noted != NULL) {
        hit.build_id_bytes = noted->bytes;
        memcpy(hit.build_id, noted->id, sizeof hit.build_id);
    }
    return hit;
}

/* A row for what cannot be looked into: the kernel, its modules, pseudo files, anonymous memory. */
static enum ht_status add_dso(const struct ht_hit_file *hit, uint64_t dso, enum ht_dso_state state,
                              int absolute, struct ht_table *table, struct ht_cause *cause) {
    uint32_t row;
    enum ht_status status = ht_table_add(table, &row);
    if (status == HT_OK)
        status = ht_table_set_bytes(table, HT_DSO_BUILD_ID, hit->build_id, hit->build_id_bytes);
    if (status == HT_OK)
        status = ht_table_set_text(table, HT_DSO_PATH, hit->path);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory for names");
    table->number[HT_DSO_DSO][row] = dso;
    table->number[HT_DSO_STATE][row] = state;
    table->number[HT_DSO_ABSOLUTE][row] = absolute != 0;
    table->number[HT_DSO_MAJOR][row] = hit->major;
    table->number[HT_DSO_MINOR][row] = hit->minor;
    table->number[HT_DSO_INODE][row] = hit->inode;
    return HT_OK;
}

static enum ht_status resolve(struct file *file, uint64_t dso, const struct ht_build_ids *build_ids,
                              const char *symfs, struct ht_name_tables *names, struct ht_hits_result *result,
                              struct ht_cause *cause) {
    struct ht_hit_file hit = identify(file->mapping, build_ids);
    int in_kernel = file->mapping->cpumode == CPUMODE_KERNEL;
    if (!file->is_real)
        return add_dso(&hit, dso, HT_DSO_MISSING, in_kernel, &names->dso, cause);
    size_t codes = ht_offset_set_pack(&file->code);
    hit.codes = codes < FILE_CODE_MAX ? codes : FILE_CODE_MAX;
    hit.code = file->code.slot;
    hit.datas = ht_offset_set_pack(&file->data);
    hit.data = file->data.slot;
    enum ht_status status = ht_resolve_file(&hit, dso, symfs, names, cause);
    if (status == HT_LIMIT) { /* more names than a table holds: those found stay */
        result->left_out += hit.codes + hit.datas;
        return add_dso(&hit, dso, HT_DSO_READ, 0, &names->dso, cause);
    }
    if (status != HT_OK)
        return status;
    uint64_t state = names->dso.number[HT_DSO_STATE][names->dso.rows - 1];
    result->files++;
    result->missing += state == HT_DSO_MISSING;
    result->changed += state == HT_DSO_CHANGED;
    if (state != HT_DSO_MISSING && state != HT_DSO_CHANGED)
        result->left_out += codes - hit.codes; /* a file that is not there has no names to miss */
    else if (result->first == NULL)
        result->first = file->mapping->file;
    return HT_OK;
}

static enum ht_status put_names(struct ht_name_tables *names, struct ht_output *output, uint32_t at_least,
                                struct ht_cause *cause) {
    struct ht_table *tables[] = {&names->dso, &names->symbol, &names->code, &names->source_line};
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && status == HT_OK; i++) {
        if (tables[i]->desc == NULL || tables[i]->rows <= at_least)
            continue;
        status = ht_output_put(output, tables[i], cause);
        ht_table_clear(tables[i]);
    }
    return status;
}

enum ht_status ht_hits_write(struct ht_hits *hits, const struct ht_build_ids *build_ids, const char *symfs,
                             struct ht_output *output, struct ht_hits_result *result,
                             struct ht_cause *cause) {
    struct ht_name_tables names;
    *result = (struct ht_hits_result){.left_out = hits->left_out};
    memset(&names, 0, sizeof names);
    ht_table_init(&names.dso, HT_CHUNK_DSO);
    ht_table_init(&names.symbol, HT_CHUNK_SYMBOL);
    ht_table_init(&names.code, HT_CHUNK_CODE);
    ht_table_init(&names.source_line, HT_CHUNK_SOURCE_LINE);
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < hits->files && status == HT_OK; i++) {
        status = resolve(&hits->file[i], i, build_ids, symfs, &names, result, cause);
        if (status == HT_OK)
            status = put_names(&names, output, PUT_ROWS, cause);
    }
    if (status == HT_OK)
        status = put_names(&names, output, 0, cause);
    ht_name_tables_free(&names);
    return status;
}
