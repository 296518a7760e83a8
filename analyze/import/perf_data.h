/* A file-mode perf.data, opened and its header checked: where attrs, data and feature sections lie, and bytes
 * from any place of it.
 *
 * The file is hostile: every offset and size is checked before use, and it is read with pread, never mapped,
 * so that a file that shrinks meanwhile is an error and no SIGBUS. A file cut short is no error as long as
 * its attrs are whole: data_end is then the end of the file, and `missing` says what is gone. The object owns
 * the descriptor and its cache (at most 64 MiB); pointers from ht_perf_data_at hold until the next call. One
 * thread. Format: perf_format.h. */
#ifndef HT_IMPORT_PERF_DATA_H
#define HT_IMPORT_PERF_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_perf_section {
    uint64_t offset, bytes;
};

struct ht_perf_window;

struct ht_perf_data {
    int fd;
    const char *path; /* the caller's */
    uint64_t file_bytes;
    uint64_t attr_bytes; /* of one entry of attrs, with its {offset, size} of ids */
    struct ht_perf_section attrs;
    uint64_t data_start, data_end; /* what is there */
    uint64_t data_bytes;           /* what the header promises; 0: perf was killed */
    uint64_t features[4];          /* bit by number; all 0 where their sections are missing */
    struct ht_perf_section feature[256];
    char missing[256]; /* what a cut file lacks, "" where it is whole */
    struct ht_perf_window *window;
};

/* Opens and checks. FORMAT: no perf.data. UNSUPPORTED: pipe mode, other endianness, compressed, a directory,
 * with what to do. TRUNCATED: cut before the end of its attrs. */
enum ht_status ht_perf_data_open(const char *path, struct ht_perf_data *data, struct ht_cause *cause);
void ht_perf_data_close(
    struct ht_perf_data *data); /* a zeroed one with fd -1 is fine, and a second time too */

/* Copies exactly length bytes, which must lie within the file: TRUNCATED where they do not. */
enum ht_status ht_perf_data_read(struct ht_perf_data *data, uint64_t offset, void *buffer, size_t length,
                                 struct ht_cause *cause);

/* As read, without a copy where it can: NULL on failure, status told. length at most HT_PERF_RECORD_MAX. Fast
 * where up to some thousand places are read forward in turns, as the rings of many CPUs are. */
const uint8_t *ht_perf_data_at(struct ht_perf_data *data, uint64_t offset, size_t length,
                               enum ht_status *status, struct ht_cause *cause);

static inline int ht_perf_data_has(const struct ht_perf_data *data, unsigned feature) {
    return (int)(data->features[feature / 64] >> (feature % 64) & 1);
}

/* Appends "; "-separated text to `missing`. */
void ht_perf_data_note(struct ht_perf_data *data, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
