/* The plan, the table of open events, the budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/budget.h"
#include "record/events/flags.h"
#include "record/events/open.h"
#include "record/events/plan.h"
#include "record/events/tracepoints.h"
#include "tests/unit/record_tree.h"

static void test_flag_bits_are_the_compilers(void **state) {
    struct perf_event_attr a;
    (void)state;
#define CHECK(field, flag)                                                                                   \
    memset(&a, 0, sizeof a);                                                                                 \
    a.field = 1;                                                                                             \
    assert_true(ht_attr_flags(&a) == (flag))
    CHECK(disabled, HT_FLAG_DISABLED);
    CHECK(inherit, HT_FLAG_INHERIT);
    CHECK(exclude_kernel, HT_FLAG_EXCLUDE_KERNEL);
    CHECK(exclude_hv, HT_FLAG_EXCLUDE_HV);
    CHECK(exclude_idle, HT_FLAG_EXCLUDE_IDLE);
    CHECK(mmap, HT_FLAG_MMAP);
    CHECK(comm, HT_FLAG_COMM);
    CHECK(task, HT_FLAG_TASK);
    CHECK(watermark, HT_FLAG_WATERMARK);
    CHECK(mmap_data, HT_FLAG_MMAP_DATA);
    CHECK(sample_id_all, HT_FLAG_SAMPLE_ID_ALL);
    CHECK(mmap2, HT_FLAG_MMAP2);
    CHECK(comm_exec, HT_FLAG_COMM_EXEC);
    CHECK(context_switch, HT_FLAG_CONTEXT_SWITCH);
    CHECK(ksymbol, HT_FLAG_KSYMBOL);
    CHECK(bpf_event, HT_FLAG_BPF_EVENT);
}

static void build(const struct tree *tree, struct ht_plan *plan, struct ht_limits *limits) {
    struct ht_plan_options options = {.root = tree->root, .cpu_hz = 1000, .ring_bytes = 65536};
    ht_limits_init(limits);
    ht_plan_build(&options, plan, limits);
}

static void test_plan(void **state) {
    struct tree tree;
    struct ht_plan plan;
    struct ht_limits limits;
    (void)state;
    tree_make(&tree);
    tree_put(&tree, "/sys/kernel/debug/tracing/events/sched/sched_migrate_task/id", "371\n");
    build(&tree, &plan, &limits);
    assert_int_equal(plan.event[0].source->kind, HT_EVENT_KIND_SIDEBAND);
    /* sideband, cpu-clock, page-faults, major-faults, one tracepoint, three snapshots; no switches */
    assert_int_equal(plan.events, 8);
    assert_int_equal(limits.table.rows, 1); /* the other tracepoints are not here: one reason */
    assert_int_equal(limits.table.number[HT_LIMIT_COUNT][0], 14);
    assert_int_equal(plan.event[4].attr.config, 371);
    assert_null(ht_plan_event(&plan, "context switches"));
    for (unsigned i = 0; i < plan.events; i++) {
        if (plan.event[i].source->kind == HT_EVENT_KIND_SNAPSHOT)
            continue;
        const struct perf_event_attr *a = &plan.event[i].attr;
        const uint64_t trailer =
            PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER;
        assert_int_equal(plan.event[i].number, i);
        /* one ring: every record can be dispatched and every trailer looks the same */
        assert_true((a->sample_type & trailer) == trailer);
        assert_false(a->sample_type & PERF_SAMPLE_ID);
        assert_true(a->sample_id_all && a->disabled && a->watermark);
        assert_false(a->use_clockid || a->write_backward || a->freq || a->inherit || a->build_id);
        assert_int_equal(a->wakeup_watermark, 16384);
        if (a->type == PERF_TYPE_SOFTWARE)
            assert_false(a->sample_type & PERF_SAMPLE_PERIOD); /* it would void the fixed period */
    }
    assert_true(plan.event[0].attr.mmap_data);
    assert_int_equal(plan.event[1].attr.sample_period, 1000003); /* the prime behind 1 ms */
    ht_limits_free(&limits);
    tree_remove(&tree);
}

static void test_a_missing_tracepoint_says_the_command(void **state) {
    struct tree tree;
    const char *why, *mend;
    (void)state;
    tree_make(&tree);
    ht_tracepoint_missing(tree.root, HT_NOT_FOUND, &why, &mend);
    assert_string_equal(mend, "sudo mount -t tracefs nodev /sys/kernel/tracing");
    ht_tracepoint_missing(tree.root, HT_PERMISSION, &why, &mend);
    assert_non_null(strstr(mend, "sudo setcap "));
    tree_put(&tree, "/sys/kernel/tracing/events/enable", "0\n");
    ht_tracepoint_missing(tree.root, HT_NOT_FOUND, &why, &mend);
    assert_string_equal(why, "this kernel has no such tracepoint");
    assert_string_equal(mend, "");
    tree_remove(&tree);
}

static void test_events_are_found_by_identifier(void **state) {
    struct ht_opened o = {0};
    (void)state;
    assert_int_equal(ht_events_find(&o, 5), -1);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(ht_events_add(&o, -1, (int)(i % 4), (unsigned)(i % 5), i * 4096 + 7), HT_OK);
    assert_int_equal(ht_events_index(&o), HT_OK);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(ht_events_find(&o, i * 4096 + 7), i);
    assert_int_equal(ht_events_find(&o, 8), -1);
    ht_events_close(&o);
}

#define MS UINT64_C(1000000)

static void test_budget(void **state) {
    struct ht_budget b;
    struct ht_plan plan;
    struct tree tree;
    struct ht_limits limits;
    uint64_t off[HT_EVENTS_MAX] = {0}, count[HT_EVENTS_MAX] = {0};
    (void)state;
    ht_budget_start(&b, 0.01, 2, 0, 0);
    assert_false(ht_budget_look(&b, 500 * MS, 100 * MS, count));  /* too early to judge */
    assert_true(ht_budget_look(&b, 1000 * MS, 130 * MS, count));  /* 6.5 % of two CPUs */
    assert_false(ht_budget_look(&b, 1300 * MS, 131 * MS, count)); /* over in all, but no longer */
    ht_budget_start(&b, 0, 2, 0, 0);
    assert_false(ht_budget_look(&b, 2000 * MS, 2000 * MS, count)); /* no limit */

    tree_make(&tree);
    build(&tree, &plan, &limits);
    for (unsigned i = 0; i < plan.events; i++)
        plan.event[i].open = 1;
    /* What costs most and says least goes first; the sideband is never given up. */
    static const char *const order[] = {"page-faults",       "major-faults",    "numa_maps",
                                        "cgroup statistics", "node statistics", "cpu-clock"};
    ht_budget_start(&b, 0.01, 2, 0, 0);
    for (unsigned i = 0; i < plan.events; i++)
        count[i] = 100 * MS; /* records as well as nanoseconds */
    assert_true(ht_budget_look(&b, 1000 * MS, 130 * MS, count));
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        int next = ht_budget_next(&b, &plan, off);
        assert_true(next > 0);
        assert_string_equal(plan.event[next].source->name, order[i]);
        assert_false(b.stuck);
        off[next] = 1;
    }
    assert_int_equal(ht_budget_next(&b, &plan, off), -1);
    assert_true(b.stuck);
    ht_limits_free(&limits);
    tree_remove(&tree);
}

static unsigned number_of(struct ht_plan *plan, const char *name) {
    struct ht_event *event = ht_plan_event(plan, name);
    assert_non_null(event);
    return event->number;
}

static void assert_limit(const struct ht_limits *limits, uint32_t row, const char *what, const char *why) {
    char text[1024];
    assert_true(row < limits->table.rows);
    ht_table_copy_text(&limits->table, HT_LIMIT_WHAT, row, text, sizeof text);
    assert_string_equal(text, what);
    ht_table_copy_text(&limits->table, HT_LIMIT_WHY, row, text, sizeof text);
    assert_string_equal(text, why);
}

/* What brings next to nothing is evidence at no cost: it stays, whatever else is too much. */
static void test_the_budget_keeps_what_is_quiet(void **state) {
    struct ht_budget b;
    struct ht_plan plan;
    struct tree tree;
    struct ht_limits limits;
    uint64_t off[HT_EVENTS_MAX] = {0}, count[HT_EVENTS_MAX] = {0};
    (void)state;
    tree_make(&tree);
    build(&tree, &plan, &limits);
    for (unsigned i = 0; i < plan.events; i++)
        plan.event[i].open = 1;
    unsigned faults = number_of(&plan, "page-faults"), major = number_of(&plan, "major-faults"),
             clock = number_of(&plan, "cpu-clock"), maps = number_of(&plan, HT_SOURCE_NUMA_MAPS);
    ht_budget_start(&b, 0.01, 2, 0, 0);
    count[faults] = 99; /* a second */
    count[major] = 5000;
    count[clock] = 2000;
    count[maps] = 1 * MS; /* 20 are allowed */
    assert_true(ht_budget_look(&b, 1000 * MS, 100 * MS, count));
    assert_int_equal(ht_budget_next(&b, &plan, off), major);
    off[major] = 11100 * MS;
    count[clock] += 500;
    assert_true(ht_budget_look(&b, 1250 * MS, 120 * MS, count));
    assert_int_equal(ht_budget_next(&b, &plan, off), clock);
    /* One that was passed over is looked at again. */
    count[clock] += 500;
    count[faults] += 5000;
    assert_true(ht_budget_look(&b, 1500 * MS, 140 * MS, count));
    assert_int_equal(ht_budget_next(&b, &plan, off), faults);
    off[faults] = 11500 * MS;
    /* A round that came late is no silence. */
    assert_true(ht_budget_look(&b, 1750 * MS, 160 * MS, count));
    assert_int_equal(ht_budget_next(&b, &plan, off), clock);
    off[clock] = 11500 * MS;
    assert_true(ht_budget_look(&b, 2000 * MS, 180 * MS, count));
    assert_int_equal(ht_budget_next(&b, &plan, off), -1);
    /* Readings that cost a tenth of what is allowed are worth it, unless that was before the window. */
    count[maps] = 5 * MS;
    b.before[maps] = 2 * MS;
    assert_true(ht_budget_look(&b, 2250 * MS, 200 * MS, count));
    assert_int_equal(ht_budget_next(&b, &plan, off), -1);
    b.before[maps] = 0;
    assert_int_equal(ht_budget_next(&b, &plan, off), maps);
    ht_limits_free(&limits);
    tree_remove(&tree);
}

static void test_the_budget_says_it_once(void **state) {
    struct ht_budget b;
    struct ht_plan plan;
    struct tree tree;
    struct ht_limits limits;
    uint64_t off[HT_EVENTS_MAX] = {0};
    (void)state;
    tree_make(&tree);
    build(&tree, &plan, &limits);
    ht_limits_free(&limits);
    ht_limits_init(&limits);
    ht_budget_start(&b, 0.01, 2, 0, 0);
    ht_budget_say(&b, &plan, 10000 * MS, off, 5000 * MS, 400 * MS, &limits);
    assert_int_equal(limits.table.rows, 0); /* over, but it was not asked for: too short a time of it */
    b.peak = 0.044;
    off[number_of(&plan, "page-faults")] = 11000 * MS;
    off[number_of(&plan, "cpu-clock")] = 11300 * MS;
    off[number_of(&plan, "major-faults")] = 11300 * MS; /* of one group with it, say */
    ht_budget_say(&b, &plan, 10000 * MS, off, 5000 * MS, 90 * MS, &limits);
    assert_int_equal(limits.table.rows, 1);
    assert_limit(
        &limits, 0, "over budget",
        "recording took up to 4.4 % of the machine's CPU time, over the budget of 1 %: page-faults off "
        "after 1.0 s, cpu-clock after 1.3 s");
    assert_int_equal(limits.table.number[HT_LIMIT_COUNT][0], 2);
    b.stuck = 1;
    ht_budget_say(&b, &plan, 10000 * MS, (uint64_t[HT_EVENTS_MAX]){0}, 5000 * MS, 90 * MS, &limits);
    assert_int_equal(limits.table.rows, 1); /* in the end it was kept */
    ht_budget_say(&b, &plan, 10000 * MS, (uint64_t[HT_EVENTS_MAX]){0}, 5000 * MS, 400 * MS, &limits);
    assert_limit(
        &limits, 1, "budget",
        "exceeded: recording took 4 % of the machine's CPU time in the whole window, 1 % are allowed; "
        "what was still on had too few hits to save anything");
    ht_limits_free(&limits);
    tree_remove(&tree);
}

static void test_limits_are_kept_once(void **state) {
    struct ht_limits limits;
    (void)state;
    ht_limits_init(&limits);
    ht_limits_add(&limits, 2, "a", "do", "since %d", 1);
    ht_limits_add(&limits, 3, "a", "do", "since %d", 1);
    ht_limits_add(&limits, 1, "a", "do", "since %d", 2);
    assert_int_equal(limits.table.rows, 2);
    assert_int_equal(limits.table.number[HT_LIMIT_COUNT][0], 5);
    ht_limits_free(&limits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flag_bits_are_the_compilers),
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_a_missing_tracepoint_says_the_command),
        cmocka_unit_test(test_events_are_found_by_identifier),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_the_budget_keeps_what_is_quiet),
        cmocka_unit_test(test_the_budget_says_it_once),
        cmocka_unit_test(test_limits_are_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
