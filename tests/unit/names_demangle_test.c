/* Demangling: the schemes, what is left alone, and names made to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/names/demangle.h"

#define ROW(raw, readable)                                                                                   \
    { __LINE__, raw, readable }
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    int line;
    const char *raw, *readable;
} rows[] = {
    ROW("main", "main"),
    ROW("", ""),
    ROW("_", "_"),
    ROW("__libc_start_main", "__libc_start_main"),
    ROW("_IO_2_1_stdout_@@GLIBC_2.2.5", "_IO_2_1_stdout_@@GLIBC_2.2.5"),
    ROW("malloc@plt", "malloc@plt"),
    ROW("_Z", "_Z"),
    ROW("_Z3fooi", "foo(int)"),
    ROW("_Z3fooi@plt", "foo(int)@plt"),
    ROW("_Z3fooi.cold", "foo(int) [clone .cold]"),
    ROW("_ZN3app7Counter3addEl", "app::Counter::add(long)"),
    ROW("_ZNKSt6vectorIiSaIiEE4sizeEv", "std::vector<int, std::allocator<int> >::size() const"),
    ROW("_ZN3app8countersE", "app::counters"),
    ROW("_ZTV3Foo", "vtable for Foo"),
    ROW("_ZGVZ1fvE1x", "guard variable for f()::x"),
    ROW("_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE", "core::fmt::Formatter::write_str"),
    ROW("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$"
        "3bar17h930b740aa94f1d3aE",
        "<Test + 'static as foo::Bar<Test>>::bar"),
    ROW("_RNvCskwGfYPst2Cb_3foo16example_function", "foo::example_function"),
    ROW("_RNvMs_Cs4Cv8Wi1oAIB_7mycrateNtB4_7Example3foo", "<mycrate::Example>::foo"),
};

static void test_rows(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *got = ht_demangle(rows[i].raw);
        assert_non_null(got);
        if (strcmp(got, rows[i].readable) != 0) {
            print_error("%s:%d: %s: got '%s'\n", __FILE__, rows[i].line, rows[i].raw, got);
            wrong++;
        }
        free(got);
    }
    assert_int_equal(wrong, 0);
}

static void test_too_long(void **state) {
    (void)state;
    char *name = malloc(100001);
    memset(name, 'x', 100000);
    memcpy(name, "_Z99999", 7);
    name[100000] = '\0';
    char *got = ht_demangle(name);
    assert_int_equal(strlen(got), HT_MANGLED_MAX + 3);
    assert_memory_equal(got, name, HT_MANGLED_MAX);
    free(got);
    free(name);
}

/* _Z1fSt4pairIS0_S0_E...: every level doubles the text of the one before. */
static void test_exponential(void **state) {
    (void)state;
    char name[2048] = "_Z1f1A";
    for (int i = 0; i < 35; i++) {
        char part[32];
        if (i == 0)
            snprintf(part, sizeof part, "1BIS_S_E");
        else
            snprintf(part, sizeof part, "S0_IS%c_S%c_E", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i],
                     "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i]);
        strncat(name, part, sizeof name - strlen(name) - 1);
    }
    char *got = ht_demangle(name);
    assert_int_equal(strlen(got), HT_DEMANGLED_MAX + 3);
    assert_string_equal(got + HT_DEMANGLED_MAX, "...");
    free(got);
}

/* Nesting to the limit of the input: the recursion limit has to hold. */
static void test_deep(void **state) {
    (void)state;
    static const char *const heads[] = {"_Z1f", "_R"};
    static const char *const links[] = {"P", "I", "N", "M", "F", "D", "T", "X"};
    for (size_t h = 0; h < COUNT(heads); h++) {
        for (size_t l = 0; l < COUNT(links); l++) {
            char name[HT_MANGLED_MAX + 1];
            memset(name, links[l][0], HT_MANGLED_MAX);
            name[HT_MANGLED_MAX] = '\0';
            memcpy(name, heads[h], strlen(heads[h]));
            char *got = ht_demangle(name);
            assert_non_null(got);
            free(got);
        }
    }
}

/* Flipped bytes of real names: no crash, no leak, bounded (run under SAN=1). */
static void test_flipped(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (size_t round = 0; round < 20000; round++) {
        char name[256];
        const char *raw = rows[round % COUNT(rows)].raw;
        size_t length = strlen(raw);
        memcpy(name, raw, length + 1);
        for (int flips = 0; flips < 2 && length > 2; flips++) {
            seed = seed * 1664525 + 1013904223;
            name[2 + (seed >> 8) % (length - 2)] = (char)(33 + (seed >> 20) % 94);
        }
        char *got = ht_demangle(name);
        assert_non_null(got);
        assert_true(strlen(got) <= HT_DEMANGLED_MAX + 3 + length);
        free(got);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_too_long), cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_deep), cmocka_unit_test(test_flipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
