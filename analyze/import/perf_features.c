#include "analyze/import/perf_features.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/import/perf_format.h"

#define SECTION_MAX (64u << 20)

struct context {
    const struct ht_perf_attrs *attrs;
    struct ht_perf_facts *facts;
};

static enum ht_status keep(struct ht_section *s, char **text) {
    const char *value = ht_section_string(s);
    if (s->bad)
        return HT_DAMAGED;
    free(*text);
    *text = strdup(value);
    return *text != NULL ? HT_OK : HT_NOMEM;
}

enum ht_status ht_perf_facts_condition(struct ht_perf_facts *facts, const char *name, const char *value) {
    uint32_t row;
    enum ht_status status = ht_table_add(&facts->condition, &row);
    if (status == HT_OK)
        status = ht_table_set_text(&facts->condition, HT_CONDITION_NAME, name);
    return status == HT_OK ? ht_table_set_text(&facts->condition, HT_CONDITION_VALUE, value) : status;
}

const char *ht_perf_facts_pmu(const struct ht_perf_facts *facts, uint32_t type) {
    for (uint32_t i = 0; i < facts->pmus; i++)
        if (facts->pmu[i].type == type)
            return facts->pmu[i].name;
    return NULL;
}

/* ---- one function a section ---- */

static enum ht_status hostname(struct ht_section *s, struct context *c) {
    return keep(s, &c->facts->hostname);
}
static enum ht_status osrelease(struct ht_section *s, struct context *c) {
    return keep(s, &c->facts->kernel);
}
static enum ht_status version(struct ht_section *s, struct context *c) {
    return keep(s, &c->facts->version);
}
static enum ht_status arch(struct ht_section *s, struct context *c) {
    return keep(s, &c->facts->arch);
}
static enum ht_status cpudesc(struct ht_section *s, struct context *c) {
    return keep(s, &c->facts->cpu_model);
}
static enum ht_status cpuid(struct ht_section *s, struct context *c) {
    return keep(s, &c->facts->cpuid);
}

static enum ht_status nrcpus(struct ht_section *s, struct context *c) {
    uint32_t available = ht_section_u32(s), online = ht_section_u32(s);
    struct ht_perf_facts *facts = c->facts;
    if (s->bad || available > HT_PERF_CPUS_MAX || facts->cpu != NULL)
        return HT_DAMAGED;
    facts->cpu = calloc(available > 0 ? available : 1, sizeof *facts->cpu);
    if (facts->cpu == NULL)
        return HT_NOMEM;
    facts->cpus = available;
    facts->cpus_online = online;
    for (uint32_t i = 0; i < available; i++)
        facts->cpu[i] = (struct ht_perf_cpu){-1, -1, -1, -1, -1, 0, 0};
    return HT_OK;
}

static enum ht_status total_mem(struct ht_section *s, struct context *c) {
    c->facts->memory_bytes = ht_section_u64(s) * 1024;
    return s->bad ? HT_DAMAGED : HT_OK;
}

static enum ht_status cmdline(struct ht_section *s, struct context *c) {
    uint32_t count = ht_section_u32(s);
    size_t length = 0;
    char *text = malloc(ht_section_left(s) + 1);
    if (text == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < count && !s->bad; i++) {
        const char *word = ht_section_string(s);
        size_t bytes = strlen(word);
        if (length > 0)
            text[length++] = ' ';
        memcpy(text + length, word, bytes);
        length += bytes;
    }
    text[length] = '\0';
    free(c->facts->command);
    c->facts->command = text;
    return s->bad ? HT_DAMAGED : HT_OK;
}

/* u32 events, u32 bytes of an attr, then for each: attr, u32 ids, name, ids. In the order of the attr
 * section. */
static enum ht_status event_desc(struct ht_section *s, struct context *c) {
    uint32_t events = ht_section_u32(s), attr_bytes = ht_section_u32(s);
    for (uint32_t i = 0; i < events && !s->bad; i++) {
        ht_section_bytes(s, attr_bytes);
        uint64_t ids = ht_section_u32(s);
        const char *name = ht_section_string(s);
        ht_section_bytes(s, ids * 8);
        if (s->bad || i >= c->facts->events || c->facts->event_name[i] != NULL || name[0] == '\0')
            continue;
        if ((c->facts->event_name[i] = strdup(name)) == NULL)
            return HT_NOMEM;
    }
    return s->bad ? HT_DAMAGED : HT_OK;
}

static enum ht_status pmu_mappings(struct ht_section *s, struct context *c) {
    uint32_t count = ht_section_u32(s);
    struct ht_perf_facts *facts = c->facts;
    if (s->bad || count > HT_PERF_PMUS_MAX || facts->pmu != NULL)
        return HT_DAMAGED;
    if ((facts->pmu = calloc(count + 1, sizeof *facts->pmu)) == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        char condition[256], value[16];
        facts->pmu[i].type = ht_section_u32(s);
        enum ht_status status = keep(s, &facts->pmu[i].name);
        if (status != HT_OK)
            return status;
        facts->pmus++;
        snprintf(condition, sizeof condition, "pmu.type.%s", facts->pmu[i].name);
        snprintf(value, sizeof value, "%" PRIu32, facts->pmu[i].type);
        if ((status = ht_perf_facts_condition(facts, condition, value)) != HT_OK)
            return status;
    }
    return HT_OK;
}

static enum ht_status caps_of(struct ht_section *s, uint32_t count, const char *pmu,
                              struct ht_perf_facts *facts) {
    for (uint32_t i = 0; i < count && !s->bad; i++) {
        const char *name = ht_section_string(s), *value = ht_section_string(s);
        char condition[256];
        snprintf(condition, sizeof condition, "pmu.caps.%s.%s", pmu, name);
        enum ht_status status = s->bad ? HT_OK : ht_perf_facts_condition(facts, condition, value);
        if (status != HT_OK)
            return status;
    }
    return s->bad ? HT_DAMAGED : HT_OK;
}

static enum ht_status cpu_pmu_caps(struct ht_section *s, struct context *c) {
    uint32_t count = ht_section_u32(s);
    return caps_of(s, count, "cpu", c->facts);
}

/* For each PMU its capabilities, and behind them its name. */
static enum ht_status pmu_caps(struct ht_section *s, struct context *c) {
    uint32_t pmus = ht_section_u32(s);
    for (uint32_t i = 0; i < pmus && !s->bad; i++) {
        uint32_t count = ht_section_u32(s);
        struct ht_section caps = *s;
        for (uint64_t k = 0; k < 2ull * count && !s->bad; k++)
            ht_section_string(s);
        const char *name = ht_section_string(s);
        enum ht_status status = s->bad ? HT_DAMAGED : caps_of(&caps, count, name, c->facts);
        if (status != HT_OK)
            return status;
    }
    return s->bad ? HT_DAMAGED : HT_OK;
}

static enum ht_status sample_time(struct ht_section *s, struct context *c) {
    c->facts->sample_first_ns = ht_section_u64(s);
    c->facts->sample_last_ns = ht_section_u64(s);
    return s->bad ? HT_DAMAGED : HT_OK;
}

static enum ht_status clockid(struct ht_section *s, struct context *c) {
    c->facts->clock_resolution_ns = ht_section_u64(s);
    return s->bad ? HT_DAMAGED : HT_OK;
}

static enum ht_status clock_data(struct ht_section *s, struct context *c) {
    uint32_t format = ht_section_u32(s), clock = ht_section_u32(s);
    uint64_t realtime = ht_section_u64(s), event = ht_section_u64(s);
    if (s->bad || format != 1)
        return HT_DAMAGED;
    c->facts->clockid = clock;
    c->facts->clock_realtime_ns = realtime;
    c->facts->clock_event_ns = event;
    return HT_OK;
}

/* u32: bytes of a cache line; CACHE says it for each cache, but not on every machine. */
static enum ht_status cln_size(struct ht_section *s, struct context *c) {
    uint32_t bytes = ht_section_u32(s);
    if (s->bad || bytes < 16 || bytes > 4096 || (bytes & (bytes - 1)) != 0)
        return HT_DAMAGED;
    if (c->facts->line_bytes == 0)
        c->facts->line_bytes = bytes;
    return HT_OK;
}

static enum ht_status build_id(struct ht_section *s, struct context *c) {
    return ht_build_ids_add(&c->facts->build_ids, s);
}
static enum ht_status cpu_topology(struct ht_section *s, struct context *c) {
    return ht_perf_cpu_topology(s, c->facts);
}
static enum ht_status numa_topology(struct ht_section *s, struct context *c) {
    return ht_perf_numa_topology(s, c->facts);
}
static enum ht_status mem_topology(struct ht_section *s, struct context *c) {
    return ht_perf_mem_topology(s, c->facts);
}
static enum ht_status caches(struct ht_section *s, struct context *c) {
    return ht_perf_caches(s, c->facts);
}
static enum ht_status tracing_data(struct ht_section *s, struct context *c) {
    return ht_perf_tracing_data(s, c->attrs, c->facts);
}

static enum ht_status simple_meta(struct ht_section *s, struct context *c) {
    return ht_perf_simple_meta(s, c->attrs, c->facts);
}

/* By feature bit; NULL: no use for it. Bits count upwards, so NRCPUS comes before what needs it. */
static enum ht_status (*const sections[])(struct ht_section *, struct context *) = {
    [HT_PERF_FEAT_TRACING_DATA] = tracing_data,
    [HT_PERF_FEAT_BUILD_ID] = build_id,
    [HT_PERF_FEAT_HOSTNAME] = hostname,
    [HT_PERF_FEAT_OSRELEASE] = osrelease,
    [HT_PERF_FEAT_VERSION] = version,
    [HT_PERF_FEAT_ARCH] = arch,
    [HT_PERF_FEAT_NRCPUS] = nrcpus,
    [HT_PERF_FEAT_CPUDESC] = cpudesc,
    [HT_PERF_FEAT_CPUID] = cpuid,
    [HT_PERF_FEAT_TOTAL_MEM] = total_mem,
    [HT_PERF_FEAT_CMDLINE] = cmdline,
    [HT_PERF_FEAT_EVENT_DESC] = event_desc,
    [HT_PERF_FEAT_CPU_TOPOLOGY] = cpu_topology,
    [HT_PERF_FEAT_NUMA_TOPOLOGY] = numa_topology,
    [HT_PERF_FEAT_PMU_MAPPINGS] = pmu_mappings,
    [HT_PERF_FEAT_CACHE] = caches,
    [HT_PERF_FEAT_SAMPLE_TIME] = sample_time,
    [HT_PERF_FEAT_MEM_TOPOLOGY] = mem_topology,
    [HT_PERF_FEAT_CLOCKID] = clockid,
    [HT_PERF_FEAT_CPU_PMU_CAPS] = cpu_pmu_caps,
    [HT_PERF_FEAT_CLOCK_DATA] = clock_data,
    [HT_PERF_FEAT_PMU_CAPS] = pmu_caps,
    [HT_PERF_FEAT_CLN_SIZE] = cln_size,
    [HT_PERF_FEAT_SIMPLE_META] = simple_meta,
};
#define SECTIONS (sizeof sections / sizeof sections[0])

enum ht_status ht_perf_facts_section(struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                     unsigned bit, struct ht_section *section, struct ht_skips *skips,
                                     struct ht_cause *cause) {
    uint64_t bytes = ht_section_left(section);
    struct context context = {attrs, facts};
    facts->simpleperf |= bit >= HT_PERF_FEAT_SIMPLE_FILE;
    int unused = bit >= SECTIONS || sections[bit] == NULL;
    /* perf marks BRANCH_STACK and STAT by an empty section; BPF sections are often a count of 0. */
    if (bytes == 0 || (unused && bytes <= 4))
        return HT_OK;
    if (unused) {
        ht_skip_feature(skips, bit, bytes, 0);
        return HT_OK;
    }
    enum ht_status status = sections[bit](section, &context);
    if (status != HT_DAMAGED && status != HT_LIMIT)
        return status == HT_OK ? HT_OK : ht_fail(cause, status, "out of memory");
    ht_skip_feature(skips, bit, bytes, 1);
    return HT_OK;
}

static enum ht_status read_section(struct ht_perf_data *data, unsigned bit, const struct ht_perf_attrs *attrs,
                                   struct ht_skips *skips, struct ht_perf_facts *facts,
                                   struct ht_cause *cause) {
    struct ht_perf_section place = data->feature[bit];
    if (place.bytes > SECTION_MAX) {
        ht_skip_feature(skips, bit, place.bytes, 0);
        return HT_OK;
    }
    uint8_t *bytes = malloc(place.bytes + 1);
    if (bytes == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = ht_perf_data_read(data, place.offset, bytes, place.bytes, cause);
    if (status == HT_OK) {
        struct ht_section section = {bytes, bytes + place.bytes, 0, data->swap};
        status = ht_perf_facts_section(facts, attrs, bit, &section, skips, cause);
    }
    free(bytes);
    return status;
}

enum ht_status ht_perf_facts_start(struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                   struct ht_cause *cause) {
    memset(facts, 0, sizeof *facts);
    ht_table_init(&facts->node, HT_CHUNK_NODE);
    ht_table_init(&facts->mem_block, HT_CHUNK_MEM_BLOCK);
    ht_table_init(&facts->tp_format, HT_CHUNK_TP_FORMAT);
    ht_table_init(&facts->condition, HT_CHUNK_CONDITION);
    facts->events = attrs->count;
    facts->event_name = calloc(attrs->count, sizeof *facts->event_name);
    return facts->event_name != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "out of memory");
}

enum ht_status ht_perf_facts_read(struct ht_perf_data *data, const struct ht_perf_attrs *attrs,
                                  struct ht_skips *skips, struct ht_perf_facts *facts,
                                  struct ht_cause *cause) {
    enum ht_status status = ht_perf_facts_start(facts, attrs, cause);
    for (unsigned bit = 0; bit < HT_PERF_FEAT_BITS && status == HT_OK; bit++)
        if (ht_perf_data_has(data, bit))
            status = read_section(data, bit, attrs, skips, facts, cause);
    return status;
}

void ht_perf_facts_free(struct ht_perf_facts *facts) {
    char *texts[] = {facts->hostname,  facts->kernel, facts->version, facts->arch,
                     facts->cpu_model, facts->cpuid,  facts->command};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    for (uint32_t i = 0; i < facts->events && facts->event_name != NULL; i++)
        free(facts->event_name[i]);
    free(facts->event_name);
    for (uint32_t i = 0; facts->pmu != NULL && i < facts->pmus; i++)
        free(facts->pmu[i].name);
    free(facts->pmu);
    free(facts->cpu);
    ht_table_free(&facts->node);
    ht_table_free(&facts->mem_block);
    ht_table_free(&facts->tp_format);
    ht_table_free(&facts->condition);
    ht_build_ids_free(&facts->build_ids);
    memset(facts, 0, sizeof *facts);
}
