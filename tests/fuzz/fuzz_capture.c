/* Fuzzes what reads a capture: reader, loader, judge, as `hitm-analyze load` does. For libFuzzer with
 * -DHT_LIBFUZZER; else an ordinary program that runs the files it is given, and `--seed OUT CAPTURE` makes an
 * input of a capture.
 *
 * An input is 'r' and the bytes of a file, or 's' and chunks, whose headers, frames and checksums are made
 * here (or a fuzzer would never get past them): kind u8, columns u8, rows u16, round u8, length u16, content;
 * little endian. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "analyze/ingest.h"
#include "analyze/load/db.h"
#include "schema/capture_read.h"
#include "schema/crc32.h"
#include "schema/endian.h"

#define PIECE_HEADER 7u
#define ROWS_MAX     20000u /* of one input: CONST columns make millions of rows of a few bytes */
#define RUNS_A_DB    500u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libtraceevent 1.7 loses memory on some formats that it refuses. */
const char *__lsan_default_suppressions(void) {
    return "leak:libtraceevent\n";
}

static void put_all(int fd, const void *data, size_t length) {
    if (write(fd, data, length) != (ssize_t)length)
        abort();
}

static void put_header(int fd) {
    uint8_t h[HT_FILE_HEADER_BYTES] = {0};
    memcpy(h, HT_CAPTURE_MAGIC, 8);
    ht_put_u32(h + 8, HT_CAPTURE_VERSION);
    ht_put_u32(h + 12, sizeof h);
    ht_put_u32(h + 28, ht_crc32(h, 28));
    put_all(fd, h, sizeof h);
}

static void put_chunk(int fd, ZSTD_CCtx *zstd, const uint8_t *piece, const uint8_t *content, size_t length) {
    static uint8_t stored[ZSTD_COMPRESSBOUND(65536)];
    uint8_t h[HT_CHUNK_HEADER_BYTES] = {0};
    size_t size = ZSTD_compress2(zstd, stored, sizeof stored, content, length);
    if (ZSTD_isError(size))
        abort();
    ht_put_u32(h, HT_CHUNK_MAGIC);
    ht_put_u16(h + 4, piece[0]);
    ht_put_u16(h + 6, piece[1]);
    ht_put_u32(h + 8, ht_get_u16(piece + 2));
    ht_put_u32(h + 12, piece[4]);
    ht_put_u32(h + 32, (uint32_t)size);
    ht_put_u32(h + 36, (uint32_t)length);
    ht_put_u32(h + 44, ht_crc32(h, 44));
    put_all(fd, h, sizeof h);
    put_all(fd, stored, size);
}

static void put_trailer(int fd, uint32_t chunks) {
    uint8_t t[HT_TRAILER_BYTES] = {0};
    memcpy(t, HT_TRAILER_MAGIC, 8);
    ht_put_u32(t + 16, chunks);
    ht_put_u32(t + 20, ht_crc32(t, 20));
    put_all(fd, t, sizeof t);
}

static void put_pieces(int fd, const uint8_t *data, size_t size) {
    static ZSTD_CCtx *zstd;
    uint32_t chunks = 0, rows = 0;
    if (zstd == NULL) {
        zstd = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
        ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, -5);
    }
    put_header(fd);
    while (size >= PIECE_HEADER) {
        size_t length = ht_get_u16(data + 5);
        if (length > size - PIECE_HEADER)
            length = size - PIECE_HEADER;
        rows += ht_get_u16(data + 2);
        if (rows > ROWS_MAX)
            break;
        put_chunk(fd, zstd, data, data + PIECE_HEADER, length);
        chunks++;
        data += PIECE_HEADER + length;
        size -= PIECE_HEADER + length;
    }
    put_trailer(fd, chunks);
}

/* One database serves many runs: making its tables costs more than most inputs do. */
static sqlite3 *database(void) {
    static sqlite3 *db;
    static unsigned runs;
    if (db != NULL && runs++ % RUNS_A_DB == 0) {
        ht_db_close(db);
        db = NULL;
    }
    if (db == NULL && ht_db_open(NULL, HT_DB_NEW, &db, NULL) != HT_OK)
        abort();
    return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    int64_t capture_id;
    const struct ht_ingest_options options = {.keep_rows = 1};
    struct ht_cause cause = {{0}};
    if (size == 0)
        return 0;
    int fd = memfd_create("capture", 0);
    if (fd < 0)
        abort();
    if (data[0] == 's')
        put_pieces(fd, data + 1, size - 1);
    else
        put_all(fd, data + 1, size - 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum ht_status status = ht_ingest(database(), path, &options, &capture_id, &cause);
    if (status != HT_OK && cause.text[0] == '\0')
        abort(); /* a failure without a word */
    /* Whatever a file holds, it is the file that is wrong, never our SQL. */
    if (status == HT_DATABASE) {
        fprintf(stderr, "%s\n", cause.text);
        abort();
    }
    close(fd);
    return 0;
}

#ifndef HT_LIBFUZZER
static uint8_t *read_file(const char *path, size_t *size) {
    FILE *in = fopen(path, "rb");
    uint8_t *data = malloc(1u << 24);
    if (in == NULL || data == NULL) {
        fprintf(stderr, "fuzz_capture: cannot read %s\n", path);
        exit(1);
    }
    *size = fread(data, 1, 1u << 24, in);
    fclose(in);
    return data;
}

/* The chunks of a capture as pieces; what does not fit a piece is left out. */
static int make_seed(const char *out_path, const char *capture) {
    size_t size, at = HT_FILE_HEADER_BYTES;
    uint8_t *data = read_file(capture, &size);
    FILE *out = fopen(out_path, "wb");
    if (out == NULL)
        return 1;
    fputc('s', out);
    while (at + HT_CHUNK_HEADER_BYTES <= size && ht_get_u32(data + at) == HT_CHUNK_MAGIC) {
        uint32_t stored = ht_get_u32(data + at + 32), rows = ht_get_u32(data + at + 8);
        static uint8_t content[65536];
        size_t length = ZSTD_decompress(content, sizeof content, data + at + HT_CHUNK_HEADER_BYTES, stored);
        uint8_t piece[PIECE_HEADER] = {data[at + 4], data[at + 6], (uint8_t)rows, (uint8_t)(rows >> 8),
                                       data[at + 12]};
        at += HT_CHUNK_HEADER_BYTES + stored;
        if (ZSTD_isError(length) || length > 65535 || rows > ROWS_MAX || piece[0] == HT_CHUNK_INDEX)
            continue;
        ht_put_u16(piece + 5, (uint16_t)length);
        fwrite(piece, 1, sizeof piece, out);
        fwrite(content, 1, length, out);
    }
    free(data);
    return fclose(out) != 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "--seed") == 0)
        return make_seed(argv[2], argv[3]);
    for (int i = 1; i < argc; i++) {
        size_t size;
        uint8_t *data = read_file(argv[i], &size);
        uint8_t *exact = malloc(size > 0 ? size : 1); /* a sanitizer sees what is read behind it */
        if (exact == NULL)
            return 1;
        memcpy(exact, data, size);
        free(data);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    return 0;
}
#endif
