#include "analyze/load/tracepoints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/db.h"
#include "analyze/load/skips.h"
#include "analyze/load/tp_format.h"
#include "analyze/load/tp_hit.h"

/* An event with its hits that made no row. */
struct tracked {
    struct ht_tp_event event; /* table NULL: none takes it */
    uint64_t unused, broken;
};

struct ht_tracepoints {
    struct ht_load *load;
    struct ht_tp_formats *formats;
    struct ht_tp_machine machine;
    struct tracked tracked[HT_EVENTS_MAX];
    struct ht_insert *insert; /* by table, opened at the first row */
    char *payload;
    size_t payload_bytes;
    uint64_t unnumbered; /* hits of events beyond the limit */
};

#define PADDING HT_TP_FIELDS_BYTES

enum ht_status ht_tracepoints_new(struct ht_load *load, struct ht_tracepoints **tracepoints,
                                  struct ht_cause *cause) {
    struct ht_tracepoints *t = calloc(1, sizeof *t);
    *tracepoints = t;
    if (t == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    t->load = load;
    int64_t page_bytes = ht_meta_number(&load->meta, "page_bytes", 0);
    t->machine = (struct ht_tp_machine){ht_page_arch_of(ht_meta_text(&load->meta, "arch"), page_bytes),
                                        page_bytes, &load->topology};
    t->insert = calloc(ht_tp_tables_count, sizeof *t->insert);
    t->formats = ht_tp_formats_new();
    if (t->formats == NULL || t->insert == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    return HT_OK;
}

void ht_tracepoints_free(struct ht_tracepoints *t) {
    if (t == NULL)
        return;
    for (size_t i = 0; t->insert != NULL && i < ht_tp_tables_count; i++)
        ht_insert_close(&t->insert[i]);
    free(t->insert);
    ht_tp_formats_free(t->formats);
    free(t->payload);
    free(t);
}

static void add_format(struct ht_tracepoints *t, uint64_t number, const char *system, const char *text) {
    struct ht_event_facts *facts = ht_load_event(t->load, number);
    const struct ht_tp_table *table = facts != NULL ? ht_tp_table_of(facts->tracepoint) : NULL;
    struct ht_tp_event event;
    if (table != NULL && ht_tp_event_parse(t->formats, table, system, text, &event))
        t->tracked[number].event = event;
}

enum ht_status ht_tracepoints_format(struct ht_tracepoints *t, const struct ht_table *table) {
    for (uint32_t i = 0; i < table->rows; i++) {
        struct ht_bytes format = ht_table_bytes(table, HT_TP_FORMAT_FORMAT, i);
        char system[30];
        ht_table_copy_text(table, HT_TP_FORMAT_SYSTEM, i, system, sizeof system);
        char *text = ht_tp_format_clean(format.data, format.length);
        if (text != NULL)
            add_format(t, ht_table_u64(table, HT_TP_FORMAT_EVENT, i), system, text);
        free(text);
    }
    return HT_OK;
}

static void put_text_cell(struct ht_insert *insert, const struct ht_tp_hit *hit, unsigned i) {
    const struct ht_tp_cell *cell = &hit->event->table->cell[i];
    char word[40];
    if (cell->how == HT_TP_WORD) {
        ht_put_text(insert, cell->field);
    } else if (cell->how == HT_TP_TEXT) {
        struct ht_bytes text = ht_tp_text(hit, i);
        ht_put_bytes_text(insert, text.data, text.length);
    } else {
        ht_tp_word(hit, i, word, sizeof word);
        ht_put_text(insert, word);
    }
}

static enum ht_status add_to_timeline(struct ht_tracepoints *t, const struct ht_tp_hit *hit,
                                      const int64_t *number, const int *known) {
    const struct ht_tp_table *table = hit->event->table;
    int from = table->from == HT_TP_HERE                ? ht_topology_node(&t->load->topology, hit->cpu)
               : table->from >= 0 && known[table->from] ? (int)number[table->from]
                                                        : -1;
    int to = table->to >= 0 && known[table->to] ? (int)number[table->to] : -1;
    int64_t value = table->value >= 0 ? number[table->value] : 1;
    return ht_timeline_add(&t->load->timeline, (enum ht_metric)table->metric, from, to, hit->time,
                           value > 0 ? (uint64_t)value : 0);
}

static enum ht_status take_hit(struct ht_tracepoints *t, const struct ht_tp_hit *hit,
                               struct ht_cause *cause) {
    const struct ht_tp_table *table = hit->event->table;
    struct ht_insert *insert = &t->insert[table - ht_tp_tables];
    int64_t number[HT_TP_CELLS] = {0};
    int known[HT_TP_CELLS] = {0};
    enum ht_status status = HT_OK;
    if (insert->statement == NULL)
        status =
            ht_insert_open(t->load->db, table->table, table->columns, t->load->capture_id, insert, cause);
    if (status != HT_OK)
        return status;
    for (unsigned i = 0; i < table->cells; i++) {
        enum ht_tp_how how = table->cell[i].how;
        known[i] = ht_tp_number(hit, i, &number[i]);
        if (how == HT_TP_WORD || how == HT_TP_TEXT || how == HT_TP_REASON)
            put_text_cell(insert, hit, i);
        else if (known[i])
            ht_put_int(insert, number[i]);
        else
            ht_put_null(insert);
    }
    status = ht_insert_row(insert, cause);
    if (status == HT_OK && table->metric >= 0 && add_to_timeline(t, hit, number, known) != HT_OK)
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    return status;
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
    struct ht_event_facts *facts = ht_load_event(t->load, number);
    if (facts == NULL) {
        t->unnumbered++;
        return HT_OK;
    }
    struct tracked *tracked = &t->tracked[number];
    const struct ht_tp_event *event = &tracked->event;
    struct ht_bytes payload = ht_table_bytes(table, HT_TRACEPOINT_PAYLOAD, row);
    facts->samples++;
    if (event->table == NULL || payload.length < event->bytes) {
        tracked->unused += event->table == NULL;
        tracked->broken += event->table != NULL;
        return HT_OK;
    }
    if (copy_payload(t, payload) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    struct ht_tp_hit hit = {.event = event,
                            .machine = &t->machine,
                            .time = ht_table_u64(table, HT_TRACEPOINT_TIME, row),
                            .cpu = ht_table_i64(table, HT_TRACEPOINT_CPU, row),
                            .pid = ht_table_i64(table, HT_TRACEPOINT_PID, row),
                            .tid = ht_table_i64(table, HT_TRACEPOINT_TID, row),
                            .data = t->payload,
                            .length = payload.length};
    return take_hit(t, &hit, cause);
}

enum ht_status ht_tracepoints_rows(struct ht_tracepoints *t, const struct ht_table *table,
                                   struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (uint32_t row = 0; status == HT_OK && row < table->rows; row++)
        status = take_row(t, table, row, cause);
    return status;
}

/* ---- what made no row ---- */

static const char *name_of(const struct ht_tracepoints *t, unsigned number) {
    const struct ht_event_facts *facts = &t->load->event[number];
    return facts->tracepoint[0] != '\0' ? facts->tracepoint : facts->name;
}

/* A tracepoint may have been recorded as several events. */
static void add_up(struct ht_tracepoints *t, unsigned number) {
    struct tracked *first = &t->tracked[number];
    for (unsigned i = number + 1; i < HT_EVENTS_MAX; i++) {
        struct tracked *other = &t->tracked[i];
        if (other->unused + other->broken > 0 && strcmp(name_of(t, number), name_of(t, i)) == 0) {
            first->unused += other->unused;
            first->broken += other->broken;
            other->unused = other->broken = 0;
        }
    }
}

enum ht_status ht_tracepoints_note(struct ht_tracepoints *t, struct ht_cause *cause) {
    enum ht_status status = ht_skip_note(
        t->load, "tracepoint hits that no table takes: events beyond the limit", t->unnumbered, 1, cause);
    for (unsigned i = 0; status == HT_OK && i < HT_EVENTS_MAX; i++) {
        char reason[128];
        if (t->tracked[i].unused + t->tracked[i].broken == 0)
            continue;
        add_up(t, i);
        snprintf(reason, sizeof reason, "tracepoint hits that no table takes: %s", name_of(t, i));
        status = ht_skip_note(t->load, reason, t->tracked[i].unused, 1, cause);
        snprintf(reason, sizeof reason, "tracepoint hits shorter than their format: %s", name_of(t, i));
        if (status == HT_OK)
            status = ht_skip_note(t->load, reason, t->tracked[i].broken, 1, cause);
    }
    return status;
}
