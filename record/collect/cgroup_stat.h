/* The text of a control group's memory.numa_stat as CGROUP_STAT rows (cgroup-v2.rst, cgroup-v1/memory.rst).
 * No state, any thread. */
#ifndef HT_RECORD_COLLECT_CGROUP_STAT_H
#define HT_RECORD_COLLECT_CGROUP_STAT_H

#include "schema/table.h"

#define HT_CGROUP_NODES_MAX 1024 /* the kernel's own limit (CONFIG_NODES_SHIFT 10) */

/* One line; values as the file has them (version 1: pages, version 2: bytes). */
struct ht_cgroup_stat_line {
    const char *name; /* points into the line */
    size_t name_length;
    int has_sum; /* version 1 */
    uint64_t sum;
    unsigned nodes;
    struct {
        unsigned node;
        uint64_t value;
    } node[HT_CGROUP_NODES_MAX];
};

/* 0 where the line is none of that version's file. */
int ht_cgroup_stat_parse(const char *line, int version, struct ht_cgroup_stat_line *parsed);

/* Appends what is kept of the text, which is cut up, to a CGROUP_STAT table, in bytes. Lines that are none
 * are counted in strange. NOMEM, or LIMIT where the table is full. */
enum ht_status ht_cgroup_stat_rows(char *text, int version, uint64_t cgroup, uint64_t time_ns,
                                   struct ht_table *table, uint64_t *strange);

#endif
