#include "record/collect/batch_parts.h"

#include <string.h>

#include "record/collect/sample.h"

/* ---- samples ---- */

static int is_kernel(uint16_t misc) {
    uint16_t mode = misc & PERF_RECORD_MISC_CPUMODE_MASK;
    return mode == PERF_RECORD_MISC_KERNEL || mode == PERF_RECORD_MISC_HYPERVISOR;
}

static void note_hit(struct ht_batch *b, const struct ht_sample *s, uint16_t misc) {
    int32_t pid = is_kernel(misc) ? -1 : s->pid;
    if (s->pid != b->last_pid && s->pid > 0)
        ht_batch_note_process(b, s->pid);
    if (s->ip != b->last_ip || s->pid != b->last_pid)
        ht_hits_add(&b->hits, pid, s->ip, HT_HIT_SAMPLED);
    b->last_pid = s->pid;
    b->last_ip = s->ip;
}

/* A row of zeros costs too much on the hot paths: there is room for a whole batch, every column is set. */
static inline enum ht_status hot_row(struct ht_batch *b, struct ht_table *t, uint64_t time, uint32_t *row) {
    enum ht_status status = HT_OK;
    if (t->capacity == 0)
        status = ht_table_reserve(t, HT_BATCH_ROWS);
    if (t->rows >= HT_BATCH_ROWS)
        status = b->sink.full(b->sink.context, t);
    if (status != HT_OK)
        return status;
    b->late += time < b->bound;
    *row = t->rows++;
    return HT_OK;
}

/* A return address belongs to the call before it, which may be the last instruction of its function. Where
 * user code entered the kernel is no return address. */
static void note_callers(struct ht_batch *b, const struct ht_frame *frame, unsigned frames) {
    for (unsigned i = 1; i < frames; i++) {
        uint32_t mode = frame[i].mode;
        if (frame[i].ip == 0 || (mode != PERF_RECORD_MISC_USER && !is_kernel((uint16_t)mode)))
            continue; /* the end of a stack; a guest's code, which has no names here */
        int32_t pid = is_kernel((uint16_t)mode) ? -1 : frame[i].pid;
        ht_hits_add(&b->hits, pid, frame[i].ip - (mode == frame[i - 1].mode), HT_HIT_CALLER);
    }
}

/* The rows of a chain stay together: a table that has no room for all is handed over first. */
static enum ht_status add_chain_rows(struct ht_batch *b, uint64_t number, uint64_t time,
                                     const struct ht_frame *frame, unsigned frames) {
    struct ht_table *t = &b->chain;
    enum ht_status status = HT_OK;
    if (t->rows + frames > HT_BATCH_ROWS)
        status = b->sink.full(b->sink.context, t);
    for (unsigned i = 0; i < frames && status == HT_OK; i++) {
        uint32_t row;
        if ((status = ht_batch_row(b, t, time, &row)) != HT_OK)
            break;
        t->number[HT_CHAIN_TIME][row] = time;
        t->number[HT_CHAIN_CHAIN][row] = number;
        t->number[HT_CHAIN_PID][row] = (uint64_t)(int64_t)frame[i].pid;
        t->number[HT_CHAIN_IP][row] = frame[i].ip;
        t->number[HT_CHAIN_CPUMODE][row] = frame[i].mode;
    }
    return status;
}

static enum ht_status find_chain(struct ht_batch *b, const struct ht_sample *s, uint16_t misc,
                                 uint64_t *number) {
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX];
    int is_new;
    unsigned frames = ht_chain_frames(s, misc, frame);
    *number = ht_chains_find(&b->chains, frame, frames, &is_new);
    if (!is_new)
        return HT_OK;
    note_callers(b, frame, frames);
    return add_chain_rows(b, *number, s->time, frame, frames);
}

static enum ht_status add_cpu_sample(struct ht_batch *b, const struct ht_event *event,
                                     const struct ht_sample *s, uint16_t misc) {
    struct ht_table *t = &b->cpu_sample;
    uint64_t chain = 0;
    uint32_t row;
    enum ht_status status = HT_OK;
    if (s->chain_words > 0)
        status = find_chain(b, s, misc, &chain);
    /* Chains are written before the samples that name them. */
    if (status == HT_OK && t->rows >= HT_BATCH_ROWS && b->chain.rows > 0)
        status = b->sink.full(b->sink.context, &b->chain);
    if (status != HT_OK || (status = hot_row(b, t, s->time, &row)) != HT_OK)
        return status;
    t->number[HT_CPU_SAMPLE_TIME][row] = s->time;
    t->number[HT_CPU_SAMPLE_EVENT][row] = event->number;
    t->number[HT_CPU_SAMPLE_CPU][row] = s->cpu;
    t->number[HT_CPU_SAMPLE_PID][row] = (uint64_t)(int64_t)s->pid;
    t->number[HT_CPU_SAMPLE_TID][row] = (uint64_t)(int64_t)s->tid;
    t->number[HT_CPU_SAMPLE_IP][row] = s->ip;
    t->number[HT_CPU_SAMPLE_ADDRESS][row] = s->address;
    t->number[HT_CPU_SAMPLE_PERIOD][row] = event->attr.sample_period;
    t->number[HT_CPU_SAMPLE_CPUMODE][row] = misc & PERF_RECORD_MISC_CPUMODE_MASK;
    t->number[HT_CPU_SAMPLE_CHAIN][row] = chain;
    note_hit(b, s, misc);
    return HT_OK;
}

static enum ht_status add_tracepoint(struct ht_batch *b, const struct ht_event *event,
                                     const struct ht_sample *s) {
    struct ht_table *t = &b->tracepoint[event->number];
    uint32_t row;
    enum ht_status status = ht_batch_row(b, t, s->time, &row);
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

/* ---- switches ---- */

struct task {
    int32_t pid, tid;
};

/* A task that has been reaped already has no number when it leaves its CPU for the last time (-1): it is the
 * one that came last, unless records were lost in between. */
static void name_dead(const struct ht_running *running, struct task *left) {
    if (left->tid == -1)
        *left = (struct task){running->pid, running->tid};
}

/* Whether a row is left out. What leaves is treated as it was when it came, so that every stay has both its
 * ends, also where the process ended meanwhile. */
static int is_others(const struct ht_batch *b, struct ht_running *running, const struct task *own, int out) {
    int others = out && own->tid == running->tid ? running->left_out
                                                 : b->others != NULL && ht_pid_set_has(b->others, own->pid);
    if (!out)
        *running = (struct ht_running){own->pid, own->tid, others};
    return others;
}

/* The hottest path: two records a switch, a few hundred thousand switches a second. */
static enum ht_status add_switch(struct ht_batch *b, const struct perf_event_header *header,
                                 const struct ht_event *event, uint64_t *samples) {
    struct ht_table *t = &b->switches;
    struct task other = {-1, -1};
    int out = (header->misc & PERF_RECORD_MISC_SWITCH_OUT) != 0,
        is_wide = header->type == PERF_RECORD_SWITCH_CPU_WIDE;
    uint32_t row;
    if ((event->attr.sample_type & HT_TRAILER_TYPES) != HT_TRAILER_USUAL ||
        header->size < sizeof *header + (is_wide ? sizeof other : 0) + sizeof(struct ht_trailer)) {
        b->malformed++;
        return HT_OK;
    }
    const struct ht_trailer *s = (const void *)((const char *)header + header->size - sizeof *s);
    if (s->cpu >= b->cpus) {
        b->malformed++;
        return HT_OK;
    }
    struct ht_running *running = &b->running[s->cpu];
    struct task own = {s->pid, s->tid};
    if (is_wide)
        other = *(const struct task *)(header + 1); /* next_prev_pid, next_prev_tid */
    if (out || is_wide)
        name_dead(running, out ? &own : &other);
    if (is_others(b, running, &own, out)) {
        b->filtered++;
        return HT_OK;
    }
    enum ht_status status = hot_row(b, t, s->time, &row);
    if (status != HT_OK)
        return status;
    ++*samples;
    t->number[HT_SWITCH_TIME][row] = s->time;
    t->number[HT_SWITCH_CPU][row] = s->cpu;
    t->number[HT_SWITCH_PID][row] = (uint64_t)(int64_t)own.pid;
    t->number[HT_SWITCH_TID][row] = (uint64_t)(int64_t)own.tid;
    t->number[HT_SWITCH_OUT][row] = (uint64_t)out;
    t->number[HT_SWITCH_PREEMPT][row] = (header->misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0;
    t->number[HT_SWITCH_OTHER_PID][row] = (uint64_t)(int64_t)other.pid;
    t->number[HT_SWITCH_OTHER_TID][row] = (uint64_t)(int64_t)other.tid;
    return HT_OK;
}

/* ---- a record ---- */

/* Where two sessions sample page faults on a CPU, the kernel (6.2 on) fills the sample's identifier in for
 * the session that opened last and reuses it for the other one, whose samples then carry an identifier that
 * it never saw. Only page faults share their data so; a sample of exactly that layout in our ring is ours.
 * All faults and major faults differ in length, so that each finds its event. */
static long find_foreign(struct ht_batch *b, const struct perf_event_header *header, int cpu) {
    struct ht_sample sample;
    if (header->type != PERF_RECORD_SAMPLE || cpu < 0 || cpu >= (int)b->cpus)
        return -1;
    for (unsigned k = 0; k < HT_FAULT_EVENTS; k++) {
        int32_t found = b->fault[cpu][k];
        if (found < 0)
            continue;
        uint64_t sample_type = b->opened->plan->event[b->opened->open[found].event].attr.sample_type;
        if (header->size != sizeof *header + 8u * (unsigned)__builtin_popcountll(sample_type) ||
            !ht_sample_parse(header, sample_type, &sample) || (int)sample.cpu != cpu)
            continue;
        b->foreign++;
        return found;
    }
    return -1;
}

enum ht_status ht_batch_add(struct ht_batch *b, const struct perf_event_header *header, int cpu) {
    uint64_t id = ht_record_id(header);
    if (id != b->last_id) {
        b->last_id = id;
        b->last_found = ht_events_find(b->opened, id);
    }
    long found = b->last_found;
    if (found < 0)
        found = find_foreign(b, header, cpu);
    if (found < 0) {
        b->unknown++;
        return HT_OK;
    }
    const struct ht_event *event = &b->opened->plan->event[b->opened->open[found].event];
    b->records[b->opened->open[found].event]++;
    switch (header->type) {
    case PERF_RECORD_SAMPLE:
        return add_sample(b, header, event, &b->samples[found]);
    case PERF_RECORD_SWITCH:
    case PERF_RECORD_SWITCH_CPU_WIDE:
        return add_switch(b, header, event, &b->samples[found]);
    default:
        return ht_batch_side(b, header, event, cpu);
    }
}
