/* The table of optional attributes against the kernel's history, and opening with what a kernel takes. The
 * history is a list of its own: first kernels from include/uapi/linux/perf_event.h at the tags of
 * torvalds/linux, and where no commit is named from perf_event_open(2) of man-pages 6.03, which gives the
 * same (it dates some a release early: the version under development when they were written). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/attr_fallback.h"
#include "record/events/flags.h"
#include "record/events/plan.h"
#include "tests/unit/record_tree.h"

#define FLOOR_MAJOR 4
#define FLOOR_MINOR 18
#define FLOOR_SIZE  112 /* PERF_ATTR_SIZE_VER5, all that 4.18 has */

enum field { FLAG, SAMPLE, READ };

/* Everything up to Linux 6.19, by bit. */
static const struct history {
    int line;
    enum field field;
    unsigned first_bit, last_bit;
    const char *kernel, *what, *source;
} history[] = {
    {__LINE__, FLAG, 0, 14, "2.6.32", "disabled to watermark", "man page: no version, so the first"},
    {__LINE__, FLAG, 15, 16, "2.6.35", "precise_ip", "man page"},
    {__LINE__, FLAG, 17, 17, "2.6.36", "mmap_data", "man page"},
    {__LINE__, FLAG, 18, 18, "2.6.38", "sample_id_all", "man page"},
    {__LINE__, FLAG, 19, 20, "3.2", "exclude_host, exclude_guest", "man page"},
    {__LINE__, FLAG, 21, 22, "3.7", "exclude_callchain_kernel, _user", "man page"},
    {__LINE__, FLAG, 23, 24, "3.16", "mmap2, comm_exec", "man page"},
    {__LINE__, FLAG, 25, 25, "4.1", "use_clockid", "man page"},
    {__LINE__, FLAG, 26, 26, "4.3", "context_switch", "man page"},
    {__LINE__, FLAG, 27, 27, "4.7", "write_backward", "man page: 4.6"},
    {__LINE__, FLAG, 28, 28, "4.12", "namespaces", "man page: 4.11; the last one in 4.18"},
    {__LINE__, FLAG, 29, 29, "5.1", "ksymbol", "76193a94522f, 2019-01; man page: 5.0"},
    {__LINE__, FLAG, 30, 30, "5.1", "bpf_event", "6ee52e2a3fe4, 2019-01; man page: 5.0"},
    {__LINE__, FLAG, 31, 31, "5.4", "aux_output", "man page"},
    {__LINE__, FLAG, 32, 32, "5.7", "cgroup", "man page"},
    {__LINE__, FLAG, 33, 33, "5.9", "text_poke", "man page: 5.8"},
    {__LINE__, FLAG, 34, 34, "5.12", "build_id", "man page"},
    {__LINE__, FLAG, 35, 37, "5.13", "inherit_thread, remove_on_exec, sigtrap", "man page"},
    {__LINE__, FLAG, 38, 39, "6.19", "defer_callchain, defer_output", "perf_event.h"},
    {__LINE__, SAMPLE, 0, 10, "2.6.32", "IP to RAW", "man page: no version"},
    {__LINE__, SAMPLE, 11, 11, "3.4", "BRANCH_STACK", "man page"},
    {__LINE__, SAMPLE, 12, 13, "3.7", "REGS_USER, STACK_USER", "man page"},
    {__LINE__, SAMPLE, 14, 15, "3.10", "WEIGHT, DATA_SRC", "man page"},
    {__LINE__, SAMPLE, 16, 16, "3.12", "IDENTIFIER", "man page"},
    {__LINE__, SAMPLE, 17, 17, "3.13", "TRANSACTION", "man page"},
    {__LINE__, SAMPLE, 18, 18, "3.19", "REGS_INTR", "man page"},
    {__LINE__, SAMPLE, 19, 19, "4.14", "PHYS_ADDR", "man page: 4.13; the last one in 4.18"},
    {__LINE__, SAMPLE, 20, 20, "5.5", "AUX", "perf_event.h, with attr.aux_sample_size"},
    {__LINE__, SAMPLE, 21, 21, "5.7", "CGROUP", "man page"},
    {__LINE__, SAMPLE, 22, 23, "5.11", "DATA_PAGE_SIZE, CODE_PAGE_SIZE", "man page"},
    {__LINE__, SAMPLE, 24, 24, "5.12", "WEIGHT_STRUCT", "man page"},
    {__LINE__, READ, 0, 3, "2.6.32", "TOTAL_TIME_ENABLED to GROUP", "man page; the last ones in 4.18"},
    {__LINE__, READ, 4, 4, "6.0", "LOST", "man page"},
};

/* Tracepoints of the plan that came after 4.18. */
static const struct {
    const char *name, *kernel, *source;
} new_tracepoints[] = {
    {"migrate:remove_migration_pte", "5.18", "4cc79b3303f2, 2022-03"},
    {"thp:remove_migration_pmd", "5.18", "283fd6fe0528, the same series"},
    {"vmscan:mm_vmscan_node_reclaim_begin", "5.2", "132bb8cfc9e0, 2019-05"},
    {"vmscan:mm_vmscan_node_reclaim_end", "5.2", "132bb8cfc9e0, 2019-05"},
};

static int is_newer(const char *kernel, unsigned major, unsigned minor) {
    unsigned a = 0, b = 0;
    assert_int_equal(sscanf(kernel, "%u.%u", &a, &b), 2);
    return a > major || (a == major && b > minor);
}

static uint64_t field_of(const struct ht_attr_fallback *f, enum field field) {
    return field == FLAG ? f->flags : field == SAMPLE ? f->sample_type : f->read_format;
}

static const struct history *find_history(enum field field, unsigned bit) {
    for (size_t i = 0; i < sizeof history / sizeof history[0]; i++)
        if (history[i].field == field && bit >= history[i].first_bit && bit <= history[i].last_bit)
            return &history[i];
    fail_msg("bit %u of field %d is in no kernel that this list knows", bit, (int)field);
    return NULL;
}

static void test_rows_have_the_kernels_of_history(void **state) {
    (void)state;
    assert_true(ht_attr_fallbacks_count > 0 && ht_attr_fallbacks_count <= 32);
    for (size_t i = 0; i < ht_attr_fallbacks_count; i++) {
        const struct ht_attr_fallback *f = &ht_attr_fallbacks[i];
        unsigned bits = 0, major, minor;
        for (enum field field = FLAG; field <= READ; field++) {
            for (unsigned bit = 0; bit < 64; bit++) {
                if ((field_of(f, field) >> bit & 1) == 0)
                    continue;
                const struct history *h = find_history(field, bit);
                if (strcmp(h->kernel, f->kernel) != 0)
                    fail_msg("line %d: %s is of %s (%s), %s says %s", h->line, h->what, h->kernel, h->source,
                             f->name, f->kernel);
                bits++;
            }
        }
        assert_int_equal(bits, 1); /* one attribute a row: each is tried by itself */
        assert_true(is_newer(f->kernel, FLOOR_MAJOR, FLOOR_MINOR));
        assert_int_equal(sscanf(f->kernel, "%u.%u", &major, &minor), 2);
        if (i > 0) /* newest first */
            assert_false(is_newer(f->kernel, (unsigned)atoi(f[-1].kernel),
                                  (unsigned)atoi(strchr(f[-1].kernel, '.') + 1)));
    }
}

/* All that any target or option makes the plan ask for, with what opening adds to it. */
static void make_fullest_plan(struct ht_plan *plan) {
    struct ht_plan_options options = {
        .root = "", .cpu_hz = 1000, .switches = 1, .callchains = 1, .ring_bytes = 65536};
    struct ht_limits limits;
    struct tree tree;
    tree_make(&tree);
    options.root = tree.root;
    for (size_t i = 0; i < ht_sources_count; i++) {
        char path[256];
        snprintf(path, sizeof path, "/sys/kernel/tracing/events/%s/%s/id", ht_sources[i].system,
                 ht_sources[i].tracepoint);
        if (ht_sources[i].tracepoint != NULL)
            tree_put(&tree, path, "7\n");
    }
    ht_limits_init(&limits);
    ht_plan_build(&options, plan, &limits);
    assert_int_equal(limits.table.rows, 0);
    assert_int_equal(plan->events, ht_sources_count);
    for (unsigned i = 0; i < plan->events; i++)
        ht_attr_set_flags(&plan->event[i].attr, ht_attr_flags(&plan->event[i].attr) | HT_FLAG_INHERIT |
                                                    HT_FLAG_EXCLUDE_KERNEL | HT_FLAG_EXCLUDE_HV);
    ht_limits_free(&limits);
    tree_remove(&tree);
}

static void expect_row_or_old(const struct ht_event *event, enum field field, uint64_t bits) {
    for (unsigned bit = 0; bit < 64; bit++) {
        if ((bits >> bit & 1) == 0)
            continue;
        const struct history *h = find_history(field, bit);
        int has_row = 0;
        for (size_t i = 0; i < ht_attr_fallbacks_count; i++)
            has_row |= (int)(field_of(&ht_attr_fallbacks[i], field) >> bit & 1);
        if (is_newer(h->kernel, FLOOR_MAJOR, FLOOR_MINOR) && !has_row)
            fail_msg("%s asks for %s, of Linux %s, and the table has no row", event->source->name, h->what,
                     h->kernel);
    }
}

static void test_nothing_newer_than_the_floor_without_a_row(void **state) {
    struct ht_plan plan;
    (void)state;
    make_fullest_plan(&plan);
    for (unsigned i = 0; i < plan.events; i++) {
        const struct ht_event *event = &plan.event[i];
        const unsigned char *bytes = (const unsigned char *)&event->attr;
        if (event->source->kind == HT_EVENT_KIND_SNAPSHOT)
            continue;
        expect_row_or_old(event, FLAG, ht_attr_flags(&event->attr));
        expect_row_or_old(event, SAMPLE, event->attr.sample_type);
        expect_row_or_old(event, READ, event->attr.read_format);
        for (size_t at = FLOOR_SIZE; at < sizeof event->attr; at++)
            assert_int_equal(bytes[at], 0); /* else E2BIG */
    }
}

static void test_tracepoints_newer_than_the_floor_say_so(void **state) {
    size_t told = 0;
    (void)state;
    for (size_t i = 0; i < ht_sources_count; i++) {
        const char *kernel = NULL;
        for (size_t n = 0; n < sizeof new_tracepoints / sizeof new_tracepoints[0]; n++)
            if (strcmp(ht_sources[i].name, new_tracepoints[n].name) == 0)
                kernel = new_tracepoints[n].kernel;
        if ((kernel == NULL) != (ht_sources[i].kernel == NULL) ||
            (kernel != NULL && strcmp(kernel, ht_sources[i].kernel) != 0))
            fail_msg("%s: %s in the table of sources, %s in history", ht_sources[i].name,
                     ht_sources[i].kernel != NULL ? ht_sources[i].kernel : "old",
                     kernel != NULL ? kernel : "old");
        told += kernel != NULL;
    }
    assert_int_equal(told, sizeof new_tracepoints / sizeof new_tracepoints[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_have_the_kernels_of_history),
        cmocka_unit_test(test_nothing_newer_than_the_floor_without_a_row),
        cmocka_unit_test(test_tracepoints_newer_than_the_floor_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
