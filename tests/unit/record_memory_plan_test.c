/* What would be opened on machines that the test makes: which events, in which groups, with which limits; and
 * what is said where there is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/memory_plan.h"
#include "tests/unit/record_pmu_tree.h"

#define INTEL "GenuineIntel"
#define AMD   "AuthenticAMD"

struct bench {
    struct tree tree;
    struct ht_memory_plan_options options;
    struct ht_memory_plan plan;
};

static void start(struct bench *b) {
    memset(b, 0, sizeof *b);
    tree_make(&b->tree);
    b->options = (struct ht_memory_plan_options){b->tree.root, HT_LEAST_LATENCY, 1, 0};
}

static void build(struct bench *b) {
    ht_memory_plan_free(&b->plan);
    assert_int_equal(ht_memory_plan_build(&b->options, &b->plan, NULL), HT_OK);
}

static void finish(struct bench *b) {
    ht_memory_plan_free(&b->plan);
    tree_remove(&b->tree);
}

static void start_intel(struct bench *b, unsigned model, const char *stores, const char *aux) {
    start(b);
    put_x86(&b->tree, INTEL, 6, model, 4);
    put_intel_fields(&b->tree, "cpu", "4\n");
    put_intel_events(&b->tree, "cpu", "event=0xcd,umask=0x1,ldlat=3\n", stores, aux);
    build(b);
}

/* The event of the first PMU with this name that has one. */
static const struct ht_memory_event *event_of(const struct bench *b, const char *pmu, enum ht_purpose p) {
    for (unsigned i = 0; i < b->plan.list.pmus; i++)
        if (strcmp(b->plan.list.pmu[i].name, pmu) == 0) {
            const struct ht_memory_event *event = ht_memory_plan_find(&b->plan, i, p);
            if (event == NULL)
                fail_msg("%s: nothing planned for %s", pmu, ht_purpose_facts[p].name);
            return event;
        }
    fail_msg("no PMU %s", pmu);
    return NULL;
}

static void check(const struct bench *b, const char *pmu, enum ht_purpose p, uint32_t type, uint64_t config,
                  uint64_t config1, uint64_t config2, unsigned precise) {
    const struct ht_memory_event *e = event_of(b, pmu, p);
    struct perf_event_attr attr;
    if (!e->available)
        fail_msg("%s: %s", ht_purpose_facts[p].name, e->why);
    ht_memory_event_attr(e, &attr);
    assert_int_equal(attr.size, sizeof attr);
    assert_int_equal(attr.type, type);
    assert_true(attr.config == config && attr.config1 == config1 && attr.config2 == config2);
    assert_int_equal(attr.precise_ip, precise);
    assert_true(attr.sample_period == 0 && attr.sample_type == 0);
}

static void check_none(const struct bench *b, const char *pmu, enum ht_purpose p, const char *why) {
    const struct ht_memory_event *e = event_of(b, pmu, p);
    if (e->available || strstr(e->why, why) == NULL)
        fail_msg("%s: '%s' does not say '%s'", ht_purpose_facts[p].name, e->why, why);
}

/* ---- Intel ---- */

static void sapphire_rapids_leads_its_loads(void **state) {
    struct bench b;
    (void)state;
    start_intel(&b, 0x8f, "event=0xcd,umask=0x2\n", "event=0x03,umask=0x82\n");
    assert_string_equal(b.plan.family[0]->name, "Sapphire Rapids");
    check(&b, "cpu", HT_SAMPLE_LOAD_LATENCY, 4, 0x1cd, 30, 0, 2);
    const struct ht_memory_event *loads = event_of(&b, "cpu", HT_SAMPLE_LOAD_LATENCY);
    assert_true(loads->leader >= 0);
    const struct ht_memory_event *leader = &b.plan.event[loads->leader];
    assert_true(leader->purpose == HT_LEAD_LOADS && leader->code.word[0] == 0x8203);
    assert_true(loads->counters == 0xfe && loads->source == HT_CODE_SYSFS);
    check(&b, "cpu", HT_SAMPLE_STORES, 4, 0x2cd, 0, 0, 2);
    assert_true(event_of(&b, "cpu", HT_SAMPLE_STORES)->counters == 0x1);
    check(&b, "cpu", HT_SAMPLE_LOCAL_HITM, 4, 0x4d2, 0, 0, 2);
    assert_non_null(strstr(event_of(&b, "cpu", HT_SAMPLE_LOCAL_HITM)->why, "proves no writer"));
    check(&b, "cpu", HT_SAMPLE_REMOTE_HITM, 4, 0x4d3, 0, 0, 2);
    check(&b, "cpu", HT_SAMPLE_CYCLES, 4, 0x3c, 0, 0, 0);
    check(&b, "cpu", HT_SAMPLE_STALLS, 4, 0x60006a3, 0, 0, 0);
    for (size_t i = 0; i < b.plan.events; i++)
        assert_true(&b.plan.event[i] == loads || b.plan.event[i].leader == -1);
    finish(&b);
    /* a kernel that names no leader: the table knows that one is wanted */
    start_intel(&b, 0xcf, "event=0xcd,umask=0x2\n", NULL);
    loads = event_of(&b, "cpu", HT_SAMPLE_LOAD_LATENCY);
    assert_true(loads->leader >= 0 && b.plan.event[loads->leader].source == HT_CODE_TABLE);
    finish(&b);
}

static void granite_rapids_needs_no_leader(void **state) {
    struct bench b;
    (void)state;
    start_intel(&b, 0xad, "event=0xcd,umask=0x2\n", NULL);
    check(&b, "cpu", HT_SAMPLE_LOAD_LATENCY, 4, 0x1cd, 30, 0, 2);
    assert_int_equal(event_of(&b, "cpu", HT_SAMPLE_LOAD_LATENCY)->leader, -1);
    check_none(&b, "cpu", HT_LEAD_LOADS, "needs no leader");
    finish(&b);
    /* ... unless its kernel names one */
    start_intel(&b, 0xad, "event=0xcd,umask=0x2\n", "event=0x03,umask=0x82\n");
    assert_true(event_of(&b, "cpu", HT_SAMPLE_LOAD_LATENCY)->leader >= 0);
    finish(&b);
}

static void broadwell_and_sierra_forest_have_their_own(void **state) {
    struct bench b;
    (void)state;
    start_intel(&b, 0x4f, "event=0xd0,umask=0x82\n", NULL);
    check(&b, "cpu", HT_SAMPLE_REMOTE_HITM, 4, 0x10d3, 0, 0, 2);
    check(&b, "cpu", HT_COUNT_REMOTE_DRAM, 4, 0x4d3, 0, 0, 0);
    assert_true(event_of(&b, "cpu", HT_SAMPLE_LOAD_LATENCY)->counters == 0x8);
    assert_non_null(strstr(event_of(&b, "cpu", HT_SAMPLE_STALLS)->why, "L2 misses"));
    finish(&b);
    start(&b);
    put_x86(&b.tree, INTEL, 6, 0xaf, 0);
    put_intel_fields(&b.tree, "cpu", "4\n");
    put_intel_events(&b.tree, "cpu", "event=0xd0,umask=0x5,ldlat=3\n", "event=0xd0,umask=0x6\n", NULL);
    build(&b);
    check(&b, "cpu", HT_SAMPLE_LOAD_LATENCY, 4, 0x5d0, 30, 0, 2);
    check(&b, "cpu", HT_SAMPLE_STORES, 4, 0x6d0, 0, 0, 2);
    check(&b, "cpu", HT_COUNT_REMOTE_HITM, 4, 0x8d3, 0, 0, 0);
    check(&b, "cpu", HT_COUNT_REMOTE_FORWARDS, 4, 0x4d3, 0, 0, 0);
    check_none(&b, "cpu", HT_SAMPLE_REMOTE_HITM, "no data address");
    finish(&b);
}

static void hybrid_cpus_have_two_plans(void **state) {
    struct bench b;
    (void)state;
    start(&b);
    put_x86(&b.tree, INTEL, 6, 0x97, 2);
    put_intel_fields(&b.tree, "cpu_core", "4\n");
    put_pmu_file(&b.tree, "cpu_core", "cpus", "0-7\n");
    put_intel_events(&b.tree, "cpu_core", "event=0xcd,umask=0x1,ldlat=3\n", "event=0xcd,umask=0x2\n",
                     "event=0x03,umask=0x82\n");
    put_intel_fields(&b.tree, "cpu_atom", "10\n");
    put_pmu_file(&b.tree, "cpu_atom", "cpus", "8-11\n");
    put_pmu_file(&b.tree, "cpu_atom", "events/mem-loads", "event=0xd0,umask=0x5,ldlat=3\n");
    build(&b);
    check(&b, "cpu_core", HT_SAMPLE_LOAD_LATENCY, 4, 0x1cd, 30, 0, 2);
    assert_true(event_of(&b, "cpu_core", HT_SAMPLE_LOAD_LATENCY)->leader >= 0);
    check(&b, "cpu_atom", HT_SAMPLE_LOAD_LATENCY, 10, 0x5d0, 30, 0, 2);
    assert_int_equal(event_of(&b, "cpu_atom", HT_SAMPLE_LOAD_LATENCY)->leader, -1);
    check(&b, "cpu_atom", HT_SAMPLE_STORES, 10, 0x6d0, 0, 0, 2);
    check(&b, "cpu_core", HT_COUNT_CYCLES, 4, 0x3c, 0, 0, 0);
    check(&b, "cpu_atom", HT_COUNT_CYCLES, PERF_TYPE_HARDWARE, 10ull << 32, 0, 0, 0);
    check(&b, "cpu_atom", HT_COUNT_INSTRUCTIONS, PERF_TYPE_HARDWARE, 10ull << 32 | 1, 0, 0, 0);
    check_none(&b, "cpu_core", HT_SAMPLE_REMOTE_HITM, "one socket");
    assert_int_equal(b.plan.list.pmu[0].first_cpu, 8);
    finish(&b);
}

/* A guest with counters and without PEBS: the middle level. */
static void guests_count_without_sampling(void **state) {
    struct bench b;
    (void)state;
    start(&b);
    put_x86(&b.tree, INTEL, 6, 0x55, 4);
    put_intel_fields(&b.tree, "cpu", "4\n");
    put_pmu_file(&b.tree, "cpu", "caps/max_precise", "0\n");
    build(&b);
    check_none(&b, "cpu", HT_SAMPLE_LOAD_LATENCY, "takes no precise events");
    check_none(&b, "cpu", HT_SAMPLE_STORES, "takes no precise events");
    check_none(&b, "cpu", HT_SAMPLE_REMOTE_HITM, "takes no precise events");
    check(&b, "cpu", HT_COUNT_REMOTE_HITM, 4, 0x4d3, 0, 0, 0);
    check(&b, "cpu", HT_COUNT_CYCLES, PERF_TYPE_HARDWARE, 0, 0, 0, 0);
    finish(&b);
}

static void unknown_models_have_what_is_named(void **state) {
    struct bench b;
    (void)state;
    start_intel(&b, 0xfe, "event=0xcd,umask=0x2\n", NULL);
    check(&b, "cpu", HT_SAMPLE_LOAD_LATENCY, 4, 0x1cd, 30, 0, 2);
    check(&b, "cpu", HT_SAMPLE_STORES, 4, 0x2cd, 0, 0, 2);
    check(&b, "cpu", HT_SAMPLE_CYCLES, 4, 0x3c, 0, 0, 0);
    check_none(&b, "cpu", HT_SAMPLE_REMOTE_HITM, "no table of events");
    check_none(&b, "cpu", HT_COUNT_REMOTE_DRAM, "no table of events");
    finish(&b);
    start(&b);
    tree_put(&b.tree, "/proc/cpuinfo", "processor\t: 0\ncpu\t\t: POWER9\n");
    put_pmu_file(&b.tree, "cpu", "type", "4\n");
    put_pmu_file(&b.tree, "cpu", "format/event", "config:0-59\n");
    put_pmu_file(&b.tree, "cpu", "events/mem-stores", "event=0x0401e0\n");
    build(&b);
    check(&b, "cpu", HT_SAMPLE_STORES, 4, 0x401e0, 0, 0, 2);
    check_none(&b, "cpu", HT_SAMPLE_LOAD_LATENCY, "names no event mem-loads");
    finish(&b);
}

/* ---- counting groups ---- */

static void check_groups(const struct bench *b) {
    enum ht_count_group group = HT_GROUP_NONE;
    unsigned size = 0, pmu = UINT32_MAX, groups = 0;
    for (size_t i = 0; i < b->plan.events; i++) {
        const struct ht_memory_event *e = &b->plan.event[i];
        assert_true(e->available || e->group == HT_GROUP_NONE);
        if (e->group == HT_GROUP_NONE)
            continue;
        if (e->group != group || e->pmu != pmu) { /* a new one: time and instructions lead */
            assert_int_equal(e->purpose, HT_COUNT_CYCLES);
            assert_int_equal(b->plan.event[i + 1].purpose, HT_COUNT_INSTRUCTIONS);
            assert_true(e->pmu != pmu || e->group > group);
            group = e->group, pmu = e->pmu, size = 0, groups++;
        }
        assert_true(++size <= HT_GROUP_ROOM + 2);
        assert_int_equal(e->precise, 0);
    }
    assert_true(groups > 0);
}

static void groups_start_with_time(void **state) {
    struct bench b;
    (void)state;
    start_intel(&b, 0x8f, "event=0xcd,umask=0x2\n", "event=0x03,umask=0x82\n");
    check_groups(&b);
    finish(&b);
    start(&b);
    put_x86(&b.tree, AMD, 0x19, 0x11, 1);
    put_amd_fields(&b.tree);
    build(&b);
    check_groups(&b);
    finish(&b);
}

/* ---- AMD ---- */

static void start_amd(struct bench *b, unsigned family, unsigned model, void (*put)(const struct tree *)) {
    start(b);
    put_x86(&b->tree, AMD, family, model, 1);
    put_amd_fields(&b->tree);
    if (put != NULL)
        put(&b->tree);
    build(b);
}

static void ibs_is_asked_for_what_it_can(void **state) {
    struct bench b;
    (void)state;
    start_amd(&b, 0x17, 0x31, put_ibs);
    check(&b, "ibs_op", HT_SAMPLE_OPS, 9, 1 << 19, 0, 0, 0);
    const struct ht_memory_event *e = event_of(&b, "ibs_op", HT_SAMPLE_OPS);
    assert_true(e->period_step == 16 && e->period_least == 0x90 && e->filter[0] == '\0' && e->why[0] == '\0');
    check_none(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, "no caps/zen4_ibs_extensions");
    check(&b, "cpu", HT_COUNT_REMOTE_CACHE, 4, 0x1043, 0, 0, 0);
    check_none(&b, "cpu", HT_SAMPLE_REMOTE_HITM, "IBS samples");
    finish(&b);
    start_amd(&b, 0x19, 0x11, put_ibs_zen4);
    check(&b, "ibs_op", HT_SAMPLE_OPS, 9, 1 << 19, 0, 0, 0);
    check(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, 9, 1 << 19 | 1 << 16, 0, 0, 0);
    assert_string_equal(event_of(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED)->filter, "l3missonly");
    check(&b, "cpu", HT_COUNT_REMOTE_CACHE_ANY, 4, 0x1044, 0, 0, 0);
    finish(&b);
    start_amd(&b, 0x1a, 0x02, put_ibs_zen5);
    check(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, 9, 1 << 19, 128, 0, 0);
    assert_string_equal(event_of(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED)->filter, "ldlat");
    assert_non_null(strstr(event_of(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED)->why, "1606"));
    /* multiples of 128 up to 2048 */
    static const unsigned cycles[][2] = {{0, 128}, {128, 128}, {129, 256}, {2048, 2048}, {60000, 2048}};
    for (size_t i = 0; i < sizeof cycles / sizeof cycles[0]; i++) {
        b.options.least_cycles = cycles[i][0];
        build(&b);
        check(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, 9, 1 << 19, cycles[i][1], 0, 0);
    }
    finish(&b);
}

/* What caps/ say counts, not the family: a Zen 4 with the filters of a later one. */
static void caps_count_more_than_the_family(void **state) {
    struct bench b;
    (void)state;
    start_amd(&b, 0x19, 0x11, put_ibs_zen5);
    assert_string_equal(b.plan.family[0]->name, "Zen 4");
    check(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, 9, 1 << 19, 128, 0, 0);
    put_pmu_file(&b.tree, "ibs_op", "caps/ldlat", "0\n");
    build(&b);
    check(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, 9, 1 << 19 | 1 << 16, 0, 0, 0);
    finish(&b);
    /* no cnt_ctl: cycles are counted, and that is said */
    start(&b);
    put_x86(&b.tree, AMD, 0x19, 0x01, 1);
    put_amd_fields(&b.tree);
    put_pmu_file(&b.tree, "ibs_op", "type", "9\n");
    build(&b);
    check(&b, "ibs_op", HT_SAMPLE_OPS, 9, 0, 0, 0, 0);
    assert_non_null(strstr(event_of(&b, "ibs_op", HT_SAMPLE_OPS)->why, "cycles, not ops"));
    finish(&b);
}

static void zen_3_says_what_it_cannot(void **state) {
    struct bench b;
    (void)state;
    start_amd(&b, 0x19, 0x01, put_ibs);
    check(&b, "ibs_op", HT_SAMPLE_OPS, 9, 1 << 19, 0, 0, 0);
    assert_non_null(strstr(event_of(&b, "ibs_op", HT_SAMPLE_OPS)->why, "nothing is recorded as HITM"));
    check(&b, "cpu", HT_COUNT_NEAR_CACHE, 4, 0x443, 0, 0, 0);
    finish(&b);
}

static void user_mode_needs_the_software_filter(void **state) {
    struct bench b;
    (void)state;
    start_amd(&b, 0x1a, 0x02, put_ibs_zen5);
    b.options.user_only = 1;
    build(&b);
    check(&b, "ibs_op", HT_SAMPLE_OPS, 9, 1 << 19, 0, 1, 0);
    finish(&b);
    start_amd(&b, 0x19, 0x11, put_ibs_zen4);
    b.options.user_only = 1;
    build(&b);
    check_none(&b, "ibs_op", HT_SAMPLE_OPS, "no field swfilt");
    check_none(&b, "ibs_op", HT_SAMPLE_OPS_FILTERED, "no field swfilt");
    finish(&b);
}

static void a_missing_ibs_is_told(void **state) {
    struct bench b;
    (void)state;
    start_amd(&b, 0x19, 0x11, NULL);
    check_none(&b, "cpu", HT_SAMPLE_OPS, "no ibs_op");
    check(&b, "cpu", HT_COUNT_REMOTE_DRAM, 4, 0x4043, 0, 0, 0);
    finish(&b);
}

/* ---- Arm ---- */

static void neoverse_has_spe_and_counters(void **state) {
    struct bench b;
    (void)state;
    start(&b);
    put_arm(&b.tree, 0xd0c);
    put_arm_fields(&b.tree, "armv8_pmuv3_0", "8\n", "0-3\n");
    put_pmu_file(&b.tree, "armv8_pmuv3_0", "events/remote_access", "event=0x0031\n");
    put_pmu_file(&b.tree, "armv8_pmuv3_0", "events/cpu_cycles", "event=0x0011\n");
    put_spe(&b.tree);
    build(&b);
    assert_string_equal(b.plan.family[1]->name, "Neoverse N1");
    /* arm_spe_0/ts_enable=1,pa_enable=1,load_filter=1,store_filter=1,min_latency=30/ */
    check(&b, "arm_spe_0", HT_SAMPLE_OPS_FILTERED, 11, 0x600000003, 0, 30, 0);
    check(&b, "arm_spe_0", HT_SAMPLE_OPS, 11, 0x600000003, 0, 0, 0);
    assert_true(event_of(&b, "arm_spe_0", HT_SAMPLE_OPS)->period_least == 1024);
    assert_non_null(strstr(event_of(&b, "arm_spe_0", HT_SAMPLE_OPS)->why, "no HITM"));
    check(&b, "armv8_pmuv3_0", HT_COUNT_REMOTE_ACCESSES, 8, 0x31, 0, 0, 0);
    assert_int_equal(event_of(&b, "armv8_pmuv3_0", HT_COUNT_REMOTE_ACCESSES)->source, HT_CODE_SYSFS);
    check(&b, "armv8_pmuv3_0", HT_COUNT_CYCLES, 8, 0x11, 0, 0, 0);
    check(&b, "armv8_pmuv3_0", HT_COUNT_INSTRUCTIONS, PERF_TYPE_HARDWARE, 1, 0, 0, 0);
    check_none(&b, "armv8_pmuv3_0", HT_SAMPLE_STALLS, "any reason");
    check_groups(&b);
    b.options.phys = 0;
    build(&b);
    check(&b, "arm_spe_0", HT_SAMPLE_OPS, 11, 0x600000001, 0, 0, 0);
    finish(&b);
    start(&b); /* no SPE, and a core without a table */
    put_arm(&b.tree, 0xd8e);
    put_arm_fields(&b.tree, "armv8_pmuv3_0", "8\n", "0-3\n");
    put_pmu_file(&b.tree, "armv8_pmuv3_0", "events/ll_cache_miss_rd", "event=0x0037\n");
    build(&b);
    check_none(&b, "armv8_pmuv3_0", HT_SAMPLE_OPS, "no arm_spe");
    check(&b, "armv8_pmuv3_0", HT_COUNT_L3_MISSES, 8, 0x37, 0, 0, 0);
    check_none(&b, "armv8_pmuv3_0", HT_COUNT_REMOTE_ACCESSES, "the core has none");
    finish(&b);
}

/* ---- nothing ---- */

static void a_machine_without_pmu_has_no_plan(void **state) {
    struct bench b;
    (void)state;
    start(&b);
    build(&b);
    assert_int_equal(b.plan.events, 0);
    assert_int_equal(b.plan.list.pmus, 0);
    assert_null(ht_memory_plan_find(&b.plan, 0, HT_SAMPLE_STORES));
    put_x86(&b.tree, AMD, 0x1a, 0x02, 1);
    put_pmu_file(&b.tree, "software", "type", "1\n");
    build(&b);
    assert_int_equal(b.plan.events, 0);
    finish(&b);
    ht_memory_plan_free(&b.plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sapphire_rapids_leads_its_loads),
        cmocka_unit_test(granite_rapids_needs_no_leader),
        cmocka_unit_test(broadwell_and_sierra_forest_have_their_own),
        cmocka_unit_test(hybrid_cpus_have_two_plans),
        cmocka_unit_test(guests_count_without_sampling),
        cmocka_unit_test(unknown_models_have_what_is_named),
        cmocka_unit_test(groups_start_with_time),
        cmocka_unit_test(ibs_is_asked_for_what_it_can),
        cmocka_unit_test(caps_count_more_than_the_family),
        cmocka_unit_test(zen_3_says_what_it_cannot),
        cmocka_unit_test(user_mode_needs_the_software_filter),
        cmocka_unit_test(a_missing_ibs_is_told),
        cmocka_unit_test(neoverse_has_spe_and_counters),
        cmocka_unit_test(a_machine_without_pmu_has_no_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
