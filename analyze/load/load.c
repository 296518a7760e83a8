#include "analyze/load/load.h"

#include <stdlib.h>

#include "analyze/load/db.h"
#include "analyze/load/facts.h"
#include "analyze/load/keep.h"
#include "analyze/load/passes.h"

static enum ht_status next_capture_id(sqlite3 *db, int64_t *id, struct ht_cause *cause) {
    sqlite3_stmt *select = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(db, "SELECT coalesce(max(capture_id), 0) + 1 FROM capture", -1, &select, NULL) !=
            SQLITE_OK ||
        sqlite3_step(select) != SQLITE_ROW)
        status = ht_db_fail(db, "capture", cause);
    else
        *id = sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    return status;
}

static enum ht_status make_parts(struct ht_load *load, unsigned line_bytes, struct ht_cause *cause) {
    const char *arch = ht_meta_text(&load->meta, "arch");
    if (line_bytes == 0)
        line_bytes = load->topology.line_bytes != 0 ? load->topology.line_bytes : 64;
    enum ht_status status = ht_spaces_new(&load->spaces);
    if (status == HT_OK)
        status = ht_lines_new(line_bytes, &load->lines);
    if (status == HT_OK)
        status = ht_codes_new(&load->names, arch != NULL ? arch : "", &load->codes);
    if (status == HT_OK)
        status = ht_accesses_new(&load->accesses);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "out of memory");
}

/* The recorder states its window; an import has the first and last sample. */
static void settle_window(struct ht_load *load) {
    int64_t start = ht_meta_number(&load->meta, "window_start_ns", -1);
    int64_t end = ht_meta_number(&load->meta, "window_end_ns", -1);
    if (start >= 0 && end > start) {
        load->window_start_ns = (uint64_t)start;
        load->window_end_ns = (uint64_t)end;
    } else if (start >= 0 && load->window_start_ns == 0) {
        load->window_start_ns = (uint64_t)start;
    }
    load->tick_ns = 1000;
    while (load->window_end_ns > load->window_start_ns &&
           (load->window_end_ns - load->window_start_ns) / load->tick_ns >= UINT32_MAX)
        load->tick_ns *= 2;
    ht_timeline_start(&load->timeline, load->window_start_ns, load->window_end_ns);
    load->switches.start_ns = load->window_start_ns;
    load->switches.end_ns = load->window_end_ns;
}

static enum ht_status load_all(struct ht_load *load, const struct ht_load_options *options,
                               struct ht_cause *cause) {
    enum ht_status status = ht_load_facts(load, cause);
    if (status == HT_OK)
        status = make_parts(load, options->line_bytes, cause);
    if (status == HT_OK)
        status = ht_load_resolve(load, cause);
    if (status == HT_OK) {
        settle_window(load);
        status = ht_load_keep(load, cause);
    }
    if (status == HT_OK)
        status = ht_load_detail(load, cause);
    if (status == HT_OK)
        status = ht_load_rank(load, cause);
    if (status == HT_OK)
        status = ht_store_lines(load, options->judge, cause);
    if (status == HT_OK)
        status = ht_store_names(load, cause);
    return status == HT_OK ? ht_store_rest(load, cause) : status;
}

static void free_parts(struct ht_load *load) {
    ht_accesses_free(load->accesses);
    ht_codes_free(load->codes);
    ht_lines_free(load->lines);
    ht_spaces_free(load->spaces);
    ht_pages_free(&load->pages);
    ht_timeline_free(&load->timeline);
    ht_residence_free(&load->residence);
    ht_switches_free(&load->switches);
    ht_major_faults_free(&load->major_faults);
    ht_chains_free(&load->chains);
    ht_processes_free(&load->processes);
    ht_threads_free(&load->threads);
    ht_known_names_free(&load->names);
    ht_topology_free(&load->topology);
    ht_meta_free(&load->meta);
    ht_reader_close(load->reader);
    free(load->kept);
    free(load->ref);
    free(load);
}

enum ht_status ht_load_capture(sqlite3 *db, const struct ht_load_options *options, int64_t *capture_id,
                               struct ht_cause *cause) {
    struct ht_load *load = calloc(1, sizeof *load);
    if (load == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    load->path = options->path;
    load->db = db;
    load->symfs = options->symfs;
    load->keep_rows = options->keep_rows;
    enum ht_status status = ht_reader_open(options->path, &load->reader, cause);
    if (status == HT_OK)
        status = next_capture_id(db, &load->capture_id, cause);
    if (status == HT_OK)
        status = load_all(load, options, cause);
    *capture_id = load->capture_id;
    free_parts(load);
    return status;
}
