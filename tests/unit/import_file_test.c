/* Whole files: a small perf.data built by hand, imported, and the capture read back. Cut at every byte; kinds
 * of files that are refused. */
#include "tests/unit/import_maker.h"

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

static void test_rows(void **state) {
    struct fixture *f = *state;
    struct ht_table t;
    char text[64];
    build(f);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 3);
    assert_int_equal(f->summary.mem_samples, 2);
    assert_int_equal(f->summary.lost, 5);
    assert_int_equal(f->summary.skipped, 2); /* the record of type 4711, the sample of event 99 */
    read_back(f, HT_CHUNK_MEM_SAMPLE, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_TIME, 0), 200);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_ADDRESS, 0), 0x5008);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_DATA_SRC, 0), 0x68100842);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_TIME, 1), 300);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_WEIGHT, 1), 99);
    assert_int_equal(ht_table_i64(&t, HT_MEM_SAMPLE_TID, 1), 41);
    assert_int_equal(ht_table_i64(&t, HT_MEM_SAMPLE_CPU, 1), 1);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_PERIOD, 1), 1000);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_CPUMODE, 1), 2);
    ht_table_free(&t);
    read_back(f, HT_CHUNK_CPU_SAMPLE, &t);
    assert_int_equal(t.rows, 1);
    assert_int_equal(ht_table_u64(&t, HT_CPU_SAMPLE_EVENT, 0), 1);
    ht_table_free(&t);
    read_back(f, HT_CHUNK_MMAP, &t);
    assert_int_equal(t.rows, 1);
    assert_int_equal(ht_table_u64(&t, HT_MMAP_PGOFF, 0), 0x1000);
    assert_int_equal(ht_table_u64(&t, HT_MMAP_INODE, 0), 777);
    assert_int_equal(ht_table_u64(&t, HT_MMAP_PROT, 0), 5);
    ht_table_copy_text(&t, HT_MMAP_FILE, 0, text, sizeof text);
    assert_string_equal(text, "a/x");
    ht_table_free(&t);
    read_back(f, HT_CHUNK_TASK, &t);
    assert_int_equal(t.rows, 1);
    assert_int_equal(ht_table_u64(&t, HT_TASK_KIND, 0), HT_TASK_KIND_EXEC);
    assert_int_equal(ht_table_u64(&t, HT_TASK_TIME, 0), 150);
    ht_table_copy_text(&t, HT_TASK_COMM, 0, text, sizeof text);
    assert_string_equal(text, "ssy");
    ht_table_free(&t);
    read_back(f, HT_CHUNK_LOSS, &t);
    assert_int_equal(ht_table_i64(&t, HT_LOSS_EVENT, 0), -1); /* one ring serves both events */
    assert_int_equal(ht_table_u64(&t, HT_LOSS_COUNT, 0), 5);
    ht_table_free(&t);
    check_meta(f, "window_start_ns", "100");
    check_meta(f, "window_end_ns", "300");
    check_meta(f, "level", "memory sampling");
    check_meta(f, "import_missing", "");
}

/* An event whose name nothing tells has one made of its type. */
static void test_event_names(void **state) {
    struct fixture *f = *state;
    struct ht_table t;
    char text[64];
    build(f);
    assert_int_equal(import(f, f->length), HT_OK);
    read_back(f, HT_CHUNK_EVENT, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(ht_table_u64(&t, HT_EVENT_KIND, 0), HT_EVENT_KIND_MEM_ANY);
    assert_int_equal(ht_table_u64(&t, HT_EVENT_KIND, 1), HT_EVENT_KIND_CPU_CLOCK);
    ht_table_copy_text(&t, HT_EVENT_NAME, 1, text, sizeof text);
    assert_string_equal(text, "cpu-clock:HG");
    ht_table_free(&t);
}

static void test_every_cut(void **state) {
    struct fixture *f = *state;
    build(f);
    uint64_t last = 0;
    for (size_t cut = 0; cut < f->length; cut++) {
        enum ht_status status = import(f, cut);
        /* The first whole record ends 112 bytes behind the start of the data. */
        assert_int_equal(status, cut < f->data_start + 112 ? HT_TRUNCATED : HT_OK);
        assert_int_equal(access(f->output, F_OK) == 0, status == HT_OK);
        if (status != HT_OK) {
            assert_true(f->cause.text[0] != '\0');
            continue;
        }
        assert_true(f->summary.warnings > 0);
        assert_true(f->summary.samples >= last);
        last = f->summary.samples;
        char expected[128];
        snprintf(expected, sizeof expected, "data section cut at byte %zu of %zu; feature sections missing",
                 cut - f->data_start, f->length - f->data_start);
        assert_non_null(strstr(f->summary.warning[0], expected));
        assert_int_equal(unlink(f->output), 0);
    }
    assert_int_equal(last, 3);
}

/* perf that was killed has not written the size of the data. */
static void test_size_missing(void **state) {
    struct fixture *f = *state;
    build(f);
    ht_put_u64(f->bytes + 48, 0);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 3);
    check_meta(f, "import_missing", "perf record did not end properly: sizes and feature sections missing");
}

static void test_damaged_record(void **state) {
    struct fixture *f = *state;
    build(f);
    ht_put_u16(f->bytes + f->data_start + 112 + 72 + 6, 3); /* the size of the second sample */
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(f->summary.samples, 1);
    assert_non_null(strstr(f->summary.warning[0], "damaged"));
}

static void check_refused(struct fixture *f, enum ht_status expected, const char *says) {
    assert_int_equal(import(f, f->length), expected);
    assert_non_null(strstr(f->cause.text, says));
    assert_int_equal(access(f->output, F_OK), -1);
}

static void test_refused_files(void **state) {
    struct fixture *f = *state;
    build(f);
    memcpy(f->bytes, HT_PERF_MAGIC_SWAPPED, 8); /* and all else is not swapped */
    check_refused(f, HT_UNSUPPORTED, "of unknown meaning");
    build(f);
    ht_put_u64(f->bytes + 16, 40); /* bytes of an attr entry */
    check_refused(f, HT_DAMAGED, "attributes");
    build(f);
    ht_put_u32(f->bytes + HT_PERF_HEADER_BYTES + 16 + 4, 4096); /* size in the first attr */
    check_refused(f, HT_DAMAGED, "attribute");
    f->length = 0;
    check_refused(f, HT_TRUNCATED, "empty");
}

static void test_output_is_respected(void **state) {
    struct fixture *f = *state;
    build(f);
    assert_int_equal(import(f, f->length), HT_OK);
    struct ht_import_options options = {f->input, f->output, NULL, 0};
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_EXISTS);
    options = (struct ht_import_options){f->input, f->input, NULL, 1};
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_USAGE);
    options = (struct ht_import_options){f->input, "/dev/null", NULL, 1};
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_USAGE);
    options = (struct ht_import_options){f->folder, f->output, NULL, 1};
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_FORMAT);
    options = (struct ht_import_options){"/nonexistent/perf.data", f->output, NULL, 1};
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_NOT_FOUND);
    assert_int_equal(access(f->output, F_OK), 0);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_rows),
        TEST(test_event_names),
        TEST(test_every_cut),
        TEST(test_size_missing),
        TEST(test_damaged_record),
        TEST(test_refused_files),
        TEST(test_output_is_respected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
