/* The small parts of the loader: UTF-8 (Unicode 15, table 3-7), topology, threads, timeline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/load/threads.h"
#include "analyze/load/timeline.h"
#include "analyze/load/topology.h"
#include "analyze/load/utf8.h"

#define R           "\xef\xbf\xbd" /* U+FFFD */
#define BYTES(text) text, sizeof text - 1

static void test_utf8(void **state) {
    (void)state;
    static const struct {
        int line;
        const char *in;
        size_t length;
        const char *out;
    } rows[] = {
        {__LINE__, BYTES(""), ""},
        {__LINE__, BYTES("plain \t\n"), "plain \t\n"},
        {__LINE__, BYTES("a\0b"), "a"}, /* a NUL ends it */
        {__LINE__, BYTES("\xc2\x80 \xdf\xbf"), "\xc2\x80 \xdf\xbf"},
        {__LINE__, BYTES("\xe0\xa0\x80\xef\xbf\xbf"), "\xe0\xa0\x80\xef\xbf\xbf"},
        {__LINE__, BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
        {__LINE__, BYTES("\x80"), R},
        {__LINE__, BYTES("\xc0\xaf"), R R},             /* overlong '/' */
        {__LINE__, BYTES("\xe0\x80\xaf"), R R R},       /* overlong */
        {__LINE__, BYTES("\xf0\x8f\xbf\xbf"), R R R R}, /* overlong */
        {__LINE__, BYTES("\xed\xa0\x80"), R R R},       /* a surrogate */
        {__LINE__, BYTES("\xf4\x90\x80\x80"), R R R R}, /* beyond U+10FFFF */
        {__LINE__, BYTES("\xf5\xff"), R R},
        {__LINE__, BYTES("\xc3"), R}, /* cut */
        {__LINE__, BYTES("\xe2\x82"), R R},
        {__LINE__, BYTES("\xe2\x82x"), R R "x"},
        {__LINE__, BYTES("x\xff\xc3\xa9"), "x" R "\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[64];
        char *exact = malloc(rows[i].length + 1); /* nothing behind the end is looked at */
        assert_non_null(exact);
        memcpy(exact, rows[i].in, rows[i].length);
        exact[rows[i].length] = '\x80';
        size_t length = ht_utf8_copy(exact, rows[i].length, out);
        if (strcmp(out, rows[i].out) != 0 || length != strlen(rows[i].out))
            fail_msg("row of line %d: %s", rows[i].line, out);
        free(exact);
    }
}

static void add_cpu(struct ht_table *t, int64_t cpu, int64_t node, int64_t socket, int64_t die,
                    int64_t core) {
    uint32_t row;
    assert_int_equal(ht_table_add(t, &row), HT_OK);
    t->number[HT_CPU_CPU][row] = (uint64_t)cpu;
    t->number[HT_CPU_NODE][row] = (uint64_t)node;
    t->number[HT_CPU_SOCKET][row] = (uint64_t)socket;
    t->number[HT_CPU_DIE][row] = (uint64_t)die;
    t->number[HT_CPU_CORE][row] = (uint64_t)core;
    t->number[HT_CPU_LINE_SIZE][row] = 64;
}

static void test_topology(void **state) {
    (void)state;
    struct ht_topology t = {0};
    struct ht_table cpu;
    ht_table_init(&cpu, HT_CHUNK_CPU);
    add_cpu(&cpu, 0, 0, 0, 0, 0);
    add_cpu(&cpu, 1, 0, 0, 0, 0); /* its sibling */
    add_cpu(&cpu, 2, 0, 0, 1, 0); /* core 0 of another die */
    add_cpu(&cpu, 3, 1, 1, 0, 0); /* core 0 of another socket */
    add_cpu(&cpu, 9, 1, -1, -1, -1);
    add_cpu(&cpu, 70000, 0, 0, 0, 0); /* beyond what is kept */
    assert_int_equal(ht_topology_add_cpus(&t, &cpu), HT_OK);
    ht_topology_finish(&t);
    assert_int_equal(t.nodes, 2);
    assert_int_equal(t.sockets, 2);
    assert_int_equal(t.line_bytes, 64);
    assert_true(ht_topology_node_is_socket(&t));
    assert_int_equal(ht_topology_node(&t, 3), 1);
    assert_int_equal(ht_topology_socket(&t, 2), 0);
    assert_int_equal(ht_topology_core(&t, 0), ht_topology_core(&t, 1));
    assert_int_not_equal(ht_topology_core(&t, 0), ht_topology_core(&t, 2));
    assert_int_not_equal(ht_topology_core(&t, 0), ht_topology_core(&t, 3));
    assert_int_not_equal(ht_topology_core(&t, 9),
                         ht_topology_core(&t, 5)); /* unknown: the CPU stands for itself */
    assert_int_equal(ht_topology_core(&t, 9), ht_topology_core(&t, 9));
    static const int64_t strange[] = {-1, 4, 8, 10, 70000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        assert_int_equal(ht_topology_node(&t, strange[i]), -1);
        assert_int_equal(ht_topology_socket(&t, strange[i]), -1);
    }
    assert_int_equal(ht_topology_core(&t, -1), -1);
    ht_topology_free(&t);
    ht_table_free(&cpu);
}

static int node_is_socket(int nodes, int sockets) {
    struct ht_topology t = {0};
    struct ht_table cpu;
    ht_table_init(&cpu, HT_CHUNK_CPU);
    for (int i = 0; i < 8; i++)
        add_cpu(&cpu, i, i % nodes, i % sockets, 0, i);
    assert_int_equal(ht_topology_add_cpus(&t, &cpu), HT_OK);
    ht_topology_finish(&t);
    int result = ht_topology_node_is_socket(&t);
    ht_topology_free(&t);
    ht_table_free(&cpu);
    return result;
}

/* "Another node" is another socket only where each socket has one node: not with NPS or SNC, nor on one
 * socket. */
static void test_node_is_socket(void **state) {
    (void)state;
    assert_true(node_is_socket(2, 2));
    assert_true(node_is_socket(4, 4));
    assert_false(node_is_socket(1, 1));
    assert_false(node_is_socket(2, 1));
    assert_false(node_is_socket(4, 2));
    /* two of each, but the second node has CPUs of both sockets */
    struct ht_topology spans = {0};
    struct ht_table cpu;
    ht_table_init(&cpu, HT_CHUNK_CPU);
    add_cpu(&cpu, 0, 0, 0, 0, 0);
    add_cpu(&cpu, 1, 1, 0, 0, 1);
    add_cpu(&cpu, 2, 1, 1, 0, 0);
    assert_int_equal(ht_topology_add_cpus(&spans, &cpu), HT_OK);
    ht_topology_finish(&spans);
    assert_false(ht_topology_node_is_socket(&spans));
    ht_topology_free(&spans);
    ht_table_free(&cpu);
    struct ht_topology unknown = {0};
    ht_topology_finish(&unknown);
    assert_false(ht_topology_node_is_socket(&unknown));
}

static void test_memory_blocks(void **state) {
    (void)state;
    struct ht_topology t = {0};
    struct ht_table block;
    static const uint64_t blocks[][3] = {{0x200000, 0x100000, 1}, {0, 0x100000, 0}, {0x300000, 0x100000, 0}};
    ht_table_init(&block, HT_CHUNK_MEM_BLOCK);
    for (size_t i = 0; i < 3; i++) {
        uint32_t row;
        assert_int_equal(ht_table_add(&block, &row), HT_OK);
        for (unsigned column = 0; column < 3; column++)
            block.number[column][row] = blocks[i][column];
    }
    assert_int_equal(ht_topology_home(&t, 0), -1);
    assert_int_equal(ht_topology_add_blocks(&t, &block), HT_OK);
    ht_topology_finish(&t);
    assert_int_equal(ht_topology_home(&t, 0), 0);
    assert_int_equal(ht_topology_home(&t, 0xfffff), 0);
    assert_int_equal(ht_topology_home(&t, 0x100000), -1); /* a hole */
    assert_int_equal(ht_topology_home(&t, 0x1fffff), -1);
    assert_int_equal(ht_topology_home(&t, 0x200000), 1);
    assert_int_equal(ht_topology_home(&t, 0x2fffff), 1);
    assert_int_equal(ht_topology_home(&t, 0x300000), 0);
    assert_int_equal(ht_topology_home(&t, 0x400000), -1);
    assert_int_equal(ht_topology_home(&t, UINT64_MAX), -1);
    ht_topology_free(&t);
    ht_table_free(&block);
}

static uint64_t bucket(const struct ht_timeline *t, uint32_t series, uint32_t number) {
    return t->series[series].value[number];
}

static void test_timeline(void **state) {
    (void)state;
    struct ht_timeline t = {0};
    ht_timeline_start(&t, 1000, 1000 + HT_BUCKETS * 10 - 1); /* ten to a bucket */
    assert_int_equal(t.width_ns, 10);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 0, 1, 1000, 1), HT_OK);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 0, 1, 1009, 2), HT_OK);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 0, 1, 1010, 4), HT_OK);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 1, 0, 1010, 8), HT_OK);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_LOSS, 0, 1, 1010, 16), HT_OK);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 0, 1, 3, 32), HT_OK);          /* before */
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 0, 1, UINT64_MAX, 64), HT_OK); /* behind */
    assert_int_equal(t.count, 3);
    assert_int_equal(bucket(&t, 0, 0), 1 + 2 + 32);
    assert_int_equal(bucket(&t, 0, 1), 4);
    assert_int_equal(bucket(&t, 0, HT_BUCKETS - 1), 64);
    assert_int_equal(bucket(&t, 1, 1), 8);
    assert_int_equal(bucket(&t, 2, 1), 16);
    for (int from = 100; from < 100 + HT_TIMELINES_MAX; from++)
        assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, from, 0, 1000, 1), HT_OK);
    assert_int_equal(t.count, HT_TIMELINES_MAX);
    assert_int_equal(t.dropped, 3);
    assert_string_equal(ht_metric_text(HT_METRIC_PAGE_MIGRATIONS), "page_migrations");
    ht_timeline_free(&t);
    ht_timeline_start(&t, 5, 5); /* no window: nothing is counted */
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_TRANSFERS, 0, 1, 5, 1), HT_OK);
    assert_int_equal(t.count, 0);
    ht_timeline_start(&t, 0, UINT64_MAX);
    assert_int_equal(ht_timeline_add(&t, HT_METRIC_LOSS, 0, 1, UINT64_MAX, 1), HT_OK);
    assert_int_equal(bucket(&t, 0, HT_BUCKETS - 1), 1);
    ht_timeline_free(&t);
}

static void task(struct ht_threads *t, struct ht_table *table, enum ht_task_kind kind, uint64_t time,
                 int64_t pid, int64_t tid, int64_t ppid, int64_t ptid, const char *comm) {
    uint32_t row;
    assert_int_equal(ht_table_add(table, &row), HT_OK);
    table->number[HT_TASK_TIME][row] = time;
    table->number[HT_TASK_KIND][row] = kind;
    table->number[HT_TASK_PID][row] = (uint64_t)pid;
    table->number[HT_TASK_TID][row] = (uint64_t)tid;
    table->number[HT_TASK_PPID][row] = (uint64_t)ppid;
    table->number[HT_TASK_PTID][row] = (uint64_t)ptid;
    assert_int_equal(ht_table_set_text(table, HT_TASK_COMM, comm), HT_OK);
    assert_int_equal(ht_threads_task(t, table, row), HT_OK);
}

static const struct ht_thread *thread_of(struct ht_threads *t, int64_t tid) {
    uint32_t number;
    assert_int_equal(ht_threads_find(t, tid, -1, &number), HT_OK);
    return &t->thread[number];
}

static void test_threads(void **state) {
    (void)state;
    struct ht_threads t = {0};
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_TASK);
    task(&t, &table, HT_TASK_KIND_SNAPSHOT, 1, 10, 10, 1, 1, "server");
    task(&t, &table, HT_TASK_KIND_FORK, 5, 10, 11, 10, 10, "");
    assert_string_equal(thread_of(&t, 11)->comm, "server"); /* inherited */
    task(&t, &table, HT_TASK_KIND_COMM, 6, 10, 11, -1, -1, "worker");
    assert_string_equal(thread_of(&t, 11)->comm, "worker");
    assert_string_equal(thread_of(&t, 10)->comm, "server");
    assert_int_equal(thread_of(&t, 11)->start_ns, 5);
    assert_int_equal(thread_of(&t, 10)->start_ns, 0); /* ran before */
    assert_int_equal(thread_of(&t, 10)->ppid, 1);
    task(&t, &table, HT_TASK_KIND_EXIT, 9, 10, 11, 1, 1, "");
    assert_int_equal(thread_of(&t, 11)->exit_ns, 9);
    assert_string_equal(thread_of(&t, 11)->comm, "worker");
    task(&t, &table, HT_TASK_KIND_FORK, 20, 30, 11, 10, 10, ""); /* the number again, for another process */
    assert_int_equal(thread_of(&t, 11)->pid, 30);
    assert_int_equal(thread_of(&t, 11)->exit_ns, 0);
    task(&t, &table, HT_TASK_KIND_EXEC, 21, 30, 11, -1, -1, "a name that is longer than comm can be, by far");
    assert_int_equal(strlen(thread_of(&t, 11)->comm), sizeof t.thread[0].comm - 1);
    uint32_t number, again;
    for (int64_t tid = 100; tid < 5000; tid++)
        assert_int_equal(ht_threads_find(&t, tid, tid / 2, &number), HT_OK);
    assert_int_equal(ht_threads_find(&t, 4999, -1, &again), HT_OK);
    assert_int_equal(again, number);
    assert_int_equal(thread_of(&t, 4999)->pid, 2499); /* -1 does not replace it */
    ht_threads_free(&t);
    ht_table_free(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),           cmocka_unit_test(test_topology),
        cmocka_unit_test(test_node_is_socket), cmocka_unit_test(test_memory_blocks),
        cmocka_unit_test(test_timeline),       cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
