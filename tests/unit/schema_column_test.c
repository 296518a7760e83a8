/* The column codec: bytes worked out by hand (the examples of schema/CAPTURE.md are read by
 * schema_spec_test), round trips over edge values, limits, and hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/column.h"

/* Columns to try: MEM_SAMPLE has one of each coding, TRACEPOINT a bytes column. */
static const struct {
    enum ht_coding coding;
    enum ht_chunk_kind kind;
    unsigned column;
} numbers[] = {{HT_CODING_PLAIN, HT_CHUNK_MEM_SAMPLE, HT_MEM_SAMPLE_WEIGHT},
               {HT_CODING_DELTA, HT_CHUNK_MEM_SAMPLE, HT_MEM_SAMPLE_TIME},
               {HT_CODING_DICT, HT_CHUNK_MEM_SAMPLE, HT_MEM_SAMPLE_EVENT}};

static unsigned column_of(enum ht_coding coding) {
    assert_int_equal(ht_chunk_desc(HT_CHUNK_MEM_SAMPLE)->column[numbers[coding].column].coding, coding);
    return numbers[coding].column;
}

static void fill(struct ht_table *table, unsigned column, const uint64_t *value, uint32_t rows) {
    ht_table_init(table, HT_CHUNK_MEM_SAMPLE);
    assert_int_equal(ht_table_reserve(table, rows), HT_OK);
    memcpy(table->number[column], value, rows * sizeof *value);
    table->rows = rows;
}

static struct ht_buffer encode(const struct ht_table *table, unsigned column, enum ht_encoding *encoding) {
    struct ht_column_scratch scratch = {0};
    struct ht_buffer out = {0};
    assert_int_equal(ht_column_encode(table, column, &scratch, &out, encoding), HT_OK);
    ht_column_scratch_free(&scratch);
    return out;
}

struct number_row {
    int line;
    enum ht_coding coding;
    uint64_t value[8];
    uint32_t rows;
    enum ht_encoding encoding;
    const char *bytes;
    size_t length;
};

#define BYTES(text) text, sizeof text - 1

static const struct number_row number_rows[] = {
    {__LINE__, HT_CODING_PLAIN, {0, 1, 127, 128}, 4, HT_ENCODING_PLAIN, BYTES("\x00\x01\x7f\x80\x01")},
    {__LINE__, HT_CODING_PLAIN, {300, 0}, 2, HT_ENCODING_PLAIN, BYTES("\xac\x02\x00")},
    {__LINE__, HT_CODING_PLAIN, {16383, 16384}, 2, HT_ENCODING_PLAIN, BYTES("\xff\x7f\x80\x80\x01")},
    {__LINE__,
     HT_CODING_PLAIN,
     {UINT64_MAX, 1},
     2,
     HT_ENCODING_PLAIN,
     BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01")},
    {__LINE__, HT_CODING_DELTA, {1000, 1003, 1003, 999}, 4, HT_ENCODING_DELTA, BYTES("\xd0\x0f\x06\x00\x07")},
    /* 2^64 - 1 is a step of -1 from 0, and 0 a step of 1 from there */
    {__LINE__, HT_CODING_DELTA, {UINT64_MAX, 0}, 2, HT_ENCODING_DELTA, BYTES("\x01\x02")},
    {__LINE__,
     HT_CODING_DELTA,
     {0, UINT64_C(1) << 63},
     2,
     HT_ENCODING_DELTA,
     BYTES("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
    {__LINE__,
     HT_CODING_DICT,
     {5, 5, 9, 5, 9, 5, 5, 9},
     8,
     HT_ENCODING_DICT,
     BYTES("\x02\x0a\x08\x00\x00\x01\x00\x01\x00\x00\x01")},
    /* three values in eight rows are too many for a dictionary: DELTA */
    {__LINE__,
     HT_CODING_DICT,
     {5, 5, 9, 5, 9, 5, 5, 8},
     8,
     HT_ENCODING_DELTA,
     BYTES("\x0a\x00\x08\x07\x08\x07\x00\x06")},
    {__LINE__, HT_CODING_PLAIN, {7, 7, 7}, 3, HT_ENCODING_CONST, BYTES("\x07")},
    {__LINE__, HT_CODING_DELTA, {7}, 1, HT_ENCODING_CONST, BYTES("\x07")},
    {__LINE__, HT_CODING_DICT, {128, 128}, 2, HT_ENCODING_CONST, BYTES("\x80\x01")},
};

static void test_bytes_of_numbers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof number_rows / sizeof number_rows[0]; i++) {
        const struct number_row *row = &number_rows[i];
        unsigned column = column_of(row->coding);
        struct ht_table table;
        enum ht_encoding encoding;
        fill(&table, column, row->value, row->rows);
        struct ht_buffer out = encode(&table, column, &encoding);
        if (encoding != row->encoding || out.length != row->length ||
            memcmp(out.data, row->bytes, row->length) != 0)
            fail_msg("row of line %d: encoding %u, %zu bytes", row->line, encoding, out.length);
        memset(table.number[column], 0xaa, row->rows * sizeof(uint64_t));
        assert_int_equal(ht_column_decode(&table, column, row->rows, encoding, out.data, out.length), HT_OK);
        assert_memory_equal(table.number[column], row->value, row->rows * sizeof(uint64_t));
        free(out.data);
        ht_table_free(&table);
    }
}

/* Strange lists, each through every coding. */
static uint64_t pattern(unsigned which, uint32_t i) {
    switch (which) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return i % 2 ? UINT64_MAX : 0;
    case 3:
        return i % 2 ? UINT64_C(1) << 63 : (UINT64_C(1) << 63) - 1;
    case 4:
        return UINT64_C(1) << (i % 64);
    case 5:
        return i;
    case 6:
        return UINT64_MAX - i;
    case 7:
        return (uint64_t)i * 0x9e3779b97f4a7c15u;
    case 8:
        return i % 257; /* one more than a dictionary of byte indices holds */
    default:
        return i % 256;
    }
}

static void test_round_trips(void **state) {
    (void)state;
    static const uint32_t lengths[] = {1, 2, 3, 4, 63, 64, 1024, 1028, 5000};
    for (unsigned which = 0; which < 10; which++)
        for (size_t n = 0; n < sizeof lengths / sizeof lengths[0]; n++)
            for (unsigned coding = 0; coding < 3; coding++) {
                uint64_t value[5000];
                struct ht_table table;
                enum ht_encoding encoding;
                unsigned column = column_of(coding);
                for (uint32_t i = 0; i < lengths[n]; i++)
                    value[i] = pattern(which, i);
                fill(&table, column, value, lengths[n]);
                struct ht_buffer out = encode(&table, column, &encoding);
                memset(table.number[column], 0xaa, lengths[n] * sizeof(uint64_t));
                if (ht_column_decode(&table, column, lengths[n], encoding, out.data, out.length) != HT_OK ||
                    memcmp(table.number[column], value, lengths[n] * sizeof(uint64_t)) != 0)
                    fail_msg("pattern %u, %u rows, coding %u, encoding %u", which, lengths[n], coding,
                             encoding);
                free(out.data);
                ht_table_free(&table);
            }
}

static void add_text(struct ht_table *table, const void *data, size_t length) {
    uint32_t row;
    assert_int_equal(ht_table_add(table, &row), HT_OK);
    assert_int_equal(ht_table_set_bytes(table, HT_TRACEPOINT_PAYLOAD, data, length), HT_OK);
}

static void check_bytes(const char *const *text, const size_t *length, uint32_t rows, enum ht_encoding wanted,
                        const char *bytes, size_t byte_count) {
    struct ht_table table, back;
    enum ht_encoding encoding;
    ht_table_init(&table, HT_CHUNK_TRACEPOINT);
    for (uint32_t i = 0; i < rows; i++)
        add_text(&table, text[i], length[i]);
    struct ht_buffer out = encode(&table, HT_TRACEPOINT_PAYLOAD, &encoding);
    assert_int_equal(encoding, wanted);
    if (bytes != NULL) {
        assert_int_equal(out.length, byte_count);
        assert_memory_equal(out.data, bytes, byte_count);
    }
    ht_table_init(&back, HT_CHUNK_TRACEPOINT);
    assert_int_equal(ht_table_reserve(&back, rows), HT_OK);
    assert_int_equal(ht_column_decode(&back, HT_TRACEPOINT_PAYLOAD, rows, encoding, out.data, out.length),
                     HT_OK);
    for (uint32_t i = 0; i < rows; i++) {
        struct ht_bytes cell = ht_table_bytes(&back, HT_TRACEPOINT_PAYLOAD, i);
        assert_int_equal(cell.length, length[i]);
        assert_memory_equal(cell.data, text[i], length[i]);
    }
    free(out.data);
    ht_table_free(&table);
    ht_table_free(&back);
}

static void test_bytes_columns(void **state) {
    (void)state;
    check_bytes((const char *[]){"ab", "", "c"}, (size_t[]){2, 0, 1}, 3, HT_ENCODING_BYTES,
                BYTES("\x02\x00\x01"
                      "abc"));
    check_bytes((const char *[]){"", ""}, (size_t[]){0, 0}, 2, HT_ENCODING_BYTES, BYTES("\x00\x00"));
    check_bytes((const char *[]){"abcdefghi", "abcdefghj"}, (size_t[]){9, 9}, 2, HT_ENCODING_STRIDED,
                BYTES("\x09\x03\x09\x00\x00\x00\xe1\xc4\x8d\xa3\xd6\xcc\xd9\xb3\x68"
                      "\x01\x03\x00\x00\x00\xd2\x01\x02"));
    /* one row, and rows too short for words, stay BYTES */
    check_bytes((const char *[]){"abcdefghi"}, (size_t[]){9}, 1, HT_ENCODING_BYTES, NULL, 0);
    check_bytes((const char *[]){"abcdefg", "abcdefg"}, (size_t[]){7, 7}, 2, HT_ENCODING_BYTES, NULL, 0);
    char *big = malloc(4097);
    assert_non_null(big);
    for (size_t i = 0; i < 4097; i++)
        big[i] = (char)(i * 37);
    check_bytes((const char *[]){big, big}, (size_t[]){4096, 4096}, 2, HT_ENCODING_STRIDED, NULL, 0);
    check_bytes((const char *[]){big, big}, (size_t[]){4097, 4097}, 2, HT_ENCODING_BYTES, NULL, 0);
    free(big);
}

struct hostile {
    int line;
    int is_bytes;
    unsigned encoding;
    uint32_t rows;
    const char *bytes;
    size_t length;
};

#define NUMBER 0
#define TEXT   1

static const struct hostile hostiles[] = {
    {__LINE__, NUMBER, 0, 2, BYTES("\x01")},                                         /* short */
    {__LINE__, NUMBER, 0, 1, BYTES("\x01\x02")},                                     /* long */
    {__LINE__, NUMBER, 0, 1, BYTES("\x80")},                                         /* cut varint */
    {__LINE__, NUMBER, 0, 1, BYTES("")},                                             /* nothing */
    {__LINE__, NUMBER, 0, 1, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")},     /* over 2^64 */
    {__LINE__, NUMBER, 0, 1, BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")}, /* 11 bytes */
    {__LINE__, NUMBER, 1, 2, BYTES("\x02")},                                         /* short */
    {__LINE__, NUMBER, 2, 1, BYTES("\x00\x00")},                                     /* no entries */
    {__LINE__, NUMBER, 2, 2, BYTES("\x01\x02\x00")},                                 /* an index missing */
    {__LINE__, NUMBER, 2, 1, BYTES("\x01\x02\x00\x00")},                             /* one too many */
    {__LINE__, NUMBER, 2, 1, BYTES("\x01\x02\x01")},                                 /* index out of range */
    {__LINE__, NUMBER, 2, 1, BYTES("\x7f\x02\x00")},                                 /* entries missing */
    {__LINE__, NUMBER, 2, 1, BYTES("\x81\x80\x04\x00")},                             /* 65537 entries */
    {__LINE__, NUMBER, 2, 1,
     BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00")}, /* 2^64 - 1 entries */
    {__LINE__, NUMBER, 3, 5, BYTES("\x01\x01")},                 /* two constants */
    {__LINE__, NUMBER, 3, 5, BYTES("")},                         /* none */
    {__LINE__, NUMBER, 4, 1, BYTES("\x00")},                     /* of bytes columns */
    {__LINE__, NUMBER, 5, 1, BYTES("\x00")},
    {__LINE__, NUMBER, 6, 1, BYTES("\x00")}, /* unknown */
    {__LINE__, NUMBER, 255, 1, BYTES("\x00")},
    {__LINE__, TEXT, 0, 1, BYTES("\x00")}, /* of number columns */
    {__LINE__, TEXT, 3, 1, BYTES("\x00")},
    {__LINE__, TEXT, 6, 1, BYTES("\x00")},
    {__LINE__, TEXT, 4, 1, BYTES("\x02\x61")},                                         /* short */
    {__LINE__, TEXT, 4, 1, BYTES("\x01\x61\x61")},                                     /* long */
    {__LINE__, TEXT, 4, 2, BYTES("\x01")},                                             /* a length missing */
    {__LINE__, TEXT, 4, 1, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},         /* huge */
    {__LINE__, TEXT, 4, 2, BYTES("\x02\x02\x61\x61")},                                 /* sum too big */
    {__LINE__, TEXT, 4, 2, BYTES("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x61")}, /* wraps */
    {__LINE__, TEXT, 5, 1, BYTES("")},                                                 /* no length */
    {__LINE__, TEXT, 5, 1, BYTES("\x07\x03\x01\x00\x00\x00\x00")},                     /* 7: too short */
    {__LINE__, TEXT, 5, 1, BYTES("\x81\x20\x03\x01\x00\x00\x00\x00")},                 /* 4097 */
    {__LINE__, TEXT, 5, 1, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x03\x01\x00\x00\x00\x00")},
    {__LINE__, TEXT, 5, 1, BYTES("\x08\x03\x01\x00\x00")},                 /* cut header */
    {__LINE__, TEXT, 5, 1, BYTES("\x08\x03\x02\x00\x00\x00\x00")},         /* size beyond */
    {__LINE__, TEXT, 5, 1, BYTES("\x08\x04\x01\x00\x00\x00\x00")},         /* BYTES within */
    {__LINE__, TEXT, 5, 1, BYTES("\x08\x03\x01\x00\x00\x00\x00\x00")},     /* long */
    {__LINE__, TEXT, 5, 1, BYTES("\x09\x03\x01\x00\x00\x00\x00")},         /* a group missing */
    {__LINE__, TEXT, 5, 16385, BYTES("\x80\x20\x03\x01\x00\x00\x00\x00")}, /* 64 MiB and more */
};

static void test_hostile(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof hostiles / sizeof hostiles[0]; i++) {
        const struct hostile *h = &hostiles[i];
        struct ht_table table;
        unsigned column = h->is_bytes ? HT_TRACEPOINT_PAYLOAD : HT_TRACEPOINT_TIME;
        ht_table_init(&table, HT_CHUNK_TRACEPOINT);
        assert_int_equal(ht_table_reserve(&table, h->rows), HT_OK);
        /* a copy of its own, so that a sanitizer sees every byte read behind it */
        uint8_t *copy = malloc(h->length > 0 ? h->length : 1);
        assert_non_null(copy);
        memcpy(copy, h->bytes, h->length);
        enum ht_status status = ht_column_decode(&table, column, h->rows, h->encoding, copy, h->length);
        if (status != HT_DAMAGED)
            fail_msg("row of line %d: status %d", h->line, status);
        free(copy);
        ht_table_free(&table);
    }
}

static void test_limits(void **state) {
    (void)state;
    struct ht_table table;
    uint32_t row;
    ht_table_init(&table, HT_CHUNK_NODE_DISTANCE);
    assert_int_equal(ht_table_reserve(&table, HT_ROWS_MAX + 1), HT_LIMIT);
    for (uint32_t i = 0; i < HT_ROWS_MAX; i++)
        assert_int_equal(ht_table_add(&table, &row), HT_OK);
    assert_int_equal(row, 262143);
    assert_int_equal(ht_table_add(&table, &row), HT_LIMIT);
    assert_int_equal(table.rows, 262144);
    struct ht_buffer buffer = {0};
    assert_int_equal(ht_buffer_reserve(&buffer, SIZE_MAX), HT_LIMIT);
    assert_int_equal(ht_buffer_reserve(&buffer, SIZE_MAX / 2), HT_LIMIT);
    ht_table_free(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_of_numbers), cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_bytes_columns),    cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
