/* Who is asked for an event's code first, what is said where nobody has one, and how latencies are kept
 * within what the hardware takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/encode.h"
#include "record/events/libpfm.h"
#include "tests/unit/record_pmu_tree.h"

#define EACH(i, table) for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)

#define SKX 0x55
#define ICX 0x6a
#define SPR 0x8f
#define ADL 0x97

struct bench {
    struct tree tree;
    struct ht_pmu_list list;
    struct ht_encode how;
};

static void set_up_machine(struct bench *b, unsigned model, const char *pmu) {
    struct ht_cpu cpu;
    tree_make(&b->tree);
    put_x86(&b->tree, "GenuineIntel", 6, model, 1);
    put_intel_fields(&b->tree, pmu, "4\n");
    ht_cpu_read(b->tree.root, &cpu);
    ht_pmu_list(b->tree.root, &b->list);
    b->how = (struct ht_encode){b->tree.root, &b->list.pmu[0], ht_family_of(&cpu, &b->list.pmu[0]), 30};
    assert_null(b->how.family->none); /* no stand-in */
}

/* A libpfm4 that disagrees without being known to be wrong is followed, and that is told. */
static void another_code_is_told(void **state) {
    struct ht_event_code row = {
        .purpose = HT_COUNT_L1_HITS, .name = "X", .libpfm = "MEM_LOAD_RETIRED:L1_HIT", .config = 0x9d1};
    struct ht_encoded e;
    struct bench b;
    (void)state;
    set_up_machine(&b, SKX, "cpu");
    assert_int_equal(ht_encode(&b.how, &row, &e, NULL), HT_OK);
    if (e.source == HT_CODE_LIBPFM) {
        assert_true(e.code.word[0] == 0x1d1 && e.differs == 1);
        row.wrong_config = 0x1d1;
        assert_int_equal(ht_encode(&b.how, &row, &e, NULL), HT_OK);
        assert_true(e.code.word[0] == 0x9d1 && e.corrected == 1 && e.differs == 0);
    }
    tree_remove(&b.tree);
    ht_libpfm_close();
}

/* ---- what the kernel names ---- */

static void names_of_the_kernel_go_first(void **state) {
    struct ht_encoded e;
    struct bench b;
    (void)state;
    set_up_machine(&b, SPR, "cpu");
    put_intel_events(&b.tree, "cpu", "event=0xcd,umask=0x1,ldlat=3\n", "event=0xcd,umask=0x2\n",
                     "event=0x03,umask=0x82\n");
    const struct ht_family *f = b.how.family;
    assert_int_equal(ht_encode(&b.how, ht_family_code(f, HT_SAMPLE_LOAD_LATENCY), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_SYSFS && e.code.word[0] == 0x1cd && e.code.word[1] == 30);
    assert_int_equal(e.precise, 2);
    assert_int_equal(ht_encode(&b.how, ht_family_code(f, HT_SAMPLE_STORES), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_SYSFS && e.code.word[0] == 0x2cd && e.corrected == 0);
    assert_int_equal(ht_encode(&b.how, ht_family_code(f, HT_LEAD_LOADS), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_SYSFS && e.code.word[0] == 0x8203);
    assert_int_equal(ht_encode(&b.how, ht_family_code(f, HT_COUNT_CYCLES), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_SYSFS && e.code.word[0] == 0x3c && e.type == 4);
    /* Another kernel's word counts more than our table; one that cannot be read does not. */
    put_pmu_file(&b.tree, "cpu", "events/mem-stores", "event=0xd0,umask=0x82\n");
    assert_int_equal(ht_encode(&b.how, ht_family_code(f, HT_SAMPLE_STORES), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_SYSFS && e.code.word[0] == 0x82d0);
    put_pmu_file(&b.tree, "cpu", "events/mem-stores", "event=0x1d0,umask=0x82\n");
    assert_int_equal(ht_encode(&b.how, ht_family_code(f, HT_SAMPLE_STORES), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_TABLE && e.code.word[0] == 0x2cd);
    tree_remove(&b.tree);
    ht_libpfm_close();
}

/* Time and instructions without a name: the kernel's generic events; of a hybrid CPU for that PMU. */
static void generic_events_name_the_pmu(void **state) {
    struct ht_encoded e;
    struct bench b;
    (void)state;
    set_up_machine(&b, SKX, "cpu");
    assert_int_equal(ht_encode(&b.how, ht_family_code(b.how.family, HT_COUNT_INSTRUCTIONS), &e, NULL), HT_OK);
    assert_true(e.source == HT_CODE_GENERIC && e.type == PERF_TYPE_HARDWARE);
    assert_true(e.code.word[0] == PERF_COUNT_HW_INSTRUCTIONS);
    tree_remove(&b.tree);
    set_up_machine(&b, ADL, "cpu_atom");
    put_pmu_file(&b.tree, "cpu_atom", "type", "10\n");
    ht_pmu_list(b.tree.root, &b.list);
    assert_int_equal(ht_encode(&b.how, ht_family_code(b.how.family, HT_COUNT_CYCLES), &e, NULL), HT_OK);
    assert_true(e.type == PERF_TYPE_HARDWARE && e.code.word[0] == 10ull << 32);
    assert_int_equal(ht_encode(&b.how, ht_family_code(b.how.family, HT_SAMPLE_LOAD_LATENCY), &e, NULL),
                     HT_OK);
    assert_true(e.type == 10 && e.code.word[0] == 0x5d0); /* raw ones have the PMU as type */
    tree_remove(&b.tree);
    ht_libpfm_close();
}

/* ---- refusals ---- */

static void expect(const struct bench *b, enum ht_purpose purpose, enum ht_status status, const char *text) {
    struct ht_encoded e;
    struct ht_cause cause = {""};
    assert_int_equal(ht_encode(&b->how, ht_family_code(b->how.family, purpose), &e, &cause), status);
    if (strstr(cause.text, text) == NULL)
        fail_msg("'%s' does not say '%s'", cause.text, text);
}

static void refusals_give_their_reason(void **state) {
    struct bench b;
    (void)state;
    set_up_machine(&b, ICX, "cpu");
    expect(&b, HT_SAMPLE_OPS, HT_NOT_FOUND, "two events");
    expect(&b, HT_LEAD_LOADS, HT_NOT_FOUND, "needs no leader");
    /* no PEBS: counting goes on */
    put_pmu_file(&b.tree, "cpu", "caps/max_precise", "0\n");
    expect(&b, HT_SAMPLE_LOAD_LATENCY, HT_UNSUPPORTED, "max_precise is 0");
    expect(&b, HT_SAMPLE_REMOTE_HITM, HT_UNSUPPORTED, "virtual machines");
    expect(&b, HT_COUNT_REMOTE_HITM, HT_OK, "");
    expect(&b, HT_SAMPLE_CYCLES, HT_OK, "");
    put_pmu_file(&b.tree, "cpu", "caps/max_precise", "1\n");
    struct ht_encoded e;
    assert_int_equal(ht_encode(&b.how, ht_family_code(b.how.family, HT_SAMPLE_STORES), &e, NULL), HT_OK);
    assert_int_equal(e.precise, 1);
    tree_remove(&b.tree);
    /* a PMU that has no field for the code */
    set_up_machine(&b, SKX, "cpu");
    tree_remove(&b.tree);
    assert_int_equal(mkdir(b.tree.root, 0700), 0);
    put_pmu_file(&b.tree, "cpu", "format/event", "config:0-7\n");
    put_pmu_file(&b.tree, "cpu", "format/umask", "config:8-15\n");
    expect(&b, HT_COUNT_OFFCORE_HITM, HT_NOT_FOUND, "no bits");
    expect(&b, HT_SAMPLE_STALLS, HT_NOT_FOUND, "no bits");
    expect(&b, HT_SAMPLE_LOAD_LATENCY, HT_NOT_FOUND, "no bits");
    expect(&b, HT_COUNT_REMOTE_HITM, HT_OK, "");
    tree_remove(&b.tree);
    /* a name that cannot be read, and nobody else who knows */
    set_up_machine(&b, SKX, "cpu");
    b.how.family = ht_family_of(&(struct ht_cpu){.vendor = HT_CPU_INTEL}, b.how.pmu);
    expect(&b, HT_SAMPLE_STORES, HT_NOT_FOUND, "names no event mem-stores");
    put_pmu_file(&b.tree, "cpu", "events/mem-stores", "event=0xcd,colour=3\n");
    expect(&b, HT_SAMPLE_STORES, HT_NOT_FOUND, "no field colour");
    tree_remove(&b.tree);
    ht_libpfm_close();
}

static void thresholds_are_kept_in_range(void **state) {
    static const struct {
        unsigned asked;
        uint64_t given;
    } cases[] = {{0, 3}, {3, 3}, {30, 30}, {1000, 1000}, {0xffff, 0xffff}, {0x10000, 0xffff}};
    struct bench b;
    (void)state;
    set_up_machine(&b, SKX, "cpu");
    EACH(i, cases)
    for (int named = 0; named < 2; named++) {
        struct ht_encoded e;
        b.how.least_cycles = cases[i].asked;
        if (named)
            put_intel_events(&b.tree, "cpu", "event=0xcd,umask=0x1,ldlat=3\n", "event=0xd0,umask=0x82\n",
                             NULL);
        assert_int_equal(ht_encode(&b.how, ht_family_code(b.how.family, HT_SAMPLE_LOAD_LATENCY), &e, NULL),
                         HT_OK);
        assert_true(e.code.word[1] == cases[i].given);
    }
    tree_remove(&b.tree);
    ht_libpfm_close();
}

static void unknown_names_are_not_found(void **state) {
    static const char *const names[] = {"",
                                        "::",
                                        "skx::",
                                        "skx::NO_SUCH_EVENT",
                                        "nobody::MEM_LOAD_RETIRED:L1_HIT",
                                        "skx::MEM_LOAD_RETIRED:NO_SUCH_UMASK",
                                        "skx::MEM_LOAD_RETIRED:L1_HIT:x=1"};
    (void)state;
    EACH(i, names) {
        struct ht_pmu_code code;
        struct ht_cause cause = {""};
        assert_int_equal(ht_libpfm_encode(names[i], &code, &cause), HT_NOT_FOUND);
        assert_non_null(strstr(cause.text, "libpfm4"));
        assert_true(code.word[0] == 0);
    }
    ht_libpfm_close();
    ht_libpfm_close(); /* twice is fine */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_code_is_told),         cmocka_unit_test(names_of_the_kernel_go_first),
        cmocka_unit_test(generic_events_name_the_pmu),  cmocka_unit_test(refusals_give_their_reason),
        cmocka_unit_test(thresholds_are_kept_in_range), cmocka_unit_test(unknown_names_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
