#include "analyze/load/lines.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/load/blocks.h"
#include "analyze/load/slots.h"

#define CPUMODE_KERNEL  1u
#define MAP_SHARED_BIT  1u
#define MAP_HUGETLB_BIT 0x40000u

struct ht_lines {
    unsigned line_bytes;
    struct ht_blocks line;
    struct ht_slots slots;
    struct ht_line_space *space;
    uint32_t spaces, space_capacity;
    struct ht_slots space_slots;
    /* the last identity asked for, as most samples follow their likes */
    const struct ht_mapping *last_mapping;
    int64_t last_pid;
    unsigned last_cpumode;
    uint32_t last_space;
    int has_last;
};

enum ht_status ht_lines_new(unsigned line_bytes, struct ht_lines **lines) {
    *lines = calloc(1, sizeof **lines);
    if (*lines == NULL)
        return HT_NOMEM;
    (*lines)->line_bytes = line_bytes;
    (*lines)->line.entry_bytes = sizeof(struct ht_line);
    return HT_OK;
}

void ht_lines_free(struct ht_lines *lines) {
    if (lines == NULL)
        return;
    ht_blocks_free(&lines->line);
    ht_slots_free(&lines->slots);
    ht_slots_free(&lines->space_slots);
    free(lines->space);
    free(lines);
}

uint32_t ht_lines_count(const struct ht_lines *lines) {
    return lines->line.count;
}

struct ht_line *ht_lines_get(struct ht_lines *lines, uint32_t line) {
    return ht_blocks_get(&lines->line, line);
}

const struct ht_line_space *ht_lines_space(const struct ht_lines *lines, uint32_t space) {
    return &lines->space[space];
}

unsigned ht_lines_bytes(const struct ht_lines *lines) {
    return lines->line_bytes;
}

static int starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* What perf 6.1 treats as mapped one to one; everything else counts from the file's start. */
static int is_identity_mapped(const struct ht_mapping *m) {
    if (m->cpumode == CPUMODE_KERNEL)
        return starts_with(m->file, "[kernel.kallsyms]") || starts_with(m->file, "[guest.kernel");
    return strcmp(m->file, "//anon") == 0 || strcmp(m->file, "[heap]") == 0 ||
           starts_with(m->file, "/dev/zero") || starts_with(m->file, "/anon_hugepage") ||
           starts_with(m->file, "[stack") || starts_with(m->file, "/SYSV") ||
           (m->source != HT_MMAP_SOURCE_MMAP && m->flags & MAP_HUGETLB_BIT) ||
           (m->source == HT_MMAP_SOURCE_PROC && m->file[0] == '\0');
}

uint64_t ht_line_address(const struct ht_mapping *m, uint64_t address) {
    if (m == NULL || is_identity_mapped(m))
        return address;
    int no_pgoff = m->cpumode == CPUMODE_KERNEL || strcmp(m->file, "[vdso]") == 0;
    return address - m->start + (no_pgoff ? 0 : m->pgoff);
}

static struct ht_line_space identity_of(unsigned cpumode, int64_t pid, const struct ht_mapping *m) {
    struct ht_line_space s = {.cpumode = cpumode, .pid = -1, .identity = HT_IDENTITY_UNMAPPED};
    if (m == NULL)
        return s;
    s.identity = cpumode == CPUMODE_KERNEL ? HT_IDENTITY_KERNEL : HT_IDENTITY_FILE;
    s.major = m->major;
    s.minor = m->minor;
    s.inode = m->inode;
    s.generation = m->generation;
    if (m->inode == 0 && m->major == 0 && m->build_id_bytes >= 16) {
        /* A record with a build id has no inode; the build id says which file it is. */
        s.major = UINT32_MAX;
        memcpy(&s.inode, m->build_id, 8);
        memcpy(&s.generation, m->build_id + 8, 8);
    }
    int named = s.major != 0 || s.minor != 0 || s.inode != 0 || s.generation != 0;
    if (cpumode != CPUMODE_KERNEL && !(m->flags & MAP_SHARED_BIT) && !named) {
        s.identity = HT_IDENTITY_PRIVATE;
        s.pid = pid;
    }
    return s;
}

static int same_space(const struct ht_line_space *a, const struct ht_line_space *b) {
    return a->identity == b->identity && a->cpumode == b->cpumode && a->pid == b->pid &&
           a->major == b->major && a->minor == b->minor && a->inode == b->inode &&
           a->generation == b->generation;
}

static uint64_t hash_of_space(const struct ht_line_space *s) {
    uint64_t file = ht_slots_hash(s->inode, (uint64_t)s->major << 32 | s->minor);
    return ht_slots_hash(file ^ s->generation, (uint64_t)s->pid << 8 | s->cpumode << 4 | s->identity);
}

static uint64_t hash_space(const void *table, uint32_t number) {
    return hash_of_space(&((const struct ht_lines *)table)->space[number]);
}

static enum ht_status add_space(struct ht_lines *lines, const struct ht_line_space *space) {
    if (lines->spaces == lines->space_capacity) {
        uint32_t capacity = lines->space_capacity < 64 ? 64 : lines->space_capacity * 2;
        struct ht_line_space *grown = realloc(lines->space, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        lines->space = grown;
        lines->space_capacity = capacity;
    }
    lines->space[lines->spaces++] = *space;
    return HT_OK;
}

static enum ht_status find_space(struct ht_lines *lines, unsigned cpumode, int64_t pid,
                                 const struct ht_mapping *mapping, uint32_t *space) {
    if (lines->has_last && lines->last_mapping == mapping && lines->last_pid == pid &&
        lines->last_cpumode == cpumode) {
        *space = lines->last_space;
        return HT_OK;
    }
    struct ht_line_space wanted = identity_of(cpumode, pid, mapping);
    struct ht_slots *slots = &lines->space_slots;
    enum ht_status status = ht_slots_room(slots, lines->spaces, hash_space, lines);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(slots, hash_of_space(&wanted));
    while (slots->slot[h] != 0 && !same_space(&lines->space[slots->slot[h] - 1], &wanted))
        h = ht_slots_next(slots, h);
    if (slots->slot[h] == 0) {
        if ((status = add_space(lines, &wanted)) != HT_OK)
            return status;
        slots->slot[h] = lines->spaces;
    }
    lines->last_mapping = mapping;
    lines->last_pid = pid;
    lines->last_cpumode = cpumode;
    lines->last_space = *space = slots->slot[h] - 1;
    lines->has_last = 1;
    return HT_OK;
}

static uint64_t hash_line(const void *table, uint32_t number) {
    const struct ht_line *line = ht_blocks_get(&((const struct ht_lines *)table)->line, number);
    return ht_slots_hash(line->address >> 4, line->space);
}

enum ht_status ht_lines_find(struct ht_lines *lines, unsigned cpumode, int64_t pid,
                             const struct ht_mapping *mapping, uint64_t address, uint32_t *line) {
    uint32_t space;
    enum ht_status status = find_space(lines, cpumode, pid, mapping, &space);
    if (status == HT_OK)
        status = ht_slots_room(&lines->slots, lines->line.count, hash_line, lines);
    if (status != HT_OK)
        return status;
    uint64_t offset_mask = lines->line_bytes - 1, start = ht_line_address(mapping, address) & ~offset_mask;
    uint64_t h = ht_slots_first(&lines->slots, ht_slots_hash(start >> 4, space));
    for (; lines->slots.slot[h] != 0; h = ht_slots_next(&lines->slots, h)) {
        const struct ht_line *found = ht_lines_get(lines, lines->slots.slot[h] - 1);
        if (found->address == start && found->space == space) {
            *line = lines->slots.slot[h] - 1;
            return HT_OK;
        }
    }
    if ((status = ht_blocks_add(&lines->line, line)) != HT_OK)
        return status;
    lines->slots.slot[h] = *line + 1;
    *ht_lines_get(lines, *line) = (struct ht_line){.address = start,
                                                   .virtual_line = address & ~offset_mask,
                                                   .space = space,
                                                   .mapping = mapping != NULL ? mapping->id : HT_NO_MAPPING};
    return HT_OK;
}
