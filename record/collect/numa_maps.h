/* Snapshots of /proc/PID/numa_maps of chosen processes, under a budget: reading it walks page tables with
 * mmap_lock held, which stalls a large process. So: a guard by resident size and number of mappings, timed
 * reads, the next one the later the longer the last took, and no more after one that took too long. A process
 * that ends is no failure, and another one with its number is not taken for it. One thread. */
#ifndef HT_RECORD_COLLECT_NUMA_MAPS_H
#define HT_RECORD_COLLECT_NUMA_MAPS_H

#include <sys/types.h>

#include "record/base/limits.h"
#include "record/collect/numa_map_line.h"
#include "schema/capture_write.h"

struct ht_numa_maps_target {
    pid_t pid;
    uint64_t start_ticks; /* as /proc/PID/stat has it; 0: not seen yet */
    unsigned snapshots;
    uint64_t next_ns, last_cost_ns; /* perf clock; how long the last read took */
    uint64_t interval_ns;           /* to the next one, at least */
    int given_up;
};

/* Processes that were not read for one reason, and the one with the most of it. */
struct ht_numa_maps_left {
    unsigned processes;
    pid_t pid;
    uint64_t most; /* resident bytes, mappings, or ns that a reading took */
};

struct ht_numa_maps {
    const char *root;
    struct ht_limits *limits;
    struct ht_numa_maps_target *target;
    size_t targets, next; /* next: whose turn it is */
    int young;
    uint64_t rss_bytes_max;       /* larger ones are not read */
    uint64_t snapshots, spent_ns; /* of all; the time inside the read calls */
    struct ht_numa_maps_left large, scattered, slow;
    unsigned denied; /* processes that may not be read */
};

/* Without targets every tick does nothing; a memory shortage reads as none. young: the targets are starting
 * just now, so that the first snapshots come faster than every two seconds. */
void ht_numa_maps_init(struct ht_numa_maps *maps, const char *root, int young, const pid_t *pid, size_t pids,
                       struct ht_limits *limits);

/* One more target, from the next tick on; a memory shortage leaves it out, as a limit. Unnamed: one that the
 * user did not ask for; then large ones are left alone sooner, and it has to be the one that started then. */
void ht_numa_maps_add(struct ht_numa_maps *maps, pid_t pid);
void ht_numa_maps_add_unnamed(struct ht_numa_maps *maps, pid_t pid, uint64_t start_ticks);
void ht_numa_maps_free(struct ht_numa_maps *maps); /* a zeroed one is fine */

/* Takes snapshots that are due, in turn, for a few milliseconds: what is then left waits for the next tick.
 * At the end one of each target that is still read, but of those that are dear only where they are due. */
enum ht_status ht_numa_maps_tick(struct ht_numa_maps *maps, uint64_t now_ns, struct ht_writer *writer,
                                 struct ht_encoder *encoder, struct ht_cause *cause);
enum ht_status ht_numa_maps_end(struct ht_numa_maps *maps, uint64_t now_ns, struct ht_writer *writer,
                                struct ht_encoder *encoder, struct ht_cause *cause);

/* Adds the limits: which processes were not read. Once, when all is read. */
void ht_numa_maps_say(const struct ht_numa_maps *maps);

#endif
