/* The report as text: for a terminal, a mail, a ticket. */
#ifndef HT_ANALYZE_SHOW_TEXT_H
#define HT_ANALYZE_SHOW_TEXT_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/status.h"

/* Writes the report of a capture, at most 100 columns wide. top: rows of a table (0: 10). colour: terminal
 * colours. Names are clean: no control character of a capture reaches the terminal. The same database gives
 * the same text. One thread. */
enum ht_status ht_show_text(sqlite3 *db, int64_t capture_id, int top, int colour, FILE *out,
                            struct ht_cause *cause);

#endif
