#include "analyze/load/threads.h"

#include <stdlib.h>
#include <string.h>

void ht_threads_free(struct ht_threads *t) {
    free(t->thread);
    free(t->slot);
    memset(t, 0, sizeof *t);
}

static uint64_t hash_tid(int64_t tid) {
    uint64_t h = (uint64_t)tid * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

static enum ht_status grow(struct ht_threads *t) {
    uint64_t slots = t->slots == 0 ? 256 : t->slots * 2;
    uint32_t capacity = (uint32_t)(slots / 2);
    uint32_t *slot = calloc(slots, sizeof *slot);
    struct ht_thread *thread = slot != NULL ? realloc(t->thread, capacity * sizeof *thread) : NULL;
    if (thread == NULL) {
        free(slot);
        return HT_NOMEM;
    }
    for (uint32_t i = 0; i < t->count; i++) {
        uint64_t h = hash_tid(thread[i].tid) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = i + 1;
    }
    free(t->slot);
    t->thread = thread;
    t->capacity = capacity;
    t->slot = slot;
    t->slots = slots;
    return HT_OK;
}

enum ht_status ht_threads_find(struct ht_threads *t, int64_t tid, int64_t pid, uint32_t *thread) {
    enum ht_status status = t->count == t->capacity ? grow(t) : HT_OK;
    if (status != HT_OK)
        return status;
    uint64_t h = hash_tid(tid) & (t->slots - 1);
    for (; t->slot[h] != 0; h = (h + 1) & (t->slots - 1)) {
        struct ht_thread *found = &t->thread[t->slot[h] - 1];
        if (found->tid == tid) {
            if (pid >= 0)
                found->pid = pid;
            *thread = t->slot[h] - 1;
            return HT_OK;
        }
    }
    *thread = t->count++;
    t->slot[h] = t->count;
    t->thread[*thread] = (struct ht_thread){.tid = tid, .pid = pid, .ppid = -1};
    return HT_OK;
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
