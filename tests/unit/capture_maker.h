/* For tests: captures made through the writer, and chunks made by hand, byte by byte, where the writer would
 * not write such. Paths are temporary files that the test unlinks. */
#ifndef HT_TESTS_CAPTURE_MAKER_H
#define HT_TESTS_CAPTURE_MAKER_H

#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#include "schema/capture_read.h"
#include "schema/capture_write.h"
#include "schema/crc32.h"
#include "schema/endian.h"

struct maker_file {
    uint8_t *data;
    size_t length;
};

static inline void maker_temporary(char path[64]) {
    /* thousands of files are written again and again: in memory where there is such a place */
    strcpy(path, access("/dev/shm", W_OK) == 0 ? "/dev/shm/hitm-test-XXXXXX" : "/tmp/hitm-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static inline struct maker_file maker_read(const char *path) {
    struct stat st;
    struct maker_file file = {0};
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fstat(fileno(in), &st), 0);
    file.length = (size_t)st.st_size;
    file.data = malloc(file.length + 1);
    assert_non_null(file.data);
    assert_int_equal(fread(file.data, 1, file.length, in), file.length);
    fclose(in);
    return file;
}

static inline void maker_write(const char *path, const void *data, size_t length) {
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, length, out), length);
    assert_int_equal(fclose(out), 0);
}

/* LOSS rows: time first + i, count i. */
static inline void maker_loss(struct ht_table *table, uint64_t first, uint32_t rows) {
    ht_table_init(table, HT_CHUNK_LOSS);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t row;
        assert_int_equal(ht_table_add(table, &row), HT_OK);
        table->number[HT_LOSS_TIME][row] = first + i;
        table->number[HT_LOSS_EVENT][row] = UINT64_MAX;
        table->number[HT_LOSS_COUNT][row] = i;
    }
}

static inline void maker_meta(struct ht_table *table, const char *key, const char *value) {
    uint32_t row;
    if (table->desc == NULL)
        ht_table_init(table, HT_CHUNK_META);
    assert_int_equal(ht_table_add(table, &row), HT_OK);
    assert_int_equal(ht_table_set_text(table, HT_META_KEY, key), HT_OK);
    assert_int_equal(ht_table_set_text(table, HT_META_VALUE, value), HT_OK);
}

/* The small capture of schema/CAPTURE.md, "A whole file". */
static inline void maker_small(const char *path) {
    struct ht_writer *writer;
    struct ht_cause cause;
    struct ht_encoder *encoder = ht_encoder_new(1);
    struct ht_table meta = {0}, loss;
    assert_non_null(encoder);
    assert_int_equal(ht_writer_open(path, 1, 1700000000000000000u, &writer, &cause), HT_OK);
    maker_meta(&meta, "level", "software");
    assert_int_equal(ht_writer_put(writer, encoder, &meta, 0, &cause), HT_OK);
    maker_loss(&loss, 5000, 3);
    const uint64_t time[] = {5000, 5300, 5250}, cpu[] = {0, 1, 0}, count[] = {7, 300, 1};
    for (uint32_t i = 0; i < 3; i++) {
        loss.number[HT_LOSS_TIME][i] = time[i];
        loss.number[HT_LOSS_CPU][i] = cpu[i];
        loss.number[HT_LOSS_COUNT][i] = count[i];
    }
    assert_int_equal(ht_writer_put(writer, encoder, &loss, 1, &cause), HT_OK);
    ht_table_free(&meta);
    ht_table_free(&loss);
    ht_encoder_free(encoder);
    assert_int_equal(ht_writer_close(writer, &cause), HT_OK);
}

static inline void maker_header(FILE *out, uint32_t version, uint32_t bytes) {
    uint8_t h[HT_FILE_HEADER_BYTES] = {0};
    memcpy(h, HT_CAPTURE_MAGIC, 8);
    ht_put_u32(h + 8, version);
    ht_put_u32(h + 12, bytes);
    ht_put_u32(h + 28, ht_crc32(h, 28));
    assert_int_equal(fwrite(h, 1, sizeof h, out), sizeof h);
    for (uint32_t i = sizeof h; i < bytes; i++)
        fputc(0xee, out);
}

struct maker_chunk {
    unsigned kind, columns, rows, round;
    const uint8_t *content;
    size_t length;
    int raw_error; /* added to the raw size that the header states */
};

/* One chunk with this content, packed and framed as it should be. */
static inline void maker_chunk(FILE *out, const struct maker_chunk *c) {
    uint8_t h[HT_CHUNK_HEADER_BYTES] = {0}, stored[4096];
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    assert_non_null(zstd);
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    size_t size = ZSTD_compress2(zstd, stored, sizeof stored, c->content, c->length);
    assert_false(ZSTD_isError(size));
    ZSTD_freeCCtx(zstd);
    ht_put_u32(h, HT_CHUNK_MAGIC);
    ht_put_u16(h + 4, (uint16_t)c->kind);
    ht_put_u16(h + 6, (uint16_t)c->columns);
    ht_put_u32(h + 8, c->rows);
    ht_put_u32(h + 12, c->round);
    ht_put_u32(h + 32, (uint32_t)size);
    ht_put_u32(h + 36, (uint32_t)((int)c->length + c->raw_error));
    ht_put_u32(h + 44, ht_crc32(h, 44));
    assert_int_equal(fwrite(h, 1, sizeof h, out), sizeof h);
    assert_int_equal(fwrite(stored, 1, size, out), size);
}

static inline void maker_trailer(FILE *out, uint32_t chunks) {
    uint8_t t[HT_TRAILER_BYTES] = {0};
    memcpy(t, HT_TRAILER_MAGIC, 8);
    ht_put_u32(t + 16, chunks);
    ht_put_u32(t + 20, ht_crc32(t, 20));
    assert_int_equal(fwrite(t, 1, sizeof t, out), sizeof t);
}

#endif
