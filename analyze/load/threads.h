/* Threads of the capture by tid, with names and life. A tid that was reused keeps the last name. One thread.
 */
#ifndef HT_ANALYZE_LOAD_THREADS_H
#define HT_ANALYZE_LOAD_THREADS_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/table.h"

struct ht_thread {
    int64_t tid, pid, ppid;     /* ppid -1: unknown */
    char comm[32];              /* bytes as recorded; "" unknown */
    uint64_t start_ns, exit_ns; /* 0 unknown */
    uint32_t mem_samples, cpu_samples;
};

struct ht_threads {
    struct ht_thread *thread;
    uint32_t count, capacity;
    struct ht_slots slots;
};

void ht_threads_free(struct ht_threads *threads); /* a zeroed one is fine */

/* The thread's number; made where new. pid -1 does not replace a known pid. */
enum ht_status ht_threads_find(struct ht_threads *threads, int64_t tid, int64_t pid, uint32_t *thread);

/* The thread's number, UINT32_MAX where it is not known. */
uint32_t ht_threads_get(const struct ht_threads *threads, int64_t tid);

/* The process that forked this one in the window; -1: it was there before, or is not known. */
int64_t ht_threads_forked_by(const struct ht_threads *threads, int64_t pid);

/* Bounds a walk up a capture's forks, which need not end. */
#define HT_THREADS_GENERATIONS 64

/* Row of a TASK table. */
enum ht_status ht_threads_task(struct ht_threads *threads, const struct ht_table *task, uint32_t row);

#endif
