/* The report as one HTML file that needs no network, no script and no style: see reports/README.md. */
#ifndef HT_ANALYZE_SHOW_HTML_H
#define HT_ANALYZE_SHOW_HTML_H

#include <sqlite3.h>
#include <stdint.h>

#include "schema/status.h"

/* Writes the report of a capture of the database. top: rows of a table (0: 50) and, up to 20, cache lines
 * with their own detail. The file is written beside path and renamed into place; on failure path is as it
 * was. The same database gives the same bytes. At most 1 MB where top is 50 or less, 2 MB always: detail is
 * dropped until it fits, and the page says so. One thread. */
enum ht_status ht_show_html(sqlite3 *db, int64_t capture_id, int top, const char *path,
                            struct ht_cause *cause);

#endif
