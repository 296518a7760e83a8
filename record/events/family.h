/* Which CPU this is, and what its family can be asked: constant tables (intel.c, amd.c, arm.c), one row a
 * purpose. Codes mean different things on different families (0x4d3 is remote HITM on Skylake, remote memory
 * on Broadwell, a clean remote line on Sierra Forest), so no table is ever taken for a neighbour's. Facts
 * come from /proc/cpuinfo and, on Arm, the MIDR in sysfs. No state, any thread. */
#ifndef HT_RECORD_EVENTS_FAMILY_H
#define HT_RECORD_EVENTS_FAMILY_H

#include <linux/perf_event.h>

#include "record/events/pmu.h"
#include "record/events/purpose.h"

enum ht_cpu_vendor { HT_CPU_OTHER, HT_CPU_INTEL, HT_CPU_AMD, HT_CPU_ARM };

struct ht_cpu {
    enum ht_cpu_vendor vendor;
    unsigned family, model, stepping; /* Arm: implementer, part, revision */
    char name[64];                    /* "model name"; "" where the kernel gives none */
};

/* An event of one family for one purpose. Where a row has several ways to say it, sysfs is asked first,
 * libpfm4 second, the kernel's generic event and the code here last. */
struct ht_event_code {
    enum ht_purpose purpose;
    const char *name;   /* the vendor's; NULL: the family has no such event, `none` says why */
    const char *sysfs;  /* events/NAME of the PMU */
    const char *libpfm; /* EVENT:UMASK of the family's PMU there; NULL: it has none, or none that is right */
    uint64_t config, config1;             /* ours; config 0: none */
    uint64_t wrong_config, wrong_config1; /* what libpfm4 says and is known to be wrong; config 0: nothing */
    unsigned generic;                     /* 1 + PERF_COUNT_HW_*; 0: none */
    unsigned precise;                     /* precise_ip wanted */
    int threshold;                        /* takes a least latency (ldlat) */
    uint64_t counters;                    /* bit n: counter n can hold it; 0: any */
    const char *note;                     /* what it counts besides, or instead; NULL: nothing to say */
    const char *none;                     /* why there is no event, where there is none */
};
#define HT_CODE_IS_END(row) ((row)->name == NULL && (row)->none == NULL)

#define HT_GENERIC_CYCLES       (1 + PERF_COUNT_HW_CPU_CYCLES)
#define HT_GENERIC_INSTRUCTIONS (1 + PERF_COUNT_HW_INSTRUCTIONS)

/* family: cpu family of x86, implementer of Arm. */
struct ht_cpu_models {
    unsigned family, first, last;
};

#define HT_FAMILY_MODELS 8
#define HT_FAMILY_SETS   6

struct ht_family {
    const char *name;
    enum ht_cpu_vendor vendor;
    const char *pmu;                                 /* of hybrid CPUs: cpu_core, cpu_atom; NULL: all */
    struct ht_cpu_models models[HT_FAMILY_MODELS];   /* none: every CPU of the vendor that no other row has */
    const char *libpfm;                              /* name of its PMU in libpfm4; NULL: it has none */
    const struct ht_event_code *set[HT_FAMILY_SETS]; /* rows; each purpose at most once in all of them */
    const char *none;  /* said of purposes without a row; NULL: every purpose has one */
    const char *limit; /* what no event of this family can tell; NULL: nothing to say */
};

/* All families: tables that each end with a row without name, the list with NULL. The last row of a vendor
 * has no models and stands for its other CPUs. */
extern const struct ht_family *const ht_family_tables[];

/* An event of a PMU that samples loads and stores by itself (ibs_op, arm_spe). What it can do stands in its
 * caps/ and format/: of the rows of a purpose the first fitting one is taken. */
struct ht_op_code {
    enum ht_purpose purpose;
    enum ht_pmu_role role;
    const char *cap;       /* caps/NAME has to be 1; NULL: no condition */
    const char *terms;     /* of format/ */
    const char *phys;      /* another one where physical addresses are wanted */
    const char *user;      /* another one for user mode alone */
    const char *filter;    /* as the capture calls it; "" none */
    const char *threshold; /* the field of the least latency, in cycles, ... */
    unsigned threshold_least, threshold_most, threshold_step; /* ... and what it may be */
    unsigned period_least, period_step;                       /* periods that the PMU takes */
    const char *period_cap;                                   /* caps/NAME with its least period */
    const char *note;                                         /* what it leaves out; NULL: nothing */
};

/* Ends with a row without terms. */
extern const struct ht_op_code ht_amd_ops[], ht_arm_ops[];

/* From /proc/cpuinfo; a machine that says nothing is of vendor OTHER. */
void ht_cpu_read(const char *root, struct ht_cpu *cpu);

/* MIDR_EL1 of one CPU, from sysfs; 0 where there is none. */
uint64_t ht_cpu_midr(const char *root, int cpu);

/* The CPU that a PMU belongs to: on Arm, cores differ. */
void ht_cpu_of_pmu(const char *root, const struct ht_cpu *cpu, const struct ht_pmu *pmu, struct ht_cpu *own);

/* Never NULL: CPUs that no table knows have a family that only knows what the kernel names. */
const struct ht_family *ht_family_of(const struct ht_cpu *cpu, const struct ht_pmu *pmu);

/* The family's row for a purpose; NULL where it has none. */
const struct ht_event_code *ht_family_code(const struct ht_family *family, enum ht_purpose purpose);

#endif
