#include "record/session_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "record/base/privilege.h"
#include "record/collect/chains.h"
#include "record/collect/counters.h"
#include "record/collect/symbols.h"

#define AGAIN_NS 300000000ull

/* Where every hit is a sample (period 1), what an event counted on a CPU and neither delivered nor counted as
 * lost was dropped by the kernel on the way: it happens (6.18, single hits of tasks that exit), and only this
 * difference shows it. Before 6.0 the kernel counts no losses by event: there it is all that was lost. */
static enum ht_status add_unexplained(struct ht_session *s, uint32_t counter, struct ht_table *loss) {
    uint64_t **n = s->counters.number, seen = n[HT_COUNTER_LOST][counter];
    unsigned event = (unsigned)n[HT_COUNTER_EVENT][counter];
    uint32_t row;
    if (s->plan.event[event].attr.sample_period != 1)
        return HT_OK;
    for (size_t i = 0; i < s->opened.count; i++)
        if (s->opened.open[i].event == event && s->opened.open[i].cpu == (int)n[HT_COUNTER_CPU][counter])
            seen += s->totals.samples[i];
    if (seen > n[HT_COUNTER_VALUE][counter])
        ht_limits_add(&s->limits, seen - n[HT_COUNTER_VALUE][counter], "account of losses", "",
                      "event %s has more samples and losses than the kernel counted hits",
                      s->plan.event[event].source->name);
    if (seen >= n[HT_COUNTER_VALUE][counter])
        return HT_OK;
    enum ht_status status = ht_table_add(loss, &row);
    if (status != HT_OK)
        return status;
    s->unexplained[event] += n[HT_COUNTER_VALUE][counter] - seen;
    loss->number[HT_LOSS_TIME][row] = s->end_ns;
    loss->number[HT_LOSS_KIND][row] = HT_LOSS_KIND_SAMPLES;
    loss->number[HT_LOSS_CPU][row] = n[HT_COUNTER_CPU][counter];
    loss->number[HT_LOSS_EVENT][row] = event;
    loss->number[HT_LOSS_COUNT][row] = n[HT_COUNTER_VALUE][counter] - seen;
    return HT_OK;
}

static enum ht_status put_unexplained(struct ht_session *s, struct ht_cause *cause) {
    struct ht_table loss;
    enum ht_status status = HT_OK;
    ht_table_init(&loss, HT_CHUNK_LOSS);
    for (uint32_t row = 0; row < s->counters.rows && status == HT_OK; row++)
        status = add_unexplained(s, row, &loss);
    status = status == HT_OK ? ht_session_put(s, &loss, cause) : ht_fail(cause, status, "out of memory");
    ht_table_free(&loss);
    return status;
}

static enum ht_status put_gaps(struct ht_session *s, struct ht_cause *cause) {
    struct ht_table table;
    enum ht_status status = HT_OK;
    ht_table_init(&table, HT_CHUNK_LOSS);
    for (unsigned i = 0; i < s->plan.events && status == HT_OK; i++) {
        uint32_t row;
        if (s->gap_start_ns[i] == 0 || (status = ht_table_add(&table, &row)) != HT_OK)
            continue;
        table.number[HT_LOSS_TIME][row] = s->gap_start_ns[i];
        table.number[HT_LOSS_KIND][row] = HT_LOSS_KIND_GAP;
        table.number[HT_LOSS_CPU][row] = (uint64_t)-1;
        table.number[HT_LOSS_EVENT][row] = s->plan.event[i].number;
        table.number[HT_LOSS_COUNT][row] = s->end_ns - s->gap_start_ns[i];
    }
    if (status == HT_OK)
        status = ht_cpus_gaps(&s->which, "", &s->opened, s->start_ns, s->end_ns, &table, &s->limits);
    status = status == HT_OK ? ht_session_put(s, &table, cause) : ht_fail(cause, status, "out of memory");
    ht_table_free(&table);
    return status;
}

static uint64_t samples_of(const struct ht_session *s, unsigned event) {
    uint64_t samples = 0;
    for (size_t i = 0; s->totals.samples != NULL && i < s->opened.count; i++)
        samples += s->opened.open[i].event == event ? s->totals.samples[i] : 0;
    return samples;
}

static void fill_summary(struct ht_session *s, struct ht_summary *summary) {
    memset(summary, 0, sizeof *summary);
    memcpy(summary->path, s->path, sizeof summary->path);
    summary->file_bytes = s->writer != NULL ? ht_writer_bytes(s->writer) : 0;
    summary->window_s = s->end_ns > s->start_ns ? (double)(s->end_ns - s->start_ns) / 1e9 : 0;
    summary->end_reason = s->end_reason;
    summary->level = ht_plan_level(&s->plan);
    summary->cpu_ns = s->window_cpu_ns;
    summary->total_cpu_ns = ht_budget_cpu_ns();
    if (summary->window_s > 0)
        summary->cpu_share =
            (double)s->window_cpu_ns / (summary->window_s * 1e9 * (double)s->which.online.cpus);
    for (unsigned i = 0; i < s->plan.events; i++) {
        struct ht_counter_sum sum;
        if (!s->plan.event[i].open)
            continue;
        ht_counters_sum(&s->counters, i, &sum);
        if (s->plan.event[i].source->kind == HT_EVENT_KIND_SIDEBAND && sum.lost == 0)
            continue; /* its records are no samples */
        summary->event[summary->events++] = (struct ht_event_summary){.name = s->plan.event[i].source->name,
                                                                      .samples = samples_of(s, i),
                                                                      .lost = sum.lost + s->unexplained[i],
                                                                      .lost_known = sum.lost_known};
        if (s->plan.event[i].source->kind == HT_EVENT_KIND_SWITCH)
            summary->event[summary->events - 1].left_out = s->totals.filtered;
        if (s->plan.event[i].source->kind == HT_EVENT_KIND_SNAPSHOT) {
            summary->event[summary->events - 1].samples = sum.value;
            summary->event[summary->events - 1].is_snapshot = 1;
        }
    }
    summary->ring_bytes = ht_drain_ring_bytes(s->drain);
    summary->rounds = s->totals.rounds;
    summary->late = s->totals.late;
    summary->overrun = s->totals.overrun;
    summary->unknown = s->totals.unknown;
    summary->malformed = s->totals.malformed;
    summary->has_command = s->target.child > 0;
    summary->command_exited = ht_target_gone(&s->target) && summary->has_command;
    summary->command_status = s->target.wait_status;
}

/* A second Ctrl-C: whoever waits wants the file now, names or not. One that comes with the first is the same
 * one: timeout(1) signals its child and then the child's group. */
static int is_stopped(void *context) {
    struct ht_session *s = context;
    return ht_session_take_signals(s) && ht_clock_now(&s->clock) - s->end_ns > AGAIN_NS;
}

/* Said, not only counted: these samples were taken for ours by where they were found and how they look. */
static void say_foreign(struct ht_session *s) {
    if (s->totals.foreign > 0)
        ht_limits_add(
            &s->limits, s->totals.foreign, "identifiers of page faults",
            "record while no other perf session samples page faults",
            "the kernel wrote another session's identifier into %llu samples of ours; they were known by "
            "ring, CPU and layout",
            (unsigned long long)s->totals.foreign);
}

static void say_readings(struct ht_session *s) {
    if (s->readings.failed > 0)
        ht_limits_add(&s->limits, s->readings.failed, "readings of events", "",
                      "%llu times an event could not be read: its last reading before stands in for it",
                      (unsigned long long)s->readings.failed);
}

static void say_chains(struct ht_session *s) {
    if (s->totals.chains_dropped > 0)
        ht_limits_add(&s->limits, s->totals.chains_dropped, "call chains", "a shorter window, or no -g",
                      "%llu samples whose call chain was not kept: longer than %u frames, or the room for "
                      "different ones (%u MiB in all) was full",
                      (unsigned long long)s->totals.chains_dropped, HT_CHAIN_FRAMES_MAX,
                      (unsigned)(HT_FRAMES_MAX * sizeof(struct ht_frame) >> 20));
}

/* Root may lack a capability that the process has, as in a container: no command of ours mends that. */
static void say_denied_maps(struct ht_session *s) {
    int may_trace = ht_has_capability(CAP_SYS_PTRACE);
    if (s->denied_maps > 0)
        ht_limits_add(&s->limits, s->denied_maps,
                      may_trace ? "mappings of processes" : "mappings of other users' processes",
                      may_trace ? "" : HT_MEND_PRIVILEGE,
                      "/proc/PID/maps of %llu of %zu processes may not be read%s: their code has no names",
                      (unsigned long long)s->denied_maps, s->queue.taken,
                      may_trace ? ", as they have capabilities that we lack" : "");
}

static enum ht_status put_names(struct ht_session *s, struct ht_cause *cause) {
    struct ht_symbols_request request = {.root = s->options->root,
                                         .writer = s->writer,
                                         .encoder = s->encoder,
                                         .limits = &s->limits,
                                         .start_ns = s->start_ns,
                                         .realtime_offset = (int64_t)(s->start_realtime_ns - s->start_ns),
                                         .hits = &s->totals.hits,
                                         .spaces = &s->totals.spaces,
                                         .ksymbols = &s->totals.ksymbols,
                                         .context = s,
                                         .is_stopped = is_stopped};
    ht_spaces_merge(&s->totals.spaces, &s->spaces);
    say_denied_maps(s);
    return ht_symbols_collect(&request, cause);
}

static enum ht_status write_rest(struct ht_session *s, struct ht_summary *summary, struct ht_cause *cause) {
    enum ht_status status;
    if ((status = put_unexplained(s, cause)) != HT_OK || (status = put_gaps(s, cause)) != HT_OK ||
        (status = ht_plan_write_slices(&s->plan, s->start_ns, s->end_ns, s->gap_start_ns, s->writer,
                                       s->encoder, cause)) != HT_OK ||
        (status = ht_session_put_conditions(s, 1, cause)) != HT_OK || (status = put_names(s, cause)) != HT_OK)
        return status;
    ht_session_say_target(s);
    say_foreign(s);
    say_chains(s);
    say_readings(s);
    ht_budget_say(&s->budget, &s->plan, s->start_ns, s->gap_start_ns, s->end_ns - s->start_ns,
                  s->window_cpu_ns, &s->limits);
    fill_summary(s, summary);
    if ((status = ht_session_put_end(s, summary, cause)) != HT_OK)
        return status;
    return ht_writer_put(s->writer, s->encoder, &s->limits.table, 0, cause);
}

enum ht_status ht_session_finish(struct ht_session *s, struct ht_summary *summary, struct ht_cause *cause) {
    struct ht_cause later;
    enum ht_status status = write_rest(s, summary, cause);
    fill_summary(s, summary);
    enum ht_status closed = ht_writer_close(s->writer, status == HT_OK ? cause : &later);
    s->writer = NULL;
    if (status == HT_OK)
        status = closed;
    size_t length = strlen(cause->text);
    if (status != HT_OK)
        snprintf(cause->text + length, sizeof cause->text - length, "; %s is cut, but readable up to there",
                 s->path);
    return status;
}
