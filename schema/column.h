/* The column codec: one column of a table to bytes and back. schema/CAPTURE.md, "Columns", is its
 * specification.
 *
 * Encodings on disk. Varint is unsigned LEB128 of at most 10 bytes; zigzag maps signed to unsigned
 * differences. 0 PLAIN   a varint for each row 1 DELTA   a varint for each row: zigzag(value - value above),
 * the first against 0, modulo 2^64 2 DICT    varint n (1..65536), n entries coded as DELTA, then an index for
 * each row: u8 where n <= 256, else u16 3 CONST   one varint: the value of every row 4 BYTES   a varint
 * length for each row, then all bytes 5 STRIDED bytes columns whose rows have one length: varint length, then
 * for each group of 8 bytes (the last one padded with zeros) one encoding byte (0-3), a u32 size and the
 * column of its little-endian values */
#ifndef HT_SCHEMA_COLUMN_H
#define HT_SCHEMA_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"
#include "schema/table.h"

enum ht_encoding {
    HT_ENCODING_PLAIN = 0,
    HT_ENCODING_DELTA = 1,
    HT_ENCODING_DICT = 2,
    HT_ENCODING_CONST = 3,
    HT_ENCODING_BYTES = 4,
    HT_ENCODING_STRIDED = 5,
};

/* A growing output buffer; free() data when done. */
struct ht_buffer {
    uint8_t *data;
    size_t length, capacity;
};

enum ht_status ht_buffer_reserve(struct ht_buffer *buffer, size_t more);

/* Scratch of an encoder: the dictionary's hash. Zero it before first use; free with ht_column_scratch_free.
 */
struct ht_column_scratch {
    uint64_t *key;
    uint32_t *slot; /* entry number + 1, 0 empty */
    uint64_t *entry;
    uint16_t *index; /* of each row: its entry */
    uint8_t *low;    /* and that as a byte */
    uint32_t index_capacity;
    uint64_t *word; /* one word column of a STRIDED column */
    uint32_t word_capacity;
};

void ht_column_scratch_free(struct ht_column_scratch *scratch);

/* Appends the column to out and tells which encoding was taken. */
enum ht_status ht_column_encode(const struct ht_table *table, unsigned column,
                                struct ht_column_scratch *scratch, struct ht_buffer *out,
                                enum ht_encoding *encoding);

/* Decodes length bytes into the column of a table that has room for rows. DAMAGED where the bytes do not fit
 * the encoding exactly: short, long, an index out of range, a length beyond the column. */
enum ht_status ht_column_decode(struct ht_table *table, unsigned column, uint32_t rows, unsigned encoding,
                                const uint8_t *data, size_t length);

#endif
