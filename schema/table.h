/* A table: the rows of one chunk, column by column, in memory. The recorder fills tables, the reader returns
 * them.
 *
 * Numbers are uint64_t (I64 columns hold two's complement), bytes columns are an arena with end offsets. A
 * table owns its memory until ht_table_free; ht_table_clear keeps it for reuse. One thread at a time. */
#ifndef HT_SCHEMA_TABLE_H
#define HT_SCHEMA_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "schema/chunks.h"
#include "schema/status.h"

enum ht_column_type { HT_TYPE_U64 = 0, HT_TYPE_I64 = 1, HT_TYPE_BYTES = 2 };
enum ht_coding { HT_CODING_PLAIN = 0, HT_CODING_DELTA = 1, HT_CODING_DICT = 2 };

struct ht_column_desc {
    const char *name;
    enum ht_column_type type;
    enum ht_coding coding;
};

struct ht_chunk_desc {
    const char *name;
    uint16_t kind;
    uint16_t columns;
    const struct ht_column_desc *column;
};

#define HT_COLUMNS_MAX 32
#define HT_ROWS_MAX    (1u << 18) /* rows of one chunk */

struct ht_bytes {
    const char *data; /* not terminated */
    uint32_t length;
};

struct ht_byte_column {
    char *data;
    uint32_t *end; /* end[row]: offset behind the row's bytes */
    size_t length, capacity;
};

struct ht_table {
    const struct ht_chunk_desc *desc;
    uint32_t rows, capacity;
    uint32_t present; /* reader: bit per column that the file had; writer: all */
    uint64_t *number[HT_COLUMNS_MAX];
    struct ht_byte_column bytes[HT_COLUMNS_MAX];
};

/* NULL where the kind is unknown. */
const struct ht_chunk_desc *ht_chunk_desc(unsigned kind);

/* Makes an empty table of a known kind; allocates nothing yet. */
void ht_table_init(struct ht_table *table, enum ht_chunk_kind kind);
void ht_table_free(struct ht_table *table); /* a zeroed table is fine */
void ht_table_clear(struct ht_table *table);

/* Appends a row of zeros and empty bytes; *row is its number. NOMEM, or LIMIT at HT_ROWS_MAX. */
enum ht_status ht_table_add(struct ht_table *table, uint32_t *row);

/* Sets a bytes column of the last row, once. */
enum ht_status ht_table_set_bytes(struct ht_table *table, unsigned column, const void *data, size_t length);
enum ht_status ht_table_set_text(struct ht_table *table, unsigned column, const char *text);

/* Makes room for rows in all number columns and row ends (the reader and the recorder's batches). */
enum ht_status ht_table_reserve(struct ht_table *table, uint32_t rows);

static inline uint64_t ht_table_u64(const struct ht_table *table, unsigned column, uint32_t row) {
    return table->number[column][row];
}

static inline int64_t ht_table_i64(const struct ht_table *table, unsigned column, uint32_t row) {
    return (int64_t)table->number[column][row];
}

static inline struct ht_bytes ht_table_bytes(const struct ht_table *table, unsigned column, uint32_t row) {
    const struct ht_byte_column *c = &table->bytes[column];
    uint32_t start = row > 0 ? c->end[row - 1] : 0;
    return (struct ht_bytes){c->data != NULL ? c->data + start : "", c->end[row] - start};
}

/* Copies a bytes cell into a terminated string of size bytes, cut where too long. Returns the full length. */
size_t ht_table_copy_text(const struct ht_table *table, unsigned column, uint32_t row, char *text,
                          size_t size);

#endif
