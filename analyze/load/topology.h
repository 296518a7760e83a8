/* Which CPU, node and socket things are on, as the capture tells it. Plain lookups; -1 where not known. Owned
 * by the loader; read-only after loading, so any thread may ask. */
#ifndef HT_ANALYZE_LOAD_TOPOLOGY_H
#define HT_ANALYZE_LOAD_TOPOLOGY_H

#include <stddef.h>
#include <stdint.h>

#include "schema/table.h"

#define HT_CPUS_MAX 65536

struct ht_cpu_place {
    int16_t node, socket, die;
    int32_t core, l3; /* core: unique in the machine */
};

struct ht_mem_block {
    uint64_t start, bytes;
    int16_t node;
};

struct ht_topology {
    struct ht_cpu_place *cpu;
    size_t cpus; /* entries; CPUs beyond are unknown */
    struct ht_mem_block *block;
    size_t blocks;
    int nodes, sockets; /* with CPUs, counted when finished */
    int sockets_match;  /* no node spans two sockets */
    uint32_t line_bytes;
};

void ht_topology_free(struct ht_topology *topology); /* a zeroed one is fine */

/* Rows of CPU and MEM_BLOCK tables. */
enum ht_status ht_topology_add_cpus(struct ht_topology *topology, const struct ht_table *cpu);
enum ht_status ht_topology_add_blocks(struct ht_topology *topology, const struct ht_table *block);

/* Sorts the blocks and counts nodes and sockets; call once, after the last add. */
void ht_topology_finish(struct ht_topology *topology);

int ht_topology_node(const struct ht_topology *topology, int64_t cpu);
int ht_topology_socket(const struct ht_topology *topology, int64_t cpu);
int64_t ht_topology_core(const struct ht_topology *topology, int64_t cpu); /* the CPU itself where unknown */
int ht_topology_home(const struct ht_topology *topology, uint64_t phys_address);

/* Whether "another node" can only mean another socket on this machine. */
int ht_topology_node_is_socket(const struct ht_topology *topology);

#endif
