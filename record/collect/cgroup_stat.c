#include "record/collect/cgroup_stat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int take_number(const char **p, uint64_t *number) {
    char *end;
    if (**p < '0' || **p > '9')
        return 0;
    errno = 0;
    *number = strtoull(*p, &end, 10);
    *p = end;
    return errno == 0;
}

/* Version 1 "total=12 N0=5 N1=7", version 2 "anon N0=4096 N1=0": nothing else is one. */
int ht_cgroup_stat_parse(const char *line, int version, struct ht_cgroup_stat_line *s) {
    const char *p = line;
    s->name = line;
    s->name_length = strspn(line, "abcdefghijklmnopqrstuvwxyz_0123456789");
    s->has_sum = version == 1;
    s->sum = 0;
    s->nodes = 0;
    p += s->name_length;
    if (s->name_length == 0 || (version == 1 && (*p++ != '=' || !take_number(&p, &s->sum))))
        return 0;
    while (*p != '\0') {
        uint64_t node;
        if (s->nodes == HT_CGROUP_NODES_MAX || strncmp(p, " N", 2) != 0)
            return 0;
        p += 2;
        if (!take_number(&p, &node) || node >= HT_CGROUP_NODES_MAX || *p++ != '=' ||
            !take_number(&p, &s->node[s->nodes].value))
            return 0;
        s->node[s->nodes++].node = (unsigned)node;
    }
    return s->nodes > 0;
}

/* Bytes in both versions; what else version 2 has are parts of these (active, inactive) and counts of events
 * (workingset, promotions). Version 1 repeats all with "hierarchical_". */
static int is_wanted(const struct ht_cgroup_stat_line *s) {
    static const char *const names[] = {
        "total",
        "anon",
        "file",
        "unevictable",
        "shmem",
        "anon_thp",
        "file_thp",
        "shmem_thp",
        "file_mapped",
        "file_dirty",
        "file_writeback",
        "swapcached",
        "kernel_stack",
        "pagetables",
        "sec_pagetables",
        "slab_reclaimable",
        "slab_unreclaimable",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == s->name_length && memcmp(s->name, names[i], s->name_length) == 0)
            return 1;
    return 0;
}

static enum ht_status stat_row(struct ht_table *t, uint64_t time_ns, uint64_t id, int64_t node,
                               const struct ht_cgroup_stat_line *s, uint64_t bytes) {
    uint32_t row;
    enum ht_status status = ht_table_add(t, &row);
    if (status != HT_OK)
        return status;
    t->number[HT_CGROUP_STAT_TIME][row] = time_ns;
    t->number[HT_CGROUP_STAT_CGROUP][row] = id;
    t->number[HT_CGROUP_STAT_NODE][row] = (uint64_t)node;
    t->number[HT_CGROUP_STAT_VALUE][row] = bytes;
    return ht_table_set_bytes(t, HT_CGROUP_STAT_NAME, s->name, s->name_length);
}

static uint64_t largest_of(const struct ht_cgroup_stat_line *s) {
    uint64_t largest = s->sum;
    for (unsigned i = 0; i < s->nodes; i++)
        largest = s->node[i].value > largest ? s->node[i].value : largest;
    return largest;
}

enum ht_status ht_cgroup_stat_rows(char *text, int version, uint64_t cgroup, uint64_t time_ns,
                                   struct ht_table *t, uint64_t *strange) {
    const uint64_t unit = version == 1 ? (uint64_t)sysconf(_SC_PAGESIZE) : 1;
    struct ht_cgroup_stat_line *s = malloc(sizeof *s);
    enum ht_status status = s != NULL ? HT_OK : HT_NOMEM;
    char *save = NULL;
    for (char *line = s != NULL ? strtok_r(text, "\n", &save) : NULL; line != NULL && status == HT_OK;
         line = strtok_r(NULL, "\n", &save)) {
        if (!ht_cgroup_stat_parse(line, version, s) || largest_of(s) > UINT64_MAX / unit) {
            ++*strange;
            continue;
        }
        if (!is_wanted(s))
            continue;
        if (s->has_sum)
            status = stat_row(t, time_ns, cgroup, -1, s, s->sum * unit);
        for (unsigned i = 0; i < s->nodes && status == HT_OK; i++)
            status = stat_row(t, time_ns, cgroup, s->node[i].node, s, s->node[i].value * unit);
    }
    free(s);
    return status;
}
