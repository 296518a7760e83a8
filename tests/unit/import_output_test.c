/* Rounds: where the output closes one so that a reader that sorts each by time keeps perf's order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/import/output.h"
#include "schema/capture_read.h"

struct fixture {
    char path[64];
    struct ht_output output;
    struct ht_cause cause;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL)
        return 1;
    snprintf(f->path, sizeof f->path, "/tmp/import_output_test.XXXXXX");
    int fd = mkstemp(f->path);
    return fd < 0 || close(fd) != 0 || ht_output_open(&f->output, f->path, 0, 2, &f->cause) != HT_OK;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    ht_output_abandon(&f->output);
    unlink(f->path);
    free(f);
    return 0;
}

static void row(struct fixture *f, enum ht_chunk_kind kind, enum ht_output_rank rank, uint64_t time,
                int64_t pid) {
    struct ht_output_key key = {time, rank, pid, pid};
    struct ht_table *table;
    uint32_t number;
    assert_int_equal(ht_output_row(&f->output, kind, 0, &key, &table, &number, &f->cause), HT_OK);
}

static void sample(struct fixture *f, uint64_t time, int64_t pid) {
    row(f, HT_CHUNK_MEM_SAMPLE, HT_RANK_SAMPLE, time, pid);
}

static void mapping(struct fixture *f, uint64_t time, int64_t pid) {
    row(f, HT_CHUNK_MMAP, HT_RANK_MMAP, time, pid);
}

static void test_ascending_is_one_round(void **state) {
    struct fixture *f = *state;
    mapping(f, 0, 1), mapping(f, 0, 2), sample(f, 10, 1), sample(f, 10, 2), mapping(f, 11, 1),
        sample(f, 11, 1);
    assert_int_equal(f->output.round, 0);
    assert_int_equal(ht_output_end_rounds(&f->output, &f->cause), HT_OK);
    assert_int_equal(f->output.round, 1);
    assert_int_equal(f->output.late_rows, 0);
}

static void test_going_back_closes(void **state) {
    struct fixture *f = *state;
    sample(f, 20, 1), sample(f, 10, 1);
    assert_int_equal(f->output.round, 1);
    assert_int_equal(f->output.late_rows, 1);
    sample(f, 15, 1), sample(f, 30, 1);
    assert_int_equal(f->output.round, 1);
    assert_int_equal(f->output.late_rows, 2);
}

/* At equal times a reader takes forks, then mappings, then samples. */
static void test_ties(void **state) {
    struct fixture *f = *state;
    sample(f, 10, 1);
    mapping(f, 10, 2); /* another process */
    assert_int_equal(f->output.round, 0);
    mapping(f, 10, 1);
    assert_int_equal(f->output.round, 1);
    sample(f, 10, 7);
    mapping(f, 10, HT_PID_ALL); /* the kernel's matters to all */
    assert_int_equal(f->output.round, 2);
    mapping(f, 10, 3);
    struct ht_output_key fork = {10, HT_RANK_FORK, 9, 3};
    struct ht_table *table;
    uint32_t number;
    assert_int_equal(ht_output_row(&f->output, HT_CHUNK_TASK, 0, &fork, &table, &number, &f->cause), HT_OK);
    assert_int_equal(f->output.round, 3); /* the child inherits what pid 3 has just mapped */
}

static void test_rows_without_time_fit_anywhere(void **state) {
    struct fixture *f = *state;
    sample(f, 10, 1);
    row(f, HT_CHUNK_TASK, HT_RANK_NONE, 0, -1);
    sample(f, 10, 1);
    assert_int_equal(f->output.round, 0);
    mapping(f, 0, 1); /* but a mapping has its place */
    assert_int_equal(f->output.round, 1);
    assert_int_equal(f->output.late_rows, 0);
}

/* What comes out: chunks of at most 65,536 rows, none before the end of an earlier round, a ROUND behind
 * each. */
static void test_chunks(void **state) {
    struct fixture *f = *state;
    struct ht_reader *reader;
    struct ht_chunk_info info;
    enum ht_status status;
    uint64_t rows = 0, rounds = 0, end = 0, last = 0;
    for (uint64_t i = 1; i <= 700000; i++)
        sample(f, i, 1);
    assert_int_equal(ht_output_end_rounds(&f->output, &f->cause), HT_OK);
    assert_int_equal(ht_output_close(&f->output, &f->cause), HT_OK);
    assert_int_equal(ht_reader_open(f->path, &reader, &f->cause), HT_OK);
    while ((status = ht_reader_next(reader, &info, &f->cause)) == HT_OK) {
        if (info.kind == HT_CHUNK_ROUND) {
            assert_int_equal(info.round, rounds++);
            end = last;
        } else if (info.kind == HT_CHUNK_MEM_SAMPLE) {
            assert_true(info.rows <= 65536 && info.round == rounds && info.time_first_ns >= end);
            rows += info.rows;
            last = info.time_last_ns;
        }
    }
    ht_reader_close(reader);
    assert_int_equal(status, HT_END);
    assert_int_equal(rows, 700000);
    assert_int_equal(rounds, 3);
}

/* Rows that belong together, as the frames of a call chain do, come into one chunk: 100 do not divide the
 * rows of a chunk, nor those of a round. */
static void test_together(void **state) {
    struct fixture *f = *state;
    struct ht_reader *reader;
    struct ht_chunk_info info;
    enum ht_status status;
    uint32_t rows = 0, chunks = 0;
    for (uint64_t chain = 1; chain <= 3000; chain++) {
        assert_int_equal(ht_output_together(&f->output, HT_CHUNK_CHAIN, 100, &f->cause), HT_OK);
        for (int i = 0; i < 100; i++)
            row(f, HT_CHUNK_CHAIN, HT_RANK_NONE, chain, -1);
        sample(f, chain, 1);
    }
    assert_int_equal(ht_output_end_rounds(&f->output, &f->cause), HT_OK);
    assert_true(f->output.round > 1);
    assert_int_equal(ht_output_close(&f->output, &f->cause), HT_OK);
    assert_int_equal(ht_reader_open(f->path, &reader, &f->cause), HT_OK);
    while ((status = ht_reader_next(reader, &info, &f->cause)) == HT_OK) {
        if (info.kind != HT_CHUNK_CHAIN)
            continue;
        assert_int_equal(info.rows % 100, 0);
        rows += info.rows;
        chunks++;
    }
    ht_reader_close(reader);
    assert_int_equal(status, HT_END);
    assert_int_equal(rows, 300000);
    assert_true(chunks > 4);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_ascending_is_one_round),
        TEST(test_going_back_closes),
        TEST(test_ties),
        TEST(test_rows_without_time_fit_anywhere),
        TEST(test_chunks),
        TEST(test_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
