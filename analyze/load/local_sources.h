/* Source lines that a capture lacks (the recorder reads no DWARF), from binaries at hand with the same build
 * id. */
#ifndef HT_ANALYZE_LOAD_LOCAL_SOURCES_H
#define HT_ANALYZE_LOAD_LOCAL_SOURCES_H

#include "analyze/load/known_names.h"

/* Between the last add and finish. symfs: where the binaries lie, "/" for this machine. A file that is not
 * there or is another one adds nothing. */
enum ht_status ht_local_sources(struct ht_known_names *names, const char *symfs, struct ht_cause *cause);

#endif
