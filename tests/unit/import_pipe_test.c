/* Piped recordings (perf record -o -): header, events and sections come as records. */
#include <fcntl.h>

#include "tests/unit/import_maker.h"

#define ATTR_OF_OLD 72u /* Linux 2.6.32 to 3.3 */

static void put_text(struct fixture *f, const char *text, size_t room) {
    memset(f->bytes + f->length, 0, room);
    memcpy(f->bytes + f->length, text, strlen(text));
    f->length += room;
}

static void feature(struct fixture *f, uint64_t bit, const char *text) {
    head(f, HT_PERF_HEADER_FEATURE, 0, 16 + 4 + 16);
    put64(f, bit), put32(f, 16), put_text(f, text, 16);
}

static void piped_attr(struct fixture *f, uint32_t type, uint64_t config, uint32_t bytes, uint64_t id) {
    head(f, HT_PERF_HEADER_ATTR, 0, (uint16_t)(8 + bytes + (id > 0 ? 8 : 0)));
    size_t start = f->length;
    memset(f->bytes + start, 0, bytes);
    put32(f, type), put32(f, bytes), put64(f, config), put64(f, 1000), put64(f, TYPE), put64(f, 0);
    put_bits(f, HT_PA_SAMPLE_ID_ALL);
    f->length = start + bytes;
    if (id > 0)
        put64(f, id);
}

static void tracing_data(struct fixture *f, const char *format) {
    static const uint8_t begin[] = "\x17\x08\x44tracing0.6\0\0\x08\0\x10\0\0header_page"; /* and two zeros */
    head(f, HT_PERF_HEADER_TRACING_DATA, 0, 12);
    size_t size_at = f->length;
    put32(f, 0);
    memcpy(f->bytes + f->length, begin, sizeof begin);
    f->bytes[f->length + 14] = (uint8_t)f->big;
    f->length += sizeof begin;
    put64(f, 0), put_text(f, "header_event", 13), put64(f, 0), put32(f, 0), put32(f, 1);
    put_text(f, "sched", 6), put32(f, 1), put64(f, strlen(format)), put_text(f, format, strlen(format));
    while ((f->length - size_at - 4) % 8 != 0)
        f->bytes[f->length++] = 0;
    set32(f, size_at, (uint32_t)(f->length - size_at - 4));
}

/* The records of the common file behind their piped header. */
static void build_piped(struct fixture *f, uint32_t attr_bytes) {
    uint8_t data[4096];
    build(f);
    size_t length = f->length - f->data_start;
    memcpy(data, f->bytes + f->data_start, length);
    f->length = HT_PERF_HEADER_BYTES_PIPE;
    set64(f, 8, HT_PERF_HEADER_BYTES_PIPE);
    piped_attr(f, 9, 0, attr_bytes, 11);
    piped_attr(f, 1, 3, attr_bytes, 12);
    head(f, HT_PERF_HEADER_EVENT_TYPE, 0, 8 + 72);
    put64(f, 3), put_text(f, "old-name", 64);
    feature(f, HT_PERF_FEAT_HOSTNAME, "far-away");
    feature(f, 77, "what is this");                       /* of a perf to come */
    head(f, HT_PERF_HEADER_FEATURE, 0, 16), put64(f, 32); /* the mark behind the last */
    f->data_start = f->length;
    memcpy(f->bytes + f->length, data, length);
    f->length += length;
    head(f, HT_PERF_EVENT_UPDATE, 0, 8 + 16 + 8);
    put64(f, 2), put64(f, 11), put_text(f, "loads", 8);
}

static void check_name(struct fixture *f, uint32_t row, const char *expected) {
    struct ht_table t;
    char text[64];
    read_back(f, HT_CHUNK_EVENT, &t);
    assert_true(row < t.rows);
    ht_table_copy_text(&t, HT_EVENT_NAME, row, text, sizeof text);
    ht_table_free(&t);
    assert_string_equal(text, expected);
}

static void check_rows(struct fixture *f) {
    struct ht_table t;
    assert_int_equal(f->summary.samples, 3);
    assert_int_equal(f->summary.lost, 5);
    read_back(f, HT_CHUNK_MEM_SAMPLE, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_TIME, 0), 200);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_ADDRESS, 1), 0x5000);
    ht_table_free(&t);
}

static void test_piped(void **state) {
    struct fixture *f = *state;
    static const uint32_t sizes[] = {64, ATTR_OF_OLD, 128, 136, 4096 / 2};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        build_piped(f, sizes[i]);
        assert_int_equal(import(f, f->length), HT_OK);
        check_rows(f);
        check_name(f, 0, "loads");
        check_name(f, 1, "old-name");
        assert_int_equal(f->summary.skipped, 2);
    }
}

static void test_other_byte_order(void **state) {
    struct fixture *f = *state;
    f->big = 1;
    for (int old = 0; old < 2; old++) {
        build_piped(f, 128);
        if (old)
            memcpy(f->bytes, HT_PERF_MAGIC_OLD, 8);
        assert_int_equal(import(f, f->length), HT_OK);
        check_rows(f);
        check_name(f, 0, "loads");
        check_name(f, 1, "old-name");
    }
}

static void test_every_cut(void **state) {
    struct fixture *f = *state;
    uint64_t last = 0;
    build_piped(f, ATTR_OF_OLD);
    for (size_t cut = 0; cut < f->length; cut++) {
        enum ht_status status = import(f, cut);
        assert_true(status == HT_OK || (status == HT_TRUNCATED && last == 0));
        assert_true(f->summary.samples >= last);
        last = f->summary.samples;
        if (status != HT_OK)
            assert_true(f->cause.text[0] != '\0');
        else if (cut == f->length - 1)
            assert_non_null(strstr(f->summary.warning[0], "last record cut off"));
    }
    assert_int_equal(last, 3);
}

static void test_hostile_attr(void **state) {
    struct fixture *f = *state;
    build_piped(f, 128);
    ht_put_u32(f->bytes + 16 + 8 + 4, 4096);
    assert_int_equal(import(f, f->length), HT_DAMAGED);
    assert_non_null(strstr(f->cause.text, "event 0 has an attribute of 4096 bytes in a record of 144"));
    build_piped(f, 128);
    ht_put_u32(f->bytes + 16, 4711); /* the first attr is no attr: events without one */
    assert_int_equal(import(f, f->length), HT_OK);
    build_piped(f, 128);
    ht_put_u32(f->bytes + 16, 4711), ht_put_u32(f->bytes + 16 + 144, 4711);
    assert_int_equal(import(f, f->length), HT_TRUNCATED);
    assert_non_null(strstr(f->cause.text, "tells no event"));
}

/* The formats lie behind their record, in 8-byte steps, and what follows is read. */
static void test_tracing_data(void **state) {
    struct fixture *f = *state;
    static const char format[] = "name: sched_migrate_task\nID: 313\nformat:\n"
                                 "\tfield:int dest_cpu;\toffset:0;\tsize:4;\tsigned:1;\n"
                                 "\tfield:char comm[8];\toffset:4;\tsize:8;\tsigned:0;\n";
    static const char payload[12] = "\xcd\xab\0\0threads";
    for (f->big = 0; f->big < 2; f->big++) {
        struct ht_table t;
        char text[64];
        memset(f->bytes, 0, sizeof f->bytes);
        memcpy(f->bytes, f->big ? HT_PERF_MAGIC_SWAPPED : HT_PERF_MAGIC, 8);
        set64(f, 8, HT_PERF_HEADER_BYTES_PIPE);
        f->length = HT_PERF_HEADER_BYTES_PIPE;
        head(f, HT_PERF_HEADER_ATTR, 0, 8 + 128 + 8);
        size_t start = f->length;
        put32(f, 2), put32(f, 128), put64(f, 313), put64(f, 1);
        put64(f, HT_PS_IDENTIFIER | HT_PS_TID | HT_PS_TIME | HT_PS_RAW), put64(f, 0), put64(f, 0);
        f->length = start + 128;
        put64(f, 5);
        tracing_data(f, format);
        head(f, HT_PERF_SAMPLE, 0, 8 + 8 + 8 + 8 + 16);
        put64(f, 5), put32(f, 40), put32(f, 41), put64(f, 1000), put32(f, 12), put32(f, 0xabcd);
        put_text(f, "threads", 8);
        assert_int_equal(import(f, f->length), HT_OK);
        assert_int_equal(f->summary.samples, 1);
        assert_int_equal(f->summary.skipped, 0);
        read_back(f, HT_CHUNK_TP_FORMAT, &t);
        assert_int_equal(t.rows, 1);
        ht_table_copy_text(&t, HT_TP_FORMAT_NAME, 0, text, sizeof text);
        assert_string_equal(text, "sched_migrate_task");
        ht_table_free(&t);
        read_back(f, HT_CHUNK_TRACEPOINT, &t);
        assert_int_equal(t.rows, 1);
        struct ht_bytes stored = ht_table_bytes(&t, HT_TRACEPOINT_PAYLOAD, 0);
        assert_int_equal(stored.length, sizeof payload);
        assert_memory_equal(stored.data, payload, sizeof payload);
        ht_table_free(&t);
    }
}

/* From a pipe itself: it is copied first. */
static void test_from_a_pipe(void **state) {
    struct fixture *f = *state;
    char path[64];
    for (int piped = 0; piped < 2; piped++) {
        int ends[2];
        if (piped)
            build_piped(f, 128);
        else
            build(f);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], f->bytes, f->length), f->length);
        assert_int_equal(close(ends[1]), 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
        struct ht_import_options options = {path, f->output, "/nonexistent", 1};
        assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_OK);
        check_rows(f);
        assert_int_equal(close(ends[0]), 0);
    }
}

static void test_from_standard_input(void **state) {
    struct fixture *f = *state;
    build_piped(f, 128);
    assert_int_equal(import(f, f->length), HT_OK);
    int saved = dup(STDIN_FILENO), in = open(f->input, O_RDONLY);
    assert_true(in >= 0 && dup2(in, STDIN_FILENO) == STDIN_FILENO);
    struct ht_import_options options = {"-", f->output, "/nonexistent", 1};
    enum ht_status status = ht_import(&options, &f->summary, &f->cause);
    close(in);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    assert_int_equal(status, HT_OK);
    check_rows(f);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_piped),
        TEST(test_other_byte_order),
        TEST(test_every_cut),
        TEST(test_hostile_attr),
        TEST(test_tracing_data),
        TEST(test_from_a_pipe),
        TEST(test_from_standard_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
