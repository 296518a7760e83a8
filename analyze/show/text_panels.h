/* The timeline in characters: a lane a line, dense characters where much happened. One thread. */
#ifndef HT_ANALYZE_SHOW_TEXT_PANELS_H
#define HT_ANALYZE_SHOW_TEXT_PANELS_H

#include "analyze/show/text_table.h"

/* Characters that the window takes on a sheet of this width; divides HT_PANELS_BUCKETS. */
int ht_text_plot(int width);

/* basis: the question of that name, to tell "none" from "not recorded". */
enum ht_status ht_text_panels(const struct ht_sheet *sheet, sqlite3 *db, int64_t capture_id,
                              int64_t length_ns, const struct ht_grid *basis, struct ht_cause *cause);

#endif
