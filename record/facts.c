#include "record/session_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/base/namespaces.h"
#include "record/host/conditions.h"
#include "record/host/devices.h"
#include "record/meta.h"
#include "record/version.h"

#define LINE_MAX_BYTES 4096 /* of what people read; longer ones are cut */

enum ht_status ht_session_put(struct ht_session *s, struct ht_table *table, struct ht_cause *cause) {
    enum ht_status status = ht_writer_put(s->writer, s->encoder, table, 0, cause);
    ht_table_clear(table);
    return status;
}

enum ht_status ht_session_put_conditions(struct ht_session *s, unsigned phase, struct ht_cause *cause) {
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_CONDITION);
    enum ht_status status = ht_conditions_read(s->options->root, phase, s->close, s->closes, &table, cause);
    if (status == HT_OK)
        status = ht_session_put(s, &table, cause);
    ht_table_free(&table);
    return status;
}

static enum ht_status put_tasks(struct ht_session *s, struct ht_cause *cause) {
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_TASK);
    enum ht_status status =
        ht_tasks_snapshot(s->options->root, s->start_ns, &table, &s->snapshots.largest, &s->limits, cause);
    if (status == HT_OK)
        status = ht_session_put(s, &table, cause);
    ht_table_free(&table);
    return status;
}

static enum ht_status put_devices(struct ht_session *s, struct ht_cause *cause) {
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_DEVICE);
    enum ht_status status = ht_devices_read(s->options->root, &table, &s->limits, cause);
    if (status == HT_OK)
        status = ht_session_put(s, &table, cause);
    ht_table_free(&table);
    return status;
}

enum ht_status ht_session_put_own_tasks(struct ht_session *s, struct ht_cause *cause) {
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_TASK);
    enum ht_status status = ht_tasks_own(s->start_ns, &table);
    status = status == HT_OK ? ht_session_put(s, &table, cause)
                             : ht_fail(cause, status, "own tasks: %s", ht_status_text(status));
    ht_table_free(&table);
    return status;
}

static enum ht_status put_topology(struct ht_session *s, struct ht_cause *cause) {
    struct ht_table *table[] = {&s->topology.node, &s->topology.distance, &s->topology.cpu,
                                &s->topology.block};
    enum ht_status status = HT_OK;
    /* Kept, not cleared: the session goes on asking the topology. */
    for (size_t i = 0; i < sizeof table / sizeof table[0] && status == HT_OK; i++)
        status = ht_writer_put(s->writer, s->encoder, table[i], 0, cause);
    return status;
}

/* ---- what is written before the window ---- */

static void set_command_line(struct ht_session *s, struct ht_meta *meta) {
    char line[LINE_MAX_BYTES] = "";
    size_t at = 0;
    for (int i = 0; i < s->argc && at < sizeof line; i++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%s", i > 0 ? " " : "", s->argv[i]);
    ht_meta_set_text(meta, "command_line", line);
}

/* All of them: half a number at the end of a full buffer would be another process. */
static enum ht_status set_target_pids(struct ht_session *s, struct ht_meta *meta) {
    size_t size = s->target.pids * sizeof "-2147483648,", at = 0;
    char *text = malloc(size);
    if (text == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < s->target.pids; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%d", i > 0 ? "," : "", (int)s->target.pid[i]);
    ht_meta_set_text(meta, "target_pids", text);
    free(text);
    return HT_OK;
}

static void set_target(struct ht_session *s, struct ht_meta *meta) {
    char text[LINE_MAX_BYTES] = "";
    ht_target_describe(&s->target, text, sizeof text);
    ht_meta_set_text(meta, "target", text);
    ht_meta_set(meta, "target_kind", "%s",
                s->target.kind == HT_TARGET_SYSTEM    ? "system"
                : s->target.kind == HT_TARGET_COMMAND ? "command"
                : s->target.kind == HT_TARGET_CGROUP  ? "cgroup"
                                                      : "pid");
    if (s->target.kind == HT_TARGET_CGROUP) {
        ht_meta_set_text(meta, "target_cgroup", s->target.cgroup.path);
        ht_meta_set_text(meta, "target_cgroup_hierarchy", s->target.cgroup.hierarchy);
    }
    if (s->target.pids > 0 && meta->status == HT_OK)
        meta->status = set_target_pids(s, meta);
}

static void set_window(struct ht_session *s, struct ht_meta *meta) {
    char cpus[LINE_MAX_BYTES];
    if (s->window_ns > 0)
        ht_meta_set(meta, "duration_requested_ns", "%llu", (unsigned long long)s->window_ns);
    ht_meta_set(meta, "window_start_ns", "%llu", (unsigned long long)s->start_ns);
    ht_meta_set(meta, "start_realtime_ns", "%llu", (unsigned long long)s->start_realtime_ns);
    ht_meta_set(meta, "line_bytes", "%u", s->topology.line_bytes);
    ht_meta_set(meta, "page_bytes", "%ld", sysconf(_SC_PAGESIZE));
    ht_meta_set(meta, "cpus_online", "%u", s->topology.online);
    ht_meta_set(meta, "cpus_recorded", "%zu", s->cpus);
    ht_meta_set_text(meta, "cpulist_recorded", ht_cpu_list_text(&s->which.recorded, cpus, sizeof cpus));
    ht_meta_set(meta, "ring_bytes", "%llu", (unsigned long long)ht_drain_ring_bytes(s->drain));
    ht_meta_set(meta, "round_ns", "%llu", (unsigned long long)HT_ROUND_NS);
    ht_meta_set(meta, "max_overhead", "%g", s->options->max_overhead / 100);
    for (unsigned i = 0; i < s->plan.events; i++)
        if (s->plan.event[i].source->kind == HT_EVENT_KIND_CPU_CLOCK && s->plan.event[i].open)
            ht_meta_set(meta, "cpu_clock_period_ns", "%llu",
                        (unsigned long long)s->plan.event[i].attr.sample_period);
}

enum ht_status ht_session_put_start(struct ht_session *s, struct ht_cause *cause) {
    struct ht_meta meta;
    char reason[512];
    ht_meta_init(&meta);
    ht_meta_set(&meta, "tool_version", "%s", HT_TOOL_VERSION);
    ht_meta_set(&meta, "producer", "hitm-record");
    ht_meta_machine(&meta, s->options->root);
    set_command_line(s, &meta);
    ht_meta_set(&meta, "level", "%s", ht_plan_level(&s->plan));
    ht_plan_level_reason(s->options->root, reason, sizeof reason);
    ht_meta_set(&meta, "level_reason", "%s", reason);
    ht_meta_set(&meta, "mode", "%s", s->opened.per_task ? "per-task" : "cpu-wide");
    ht_meta_set(&meta, "recorder_pid", "%d", (int)getpid());
    enum ht_pid_namespace namespace = ht_pid_namespace("");
    if (namespace != HT_PID_NAMESPACE_UNKNOWN)
        ht_meta_set(&meta, "pid_namespace", "%s", ht_pid_namespace_name(namespace));
    set_target(s, &meta);
    set_window(s, &meta);
    char processes[64];
    ht_snapshots_describe(s, processes, sizeof processes);
    if (processes[0] != '\0')
        ht_meta_set(&meta, "numa_maps_processes", "%s", processes);
    enum ht_status status = ht_meta_put(&meta, s->writer, s->encoder, cause);
    ht_meta_free(&meta);
    return status;
}

enum ht_status ht_session_put_before(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status;
    s->start_ns = ht_clock_now(&s->clock); /* of the snapshots; set again when the window opens */
    s->start_realtime_ns = ht_clock_realtime();
    if ((status = ht_snapshots_plan(s, cause)) != HT_OK || (status = put_topology(s, cause)) != HT_OK ||
        (status = put_devices(s, cause)) != HT_OK ||
        (status = ht_session_put_conditions(s, 0, cause)) != HT_OK ||
        (status = ht_plan_write(&s->plan, s->options->root, s->writer, s->encoder, cause)) != HT_OK ||
        (status = ht_writer_put(s->writer, s->encoder, &s->options->labels, 0, cause)) != HT_OK ||
        (status = put_tasks(s, cause)) != HT_OK)
        return status;
    return HT_OK;
}

/* What the readings cost: of numa_maps, time inside the mmap_lock of others. */
static void set_readings(const struct ht_session *s, struct ht_meta *meta) {
    const struct ht_snapshots *all = &s->snapshots;
    if (all->node_stats.readings > 0)
        ht_meta_set(meta, "node_statistics_read_ns", "%llu", (unsigned long long)all->node_stats.spent_ns);
    if (all->cgroup_stats.readings > 0)
        ht_meta_set(meta, "cgroup_statistics_read_ns", "%llu",
                    (unsigned long long)all->cgroup_stats.spent_ns);
    if (all->numa_maps.readings > 0)
        ht_meta_set(meta, "numa_maps_read_ns", "%llu", (unsigned long long)all->numa_maps.spent_ns);
}

static void set_end(struct ht_session *s, const struct ht_summary *summary, struct ht_meta *meta) {
    uint64_t samples = 0, lost = 0;
    for (unsigned i = 0; i < summary->events; i++) {
        samples += summary->event[i].is_snapshot ? 0 : summary->event[i].samples;
        lost += summary->event[i].lost;
    }
    ht_meta_set(meta, "window_end_ns", "%llu", (unsigned long long)s->end_ns);
    ht_meta_set(meta, "end_reason", "%s", s->end_reason);
    if (s->target.pids > 0 && s->target.kind != HT_TARGET_PROCESSES && meta->status == HT_OK)
        meta->status = set_target_pids(s, meta); /* with what came since */
    ht_meta_set(meta, "recorder_cpu_ns", "%llu", (unsigned long long)summary->cpu_ns);
    ht_meta_set(meta, "recorder_cpu_share", "%.6f", summary->cpu_share);
    ht_meta_set(meta, "recorder_total_cpu_ns", "%llu", (unsigned long long)summary->total_cpu_ns);
    ht_meta_set(meta, "samples", "%llu", (unsigned long long)samples);
    ht_meta_set(meta, "lost", "%llu", (unsigned long long)lost);
    ht_meta_set(meta, "late_rows", "%llu", (unsigned long long)s->totals.late);
    ht_meta_set(meta, "unknown_records", "%llu", (unsigned long long)s->totals.unknown);
    ht_meta_set(meta, "foreign_id_samples", "%llu", (unsigned long long)s->totals.foreign);
    ht_meta_set(meta, "malformed_records", "%llu", (unsigned long long)s->totals.malformed);
    ht_meta_set(meta, "ignored_records", "%llu", (unsigned long long)s->totals.ignored);
    ht_meta_set(meta, "switches_of_others", "%llu", (unsigned long long)s->totals.filtered);
    set_readings(s, meta);
    if (summary->command_exited)
        ht_meta_set(meta, "command_status", WIFSIGNALED(summary->command_status) ? "signal %d" : "exit %d",
                    WIFSIGNALED(summary->command_status) ? WTERMSIG(summary->command_status)
                                                         : WEXITSTATUS(summary->command_status));
}

enum ht_status ht_session_put_end(struct ht_session *s, const struct ht_summary *summary,
                                  struct ht_cause *cause) {
    struct ht_meta meta;
    ht_meta_init(&meta);
    set_end(s, summary, &meta);
    enum ht_status status = ht_meta_put(&meta, s->writer, s->encoder, cause);
    ht_meta_free(&meta);
    return status;
}
