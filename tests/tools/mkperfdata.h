/* mkperfdata.h: what the parts of the perf.data generator share (see mkperfdata.c).
 * Owner: one struct pd per output file, made by pd_open, ended by pd_close. Times in ns, addresses as the
 * kernel writes them. */
#ifndef MKPERFDATA_H
#define MKPERFDATA_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PD_LOADS = 0, PD_STORES = 1, PD_MAX_EVENTS = 3, PD_MAX_CPUS = 4096, PD_MAX_NODES = 64 };

/* One block of the MEM_TOPOLOGY feature, and how many of them each node owns: node n has [n, n+1) *
 * PD_NODE_BYTES. */
#define PD_BLOCK_BYTES UINT64_C(0x8000000)
#define PD_NODE_BLOCKS UINT64_C(64)
#define PD_NODE_BYTES  (PD_BLOCK_BYTES * PD_NODE_BLOCKS)

/* The x86_64 kernel layout that both modes write. */
#define PD_KERNEL_TEXT  UINT64_C(0xffffffff81000000)
#define PD_KERNEL_BYTES UINT64_C(0x1600000)

struct pd_options {
    unsigned cpus, nodes, callchain;
    bool identifier;    /* PERF_SAMPLE_IDENTIFIER in every event, and a dummy event for the side band */
    bool weight_struct; /* PERF_SAMPLE_WEIGHT_STRUCT in place of PERF_SAMPLE_WEIGHT */
    bool phys;          /* PERF_SAMPLE_PHYS_ADDR */
    bool two_events;    /* mem-loads and mem-stores in place of ibs_op */
    bool kernel;        /* a build id of the kernel in the header */
};

/* The bytes of one CPU's ring buffer that were not written yet. */
struct pd_buffer {
    unsigned char *bytes;
    size_t length, capacity;
};

struct pd {
    FILE *file;
    struct pd_options options;
    unsigned event_count;
    const char *event_name[PD_MAX_EVENTS];
    struct perf_event_attr attr[PD_MAX_EVENTS];
    uint64_t data_offset, data_bytes;
    uint64_t first_time, last_time;
    uint64_t samples;
    struct pd_buffer *ring; /* one for each CPU */
    int argc;
    char **argv;
};

struct pd_sample {
    unsigned event; /* PD_LOADS or PD_STORES; stores fall back to event 0 where there is one event only */
    unsigned cpu;
    uint16_t misc;
    int32_t pid, tid;
    uint64_t ip, time, addr, period, data_src, phys;
    uint32_t weight; /* var1_dw, or the whole weight */
    uint16_t weight2, weight3;
};

struct pd_mapping {
    uint64_t start, bytes, pgoff, inode;
    uint32_t major, minor, prot, flags;
    const char *name;
};

/* Where and when a side-band record was written: what its sample_id trailer says. */
struct pd_stamp {
    unsigned cpu;
    int32_t pid, tid;
    uint64_t time;
};

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

void pd_open(struct pd *pd, const char *path, const struct pd_options *options, int argc, char **argv);
void pd_close(struct pd *pd); /* ends the data, writes the feature sections, rewrites the header */

/* Records go to the ring of stamp/sample.cpu; pd_flush_ring moves a ring to the file as one burst. */
void pd_sample(struct pd *pd, const struct pd_sample *sample);
void pd_mmap(struct pd *pd, const struct pd_stamp *stamp, const struct pd_mapping *map);
void pd_mmap2(struct pd *pd, const struct pd_stamp *stamp, const struct pd_mapping *map);
void pd_comm(struct pd *pd, const struct pd_stamp *stamp, const char *name, bool exec);
void pd_fork(struct pd *pd, const struct pd_stamp *stamp, int32_t ppid, int32_t ptid);
void pd_exit(struct pd *pd, const struct pd_stamp *stamp, int32_t ppid, int32_t ptid);
void pd_lost(struct pd *pd, const struct pd_stamp *stamp, uint64_t count);
void pd_lost_samples(struct pd *pd, const struct pd_stamp *stamp, uint64_t count);
void pd_throttle(struct pd *pd, const struct pd_stamp *stamp, bool on);
void pd_flush_ring(struct pd *pd, unsigned cpu);
void pd_finished_init(struct pd *pd);
void pd_finished_round(struct pd *pd);

/* Between mkperfdata_file.c and mkperfdata_features.c. */
void pd_put(struct pd *pd, const void *bytes, size_t length);
void pd_put32(struct pd *pd, uint32_t value);
void pd_put64(struct pd *pd, uint64_t value);
uint64_t pd_event_id(const struct pd *pd, unsigned event, unsigned cpu);
uint64_t pd_feature_bits(void);
void pd_put_features(struct pd *pd); /* at the end of the data */

/* mkperfdata_random.c */
struct random_options {
    uint64_t samples, seed;
    unsigned lines, pids, unmapped_percent, old_maps_percent, lost, late;
    bool modules, shm, forks;
};
void random_file(struct pd *pd, const struct random_options *options);

#endif
