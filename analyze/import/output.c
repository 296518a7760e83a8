#include "analyze/import/output.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_ROWS  65536u
#define CHUNK_BYTES (8u << 20) /* of the bytes columns: names and payloads may be long */
#define ROUND_ROWS  (1u << 18)

/* Kinds whose rows come in rounds. */
static const enum ht_chunk_kind event_kinds[] = {
    HT_CHUNK_TASK,       HT_CHUNK_MMAP,       HT_CHUNK_SWITCH,      HT_CHUNK_CHAIN,
    HT_CHUNK_MEM_SAMPLE, HT_CHUNK_CPU_SAMPLE, HT_CHUNK_LOSS,        HT_CHUNK_CGROUP,
    HT_CHUNK_PROCESS,    HT_CHUNK_KSYMBOL,    HT_CHUNK_BPF_PROGRAM,
};
#define EVENT_KINDS (sizeof event_kinds / sizeof event_kinds[0])

enum ht_status ht_output_open(struct ht_output *output, const char *path, uint64_t realtime_ns,
                              uint32_t events, struct ht_cause *cause) {
    memset(output, 0, sizeof *output);
    enum ht_status status = ht_writer_open(path, 1, realtime_ns, &output->writer, cause);
    if (status != HT_OK)
        return status;
    output->encoder = ht_encoder_new(1);
    output->tracepoint = calloc(events, sizeof *output->tracepoint);
    if (output->encoder == NULL || output->tracepoint == NULL) {
        ht_output_abandon(output);
        return ht_fail(cause, HT_NOMEM, "out of memory");
    }
    output->tracepoints = events;
    for (size_t i = 0; i < EVENT_KINDS; i++)
        ht_table_init(&output->table[event_kinds[i]], event_kinds[i]);
    for (uint32_t i = 0; i < events; i++)
        ht_table_init(&output->tracepoint[i], HT_CHUNK_TRACEPOINT);
    return HT_OK;
}

static enum ht_status flush(struct ht_output *output, struct ht_table *table, struct ht_cause *cause) {
    enum ht_status status = ht_writer_put(output->writer, output->encoder, table, output->round, cause);
    ht_table_clear(table);
    return status;
}

static enum ht_status put_round_row(struct ht_output *output, struct ht_cause *cause) {
    struct ht_table round;
    uint32_t row;
    ht_table_init(&round, HT_CHUNK_ROUND);
    enum ht_status status = ht_table_add(&round, &row);
    if (status == HT_OK) {
        round.number[HT_ROUND_ROUND][row] = output->round;
        round.number[HT_ROUND_START][row] = output->round_start_ns;
        round.number[HT_ROUND_END][row] = output->closed_ns + 1; /* the first time that is still to come */
        status = ht_writer_put(output->writer, output->encoder, &round, output->round, cause);
    } else {
        ht_fail(cause, status, "out of memory");
    }
    ht_table_free(&round);
    return status;
}

static enum ht_status close_round(struct ht_output *output, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < EVENT_KINDS && status == HT_OK; i++)
        status = flush(output, &output->table[event_kinds[i]], cause);
    for (uint32_t i = 0; i < output->tracepoints && status == HT_OK; i++)
        if (output->tracepoint[i].rows > 0)
            status = flush(output, &output->tracepoint[i], cause);
    if (output->last_ns > output->closed_ns)
        output->closed_ns = output->last_ns;
    if (status == HT_OK)
        status = put_round_row(output, cause);
    output->round++;
    output->round_rows = 0;
    output->round_start_ns = 0;
    output->last_ns = 0;
    return status;
}

static struct ht_output_tie *tie_of(struct ht_output *output, int64_t pid) {
    return &output->tie[(uint64_t)pid % HT_OUTPUT_TIES];
}

static int is_after(struct ht_output *output, int64_t pid, enum ht_output_rank rank) {
    const struct ht_output_tie *tie = tie_of(output, pid);
    return tie->stamp == output->stamp && tie->rank > rank;
}

/* Whether a row of the same time that stands before this one would be taken after it. */
static int breaks_tie(struct ht_output *output, const struct ht_output_key *key) {
    if (key->pid == HT_PID_ALL)
        return output->any_rank > key->rank;
    return is_after(output, key->pid, key->rank) || is_after(output, key->parent, key->rank);
}

static int is_timeless(const struct ht_output_key *key) {
    return key->rank == HT_RANK_NONE && key->time_ns == 0;
}

static int breaks_order(struct ht_output *output, const struct ht_output_key *key) {
    if (output->round_rows == 0)
        return 0;
    if (output->round_rows >= ROUND_ROWS)
        return 1;
    if (is_timeless(key))
        return 0;
    if (key->time_ns != output->last_ns)
        return key->time_ns < output->last_ns;
    return key->rank < HT_RANK_SAMPLE && breaks_tie(output, key);
}

static void remember(struct ht_output *output, const struct ht_output_key *key) {
    output->round_rows++;
    if (is_timeless(key))
        return;
    if (key->time_ns > 0 && key->time_ns < output->closed_ns)
        output->late_rows++;
    if (output->round_start_ns == 0)
        output->round_start_ns = key->time_ns;
    if (key->time_ns != output->last_ns || output->round_rows == 1) {
        output->stamp++;
        output->any_rank = HT_RANK_FORK;
    }
    output->last_ns = key->time_ns;
    if (key->rank == HT_RANK_NONE || key->pid == HT_PID_ALL)
        return;
    if (key->rank > output->any_rank)
        output->any_rank = key->rank;
    struct ht_output_tie *tie = tie_of(output, key->pid);
    if (tie->stamp != output->stamp || key->rank > tie->rank)
        *tie = (struct ht_output_tie){output->stamp, key->rank};
}

static int is_full(const struct ht_table *table) {
    if (table->rows >= CHUNK_ROWS)
        return 1;
    if (table->rows % 64 != 0) /* 64 records hold 4 MiB at most: often enough */
        return 0;
    for (unsigned i = 0; i < table->desc->columns; i++)
        if (table->bytes[i].length >= CHUNK_BYTES)
            return 1;
    return 0;
}

enum ht_status ht_output_row(struct ht_output *output, enum ht_chunk_kind kind, uint32_t event,
                             const struct ht_output_key *key, struct ht_table **table, uint32_t *row,
                             struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    if (breaks_order(output, key) && (status = close_round(output, cause)) != HT_OK)
        return status;
    struct ht_table *t = kind == HT_CHUNK_TRACEPOINT ? &output->tracepoint[event] : &output->table[kind];
    if (is_full(t) && (status = flush(output, t, cause)) != HT_OK)
        return status;
    status = ht_table_add(t, row);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory for %s rows", t->desc->name);
    t->number[0][*row] = key->time_ns;
    *table = t;
    remember(output, key);
    return HT_OK;
}

enum ht_status ht_output_together(struct ht_output *output, enum ht_chunk_kind kind, uint32_t rows,
                                  struct ht_cause *cause) {
    if (output->round_rows > 0 && output->round_rows + rows > ROUND_ROWS)
        return close_round(output, cause);
    struct ht_table *table = &output->table[kind];
    return table->rows + rows > CHUNK_ROWS ? flush(output, table, cause) : HT_OK;
}

enum ht_status ht_output_put(struct ht_output *output, const struct ht_table *table, struct ht_cause *cause) {
    return ht_writer_put(output->writer, output->encoder, table, 0, cause);
}

enum ht_status ht_output_end_rounds(struct ht_output *output, struct ht_cause *cause) {
    return output->round_rows > 0 ? close_round(output, cause) : HT_OK;
}

static void release(struct ht_output *output) {
    for (size_t i = 0; i < EVENT_KINDS; i++)
        ht_table_free(&output->table[event_kinds[i]]);
    for (uint32_t i = 0; i < output->tracepoints; i++)
        ht_table_free(&output->tracepoint[i]);
    free(output->tracepoint);
    ht_encoder_free(output->encoder);
    memset(output, 0, sizeof *output);
}

enum ht_status ht_output_close(struct ht_output *output, struct ht_cause *cause) {
    enum ht_status status = ht_writer_close(output->writer, cause);
    release(output);
    return status;
}

void ht_output_abandon(struct ht_output *output) {
    ht_writer_abandon(output->writer);
    release(output);
}
