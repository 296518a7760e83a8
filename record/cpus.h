/* Which CPUs are recorded, and what becomes of them in the window. Those of -C, else all that are online but
 * for isolated and nohz_full ones: what runs there must not be interrupted. An event goes with its CPU: the
 * kernel takes it out of the CPU's context when that goes offline, and it does not come back with it (Linux
 * 4.18 to 6.18: __perf_event_exit_context; its reading stands still from then on). One thread. */
#ifndef HT_RECORD_CPUS_H
#define HT_RECORD_CPUS_H

#include <stdint.h>

#include "record/base/cpu_list.h"
#include "record/base/limits.h"
#include "record/events/open.h"

struct ht_cpu_came {
    int cpu;
    uint64_t first_ns; /* perf clock: when it was first seen */
};

struct ht_cpus {
    struct ht_cpu_list recorded;
    struct ht_cpu_list online;   /* at the start */
    struct ht_cpu_list quiet;    /* isolated or nohz_full: our threads keep off them in any case */
    struct ht_cpu_list left_out; /* online and quiet, not recorded */
    int chosen;                  /* by -C */
    struct ht_cpu_came *came;    /* online since, not recorded */
    size_t cames, capacity;
    uint64_t *enabled_ns; /* of each recorded CPU's first event, just before the end; 0 none */
};

/* online is read below `root`, isolated and nohz_full below `policy_root` (--sysroot). NOT_FOUND where -C
 * names a CPU that is not there or offline, UNSUPPORTED where every CPU is isolated; each with the way out.
 */
enum ht_status ht_cpus_choose(const char *root, const char *policy_root, const struct ht_cpu_list *only,
                              struct ht_cpus *cpus, struct ht_limits *limits, struct ht_cause *cause);
void ht_cpus_free(struct ht_cpus *cpus); /* a zeroed one is fine */

/* Moves the calling thread, and those it starts from now on, off the quiet CPUs. A wish: where it may run
 * nowhere else it stays. */
void ht_cpus_keep_off(const struct ht_cpus *cpus);

/* About every second: takes note of CPUs that came online. */
enum ht_status ht_cpus_look(struct ht_cpus *cpus, const char *root, uint64_t now_ns);

/* Just before the events are switched off: how long each CPU's were on. */
enum ht_status ht_cpus_before_end(struct ht_cpus *cpus, const struct ht_opened *opened);

/* When they are off: a LOSS row (GAP, event -1) for each CPU that was not recorded to the end, and a limit
 * for all that had the same fate.
 * One whose time has not grown since ht_cpus_before_end had gone. */
enum ht_status ht_cpus_gaps(struct ht_cpus *cpus, const char *root, const struct ht_opened *opened,
                            uint64_t start_ns, uint64_t end_ns, struct ht_table *loss,
                            struct ht_limits *limits);

#endif
