/* What is said of sources that cannot be had: too few descriptors, refusals of perf_event_open, lists of
 * sources. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/descriptors.h"
#include "record/events/refusals.h"
#include "tests/unit/record_tree.h"

struct fixture {
    struct ht_plan plan;
    struct ht_limits limits;
    struct ht_cause cause;
};

/* sideband, cpu-clock, context switches, page-faults, major-faults; all tracepoints where `all`. */
static void setup(struct fixture *x, int all) {
    struct ht_plan_options options = {.cpu_hz = 1000, .switches = 1, .ring_bytes = 65536};
    struct tree tree;
    tree_make(&tree);
    for (size_t i = 0; all && i < ht_sources_count; i++) {
        char path[256];
        snprintf(path, sizeof path, "/sys/kernel/tracing/events/%s/%s/id", ht_sources[i].system,
                 ht_sources[i].tracepoint);
        if (ht_sources[i].tracepoint != NULL)
            tree_put(&tree, path, "7\n");
    }
    options.root = tree.root;
    ht_limits_init(&x->limits);
    ht_plan_build(&options, &x->plan, &x->limits);
    ht_limits_free(&x->limits);
    ht_limits_init(&x->limits); /* those of the plan are no matter here */
    tree_remove(&tree);
}

static void expect_limit(const struct fixture *x, uint32_t row, uint64_t count, const char *what,
                         const char *why, const char *mend) {
    const struct ht_table *t = &x->limits.table;
    char text[2048];
    assert_true(row < t->rows);
    assert_int_equal(t->number[HT_LIMIT_COUNT][row], count);
    ht_table_copy_text(t, HT_LIMIT_WHAT, row, text, sizeof text);
    assert_string_equal(text, what);
    ht_table_copy_text(t, HT_LIMIT_WHY, row, text, sizeof text);
    assert_string_equal(text, why);
    ht_table_copy_text(t, HT_LIMIT_MEND, row, text, sizeof text);
    assert_string_equal(text, mend);
}

static unsigned left_out(const struct fixture *x) {
    unsigned count = 0;
    for (unsigned i = 0; i < x->plan.events; i++)
        count += (unsigned)x->plan.event[i].left_out;
    return count;
}

static void test_descriptors_that_suffice(void **state) {
    struct fixture x;
    (void)state;
    setup(&x, 0);
    assert_int_equal(ht_plan_descriptors(&x.plan), 5);
    assert_int_equal(ht_descriptors_fit(&x.plan, 4, 10, 4 * 10 * 5 + 40, &x.limits, &x.cause), HT_OK);
    assert_int_equal(ht_descriptors_fit(&x.plan, 4, 0, 4 * 5 + 40, &x.limits, &x.cause), HT_OK);
    assert_int_equal(x.limits.table.rows, 0);
    assert_int_equal(left_out(&x), 0);
    ht_limits_free(&x.limits);
}

static void test_too_few_descriptors_leave_sources_out(void **state) {
    struct fixture x;
    (void)state;
    setup(&x, 0);
    assert_int_equal(ht_descriptors_fit(&x.plan, 4, 10, 4 * 10 * 5 + 39, &x.limits, &x.cause), HT_OK);
    expect_limit(&x, 0, 1, "open files",
                 "10 threads x 4 CPUs x 5 events need 240 file descriptors, 239 are allowed. Not recorded: "
                 "context switches",
                 "sudo prlimit --pid $$ --nofile=240:240");
    assert_true(ht_plan_event(&x.plan, "context switches")->left_out);
    ht_limits_free(&x.limits);

    setup(&x, 0); /* room for two: what the CPUs run, and the sideband */
    assert_int_equal(ht_descriptors_fit(&x.plan, 1, 1, 42, &x.limits, &x.cause), HT_OK);
    assert_int_equal(left_out(&x), 3);
    assert_false(x.plan.event[0].left_out || ht_plan_event(&x.plan, "cpu-clock")->left_out);
    expect_limit(&x, 0, 3, "open files",
                 "1 thread x 1 CPUs x 5 events need 45 file descriptors, 42 are allowed. Not recorded: "
                 "context switches, page faults with their addresses, page faults that waited for a device",
                 "sudo prlimit --pid $$ --nofile=45:45");
    ht_limits_free(&x.limits);

    setup(&x, 1); /* tracepoints of one order go together, and are named as one */
    uint64_t all = ht_plan_descriptors(&x.plan);
    assert_int_equal(ht_descriptors_fit(&x.plan, 100, 0, 100 * (all - 6) + 40, &x.limits, &x.cause), HT_OK);
    assert_int_equal(left_out(&x), 2 + 1 + 2 + 8);
    assert_false(ht_plan_event(&x.plan, "sched:sched_move_numa")->left_out);
    ht_limits_free(&x.limits);
}

static void test_no_room_for_one_event(void **state) {
    struct fixture x;
    (void)state;
    setup(&x, 0);
    assert_int_equal(ht_descriptors_fit(&x.plan, 64, 10000, 524288, &x.limits, &x.cause), HT_LIMIT);
    assert_non_null(strstr(x.cause.text,
                           "10000 threads x 64 CPUs need 640040 for one event, 524288 are allowed: "
                           "sudo prlimit --pid $$ --nofile=3200040:3200040; or run it with sudo"));
    assert_int_equal(ht_descriptors_fit(&x.plan, 64, 0, 100, &x.limits, &x.cause), HT_LIMIT);
    assert_null(strstr(x.cause.text, "thread"));
    assert_int_equal(x.limits.table.rows, 0);
    ht_limits_free(&x.limits);
}

static void refuse(struct fixture *x, const char *name, int error, uint64_t times) {
    struct ht_event *event = ht_plan_event(&x->plan, name);
    assert_non_null(event);
    event->error = error;
    event->refused = times;
}

static void test_refusals_are_said_once_for_each_errno(void **state) {
    struct fixture x;
    (void)state;
    setup(&x, 1);
    refuse(&x, "page-faults", EMFILE, 3);
    refuse(&x, "sched:sched_move_numa", EBUSY, 2);
    refuse(&x, "sched:sched_swap_numa", EBUSY, 2);
    refuse(&x, "sched:sched_stick_numa", EBUSY, 2);
    refuse(&x, "migrate:remove_migration_pte", EBUSY, 2);
    ht_refusals_say(&x.plan, &x.limits);
    assert_int_equal(x.limits.table.rows, 2);
    expect_limit(&x, 0, 3, "page-faults",
                 "no page faults with their addresses: perf_event_open says Too many open files",
                 ht_refusal_mend(EMFILE));
    expect_limit(&x, 1, 8, "events",
                 "no NUMA balancing, addresses of pages that moved: perf_event_open says Device or resource "
                 "busy",
                 ht_refusal_mend(EBUSY));
    ht_limits_free(&x.limits);
}

static void test_lists_of_sources(void **state) {
    uint64_t topic = 0, part = 0;
    char text[1024], small[16];
    (void)state;
    for (size_t i = 0; i < ht_sources_count; i++) {
        topic |= (uint64_t)(strcmp(ht_sources[i].topic, "moved pages") == 0) << i;
        part |= (uint64_t)(strcmp(ht_sources[i].name, "vmscan:mm_vmscan_node_reclaim_begin") == 0) << i;
    }
    ht_sources_list(topic | part, 0, text, sizeof text);
    assert_string_equal(text, "moved pages, reclaim of single nodes");
    ht_sources_list(topic | part, 1, text, sizeof text);
    assert_string_equal(text,
                        "moved pages (from Linux 5.18 on), reclaim of single nodes (from Linux 5.2 on)");
    ht_sources_list(0, 1, text, sizeof text);
    assert_string_equal(text, "");
    ht_sources_list(~0ull, 1, small, sizeof small); /* cut, not overrun */
    assert_int_equal(strlen(small), sizeof small - 1);
    assert_true(ht_sources_count <= 64 && ht_sources_count <= HT_EVENTS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors_that_suffice),
        cmocka_unit_test(test_too_few_descriptors_leave_sources_out),
        cmocka_unit_test(test_no_room_for_one_event),
        cmocka_unit_test(test_refusals_are_said_once_for_each_errno),
        cmocka_unit_test(test_lists_of_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
