/* The processes that are known and not asked for, so that rows about them can be left out where a recording
 * has targets. A process that nobody knows yet is in no such set: the record of its birth may wait in another
 * CPU's ring, and its first rows must not be lost for that.
 *
 * A bitmap over all pids, shared by the reader threads (births and ends, as the records tell them) and the
 * session's thread (what /proc shows): any thread, without a lock. */
#ifndef HT_RECORD_COLLECT_PID_SET_H
#define HT_RECORD_COLLECT_PID_SET_H

#include <stdint.h>

#define HT_PIDS_MAX (4u << 20) /* PID_MAX_LIMIT of 64-bit kernels */

struct ht_pid_set {
    uint64_t word[HT_PIDS_MAX / 64];
};

/* Holds pid 0 (the idle tasks) alone; NULL without memory. Its pages come with the pids that are added. */
struct ht_pid_set *ht_pid_set_new(void);
void ht_pid_set_free(struct ht_pid_set *set); /* NULL is fine */

/* Pids outside of the map are in no set: nothing about them is left out. */
void ht_pid_set_add(struct ht_pid_set *set, int32_t pid);
void ht_pid_set_remove(struct ht_pid_set *set, int32_t pid);

/* Adds every process that /proc of the running machine shows; none where it cannot be read. */
void ht_pid_set_add_all(struct ht_pid_set *set);

/* A child is asked for where its parent is. */
void ht_pid_set_fork(struct ht_pid_set *set, int32_t pid, int32_t parent);

static inline int ht_pid_set_has(const struct ht_pid_set *set, int32_t pid) {
    if ((uint32_t)pid >= HT_PIDS_MAX)
        return 0;
    uint64_t word = __atomic_load_n(&set->word[(uint32_t)pid / 64], __ATOMIC_RELAXED);
    return (int)(word >> ((uint32_t)pid % 64) & 1);
}

#endif
