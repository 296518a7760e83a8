/* What an import has to say beside its rows: LIMIT rows in the capture, warnings for whoever runs it. */
#ifndef HT_IMPORT_REMARKS_H
#define HT_IMPORT_REMARKS_H

#include "analyze/import/import.h"
#include "analyze/import/records.h"

/* LIMIT: what could not be named, why, and what mends it. */
enum ht_status ht_remarks_limits(const struct ht_records *records, const struct ht_hits_result *names,
                                 struct ht_cause *cause);

/* Fills the summary's warnings, most serious first; its numbers are there already. */
void ht_remarks_warn(const struct ht_records *records, const struct ht_hits_result *names, const char *symfs,
                     struct ht_import_summary *summary);

#endif
