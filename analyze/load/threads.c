#include "analyze/load/threads.h"

#include <stdlib.h>
#include <string.h>

void ht_threads_free(struct ht_threads *t) {
    free(t->thread);
    ht_slots_free(&t->slots);
    memset(t, 0, sizeof *t);
}

static uint64_t hash_thread(const void *table, uint32_t number) {
    return ht_slots_hash((uint64_t)((const struct ht_threads *)table)->thread[number].tid, 0);
}

static enum ht_status add_thread(struct ht_threads *t, int64_t tid, int64_t pid) {
    if (t->count == t->capacity) {
        uint32_t capacity = t->capacity < 128 ? 128 : t->capacity * 2;
        struct ht_thread *grown = realloc(t->thread, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        t->thread = grown;
        t->capacity = capacity;
    }
    t->thread[t->count++] = (struct ht_thread){.tid = tid, .pid = pid, .ppid = -1};
    return HT_OK;
}

enum ht_status ht_threads_find(struct ht_threads *t, int64_t tid, int64_t pid, uint32_t *thread) {
    enum ht_status status = ht_slots_room(&t->slots, t->count, hash_thread, t);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&t->slots, ht_slots_hash((uint64_t)tid, 0));
    while (t->slots.slot[h] != 0 && t->thread[t->slots.slot[h] - 1].tid != tid)
        h = ht_slots_next(&t->slots, h);
    if (t->slots.slot[h] == 0) {
        if ((status = add_thread(t, tid, pid)) != HT_OK)
            return status;
        t->slots.slot[h] = t->count;
    }
    *thread = t->slots.slot[h] - 1;
    if (pid >= 0)
        t->thread[*thread].pid = pid;
    return HT_OK;
}

uint32_t ht_threads_get(const struct ht_threads *t, int64_t tid) {
    if (t->slots.slots == 0)
        return UINT32_MAX;
    uint64_t h = ht_slots_first(&t->slots, ht_slots_hash((uint64_t)tid, 0));
    while (t->slots.slot[h] != 0 && t->thread[t->slots.slot[h] - 1].tid != tid)
        h = ht_slots_next(&t->slots, h);
    return t->slots.slot[h] - 1;
}

int64_t ht_threads_forked_by(const struct ht_threads *t, int64_t pid) {
    uint32_t leader = ht_threads_get(t, pid);
    return leader == UINT32_MAX || t->thread[leader].start_ns == 0 ? -1 : t->thread[leader].ppid;
}

/* A new process or thread has its maker's name until it changes it. */
static void inherit_comm(struct ht_threads *t, uint32_t child, int64_t ptid) {
    uint32_t parent;
    if (ptid >= 0 && ptid != t->thread[child].tid && ht_threads_find(t, ptid, -1, &parent) == HT_OK)
        memcpy(t->thread[child].comm, t->thread[parent].comm, sizeof t->thread[child].comm);
}

enum ht_status ht_threads_task(struct ht_threads *t, const struct ht_table *task, uint32_t row) {
    uint32_t thread;
    int64_t tid = ht_table_i64(task, HT_TASK_TID, row), pid = ht_table_i64(task, HT_TASK_PID, row);
    enum ht_status status = ht_threads_find(t, tid, pid, &thread);
    if (status != HT_OK)
        return status;
    uint64_t kind = ht_table_u64(task, HT_TASK_KIND, row), time = ht_table_u64(task, HT_TASK_TIME, row);
    if (kind == HT_TASK_KIND_COMM || kind == HT_TASK_KIND_EXEC || kind == HT_TASK_KIND_SNAPSHOT) {
        char comm[sizeof t->thread[thread].comm];
        if (ht_table_copy_text(task, HT_TASK_COMM, row, comm, sizeof comm) > 0)
            memcpy(t->thread[thread].comm, comm, sizeof comm);
    }
    if (kind == HT_TASK_KIND_FORK) {
        inherit_comm(t, thread, ht_table_i64(task, HT_TASK_PTID, row));
        t->thread[thread].start_ns = time;
        t->thread[thread].exit_ns = 0;
    }
    if (kind == HT_TASK_KIND_FORK || kind == HT_TASK_KIND_SNAPSHOT)
        t->thread[thread].ppid = ht_table_i64(task, HT_TASK_PPID, row);
    if (kind == HT_TASK_KIND_EXIT)
        t->thread[thread].exit_ns = time;
    return HT_OK;
}
