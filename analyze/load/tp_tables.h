/* What a hit of a tracepoint puts into which table: one row a tracepoint, one cell a column. Constant data
 * for tracepoints.c. Fields are those of include/trace/events of Linux 4.18 to 6.18; their names differ by
 * version. */
#ifndef HT_ANALYZE_LOAD_TP_TABLES_H
#define HT_ANALYZE_LOAD_TP_TABLES_H

#include <stddef.h>

#include "analyze/load/timeline.h"

#define HT_TP_CELLS 10

enum ht_tp_how {
    HT_TP_TIME, /* of the hit, like the next three; these are NULL where not known */
    HT_TP_CPU,
    HT_TP_PID,
    HT_TP_TID,
    HT_TP_WORD,     /* `field` itself */
    HT_TP_NUMBER,   /* of a field that every version has: without it the hit makes no row */
    HT_TP_TEXT,     /* the same, a text */
    HT_TP_KNOWN,    /* of a field; NULL where it is negative or not there, or `with` is negative */
    HT_TP_POSITIVE, /* the same, NULL where it is 0 as well */
    HT_TP_CPU_NODE, /* node of the CPU that a field names; NULL where not known */
    HT_TP_REASON,   /* the kernel's word for a number, from the format's print string */
    HT_TP_PAGES,    /* of a page table entry, `with` its order: pages of the base size */
    HT_TP_PLACE,    /* the same: physical address, NULL where not known */
    HT_TP_PLACE_NODE
};

struct ht_tp_cell {
    enum ht_tp_how how;
    const char *field, *or_field; /* the first that the format has */
    const char *with;
};

struct ht_tp_table {
    const char *tracepoint, *table, *columns;
    struct ht_tp_cell cell[HT_TP_CELLS];
    unsigned cells;
    int metric;   /* enum ht_metric of the time axis, -1 none */
    int from, to; /* cells with the nodes, -1 none; from HT_TP_HERE: node of the CPU that was hit */
    int value;    /* cell that counts, -1: one a hit */
};

#define HT_TP_HERE -2

extern const struct ht_tp_table ht_tp_tables[];
extern const size_t ht_tp_tables_count;

/* The table of a tracepoint ("sched:sched_move_numa"), NULL where none takes it. */
const struct ht_tp_table *ht_tp_table_of(const char *tracepoint);

#endif
