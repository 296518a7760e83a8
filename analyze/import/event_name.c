#include "analyze/import/event_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/perf_format.h"

#define COUNT(array) (sizeof array / sizeof array[0])

static const char *const hardware[] = {
    "cycles",        "instructions", "cache-references",        "cache-misses",           "branches",
    "branch-misses", "bus-cycles",   "stalled-cycles-frontend", "stalled-cycles-backend", "ref-cycles",
};

static const char *const software[] = {
    "cpu-clock",        "task-clock",   "page-faults",  "context-switches",
    "cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
    "emulation-faults", "dummy",        "bpf-output",   "cgroup-switches",
};

static const char *const cache[] = {"L1-dcache", "L1-icache", "LLC", "dTLB", "iTLB", "branch", "node"};
static const char *const access_one[] = {"load", "store", "prefetch"};
static const char *const access_many[] = {"loads", "stores", "prefetches"};

static void cache_name(uint64_t config, char *name, size_t size) {
    unsigned which = config & 0xff, access = config >> 8 & 0xff, result = config >> 16 & 0xff;
    if (which >= COUNT(cache) || access >= COUNT(access_one) || result > 1)
        snprintf(name, size, "unknown-ext-hardware-cache");
    else if (result == 1)
        snprintf(name, size, "%s-%s-misses", cache[which], access_one[access]);
    else
        snprintf(name, size, "%s-%s", cache[which], access_many[access]);
}

/* What an event leaves out, said as what it takes: cycles:u. */
static void add_modifiers(const struct ht_perf_attr *attr, char *name, size_t size) {
    static const struct {
        uint64_t exclude;
        char letter;
    } modes[] = {{HT_PA_EXCLUDE_KERNEL, 'k'}, {HT_PA_EXCLUDE_USER, 'u'}, {HT_PA_EXCLUDE_HV, 'h'}},
      machines[] = {{HT_PA_EXCLUDE_HOST, 'H'}, {HT_PA_EXCLUDE_GUEST, 'G'}};
    char text[16] = ":";
    size_t length = 1;
    unsigned precise = attr->flags >> HT_PA_PRECISE_SHIFT & 3;
    uint64_t some = HT_PA_EXCLUDE_KERNEL | HT_PA_EXCLUDE_USER | HT_PA_EXCLUDE_HV;
    int no_guest = attr->flags & some || precise > 0; /* the default of such events */
    for (size_t i = 0; i < COUNT(modes) && attr->flags & some; i++)
        if (!(attr->flags & modes[i].exclude))
            text[length++] = modes[i].letter;
    for (unsigned i = 0; i < precise; i++)
        text[length++] = 'p';
    if (attr->flags & HT_PA_EXCLUDE_HOST || !(attr->flags & HT_PA_EXCLUDE_GUEST) == !no_guest)
        for (size_t i = 0; i < COUNT(machines); i++)
            if (!(attr->flags & machines[i].exclude))
                text[length++] = machines[i].letter;
    text[length] = '\0';
    size_t used = strlen(name);
    if (length > 1 && used < size)
        snprintf(name + used, size - used, "%s", text);
}

void ht_event_default_name(const struct ht_perf_attr *attr, const char *pmu, char *name, size_t size) {
    /* On hybrid machines the upper half of a hardware event's config is the PMU. */
    uint32_t config = (uint32_t)attr->config;
    if (attr->type == HT_PERF_TYPE_HARDWARE)
        snprintf(name, size, "%s", config < COUNT(hardware) ? hardware[config] : "unknown-hardware");
    else if (attr->type == HT_PERF_TYPE_SOFTWARE)
        snprintf(name, size, "%s",
                 attr->config < COUNT(software) ? software[attr->config] : "unknown-software");
    else if (attr->type == HT_PERF_TYPE_CACHE)
        cache_name(config, name, size);
    else if (attr->type == HT_PERF_TYPE_RAW)
        snprintf(name, size, "raw 0x%" PRIx64, attr->config);
    else if (attr->type == HT_PERF_TYPE_TRACEPOINT)
        snprintf(name, size, "tracepoint %" PRIu64, attr->config);
    else if (attr->type == HT_PERF_TYPE_BREAKPOINT)
        snprintf(name, size, "mem:0x%" PRIx64, attr->config1);
    else if (pmu != NULL && pmu[0] != '\0')
        snprintf(name, size, "%s/config=0x%" PRIx64 "/", pmu, attr->config);
    else
        snprintf(name, size, "type %" PRIu32 " config 0x%" PRIx64, attr->type, attr->config);
    if (attr->type != HT_PERF_TYPE_TRACEPOINT && attr->type <= HT_PERF_TYPE_BREAKPOINT)
        add_modifiers(attr, name, size);
}
