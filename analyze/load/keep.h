/* Which lines get full counts: those with a transfer in either decode, and the ones most fetched from remote
 * memory. */
#ifndef HT_ANALYZE_LOAD_KEEP_H
#define HT_ANALYZE_LOAD_KEEP_H

#include "analyze/load/model.h"

#define HT_KEPT_LINES_MAX                                                                                    \
    (1u << 21) /* about 600 MB of counts: a generated 8 M samples with 1.1 M such lines fit */
#define HT_REMOTE_LINES_MAX 1000u /* lines kept for remote memory alone */
#define HT_REMOTE_SAMPLES   8u    /* and how many samples make one worth it */

/* After ht_load_resolve: fills load->kept, in no particular order. */
enum ht_status ht_load_keep(struct ht_load *load, struct ht_cause *cause);

/* After ht_load_detail: puts the line that costs most first, ends the numbering, and orders the accesses by
 * it. */
enum ht_status ht_load_rank(struct ht_load *load, struct ht_cause *cause);

#endif
