/* A small perf.data built by hand, for tests of whole imports: one is included by a test, which uses all of
 * it. The numbers are written in the byte order of `big`. */
#ifndef HT_IMPORT_MAKER_H
#define HT_IMPORT_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/import/import.h"
#include "analyze/import/perf_format.h"
#include "schema/capture_read.h"
#include "schema/endian.h"

#define ATTR_BYTES 128u
#define TYPE                                                                                                 \
    (HT_PS_IDENTIFIER | HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ADDR | HT_PS_CPU | HT_PS_WEIGHT |          \
     HT_PS_DATA_SRC)

struct fixture {
    char folder[64], input[96], output[96];
    uint8_t bytes[32768];
    size_t length, data_start;
    int big; /* byte order of what is put */
    struct ht_import_summary summary;
    struct ht_cause cause;
};

static inline int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (f == NULL)
        return 1;
    snprintf(f->folder, sizeof f->folder, "/tmp/import_file_test.XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return 1;
    snprintf(f->input, sizeof f->input, "%s/in", f->folder);
    snprintf(f->output, sizeof f->output, "%s/out", f->folder);
    return 0;
}

static inline int tear_down(void **state) {
    struct fixture *f = *state;
    unlink(f->input);
    unlink(f->output);
    int left = rmdir(f->folder); /* fails where an import left OUTPUT.part behind */
    free(f);
    return left;
}

static inline void set32(struct fixture *f, size_t at, uint32_t value) {
    ht_put_u32(f->bytes + at, f->big ? __builtin_bswap32(value) : value);
}

static inline void set64(struct fixture *f, size_t at, uint64_t value) {
    ht_put_u64(f->bytes + at, f->big ? __builtin_bswap64(value) : value);
}

static inline void put16(struct fixture *f, uint16_t value) {
    ht_put_u16(f->bytes + f->length, f->big ? __builtin_bswap16(value) : value);
    f->length += 2;
}

static inline void put32(struct fixture *f, uint32_t value) {
    set32(f, f->length, value);
    f->length += 4;
}

static inline void put64(struct fixture *f, uint64_t value) {
    set64(f, f->length, value);
    f->length += 8;
}

static inline void head(struct fixture *f, uint32_t type, uint16_t misc, uint16_t bytes) {
    put32(f, type), put16(f, misc), put16(f, bytes);
}

/* The bit fields of an attr: the first is the highest bit where the highest byte comes first. */
static inline void put_bits(struct fixture *f, uint64_t bits) {
    uint64_t turned = 0;
    for (unsigned bit = 0; bit < 64; bit++)
        turned |= (bits >> bit & 1) << (63 - bit);
    put64(f, f->big ? turned : bits);
}

static inline void put_name(struct fixture *f, const char *name) { /* of 7 characters at most */
    memcpy(f->bytes + f->length, name, strlen(name) + 1);
    f->length += 8;
}

static inline void trailer(struct fixture *f, uint32_t pid, uint64_t time, uint64_t id) {
    put32(f, pid), put32(f, pid), put64(f, time), put32(f, 1), put32(f, 0), put64(f, id);
}

static inline void sample(struct fixture *f, uint64_t id, uint64_t time, uint64_t address,
                          uint64_t data_src) {
    head(f, HT_PERF_SAMPLE, HT_PERF_MISC_USER, 72);
    put64(f, id), put64(f, 0x401010), put32(f, 40), put32(f, 41), put64(f, time), put64(f, address);
    put32(f, 1), put32(f, 0), put64(f, 99), put64(f, data_src);
}

static inline void attr(struct fixture *f, uint32_t type, uint64_t ids_offset) {
    size_t start = f->length;
    put32(f, type), put32(f, ATTR_BYTES), put64(f, 0), put64(f, 1000), put64(f, TYPE), put64(f, 0);
    put_bits(f, HT_PA_SAMPLE_ID_ALL);
    f->length = start + ATTR_BYTES;
    put64(f, ids_offset), put64(f, 8);
}

/* Events: 0 of a PMU that the file does not name, with data sources, id 11; 1 cpu-clock, id 12. Records in
 * file order, with a round. */
static inline void build(struct fixture *f) {
    memset(f->bytes, 0, sizeof f->bytes);
    f->length = HT_PERF_HEADER_BYTES;
    put64(f, 11), put64(f, 12);
    uint64_t attrs = f->length;
    attr(f, 9, HT_PERF_HEADER_BYTES);
    attr(f, 1, HT_PERF_HEADER_BYTES + 8);
    f->data_start = f->length;
    head(f, HT_PERF_MMAP2, HT_PERF_MISC_USER, 112);
    put32(f, 40), put32(f, 40), put64(f, 0x400000), put64(f, 0x2000), put64(f, 0x1000), put32(f, 8),
        put32(f, 1);
    put64(f, 777), put64(f, 3), put32(f, 5), put32(f, 2), put_name(f, "a/x"), trailer(f, 40, 0, 0);
    sample(f, 11, 300, 0x5000, 0x68100142);
    sample(f, 12, 100, 0x6000, 0x68100142);
    head(f, HT_PERF_FINISHED_ROUND, 0, 8);
    sample(f, 11, 200, 0x5008, 0x68100842);
    head(f, HT_PERF_COMM, HT_PERF_MISC_COMM_EXEC, 56);
    put32(f, 40), put32(f, 41), put_name(f, "ssy"), trailer(f, 40, 150, 12);
    head(f, HT_PERF_LOST, 0, 56);
    put64(f, 11), put64(f, 5), trailer(f, 40, 250, 11);
    head(f, 4711, 0, 16), put64(f, 0);
    sample(f, 99, 310, 0, 0);
    memcpy(f->bytes, f->big ? HT_PERF_MAGIC_SWAPPED : HT_PERF_MAGIC, 8);
    set64(f, 8, HT_PERF_HEADER_BYTES);
    set64(f, 16, ATTR_BYTES + 16);
    set64(f, 24, attrs), set64(f, 32, 2 * (ATTR_BYTES + 16));
    set64(f, 40, f->data_start), set64(f, 48, f->length - f->data_start);
}

static inline enum ht_status import(struct fixture *f, size_t length) {
    FILE *file = fopen(f->input, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(f->bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    struct ht_import_options options = {f->input, f->output, "/nonexistent", 1};
    f->cause.text[0] = '\0';
    return ht_import(&options, &f->summary, &f->cause);
}

/* All rows of a kind; the caller frees the table. */
static inline void read_back(struct fixture *f, enum ht_chunk_kind kind, struct ht_table *table) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    enum ht_status status;
    memset(table, 0, sizeof *table);
    assert_int_equal(ht_reader_open(f->output, &reader, &f->cause), HT_OK);
    while ((status = ht_reader_next(reader, &info, &f->cause)) == HT_OK)
        if (info.kind == kind && (table->rows == 0 || kind == HT_CHUNK_META)) {
            ht_table_free(table); /* the last META has all that is known, the first what was known before */
            assert_int_equal(ht_reader_table(reader, &info, table, &f->cause), HT_OK);
        }
    assert_int_equal(status, HT_END);
    ht_reader_close(reader);
}

#endif
