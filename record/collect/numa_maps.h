/* Snapshots of /proc/PID/numa_maps of the targets, under a budget: reading it walks page tables with
 * mmap_lock held, which stalls a large process. So: a guard by resident size and number of mappings, timed
 * reads, the next one the later the longer the last took, and no more after one that took too long. One
 * thread. */
#ifndef HT_RECORD_COLLECT_NUMA_MAPS_H
#define HT_RECORD_COLLECT_NUMA_MAPS_H

#include <sys/types.h>

#include "record/base/limits.h"
#include "schema/capture_write.h"

struct ht_numa_maps_target {
    pid_t pid;
    unsigned snapshots;
    uint64_t next_ns, last_cost_ns; /* perf clock; how long the last read took */
    uint64_t interval_ns;           /* to the next one, at least */
    int given_up;
};

struct ht_numa_maps {
    const char *root;
    struct ht_limits *limits;
    struct ht_numa_maps_target *target;
    size_t targets;
    int young;
};

/* One line of numa_maps. Text points into the line. */
struct ht_numa_map_line {
    uint64_t start;
    const char *policy, *file; /* file "" where there is none */
    size_t policy_length, file_length;
    unsigned kind; /* enum ht_numa_map_kind */
    uint64_t page_bytes, anon, dirty, mapped;
    struct {
        unsigned node;
        uint64_t pages;
    } node[64];
    unsigned nodes;
};

/* 0 where the line is none of numa_maps. */
int ht_numa_map_parse(const char *line, struct ht_numa_map_line *parsed);

/* Without targets every tick does nothing; a memory shortage reads as none. young: the targets are starting
 * just now, so that the first snapshots come faster than every two seconds. */
void ht_numa_maps_init(struct ht_numa_maps *maps, const char *root, int young, const pid_t *pid, size_t pids,
                       struct ht_limits *limits);

/* One more target, from the next tick on; a memory shortage leaves it out, as a limit. */
void ht_numa_maps_add(struct ht_numa_maps *maps, pid_t pid);
void ht_numa_maps_free(struct ht_numa_maps *maps); /* a zeroed one is fine */

/* Takes the snapshots that are due, and at the end one of each target that is still read. */
enum ht_status ht_numa_maps_tick(struct ht_numa_maps *maps, uint64_t now_ns, struct ht_writer *writer,
                                 struct ht_encoder *encoder, struct ht_cause *cause);
enum ht_status ht_numa_maps_end(struct ht_numa_maps *maps, uint64_t now_ns, struct ht_writer *writer,
                                struct ht_encoder *encoder, struct ht_cause *cause);

#endif
