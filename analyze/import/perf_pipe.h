/* The header of a piped recording (perf record -o -): events, sections and tracepoint formats come as
 * records, from the start of the data on, and some later. No state of its own; one thread. Source of the
 * layouts: tools/lib/perf/include/perf/event.h of Linux. */
#ifndef HT_IMPORT_PERF_PIPE_H
#define HT_IMPORT_PERF_PIPE_H

#include "analyze/import/perf_features.h"

/* Goes once over the whole recording and fills attrs and facts, as ht_perf_attrs_read and ht_perf_facts_read
 * do for files. */
enum ht_status ht_piped_read(struct ht_perf_data *data, struct ht_perf_attrs *attrs, struct ht_skips *skips,
                             struct ht_perf_facts *facts, struct ht_cause *cause);

/* Whether it reads records of the type. */
int ht_piped_has_use(uint32_t type);

#endif
