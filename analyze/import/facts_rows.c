#include "analyze/import/facts_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "analyze/import/event_kind.h"
#include "analyze/import/event_name.h"
#include "analyze/import/perf_format.h"

#define LINE_BYTES_UNKNOWN   64u
#define CLOCK_UNCERTAINTY_NS 1000u /* perf pairs the clocks with gettimeofday: microseconds */

/* CLOCK_DATA speaks of the clock that was asked for with -k; only times of that clock can be converted. */
static int has_clock(const struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs) {
    const struct ht_perf_attr *attr = &attrs->attr[0];
    return facts->clock_realtime_ns != 0 && attr->flags & HT_PA_USE_CLOCKID &&
           attr->clockid == facts->clockid;
}

uint64_t ht_facts_realtime(const struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                           uint64_t time_ns) {
    if (!has_clock(facts, attrs) || time_ns == 0)
        return 0;
    return facts->clock_realtime_ns + (time_ns - facts->clock_event_ns);
}

/* "system:name", where its format is known. */
static int name_of_tracepoint(const struct ht_table *tp_format, uint32_t event, char *name, size_t size) {
    for (uint32_t row = 0; row < tp_format->rows; row++) {
        if (ht_table_u64(tp_format, HT_TP_FORMAT_EVENT, row) != event)
            continue;
        struct ht_bytes system = ht_table_bytes(tp_format, HT_TP_FORMAT_SYSTEM, row);
        struct ht_bytes one = ht_table_bytes(tp_format, HT_TP_FORMAT_NAME, row);
        snprintf(name, size, "%.*s:%.*s", (int)system.length, system.data != NULL ? system.data : "",
                 (int)one.length, one.data != NULL ? one.data : "");
        return one.length > 0;
    }
    return 0;
}

static enum ht_status add_event(const struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                uint32_t event, enum ht_event_kind kind, struct ht_table *table) {
    const struct ht_perf_attr *attr = &attrs->attr[event];
    uint32_t row;
    enum ht_status status = ht_table_add(table, &row);
    if (status != HT_OK)
        return status;
    table->number[HT_EVENT_EVENT][row] = event;
    table->number[HT_EVENT_KIND][row] = kind;
    table->number[HT_EVENT_TYPE][row] = attr->type;
    table->number[HT_EVENT_CONFIG][row] = attr->config;
    table->number[HT_EVENT_CONFIG1][row] = attr->config1;
    table->number[HT_EVENT_CONFIG2][row] = attr->config2;
    table->number[HT_EVENT_PERIOD][row] = attr->period;
    table->number[HT_EVENT_SAMPLE_TYPE][row] = attr->sample_type;
    table->number[HT_EVENT_READ_FORMAT][row] = attr->read_format;
    table->number[HT_EVENT_FLAGS][row] = attr->flags;
    char name[256];
    const char *known = facts->event_name[event];
    if (known == NULL && !name_of_tracepoint(&facts->tp_format, event, name, sizeof name))
        ht_event_default_name(attr, ht_perf_facts_pmu(facts, attr->type), name, sizeof name);
    return ht_table_set_text(table, HT_EVENT_NAME, known != NULL ? known : name);
}

static enum ht_status write_events(const struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                   const struct ht_event_use *use, struct ht_output *output,
                                   struct ht_cause *cause) {
    struct ht_table table;
    enum ht_status status = HT_OK;
    ht_table_init(&table, HT_CHUNK_EVENT);
    for (uint32_t i = 0; i < attrs->count && status == HT_OK; i++)
        status = add_event(facts, attrs, i, use[i].kind, &table);
    status = status == HT_OK ? ht_output_put(output, &table, cause) : ht_fail(cause, status, "out of memory");
    ht_table_free(&table);
    return status;
}

static enum ht_status write_cpus(const struct ht_perf_facts *facts, struct ht_output *output,
                                 struct ht_cause *cause) {
    struct ht_table table;
    ht_table_init(&table, HT_CHUNK_CPU);
    enum ht_status status = ht_perf_facts_cpus(facts, &table);
    status = status == HT_OK ? ht_output_put(output, &table, cause) : ht_fail(cause, status, "out of memory");
    ht_table_free(&table);
    return status;
}

static enum ht_status write_clock(const struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                  struct ht_output *output, struct ht_cause *cause) {
    struct ht_table table;
    uint32_t row;
    if (!has_clock(facts, attrs))
        return HT_OK;
    ht_table_init(&table, HT_CHUNK_CLOCK);
    enum ht_status status = ht_table_add(&table, &row);
    if (status == HT_OK) {
        table.number[HT_CLOCK_TIME][row] = facts->clock_event_ns;
        table.number[HT_CLOCK_REALTIME][row] = facts->clock_realtime_ns;
        if (facts->clockid == CLOCK_MONOTONIC)
            table.number[HT_CLOCK_MONOTONIC][row] = facts->clock_event_ns;
        table.number[HT_CLOCK_UNCERTAINTY][row] = CLOCK_UNCERTAINTY_NS;
    }
    status = status == HT_OK ? ht_output_put(output, &table, cause) : ht_fail(cause, status, "out of memory");
    ht_table_free(&table);
    return status;
}

static enum ht_status add_conditions(struct ht_perf_facts *facts) {
    char online[24], available[24], memory[24];
    snprintf(online, sizeof online, "%" PRIu32, facts->cpus_online);
    snprintf(available, sizeof available, "%" PRIu32, facts->cpus);
    snprintf(memory, sizeof memory, "%" PRIu64, facts->memory_bytes);
    const struct {
        const char *name, *value;
        int known;
    } rows[] = {
        {"kernel.osrelease", facts->kernel, facts->kernel != NULL},
        {"cpu.model", facts->cpu_model, facts->cpu_model != NULL},
        {"cpu.cpuid", facts->cpuid, facts->cpuid != NULL},
        {"cpu.count_online", online, facts->cpu != NULL},
        {"cpu.count_available", available, facts->cpu != NULL},
        {"memory.total_bytes", memory, facts->memory_bytes > 0},
    };
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == HT_OK; i++)
        if (rows[i].known)
            status = ht_perf_facts_condition(facts, rows[i].name, rows[i].value);
    return status;
}

/* ---- META ---- */

/* A recording with events that name memory accesses is memory sampling, unless none of their samples says
 * anything. */
static const char *level_of(const struct ht_records *records, const char **reason) {
    unsigned memory = 0;
    for (uint32_t i = 0; i < records->attrs->count; i++) {
        memory += ht_event_kind_is_memory(records->use[i].kind);
        memory += records->use[i].kind == HT_EVENT_KIND_HITM ? 1000000 : 0; /* the event itself says it */
    }
    *reason = "";
    if (memory >= 1000000 || (memory > 0 && (records->mem_samples == 0 || records->sourced > 0)))
        return "memory sampling";
    *reason = records->stat.rows > 0 ? "perf stat counts, it takes no samples"
              : memory > 0           ? "the events of this recording give no data source"
                           : "the recording has no memory sampling event (perf c2c record, perf mem record)";
    return "software";
}

static enum ht_status add_meta(struct ht_table *meta, const char *key, const char *value) {
    uint32_t row;
    if (value == NULL || value[0] == '\0')
        return HT_OK;
    enum ht_status status = ht_table_add(meta, &row);
    if (status == HT_OK)
        status = ht_table_set_text(meta, HT_META_KEY, key);
    return status == HT_OK ? ht_table_set_text(meta, HT_META_VALUE, value) : status;
}

static enum ht_status add_number(struct ht_table *meta, const char *key, uint64_t value, int known) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return known ? add_meta(meta, key, text) : HT_OK;
}

/* at_end: all records were read. */
static enum ht_status fill_meta(const struct ht_records *r, const char *perf_data, uint64_t late, int at_end,
                                struct ht_table *meta) {
    const struct ht_perf_facts *facts = r->facts;
    uint64_t first = r->first_ns > 0 ? r->first_ns : facts->sample_first_ns;
    uint64_t last = r->first_ns > 0 ? r->last_ns : facts->sample_last_ns;
    uint64_t realtime = ht_facts_realtime(facts, r->attrs, first);
    const char *reason, *level = level_of(r, &reason);
    const struct {
        const char *key, *value;
    } texts[] = {
        {"producer", facts->simpleperf ? "simpleperf" : "perf"},
        {"tool_version", facts->version},
        {"hostname", facts->hostname},
        {"kernel", facts->kernel},
        {"arch", facts->arch},
        {"cpu_model", facts->cpu_model},
        {"cpuid", facts->cpuid},
        {"command_line", facts->command},
        {"level", level},
        {"level_reason", reason},
        {"import_file", perf_data},
        {"import_missing", r->data->missing},
    };
    const struct {
        const char *key;
        uint64_t value;
        int known;
    } numbers[] = {
        {"window_start_ns", first, first > 0},
        {"window_end_ns", last, first > 0},
        {"duration_ns", first > 0 ? last - first : r->stat.last_ns, first > 0 || r->stat.last_ns > 0},
        {"start_realtime_ns", realtime, realtime > 0},
        {"line_bytes", facts->line_bytes > 0 ? facts->line_bytes : LINE_BYTES_UNKNOWN, 1},
        {"line_bytes_known", facts->line_bytes > 0, 1},
        {"memory_bytes", facts->memory_bytes, facts->memory_bytes > 0},
        {"import_file_bytes", r->data->file_bytes, 1},
        {"import_samples", r->samples, at_end},
        {"import_late_rows", late, at_end},
    };
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == HT_OK; i++)
        status = add_meta(meta, texts[i].key, texts[i].value);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && status == HT_OK; i++)
        status = add_number(meta, numbers[i].key, numbers[i].value, numbers[i].known);
    return status;
}

static enum ht_status write_meta(const struct ht_records *r, const char *perf_data, uint64_t late, int at_end,
                                 struct ht_cause *cause) {
    struct ht_table meta;
    ht_table_init(&meta, HT_CHUNK_META);
    enum ht_status status = fill_meta(r, perf_data, late, at_end, &meta);
    status =
        status == HT_OK ? ht_output_put(r->output, &meta, cause) : ht_fail(cause, status, "out of memory");
    ht_table_free(&meta);
    return status;
}

/* ---- the start and the end ---- */

enum ht_status ht_facts_write(const struct ht_records *r, const char *perf_data, struct ht_cause *cause) {
    struct ht_perf_facts *facts = r->facts;
    if (add_conditions(facts) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    const struct ht_table *tables[] = {&facts->condition, &facts->node, &facts->mem_block, &facts->tp_format};
    enum ht_status status = write_meta(r, perf_data, 0, 0, cause);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && status == HT_OK; i++)
        status = ht_output_put(r->output, tables[i], cause);
    if (status == HT_OK)
        status = write_cpus(facts, r->output, cause);
    if (status == HT_OK)
        status = write_events(facts, r->attrs, r->use, r->output, cause);
    return status == HT_OK ? write_clock(facts, r->attrs, r->output, cause) : status;
}

enum ht_status ht_facts_write_end(const struct ht_records *records, const char *perf_data,
                                  struct ht_import_summary *summary, struct ht_cause *cause) {
    struct ht_table skip;
    const char *reason;
    ht_table_init(&skip, HT_CHUNK_IMPORT_SKIP);
    summary->samples = records->samples;
    summary->mem_samples = records->mem_samples;
    summary->lost = records->ring_lost > records->samples_lost ? records->ring_lost : records->samples_lost;
    summary->late = records->output->late_rows;
    summary->rounds = records->output->round;
    summary->level = level_of(records, &reason);
    enum ht_status status = ht_skip_rows(records->skips, &skip, &summary->skipped);
    status = status == HT_OK ? ht_output_put(records->output, &skip, cause)
                             : ht_fail(cause, status, "out of memory");
    ht_table_free(&skip);
    return status == HT_OK ? write_meta(records, perf_data, summary->late, 1, cause) : status;
}
