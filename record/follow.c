#include "record/session_state.h"

#include <string.h>

#define LOOK_NS 1000000000ull /* a large control group is a long list */
#define PACE    200 /* at most 0.5 % of one CPU's time: no source that goes off would give it back */

static size_t room_of(const struct ht_session *s) {
    return s->target.kind == HT_TARGET_COMMAND ? HT_TARGET_PIDS : HT_TARGET_CLOSE;
}

void ht_session_choose_close(struct ht_session *s) {
    s->closes = ht_target_largest(&s->target, s->close, room_of(s));
}

/* Makes room where those that have ended left some. */
static int add_close(struct ht_session *s, pid_t pid) {
    size_t room = room_of(s);
    if (s->closes == room) {
        size_t kept = 0;
        for (size_t i = 0; i < s->closes; i++)
            if (!ht_target_is_gone(s->close[i]))
                s->close[kept++] = s->close[i];
        s->closes = kept;
    }
    if (s->closes == room)
        return 0;
    s->close[s->closes++] = pid;
    return 1;
}

/* A command is looked at whenever something happened: what it starts may be over soon. With thousands of
 * threads that is dear, as each may have children. */
uint64_t ht_follow_pause(enum ht_target_kind kind, uint64_t cost_ns) {
    uint64_t least = kind == HT_TARGET_CGROUP ? LOOK_NS : 0;
    return cost_ns * PACE > least ? cost_ns * PACE : least;
}

void ht_session_follow(struct ht_session *s, int is_last) {
    uint64_t now = ht_clock_monotonic(), start = ht_clock_thread_cpu();
    size_t known = s->target.pids;
    if (!is_last && now < s->next_follow_ns)
        return;
    ht_target_follow(&s->target);
    s->next_follow_ns = now + ht_follow_pause(s->target.kind, ht_clock_thread_cpu() - start);
    int has_room = 1;
    /* Twice for each: a reader thread may have come only then to the record of its birth, and have taken it
     * for one like its parent. */
    for (size_t i = s->settled; s->others != NULL && i < s->target.pids; i++)
        ht_pid_set_remove(s->others, s->target.pid[i]);
    s->settled = known;
    for (size_t i = known; i < s->target.pids; i++) {
        pid_t pid = s->target.pid[i];
        has_room = has_room && add_close(s, pid);
        if (has_room && !s->options->no_numa_maps)
            ht_numa_maps_add(&s->numa_maps, pid);
    }
}

static void say_cgroup(struct ht_session *s) {
    const struct ht_target *t = &s->target;
    if (t->removed)
        ht_limits_add(&s->limits, 1, "control group", "", "%.500s was removed in the window", t->cgroup.path);
    if (t->unread > 0)
        ht_limits_add(
            &s->limits, t->unread, "control group", "run it with sudo",
            "some groups below %.500s could not be read, or are more than %u: their processes count "
            "as not asked for",
            t->cgroup.path, HT_CGROUPS_MAX);
    if (t->outside > 0)
        ht_limits_add(
            &s->limits, t->outside, "control group", "run it on the host",
            "processes of other pid namespaces are in %.500s: the kernel does not tell their numbers",
            t->cgroup.path);
    if (t->full)
        ht_limits_add(&s->limits, 1, "processes of the control group", "name one of the groups below it",
                      "there were more than %d in the window: the others count as not asked for",
                      HT_TARGET_CGROUP_PIDS);
    if (t->pids == 0)
        ht_limits_add(&s->limits, 1, "control group", "", "%.500s held no process in the whole window",
                      t->cgroup.path);
}

void ht_session_say_target(struct ht_session *s) {
    if (s->target.kind == HT_TARGET_CGROUP)
        say_cgroup(s);
    if (s->target.kind == HT_TARGET_COMMAND && s->target.full)
        ht_limits_add(&s->limits, 1, "processes of the command",
                      "hitm-record -a, or -p with the processes that matter",
                      "it started more than %d: the others count as not asked for", HT_TARGET_PIDS);
    if (s->target.kind != HT_TARGET_COMMAND && s->target.pids > HT_TARGET_CLOSE)
        ht_limits_add(&s->limits, s->target.pids - HT_TARGET_CLOSE, "conditions and numa_maps of processes",
                      "-p with the processes that matter",
                      "read of %d of the %zu processes: those with the most resident memory at the start",
                      HT_TARGET_CLOSE, s->target.pids);
}
