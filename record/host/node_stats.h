/* What each node's memory did: meminfo, numastat and vmstat of every node, and of the machine as node -1 the
 * counters of /proc/vmstat and what of /proc/meminfo no node has. Read every second; the difference of the
 * first and the last reading is the window's. One thread. */
#ifndef HT_RECORD_HOST_NODE_STATS_H
#define HT_RECORD_HOST_NODE_STATS_H

#include "record/host/topology.h"
#include "schema/table.h"

/* Appends rows stamped time_ns (perf clock) to a NODE_STAT table. Missing files leave no rows. */
enum ht_status ht_node_stats_read(const char *root, const struct ht_topology *topology, uint64_t time_ns,
                                  struct ht_table *table, struct ht_cause *cause);

#endif
