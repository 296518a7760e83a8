/* What every command starts with: a database to ask, whether the user named one or a capture. One thread. */
#ifndef HT_ANALYZE_INGEST_H
#define HT_ANALYZE_INGEST_H

#include <sqlite3.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_ingest_options {
    int keep_rows;       /* every sample becomes a row */
    unsigned line_bytes; /* 0: as the capture says */
    const char *symfs;   /* see ht_load_options */
};

/* Loads a capture and judges it, as one transaction: all of it or nothing. */
enum ht_status ht_ingest(sqlite3 *db, const char *path, const struct ht_ingest_options *options,
                         int64_t *capture_id, struct ht_cause *cause);

/* path is a database of hitmtrace (opened read-only) or a capture (loaded into a private temporary database).
 * wanted: the capture's id, 0 for the only one; USAGE where a database holds several and none was named. */
enum ht_status ht_ingest_open(const char *path, const struct ht_ingest_options *options, int64_t wanted,
                              sqlite3 **db, int64_t *capture_id, struct ht_cause *cause);

/* What is missing in a capture that was not whole, "" where nothing is; for a warning. */
void ht_ingest_missing(sqlite3 *db, int64_t capture_id, char *text, size_t size);

#endif
