/* What of a tracepoint's format reaches libtraceevent: formats that kernels write pass, their print format
 * cut down to the words of `reason`; anything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/load/tp_format.h"

#define COMMON                                                                                               \
    "name: x\nID: 603\nformat:\n"                                                                            \
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                                   \
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
#define FIELD(text) "\tfield:" text "\n"

static void check(const char *text, const char *wanted) {
    char *clean = ht_tp_format_clean(text, strlen(text));
    if (wanted == NULL) {
        if (clean != NULL)
            fail_msg("passed: %s", text);
        return;
    }
    if (clean == NULL)
        fail_msg("refused: %s", text);
    assert_string_equal(clean, wanted);
    free(clean);
}

static void test_kernel_formats(void **state) {
    (void)state;
    /* sched_migrate_task and mm_migrate_pages of Linux 6.1, the types of others */
#define MIGRATE                                                                                              \
    FIELD("char comm[16];\toffset:8;\tsize:16;\tsigned:0;")                                                  \
    FIELD("pid_t pid;\toffset:24;\tsize:4;\tsigned:1;")
    check(COMMON MIGRATE "\nprint fmt: \"comm=%s pid=%d\", REC->comm, REC->pid\n",
          COMMON MIGRATE "\nprint fmt: \"\"\n");
#define PAGES                                                                                                \
    FIELD("unsigned long succeeded;\toffset:8;\tsize:8;\tsigned:0;")                                         \
    FIELD("enum migrate_mode mode;\toffset:48;\tsize:4;\tsigned:0;")                                         \
    FIELD("int reason;\toffset:52;\tsize:4;\tsigned:1;")
    check(COMMON PAGES
          "\nprint fmt: \"nr_succeeded=%lu mode=%s reason=%s\", REC->succeeded, __print_symbolic(REC->mode,"
          " {0, \"MIGRATE_ASYNC\"}), __print_symbolic(REC->reason, {0, \"compaction\"}, {5, "
          "\"numa_misplaced\"})\n",
          COMMON PAGES "\nprint fmt: \"reason=%s\", __print_symbolic(REC->reason, {0, \"compaction\"}, {5, "
                       "\"numa_misplaced\"})\n");
#define TYPES                                                                                                \
    FIELD("__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;")                                          \
    FIELD("const char * what;\toffset:16;\tsize:8;\tsigned:0;")                                              \
    FIELD("unsigned long args[6];\toffset:24;\tsize:48;\tsigned:0;")                                         \
    FIELD("char comm[TASK_COMM_LEN];\toffset:72;\tsize:16;\tsigned:0;")
    check(COMMON TYPES "\nprint fmt: \"\"", COMMON TYPES "\nprint fmt: \"\"\n");
}

static void test_refused(void **state) {
    (void)state;
    static const char *const fields[] = {"int a;\toffset:4096;\tsize:1;\tsigned:0;",
                                         "int a;\toffset:1;\tsize:4096;\tsigned:0;",
                                         "int a;\toffset:99999;\tsize:4;\tsigned:0;",
                                         "int a;\toffset:999999999999;\tsize:4;\tsigned:0;",
                                         "int a;\toffset:-4;\tsize:4;\tsigned:0;",
                                         "int a;\toffset:8;\tsize:4;\tsigned:2;",
                                         "int a;\toffset:8;\tsize:4;",
                                         "int a;\toffset:8;\tsize:4;\tsigned:0; x",
                                         "a;\toffset:8;\tsize:4;\tsigned:0;",
                                         ";\toffset:8;\tsize:4;\tsigned:0;",
                                         "int a[;\toffset:8;\tsize:4;\tsigned:0;",
                                         "int a[1;\toffset:8;\tsize:4;\tsigned:0;",
                                         "int a(int);\toffset:8;\tsize:4;\tsigned:0;",
                                         "* int a;\toffset:8;\tsize:4;\tsigned:0;",
                                         "int \"a\";\toffset:8;\tsize:4;\tsigned:0;",
                                         "int a",
                                         ""};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, COMMON "\tfield:%s\n\nprint fmt: \"\"\n", fields[i]);
        check(text, NULL);
    }
    check("", NULL);
    check("name: x\nID: 603\nformat:\n\nprint fmt: \"\"\n", NULL);
    check(COMMON "print fmt: \"\"\n", NULL); /* own fields are missing */
    check("name: a b\nID: 1\nformat:\n", NULL);
    check("name: x\nID: 99999999999\nformat:\n", NULL);
    char *clean = ht_tp_format_clean("name: x\n\0junk", 13);
    assert_null(clean);
}

/* Words that are not plain leave no words, not half of them. */
static void test_words(void **state) {
    (void)state;
#define REASON FIELD("int reason;\toffset:8;\tsize:4;\tsigned:1;")
    static const char *const prints[] = {"\"x\", __print_symbolic(REC->reason, {0, \"a\"}",
                                         "\"x\", __print_symbolic(REC->reason)",
                                         "\"x\", __print_symbolic(REC->reason, {0, \"a\\\"b\"})",
                                         "\"x\", __print_symbolic(REC->reason, {x, \"a\"})",
                                         "\"x\", __print_symbolic(REC->reason, {0, a})",
                                         "\"x\", __print_symbolic(REC->reason, {0, \"a b\"})",
                                         "\"x\", __print_symbolic(REC->reasons, {0, \"a\"})"};
    for (size_t i = 0; i < sizeof prints / sizeof prints[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, COMMON REASON "\nprint fmt: %s\n", prints[i]);
        check(text, COMMON REASON "\nprint fmt: \"\"\n");
    }
}

/* libtraceevent 1.7 dies of words for a field that is not there (found by fuzzing). */
static void test_words_without_field(void **state) {
    (void)state;
    static const char *const names[] = {"int common", "int xreason", "int reason[2]", "int reason_"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[2048], wanted[1024];
        snprintf(wanted, sizeof wanted,
                 COMMON "\tfield:%s;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: ", names[i]);
        snprintf(text, sizeof text, "%s\"%%s\", __print_symbolic(REC->reason, {0, \"a\"})\n", wanted);
        strcat(wanted, "\"\"\n");
        check(text, wanted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel_formats),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_without_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
