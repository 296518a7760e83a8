/* A capture file into the database. One thread. */
#ifndef HT_ANALYZE_LOAD_LOAD_H
#define HT_ANALYZE_LOAD_LOAD_H

#include <sqlite3.h>
#include <stdint.h>

#include "analyze/load/store.h"

struct ht_load_options {
    const char *path;
    int keep_rows;       /* mem_sample, cpu_sample and switch are filled */
    ht_judge_fn judge;   /* says what each line is */
    const char *symfs;   /* binaries to take source lines from where the build id matches; NULL: none */
    unsigned line_bytes; /* 0: from the capture, 64 where it does not say */
};

/* Inside a transaction of the caller, who rolls back what fails. A cut or damaged capture is no failure: what
 * could be read is loaded and the capture row says what is missing. */
enum ht_status ht_load_capture(sqlite3 *db, const struct ht_load_options *options, int64_t *capture_id,
                               struct ht_cause *cause);

#endif
