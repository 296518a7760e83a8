/* Samples: rows of MEM_SAMPLE, CPU_SAMPLE and TRACEPOINT, and what is said once for many of them: CHAIN and
 * PROCESS. */
#include <string.h>

#include "analyze/import/payload.h"
#include "analyze/import/perf_format.h"
#include "analyze/import/row.h"

static void fill_mem_sample(const struct ht_perf_sample *s, const struct ht_record *in, struct ht_row *p) {
    HT_ROW_SET(p, HT_MEM_SAMPLE_EVENT, in->event);
    HT_ROW_SET(p, HT_MEM_SAMPLE_CPU, s->cpu);
    HT_ROW_SET(p, HT_MEM_SAMPLE_PID, s->pid);
    HT_ROW_SET(p, HT_MEM_SAMPLE_TID, s->tid);
    HT_ROW_SET(p, HT_MEM_SAMPLE_IP, s->ip);
    HT_ROW_SET(p, HT_MEM_SAMPLE_ADDRESS, s->address);
    HT_ROW_SET(p, HT_MEM_SAMPLE_PHYS, s->phys);
    HT_ROW_SET(p, HT_MEM_SAMPLE_DATA_SRC, s->data_src);
    HT_ROW_SET(p, HT_MEM_SAMPLE_WEIGHT, s->weight);
    HT_ROW_SET(p, HT_MEM_SAMPLE_WEIGHT2, s->weight2);
    HT_ROW_SET(p, HT_MEM_SAMPLE_WEIGHT3, s->weight3);
    HT_ROW_SET(p, HT_MEM_SAMPLE_PERIOD, s->period);
    HT_ROW_SET(p, HT_MEM_SAMPLE_CPUMODE, in->misc & HT_PERF_MISC_CPUMODE);
}

static void fill_cpu_sample(const struct ht_perf_sample *s, const struct ht_record *in, uint64_t chain,
                            struct ht_row *p) {
    HT_ROW_SET(p, HT_CPU_SAMPLE_EVENT, in->event);
    HT_ROW_SET(p, HT_CPU_SAMPLE_CPU, s->cpu);
    HT_ROW_SET(p, HT_CPU_SAMPLE_PID, s->pid);
    HT_ROW_SET(p, HT_CPU_SAMPLE_TID, s->tid);
    HT_ROW_SET(p, HT_CPU_SAMPLE_IP, s->ip);
    HT_ROW_SET(p, HT_CPU_SAMPLE_ADDRESS, s->address);
    HT_ROW_SET(p, HT_CPU_SAMPLE_PERIOD, s->period);
    HT_ROW_SET(p, HT_CPU_SAMPLE_CPUMODE, in->misc & HT_PERF_MISC_CPUMODE);
    HT_ROW_SET(p, HT_CPU_SAMPLE_CHAIN, chain);
}

static enum ht_status fill_tracepoint(struct ht_records *r, const struct ht_perf_sample *s,
                                      const struct ht_record *in, struct ht_row *p) {
    HT_ROW_SET(p, HT_TRACEPOINT_EVENT, in->event);
    HT_ROW_SET(p, HT_TRACEPOINT_CPU, s->cpu);
    HT_ROW_SET(p, HT_TRACEPOINT_PID, s->pid);
    HT_ROW_SET(p, HT_TRACEPOINT_TID, s->tid);
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
        if (s->part_bytes[part] == 0)
            continue;
        r->skips->part[part].records++;
        r->skips->part[part].bytes += s->part_bytes[part];
    }
}

/* ---- call chains ---- */

static enum ht_status write_chain(struct ht_records *r, const struct ht_record *in,
                                  const struct ht_perf_sample *s, const struct ht_call_chain *chain,
                                  uint64_t number) {
    struct ht_row p;
    enum ht_status status = ht_output_together(r->output, HT_CHUNK_CHAIN, chain->frames, r->cause);
    for (uint32_t i = 0; i < chain->frames && status == HT_OK; i++) {
        status = ht_row_add(r, in, HT_CHUNK_CHAIN, HT_RANK_NONE, -1, &p);
        if (status != HT_OK)
            return status;
        HT_ROW_SET(&p, HT_CHAIN_CHAIN, number);
        HT_ROW_SET(&p, HT_CHAIN_PID, chain->pid);
        HT_ROW_SET(&p, HT_CHAIN_IP, chain->ip[i]);
        HT_ROW_SET(&p, HT_CHAIN_CPUMODE, chain->cpumode[i]);
        if (ht_hits_sample(r->hits, chain->cpumode[i], s->pid, s->tid, chain->ip[i], 0) != HT_OK)
            status = ht_fail(r->cause, HT_NOMEM, "out of memory for the places that were hit");
    }
    return status;
}

/* *number: 0 where the sample has no chain, or the set of chains is full. */
static enum ht_status take_chain(struct ht_records *r, const struct ht_record *in, struct ht_perf_sample *s,
                                 uint64_t *number) {
    struct ht_call_chain chain;
    int is_new;
    *number = 0;
    if (s->chain_entries == 0)
        return HT_OK;
    ht_call_chain_decode(s->chain, s->chain_entries, in->swap, in->misc & HT_PERF_MISC_CPUMODE, s->pid,
                         &chain);
    s->part_bytes[HT_PART_CALLERS] = chain.cut * 8;
    if (chain.frames == 0)
        return HT_OK;
    enum ht_status status = ht_call_chains_find(r->chains, &chain, number, &is_new);
    if (status == HT_LIMIT) {
        s->part_bytes[HT_PART_CHAINS] = s->part_bytes[HT_PART_CALLCHAIN];
        return HT_OK;
    }
    if (status != HT_OK)
        return ht_fail(r->cause, status, "out of memory for call chains");
    return is_new ? write_chain(r, in, s, &chain, *number) : HT_OK;
}

/* ---- control groups ---- */

static enum ht_status take_cgroup(struct ht_records *r, const struct ht_record *in,
                                  const struct ht_perf_sample *s) {
    struct ht_row p;
    int changed;
    if (s->cgroup == 0 || s->pid < 0)
        return HT_OK;
    if (ht_pid_groups_set(&r->groups, s->pid, s->cgroup, &changed) != HT_OK)
        return ht_fail(r->cause, HT_NOMEM, "out of memory for control groups");
    if (!changed)
        return HT_OK;
    enum ht_status status = ht_row_add(r, in, HT_CHUNK_PROCESS, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_PROCESS_PID, s->pid);
    HT_ROW_SET(&p, HT_PROCESS_CGROUP, s->cgroup);
    return HT_OK;
}

/* ---- */

/* The parts that this kind of sample has a place for are none to count. */
static enum ht_status take_parts(struct ht_records *r, const struct ht_record *in, struct ht_perf_sample *s,
                                 enum ht_chunk_kind chunk, uint64_t *chain) {
    enum ht_status status = HT_OK;
    *chain = 0;
    if (chunk == HT_CHUNK_CPU_SAMPLE) {
        status = take_chain(r, in, s, chain);
        s->part_bytes[HT_PART_CALLCHAIN] = 0;
    }
    if (status == HT_OK)
        status = take_cgroup(r, in, s);
    s->part_bytes[HT_PART_CGROUP] = 0;
    if (chunk == HT_CHUNK_TRACEPOINT)
        s->part_bytes[HT_PART_RAW] = 0;
    return status;
}

static enum ht_status add_row(struct ht_records *r, const struct ht_record *in, struct ht_perf_sample *s,
                              enum ht_chunk_kind chunk) {
    struct ht_row p;
    uint64_t chain;
    enum ht_status status = take_parts(r, in, s, chunk, &chain);
    if (status == HT_OK)
        status = ht_row_add(r, in, chunk, HT_RANK_SAMPLE, s->pid, &p);
    if (status != HT_OK)
        return status;
    count_sample(r, s, in);
    if (chunk == HT_CHUNK_TRACEPOINT)
        return fill_tracepoint(r, s, in, &p);
    if (chunk == HT_CHUNK_MEM_SAMPLE)
        fill_mem_sample(s, in, &p);
    else
        fill_cpu_sample(s, in, chain, &p);
    status = ht_hits_sample(r->hits, in->misc & HT_PERF_MISC_CPUMODE, s->pid, s->tid, s->ip, s->address);
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for the places that were hit");
}

/* Leader sampling: the sample stands for every counter of the group that went on since it was read last, with
 * what it counted as period. So does perf (deliver_sample_group). */
static enum ht_status add_values(struct ht_records *r, const struct ht_record *in, struct ht_perf_sample *s,
                                 uint64_t values) {
    const struct ht_perf_attr *attr = &r->attrs->attr[in->event];
    enum ht_status status = HT_OK;
    s->part_bytes[HT_PART_READ] = 0;
    for (uint64_t i = 0; i < values && status == HT_OK; i++) {
        struct ht_perf_value value = ht_perf_sample_value(attr, s, i);
        int32_t event = r->attrs->count == 1 ? 0 : ht_perf_attrs_find(r->attrs, value.id);
        uint64_t id = value.id != 0 ? value.id : UINT64_MAX; /* of the only event: 0 may be */
        int64_t tid = attr->flags & HT_PA_INHERIT ? s->tid : 0;
        if (event < 0) {
            ht_skip(r->skips, HT_SKIP_NO_EVENT_VALUE, 16);
            continue;
        }
        if (ht_read_values_delta(&r->values, id, tid, value.value, &s->period) != HT_OK)
            return ht_fail(r->cause, HT_NOMEM, "out of memory for the counters read with samples");
        if (s->period == 0)
            continue;
        struct ht_record member = *in;
        member.event = (uint32_t)event;
        enum ht_chunk_kind chunk = r->use[event].chunk;
        if (chunk == HT_CHUNK_TRACEPOINT && member.event != in->event)
            chunk = HT_CHUNK_CPU_SAMPLE; /* the payload is none of its own */
        status = add_row(r, &member, s, chunk);
        memset(s->part_bytes, 0, sizeof s->part_bytes); /* counted once */
    }
    return status;
}

enum ht_status ht_row_sample(struct ht_records *r, const struct ht_record *in) {
    const struct ht_perf_attr *attr = &r->attrs->attr[in->event];
    struct ht_perf_sample s;
    if (ht_perf_sample_parse(attr, in->at, in->bytes, &s) != HT_OK) {
        ht_skip(r->skips, HT_SKIP_BROKEN_SAMPLE, in->bytes);
        return HT_OK;
    }
    uint64_t values = ht_perf_sample_values(attr, &s);
    return values > 0 ? add_values(r, in, &s, values) : add_row(r, in, &s, r->use[in->event].chunk);
}
