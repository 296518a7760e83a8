#include "analyze/import/records.h"

#include <string.h>

#include "analyze/import/event_kind.h"
#include "analyze/import/perf_format.h"
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

static enum ht_status deliver(void *context, uint64_t time_ns, uint64_t offset) {
    struct ht_records *r = context;
    enum ht_status status;
    const uint8_t *head = ht_perf_data_at(r->data, offset, HT_PERF_RECORD_HEADER, &status, r->cause);
    if (head == NULL)
        return status;
    uint32_t bytes = ht_get_u16(head + 6);
    const uint8_t *record = ht_perf_data_at(r->data, offset, bytes, &status, r->cause);
    if (record == NULL)
        return status;
    int32_t event = bytes >= HT_PERF_RECORD_HEADER ? ht_perf_attrs_event_of(r->attrs, record, bytes) : -1;
    if (event < 0) /* the first pass saw an event */
        return ht_fail(r->cause, HT_IO, "%s: changed while it was read", r->data->path);
    struct ht_record in = {record,          bytes,  ht_get_u32(record), ht_get_u16(record + 4),
                           (uint32_t)event, time_ns};
    return ht_rows_add(r, &in);
}

/* ---- first pass ---- */

static enum ht_status push_kernel_record(struct ht_records *r, uint64_t offset, const uint8_t *record,
                                         uint32_t bytes) {
    uint32_t type = ht_get_u32(record);
    int is_sample = type == HT_PERF_SAMPLE;
    if (!is_sample && !ht_rows_has_use(type)) {
        ht_skip_type(r->skips, type, bytes);
        return HT_OK;
    }
    int32_t event = ht_perf_attrs_event_of(r->attrs, record, bytes);
    if (event < 0) {
        ht_skip(r->skips, is_sample ? HT_SKIP_NO_EVENT : HT_SKIP_NO_EVENT_RECORD, bytes);
        return HT_OK;
    }
    const struct ht_perf_attr *attr = &r->attrs->attr[event];
    if (is_sample && attr->refused) {
        ht_skip(r->skips, HT_SKIP_NEW_FIELDS, bytes);
        return HT_OK;
    }
    if (is_sample && attr->fixed_bytes + HT_PERF_RECORD_HEADER > bytes) {
        ht_skip(r->skips, HT_SKIP_BROKEN_SAMPLE, bytes);
        return HT_OK;
    }
    enum ht_status status = ht_order_push(r->order, ht_perf_attr_time(attr, record, bytes), offset);
    if (status == HT_NOMEM && r->cause->text[0] == '\0')
        ht_fail(r->cause, status, "out of memory for the order of records");
    return status;
}

/* AUX data follows its record, outside of the record's size. */
static uint64_t auxtrace_bytes(const uint8_t *record, uint32_t bytes, uint64_t room) {
    uint64_t more = bytes >= 16 ? ht_get_u64(record + 8) : 0;
    return more < room ? more : room;
}

static enum ht_status user_record(struct ht_records *r, const uint8_t *record, uint32_t bytes, uint64_t room,
                                  uint64_t *more) {
    uint32_t type = ht_get_u32(record);
    switch (type) {
    case HT_PERF_FINISHED_ROUND:
        return ht_order_round(r->order);
    case HT_PERF_COMPRESSED:
    case HT_PERF_COMPRESSED2:
        return ht_fail(
            r->cause, HT_UNSUPPORTED,
            "%s: is compressed (perf record -z); `perf inject -i %s -o FILE` unpacks it into a file that "
            "can be imported",
            r->data->path, r->data->path);
    case HT_PERF_HEADER_BUILD_ID: {
        struct ht_section section = {record, record + bytes, 0};
        enum ht_status status = ht_build_ids_add(&r->facts->build_ids, &section);
        return status == HT_NOMEM ? ht_fail(r->cause, status, "out of memory") : HT_OK;
    }
    case HT_PERF_HEADER_TRACING_DATA: /* the data follows as with AUXTRACE, its size is a u32 */
        *more = bytes >= 12 ? ht_get_u32(record + 8) : 0;
        *more = *more < room ? *more : room;
        break;
    case HT_PERF_AUXTRACE:
        *more = auxtrace_bytes(record, bytes, room);
        break;
    default:
        break;
    }
    ht_skip_type(r->skips, type, bytes + *more);
    return HT_OK;
}

static void note_damage(struct ht_records *r, uint64_t offset, uint32_t bytes) {
    struct ht_perf_data *data = r->data;
    ht_perf_data_note(data, "data damaged at byte %llu (a record of %u bytes)", (unsigned long long)offset,
                      bytes);
    ht_skip(r->skips, HT_SKIP_DAMAGED_REST, data->data_end - offset);
}

enum ht_status ht_records_scan(struct ht_records *r) {
    struct ht_perf_data *data = r->data;
    uint64_t offset = data->data_start;
    r->order = ht_order_new(deliver, r);
    if (r->order == NULL)
        return ht_fail(r->cause, HT_NOMEM, "out of memory");
    enum ht_status status = HT_OK;
    while (status == HT_OK && data->data_end - offset >= HT_PERF_RECORD_HEADER) {
        const uint8_t *head = ht_perf_data_at(data, offset, HT_PERF_RECORD_HEADER, &status, r->cause);
        if (head == NULL)
            break;
        uint32_t bytes = ht_get_u16(head + 6), type = ht_get_u32(head);
        if (bytes < HT_PERF_RECORD_HEADER) {
            note_damage(r, offset, bytes);
            offset = data->data_end;
            break;
        }
        if (bytes > data->data_end - offset)
            break;
        const uint8_t *record = ht_perf_data_at(data, offset, bytes, &status, r->cause);
        if (record == NULL)
            break;
        uint64_t more = 0;
        if (type < HT_PERF_USER_TYPES)
            status = push_kernel_record(r, offset, record, bytes);
        else
            status = user_record(r, record, bytes, data->data_end - offset - bytes, &more);
        offset += bytes + more;
    }
    if (status == HT_OK && offset < data->data_end)
        ht_perf_data_note(data, "last record cut off at byte %llu of its data",
                          (unsigned long long)(offset - data->data_start));
    return status == HT_OK ? ht_order_finish(r->order) : status;
}
