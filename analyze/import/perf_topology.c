/* CPU_TOPOLOGY, NUMA_TOPOLOGY, MEM_TOPOLOGY and CACHE. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/import/perf_features.h"

#define LISTED_MAX (1u << 26) /* so that a hostile file cannot keep us busy with lists of everything */

/* Calls each CPU number of a list as the kernel writes it ("0-3,8"); numbers beyond the machine's are passed
 * over. */
typedef void (*each_cpu)(struct ht_perf_facts *facts, uint32_t cpu, int64_t value);

static void for_each_cpu(struct ht_perf_facts *facts, const char *list, int64_t value, each_cpu call) {
    const char *at = list;
    while (*at != '\0') {
        char *end;
        unsigned long first = strtoul(at, &end, 10), last = first;
        if (end == at)
            return;
        if (*end == '-') {
            at = end + 1;
            last = strtoul(at, &end, 10);
            if (end == at)
                return;
        }
        for (unsigned long cpu = first; cpu <= last && cpu < facts->cpus && facts->listed < LISTED_MAX;
             cpu++, facts->listed++)
            call(facts, (uint32_t)cpu, value);
        at = *end == ',' ? end + 1 : end;
        if (*end != ',' && *end != '\0')
            return;
    }
}

static void set_online(struct ht_perf_facts *facts, uint32_t cpu, int64_t value) {
    (void)value;
    facts->cpu[cpu].online = 1;
}

static void set_node(struct ht_perf_facts *facts, uint32_t cpu, int64_t node) {
    facts->cpu[cpu].node = node;
    facts->cpu[cpu].online = 1;
}

static void set_l3(struct ht_perf_facts *facts, uint32_t cpu, int64_t l3) {
    facts->cpu[cpu].l3 = l3;
}

static void set_line_bytes(struct ht_perf_facts *facts, uint32_t cpu, int64_t bytes) {
    facts->cpu[cpu].line_bytes = (uint32_t)bytes;
}

/* u32 lists of CPUs by package, u32 lists of siblings by core, then for each CPU core and package, then lists
 * of CPUs by die and for each CPU its die. Older perf stops earlier. -1 is written for CPUs that are offline.
 */
enum ht_status ht_perf_cpu_topology(struct ht_section *s, struct ht_perf_facts *facts) {
    for (int kind = 0; kind < 2; kind++) {
        uint32_t lists = ht_section_u32(s);
        for (uint32_t i = 0; i < lists && !s->bad; i++)
            for_each_cpu(facts, ht_section_string(s), 0, set_online);
    }
    if (s->bad)
        return HT_DAMAGED;
    facts->lists_seen = 1;
    if (ht_section_left(s) == 0)
        return HT_OK;
    for (uint32_t i = 0; i < facts->cpus && !s->bad; i++) {
        facts->cpu[i].core = (int32_t)ht_section_u32(s);
        facts->cpu[i].socket = (int32_t)ht_section_u32(s);
    }
    if (s->bad)
        return HT_DAMAGED;
    if (ht_section_left(s) == 0)
        return HT_OK;
    uint32_t lists = ht_section_u32(s);
    for (uint32_t i = 0; i < lists && !s->bad; i++)
        ht_section_string(s);
    for (uint32_t i = 0; i < facts->cpus && !s->bad; i++)
        facts->cpu[i].die = (int32_t)ht_section_u32(s);
    return s->bad ? HT_DAMAGED : HT_OK;
}

/* u32 nodes, for each: u32 number, u64 memory and free memory in kB, list of CPUs. */
enum ht_status ht_perf_numa_topology(struct ht_section *s, struct ht_perf_facts *facts) {
    uint32_t nodes = ht_section_u32(s);
    if (s->bad || nodes > HT_PERF_NODES_MAX)
        return HT_DAMAGED;
    for (uint32_t i = 0; i < nodes; i++) {
        uint32_t number = ht_section_u32(s), row;
        uint64_t total = ht_section_u64(s), unused = ht_section_u64(s);
        const char *list = ht_section_string(s);
        if (s->bad)
            return HT_DAMAGED;
        enum ht_status status = ht_table_add(&facts->node, &row);
        if (status != HT_OK)
            return status;
        facts->node.number[HT_NODE_NODE][row] = number;
        facts->node.number[HT_NODE_MEMORY][row] = total * 1024;
        if ((status = ht_table_set_text(&facts->node, HT_NODE_CPULIST, list)) != HT_OK)
            return status;
        for_each_cpu(facts, list, number, set_node);
        char name[64], value[32];
        snprintf(name, sizeof name, "node%" PRIu32 ".MemFree_bytes", number);
        snprintf(value, sizeof value, "%" PRIu64, unused * 1024);
        if ((status = ht_perf_facts_condition(facts, name, value)) != HT_OK)
            return status;
    }
    facts->lists_seen |= nodes > 0;
    return HT_OK;
}

static enum ht_status add_blocks(struct ht_perf_facts *facts, uint64_t node, uint64_t first, uint64_t count,
                                 uint64_t block_bytes) {
    uint32_t row;
    if (block_bytes == 0 || first + count > UINT64_MAX / block_bytes)
        return HT_DAMAGED;
    enum ht_status status = ht_table_add(&facts->mem_block, &row);
    if (status != HT_OK)
        return status;
    facts->mem_block.number[HT_MEM_BLOCK_START][row] = first * block_bytes;
    facts->mem_block.number[HT_MEM_BLOCK_BYTES][row] = count * block_bytes;
    facts->mem_block.number[HT_MEM_BLOCK_NODE][row] = node;
    return HT_OK;
}

/* u64 format, bytes of a block, nodes; for each: u64 number, bits, bits again, and as many bits in u64 words:
 * which blocks the node has. Neighbouring blocks become one row. */
enum ht_status ht_perf_mem_topology(struct ht_section *s, struct ht_perf_facts *facts) {
    uint64_t format = ht_section_u64(s), block_bytes = ht_section_u64(s), nodes = ht_section_u64(s);
    if (s->bad || format != 1 || nodes > HT_PERF_NODES_MAX)
        return HT_DAMAGED;
    for (uint64_t i = 0; i < nodes; i++) {
        uint64_t node = ht_section_u64(s), start = 0, run = 0;
        ht_section_u64(s);
        uint64_t bits = ht_section_u64(s);
        if (s->bad || bits > ht_section_left(s) * 8)
            return HT_DAMAGED;
        const uint8_t *words = ht_section_bytes(s, (bits + 63) / 64 * 8);
        if (words == NULL)
            return HT_DAMAGED;
        for (uint64_t bit = 0; bit <= bits; bit++) {
            int set = bit < bits && (ht_file_u64(words + bit / 64 * 8, s->swap) >> bit % 64 & 1);
            if (set && run++ == 0)
                start = bit;
            enum ht_status status =
                !set && run > 0 ? add_blocks(facts, node, start, run, block_bytes) : HT_OK;
            if (status != HT_OK)
                return status;
            if (!set)
                run = 0;
        }
    }
    return HT_OK;
}

/* u32 format, caches; for each: u32 level, line bytes, sets, ways, and type, size, list of CPUs. */
enum ht_status ht_perf_caches(struct ht_section *s, struct ht_perf_facts *facts) {
    uint32_t format = ht_section_u32(s), count = ht_section_u32(s);
    int64_t l3 = 0;
    if (s->bad || format != 1)
        return HT_DAMAGED;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t level = ht_section_u32(s), line = ht_section_u32(s);
        ht_section_u32(s);
        ht_section_u32(s);
        ht_section_string(s);
        ht_section_string(s);
        const char *list = ht_section_string(s);
        if (s->bad)
            return HT_DAMAGED;
        /* What is fought over is what travels between caches: the largest line that any level has. */
        int sane = line >= 16 && line <= 4096 && (line & (line - 1)) == 0;
        if (sane && line > facts->line_bytes)
            facts->line_bytes = line;
        if (sane && level <= 1)
            for_each_cpu(facts, list, line, set_line_bytes);
        if (level == 3)
            for_each_cpu(facts, list, l3++, set_l3);
    }
    return HT_OK;
}

enum ht_status ht_perf_facts_cpus(const struct ht_perf_facts *facts, struct ht_table *table) {
    for (uint32_t i = 0; i < facts->cpus; i++) {
        const struct ht_perf_cpu *cpu = &facts->cpu[i];
        uint32_t row;
        enum ht_status status = ht_table_add(table, &row);
        if (status != HT_OK)
            return status;
        /* perf names no L3 where there is none below the whole machine, or where the guest hides it. */
        table->number[HT_CPU_CPU][row] = i;
        table->number[HT_CPU_NODE][row] = (uint64_t)cpu->node;
        table->number[HT_CPU_SOCKET][row] = (uint64_t)cpu->socket;
        table->number[HT_CPU_DIE][row] = (uint64_t)cpu->die;
        table->number[HT_CPU_CORE][row] = (uint64_t)cpu->core;
        table->number[HT_CPU_L3][row] = (uint64_t)cpu->l3;
        table->number[HT_CPU_ONLINE][row] =
            facts->lists_seen ? cpu->online : facts->cpus == facts->cpus_online;
        table->number[HT_CPU_LINE_SIZE][row] = cpu->line_bytes > 0 ? cpu->line_bytes : facts->line_bytes;
    }
    return HT_OK;
}
