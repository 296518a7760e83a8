#include "analyze/load/lines.h"

#include <stdlib.h>
#include <string.h>

#define CPUMODE_KERNEL  1u
#define MAP_SHARED_BIT  1u
#define MAP_HUGETLB_BIT 0x40000u
#define LINES_A_BLOCK   65536u

struct ht_lines {
    unsigned line_bytes;
    struct ht_line **block; /* lines never move: growing does not copy gigabytes */
    uint32_t count, blocks;
    uint32_t *slot; /* hash of line number + 1 */
    uint64_t slots;
    struct ht_line_space *space;
    uint32_t spaces, space_capacity;
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
    return HT_OK;
}

void ht_lines_free(struct ht_lines *lines) {
    if (lines == NULL)
        return;
    for (uint32_t i = 0; i < lines->blocks; i++)
        free(lines->block[i]);
    free(lines->block);
    free(lines->slot);
    free(lines->space);
    free(lines);
}

uint32_t ht_lines_count(const struct ht_lines *lines) {
    return lines->count;
}

struct ht_line *ht_lines_get(struct ht_lines *lines, uint32_t line) {
    return &lines->block[line / LINES_A_BLOCK][line % LINES_A_BLOCK];
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

/* Identities are few (files and processes), and the last one is remembered by the caller: a linear search
 * from the newest is enough until there are thousands. */
static enum ht_status find_space(struct ht_lines *lines, unsigned cpumode, int64_t pid,
                                 const struct ht_mapping *mapping, uint32_t *space) {
    if (lines->has_last && lines->last_mapping == mapping && lines->last_pid == pid &&
        lines->last_cpumode == cpumode) {
        *space = lines->last_space;
        return HT_OK;
    }
    struct ht_line_space wanted = identity_of(cpumode, pid, mapping);
    uint32_t at = lines->spaces;
    while (at > 0 && !same_space(&lines->space[at - 1], &wanted))
        at--;
    if (at == 0) {
        if (lines->spaces == lines->space_capacity) {
            uint32_t capacity = lines->space_capacity < 64 ? 64 : lines->space_capacity * 2;
            struct ht_line_space *grown = realloc(lines->space, capacity * sizeof *grown);
            if (grown == NULL)
                return HT_NOMEM;
            lines->space = grown;
            lines->space_capacity = capacity;
        }
        lines->space[lines->spaces++] = wanted;
        at = lines->spaces;
    }
    lines->last_mapping = mapping;
    lines->last_pid = pid;
    lines->last_cpumode = cpumode;
    lines->last_space = *space = at - 1;
    lines->has_last = 1;
    return HT_OK;
}

static uint64_t hash_line(uint32_t space, uint64_t address) {
    uint64_t h = (address >> 4) * 0x9e3779b97f4a7c15u ^ (uint64_t)space * 0xc2b2ae3d27d4eb4fu;
    return h ^ h >> 32;
}

static enum ht_status grow_slots(struct ht_lines *lines) {
    uint64_t slots = lines->slots == 0 ? 4096 : lines->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct ht_line *line = ht_lines_get(lines, i);
        uint64_t h = hash_line(line->space, line->address) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = i + 1;
    }
    free(lines->slot);
    lines->slot = slot;
    lines->slots = slots;
    return HT_OK;
}

static enum ht_status new_line(struct ht_lines *lines, uint32_t *line) {
    if (lines->count == UINT32_MAX - 1)
        return HT_LIMIT;
    if (lines->count == lines->blocks * LINES_A_BLOCK) {
        struct ht_line **grown = realloc(lines->block, (lines->blocks + 1) * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        lines->block = grown;
        grown[lines->blocks] = calloc(LINES_A_BLOCK, sizeof **grown);
        if (grown[lines->blocks] == NULL)
            return HT_NOMEM;
        lines->blocks++;
    }
    *line = lines->count++;
    return HT_OK;
}

enum ht_status ht_lines_find(struct ht_lines *lines, unsigned cpumode, int64_t pid,
                             const struct ht_mapping *mapping, uint64_t address, uint32_t *line) {
    uint32_t space;
    enum ht_status status = find_space(lines, cpumode, pid, mapping, &space);
    if (status != HT_OK)
        return status;
    if ((uint64_t)lines->count * 2 >= lines->slots && (status = grow_slots(lines)) != HT_OK)
        return status;
    uint64_t start = ht_line_address(mapping, address) & ~(uint64_t)(lines->line_bytes - 1);
    uint64_t h = hash_line(space, start) & (lines->slots - 1);
    for (; lines->slot[h] != 0; h = (h + 1) & (lines->slots - 1)) {
        const struct ht_line *found = ht_lines_get(lines, lines->slot[h] - 1);
        if (found->address == start && found->space == space) {
            *line = lines->slot[h] - 1;
            return HT_OK;
        }
    }
    if ((status = new_line(lines, line)) != HT_OK)
        return status;
    lines->slot[h] = *line + 1;
    *ht_lines_get(lines, *line) =
        (struct ht_line){.address = start,
                         .virtual_line = address & ~(uint64_t)(lines->line_bytes - 1),
                         .space = space,
                         .mapping = mapping != NULL ? mapping->id : HT_NO_MAPPING};
    return HT_OK;
}
