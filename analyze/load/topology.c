#include "analyze/load/topology.h"

#include <stdlib.h>
#include <string.h>

void ht_topology_free(struct ht_topology *t) {
    free(t->cpu);
    free(t->block);
    memset(t, 0, sizeof *t);
}

static int16_t small(int64_t value) {
    return value >= 0 && value <= INT16_MAX ? (int16_t)value : -1;
}

static enum ht_status reserve_cpus(struct ht_topology *t, size_t cpus) {
    if (cpus <= t->cpus)
        return HT_OK;
    struct ht_cpu_place *grown = realloc(t->cpu, cpus * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    for (size_t i = t->cpus; i < cpus; i++)
        grown[i] = (struct ht_cpu_place){.node = -1, .socket = -1, .die = -1, .core = -1, .l3 = -1};
    t->cpu = grown;
    t->cpus = cpus;
    return HT_OK;
}

enum ht_status ht_topology_add_cpus(struct ht_topology *t, const struct ht_table *cpu) {
    for (uint32_t i = 0; i < cpu->rows; i++) {
        uint64_t number = ht_table_u64(cpu, HT_CPU_CPU, i);
        if (number >= HT_CPUS_MAX)
            continue;
        enum ht_status status = reserve_cpus(t, (size_t)number + 1);
        if (status != HT_OK)
            return status;
        int64_t core = ht_table_i64(cpu, HT_CPU_CORE, i);
        struct ht_cpu_place *place = &t->cpu[number];
        place->node = small(ht_table_i64(cpu, HT_CPU_NODE, i));
        place->socket = small(ht_table_i64(cpu, HT_CPU_SOCKET, i));
        place->die = small(ht_table_i64(cpu, HT_CPU_DIE, i));
        place->l3 = small(ht_table_i64(cpu, HT_CPU_L3, i));
        /* Core ids repeat in every die and socket. */
        place->core = core < 0 || core > 0xffff
                          ? -1
                          : (int32_t)((place->socket & 0xff) << 23 | (place->die & 0x7f) << 16 | core);
        uint64_t line = ht_table_u64(cpu, HT_CPU_LINE_SIZE, i);
        if (line >= 16 && line <= 4096 && (line & (line - 1)) == 0)
            t->line_bytes = (uint32_t)line;
    }
    return HT_OK;
}

enum ht_status ht_topology_add_blocks(struct ht_topology *t, const struct ht_table *block) {
    struct ht_mem_block *grown = realloc(t->block, (t->blocks + block->rows) * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    t->block = grown;
    for (uint32_t i = 0; i < block->rows; i++)
        t->block[t->blocks++] =
            (struct ht_mem_block){.start = ht_table_u64(block, HT_MEM_BLOCK_START, i),
                                  .bytes = ht_table_u64(block, HT_MEM_BLOCK_BYTES, i),
                                  .node = small(ht_table_i64(block, HT_MEM_BLOCK_NODE, i))};
    return HT_OK;
}

static int by_start(const void *a, const void *b) {
    const struct ht_mem_block *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

static int count_distinct(const struct ht_topology *t, int sockets) {
    uint8_t seen[INT16_MAX + 1] = {0};
    int count = 0;
    for (size_t i = 0; i < t->cpus; i++) {
        int value = sockets ? t->cpu[i].socket : t->cpu[i].node;
        if (value >= 0 && !seen[value]) {
            seen[value] = 1;
            count++;
        }
    }
    return count;
}

/* Whether no node spans two sockets. */
static int sockets_match(const struct ht_topology *t) {
    int16_t socket_of[INT16_MAX + 1];
    memset(socket_of, 0xff, sizeof socket_of);
    for (size_t i = 0; i < t->cpus; i++) {
        const struct ht_cpu_place *place = &t->cpu[i];
        if (place->node < 0 || place->socket < 0)
            continue;
        if (socket_of[place->node] < 0)
            socket_of[place->node] = place->socket;
        if (socket_of[place->node] != place->socket)
            return 0;
    }
    return 1;
}

void ht_topology_finish(struct ht_topology *t) {
    if (t->blocks > 0)
        qsort(t->block, t->blocks, sizeof *t->block, by_start);
    t->nodes = count_distinct(t, 0);
    t->sockets = count_distinct(t, 1);
    t->sockets_match = sockets_match(t);
}

int ht_topology_node(const struct ht_topology *t, int64_t cpu) {
    return cpu >= 0 && (uint64_t)cpu < t->cpus ? t->cpu[cpu].node : -1;
}

int ht_topology_socket(const struct ht_topology *t, int64_t cpu) {
    return cpu >= 0 && (uint64_t)cpu < t->cpus ? t->cpu[cpu].socket : -1;
}

int64_t ht_topology_core(const struct ht_topology *t, int64_t cpu) {
    if (cpu < 0 || (uint64_t)cpu >= t->cpus || t->cpu[cpu].core < 0)
        return cpu < 0 ? -1 : ((int64_t)1 << 32) + cpu;
    return t->cpu[cpu].core;
}

int ht_topology_home(const struct ht_topology *t, uint64_t phys_address) {
    size_t low = 0, high = t->blocks;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->block[middle].start <= phys_address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return -1;
    const struct ht_mem_block *block = &t->block[low - 1];
    return phys_address - block->start < block->bytes ? block->node : -1;
}

int ht_topology_node_is_socket(const struct ht_topology *t) {
    return t->sockets > 1 && t->nodes == t->sockets && t->sockets_match;
}
