#include "analyze/load/rounds.h"

#include <stdlib.h>
#include <string.h>

/* A round is held in memory; one larger than this (no writer of ours makes it) is split, and what then comes
 * too late is counted. */
#define ROUND_ROWS_MAX  (UINT64_C(4) << 20)
#define ROUND_PARTS_MAX 65536u

/* A table of the round with its rows in time order. */
struct part {
    struct ht_table table;
    uint64_t ordinal;   /* of its row 0 */
    uint32_t *order;    /* NULL: rows are in order already */
    uint32_t next;      /* position in that order */
    uint64_t next_time; /* of the row there */
    int rank;           /* among equal times */
    int sorted;
};

struct rounds {
    ht_row_fn fn;
    void *context;
    struct part *part;
    size_t parts, capacity;
    uint32_t *heap; /* indices of parts, earliest on top */
    size_t heap_size;
    uint64_t rows, ordinal, last_time, late;
};

static uint32_t row_of(const struct part *part) {
    return part->order != NULL ? part->order[part->next] : part->next;
}

static int before(const struct part *a, const struct part *b) {
    if (a->next_time != b->next_time)
        return a->next_time < b->next_time;
    return a->rank != b->rank ? a->rank < b->rank : a->ordinal < b->ordinal;
}

static void sift_down(struct rounds *r, size_t at) {
    uint32_t moving = r->heap[at];
    for (;;) {
        size_t child = at * 2 + 1;
        if (child >= r->heap_size)
            break;
        if (child + 1 < r->heap_size && before(&r->part[r->heap[child + 1]], &r->part[r->heap[child]]))
            child++;
        if (!before(&r->part[r->heap[child]], &r->part[moving]))
            break;
        r->heap[at] = r->heap[child];
        at = child;
    }
    r->heap[at] = moving;
}

static int by_time(const void *a, const void *b, void *time) {
    const uint64_t *t = time;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (t[x] != t[y])
        return t[x] < t[y] ? -1 : 1;
    return x < y ? -1 : 1;
}

static enum ht_status sort_part(struct part *part) {
    const uint64_t *time = part->table.number[0];
    uint32_t i = 1;
    while (i < part->table.rows && time[i - 1] <= time[i])
        i++;
    if (i >= part->table.rows)
        return HT_OK;
    part->order = malloc(part->table.rows * sizeof *part->order);
    if (part->order == NULL)
        return HT_NOMEM;
    for (i = 0; i < part->table.rows; i++)
        part->order[i] = i;
    qsort_r(part->order, part->table.rows, sizeof *part->order, by_time, part->table.number[0]);
    return HT_OK;
}

/* Makes the heap of all parts at hand; sorts those that are new. */
static enum ht_status start_merge(struct rounds *r) {
    uint32_t *heap = realloc(r->heap, r->parts * sizeof *heap + 1);
    if (heap == NULL)
        return HT_NOMEM;
    r->heap = heap;
    for (size_t i = 0; i < r->parts; i++) {
        struct part *part = &r->part[i];
        enum ht_status status = part->sorted ? HT_OK : sort_part(part);
        if (status != HT_OK)
            return status;
        part->sorted = 1;
        part->next_time = part->table.number[0][row_of(part)];
        r->heap[i] = (uint32_t)i;
    }
    r->heap_size = r->parts;
    for (size_t i = r->heap_size / 2; i-- > 0;)
        sift_down(r, i);
    return HT_OK;
}

static void free_part(struct part *part) {
    ht_table_free(&part->table);
    free(part->order);
}

/* Parts that are used up go; the others wait for the next round. */
static void drop_used(struct rounds *r) {
    size_t kept = 0;
    r->rows = 0;
    for (size_t i = 0; i < r->parts; i++) {
        if (r->part[i].next == r->part[i].table.rows) {
            free_part(&r->part[i]);
            continue;
        }
        r->rows += r->part[i].table.rows - r->part[i].next;
        r->part[kept++] = r->part[i];
    }
    r->parts = kept;
}

/* Mappings read from /proc hold from the window's start, whenever they were read. */
static int is_snapshot(const struct part *part, uint32_t row) {
    return part->table.desc->kind == HT_CHUNK_MMAP &&
           ht_table_u64(&part->table, HT_MMAP_SOURCE, row) == HT_MMAP_SOURCE_PROC;
}

/* Delivers the rows before a time; all of them for UINT64_MAX. */
static enum ht_status deliver_before(struct rounds *r, uint64_t end, struct ht_cause *cause) {
    enum ht_status status = start_merge(r);
    if (status != HT_OK)
        ht_fail(cause, status, "out of memory while ordering a round of %llu rows",
                (unsigned long long)r->rows);
    while (status == HT_OK && r->heap_size > 0) {
        struct part *part = &r->part[r->heap[0]];
        if (part->next_time >= end && end != UINT64_MAX)
            break;
        uint32_t row = row_of(part);
        if (part->next_time < r->last_time)
            r->late += !is_snapshot(part, row);
        else
            r->last_time = part->next_time;
        status = r->fn(r->context, &part->table, row, part->ordinal + row, cause);
        if (++part->next == part->table.rows)
            r->heap[0] = r->heap[--r->heap_size];
        else
            part->next_time = part->table.number[0][row_of(part)];
        if (r->heap_size > 0)
            sift_down(r, 0);
    }
    drop_used(r);
    return status;
}

/* Of equal times, forks come first (they start an address space), then mappings, then what falls into them.
 */
static int rank_of(unsigned kind) {
    return kind == HT_CHUNK_TASK ? 0 : kind == HT_CHUNK_MMAP || kind == HT_CHUNK_KSYMBOL ? 1 : 2;
}

static enum ht_status keep_part(struct rounds *r, struct ht_table *table) {
    if (r->parts == r->capacity) {
        size_t capacity = r->capacity < 16 ? 16 : r->capacity * 2;
        struct part *grown = realloc(r->part, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        r->part = grown;
        r->capacity = capacity;
    }
    /* The table moves here; the walk starts a fresh one. */
    r->part[r->parts++] =
        (struct part){.table = *table, .ordinal = r->ordinal, .rank = rank_of(table->desc->kind)};
    r->rows += table->rows;
    r->ordinal += table->rows;
    memset(table, 0, sizeof *table);
    return HT_OK;
}

/* Ends of rounds: what is older can be delivered. */
static enum ht_status end_round(struct rounds *r, const struct ht_table *table, struct ht_cause *cause) {
    uint64_t end = 0;
    for (uint32_t i = 0; i < table->rows; i++)
        end = ht_table_u64(table, HT_ROUND_END, i) > end ? ht_table_u64(table, HT_ROUND_END, i) : end;
    return deliver_before(r, end, cause);
}

static enum ht_status take_table(void *context, const struct ht_chunk_info *info, struct ht_table *table,
                                 struct ht_cause *cause) {
    struct rounds *r = context;
    enum ht_status status = HT_OK;
    if (info->kind == HT_CHUNK_ROUND)
        return end_round(r, table, cause);
    if (r->parts == ROUND_PARTS_MAX || (r->parts > 0 && r->rows + table->rows > ROUND_ROWS_MAX))
        status = deliver_before(r, UINT64_MAX, cause);
    if (status == HT_OK && keep_part(r, table) != HT_OK)
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    return status;
}

enum ht_status ht_rounds(struct ht_reader *reader, uint64_t kinds, ht_row_fn fn, void *context,
                         struct ht_scan_problems *problems, uint64_t *late, struct ht_cause *cause) {
    struct rounds r = {.fn = fn, .context = context};
    enum ht_status status = ht_scan(reader, kinds | HT_KIND_BIT(ROUND), take_table, &r, problems, cause);
    if (status == HT_OK && r.parts > 0)
        status = deliver_before(&r, UINT64_MAX, cause);
    *late = r.late;
    for (size_t i = 0; i < r.parts; i++)
        free_part(&r.part[i]);
    free(r.heap);
    free(r.part);
    return status;
}
