/* Scales, ticks and bars; the numbers are worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyze/show/chart.h"

static void test_steps(void **state) {
    (void)state;
    static const struct {
        double length;
        int most;
        double step;
        int decimals;
    } rows[] = {
        {10, 10, 1, 0}, {8.8, 10, 1, 0},     {11, 10, 2, 0},          {60, 10, 10, 0},    {51, 10, 10, 0},
        {50, 10, 5, 0}, {0.25, 10, 0.05, 2}, {0.0012, 10, 0.0002, 4}, {3600, 10, 500, 0}, {0, 10, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double step = ht_chart_step(rows[i].length, rows[i].most);
        assert_true(step > rows[i].step * 0.999999 && step < rows[i].step * 1.000001);
        assert_int_equal(ht_chart_decimals(step), rows[i].decimals);
    }
}

static void test_heights(void **state) {
    (void)state;
    assert_int_equal(ht_chart_height(0, 100, 18), 0);
    assert_int_equal(ht_chart_height(-3, 100, 18), 0);
    assert_int_equal(ht_chart_height(1, 100, 18), 2); /* something is never nothing */
    assert_int_equal(ht_chart_height(50, 100, 18), 9);
    assert_int_equal(ht_chart_height(75, 100, 18), 14); /* 13.5 */
    assert_int_equal(ht_chart_height(100, 100, 18), 18);
    assert_int_equal(ht_chart_height(200, 100, 18), 18);
    assert_int_equal(ht_chart_height(5, 0, 18), 0);
    assert_int_equal(ht_chart_height(INT64_MAX, INT64_MAX, 18), 18);
}

static void test_merge_keeps_the_sum(void **state) {
    (void)state;
    int64_t value[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    assert_int_equal(ht_chart_merge(value, 12, 3), 3);
    assert_int_equal(value[0], 10);
    assert_int_equal(value[1], 26);
    assert_int_equal(value[2], 42);
}

static void check_path(const int64_t *value, int columns, int64_t max, const char *want) {
    char *path = ht_chart_path(value, columns, max, 18);
    assert_non_null(path);
    assert_string_equal(path, want);
    free(path);
}

static void test_paths(void **state) {
    (void)state;
    const int64_t gap[] = {0, 0, 9, 18, 18, 0, 18};
    const int64_t none[] = {0, 0, 0};
    check_path(gap, 7, 18, "M2 18V9h1V0h2V18zM6 18V0h1V18z");
    check_path(none, 3, 0, "");
    check_path(gap, 0, 18, "");
}

static void test_values(void **state) {
    (void)state;
    const int64_t value[] = {5, 0, 7, 8, 0, 1};
    char *text = ht_chart_values(value, 6);
    assert_non_null(text);
    assert_string_equal(text, "0:5;2:7,8;5:1");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_heights),
        cmocka_unit_test(test_merge_keeps_the_sum),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
