/* The tables of CPU families against themselves: every purpose is served once or refused with a reason, codes
 * fit the vendor's fields, models do not overlap; and which family a machine is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/family.h"
#include "tests/unit/record_pmu_tree.h"

#define EACH_FAMILY(f)                                                                                       \
    for (size_t t_ = 0; ht_family_tables[t_] != NULL; t_++)                                                  \
        for (const struct ht_family *f = ht_family_tables[t_]; f->name != NULL; f++)

/* All fields of the vendor's cores but those that change what is counted: edge, any, inv, in_tx. */
static uint64_t fields_of(enum ht_cpu_vendor vendor) {
    switch (vendor) {
    case HT_CPU_INTEL:
        return 0xff00ffff;
    case HT_CPU_AMD:
        return 0xfff00ffffull;
    case HT_CPU_ARM:
        return 0xffff;
    case HT_CPU_OTHER:
        break;
    }
    return 0;
}

static const char *label(const struct ht_family *f, enum ht_purpose p) {
    static char text[128];
    snprintf(text, sizeof text, "%s: %s", f->name, ht_purpose_facts[p].name);
    return text;
}

static unsigned rows_for(const struct ht_family *f, enum ht_purpose p) {
    unsigned rows = 0;
    for (size_t s = 0; s < HT_FAMILY_SETS && f->set[s] != NULL; s++)
        for (const struct ht_event_code *c = f->set[s]; !HT_CODE_IS_END(c); c++)
            rows += c->purpose == p;
    return rows;
}

/* ibs_op and arm_spe sample for the cores of these vendors. */
static int is_elsewhere(const struct ht_family *f, enum ht_purpose p) {
    return (f->vendor == HT_CPU_AMD || f->vendor == HT_CPU_ARM) &&
           (p == HT_SAMPLE_OPS || p == HT_SAMPLE_OPS_FILTERED);
}

static void every_purpose_has_one_row(void **state) {
    (void)state;
    EACH_FAMILY(f) {
        for (enum ht_purpose p = 0; p < HT_PURPOSES; p++) {
            unsigned wanted = f->none == NULL && !is_elsewhere(f, p) ? 1 : 0, rows = rows_for(f, p);
            if (rows > 1 || rows < wanted)
                fail_msg("%s has %u rows", label(f, p), rows);
        }
    }
}

static void check_row(const struct ht_family *f, const struct ht_event_code *c) {
    const char *what = label(f, c->purpose);
    if (c->name == NULL) {
        if (c->none[0] == '\0' || c->config != 0 || c->sysfs != NULL || c->libpfm != NULL || c->generic != 0)
            fail_msg("%s: no event, but codes", what);
        return;
    }
    if (c->name[0] == '\0' || strpbrk(c->name, " \t\n") != NULL)
        fail_msg("%s: the name '%s'", what, c->name);
    if (c->config == 0 && c->generic == 0 && c->sysfs == NULL)
        fail_msg("%s: nobody could encode it", what);
    if (c->config == 0 && c->libpfm != NULL)
        fail_msg("%s: libpfm4 could not be checked", what);
    if (c->config & ~fields_of(f->vendor))
        fail_msg("%s: 0x%llx does not fit", what, (unsigned long long)c->config);
    if (c->wrong_config != 0 &&
        (c->libpfm == NULL || (c->wrong_config == c->config && c->wrong_config1 == c->config1)))
        fail_msg("%s: what is wrong there?", what);
    if (c->precise > 2 || (c->precise > 0 && HT_PURPOSE_IS_COUNTED(c->purpose)))
        fail_msg("%s: precise %u", what, c->precise);
    if (c->threshold != (c->purpose == HT_SAMPLE_LOAD_LATENCY) || (c->threshold && c->config1 != 0))
        fail_msg("%s: a threshold", what);
    if (c->counters > 0xff || (c->note != NULL && c->note[0] == '\0'))
        fail_msg("%s: counters or note", what);
}

static void rows_are_sound(void **state) {
    (void)state;
    EACH_FAMILY(f)
    for (size_t s = 0; s < HT_FAMILY_SETS && f->set[s] != NULL; s++)
        for (const struct ht_event_code *c = f->set[s]; !HT_CODE_IS_END(c); c++)
            check_row(f, c);
}

static int same_code(const struct ht_event_code *a, const struct ht_event_code *b) {
    return a != NULL && b != NULL && a->config != 0 && a->config == b->config && a->config1 == b->config1;
}

/* One code cannot serve two purposes; a transfer is sampled and counted with the same one. */
static void codes_are_unlike(void **state) {
    (void)state;
    EACH_FAMILY(f) {
        for (enum ht_purpose a = 0; a < HT_PURPOSES; a++)
            for (enum ht_purpose b = a + 1; b < HT_PURPOSES; b++)
                if (HT_PURPOSE_IS_COUNTED(a) == HT_PURPOSE_IS_COUNTED(b) &&
                    same_code(ht_family_code(f, a), ht_family_code(f, b)))
                    fail_msg("%s: the code of %s", label(f, a), ht_purpose_facts[b].name);
        static const enum ht_purpose pair[][2] = {{HT_SAMPLE_LOCAL_HITM, HT_COUNT_LOCAL_HITM},
                                                  {HT_SAMPLE_REMOTE_HITM, HT_COUNT_REMOTE_HITM},
                                                  {HT_SAMPLE_STALLS, HT_COUNT_STALLS}};
        for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
            const struct ht_event_code *s = ht_family_code(f, pair[i][0]);
            if (s != NULL && s->name != NULL && !same_code(s, ht_family_code(f, pair[i][1])))
                fail_msg("%s: sampled and counted differ", label(f, pair[i][0]));
        }
    }
}

static void groups_have_room(void **state) {
    (void)state;
    EACH_FAMILY(f) {
        for (enum ht_count_group g = HT_GROUP_NONE + 1; g < HT_GROUPS; g++) {
            unsigned events = 0;
            for (enum ht_purpose p = 0; p < HT_PURPOSES; p++) {
                const struct ht_event_code *c = ht_family_code(f, p);
                events += ht_purpose_facts[p].group == g && c != NULL && c->name != NULL;
            }
            if (events > HT_GROUP_ROOM)
                fail_msg("%s: group %d has %u events", f->name, (int)g, events);
        }
    }
    for (enum ht_purpose p = 0; p < HT_PURPOSES; p++) {
        int is_clock = p == HT_COUNT_CYCLES || p == HT_COUNT_INSTRUCTIONS;
        assert_int_equal(HT_PURPOSE_IS_COUNTED(p), ht_purpose_facts[p].kind == HT_EVENT_KIND_COUNTER);
        assert_int_equal(ht_purpose_facts[p].group != HT_GROUP_NONE, HT_PURPOSE_IS_COUNTED(p) && !is_clock);
        assert_true(ht_purpose_facts[p].name[0] != '\0');
    }
}

static int overlap(const struct ht_family *a, const struct ht_family *b) {
    if (a->vendor != b->vendor || (a->pmu == NULL) != (b->pmu == NULL) ||
        (a->pmu != NULL && strcmp(a->pmu, b->pmu) != 0))
        return 0;
    for (size_t i = 0; i < HT_FAMILY_MODELS; i++)
        for (size_t k = 0; k < HT_FAMILY_MODELS; k++)
            if (a->models[i].family != 0 && a->models[i].family == b->models[k].family &&
                a->models[i].first <= b->models[k].last && b->models[k].first <= a->models[i].last)
                return 1;
    return 0;
}

static void models_do_not_overlap(void **state) {
    unsigned last[HT_CPU_ARM + 1] = {0};
    (void)state;
    EACH_FAMILY(a) {
        for (size_t u = 0; ht_family_tables[u] != NULL; u++)
            for (const struct ht_family *b = ht_family_tables[u]; b->name != NULL; b++)
                if (a != b && overlap(a, b))
                    fail_msg("%s and %s", a->name, b->name);
        /* A row without models ends its vendor's table, and it alone has a general excuse. */
        int ends = a->models[0].family == 0;
        last[a->vendor] += (unsigned)ends;
        assert_int_equal(ends, a->none != NULL);
        assert_true(!ends || a[1].name == NULL);
        for (size_t i = 0; i < HT_FAMILY_MODELS; i++)
            assert_true(a->models[i].first <= a->models[i].last);
    }
    for (size_t i = 0; i < sizeof last / sizeof last[0]; i++)
        assert_int_equal(last[i], 1);
}

static void check_ops(const struct ht_op_code *op, enum ht_pmu_role role) {
    unsigned rows = 0;
    for (; op->terms != NULL; op++, rows++) {
        assert_int_equal(op->role, role);
        assert_true(op->purpose == HT_SAMPLE_OPS || op->purpose == HT_SAMPLE_OPS_FILTERED);
        assert_int_equal(op->filter[0] != '\0', op->purpose == HT_SAMPLE_OPS_FILTERED);
        assert_true(op->period_least > 0 && op->period_step > 0 && op->period_least % op->period_step == 0);
        if (op->threshold == NULL)
            continue;
        assert_true(op->threshold_step > 0 && op->threshold_least <= op->threshold_most);
        assert_int_equal(op->threshold_least % op->threshold_step, 0);
        assert_int_equal(op->threshold_most % op->threshold_step, 0);
    }
    assert_true(rows >= 2);
}

static void op_rows_are_sound(void **state) {
    (void)state;
    check_ops(ht_amd_ops, HT_PMU_IBS);
    check_ops(ht_arm_ops, HT_PMU_SPE);
}

/* ---- which family ---- */

struct machine {
    int line;
    const char *vendor;
    unsigned family, model;
    const char *pmu, *name;
};

static const struct machine machines[] = {
    {__LINE__, "GenuineIntel", 6, 0x4f, "cpu", "Broadwell-EP"},
    {__LINE__, "GenuineIntel", 6, 0x55, "cpu", "Skylake-SP or Cascade Lake"},
    {__LINE__, "GenuineIntel", 6, 0x6a, "cpu", "Ice Lake-SP"},
    {__LINE__, "GenuineIntel", 6, 0x6c, "cpu", "Ice Lake-SP"},
    {__LINE__, "GenuineIntel", 6, 0x8f, "cpu", "Sapphire Rapids"},
    {__LINE__, "GenuineIntel", 6, 0xcf, "cpu", "Emerald Rapids"},
    {__LINE__, "GenuineIntel", 6, 0xad, "cpu", "Granite Rapids"},
    {__LINE__, "GenuineIntel", 6, 0xae, "cpu", "Granite Rapids"},
    {__LINE__, "GenuineIntel", 6, 0xaf, "cpu", "Sierra Forest or Clearwater Forest"},
    {__LINE__, "GenuineIntel", 6, 0xdd, "cpu", "Sierra Forest or Clearwater Forest"},
    {__LINE__, "GenuineIntel", 6, 0x97, "cpu_core", "Alder Lake, big cores"},
    {__LINE__, "GenuineIntel", 6, 0x97, "cpu_atom", "Alder Lake, small cores"},
    {__LINE__, "GenuineIntel", 6, 0xaa, "cpu_core", "Meteor Lake, big cores"},
    {__LINE__, "GenuineIntel", 6, 0xaa, "cpu_atom", "Meteor Lake, small cores"},
    {__LINE__, "GenuineIntel", 6, 0xc5, "cpu_lowpower", "other Intel CPU"},
    {__LINE__, "GenuineIntel", 6, 0xbd, "cpu_core", "other Intel CPU"},
    {__LINE__, "GenuineIntel", 6, 0x3f, "cpu", "other Intel CPU"},
    {__LINE__, "GenuineIntel", 19, 0x55, "cpu", "other Intel CPU"},
    {__LINE__, "AuthenticAMD", 0x17, 0x01, "cpu", "other AMD CPU"},
    {__LINE__, "AuthenticAMD", 0x17, 0x31, "cpu", "Zen 2"},
    {__LINE__, "AuthenticAMD", 0x19, 0x01, "cpu", "Zen 3"},
    {__LINE__, "AuthenticAMD", 0x19, 0x21, "cpu", "Zen 3"},
    {__LINE__, "AuthenticAMD", 0x19, 0x11, "cpu", "Zen 4"},
    {__LINE__, "AuthenticAMD", 0x19, 0xa0, "cpu", "Zen 4"},
    {__LINE__, "AuthenticAMD", 0x1a, 0x02, "cpu", "Zen 5"},
    {__LINE__, "AuthenticAMD", 0x1a, 0x50, "cpu", "other AMD CPU"},
    {__LINE__, "HygonGenuine", 0x18, 0x00, "cpu", "other CPU"},
};

static void x86_families_are_known(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        const struct machine *m = &machines[i];
        struct ht_pmu pmu = {.role = HT_PMU_CORE};
        struct ht_cpu cpu, own;
        struct tree tree;
        tree_make(&tree);
        put_x86(&tree, m->vendor, m->family, m->model, 7);
        snprintf(pmu.name, sizeof pmu.name, "%s", m->pmu);
        ht_cpu_read(tree.root, &cpu);
        ht_cpu_of_pmu(tree.root, &cpu, &pmu, &own);
        tree_remove(&tree);
        assert_string_equal(cpu.name, "some CPU @ 2.00GHz");
        if (cpu.model != m->model || cpu.family != m->family || cpu.stepping != 7 ||
            strcmp(ht_family_of(&own, &pmu)->name, m->name) != 0)
            fail_msg("line %d: %s", m->line, ht_family_of(&own, &pmu)->name);
    }
}

static const char *arm_family(const struct tree *tree, const char *pmu_name, int first_cpu) {
    struct ht_pmu pmu = {.role = HT_PMU_CORE, .first_cpu = first_cpu};
    struct ht_cpu cpu, own;
    snprintf(pmu.name, sizeof pmu.name, "%s", pmu_name);
    ht_cpu_read(tree->root, &cpu);
    assert_int_equal(cpu.vendor, HT_CPU_ARM);
    ht_cpu_of_pmu(tree->root, &cpu, &pmu, &own);
    return ht_family_of(&own, &pmu)->name;
}

static void arm_families_are_known(void **state) {
    struct tree tree;
    (void)state;
    tree_make(&tree);
    put_arm(&tree, 0xd0c);
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_0", 0), "Neoverse N1");
    put_arm(&tree, 0xd40);
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_0", 0), "Neoverse V1");
    /* MIDR of the PMU's own CPUs goes before /proc/cpuinfo's first. */
    put_midr(&tree, 0, "0x00000000410fd0c1\n");
    put_midr(&tree, 4, "0x00000000410fd490\n");
    put_midr(&tree, 8, "0x00000000410fd4f1\n");
    put_midr(&tree, 12, "0x00000000480fd010\n");
    put_midr(&tree, 13, "midr\n");
    assert_true(ht_cpu_midr(tree.root, 4) == 0x410fd490);
    assert_true(ht_cpu_midr(tree.root, 13) == 0 && ht_cpu_midr(tree.root, 99) == 0);
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_0", 0), "Neoverse N1");
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_1", 4), "Neoverse N2");
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_2", 8), "Neoverse V2");
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_3", 12), "other Arm CPU");
    assert_string_equal(arm_family(&tree, "armv8_pmuv3_4", 99), "Neoverse V1");
    tree_remove(&tree);
}

/* Nothing, and nonsense, are a CPU that nobody knows. */
static void strange_cpuinfo_is_read(void **state) {
    static const char *const texts[] = {"",
                                        "\n\n\n",
                                        "model",
                                        "vendor_id\t: GenuineIntel",
                                        "cpu family : x\n",
                                        "CPU implementer\t: 0xffffffffffffffffff\nCPU part : -1\n"};
    struct ht_pmu pmu = {.name = "cpu"};
    struct ht_cpu cpu;
    struct tree tree;
    (void)state;
    tree_make(&tree);
    ht_cpu_read(tree.root, &cpu);
    assert_string_equal(ht_family_of(&cpu, &pmu)->name, "other CPU");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        tree_put(&tree, "/proc/cpuinfo", texts[i]);
        ht_cpu_read(tree.root, &cpu);
        assert_non_null(ht_family_of(&cpu, &pmu)->none);
    }
    tree_remove(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_purpose_has_one_row), cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(codes_are_unlike),          cmocka_unit_test(groups_have_room),
        cmocka_unit_test(models_do_not_overlap),     cmocka_unit_test(op_rows_are_sound),
        cmocka_unit_test(x86_families_are_known),    cmocka_unit_test(arm_families_are_known),
        cmocka_unit_test(strange_cpuinfo_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
