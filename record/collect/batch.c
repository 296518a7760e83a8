#include "record/collect/batch_parts.h"

#include <stdlib.h>
#include <string.h>

#define MAP_BYTES_MAX (16u << 20) /* of names and payloads in one table, before it is handed over */

/* The tables in the order in which they are handed over: chains before the samples that name them. */
static const struct {
    size_t offset;
    enum ht_chunk_kind kind;
} tables[] = {
    {offsetof(struct ht_batch, mmap), HT_CHUNK_MMAP},
    {offsetof(struct ht_batch, task), HT_CHUNK_TASK},
    {offsetof(struct ht_batch, ksymbol), HT_CHUNK_KSYMBOL},
    {offsetof(struct ht_batch, bpf_program), HT_CHUNK_BPF_PROGRAM},
    {offsetof(struct ht_batch, chain), HT_CHUNK_CHAIN},
    {offsetof(struct ht_batch, cpu_sample), HT_CHUNK_CPU_SAMPLE},
    {offsetof(struct ht_batch, switches), HT_CHUNK_SWITCH},
    {offsetof(struct ht_batch, loss), HT_CHUNK_LOSS},
};
#define TABLES (sizeof tables / sizeof tables[0])

static struct ht_table *table_at(struct ht_batch *b, size_t i) {
    return (struct ht_table *)((char *)b + tables[i].offset);
}

/* One of each kind and CPU does: those of other threads there have the same layout. */
static void note_faults(struct ht_batch *b) {
    for (unsigned cpu = 0; cpu < b->cpus; cpu++)
        for (unsigned k = 0; k < HT_FAULT_EVENTS; k++)
            b->fault[cpu][k] = -1;
    for (size_t i = 0; i < b->opened->count; i++) {
        const struct ht_open_event *open = &b->opened->open[i];
        enum ht_event_kind kind = b->opened->plan->event[open->event].source->kind;
        int which = kind == HT_EVENT_KIND_PAGE_FAULT ? 0 : kind == HT_EVENT_KIND_MAJOR_FAULT ? 1 : -1;
        if (which >= 0 && open->cpu >= 0 && b->fault[open->cpu][which] < 0)
            b->fault[open->cpu][which] = (int32_t)i;
    }
}

static enum ht_status init_cpus(struct ht_batch *b) {
    for (size_t i = 0; i < b->opened->count; i++)
        if (b->opened->open[i].cpu >= (int)b->cpus)
            b->cpus = (unsigned)b->opened->open[i].cpu + 1;
    b->running = malloc((b->cpus > 0 ? b->cpus : 1) * sizeof *b->running);
    for (unsigned i = 0; b->running != NULL && i < b->cpus; i++)
        b->running[i] = (struct ht_running){-1, -1, 0};
    b->fault = malloc((b->cpus > 0 ? b->cpus : 1) * sizeof *b->fault);
    if (b->fault != NULL)
        note_faults(b);
    return b->running != NULL && b->fault != NULL ? HT_OK : HT_NOMEM;
}

enum ht_status ht_batch_init(struct ht_batch *b, const struct ht_opened *opened,
                             const struct ht_batch_sink *sink) {
    memset(b, 0, sizeof *b);
    b->opened = opened;
    b->sink = *sink;
    b->last_pid = -2;
    b->last_found = -1; /* of identifier 0, which is nobody's */
    for (size_t i = 0; i < TABLES; i++)
        ht_table_init(table_at(b, i), tables[i].kind);
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++)
        ht_table_init(&b->tracepoint[i], HT_CHUNK_TRACEPOINT);
    b->samples = calloc(opened->count > 0 ? opened->count : 1, sizeof *b->samples);
    return b->samples != NULL ? init_cpus(b) : HT_NOMEM;
}

void ht_batch_free(struct ht_batch *b) {
    for (size_t i = 0; i < TABLES; i++)
        ht_table_free(table_at(b, i));
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++)
        ht_table_free(&b->tracepoint[i]);
    ht_hits_free(&b->hits);
    ht_hits_free(&b->processes);
    ht_spaces_free(&b->spaces);
    ht_chains_free(&b->chains);
    ht_ksymbols_free(&b->ksymbols);
    free(b->running);
    free(b->fault);
    free(b->samples);
    b->running = NULL;
    b->fault = NULL;
    b->samples = NULL;
}

static size_t bytes_in(const struct ht_table *table) {
    size_t bytes = 0;
    for (unsigned i = 0; i < table->desc->columns; i++)
        bytes += table->bytes[i].length;
    return bytes;
}

enum ht_status ht_batch_row(struct ht_batch *b, struct ht_table *table, uint64_t time, uint32_t *row) {
    if (table->rows >= HT_BATCH_ROWS || bytes_in(table) > MAP_BYTES_MAX) {
        enum ht_status status = b->sink.full(b->sink.context, table);
        if (status != HT_OK)
            return status;
    }
    if (time < b->bound)
        b->late++;
    return ht_table_add(table, row);
}

void ht_batch_note_process(struct ht_batch *b, int32_t pid) {
    uint32_t known = b->processes.count;
    ht_hits_add(&b->processes, pid, 0, HT_HIT_SAMPLED);
    if (b->processes.count > known && b->sink.process != NULL)
        b->sink.process(b->sink.context, pid);
}

enum ht_status ht_batch_flush(struct ht_batch *b) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < TABLES && status == HT_OK; i++)
        if (table_at(b, i)->rows > 0)
            status = b->sink.full(b->sink.context, table_at(b, i));
    for (unsigned i = 0; i < HT_EVENTS_MAX && status == HT_OK; i++)
        if (b->tracepoint[i].rows > 0)
            status = b->sink.full(b->sink.context, &b->tracepoint[i]);
    return status;
}
