#include "analyze/load/known_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROT_EXEC_BIT 4u

void ht_known_names_free(struct ht_known_names *n) {
    for (uint32_t i = 0; i < n->dsos; i++)
        free(n->dso[i].path);
    for (uint32_t i = 0; i < n->symbols; i++)
        free(n->symbol[i].name);
    for (uint32_t i = 0; i < n->sources; i++)
        free(n->source[i].file);
    free(n->dso);
    free(n->symbol);
    free(n->code);
    free(n->source);
    free(n->by_mapping);
    ht_slots_free(&n->by_path);
    memset(n, 0, sizeof *n);
}

static char *copy_cell(const struct ht_table *t, unsigned column, uint32_t row) {
    struct ht_bytes cell = ht_table_bytes(t, column, row);
    return strndup(cell.data, cell.length);
}

/* The array with room for more elements, NULL where there is none; arrays grow by a table's rows, which are
 * thousands. */
static void *grown(void *array, uint32_t count, uint32_t more, size_t size) {
    return more <= UINT32_MAX / 2 - count ? realloc(array, ((size_t)count + more) * size) : NULL;
}

static enum ht_status add_dsos(struct ht_known_names *n, const struct ht_table *t) {
    struct ht_dso *more = grown(n->dso, n->dsos, t->rows, sizeof *more);
    if (more == NULL)
        return HT_NOMEM;
    n->dso = more;
    for (uint32_t i = 0; i < t->rows; i++) {
        struct ht_bytes build_id = ht_table_bytes(t, HT_DSO_BUILD_ID, i);
        struct ht_dso *d = &n->dso[n->dsos];
        *d = (struct ht_dso){.number = ht_table_u64(t, HT_DSO_DSO, i),
                             .state = (uint8_t)ht_table_u64(t, HT_DSO_STATE, i),
                             .absolute = ht_table_u64(t, HT_DSO_ABSOLUTE, i) != 0,
                             .major = ht_table_u64(t, HT_DSO_MAJOR, i),
                             .minor = ht_table_u64(t, HT_DSO_MINOR, i),
                             .inode = ht_table_u64(t, HT_DSO_INODE, i),
                             .path = copy_cell(t, HT_DSO_PATH, i)};
        if (d->path == NULL)
            return HT_NOMEM;
        if (build_id.length <= sizeof d->build_id) {
            memcpy(d->build_id, build_id.data, build_id.length);
            d->build_id_bytes = (uint8_t)build_id.length;
        }
        n->dsos++;
    }
    return HT_OK;
}

/* Until finish, the dso members hold the capture's numbers. */
static enum ht_status add_symbols(struct ht_known_names *n, const struct ht_table *t) {
    struct ht_symbol *more = grown(n->symbol, n->symbols, t->rows, sizeof *more);
    if (more == NULL)
        return HT_NOMEM;
    n->symbol = more;
    for (uint32_t i = 0; i < t->rows; i++) {
        n->symbol[n->symbols] = (struct ht_symbol){.dso = (uint32_t)ht_table_u64(t, HT_SYMBOL_DSO, i),
                                                   .kind = ht_table_u64(t, HT_SYMBOL_KIND, i) != 0,
                                                   .start = ht_table_u64(t, HT_SYMBOL_START, i),
                                                   .bytes = ht_table_u64(t, HT_SYMBOL_BYTES, i),
                                                   .name = copy_cell(t, HT_SYMBOL_NAME, i)};
        if (n->symbol[n->symbols].name == NULL)
            return HT_NOMEM;
        n->symbols++;
    }
    return HT_OK;
}

static enum ht_status add_codes(struct ht_known_names *n, const struct ht_table *t) {
    struct ht_code_cell *more = grown(n->code, n->codes, t->rows, sizeof *more);
    if (more == NULL)
        return HT_NOMEM;
    n->code = more;
    for (uint32_t i = 0; i < t->rows; i++) {
        struct ht_bytes bytes = ht_table_bytes(t, HT_CODE_BYTES, i);
        struct ht_code_cell *c = &n->code[n->codes++];
        *c = (struct ht_code_cell){.dso = (uint32_t)ht_table_u64(t, HT_CODE_DSO, i),
                                   .offset = ht_table_u64(t, HT_CODE_OFFSET, i)};
        c->length = (uint8_t)(bytes.length < sizeof c->bytes ? bytes.length : sizeof c->bytes);
        memcpy(c->bytes, bytes.data, c->length);
    }
    return HT_OK;
}

static enum ht_status add_sources(struct ht_known_names *n, const struct ht_table *t) {
    struct ht_source_cell *more = grown(n->source, n->sources, t->rows, sizeof *more);
    if (more == NULL)
        return HT_NOMEM;
    n->source = more;
    for (uint32_t i = 0; i < t->rows; i++) {
        n->source[n->sources] =
            (struct ht_source_cell){.dso = (uint32_t)ht_table_u64(t, HT_SOURCE_LINE_DSO, i),
                                    .offset = ht_table_u64(t, HT_SOURCE_LINE_OFFSET, i),
                                    .line = (uint32_t)ht_table_u64(t, HT_SOURCE_LINE_LINE, i),
                                    .file = copy_cell(t, HT_SOURCE_LINE_FILE, i)};
        if (n->source[n->sources].file == NULL)
            return HT_NOMEM;
        n->sources++;
    }
    return HT_OK;
}

enum ht_status ht_known_names_add(struct ht_known_names *n, const struct ht_table *t) {
    switch (t->desc->kind) {
    case HT_CHUNK_DSO:
        return add_dsos(n, t);
    case HT_CHUNK_SYMBOL:
        return add_symbols(n, t);
    case HT_CHUNK_CODE:
        return add_codes(n, t);
    default:
        return add_sources(n, t);
    }
}

static int by_number(const void *a, const void *b) {
    const struct ht_dso *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static uint32_t index_of(const struct ht_known_names *n, uint64_t number) {
    uint32_t low = 0, high = n->dsos;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (n->dso[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n->dsos && n->dso[low].number == number ? low : HT_NONE;
}

static int symbol_order(const void *a, const void *b) {
    const struct ht_symbol *x = a, *y = b;
    if (x->dso != y->dso)
        return x->dso < y->dso ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

static int code_order(const void *a, const void *b) {
    const struct ht_code_cell *x = a, *y = b;
    if (x->dso != y->dso)
        return x->dso < y->dso ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static int source_order(const void *a, const void *b) {
    const struct ht_source_cell *x = a, *y = b;
    if (x->dso != y->dso)
        return x->dso < y->dso ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static uint64_t hash_dso(const void *table, uint32_t number) {
    return ht_slots_text(((const struct ht_known_names *)table)->dso[number].path);
}

/* Puts a file into the hash; several may have one path. */
static enum ht_status index_path(struct ht_known_names *n, uint32_t dso) {
    enum ht_status status = ht_slots_room(&n->by_path, dso, hash_dso, n);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&n->by_path, hash_dso(n, dso));
    while (n->by_path.slot[h] != 0)
        h = ht_slots_next(&n->by_path, h);
    n->by_path.slot[h] = dso + 1;
    return HT_OK;
}

enum ht_status ht_known_names_finish(struct ht_known_names *n) {
    if (n->dsos > 0)
        qsort(n->dso, n->dsos, sizeof *n->dso, by_number);
    for (uint32_t i = 0; i < n->symbols; i++)
        n->symbol[i].dso = index_of(n, n->symbol[i].dso);
    for (uint32_t i = 0; i < n->codes; i++)
        n->code[i].dso = index_of(n, n->code[i].dso);
    for (uint32_t i = 0; i < n->sources; i++)
        n->source[i].dso = index_of(n, n->source[i].dso);
    if (n->symbols > 0)
        qsort(n->symbol, n->symbols, sizeof *n->symbol, symbol_order);
    if (n->codes > 0)
        qsort(n->code, n->codes, sizeof *n->code, code_order);
    if (n->sources > 0)
        qsort(n->source, n->sources, sizeof *n->source, source_order);
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; status == HT_OK && i < n->dsos; i++)
        status = index_path(n, i);
    return status;
}

static int is_kernel_text(const struct ht_mapping *m) {
    return m->cpumode == 1 && strncmp(m->file, "[kernel.kallsyms]", 17) == 0;
}

/* A file of the mapping's path is not always the mapped one: it was replaced while it ran. */
static int is_mapping_of(const struct ht_dso *d, const struct ht_mapping *m) {
    if (d->build_id_bytes > 0 && m->build_id_bytes > 0)
        return d->build_id_bytes == m->build_id_bytes &&
               memcmp(d->build_id, m->build_id, m->build_id_bytes) == 0;
    return d->inode == 0 || m->inode == 0 || d->inode == m->inode;
}

/* The first file of a path, of those that can be the mapping's where checked; HT_NONE. */
static uint32_t find_path(const struct ht_known_names *n, const char *path,
                          const struct ht_mapping *checked) {
    uint32_t found = HT_NONE;
    if (n->by_path.slots == 0)
        return found;
    for (uint64_t h = ht_slots_first(&n->by_path, ht_slots_text(path)); n->by_path.slot[h] != 0;
         h = ht_slots_next(&n->by_path, h)) {
        uint32_t i = n->by_path.slot[h] - 1;
        if (i < found && strcmp(n->dso[i].path, path) == 0 &&
            (checked == NULL || is_mapping_of(&n->dso[i], checked)))
            found = i;
    }
    return found;
}

static uint32_t find_mapped(const struct ht_known_names *n, const struct ht_mapping *m) {
    if (m->ksymbol != HT_KSYMBOL_NONE)
        return HT_NONE; /* each is one of its own */
    if (is_kernel_text(m))
        return find_path(n, "[kernel.kallsyms]", NULL);
    if (!(m->prot & PROT_EXEC_BIT) || ht_mapping_is_file(m) || m->file[0] == '[')
        return find_path(n, m->file, m);
    char jit[40];
    snprintf(jit, sizeof jit, "/tmp/perf-%lld.map", (long long)m->pid);
    uint32_t named = find_path(n, jit, NULL), plain = find_path(n, m->file, NULL);
    return named < plain ? named : plain;
}

static enum ht_status add_missing(struct ht_known_names *n, const struct ht_mapping *m, uint32_t *dso) {
    struct ht_dso *more = grown(n->dso, n->dsos, 1, sizeof *more);
    if (more == NULL)
        return HT_NOMEM;
    n->dso = more;
    int kernel = m->cpumode == 1;
    struct ht_dso *d = &n->dso[n->dsos];
    *d = (struct ht_dso){.number = n->dsos > 0 ? n->dso[n->dsos - 1].number + 1 : 0,
                         .state = HT_DSO_MISSING,
                         .absolute = (uint8_t)(kernel || !ht_mapping_is_file(m)),
                         .major = m->major,
                         .minor = m->minor,
                         .inode = m->inode,
                         .build_id_bytes = m->build_id_bytes};
    memcpy(d->build_id, m->build_id, sizeof d->build_id);
    if (m->ksymbol != HT_KSYMBOL_NONE) {
        d->state = HT_DSO_READ;
        d->ksymbol = m;
    }
    d->path = strdup(is_kernel_text(m)                 ? "[kernel.kallsyms]"
                     : m->ksymbol == HT_KSYMBOL_NONE   ? m->file
                     : m->ksymbol == HT_KSYMBOL_OF_BPF ? "[bpf]"
                                                       : "[kernel code]");
    if (d->path == NULL)
        return HT_NOMEM;
    *dso = n->dsos++;
    return index_path(n, *dso);
}

enum ht_status ht_known_dso(struct ht_known_names *n, const struct ht_mapping *m, uint32_t *dso) {
    if (m->id >= n->mappings) {
        uint32_t mappings = m->id + 1 + m->id / 2;
        uint32_t *more = grown(n->by_mapping, 0, mappings, sizeof *more);
        if (more == NULL)
            return HT_NOMEM;
        n->by_mapping = more;
        memset(n->by_mapping + n->mappings, 0, (mappings - n->mappings) * sizeof *n->by_mapping);
        n->mappings = mappings;
    }
    if (n->by_mapping[m->id] == 0) {
        uint32_t found = find_mapped(n, m);
        enum ht_status status = found != HT_NONE ? HT_OK : add_missing(n, m, &found);
        if (status != HT_OK)
            return status;
        n->by_mapping[m->id] = found + 1;
    }
    *dso = n->by_mapping[m->id] - 1;
    return HT_OK;
}

uint64_t ht_known_offset(const struct ht_dso *dso, const struct ht_mapping *m, uint64_t address) {
    return dso->absolute ? address : address - m->start + m->pgoff;
}

uint32_t ht_known_symbol(const struct ht_known_names *n, uint32_t dso, unsigned kind, uint64_t offset) {
    uint32_t low = 0, high = n->symbols;
    struct ht_symbol wanted = {.dso = dso, .kind = (uint8_t)kind, .start = offset};
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (symbol_order(&n->symbol[middle], &wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return HT_NONE;
    const struct ht_symbol *s = &n->symbol[low - 1];
    if (s->dso != dso || s->kind != kind || (s->bytes > 0 && offset - s->start >= s->bytes))
        return HT_NONE;
    return low - 1;
}

const struct ht_code_cell *ht_known_code(const struct ht_known_names *n, uint32_t dso, uint64_t offset) {
    struct ht_code_cell wanted = {.dso = dso, .offset = offset};
    return n->codes > 0 ? bsearch(&wanted, n->code, n->codes, sizeof *n->code, code_order) : NULL;
}

const struct ht_source_cell *ht_known_source(const struct ht_known_names *n, uint32_t dso, uint64_t offset) {
    struct ht_source_cell wanted = {.dso = dso, .offset = offset};
    return n->sources > 0 ? bsearch(&wanted, n->source, n->sources, sizeof *n->source, source_order) : NULL;
}
