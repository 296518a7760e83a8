/* Source lines for a capture that brought everything else along: hitm-record stores symbols and code bytes,
 * but no DWARF. Where the very same binary (by build id, nothing less) or its debug file is on this machine,
 * its lines are used. */
#ifndef HT_ANALYZE_NAMES_LOCAL_SOURCE_H
#define HT_ANALYZE_NAMES_LOCAL_SOURCE_H

#include "analyze/names/resolve.h"

/* Appends a row to source_line (a table of HT_CHUNK_SOURCE_LINE, initialised) for each distinct offset of
 * hit->code whose line is known, ascending. hit->data is ignored. No build id, no such file here, no DWARF:
 * no rows, no failure. symfs as in ht_resolve_file. Fails with NOMEM, or LIMIT where the table is full. */
enum ht_status ht_local_source(const struct ht_hit_file *hit, uint64_t dso, const char *symfs,
                               struct ht_table *source_line, struct ht_cause *cause);

#endif
