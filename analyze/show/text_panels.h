/* The timeline in characters: a lane a line, dense characters where much happened. One thread. */
#ifndef HT_ANALYZE_SHOW_TEXT_PANELS_H
#define HT_ANALYZE_SHOW_TEXT_PANELS_H

#include <stdio.h>

#include "analyze/show/grid.h"

#define HT_TEXT_PLOT 60 /* characters of the window; divides HT_PANELS_BUCKETS */

/* basis: the question of that name, to tell "none" from "not recorded". */
enum ht_status ht_text_panels(FILE *out, sqlite3 *db, int64_t capture_id, int64_t length_ns,
                              const struct ht_grid *basis, struct ht_cause *cause);

#endif
