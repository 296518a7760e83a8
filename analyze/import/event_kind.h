/* What an event of a perf.data measures, from its name, type and config. Tables of names and codes, no state.
 */
#ifndef HT_IMPORT_EVENT_KIND_H
#define HT_IMPORT_EVENT_KIND_H

#include "analyze/import/perf_attrs.h"
#include "schema/chunks.h"

/* name: as perf has it ("cpu/mem-loads,ldlat=30/P"), cpuid: as in the file's CPUID section
 * ("GenuineIntel,6,85,7"), "" where unknown. */
enum ht_event_kind ht_event_kind_of(const struct ht_perf_attr *attr, const char *name, const char *cpuid);

/* Whether samples of the kind are rows of MEM_SAMPLE. */
int ht_event_kind_is_memory(enum ht_event_kind kind);

#endif
