/* Whatever a text or an attribute holds, it cannot become markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/show/markup.h"

static char *write_page(struct ht_markup *markup) {
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(ht_markup_write(markup, &text, &length, NULL), HT_OK);
    assert_int_equal(strlen(text), length);
    return text;
}

static void check(const char *hostile, const char *in_text, const char *in_attribute) {
    struct ht_markup *markup = NULL;
    assert_int_equal(ht_markup_new(&markup), HT_OK);
    struct ht_node *body = ht_add(ht_markup_root(markup), "body", NULL);
    ht_add_text(body, "td", hostile);
    ht_add(body, "p", "title", hostile, NULL);
    char *text = write_page(markup), want[512];
    snprintf(want, sizeof want, "<td>%s</td><p title=%s>", in_text, in_attribute);
    if (strstr(text, want) == NULL)
        fail_msg("no '%s' in '%s'", want, text);
    free(text);
    ht_markup_free(markup);
}

static void test_escaping(void **state) {
    (void)state;
    check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
          "\"&lt;script&gt;alert(1)&lt;/script&gt;\"");
    check("a\" onload=\"x", "a\" onload=\"x", "'a\" onload=\"x'");
    check("&lt;&amp;", "&amp;lt;&amp;amp;", "\"&amp;lt;&amp;amp;\"");
    check("both \" and '", "both \" and '", "\"both &quot; and '\"");
    check("\xc3\xa9", "&eacute;", "\"&eacute;\"");
    check("\xef\xbf\xbd", "&#65533;", "\"&#65533;\"");
}

static void test_script_and_style_stay_as_they_are(void **state) {
    (void)state;
    struct ht_markup *markup = NULL;
    assert_int_equal(ht_markup_new(&markup), HT_OK);
    struct ht_node *body = ht_add(ht_markup_root(markup), "body", NULL);
    ht_add_text(body, "script", "if (a < b && c > \"d\") {}\n");
    ht_add_text(body, "style", "a > b::after { content: \" \\2193\"; }\n");
    char *text = write_page(markup);
    assert_non_null(strstr(text, "<script>if (a < b && c > \"d\") {}\n</script>"));
    assert_non_null(strstr(text, "<style>a > b::after { content: \" \\2193\"; }\n</style>"));
    free(text);
    ht_markup_free(markup);
}

static void test_nothing_is_fine(void **state) {
    (void)state;
    ht_markup_free(NULL);
    assert_null(ht_add(NULL, "p", NULL));
    ht_text(NULL, "x");
    ht_textf(NULL, "%d", 1);
    ht_attribute(NULL, "a", "b");
    ht_attributef(NULL, "a", "%d", 1);
    assert_null(ht_add_textf(NULL, "p", "%d", 1));
}

static void test_attributes_left_out(void **state) {
    (void)state;
    struct ht_markup *markup = NULL;
    assert_int_equal(ht_markup_new(&markup), HT_OK);
    ht_add(ht_markup_root(markup), "p", "class", NULL, "id", "x", NULL);
    char *text = write_page(markup);
    assert_non_null(strstr(text, "<!DOCTYPE html>"));
    assert_non_null(strstr(text, "<html lang=\"en\"><p id=\"x\">"));
    free(text);
    ht_markup_free(markup);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_script_and_style_stay_as_they_are),
        cmocka_unit_test(test_nothing_is_fine),
        cmocka_unit_test(test_attributes_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
