/* The order in which rows are delivered: sorted within what a ROUND row closes, ties as tasks, mappings, the
 * rest; rows that come too late are delivered and counted. The captures are written here, the order is known.
 */
#include "tests/unit/capture_maker.h"

#include "analyze/load/rounds.h"

#define KINDS (HT_KIND_BIT(LOSS) | HT_KIND_BIT(MMAP) | HT_KIND_BIT(TASK))

static struct ht_writer *writer;
static struct ht_encoder *encoder;
static char path[64];

static int setup(void **state) {
    (void)state;
    maker_temporary(path);
    encoder = ht_encoder_new(1);
    return encoder != NULL ? ht_writer_open(path, 1, 0, &writer, NULL) : 1;
}

static int teardown(void **state) {
    (void)state;
    ht_encoder_free(encoder);
    unlink(path);
    return 0;
}

/* A chunk of a kind whose rows have these times, ending with 0. */
static void put_source(enum ht_chunk_kind kind, uint32_t round, const uint64_t *time, unsigned source) {
    struct ht_table table;
    ht_table_init(&table, kind);
    for (; *time != 0; time++) {
        uint32_t row;
        assert_int_equal(ht_table_add(&table, &row), HT_OK);
        table.number[0][row] = *time;
        if (kind == HT_CHUNK_MMAP)
            table.number[HT_MMAP_SOURCE][row] = source;
    }
    assert_int_equal(ht_writer_put(writer, encoder, &table, round, NULL), HT_OK);
    ht_table_free(&table);
}

static void put(enum ht_chunk_kind kind, uint32_t round, const uint64_t *time) {
    put_source(kind, round, time, HT_MMAP_SOURCE_MMAP2);
}

#define TIMES(...)                                                                                           \
    (const uint64_t[]) {                                                                                     \
        __VA_ARGS__, 0                                                                                       \
    }

static void end_round(uint32_t number, uint64_t end) {
    struct ht_table table;
    uint32_t row;
    ht_table_init(&table, HT_CHUNK_ROUND);
    assert_int_equal(ht_table_add(&table, &row), HT_OK);
    table.number[HT_ROUND_ROUND][row] = number;
    table.number[HT_ROUND_END][row] = end;
    assert_int_equal(ht_writer_put(writer, encoder, &table, number, NULL), HT_OK);
    ht_table_free(&table);
}

struct got {
    char text[4096];
    size_t length;
    uint64_t ordinals; /* bit of each ordinal that came */
};

static enum ht_status take(void *context, const struct ht_table *table, uint32_t row, uint64_t ordinal,
                           struct ht_cause *cause) {
    struct got *got = context;
    const char kind = table->desc->kind == HT_CHUNK_TASK   ? 'T'
                      : table->desc->kind == HT_CHUNK_MMAP ? 'M'
                                                           : 'L';
    (void)cause;
    got->length +=
        (size_t)snprintf(got->text + got->length, sizeof got->text - got->length, "%s%c%llu",
                         got->length > 0 ? " " : "", kind, (unsigned long long)ht_table_u64(table, 0, row));
    assert_true(ordinal < 64);
    assert_false(got->ordinals >> ordinal & 1);
    got->ordinals |= UINT64_C(1) << ordinal;
    return HT_OK;
}

static void expect(const char *wanted, uint64_t wanted_late, unsigned rows) {
    struct ht_reader *reader;
    struct ht_scan_problems problems;
    struct ht_cause cause;
    struct got got = {.length = 0};
    uint64_t late = 99;
    assert_int_equal(ht_writer_close(writer, &cause), HT_OK);
    assert_int_equal(ht_reader_open(path, &reader, &cause), HT_OK);
    assert_int_equal(ht_rounds(reader, KINDS, take, &got, &problems, &late, &cause), HT_OK);
    assert_string_equal(got.text, wanted);
    assert_int_equal(late, wanted_late);
    assert_int_equal(got.ordinals, (UINT64_C(1) << rows) - 1);
    ht_reader_close(reader);
}

static void test_sorts_within_a_chunk(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(30, 10, 20, 10));
    expect("L10 L10 L20 L30", 0, 4);
}

static void test_merges_chunks(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(10, 40, 70));
    put(HT_CHUNK_MMAP, 1, TIMES(20, 50));
    put(HT_CHUNK_TASK, 1, TIMES(15, 60));
    end_round(1, 100);
    expect("L10 T15 M20 L40 M50 T60 L70", 0, 7);
}

static void test_ties(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(10, 10));
    put(HT_CHUNK_MMAP, 1, TIMES(10));
    put(HT_CHUNK_TASK, 1, TIMES(10));
    put(HT_CHUNK_MMAP, 1, TIMES(10));
    end_round(1, 100);
    expect("T10 M10 M10 L10 L10", 0, 5);
}

/* Threads do not wait for each other: a chunk of round 2 stands before the last one of round 1. */
static void test_rounds_that_overlap(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(10, 90));
    put(HT_CHUNK_LOSS, 2, TIMES(110, 190));
    put(HT_CHUNK_MMAP, 1, TIMES(50));
    end_round(1, 100);
    put(HT_CHUNK_MMAP, 2, TIMES(105, 150));
    end_round(2, 200);
    put(HT_CHUNK_LOSS, 3, TIMES(250, 210));
    expect("L10 M50 L90 M105 L110 M150 L190 L210 L250", 0, 9);
}

/* What is at or behind the end of the round waits. */
static void test_end_is_exclusive(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(100, 99, 101));
    end_round(1, 100);
    put(HT_CHUNK_MMAP, 2, TIMES(100));
    end_round(2, 200);
    expect("L99 M100 L100 L101", 0, 4);
}

static void test_late_rows(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(10, 90));
    end_round(1, 100);
    put(HT_CHUNK_LOSS, 2, TIMES(150, 50, 60));
    end_round(2, 200);
    put(HT_CHUNK_LOSS, 3, TIMES(90, 250)); /* older than 150 */
    expect("L10 L90 L50 L60 L150 L90 L250", 3, 7);
}

/* Mappings read from /proc are told with the time of the start, whenever they were read: that is no lateness.
 */
static void test_snapshots_are_not_late(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(10, 90));
    end_round(1, 100);
    put_source(HT_CHUNK_MMAP, 0, TIMES(5, 6), HT_MMAP_SOURCE_PROC);
    put(HT_CHUNK_LOSS, 2, TIMES(110));
    end_round(2, 200);
    expect("L10 L90 M5 M6 L110", 0, 5);
}

/* Samples may have no time, or all bits set. Every row is delivered, once. */
static void test_strange_times(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(UINT64_MAX, 1, UINT64_MAX - 1));
    end_round(1, 100);
    put(HT_CHUNK_LOSS, 2, TIMES(UINT64_MAX));
    expect("L1 L18446744073709551614 L18446744073709551615 L18446744073709551615", 0, 4);
}

static void test_cut_capture(void **state) {
    (void)state;
    put(HT_CHUNK_LOSS, 1, TIMES(10, 90));
    end_round(1, 100);
    put(HT_CHUNK_LOSS, 2, TIMES(150, 120)); /* and the ROUND row never came */
    expect("L10 L90 L120 L150", 0, 4);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_sorts_within_a_chunk),   TEST(test_merges_chunks),    TEST(test_ties),
        TEST(test_rounds_that_overlap),    TEST(test_end_is_exclusive), TEST(test_late_rows),
        TEST(test_snapshots_are_not_late), TEST(test_strange_times),    TEST(test_cut_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
