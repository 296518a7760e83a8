#include "schema/table.h"

#include <stdlib.h>
#include <string.h>

#define HT_COLUMN_DESC(chunk, column, text, type, coding) {text, HT_TYPE_##type, HT_CODING_##coding},
#define X(name, number, text)                                                                                \
    static const struct ht_column_desc columns_##name[] = {HT_##name##_COLUMNS(HT_COLUMN_DESC)};             \
    _Static_assert(sizeof columns_##name / sizeof columns_##name[0] <= HT_COLUMNS_MAX, text);
HT_CHUNKS(X)
#undef X

static const struct ht_chunk_desc chunk_descs[] = {
#define X(name, number, text) {text, number, HT_##name##_COLUMN_COUNT, columns_##name},
    HT_CHUNKS(X)
#undef X
};

const struct ht_chunk_desc *ht_chunk_desc(unsigned kind) {
    for (size_t i = 0; i < sizeof chunk_descs / sizeof chunk_descs[0]; i++)
        if (chunk_descs[i].kind == kind)
            return &chunk_descs[i];
    return NULL;
}

void ht_table_init(struct ht_table *table, enum ht_chunk_kind kind) {
    memset(table, 0, sizeof *table);
    table->desc = ht_chunk_desc(kind);
    table->present = table->desc->columns == 32 ? UINT32_MAX : (1u << table->desc->columns) - 1;
}

void ht_table_free(struct ht_table *table) {
    for (unsigned i = 0; i < HT_COLUMNS_MAX; i++) {
        free(table->number[i]);
        free(table->bytes[i].data);
        free(table->bytes[i].end);
    }
    memset(table, 0, sizeof *table);
}

void ht_table_clear(struct ht_table *table) {
    table->rows = 0;
    for (unsigned i = 0; i < HT_COLUMNS_MAX; i++)
        table->bytes[i].length = 0;
}

enum ht_status ht_table_reserve(struct ht_table *table, uint32_t rows) {
    if (rows <= table->capacity)
        return HT_OK;
    if (rows > HT_ROWS_MAX)
        return HT_LIMIT;
    for (unsigned i = 0; i < table->desc->columns; i++) {
        int is_bytes = table->desc->column[i].type == HT_TYPE_BYTES;
        void *old = is_bytes ? (void *)table->bytes[i].end : (void *)table->number[i];
        void *grown = realloc(old, (size_t)rows * (is_bytes ? sizeof(uint32_t) : sizeof(uint64_t)));
        if (grown == NULL)
            return HT_NOMEM;
        if (is_bytes)
            table->bytes[i].end = grown;
        else
            table->number[i] = grown;
    }
    table->capacity = rows;
    return HT_OK;
}

enum ht_status ht_table_add(struct ht_table *table, uint32_t *row) {
    if (table->rows == table->capacity) {
        if (table->rows == HT_ROWS_MAX)
            return HT_LIMIT;
        uint32_t grown = table->capacity < 32 ? 32 : table->capacity * 2;
        enum ht_status status = ht_table_reserve(table, grown > HT_ROWS_MAX ? HT_ROWS_MAX : grown);
        if (status != HT_OK)
            return status;
    }
    *row = table->rows++;
    for (unsigned i = 0; i < table->desc->columns; i++) {
        if (table->desc->column[i].type == HT_TYPE_BYTES)
            table->bytes[i].end[*row] = (uint32_t)table->bytes[i].length;
        else
            table->number[i][*row] = 0;
    }
    return HT_OK;
}

enum ht_status ht_table_set_bytes(struct ht_table *table, unsigned column, const void *data, size_t length) {
    struct ht_byte_column *c = &table->bytes[column];
    if (length > UINT32_MAX - c->length)
        return HT_LIMIT;
    if (c->length + length > c->capacity) {
        size_t grown = c->capacity < 256 ? 256 : c->capacity * 2;
        if (grown < c->length + length)
            grown = c->length + length;
        char *moved = realloc(c->data, grown);
        if (moved == NULL)
            return HT_NOMEM;
        c->data = moved;
        c->capacity = grown;
    }
    if (length > 0)
        memcpy(c->data + c->length, data, length);
    c->length += length;
    c->end[table->rows - 1] = (uint32_t)c->length;
    return HT_OK;
}

enum ht_status ht_table_set_text(struct ht_table *table, unsigned column, const char *text) {
    return ht_table_set_bytes(table, column, text, strlen(text));
}

size_t ht_table_copy_text(const struct ht_table *table, unsigned column, uint32_t row, char *text,
                          size_t size) {
    struct ht_bytes cell = ht_table_bytes(table, column, row);
    if (size > 0) {
        size_t length = cell.length < size ? cell.length : size - 1;
        memcpy(text, cell.data, length);
        text[length] = '\0';
    }
    return cell.length;
}
