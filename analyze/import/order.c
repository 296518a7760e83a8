#include "analyze/import/order.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t time, offset;
};

struct ht_order {
    ht_order_deliver deliver;
    void *context;
    struct entry *entry, *scratch;
    size_t count, capacity, scratch_capacity;
    size_t *run; /* where ascending runs begin, while sorting */
    size_t run_capacity;
    uint64_t latest; /* time of the last waiting record in order */
    uint64_t limit;  /* latest, as of the previous round; 0 before the first */
};

struct ht_order *ht_order_new(ht_order_deliver deliver, void *context) {
    struct ht_order *order = calloc(1, sizeof *order);
    if (order != NULL) {
        order->deliver = deliver;
        order->context = context;
    }
    return order;
}

void ht_order_free(struct ht_order *order) {
    if (order == NULL)
        return;
    free(order->entry);
    free(order->scratch);
    free(order->run);
    free(order);
}

/* Makes *array hold at least want elements; grown by halves to keep the peak of a file of one round low. */
static enum ht_status grow(void **array, size_t *capacity, size_t want, size_t each) {
    if (want <= *capacity)
        return HT_OK;
    size_t grown = *capacity < 4096 ? 4096 : *capacity + *capacity / 2;
    if (grown < want)
        grown = want;
    void *moved = realloc(*array, grown * each);
    if (moved == NULL)
        return HT_NOMEM;
    *array = moved;
    *capacity = grown;
    return HT_OK;
}

enum ht_status ht_order_push(struct ht_order *order, uint64_t time_ns, uint64_t offset) {
    if (time_ns == 0 || time_ns == UINT64_MAX)
        return order->deliver(order->context, 0, offset);
    enum ht_status status =
        grow((void **)&order->entry, &order->capacity, order->count + 1, sizeof *order->entry);
    if (status != HT_OK)
        return status;
    if (order->count == 0 || time_ns > order->latest)
        order->latest = time_ns;
    order->entry[order->count++] = (struct entry){time_ns, offset};
    return HT_OK;
}

static void merge(const struct entry *a, size_t as, const struct entry *b, size_t bs, struct entry *out) {
    const struct entry *a_end = a + as, *b_end = b + bs;
    while (a < a_end && b < b_end)
        *out++ = b->time < a->time ? *b++ : *a++; /* equal times: a came first in the file */
    memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
    memcpy(out + (a_end - a), b, (size_t)(b_end - b) * sizeof *b);
}

static enum ht_status find_runs(struct ht_order *order, size_t *runs) {
    *runs = 0;
    for (size_t i = 0; i < order->count; i++) {
        if (i > 0 && order->entry[i].time >= order->entry[i - 1].time)
            continue;
        enum ht_status status =
            grow((void **)&order->run, &order->run_capacity, *runs + 2, sizeof *order->run);
        if (status != HT_OK)
            return status;
        order->run[(*runs)++] = i;
    }
    order->run[*runs] = order->count;
    return HT_OK;
}

/* Stable merge sort of neighbouring ascending runs: a ring is one run, so few passes do. */
static enum ht_status sort(struct ht_order *order) {
    size_t runs;
    enum ht_status status = find_runs(order, &runs);
    if (status != HT_OK || runs == 1)
        return status;
    status = grow((void **)&order->scratch, &order->scratch_capacity, order->count, sizeof *order->scratch);
    while (status == HT_OK && runs > 1) {
        size_t merged = 0;
        for (size_t i = 0; i < runs; i += 2) {
            size_t start = order->run[i], middle = order->run[i + 1];
            size_t end = i + 1 < runs ? order->run[i + 2] : middle;
            merge(order->entry + start, middle - start, order->entry + middle, end - middle,
                  order->scratch + start);
            order->run[merged++] = start;
        }
        order->run[runs = merged] = order->count;
        struct entry *sorted = order->scratch;
        order->scratch = order->entry;
        order->entry = sorted;
        size_t capacity = order->scratch_capacity;
        order->scratch_capacity = order->capacity;
        order->capacity = capacity;
    }
    return status;
}

static enum ht_status deliver_until(struct ht_order *order, uint64_t limit) {
    enum ht_status status = sort(order);
    size_t done = 0;
    while (status == HT_OK && done < order->count && order->entry[done].time <= limit) {
        status = order->deliver(order->context, order->entry[done].time, order->entry[done].offset);
        done++;
    }
    order->count -= done;
    memmove(order->entry, order->entry + done, order->count * sizeof *order->entry);
    return status;
}

enum ht_status ht_order_round(struct ht_order *order) {
    if (order->count == 0)
        return HT_OK; /* the limit stays, too */
    enum ht_status status = order->limit > 0 ? deliver_until(order, order->limit) : HT_OK;
    order->limit = order->latest;
    return status;
}

enum ht_status ht_order_finish(struct ht_order *order) {
    return order->count > 0 ? deliver_until(order, UINT64_MAX) : HT_OK;
}
