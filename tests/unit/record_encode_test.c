/* Every event of every CPU family, encoded on this machine and compared with the code that the vendor gives
 * for it (perfmon, AMD's and Arm's lists): with libpfm4 forced to that CPU, with libpfm4 as it is on a
 * user's machine, and without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/events/encode.h"
#include "record/events/libpfm.h"
#include "tests/unit/record_pmu_tree.h"

#define INTEL "GenuineIntel"
#define AMD   "AuthenticAMD"

/* A machine of each family. */
static const struct machine {
    const char *id, *vendor; /* vendor NULL: Arm, model its part */
    unsigned family, model;
    const char *pmu;
} machines[] = {
    {"BDX", INTEL, 6, 0x4f, "cpu"},
    {"SKX", INTEL, 6, 0x55, "cpu"},
    {"ICX", INTEL, 6, 0x6a, "cpu"},
    {"SPR", INTEL, 6, 0x8f, "cpu"},
    {"EMR", INTEL, 6, 0xcf, "cpu"},
    {"GNR", INTEL, 6, 0xad, "cpu"},
    {"SRF", INTEL, 6, 0xaf, "cpu"},
    {"ADL-P", INTEL, 6, 0x97, "cpu_core"},
    {"ADL-E", INTEL, 6, 0x97, "cpu_atom"},
    {"MTL-P", INTEL, 6, 0xaa, "cpu_core"},
    {"MTL-E", INTEL, 6, 0xaa, "cpu_atom"},
    {"ZEN2", AMD, 0x17, 0x31, "cpu"},
    {"ZEN3", AMD, 0x19, 0x01, "cpu"},
    {"ZEN4", AMD, 0x19, 0x11, "cpu"},
    {"ZEN5", AMD, 0x1a, 0x02, "cpu"},
    {"N1", NULL, 0x41, 0xd0c, "armv8_pmuv3_0"},
    {"N2", NULL, 0x41, 0xd49, "armv8_pmuv3_0"},
    {"V1", NULL, 0x41, 0xd40, "armv8_pmuv3_0"},
    {"V2", NULL, 0x41, 0xd4f, "armv8_pmuv3_0"},
};

#define BIG     "SKX ICX SPR EMR GNR"
#define RAPIDS  "SPR EMR GNR"
#define HYBRIDS "ADL-P MTL-P"
#define SMALL   "SRF ADL-E MTL-E"
#define ZEN     "ZEN2 ZEN3 ZEN4 ZEN5"
#define ZEN3ON  "ZEN3 ZEN4 ZEN5"
#define ARM     "N1 N2 V1 V2"

/* The codes wanted; load latency with a threshold of 30 cycles. */
static const struct wanted {
    int line;
    const char *machines;
    enum ht_purpose purpose;
    uint64_t config, config1;
} wanted[] = {
    {__LINE__, "BDX " BIG " " HYBRIDS, HT_SAMPLE_LOAD_LATENCY, 0x1cd, 30},
    {__LINE__, SMALL, HT_SAMPLE_LOAD_LATENCY, 0x5d0, 30},
    {__LINE__, "BDX SKX ICX", HT_SAMPLE_STORES, 0x82d0, 0},
    {__LINE__, RAPIDS " " HYBRIDS, HT_SAMPLE_STORES, 0x2cd, 0},
    {__LINE__, SMALL, HT_SAMPLE_STORES, 0x6d0, 0},
    {__LINE__, "SPR EMR ADL-P", HT_LEAD_LOADS, 0x8203, 0},
    {__LINE__, "BDX " BIG " " HYBRIDS, HT_SAMPLE_LOCAL_HITM, 0x4d2, 0},
    {__LINE__, "ADL-E", HT_SAMPLE_LOCAL_HITM, 0x20d1, 0},
    {__LINE__, "BDX", HT_SAMPLE_REMOTE_HITM, 0x10d3, 0},
    {__LINE__, BIG, HT_SAMPLE_REMOTE_HITM, 0x4d3, 0},
    {__LINE__, "BDX", HT_SAMPLE_STALLS, 0x50005a3, 0},
    {__LINE__, BIG " " HYBRIDS, HT_SAMPLE_STALLS, 0x60006a3, 0},
    {__LINE__, "SRF MTL-E", HT_SAMPLE_STALLS, 0x7834, 0},
    {__LINE__, "ADL-E", HT_SAMPLE_STALLS, 0x434, 0},
    {__LINE__, "N2 V1 V2", HT_SAMPLE_STALLS, 0x4005, 0},
    /* loads by the level that they hit */
    {__LINE__, "BDX " BIG " " HYBRIDS " " SMALL, HT_COUNT_L1_HITS, 0x1d1, 0},
    {__LINE__, "BDX " BIG " " HYBRIDS " " SMALL, HT_COUNT_L2_HITS, 0x2d1, 0},
    {__LINE__, "BDX " BIG " " HYBRIDS " ADL-E", HT_COUNT_L3_HITS, 0x4d1, 0},
    {__LINE__, "SRF MTL-E", HT_COUNT_L3_HITS, 0x1cd1, 0},
    {__LINE__, ZEN, HT_COUNT_L2_HITS, 0x143, 0},
    {__LINE__, ZEN, HT_COUNT_L3_HITS, 0x243, 0},
    {__LINE__, ARM, HT_COUNT_L1_MISSES, 0x42, 0},
    {__LINE__, ARM, HT_COUNT_L2_MISSES, 0x52, 0},
    {__LINE__, ARM, HT_COUNT_L3_MISSES, 0x37, 0},
    {__LINE__, "BDX " BIG " " HYBRIDS " " SMALL, HT_COUNT_LOADS, 0x81d0, 0},
    {__LINE__, ZEN, HT_COUNT_LOADS, 0x129, 0},
    {__LINE__, ARM, HT_COUNT_LOADS, 0x66, 0},
    /* memory */
    {__LINE__, "BDX " BIG " SRF " HYBRIDS, HT_COUNT_LOCAL_DRAM, 0x1d3, 0},
    {__LINE__, "ADL-E", HT_COUNT_LOCAL_DRAM, 0x80d1, 0},
    {__LINE__, "MTL-E", HT_COUNT_LOCAL_DRAM, 0x2d4, 0},
    {__LINE__, ZEN, HT_COUNT_LOCAL_DRAM, 0x843, 0},
    {__LINE__, "BDX", HT_COUNT_REMOTE_DRAM, 0x4d3, 0},
    {__LINE__, BIG " SRF", HT_COUNT_REMOTE_DRAM, 0x2d3, 0},
    {__LINE__, ZEN, HT_COUNT_REMOTE_DRAM, 0x4043, 0},
    {__LINE__, ARM, HT_COUNT_REMOTE_ACCESSES, 0x31, 0},
    {__LINE__, "ZEN4 ZEN5", HT_COUNT_EXTENSION_MEMORY, 0x8043, 0},
    /* other caches */
    {__LINE__, "BDX " BIG " " HYBRIDS, HT_COUNT_LOCAL_HITM, 0x4d2, 0},
    {__LINE__, "SRF", HT_COUNT_LOCAL_HITM, 0x8d4, 0},
    {__LINE__, "ADL-E", HT_COUNT_LOCAL_HITM, 0x20d1, 0},
    {__LINE__, "BDX", HT_COUNT_REMOTE_HITM, 0x10d3, 0},
    {__LINE__, BIG, HT_COUNT_REMOTE_HITM, 0x4d3, 0},
    {__LINE__, "SRF", HT_COUNT_REMOTE_HITM, 0x8d3, 0},
    {__LINE__, "BDX", HT_COUNT_REMOTE_FORWARDS, 0x20d3, 0},
    {__LINE__, BIG, HT_COUNT_REMOTE_FORWARDS, 0x8d3, 0},
    {__LINE__, "SRF", HT_COUNT_REMOTE_FORWARDS, 0x4d3, 0},
    {__LINE__, ZEN3ON, HT_COUNT_NEAR_CACHE, 0x443, 0},
    {__LINE__, ZEN, HT_COUNT_REMOTE_CACHE, 0x1043, 0},
    {__LINE__, ZEN3ON, HT_COUNT_REMOTE_CACHE_ANY, 0x1044, 0},
    /* waits */
    {__LINE__, "BDX", HT_COUNT_STALLS, 0x50005a3, 0},
    {__LINE__, BIG " " HYBRIDS, HT_COUNT_STALLS, 0x60006a3, 0},
    {__LINE__, "SRF MTL-E", HT_COUNT_STALLS, 0x7834, 0},
    {__LINE__, "ADL-E", HT_COUNT_STALLS, 0x434, 0},
    {__LINE__, "N2 V1 V2", HT_COUNT_STALLS, 0x4005, 0},
    {__LINE__, "BDX " BIG " " HYBRIDS " " SMALL, HT_COUNT_LOCKED_LOADS, 0x21d0, 0},
    {__LINE__, "BDX " BIG " " HYBRIDS " " SMALL, HT_COUNT_ORDER_CLEARS, 0x2c3, 0},
    /* offcore responses */
    {__LINE__, "SKX", HT_COUNT_OFFCORE_HITM, 0x1b7, 0x103fc00001},
    {__LINE__, "ICX", HT_COUNT_OFFCORE_HITM, 0x1b7, 0x1030000001},
    {__LINE__, RAPIDS, HT_COUNT_OFFCORE_HITM, 0x12a, 0x1030000001},
    {__LINE__, "SKX", HT_COUNT_OFFCORE_FORWARDS, 0x1b7, 0x83fc00001},
    {__LINE__, "ICX", HT_COUNT_OFFCORE_FORWARDS, 0x1b7, 0x830000001},
    {__LINE__, RAPIDS, HT_COUNT_OFFCORE_FORWARDS, 0x12a, 0x830000001},
    {__LINE__, "SKX", HT_COUNT_OFFCORE_DRAM, 0x1b7, 0x63b800001},
    {__LINE__, "ICX", HT_COUNT_OFFCORE_DRAM, 0x1b7, 0x730000001},
    {__LINE__, RAPIDS, HT_COUNT_OFFCORE_DRAM, 0x12a, 0x730000001},
    {__LINE__, "ICX", HT_COUNT_OFFCORE_READS_HITM, 0x1b7, 0x1030000477},
    {__LINE__, RAPIDS, HT_COUNT_OFFCORE_READS_HITM, 0x12a, 0x1030004477},
};

#define EACH(i, table) for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)

/* ---- one machine at a time ---- */

struct bench {
    struct tree tree;
    struct ht_pmu_list list;
    struct ht_encode how;
};

static void set_up_machine(struct bench *b, const struct machine *m) {
    struct ht_cpu cpu, own;
    tree_make(&b->tree);
    if (m->vendor == NULL) {
        put_arm(&b->tree, m->model);
        put_arm_fields(&b->tree, m->pmu, "8\n", "0-3\n");
    } else {
        put_x86(&b->tree, m->vendor, m->family, m->model, 1);
        if (strcmp(m->vendor, AMD) == 0)
            put_amd_fields(&b->tree);
        else
            put_intel_fields(&b->tree, m->pmu, "4\n");
    }
    ht_cpu_read(b->tree.root, &cpu);
    ht_pmu_list(b->tree.root, &b->list);
    assert_int_equal(b->list.pmus, 1);
    ht_cpu_of_pmu(b->tree.root, &cpu, &b->list.pmu[0], &own);
    b->how = (struct ht_encode){b->tree.root, &b->list.pmu[0], ht_family_of(&own, &b->list.pmu[0]), 30};
    assert_null(b->how.family->none); /* no stand-in */
}

static void force_libpfm(const char *pmu) {
    ht_libpfm_close();
    assert_int_equal(setenv("LIBPFM_FORCE_PMU", pmu, 1), 0);
}

static void free_libpfm(void) {
    ht_libpfm_close();
    assert_int_equal(unsetenv("LIBPFM_FORCE_PMU"), 0);
}

static int is_among(const char *id, const char *ids) {
    size_t length = strlen(id);
    for (const char *at = ids; (at = strstr(at, id)) != NULL; at++)
        if ((at == ids || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return 1;
    return 0;
}

static const struct wanted *wanted_of(const char *id, enum ht_purpose purpose) {
    EACH(i, wanted)
    if (wanted[i].purpose == purpose && is_among(id, wanted[i].machines))
        return &wanted[i];
    return NULL;
}

/* Whether libpfm4 can encode the row at all, and what. */
static int libpfm_says(const struct bench *b, const struct ht_event_code *row, struct ht_pmu_code *code) {
    char event[160];
    snprintf(event, sizeof event, "%s::%s%s", b->how.family->libpfm, row->libpfm,
             row->threshold ? ":ldlat=30" : "");
    return b->how.family->libpfm != NULL && row->libpfm != NULL &&
           ht_libpfm_encode(event, code, NULL) == HT_OK;
}

static void check(const struct bench *b, const char *id, const struct wanted *w, const struct ht_encoded *e) {
    if (e->code.word[0] != w->config || e->code.word[1] != w->config1 || e->code.word[2] != 0)
        fail_msg("line %d, %s: 0x%llx 0x%llx from %s", w->line, id, (unsigned long long)e->code.word[0],
                 (unsigned long long)e->code.word[1], ht_code_source_name(e->source));
    if (e->type != b->how.pmu->type || e->differs)
        fail_msg("line %d, %s: type %u, differs %d", w->line, id, e->type, e->differs);
}

/* ---- the codes ---- */

static void with_libpfm(const struct bench *b, const struct machine *m) {
    unsigned known = 0, unknown = 0;
    for (enum ht_purpose p = 0; p < HT_PURPOSES; p++) {
        const struct ht_event_code *row = ht_family_code(b->how.family, p);
        const struct wanted *w = wanted_of(m->id, p);
        struct ht_pmu_code said;
        struct ht_encoded e;
        if (row == NULL || row->config == 0)
            continue;
        if (w == NULL)
            fail_msg("%s: %s has no row in this test", m->id, ht_purpose_facts[p].name);
        assert_int_equal(ht_encode(&b->how, row, &e, NULL), HT_OK);
        check(b, m->id, w, &e);
        int says = libpfm_says(b, row, &said);
        if (row->libpfm != NULL)
            *(says ? &known : &unknown) += 1;
        int is_wrong = says && row->wrong_config != 0 && said.word[0] == row->wrong_config &&
                       said.word[1] == row->wrong_config1;
        assert_int_equal(e.corrected, is_wrong);
        assert_int_equal(e.source, says && !is_wrong ? HT_CODE_LIBPFM : HT_CODE_TABLE);
    }
    /* A name that libpfm4 does not know is a mistake where it knows the CPU. */
    if (known > 0 && unknown > 0)
        fail_msg("%s: libpfm4 knows %u names and %u not", m->id, known, unknown);
    if (is_among(m->id, "BDX SKX ICX SPR ZEN2 ZEN3 ZEN4") && known == 0)
        fail_msg("%s: libpfm4 knows nothing of it", m->id);
}

static void codes_with_libpfm_forced(void **state) {
    (void)state;
    EACH(i, machines) {
        struct bench b;
        set_up_machine(&b, &machines[i]);
        force_libpfm(b.how.family->libpfm != NULL ? b.how.family->libpfm : "none");
        with_libpfm(&b, &machines[i]);
        tree_remove(&b.tree);
    }
    free_libpfm();
}

/* As on a user's machine: the family is another one than that of the CPU below. */
static void codes_with_libpfm_unforced(void **state) {
    (void)state;
    free_libpfm();
    EACH(i, machines) {
        struct bench b;
        set_up_machine(&b, &machines[i]);
        with_libpfm(&b, &machines[i]);
        tree_remove(&b.tree);
    }
    assert_null(getenv("LIBPFM_ENCODE_INACTIVE"));
    assert_null(getenv("LIBPFM_DISABLED_PMUS"));
    ht_libpfm_close();
}

static void codes_without_libpfm(void **state) {
    (void)state;
    force_libpfm("none");
    EACH(i, machines) {
        struct bench b;
        set_up_machine(&b, &machines[i]);
        for (enum ht_purpose p = 0; p < HT_PURPOSES; p++) {
            const struct wanted *w = wanted_of(machines[i].id, p);
            const struct ht_event_code *row = ht_family_code(b.how.family, p);
            struct ht_encoded e;
            if (w == NULL)
                continue;
            assert_non_null(row);
            if (ht_encode(&b.how, row, &e, NULL) != HT_OK)
                fail_msg("line %d, %s: no code", w->line, machines[i].id);
            check(&b, machines[i].id, w, &e);
            assert_int_equal(e.source, HT_CODE_TABLE);
        }
        tree_remove(&b.tree);
    }
    free_libpfm();
}

/* One raw code, three meanings. */
static void no_code_is_taken_for_a_neighbours(void **state) {
    static const struct {
        const char *id;
        enum ht_purpose purpose;
    } meaning[] = {{"SKX", HT_COUNT_REMOTE_HITM},    {"ICX", HT_COUNT_REMOTE_HITM},
                   {"SPR", HT_COUNT_REMOTE_HITM},    {"EMR", HT_COUNT_REMOTE_HITM},
                   {"GNR", HT_COUNT_REMOTE_HITM},    {"BDX", HT_COUNT_REMOTE_DRAM},
                   {"SRF", HT_COUNT_REMOTE_FORWARDS}};
    (void)state;
    EACH(i, machines) {
        const struct machine *m = &machines[i];
        int purpose = -1;
        struct bench b;
        EACH(k, meaning)
        if (strcmp(meaning[k].id, m->id) == 0)
            purpose = (int)meaning[k].purpose;
        set_up_machine(&b, m);
        for (enum ht_purpose p = HT_COUNT_CYCLES; p < HT_PURPOSES; p++) {
            const struct ht_event_code *row = ht_family_code(b.how.family, p);
            struct ht_encoded e;
            if (row != NULL && ht_encode(&b.how, row, &e, NULL) == HT_OK && e.code.word[0] == 0x4d3 &&
                (int)p != purpose)
                fail_msg("%s: 0x4d3 is %s", m->id, ht_purpose_facts[p].name);
            if ((int)p == purpose && (row == NULL || row->config != 0x4d3))
                fail_msg("%s: %s", m->id, ht_purpose_facts[p].name);
        }
        tree_remove(&b.tree);
    }
    ht_libpfm_close();
}

/* ---- what libpfm4 has wrong ---- */

static void wrong_codes_are_not_taken(void **state) {
    static const struct {
        int line;
        const char *event;
        uint64_t wrong, wrong1, right, right1;
    } known[] = {
        {__LINE__, "spr::MEM_TRANS_RETIRED:STORE_SAMPLE", 0x3cd, 0, 0x2cd, 0},
        {__LINE__, "skx::OFFCORE_RESPONSE_0:DMND_DATA_RD:L3_MISS:SNP_HITM", 0x1b7, 0x1004000001, 0x1b7,
         0x103fc00001},
    };
    (void)state;
    EACH(i, known) {
        struct ht_pmu_code code;
        if (ht_libpfm_encode(known[i].event, &code, NULL) != HT_OK)
            continue; /* built for another architecture */
        int wrong = code.word[0] == known[i].wrong && code.word[1] == known[i].wrong1;
        int right = code.word[0] == known[i].right && code.word[1] == known[i].right1;
        if (!wrong && !right)
            fail_msg("line %d: 0x%llx 0x%llx is news", known[i].line, (unsigned long long)code.word[0],
                     (unsigned long long)code.word[1]);
    }
    ht_libpfm_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_without_libpfm),       cmocka_unit_test(codes_with_libpfm_forced),
        cmocka_unit_test(codes_with_libpfm_unforced), cmocka_unit_test(no_code_is_taken_for_a_neighbours),
        cmocka_unit_test(wrong_codes_are_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
