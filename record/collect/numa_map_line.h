/* A line of /proc/PID/numa_maps: "7f12a000 default file=/usr/bin/cat mapped=2 N0=2 kernelpagesize_kB=4"
 * (proc_pid_numa_maps(5)). No state, any thread. */
#ifndef HT_RECORD_COLLECT_NUMA_MAP_LINE_H
#define HT_RECORD_COLLECT_NUMA_MAP_LINE_H

#include <stddef.h>
#include <stdint.h>

#define HT_NUMA_NODES_MAX 1024 /* the kernel's own limit (CONFIG_NODES_SHIFT 10) */

/* One line of numa_maps. Text points into the line. */
struct ht_numa_map_line {
    uint64_t start;
    const char *policy, *file; /* file "" where there is none */
    size_t policy_length, file_length;
    unsigned kind; /* enum ht_numa_map_kind */
    uint64_t page_bytes, anon, dirty, mapped;
    unsigned nodes, cut; /* cut: nodes beyond those that a kernel can have */
    struct {
        unsigned node;
        uint64_t pages;
    } node[HT_NUMA_NODES_MAX]; /* the first `nodes` are set */
};

/* 0 where the line is none of numa_maps. */
int ht_numa_map_parse(const char *line, struct ht_numa_map_line *parsed);

#endif
