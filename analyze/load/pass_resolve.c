#include <stdlib.h>
#include <string.h>

#include "analyze/load/passes.h"
#include "analyze/load/rounds.h"

#define CPUMODE_KERNEL 1u
#define CPUMODE_USER   2u

uint64_t ht_load_sample_kinds(void) {
    return HT_KIND_BIT(MEM_SAMPLE) | HT_KIND_BIT(CPU_SAMPLE) | HT_KIND_BIT(CHAIN) | HT_KIND_BIT(TASK) |
           HT_KIND_BIT(MMAP) | HT_KIND_BIT(KSYMBOL);
}

struct ht_true_source ht_load_true_source(const struct ht_load *load, const struct ht_event_facts *event,
                                          uint64_t data_src) {
    if (event != NULL && event->kind == HT_EVENT_KIND_HITM)
        return event->hitm_class;
    return ht_true_decode(data_src, ht_topology_node_is_socket(&load->topology));
}

/* perf c2c counts samples of every event in its file; one without a data source is one it cannot parse. */
void ht_load_count_other(struct ht_load *load, uint64_t samples) {
    if (!load->imported)
        return;
    load->c2c[HT_C2C_ENTRIES] += samples;
    load->c2c[HT_C2C_NOPARSE] += samples;
}

static enum ht_status keep_ref(struct ht_load *load, uint64_t ordinal, struct ht_ref ref) {
    if (ordinal >= load->ref_capacity) {
        uint64_t capacity = load->ref_capacity * 3 / 2;
        if (capacity < ordinal + 65536)
            capacity = ordinal + 65536;
        struct ht_ref *grown = realloc(load->ref, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        memset(grown + load->ref_capacity, 0xff, (capacity - load->ref_capacity) * sizeof *grown);
        load->ref = grown;
        load->ref_capacity = capacity;
    }
    load->ref[ordinal] = ref;
    if (ordinal >= load->refs)
        load->refs = ordinal + 1;
    return HT_OK;
}

static void see_time(struct ht_load *load, uint64_t time) {
    if (time == 0)
        return;
    if (load->window_start_ns == 0 || time < load->window_start_ns)
        load->window_start_ns = time;
    if (time > load->window_end_ns)
        load->window_end_ns = time;
}

static int has_symbol(struct ht_load *load, const struct ht_mapping *mapping, uint64_t ip) {
    uint32_t dso;
    return ht_known_dso(&load->names, mapping, &dso) == HT_OK &&
           ht_known_symbol(&load->names, dso, 0, ht_known_offset(&load->names.dso[dso], mapping, ip)) !=
               HT_NONE;
}

/* For naming, the mode of the sample decides; perf's count of unmapped samples takes any mapping under the
 * address. */
static const struct ht_mapping *find_code(struct ht_load *load, unsigned mode, int64_t pid, int64_t tid,
                                          uint64_t ip) {
    const struct ht_mapping *mapping = ht_spaces_find(load->spaces, mode, pid, tid, ip);
    if (mapping == NULL && mode != CPUMODE_USER)
        mapping = ht_spaces_find(load->spaces, CPUMODE_USER, pid, tid, ip);
    if (mapping == NULL && mode != CPUMODE_KERNEL)
        mapping = ht_spaces_find(load->spaces, CPUMODE_KERNEL, pid, tid, ip);
    if ((int64_t)ip <
        0) { /* kernel code that came in the window has the name that was told then, without another */
        const struct ht_mapping *told = ht_spaces_find_ksymbol(load->spaces, ip);
        if (told != NULL && (mapping == NULL || !has_symbol(load, mapping, ip)))
            return told;
    }
    return mapping;
}

static enum ht_status see_mem_sample(struct ht_load *load, const struct ht_table *t, uint32_t row,
                                     uint64_t ordinal) {
    int64_t pid = ht_table_i64(t, HT_MEM_SAMPLE_PID, row), tid = ht_table_i64(t, HT_MEM_SAMPLE_TID, row);
    uint64_t address = ht_table_u64(t, HT_MEM_SAMPLE_ADDRESS, row),
             ip = ht_table_u64(t, HT_MEM_SAMPLE_IP, row);
    uint64_t data_src = ht_table_u64(t, HT_MEM_SAMPLE_DATA_SRC, row);
    unsigned mode = (unsigned)ht_table_u64(t, HT_MEM_SAMPLE_CPUMODE, row);
    struct ht_event_facts *event = ht_load_event(load, ht_table_u64(t, HT_MEM_SAMPLE_EVENT, row));
    const struct ht_mapping *data = ht_spaces_find(load->spaces, mode, pid, tid, address);
    const struct ht_mapping *code = find_code(load, mode, pid, tid, ip);
    uint64_t bits = ht_c2c_decode(data_src, address != 0, data != NULL && code != NULL);
    struct ht_true_source source = ht_load_true_source(load, event, data_src);
    struct ht_ref ref;
    uint32_t thread;
    enum ht_status status =
        ht_lines_find(load->lines, mode, ht_spaces_pid(load->spaces, pid, tid), data, address, &ref.line);
    if (status == HT_OK)
        status = ht_codes_find(load->codes, code, ip, &ref.code);
    if (status == HT_OK)
        status = ht_threads_find(&load->threads, tid, pid, &thread);
    if (status == HT_OK)
        status = keep_ref(load, ordinal, ref);
    if (status != HT_OK)
        return status;
    struct ht_line *line = ht_lines_get(load->lines, ref.line);
    line->samples++;
    line->remote_memory += source.class == HT_CLASS_REMOTE_MEMORY;
    line->c2c_shared |= (bits & HT_C2C_SHARED) != 0;
    line->shared |= (bits & HT_C2C_SHARED) != 0 || source.transfer;
    load->threads.thread[thread].mem_samples++;
    load->mem_samples++;
    load->unmapped += data == NULL || code == NULL;
    if (event != NULL)
        event->samples++;
    ht_load_count_bits(load->c2c, bits);
    see_time(load, ht_table_u64(t, HT_MEM_SAMPLE_TIME, row));
    return HT_OK;
}

static enum ht_status count_cpu_clock(struct ht_load *load, const struct ht_event_facts *event,
                                      const struct ht_table *t, uint32_t row, uint32_t thread) {
    struct ht_chain *chain;
    uint64_t number = ht_table_u64(t, HT_CPU_SAMPLE_CHAIN, row);
    enum ht_status status = number != 0 ? ht_chains_find(&load->chains, number, &chain) : HT_OK;
    if (status != HT_OK)
        return status;
    if (number != 0)
        chain->cpu_samples++;
    load->threads.thread[thread].cpu_samples++;
    if (load->threads.thread[thread].tid == 0)
        return HT_OK; /* idle */
    int node = ht_topology_node(&load->topology, ht_table_i64(t, HT_CPU_SAMPLE_CPU, row));
    uint64_t cpu_ns = event->period_is_time ? ht_table_u64(t, HT_CPU_SAMPLE_PERIOD, row) : 0;
    return ht_residence_add(&load->residence, thread, node, cpu_ns);
}

static enum ht_status see_cpu_sample(struct ht_load *load, const struct ht_table *t, uint32_t row,
                                     uint64_t ordinal) {
    int64_t pid = ht_table_i64(t, HT_CPU_SAMPLE_PID, row), tid = ht_table_i64(t, HT_CPU_SAMPLE_TID, row);
    uint64_t ip = ht_table_u64(t, HT_CPU_SAMPLE_IP, row);
    unsigned mode = (unsigned)ht_table_u64(t, HT_CPU_SAMPLE_CPUMODE, row);
    struct ht_event_facts *event = ht_load_event(load, ht_table_u64(t, HT_CPU_SAMPLE_EVENT, row));
    struct ht_ref ref = {.line = HT_NONE};
    uint32_t thread;
    enum ht_status status = ht_codes_find(load->codes, find_code(load, mode, pid, tid, ip), ip, &ref.code);
    if (status == HT_OK)
        status = ht_threads_find(&load->threads, tid, pid, &thread);
    if (status == HT_OK)
        status = keep_ref(load, ordinal, ref);
    if (status != HT_OK)
        return status;
    struct ht_code *code = ht_codes_get(load->codes, ref.code);
    unsigned kind = event != NULL ? event->kind : HT_EVENT_KIND_OTHER;
    code->wanted = 1;
    load->cpu_samples +=
        kind != HT_EVENT_KIND_MAJOR_FAULT; /* that is a page fault as well, and counted as one */
    ht_load_count_other(load, 1);
    see_time(load, ht_table_u64(t, HT_CPU_SAMPLE_TIME, row));
    if (event == NULL)
        return HT_OK;
    event->samples++;
    code->faults += kind == HT_EVENT_KIND_PAGE_FAULT;
    code->cpu_samples += kind == HT_EVENT_KIND_CPU_CLOCK;
    return kind == HT_EVENT_KIND_CPU_CLOCK ? count_cpu_clock(load, event, t, row, thread) : HT_OK;
}

/* Chains belong to a process: its leader's address space is that of all its threads. */
static enum ht_status see_frame(struct ht_load *load, const struct ht_table *t, uint32_t row,
                                uint64_t ordinal) {
    int64_t pid = ht_table_i64(t, HT_CHAIN_PID, row);
    uint8_t mode = (uint8_t)ht_table_u64(t, HT_CHAIN_CPUMODE, row);
    struct ht_ref ref = {.line = HT_NONE};
    struct ht_chain *chain;
    enum ht_status status = ht_chains_find(&load->chains, ht_table_u64(t, HT_CHAIN_CHAIN, row), &chain);
    if (status != HT_OK)
        return status;
    uint64_t ip = ht_chain_call(chain, ht_table_u64(t, HT_CHAIN_IP, row), mode);
    status = ht_codes_find(load->codes, find_code(load, mode, pid, pid, ip), ip, &ref.code);
    if (status == HT_OK)
        status = keep_ref(load, ordinal, ref);
    if (status != HT_OK)
        return status;
    ht_codes_get(load->codes, ref.code)->wanted = 1;
    chain->pid = pid;
    chain->cpumode = mode;
    chain->frames++;
    return HT_OK;
}

/* Mappings read from /proc: a process is read at its first sample, so they come after samples that need them.
 */
static int is_snapshot(const struct ht_table *mmap, uint32_t row) {
    return ht_table_u64(mmap, HT_MMAP_SOURCE, row) == HT_MMAP_SOURCE_PROC;
}

/* What holds from the start of the window. */
static enum ht_status see_start(void *context, const struct ht_chunk_info *info, struct ht_table *t,
                                struct ht_cause *cause) {
    struct ht_load *load = context;
    enum ht_status status = HT_OK;
    for (uint32_t row = 0; status == HT_OK && row < t->rows; row++) {
        if (info->kind == HT_CHUNK_KSYMBOL)
            status = ht_spaces_ksymbol_before(load->spaces, t, row);
        else if (is_snapshot(t, row))
            status = ht_spaces_mmap(load->spaces, t, row);
    }
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "%s: out of memory for mappings", load->path);
}

static enum ht_status see_row(void *context, const struct ht_table *t, uint32_t row, uint64_t ordinal,
                              struct ht_cause *cause) {
    struct ht_load *load = context;
    enum ht_status status;
    switch (t->desc->kind) {
    case HT_CHUNK_MEM_SAMPLE:
        status = see_mem_sample(load, t, row, ordinal);
        break;
    case HT_CHUNK_CPU_SAMPLE:
        status = see_cpu_sample(load, t, row, ordinal);
        break;
    case HT_CHUNK_CHAIN:
        status = see_frame(load, t, row, ordinal);
        break;
    case HT_CHUNK_KSYMBOL:
        status = ht_spaces_ksymbol(load->spaces, t, row);
        break;
    case HT_CHUNK_TASK:
        status = ht_threads_task(&load->threads, t, row);
        if (status == HT_OK)
            status = ht_spaces_task(load->spaces, t, row);
        break;
    default:
        status = is_snapshot(t, row) ? HT_OK : ht_spaces_mmap(load->spaces, t, row);
    }
    if (status != HT_OK)
        return ht_fail(cause, status, "%s: %s while resolving %s rows", load->path, ht_status_text(status),
                       t->desc->name);
    return HT_OK;
}

enum ht_status ht_load_resolve(struct ht_load *load, struct ht_cause *cause) {
    struct ht_scan_problems again = {0};
    enum ht_status status =
        ht_scan(load->reader, HT_KIND_BIT(MMAP) | HT_KIND_BIT(KSYMBOL), see_start, load, &again, cause);
    if (status != HT_OK)
        return status;
    status = ht_rounds(load->reader, ht_load_sample_kinds(), see_row, load, &again, &load->late, cause);
    ht_scan_note(&load->problems, &again);
    return status;
}
