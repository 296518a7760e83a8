#include "analyze/import/perf_pipe.h"

#include <stdlib.h>

#include "analyze/import/perf_format.h"
#include "analyze/import/record_stream.h"

#define RECORDS_MAX 65536u
#define TRACING_MAX (64u << 20)
#define UPDATE_NAME 2u

struct piped {
    struct ht_perf_data *data;
    struct ht_perf_attrs *attrs;
    struct ht_skips *skips;
    struct ht_perf_facts *facts;
    struct ht_cause *cause;
    struct ht_raw_record *record; /* without `at`; those that need the events, which are read first */
    size_t count, capacity;
};

static enum ht_status out_of_memory(struct piped *p) {
    return ht_fail(p->cause, HT_NOMEM, "out of memory");
}

/* ---- first: the events ---- */

/* attr, then ids up to the record's end. */
static enum ht_status add_event(struct piped *p, const struct ht_raw_record *record) {
    uint32_t head = HT_PERF_RECORD_HEADER, attr_bytes;
    enum ht_status status =
        ht_perf_attrs_add(p->attrs, record->at + head, record->bytes - head, p->data->swap, &attr_bytes);
    if (status == HT_NOMEM)
        return out_of_memory(p);
    if (status != HT_OK)
        return ht_fail(
            p->cause, status, "%s: byte %llu: event %u has an attribute of %u bytes in a record of %u",
            p->data->path, (unsigned long long)record->place, p->attrs->count, attr_bytes, record->bytes);
    for (uint32_t at = head + attr_bytes; at + 8 <= record->bytes; at += 8)
        if (ht_perf_attrs_add_id(p->attrs, ht_file_u64(record->at + at, p->data->swap),
                                 p->attrs->count - 1) != HT_OK)
            return out_of_memory(p);
    return HT_OK;
}

static enum ht_status keep(struct piped *p, const struct ht_raw_record *record) {
    if (p->count == RECORDS_MAX) {
        ht_skip_type(p->skips, record->type, record->bytes + record->more);
        return HT_OK;
    }
    if (p->count == p->capacity) {
        size_t capacity = p->capacity < 64 ? 64 : p->capacity * 2;
        struct ht_raw_record *grown = realloc(p->record, capacity * sizeof *grown);
        if (grown == NULL)
            return out_of_memory(p);
        p->record = grown;
        p->capacity = capacity;
    }
    p->record[p->count++] = *record;
    return HT_OK;
}

static enum ht_status find(struct piped *p) {
    struct ht_record_stream stream;
    struct ht_raw_record record;
    enum ht_status status = HT_OK;
    ht_record_stream_start(&stream, p->data, 1);
    while (status == HT_OK && (status = ht_record_stream_next(&stream, &record, p->cause)) == HT_OK) {
        if (record.type == HT_PERF_HEADER_ATTR)
            status = add_event(p, &record);
        else if (ht_piped_has_use(record.type))
            status = keep(p, &record);
    }
    ht_record_stream_end(&stream);
    if (status != HT_END)
        return status;
    if (p->attrs->count == 0)
        return ht_fail(p->cause, HT_TRUNCATED,
                       "%s: was written through a pipe and tells no event (perf record had not begun, or its "
                       "start is cut off)",
                       p->data->path);
    return ht_perf_attrs_place_ids(p->attrs, p->cause);
}

/* ---- then what is said about them ---- */

static enum ht_status set_name(struct piped *p, uint32_t event, struct ht_section *s) {
    const char *name = (const char *)s->at;
    size_t length = strnlen(name, ht_section_left(s));
    if (length == 0)
        return HT_OK;
    char *copy = strndup(name, length);
    if (copy == NULL)
        return out_of_memory(p);
    free(p->facts->event_name[event]);
    p->facts->event_name[event] = copy;
    return HT_OK;
}

/* u64 config, name. Of perf before 3.10: for each event, without its type. */
static enum ht_status event_type(struct piped *p, struct ht_section *s) {
    uint64_t config = ht_section_u64(s);
    for (uint32_t i = 0; i < p->attrs->count && !s->bad; i++)
        if (p->attrs->attr[i].config == config && p->facts->event_name[i] == NULL)
            return set_name(p, i, s);
    return HT_OK;
}

/* u64 what, id, then a name or something else. */
static enum ht_status event_update(struct piped *p, struct ht_section *s) {
    uint64_t what = ht_section_u64(s), id = ht_section_u64(s);
    int32_t event = p->attrs->count == 1 ? 0 : ht_perf_attrs_find(p->attrs, id);
    return s->bad || what != UPDATE_NAME || event < 0 ? HT_OK : set_name(p, (uint32_t)event, s);
}

/* u64 number of the feature, then its section. */
static enum ht_status feature(struct piped *p, struct ht_section *s) {
    uint64_t bit = ht_section_u64(s);
    if (s->bad || bit >= HT_PERF_FEAT_BITS)
        return HT_OK;
    return ht_perf_facts_section(p->facts, p->attrs, (unsigned)bit, s, p->skips, p->cause);
}

static enum ht_status tracing(struct piped *p, const struct ht_raw_record *record) {
    if (record->more > TRACING_MAX) {
        ht_skip_feature(p->skips, HT_PERF_FEAT_TRACING_DATA, record->more, 0);
        return HT_OK;
    }
    uint8_t *bytes = malloc(record->more + 1);
    if (bytes == NULL)
        return out_of_memory(p);
    enum ht_status status =
        ht_perf_data_read(p->data, record->place + record->bytes, bytes, record->more, p->cause);
    if (status == HT_OK) {
        struct ht_section s = {bytes, bytes + record->more, 0, p->data->swap};
        status = ht_perf_facts_section(p->facts, p->attrs, HT_PERF_FEAT_TRACING_DATA, &s, p->skips, p->cause);
    }
    free(bytes);
    return status;
}

typedef enum ht_status (*read_record)(struct piped *, struct ht_section *);

static const struct {
    uint32_t type;
    read_record read; /* NULL: it has a function of another kind */
} uses[] = {
    {HT_PERF_HEADER_ATTR, NULL},         {HT_PERF_HEADER_EVENT_TYPE, event_type},
    {HT_PERF_HEADER_TRACING_DATA, NULL}, {HT_PERF_EVENT_UPDATE, event_update},
    {HT_PERF_HEADER_FEATURE, feature},
};
#define USES (sizeof uses / sizeof uses[0])

int ht_piped_has_use(uint32_t type) {
    for (size_t i = 0; i < USES; i++)
        if (uses[i].type == type)
            return 1;
    return 0;
}

static enum ht_status use(struct piped *p, const struct ht_raw_record *record) {
    enum ht_status status = HT_OK;
    if (record->type == HT_PERF_HEADER_TRACING_DATA)
        return tracing(p, record);
    uint8_t *bytes = malloc(record->bytes); /* the window's bytes hold until its next use only */
    if (bytes == NULL)
        return out_of_memory(p);
    status = ht_perf_data_read(p->data, record->place, bytes, record->bytes, p->cause);
    struct ht_section s = {bytes + HT_PERF_RECORD_HEADER, bytes + record->bytes, 0, p->data->swap};
    for (size_t i = 0; i < USES && status == HT_OK; i++)
        if (uses[i].type == record->type && uses[i].read != NULL)
            status = uses[i].read(p, &s);
    free(bytes);
    return status;
}

enum ht_status ht_piped_read(struct ht_perf_data *data, struct ht_perf_attrs *attrs, struct ht_skips *skips,
                             struct ht_perf_facts *facts, struct ht_cause *cause) {
    struct piped p = {.data = data, .attrs = attrs, .skips = skips, .facts = facts, .cause = cause};
    memset(attrs, 0, sizeof *attrs);
    enum ht_status status = find(&p);
    if (status == HT_OK)
        status = ht_perf_facts_start(facts, attrs, cause);
    for (size_t i = 0; i < p.count && status == HT_OK; i++)
        status = use(&p, &p.record[i]);
    free(p.record);
    return status;
}
