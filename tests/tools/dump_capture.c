/* dump_capture FILE [KIND]: prints the chunks of a capture, or with KIND ("task", or "all") every row as
 * text. A development tool: rows as `kind column=value ...`, bytes that are not text as hex. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "schema/capture_read.h"

static int is_text(struct ht_bytes cell) {
    for (uint32_t i = 0; i < cell.length; i++)
        if ((unsigned char)cell.data[i] < ' ' && cell.data[i] != '\n' && cell.data[i] != '\t')
            return 0;
    return 1;
}

/* Columns that hold raw bytes, whatever they look like. */
static int is_raw(const char *name) {
    return strcmp(name, "build_id") == 0 || strcmp(name, "payload") == 0 || strcmp(name, "bytes") == 0 ||
           strcmp(name, "tag") == 0;
}

static void print_bytes(struct ht_bytes cell, int raw) {
    if (raw || !is_text(cell)) {
        printf("x");
        for (uint32_t i = 0; i < cell.length; i++)
            printf("%02x", (unsigned char)cell.data[i]);
        return;
    }
    putchar('"');
    for (uint32_t i = 0; i < cell.length; i++) {
        if (cell.data[i] == '\n')
            fputs("\\n", stdout);
        else
            putchar(cell.data[i]);
    }
    putchar('"');
}

static int is_address(const char *name) {
    static const char *const names[] = {"ip", "address", "start", "offset"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    return 0;
}

static void print_row(const struct ht_table *table, uint32_t row) {
    printf("%s", table->desc->name);
    for (unsigned i = 0; i < table->desc->columns; i++) {
        const struct ht_column_desc *column = &table->desc->column[i];
        printf(" %s=", column->name);
        if (column->type == HT_TYPE_BYTES)
            print_bytes(ht_table_bytes(table, i, row), is_raw(column->name));
        else if (column->type == HT_TYPE_I64)
            printf("%" PRId64, ht_table_i64(table, i, row));
        else
            printf(is_address(column->name) ? "0x%" PRIx64 : "%" PRIu64, ht_table_u64(table, i, row));
    }
    putchar('\n');
}

static enum ht_status dump(struct ht_reader *reader, const char *kind, struct ht_cause *cause) {
    struct ht_table tables[64] = {0};
    struct ht_chunk_info info;
    enum ht_status status, result = HT_OK;
    while ((status = ht_reader_next(reader, &info, cause)) == HT_OK) {
        const struct ht_chunk_desc *desc = ht_chunk_desc(info.kind);
        const char *name = desc != NULL ? desc->name : "?";
        if (kind == NULL)
            printf("chunk %" PRIu32 " at %" PRIu64 ": %s (%u), round %" PRIu32 ", %" PRIu32 " rows, %" PRIu32
                   " bytes (raw %" PRIu32 "), time %" PRIu64 " to %" PRIu64 "\n",
                   info.number, info.offset, name, info.kind, info.round, info.rows, info.stored_bytes,
                   info.raw_bytes, info.time_first_ns, info.time_last_ns);
        if (desc == NULL || info.kind >= 64)
            continue;
        struct ht_table *table = &tables[info.kind];
        if ((status = ht_reader_table(reader, &info, table, cause)) != HT_OK) {
            fprintf(stderr, "chunk %" PRIu32 ": %s\n", info.number, cause->text);
            result = status;
            continue;
        }
        if (kind == NULL || (strcmp(kind, "all") != 0 && strcmp(kind, name) != 0))
            continue;
        for (uint32_t row = 0; row < table->rows; row++)
            print_row(table, row);
    }
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        ht_table_free(&tables[i]);
    return status == HT_END ? result : status;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: dump_capture FILE [KIND|all]\n");
        return 2;
    }
    struct ht_cause cause = {0};
    struct ht_reader *reader = NULL;
    enum ht_status status = ht_reader_open(argv[1], &reader, &cause);
    if (status == HT_OK)
        status = dump(reader, argc == 3 ? argv[2] : NULL, &cause);
    ht_reader_close(reader);
    if (status != HT_OK)
        fprintf(stderr, "dump_capture: %s\n", cause.text);
    return ht_status_exit_code(status);
}
