#include "analyze/load/detail.h"
#include "analyze/load/skips.h"
#include "analyze/load/store.h"

static enum ht_status detail_table(void *context, const struct ht_chunk_info *info, struct ht_table *t,
                                   struct ht_cause *cause) {
    struct ht_detail *d = context;
    enum ht_status status = HT_OK;
    switch (info->kind) {
    case HT_CHUNK_MEM_SAMPLE:
        status = ht_detail_mem(d, t, cause);
        break;
    case HT_CHUNK_CPU_SAMPLE:
        status = ht_detail_cpu(d, t, cause);
        break;
    case HT_CHUNK_TRACEPOINT:
        ht_load_count_other(d->load, t->rows);
        status = ht_tracepoints_rows(d->tracepoints, t, cause);
        break;
    case HT_CHUNK_TP_FORMAT:
        status = ht_tracepoints_format(d->tracepoints, t);
        break;
    case HT_CHUNK_CHAIN:
        status = ht_detail_chain(d, t, cause);
        break;
    case HT_CHUNK_SWITCH:
        status = ht_detail_switch(d, t, cause);
        break;
    case HT_CHUNK_LOSS:
        status = ht_detail_loss(d, t, cause);
        break;
    default:
        break;
    }
    if (UINT64_C(1) << info->kind & ht_load_sample_kinds())
        d->ordinal += t->rows;
    return status;
}

/* Where chunks are missing, so may be switches. */
static enum ht_status finish_switches(struct ht_load *load, struct ht_cause *cause) {
    load->switches.lost |= load->problems.truncated || load->problems.damaged_chunks > 0;
    if (ht_switches_finish(&load->switches, &load->threads) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "%s: out of memory", load->path);
    return HT_OK;
}

static enum ht_status note_skips(struct ht_load *load, struct ht_tracepoints *tracepoints,
                                 struct ht_cause *cause) {
    uint64_t more =
        load->keep_rows && load->kept_lines > HT_LINES_IN_DETAIL ? load->kept_lines - HT_LINES_IN_DETAIL : 0;
    enum ht_status status = ht_tracepoints_note(tracepoints, cause);
    if (status == HT_OK)
        status = ht_skip_note(load, "cache lines beyond the limit of lines with full counts",
                              load->dropped_lines, 1, cause);
    if (status == HT_OK)
        status =
            ht_skip_note(load, "cache lines beyond the first ones that get line_access rows", more, 0, cause);
    if (status == HT_OK)
        status = ht_skip_note(load, "counts of node pairs beyond those of the time axis",
                              load->timeline.dropped, 0, cause);
    if (status == HT_OK)
        status = ht_skip_note(load, "events numbered beyond the limit", load->skipped_events, 1, cause);
    return status;
}

enum ht_status ht_load_detail(struct ht_load *load, struct ht_cause *cause) {
    struct ht_detail d = {.load = load};
    struct ht_scan_problems again = {0};
    enum ht_status status = ht_tracepoints_new(load, &d.tracepoints, cause);
    if (status == HT_OK && load->keep_rows)
        status = ht_insert_open(
            load->db, "mem_sample",
            "time_ns,event_id,cpu,pid,tid,ip,address,phys_address,data_src,weight_cycles,period,"
            "class,line_id,code_id",
            load->capture_id, &d.mem_sample, cause);
    if (status == HT_OK && load->keep_rows)
        status = ht_insert_open(load->db, "cpu_sample",
                                "time_ns,event_id,cpu,pid,tid,ip,address,period,code_id,chain_id",
                                load->capture_id, &d.cpu_sample, cause);
    uint64_t kinds = ht_load_sample_kinds() | HT_KIND_BIT(TRACEPOINT) | HT_KIND_BIT(TP_FORMAT) |
                     HT_KIND_BIT(SWITCH) | HT_KIND_BIT(LOSS);
    if (status == HT_OK)
        status = ht_scan(load->reader, kinds, detail_table, &d, &again, cause);
    if (status == HT_OK)
        ht_scan_note(&load->problems, &again);
    if (status == HT_OK)
        status = finish_switches(load, cause);
    if (status == HT_OK)
        status = note_skips(load, d.tracepoints, cause);
    ht_insert_close(&d.mem_sample);
    ht_insert_close(&d.cpu_sample);
    ht_insert_close(&d.frame);
    ht_tracepoints_free(d.tracepoints);
    return status;
}
