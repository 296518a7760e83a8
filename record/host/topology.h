/* What the machine is made of: nodes, distances, CPUs with socket, die, core and last-level cache, and which
 * node holds which physical memory. Read from sysfs only, under a sysroot in tests; libnuma would say the
 * same and could not be pointed at another tree. Not changed after reading: any thread may look. */
#ifndef HT_RECORD_HOST_TOPOLOGY_H
#define HT_RECORD_HOST_TOPOLOGY_H

#include "record/base/limits.h"
#include "schema/table.h"

struct ht_topology {
    struct ht_table node, distance, cpu, block; /* the chunks NODE, NODE_DISTANCE, CPU, MEM_BLOCK */
    unsigned line_bytes;                        /* of cpu0; 64 where sysfs does not say */
    unsigned online;                            /* number of CPUs that are online */
};

/* Missing files are -1 (or no rows) and never a failure, except a machine without any CPU in sysfs. */
enum ht_status ht_topology_read(const char *root, struct ht_topology *topology, struct ht_limits *limits,
                                struct ht_cause *cause);
void ht_topology_free(struct ht_topology *topology);

/* Node of a CPU, 0 where unknown. */
int ht_topology_node_of(const struct ht_topology *topology, int cpu);

#endif
