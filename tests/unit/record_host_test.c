/* Topology, node statistics and conditions from a machine that the test makes: two nodes, two sockets, four
 * CPUs of which one is offline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/host/conditions.h"
#include "record/host/node_stats.h"
#include "record/host/topology.h"
#include "tests/unit/record_tree.h"

static void put_cpu(const struct tree *t, int cpu, int socket, int core, const char *siblings) {
    static const struct {
        const char *file, *text;
    } cache[] = {
        {"index0/level", "1"},           {"index0/type", "Data"},    {"index0/coherency_line_size", "64"},
        {"index0/shared_cpu_list", "0"}, {"index1/level", "1"},      {"index1/type", "Instruction"},
        {"index2/level", "3"},           {"index2/type", "Unified"}, {"index2/coherency_line_size", "128"}};
    char path[256], text[32];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/physical_package_id", cpu);
    snprintf(text, sizeof text, "%d\n", socket);
    tree_put(t, path, text);
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/core_id", cpu);
    snprintf(text, sizeof text, "%d\n", core);
    tree_put(t, path, text);
    for (size_t i = 0; i < sizeof cache / sizeof cache[0]; i++) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cache/%s", cpu, cache[i].file);
        tree_put(t, path, cache[i].text);
    }
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cache/index2/shared_cpu_list", cpu);
    tree_put(t, path, siblings);
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
    tree_put(t, path, cpu == 3 ? "powersave\n" : "performance\n");
}

static void put_nodes(const struct tree *t) {
    tree_put(t, "/sys/devices/system/node/online", "0,2\n");
    tree_put(t, "/sys/devices/system/node/node0/cpulist", "0-1\n");
    tree_put(t, "/sys/devices/system/node/node2/cpulist", "2-3\n");
    tree_put(t, "/sys/devices/system/node/node0/distance", "10 21\n");
    tree_put(t, "/sys/devices/system/node/node2/distance", "21 10\n");
    tree_put(
        t, "/sys/devices/system/node/node0/meminfo",
        "Node 0 MemTotal:       1024 kB\nNode 0 MemFree:         12 kB\nNode 0 HugePages_Total:     3\n");
    tree_put(t, "/sys/devices/system/node/node2/meminfo", "Node 2 MemTotal:       2048 kB\n");
    tree_put(t, "/sys/devices/system/node/node0/numastat", "numa_hit 5\nnuma_miss 6\n");
    tree_put(t, "/sys/devices/system/node/node0/vmstat", "nr_free_pages 7\nnr_zone_write_pending 9\n");
    tree_put(t, "/proc/vmstat",
             "numa_pte_updates 11\npgmigrate_success 12\nnr_dirty 1\npgmajfault 13\nallocstall_normal 14\n"
             "kswapd_low_wmark_hit_quickly 15\nthp_split_page 16\npswpin 17\npgpgin 1\nbroken\npgfault x\n");
    tree_put(t, "/proc/meminfo", "MemTotal: 9 kB\nMemAvailable:     18 kB\nSwapFree: 0 kB\n");
    tree_put(t, "/sys/devices/system/memory/block_size_bytes", "8000000\n");
    tree_put(t, "/sys/devices/system/node/node0/memory0/state", "");
    tree_put(t, "/sys/devices/system/node/node0/memory1/state", "");
    tree_put(t, "/sys/devices/system/node/node0/memory4/state", "");
    tree_put(t, "/sys/devices/system/node/node2/memory2/state", "");
}

static int set_up(void **state) {
    struct tree *t = calloc(1, sizeof *t);
    *state = t;
    tree_make(t);
    tree_put(t, "/sys/devices/system/cpu/present", "0-3\n");
    tree_put(t, "/sys/devices/system/cpu/online", "0-2\n");
    put_cpu(t, 0, 0, 0, "0-1\n");
    put_cpu(t, 1, 0, 1, "0-1\n");
    put_cpu(t, 2, 1, 0, "2-3\n");
    put_cpu(t, 3, 1, 1, "2-3\n");
    put_nodes(t);
    return 0;
}

static int tear_down(void **state) {
    tree_remove(*state);
    free(*state);
    return 0;
}

static void read_topology(const struct tree *t, struct ht_topology *topology) {
    struct ht_limits limits;
    ht_limits_init(&limits);
    assert_int_equal(ht_topology_read(t->root, topology, &limits, NULL), HT_OK);
    assert_int_equal(limits.table.rows, 0);
    ht_limits_free(&limits);
}

static void test_nodes_and_distances(void **state) {
    struct ht_topology t;
    read_topology(*state, &t);
    assert_int_equal(t.node.rows, 2);
    assert_int_equal(t.node.number[HT_NODE_NODE][1], 2);
    assert_int_equal(t.node.number[HT_NODE_MEMORY][0], 1024 * 1024);
    assert_int_equal(t.node.number[HT_NODE_MEMORY][1], 2048 * 1024);
    assert_int_equal(t.distance.rows, 4);
    /* the second number of a distance file is the second online node, here node 2 */
    assert_int_equal(t.distance.number[HT_NODE_DISTANCE_FROM][1], 0);
    assert_int_equal(t.distance.number[HT_NODE_DISTANCE_TO][1], 2);
    assert_int_equal(t.distance.number[HT_NODE_DISTANCE_DISTANCE][1], 21);
    assert_int_equal(t.distance.number[HT_NODE_DISTANCE_DISTANCE][3], 10);
    ht_topology_free(&t);
}

static void test_cpus(void **state) {
    struct ht_topology t;
    read_topology(*state, &t);
    assert_int_equal(t.cpu.rows, 4);
    assert_int_equal(t.online, 3);
    static const int node[] = {0, 0, 2, 2}, socket[] = {0, 0, 1, 1}, core[] = {0, 1, 0, 1},
                     l3[] = {0, 0, 1, 1}, online[] = {1, 1, 1, 0};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(t.cpu.number[HT_CPU_CPU][i], i);
        assert_int_equal(t.cpu.number[HT_CPU_NODE][i], node[i]);
        assert_int_equal(t.cpu.number[HT_CPU_SOCKET][i], socket[i]);
        assert_int_equal(t.cpu.number[HT_CPU_CORE][i], core[i]);
        assert_int_equal((int64_t)t.cpu.number[HT_CPU_DIE][i], -1); /* no die_id here */
        assert_int_equal(t.cpu.number[HT_CPU_L3][i], l3[i]);
        assert_int_equal(t.cpu.number[HT_CPU_ONLINE][i], online[i]);
        assert_int_equal(t.cpu.number[HT_CPU_LINE_SIZE][i], 128);
        assert_int_equal(ht_topology_node_of(&t, i), node[i]);
    }
    ht_topology_free(&t);
}

static void test_memory_blocks_are_merged(void **state) {
    struct ht_topology t;
    read_topology(*state, &t);
    assert_int_equal(t.block.rows, 3);
    assert_int_equal(t.block.number[HT_MEM_BLOCK_START][0], 0);
    assert_int_equal(t.block.number[HT_MEM_BLOCK_BYTES][0], 0x10000000);
    assert_int_equal(t.block.number[HT_MEM_BLOCK_START][1], 0x20000000);
    assert_int_equal(t.block.number[HT_MEM_BLOCK_BYTES][1], 0x8000000);
    assert_int_equal(t.block.number[HT_MEM_BLOCK_START][2], 0x10000000);
    assert_int_equal(t.block.number[HT_MEM_BLOCK_NODE][2], 2);
    ht_topology_free(&t);
}

static void test_no_cpus_is_a_failure_that_names_the_file(void **state) {
    struct tree empty;
    struct ht_topology t;
    struct ht_limits limits;
    struct ht_cause cause;
    (void)state;
    tree_make(&empty);
    ht_limits_init(&limits);
    assert_int_equal(ht_topology_read(empty.root, &t, &limits, &cause), HT_NOT_FOUND);
    assert_non_null(strstr(cause.text, "/sys/devices/system/cpu/present"));
    ht_topology_free(&t);
    ht_limits_free(&limits);
    tree_remove(&empty);
}

/* -1 where no such row. */
static int64_t stat_value(const struct ht_table *t, int64_t node, const char *name) {
    for (uint32_t row = 0; row < t->rows; row++) {
        struct ht_bytes cell = ht_table_bytes(t, HT_NODE_STAT_NAME, row);
        if (cell.length == strlen(name) && memcmp(cell.data, name, cell.length) == 0 &&
            ht_table_i64(t, HT_NODE_STAT_NODE, row) == node)
            return ht_table_i64(t, HT_NODE_STAT_VALUE, row);
    }
    return -1;
}

static void test_node_statistics(void **state) {
    const struct tree *tree = *state;
    struct ht_topology t;
    struct ht_table table;
    read_topology(tree, &t);
    ht_table_init(&table, HT_CHUNK_NODE_STAT);
    assert_int_equal(ht_node_stats_read(tree->root, &t, 99, &table, NULL), HT_OK);
    assert_int_equal(stat_value(&table, 0, "meminfo.MemFree"), 12 * 1024);
    assert_int_equal(stat_value(&table, 0, "meminfo.HugePages_Total"), 3);
    assert_int_equal(stat_value(&table, 2, "meminfo.MemTotal"), 2048 * 1024);
    assert_int_equal(stat_value(&table, 0, "numastat.numa_miss"), 6);
    assert_int_equal(stat_value(&table, 0, "vmstat.nr_free_pages"), 7);
    assert_int_equal(stat_value(&table, 0, "vmstat.nr_zone_write_pending"), -1);
    assert_int_equal(stat_value(&table, -1, "vmstat.pgmigrate_success"), 12);
    assert_int_equal(stat_value(&table, -1, "vmstat.nr_dirty"), -1);
    static const struct {
        const char *name;
        int64_t value; /* -1: left out */
    } machine[] = {{"vmstat.pgmajfault", 13},
                   {"vmstat.allocstall_normal", 14},
                   {"vmstat.thp_split_page", 16},
                   {"vmstat.kswapd_low_wmark_hit_quickly", 15},
                   {"vmstat.pswpin", 17},
                   {"vmstat.pgpgin", -1},
                   {"vmstat.broken", -1},
                   {"vmstat.pgfault", -1},
                   {"meminfo.MemAvailable", 18 * 1024},
                   {"meminfo.SwapFree", 0},
                   {"meminfo.MemTotal", -1}}; /* the nodes have it */
    for (size_t i = 0; i < sizeof machine / sizeof machine[0]; i++)
        assert_int_equal(stat_value(&table, -1, machine[i].name), machine[i].value);
    assert_int_equal(table.number[HT_NODE_STAT_TIME][0], 99);
    ht_table_free(&table);
    ht_topology_free(&t);
}

static const char *condition(const struct ht_table *t, unsigned phase, const char *name, char *value,
                             size_t size) {
    for (uint32_t row = 0; row < t->rows; row++) {
        struct ht_bytes cell = ht_table_bytes(t, HT_CONDITION_NAME, row);
        if (cell.length != strlen(name) || memcmp(cell.data, name, cell.length) != 0 ||
            t->number[HT_CONDITION_PHASE][row] != phase)
            continue;
        ht_table_copy_text(t, HT_CONDITION_VALUE, row, value, size);
        return value;
    }
    return NULL;
}

static void test_conditions(void **state) {
    const struct tree *tree = *state;
    const pid_t target[] = {77};
    struct ht_table t;
    char value[256];
    tree_put(tree, "/proc/sys/kernel/numa_balancing", "1\n");
    tree_put(tree, "/proc/cmdline", "quiet isolcpus=2\n");
    tree_put(tree, "/proc/meminfo", "MemTotal: 1 kB\nHugePages_Total:       4\nHugepagesize:   2048 kB\n");
    tree_put(tree, "/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "1\n");
    tree_put(tree, "/proc/77/status", "Name:\tx\nCpus_allowed_list:\t0-1\nThreads:\t3\n");
    ht_table_init(&t, HT_CHUNK_CONDITION);
    assert_int_equal(ht_conditions_read(tree->root, 0, target, 1, &t, NULL), HT_OK);
    assert_int_equal(ht_conditions_read(tree->root, 1, target, 1, &t, NULL), HT_OK);
    assert_string_equal(condition(&t, 0, "numa.balancing", value, sizeof value), "1");
    assert_string_equal(condition(&t, 1, "numa.balancing", value, sizeof value), "1");
    assert_string_equal(condition(&t, 0, "kernel.cmdline", value, sizeof value), "quiet isolcpus=2");
    assert_null(condition(&t, 1, "kernel.cmdline", value, sizeof value)); /* cannot change */
    assert_string_equal(condition(&t, 0, "cpufreq.governor", value, sizeof value),
                        "performance x 3, powersave x 1");
    assert_string_equal(condition(&t, 0, "meminfo.HugePages_Total", value, sizeof value), "4");
    assert_string_equal(condition(&t, 0, "meminfo.Hugepagesize", value, sizeof value), "2048 kB");
    assert_null(condition(&t, 0, "meminfo.MemTotal", value, sizeof value));
    assert_string_equal(condition(&t, 0, "thp.khugepaged.defrag", value, sizeof value), "1");
    assert_string_equal(condition(&t, 0, "process.77.status.Cpus_allowed_list", value, sizeof value), "0-1");
    assert_null(condition(&t, 0, "ksm.run", value, sizeof value)); /* this machine has none */
    ht_table_free(&t);
}

static void test_cpu_model(void **state) {
    const struct tree *tree = *state;
    char model[64];
    tree_put(tree, "/proc/cpuinfo", "processor\t: 0\nmodel name\t: Example CPU 9000\nflags\t: x\n");
    ht_conditions_cpu_model(tree->root, model, sizeof model);
    assert_string_equal(model, "Example CPU 9000");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_nodes_and_distances),
        TEST(test_cpus),
        TEST(test_memory_blocks_are_merged),
        TEST(test_node_statistics),
        TEST(test_conditions),
        TEST(test_cpu_model),
        cmocka_unit_test(test_no_cpus_is_a_failure_that_names_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
