/* The report as text: for a terminal, a mail, a ticket. */
#ifndef HT_ANALYZE_SHOW_TEXT_H
#define HT_ANALYZE_SHOW_TEXT_H

#include "analyze/show/text_table.h"

/* Writes the report of a capture. top: rows of a table (0: 10). Names are clean: no control character of a
 * capture reaches the terminal. The same database and width give the same text. One thread. */
enum ht_status ht_show_text(sqlite3 *db, int64_t capture_id, int top, const struct ht_sheet *sheet,
                            struct ht_cause *cause);

#endif
