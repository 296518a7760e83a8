/* What a load could not use, counted: rows of import_skip. One thread. */
#ifndef HT_ANALYZE_LOAD_SKIPS_H
#define HT_ANALYZE_LOAD_SKIPS_H

#include "analyze/load/model.h"

/* No row where rows is 0; a later row of the same reason replaces an earlier one. loses: something of the
 * window is missing for it. */
enum ht_status ht_skip_note(struct ht_load *load, const char *reason, uint64_t rows, int loses,
                            struct ht_cause *cause);

#endif
