/* Numbers as the report writes them; the right-hand sides are worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/show/number.h"

struct row {
    int line;
    double value;
    const char *text;
};

#define ROW(value, text)                                                                                     \
    { __LINE__, value, text }

static void check(const struct row *row, size_t rows, char *(*write)(double, char[HT_NUMBER_MAX])) {
    for (size_t i = 0; i < rows; i++) {
        char out[HT_NUMBER_MAX];
        if (strcmp(write(row[i].value, out), row[i].text) != 0)
            fail_msg("line %d: '%s', not '%s'", row[i].line, out, row[i].text);
    }
}

static char *count(double value, char out[HT_NUMBER_MAX]) {
    return ht_number_count((int64_t)value, out);
}

static char *bytes(double value, char out[HT_NUMBER_MAX]) {
    return ht_number_bytes((int64_t)value, out);
}

static char *duration(double value, char out[HT_NUMBER_MAX]) {
    return ht_number_duration((int64_t)value, out);
}

static char *moment(double value, char out[HT_NUMBER_MAX]) {
    return ht_number_moment((int64_t)value, out);
}

static void test_count(void **state) {
    (void)state;
    static const struct row rows[] = {
        ROW(0, "0"),          ROW(7, "7"),          ROW(999, "999"),           ROW(1000, "1,000"),
        ROW(36853, "36,853"), ROW(-1234, "-1,234"), ROW(1234567, "1,234,567"), ROW(-999, "-999"),
    };
    char out[HT_NUMBER_MAX];
    check(rows, sizeof rows / sizeof rows[0], count);
    assert_string_equal(ht_number_count(INT64_MIN, out), "-9,223,372,036,854,775,808");
    assert_string_equal(ht_number_count(INT64_MAX, out), "9,223,372,036,854,775,807");
}

static void test_si(void **state) {
    (void)state;
    static const struct row rows[] = {
        ROW(0, "0"),
        ROW(12, "12"),
        ROW(900, "900"),
        ROW(999, "999"),
        ROW(1000, "1.00 k"),
        ROW(1234, "1.23 k"),
        ROW(5200, "5.20 k"),
        ROW(99940, "99.9 k"),
        ROW(99960, "100 k"),
        ROW(999499, "999 k"),
        ROW(999600, "1.00 M"),
        ROW(441300000, "441 M"),
        ROW(4.413e9, "4.41 G"),
        ROW(0.25, "0.250"),
        ROW(-1500, "-1.50 k"),
        ROW(2e18, "2.00 E"),
    };
    check(rows, sizeof rows / sizeof rows[0], ht_number_si);
}

static void test_bytes(void **state) {
    (void)state;
    static const struct row rows[] = {
        ROW(0, "0 B"),          ROW(512, "512 B"),      ROW(1023, "1023 B"),     ROW(1024, "1.0 KiB"),
        ROW(376832, "368 KiB"), ROW(32768, "32.0 KiB"), ROW(3313344, "3.2 MiB"), ROW(34359738368, "32.0 GiB"),
    };
    check(rows, sizeof rows / sizeof rows[0], bytes);
}

static void test_times(void **state) {
    (void)state;
    static const struct row durations[] = {
        ROW(0, "0 ns"),           ROW(999, "999 ns"),       ROW(1500, "1.50 us"), ROW(61000000, "61.0 ms"),
        ROW(8333333, "8.33 ms"),  ROW(200000000, "200 ms"), ROW(4.9e9, "4.90 s"), ROW(1e10, "10.0 s"),
        ROW(1.234e11, "123.4 s"), ROW(7.2e12, "7,200 s"),
    };
    static const struct row moments[] = {
        ROW(0, "0.000 s"),
        ROW(2104500000, "2.104 s"),
        ROW(1e10, "10.000 s"),
        ROW(-500000000, "-0.500 s"),
    };
    check(durations, sizeof durations / sizeof durations[0], duration);
    check(moments, sizeof moments / sizeof moments[0], moment);
}

static void test_share(void **state) {
    (void)state;
    static const struct row rows[] = {
        ROW(0, "0 %"),           ROW(1, "100 %"),         ROW(0.113, "11.3 %"),   ROW(0.5, "50.0 %"),
        ROW(0.00012, "0.012 %"), ROW(0.00005, "<0.01 %"), ROW(0.9995, ">99.9 %"), ROW(0.999, "99.9 %"),
        ROW(0.001, "0.1 %"),     ROW(1.5, "150.0 %"),     ROW(-1, "-100.0 %"),
    };
    check(rows, sizeof rows / sizeof rows[0], ht_number_share);
}

static void test_real(void **state) {
    (void)state;
    static const struct row rows[] = {
        ROW(0, "0"),        ROW(1, "1"),        ROW(0.98, "0.98"),    ROW(0.5, "0.5"),
        ROW(398.02, "398"), ROW(12.34, "12.3"), ROW(4000.4, "4,000"), ROW(0.0123, "0.0123"),
        ROW(100.4, "100"),  ROW(399.6, "400"),
    };
    check(rows, sizeof rows / sizeof rows[0], ht_number_real);
}

static void test_range(void **state) {
    (void)state;
    char out[HT_NUMBER_MAX];
    assert_string_equal(ht_number_range(436.2e6, 441.3e6, out), "436 to 441 M");
    assert_string_equal(ht_number_range(900, 5200, out), "900 to 5.20 k");
    assert_string_equal(ht_number_range(441.1e6, 441.3e6, out), "441 M");
    assert_string_equal(ht_number_range(0, 0, out), "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count), cmocka_unit_test(test_si),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_times), cmocka_unit_test(test_share), cmocka_unit_test(test_real),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
