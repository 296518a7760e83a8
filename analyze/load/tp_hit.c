#include "analyze/load/tp_hit.h"

#include <event-parse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace-seq.h>

struct ht_tp_formats {
    struct tep_handle *tep;
    struct trace_seq text;
};

void ht_tp_formats_free(struct ht_tp_formats *f) {
    if (f == NULL)
        return;
    trace_seq_destroy(&f->text);
    tep_free(f->tep);
    free(f);
}

struct ht_tp_formats *ht_tp_formats_new(void) {
    struct ht_tp_formats *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    trace_seq_init(&f->text);
    f->tep = tep_alloc();
    if (f->tep == NULL) {
        ht_tp_formats_free(f);
        return NULL;
    }
    /* Formats of another machine: sizes are those of 64-bit little-endian Linux, the only one recorded. */
    tep_set_long_size(f->tep, 8);
    tep_set_page_size(f->tep, 4096);
    tep_set_file_bigendian(f->tep, TEP_LITTLE_ENDIAN);
    tep_set_local_bigendian(f->tep,
                            __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
    tep_set_loglevel(TEP_LOG_NONE);
    return f;
}

static struct tep_format_field *find_field(struct ht_tp_event *e, const char *name) {
    struct tep_format_field *field = name != NULL ? tep_find_field(e->format, name) : NULL;
    if (field == NULL || field->offset < 0 || field->size <= 0)
        return NULL;
    uint32_t end = (uint32_t)field->offset + (uint32_t)field->size;
    e->bytes = end > e->bytes ? end : e->bytes;
    return field;
}

static int is_optional(enum ht_tp_how how) {
    return how <= HT_TP_WORD || how == HT_TP_KNOWN || how == HT_TP_POSITIVE;
}

/* Whether the format has the fields that the table needs. */
static int find_fields(struct ht_tp_event *e) {
    for (unsigned i = 0; i < e->table->cells; i++) {
        const struct ht_tp_cell *cell = &e->table->cell[i];
        if (cell->how > HT_TP_WORD) {
            e->field[i] = find_field(e, cell->field);
            if (e->field[i] == NULL)
                e->field[i] = find_field(e, cell->or_field);
            e->with[i] = find_field(e, cell->with);
        }
        if (e->field[i] == NULL && !is_optional(cell->how))
            return 0;
    }
    return 1;
}

int ht_tp_event_parse(struct ht_tp_formats *formats, const struct ht_tp_table *table, const char *system,
                      const char *text, struct ht_tp_event *event) {
    *event = (struct ht_tp_event){.table = table, .formats = formats};
    return tep_parse_format(formats->tep, &event->format, text, strlen(text), system) == 0 &&
           event->format != NULL && find_fields(event);
}

/* The field's number; 0 where it is no number. */
static int64_t number_of(const struct ht_tp_hit *hit, struct tep_format_field *field) {
    unsigned long long value = 0;
    if (tep_read_number_field(field, hit->data, &value) != 0)
        return 0;
    if (!(field->flags & TEP_FIELD_IS_SIGNED))
        return (int64_t)value;
    return field->size == 4   ? (int32_t)value
           : field->size == 2 ? (int16_t)value
           : field->size == 1 ? (int8_t)value
                              : (int64_t)value;
}

static uint64_t pages_of(const struct ht_tp_hit *hit, unsigned i) {
    struct tep_format_field *order = hit->event->with[i];
    return ht_page_entry_pages(hit->machine->arch, hit->machine->page_bytes,
                               (uint64_t)number_of(hit, hit->event->field[i]),
                               order != NULL ? number_of(hit, order) : -1);
}

static uint64_t place_of(const struct ht_tp_hit *hit, unsigned i) {
    return ht_page_entry_place(hit->machine->arch, (uint64_t)number_of(hit, hit->event->field[i]),
                               pages_of(hit, i), hit->machine->topology);
}

/* A page's node where its place is known. */
static int64_t home_of(const struct ht_tp_hit *hit, unsigned i) {
    uint64_t place = place_of(hit, i);
    return place != 0 ? ht_topology_home(hit->machine->topology, place) : -1;
}

/* Of a field that not every version has, or that is negative where there is nothing to say. */
static int64_t known_number(const struct ht_tp_hit *hit, unsigned i) {
    struct tep_format_field *field = hit->event->field[i], *with = hit->event->with[i];
    return field == NULL || (with != NULL && number_of(hit, with) < 0) ? -1 : number_of(hit, field);
}

int ht_tp_number(const struct ht_tp_hit *hit, unsigned i, int64_t *number) {
    struct tep_format_field *field = hit->event->field[i];
    switch (hit->event->table->cell[i].how) {
    case HT_TP_TIME:
        *number = (int64_t)hit->time;
        return 1;
    case HT_TP_NUMBER:
        *number = number_of(hit, field);
        return 1;
    case HT_TP_PAGES:
        *number = (int64_t)pages_of(hit, i);
        return 1;
    case HT_TP_PLACE:
        *number = (int64_t)place_of(hit, i);
        return *number != 0;
    case HT_TP_POSITIVE:
        *number = known_number(hit, i);
        return *number > 0;
    case HT_TP_CPU:
        *number = hit->cpu;
        break;
    case HT_TP_PID:
        *number = hit->pid;
        break;
    case HT_TP_TID:
        *number = hit->tid;
        break;
    case HT_TP_KNOWN:
        *number = known_number(hit, i);
        break;
    case HT_TP_CPU_NODE:
        *number = ht_topology_node(hit->machine->topology, number_of(hit, field));
        break;
    case HT_TP_PLACE_NODE:
        *number = home_of(hit, i);
        break;
    default:
        return 0;
    }
    return *number >= 0;
}

/* In newer kernels comm is a __data_loc: low half offset, high half length. */
struct ht_bytes ht_tp_text(const struct ht_tp_hit *hit, unsigned i) {
    struct tep_format_field *field = hit->event->field[i];
    uint32_t offset = (uint32_t)field->offset, length = (uint32_t)field->size;
    if (field->flags & TEP_FIELD_IS_DYNAMIC) {
        uint32_t location = (uint32_t)number_of(hit, field);
        offset = location & 0xffff;
        length = location >> 16;
        if (field->flags & TEP_FIELD_IS_RELATIVE)
            offset += (uint32_t)field->offset + (uint32_t)field->size;
    }
    if (offset > hit->length || length > hit->length - offset)
        return (struct ht_bytes){"", 0};
    return (struct ht_bytes){hit->data + offset, (uint32_t)strnlen(hit->data + offset, length)};
}

/* The word stands in the format's print string; libtraceevent prints it, we cut it out. */
void ht_tp_word(const struct ht_tp_hit *hit, unsigned i, char *word, size_t size) {
    struct trace_seq *text = &hit->event->formats->text;
    struct tep_record record = {.data = hit->data, .size = (int)hit->length, .ts = hit->time};
    trace_seq_reset(text);
    tep_print_event(hit->event->formats->tep, text, &record, "%s", TEP_PRINT_INFO);
    trace_seq_terminate(text);
    const char *found = strstr(text->buffer, "reason=");
    size_t length = found != NULL ? strcspn(found + 7, " \n") : 0;
    if (length == 0 || length >= size)
        snprintf(word, size, "reason %lld", (long long)number_of(hit, hit->event->field[i]));
    else
        snprintf(word, size, "%.*s", (int)length, found + 7);
}
