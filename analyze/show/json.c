#include "analyze/show/json.h"

#include "analyze/show/grid.h"
#include "analyze/show/table_text.h"

#define ROWS_USUAL 1000

/* Key of the object and the question (reports/NAME.sql) that answers it with an array of objects. */
static const struct {
    const char *key, *question;
} parts[] = {
    {"capture", "capture"},
    {"warnings", "warnings"},
    {"findings", "findings"},
    {"evidence", "evidence"},
    {"conditions", "conditions"},
    {"conditions_changed", "conditions_changed"},
    {"lines", "top_lines"},
    {"line_accesses", "line_detail"},
    {"symbols", "symbols"},
    {"symbol_pairs", "symbol_pairs"},
    {"migrations", "migrations"},
    {"migrations_by_thread", "migrations_by_thread"},
    {"page_migrations", "page_migrations"},
    {"placement", "placement"},
    {"threads", "threads"},
    {"nodes", "nodes"},
    {"node_distances", "node_distances"},
    {"node_stats", "node_stats"},
    {"cpu_profile", "cpu_profile"},
    {"page_faults", "page_faults"},
    {"events", "events"},
    {"loss", "loss"},
    {"limits", "limits"},
    {"skipped", "skips"},
    {"c2c_counts", "c2c"},
    {"timeline", "timeline"},
    {"overview", "overview"},
    {"sources", "basis"},
    {"locality", "locality"},
    {"reclaim", "reclaim"},
    {"major_faults", "major_faults"},
    {"migrations_by_process", "migrations_by_process"},
    {"balancing", "balancing"},
    {"page_moves", "page_moves"},
    {"page_bounces", "page_bounces"},
    {"node_memory", "node_memory"},
    {"readings", "readings"},
    {"control_groups", "cgroups"},
    {"devices", "devices"},
    {"switches", "switches"},
    {"callers", "callers"},
    {"call_chains", "call_chains"},
    {"kernel_code", "kernel_code"},
};

static enum ht_status put_part(sqlite3 *db, int64_t capture_id, int top, size_t part, FILE *out,
                               struct ht_cause *cause) {
    sqlite3_stmt *statement = NULL;
    enum ht_status status = ht_report_prepare(db, parts[part].question, capture_id, top, &statement, cause);
    if (status == HT_OK) {
        fprintf(out, ",\n\"%s\": ", parts[part].key);
        status = ht_show_rows(statement, HT_ROWS_JSON, out, cause);
    }
    sqlite3_finalize(statement);
    return status;
}

enum ht_status ht_show_json(sqlite3 *db, int64_t capture_id, int top, FILE *out, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    fprintf(out, "{\"hitmtrace_report\": %d", HT_REPORT_JSON_VERSION);
    for (size_t i = 0; status == HT_OK && i < sizeof parts / sizeof parts[0]; i++)
        status = put_part(db, capture_id, top > 0 ? top : ROWS_USUAL, i, out, cause);
    fprintf(out, "}\n");
    if (status == HT_OK && ferror(out))
        status = ht_fail_errno(cause, "cannot write the report");
    return status;
}
