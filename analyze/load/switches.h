/* CPU time of threads from their context switches: between coming to a CPU and leaving it, exact to the
 * nanosecond.
 *
 * Feed the rows of each CPU in the order of time; rows of different CPUs may come as they like. A thread that
 * leaves a CPU of which nothing was heard before has run there since the window began; one that is on a CPU
 * at the end ran until then. A thread whose rows contradict each other (it leaves where it never came) is not
 * exact; after a loss anywhere none is, as any thread may have run there. The last switch of an exiting
 * thread has no tid any more: it is that of the thread on the CPU. The idle task takes no CPU time. One
 * thread. */
#ifndef HT_ANALYZE_LOAD_SWITCHES_H
#define HT_ANALYZE_LOAD_SWITCHES_H

#include <stdint.h>

#include "analyze/load/residence.h"
#include "analyze/load/threads.h"

struct ht_switch_row {
    uint64_t time_ns;
    int64_t cpu; /* -1: not known, which makes nothing exact */
    int node;    /* of the CPU, -1 unknown */
    uint32_t thread;
    int64_t tid, other_tid; /* other: who goes or comes, -1 not told */
    int out, preempt;
};

/* In ht_switch_row.thread. */
#define HT_SWITCH_IDLE   (UINT32_MAX - 1) /* tid 0 */
#define HT_SWITCH_EXITED UINT32_MAX       /* tid -1 */

/* Sums of one thread; the place in the array is its number in ht_threads. */
struct ht_switch_sum {
    uint64_t switches, preempted;             /* rows `out` */
    uint64_t stays, stay_ns, longest_stay_ns; /* both ends known; not cut at the window's edges */
    uint64_t cpu_ns;                          /* in the window */
    uint8_t seen, contradicted;
};

struct ht_switch_cpu {
    uint64_t last_ns, since_ns;
    int64_t next_tid; /* who comes, as the thread that went last said; -1 not told */
    uint32_t running; /* thread, HT_SWITCH_IDLE, or HT_SWITCH_EXITED: nobody that is known */
    int16_t node;
    uint8_t heard; /* a row came */
};

struct ht_switches {
    uint64_t start_ns, end_ns;
    struct ht_switch_cpu *cpu;
    uint32_t cpus;
    struct ht_switch_sum *sum;
    uint32_t sums;
    struct ht_residence residence;
    uint64_t rows;
    int lost; /* a row may be missing */
};

void ht_switches_free(struct ht_switches *switches); /* a zeroed one is fine */

/* born_ns: when the thread began, 0 not known. */
enum ht_status ht_switches_add(struct ht_switches *switches, const struct ht_switch_row *row,
                               uint64_t born_ns);

/* Counts the threads that are still on a CPU, up to their exit or the window's end. Call once, after the last
 * row. */
enum ht_status ht_switches_finish(struct ht_switches *switches, const struct ht_threads *threads);

/* After finish: whether the residence of a thread is exact; else it says nothing. */
int ht_switches_exact(const struct ht_switches *switches, uint32_t thread);

#endif
