/* The PMUs of sysfs: which there are, their fields, the terms of their events; and files that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/pmu.h"
#include "tests/unit/record_pmu_tree.h"

#define EACH(i, table) for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)

static const struct ht_pmu cpu = {.name = "cpu"};

static void pmus_are_listed(void **state) {
    struct ht_pmu_list list;
    struct tree tree;
    (void)state;
    tree_make(&tree);
    ht_pmu_list(tree.root, &list);
    assert_int_equal(list.pmus + list.left_out, 0);
    put_pmu_file(&tree, "software", "type", "1\n");
    put_pmu_file(&tree, "uncore_imc_0", "type", "20\n");
    put_pmu_file(&tree, "cpuidle", "type", "21\n");
    put_pmu_file(&tree, "ibs_op", "type", "9\n");
    put_pmu_file(&tree, "ibs_fetch", "type", "8\n");
    put_pmu_file(&tree, "cpu_core", "type", "4\n");
    put_pmu_file(&tree, "cpu_core", "cpus", "0-15\n");
    put_pmu_file(&tree, "cpu_atom", "type", "10\n");
    put_pmu_file(&tree, "cpu_atom", "cpus", "16-23\n");
    put_pmu_file(&tree, "arm_spe_0", "type", "11\n");
    put_pmu_file(&tree, "arm_spe_0", "cpumask", "4-7\n");
    put_pmu_file(&tree, "armv8_neoverse_n1", "type", "7\n");
    put_pmu_file(&tree, "armv8_pmuv3_9", "type", "no number\n");
    put_pmu_file(&tree, "cpu_lowpower", "type", "4294967296\n");
    ht_pmu_list(tree.root, &list);
    static const struct {
        const char *name;
        enum ht_pmu_role role;
        uint32_t type;
        int first_cpu, is_partial;
    } wanted[] = {{"arm_spe_0", HT_PMU_SPE, 11, 4, 1},
                  {"armv8_neoverse_n1", HT_PMU_CORE, 7, 0, 0},
                  {"cpu_atom", HT_PMU_CORE, 10, 16, 1},
                  {"cpu_core", HT_PMU_CORE, 4, 0, 1},
                  {"ibs_op", HT_PMU_IBS, 9, 0, 0}};
    assert_int_equal(list.pmus, sizeof wanted / sizeof wanted[0]);
    assert_int_equal(list.left_out, 2);
    EACH(i, wanted) {
        assert_string_equal(list.pmu[i].name, wanted[i].name);
        assert_int_equal(list.pmu[i].role, wanted[i].role);
        assert_int_equal(list.pmu[i].type, wanted[i].type);
        assert_int_equal(list.pmu[i].first_cpu, wanted[i].first_cpu);
        assert_int_equal(list.pmu[i].is_partial, wanted[i].is_partial);
    }
    tree_remove(&tree);
}

static void too_many_pmus_are_counted(void **state) {
    struct ht_pmu_list list;
    struct tree tree;
    char name[80];
    (void)state;
    tree_make(&tree);
    for (unsigned i = 0; i < HT_PMUS_MAX + 3; i++) {
        snprintf(name, sizeof name, "arm_spe_%u", i);
        put_pmu_file(&tree, name, "type", "11\n");
    }
    snprintf(name, sizeof name, "armv8_%070d", 0);
    put_pmu_file(&tree, name, "type", "12\n");
    ht_pmu_list(tree.root, &list);
    assert_int_equal(list.pmus, HT_PMUS_MAX);
    assert_int_equal(list.left_out, 4);
    tree_remove(&tree);
}

static void caps_are_numbers(void **state) {
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"3\n", 3},  {"0\n", 0},  {"0x20\n", 32},
                 {"", -1},    {"\n", -1},  {"-1", -1},
                 {"3 4", -1}, {"yes", -1}, {"99999999999999999999", -1}};
    struct tree tree;
    (void)state;
    tree_make(&tree);
    assert_int_equal(ht_pmu_cap(tree.root, &cpu, "max_precise"), -1);
    EACH(i, cases) {
        put_pmu_file(&tree, "cpu", "caps/max_precise", cases[i].text);
        assert_int_equal(ht_pmu_cap(tree.root, &cpu, "max_precise"), cases[i].value);
    }
    tree_remove(&tree);
}

static void fields_are_read(void **state) {
    static const struct {
        int line;
        const char *text;
        enum ht_status status;
        struct ht_pmu_code bits;
    } cases[] = {
        {__LINE__, "config:0-7\n", HT_OK, {{0xff, 0, 0}}},
        {__LINE__, "config:0-7,32-35\n", HT_OK, {{0xf000000ff, 0, 0}}},
        {__LINE__, "config1:0-63", HT_OK, {{0, UINT64_MAX, 0}}},
        {__LINE__, "config2:63", HT_OK, {{0, 0, 1ull << 63}}},
        {__LINE__, "config:1,3,5-6", HT_OK, {{0x6a, 0, 0}}},
        {__LINE__, "config3:0-63", HT_FORMAT, {{0}}},
        {__LINE__, "config:0-64", HT_FORMAT, {{0}}},
        {__LINE__, "config:7-0", HT_FORMAT, {{0}}},
        {__LINE__, "config:", HT_FORMAT, {{0}}},
        {__LINE__, "config:x", HT_FORMAT, {{0}}},
        {__LINE__, "config:0-7x", HT_FORMAT, {{0}}},
        {__LINE__, "config", HT_FORMAT, {{0}}},
        {__LINE__, "config12:0", HT_FORMAT, {{0}}},
        {__LINE__, "confi", HT_FORMAT, {{0}}},
        {__LINE__, "sample_period:0-7", HT_FORMAT, {{0}}},
        {__LINE__, "\n", HT_NOT_FOUND, {{0}}},
    };
    struct ht_pmu_code bits;
    struct tree tree;
    (void)state;
    tree_make(&tree);
    assert_int_equal(ht_pmu_field(tree.root, &cpu, "event", &bits, NULL), HT_NOT_FOUND);
    assert_int_equal(ht_pmu_fields(tree.root, &cpu, &bits), 0);
    assert_true(bits.word[0] == UINT64_MAX && bits.word[2] == UINT64_MAX);
    EACH(i, cases) {
        put_pmu_file(&tree, "cpu", "format/event", cases[i].text);
        enum ht_status status = ht_pmu_field(tree.root, &cpu, "event", &bits, NULL);
        if (status != cases[i].status || (status == HT_OK && memcmp(&bits, &cases[i].bits, sizeof bits) != 0))
            fail_msg("line %d: %d, 0x%llx", cases[i].line, (int)status, (unsigned long long)bits.word[0]);
    }
    put_pmu_file(&tree, "cpu", "type", "config:0-63\n");
    assert_int_equal(ht_pmu_field(tree.root, &cpu, "../type", &bits, NULL), HT_NOT_FOUND);
    put_pmu_file(&tree, "cpu", "format/event", "config:0-7,32-35\n");
    put_pmu_file(&tree, "cpu", "format/ldlat", "config1:0-15\n");
    put_pmu_file(&tree, "cpu", "format/new", "config7:0-15\n");
    assert_int_equal(ht_pmu_fields(tree.root, &cpu, &bits), 1);
    assert_true(bits.word[0] == 0xf000000ff && bits.word[1] == 0xffff && bits.word[2] == 0);
    tree_remove(&tree);
}

/* As `perf stat -vv` shows them for the same terms and fields; only of two terms for one field perf 6.1 mixes
 * the bits (ldlat=3,ldlat=30 is 31 there). */
static void terms_become_codes(void **state) {
    static const struct {
        int line;
        const char *terms;
        enum ht_status status;
        struct ht_pmu_code code;
    } cases[] = {
        {__LINE__, "", HT_OK, {{0}}},
        {__LINE__, "event=0xcd,umask=0x1,ldlat=3", HT_OK, {{0x1cd, 3, 0}}},
        {__LINE__, "event=0xcd,umask=0x1,ldlat=3,ldlat=30", HT_OK, {{0x1cd, 30, 0}}},
        {__LINE__, "event=0x1c2", HT_OK, {{0x1000000c2, 0, 0}}},
        {__LINE__, "edge", HT_OK, {{1 << 18, 0, 0}}},
        {__LINE__, "edge,edge=0", HT_OK, {{0}}},
        {__LINE__, "event=10,cmask=255", HT_OK, {{0xff00000a, 0, 0}}},
        {__LINE__, "config=0x1234,umask=0xff,config2=7", HT_OK, {{0xff34, 0, 7}}},
        {__LINE__, "event=0x1000", HT_FORMAT, {{0}}},
        {__LINE__, "edge=2", HT_FORMAT, {{0}}},
        {__LINE__, "nobody=1", HT_FORMAT, {{0}}},
        {__LINE__, "event=", HT_FORMAT, {{0}}},
        {__LINE__, "event=x", HT_FORMAT, {{0}}},
        {__LINE__, "event=-1", HT_FORMAT, {{0}}},
        {__LINE__, "event=?", HT_FORMAT, {{0}}},
        {__LINE__, "event=0xffffffffffffffffff", HT_FORMAT, {{0}}},
        {__LINE__, ",", HT_FORMAT, {{0}}},
        {__LINE__, "=1", HT_FORMAT, {{0}}},
    };
    struct tree tree;
    char longest[400];
    (void)state;
    tree_make(&tree);
    put_amd_fields(&tree);
    put_pmu_file(&tree, "cpu", "format/ldlat", "config1:0-15\n");
    EACH(i, cases) {
        struct ht_pmu_code code = {{0}};
        enum ht_status status = ht_pmu_terms(tree.root, &cpu, cases[i].terms, &code, NULL);
        if (status != cases[i].status || (status == HT_OK && memcmp(&code, &cases[i].code, sizeof code) != 0))
            fail_msg("line %d: %d, 0x%llx", cases[i].line, (int)status, (unsigned long long)code.word[0]);
    }
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    struct ht_pmu_code code = {{0}};
    assert_int_equal(ht_pmu_terms(tree.root, &cpu, longest, &code, NULL), HT_FORMAT);
    tree_remove(&tree);
}

static void events_are_read(void **state) {
    char text[64];
    struct tree tree;
    (void)state;
    tree_make(&tree);
    put_pmu_file(&tree, "cpu", "events/mem-loads", "event=0xcd,umask=0x1,ldlat=3\n");
    assert_int_equal(ht_pmu_event(tree.root, &cpu, "mem-loads", text, sizeof text, NULL), HT_OK);
    assert_string_equal(text, "event=0xcd,umask=0x1,ldlat=3");
    assert_int_equal(ht_pmu_event(tree.root, &cpu, "mem-stores", text, sizeof text, NULL), HT_NOT_FOUND);
    tree_remove(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pmus_are_listed),    cmocka_unit_test(too_many_pmus_are_counted),
        cmocka_unit_test(caps_are_numbers),   cmocka_unit_test(fields_are_read),
        cmocka_unit_test(terms_become_codes), cmocka_unit_test(events_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
