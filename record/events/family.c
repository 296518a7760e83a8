#include "record/events/family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/events/family_rows.h"

/* What every kernel names by itself, whatever the CPU. */
static const struct ht_event_code named[] = {
    HT_CLOCKS("cpu-cycles", "instructions"),
    HT_LOAD_LATENCY("mem-loads", NULL, 0, 0),
    HT_STORES("mem-stores", NULL, 0, 0, 0),
    HT_LEADER(0),
    HT_CODES_END,
};

static const struct ht_family others[] = {
    {.name = "other CPU", .set = {named}, .none = "no table of events for this CPU"},
    {.name = NULL},
};

const struct ht_family *const ht_family_tables[] = {
    ht_intel_small_families, ht_intel_families, ht_amd_families, ht_arm_families, others, NULL,
};

/* ---- which CPU ---- */

/* Value of "KEY : VALUE" in the text; NULL where no line has this key. */
static const char *value_of(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, length) == 0) {
            const char *rest = line + length + strspn(line + length, " \t");
            if (*rest == ':')
                return rest + 1 + strspn(rest + 1, " \t");
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return NULL;
}

static unsigned number_of(const char *text, const char *key) {
    const char *value = value_of(text, key);
    return value != NULL ? (unsigned)strtoul(value, NULL, 0) : 0;
}

void ht_cpu_read(const char *root, struct ht_cpu *cpu) {
    char text[8192]; /* the first CPU stands first */
    memset(cpu, 0, sizeof *cpu);
    if (ht_file_read(root, "/proc/cpuinfo", text, sizeof text) <= 0)
        return;
    const char *vendor = value_of(text, "vendor_id"), *name = value_of(text, "model name");
    if (vendor != NULL && strncmp(vendor, "GenuineIntel", 12) == 0)
        cpu->vendor = HT_CPU_INTEL;
    else if (vendor != NULL && strncmp(vendor, "AuthenticAMD", 12) == 0)
        cpu->vendor = HT_CPU_AMD;
    else if (value_of(text, "CPU implementer") != NULL)
        cpu->vendor = HT_CPU_ARM;
    int is_arm = cpu->vendor == HT_CPU_ARM;
    cpu->family = number_of(text, is_arm ? "CPU implementer" : "cpu family");
    cpu->model = number_of(text, is_arm ? "CPU part" : "model");
    cpu->stepping = number_of(text, is_arm ? "CPU revision" : "stepping");
    if (name != NULL)
        snprintf(cpu->name, sizeof cpu->name, "%.*s", (int)strcspn(name, "\n"), name);
}

uint64_t ht_cpu_midr(const char *root, int cpu) {
    char path[HT_PATH_MAX], text[64], *end;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/regs/identification/midr_el1", cpu);
    if (ht_file_read_line(root, path, text, sizeof text) <= 0)
        return 0;
    unsigned long long midr = strtoull(text, &end, 16);
    return *end == '\0' ? midr : 0;
}

void ht_cpu_of_pmu(const char *root, const struct ht_cpu *cpu, const struct ht_pmu *pmu, struct ht_cpu *own) {
    *own = *cpu;
    uint64_t midr = cpu->vendor == HT_CPU_ARM ? ht_cpu_midr(root, pmu->first_cpu) : 0;
    if (midr == 0)
        return;
    own->family = (unsigned)(midr >> 24 & 0xff);
    own->model = (unsigned)(midr >> 4 & 0xfff);
    own->stepping = (unsigned)(midr & 0xf);
}

/* ---- which family ---- */

static int is_one_of(const struct ht_family *family, const struct ht_cpu *cpu, const struct ht_pmu *pmu) {
    if (family->vendor != cpu->vendor)
        return 0;
    if (family->models[0].family == 0) /* the vendor's last row */
        return 1;
    if (family->pmu != NULL ? strcmp(family->pmu, pmu->name) != 0 : strncmp(pmu->name, "cpu_", 4) == 0)
        return 0;
    for (size_t i = 0; i < HT_FAMILY_MODELS && family->models[i].family != 0; i++) {
        const struct ht_cpu_models *m = &family->models[i];
        if (m->family == cpu->family && cpu->model >= m->first && cpu->model <= m->last)
            return 1;
    }
    return 0;
}

const struct ht_family *ht_family_of(const struct ht_cpu *cpu, const struct ht_pmu *pmu) {
    for (size_t t = 0; ht_family_tables[t] != NULL; t++)
        for (const struct ht_family *f = ht_family_tables[t]; f->name != NULL; f++)
            if (is_one_of(f, cpu, pmu))
                return f;
    return &others[0];
}

const struct ht_event_code *ht_family_code(const struct ht_family *family, enum ht_purpose purpose) {
    for (size_t s = 0; s < HT_FAMILY_SETS && family->set[s] != NULL; s++)
        for (const struct ht_event_code *c = family->set[s]; !HT_CODE_IS_END(c); c++)
            if (c->purpose == purpose)
                return c;
    return NULL;
}
