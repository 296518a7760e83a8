/* Whole files: a small perf.data built by hand, imported, and the capture read back. Cut at every byte; kinds
 * of files that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/import/import.h"
#include "analyze/import/perf_format.h"
#include "schema/capture_read.h"
#include "schema/endian.h"

#define ATTR_BYTES 128u
#define TYPE                                                                                                 \
    (HT_PS_IDENTIFIER | HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ADDR | HT_PS_CPU | HT_PS_WEIGHT |          \
     HT_PS_DATA_SRC)

struct fixture {
    char folder[64], input[96], output[96];
    uint8_t bytes[8192];
    size_t length, data_start;
    struct ht_import_summary summary;
    struct ht_cause cause;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL)
        return 1;
    snprintf(f->folder, sizeof f->folder, "/tmp/import_file_test.XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return 1;
    snprintf(f->input, sizeof f->input, "%s/in", f->folder);
    snprintf(f->output, sizeof f->output, "%s/out", f->folder);
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    unlink(f->input);
    unlink(f->output);
    int left = rmdir(f->folder); /* fails where an import left OUTPUT.part behind */
    free(f);
    return left;
}

static void put32(struct fixture *f, uint32_t value) {
    ht_put_u32(f->bytes + f->length, value);
    f->length += 4;
}

static void put64(struct fixture *f, uint64_t value) {
    ht_put_u64(f->bytes + f->length, value);
    f->length += 8;
}

static void head(struct fixture *f, uint32_t type, uint16_t misc, uint16_t bytes) {
    put32(f, type);
    put32(f, misc | (uint32_t)bytes << 16);
}

static void trailer(struct fixture *f, uint32_t pid, uint64_t time, uint64_t id) {
    put32(f, pid), put32(f, pid), put64(f, time), put32(f, 1), put32(f, 0), put64(f, id);
}

static void sample(struct fixture *f, uint64_t id, uint64_t time, uint64_t address, uint64_t data_src) {
    head(f, HT_PERF_SAMPLE, HT_PERF_MISC_USER, 72);
    put64(f, id), put64(f, 0x401010), put32(f, 40), put32(f, 41), put64(f, time), put64(f, address);
    put32(f, 1), put32(f, 0), put64(f, 99), put64(f, data_src);
}

static void attr(struct fixture *f, uint32_t type, uint64_t ids_offset) {
    size_t start = f->length;
    put32(f, type), put32(f, ATTR_BYTES), put64(f, 0), put64(f, 1000), put64(f, TYPE), put64(f, 0);
    put64(f, HT_PA_SAMPLE_ID_ALL);
    f->length = start + ATTR_BYTES;
    put64(f, ids_offset), put64(f, 8);
}

/* Events: 0 of a PMU that the file does not name, with data sources, id 11; 1 cpu-clock, id 12. Records in
 * file order, with a round. */
static void build(struct fixture *f) {
    memset(f->bytes, 0, sizeof f->bytes);
    f->length = HT_PERF_HEADER_BYTES;
    put64(f, 11), put64(f, 12);
    uint64_t attrs = f->length;
    attr(f, 9, HT_PERF_HEADER_BYTES);
    attr(f, 1, HT_PERF_HEADER_BYTES + 8);
    f->data_start = f->length;
    head(f, HT_PERF_MMAP2, HT_PERF_MISC_USER, 112);
    put32(f, 40), put32(f, 40), put64(f, 0x400000), put64(f, 0x2000), put64(f, 0x1000), put32(f, 8),
        put32(f, 1);
    put64(f, 777), put64(f, 3), put32(f, 5), put32(f, 2), put64(f, 0x782f61),
        trailer(f, 40, 0, 0); /* "a/x" */
    sample(f, 11, 300, 0x5000, 0x68100142);
    sample(f, 12, 100, 0x6000, 0x68100142);
    head(f, HT_PERF_FINISHED_ROUND, 0, 8);
    sample(f, 11, 200, 0x5008, 0x68100842);
    head(f, HT_PERF_COMM, HT_PERF_MISC_COMM_EXEC, 56);
    put32(f, 40), put32(f, 41), put64(f, 0x797373), trailer(f, 40, 150, 12); /* "ssy" */
    head(f, HT_PERF_LOST, 0, 56);
    put64(f, 11), put64(f, 5), trailer(f, 40, 250, 11);
    head(f, 4711, 0, 16), put64(f, 0);
    sample(f, 99, 310, 0, 0);
    memcpy(f->bytes, HT_PERF_MAGIC, 8);
    ht_put_u64(f->bytes + 8, HT_PERF_HEADER_BYTES);
    ht_put_u64(f->bytes + 16, ATTR_BYTES + 16);
    ht_put_u64(f->bytes + 24, attrs), ht_put_u64(f->bytes + 32, 2 * (ATTR_BYTES + 16));
    ht_put_u64(f->bytes + 40, f->data_start), ht_put_u64(f->bytes + 48, f->length - f->data_start);
}

static enum ht_status import(struct fixture *f, size_t length) {
    FILE *file = fopen(f->input, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(f->bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    struct ht_import_options options = {f->input, f->output, "/nonexistent", 1};
    f->cause.text[0] = '\0';
    return ht_import(&options, &f->summary, &f->cause);
}

/* All rows of a kind; the caller frees the table. */
static void read_back(struct fixture *f, enum ht_chunk_kind kind, struct ht_table *table) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    enum ht_status status;
    memset(table, 0, sizeof *table);
    assert_int_equal(ht_reader_open(f->output, &reader, &f->cause), HT_OK);
    while ((status = ht_reader_next(reader, &info, &f->cause)) == HT_OK)
        if (info.kind == kind && table->rows == 0)
            assert_int_equal(ht_reader_table(reader, &info, table, &f->cause), HT_OK);
    assert_int_equal(status, HT_END);
    ht_reader_close(reader);
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
    assert_string_equal(text, "cpu-clock");
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
    memcpy(f->bytes, HT_PERF_MAGIC_SWAPPED, 8);
    check_refused(f, HT_UNSUPPORTED, "byte order");
    memcpy(f->bytes, HT_PERF_MAGIC_OLD, 8);
    check_refused(f, HT_UNSUPPORTED, "record again");
    memcpy(f->bytes,
           "\x7f"
           "ELF\2\1\1",
           8);
    check_refused(f, HT_FORMAT, "no perf.data");
    build(f);
    ht_put_u64(f->bytes + 8, HT_PERF_HEADER_BYTES_PIPE);
    check_refused(f, HT_UNSUPPORTED, "pipe");
    build(f);
    ht_put_u32(f->bytes + f->data_start + 112, HT_PERF_COMPRESSED);
    check_refused(f, HT_UNSUPPORTED, "perf inject");
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
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_UNSUPPORTED);
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
