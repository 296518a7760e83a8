#include <stdio.h>
#include <string.h>

#include "analyze/load/db.h"
#include "analyze/load/store.h"

static enum ht_status store_timeline(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status = ht_insert_open(load->db, "bucket", "bucket,metric,from_node,to_node,value",
                                           load->capture_id, &in, cause);
    for (uint32_t i = 0; i < load->timeline.count; i++) {
        const struct ht_series *s = &load->timeline.series[i];
        for (int b = 0; status == HT_OK && b < HT_BUCKETS; b++) {
            if (s->value[b] == 0)
                continue;
            ht_put_int(&in, b);
            ht_put_text(&in, ht_metric_text(s->metric));
            ht_put_known(&in, s->from);
            ht_put_known(&in, s->to);
            ht_put_int(&in, (int64_t)s->value[b]);
            status = ht_insert_row(&in, cause);
        }
    }
    ht_insert_close(&in);
    return status;
}

static enum ht_status store_samples_of_events(struct ht_load *load, struct ht_cause *cause) {
    sqlite3_stmt *update = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(load->db, "UPDATE event SET samples = ?3 WHERE capture_id = ?1 AND event_id = ?2",
                           -1, &update, NULL) != SQLITE_OK)
        return ht_db_fail(load->db, "event", cause);
    for (unsigned i = 0; status == HT_OK && i < HT_EVENTS_MAX; i++) {
        if (!load->event[i].present || load->event[i].samples == 0)
            continue;
        if (sqlite3_bind_int64(update, 1, load->capture_id) != SQLITE_OK ||
            sqlite3_bind_int64(update, 2, i) != SQLITE_OK ||
            sqlite3_bind_int64(update, 3, (int64_t)load->event[i].samples) != SQLITE_OK ||
            sqlite3_step(update) != SQLITE_DONE)
            status = ht_db_fail(load->db, "event", cause);
        sqlite3_reset(update);
    }
    sqlite3_finalize(update);
    return status;
}

/* The last reading of each event and CPU is its account. Counters are few: thousands of rows. Sums are of
 * reals: one of integers that is too large would end the load. */
#define SUM(COLUMN) "CAST(sum(" COLUMN " * 1.0) AS INTEGER)"

static const char account_sql[] =
    "UPDATE event SET (count, lost, lost_exact, enabled_ns, running_ns) ="
    " (SELECT " SUM("value") ", coalesce(" SUM("lost") ", 0), count(lost) = count(*), " SUM(
        "enabled_ns") ", " SUM("running_ns") " FROM"
                                             "   (SELECT value, lost, enabled_ns, running_ns, max(time_ns) "
                                             "FROM counter c"
                                             "     WHERE c.capture_id = event.capture_id AND c.event_id = "
                                             "event.event_id GROUP BY c.cpu))"
                                             " WHERE capture_id = ?1 AND EXISTS"
                                             " (SELECT 1 FROM counter c WHERE c.capture_id = "
                                             "event.capture_id AND c.event_id = event.event_id)";

/* Loss that is no full ring, told for an event: dropped by the kernel, the hardware or the recorder itself.
 */
static const char dropped_sql[] = "UPDATE event SET lost = lost + (SELECT coalesce(" SUM(
    "count") ", 0) FROM loss l WHERE l.capture_id = "
             "event.capture_id"
             " AND l.event_id = event.event_id AND l.kind IN ('samples', 'recorder')) WHERE capture_id = ?1";

/* What was read of a snapshot is counted as an event's readings are, but nothing of it can be lost. */
static const char snapshot_sql[] = "UPDATE event SET samples = coalesce(count, 0), lost_exact = 1"
                                   " WHERE capture_id = ?1 AND kind = 'snapshot'";

static enum ht_status run_for_capture(struct ht_load *load, const char *sql, struct ht_cause *cause) {
    sqlite3_stmt *statement = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(load->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 1, load->capture_id) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_DONE)
        status = ht_db_fail(load->db, "database", cause);
    sqlite3_finalize(statement);
    return status;
}

static enum ht_status store_accounts(struct ht_load *load, struct ht_cause *cause) {
    enum ht_status status = store_samples_of_events(load, cause);
    if (status == HT_OK)
        status = run_for_capture(load, account_sql, cause);
    if (status == HT_OK)
        status = run_for_capture(load, dropped_sql, cause);
    return status == HT_OK ? run_for_capture(load, snapshot_sql, cause) : status;
}

/* From Linux 6.0 on the LOST_SAMPLES that perf writes at the end hold what the rings' LOST records told
 * before. */
static int64_t reported_loss(const struct ht_load *load) {
    uint64_t ring = load->lost_by_kind[HT_LOSS_KIND_RING], samples = load->lost_by_kind[HT_LOSS_KIND_SAMPLES];
    return (int64_t)((ring > samples ? ring : samples) + load->lost_by_kind[HT_LOSS_KIND_RECORDER]);
}

/* Lost samples: what the kernel counted per event, else what the ring and the hardware reported. */
static enum ht_status read_loss(struct ht_load *load, int64_t *lost, int64_t *exact, struct ht_cause *cause) {
    sqlite3_stmt *select = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(
            load->db,
            "SELECT coalesce(" SUM("lost") ", 0), count(*) > 0 AND min(lost_exact OR count IS NULL) = 1,"
                                           " count(count) FROM event WHERE capture_id = ?1 AND kind NOT IN "
                                           "('sideband', 'snapshot')",
            -1, &select, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(select, 1, load->capture_id) != SQLITE_OK || sqlite3_step(select) != SQLITE_ROW) {
        status = ht_db_fail(load->db, "event", cause);
    } else {
        int counted = sqlite3_column_int(select, 2) > 0;
        *lost = sqlite3_column_int64(select, 0);
        *exact = counted && sqlite3_column_int(select, 1) && !load->problems.truncated;
        int64_t reported = reported_loss(load);
        if (!*exact && reported > *lost)
            *lost = reported;
    }
    sqlite3_finalize(select);
    return status;
}

static void put_meta(struct ht_load *load, struct ht_insert *in, const char *key) {
    const char *text = ht_meta_text(&load->meta, key);
    /* "(none)" is what the kernel says where no host name was set. */
    ht_put_text(in, text != NULL && strcmp(text, "(none)") != 0 ? text : NULL);
}

static void put_missing(struct ht_load *load, struct ht_insert *in) {
    const char *imported = ht_meta_text(&load->meta, "import_missing");
    const struct ht_scan_problems *p = &load->problems;
    char text[2048];
    int whole = !p->truncated && p->damaged_chunks == 0 && imported == NULL;
    ht_put_int(in, whole);
    snprintf(text, sizeof text, "%s%s%s", p->first.text,
             imported != NULL && p->first.text[0] != '\0' ? "; " : "", imported != NULL ? imported : "");
    ht_put_text(in, whole ? NULL : text);
}

static enum ht_status store_capture(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    int64_t lost = 0, exact = 0;
    enum ht_status status = read_loss(load, &lost, &exact, cause);
    if (status == HT_OK)
        status = ht_insert_open(
            load->db, "capture",
            "path,file_bytes,complete,missing,producer,tool_version,hostname,kernel,arch,cpu_model,"
            "command,target,level,level_reason,start_realtime_ns,window_start_ns,window_end_ns,"
            "end_reason,line_bytes,line_bytes_known,recorder_cpu_ns,mem_samples,cpu_samples,"
            "lost_samples,lost_exact,throttles,unmapped_samples,late_rows",
            load->capture_id, &in, cause);
    if (status != HT_OK)
        return status;
    ht_put_text(&in, load->path);
    ht_put_int(&in, (int64_t)ht_reader_file_bytes(load->reader));
    put_missing(load, &in);
    static const char *const keys[] = {"producer", "tool_version", "hostname",    "kernel",
                                       "arch",     "cpu_model",    "command_line"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        put_meta(load, &in, keys[i]);
    /* perf does not store what it was to record but in its command line */
    put_meta(load, &in, load->imported ? "command_line" : "target");
    const char *level = ht_meta_text(&load->meta, "level");
    ht_put_text(&in, level != NULL ? level : "unknown");
    put_meta(load, &in, "level_reason");
    ht_put_known(&in, ht_meta_number(&load->meta, "start_realtime_ns", -1));
    ht_put_known(&in, load->window_end_ns > 0 ? (int64_t)load->window_start_ns : -1);
    ht_put_known(&in, load->window_end_ns > 0 ? (int64_t)load->window_end_ns : -1);
    put_meta(load, &in, "end_reason");
    ht_put_int(&in, ht_lines_bytes(load->lines));
    ht_put_int(&in, load->topology.line_bytes != 0);
    ht_put_known(&in, ht_meta_number(&load->meta, "recorder_cpu_ns", -1));
    const int64_t counts[] = {
        (int64_t)load->mem_samples, (int64_t)load->cpu_samples, lost, exact, (int64_t)load->throttles,
        (int64_t)load->unmapped,    (int64_t)load->late};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        ht_put_int(&in, counts[i]);
    status = ht_insert_row(&in, cause);
    ht_insert_close(&in);
    return status;
}

static enum ht_status store_meta(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "condition", "phase,name,value", load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->meta.count; i++) {
        ht_put_text(&in, "capture");
        ht_put_text(&in, load->meta.pair[i].key);
        ht_put_text(&in, load->meta.pair[i].value);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

static enum ht_status store_node_sockets(struct ht_load *load, struct ht_cause *cause) {
    return run_for_capture(
        load,
        "UPDATE node SET socket = (SELECT CASE WHEN min(socket) = max(socket) THEN min(socket) END"
        " FROM cpu WHERE cpu.capture_id = node.capture_id AND cpu.node = node.node)"
        " WHERE capture_id = ?1",
        cause);
}

enum ht_status ht_store_rest(struct ht_load *load, struct ht_cause *cause) {
    typedef enum ht_status (*store_fn)(struct ht_load *, struct ht_cause *);
    static const store_fn parts[] = {ht_store_tasks, store_timeline,     ht_store_c2c_stats, store_accounts,
                                     store_meta,     store_node_sockets, store_capture};
    enum ht_status status = HT_OK;
    for (size_t i = 0; status == HT_OK && i < sizeof parts / sizeof parts[0]; i++)
        status = parts[i](load, cause);
    return status;
}
