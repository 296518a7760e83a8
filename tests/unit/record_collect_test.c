/* The whole collection of names after a window, for our own process: what is written, and what a user who
 * does not want to wait leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "record/collect/symbols.h"
#include "record/collect/tasks.h"
#include "record/host/clock.h"
#include "schema/capture_read.h"

__attribute__((noinline)) void ht_test_function_to_name(void);
void ht_test_function_to_name(void) {
    __asm__ volatile("" ::: "memory");
}

static int always(void *context) {
    (void)context;
    return 1;
}

/* Collects the names of one address of ours into a capture. */
static void collect(const char *path, int (*is_stopped)(void *), struct ht_limits *limits) {
    struct ht_hits hits = {0};
    struct ht_spaces spaces = {0};
    struct ht_table mappings;
    struct ht_cause cause = {0};
    struct ht_writer *writer;
    uint64_t denied = 0, now = ht_clock_monotonic();
    ht_table_init(&mappings, HT_CHUNK_MMAP);
    assert_int_equal(ht_tasks_mappings("", getpid(), now, &mappings, &spaces, &denied), HT_OK);
    ht_hits_add(&hits, getpid(), (uint64_t)(uintptr_t)ht_test_function_to_name, HT_HIT_SAMPLED);
    struct ht_encoder *encoder = ht_encoder_new(1);
    assert_non_null(encoder);
    assert_int_equal(ht_writer_open(path, 1, 1, &writer, &cause), HT_OK);
    struct ht_symbols_request request = {
        .root = "",
        .writer = writer,
        .encoder = encoder,
        .limits = limits,
        .start_ns = now,
        .realtime_offset = (int64_t)(ht_clock_realtime() - now),
        .hits = &hits,
        .spaces = &spaces,
        .is_stopped = is_stopped,
    };
    assert_int_equal(ht_symbols_collect(&request, &cause), HT_OK);
    assert_int_equal(ht_writer_close(writer, &cause), HT_OK);
    ht_encoder_free(encoder);
    ht_table_free(&mappings);
    ht_hits_free(&hits);
    ht_spaces_free(&spaces);
}

/* Rows of a kind; in *text whether one of them has this text in a column. */
static uint32_t rows_of(const char *path, unsigned kind, unsigned column, const char *text, int *found) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    uint32_t rows = 0;
    *found = 0;
    assert_int_equal(ht_reader_open(path, &reader, NULL), HT_OK);
    while (ht_reader_next(reader, &info, NULL) == HT_OK) {
        if (info.kind != kind)
            continue;
        assert_int_equal(ht_reader_table(reader, &info, &table, NULL), HT_OK);
        for (uint32_t row = 0; row < table.rows; row++) {
            struct ht_bytes cell = ht_table_bytes(&table, column, row);
            *found |= cell.length == strlen(text) && memcmp(cell.data, text, cell.length) == 0;
        }
        rows += table.rows;
    }
    ht_table_free(&table);
    ht_reader_close(reader);
    return rows;
}

static void test_names(void **state) {
    char path[] = "/tmp/hitm_collect.XXXXXX";
    struct ht_limits limits;
    int fd = mkstemp(path), found;
    (void)state;
    assert_true(fd >= 0);
    ht_limits_init(&limits);
    collect(path, NULL, &limits);
    assert_int_equal(rows_of(path, HT_CHUNK_SYMBOL, HT_SYMBOL_NAME, "ht_test_function_to_name", &found), 1);
    assert_true(found);
    assert_int_equal(rows_of(path, HT_CHUNK_CODE, HT_CODE_BYTES, "", &found), 1);
    assert_int_equal(rows_of(path, HT_CHUNK_DSO, HT_DSO_PATH, "", &found), 1);
    assert_int_equal(limits.table.rows, 0);
    ht_limits_free(&limits);
    unlink(path);
    close(fd);
}

static void test_who_does_not_wait_gets_no_names_and_is_told(void **state) {
    char path[] = "/tmp/hitm_collect.XXXXXX";
    struct ht_limits limits;
    int fd = mkstemp(path), found;
    (void)state;
    assert_true(fd >= 0);
    ht_limits_init(&limits);
    collect(path, always, &limits);
    assert_int_equal(rows_of(path, HT_CHUNK_SYMBOL, HT_SYMBOL_NAME, "", &found), 0);
    assert_int_equal(rows_of(path, HT_CHUNK_DSO, HT_DSO_PATH, "", &found), 1);
    assert_int_equal(limits.table.rows, 1);
    struct ht_bytes why = ht_table_bytes(&limits.table, HT_LIMIT_WHY, 0);
    assert_true(why.length > 11 && memcmp(why.data, "interrupted", 11) == 0);
    ht_limits_free(&limits);
    unlink(path);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_who_does_not_wait_gets_no_names_and_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
