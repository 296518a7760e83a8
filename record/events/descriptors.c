#include "record/events/descriptors.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "record/base/privilege.h"

uint64_t ht_descriptors_raise(uint64_t needed) {
    struct rlimit limit, more;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return UINT64_MAX; /* what is too much then shows as EMFILE */
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed) {
        more.rlim_cur = more.rlim_max = needed;
        if (setrlimit(RLIMIT_NOFILE, &more) == 0)
            return needed;
    }
    if (limit.rlim_cur != limit.rlim_max) {
        more.rlim_cur = more.rlim_max = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &more) == 0)
            limit = more;
    }
    return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

static int takes_one(const struct ht_event *event) {
    return event->source->kind != HT_EVENT_KIND_SNAPSHOT && !event->left_out;
}

/* The order that the budget would give up next; 0 where only the sideband is left. */
static int next_to_go(const struct ht_plan *plan) {
    int next = 0;
    for (unsigned i = 0; i < plan->events; i++) {
        int order = plan->event[i].source->switch_off;
        if (takes_one(&plan->event[i]) && order > 0 && (next == 0 || order < next))
            next = order;
    }
    return next;
}

/* Leaves out the sources of this order: their bits in the table of sources. */
static uint64_t leave_out(struct ht_plan *plan, int order) {
    uint64_t which = 0;
    for (unsigned i = 0; i < plan->events; i++) {
        struct ht_event *event = &plan->event[i];
        if (!takes_one(event) || event->source->switch_off != order)
            continue;
        event->left_out = 1;
        which |= 1ull << (event->source - ht_sources);
    }
    return which;
}

enum ht_status ht_descriptors_fit(struct ht_plan *plan, size_t cpus, size_t threads, uint64_t allowed,
                                  struct ht_limits *limits, struct ht_cause *cause) {
    unsigned events = ht_plan_descriptors(plan);
    uint64_t each = (uint64_t)cpus * (threads > 0 ? threads : 1);
    uint64_t needed = each * events + HT_DESCRIPTORS_BESIDES;
    char of[64] = "", list[1024], mend[128];
    uint64_t which = 0;
    if (threads > 0)
        snprintf(of, sizeof of, "%zu thread%s x ", threads, threads == 1 ? "" : "s");
    while (each * (events - (unsigned)__builtin_popcountll(which)) + HT_DESCRIPTORS_BESIDES > allowed) {
        int order = next_to_go(plan);
        if (order == 0)
            return ht_fail(cause, HT_LIMIT,
                           "too few file descriptors: %s%zu CPUs need %llu for one event, %llu are allowed: "
                           "sudo prlimit --pid $$ --nofile=%llu:%llu%s",
                           of, cpus, (unsigned long long)each + HT_DESCRIPTORS_BESIDES,
                           (unsigned long long)allowed, (unsigned long long)needed,
                           (unsigned long long)needed,
                           threads > 0 ? "; or " HT_MEND_PRIVILEGE " (then threads do not count)" : "");
        which |= leave_out(plan, order);
    }
    if (which == 0)
        return HT_OK;
    ht_sources_list(which, 0, list, sizeof list);
    snprintf(mend, sizeof mend, "sudo prlimit --pid $$ --nofile=%llu:%llu", (unsigned long long)needed,
             (unsigned long long)needed);
    ht_limits_add(limits, (uint64_t)__builtin_popcountll(which), "open files", mend,
                  "%s%zu CPUs x %u events need %llu file descriptors, %llu are allowed. Not recorded: %s", of,
                  cpus, events, (unsigned long long)needed, (unsigned long long)allowed, list);
    return HT_OK;
}
