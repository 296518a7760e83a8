#include "record/collect/batch.h"

#include <stdlib.h>
#include <string.h>

#include "record/collect/sample.h"

#define MAP_BYTES_MAX (16u << 20) /* of names and payloads in one table, before it is handed over */

enum ht_status ht_batch_init(struct ht_batch *b, const struct ht_opened *opened,
                             const struct ht_batch_sink *sink) {
    memset(b, 0, sizeof *b);
    b->opened = opened;
    b->sink = *sink;
    b->last_pid = -2;
    ht_table_init(&b->cpu_sample, HT_CHUNK_CPU_SAMPLE);
    ht_table_init(&b->task, HT_CHUNK_TASK);
    ht_table_init(&b->mmap, HT_CHUNK_MMAP);
    ht_table_init(&b->loss, HT_CHUNK_LOSS);
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++)
        ht_table_init(&b->tracepoint[i], HT_CHUNK_TRACEPOINT);
    b->samples = calloc(opened->count > 0 ? opened->count : 1, sizeof *b->samples);
    return b->samples != NULL ? HT_OK : HT_NOMEM;
}

void ht_batch_free(struct ht_batch *b) {
    ht_table_free(&b->cpu_sample);
    ht_table_free(&b->task);
    ht_table_free(&b->mmap);
    ht_table_free(&b->loss);
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++)
        ht_table_free(&b->tracepoint[i]);
    ht_hits_free(&b->hits);
    ht_hits_free(&b->processes);
    ht_spaces_free(&b->spaces);
    free(b->samples);
    b->samples = NULL;
}

static size_t bytes_in(const struct ht_table *table) {
    size_t bytes = 0;
    for (unsigned i = 0; i < table->desc->columns; i++)
        bytes += table->bytes[i].length;
    return bytes;
}

/* A new row at `row`, after handing a full table over. */
static enum ht_status next_row(struct ht_batch *b, struct ht_table *table, uint64_t time, uint32_t *row) {
    if (table->rows >= HT_BATCH_ROWS || bytes_in(table) > MAP_BYTES_MAX) {
        enum ht_status status = b->sink.full(b->sink.context, table);
        if (status != HT_OK)
            return status;
    }
    if (time < b->bound)
        b->late++;
    return ht_table_add(table, row);
}

/* ---- samples ---- */

static int is_kernel(uint16_t misc) {
    uint16_t mode = misc & PERF_RECORD_MISC_CPUMODE_MASK;
    return mode == PERF_RECORD_MISC_KERNEL || mode == PERF_RECORD_MISC_HYPERVISOR;
}

static void note_process(struct ht_batch *b, int32_t pid) {
    uint32_t known = b->processes.count;
    ht_hits_add(&b->processes, pid, 0);
    if (b->processes.count > known && b->sink.process != NULL)
        b->sink.process(b->sink.context, pid);
}

static void note_hit(struct ht_batch *b, const struct ht_sample *s, uint16_t misc) {
    int32_t pid = is_kernel(misc) ? -1 : s->pid;
    if (s->pid != b->last_pid && s->pid > 0)
        note_process(b, s->pid);
    if (s->ip != b->last_ip || s->pid != b->last_pid)
        ht_hits_add(&b->hits, pid, s->ip);
    b->last_pid = s->pid;
    b->last_ip = s->ip;
}

/* The hot path: every column is set here, so the row needs no zeroing first. */
static enum ht_status add_cpu_sample(struct ht_batch *b, const struct ht_event *event,
                                     const struct ht_sample *s, uint16_t misc) {
    struct ht_table *t = &b->cpu_sample;
    enum ht_status status = HT_OK;
    if (t->capacity == 0)
        status = ht_table_reserve(t, HT_BATCH_ROWS);
    if (t->rows >= HT_BATCH_ROWS)
        status = b->sink.full(b->sink.context, t);
    if (status != HT_OK)
        return status;
    uint32_t row = t->rows++;
    b->late += s->time < b->bound;
    t->number[HT_CPU_SAMPLE_TIME][row] = s->time;
    t->number[HT_CPU_SAMPLE_EVENT][row] = event->number;
    t->number[HT_CPU_SAMPLE_CPU][row] = s->cpu;
    t->number[HT_CPU_SAMPLE_PID][row] = (uint64_t)(int64_t)s->pid;
    t->number[HT_CPU_SAMPLE_TID][row] = (uint64_t)(int64_t)s->tid;
    t->number[HT_CPU_SAMPLE_IP][row] = s->ip;
    t->number[HT_CPU_SAMPLE_ADDRESS][row] = s->address;
    t->number[HT_CPU_SAMPLE_PERIOD][row] = event->attr.sample_period;
    t->number[HT_CPU_SAMPLE_CPUMODE][row] = misc & PERF_RECORD_MISC_CPUMODE_MASK;
    t->number[HT_CPU_SAMPLE_CHAIN][row] = 0;
    note_hit(b, s, misc);
    return HT_OK;
}

static enum ht_status add_tracepoint(struct ht_batch *b, const struct ht_event *event,
                                     const struct ht_sample *s) {
    struct ht_table *t = &b->tracepoint[event->number];
    uint32_t row;
    enum ht_status status = next_row(b, t, s->time, &row);
    if (status != HT_OK)
        return status;
    t->number[HT_TRACEPOINT_TIME][row] = s->time;
    t->number[HT_TRACEPOINT_EVENT][row] = event->number;
    t->number[HT_TRACEPOINT_CPU][row] = s->cpu;
    t->number[HT_TRACEPOINT_PID][row] = (uint64_t)(int64_t)s->pid;
    t->number[HT_TRACEPOINT_TID][row] = (uint64_t)(int64_t)s->tid;
    return ht_table_set_bytes(t, HT_TRACEPOINT_PAYLOAD, s->raw, s->raw_bytes);
}

static enum ht_status add_sample(struct ht_batch *b, const struct perf_event_header *header,
                                 const struct ht_event *event, uint64_t *samples) {
    struct ht_sample s;
    if (!ht_sample_parse(header, event->attr.sample_type, &s)) {
        b->malformed++;
        return HT_OK;
    }
    enum ht_status status = HT_OK;
    if (event->source->chunk == HT_CHUNK_CPU_SAMPLE)
        status = add_cpu_sample(b, event, &s, header->misc);
    else if (event->source->chunk == HT_CHUNK_TRACEPOINT)
        status = add_tracepoint(b, event, &s);
    else
        b->ignored++;
    if (status == HT_OK)
        ++*samples;
    return status;
}

/* ---- side records: body is what stands between header and trailer ---- */

struct side {
    const struct perf_event_header *header;
    const uint8_t *body;
    uint32_t body_bytes;
    struct ht_sample trailer;
    const struct ht_event *event;
    int cpu;
};

static uint64_t u64_at(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static uint32_t u32_at(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static int32_t i32_at(const uint8_t *p) {
    return (int32_t)u32_at(p);
}

/* Text of at most the bytes that are left; the kernel pads it with zeros. */
static size_t text_length(const struct side *r, uint32_t offset) {
    return strnlen((const char *)r->body + offset, r->body_bytes - offset);
}

#define MMAP_FIXED  32 /* pid, tid, addr, len, pgoff */
#define MMAP2_FIXED 64 /* and maj, min, ino, generation, prot, flags */

static enum ht_status add_mmap(struct ht_batch *b, const struct side *r) {
    int is_mmap2 = r->header->type == PERF_RECORD_MMAP2;
    uint32_t name = is_mmap2 ? MMAP2_FIXED : MMAP_FIXED, row;
    struct ht_table *t = &b->mmap;
    enum ht_status status = next_row(b, t, r->trailer.time, &row);
    if (status != HT_OK)
        return status;
    const uint8_t *p = r->body;
    int is_data = (r->header->misc & PERF_RECORD_MISC_MMAP_DATA) != 0;
    struct ht_mapping m = {.time = r->trailer.time,
                           .pid = i32_at(p),
                           .start = u64_at(p + 8),
                           .length = u64_at(p + 16),
                           .pgoff = u64_at(p + 24)};
    uint64_t **n = t->number;
    n[HT_MMAP_TIME][row] = m.time;
    n[HT_MMAP_SOURCE][row] = is_mmap2 ? HT_MMAP_SOURCE_MMAP2 : HT_MMAP_SOURCE_MMAP;
    n[HT_MMAP_CPUMODE][row] = r->header->misc & PERF_RECORD_MISC_CPUMODE_MASK;
    n[HT_MMAP_DATA][row] = (uint64_t)is_data;
    n[HT_MMAP_PID][row] = (uint64_t)(int64_t)m.pid;
    n[HT_MMAP_TID][row] = (uint64_t)(int64_t)i32_at(p + 4);
    n[HT_MMAP_START][row] = m.start;
    n[HT_MMAP_LENGTH][row] = m.length;
    n[HT_MMAP_PGOFF][row] = m.pgoff;
    if (is_mmap2) {
        n[HT_MMAP_MAJOR][row] = m.major = u32_at(p + 32);
        n[HT_MMAP_MINOR][row] = m.minor = u32_at(p + 36);
        n[HT_MMAP_INODE][row] = m.inode = u64_at(p + 40);
        n[HT_MMAP_GENERATION][row] = u64_at(p + 48);
        n[HT_MMAP_PROT][row] = u32_at(p + 56);
        n[HT_MMAP_FLAGS][row] = u32_at(p + 60);
    }
    size_t length = text_length(r, name);
    if (!is_data)
        ht_spaces_add(&b->spaces, &m, (const char *)p + name, length);
    return ht_table_set_bytes(t, HT_MMAP_FILE, p + name, length);
}

static enum ht_status add_task(struct ht_batch *b, const struct side *r, enum ht_task_kind kind,
                               const int32_t ids[4], const void *comm, size_t comm_length) {
    uint32_t row;
    enum ht_status status = next_row(b, &b->task, r->trailer.time, &row);
    if (status != HT_OK)
        return status;
    b->task.number[HT_TASK_TIME][row] = r->trailer.time;
    b->task.number[HT_TASK_KIND][row] = kind;
    b->task.number[HT_TASK_PID][row] = (uint64_t)(int64_t)ids[0];
    b->task.number[HT_TASK_TID][row] = (uint64_t)(int64_t)ids[1];
    b->task.number[HT_TASK_PPID][row] = (uint64_t)(int64_t)ids[2];
    b->task.number[HT_TASK_PTID][row] = (uint64_t)(int64_t)ids[3];
    return ht_table_set_bytes(&b->task, HT_TASK_COMM, comm, comm_length);
}

static enum ht_status add_comm(struct ht_batch *b, const struct side *r) {
    int32_t ids[4] = {i32_at(r->body), i32_at(r->body + 4), 0, 0};
    enum ht_task_kind kind =
        r->header->misc & PERF_RECORD_MISC_COMM_EXEC ? HT_TASK_KIND_EXEC : HT_TASK_KIND_COMM;
    return add_task(b, r, kind, ids, r->body + 8, text_length(r, 8));
}

/* A new process shares its parent's mappings, which nobody may have asked for yet. */
static enum ht_status add_fork(struct ht_batch *b, const struct side *r) {
    const uint8_t *p = r->body;
    int32_t ids[4] = {i32_at(p), i32_at(p + 8), i32_at(p + 4), i32_at(p + 12)};
    if (r->header->type == PERF_RECORD_EXIT)
        return add_task(b, r, HT_TASK_KIND_EXIT, ids, NULL, 0);
    if (ids[0] != ids[2]) {
        ht_spaces_fork(&b->spaces, ids[0], ids[2], r->trailer.time);
        if (ids[2] > 0)
            note_process(b, ids[2]);
        /* From here on the records say all about the child, unless some were lost: no need to read /proc. */
        if (!b->lossy)
            ht_hits_add(&b->processes, ids[0], 0);
    }
    return add_task(b, r, HT_TASK_KIND_FORK, ids, NULL, 0);
}

enum ht_status ht_batch_loss(struct ht_batch *b, uint64_t time_ns, enum ht_loss_kind kind, int cpu, int event,
                             uint64_t count) {
    uint32_t row;
    enum ht_status status = next_row(b, &b->loss, time_ns, &row);
    if (status != HT_OK)
        return status;
    b->loss.number[HT_LOSS_TIME][row] = time_ns;
    b->loss.number[HT_LOSS_KIND][row] = kind;
    b->loss.number[HT_LOSS_CPU][row] = (uint64_t)(int64_t)cpu;
    b->loss.number[HT_LOSS_EVENT][row] = (uint64_t)(int64_t)event;
    b->loss.number[HT_LOSS_COUNT][row] = count;
    return HT_OK;
}

/* The LOST record's own id is that of the event that wrote next, not of those that were lost: event -1. */
static enum ht_status add_lost(struct ht_batch *b, const struct side *r) {
    b->lossy = 1;
    return ht_batch_loss(b, r->trailer.time, HT_LOSS_KIND_RING, r->cpu, -1, u64_at(r->body + 8));
}

static enum ht_status add_lost_samples(struct ht_batch *b, const struct side *r) {
    return ht_batch_loss(b, r->trailer.time, HT_LOSS_KIND_SAMPLES, r->cpu, (int)r->event->number,
                         u64_at(r->body));
}

static enum ht_status add_throttle(struct ht_batch *b, const struct side *r) {
    long found = ht_events_find(b->opened, u64_at(r->body + 8));
    int event = found >= 0 ? (int)b->opened->open[found].event : -1;
    enum ht_loss_kind kind =
        r->header->type == PERF_RECORD_THROTTLE ? HT_LOSS_KIND_THROTTLE : HT_LOSS_KIND_UNTHROTTLE;
    return ht_batch_loss(b, r->trailer.time, kind, r->cpu, event, 1);
}

/* Records with a fixed part of so many bytes, and who takes them. */
static const struct {
    uint32_t type, fixed;
    enum ht_status (*add)(struct ht_batch *, const struct side *);
} side_records[] = {
    {PERF_RECORD_MMAP2, MMAP2_FIXED, add_mmap},
    {PERF_RECORD_MMAP, MMAP_FIXED, add_mmap},
    {PERF_RECORD_COMM, 8, add_comm},
    {PERF_RECORD_FORK, 24, add_fork},
    {PERF_RECORD_EXIT, 24, add_fork},
    {PERF_RECORD_LOST, 16, add_lost},
    {PERF_RECORD_LOST_SAMPLES, 8, add_lost_samples},
    {PERF_RECORD_THROTTLE, 24, add_throttle},
    {PERF_RECORD_UNTHROTTLE, 24, add_throttle},
};

static enum ht_status add_side(struct ht_batch *b, const struct perf_event_header *header,
                               const struct ht_event *event, int cpu) {
    for (size_t i = 0; i < sizeof side_records / sizeof side_records[0]; i++) {
        if (side_records[i].type != header->type)
            continue;
        struct side r = {.header = header, .body = (const uint8_t *)(header + 1), .event = event, .cpu = cpu};
        if (!ht_trailer_parse(header, event->attr.sample_type, &r.trailer, &r.body_bytes) ||
            r.body_bytes < side_records[i].fixed) {
            b->malformed++;
            return HT_OK;
        }
        return side_records[i].add(b, &r);
    }
    b->ignored++;
    return HT_OK;
}

/* Where two sessions sample page faults on a CPU, the kernel (6.2 on) fills the sample's identifier in for
 * the session that opened last and reuses it for the other one, whose samples then carry an identifier that
 * it never saw. Only page faults share their data so; a sample of exactly that layout in our ring is ours. */
static long find_foreign(struct ht_batch *b, const struct perf_event_header *header, int cpu) {
    struct ht_sample sample;
    if (header->type != PERF_RECORD_SAMPLE)
        return -1;
    for (size_t i = 0; i < b->opened->count; i++) {
        const struct ht_open_event *open = &b->opened->open[i];
        const struct ht_event *event = &b->opened->plan->event[open->event];
        if (open->cpu != cpu || event->source->kind != HT_EVENT_KIND_PAGE_FAULT)
            continue;
        if (header->size != sizeof *header + 8u * (unsigned)__builtin_popcountll(event->attr.sample_type) ||
            !ht_sample_parse(header, event->attr.sample_type, &sample) || (int)sample.cpu != cpu)
            return -1;
        b->foreign++;
        return (long)i;
    }
    return -1;
}

enum ht_status ht_batch_add(struct ht_batch *b, const struct perf_event_header *header, int cpu) {
    long found = ht_events_find(b->opened, ht_record_id(header));
    if (found < 0)
        found = find_foreign(b, header, cpu);
    if (found < 0) {
        b->unknown++;
        return HT_OK;
    }
    const struct ht_event *event = &b->opened->plan->event[b->opened->open[found].event];
    return header->type == PERF_RECORD_SAMPLE ? add_sample(b, header, event, &b->samples[found])
                                              : add_side(b, header, event, cpu);
}

enum ht_status ht_batch_flush(struct ht_batch *b) {
    struct ht_table *table[] = {&b->mmap, &b->task, &b->cpu_sample, &b->loss};
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof table / sizeof table[0] && status == HT_OK; i++)
        if (table[i]->rows > 0)
            status = b->sink.full(b->sink.context, table[i]);
    for (unsigned i = 0; i < HT_EVENTS_MAX && status == HT_OK; i++)
        if (b->tracepoint[i].rows > 0)
            status = b->sink.full(b->sink.context, &b->tracepoint[i]);
    return status;
}
