/* The name of an event whose file has none: what perf 6.1 would print, so that the two can be compared. No
 * state. */
#ifndef HT_IMPORT_EVENT_NAME_H
#define HT_IMPORT_EVENT_NAME_H

#include <stddef.h>

#include "analyze/import/perf_attrs.h"

/* "page-faults", "cycles:ppH", "LLC-load-misses", "raw 0x1cd"; pmu: of its type, NULL unknown; of PMUs
 * "ibs_op/config=0x0/". */
void ht_event_default_name(const struct ht_perf_attr *attr, const char *pmu, char *name, size_t size);

#endif
