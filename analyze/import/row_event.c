/* Records of moments that are no samples: loss, switches, kernel code that comes and goes, control groups. */
#include "analyze/import/perf_format.h"
#include "analyze/import/row.h"

/* ---- loss and switches ---- */

static enum ht_status add_loss(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, enum ht_loss_kind kind, int64_t event,
                               uint64_t count) {
    struct ht_row p;
    struct ht_record timed = *in;
    if (timed.time_ns == 0) /* perf reads some counts when it ends: they belong to all that was before */
        timed.time_ns = r->output->last_ns;
    enum ht_status status = ht_row_add(r, &timed, HT_CHUNK_LOSS, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_LOSS_KIND, kind);
    HT_ROW_SET(&p, HT_LOSS_CPU, trailer->cpu);
    HT_ROW_SET(&p, HT_LOSS_EVENT, event);
    HT_ROW_SET(&p, HT_LOSS_COUNT, count);
    return HT_OK;
}

/* LOST: u64 id count. The id is that of the event whose record came next, not of what was lost: one ring
 * serves all. */
enum ht_status ht_row_lost(struct ht_records *r, const struct ht_record *in,
                           const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    if (body < HT_PERF_RECORD_HEADER + 16)
        return HT_DAMAGED;
    r->ring_lost += ht_record_u64(in, at + 8);
    return add_loss(r, in, trailer, HT_LOSS_KIND_RING, r->attrs->count == 1 ? 0 : -1,
                    ht_record_u64(in, at + 8));
}

/* LOST_SAMPLES: u64 count; of the event in the trailer. From Linux 6.0 on perf writes one for each event when
 * it ends, with all that the event lost: what LOST told is in it. */
enum ht_status ht_row_lost_samples(struct ht_records *r, const struct ht_record *in,
                                   const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    if (body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    int64_t event = r->attrs->count == 1 ? 0 : ht_perf_attrs_find(r->attrs, trailer->id);
    r->samples_lost += ht_record_u64(in, at);
    return add_loss(r, in, trailer, HT_LOSS_KIND_SAMPLES, event, ht_record_u64(in, at));
}

/* THROTTLE, UNTHROTTLE: u64 time id stream */
enum ht_status ht_row_throttle(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    if (body < HT_PERF_RECORD_HEADER + 24)
        return HT_DAMAGED;
    int64_t event = r->attrs->count == 1 ? 0 : ht_perf_attrs_find(r->attrs, ht_record_u64(in, at + 8));
    enum ht_loss_kind kind = in->type == HT_PERF_THROTTLE ? HT_LOSS_KIND_THROTTLE : HT_LOSS_KIND_UNTHROTTLE;
    return add_loss(r, in, trailer, kind, event, 1);
}

/* SWITCH: nothing; SWITCH_CPU_WIDE: u32 pid tid of the next or previous task */
enum ht_status ht_row_switch(struct ht_records *r, const struct ht_record *in,
                             const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    int wide = in->type == HT_PERF_SWITCH_CPU_WIDE;
    struct ht_row p;
    if (wide && body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    enum ht_status status = ht_row_add(r, in, HT_CHUNK_SWITCH, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_SWITCH_CPU, trailer->cpu);
    HT_ROW_SET(&p, HT_SWITCH_PID, trailer->pid);
    HT_ROW_SET(&p, HT_SWITCH_TID, trailer->tid);
    HT_ROW_SET(&p, HT_SWITCH_OUT, (in->misc & HT_PERF_MISC_SWITCH_OUT) != 0);
    HT_ROW_SET(&p, HT_SWITCH_PREEMPT, (in->misc & HT_PERF_MISC_SWITCH_PREEMPT) != 0);
    HT_ROW_SET(&p, HT_SWITCH_OTHER_PID, wide ? ht_record_task(in, at) : -1);
    HT_ROW_SET(&p, HT_SWITCH_OTHER_TID, wide ? ht_record_task(in, at + 4) : -1);
    return HT_OK;
}

/* ---- kernel code and control groups ---- */

#define KSYMBOL_UNREGISTERED 1u
#define BPF_LOADED           1u
#define BPF_TAG_BYTES        8u

/* u64 address, u32 length, u16 type flags, name */
enum ht_status ht_row_ksymbol(struct ht_records *r, const struct ht_record *in,
                              const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    struct ht_row p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 16)
        return HT_DAMAGED;
    enum ht_status status = ht_row_add(r, in, HT_CHUNK_KSYMBOL, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_KSYMBOL_ADDRESS, ht_record_u64(in, at));
    HT_ROW_SET(&p, HT_KSYMBOL_LENGTH, ht_record_u32(in, at + 8));
    HT_ROW_SET(&p, HT_KSYMBOL_TYPE, ht_file_u16(at + 12, in->swap));
    HT_ROW_SET(&p, HT_KSYMBOL_REGISTERED, (ht_file_u16(at + 14, in->swap) & KSYMBOL_UNREGISTERED) == 0);
    return ht_row_text(r, &p, HT_KSYMBOL_NAME, at + 16, body - HT_PERF_RECORD_HEADER - 16);
}

/* u16 type flags, u32 id, u8 tag[8] */
enum ht_status ht_row_bpf_event(struct ht_records *r, const struct ht_record *in,
                                const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    struct ht_row p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 8 + BPF_TAG_BYTES)
        return HT_DAMAGED;
    enum ht_status status = ht_row_add(r, in, HT_CHUNK_BPF_PROGRAM, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_BPF_PROGRAM_LOADED, ht_file_u16(at, in->swap) == BPF_LOADED);
    HT_ROW_SET(&p, HT_BPF_PROGRAM_PROGRAM, ht_record_u32(in, at + 4));
    status = ht_table_set_bytes(p.table, HT_BPF_PROGRAM_TAG, at + 8, BPF_TAG_BYTES);
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for names");
}

/* u64 id, path */
enum ht_status ht_row_cgroup(struct ht_records *r, const struct ht_record *in,
                             const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    struct ht_row p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    enum ht_status status = ht_row_add(r, in, HT_CHUNK_CGROUP, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_CGROUP_CGROUP, ht_record_u64(in, at));
    return ht_row_text(r, &p, HT_CGROUP_PATH, at + 8, body - HT_PERF_RECORD_HEADER - 8);
}
