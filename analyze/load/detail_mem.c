#include "analyze/load/detail.h"

static uint32_t to_us(const struct ht_load *load, uint64_t time_ns) {
    uint64_t us = time_ns > load->window_start_ns ? (time_ns - load->window_start_ns) / load->tick_ns : 0;
    return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

/* One memory sample with everything that is known of it. */
struct sample {
    uint64_t time, address, phys, data_src, weight, period;
    int64_t cpu, pid, tid, node, home;
    uint64_t bits;
    struct ht_true_source source;
    struct ht_ref ref;
    const struct ht_line *line;
    const struct ht_event_facts *event; /* NULL unknown */
};

static void add_to_line(struct ht_kept *kept, const struct sample *s) {
    for (uint64_t bits = s->bits; bits != 0; bits &= bits - 1)
        kept->c2c[__builtin_ctzll(bits)]++;
    kept->class[s->source.class]++;
    kept->loads += s->source.load;
    kept->stores += s->source.store;
    kept->locked += s->source.locked;
    kept->modified += s->source.modified;
    kept->transfers += s->source.transfer;
    if (s->source.transfer && s->weight > 0 && s->event != NULL && s->event->period_counts_accesses) {
        kept->weighted++;
        kept->cost_cycles += (double)s->weight * (double)s->period;
        kept->cost_is_bound |= s->event->kind == HT_EVENT_KIND_MEM_LOAD;
    }
    if (kept->home_node < 0)
        kept->home_node = (int32_t)s->home;
    if (s->time < kept->first_ns)
        kept->first_ns = s->time;
    if (s->time > kept->last_ns)
        kept->last_ns = s->time;
}

/* perf's "Total records" of a row: a sum of buckets, not of samples. */
static uint32_t c2c_records(uint64_t bits) {
    static const uint64_t buckets = HT_C2C_BIT(LCL_DRAM) | HT_C2C_BIT(RMT_DRAM) | HT_C2C_BIT(RMT_HITM) |
                                    HT_C2C_BIT(RMT_HIT) | HT_C2C_BIT(LD_FBHIT) | HT_C2C_BIT(LD_L1HIT) |
                                    HT_C2C_BIT(LD_L2HIT) | HT_C2C_BIT(LD_LLCHIT) | HT_C2C_BIT(LCL_HITM) |
                                    HT_C2C_BIT(ST_L1HIT) | HT_C2C_BIT(ST_L1MISS) | HT_C2C_BIT(ST_NA);
    return (uint32_t)__builtin_popcountll(bits & buckets);
}

static void add_to_access(struct ht_access *a, const struct sample *s, uint32_t us) {
    int remote = (s->bits & HT_C2C_BIT(RMT_HITM)) != 0, local = (s->bits & HT_C2C_BIT(LCL_HITM)) != 0;
    a->samples++;
    a->loads += s->source.load;
    a->stores += s->source.store;
    a->locked += s->source.load && s->source.locked;
    a->transfers += s->source.transfer;
    if (s->source.transfer && s->weight > 0) {
        a->weighted++;
        a->weight += s->weight;
    }
    a->c2c_records += c2c_records(s->bits);
    a->c2c_rmt_hitm += (uint32_t)remote;
    a->c2c_lcl_hitm += (uint32_t)local;
    a->c2c_st_l1hit += (s->bits & HT_C2C_BIT(ST_L1HIT)) != 0;
    a->c2c_st_l1miss += (s->bits & HT_C2C_BIT(ST_L1MISS)) != 0;
    a->c2c_st_na += (s->bits & HT_C2C_BIT(ST_NA)) != 0;
    if (remote) {
        a->c2c_rmt_cycles += s->weight;
    } else if (local) {
        a->c2c_lcl_means++;
        a->c2c_lcl_cycles += s->weight;
    }
    if (us < a->first_us)
        a->first_us = us;
    if (us > a->last_us)
        a->last_us = us;
}

static enum ht_status add_to_timeline(struct ht_load *load, const struct sample *s) {
    enum ht_metric metric;
    if (s->source.transfer)
        metric = HT_METRIC_TRANSFERS;
    else if (s->source.class == HT_CLASS_REMOTE_MEMORY)
        metric = HT_METRIC_REMOTE_MEMORY;
    else if (s->source.class == HT_CLASS_LOCAL_MEMORY)
        metric = HT_METRIC_LOCAL_MEMORY;
    else
        return HT_OK;
    int home = s->source.transfer ? (int)s->home : -1;
    return ht_timeline_add(&load->timeline, metric, (int)s->node, home, s->time, 1);
}

static void add_to_code(struct ht_code *code, const struct ht_true_source *source) {
    code->wanted = 1;
    code->mem_samples++;
    code->transfers += source->transfer;
    code->loads += source->load;
    code->stores += source->store;
}

static struct ht_access access_key(const struct ht_load *load, const struct sample *s, uint32_t thread) {
    return (struct ht_access){.line = s->line->kept - 1,
                              .code = s->ref.code,
                              .thread = thread,
                              .cpu = s->cpu >= 0 && s->cpu <= INT16_MAX ? (int16_t)s->cpu : -1,
                              .offset = (uint16_t)(s->address & (ht_lines_bytes(load->lines) - 1))};
}

static enum ht_status add_kept_sample(struct ht_load *load, const struct sample *s) {
    uint32_t kept = s->line->kept - 1, thread;
    add_to_line(&load->kept[kept], s);
    enum ht_status status = ht_threads_find(&load->threads, s->tid, s->pid, &thread);
    if (status != HT_OK)
        return status;
    struct ht_access key = access_key(load, s, thread);
    struct ht_access *access;
    status = ht_accesses_find(load->accesses, &key, &access);
    if (status != HT_OK)
        return status;
    add_to_access(access, s, to_us(load, s->time));
    add_to_code(ht_codes_get(load->codes, s->ref.code), &s->source);
    return s->phys != 0 ? ht_pages_add(&load->pages, kept, s->phys, s->time, &load->kept[kept].page) : HT_OK;
}

static enum ht_status insert_mem_row(struct ht_detail *d, const struct sample *s, const struct ht_table *t,
                                     uint32_t row, struct ht_cause *cause) {
    struct ht_insert *in = &d->mem_sample;
    ht_codes_get(d->load->codes, s->ref.code)->wanted = 1;
    ht_put_int(in, (int64_t)s->time);
    ht_put_int(in, ht_table_i64(t, HT_MEM_SAMPLE_EVENT, row));
    ht_put_known(in, s->cpu);
    ht_put_known(in, s->pid);
    ht_put_known(in, s->tid);
    ht_put_int(in, ht_table_i64(t, HT_MEM_SAMPLE_IP, row));
    ht_put_int(in, (int64_t)s->address);
    if (s->phys != 0)
        ht_put_int(in, (int64_t)s->phys);
    else
        ht_put_null(in);
    ht_put_int(in, (int64_t)s->data_src);
    if (s->weight != 0)
        ht_put_int(in, (int64_t)s->weight);
    else
        ht_put_null(in);
    ht_put_int(in, ht_table_i64(t, HT_MEM_SAMPLE_PERIOD, row));
    ht_put_int(in, s->source.class);
    ht_put_known(in, s->line->kept > 0 ? (int64_t)s->line->kept : -1);
    ht_put_int(in, (int64_t)s->ref.code + 1);
    return ht_insert_row(in, cause);
}

static void read_sample(const struct ht_load *load, const struct ht_table *t, uint32_t row, struct ht_ref ref,
                        struct sample *s) {
    s->time = ht_table_u64(t, HT_MEM_SAMPLE_TIME, row);
    s->address = ht_table_u64(t, HT_MEM_SAMPLE_ADDRESS, row);
    s->phys = ht_table_u64(t, HT_MEM_SAMPLE_PHYS, row);
    s->data_src = ht_table_u64(t, HT_MEM_SAMPLE_DATA_SRC, row);
    s->weight = ht_table_u64(t, HT_MEM_SAMPLE_WEIGHT, row);
    s->cpu = ht_table_i64(t, HT_MEM_SAMPLE_CPU, row);
    s->pid = ht_table_i64(t, HT_MEM_SAMPLE_PID, row);
    s->tid = ht_table_i64(t, HT_MEM_SAMPLE_TID, row);
    s->period = ht_table_u64(t, HT_MEM_SAMPLE_PERIOD, row);
    s->node = ht_topology_node(&load->topology, s->cpu);
    s->home = s->phys != 0 ? ht_topology_home(&load->topology, s->phys) : -1;
    s->ref = ref;
    s->line = ht_lines_get(load->lines, ref.line);
}

/* A sample touches a dozen places of memory that lie far apart, and waiting for them was half of this pass:
 * so many rows ahead its line and code, then the line's counts and the access' slot, then the access are
 * asked for. */
enum { AHEAD_LINE = 16, AHEAD_COUNTS = 8, AHEAD_ACCESS = 4 };

static void fetch_counts(struct ht_detail *d, const struct ht_table *t, uint32_t row) {
    const struct ht_load *load = d->load;
    struct sample s;
    read_sample(load, t, row, load->ref[d->ordinal + row], &s);
    d->place[row % AHEAD_COUNTS] = UINT64_MAX;
    if (s.line->kept == 0)
        return;
    const char *kept = (const char *)&load->kept[s.line->kept - 1];
    for (size_t at = 0; at < sizeof *load->kept; at += 64)
        __builtin_prefetch(kept + at, 1);
    uint32_t thread;
    struct ht_access key;
    if (ht_threads_find(&d->load->threads, s.tid, s.pid, &thread) != HT_OK)
        return;
    key = access_key(load, &s, thread);
    d->place[row % AHEAD_COUNTS] = ht_accesses_fetch(load->accesses, &key);
}

static void fetch_ahead(struct ht_detail *d, const struct ht_table *t, uint32_t row) {
    const struct ht_load *load = d->load;
    if (t->rows - row > AHEAD_LINE) {
        const struct ht_ref *ref = &load->ref[d->ordinal + row + AHEAD_LINE];
        __builtin_prefetch(ht_lines_get(load->lines, ref->line));
        __builtin_prefetch(ht_codes_get(load->codes, ref->code), 1);
    }
    if (t->rows - row > AHEAD_COUNTS)
        fetch_counts(d, t, row + AHEAD_COUNTS);
    if (t->rows - row > AHEAD_ACCESS && row >= AHEAD_ACCESS)
        ht_accesses_fetch_entry(load->accesses, d->place[(row + AHEAD_ACCESS) % AHEAD_COUNTS]);
}

enum ht_status ht_detail_mem(struct ht_detail *d, const struct ht_table *t, struct ht_cause *cause) {
    struct ht_load *load = d->load;
    enum ht_status status = HT_OK;
    for (uint32_t row = 0; status == HT_OK && row < t->rows; row++) {
        struct sample s;
        fetch_ahead(d, t, row);
        read_sample(load, t, row, load->ref[d->ordinal + row], &s);
        const struct ht_event_facts *event = ht_load_event(load, ht_table_u64(t, HT_MEM_SAMPLE_EVENT, row));
        s.event = event;
        s.source = ht_load_true_source(load, event, s.data_src);
        s.bits = ht_c2c_decode(s.data_src, s.address != 0, 1);
        if (s.line->c2c_shared)
            ht_load_count_bits(load->c2c_shared, s.bits);
        if (s.line->kept > 0)
            status = add_kept_sample(load, &s);
        if (status == HT_OK)
            status = add_to_timeline(load, &s);
        if (status != HT_OK)
            return ht_fail(cause, status, "%s: out of memory", load->path);
        if (load->keep_rows)
            status = insert_mem_row(d, &s, t, row, cause);
    }
    return status;
}
