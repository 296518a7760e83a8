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
    double used;  /* share since the start, of the last look */
    int switched; /* order of the last source given up; the session sets it */
};

void ht_budget_start(struct ht_budget *budget, double share, unsigned cpus, uint64_t now_ns, uint64_t cpu_ns);

/* 1 where a source has to go: the share since the start is over and the last stretch was over too. No verdict
 * before a second has passed: the start costs more than the rest. */
int ht_budget_look(struct ht_budget *budget, uint64_t now_ns, uint64_t cpu_ns);

/* The open event that goes next by the plan's order, and with it all of the same order; -1 where nothing is
 * left to give up. */
int ht_budget_next(const struct ht_budget *budget, const struct ht_plan *plan);

uint64_t ht_budget_cpu_ns(void); /* user and system time of all threads of this process */

#endif
