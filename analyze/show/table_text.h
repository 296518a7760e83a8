/* The result of any prepared statement as text: an aligned table, CSV (RFC 4180), bare lines or JSON. Steps
 * the statement to its end; binding and finalizing are the caller's. Rows stream: only the first of a table
 * are held, for the widths. One thread. */
#ifndef HT_ANALYZE_SHOW_TABLE_TEXT_H
#define HT_ANALYZE_SHOW_TABLE_TEXT_H

#include <sqlite3.h>
#include <stdio.h>

#include "schema/status.h"

enum ht_rows_format {
    HT_ROWS_TABLE, /* cleaned for a terminal (see clean.h); NULL is empty, blobs are x'..' */
    HT_ROWS_CSV,   /* CRLF, a header line, texts exactly as stored; NULL is empty, "" is an empty text */
    HT_ROWS_LINES, /* bare values with a space between, cleaned, no header: collapsed stacks for flamegraph.pl
                    */
    HT_ROWS_JSON,  /* an array of objects, a line each; bad UTF-8 becomes U+FFFD, blobs hexadecimal texts */
};

enum ht_status ht_show_rows(sqlite3_stmt *stmt, enum ht_rows_format format, FILE *out,
                            struct ht_cause *cause);

/* One value as the formats quote it; for the formats above and their tests. */
void ht_csv_quote(const char *text, size_t length, FILE *out);
void ht_json_quote(const char *text, size_t length, FILE *out);

#endif
