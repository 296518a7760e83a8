/* What a recording would open on this machine's own PMUs, purpose by purpose: the numbers for
 * perf_event_open, what has to be grouped, which periods the PMU takes, where the code came from; or why
 * there is nothing. Built from sysfs, the families' tables and libpfm4, before the window, by one thread;
 * read-only afterwards. */
#ifndef HT_RECORD_EVENTS_MEMORY_PLAN_H
#define HT_RECORD_EVENTS_MEMORY_PLAN_H

#include "record/events/encode.h"

#define HT_LEAST_LATENCY 30 /* cycles; what perf c2c takes */

struct ht_memory_plan_options {
    const char *root;
    unsigned least_cycles; /* of load latency and filters; HT_LEAST_LATENCY */
    int phys;              /* physical addresses are wanted */
    int user_only;
};

struct ht_memory_event {
    enum ht_purpose purpose;
    const char *name; /* the vendor's; of ibs_op and arm_spe their own; "" where there is no event */
    unsigned pmu;     /* in the plan's list; its CPUs are the only ones it opens on */
    int available;    /* else nothing below is set but why */
    uint32_t type;
    struct ht_pmu_code code;
    unsigned precise;
    enum ht_code_source source;
    enum ht_count_group group; /* events of one PMU and group are opened as one group, the first leads */
    int leader;                /* index of the event that has to lead this one in a group of two; -1: none */
    uint64_t counters;         /* bit n: counter n can hold it; 0: any */
    uint64_t period_least;     /* 1: any */
    uint64_t period_step;      /* periods are multiples of it */
    const char *filter;        /* what SLICE.filter says; "" unfiltered */
    char why[192];             /* why it is not available, or what to know of it */
};

struct ht_memory_plan {
    struct ht_cpu cpu;
    struct ht_pmu_list list;
    const struct ht_family *family[HT_PMUS_MAX]; /* by PMU */
    struct ht_memory_event *event;
    size_t events, capacity;
};

/* A machine without PMUs has a plan without events. On failure (NOMEM) the plan is empty. */
enum ht_status ht_memory_plan_build(const struct ht_memory_plan_options *options, struct ht_memory_plan *plan,
                                    struct ht_cause *cause);
void ht_memory_plan_free(struct ht_memory_plan *plan); /* a zeroed one is fine */

/* The first event for a purpose on a PMU (its number in the list), available or not; NULL: none planned. */
const struct ht_memory_event *ht_memory_plan_find(const struct ht_memory_plan *plan, unsigned pmu,
                                                  enum ht_purpose purpose);

/* Type, code and precise_ip of an available event; everything else is 0. */
void ht_memory_event_attr(const struct ht_memory_event *event, struct perf_event_attr *attr);

#endif
