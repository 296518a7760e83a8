/* Parsing of perf records into numbers, with every length checked. No state: any thread. */
#ifndef HT_RECORD_COLLECT_SAMPLE_H
#define HT_RECORD_COLLECT_SAMPLE_H

#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>

struct ht_sample {
    uint64_t id, ip, time, address, period, weight, data_src, phys;
    int32_t pid, tid;
    uint32_t cpu;
    const uint8_t *raw; /* behind the u32 size */
    uint32_t raw_bytes;
    const uint8_t *chain; /* PERF_SAMPLE_CALLCHAIN: 8-byte words, context markers among them */
    uint32_t chain_words;
};

/* Newer than some headers we build against; the kernel's numbers (include/uapi/linux/perf_event.h, 5.1 and
 * 5.9). */
enum {
    HT_RECORD_KSYMBOL = 17,
    HT_RECORD_BPF_EVENT = 18,
    HT_KSYMBOL_UNREGISTER = 1, /* of flags */
    HT_KSYMBOL_TYPE_BPF = 1,
    HT_KSYMBOL_TYPE_OUT_OF_LINE = 2,
    HT_BPF_PROGRAM_LOAD = 1,
    HT_BPF_PROGRAM_UNLOAD = 2
};

/* The identifier: second word of a sample, last word of any other record (PERF_SAMPLE_IDENTIFIER and
 * sample_id_all on every event). 0 where the record is too short. */
static inline uint64_t ht_record_id(const struct perf_event_header *header) {
    uint64_t id;
    if (header->size < sizeof *header + sizeof id)
        return 0;
    const char *record = (const char *)header;
    memcpy(&id, header->type == PERF_RECORD_SAMPLE ? record + sizeof *header : record + header->size - 8, 8);
    return id;
}

/* A PERF_RECORD_SAMPLE of an event with this sample_type. 0 where the record is shorter than its fields, or
 * sample_type has a field this parser does not know. raw and chain point into the record. */
int ht_sample_parse(const struct perf_event_header *header, uint64_t sample_type, struct ht_sample *sample);

/* The trailer of records of events that have exactly these fields: what ht_trailer_parse does in general, as
 * it lies in memory, for records that come in great numbers. */
#define HT_TRAILER_TYPES                                                                                     \
    (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU |         \
     PERF_SAMPLE_IDENTIFIER)
#define HT_TRAILER_USUAL (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)

struct ht_trailer {
    int32_t pid, tid;
    uint64_t time;
    uint32_t cpu, reserved;
    uint64_t id;
};

/* The trailer of any other record: TID, TIME, CPU and IDENTIFIER of an event with this sample_type. body is
 * set to the number of bytes between header and trailer. */
int ht_trailer_parse(const struct perf_event_header *header, uint64_t sample_type, struct ht_sample *sample,
                     uint32_t *body);

#endif
