/* schema/CAPTURE.md against the code: every example of an encoding, the table of kinds and columns, the whole
 * file in hexadecimal. Runs from the root of the tree, as tests/run.sh does. */
#include "tests/unit/capture_maker.h"

#include <ctype.h>

#include "schema/column.h"

#define SPEC "schema/CAPTURE.md"

static FILE *open_spec(void) {
    FILE *in = fopen(SPEC, "r");
    assert_non_null(in);
    return in;
}

/* Hex words up to the end of the line; returns how many. */
static size_t read_hex(const char *text, uint8_t *out, size_t size) {
    size_t count = 0;
    for (const char *p = text; *p != '\0' && *p != '\n';) {
        while (*p == ' ')
            p++;
        if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]))
            break;
        assert_true(count < size);
        out[count++] = (uint8_t)strtoul((char[]){p[0], p[1], 0}, NULL, 16);
        p += 2;
    }
    return count;
}

static void check_numbers(unsigned encoding, char *values, const uint8_t *data, size_t length) {
    uint64_t wanted[16];
    uint32_t rows = 0;
    for (char *word = strtok(values, " "); word != NULL; word = strtok(NULL, " "))
        wanted[rows++] = strtoull(word, NULL, 10);
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_LOSS);
    assert_int_equal(ht_table_reserve(&table, rows), HT_OK);
    assert_int_equal(ht_column_decode(&table, HT_LOSS_COUNT, rows, encoding, data, length), HT_OK);
    assert_memory_equal(table.number[HT_LOSS_COUNT], wanted, rows * sizeof *wanted);
    ht_table_free(&table);
}

static void check_texts(unsigned encoding, char *values, const uint8_t *data, size_t length) {
    struct ht_table table;
    char *text[16];
    uint32_t rows = 0;
    for (char *p = strchr(values, '"'); p != NULL;) {
        char *end = strchr(p + 1, '"');
        assert_non_null(end);
        *end = '\0';
        text[rows++] = p + 1;
        p = strchr(end + 1, '"');
    }
    ht_table_init(&table, HT_CHUNK_TRACEPOINT);
    assert_int_equal(ht_table_reserve(&table, rows), HT_OK);
    assert_int_equal(ht_column_decode(&table, HT_TRACEPOINT_PAYLOAD, rows, encoding, data, length), HT_OK);
    for (uint32_t i = 0; i < rows; i++) {
        struct ht_bytes cell = ht_table_bytes(&table, HT_TRACEPOINT_PAYLOAD, i);
        assert_int_equal(cell.length, strlen(text[i]));
        assert_memory_equal(cell.data, text[i], cell.length);
    }
    ht_table_free(&table);
}

/* Lines "NAME values = bytes". */
static void test_examples(void **state) {
    (void)state;
    static const char *const names[] = {"PLAIN ", "DELTA ", "DICT ", "CONST ", "BYTES ", "STRIDED "};
    unsigned seen[6] = {0};
    char line[512];
    FILE *in = open_spec();
    while (fgets(line, sizeof line, in) != NULL) {
        for (unsigned encoding = 0; encoding < 6; encoding++) {
            size_t name = strlen(names[encoding]);
            char *equals = strstr(line, " = ");
            if (strncmp(line, names[encoding], name) != 0 || equals == NULL)
                continue;
            uint8_t data[128];
            size_t length = read_hex(equals + 3, data, sizeof data);
            equals[1] = '\0';
            if (encoding < 4)
                check_numbers(encoding, line + name, data, length);
            else
                check_texts(encoding, line + name, data, length);
            seen[encoding]++;
        }
    }
    fclose(in);
    for (unsigned encoding = 0; encoding < 6; encoding++)
        assert_true(seen[encoding] > 0);
}

/* Sections "### N name" with rows "| N | `name` | type | meaning |": all kinds, all columns, in order, no
 * more. */
static void test_kinds(void **state) {
    (void)state;
    static const char *const types[] = {"u64", "i64", "bytes"};
    const struct ht_chunk_desc *desc = NULL;
    unsigned kinds = 0, known = 0, column = 0;
    char line[1024], name[64], type[16];
    unsigned number;
    FILE *in = open_spec();
    while (fgets(line, sizeof line, in) != NULL) {
        if (sscanf(line, "### %u %63s", &number, name) == 2) {
            if (desc != NULL)
                assert_int_equal(column, desc->columns);
            desc = ht_chunk_desc(number);
            assert_non_null(desc);
            assert_string_equal(name, desc->name);
            kinds++;
            column = 0;
        } else if (desc != NULL &&
                   sscanf(line, "| %u | `%63[a-z0-9_]` | %15[a-z0-9] | ", &number, name, type) == 3) {
            assert_int_equal(number, column);
            assert_true(column < desc->columns);
            assert_string_equal(name, desc->column[column].name);
            assert_string_equal(type, types[desc->column[column].type]);
            column++;
        }
    }
    fclose(in);
    assert_non_null(desc);
    assert_int_equal(column, desc->columns);
    for (unsigned kind = 0; kind < 65536; kind++)
        known += ht_chunk_desc(kind) != NULL;
    assert_int_equal(kinds, known);
}

/* The listing "0000  89 48 ...". */
static size_t read_listing(uint8_t *data, size_t size) {
    char line[256];
    size_t length = 0;
    unsigned offset;
    int used;
    FILE *in = open_spec();
    while (fgets(line, sizeof line, in) != NULL)
        if (sscanf(line, "%4x  %n", &offset, &used) == 1 && used == 6 && offset == length)
            length += read_hex(line + used, data + length, size - length);
    fclose(in);
    return length;
}

static void test_file_reads(void **state) {
    (void)state;
    uint8_t data[400];
    char path[64];
    size_t length = read_listing(data, sizeof data);
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    struct ht_cause cause;
    assert_in_range(length, 300, 399);
    maker_temporary(path);
    maker_write(path, data, length);
    assert_int_equal(ht_reader_open(path, &reader, &cause), HT_OK);
    assert_int_equal(ht_reader_created_ns(reader), 1700000000000000000u);
    assert_int_equal(ht_reader_next(reader, &info, &cause), HT_OK);
    assert_int_equal(info.kind, HT_CHUNK_META);
    assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_OK);
    assert_memory_equal(ht_table_bytes(&table, HT_META_KEY, 0).data, "level", 5);
    assert_memory_equal(ht_table_bytes(&table, HT_META_VALUE, 0).data, "software", 8);
    assert_int_equal(ht_reader_next(reader, &info, &cause), HT_OK);
    assert_int_equal(info.round, 1);
    assert_int_equal(info.time_first_ns, 5000);
    assert_int_equal(info.time_last_ns, 5300);
    assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_OK);
    assert_int_equal(table.rows, 3);
    const uint64_t time[] = {5000, 5300, 5250}, cpu[] = {0, 1, 0}, count[] = {7, 300, 1};
    assert_memory_equal(table.number[HT_LOSS_TIME], time, sizeof time);
    assert_memory_equal(table.number[HT_LOSS_CPU], cpu, sizeof cpu);
    assert_memory_equal(table.number[HT_LOSS_COUNT], count, sizeof count);
    assert_int_equal(ht_table_i64(&table, HT_LOSS_EVENT, 2), -1);
    assert_int_equal(ht_reader_next(reader, &info, &cause), HT_OK);
    assert_int_equal(info.kind, HT_CHUNK_INDEX);
    assert_int_equal(ht_reader_next(reader, &info, &cause), HT_END);
    ht_table_free(&table);
    ht_reader_close(reader);
    unlink(path);
}

/* Where the chunks stand in the listing, and the content of two of them, as the text under it says. */
static const struct {
    size_t header, raw;
    const char *content;
} spelled[] = {
    {0x20, 31,
     "00 00 04 02 06 00 00 00 01 00 04 02 09 00 00 00 05 6c 65 76 65 6c 08 73 6f 66 74 77 61 72 65"},
    {0x7c, 63,
     "00 00 01 00 05 00 00 00 01 00 03 00 01 00 00 00 02 00 00 01 03 00 00 00 03 00 03 01 0a 00 00 00 "
     "04 00 00 00 04 00 00 00 90 4e d8 04 63 00 00 01 00 ff ff ff ff ff ff ff ff ff 01 07 ac 02 01"},
    {0xf2, 63,
     "00 00 01 00 03 00 00 00 01 00 00 00 02 00 00 00 02 00 01 00 02 00 00 00 03 00 00 00 02 00 00 00 "
     "04 00 01 00 03 00 00 00 05 00 01 00 03 00 00 00 40 b8 01 01 16 00 02 01 03 00 90 4e 00 e8 52"},
};

/* The content of a chunk that stands at offset; returns where the next one starts. */
static size_t unpack(const uint8_t *file, size_t offset, uint8_t content[128], size_t *length) {
    uint32_t stored = ht_get_u32(file + offset + 32);
    *length = ZSTD_decompress(content, 128, file + offset + HT_CHUNK_HEADER_BYTES, stored);
    assert_false(ZSTD_isError(*length));
    return offset + HT_CHUNK_HEADER_BYTES + stored;
}

/* The writer writes the same, but for what zstd makes of it. */
static void test_file_is_written(void **state) {
    (void)state;
    uint8_t listed[400], wanted[128], content[128];
    char path[64];
    size_t length, offset = HT_FILE_HEADER_BYTES;
    assert_true(read_listing(listed, sizeof listed) > 300);
    maker_temporary(path);
    maker_small(path);
    struct maker_file got = maker_read(path);
    assert_memory_equal(got.data, listed, HT_FILE_HEADER_BYTES);
    for (size_t i = 0; i < sizeof spelled / sizeof spelled[0]; i++) {
        assert_int_equal(read_hex(spelled[i].content, wanted, sizeof wanted), spelled[i].raw);
        unpack(listed, spelled[i].header, content, &length);
        assert_int_equal(length, spelled[i].raw);
        assert_memory_equal(content, wanted, length);
        assert_memory_equal(got.data + offset, listed + spelled[i].header, 32);
        assert_int_equal(ht_get_u32(got.data + offset + 36), spelled[i].raw);
        offset = unpack(got.data, offset, content, &length);
        assert_int_equal(length, spelled[i].raw);
        /* offsets of chunks in the INDEX follow from the sizes of the frames */
        assert_memory_equal(content, wanted, i == 2 ? 48 : length);
    }
    assert_int_equal(got.length, offset + HT_TRAILER_BYTES);
    assert_memory_equal(got.data + offset, listed + 0x161, 8);
    free(got.data);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_file_reads),
        cmocka_unit_test(test_file_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
