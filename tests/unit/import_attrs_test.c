/* Where ids lie in records, which event a record is of, and what an event measures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/import/event_kind.h"
#include "analyze/import/event_name.h"
#include "analyze/import/perf_format.h"
#include "schema/endian.h"

static struct ht_perf_attr attr_of(uint64_t sample_type, uint64_t flags) {
    struct ht_perf_attr attr = {.sample_type = sample_type, .flags = flags, .period = 1};
    ht_perf_attr_derive(&attr);
    return attr;
}

static struct ht_perf_attrs attrs_of(struct ht_perf_attr *attr, uint32_t count) {
    struct ht_perf_attrs attrs = {.attr = attr, .count = count};
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(ht_perf_attrs_add_id(&attrs, 100 + i, i), HT_OK);
    return attrs;
}

static void free_ids(struct ht_perf_attrs *attrs) {
    attrs->attr = NULL;
    ht_perf_attrs_free(attrs);
}

static void test_identifier(void **state) {
    (void)state;
    struct ht_perf_attr attr[2] = {attr_of(HT_PS_IDENTIFIER | HT_PS_IP | HT_PS_TIME, HT_PA_SAMPLE_ID_ALL),
                                   attr_of(HT_PS_IDENTIFIER | HT_PS_CPU, HT_PA_SAMPLE_ID_ALL)};
    struct ht_perf_attrs attrs = attrs_of(attr, 2);
    struct ht_cause cause;
    assert_int_equal(ht_perf_attrs_place_ids(&attrs, &cause), HT_OK);
    assert_int_equal(attrs.id_offset, 8);
    assert_int_equal(attrs.id_from_end, 8);
    uint8_t record[32] = {0};
    ht_put_u32(record, HT_PERF_SAMPLE);
    ht_put_u64(record + 8, 101);
    assert_int_equal(ht_perf_attrs_event_of(&attrs, record, 32), 1);
    ht_put_u64(record + 8, 555);
    assert_int_equal(ht_perf_attrs_event_of(&attrs, record, 32), -1);
    ht_put_u64(record + 8, 0); /* perf makes records up with id 0 */
    assert_int_equal(ht_perf_attrs_event_of(&attrs, record, 32), 0);
    assert_int_equal(ht_perf_attrs_event_of(&attrs, record, 12), -1);
    ht_put_u32(record, HT_PERF_COMM);
    ht_put_u64(record + 24, 101);
    assert_int_equal(ht_perf_attrs_event_of(&attrs, record, 32), 1);
    assert_int_equal(ht_perf_attrs_event_of(&attrs, record, 8), -1);
    free_ids(&attrs);
}

/* Without IDENTIFIER: behind IP TID TIME ADDR in samples, before STREAM_ID and CPU in trailers. */
static void test_common_position(void **state) {
    (void)state;
    uint64_t type = HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ID | HT_PS_CPU | HT_PS_PERIOD;
    struct ht_perf_attr attr[2] = {attr_of(type, HT_PA_SAMPLE_ID_ALL), attr_of(type, HT_PA_SAMPLE_ID_ALL)};
    struct ht_perf_attrs attrs = attrs_of(attr, 2);
    struct ht_cause cause;
    assert_int_equal(ht_perf_attrs_place_ids(&attrs, &cause), HT_OK);
    assert_int_equal(attrs.id_offset, 32);
    assert_int_equal(attrs.id_from_end, 16);
    attr[1] = attr_of(type | HT_PS_ADDR, HT_PA_SAMPLE_ID_ALL);
    assert_int_equal(ht_perf_attrs_place_ids(&attrs, &cause), HT_UNSUPPORTED);
    assert_non_null(strstr(cause.text, "different places"));
    free_ids(&attrs);
}

static void test_one_event_needs_no_id(void **state) {
    (void)state;
    struct ht_perf_attr attr[2] = {attr_of(HT_PS_IP | HT_PS_TIME, 0), attr_of(HT_PS_IP | HT_PS_TIME, 0)};
    struct ht_perf_attrs one = {.attr = attr, .count = 1}, two = {.attr = attr, .count = 2};
    struct ht_cause cause;
    uint8_t record[32] = {0};
    ht_put_u32(record, HT_PERF_SAMPLE);
    assert_int_equal(ht_perf_attrs_place_ids(&one, &cause), HT_OK);
    assert_int_equal(ht_perf_attrs_event_of(&one, record, 32), 0);
    assert_int_equal(ht_perf_attrs_place_ids(&two, &cause), HT_OK);
    assert_int_equal(ht_perf_attrs_event_of(&two, record, 32), 0); /* their samples look the same */
    assert_true(two.indistinct);
    ht_put_u32(record, HT_PERF_COMM); /* no trailer: the first event's */
    assert_int_equal(ht_perf_attrs_event_of(&two, record, 32), 0);
    assert_int_equal(ht_perf_attr_time(&attr[0], record, 32), 0);
    attr[1] = attr_of(HT_PS_IP | HT_PS_TIME | HT_PS_CPU, 0);
    assert_int_equal(ht_perf_attrs_place_ids(&two, &cause), HT_UNSUPPORTED);
    assert_non_null(strstr(cause.text, "no ids"));
}

static void test_many_ids(void **state) {
    (void)state;
    struct ht_perf_attrs attrs = {.count = 7};
    for (uint64_t id = 1; id <= 20000; id++)
        assert_int_equal(ht_perf_attrs_add_id(&attrs, id * 64, (uint32_t)(id % 7)), HT_OK);
    for (uint64_t id = 1; id <= 20000; id++)
        assert_int_equal(ht_perf_attrs_find(&attrs, id * 64), (int)(id % 7));
    assert_int_equal(ht_perf_attrs_find(&attrs, 63), -1);
    assert_int_equal(ht_perf_attrs_find(&attrs, 0), -1);
    ht_perf_attrs_free(&attrs);
}

static void test_unknown_fields_are_seen(void **state) {
    (void)state;
    struct ht_perf_attr attr = attr_of(HT_PS_IP | 1ull << 25, 0);
    assert_true(attr.newer);
    attr = attr_of(HT_PS_KNOWN, 0);
    assert_false(attr.newer);
}

static void test_kinds(void **state) {
    (void)state;
    static const struct {
        int line;
        uint32_t type;
        uint64_t config;
        const char *name, *cpuid;
        enum ht_event_kind kind;
    } rows[] = {
        {__LINE__, 1, 0, "cpu-clock", "", HT_EVENT_KIND_CPU_CLOCK},
        {__LINE__, 1, 2, "page-faults", "", HT_EVENT_KIND_PAGE_FAULT},
        {__LINE__, 1, 5, "minor-faults", "", HT_EVENT_KIND_PAGE_FAULT},
        {__LINE__, 1, 6, "major-faults", "", HT_EVENT_KIND_MAJOR_FAULT},
        {__LINE__, 1, 9, "dummy:HG", "", HT_EVENT_KIND_SIDEBAND},
        {__LINE__, 1, 3, "context-switches", "", HT_EVENT_KIND_OTHER},
        {__LINE__, 1, 4, "cpu-migrations", "", HT_EVENT_KIND_OTHER},
        {__LINE__, 0, 0, "cycles:P", "", HT_EVENT_KIND_CPU_CLOCK},
        {__LINE__, 0, 0x400000000, "cpu_core/cycles/", "", HT_EVENT_KIND_CPU_CLOCK},
        {__LINE__, 0, 3, "cache-misses", "", HT_EVENT_KIND_OTHER},
        {__LINE__, 2, 313, "sched:sched_migrate_task", "", HT_EVENT_KIND_TRACEPOINT},
        {__LINE__, 9, 0, "ibs_op//", "AuthenticAMD,25,17,1", HT_EVENT_KIND_MEM_ANY},
        {__LINE__, 4, 0x1cd, "cpu/mem-loads,ldlat=30/P", "GenuineIntel,6,85,7", HT_EVENT_KIND_MEM_LOAD},
        {__LINE__, 4, 0x82d0, "cpu/mem-stores/P", "GenuineIntel,6,85,7", HT_EVENT_KIND_MEM_STORE},
        {__LINE__, 4, 0x8203, "cpu/mem-loads-aux/", "GenuineIntel,6,143,8", HT_EVENT_KIND_OTHER},
        {__LINE__, 4, 0x4d3, "MEM_LOAD_L3_MISS_RETIRED.REMOTE_HITM", "", HT_EVENT_KIND_HITM},
        {__LINE__, 4, 0x4d2, "mem_load_l3_hit_retired.xsnp_hitm:pp", "", HT_EVENT_KIND_HITM},
        {__LINE__, 4, 0x8d2, "mem_load_l3_hit_retired.xsnp_none:pp", "", HT_EVENT_KIND_MEM_LOAD},
        {__LINE__, 4, 0x4d3, "r4d3:pp", "GenuineIntel,6,85,7", HT_EVENT_KIND_HITM},
        {__LINE__, 4, 0x4d3, "r4d3:pp", "GenuineIntel,6,79,1", HT_EVENT_KIND_OTHER},
        {__LINE__, 4, 0x4d3, "r4d3:pp", "AuthenticAMD,25,17,1", HT_EVENT_KIND_OTHER},
        {__LINE__, 4, 0x10d3, "r10d3:pp", "GenuineIntel,6,79,1", HT_EVENT_KIND_HITM},
        {__LINE__, 4, 0x82d0, "r82d0:pp", "GenuineIntel,6,143,8", HT_EVENT_KIND_MEM_STORE},
        {__LINE__, 5, 0, "mem:0x1000:rw", "", HT_EVENT_KIND_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_perf_attr attr = {.type = rows[i].type, .config = rows[i].config, .period = 1};
        enum ht_event_kind kind = ht_event_kind_of(&attr, rows[i].name, rows[i].cpuid);
        if (kind != rows[i].kind)
            fail_msg("row of line %d: kind %d, not %d", rows[i].line, kind, rows[i].kind);
    }
    struct ht_perf_attr counted = {.type = 4};
    assert_int_equal(ht_event_kind_of(&counted, "mem_load_x", ""), HT_EVENT_KIND_COUNTER);
    struct ht_perf_attr precise = {
        .type = 4, .config = 0x20d1, .period = 1, .sample_type = HT_PS_DATA_SRC, .flags = 2ull << 15};
    assert_int_equal(ht_event_kind_of(&precise, "r20d1:pp", ""), HT_EVENT_KIND_MEM_ANY);
}

/* What `perf evlist` of 6.1 prints for files that tell no names. */
static void test_names(void **state) {
    (void)state;
    static const uint64_t no_guest = HT_PA_EXCLUDE_GUEST, u = HT_PA_EXCLUDE_KERNEL | HT_PA_EXCLUDE_HV;
    static const struct {
        int line;
        uint32_t type;
        uint64_t config, flags;
        const char *pmu, *name;
    } rows[] = {
        {__LINE__, 0, 0, no_guest, NULL, "cycles"},
        {__LINE__, 0, 0, no_guest | 2ull << 15, NULL, "cycles:ppH"},
        {__LINE__, 0, 0, 3ull << 15, NULL, "cycles:ppp"},
        {__LINE__, 0, 0x400000001, no_guest, NULL, "instructions"},
        {__LINE__, 0, 77, no_guest, NULL, "unknown-hardware"},
        {__LINE__, 1, 0, 0, NULL, "cpu-clock:HG"},
        {__LINE__, 1, 9, u | no_guest, NULL, "dummy:uH"},
        {__LINE__, 1, 9, u, NULL, "dummy:u"},
        {__LINE__, 1, 11, no_guest, NULL, "cgroup-switches"},
        {__LINE__, 1, 1ull << 40, no_guest, NULL, "unknown-software"},
        {__LINE__, 3, 0x10002, no_guest, NULL, "LLC-load-misses"},
        {__LINE__, 3, 0x100, no_guest, NULL, "L1-dcache-stores"},
        {__LINE__, 3, 0x20007, no_guest, NULL, "unknown-ext-hardware-cache"},
        {__LINE__, 4, 0x1cd, no_guest, NULL, "raw 0x1cd"},
        {__LINE__, 2, 313, 0, NULL, "tracepoint 313"},
        {__LINE__, 9, 0x80000, 0, "ibs_op", "ibs_op/config=0x80000/"},
        {__LINE__, 9, 1, 0, NULL, "type 9 config 0x1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_perf_attr attr = {.type = rows[i].type, .config = rows[i].config, .flags = rows[i].flags};
        char name[64];
        ht_event_default_name(&attr, rows[i].pmu, name, sizeof name);
        if (strcmp(name, rows[i].name) != 0)
            fail_msg("row of line %d: %s, not %s", rows[i].line, name, rows[i].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identifier),
        cmocka_unit_test(test_common_position),
        cmocka_unit_test(test_one_event_needs_no_id),
        cmocka_unit_test(test_many_ids),
        cmocka_unit_test(test_unknown_fields_are_seen),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
