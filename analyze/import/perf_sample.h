/* One sample record or the trailer of another record, decoded by its event's attributes. Every length in the
 * record is checked against the record's end. Pointers point into the record. No state, any thread. Source of
 * the layout: PERF_RECORD_SAMPLE and struct sample_id in linux/perf_event.h. */
#ifndef HT_IMPORT_PERF_SAMPLE_H
#define HT_IMPORT_PERF_SAMPLE_H

#include <stdint.h>

#include "analyze/import/perf_attrs.h"

/* Parts of a sample that a capture has no place for, or none for all of it; import counts them. X(NAME, text)
 */
#define HT_SAMPLE_PARTS(X)                                                                                   \
    X(READ, "counter values")                                                                                \
    X(CALLCHAIN, "callchain")                                                                                \
    X(RAW, "raw data")                                                                                       \
    X(BRANCH_STACK, "branch stack")                                                                          \
    X(REGS_USER, "user registers")                                                                           \
    X(STACK_USER, "copy of the user stack")                                                                  \
    X(TRANSACTION, "transaction flags")                                                                      \
    X(REGS_INTR, "registers")                                                                                \
    X(CGROUP, "cgroup number")                                                                               \
    X(DATA_PAGE_SIZE, "data page size")                                                                      \
    X(CODE_PAGE_SIZE, "code page size")                                                                      \
    X(AUX, "AUX data")                                                                                       \
    X(CALLERS, "callers beyond the 127th of a callchain")                                                    \
    X(CHAINS, "callchains beyond the 262144 different ones that are kept")                                   \
    X(NEWER, "fields that this version does not know")

enum ht_sample_part {
#define X(name, text) HT_PART_##name,
    HT_SAMPLE_PARTS(X)
#undef X
        HT_PART_COUNT
};

struct ht_perf_sample {
    uint64_t time, id, ip, address, period, phys, data_src;
    uint64_t weight, weight2, weight3;
    int64_t pid, tid, cpu; /* -1 unknown */
    uint64_t cgroup;       /* 0 unknown */
    const uint8_t *raw, *chain, *read;
    uint32_t raw_bytes, chain_entries;  /* entries of 8 bytes, of the file's byte order */
    uint32_t part_bytes[HT_PART_COUNT]; /* 0 where the sample has no such part */
};

/* A counter that was read with the sample. */
struct ht_perf_value {
    uint64_t id, value;
};

/* How many the sample has (0 where they have no ids), and one of them. */
uint64_t ht_perf_sample_values(const struct ht_perf_attr *attr, const struct ht_perf_sample *sample);
struct ht_perf_value ht_perf_sample_value(const struct ht_perf_attr *attr,
                                          const struct ht_perf_sample *sample, uint64_t index);

/* DAMAGED where the record is too short for what it says it holds. */
enum ht_status ht_perf_sample_parse(const struct ht_perf_attr *attr, const uint8_t *record, uint32_t bytes,
                                    struct ht_perf_sample *sample);

/* The trailer of a record that is no sample: time, id, pid, tid, cpu; body is where the record's own part
 * ends. */
enum ht_status ht_perf_trailer_parse(const struct ht_perf_attr *attr, const uint8_t *record, uint32_t bytes,
                                     struct ht_perf_sample *sample, uint32_t *body);

#endif
