/* Which CPUs are recorded, and what is said of those that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/cpus.h"
#include "tests/unit/record_tree.h"

#define SYS "/sys/devices/system/cpu"

static const char *limit_text(const struct ht_limits *limits, unsigned column, uint32_t row) {
    static char text[1024];
    assert_true(row < limits->table.rows);
    ht_table_copy_text(&limits->table, column, row, text, sizeof text);
    return text;
}

static void test_lists(void **state) {
    static const struct {
        int line;
        const char *text, *list;
    } rows[] = {
        {__LINE__, "0", "0"},         {__LINE__, "3,1,2,2", "1-3"}, {__LINE__, "0-2,8,10-11", "0-2,8,10-11"},
        {__LINE__, "65535", "65535"}, {__LINE__, "", NULL},         {__LINE__, "0-", NULL},
        {__LINE__, "2-1", NULL},      {__LINE__, "1,", NULL},       {__LINE__, "1 ", NULL},
        {__LINE__, "(null)", NULL},   {__LINE__, "0-65536", NULL},  {__LINE__, "18446744073709551616", NULL},
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_cpu_list list = {0};
        print_message("row of line %d\n", rows[i].line);
        assert_int_equal(ht_cpu_list_add(&list, rows[i].text), rows[i].list != NULL ? HT_OK : HT_FORMAT);
        assert_string_equal(ht_cpu_list_text(&list, text, sizeof text),
                            rows[i].list != NULL ? rows[i].list : "");
        ht_cpu_list_free(&list);
    }
    struct ht_cpu_list list = {0};
    assert_int_equal(ht_cpu_list_add(&list, "0,2,4,6,8,10,12"), HT_OK);
    assert_string_equal(ht_cpu_list_text(&list, text, 12), "0,2,4,6,..."); /* not half a number */
    assert_true(ht_cpu_list_has(&list, 0) && ht_cpu_list_has(&list, 12) && !ht_cpu_list_has(&list, 3));
    ht_cpu_list_free(&list);
}

static void make_machine(struct tree *t, const char *present, const char *online, const char *isolated,
                         const char *nohz) {
    tree_make(t);
    tree_put(t, SYS "/present", present);
    tree_put(t, SYS "/online", online);
    tree_put(t, SYS "/isolated", isolated);
    if (nohz != NULL)
        tree_put(t, SYS "/nohz_full", nohz);
}

static const struct choice {
    int line;
    const char *online, *isolated, *nohz, *only;
    enum ht_status status;
    const char *recorded; /* or what the cause has to hold */
    const char *what, *why, *mend;
} choices[] = {
    {__LINE__, "0-7\n", "\n", NULL, NULL, HT_OK, "0-7", NULL, NULL, NULL},
    {__LINE__, "0-7\n", "2-3\n", NULL, NULL, HT_OK, "0-1,4-7", "CPUs 2-3", "isolated: not", "-C 0-7 "},
    {__LINE__, "0-7\n", "\n", "7\n", NULL, HT_OK, "0-6", "CPU 7", "nohz_full: not", "-C 0-7 "},
    {__LINE__, "0-7\n", "2\n", "3\n", NULL, HT_OK, "0-1,4-7", "CPUs 2-3", "isolated or nohz_full", "-C 0-7 "},
    {__LINE__, "0-7\n", "2-3\n", "2-3\n", NULL, HT_OK, "0-1,4-7", "CPUs 2-3", "isolated: not", "-C 0-7 "},
    {__LINE__, "0-3\n", "6\n", "(null)\n", NULL, HT_OK, "0-3", NULL, NULL, NULL}, /* isolated and offline */
    {__LINE__, "0-7\n", "2-3\n", NULL, "2", HT_OK, "2", NULL, NULL, NULL},
    {__LINE__, "0-7\n", "0-7\n", NULL, NULL, HT_UNSUPPORTED, "-C 0-7 records them", NULL, NULL, NULL},
    {__LINE__, "0-7\n", "0-3\n", "4-7\n", NULL, HT_UNSUPPORTED, "every CPU (0-7)", NULL, NULL, NULL},
    {__LINE__, "0-5,7\n", "\n", NULL, "5-6", HT_NOT_FOUND, "CPU 6 is offline", NULL, NULL, NULL},
    {__LINE__, "0-7\n", "\n", NULL, "0,9", HT_NOT_FOUND, "there is no CPU 9; this machine has 0-7", NULL,
     NULL, NULL},
};

static void test_which(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const struct choice *c = &choices[i];
        struct tree t;
        struct ht_cpus cpus;
        struct ht_limits limits;
        struct ht_cause cause = {0};
        struct ht_cpu_list only = {0};
        char text[64];
        make_machine(&t, "0-7\n", c->online, c->isolated, c->nohz);
        ht_limits_init(&limits);
        if (c->only != NULL)
            assert_int_equal(ht_cpu_list_add(&only, c->only), HT_OK);
        enum ht_status status = ht_cpus_choose(t.root, t.root, &only, &cpus, &limits, &cause);
        print_message("row of line %d: %s\n", c->line, cause.text);
        assert_int_equal(status, c->status);
        if (status == HT_OK)
            assert_string_equal(ht_cpu_list_text(&cpus.recorded, text, sizeof text), c->recorded);
        else
            assert_non_null(strstr(cause.text, c->recorded));
        assert_int_equal(limits.table.rows, c->what != NULL);
        if (c->what != NULL) {
            assert_string_equal(limit_text(&limits, HT_LIMIT_WHAT, 0), c->what);
            assert_non_null(strstr(limit_text(&limits, HT_LIMIT_WHY, 0), c->why));
            assert_non_null(strstr(limit_text(&limits, HT_LIMIT_MEND, 0), c->mend));
        }
        ht_limits_free(&limits);
        ht_cpus_free(&cpus);
        ht_cpu_list_free(&only);
        tree_remove(&t);
    }
}

/* An event whose readings are these: value, enabled, running, id, lost. */
static void add_event(struct ht_opened *opened, int cpu, const uint64_t *enabled_ns, size_t readings) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < readings; i++) {
        uint64_t reading[5] = {1, enabled_ns[i], enabled_ns[i], 7, 0};
        assert_int_equal(write(ends[1], reading, sizeof reading), sizeof reading);
    }
    close(ends[1]);
    assert_int_equal(ht_events_add(opened, ends[0], cpu, 0, (uint64_t)cpu), HT_OK);
}

static void expect_gap(const struct ht_table *loss, uint32_t row, int cpu, uint64_t from_ns, uint64_t ns) {
    assert_true(row < loss->rows);
    assert_int_equal(loss->number[HT_LOSS_KIND][row], HT_LOSS_KIND_GAP);
    assert_int_equal((int)loss->number[HT_LOSS_CPU][row], cpu);
    assert_int_equal((int)loss->number[HT_LOSS_EVENT][row], -1);
    assert_true(loss->number[HT_LOSS_TIME][row] == from_ns);
    assert_true(loss->number[HT_LOSS_COUNT][row] == ns);
}

/* Four CPUs: one goes on, one stands still and is back, one stands still and is not, one never had an event;
 * a fifth comes later. The window is from 1000 s for 2 s. */
static void test_cpus_that_go_and_come(void **state) {
    const uint64_t second = 1000000000, start = 1000 * second, end = 1002 * second;
    struct tree t;
    struct ht_cpus cpus;
    struct ht_limits limits;
    struct ht_cause cause = {0};
    struct ht_cpu_list none = {0};
    struct ht_opened opened = {0};
    struct ht_table loss;
    (void)state;
    make_machine(&t, "0-5\n", "0-3\n", "5\n", NULL);
    ht_limits_init(&limits);
    ht_table_init(&loss, HT_CHUNK_LOSS);
    assert_int_equal(ht_cpus_choose(t.root, t.root, &none, &cpus, &limits, &cause), HT_OK);
    assert_int_equal(limits.table.rows, 0);
    add_event(&opened, 0, (uint64_t[]){second, second + 1}, 2);
    add_event(&opened, 1, (uint64_t[]){second / 2, second / 2}, 2);
    add_event(&opened, 2, (uint64_t[]){second / 4, second / 4}, 2);
    tree_put(&t, SYS "/online", "0-1,3\n");
    assert_int_equal(ht_cpus_look(&cpus, t.root, start + second), HT_OK);
    tree_put(&t, SYS "/online", "0-1,3-5\n"); /* 5 is isolated: not asked for */
    assert_int_equal(ht_cpus_look(&cpus, t.root, start + second + 1), HT_OK);
    assert_int_equal(ht_cpus_look(&cpus, t.root, start + second + 2), HT_OK);
    assert_int_equal(ht_cpus_before_end(&cpus, &opened), HT_OK);
    assert_int_equal(ht_cpus_gaps(&cpus, t.root, &opened, start, end, &loss, &limits), HT_OK);
    assert_int_equal(loss.rows, 4);
    expect_gap(&loss, 0, 1, start + second / 2, 2 * second - second / 2);
    expect_gap(&loss, 1, 2, start + second / 4, 2 * second - second / 4);
    expect_gap(&loss, 2, 3, start, 2 * second);
    expect_gap(&loss, 3, 4, start + second + 1, second - 1);
    assert_int_equal(limits.table.rows, 4);
    assert_non_null(strstr(limit_text(&limits, HT_LIMIT_WHY, 0), "0.5 s into the window and came back"));
    assert_non_null(strstr(limit_text(&limits, HT_LIMIT_WHY, 1), "went offline 0.2 s into the window: "));
    assert_non_null(strstr(limit_text(&limits, HT_LIMIT_WHY, 2), "nothing of it is recorded"));
    assert_string_equal(limit_text(&limits, HT_LIMIT_WHAT, 3), "CPU 4");
    assert_non_null(strstr(limit_text(&limits, HT_LIMIT_WHY, 3), "came online"));
    ht_events_close(&opened);
    ht_table_free(&loss);
    ht_limits_free(&limits);
    ht_cpus_free(&cpus);
    tree_remove(&t);
}

/* Without SMT half of the CPUs go one after the other: one sentence for all of them. */
static void test_many_that_go_are_one_limit(void **state) {
    const uint64_t second = 1000000000, start = 1000 * second, end = 1004 * second;
    struct tree t;
    struct ht_cpus cpus;
    struct ht_limits limits;
    struct ht_cause cause = {0};
    struct ht_cpu_list none = {0};
    struct ht_opened opened = {0};
    struct ht_table loss;
    (void)state;
    make_machine(&t, "0-9\n", "0-7\n", "\n", NULL);
    ht_limits_init(&limits);
    ht_table_init(&loss, HT_CHUNK_LOSS);
    assert_int_equal(ht_cpus_choose(t.root, t.root, &none, &cpus, &limits, &cause), HT_OK);
    for (int cpu = 0; cpu < 8; cpu++) {
        uint64_t on = second + (uint64_t)cpu * second / 10;
        add_event(&opened, cpu, (uint64_t[]){on, cpu < 3 ? on + 1 : on}, 2);
    }
    tree_put(&t, SYS "/online", "0-2,5,8-9\n");
    assert_int_equal(ht_cpus_look(&cpus, t.root, start + second), HT_OK);
    assert_int_equal(ht_cpus_before_end(&cpus, &opened), HT_OK);
    assert_int_equal(ht_cpus_gaps(&cpus, t.root, &opened, start, end, &loss, &limits), HT_OK);
    assert_int_equal(loss.rows, 7);
    expect_gap(&loss, 0, 3, start + 13 * second / 10, 27 * second / 10);
    assert_int_equal(limits.table.rows, 3);
    assert_string_equal(limit_text(&limits, HT_LIMIT_WHAT, 0), "CPU 5");
    assert_string_equal(limit_text(&limits, HT_LIMIT_WHAT, 1), "CPUs 3-4,6-7");
    assert_string_equal(
        limit_text(&limits, HT_LIMIT_WHY, 1),
        "went offline 1.3 to 1.7 s into the window: nothing of them is recorded from then on");
    assert_int_equal(limits.table.number[HT_LIMIT_COUNT][1], 4);
    assert_string_equal(limit_text(&limits, HT_LIMIT_WHAT, 2), "CPUs 8-9");
    assert_string_equal(limit_text(&limits, HT_LIMIT_WHY, 2),
                        "came online, seen 1.0 s into the window: nothing of them is recorded");
    ht_events_close(&opened);
    ht_table_free(&loss);
    ht_limits_free(&limits);
    ht_cpus_free(&cpus);
    tree_remove(&t);
}

/* Per-task events follow their tasks; CPUs beside those of -C are nobody's business. */
static void test_what_is_no_gap(void **state) {
    struct tree t;
    struct ht_cpus cpus;
    struct ht_limits limits;
    struct ht_cause cause = {0};
    struct ht_cpu_list only = {0};
    struct ht_opened opened = {.per_task = 1};
    struct ht_table loss;
    (void)state;
    make_machine(&t, "0-3\n", "0-1\n", "\n", NULL);
    ht_limits_init(&limits);
    ht_table_init(&loss, HT_CHUNK_LOSS);
    assert_int_equal(ht_cpu_list_add(&only, "0-1"), HT_OK);
    assert_int_equal(ht_cpus_choose(t.root, t.root, &only, &cpus, &limits, &cause), HT_OK);
    add_event(&opened, 0, (uint64_t[]){5, 5}, 2);
    tree_put(&t, SYS "/online", "0-3\n");
    assert_int_equal(ht_cpus_look(&cpus, t.root, 10), HT_OK);
    assert_int_equal(ht_cpus_before_end(&cpus, &opened), HT_OK);
    assert_int_equal(ht_cpus_gaps(&cpus, t.root, &opened, 0, 20, &loss, &limits), HT_OK);
    assert_int_equal(loss.rows, 0);
    assert_int_equal(limits.table.rows, 0);
    ht_events_close(&opened);
    ht_table_free(&loss);
    ht_limits_free(&limits);
    ht_cpus_free(&cpus);
    ht_cpu_list_free(&only);
    tree_remove(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_which),
        cmocka_unit_test(test_cpus_that_go_and_come),
        cmocka_unit_test(test_many_that_go_are_one_limit),
        cmocka_unit_test(test_what_is_no_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
