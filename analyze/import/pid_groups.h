/* The control group of each process, as far as its samples have told: so that one row says it, not each
 * sample. 16 to 32 bytes a process. One thread. */
#ifndef HT_IMPORT_PID_GROUPS_H
#define HT_IMPORT_PID_GROUPS_H

#include <stdint.h>

#include "schema/status.h"

struct ht_pid_group {
    int64_t pid;
    uint64_t cgroup; /* 0: empty slot */
};

struct ht_pid_groups { /* zeroed: empty */
    struct ht_pid_group *slot;
    uint32_t slots, count;
};

/* *changed: the process was not known, or in another group. cgroup is not 0. NOMEM. */
enum ht_status ht_pid_groups_set(struct ht_pid_groups *groups, int64_t pid, uint64_t cgroup, int *changed);
void ht_pid_groups_free(struct ht_pid_groups *groups);

#endif
