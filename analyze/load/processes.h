/* What the capture says of processes beyond their threads: control group and pid namespace (PROCESS chunks).
 * One thread.
 */
#ifndef HT_ANALYZE_LOAD_PROCESSES_H
#define HT_ANALYZE_LOAD_PROCESSES_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/table.h"

struct ht_process {
    int64_t pid, namespace_pid; /* namespace_pid 0: not known */
    uint64_t cgroup, time_ns;   /* cgroup 0: not known */
};

struct ht_processes {
    struct ht_process *process;
    uint32_t count, capacity;
    struct ht_slots slots;
};

void ht_processes_free(struct ht_processes *processes); /* a zeroed one is fine */

/* A PROCESS table; the newest row of a pid holds. */
enum ht_status ht_processes_add(struct ht_processes *processes, const struct ht_table *table);

/* NULL where nothing was said of it. */
const struct ht_process *ht_processes_get(const struct ht_processes *processes, int64_t pid);

#endif
