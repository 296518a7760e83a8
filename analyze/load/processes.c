#include "analyze/load/processes.h"

#include <stdlib.h>
#include <string.h>

void ht_processes_free(struct ht_processes *p) {
    free(p->process);
    ht_slots_free(&p->slots);
    memset(p, 0, sizeof *p);
}

static uint64_t hash_process(const void *table, uint32_t number) {
    return ht_slots_hash((uint64_t)((const struct ht_processes *)table)->process[number].pid, 0);
}

/* The slot of a pid, or the free one where it would be. */
static uint64_t place_of(const struct ht_processes *p, int64_t pid) {
    uint64_t h = ht_slots_first(&p->slots, ht_slots_hash((uint64_t)pid, 0));
    while (p->slots.slot[h] != 0 && p->process[p->slots.slot[h] - 1].pid != pid)
        h = ht_slots_next(&p->slots, h);
    return h;
}

static enum ht_status add(struct ht_processes *p, const struct ht_process *row) {
    enum ht_status status = ht_slots_room(&p->slots, p->count, hash_process, p);
    if (status != HT_OK)
        return status;
    uint64_t place = place_of(p, row->pid);
    if (p->slots.slot[place] != 0) {
        struct ht_process *there = &p->process[p->slots.slot[place] - 1];
        if (row->time_ns >= there->time_ns)
            *there = *row;
        return HT_OK;
    }
    if (p->count == p->capacity) {
        uint32_t capacity = p->capacity < 64 ? 64 : p->capacity * 2;
        struct ht_process *grown = realloc(p->process, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        p->process = grown;
        p->capacity = capacity;
    }
    p->process[p->count++] = *row;
    p->slots.slot[place] = p->count;
    return HT_OK;
}

enum ht_status ht_processes_add(struct ht_processes *p, const struct ht_table *t) {
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; status == HT_OK && i < t->rows; i++) {
        struct ht_process row = {.time_ns = ht_table_u64(t, HT_PROCESS_TIME, i),
                                 .pid = ht_table_i64(t, HT_PROCESS_PID, i),
                                 .cgroup = ht_table_u64(t, HT_PROCESS_CGROUP, i),
                                 .namespace_pid = ht_table_i64(t, HT_PROCESS_NS_PID, i)};
        status = add(p, &row);
    }
    return status;
}

const struct ht_process *ht_processes_get(const struct ht_processes *p, int64_t pid) {
    uint32_t number = p->slots.slots > 0 ? p->slots.slot[place_of(p, pid)] : 0;
    return number > 0 ? &p->process[number - 1] : NULL;
}
