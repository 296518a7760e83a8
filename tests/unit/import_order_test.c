/* The order of delivery, as observed of perf 6.1's ordered events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/import/order.h"

struct delivered {
    char text[512]; /* "time@offset " for each */
    uint64_t count, last_time;
    int stop_at; /* fails at this delivery, 0 never */
};

static enum ht_status deliver(void *context, uint64_t time_ns, uint64_t offset) {
    struct delivered *d = context;
    size_t length = strlen(d->text);
    d->count++;
    if (length < sizeof d->text - 48)
        snprintf(d->text + length, sizeof d->text - length, "%llu@%llu ", (unsigned long long)time_ns,
                 (unsigned long long)offset);
    d->last_time = time_ns;
    return d->stop_at != 0 && (int)d->count == d->stop_at ? HT_IO : HT_OK;
}

/* Words: a number pushes a record of that time, R is a FINISHED_ROUND, E the end. Offsets count the records.
 */
static void run(const char *script, struct delivered *d) {
    struct ht_order *order = ht_order_new(deliver, d);
    uint64_t offset = 0;
    assert_non_null(order);
    memset(d, 0, sizeof *d);
    for (const char *at = script; *at != '\0';) {
        char *end = (char *)at + 1;
        if (*at == 'R')
            assert_int_equal(ht_order_round(order), HT_OK);
        else if (*at == 'E')
            assert_int_equal(ht_order_finish(order), HT_OK);
        else if (*at != ' ')
            assert_int_equal(ht_order_push(order, strtoull(at, &end, 10), ++offset), HT_OK);
        at = end;
    }
    ht_order_free(order);
}

static void check(const char *script, const char *expected) {
    struct delivered d;
    run(script, &d);
    assert_string_equal(d.text, expected);
}

static void test_all_at_the_end(void **state) {
    (void)state;
    check("30 10 20 E", "10@2 20@3 30@1 ");
    check("E", "");
}

static void test_equal_times_keep_the_file_order(void **state) {
    (void)state;
    check("5 5 3 5 3 E", "3@3 3@5 5@1 5@2 5@4 ");
}

/* The first round only sets the mark, the second delivers up to it. */
static void test_rounds(void **state) {
    (void)state;
    check("10 30 R", "");
    check("10 30 R 20 50 R", "10@1 20@3 30@2 ");
    check("10 30 R 20 50 R 40 60 R", "10@1 20@3 30@2 40@5 50@4 ");
    check("10 30 R 20 50 R 40 60 E", "10@1 20@3 30@2 40@5 50@4 60@6 ");
}

static void test_no_time_is_delivered_at_once(void **state) {
    (void)state;
    check("10 0 18446744073709551615 E", "0@2 0@3 10@1 ");
}

/* A record older than what was flushed comes first in the next flush. */
static void test_late_record(void **state) {
    (void)state;
    check("10 30 R 20 50 R 15 60 R", "10@1 20@3 30@2 15@5 50@4 ");
}

/* A round without anything waiting changes nothing; after the queue ran empty the mark starts anew, even
 * lower. */
static void test_empty_rounds(void **state) {
    (void)state;
    check("R R 10 R R", "10@1 ");
    check("100 R R 20 R", "100@1 20@2 ");
    check("100 R R 20 R 50 R", "100@1 20@2 "); /* the mark is 20, though 100 was seen */
    check("100 R R 20 R 50 R R", "100@1 20@2 50@3 ");
}

static void test_failure_stops(void **state) {
    (void)state;
    struct delivered d = {.stop_at = 2};
    struct ht_order *order = ht_order_new(deliver, &d);
    for (uint64_t i = 1; i <= 4; i++)
        assert_int_equal(ht_order_push(order, i, i), HT_OK);
    assert_int_equal(ht_order_finish(order), HT_IO);
    assert_int_equal(d.count, 2);
    ht_order_free(order);
    ht_order_free(NULL);
}

static enum ht_status ascending(void *context, uint64_t time_ns, uint64_t offset) {
    struct delivered *d = context;
    (void)offset;
    assert_true(time_ns >= d->last_time);
    d->last_time = time_ns;
    d->count++;
    return HT_OK;
}

/* Many rings, ascending each, as a machine writes them; and times without any order. */
static void test_many(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252ull;
    struct delivered d = {.text = ""};
    struct ht_order *order = ht_order_new(ascending, &d);
    for (uint64_t ring = 0; ring < 100; ring++)
        for (uint64_t i = 1; i <= 500; i++)
            assert_int_equal(ht_order_push(order, i * 97 + ring, i), HT_OK);
    assert_int_equal(ht_order_finish(order), HT_OK);
    assert_int_equal(d.count, 50000);
    d.last_time = 0;
    for (uint64_t i = 0; i < 50000; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        assert_int_equal(ht_order_push(order, seed / 2 + 1, i), HT_OK);
    }
    assert_int_equal(ht_order_finish(order), HT_OK);
    assert_int_equal(d.count, 100000);
    ht_order_free(order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_at_the_end), cmocka_unit_test(test_equal_times_keep_the_file_order),
        cmocka_unit_test(test_rounds),         cmocka_unit_test(test_no_time_is_delivered_at_once),
        cmocka_unit_test(test_late_record),    cmocka_unit_test(test_empty_rounds),
        cmocka_unit_test(test_failure_stops),  cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
