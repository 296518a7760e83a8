/* Feature sections built by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/import/perf_features.h"

struct builder {
    uint8_t bytes[2048];
    size_t length;
};

static void put32(struct builder *b, uint32_t value) {
    ht_put_u32(b->bytes + b->length, value);
    b->length += 4;
}

static void put64(struct builder *b, uint64_t value) {
    ht_put_u64(b->bytes + b->length, value);
    b->length += 8;
}

/* perf pads strings to 64 bytes. */
static void put_string(struct builder *b, const char *text) {
    put32(b, 64);
    memset(b->bytes + b->length, 0, 64);
    memcpy(b->bytes + b->length, text, strlen(text));
    b->length += 64;
}

static void put_text(struct builder *b, const char *text) {
    memcpy(b->bytes + b->length, text, strlen(text) + 1);
    b->length += strlen(text) + 1;
}

typedef enum ht_status (*parse)(struct ht_section *, struct ht_perf_facts *);

static void facts_init(struct ht_perf_facts *facts, uint32_t cpus) {
    memset(facts, 0, sizeof *facts);
    facts->cpu = calloc(cpus, sizeof *facts->cpu);
    assert_non_null(facts->cpu);
    facts->cpus = cpus;
    for (uint32_t i = 0; i < cpus; i++)
        facts->cpu[i] = (struct ht_perf_cpu){-1, -1, -1, -1, -1, 0, 0};
    ht_table_init(&facts->node, HT_CHUNK_NODE);
    ht_table_init(&facts->mem_block, HT_CHUNK_MEM_BLOCK);
    ht_table_init(&facts->tp_format, HT_CHUNK_TP_FORMAT);
    ht_table_init(&facts->condition, HT_CHUNK_CONDITION);
}

/* From a copy of exactly that length, so that a sanitizer sees what is read beyond. */
static enum ht_status run(parse function, const struct builder *b, size_t length,
                          struct ht_perf_facts *facts) {
    uint8_t *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, b->bytes, length);
    struct ht_section section = {exact, exact + length, 0, 0};
    enum ht_status status = function(&section, facts);
    free(exact);
    return status;
}

/* Every cut of the section ends well; only the last byte makes it whole, apart from the ends that old perf
 * wrote. */
static void check_cuts(parse function, const struct builder *b, uint32_t cpus, unsigned whole_ones) {
    unsigned good = 0;
    for (size_t cut = 0; cut < b->length; cut++) {
        struct ht_perf_facts facts;
        facts_init(&facts, cpus);
        good += run(function, b, cut, &facts) == HT_OK;
        ht_perf_facts_free(&facts);
    }
    assert_int_equal(good, whole_ones);
}

static void test_cpu_topology(void **state) {
    (void)state;
    struct builder b = {.length = 0};
    struct ht_perf_facts facts;
    put32(&b, 2), put_string(&b, "0-1"), put_string(&b, "2,3");
    put32(&b, 1), put_string(&b, "0-2");
    for (uint32_t cpu = 0; cpu < 4; cpu++)
        put32(&b, cpu == 3 ? UINT32_MAX : 10 + cpu), put32(&b, cpu / 2);
    put32(&b, 1), put_string(&b, "0-3");
    for (uint32_t cpu = 0; cpu < 4; cpu++)
        put32(&b, 5);
    facts_init(&facts, 4);
    assert_int_equal(run(ht_perf_cpu_topology, &b, b.length, &facts), HT_OK);
    assert_int_equal(facts.cpu[2].core, 12);
    assert_int_equal(facts.cpu[2].socket, 1);
    assert_int_equal(facts.cpu[2].die, 5);
    assert_int_equal(facts.cpu[3].core, -1);
    assert_int_equal(facts.cpu[2].online, 1);
    ht_perf_facts_free(&facts);
    check_cuts(ht_perf_cpu_topology, &b, 4, 2); /* behind the lists, and behind cores and sockets */
}

static void test_numa_topology(void **state) {
    (void)state;
    struct builder b = {.length = 0};
    struct ht_perf_facts facts;
    put32(&b, 2);
    put32(&b, 0), put64(&b, 1000), put64(&b, 400), put_string(&b, "0-1,3");
    put32(&b, 4), put64(&b, 2000), put64(&b, 500), put_string(&b, "2,99-100000");
    facts_init(&facts, 4);
    assert_int_equal(run(ht_perf_numa_topology, &b, b.length, &facts), HT_OK);
    assert_int_equal(facts.node.rows, 2);
    assert_int_equal(ht_table_u64(&facts.node, HT_NODE_NODE, 1), 4);
    assert_int_equal(ht_table_u64(&facts.node, HT_NODE_MEMORY, 1), 2000 * 1024);
    assert_int_equal(facts.cpu[3].node, 0);
    assert_int_equal(facts.cpu[2].node, 4);
    ht_perf_facts_free(&facts);
    check_cuts(ht_perf_numa_topology, &b, 4, 0);
}

static void test_mem_topology(void **state) {
    (void)state;
    struct builder b = {.length = 0};
    struct ht_perf_facts facts;
    put64(&b, 1), put64(&b, 0x8000000), put64(&b, 2);
    put64(&b, 0), put64(&b, 70), put64(&b, 70), put64(&b, 0x8000000000000007),
        put64(&b, 0x3);                                        /* 0-2, 63-65 */
    put64(&b, 1), put64(&b, 8), put64(&b, 8), put64(&b, 0xf8); /* 3-7 */
    facts_init(&facts, 1);
    assert_int_equal(run(ht_perf_mem_topology, &b, b.length, &facts), HT_OK);
    static const uint64_t expected[3][3] = {{0, 3, 0}, {63, 3, 0}, {3, 5, 1}};
    assert_int_equal(facts.mem_block.rows, 3);
    for (uint32_t row = 0; row < 3; row++) {
        assert_int_equal(ht_table_u64(&facts.mem_block, HT_MEM_BLOCK_START, row),
                         expected[row][0] * 0x8000000);
        assert_int_equal(ht_table_u64(&facts.mem_block, HT_MEM_BLOCK_BYTES, row),
                         expected[row][1] * 0x8000000);
        assert_int_equal(ht_table_u64(&facts.mem_block, HT_MEM_BLOCK_NODE, row), expected[row][2]);
    }
    ht_perf_facts_free(&facts);
    check_cuts(ht_perf_mem_topology, &b, 1, 0);
    static const uint64_t hostile[] = {UINT64_MAX, 1ull << 61, 1ull << 40};
    for (size_t i = 0; i < 3; i++) {
        ht_put_u64(b.bytes + 40, hostile[i]); /* bits of the first node */
        facts_init(&facts, 1);
        assert_int_equal(run(ht_perf_mem_topology, &b, b.length, &facts), HT_DAMAGED);
        ht_perf_facts_free(&facts);
    }
}

static void test_caches(void **state) {
    (void)state;
    struct builder b = {.length = 0};
    struct ht_perf_facts facts;
    put32(&b, 1), put32(&b, 3);
    put32(&b, 1), put32(&b, 64), put32(&b, 64), put32(&b, 8);
    put_string(&b, "Data"), put_string(&b, "32K"), put_string(&b, "0-1");
    put32(&b, 3), put32(&b, 128), put32(&b, 1), put32(&b, 1);
    put_string(&b, "Unified"), put_string(&b, "8M"), put_string(&b, "0");
    put32(&b, 3), put32(&b, 77), put32(&b, 1), put32(&b, 1); /* no line has 77 bytes */
    put_string(&b, "Unified"), put_string(&b, "8M"), put_string(&b, "1");
    facts_init(&facts, 2);
    assert_int_equal(run(ht_perf_caches, &b, b.length, &facts), HT_OK);
    assert_int_equal(facts.line_bytes, 128);
    assert_int_equal(facts.cpu[1].line_bytes, 64);
    assert_int_equal(facts.cpu[0].l3, 0);
    assert_int_equal(facts.cpu[1].l3, 1);
    struct ht_table cpu;
    ht_table_init(&cpu, HT_CHUNK_CPU);
    assert_int_equal(ht_perf_facts_cpus(&facts, &cpu), HT_OK);
    assert_int_equal(cpu.rows, 2);
    assert_int_equal(ht_table_i64(&cpu, HT_CPU_NODE, 1), -1);
    ht_table_free(&cpu);
    ht_perf_facts_free(&facts);
    check_cuts(ht_perf_caches, &b, 2, 0);
}

static struct ht_perf_attr tracepoints[2] = {{.type = 2, .config = 313}, {.type = 1, .config = 313}};

static enum ht_status tracing(struct ht_section *section, struct ht_perf_facts *facts) {
    struct ht_perf_attrs attrs = {.attr = tracepoints, .count = 2};
    return ht_perf_tracing_data(section, &attrs, facts);
}

static void test_tracing_data(void **state) {
    (void)state;
    static const char format[] = "name: sched_migrate_task\nID: 313\nformat:\n";
    static const char other[] = "name: sched_switch\nID: 314\nformat:\n";
    struct builder b = {.length = 0};
    struct ht_perf_facts facts;
    put_text(&b, "\x17\x08\x44tracing");
    b.length--;
    put_text(&b, "0.6");
    b.bytes[b.length++] = 0, b.bytes[b.length++] = 8;
    put32(&b, 4096);
    put_text(&b, "header_page"), put64(&b, 4), put32(&b, 0);
    put_text(&b, "header_event"), put64(&b, 0);
    put32(&b, 0); /* formats of ftrace */
    put32(&b, 1), put_text(&b, "sched"), put32(&b, 2);
    put64(&b, sizeof other - 1), put_text(&b, other), b.length--;
    put64(&b, sizeof format - 1), put_text(&b, format), b.length--;
    facts_init(&facts, 1);
    assert_int_equal(run(tracing, &b, b.length, &facts), HT_OK);
    assert_int_equal(facts.tp_format.rows, 1);
    char text[128];
    assert_int_equal(ht_table_u64(&facts.tp_format, HT_TP_FORMAT_EVENT, 0), 0);
    ht_table_copy_text(&facts.tp_format, HT_TP_FORMAT_SYSTEM, 0, text, sizeof text);
    assert_string_equal(text, "sched");
    ht_table_copy_text(&facts.tp_format, HT_TP_FORMAT_NAME, 0, text, sizeof text);
    assert_string_equal(text, "sched_migrate_task");
    ht_table_copy_text(&facts.tp_format, HT_TP_FORMAT_FORMAT, 0, text, sizeof text);
    assert_string_equal(text, format);
    ht_perf_facts_free(&facts);
    check_cuts(tracing, &b, 1, 0);
}

static void test_build_ids(void **state) {
    (void)state;
    struct builder b = {.length = 0};
    struct ht_build_ids ids = {0};
    put32(&b, 67), put32(&b, 2 | 1 << 15 | 44u << 16); /* misc: user, size given; 44 bytes */
    put32(&b, UINT32_MAX), put64(&b, 0x1111111111111111), put64(&b, 0x2222222222222222), put32(&b, 0),
        put32(&b, 16);
    put_text(&b, "/bin/x"), b.bytes[b.length++] = 0;
    struct ht_section section = {b.bytes, b.bytes + b.length, 0, 0};
    assert_int_equal(b.length, 44);
    assert_int_equal(ht_build_ids_add(&ids, &section), HT_OK);
    const struct ht_build_id *found = ht_build_ids_find(&ids, "/bin/x");
    assert_non_null(found);
    assert_int_equal(found->bytes, 16);
    assert_int_equal(found->id[8], 0x22);
    assert_null(ht_build_ids_find(&ids, "/bin/y"));
    section = (struct ht_section){b.bytes, b.bytes + 43, 0, 0};
    assert_int_equal(ht_build_ids_add(&ids, &section), HT_DAMAGED);
    ht_build_ids_free(&ids);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu_topology), cmocka_unit_test(test_numa_topology),
        cmocka_unit_test(test_mem_topology), cmocka_unit_test(test_caches),
        cmocka_unit_test(test_tracing_data), cmocka_unit_test(test_build_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
