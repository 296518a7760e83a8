/* `hitm-analyze import`: a perf.data becomes a capture.
 *
 * The output is written beside (OUTPUT.part) and renamed when it is whole, removed on failure. One thread. A
 * file that was cut short is imported up to its last whole record: OK, with a warning and META key
 * import_missing. */
#ifndef HT_IMPORT_IMPORT_H
#define HT_IMPORT_IMPORT_H

#include <stdint.h>

#include "schema/status.h"

struct ht_import_options {
    const char *perf_data, *output;
    const char *symfs; /* NULL: the root directory */
    int force;         /* overwrite output */
};

#define HT_IMPORT_WARNINGS 16

struct ht_import_summary {
    uint64_t samples;     /* imported, of all events */
    uint64_t mem_samples; /* of these, rows of MEM_SAMPLE */
    uint64_t skipped;     /* records that held something of the window and have no place in a capture */
    uint64_t lost;        /* told by LOST or LOST_SAMPLES, whichever says more: they overlap */
    uint64_t late;        /* rows older than their round */
    uint32_t rounds;
    const char *level; /* "memory sampling" or "software"; static text */
    unsigned warnings;
    char warning[HT_IMPORT_WARNINGS][512];
};

enum ht_status ht_import(const struct ht_import_options *options, struct ht_import_summary *summary,
                         struct ht_cause *cause);

#endif
