/* The numbers of the perf.data file format that import needs, under names of our own, because the kernel
 * headers of a build machine may be older than the perf that wrote the file. In the byte order of the machine
 * that recorded, all offsets in bytes.
 *
 * Sources: perf_event_open(2), linux/perf_event.h, and tools/perf/Documentation/perf.data-file-format.txt of
 * Linux. */
#ifndef HT_IMPORT_PERF_FORMAT_H
#define HT_IMPORT_PERF_FORMAT_H

#include <stdint.h>

#define HT_PERF_MAGIC         "PERFILE2"
#define HT_PERF_MAGIC_SWAPPED "2ELIFREP"
#define HT_PERF_MAGIC_OLD     "PERFFILE" /* before Linux 3.4, in any byte order */

/* File header: magic 0, header size 8, size of an attr entry 16, then {offset, size} of attrs 24, data 40,
 * event types 56 (unused), then 256 feature bits at 72. */
#define HT_PERF_HEADER_BYTES       104u
#define HT_PERF_HEADER_BYTES_PLAIN 72u /* without feature bits, before Linux 2.6.35 */
#define HT_PERF_HEADER_BYTES_PIPE  16u
#define HT_PERF_ATTR_BYTES_MIN     64u

/* A record: type 0 (u32), misc 4 (u16), size 6 (u16, with this header). */
#define HT_PERF_RECORD_HEADER 8u
#define HT_PERF_RECORD_MAX    65536u

/* Types below 64 come from the kernel, those from 64 on from perf. */
enum {
    HT_PERF_MMAP = 1,
    HT_PERF_LOST = 2,
    HT_PERF_COMM = 3,
    HT_PERF_EXIT = 4,
    HT_PERF_THROTTLE = 5,
    HT_PERF_UNTHROTTLE = 6,
    HT_PERF_FORK = 7,
    HT_PERF_READ = 8,
    HT_PERF_SAMPLE = 9,
    HT_PERF_MMAP2 = 10,
    HT_PERF_LOST_SAMPLES = 13,
    HT_PERF_SWITCH = 14,
    HT_PERF_SWITCH_CPU_WIDE = 15,
    HT_PERF_KSYMBOL = 17,
    HT_PERF_BPF_EVENT = 18,
    HT_PERF_CGROUP = 19,
    HT_PERF_USER_TYPES = 64,
    HT_PERF_HEADER_ATTR = 64,
    HT_PERF_HEADER_EVENT_TYPE = 65,
    HT_PERF_HEADER_TRACING_DATA = 66,
    HT_PERF_HEADER_BUILD_ID = 67,
    HT_PERF_FINISHED_ROUND = 68,
    HT_PERF_AUXTRACE = 71,
    HT_PERF_STAT = 76,
    HT_PERF_STAT_ROUND = 77,
    HT_PERF_EVENT_UPDATE = 78,
    HT_PERF_HEADER_FEATURE = 80,
    HT_PERF_COMPRESSED = 81,
    HT_PERF_COMPRESSED2 = 83,
    HT_PERF_SIMPLE_TYPES = 32768, /* of simpleperf, some twenty */
};

static inline int ht_perf_is_compressed(uint32_t type) {
    return type == HT_PERF_COMPRESSED || type == HT_PERF_COMPRESSED2;
}

/* Bits of misc; several have more than one meaning, by record type. */
#define HT_PERF_MISC_CPUMODE   7u
#define HT_PERF_MISC_KERNEL    1u
#define HT_PERF_MISC_USER      2u
#define HT_PERF_MISC_MAPS_CUT  (1u << 12) /* of a mapping: perf gave up reading the others of its process */
#define HT_PERF_MISC_MMAP_DATA (1u << 13)
#define HT_PERF_MISC_COMM_EXEC (1u << 13)
#define HT_PERF_MISC_FORK_EXISTED                                                                            \
    (1u << 13) /* perf made the record up from /proc: no mappings are inherited */
#define HT_PERF_MISC_SWITCH_OUT     (1u << 13)
#define HT_PERF_MISC_SWITCH_PREEMPT (1u << 14)
#define HT_PERF_MISC_MMAP_BUILD_ID  (1u << 14)
#define HT_PERF_MISC_BUILD_ID_SIZE  (1u << 15)

/* perf_event_attr.type */
enum {
    HT_PERF_TYPE_HARDWARE = 0,
    HT_PERF_TYPE_SOFTWARE = 1,
    HT_PERF_TYPE_TRACEPOINT = 2,
    HT_PERF_TYPE_CACHE = 3,
    HT_PERF_TYPE_RAW = 4,
    HT_PERF_TYPE_BREAKPOINT = 5,
    HT_PERF_TYPE_PMUS = 6, /* from here on numbers of the machine's PMUs */
};
#define HT_PERF_SOFTWARE_DUMMY 9u

/* sample_type */
#define HT_PS_IP             (1ull << 0)
#define HT_PS_TID            (1ull << 1)
#define HT_PS_TIME           (1ull << 2)
#define HT_PS_ADDR           (1ull << 3)
#define HT_PS_READ           (1ull << 4)
#define HT_PS_CALLCHAIN      (1ull << 5)
#define HT_PS_ID             (1ull << 6)
#define HT_PS_CPU            (1ull << 7)
#define HT_PS_PERIOD         (1ull << 8)
#define HT_PS_STREAM_ID      (1ull << 9)
#define HT_PS_RAW            (1ull << 10)
#define HT_PS_BRANCH_STACK   (1ull << 11)
#define HT_PS_REGS_USER      (1ull << 12)
#define HT_PS_STACK_USER     (1ull << 13)
#define HT_PS_WEIGHT         (1ull << 14)
#define HT_PS_DATA_SRC       (1ull << 15)
#define HT_PS_IDENTIFIER     (1ull << 16)
#define HT_PS_TRANSACTION    (1ull << 17)
#define HT_PS_REGS_INTR      (1ull << 18)
#define HT_PS_PHYS_ADDR      (1ull << 19)
#define HT_PS_AUX            (1ull << 20)
#define HT_PS_CGROUP         (1ull << 21)
#define HT_PS_DATA_PAGE_SIZE (1ull << 22)
#define HT_PS_CODE_PAGE_SIZE (1ull << 23)
#define HT_PS_WEIGHT_STRUCT  (1ull << 24)
#define HT_PS_KNOWN          ((1ull << 25) - 1)

/* read_format, branch_sample_type */
#define HT_PF_ENABLED        (1ull << 0)
#define HT_PF_RUNNING        (1ull << 1)
#define HT_PF_ID             (1ull << 2)
#define HT_PF_GROUP          (1ull << 3)
#define HT_PF_LOST           (1ull << 4)
#define HT_PB_HW_INDEX       (1ull << 17)
#define HT_PB_COUNTERS       (1ull << 19)
#define HT_PERF_BRANCH_BYTES 24u

/* The attr's bit field, as one u64 at offset 40. */
#define HT_PA_INHERIT        (1ull << 1)
#define HT_PA_EXCLUDE_USER   (1ull << 4)
#define HT_PA_EXCLUDE_KERNEL (1ull << 5)
#define HT_PA_EXCLUDE_HV     (1ull << 6)
#define HT_PA_MMAP           (1ull << 8)
#define HT_PA_COMM           (1ull << 9)
#define HT_PA_FREQ           (1ull << 10)
#define HT_PA_TASK           (1ull << 13)
#define HT_PA_PRECISE_SHIFT  15
#define HT_PA_SAMPLE_ID_ALL  (1ull << 18)
#define HT_PA_EXCLUDE_HOST   (1ull << 19)
#define HT_PA_EXCLUDE_GUEST  (1ull << 20)
#define HT_PA_USE_CLOCKID    (1ull << 25)
#define HT_PA_CONTEXT_SWITCH (1ull << 26)

/* What perf takes for data_src where a sample has none: everything "not available". */
#define HT_PERF_DATA_SRC_NONE 0x5080021ull

/* Feature bits of the file header, in the order of their sections. */
enum {
    HT_PERF_FEAT_TRACING_DATA = 1,
    HT_PERF_FEAT_BUILD_ID = 2,
    HT_PERF_FEAT_HOSTNAME = 3,
    HT_PERF_FEAT_OSRELEASE = 4,
    HT_PERF_FEAT_VERSION = 5,
    HT_PERF_FEAT_ARCH = 6,
    HT_PERF_FEAT_NRCPUS = 7,
    HT_PERF_FEAT_CPUDESC = 8,
    HT_PERF_FEAT_CPUID = 9,
    HT_PERF_FEAT_TOTAL_MEM = 10,
    HT_PERF_FEAT_CMDLINE = 11,
    HT_PERF_FEAT_EVENT_DESC = 12,
    HT_PERF_FEAT_CPU_TOPOLOGY = 13,
    HT_PERF_FEAT_NUMA_TOPOLOGY = 14,
    HT_PERF_FEAT_PMU_MAPPINGS = 16,
    HT_PERF_FEAT_CACHE = 20,
    HT_PERF_FEAT_SAMPLE_TIME = 21,
    HT_PERF_FEAT_MEM_TOPOLOGY = 22,
    HT_PERF_FEAT_CLOCKID = 23,
    HT_PERF_FEAT_COMPRESSED = 27,
    HT_PERF_FEAT_CPU_PMU_CAPS = 28,
    HT_PERF_FEAT_CLOCK_DATA = 29,
    HT_PERF_FEAT_PMU_CAPS = 31,
    HT_PERF_FEAT_CLN_SIZE = 34,
    HT_PERF_FEAT_SIMPLE_FILE = 128, /* from here on of simpleperf */
    HT_PERF_FEAT_SIMPLE_META = 129,
    HT_PERF_FEAT_BITS = 256,
};

#endif
