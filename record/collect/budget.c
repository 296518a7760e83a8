#include "record/collect/budget.h"

#include <stdio.h>
#include <time.h>

#define FIRST_LOOK_NS 1000000000ull
#define STRETCH_NS    200000000ull
#define WORTH_RATE    100.0 /* records a second: half a millisecond or so */
#define WORTH_SHARE   0.1   /* of what is allowed: of snapshots */

void ht_budget_start(struct ht_budget *b, double share, unsigned cpus, uint64_t now_ns, uint64_t cpu_ns) {
    *b = (struct ht_budget){.share = share,
                            .cpus = cpus > 0 ? cpus : 1,
                            .start_ns = now_ns,
                            .start_cpu_ns = cpu_ns,
                            .last_ns = now_ns,
                            .last_cpu_ns = cpu_ns};
}

static void take_counts(struct ht_budget *b, uint64_t stretch, const uint64_t count[HT_EVENTS_MAX]) {
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++) {
        b->rate[i] = (b->rate[i] + (double)(count[i] - b->count[i]) * 1e9 / (double)stretch) / 2;
        b->count[i] = count[i];
    }
}

int ht_budget_look(struct ht_budget *b, uint64_t now_ns, uint64_t cpu_ns,
                   const uint64_t count[HT_EVENTS_MAX]) {
    uint64_t elapsed = now_ns - b->start_ns, stretch = now_ns - b->last_ns;
    if (stretch < STRETCH_NS)
        return 0;
    double recent = (double)(cpu_ns - b->last_cpu_ns) / ((double)stretch * b->cpus);
    b->used = (double)(cpu_ns - b->start_cpu_ns) / ((double)elapsed * b->cpus);
    b->last_ns = now_ns;
    b->last_cpu_ns = cpu_ns;
    take_counts(b, stretch, count);
    if (b->share <= 0 || elapsed < FIRST_LOOK_NS || b->used <= b->share || recent <= b->share)
        return 0;
    b->peak = b->used > b->peak ? b->used : b->peak;
    return 1;
}

static int is_on(const struct ht_event *event, uint64_t off_ns) {
    return event->open && off_ns == 0 && event->source->switch_off > 0;
}

/* Those of one order together: would it be felt if they were off? A snapshot is read so seldom that only the
 * whole time says what it costs. */
static int is_worth(const struct ht_budget *b, const struct ht_plan *plan, int rank,
                    const uint64_t off_ns[HT_EVENTS_MAX]) {
    double allowed_ns = b->share * b->cpus * (double)(b->last_ns - b->start_ns), rate = 0;
    for (unsigned i = 0; i < plan->events; i++) {
        const struct ht_event *event = &plan->event[i];
        if (!is_on(event, off_ns[i]) || event->source->switch_off != rank)
            continue;
        if (event->source->kind != HT_EVENT_KIND_SNAPSHOT)
            rate += b->rate[i];
        else if ((double)(b->count[i] - b->before[i]) >= WORTH_SHARE * allowed_ns)
            return 1;
    }
    return rate >= WORTH_RATE;
}

int ht_budget_next(struct ht_budget *b, const struct ht_plan *plan, const uint64_t off_ns[HT_EVENTS_MAX]) {
    int next = -1, order = 0;
    for (unsigned i = 0; i < plan->events; i++) {
        int rank = plan->event[i].source->switch_off;
        if (is_on(&plan->event[i], off_ns[i]) && (next < 0 || rank < order) &&
            is_worth(b, plan, rank, off_ns)) {
            next = (int)i;
            order = rank;
        }
    }
    b->stuck = next < 0;
    return next;
}

/* ---- what is said ---- */

/* The next group that went off behind a time; -1: none. */
static int off_behind(const struct ht_plan *plan, const uint64_t off_ns[HT_EVENTS_MAX], uint64_t time_ns) {
    int next = -1;
    for (unsigned i = 0; i < plan->events; i++)
        if (off_ns[i] > time_ns && (next < 0 || off_ns[i] < off_ns[next]))
            next = (int)i;
    return next;
}

void ht_budget_say(const struct ht_budget *b, const struct ht_plan *plan, uint64_t start_ns,
                   const uint64_t off_ns[HT_EVENTS_MAX], uint64_t window_ns, uint64_t cpu_ns,
                   struct ht_limits *limits) {
    static const char mend[] = "a larger --max-overhead, or a shorter window";
    double used = window_ns > 0 ? (double)cpu_ns / ((double)window_ns * b->cpus) : 0;
    char gone[768] = "";
    size_t length = 0;
    unsigned groups = 0;
    for (int i = off_behind(plan, off_ns, 0); i >= 0; i = off_behind(plan, off_ns, off_ns[i])) {
        if (length < sizeof gone)
            length += (size_t)snprintf(gone + length, sizeof gone - length, "%s %s %safter %.1f s",
                                       groups > 0 ? "," : "", plan->event[i].source->topic,
                                       groups > 0 ? "" : "off ", (double)(off_ns[i] - start_ns) / 1e9);
        groups++;
    }
    if (groups > 0)
        ht_limits_add(limits, groups, "over budget", mend,
                      "recording took up to %.3g %% of the machine's CPU time, over the budget of %g %%:%s",
                      b->peak * 100, b->share * 100, gone);
    if (b->stuck && used > b->share)
        ht_limits_add(limits, 0, "budget", mend,
                      "exceeded: recording took %.3g %% of the machine's CPU time in the whole window, %g %% "
                      "are allowed; what was still on had too few hits to save anything",
                      used * 100, b->share * 100);
}

uint64_t ht_budget_cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
