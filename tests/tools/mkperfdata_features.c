/* mkperfdata_features.c: the feature sections behind the data of a perf.data file (see mkperfdata.c). */
#include "mkperfdata.h"

#include <string.h>

/* Feature bits, from tools/perf/util/header.h. */
enum {
    F_BUILD_ID = 2,
    F_HOSTNAME,
    F_OSRELEASE,
    F_VERSION,
    F_ARCH,
    F_NRCPUS,
    F_CPUDESC,
    F_CPUID,
    F_TOTAL_MEM,
    F_CMDLINE,
    F_EVENT_DESC,
    F_CPU_TOPOLOGY,
    F_NUMA_TOPOLOGY,
    F_PMU_MAPPINGS = 16,
    F_SAMPLE_TIME = 21,
    F_MEM_TOPOLOGY = 22
};

static void put_padded(struct pd *pd, const char *text, size_t total) {
    char zero[64] = {0};
    size_t length = strlen(text);

    pd_put(pd, text, length);
    for (length = total - length; length; length -= length < sizeof zero ? length : sizeof zero)
        pd_put(pd, zero, length < sizeof zero ? length : sizeof zero);
}

static void put_string(struct pd *pd, const char *text) {
    size_t total = (strlen(text) + 1 + 63) & ~(size_t)63;

    pd_put32(pd, (uint32_t)total);
    put_padded(pd, text, total);
}

static void cpu_list(char *out, size_t size, unsigned first, unsigned count) {
    if (count == 1)
        snprintf(out, size, "%u", first);
    else
        snprintf(out, size, "%u-%u", first, first + count - 1);
}

/* CPUs are dealt out in blocks: share k of n has [k*cpus/n, (k+1)*cpus/n). */
static void put_shares(struct pd *pd, unsigned shares) {
    char text[64];

    pd_put32(pd, shares);
    for (unsigned k = 0; k < shares; k++) {
        unsigned first = k * pd->options.cpus / shares, end = (k + 1) * pd->options.cpus / shares;

        cpu_list(text, sizeof text, first, end - first);
        put_string(pd, text);
    }
}

static unsigned share_of(const struct pd *pd, unsigned cpu, unsigned shares) {
    unsigned k = 0;

    while ((k + 1) * pd->options.cpus / shares <= cpu)
        k++;
    return k;
}

static void cpu_topology(struct pd *pd) {
    unsigned sockets = pd->options.nodes > 1 ? 2 : 1, cores = (pd->options.cpus + 1) / 2;

    put_shares(pd, sockets);
    put_shares(pd, cores);
    for (unsigned cpu = 0; cpu < pd->options.cpus; cpu++) {
        pd_put32(pd, share_of(pd, cpu, cores));
        pd_put32(pd, share_of(pd, cpu, sockets));
    }
    put_shares(pd, sockets);
    for (unsigned cpu = 0; cpu < pd->options.cpus; cpu++)
        pd_put32(pd, share_of(pd, cpu, sockets));
}

static void numa_topology(struct pd *pd) {
    char text[64];

    pd_put32(pd, pd->options.nodes);
    for (unsigned n = 0; n < pd->options.nodes; n++) {
        unsigned first = n * pd->options.cpus / pd->options.nodes,
                 end = (n + 1) * pd->options.cpus / pd->options.nodes;

        pd_put32(pd, n);
        pd_put64(pd, PD_NODE_BYTES / 1024);
        pd_put64(pd, PD_NODE_BYTES / 2048);
        cpu_list(text, sizeof text, first, end - first);
        put_string(pd, text);
    }
}

static void mem_topology(struct pd *pd) {
    pd_put64(pd, 1);
    pd_put64(pd, PD_BLOCK_BYTES);
    pd_put64(pd, pd->options.nodes);
    for (unsigned n = 0; n < pd->options.nodes; n++) {
        uint64_t blocks = (n + 1) * PD_NODE_BLOCKS;

        pd_put64(pd, n);
        pd_put64(pd, blocks);
        pd_put64(pd, blocks);
        for (uint64_t w = 0; w < blocks / 64; w++)
            pd_put64(pd, w == n ? UINT64_MAX : 0);
    }
}

static void build_id(struct pd *pd, uint16_t cpumode, unsigned char fill, const char *name) {
    size_t named = (strlen(name) + 1 + 63) & ~(size_t)63;
    struct perf_event_header header = {
        .type = 67, .misc = (uint16_t)(cpumode | 1 << 15), .size = (uint16_t)(36 + named)};
    unsigned char id[24] = {0};

    memset(id, fill, 20);
    id[20] = 20;
    pd_put(pd, &header, sizeof header);
    pd_put32(pd, UINT32_MAX);
    pd_put(pd, id, sizeof id);
    put_padded(pd, name, named);
}

static void event_desc(struct pd *pd) {
    pd_put32(pd, pd->event_count);
    pd_put32(pd, 128);
    for (unsigned event = 0; event < pd->event_count; event++) {
        pd_put(pd, &pd->attr[event], 128);
        pd_put32(pd, pd->options.cpus);
        put_string(pd, pd->event_name[event]);
        for (unsigned cpu = 0; cpu < pd->options.cpus; cpu++)
            pd_put64(pd, pd_event_id(pd, event, cpu));
    }
}

static void feature(struct pd *pd, unsigned bit) {
    switch (bit) {
    case F_BUILD_ID:
        if (pd->options.kernel)
            build_id(pd, PERF_RECORD_MISC_KERNEL, 0x4b, "[kernel.kallsyms]");
        build_id(pd, PERF_RECORD_MISC_USER, 0xa0, "/opt/hitm/bin/app0");
        break;
    case F_HOSTNAME:
        put_string(pd, "db17");
        break;
    case F_OSRELEASE:
        put_string(pd, "6.1.0-56-amd64");
        break;
    case F_VERSION:
        put_string(pd, "6.1.187");
        break;
    case F_ARCH:
        put_string(pd, "x86_64");
        break;
    case F_NRCPUS:
        pd_put32(pd, pd->options.cpus);
        pd_put32(pd, pd->options.cpus);
        break;
    case F_CPUDESC:
        put_string(pd, pd->options.two_events ? "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz"
                                              : "AMD EPYC 9654 96-Core Processor");
        break;
    case F_CPUID:
        put_string(pd, pd->options.two_events ? "GenuineIntel,6,85,7" : "AuthenticAMD,25,17,1");
        break;
    case F_TOTAL_MEM:
        pd_put64(pd, pd->options.nodes * (PD_NODE_BYTES / 1024));
        break;
    case F_CMDLINE:
        pd_put32(pd, (uint32_t)pd->argc);
        for (int i = 0; i < pd->argc; i++)
            put_string(pd, pd->argv[i]);
        break;
    case F_EVENT_DESC:
        event_desc(pd);
        break;
    case F_CPU_TOPOLOGY:
        cpu_topology(pd);
        break;
    case F_NUMA_TOPOLOGY:
        numa_topology(pd);
        break;
    case F_PMU_MAPPINGS:
        pd_put32(pd, 3);
        pd_put32(pd, 1);
        put_string(pd, "software");
        pd_put32(pd, 4);
        put_string(pd, "cpu");
        pd_put32(pd, 9);
        put_string(pd, "ibs_op");
        break;
    case F_SAMPLE_TIME:
        pd_put64(pd, pd->first_time);
        pd_put64(pd, pd->last_time);
        break;
    case F_MEM_TOPOLOGY:
        mem_topology(pd);
        break;
    default:
        break;
    }
}

static const unsigned features[] = {F_BUILD_ID,      F_HOSTNAME,     F_OSRELEASE,   F_VERSION,
                                    F_ARCH,          F_NRCPUS,       F_CPUDESC,     F_CPUID,
                                    F_TOTAL_MEM,     F_CMDLINE,      F_EVENT_DESC,  F_CPU_TOPOLOGY,
                                    F_NUMA_TOPOLOGY, F_PMU_MAPPINGS, F_SAMPLE_TIME, F_MEM_TOPOLOGY};
enum { FEATURE_COUNT = sizeof features / sizeof features[0] };

uint64_t pd_feature_bits(void) {
    uint64_t bits = 0;

    for (unsigned i = 0; i < FEATURE_COUNT; i++)
        bits |= UINT64_C(1) << features[i];
    return bits;
}

void pd_put_features(struct pd *pd) {
    uint64_t table[FEATURE_COUNT * 2], end = pd->data_offset + pd->data_bytes;

    pd_put(pd, memset(table, 0, sizeof table), sizeof table);
    for (unsigned i = 0; i < FEATURE_COUNT; i++) {
        table[i * 2] = (uint64_t)ftello(pd->file);
        feature(pd, features[i]);
        table[i * 2 + 1] = (uint64_t)ftello(pd->file) - table[i * 2];
    }
    if (fseeko(pd->file, (off_t)end, SEEK_SET))
        die("seek failed");
    pd_put(pd, table, sizeof table);
}
