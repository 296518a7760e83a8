#include "analyze/load/tracepoints.h"

#include <event-parse.h>
#include <stdlib.h>
#include <string.h>
#include <trace-seq.h>

#include "analyze/load/db.h"
#include "analyze/load/tp_format.h"

struct ht_tracepoints;

/* One hit on its way into a table. */
struct hit {
    struct tep_event *format;
    uint64_t time;
    int64_t cpu, tid;
    char *data; /* payload, padded behind its end so that no field read leaves it */
    uint32_t length;
};

typedef enum ht_status (*hit_fn)(struct ht_tracepoints *t, const struct hit *hit, struct ht_cause *cause);

struct handler {
    const char *tracepoint, *table, *columns;
    const char *fields[4]; /* that the payload must hold */
    hit_fn take;
};

static enum ht_status take_migration(struct ht_tracepoints *t, const struct hit *hit, struct ht_cause *cause);
static enum ht_status take_page_migration(struct ht_tracepoints *t, const struct hit *hit,
                                          struct ht_cause *cause);

enum { MIGRATION, PAGE_MIGRATION, HANDLERS };

static const struct handler handlers[HANDLERS] = {
    [MIGRATION] = {"sched:sched_migrate_task",
                   "migration",
                   "time_ns,tid,comm,from_cpu,to_cpu,from_node,to_node,by_tid",
                   {"pid", "orig_cpu", "dest_cpu", "comm"},
                   take_migration},
    [PAGE_MIGRATION] = {"migrate:mm_migrate_pages",
                        "page_migration",
                        "time_ns,cpu,tid,succeeded_pages,failed_pages,mode,reason",
                        {"succeeded", "failed", "mode", "reason"},
                        take_page_migration},
};

struct ht_tracepoints {
    struct ht_load *load;
    struct tep_handle *tep;
    struct tep_event *format[HT_EVENTS_MAX]; /* owned by tep */
    const struct handler *handler[HT_EVENTS_MAX];
    struct ht_insert insert[HANDLERS];
    struct trace_seq text;
    char *payload;
    size_t payload_bytes;
    uint64_t unused, broken;
};

#define PADDING HT_TP_FIELDS_BYTES

enum ht_status ht_tracepoints_new(struct ht_load *load, struct ht_tracepoints **tracepoints,
                                  struct ht_cause *cause) {
    struct ht_tracepoints *t = calloc(1, sizeof *t);
    *tracepoints = t;
    if (t == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    t->load = load;
    trace_seq_init(&t->text);
    t->tep = tep_alloc();
    if (t->tep == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    /* Formats of another machine: sizes are those of 64-bit little-endian Linux, the only one recorded. */
    tep_set_long_size(t->tep, 8);
    tep_set_page_size(t->tep, 4096);
    tep_set_file_bigendian(t->tep, TEP_LITTLE_ENDIAN);
    tep_set_local_bigendian(t->tep,
                            __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
    tep_set_loglevel(TEP_LOG_NONE);
    for (unsigned i = 0; i < HANDLERS; i++) {
        enum ht_status status = ht_insert_open(load->db, handlers[i].table, handlers[i].columns,
                                               load->capture_id, &t->insert[i], cause);
        if (status != HT_OK)
            return status;
    }
    return HT_OK;
}

void ht_tracepoints_free(struct ht_tracepoints *t) {
    if (t == NULL)
        return;
    for (unsigned i = 0; i < HANDLERS; i++)
        ht_insert_close(&t->insert[i]);
    trace_seq_destroy(&t->text);
    tep_free(t->tep);
    free(t->payload);
    free(t);
}

static int has_fields(struct tep_event *format, const struct handler *handler) {
    for (size_t i = 0; i < sizeof handler->fields / sizeof handler->fields[0]; i++)
        if (tep_find_field(format, handler->fields[i]) == NULL)
            return 0;
    return 1;
}

static void add_format(struct ht_tracepoints *t, uint64_t number, const char *system, const char *text,
                       size_t length) {
    struct ht_event_facts *event = ht_load_event(t->load, number);
    struct tep_event *format = NULL;
    if (event == NULL || tep_parse_format(t->tep, &format, text, length, system) != 0 || format == NULL)
        return;
    t->format[number] = format;
    for (unsigned i = 0; i < HANDLERS; i++)
        if (strcmp(event->tracepoint, handlers[i].tracepoint) == 0 && has_fields(format, &handlers[i]))
            t->handler[number] = &handlers[i];
}

enum ht_status ht_tracepoints_format(struct ht_tracepoints *t, const struct ht_table *table) {
    for (uint32_t i = 0; i < table->rows; i++) {
        struct ht_bytes format = ht_table_bytes(table, HT_TP_FORMAT_FORMAT, i);
        char system[30];
        ht_table_copy_text(table, HT_TP_FORMAT_SYSTEM, i, system, sizeof system);
        char *text = ht_tp_format_clean(format.data, format.length);
        if (text != NULL)
            add_format(t, ht_table_u64(table, HT_TP_FORMAT_EVENT, i), system, text, strlen(text));
        free(text);
    }
    return HT_OK;
}

/* The field's number; 0 where the payload ends before it (then the row was counted as broken already). */
static int64_t number_of(const struct hit *hit, const char *name) {
    struct tep_format_field *field = tep_find_field(hit->format, name);
    unsigned long long value = 0;
    if (field == NULL || tep_read_number_field(field, hit->data, &value) != 0)
        return 0;
    if (field->flags & TEP_FIELD_IS_SIGNED && field->size == 4)
        return (int32_t)value;
    return (int64_t)value;
}

/* A text in the payload; in newer kernels comm is a __data_loc: low half offset, high half length. */
static struct ht_bytes text_of(const struct hit *hit, const char *name) {
    struct tep_format_field *field = tep_find_field(hit->format, name);
    uint32_t offset = (uint32_t)field->offset, length = (uint32_t)field->size;
    if (field->flags & TEP_FIELD_IS_DYNAMIC) {
        uint32_t location = (uint32_t)number_of(hit, name);
        offset = location & 0xffff;
        length = location >> 16;
        if (field->flags & TEP_FIELD_IS_RELATIVE)
            offset += (uint32_t)field->offset + (uint32_t)field->size;
    }
    if (offset > hit->length || length > hit->length - offset)
        return (struct ht_bytes){"", 0};
    return (struct ht_bytes){hit->data + offset, (uint32_t)strnlen(hit->data + offset, length)};
}

static enum ht_status take_migration(struct ht_tracepoints *t, const struct hit *hit,
                                     struct ht_cause *cause) {
    const struct ht_load *load = t->load;
    struct ht_insert *insert = &t->insert[MIGRATION];
    int64_t from = number_of(hit, "orig_cpu"), to = number_of(hit, "dest_cpu");
    struct ht_bytes comm = text_of(hit, "comm");
    int from_node = ht_topology_node(&load->topology, from), to_node = ht_topology_node(&load->topology, to);
    ht_put_int(insert, (int64_t)hit->time);
    ht_put_int(insert, number_of(hit, "pid"));
    ht_put_bytes_text(insert, comm.data, comm.length);
    ht_put_int(insert, from);
    ht_put_int(insert, to);
    ht_put_known(insert, from_node);
    ht_put_known(insert, to_node);
    ht_put_known(insert, hit->tid);
    enum ht_status status = ht_insert_row(insert, cause);
    if (status == HT_OK &&
        ht_timeline_add(&t->load->timeline, HT_METRIC_MIGRATIONS, from_node, to_node, hit->time, 1))
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    return status;
}

/* The kernel's word for the reason stands in the format's print string; libtraceevent prints it, we cut it
 * out. */
static void reason_word(struct ht_tracepoints *t, const struct hit *hit, char *word, size_t size) {
    struct tep_record record = {.data = hit->data, .size = (int)hit->length, .ts = hit->time};
    trace_seq_reset(&t->text);
    tep_print_event(t->tep, &t->text, &record, "%s", TEP_PRINT_INFO);
    trace_seq_terminate(&t->text);
    const char *found = strstr(t->text.buffer, "reason=");
    size_t length = found != NULL ? strcspn(found + 7, " \n") : 0;
    if (length == 0 || length >= size)
        snprintf(word, size, "reason %lld", (long long)number_of(hit, "reason"));
    else
        snprintf(word, size, "%.*s", (int)length, found + 7);
}

static enum ht_status take_page_migration(struct ht_tracepoints *t, const struct hit *hit,
                                          struct ht_cause *cause) {
    struct ht_insert *insert = &t->insert[PAGE_MIGRATION];
    int64_t succeeded = number_of(hit, "succeeded");
    char reason[40];
    reason_word(t, hit, reason, sizeof reason);
    ht_put_int(insert, (int64_t)hit->time);
    ht_put_known(insert, hit->cpu);
    ht_put_known(insert, hit->tid);
    ht_put_int(insert, succeeded);
    ht_put_int(insert, number_of(hit, "failed"));
    ht_put_int(insert, number_of(hit, "mode"));
    ht_put_text(insert, reason);
    enum ht_status status = ht_insert_row(insert, cause);
    if (status == HT_OK && ht_timeline_add(&t->load->timeline, HT_METRIC_PAGE_MIGRATIONS, -1, -1, hit->time,
                                           succeeded > 0 ? (uint64_t)succeeded : 0))
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    return status;
}

static int payload_holds(const struct handler *handler, const struct hit *hit) {
    for (size_t i = 0; i < sizeof handler->fields / sizeof handler->fields[0]; i++) {
        struct tep_format_field *field = tep_find_field(hit->format, handler->fields[i]);
        if (field->offset < 0 || field->size <= 0 ||
            (uint64_t)field->offset + (uint64_t)field->size > hit->length)
            return 0;
    }
    return 1;
}

static enum ht_status copy_payload(struct ht_tracepoints *t, struct ht_bytes payload) {
    size_t bytes = (size_t)payload.length + PADDING;
    if (bytes > t->payload_bytes) {
        char *grown = realloc(t->payload, bytes);
        if (grown == NULL)
            return HT_NOMEM;
        t->payload = grown;
        t->payload_bytes = bytes;
    }
    memcpy(t->payload, payload.data, payload.length);
    memset(t->payload + payload.length, 0, PADDING);
    return HT_OK;
}

static enum ht_status take_row(struct ht_tracepoints *t, const struct ht_table *table, uint32_t row,
                               struct ht_cause *cause) {
    uint64_t number = ht_table_u64(table, HT_TRACEPOINT_EVENT, row);
    struct ht_event_facts *event = ht_load_event(t->load, number);
    if (event != NULL)
        event->samples++;
    if (event == NULL || t->handler[number] == NULL) {
        t->unused++;
        return HT_OK;
    }
    struct ht_bytes payload = ht_table_bytes(table, HT_TRACEPOINT_PAYLOAD, row);
    if (copy_payload(t, payload) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    struct hit hit = {.format = t->format[number],
                      .time = ht_table_u64(table, HT_TRACEPOINT_TIME, row),
                      .cpu = ht_table_i64(table, HT_TRACEPOINT_CPU, row),
                      .tid = ht_table_i64(table, HT_TRACEPOINT_TID, row),
                      .data = t->payload,
                      .length = payload.length};
    if (!payload_holds(t->handler[number], &hit)) {
        t->broken++;
        return HT_OK;
    }
    return t->handler[number]->take(t, &hit, cause);
}

enum ht_status ht_tracepoints_rows(struct ht_tracepoints *t, const struct ht_table *table,
                                   struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (uint32_t row = 0; status == HT_OK && row < table->rows; row++)
        status = take_row(t, table, row, cause);
    return status;
}

uint64_t ht_tracepoints_unused(const struct ht_tracepoints *t) {
    return t->unused;
}

uint64_t ht_tracepoints_broken(const struct ht_tracepoints *t) {
    return t->broken;
}
