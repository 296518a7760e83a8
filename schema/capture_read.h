/* Reads a capture file, chunk by chunk, without trusting it: every length is checked before it is used,
 * memory is bounded by HT_CHUNK_BYTES_MAX and HT_ROWS_MAX. One thread at a time. */
#ifndef HT_SCHEMA_CAPTURE_READ_H
#define HT_SCHEMA_CAPTURE_READ_H

#include <stdint.h>

#include "schema/capture.h"
#include "schema/table.h"

struct ht_reader;

/* FORMAT where path is no capture, VERSION where it is newer than this program, TRUNCATED where even the
 * header is cut. */
enum ht_status ht_reader_open(const char *path, struct ht_reader **reader, struct ht_cause *cause);
void ht_reader_close(struct ht_reader *reader); /* NULL is fine */

/* Moves to the next chunk. OK; END after the trailer of a whole capture; TRUNCATED where the file ends
 * without one (all chunks before were delivered); DAMAGED where no chunk starts here (nothing after it can be
 * found). */
enum ht_status ht_reader_next(struct ht_reader *reader, struct ht_chunk_info *info, struct ht_cause *cause);

/* Decodes the current chunk into table, which is initialised by this call's first use (pass a zeroed table)
 * and reused after. Columns that this version does not know are passed over; those the file lacks are zero
 * and not set in table->present. DAMAGED: the next chunk can still be read. UNSUPPORTED: unknown kind. */
enum ht_status ht_reader_table(struct ht_reader *reader, const struct ht_chunk_info *info,
                               struct ht_table *table, struct ht_cause *cause);

void ht_reader_rewind(struct ht_reader *reader); /* back to the first chunk */

uint64_t ht_reader_created_ns(const struct ht_reader *reader); /* CLOCK_REALTIME of the header */
uint64_t ht_reader_file_bytes(const struct ht_reader *reader);

#endif
