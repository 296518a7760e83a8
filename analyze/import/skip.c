#include "analyze/import/skip.h"

#include <stdio.h>

#include "analyze/import/perf_format.h"

static const char *const reason_texts[] = {
#define X(name, text) text,
    HT_SKIPS(X)
#undef X
};

static const char *const part_texts[] = {
#define X(name, text) text,
    HT_SAMPLE_PARTS(X)
#undef X
};

/* Record types without a place in a capture. describes: nothing of the window is lost with it. */
struct type_text {
    uint32_t type;
    int describes;
    const char *text;
};

static const struct type_text type_texts[] = {
    {8, 0, "READ: counter values at the end of a task"},
    {11, 0, "AUX: place of AUX data"},
    {12, 0, "ITRACE_START: instruction trace begins"},
    {16, 0, "NAMESPACES: namespaces of a task"},
    {20, 0, "TEXT_POKE: kernel code that was changed"},
    {21, 0, "AUX_OUTPUT_HW_ID: number of an AUX event"},
    {22, 0, "CALLCHAIN_DEFERRED: rest of a callchain"},
    {64, 1, "HEADER_ATTR: event of a piped recording"},
    {65, 1, "HEADER_EVENT_TYPE: name of an event"},
    {66, 1, "HEADER_TRACING_DATA: tracepoint formats of a piped recording"},
    {69, 1, "ID_INDEX: list of event ids"},
    {70, 1, "AUXTRACE_INFO: how AUX data was recorded"},
    {71, 0, "AUXTRACE: AUX data (Intel PT, Arm SPE and others), not decoded"},
    {72, 0, "AUXTRACE_ERROR: error in AUX data"},
    {73, 1, "THREAD_MAP: list of threads"},
    {74, 1, "CPU_MAP: list of CPUs"},
    {75, 1, "STAT_CONFIG: settings of perf stat"},
    {78, 1, "EVENT_UPDATE: unit or CPUs of an event"},
    {79, 1, "TIME_CONV: clock conversion"},
    {80, 1, "HEADER_FEATURE: section of a piped recording"},
    {82, 1, "FINISHED_INIT: end of the records about what existed before"},
    {84, 1, "BPF_METADATA: facts about a BPF program"},
    {85, 0, "SCHEDSTAT_CPU: scheduler statistics of a CPU"},
    {86, 0, "SCHEDSTAT_DOMAIN: scheduler statistics of CPUs that share work"},
    {HT_SKIP_SIMPLE, 1, "records of simpleperf: symbols, binaries, unwinding"},
};
#define TYPE_TEXTS (sizeof type_texts / sizeof type_texts[0])

/* Names of feature sections by their bit; NULL: unknown. */
static const char *const feature_texts[] = {
    NULL,
    "TRACING_DATA",
    "BUILD_ID",
    "HOSTNAME",
    "OSRELEASE",
    "VERSION",
    "ARCH",
    "NRCPUS",
    "CPUDESC",
    "CPUID",
    "TOTAL_MEM",
    "CMDLINE",
    "EVENT_DESC",
    "CPU_TOPOLOGY",
    "NUMA_TOPOLOGY",
    "BRANCH_STACK",
    "PMU_MAPPINGS",
    "GROUP_DESC",
    "AUXTRACE",
    "STAT",
    "CACHE",
    "SAMPLE_TIME",
    "MEM_TOPOLOGY",
    "CLOCKID",
    "DIR_FORMAT",
    "BPF_PROG_INFO",
    "BPF_BTF",
    "COMPRESSED",
    "CPU_PMU_CAPS",
    "CLOCK_DATA",
    "HYBRID_TOPOLOGY",
    "PMU_CAPS",
    "CPU_DOMAIN_INFO",
    "E_MACHINE",
    "CLN_SIZE",
};
#define FEATURE_TEXTS (sizeof feature_texts / sizeof feature_texts[0])

/* From HT_PERF_FEAT_SIMPLE_FILE on. */
static const char *const simple_texts[] = {
    "FILE of simpleperf",         "META_INFO of simpleperf",
    "DEBUG_UNWIND of simpleperf", "DEBUG_UNWIND_FILE of simpleperf",
    "FILE2 of simpleperf",        "ETM_BRANCH_LIST of simpleperf",
    "INIT_MAP of simpleperf",
};
#define SIMPLE_TEXTS (sizeof simple_texts / sizeof simple_texts[0])

static const struct type_text *find_type(uint32_t type) {
    for (size_t i = 0; i < TYPE_TEXTS; i++)
        if (type_texts[i].type == type)
            return &type_texts[i];
    return NULL;
}

void ht_skip_type(struct ht_skips *skips, uint32_t type, uint64_t bytes) {
    if (type >= HT_PERF_SIMPLE_TYPES && type < HT_PERF_SIMPLE_TYPES + 64)
        type = HT_SKIP_SIMPLE;
    else if (type == HT_SKIP_SIMPLE)
        type = HT_SKIP_TYPES; /* unknown */
    if (type >= HT_SKIP_TYPES || find_type(type) == NULL) {
        ht_skip(skips, HT_SKIP_UNKNOWN_TYPE, bytes);
        return;
    }
    skips->type[type].records++;
    skips->type[type].bytes += bytes;
}

void ht_skip_feature(struct ht_skips *skips, unsigned feature, uint64_t bytes, int damaged) {
    skips->feature[feature].records++;
    skips->feature[feature].bytes += bytes;
    skips->feature_damaged[feature] = damaged != 0;
}

static enum ht_status add(struct ht_table *table, const char *text, struct ht_skip_count count, int loses) {
    if (count.records == 0)
        return HT_OK;
    uint32_t row;
    enum ht_status status = ht_table_add(table, &row);
    if (status != HT_OK)
        return status;
    table->number[HT_IMPORT_SKIP_RECORDS][row] = count.records;
    table->number[HT_IMPORT_SKIP_BYTES][row] = count.bytes;
    table->number[HT_IMPORT_SKIP_LOSES][row] = (uint64_t)loses;
    return ht_table_set_text(table, HT_IMPORT_SKIP_REASON, text);
}

static enum ht_status feature_rows(const struct ht_skips *skips, struct ht_table *table) {
    enum ht_status status = HT_OK;
    for (unsigned i = 0; i < HT_SKIP_FEATURES && status == HT_OK; i++) {
        char text[96];
        const char *name = i < FEATURE_TEXTS ? feature_texts[i] : NULL;
        if (i >= HT_PERF_FEAT_SIMPLE_FILE && i - HT_PERF_FEAT_SIMPLE_FILE < SIMPLE_TEXTS)
            name = simple_texts[i - HT_PERF_FEAT_SIMPLE_FILE];
        const char *what = skips->feature_damaged[i] ? "damaged" : "not used";
        if (name != NULL)
            snprintf(text, sizeof text, "feature section %s: %s", name, what);
        else
            snprintf(text, sizeof text, "feature section %u: unknown", i);
        status = add(table, text, skips->feature[i], 0);
    }
    return status;
}

enum ht_status ht_skip_rows(const struct ht_skips *skips, struct ht_table *table, uint64_t *lost) {
    enum ht_status status = HT_OK;
    *lost = 0;
    for (size_t i = 0; i < HT_SKIP_COUNT && status == HT_OK; i++) {
        *lost += skips->reason[i].records;
        status = add(table, reason_texts[i], skips->reason[i], 1);
    }
    for (size_t i = 0; i < TYPE_TEXTS && status == HT_OK; i++) {
        const struct ht_skip_count *count = &skips->type[type_texts[i].type];
        *lost += type_texts[i].describes ? 0 : count->records;
        status = add(table, type_texts[i].text, *count, !type_texts[i].describes);
    }
    for (size_t i = 0; i < HT_PART_COUNT && status == HT_OK; i++) {
        char text[96];
        snprintf(text, sizeof text, "part of samples that were imported: %s", part_texts[i]);
        status = add(table, text, skips->part[i], 0);
    }
    return status == HT_OK ? feature_rows(skips, table) : status;
}
