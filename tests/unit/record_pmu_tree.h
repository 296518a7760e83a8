/* CPUs and their PMUs as files of a test's own tree: what the kernel writes into /proc/cpuinfo and
 * /sys/bus/event_source/devices (arch/x86/events, drivers/perf; Linux 7.1). */
#ifndef HT_TESTS_UNIT_RECORD_PMU_TREE_H
#define HT_TESTS_UNIT_RECORD_PMU_TREE_H

#include "tests/unit/record_tree.h"

#define DEVICES "/sys/bus/event_source/devices"

struct pmu_file {
    const char *name, *text;
};

static inline void put_pmu_file(const struct tree *t, const char *pmu, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, DEVICES "/%s/%s", pmu, name);
    tree_put(t, path, text);
}

static inline void put_pmu_files(const struct tree *t, const char *pmu, const struct pmu_file *file) {
    for (; file->name != NULL; file++)
        put_pmu_file(t, pmu, file->name, file->text);
}

/* ---- x86 ---- */

static inline void put_x86(const struct tree *t, const char *vendor, unsigned family, unsigned model,
                           unsigned stepping) {
    char text[512];
    snprintf(text, sizeof text,
             "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n"
             "model name\t: some CPU @ 2.00GHz\nstepping\t: %u\nmicrocode\t: 0x1\n\nprocessor\t: 1\n",
             vendor, family, model, stepping);
    tree_put(t, "/proc/cpuinfo", text);
}

static inline void put_intel_fields(const struct tree *t, const char *pmu, const char *type) {
    static const struct pmu_file files[] = {
        {"format/event", "config:0-7\n"},      {"format/umask", "config:8-15\n"},
        {"format/edge", "config:18\n"},        {"format/pc", "config:19\n"},
        {"format/inv", "config:23\n"},         {"format/cmask", "config:24-31\n"},
        {"format/ldlat", "config1:0-15\n"},    {"format/offcore_rsp", "config1:0-63\n"},
        {"format/frontend", "config1:0-23\n"}, {NULL, NULL},
    };
    put_pmu_file(t, pmu, "type", type);
    put_pmu_files(t, pmu, files);
}

static inline void put_intel_events(const struct tree *t, const char *pmu, const char *loads,
                                    const char *stores, const char *aux) {
    put_pmu_file(t, pmu, "events/cpu-cycles", "event=0x3c\n");
    put_pmu_file(t, pmu, "events/instructions", "event=0xc0\n");
    put_pmu_file(t, pmu, "caps/max_precise", "3\n");
    put_pmu_file(t, pmu, "events/mem-loads", loads);
    put_pmu_file(t, pmu, "events/mem-stores", stores);
    if (aux != NULL)
        put_pmu_file(t, pmu, "events/mem-loads-aux", aux);
}

static inline void put_amd_fields(const struct tree *t) {
    static const struct pmu_file files[] = {
        {"type", "4\n"},
        {"format/event", "config:0-7,32-35\n"},
        {"format/umask", "config:8-15\n"},
        {"format/edge", "config:18\n"},
        {"format/inv", "config:23\n"},
        {"format/cmask", "config:24-31\n"},
        {"events/cpu-cycles", "event=0x76\n"},
        {"events/instructions", "event=0xc0\n"},
        {"caps/max_precise", "0\n"},
        {NULL, NULL},
    };
    put_pmu_files(t, "cpu", files);
}

/* ibs_op of Zen 2 and 3; later ones add to it. */
static inline void put_ibs(const struct tree *t) {
    put_pmu_file(t, "ibs_op", "type", "9\n");
    put_pmu_file(t, "ibs_op", "format/cnt_ctl", "config:19\n");
}

static inline void put_ibs_zen4(const struct tree *t) {
    put_ibs(t);
    put_pmu_file(t, "ibs_op", "format/l3missonly", "config:16\n");
    put_pmu_file(t, "ibs_op", "caps/zen4_ibs_extensions", "1\n");
}

static inline void put_ibs_zen5(const struct tree *t) {
    put_ibs_zen4(t);
    put_pmu_file(t, "ibs_op", "format/ldlat", "config1:0-11\n");
    put_pmu_file(t, "ibs_op", "format/swfilt", "config2:0\n");
    put_pmu_file(t, "ibs_op", "caps/ldlat", "1\n");
}

/* ---- Arm ---- */

static inline void put_arm(const struct tree *t, unsigned part) {
    char text[256];
    snprintf(text, sizeof text,
             "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
             "CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0x%x\nCPU revision\t: 1\n\n",
             part);
    tree_put(t, "/proc/cpuinfo", text);
}

static inline void put_midr(const struct tree *t, unsigned cpu, const char *midr) {
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/regs/identification/midr_el1", cpu);
    tree_put(t, path, midr);
}

static inline void put_arm_fields(const struct tree *t, const char *pmu, const char *type, const char *cpus) {
    put_pmu_file(t, pmu, "type", type);
    put_pmu_file(t, pmu, "cpus", cpus);
    put_pmu_file(t, pmu, "format/event", "config:0-15\n");
    put_pmu_file(t, pmu, "format/long", "config1:0\n");
}

static inline void put_spe(const struct tree *t) {
    static const struct pmu_file files[] = {
        {"type", "11\n"},
        {"cpumask", "0-3\n"},
        {"caps/min_interval", "1024\n"},
        {"format/ts_enable", "config:0\n"},
        {"format/pa_enable", "config:1\n"},
        {"format/pct_enable", "config:2\n"},
        {"format/jitter", "config:16\n"},
        {"format/branch_filter", "config:32\n"},
        {"format/load_filter", "config:33\n"},
        {"format/store_filter", "config:34\n"},
        {"format/event_filter", "config1:0-63\n"},
        {"format/min_latency", "config2:0-11\n"},
        {"format/inv_event_filter", "config3:0-63\n"},
        {NULL, NULL},
    };
    put_pmu_files(t, "arm_spe_0", files);
}

#endif
