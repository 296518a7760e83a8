#include "analyze/load/major_faults.h"

#include <stdlib.h>
#include <string.h>

void ht_major_faults_free(struct ht_major_faults *f) {
    free(f->row);
    ht_slots_free(&f->slots);
    memset(f, 0, sizeof *f);
}

static uint64_t hash_row(const void *table, uint32_t number) {
    const struct ht_major_fault *row = &((const struct ht_major_faults *)table)->row[number];
    return ht_slots_hash(row->thread, row->code);
}

static enum ht_status add_row(struct ht_major_faults *f, uint32_t thread, uint32_t code, uint64_t time_ns) {
    if (f->count == f->capacity) {
        uint32_t capacity = f->capacity < 64 ? 64 : f->capacity * 2;
        struct ht_major_fault *grown = realloc(f->row, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        f->row = grown;
        f->capacity = capacity;
    }
    f->row[f->count++] =
        (struct ht_major_fault){.thread = thread, .code = code, .first_ns = time_ns, .last_ns = time_ns};
    return HT_OK;
}

enum ht_status ht_major_faults_add(struct ht_major_faults *f, uint32_t thread, uint32_t code,
                                   uint64_t time_ns) {
    enum ht_status status = ht_slots_room(&f->slots, f->count, hash_row, f);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&f->slots, ht_slots_hash(thread, code));
    for (; f->slots.slot[h] != 0; h = ht_slots_next(&f->slots, h)) {
        const struct ht_major_fault *row = &f->row[f->slots.slot[h] - 1];
        if (row->thread == thread && row->code == code)
            break;
    }
    if (f->slots.slot[h] == 0) {
        if ((status = add_row(f, thread, code, time_ns)) != HT_OK)
            return status;
        f->slots.slot[h] = f->count;
    }
    struct ht_major_fault *row = &f->row[f->slots.slot[h] - 1];
    row->faults++;
    row->first_ns = time_ns < row->first_ns ? time_ns : row->first_ns;
    row->last_ns = time_ns > row->last_ns ? time_ns : row->last_ns;
    return HT_OK;
}
