/* Hostile text: broken UTF-8, control characters, characters that reorder a line, names of any length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/show/clean.h"

struct row {
    int line;
    const char *in;
    size_t length;
    const char *out;
};

#define ROW(in, out)                                                                                         \
    { __LINE__, in, sizeof(in) - 1, out }
#define BAD "\xef\xbf\xbd"

static const struct row rows[] = {
    ROW("", ""),
    ROW("writer_a+0x10", "writer_a+0x10"),
    ROW("a\\b", "a\\b"),
    ROW("caf\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x92\xa9", "caf\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x92\xa9"),
    ROW("a\tb\nc\rd", "a\\tb\\nc\\rd"),
    ROW("\x1b[31m", "\\x1b[31m"),
    ROW("nul\0here", "nul\\x00here"),
    ROW("\x7f", "\\x7f"),
    ROW("\xc2\x9b", "\\x9b"),               /* C1: CSI of 8-bit terminals */
    ROW("\xe2\x80\xae", "\\u202e"),         /* right-to-left override */
    ROW("\xe2\x80\xa8", "\\u2028"),         /* line separator */
    ROW("a\xe2\x80\x8b", "a\\u200b"),       /* zero width space */
    ROW("\xef\xbb\xbf", "\\ufeff"),         /* byte order mark */
    ROW("\xf3\xa0\x80\x81", "\\U000e0001"), /* language tag */
    ROW("\xff", BAD),
    ROW("\xc3(", BAD "("),                    /* cut sequence */
    ROW("\xc0\xaf", BAD BAD),                 /* overlong '/' */
    ROW("\xe0\x80\xaf", BAD BAD BAD),         /* overlong, three bytes */
    ROW("\xed\xa0\x80", BAD BAD BAD),         /* surrogate */
    ROW("\xf4\x90\x80\x80", BAD BAD BAD BAD), /* beyond U+10FFFF */
    ROW("\xf8\x88\x80\x80\x80", BAD BAD BAD BAD BAD),
    ROW("end\xe2\x82", "end" BAD BAD),
};

static void test_clean(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *out = ht_clean(rows[i].in, rows[i].length);
        if (out == NULL || strcmp(out, rows[i].out) != 0)
            fail_msg("line %d: '%s', not '%s'", rows[i].line, out == NULL ? "(null)" : out, rows[i].out);
        free(out);
    }
}

/* Every byte and pair of bytes gives valid UTF-8 without control characters. */
static void test_clean_never_lets_through(void **state) {
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        char in[2] = {(char)(pair >> 8), (char)pair};
        char *out = ht_clean(in, 2);
        assert_non_null(out);
        for (size_t at = 0, used; out[at] != '\0'; at += used) {
            int32_t point = ht_utf8_decode(out + at, strlen(out + at), &used);
            assert_true(point >= 0x20 && !(point >= 0x7f && point < 0xa0));
        }
        free(out);
    }
}

static void test_prefix_cuts_no_character(void **state) {
    (void)state;
    assert_int_equal(ht_utf8_prefix("abc", 2), 2);
    assert_int_equal(ht_utf8_prefix("abc", 9), 3);
    assert_int_equal(ht_utf8_prefix("\xc3\xa9\xe6\xbc\xa2x", 1), 2);
    assert_int_equal(ht_utf8_prefix("\xc3\xa9\xe6\xbc\xa2x", 2), 5);
    assert_int_equal(ht_utf8_prefix("", 2), 0);
}

static void test_shorten(void **state) {
    (void)state;
    static const struct {
        const char *in;
        size_t width;
        const char *out;
    } cases[] = {
        {"abcdefghij", 10, "abcdefghij"},
        {"abcdefghijk", 10, "abcd...ijk"},
        {"abcdefghijk", 9, "abc...ijk"},
        {"abcdefghijk", 4, "abcdefghijk"},
        {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 5, "\xc3\xa9...\xc3\xa9"},
        {"", 10, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out = ht_shorten(cases[i].in, cases[i].width);
        assert_non_null(out);
        assert_string_equal(out, cases[i].out);
        free(out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_clean_never_lets_through),
        cmocka_unit_test(test_prefix_cuts_no_character),
        cmocka_unit_test(test_shorten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
