/* Hands out the records of a recording one after another, in the order of the file, with those inside of
 * COMPRESSED records in their place.
 *
 * Decompressed records go to a temporary file of the recording (ht_perf_data_spool), so that any record can
 * be read again by its place without holding it. A damaged or cut record ends its part of the data; that is
 * noted in data->missing and counted. The fields are the stream's, apart from what is counted. One thread. */
#ifndef HT_IMPORT_RECORD_STREAM_H
#define HT_IMPORT_RECORD_STREAM_H

#include "analyze/import/perf_data.h"
#include "analyze/import/unpack.h"

struct ht_raw_record {
    uint64_t place;
    const uint8_t *at; /* as in the file, until the next use of the data */
    uint32_t bytes, type;
    uint64_t more; /* bytes of data behind it, which belong to no record (AUXTRACE, TRACING_DATA) */
};

struct ht_record_stream {
    struct ht_perf_data *data;
    int outer;                    /* COMPRESSED records are passed over, nothing is noted */
    uint32_t part;                /* which of data->part is read */
    uint64_t at;                  /* place of its next record */
    uint64_t inner_at, inner_end; /* decompressed records that wait */
    uint64_t inner_from;          /* offset of the compressed record that they came from */
    struct ht_unpack *unpack;
    uint64_t damages, damaged_bytes; /* counted: parts that ended early, and what was left of them */
    uint64_t unpacked;               /* bytes that came out of COMPRESSED records */
};

void ht_record_stream_start(struct ht_record_stream *stream, struct ht_perf_data *data, int outer);

/* END behind the last. */
enum ht_status ht_record_stream_next(struct ht_record_stream *stream, struct ht_raw_record *record,
                                     struct ht_cause *cause);

void ht_record_stream_end(struct ht_record_stream *stream);

#endif
