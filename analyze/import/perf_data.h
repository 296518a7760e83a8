/* A perf.data, opened and its header checked: where attrs, data and feature sections lie, and bytes from any
 * place of it.
 *
 * It may be a file, a pipe (copied to a temporary file first), or the folder that perf record --threads
 * writes. The file is hostile: every offset and size is checked before use, and it is read with pread, never
 * mapped, so that a file that shrinks meanwhile is an error and no SIGBUS. A file cut short is no error as
 * long as its attrs are whole: its part ends where the file does, and `missing` says what is gone. The object
 * owns the descriptors and the cache (at most 64 MiB); pointers from ht_perf_data_at hold until the next
 * call. One thread. Format: perf_format.h. */
#ifndef HT_IMPORT_PERF_DATA_H
#define HT_IMPORT_PERF_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/import/byte_order.h"
#include "analyze/import/perf_window.h"
#include "schema/status.h"

struct ht_perf_section {
    uint64_t offset, bytes;
};

/* Records one after another: the data section, or a data.N of a folder. */
struct ht_perf_part {
    int fd;              /* -1: the main file */
    uint64_t start, end; /* places; of what is there */
    char name[24];       /* of the file, with ": ", for messages; "" for the main file */
};

struct ht_perf_data {
    int fd;
    const char *path;   /* the caller's, or a name for standard input */
    const char *beside; /* the caller's: where temporary files go */
    uint64_t file_bytes;
    int swap;            /* recorded on a machine of the other byte order */
    int piped;           /* perf record -o -: what a file has in its header comes as records */
    uint64_t attr_bytes; /* of one entry of attrs, with its {offset, size} of ids */
    struct ht_perf_section attrs;
    struct ht_perf_part *part; /* at least one */
    uint32_t parts;
    uint64_t features[4]; /* bit by number; all 0 where their sections are missing */
    struct ht_perf_section feature[256];
    char missing[256]; /* what a cut file lacks, "" where it is whole */
    struct ht_perf_window *window;
    int spool;           /* decompressed records */
    unsigned spool_file; /* its number in places, 0: there is none */
    uint64_t spool_bytes;
};

/* Opens and checks; "-" is standard input. FORMAT: no perf.data. UNSUPPORTED: something near to it, with what
 * to do. TRUNCATED: cut before the end of its attrs. */
enum ht_status ht_perf_data_open(const char *path, const char *beside, struct ht_perf_data *data,
                                 struct ht_cause *cause);
void ht_perf_data_close(
    struct ht_perf_data *data); /* a zeroed one with fd -1 is fine, and a second time too */

/* Copies exactly length bytes, which must lie within a file: TRUNCATED where they do not. Places of the main
 * file are its offsets. */
enum ht_status ht_perf_data_read(struct ht_perf_data *data, uint64_t place, void *buffer, size_t length,
                                 struct ht_cause *cause);

/* As read, without a copy where it can: NULL on failure, status told. length at most HT_PERF_RECORD_MAX. Fast
 * where up to some thousand places are read forward in turns, as the rings of many CPUs are. */
const uint8_t *ht_perf_data_at(struct ht_perf_data *data, uint64_t place, size_t length,
                               enum ht_status *status, struct ht_cause *cause);

/* The part of opening that reads the header, of the files that are open. Internal to perf_open.c. */
enum ht_status ht_perf_data_header(struct ht_perf_data *data, struct ht_cause *cause);

/* Makes the temporary file for decompressed records, once. */
enum ht_status ht_perf_data_spool(struct ht_perf_data *data, struct ht_cause *cause);

static inline int ht_perf_data_has(const struct ht_perf_data *data, unsigned feature) {
    return (int)(data->features[feature / 64] >> (feature % 64) & 1);
}

/* Appends "; "-separated text to `missing`. */
void ht_perf_data_note(struct ht_perf_data *data, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
