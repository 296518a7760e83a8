/* What the recording itself costs, and when it costs too much: CPU time of this process against a share of
 * the machine's CPU time in the window. The session's thread asks about four times a second. */
#ifndef HT_RECORD_COLLECT_BUDGET_H
#define HT_RECORD_COLLECT_BUDGET_H

#include <stdint.h>

#include "record/events/plan.h"

struct ht_budget {
    double share;  /* allowed: 0.01 is one percent; 0 or less: no limit */
    unsigned cpus; /* online */
    uint64_t start_ns, start_cpu_ns;
    uint64_t last_ns, last_cpu_ns;
    double used;                    /* share since the start, of the last look */
    double peak;                    /* the highest of those that were too much */
    int stuck;                      /* the last time it was too much nothing was worth giving up */
    uint64_t before[HT_EVENTS_MAX]; /* of count, before the window; the session sets it */
    /* of each event of the plan, of the last look */
    uint64_t count[HT_EVENTS_MAX];
    double rate[HT_EVENTS_MAX]; /* a second, smoothed: records come in bursts */
};

void ht_budget_start(struct ht_budget *budget, double share, unsigned cpus, uint64_t now_ns, uint64_t cpu_ns);

/* 1 where a source has to go: the share since the start is over and the last stretch was over too. No verdict
 * before a second has passed: the start costs more than the rest. count: what each event brought so far, in
 * records; of a snapshot the ns of CPU time that its readings took. */
int ht_budget_look(struct ht_budget *budget, uint64_t now_ns, uint64_t cpu_ns,
                   const uint64_t count[HT_EVENTS_MAX]);

/* The event that goes next by the plan's order, and with it all of the same order, of those that are open and
 * still on (off_ns 0). What hardly brings anything is passed over: without it nothing is saved and evidence
 * is lost. -1, and stuck, where nothing is worth giving up. */
int ht_budget_next(struct ht_budget *budget, const struct ht_plan *plan,
                   const uint64_t off_ns[HT_EVENTS_MAX]);

/* One limit for all that went off, and one where the budget was exceeded for want of more to give up; after
 * the window, which began at start_ns and took cpu_ns of CPU time in window_ns. */
void ht_budget_say(const struct ht_budget *budget, const struct ht_plan *plan, uint64_t start_ns,
                   const uint64_t off_ns[HT_EVENTS_MAX], uint64_t window_ns, uint64_t cpu_ns,
                   struct ht_limits *limits);

uint64_t ht_budget_cpu_ns(void); /* user and system time of all threads of this process */

#endif
