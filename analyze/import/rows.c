#include "analyze/import/rows.h"

#include <string.h>

#include "analyze/import/payload.h"
#include "analyze/import/perf_format.h"

struct place {
    struct ht_table *table;
    uint32_t row;
};

#define SET(place, column, value) ((place)->table->number[column][(place)->row] = (uint64_t)(value))

static uint32_t u32(const struct ht_record *in, const uint8_t *at) {
    return ht_file_u32(at, in->swap);
}

static uint64_t u64(const struct ht_record *in, const uint8_t *at) {
    return ht_file_u64(at, in->swap);
}

static int64_t task_id(const struct ht_record *in, const uint8_t *at) {
    return (int32_t)u32(in, at);
}

static enum ht_status add(struct ht_records *r, const struct ht_record *in, enum ht_chunk_kind kind,
                          enum ht_output_rank rank, int64_t pid, struct place *place) {
    struct ht_output_key key = {in->time_ns, rank, pid, pid};
    return ht_output_row(r->output, kind, in->event, &key, &place->table, &place->row, r->cause);
}

static enum ht_status set_text(struct ht_records *r, struct place *place, unsigned column,
                               const uint8_t *text, uint32_t room) {
    enum ht_status status = ht_table_set_bytes(place->table, column, text, strnlen((const char *)text, room));
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for names");
}

/* ---- samples ---- */

static void fill_mem_sample(const struct ht_perf_sample *s, const struct ht_record *in, struct place *p) {
    SET(p, HT_MEM_SAMPLE_EVENT, in->event);
    SET(p, HT_MEM_SAMPLE_CPU, s->cpu);
    SET(p, HT_MEM_SAMPLE_PID, s->pid);
    SET(p, HT_MEM_SAMPLE_TID, s->tid);
    SET(p, HT_MEM_SAMPLE_IP, s->ip);
    SET(p, HT_MEM_SAMPLE_ADDRESS, s->address);
    SET(p, HT_MEM_SAMPLE_PHYS, s->phys);
    SET(p, HT_MEM_SAMPLE_DATA_SRC, s->data_src);
    SET(p, HT_MEM_SAMPLE_WEIGHT, s->weight);
    SET(p, HT_MEM_SAMPLE_WEIGHT2, s->weight2);
    SET(p, HT_MEM_SAMPLE_WEIGHT3, s->weight3);
    SET(p, HT_MEM_SAMPLE_PERIOD, s->period);
    SET(p, HT_MEM_SAMPLE_CPUMODE, in->misc & HT_PERF_MISC_CPUMODE);
}

static void fill_cpu_sample(const struct ht_perf_sample *s, const struct ht_record *in, struct place *p) {
    SET(p, HT_CPU_SAMPLE_EVENT, in->event);
    SET(p, HT_CPU_SAMPLE_CPU, s->cpu);
    SET(p, HT_CPU_SAMPLE_PID, s->pid);
    SET(p, HT_CPU_SAMPLE_TID, s->tid);
    SET(p, HT_CPU_SAMPLE_IP, s->ip);
    SET(p, HT_CPU_SAMPLE_ADDRESS, s->address);
    SET(p, HT_CPU_SAMPLE_PERIOD, s->period);
    SET(p, HT_CPU_SAMPLE_CPUMODE, in->misc & HT_PERF_MISC_CPUMODE);
}

static enum ht_status fill_tracepoint(struct ht_records *r, const struct ht_perf_sample *s,
                                      const struct ht_record *in, struct place *p) {
    SET(p, HT_TRACEPOINT_EVENT, in->event);
    SET(p, HT_TRACEPOINT_CPU, s->cpu);
    SET(p, HT_TRACEPOINT_PID, s->pid);
    SET(p, HT_TRACEPOINT_TID, s->tid);
    enum ht_status status =
        in->swap ? ht_payload_store(&r->facts->tp_format, in->event, s->raw, s->raw_bytes, p->table)
                 : ht_table_set_bytes(p->table, HT_TRACEPOINT_PAYLOAD, s->raw, s->raw_bytes);
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for payloads");
}

static void count_sample(struct ht_records *r, const struct ht_perf_sample *s, const struct ht_record *in) {
    struct ht_event_use *use = &r->use[in->event];
    use->samples++;
    r->samples++;
    if (in->time_ns > 0) {
        r->first_ns = r->first_ns == 0 || in->time_ns < r->first_ns ? in->time_ns : r->first_ns;
        r->last_ns = in->time_ns > r->last_ns ? in->time_ns : r->last_ns;
    }
    r->mem_samples += use->chunk == HT_CHUNK_MEM_SAMPLE;
    r->sourced +=
        use->chunk == HT_CHUNK_MEM_SAMPLE && s->data_src != HT_PERF_DATA_SRC_NONE && s->data_src > 1;
    for (unsigned part = 0; part < HT_PART_COUNT; part++) {
        if (s->part_bytes[part] == 0 || (part == HT_PART_RAW && use->chunk == HT_CHUNK_TRACEPOINT))
            continue;
        r->skips->part[part].records++;
        r->skips->part[part].bytes += s->part_bytes[part];
    }
}

static enum ht_status add_sample(struct ht_records *r, const struct ht_record *in) {
    struct ht_perf_sample s;
    struct place p;
    if (ht_perf_sample_parse(&r->attrs->attr[in->event], in->at, in->bytes, &s) != HT_OK) {
        ht_skip(r->skips, HT_SKIP_BROKEN_SAMPLE, in->bytes);
        return HT_OK;
    }
    enum ht_chunk_kind chunk = r->use[in->event].chunk;
    enum ht_status status = add(r, in, chunk, HT_RANK_SAMPLE, s.pid, &p);
    if (status != HT_OK)
        return status;
    count_sample(r, &s, in);
    if (chunk == HT_CHUNK_TRACEPOINT)
        return fill_tracepoint(r, &s, in, &p);
    if (chunk == HT_CHUNK_MEM_SAMPLE)
        fill_mem_sample(&s, in, &p);
    else
        fill_cpu_sample(&s, in, &p);
    status = ht_hits_sample(r->hits, in->misc & HT_PERF_MISC_CPUMODE, s.pid, s.tid, s.ip, s.address);
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for the places that were hit");
}

/* ---- mappings and tasks: they change the address spaces ---- */

static enum ht_status changed(struct ht_records *r, enum ht_status status) {
    ht_hits_changed(r->hits);
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for address spaces");
}

/* MMAP:  u32 pid tid, u64 start length pgoff, file
 * MMAP2: u32 pid tid, u64 start length pgoff, 24 bytes of identity, u32 prot flags, file
 *        identity: u32 major minor, u64 inode generation; or u8 size, 3 unused, build id[20] */
static enum ht_status add_mmap(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    int is_mmap2 = in->type == HT_PERF_MMAP2;
    uint32_t fixed = is_mmap2 ? 64 : 32;
    struct place p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + fixed)
        return HT_DAMAGED;
    int is_kernel = (in->misc & HT_PERF_MISC_CPUMODE) == HT_PERF_MISC_KERNEL;
    enum ht_status status =
        add(r, in, HT_CHUNK_MMAP, HT_RANK_MMAP, is_kernel ? HT_PID_ALL : task_id(in, at), &p);
    if (status != HT_OK)
        return status;
    SET(&p, HT_MMAP_SOURCE, is_mmap2 ? HT_MMAP_SOURCE_MMAP2 : HT_MMAP_SOURCE_MMAP);
    SET(&p, HT_MMAP_CPUMODE, in->misc & HT_PERF_MISC_CPUMODE);
    SET(&p, HT_MMAP_DATA, (in->misc & HT_PERF_MISC_MMAP_DATA) != 0);
    SET(&p, HT_MMAP_PID, task_id(in, at));
    SET(&p, HT_MMAP_TID, task_id(in, at + 4));
    SET(&p, HT_MMAP_START, u64(in, at + 8));
    SET(&p, HT_MMAP_LENGTH, u64(in, at + 16));
    SET(&p, HT_MMAP_PGOFF, u64(in, at + 24));
    if (is_mmap2) {
        SET(&p, HT_MMAP_PROT, u32(in, at + 56));
        SET(&p, HT_MMAP_FLAGS, u32(in, at + 60));
    }
    if (is_mmap2 && in->misc & HT_PERF_MISC_MMAP_BUILD_ID) {
        status = ht_table_set_bytes(p.table, HT_MMAP_BUILD_ID, at + 36, at[32] <= 20 ? at[32] : 20);
        if (status != HT_OK)
            return ht_fail(r->cause, status, "out of memory for names");
    } else if (is_mmap2) {
        SET(&p, HT_MMAP_MAJOR, u32(in, at + 32));
        SET(&p, HT_MMAP_MINOR, u32(in, at + 36));
        SET(&p, HT_MMAP_INODE, u64(in, at + 40));
        SET(&p, HT_MMAP_GENERATION, u64(in, at + 48));
    }
    status = set_text(r, &p, HT_MMAP_FILE, at + fixed, body - HT_PERF_RECORD_HEADER - fixed);
    return status == HT_OK ? changed(r, ht_spaces_mmap(r->spaces, p.table, p.row)) : status;
}

/* u32 pid tid, name */
static enum ht_status add_comm(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    struct place p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    enum ht_status status = add(r, in, HT_CHUNK_TASK, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    SET(&p, HT_TASK_KIND, in->misc & HT_PERF_MISC_COMM_EXEC ? HT_TASK_KIND_EXEC : HT_TASK_KIND_COMM);
    SET(&p, HT_TASK_PID, task_id(in, at));
    SET(&p, HT_TASK_TID, task_id(in, at + 4));
    SET(&p, HT_TASK_PPID, -1);
    SET(&p, HT_TASK_PTID, -1);
    status = set_text(r, &p, HT_TASK_COMM, at + 8, body - HT_PERF_RECORD_HEADER - 8);
    return status == HT_OK ? changed(r, ht_spaces_task(r->spaces, p.table, p.row)) : status;
}

/* FORK, EXIT: u32 pid ppid tid ptid, u64 time. A fork that perf made up for a task it found in /proc inherits
 * nothing. */
static enum ht_status add_fork_exit(struct ht_records *r, const struct ht_record *in,
                                    const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    int existed = in->type == HT_PERF_FORK && in->misc & HT_PERF_MISC_FORK_EXISTED;
    enum ht_output_rank rank = in->type == HT_PERF_FORK && !existed ? HT_RANK_FORK : HT_RANK_NONE;
    struct place p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 24)
        return HT_DAMAGED;
    struct ht_output_key key = {in->time_ns, rank, task_id(in, at), task_id(in, at + 4)};
    enum ht_status status = ht_output_row(r->output, HT_CHUNK_TASK, 0, &key, &p.table, &p.row, r->cause);
    if (status != HT_OK)
        return status;
    SET(&p, HT_TASK_KIND,
        in->type == HT_PERF_EXIT ? HT_TASK_KIND_EXIT
        : existed                ? HT_TASK_KIND_SNAPSHOT
                                 : HT_TASK_KIND_FORK);
    SET(&p, HT_TASK_PID, task_id(in, at));
    SET(&p, HT_TASK_PPID, task_id(in, at + 4));
    SET(&p, HT_TASK_TID, task_id(in, at + 8));
    SET(&p, HT_TASK_PTID, task_id(in, at + 12));
    return changed(r, ht_spaces_task(r->spaces, p.table, p.row));
}

/* ---- loss and switches ---- */

static enum ht_status add_loss(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, enum ht_loss_kind kind, int64_t event,
                               uint64_t count) {
    struct place p;
    struct ht_record timed = *in;
    if (timed.time_ns == 0) /* perf reads some counts when it ends: they belong to all that was before */
        timed.time_ns = r->output->last_ns;
    enum ht_status status = add(r, &timed, HT_CHUNK_LOSS, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    SET(&p, HT_LOSS_KIND, kind);
    SET(&p, HT_LOSS_CPU, trailer->cpu);
    SET(&p, HT_LOSS_EVENT, event);
    SET(&p, HT_LOSS_COUNT, count);
    return HT_OK;
}

/* LOST: u64 id count. The id is that of the event whose record came next, not of what was lost: one ring
 * serves all. */
static enum ht_status add_lost(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    if (body < HT_PERF_RECORD_HEADER + 16)
        return HT_DAMAGED;
    r->ring_lost += u64(in, at + 8);
    return add_loss(r, in, trailer, HT_LOSS_KIND_RING, r->attrs->count == 1 ? 0 : -1, u64(in, at + 8));
}

/* LOST_SAMPLES: u64 count; of the event in the trailer. From Linux 6.0 on perf writes one for each event when
 * it ends, with all that the event lost: what LOST told is in it. */
static enum ht_status add_lost_samples(struct ht_records *r, const struct ht_record *in,
                                       const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    if (body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    int64_t event = r->attrs->count == 1 ? 0 : ht_perf_attrs_find(r->attrs, trailer->id);
    r->samples_lost += u64(in, at);
    return add_loss(r, in, trailer, HT_LOSS_KIND_SAMPLES, event, u64(in, at));
}

/* THROTTLE, UNTHROTTLE: u64 time id stream */
static enum ht_status add_throttle(struct ht_records *r, const struct ht_record *in,
                                   const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    if (body < HT_PERF_RECORD_HEADER + 24)
        return HT_DAMAGED;
    int64_t event = r->attrs->count == 1 ? 0 : ht_perf_attrs_find(r->attrs, u64(in, at + 8));
    enum ht_loss_kind kind = in->type == HT_PERF_THROTTLE ? HT_LOSS_KIND_THROTTLE : HT_LOSS_KIND_UNTHROTTLE;
    return add_loss(r, in, trailer, kind, event, 1);
}

/* SWITCH: nothing; SWITCH_CPU_WIDE: u32 pid tid of the next or previous task */
static enum ht_status add_switch(struct ht_records *r, const struct ht_record *in,
                                 const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    int wide = in->type == HT_PERF_SWITCH_CPU_WIDE;
    struct place p;
    if (wide && body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    enum ht_status status = add(r, in, HT_CHUNK_SWITCH, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    SET(&p, HT_SWITCH_CPU, trailer->cpu);
    SET(&p, HT_SWITCH_PID, trailer->pid);
    SET(&p, HT_SWITCH_TID, trailer->tid);
    SET(&p, HT_SWITCH_OUT, (in->misc & HT_PERF_MISC_SWITCH_OUT) != 0);
    SET(&p, HT_SWITCH_PREEMPT, (in->misc & HT_PERF_MISC_SWITCH_PREEMPT) != 0);
    SET(&p, HT_SWITCH_OTHER_PID, wide ? task_id(in, at) : -1);
    SET(&p, HT_SWITCH_OTHER_TID, wide ? task_id(in, at + 4) : -1);
    return HT_OK;
}

/* ---- by type ---- */

typedef enum ht_status (*add_row)(struct ht_records *, const struct ht_record *,
                                  const struct ht_perf_sample *, uint32_t);

static const add_row by_type[] = {
    [HT_PERF_MMAP] = add_mmap,
    [HT_PERF_LOST] = add_lost,
    [HT_PERF_COMM] = add_comm,
    [HT_PERF_EXIT] = add_fork_exit,
    [HT_PERF_THROTTLE] = add_throttle,
    [HT_PERF_UNTHROTTLE] = add_throttle,
    [HT_PERF_FORK] = add_fork_exit,
    [HT_PERF_MMAP2] = add_mmap,
    [HT_PERF_LOST_SAMPLES] = add_lost_samples,
    [HT_PERF_SWITCH] = add_switch,
    [HT_PERF_SWITCH_CPU_WIDE] = add_switch,
};

int ht_rows_has_use(uint32_t type) {
    return type < sizeof by_type / sizeof by_type[0] && by_type[type] != NULL;
}

enum ht_status ht_rows_add(struct ht_records *records, const struct ht_record *in) {
    if (in->type == HT_PERF_SAMPLE)
        return add_sample(records, in);
    if (!ht_rows_has_use(in->type))
        return ht_fail(records->cause, HT_IO, "%s: changed while it was read", records->data->path);
    struct ht_perf_sample trailer;
    uint32_t body;
    enum ht_status status =
        ht_perf_trailer_parse(&records->attrs->attr[in->event], in->at, in->bytes, &trailer, &body);
    if (status == HT_OK)
        status = by_type[in->type](records, in, &trailer, body);
    if (status != HT_DAMAGED)
        return status;
    ht_skip(records->skips, HT_SKIP_BROKEN_RECORD, in->bytes);
    return HT_OK;
}
