/* Parsing of perf records into numbers, with every length checked. No state: any thread. */
#ifndef HT_RECORD_COLLECT_SAMPLE_H
#define HT_RECORD_COLLECT_SAMPLE_H

#include <linux/perf_event.h>
#include <stdint.h>

struct ht_sample {
    uint64_t id, ip, time, address, period, weight, data_src, phys;
    int32_t pid, tid;
    uint32_t cpu;
    const uint8_t *raw; /* behind the u32 size */
    uint32_t raw_bytes;
};

/* The identifier: second word of a sample, last word of any other record (PERF_SAMPLE_IDENTIFIER and
 * sample_id_all on every event). 0 where the record is too short. */
uint64_t ht_record_id(const struct perf_event_header *header);

/* A PERF_RECORD_SAMPLE of an event with this sample_type. 0 where the record is shorter than its fields, or
 * sample_type has a field this parser does not know. */
int ht_sample_parse(const struct perf_event_header *header, uint64_t sample_type, struct ht_sample *sample);

/* The trailer of any other record: TID, TIME, CPU and IDENTIFIER of an event with this sample_type. body is
 * set to the number of bytes between header and trailer. */
int ht_trailer_parse(const struct perf_event_header *header, uint64_t sample_type, struct ht_sample *sample,
                     uint32_t *body);

#endif
