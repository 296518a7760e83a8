/* A hit of a tracepoint whose table is known: where its format has the fields of the table's cells, and what
 * they say. Sole user of libtraceevent. One thread. */
#ifndef HT_ANALYZE_LOAD_TP_HIT_H
#define HT_ANALYZE_LOAD_TP_HIT_H

#include <stdint.h>

#include "analyze/load/page_entry.h"
#include "analyze/load/tp_tables.h"
#include "schema/table.h"

struct ht_tp_formats; /* what was parsed; owns the fields of its events */

/* An event whose hits go into a table; its fields as its kernel lays them out. */
struct ht_tp_event {
    const struct ht_tp_table *table; /* NULL: none takes it */
    struct ht_tp_formats *formats;
    struct tep_event *format;
    struct tep_format_field *field[HT_TP_CELLS], *with[HT_TP_CELLS]; /* NULL: this version has none */
    uint32_t bytes;                                                  /* that a payload must have */
};

/* What its kernel was like. */
struct ht_tp_machine {
    enum ht_page_arch arch;
    int64_t page_bytes; /* 0 not known */
    const struct ht_topology *topology;
};

struct ht_tp_hit {
    const struct ht_tp_event *event;
    const struct ht_tp_machine *machine;
    uint64_t time;
    int64_t cpu, pid, tid;
    char *data; /* payload, with zeros of HT_TP_FIELDS_BYTES behind its end: no field read leaves it */
    uint32_t length;
};

struct ht_tp_formats *ht_tp_formats_new(void);          /* NULL without memory */
void ht_tp_formats_free(struct ht_tp_formats *formats); /* NULL is fine */

/* Parses a format that ht_tp_format_clean let through. 0: it cannot be parsed, or lacks a field that the
 * table needs. */
int ht_tp_event_parse(struct ht_tp_formats *formats, const struct ht_tp_table *table, const char *system,
                      const char *text, struct ht_tp_event *event);

/* The number in a cell; 0 where it is not known, or the cell is a text. */
int ht_tp_number(const struct ht_tp_hit *hit, unsigned cell, int64_t *number);

/* The text in a cell; valid as long as the payload. */
struct ht_bytes ht_tp_text(const struct ht_tp_hit *hit, unsigned cell);

/* The kernel's word for the number in a cell, "reason 12" where it names none. */
void ht_tp_word(const struct ht_tp_hit *hit, unsigned cell, char *word, size_t size);

#endif
