/* What an import knows about machine, events and recording, as chunks of facts. */
#ifndef HT_IMPORT_FACTS_ROWS_H
#define HT_IMPORT_FACTS_ROWS_H

#include "analyze/import/import.h"
#include "analyze/import/records.h"

/* CONDITION, NODE, CPU, MEM_BLOCK, EVENT, TP_FORMAT and CLOCK, known before the first record is read, and of
 * META what is known then: a capture of a process that was killed says at least that. */
enum ht_status ht_facts_write(const struct ht_records *records, const char *perf_data,
                              struct ht_cause *cause);

/* META as it is behind the last record, and IMPORT_SKIP; fills the summary's numbers and level. */
enum ht_status ht_facts_write_end(const struct ht_records *records, const char *perf_data,
                                  struct ht_import_summary *summary, struct ht_cause *cause);

/* CLOCK_REALTIME of an event time, 0 where the recording does not tell. */
uint64_t ht_facts_realtime(const struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                           uint64_t time_ns);

#endif
