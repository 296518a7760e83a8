#include "analyze/load/detail.h"

static enum ht_status out_of_memory(const struct ht_load *load, struct ht_cause *cause) {
    return ht_fail(cause, HT_NOMEM, "%s: out of memory", load->path);
}

static enum ht_status insert_cpu_row(struct ht_detail *d, const struct ht_table *t, uint32_t row,
                                     uint32_t code, int has_address, struct ht_cause *cause) {
    struct ht_insert *in = &d->cpu_sample;
    uint64_t chain = ht_table_u64(t, HT_CPU_SAMPLE_CHAIN, row);
    ht_put_int(in, ht_table_i64(t, HT_CPU_SAMPLE_TIME, row));
    ht_put_int(in, ht_table_i64(t, HT_CPU_SAMPLE_EVENT, row));
    ht_put_known(in, ht_table_i64(t, HT_CPU_SAMPLE_CPU, row));
    ht_put_known(in, ht_table_i64(t, HT_CPU_SAMPLE_PID, row));
    ht_put_known(in, ht_table_i64(t, HT_CPU_SAMPLE_TID, row));
    ht_put_int(in, ht_table_i64(t, HT_CPU_SAMPLE_IP, row));
    if (has_address)
        ht_put_int(in, ht_table_i64(t, HT_CPU_SAMPLE_ADDRESS, row));
    else
        ht_put_null(in);
    ht_put_int(in, ht_table_i64(t, HT_CPU_SAMPLE_PERIOD, row));
    ht_put_int(in, (int64_t)code + 1);
    if (chain != 0)
        ht_put_int(in, (int64_t)chain);
    else
        ht_put_null(in);
    return ht_insert_row(in, cause);
}

static enum ht_status add_major_fault(struct ht_load *load, const struct ht_table *t, uint32_t row,
                                      uint32_t code) {
    uint32_t thread;
    enum ht_status status = ht_threads_find(&load->threads, ht_table_i64(t, HT_CPU_SAMPLE_TID, row),
                                            ht_table_i64(t, HT_CPU_SAMPLE_PID, row), &thread);
    return status != HT_OK ? status
                           : ht_major_faults_add(&load->major_faults, thread, code,
                                                 ht_table_u64(t, HT_CPU_SAMPLE_TIME, row));
}

enum ht_status ht_detail_cpu(struct ht_detail *d, const struct ht_table *t, struct ht_cause *cause) {
    struct ht_load *load = d->load;
    enum ht_status status = HT_OK;
    for (uint32_t row = 0; status == HT_OK && row < t->rows; row++) {
        const struct ht_event_facts *event = ht_load_event(load, ht_table_u64(t, HT_CPU_SAMPLE_EVENT, row));
        uint32_t code = load->ref[d->ordinal + row].code;
        int minor = event != NULL && event->kind == HT_EVENT_KIND_PAGE_FAULT;
        int major = event != NULL && event->kind == HT_EVENT_KIND_MAJOR_FAULT;
        enum ht_metric metric = minor   ? HT_METRIC_PAGE_FAULTS
                                : major ? HT_METRIC_MAJOR_FAULTS
                                        : HT_METRIC_CPU_SAMPLES;
        int node = ht_topology_node(&load->topology, ht_table_i64(t, HT_CPU_SAMPLE_CPU, row));
        if (major)
            status = add_major_fault(load, t, row, code);
        if (status == HT_OK)
            status = ht_timeline_add(&load->timeline, metric, node, -1,
                                     ht_table_u64(t, HT_CPU_SAMPLE_TIME, row), 1);
        if (status != HT_OK)
            return out_of_memory(load, cause);
        if (load->keep_rows)
            status = insert_cpu_row(d, t, row, code, minor || major, cause);
    }
    return status;
}

enum ht_status ht_detail_chain(struct ht_detail *d, const struct ht_table *t, struct ht_cause *cause) {
    struct ht_load *load = d->load;
    enum ht_status status = HT_OK;
    if (d->frame.statement == NULL)
        status = ht_insert_open(load->db, "call_chain_frame", "chain_id,depth,code_id", load->capture_id,
                                &d->frame, cause);
    for (uint32_t row = 0; status == HT_OK && row < t->rows; row++) {
        struct ht_chain *chain;
        if (ht_chains_find(&load->chains, ht_table_u64(t, HT_CHAIN_CHAIN, row), &chain) != HT_OK)
            return out_of_memory(load, cause);
        ht_put_int(&d->frame, (int64_t)chain->number);
        ht_put_int(&d->frame, chain->stored++);
        ht_put_int(&d->frame, (int64_t)load->ref[d->ordinal + row].code + 1);
        status = ht_insert_row(&d->frame, cause);
    }
    return status;
}

static struct ht_event_facts *switch_event(struct ht_load *load) {
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++)
        if (load->event[i].present && load->event[i].kind == HT_EVENT_KIND_SWITCH)
            return &load->event[i];
    return NULL;
}

static enum ht_status add_switch(struct ht_load *load, const struct ht_table *t, uint32_t row) {
    int64_t tid = ht_table_i64(t, HT_SWITCH_TID, row), cpu = ht_table_i64(t, HT_SWITCH_CPU, row);
    struct ht_switch_row s = {.time_ns = ht_table_u64(t, HT_SWITCH_TIME, row),
                              .cpu = cpu,
                              .node = ht_topology_node(&load->topology, cpu),
                              .thread = tid == 0 ? HT_SWITCH_IDLE : HT_SWITCH_EXITED,
                              .tid = tid,
                              .other_tid = ht_table_i64(t, HT_SWITCH_OTHER_TID, row),
                              .out = ht_table_u64(t, HT_SWITCH_OUT, row) != 0,
                              .preempt = ht_table_u64(t, HT_SWITCH_PREEMPT, row) != 0};
    uint64_t born_ns = 0;
    enum ht_status status = HT_OK;
    if (tid > 0) {
        status = ht_threads_find(&load->threads, tid, ht_table_i64(t, HT_SWITCH_PID, row), &s.thread);
        if (status == HT_OK)
            born_ns = load->threads.thread[s.thread].start_ns;
    }
    if (status == HT_OK)
        status = ht_switches_add(&load->switches, &s, born_ns);
    if (status == HT_OK && s.out && tid != 0)
        status = ht_timeline_add(&load->timeline, HT_METRIC_SWITCHES, s.node, -1, s.time_ns, 1);
    return status;
}

enum ht_status ht_detail_switch(struct ht_detail *d, const struct ht_table *t, struct ht_cause *cause) {
    struct ht_event_facts *event = switch_event(d->load);
    enum ht_status status = HT_OK;
    if (event != NULL)
        event->samples += t->rows;
    for (uint32_t row = 0; status == HT_OK && row < t->rows; row++)
        status = add_switch(d->load, t, row);
    return status == HT_OK ? HT_OK : out_of_memory(d->load, cause);
}

/* Whether context switches may be among what was lost. Rings are full for all events of a CPU. */
static int loses_switches(struct ht_load *load, const struct ht_table *t, uint32_t row) {
    int64_t number = ht_table_i64(t, HT_LOSS_EVENT, row);
    const struct ht_event_facts *event = number >= 0 ? ht_load_event(load, (uint64_t)number) : NULL;
    int of_switches = number < 0 || event == NULL || event->kind == HT_EVENT_KIND_SWITCH ||
                      (load->imported && event->kind == HT_EVENT_KIND_SIDEBAND);
    switch (ht_table_u64(t, HT_LOSS_KIND, row)) {
    case HT_LOSS_KIND_RING:
        return 1;
    case HT_LOSS_KIND_SAMPLES:
        return of_switches && number >= 0;
    case HT_LOSS_KIND_RECORDER:
    case HT_LOSS_KIND_GAP:
        return of_switches;
    default:
        return 0;
    }
}

enum ht_status ht_detail_loss(struct ht_detail *d, const struct ht_table *t, struct ht_cause *cause) {
    struct ht_load *load = d->load;
    enum ht_status status = HT_OK;
    for (uint32_t row = 0; status == HT_OK && row < t->rows; row++) {
        uint64_t kind = ht_table_u64(t, HT_LOSS_KIND, row), count = ht_table_u64(t, HT_LOSS_COUNT, row);
        load->throttles += kind == HT_LOSS_KIND_THROTTLE;
        load->switches.lost |= loses_switches(load, t, row);
        if (kind != HT_LOSS_KIND_RING && kind != HT_LOSS_KIND_SAMPLES && kind != HT_LOSS_KIND_RECORDER)
            continue;
        load->lost_by_kind[kind] += count;
        status = ht_timeline_add(&load->timeline, HT_METRIC_LOSS,
                                 ht_topology_node(&load->topology, ht_table_i64(t, HT_LOSS_CPU, row)), -1,
                                 ht_table_u64(t, HT_LOSS_TIME, row), count);
    }
    return status == HT_OK ? HT_OK : out_of_memory(load, cause);
}
