#include "record/session_state.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "record/collect/counters.h"

#define TICK_MS          250
#define SECOND_NS        1000000000ull
#define COUNTERS_EVERY_S 10
#define MAPPINGS_NS      20000000ull /* of one tick: ten thousand processes may wake at once */

/* What is left stays in the queue, which keeps its descriptor readable: the next tick comes at once, but
 * signals, the end of the window and the budget come before it. */
enum ht_status ht_session_read_mappings(struct ht_session *s, int is_last, struct ht_cause *cause) {
    int32_t pid;
    uint64_t start = ht_clock_monotonic();
    enum ht_status status = HT_OK;
    while (status == HT_OK && (is_last || ht_clock_monotonic() - start < MAPPINGS_NS) &&
           ht_pid_queue_take(&s->queue, &pid)) {
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
        ht_snapshots_process(s, pid);
    }
    return status == HT_OK ? ht_session_put(s, &s->mappings, cause) : status;
}

static enum ht_status read_counters(struct ht_session *s, struct ht_cause *cause) {
    uint64_t now = ht_clock_now(&s->clock);
    enum ht_status status = ht_counters_read(&s->opened, now, &s->readings, &s->counters, cause);
    if (status == HT_OK)
        status = ht_snapshots_count(s, now, &s->counters, cause);
    return status == HT_OK ? ht_writer_put(s->writer, s->encoder, &s->counters, 0, cause) : status;
}

/* About every second: clock pair, CPUs that came. The counters now and then: only a capture that is cut needs
 * them before the end, and each reading interrupts the CPU that the event is on. */
static enum ht_status each_second(struct ht_session *s, unsigned second, struct ht_cause *cause) {
    enum ht_status status = ht_clock_pair(&s->clock, cause);
    if (status == HT_OK)
        status = ht_session_put(s, &s->clock.table, cause);
    if (status == HT_OK && second % COUNTERS_EVERY_S == 0) {
        ht_table_clear(&s->counters);
        status = read_counters(s, cause);
    }
    if (status == HT_OK && (status = ht_cpus_look(&s->which, "", ht_clock_now(&s->clock))) != HT_OK)
        ht_fail(cause, status, "CPUs: %s", ht_status_text(status));
    return status;
}

static enum ht_status keep_budget(struct ht_session *s, struct ht_cause *cause) {
    uint64_t count[HT_EVENTS_MAX];
    ht_drain_records(s->drain, count);
    ht_snapshots_spent(s, count);
    if (!ht_budget_look(&s->budget, ht_clock_monotonic(), ht_budget_cpu_ns(), count))
        return HT_OK;
    int event = ht_budget_next(&s->budget, &s->plan, s->gap_start_ns);
    if (event < 0)
        return HT_OK;
    int order = s->plan.event[event].source->switch_off;
    uint64_t now = ht_clock_now(&s->clock);
    enum ht_status status = HT_OK;
    /* Sources of one order go together: the begin of something without its end says little. */
    for (unsigned i = 0; i < s->plan.events && status == HT_OK; i++) {
        if (!s->plan.event[i].open || s->plan.event[i].source->switch_off != order)
            continue;
        s->gap_start_ns[i] = now;
        status = ht_events_switch(&s->opened, (int)i, 0, cause);
    }
    return status;
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

/* Waits for the end of the window; sets end_reason. */
static enum ht_status watch(struct ht_session *s, struct ht_cause *cause) {
    uint64_t start = s->start_monotonic_ns, next_second = start + SECOND_NS;
    enum ht_status status = HT_OK;
    while (status == HT_OK) {
        uint64_t now = ht_clock_monotonic(), end = s->window_ns > 0 ? start + s->window_ns : UINT64_MAX;
        uint64_t next = ht_snapshots_next(s), until = next < end ? next : end;
        uint64_t left_ms = until > now ? (until - now) / 1000000u + 1 : 0;
        struct pollfd wait[] = {{.fd = s->signal_fd, .events = POLLIN},
                                {.fd = s->failed_fd, .events = POLLIN},
                                {.fd = s->queue.wake_fd, .events = POLLIN}};
        if (poll(wait, 3, left_ms < TICK_MS ? (int)left_ms : TICK_MS) < 0 && errno != EINTR)
            return ht_fail_errno(cause, "poll");
        now = ht_clock_monotonic();
        status = ht_session_read_mappings(s, 0, cause);
        if (status == HT_OK && now >= next_second) {
            status = each_second(s, (unsigned)((next_second - start) / SECOND_NS), cause);
            next_second += SECOND_NS;
            tell_progress(s, now);
        }
        ht_session_follow(s, 0);
        if (status == HT_OK)
            status = ht_snapshots_tick(s, cause);
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

/* Who is there and not asked for, as late as can be: what they start from now on is told by records. */
static void know_others(struct ht_session *s) {
    if (s->others == NULL)
        return;
    ht_pid_set_add_all(s->others);
    for (size_t i = 0; i < s->target.pids; i++)
        ht_pid_set_remove(s->others, s->target.pid[i]);
}

/* Everything slow comes before the events are on; the window starts when they are. */
static enum ht_status start_window(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status = ht_session_put_before(s, cause);
    if (status != HT_OK || (status = ht_clock_pair(&s->clock, cause)) != HT_OK ||
        (status = ht_snapshots_start(s, cause)) != HT_OK ||
        (status = ht_drain_start(s->drain, cause)) != HT_OK)
        return status;
    s->running = 1;
    if ((status = ht_session_put_own_tasks(s, cause)) != HT_OK)
        return status;
    know_others(s);
    s->start_monotonic_ns = ht_clock_monotonic();
    s->start_ns = ht_clock_now(&s->clock);
    s->start_realtime_ns = ht_clock_realtime();
    ht_budget_start(&s->budget, s->options->max_overhead / 100, (unsigned)s->which.online.cpus,
                    s->start_monotonic_ns, ht_budget_cpu_ns());
    ht_snapshots_spent(s, s->budget.before);
    if ((status = ht_events_switch(&s->opened, -1, 1, cause)) != HT_OK ||
        (status = read_counters(s, cause)) != HT_OK || (status = ht_session_put_start(s, cause)) != HT_OK ||
        (status = ht_session_put(s, &s->clock.table, cause)) != HT_OK)
        return status;
    if ((status = ht_target_release(&s->target, cause)) != HT_OK)
        return status;
    /* Only now: a command that is held still has our own mappings. */
    for (size_t i = 0; i < s->closes; i++)
        ht_pid_queue_add(&s->queue, s->close[i]);
    ht_snapshots_choose(s);
    return HT_OK;
}

/* Events off, rings emptied, then the last reading: only in this order value = samples + lost. */
static enum ht_status end_window(struct ht_session *s, struct ht_cause *cause) {
    struct ht_cause later;
    enum ht_status status = ht_cpus_before_end(&s->which, &s->opened);
    if (status != HT_OK)
        ht_fail(cause, status, "CPUs: %s", ht_status_text(status));
    s->end_ns = ht_clock_now(&s->clock);
    enum ht_status off = ht_events_switch(&s->opened, -1, 0, status == HT_OK ? cause : &later);
    status = status == HT_OK ? off : status;
    if (status == HT_OK)
        status = ht_snapshots_end_nodes(s, cause);
    enum ht_status drained = ht_drain_stop(s->drain, &s->totals, status == HT_OK ? cause : &later);
    s->running = 0;
    s->window_cpu_ns = ht_budget_cpu_ns() - s->budget.start_cpu_ns;
    if (status == HT_OK)
        status = drained;
    if (status == HT_OK)
        status = ht_session_read_mappings(s, 1, cause);
    ht_session_follow(s, 1);
    if (status == HT_OK)
        status = ht_snapshots_end(s, cause);
    ht_table_clear(&s->counters);
    if (status == HT_OK)
        status = read_counters(s, cause);
    if (status == HT_OK && (status = ht_clock_pair(&s->clock, cause)) == HT_OK)
        status = ht_session_put(s, &s->clock.table, cause);
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
