#include "record/host/topology.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/base/grow.h"

#define NODES     "/sys/devices/system/node"
#define CPUS      "/sys/devices/system/cpu"
#define NODE_CPUS 65536
#define LIST_MAX  16384
#define CACHE_MAX 16
#define LINE_LEFT 64 /* where sysfs does not say */

static int64_t cpu_number(const char *root, unsigned cpu, const char *file) {
    char path[HT_PATH_MAX];
    snprintf(path, sizeof path, CPUS "/cpu%u/%s", cpu, file);
    return ht_file_number(root, path, -1);
}

/* ---- nodes ---- */

static uint64_t node_memory(const char *root, unsigned node) {
    char path[HT_PATH_MAX], text[8192];
    snprintf(path, sizeof path, NODES "/node%u/meminfo", node);
    if (ht_file_read(root, path, text, sizeof text) <= 0)
        return 0;
    const char *total = strstr(text, "MemTotal:");
    return total != NULL ? strtoull(total + strlen("MemTotal:"), NULL, 10) * 1024 : 0;
}

static enum ht_status add_node(const char *root, unsigned node, struct ht_topology *t) {
    char path[HT_PATH_MAX], list[LIST_MAX];
    snprintf(path, sizeof path, NODES "/node%u/cpulist", node);
    if (ht_file_read_line(root, path, list, sizeof list) < 0)
        list[0] = '\0';
    uint32_t row;
    enum ht_status status = ht_table_add(&t->node, &row);
    if (status != HT_OK)
        return status;
    t->node.number[HT_NODE_NODE][row] = node;
    t->node.number[HT_NODE_MEMORY][row] = node_memory(root, node);
    return ht_table_set_text(&t->node, HT_NODE_CPULIST, list);
}

/* The n-th number of a node's distance file belongs to the n-th online node, which need not be node n. */
static enum ht_status add_distances(const char *root, unsigned node, const unsigned *online, unsigned count,
                                    struct ht_topology *t) {
    char path[HT_PATH_MAX], text[LIST_MAX];
    snprintf(path, sizeof path, NODES "/node%u/distance", node);
    if (ht_file_read_line(root, path, text, sizeof text) <= 0)
        return HT_OK;
    char *p = text, *end;
    for (unsigned i = 0; i < count; i++, p = end) {
        unsigned long distance = strtoul(p, &end, 10);
        if (end == p)
            break;
        uint32_t row;
        enum ht_status status = ht_table_add(&t->distance, &row);
        if (status != HT_OK)
            return status;
        t->distance.number[HT_NODE_DISTANCE_FROM][row] = node;
        t->distance.number[HT_NODE_DISTANCE_TO][row] = online[i];
        t->distance.number[HT_NODE_DISTANCE_DISTANCE][row] = distance;
    }
    return HT_OK;
}

/* ---- memory blocks ---- */

static int by_number(const void *a, const void *b) {
    unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
    return x < y ? -1 : x > y;
}

static enum ht_status merge_blocks(unsigned node, const unsigned long *block, size_t count, uint64_t bytes,
                                   struct ht_topology *t) {
    for (size_t i = 0; i < count; i++) {
        uint32_t row = t->block.rows - 1;
        if (i > 0 && block[i] == block[i - 1] + 1) {
            t->block.number[HT_MEM_BLOCK_BYTES][row] += bytes;
            continue;
        }
        enum ht_status status = ht_table_add(&t->block, &row);
        if (status != HT_OK)
            return status;
        t->block.number[HT_MEM_BLOCK_START][row] = block[i] * bytes;
        t->block.number[HT_MEM_BLOCK_BYTES][row] = bytes;
        t->block.number[HT_MEM_BLOCK_NODE][row] = node;
    }
    return HT_OK;
}

static enum ht_status add_blocks(const char *root, unsigned node, uint64_t bytes, struct ht_topology *t) {
    char path[HT_PATH_MAX];
    snprintf(path, sizeof path, "%s" NODES "/node%u", root, node);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return HT_OK;
    enum ht_status status = HT_OK;
    unsigned long *block = NULL;
    size_t count = 0, capacity = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *digits = entry->d_name + strlen("memory");
        if (strncmp(entry->d_name, "memory", strlen("memory")) != 0 || !isdigit((unsigned char)*digits))
            continue;
        unsigned long *grown = ht_grow(block, &capacity, count + 1, sizeof *block);
        if (grown == NULL) {
            status = HT_NOMEM;
            goto out;
        }
        block = grown;
        block[count++] = strtoul(digits, NULL, 10);
    }
    if (count > 0)
        qsort(block, count, sizeof *block, by_number);
    status = merge_blocks(node, block, count, bytes, t);
out:
    free(block);
    closedir(dir);
    return status;
}

static uint64_t block_bytes(const char *root) {
    char text[64];
    if (ht_file_read_line(root, "/sys/devices/system/memory/block_size_bytes", text, sizeof text) <= 0)
        return 0;
    return strtoull(text, NULL, 16); /* hexadecimal, without 0x */
}

static enum ht_status read_nodes(const char *root, struct ht_topology *t, int *node_of) {
    char list[LIST_MAX];
    if (ht_file_read_line(root, NODES "/online", list, sizeof list) <= 0)
        return HT_OK; /* a kernel without NUMA */
    unsigned online[1024], count = 0, first, last;
    const char *p = list;
    while (ht_list_next(&p, &first, &last))
        for (unsigned n = first; n <= last && count < 1024; n++)
            online[count++] = n;
    uint64_t bytes = block_bytes(root);
    enum ht_status status = HT_OK;
    for (unsigned i = 0; i < count && status == HT_OK; i++) {
        status = add_node(root, online[i], t);
        if (status == HT_OK)
            status = add_distances(root, online[i], online, count, t);
        if (status == HT_OK && bytes > 0)
            status = add_blocks(root, online[i], bytes, t);
        if (status != HT_OK)
            break;
        char cpus[LIST_MAX];
        ht_table_copy_text(&t->node, HT_NODE_CPULIST, t->node.rows - 1, cpus, sizeof cpus);
        for (const char *c = cpus; ht_list_next(&c, &first, &last);)
            for (unsigned cpu = first; cpu <= last && cpu < NODE_CPUS; cpu++)
                node_of[cpu] = (int)online[i];
    }
    return status;
}

/* ---- CPUs ---- */

struct cache_scan {
    char shared[256][256]; /* shared_cpu_list of each last-level cache seen so far */
    int count;
};

/* The deepest data or unified cache of the CPU; its shared_cpu_list names it, since `id` is missing on some
 * machines. */
static int last_level_cache(const char *root, unsigned cpu, struct cache_scan *scan, int64_t *line) {
    char path[128], file[64], type[32], shared[256] = "", text[256];
    int64_t deepest = 0;
    *line = -1;
    for (unsigned i = 0; i < CACHE_MAX; i++) {
        snprintf(file, sizeof file, "cache/index%u/level", i);
        int64_t level = cpu_number(root, cpu, file);
        if (level < 0)
            break;
        snprintf(path, sizeof path, CPUS "/cpu%u/cache/index%u/type", cpu, i);
        ht_file_read_line(root, path, type, sizeof type);
        if (strcmp(type, "Instruction") == 0 || level < deepest)
            continue;
        snprintf(path, sizeof path, CPUS "/cpu%u/cache/index%u/shared_cpu_list", cpu, i);
        if (ht_file_read_line(root, path, text, sizeof text) <= 0)
            continue;
        deepest = level;
        memcpy(shared, text, sizeof shared);
        snprintf(file, sizeof file, "cache/index%u/coherency_line_size", i);
        *line = cpu_number(root, cpu, file);
    }
    if (deepest < 3)
        return -1; /* no cache that cores share: nothing to number */
    for (int i = 0; i < scan->count; i++)
        if (strcmp(scan->shared[i], shared) == 0)
            return i;
    if (scan->count == 256)
        return -1;
    memcpy(scan->shared[scan->count], shared, sizeof shared);
    return scan->count++;
}

static enum ht_status add_cpu(const char *root, unsigned cpu, int online, int node, struct cache_scan *scan,
                              struct ht_topology *t) {
    uint32_t row;
    enum ht_status status = ht_table_add(&t->cpu, &row);
    if (status != HT_OK)
        return status;
    int64_t line;
    int l3 = last_level_cache(root, cpu, scan, &line);
    uint64_t **n = t->cpu.number;
    n[HT_CPU_CPU][row] = cpu;
    n[HT_CPU_NODE][row] = (uint64_t)(int64_t)node;
    n[HT_CPU_SOCKET][row] = (uint64_t)cpu_number(root, cpu, "topology/physical_package_id");
    n[HT_CPU_DIE][row] = (uint64_t)cpu_number(root, cpu, "topology/die_id");
    n[HT_CPU_CORE][row] = (uint64_t)cpu_number(root, cpu, "topology/core_id");
    n[HT_CPU_L3][row] = (uint64_t)(int64_t)l3;
    n[HT_CPU_ONLINE][row] = (uint64_t)online;
    n[HT_CPU_LINE_SIZE][row] = line > 0 ? (uint64_t)line : LINE_LEFT;
    return HT_OK;
}

static int in_list(const char *list, unsigned cpu) {
    unsigned first, last;
    while (ht_list_next(&list, &first, &last))
        if (cpu >= first && cpu <= last)
            return 1;
    return 0;
}

static enum ht_status read_cpus(const char *root, struct ht_topology *t, const int *node_of,
                                struct ht_cause *cause) {
    char present[LIST_MAX], online[LIST_MAX];
    if (ht_file_read_line(root, CPUS "/present", present, sizeof present) <= 0)
        return ht_fail(cause, HT_NOT_FOUND, "%s" CPUS "/present: no CPUs there", root);
    if (ht_file_read_line(root, CPUS "/online", online, sizeof online) <= 0)
        memcpy(online, present, sizeof online);
    struct cache_scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = HT_OK;
    unsigned first, last;
    for (const char *p = present; status == HT_OK && ht_list_next(&p, &first, &last);) {
        for (unsigned cpu = first; cpu <= last && cpu < NODE_CPUS && status == HT_OK; cpu++) {
            int is_online = in_list(online, cpu);
            status = add_cpu(root, cpu, is_online, node_of[cpu], scan, t);
            t->online += is_online ? 1 : 0;
        }
    }
    free(scan);
    if (status != HT_OK)
        return ht_fail(cause, status, "topology: %s", ht_status_text(status));
    if (t->cpu.rows == 0)
        return ht_fail(cause, HT_NOT_FOUND, "%s" CPUS "/present holds no list of CPUs: '%s'", root, present);
    t->line_bytes = (unsigned)t->cpu.number[HT_CPU_LINE_SIZE][0];
    return HT_OK;
}

enum ht_status ht_topology_read(const char *root, struct ht_topology *t, struct ht_limits *limits,
                                struct ht_cause *cause) {
    memset(t, 0, sizeof *t);
    ht_table_init(&t->node, HT_CHUNK_NODE);
    ht_table_init(&t->distance, HT_CHUNK_NODE_DISTANCE);
    ht_table_init(&t->cpu, HT_CHUNK_CPU);
    ht_table_init(&t->block, HT_CHUNK_MEM_BLOCK);
    int *node_of = malloc(NODE_CPUS * sizeof *node_of);
    if (node_of == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    for (int i = 0; i < NODE_CPUS; i++)
        node_of[i] = -1;
    enum ht_status status = read_nodes(root, t, node_of);
    if (status != HT_OK)
        ht_fail(cause, status, "topology: %s", ht_status_text(status));
    else
        status = read_cpus(root, t, node_of, cause);
    if (status == HT_OK && t->node.rows == 0)
        ht_limits_add(limits, 0, "NUMA nodes", "boot a kernel with CONFIG_NUMA",
                      "%s" NODES " is missing: every CPU counts as node 0", root);
    free(node_of);
    return status;
}

void ht_topology_free(struct ht_topology *t) {
    ht_table_free(&t->node);
    ht_table_free(&t->distance);
    ht_table_free(&t->cpu);
    ht_table_free(&t->block);
}

int ht_topology_node_of(const struct ht_topology *t, int cpu) {
    for (uint32_t row = 0; row < t->cpu.rows; row++)
        if ((int)t->cpu.number[HT_CPU_CPU][row] == cpu)
            return t->cpu.number[HT_CPU_NODE][row] < 1u << 20 ? (int)t->cpu.number[HT_CPU_NODE][row] : 0;
    return 0;
}
