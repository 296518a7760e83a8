/* The PMUs that the kernel shows in /sys/bus/event_source/devices: those of the CPUs' cores and those that
 * sample memory accesses by themselves, with what their directories say (type, cpus, caps/, format/, events/;
 * Documentation/ABI/testing/sysfs-bus-event_source-devices-*). Every path is under a sysroot ("" on the
 * running machine). Files are hostile input: lengths and numbers are checked. No state, any thread. */
#ifndef HT_RECORD_EVENTS_PMU_H
#define HT_RECORD_EVENTS_PMU_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_PMU_NAME 48
#define HT_PMUS_MAX 16

enum ht_pmu_role {
    HT_PMU_CORE, /* cpu; cpu_core and cpu_atom of hybrid CPUs; armv8_* */
    HT_PMU_IBS,  /* ibs_op, AMD */
    HT_PMU_SPE,  /* arm_spe_* */
};

struct ht_pmu {
    char name[HT_PMU_NAME];
    enum ht_pmu_role role;
    uint32_t type;  /* of perf_event_attr */
    int first_cpu;  /* of its list of CPUs; 0 where it has none, as a PMU of all CPUs */
    int is_partial; /* it has a list: on other CPUs its events do not open */
};

struct ht_pmu_list {
    struct ht_pmu pmu[HT_PMUS_MAX]; /* by name */
    unsigned pmus;
    unsigned left_out; /* no room, or without a number */
};

/* Bits of perf_event_attr's config, config1 and config2. */
#define HT_PMU_WORDS 3
struct ht_pmu_code {
    uint64_t word[HT_PMU_WORDS];
};

void ht_pmu_list(const char *root, struct ht_pmu_list *list);

/* caps/NAME as a number, decimal or 0x; -1 where there is no such file. */
int64_t ht_pmu_cap(const char *root, const struct ht_pmu *pmu, const char *name);

/* The bits of format/NAME ("config:0-7,32-35"). NOT_FOUND: the PMU has no such field; FORMAT: not to be
 * understood, or in a word beyond config2. */
enum ht_status ht_pmu_field(const char *root, const struct ht_pmu *pmu, const char *name,
                            struct ht_pmu_code *bits, struct ht_cause *cause);

/* All bits of all fields. Returns 0 where the PMU has no format/ at all, and bits are all ones. */
int ht_pmu_fields(const char *root, const struct ht_pmu *pmu, struct ht_pmu_code *bits);

/* The text of events/NAME ("event=0xcd,umask=0x1,ldlat=3"); NOT_FOUND where the kernel names no such event.
 */
enum ht_status ht_pmu_event(const char *root, const struct ht_pmu *pmu, const char *name, char *text,
                            size_t size, struct ht_cause *cause);

/* Adds such terms to the code, by the PMU's fields; a later term replaces an earlier one. A term without
 * value is 1; config=, config1= and config2= set whole words. FORMAT: no such field, or a value too large
 * for it. */
enum ht_status ht_pmu_terms(const char *root, const struct ht_pmu *pmu, const char *terms,
                            struct ht_pmu_code *code, struct ht_cause *cause);

#endif
