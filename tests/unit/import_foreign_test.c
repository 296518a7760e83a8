/* Recordings of other machines and other programs: the other byte order, perf of long ago and of years to
 * come, simpleperf; and files that are none. */
#include "analyze/import/payload.h"
#include "tests/unit/import_maker.h"

static void check_refused(struct fixture *f, enum ht_status expected, const char *says) {
    assert_int_equal(import(f, f->length), expected);
    if (strstr(f->cause.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", f->cause.text, says);
    assert_int_equal(access(f->output, F_OK), -1);
}

/* A feature section behind the data: its entry in the table, then the section. */
static void add_feature(struct fixture *f, unsigned bit, const char *text) {
    size_t bits_at = HT_PERF_HEADER_BYTES_PLAIN + bit / 64 * 8;
    set64(f, bits_at, 1ull << bit % 64);
    put64(f, f->length + 16), put64(f, 4 + 16);
    put32(f, 16);
    memset(f->bytes + f->length, 0, 16);
    memcpy(f->bytes + f->length, text, strlen(text));
    f->length += 16;
}

static void check_meta(struct fixture *f, const char *key, const char *expected) {
    struct ht_table meta;
    char text[256] = "", name[64];
    read_back(f, HT_CHUNK_META, &meta);
    for (uint32_t row = 0; row < meta.rows; row++) {
        ht_table_copy_text(&meta, HT_META_KEY, row, name, sizeof name);
        if (strcmp(name, key) == 0)
            ht_table_copy_text(&meta, HT_META_VALUE, row, text, sizeof text);
    }
    ht_table_free(&meta);
    assert_string_equal(text, expected);
}

/* ---- byte order ---- */

/* All rows are those of the same recording in our order; chunks of facts too. */
static void check_same_rows(struct fixture *f) {
    static const enum ht_chunk_kind kinds[] = {HT_CHUNK_MEM_SAMPLE, HT_CHUNK_CPU_SAMPLE, HT_CHUNK_MMAP,
                                               HT_CHUNK_TASK,       HT_CHUNK_LOSS,       HT_CHUNK_EVENT};
    struct ht_table mine[6], theirs;
    f->big = 0;
    build(f);
    assert_int_equal(import(f, f->length), HT_OK);
    for (size_t i = 0; i < 6; i++)
        read_back(f, kinds[i], &mine[i]);
    f->big = 1;
    build(f);
    add_feature(f, HT_PERF_FEAT_HOSTNAME, "power");
    assert_int_equal(import(f, f->length), HT_OK);
    for (size_t i = 0; i < 6; i++) {
        read_back(f, kinds[i], &theirs);
        assert_true(mine[i].rows > 0);
        assert_int_equal(mine[i].rows, theirs.rows);
        for (unsigned c = 0; c < mine[i].desc->columns; c++)
            for (uint32_t row = 0; row < theirs.rows; row++) {
                struct ht_bytes a = {0}, b = {0};
                if (mine[i].desc->column[c].type == HT_TYPE_BYTES) {
                    a = ht_table_bytes(&mine[i], c, row);
                    b = ht_table_bytes(&theirs, c, row);
                } else {
                    assert_int_equal(mine[i].number[c][row], theirs.number[c][row]);
                }
                assert_int_equal(a.length, b.length);
                assert_true(a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
            }
        ht_table_free(&theirs);
        ht_table_free(&mine[i]);
    }
}

static void test_other_byte_order(void **state) {
    struct fixture *f = *state;
    check_same_rows(f);
    check_meta(f, "hostname", "power");
}

/* The feature bits of a 32-bit machine are words of 4 bytes. */
static void test_other_byte_order_of_32_bits(void **state) {
    struct fixture *f = *state;
    f->big = 1;
    build(f);
    add_feature(f, HT_PERF_FEAT_HOSTNAME, "sparc");
    set64(f, HT_PERF_HEADER_BYTES_PLAIN, 0);
    set32(f, HT_PERF_HEADER_BYTES_PLAIN, 1u << HT_PERF_FEAT_HOSTNAME);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 3);
    check_meta(f, "hostname", "sparc");
}

static void test_every_cut_of_other_byte_order(void **state) {
    struct fixture *f = *state;
    f->big = 1;
    build(f);
    for (size_t cut = 0; cut <= f->length; cut += 3) {
        enum ht_status status = import(f, cut);
        assert_true(status == HT_OK || (status == HT_TRUNCATED && f->cause.text[0] != '\0'));
    }
}

static void test_payload_is_turned(void **state) {
    (void)state;
    static const char format[] = "name: x\nID: 3\nformat:\n"
                                 "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
                                 "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
                                 "\tfield:char comm[4];\toffset:4;\tsize:4;\tsigned:0;\n"
                                 "\tfield:__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;\n"
                                 "\tfield:u64 address;\toffset:16;\tsize:8;\tsigned:0;\n"
                                 "\tfield:u64 beyond;\toffset:24;\tsize:8;\tsigned:0;\n"
                                 "\tfield:u64 far;\toffset:18446744073709551615;\tsize:8;\tsigned:0;\n"
                                 "print fmt: \"\"";
    uint8_t bytes[28] = {1, 2, 3, 4, 'c', 'o', 'm', 'm', 5, 6, 7, 8, 9, 9,
                         9, 9, 1, 2, 3,   4,   5,   6,   7, 8, 7, 7, 7, 6};
    static const uint8_t turned[28] = {2, 1, 3, 4, 'c', 'o', 'm', 'm', 8, 7, 6, 5, 9, 9,
                                       9, 9, 8, 7, 6,   5,   4,   3,   2, 1, 7, 7, 7, 6};
    ht_payload_turn(format, bytes, sizeof bytes);
    assert_memory_equal(bytes, turned, sizeof bytes);
    ht_payload_turn("", bytes, sizeof bytes);
    ht_payload_turn("field:offset:", bytes, sizeof bytes);
    assert_memory_equal(bytes, turned, sizeof bytes);
}

/* ---- older and newer perf ---- */

/* perf before Linux 3.4 began its files so, whatever the byte order. */
static void test_old_magic(void **state) {
    struct fixture *f = *state;
    for (f->big = 0; f->big < 2; f->big++) {
        build(f);
        memcpy(f->bytes, HT_PERF_MAGIC_OLD, 8);
        assert_int_equal(import(f, f->length), HT_OK);
        assert_int_equal(f->summary.samples, 3);
        assert_int_equal(f->summary.lost, 5);
        assert_int_equal(f->summary.mem_samples, 2);
    }
}

/* Two events without ids, as perf before 3.12 wrote them where it thought that it needed none. */
static void test_no_ids(void **state) {
    struct fixture *f = *state;
    build(f);
    for (int event = 0; event < 2; event++)
        set64(f, HT_PERF_HEADER_BYTES + 16 + (size_t)event * (ATTR_BYTES + 16) + ATTR_BYTES + 8,
              0); /* bytes of ids */
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 4); /* that of event 99, too */
    assert_non_null(strstr(f->summary.warning[0], "2 events have no ids"));
}

/* A file of perf 3.0: no feature bits, an attr of 72 bytes, MMAP alone, one event without ids. */
static void test_plain_old_file(void **state) {
    struct fixture *f = *state;
    struct ht_table t;
    memset(f->bytes, 0, sizeof f->bytes);
    f->length = HT_PERF_HEADER_BYTES_PLAIN;
    put32(f, 0), put32(f, 72), put64(f, 0), put64(f, 4000), put64(f, HT_PS_IP | HT_PS_TID | HT_PS_TIME);
    put64(f, 0), put64(f, HT_PA_FREQ);
    f->length = HT_PERF_HEADER_BYTES_PLAIN + 72 + 16;
    f->data_start = f->length;
    head(f, HT_PERF_MMAP, HT_PERF_MISC_USER, 48);
    put32(f, 40), put32(f, 40), put64(f, 0x400000), put64(f, 0x1000), put64(f, 0), put_name(f, "a/x");
    head(f, HT_PERF_SAMPLE, HT_PERF_MISC_USER, 32);
    put64(f, 0x400010), put32(f, 40), put32(f, 41), put64(f, 1000);
    memcpy(f->bytes, HT_PERF_MAGIC, 8);
    set64(f, 8, HT_PERF_HEADER_BYTES_PLAIN), set64(f, 16, 72 + 16);
    set64(f, 24, HT_PERF_HEADER_BYTES_PLAIN), set64(f, 32, 72 + 16);
    set64(f, 40, f->data_start), set64(f, 48, f->length - f->data_start);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 1);
    assert_int_equal(f->summary.warnings, 0);
    read_back(f, HT_CHUNK_CPU_SAMPLE, &t);
    assert_int_equal(ht_table_u64(&t, HT_CPU_SAMPLE_TIME, 0), 1000);
    assert_int_equal(ht_table_u64(&t, HT_CPU_SAMPLE_PERIOD, 0), 1); /* a frequency is no period */
    ht_table_free(&t);
}

/* Bits of sample_type from the future: what is known is read, also of attrs of 4,096 bytes. */
static void test_newer_fields(void **state) {
    struct fixture *f = *state;
    struct ht_table t;
    build(f);
    size_t first = HT_PERF_HEADER_BYTES + 16;
    set64(f, first + 24, TYPE | 1ull << 40);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 3);
    read_back(f, HT_CHUNK_MEM_SAMPLE, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_DATA_SRC, 0), 0x68100842);
    ht_table_free(&t);
}

static void test_attr_of_a_page(void **state) {
    struct fixture *f = *state;
    uint8_t rest[4096];
    build(f);
    size_t first = HT_PERF_HEADER_BYTES + 16, length = f->length - f->data_start;
    memcpy(rest, f->bytes + f->data_start, length);
    memmove(f->bytes + first + 4096 + 16, f->bytes + first + ATTR_BYTES + 16, ATTR_BYTES);
    memmove(f->bytes + first + 4096, f->bytes + first + ATTR_BYTES, 16);
    memset(f->bytes + first + ATTR_BYTES, 0xaa, 4096 - ATTR_BYTES);
    size_t second = first + 4096 + 16;
    memset(f->bytes + second + ATTR_BYTES, 0xaa, 4096 - ATTR_BYTES);
    set32(f, first + 4, 4096), set32(f, second + 4, 4096);
    set64(f, second + 4096, HT_PERF_HEADER_BYTES + 8), set64(f, second + 4096 + 8, 8);
    f->data_start = second + 4096 + 16;
    memcpy(f->bytes + f->data_start, rest, length);
    f->length = f->data_start + length;
    set64(f, 16, 4096 + 16), set64(f, 32, 2 * (4096 + 16)), set64(f, 40, f->data_start);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 3);
    assert_int_equal(f->summary.mem_samples, 2);
}

/* AUX data lies behind its record, and what looks like records there is none. */
static void test_aux_data(void **state) {
    struct fixture *f = *state;
    build(f);
    sample(f, 11, 400, 0x5000, 0x68100142);
    head(f, HT_PERF_AUXTRACE, 0, 48);
    put64(f, 3 * 72), put64(f, 0), put64(f, 0), put64(f, 0), put64(f, 0);
    for (int i = 0; i < 3; i++)
        sample(f, 11, 500, 0x5000, 0x68100142);
    sample(f, 11, 600, 0x5000, 0x68100142);
    set64(f, 48, f->length - f->data_start);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 5);
    assert_non_null(strstr(f->summary.warning[1], "264 bytes of AUX data"));
}

/* ---- other programs ---- */

static void test_simpleperf(void **state) {
    static const char meta[] = "simpleperf_version\0"
                               "1.build.7\0"
                               "event_type_info\0"
                               "cpu-cycles,9,0\ntask-clock,1,0";
    struct fixture *f = *state;
    struct ht_table t;
    char text[64];
    build(f);
    head(f, HT_PERF_SIMPLE_TYPES + 1, 0, 16), put64(f, 0);
    set64(f, 48, f->length - f->data_start);
    set64(f, HT_PERF_HEADER_BYTES_PLAIN + 16, 1ull << (HT_PERF_FEAT_SIMPLE_META - 128) | 1);
    put64(f, f->length + 32), put64(f, 8), put64(f, f->length + 16 + 8), put64(f, sizeof meta);
    put64(f, 1); /* FILE */
    memcpy(f->bytes + f->length, meta, sizeof meta);
    f->length += sizeof meta;
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 3);
    assert_int_equal(f->summary.skipped, 2); /* those of the common file: nothing of the window is lost */
    check_meta(f, "producer", "simpleperf");
    read_back(f, HT_CHUNK_EVENT, &t);
    ht_table_copy_text(&t, HT_EVENT_NAME, 0, text, sizeof text);
    assert_string_equal(text, "cpu-cycles");
    ht_table_copy_text(&t, HT_EVENT_NAME, 1, text, sizeof text);
    assert_string_equal(text, "task-clock");
    ht_table_free(&t);
}

static void test_other_files(void **state) {
    static const struct {
        int line;
        size_t bytes;
        const char *start;
        enum ht_status status;
        const char *says;
    } rows[] = {
        {__LINE__, 16, "PERFFILE\0\0\0\0\0\0\0", HT_UNSUPPORTED, "its header has 0 bytes"},
        {__LINE__, 16, "SIMPLEPERF\1\0\0\0\0\0", HT_UNSUPPORTED, "report of simpleperf"},
        {__LINE__, 10, "\x1f\x8b\x08\0\0\0\0\0\0\3", HT_UNSUPPORTED, "gzip -dc '"},
        {__LINE__, 8,
         "\xfd"
         "7zXZ\0\0\4",
         HT_UNSUPPORTED, "xz -dc '"},
        {__LINE__, 8, "\x28\xb5\x2f\xfd\4\0\0\0", HT_UNSUPPORTED, "zstd -dc '"},
        {__LINE__, 8, "BZh91AY&", HT_UNSUPPORTED, "bzip2 -dc '"},
        {__LINE__, 8, "PK\3\4\0\0\0\0", HT_UNSUPPORTED, "unzip '"},
        {__LINE__, 8, "\x89HITM\r\n\x1a", HT_UNSUPPORTED, "is a capture already: hitm-analyze report '"},
        {__LINE__, 12, "\x17\x08\x44tracing6\0", HT_UNSUPPORTED, "trace-cmd"},
        {__LINE__, 16, "SQLite format 3\0", HT_UNSUPPORTED, "is a database"},
        {__LINE__, 8,
         "\x7f"
         "ELF\2\1\1\0",
         HT_FORMAT, "ELF"},
        {__LINE__, 16, "{\n \"linux-perf-j", HT_FORMAT, "JSON"},
        {__LINE__, 30, "# ========\n# captured on    : ", HT_FORMAT, "is text, as perf script"},
        {__LINE__, 8, "\1\2\3\4\5\6\7\xff", HT_FORMAT, "does not begin with PERFILE2"},
        {__LINE__, 3, "PER", HT_TRUNCATED, "cut off at byte 3, within its header"},
        {__LINE__, 15, "2ELIFREP\0\0\0\0\0\0\0", HT_TRUNCATED, "cut off at byte 15, within its header"},
        {__LINE__, 0, "", HT_TRUNCATED, "is empty"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(f->bytes, rows[i].start, rows[i].bytes);
        f->length = rows[i].bytes;
        check_refused(f, rows[i].status, rows[i].says);
    }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_other_byte_order),
        TEST(test_other_byte_order_of_32_bits),
        TEST(test_every_cut_of_other_byte_order),
        cmocka_unit_test(test_payload_is_turned),
        TEST(test_old_magic),
        TEST(test_no_ids),
        TEST(test_plain_old_file),
        TEST(test_newer_fields),
        TEST(test_attr_of_a_page),
        TEST(test_aux_data),
        TEST(test_simpleperf),
        TEST(test_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
