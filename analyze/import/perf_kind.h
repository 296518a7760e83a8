/* What a file is that is no perf.data: what people have at hand and try, and what to do with it. A table, no
 * state. */
#ifndef HT_IMPORT_PERF_KIND_H
#define HT_IMPORT_PERF_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_PERF_KIND_BYTES 512u /* of a file's start that tell what it is */

/* OK: begins as a perf.data does, of any age and byte order. */
enum ht_status ht_perf_kind_check(const char *path, const uint8_t *start, size_t bytes,
                                  struct ht_cause *cause);

#endif
