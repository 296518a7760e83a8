/* The doctor's rows on memory events, of machines that the test makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/host/doctor_checks.h"
#include "tests/unit/record_pmu_tree.h"

static enum ht_doctor_state look(const struct tree *tree, unsigned at, struct ht_doctor_row *row) {
    static struct ht_doctor_facts facts;
    memset(&facts, 0, sizeof facts);
    facts.root = tree->root;
    memset(row, 0, sizeof *row);
    return ht_doctor_memory_events(&facts, at, row);
}

static void expect(const char *text, const char *part) {
    if (strstr(text, part) == NULL)
        fail_msg("'%s' does not say '%s'", text, part);
}

static void no_pmu_has_no_row(void **state) {
    struct ht_doctor_row row;
    struct tree tree;
    (void)state;
    tree_make(&tree);
    put_pmu_file(&tree, "software", "type", "1\n");
    assert_int_equal(look(&tree, 0, &row), HT_DOCTOR_NO_ROW);
    tree_remove(&tree);
}

static void intel_names_its_events(void **state) {
    struct ht_doctor_row row;
    struct tree tree;
    (void)state;
    tree_make(&tree);
    put_x86(&tree, "GenuineIntel", 6, 0x8f, 6);
    put_intel_fields(&tree, "cpu", "4\n");
    put_intel_events(&tree, "cpu", "event=0xcd,umask=0x1,ldlat=3\n", "event=0xcd,umask=0x2\n",
                     "event=0x03,umask=0x82\n");
    assert_int_equal(look(&tree, 0, &row), HT_DOCTOR_OK);
    assert_string_equal(row.name, "events of cpu");
    expect(row.found, "Sapphire Rapids: load latency (sysfs, led by mem-loads-aux), stores (sysfs), ");
    expect(row.found, "remote HITM (");
    expect(row.found, "counts 16 memory events in 6 groups");
    assert_int_equal(look(&tree, 1, &row), HT_DOCTOR_NO_ROW);
    /* a guest without PEBS */
    put_pmu_file(&tree, "cpu", "caps/max_precise", "0\n");
    assert_int_equal(look(&tree, 0, &row), HT_DOCTOR_LIMITED);
    expect(row.found, "Sapphire Rapids: cycles (sysfs), L3-miss stalls");
    expect(row.hint, "takes no precise events");
    expect(row.cost, "counters alone");
    tree_remove(&tree);
}

static void amd_names_ibs(void **state) {
    struct ht_doctor_row row;
    struct tree tree;
    (void)state;
    tree_make(&tree);
    put_x86(&tree, "AuthenticAMD", 0x19, 0x01, 1);
    put_amd_fields(&tree);
    assert_int_equal(look(&tree, 0, &row), HT_DOCTOR_LIMITED);
    expect(row.hint, "no ibs_op");
    put_ibs_zen4(&tree);
    assert_int_equal(look(&tree, 0, &row), HT_DOCTOR_OK);
    expect(row.found, "Zen 3: cycles (sysfs); counts 8 memory events in 4 groups; IBS of Zen 3 does not");
    assert_int_equal(look(&tree, 1, &row), HT_DOCTOR_OK);
    assert_string_equal(row.name, "events of ibs_op");
    assert_string_equal(row.found, "loads and stores (sysfs), loads and stores, filtered (l3missonly)");
    assert_int_equal(look(&tree, 2, &row), HT_DOCTOR_NO_ROW);
    tree_remove(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_pmu_has_no_row),
        cmocka_unit_test(intel_names_its_events),
        cmocka_unit_test(amd_names_ibs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
