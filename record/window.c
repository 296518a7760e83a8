#include "record/session_state.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "record/collect/counters.h"

#define TICK_MS   250
#define SECOND_NS 1000000000ull

/* Mappings that readers asked for since. */
enum ht_status ht_session_read_mappings(struct ht_session *s, struct ht_cause *cause) {
    int32_t pid;
    enum ht_status status = HT_OK;
    while (status == HT_OK && ht_pid_queue_take(&s->queue, &pid)) {
        status =
            ht_tasks_mappings(s->options->root, pid, s->start_ns, &s->mappings, &s->spaces, &s->denied_maps);
        if (status == HT_LIMIT) {
            ht_limits_add(&s->limits, 1, "mappings", "", "process %d has more than are kept", (int)pid);
            status = HT_OK;
        }
        /* A table holds HT_ROWS_MAX rows; one process has 65,530 mappings at most by default. */
        if (status == HT_OK && s->mappings.rows > HT_ROWS_MAX / 4)
            status = ht_session_put(s, &s->mappings, cause);
        else if (status != HT_OK)
            ht_fail(cause, status, "mappings of process %d: %s", (int)pid, ht_status_text(status));
    }
    return status == HT_OK ? ht_session_put(s, &s->mappings, cause) : status;
}

static enum ht_status read_counters(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status = ht_counters_read(&s->opened, ht_clock_now(&s->clock), &s->counters, cause);
    return status == HT_OK ? ht_writer_put(s->writer, s->encoder, &s->counters, 0, cause) : status;
}

/* About every second: clock pair, counters. */
static enum ht_status each_second(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status = ht_clock_pair(&s->clock, cause);
    if (status == HT_OK)
        status = ht_session_put(s, &s->clock.table, cause);
    ht_table_clear(&s->counters);
    return status == HT_OK ? read_counters(s, cause) : status;
}

static enum ht_status keep_budget(struct ht_session *s, struct ht_cause *cause) {
    if (!ht_budget_look(&s->budget, ht_clock_monotonic(), ht_budget_cpu_ns()))
        return HT_OK;
    int event = ht_budget_next(&s->budget, &s->plan);
    if (event < 0)
        return HT_OK;
    const struct ht_source *source = s->plan.event[event].source;
    s->budget.switched = source->switch_off;
    s->gap_start_ns[event] = ht_clock_now(&s->clock);
    ht_limits_add(&s->limits, 1, source->name, "a larger --max-overhead, or a shorter window",
                  "recording took %.1f %% of the machine's CPU time, over the budget of %g %%: switched off "
                  "after %.1f s",
                  s->budget.used * 100, s->options->max_overhead,
                  (double)(s->gap_start_ns[event] - s->start_ns) / 1e9);
    return ht_events_switch(&s->opened, event, 0, cause);
}

int ht_session_take_signals(struct ht_session *s) {
    struct signalfd_siginfo info;
    int stop = 0;
    while (read(s->signal_fd, &info, sizeof info) == sizeof info)
        stop |= info.ssi_signo != SIGCHLD;
    return stop;
}

static void tell_progress(struct ht_session *s, uint64_t now) {
    if (s->hooks.progress == NULL)
        return;
    struct ht_progress progress = {(double)(now - s->start_monotonic_ns) / 1e9, (double)s->window_ns / 1e9,
                                   ht_writer_bytes(s->writer)};
    s->hooks.progress(s->hooks.context, &progress);
}

/* A command is also what it starts: its placement is read, and the capture names it as target. */
static void follow_command(struct ht_session *s) {
    size_t known = s->target.pids;
    if (ht_target_follow(&s->target) && !s->target_full) {
        s->target_full = 1;
        ht_limits_add(&s->limits, 1, "processes of the command",
                      "hitm-record -a, or -p with the processes that matter",
                      "it started more than %d: the others count as not asked for", HT_TARGET_PIDS);
    }
    for (size_t i = known; i < s->target.pids && !s->options->no_numa_maps; i++)
        ht_numa_maps_add(&s->numa_maps, s->target.pid[i]);
}

/* Waits for the end of the window; sets end_reason. */
static enum ht_status watch(struct ht_session *s, struct ht_cause *cause) {
    uint64_t start = s->start_monotonic_ns, next_second = start + SECOND_NS;
    enum ht_status status = HT_OK;
    while (status == HT_OK) {
        uint64_t now = ht_clock_monotonic(), end = s->window_ns > 0 ? start + s->window_ns : UINT64_MAX;
        uint64_t left_ms = end > now ? (end - now) / 1000000u + 1 : 0;
        struct pollfd wait[] = {{.fd = s->signal_fd, .events = POLLIN},
                                {.fd = s->failed_fd, .events = POLLIN},
                                {.fd = s->queue.wake_fd, .events = POLLIN}};
        if (poll(wait, 3, left_ms < TICK_MS ? (int)left_ms : TICK_MS) < 0 && errno != EINTR)
            return ht_fail_errno(cause, "poll");
        now = ht_clock_monotonic();
        status = ht_session_read_mappings(s, cause);
        if (status == HT_OK && now >= next_second) {
            status = each_second(s, cause);
            next_second += SECOND_NS;
            tell_progress(s, now);
        }
        follow_command(s);
        if (status == HT_OK)
            status = ht_numa_maps_tick(&s->numa_maps, ht_clock_now(&s->clock), s->writer, s->encoder, cause);
        if (status == HT_OK)
            status = keep_budget(s, cause);
        if (ht_session_take_signals(s))
            s->end_reason = "interrupt";
        else if (wait[1].revents != 0)
            s->end_reason = "recorder failed";
        else if (ht_target_gone(&s->target))
            s->end_reason = s->target.child > 0 ? "command exited" : "target gone";
        else if (now >= end)
            s->end_reason = "duration";
        if (s->end_reason[0] != '\0')
            break;
    }
    return status;
}

/* Everything slow comes before the events are on; the window starts when they are. */
static enum ht_status start_window(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status = ht_session_put_before(s, cause);
    if (status != HT_OK || (status = ht_clock_pair(&s->clock, cause)) != HT_OK ||
        (status = ht_session_put_node_stats(s, cause)) != HT_OK ||
        (status = ht_drain_start(s->drain, cause)) != HT_OK)
        return status;
    s->running = 1;
    s->start_monotonic_ns = ht_clock_monotonic();
    s->start_ns = ht_clock_now(&s->clock);
    s->start_realtime_ns = ht_clock_realtime();
    ht_budget_start(&s->budget, s->options->max_overhead / 100, (unsigned)s->cpus, s->start_monotonic_ns,
                    ht_budget_cpu_ns());
    if ((status = ht_events_switch(&s->opened, -1, 1, cause)) != HT_OK ||
        (status = read_counters(s, cause)) != HT_OK || (status = ht_session_put_start(s, cause)) != HT_OK ||
        (status = ht_session_put(s, &s->clock.table, cause)) != HT_OK)
        return status;
    if ((status = ht_target_release(&s->target, cause)) != HT_OK)
        return status;
    /* Only now: a command that is held still has our own mappings. */
    for (size_t i = 0; i < s->target.pids; i++)
        ht_pid_queue_add(&s->queue, s->target.pid[i]);
    ht_numa_maps_init(&s->numa_maps, s->options->root, s->target.child > 0, s->target.pid,
                      s->options->no_numa_maps ? 0 : s->target.pids, &s->limits);
    return HT_OK;
}

/* Events off, rings emptied, then the last reading: only in this order value = samples + lost. */
static enum ht_status end_window(struct ht_session *s, struct ht_cause *cause) {
    struct ht_cause later;
    s->end_ns = ht_clock_now(&s->clock);
    enum ht_status status = ht_events_switch(&s->opened, -1, 0, cause);
    enum ht_status drained = ht_drain_stop(s->drain, &s->totals, status == HT_OK ? cause : &later);
    s->running = 0;
    s->window_cpu_ns = ht_budget_cpu_ns() - s->budget.start_cpu_ns;
    if (status == HT_OK)
        status = drained;
    if (status == HT_OK)
        status = ht_session_read_mappings(s, cause);
    ht_table_clear(&s->counters);
    if (status == HT_OK)
        status = read_counters(s, cause);
    if (status == HT_OK)
        status = ht_numa_maps_end(&s->numa_maps, ht_clock_now(&s->clock), s->writer, s->encoder, cause);
    if (status == HT_OK && (status = ht_clock_pair(&s->clock, cause)) == HT_OK)
        status = ht_session_put(s, &s->clock.table, cause);
    if (status == HT_OK)
        status = ht_session_put_node_stats(s, cause);
    return status;
}

/* What the user holds after a failure: a cut capture, or none where there was nothing to keep. */
static enum ht_status fail_run(struct ht_session *s, int recorded, enum ht_status status,
                               struct ht_cause *cause) {
    size_t length = strlen(cause->text);
    if (!recorded)
        unlink(s->path);
    else
        snprintf(cause->text + length, sizeof cause->text - length, "; %s is cut, but readable up to there",
                 s->path);
    return status;
}

enum ht_status ht_session_run(struct ht_session *s, struct ht_cause *cause) {
    struct ht_cause later;
    enum ht_status status = start_window(s, cause);
    int started = status == HT_OK;
    if (status == HT_OK)
        status = watch(s, cause);
    if (s->running) {
        enum ht_status ended = end_window(s, status == HT_OK ? cause : &later);
        status = status == HT_OK ? ended : status;
    }
    return status == HT_OK ? HT_OK : fail_run(s, started, status, cause);
}
