#include "record/collect/budget.h"

#include <time.h>

#define FIRST_LOOK_NS 1000000000ull
#define STRETCH_NS    200000000ull

void ht_budget_start(struct ht_budget *b, double share, unsigned cpus, uint64_t now_ns, uint64_t cpu_ns) {
    *b = (struct ht_budget){.share = share,
                            .cpus = cpus > 0 ? cpus : 1,
                            .start_ns = now_ns,
                            .start_cpu_ns = cpu_ns,
                            .last_ns = now_ns,
                            .last_cpu_ns = cpu_ns};
}

int ht_budget_look(struct ht_budget *b, uint64_t now_ns, uint64_t cpu_ns) {
    uint64_t elapsed = now_ns - b->start_ns, stretch = now_ns - b->last_ns;
    if (stretch < STRETCH_NS)
        return 0;
    double recent = (double)(cpu_ns - b->last_cpu_ns) / ((double)stretch * b->cpus);
    b->used = (double)(cpu_ns - b->start_cpu_ns) / ((double)elapsed * b->cpus);
    b->last_ns = now_ns;
    b->last_cpu_ns = cpu_ns;
    return b->share > 0 && elapsed >= FIRST_LOOK_NS && b->used > b->share && recent > b->share;
}

int ht_budget_next(const struct ht_budget *b, const struct ht_plan *plan) {
    int next = -1, order = 0;
    for (unsigned i = 0; i < plan->events; i++) {
        int rank = plan->event[i].source->switch_off;
        if (plan->event[i].open && rank > b->switched && (next < 0 || rank < order)) {
            next = (int)i;
            order = rank;
        }
    }
    return next;
}

uint64_t ht_budget_cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
