#include "analyze/import/records.h"

#include <string.h>

#include "analyze/import/event_kind.h"
#include "analyze/import/perf_format.h"
#include "analyze/import/perf_pipe.h"
#include "analyze/import/record_stream.h"
#include "analyze/import/rows.h"

void ht_records_classify(struct ht_records *records) {
    const struct ht_perf_facts *facts = records->facts;
    for (uint32_t i = 0; i < records->attrs->count; i++) {
        const char *name = facts->event_name[i] != NULL ? facts->event_name[i] : "";
        const char *cpuid = facts->cpuid != NULL ? facts->cpuid : "";
        struct ht_event_use *use = &records->use[i];
        use->kind = ht_event_kind_of(&records->attrs->attr[i], name, cpuid);
        use->chunk = use->kind == HT_EVENT_KIND_TRACEPOINT ? HT_CHUNK_TRACEPOINT
                     : ht_event_kind_is_memory(use->kind)  ? HT_CHUNK_MEM_SAMPLE
                                                           : HT_CHUNK_CPU_SAMPLE;
    }
}

/* ---- second pass: a record in its place in time ---- */

static enum ht_status deliver(void *context, uint64_t time_ns, uint64_t place) {
    struct ht_records *r = context;
    enum ht_status status;
    const uint8_t *head = ht_perf_data_at(r->data, place, HT_PERF_RECORD_HEADER, &status, r->cause);
    if (head == NULL)
        return status;
    uint32_t bytes = ht_file_u16(head + 6, r->data->swap);
    const uint8_t *record = ht_perf_data_at(r->data, place, bytes, &status, r->cause);
    if (record == NULL)
        return status;
    int32_t event = bytes >= HT_PERF_RECORD_HEADER ? ht_perf_attrs_event_of(r->attrs, record, bytes) : -1;
    if (event < 0) /* the first pass saw an event */
        return ht_fail(r->cause, HT_IO, "%s: changed while it was read", r->data->path);
    int swap = r->data->swap;
    struct ht_record in = {.at = record,
                           .bytes = bytes,
                           .type = ht_file_u32(record, swap),
                           .misc = ht_file_u16(record + 4, swap),
                           .event = (uint32_t)event,
                           .time_ns = time_ns,
                           .swap = swap};
    return ht_rows_add(r, &in);
}

/* ---- first pass ---- */

static enum ht_status push_kernel_record(struct ht_records *r, const struct ht_raw_record *raw) {
    const uint8_t *record = raw->at;
    uint32_t bytes = raw->bytes;
    int is_sample = raw->type == HT_PERF_SAMPLE;
    if (!is_sample && !ht_rows_has_use(raw->type)) {
        ht_skip_type(r->skips, raw->type, bytes);
        return HT_OK;
    }
    int32_t event = ht_perf_attrs_event_of(r->attrs, record, bytes);
    if (event < 0) {
        ht_skip(r->skips, is_sample ? HT_SKIP_NO_EVENT : HT_SKIP_NO_EVENT_RECORD, bytes);
        return HT_OK;
    }
    const struct ht_perf_attr *attr = &r->attrs->attr[event];
    if (is_sample && attr->fixed_bytes + HT_PERF_RECORD_HEADER > bytes) {
        ht_skip(r->skips, HT_SKIP_BROKEN_SAMPLE, bytes);
        return HT_OK;
    }
    enum ht_status status = ht_order_push(r->order, ht_perf_attr_time(attr, record, bytes), raw->place);
    if (status == HT_NOMEM && r->cause->text[0] == '\0')
        ht_fail(r->cause, status, "out of memory for the order of records");
    return status;
}

static enum ht_status user_record(struct ht_records *r, const struct ht_raw_record *raw) {
    switch (raw->type) {
    case HT_PERF_FINISHED_ROUND:
        /* The files of a folder have no rounds: each is in order, and all belong together. */
        return r->data->parts == 1 ? ht_order_round(r->order) : HT_OK;
    case HT_PERF_HEADER_BUILD_ID: {
        struct ht_section section = {raw->at, raw->at + raw->bytes, 0, r->data->swap};
        enum ht_status status = ht_build_ids_add(&r->facts->build_ids, &section);
        return status == HT_NOMEM ? ht_fail(r->cause, status, "out of memory") : HT_OK;
    }
    case HT_PERF_STAT:
        return ht_stat_rows_add(&r->stat, raw, r->data->swap, r->attrs, r->skips, r->output, r->cause);
    case HT_PERF_STAT_ROUND:
        ht_stat_rows_round(&r->stat, raw, r->data->swap, r->skips);
        return HT_OK;
    default:
        if (!r->data->piped || !ht_piped_has_use(raw->type))
            ht_skip_type(r->skips, raw->type, raw->bytes + raw->more);
        return HT_OK;
    }
}

enum ht_status ht_records_scan(struct ht_records *r) {
    struct ht_record_stream stream;
    struct ht_raw_record raw;
    r->order = ht_order_new(deliver, r);
    if (r->order == NULL)
        return ht_fail(r->cause, HT_NOMEM, "out of memory");
    ht_record_stream_start(&stream, r->data, 0);
    enum ht_status status = HT_OK;
    while (status == HT_OK && (status = ht_record_stream_next(&stream, &raw, r->cause)) == HT_OK)
        status = raw.type < HT_PERF_USER_TYPES ? push_kernel_record(r, &raw) : user_record(r, &raw);
    if (status == HT_END)
        status = ht_order_finish(r->order);
    if (status == HT_OK)
        status = ht_stat_rows_end(&r->stat, r->output, r->cause);
    r->skips->reason[HT_SKIP_DAMAGED_REST].records += stream.damages;
    r->skips->reason[HT_SKIP_DAMAGED_REST].bytes += stream.damaged_bytes;
    ht_record_stream_end(&stream);
    return status;
}
