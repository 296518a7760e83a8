#include "analyze/import/event_kind.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/perf_format.h"

struct type_rule {
    uint32_t type;
    uint64_t config;
    enum ht_event_kind kind;
};

/* Hardware and software events that are more than OTHER. */
static const struct type_rule type_rules[] = {
    {HT_PERF_TYPE_SOFTWARE, 0, HT_EVENT_KIND_CPU_CLOCK},   /* cpu-clock */
    {HT_PERF_TYPE_SOFTWARE, 1, HT_EVENT_KIND_CPU_CLOCK},   /* task-clock */
    {HT_PERF_TYPE_SOFTWARE, 2, HT_EVENT_KIND_PAGE_FAULT},  /* page-faults */
    {HT_PERF_TYPE_SOFTWARE, 5, HT_EVENT_KIND_PAGE_FAULT},  /* minor-faults */
    {HT_PERF_TYPE_SOFTWARE, 6, HT_EVENT_KIND_MAJOR_FAULT}, /* major-faults */
    {HT_PERF_TYPE_HARDWARE, 0, HT_EVENT_KIND_CPU_CLOCK},   /* cycles */
    {HT_PERF_TYPE_HARDWARE, 9, HT_EVENT_KIND_CPU_CLOCK},   /* ref-cycles */
};

struct name_rule {
    const char *pattern; /* first match decides */
    enum ht_event_kind kind;
};

static const struct name_rule name_rules[] = {
    {"*ibs_op*", HT_EVENT_KIND_MEM_ANY},
    {"*arm_spe*", HT_EVENT_KIND_MEM_ANY},
    {"*mem-loads-aux*", HT_EVENT_KIND_OTHER},
    {"*remote_hitm*", HT_EVENT_KIND_HITM},
    {"*remote_fwd*", HT_EVENT_KIND_HITM},
    {"*snoop_hitm*", HT_EVENT_KIND_HITM},
    {"*xsnp_hit*", HT_EVENT_KIND_HITM},
    {"*xsnp_fwd*", HT_EVENT_KIND_HITM},
    {"*xsnp_no_fwd*", HT_EVENT_KIND_HITM},
    {"*mem-loads*", HT_EVENT_KIND_MEM_LOAD},
    {"*mem-stores*", HT_EVENT_KIND_MEM_STORE},
    {"*mem-ldst*", HT_EVENT_KIND_MEM_ANY},
    {"*load_latency*", HT_EVENT_KIND_MEM_LOAD},
    {"*latency_above_threshold*", HT_EVENT_KIND_MEM_LOAD},
    {"*store_sample*", HT_EVENT_KIND_MEM_STORE},
    {"*store_latency*", HT_EVENT_KIND_MEM_STORE},
    {"*mem_*retired*store*", HT_EVENT_KIND_MEM_STORE},
    {"*mem_*retired*load*", HT_EVENT_KIND_MEM_LOAD},
    {"*mem_load*", HT_EVENT_KIND_MEM_LOAD},
};

/* Intel's codes (event | umask << 8), for events that were asked for by number. A code means different things
 * on different cores, so those that do name their models (reference: hardware.md, "Trap"). models[0] 0: all.
 */
struct code_rule {
    uint32_t code;
    enum ht_event_kind kind;
    uint8_t models[8];
};

static const struct code_rule code_rules[] = {
    {0x01cd, HT_EVENT_KIND_MEM_LOAD, {0}},
    {0x02cd, HT_EVENT_KIND_MEM_STORE, {0}},
    {0x05d0, HT_EVENT_KIND_MEM_LOAD, {0}},
    {0x06d0, HT_EVENT_KIND_MEM_STORE, {0}},
    {0x81d0, HT_EVENT_KIND_MEM_LOAD, {0}},
    {0x82d0, HT_EVENT_KIND_MEM_STORE, {0}},
    {0x04d2, HT_EVENT_KIND_HITM, {63, 79, 85, 86, 106, 108, 143, 207}},
    {0x04d2, HT_EVENT_KIND_HITM, {173, 174}},
    {0x10d3, HT_EVENT_KIND_HITM, {63, 79, 86}},                       /* Haswell-EP, Broadwell-EP */
    {0x04d3, HT_EVENT_KIND_HITM, {85, 106, 108, 143, 207, 173, 174}}, /* Skylake-SP to Granite Rapids */
};

#define COUNT(array) (sizeof array / sizeof array[0])

static int model_fits(const struct code_rule *rule, long model) {
    if (rule->models[0] == 0)
        return 1;
    for (size_t i = 0; i < COUNT(rule->models); i++)
        if (rule->models[i] != 0 && rule->models[i] == model)
            return 1;
    return 0;
}

static enum ht_event_kind by_code(const struct ht_perf_attr *attr, const char *cpuid) {
    if (strncmp(cpuid, "GenuineIntel,6,", 15) != 0)
        return HT_EVENT_KIND_OTHER;
    long model = strtol(cpuid + 15, NULL, 10);
    for (size_t i = 0; i < COUNT(code_rules); i++)
        if (code_rules[i].code == (attr->config & 0xffff) && model_fits(&code_rules[i], model))
            return code_rules[i].kind;
    return HT_EVENT_KIND_OTHER;
}

static enum ht_event_kind by_type(const struct ht_perf_attr *attr) {
    /* On hybrid machines the upper half of a hardware event's config is the PMU. */
    uint64_t config = attr->type == HT_PERF_TYPE_HARDWARE ? (uint32_t)attr->config : attr->config;
    for (size_t i = 0; i < COUNT(type_rules); i++)
        if (type_rules[i].type == attr->type && type_rules[i].config == config)
            return type_rules[i].kind;
    return HT_EVENT_KIND_OTHER;
}

/* The event that counts nothing is there for the records that come with it. */
static enum ht_event_kind kind_of_dummy(const struct ht_perf_attr *attr) {
    uint64_t tasks = HT_PA_MMAP | HT_PA_COMM | HT_PA_TASK;
    return attr->flags & HT_PA_CONTEXT_SWITCH && !(attr->flags & tasks) ? HT_EVENT_KIND_SWITCH
                                                                        : HT_EVENT_KIND_SIDEBAND;
}

static enum ht_event_kind by_name(const char *name) {
    for (size_t i = 0; i < COUNT(name_rules); i++)
        if (fnmatch(name_rules[i].pattern, name, FNM_CASEFOLD) == 0)
            return name_rules[i].kind;
    return HT_EVENT_KIND_COUNTER; /* none */
}

enum ht_event_kind ht_event_kind_of(const struct ht_perf_attr *attr, const char *name, const char *cpuid) {
    if (attr->type == HT_PERF_TYPE_TRACEPOINT)
        return HT_EVENT_KIND_TRACEPOINT;
    if (attr->type == HT_PERF_TYPE_SOFTWARE && attr->config == HT_PERF_SOFTWARE_DUMMY)
        return kind_of_dummy(attr);
    if (attr->period == 0 && !(attr->flags & HT_PA_FREQ))
        return HT_EVENT_KIND_COUNTER;
    if (attr->type != HT_PERF_TYPE_RAW && attr->type < HT_PERF_TYPE_PMUS)
        return by_type(attr);
    enum ht_event_kind kind = by_name(name);
    if (kind == HT_EVENT_KIND_COUNTER)
        kind = by_code(attr, cpuid);
    /* An event of a PMU nobody here knows, asked for with data sources, precise where that is Intel's:
     * memory. */
    int precise = (attr->flags >> 15 & 3) > 0 || attr->type >= HT_PERF_TYPE_PMUS;
    if (kind == HT_EVENT_KIND_OTHER && precise && attr->sample_type & HT_PS_DATA_SRC &&
        strstr(name, "mem-loads-aux") == NULL)
        kind = HT_EVENT_KIND_MEM_ANY;
    return kind;
}

int ht_event_kind_is_memory(enum ht_event_kind kind) {
    return kind == HT_EVENT_KIND_MEM_LOAD || kind == HT_EVENT_KIND_MEM_STORE ||
           kind == HT_EVENT_KIND_MEM_ANY || kind == HT_EVENT_KIND_HITM;
}
