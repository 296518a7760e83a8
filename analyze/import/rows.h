/* One record to one row: the layouts of the kernel's records and the columns they fill. Internal to
 * records.c. */
#ifndef HT_IMPORT_ROWS_H
#define HT_IMPORT_ROWS_H

#include "analyze/import/records.h"

struct ht_record {
    const uint8_t *at;
    uint32_t bytes, type;
    uint16_t misc;
    uint32_t event;
    uint64_t time_ns; /* 0: none */
    int swap;         /* of the other byte order */
};

/* Whether rows are made of this type of kernel record (samples apart). */
int ht_rows_has_use(uint32_t type);

/* Adds the record's row. Records too short for their fields are counted and passed over. */
enum ht_status ht_rows_add(struct ht_records *records, const struct ht_record *in);

#endif
