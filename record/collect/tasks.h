/* Tasks and mappings that existed before the events did, read from /proc: all tasks at the start (names,
 * parents), mappings of a process at its first sample (reader threads ask, the session's thread reads).
 *
 * Rows carry the time of the window's start, since that is from when they hold: a SNAPSHOT or PROC row is
 * older than every record, whenever it was read. Their chunks have round 0. */
#ifndef HT_RECORD_COLLECT_TASKS_H
#define HT_RECORD_COLLECT_TASKS_H

#include <pthread.h>

#include "record/base/limits.h"
#include "record/collect/pid_set.h"
#include "record/collect/spaces.h"
#include "schema/table.h"

/* The start of /proc/PID/stat (proc_pid_stat(5)). */
struct ht_task_stat {
    const char *comm; /* points into the text */
    char state;
    int32_t ppid;
    uint64_t start_ticks; /* since boot: tells a process from a later one with its number */
    uint64_t rss_pages;   /* of the whole process */
};

/* Cuts the text up; 0 where it is none. */
int ht_task_stat_parse(char *text, struct ht_task_stat *stat);

/* The same of /proc/PID/stat, read into text; 0 where the process is gone. */
int ht_task_stat_read(const char *root, int32_t pid, char *text, size_t size, struct ht_task_stat *stat);

/* The processes with the most resident memory, largest first; not our own. */
#define HT_LARGEST_MAX 8
struct ht_largest {
    struct ht_large_process {
        int32_t pid;
        uint64_t start_ticks, rss_pages;
    } process[HT_LARGEST_MAX];
    unsigned count;
    uint64_t of, unseen; /* processes with memory; those that were not looked at */
};

/* Appends SNAPSHOT rows of every task under ROOT/proc to a TASK table, and finds the largest on the way.
 * Stops after a time budget and says so. */
enum ht_status ht_tasks_snapshot(const char *root, uint64_t time_ns, struct ht_table *table,
                                 struct ht_largest *largest, struct ht_limits *limits,
                                 struct ht_cause *cause);

/* Appends the recorder's own threads: those that it started after the snapshot and before the events. */
enum ht_status ht_tasks_own(uint64_t time_ns, struct ht_table *table);

/* Appends the mappings of a process to an MMAP table and its executable ones to spaces. A process that is
 * gone is no failure; `denied` counts those that may not be read. */
enum ht_status ht_tasks_mappings(const char *root, int32_t pid, uint64_t time_ns, struct ht_table *table,
                                 struct ht_spaces *spaces, uint64_t *denied);

/* Processes whose mappings somebody wants; each is taken once. */
struct ht_pid_queue {
    pthread_mutex_t lock;
    int32_t *pid;
    size_t count, capacity, taken;
    struct ht_pid_set *known;
    int wake_fd; /* eventfd */
};

enum ht_status ht_pid_queue_init(struct ht_pid_queue *queue, struct ht_cause *cause);
void ht_pid_queue_free(struct ht_pid_queue *queue);
void ht_pid_queue_add(struct ht_pid_queue *queue, int32_t pid);  /* any thread; known pids are ignored */
int ht_pid_queue_take(struct ht_pid_queue *queue, int32_t *pid); /* 0: none waits */

#endif
