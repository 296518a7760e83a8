/* What a session decides by itself, without a recording: how often it looks for new processes, and what it
 * says of slow readings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/session_state.h"
#include "tests/unit/record_tree.h"

#define MS 1000000ull
#define S  1000000000ull

/* A command of thousands of threads takes long to look through: the looks must not eat the budget. */
static void test_looks_for_processes_are_paced(void **state) {
    (void)state;
    assert_int_equal(ht_follow_pause(HT_TARGET_COMMAND, 0), 0);
    assert_int_equal(ht_follow_pause(HT_TARGET_CGROUP, 0), S);
    for (uint64_t cost = MS; cost < S; cost *= 3) {
        assert_true(ht_follow_pause(HT_TARGET_COMMAND, cost) >= 100 * cost);
        assert_true(ht_follow_pause(HT_TARGET_CGROUP, cost) >= 100 * cost);
    }
}

static void test_slow_readings_are_said_where_they_matter(void **state) {
    static const struct {
        int line;
        uint64_t slowest_ns;
        const char *why; /* NULL: nothing is said */
    } rows[] = {
        {__LINE__, 0, NULL},
        {__LINE__, 21 * MS, NULL}, /* 1.05 s for 1 s */
        {__LINE__, 39 * MS, NULL},
        {__LINE__, 43 * MS,
         "the slowest reading took 43 ms of CPU time: readings were up to 2.1 s apart instead of 1 s"},
    };
    struct ht_event event = {.source = &ht_sources[0]};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_snapshot snapshot = {.event = &event, .period_ns = S, .slowest_ns = rows[i].slowest_ns};
        struct ht_limits limits;
        char why[256] = "";
        ht_limits_init(&limits);
        ht_snapshot_say_slow(&snapshot, &limits);
        if (limits.table.rows > 0)
            ht_table_copy_text(&limits.table, HT_LIMIT_WHY, 0, why, sizeof why);
        ht_limits_free(&limits);
        if (strcmp(why, rows[i].why != NULL ? rows[i].why : "") != 0)
            fail_msg("line %d: '%s'", rows[i].line, why);
    }
}

/* The record of a process's birth may be read after the process was seen in the group: its parent is nobody
 * who was asked for. */
static void test_a_late_record_does_not_take_a_target_away(void **state) {
    struct tree tree;
    struct ht_record_options options = {.root = "", .no_numa_maps = 1};
    struct ht_session *s = calloc(1, sizeof *s);
    (void)state;
    assert_non_null(s);
    tree_make(&tree);
    tree_put(&tree, "/cg/cgroup.procs", "500\n501\n");
    s->options = &options;
    ht_limits_init(&s->limits);
    s->target.kind = HT_TARGET_CGROUP;
    s->target.known = ht_pid_set_new();
    s->target.cgroup.root = tree.root;
    strcpy(s->target.cgroup.directory, "/cg");
    s->others = ht_pid_set_new();
    ht_pid_set_add(s->others, 500);
    ht_session_follow(s, 0);
    assert_int_equal(s->target.pids, 2);
    assert_false(ht_pid_set_has(s->others, 500));
    ht_pid_set_add(s->others, 1);
    ht_pid_set_fork(s->others, 500, 1);
    assert_true(ht_pid_set_has(s->others, 500));
    s->next_follow_ns = 0;
    ht_session_follow(s, 0);
    assert_false(ht_pid_set_has(s->others, 500));
    /* Once it is settled it is left alone: the number may be another process's by then. */
    ht_pid_set_add(s->others, 500);
    s->next_follow_ns = 0;
    ht_session_follow(s, 0);
    assert_true(ht_pid_set_has(s->others, 500));
    ht_pid_set_free(s->others);
    ht_pid_set_free(s->target.known);
    free(s->target.pid);
    ht_limits_free(&s->limits);
    free(s);
    tree_remove(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks_for_processes_are_paced),
        cmocka_unit_test(test_slow_readings_are_said_where_they_matter),
        cmocka_unit_test(test_a_late_record_does_not_take_a_target_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
