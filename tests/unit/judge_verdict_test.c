/* The rules of the verdict, on evidence made by hand. A touch is a place in code that one thread ran on one
 * core: what it read and wrote where. What must come out follows from DESIGN, section 5, "True or false". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/judge/verdict.h"

#define ALWAYS                       0, 1000000, 0, 0
#define ALWAYS_IN(transfers, memory) 0, 1000000, transfers, memory

/* core, thread, samples, writes, offset, width, first and last microsecond; where it matters, transfers (else
 * an equal part of the line's) and which memory */
struct made {
    int64_t core; /* -1 unknown */
    uint32_t thread, samples, writes;
    uint16_t offset, width; /* 0 unknown */
    uint32_t first_us, last_us;
    uint32_t transfers, memory;
};

struct row {
    int line;
    const char *verdict, *scope;
    unsigned touches;
    struct made touch[6];
    uint32_t transfers, same_node, other_node, other_socket;
    const char *reason; /* words that must stand in it */
};

/* clang-format off */
static const struct row rows[] = {
    /* two cores write neighbours */
    {__LINE__, "false sharing", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 8, 8, ALWAYS}}, 50, 0, 0, 50, "200 on proven other bytes, 0 on the same"},
    /* one writes, the other only reads its neighbour */
    {__LINE__, "false sharing", "cross-node", 2,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 0, 8, 8, ALWAYS}}, 50, 0, 50, 0, NULL},
    /* ... the same bytes */
    {__LINE__, "true sharing", "cross-socket", 2,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 0, 0, 8, ALWAYS}}, 50, 0, 0, 50, NULL},
    /* ... one byte of it is enough */
    {__LINE__, "true sharing", "within node", 2,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 100, 7, 4, ALWAYS}}, 50, 50, 0, 0, NULL},
    {__LINE__, "false sharing", "within node", 2,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 100, 8, 4, ALWAYS}}, 50, 50, 0, 0, NULL},
    /* a wide access reaches far */
    {__LINE__, "true sharing", "within node", 2,
     {{0, 1, 100, 100, 0, 64, ALWAYS}, {1, 2, 100, 100, 60, 4, ALWAYS}}, 50, 50, 0, 0, NULL},
    /* both kinds: the reader of the writer's bytes, and a neighbour that writes as well */
    {__LINE__, "mixed", "cross-socket", 3,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 0, 0, 8, ALWAYS}, {2, 3, 100, 0, 16, 8, ALWAYS}}, 50, 0, 0, 50, NULL},
    /* a single overlap in a hundred does not make it mixed, nor does a single neighbour */
    {__LINE__, "false sharing", "cross-socket", 3,
     {{0, 1, 500, 500, 0, 8, ALWAYS}, {1, 2, 500, 500, 8, 8, ALWAYS}, {2, 3, 1, 0, 0, 8, ALWAYS}}, 50, 0, 0, 50, NULL},
    {__LINE__, "true sharing", "cross-socket", 3,
     {{0, 1, 500, 500, 0, 8, ALWAYS}, {1, 2, 500, 500, 0, 8, ALWAYS}, {2, 3, 1, 0, 8, 8, ALWAYS}}, 50, 0, 0, 50, NULL},
    /* HITM alone proves no writer */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 0, 0, 8, ALWAYS}, {1, 2, 100, 0, 8, 8, ALWAYS}}, 50, 0, 0, 50, "no write to this line was sampled"},
    /* unknown widths never make it false */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 100, 0, 0, ALWAYS}, {1, 2, 100, 0, 32, 8, ALWAYS}}, 50, 0, 0, 50, "width not known"},
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 0, 32, 0, ALWAYS}}, 50, 0, 0, 50, NULL},
    /* not even a tenth of them */
    {__LINE__, "cannot tell", "cross-socket", 3,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 0, 8, 8, ALWAYS}, {2, 3, 20, 0, 32, 0, ALWAYS}}, 50, 0, 0, 50, "cannot be proven apart"},
    /* but an overlap that is proven stays one beside unknown ones */
    {__LINE__, "true sharing", "cross-socket", 3,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 100, 0, 8, ALWAYS}, {2, 3, 20, 0, 32, 0, ALWAYS}}, 50, 0, 0, 50, NULL},
    /* hyper-threads of one core do not fight over a line; nor does a thread with itself */
    {__LINE__, "cannot tell", "within node", 2,
     {{5, 1, 100, 50, 0, 8, ALWAYS}, {5, 2, 100, 50, 8, 8, ALWAYS}}, 50, 50, 0, 0, "never two cores"},
    {__LINE__, "cannot tell", "within node", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 1, 100, 50, 8, 8, ALWAYS}}, 50, 50, 0, 0, "never two cores"},
    /* an unknown core cannot be told from the others */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{-1, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 8, 8, ALWAYS}}, 50, 0, 0, 50, NULL},
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{-1, 1, 100, 50, 0, 8, ALWAYS}, {-1, 2, 100, 50, 8, 8, ALWAYS}}, 50, 0, 0, 50, NULL},
    /* one after the other is not sharing, and touching for a moment makes few samples meet */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, 0, 399, 0, 0}, {1, 2, 100, 50, 8, 8, 500, 999, 0, 0}}, 50, 0, 0, 50, "never two cores in the same time"},
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, 0, 500, 0, 0}, {1, 2, 100, 50, 8, 8, 500, 999, 0, 0}}, 50, 0, 0, 50, "samples met"},
    {__LINE__, "false sharing", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, 0, 800, 0, 0}, {1, 2, 100, 50, 8, 8, 200, 999, 0, 0}}, 50, 0, 0, 50, NULL},
    /* ... also where an hour lies between */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, 0, 1000, 0, 0}, {1, 2, 100, 50, 8, 8, 4294000000, 4294001000, 0, 0}}, 50, 0, 0, 50, "never two cores in the same time"},
    /* too few */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 8, 8, ALWAYS}}, 2, 0, 0, 2, "only 2 transfers"},
    {__LINE__, "false sharing", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 8, 8, ALWAYS}}, 3, 0, 0, 3, NULL},
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 6, 3, 0, 8, ALWAYS}, {1, 2, 5, 3, 8, 8, ALWAYS}}, 5, 0, 0, 5, "only 11 samples"},
    {__LINE__, "false sharing", "cross-socket", 2,
     {{0, 1, 6, 6, 0, 8, ALWAYS}, {1, 2, 6, 6, 8, 8, ALWAYS}}, 5, 0, 0, 5, NULL},
    /* many accesses beside few writes prove nothing: readers alone make HITMs from Ice Lake on */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 5000, 0, 0, 8, ALWAYS}, {1, 2, 1, 1, 32, 8, 500000, 500000, 0, 0}}, 500, 0, 0, 500, "only 8 samples met"},
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 5000, 0, 0, 8, ALWAYS}, {1, 2, 11, 11, 0, 8, ALWAYS}}, 500, 0, 0, 500, "only 11 write samples of other cores"},
    {__LINE__, "true sharing", "cross-socket", 2,
     {{0, 1, 5000, 0, 0, 8, ALWAYS}, {1, 2, 12, 12, 0, 8, ALWAYS}}, 500, 0, 0, 500, NULL},
    /* one wide write among thousands does not turn neighbours into sharers */
    {__LINE__, "false sharing", "cross-socket", 3,
     {{0, 1, 5000, 5000, 0, 8, ALWAYS}, {1, 2, 5000, 5000, 8, 8, ALWAYS}, {2, 3, 1, 1, 0, 64, ALWAYS}}, 500, 0, 0, 500, NULL},
    /* a table that is filled at the start and read from then on: the readers' transfers have no writer */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 50, 50, 0, 8, 0, 10000, 0, 0}, {1, 2, 50000, 0, 0, 8, 5000, 1000000, 900, 0}}, 900, 0, 0, 900, "transfers arrived while another core was seen writing"},
    /* single samples spread over the window are of one time where a slice holds them */
    {__LINE__, "true sharing", "cross-socket", 4,
     {{0, 1, 12, 12, 0, 8, 100000, 900000, 0, 0}, {1, 2, 10, 10, 0, 8, 100000, 900000, 0, 0}, {2, 3, 1, 1, 0, 8, 500000, 500000, 0, 0},
      {3, 4, 1, 1, 0, 8, 510000, 510000, 0, 0}}, 9, 0, 0, 9, "24 samples met"},
    /* one name for different memory: processes that forked have a copy each */
    {__LINE__, "cannot tell", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS_IN(50, 11)}, {1, 2, 100, 50, 0, 8, ALWAYS_IN(50, 12)}}, 100, 0, 0, 100, "never two cores"},
    {__LINE__, "false sharing", "cross-socket", 4,
     {{0, 1, 100, 50, 0, 8, ALWAYS_IN(50, 11)}, {1, 2, 100, 50, 8, 8, ALWAYS_IN(50, 11)}, {2, 3, 100, 50, 0, 8, ALWAYS_IN(50, 12)},
      {3, 4, 100, 50, 8, 8, ALWAYS_IN(50, 12)}}, 200, 0, 0, 200, NULL},
    /* one and many */
    {__LINE__, "cannot tell", "within node", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 8, 8, ALWAYS}}, 1, 1, 0, 0, "only 1 transfer was sampled, 3 are needed"},
    {__LINE__, "true sharing", "cross-socket", 2,
     {{0, 1, 100, 100, 0, 8, ALWAYS}, {1, 2, 100, 0, 0, 8, ALWAYS}}, 50, 0, 0, 50, "by 1 thread on 1 core"},
    /* how far: the farthest that a tenth of the transfers came over */
    {__LINE__, "true sharing", "cross-socket", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 0, 8, ALWAYS}}, 100, 90, 0, 10, NULL},
    {__LINE__, "true sharing", "cross-node", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 0, 8, ALWAYS}}, 100, 90, 1, 9, NULL},
    {__LINE__, "true sharing", "within node", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 0, 8, ALWAYS}}, 100, 91, 0, 9, NULL},
    {__LINE__, "true sharing", "unknown", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 0, 8, ALWAYS}}, 100, 0, 0, 0, NULL},
    /* one that tells among a hundred that do not */
    {__LINE__, "true sharing", "unknown", 2,
     {{0, 1, 100, 50, 0, 8, ALWAYS}, {1, 2, 100, 50, 0, 8, ALWAYS}}, 100, 0, 0, 1, NULL},
    /* no touch at all */
    {__LINE__, "cannot tell", "cross-socket", 0, {{0}}, 50, 0, 0, 50, NULL},
};
/* clang-format on */

static struct ht_verdict judge(const struct row *row) {
    struct ht_verdict v;
    struct ht_touch touch[6] = {{0}};
    for (unsigned i = 0; i < row->touches; i++) {
        const struct made *m = &row->touch[i];
        touch[i].core = m->core;
        touch[i].thread = m->thread;
        touch[i].samples = m->samples;
        touch[i].writes = m->writes;
        touch[i].offset = m->offset;
        touch[i].width = m->width;
        touch[i].first_us = m->first_us;
        touch[i].last_us = m->last_us;
        touch[i].transfers = m->transfers != 0 ? m->transfers : row->transfers / row->touches;
        touch[i].memory = m->memory;
    }
    struct ht_line_evidence e = {.touch = touch,
                                 .touches = row->touches,
                                 .line_bytes = 64,
                                 .transfers = row->transfers,
                                 .same_node = row->same_node,
                                 .other_node = row->other_node,
                                 .other_socket = row->other_socket,
                                 .node_is_socket = 1};
    ht_judge_evidence(&e, &v);
    return v;
}

static void test_rules(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct ht_verdict v = judge(row);
        if (strcmp(v.verdict, row->verdict) != 0 || strcmp(v.scope, row->scope) != 0 ||
            (row->reason != NULL && strstr(v.reason, row->reason) == NULL) || v.reason[0] == '\0')
            fail_msg("row of line %d: %s, %s: %s", row->line, v.verdict, v.scope, v.reason);
        int told = strcmp(v.verdict, "cannot tell") != 0;
        if (v.confidence < 0 || v.confidence > HT_CONFIDENCE_MAX || told != (v.confidence > 0))
            fail_msg("row of line %d: confidence %f", row->line, v.confidence);
        if (v.met > 0 && (v.disjoint + v.overlapping + v.unknown < 0.999 ||
                          v.disjoint + v.overlapping + v.unknown > 1.001))
            fail_msg("row of line %d: the shares are no whole", row->line);
        if (v.met == 0)
            assert_true(v.disjoint == -1 && v.overlapping == -1 && v.unknown == -1);
    }
}

/* With n samples and none that overlaps, a share below 3/n can hide (95 %). */
static void test_confidence(void **state) {
    (void)state;
    struct row row = {0, NULL, NULL, 2, {{0, 1, 15, 15, 0, 8, ALWAYS}, {1, 2, 15, 15, 8, 8, ALWAYS}},
                      9, 0,    0,    9, NULL};
    assert_true(judge(&row).confidence > 0.899 && judge(&row).confidence < 0.901); /* 1 - 3/30 */
    row.touch[0].samples = row.touch[1].samples = 1000000;
    row.touch[0].writes = row.touch[1].writes = 1000000;
    assert_true(judge(&row).confidence == HT_CONFIDENCE_MAX);
    /* one twentieth has no width: what is known is 95 % of what met */
    struct row part = {
        0,
        NULL,
        NULL,
        3,
        {{0, 1, 95, 95, 0, 8, ALWAYS}, {1, 2, 95, 95, 0, 8, ALWAYS}, {2, 3, 10, 0, 8, 0, ALWAYS}},
        9,
        0,
        0,
        9,
        NULL};
    double wanted = (1 - 3.0 / 190) * (190.0 / 200);
    assert_true(judge(&part).confidence > wanted - 0.001 && judge(&part).confidence < wanted + 0.001);
}

static void test_parties(void **state) {
    (void)state;
    const struct row row = {0,
                            NULL,
                            NULL,
                            5,
                            {{0, 1, 10, 10, 0, 8, ALWAYS}, /* thread 1 writes */
                             {0, 1, 10, 0, 8, 8, ALWAYS},  /* and reads */
                             {1, 2, 10, 4, 16, 8, ALWAYS}, /* 2 does both at one place */
                             {3, 2, 10, 2, 16, 8, ALWAYS}, /* and on another core */
                             {4, 3, 10, 0, 24, 8, ALWAYS}},
                            9,
                            0,
                            0,
                            9,
                            NULL};
    struct ht_verdict v = judge(&row);
    assert_int_equal(v.writers, 2);
    assert_int_equal(v.readers, 3);
    assert_int_equal(v.writer_cores, 3);
    assert_int_equal(v.met_writes, 16);
}

/* Rare writers are counted too, however many there are: what they wrote is not known to be apart. */
static void test_many_places(void **state) {
    (void)state;
    enum { READERS = 1000, WRITERS = 300 };
    static struct ht_touch touch[READERS + WRITERS];
    struct ht_verdict v;
    for (unsigned i = 0; i < READERS + WRITERS; i++)
        touch[i] = (struct ht_touch){i, i,     i < READERS ? 50 : 3, i < READERS ? 0 : 3, i < READERS ? 0 : 8,
                                     8, ALWAYS};
    struct ht_line_evidence e = {
        .touch = touch, .touches = READERS + WRITERS, .line_bytes = 64, .transfers = 99, .other_socket = 99};
    ht_judge_evidence(&e, &v);
    assert_int_equal(v.writers, WRITERS);
    assert_int_equal(v.readers, READERS);
    assert_int_equal(v.writer_cores, WRITERS);
    assert_string_equal(v.verdict,
                        "cannot tell"); /* 132 of 900 writes are left out: more than a minor share */
    assert_true(v.unknown > 0.14 && v.unknown < 0.15);
}

static void check_placement(uint32_t remote, uint32_t local, int node_is_socket, const char *verdict,
                            const char *scope) {
    struct ht_verdict v;
    struct ht_line_evidence e = {
        .line_bytes = 64, .remote_memory = remote, .local_memory = local, .node_is_socket = node_is_socket};
    ht_judge_evidence(&e, &v);
    assert_string_equal(v.verdict, verdict);
    assert_string_equal(v.scope, scope);
    assert_true(v.reason[0] != '\0');
}

/* Without any transfer the memory is looked at. */
static void test_placement(void **state) {
    (void)state;
    check_placement(12, 12, 1, "remote placement", "cross-socket");
    check_placement(12, 12, 0, "remote placement", "cross-node");
    check_placement(12, 13, 1, "no finding", "unknown");
    check_placement(11, 0, 1, "no finding", "unknown");
    check_placement(0, 0, 1, "no finding", "unknown");
    check_placement(0, 5000, 1, "no finding", "unknown");
    /* ... and where the transfers are too few to say more */
    struct ht_line_evidence e = {
        .line_bytes = 64, .remote_memory = 500, .local_memory = 3, .transfers = 2, .other_socket = 2};
    struct ht_verdict v;
    ht_judge_evidence(&e, &v);
    assert_string_equal(v.verdict, "remote placement");
    e = (struct ht_line_evidence){.line_bytes = 64, .remote_unknown = 40}; /* Arm says no more */
    ht_judge_evidence(&e, &v);
    assert_string_equal(v.verdict, "cannot tell");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),       cmocka_unit_test(test_confidence), cmocka_unit_test(test_parties),
        cmocka_unit_test(test_many_places), cmocka_unit_test(test_placement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
