#include "record/collect/batch_parts.h"

#include <string.h>

#include "record/collect/sample.h"

/* A record: body is what stands between header and trailer. */

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

static uint16_t u16_at(const uint8_t *p) {
    uint16_t value;
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
    enum ht_status status = ht_batch_row(b, t, r->trailer.time, &row);
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
    enum ht_status status = ht_batch_row(b, &b->task, r->trailer.time, &row);
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
    if (r->header->type == PERF_RECORD_EXIT) {
        /* The number may soon be another process's. */
        if (b->others != NULL && ids[0] == ids[1])
            ht_pid_set_remove(b->others, ids[0]);
        return add_task(b, r, HT_TASK_KIND_EXIT, ids, NULL, 0);
    }
    if (ids[0] != ids[2]) {
        if (b->others != NULL)
            ht_pid_set_fork(b->others, ids[0], ids[2]);
        ht_spaces_fork(&b->spaces, ids[0], ids[2], r->trailer.time);
        if (ids[2] > 0)
            ht_batch_note_process(b, ids[2]);
        /* From here on the records say all about the child, unless some were lost: no need to read /proc. */
        if (!b->lossy)
            ht_hits_add(&b->processes, ids[0], 0, HT_HIT_SAMPLED);
    }
    return add_task(b, r, HT_TASK_KIND_FORK, ids, NULL, 0);
}

enum ht_status ht_batch_loss(struct ht_batch *b, uint64_t time_ns, enum ht_loss_kind kind, int cpu, int event,
                             uint64_t count) {
    uint32_t row;
    enum ht_status status = ht_batch_row(b, &b->loss, time_ns, &row);
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
    b->overrun += u64_at(r->body + 8);
    if (r->cpu >= 0 && (unsigned)r->cpu < b->cpus)
        b->running[r->cpu] = (struct ht_running){-1, -1, 0}; /* switches may be among them */
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

#define KSYMBOL_FIXED 16 /* addr, len, type, flags */

static enum ht_status add_ksymbol(struct ht_batch *b, const struct side *r) {
    const uint8_t *p = r->body;
    struct ht_ksymbol_seen seen = {
        .start = u64_at(p), .bytes = u32_at(p + 8), .time = r->trailer.time, .type = u16_at(p + 12)};
    size_t length = text_length(r, KSYMBOL_FIXED);
    uint32_t row;
    enum ht_status status = ht_batch_row(b, &b->ksymbol, r->trailer.time, &row);
    if (status != HT_OK)
        return status;
    ht_ksymbols_add(&b->ksymbols, &seen, (const char *)p + KSYMBOL_FIXED, length);
    uint64_t **n = b->ksymbol.number;
    n[HT_KSYMBOL_TIME][row] = seen.time;
    n[HT_KSYMBOL_ADDRESS][row] = seen.start;
    n[HT_KSYMBOL_LENGTH][row] = seen.bytes;
    n[HT_KSYMBOL_TYPE][row] = seen.type;
    n[HT_KSYMBOL_REGISTERED][row] = (u16_at(p + 14) & HT_KSYMBOL_UNREGISTER) == 0;
    return ht_table_set_bytes(&b->ksymbol, HT_KSYMBOL_NAME, p + KSYMBOL_FIXED, length);
}

#define BPF_TAG_BYTES 8

/* type, flags, id, tag. Types other than these two are none yet. */
static enum ht_status add_bpf_event(struct ht_batch *b, const struct side *r) {
    const uint8_t *p = r->body;
    uint16_t type = u16_at(p);
    uint32_t row;
    if (type != HT_BPF_PROGRAM_LOAD && type != HT_BPF_PROGRAM_UNLOAD) {
        b->ignored++;
        return HT_OK;
    }
    enum ht_status status = ht_batch_row(b, &b->bpf_program, r->trailer.time, &row);
    if (status != HT_OK)
        return status;
    b->bpf_program.number[HT_BPF_PROGRAM_TIME][row] = r->trailer.time;
    b->bpf_program.number[HT_BPF_PROGRAM_LOADED][row] = type == HT_BPF_PROGRAM_LOAD;
    b->bpf_program.number[HT_BPF_PROGRAM_PROGRAM][row] = u32_at(p + 4);
    return ht_table_set_bytes(&b->bpf_program, HT_BPF_PROGRAM_TAG, p + 8, BPF_TAG_BYTES);
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
    {HT_RECORD_KSYMBOL, KSYMBOL_FIXED, add_ksymbol},
    {HT_RECORD_BPF_EVENT, 8 + BPF_TAG_BYTES, add_bpf_event},
};

enum ht_status ht_batch_side(struct ht_batch *b, const struct perf_event_header *header,
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
