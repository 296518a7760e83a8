/* fuzz_perf_data: imports hostile perf.data bytes. Whatever they are, import must end with a status and a
 * cause, and leave no file behind when it fails.
 *
 * libFuzzer:   clang -fsanitize=fuzzer,address,undefined -DHT_LIBFUZZER ...
 * afl, replay: cc -fsanitize=address,undefined ...; fuzz_perf_data FILE...
 * without a fuzzer: fuzz_perf_data --mutate ROUNDS SEED FILE...   changes bytes of the files at random
 *                   fuzz_perf_data --packed ROUNDS SEED FILE...   the same, and then packs the records as
 *                                                                 perf record -z does
 *                   fuzz_perf_data --cut FILE...                  every length of each file */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zstd.h>

#include "analyze/import/import.h"
#include "analyze/import/perf_format.h"
#include "schema/endian.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char input[64], output[64], part[80];
    struct ht_import_summary summary;
    struct ht_cause cause = {0};
    int fd = memfd_create("perf.data", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(input, sizeof input, "/proc/self/fd/%d", fd);
    snprintf(output, sizeof output, "/dev/shm/fuzz_perf_data.%d.hitm", (int)getpid());
    snprintf(part, sizeof part, "%s.part", output);
    /* An empty symfs: what a hostile file names must not be opened on this machine. */
    struct ht_import_options options = {input, output, "/nonexistent", 1};
    enum ht_status status = ht_import(&options, &summary, &cause);
    close(fd);
    if (access(part, F_OK) == 0 || (status == HT_OK) != (access(output, F_OK) == 0))
        abort();
    if (status != HT_OK && cause.text[0] == '\0')
        abort();
    unlink(output);
    return 0;
}

#ifndef HT_LIBFUZZER

static uint64_t random_number(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const uint64_t edges[] = {0,      1,       7,          8,          0x7f,      0x80,      0xff,
                                 0xffff, 0x10000, 0x7fffffff, 0xffffffff, INT64_MAX, UINT64_MAX};

static void mutate(uint8_t *data, size_t size, uint64_t *state) {
    /* Half of the changes go into the header, attrs and feature table, where the lengths are. */
    size_t where = random_number(state) % 2 ? random_number(state) % size
                                            : random_number(state) % (size < 512 ? size : 512);
    uint64_t value = random_number(state) % 2 ? edges[random_number(state) % (sizeof edges / sizeof edges[0])]
                                              : random_number(state);
    size_t width = (size_t)1 << random_number(state) % 4;
    memcpy(data + where, &value, width < size - where ? width : size - where);
}

/* The data section in COMPRESSED records of some length, one stream, behind what came before it; the length
 * of the result, which has room for it. What is no file with a data section stays as it is. */
static size_t pack(uint8_t *data, size_t size, size_t room, uint64_t *state) {
    uint64_t start = size >= HT_PERF_HEADER_BYTES ? ht_get_u64(data + 40) : size;
    uint64_t bytes = size >= HT_PERF_HEADER_BYTES ? ht_get_u64(data + 48) : 0;
    if (start > size || bytes > size - start || bytes == 0)
        return size;
    ZSTD_CStream *stream = ZSTD_createCStream();
    uint8_t *raw = malloc(bytes);
    if (stream == NULL || raw == NULL)
        abort();
    memcpy(raw, data + start, bytes);
    ZSTD_initCStream(stream, 1);
    size_t at = start, piece;
    for (size_t done = 0; done < bytes && room - at >= 32768; done += piece) {
        piece = 1 + random_number(state) % 8192;
        piece = piece < bytes - done ? piece : bytes - done;
        ZSTD_inBuffer in = {raw + done, piece, 0};
        ZSTD_outBuffer out = {data + at + 8, 32768 - 8, 0};
        ZSTD_compressStream(stream, &out, &in);
        ZSTD_flushStream(stream, &out);
        ht_put_u32(data + at, HT_PERF_COMPRESSED);
        ht_put_u32(data + at + 4, (uint32_t)(8 + out.pos) << 16);
        at += 8 + out.pos;
    }
    ZSTD_freeCStream(stream);
    free(raw);
    ht_put_u64(data + 48, at - start);
    memset(data + HT_PERF_HEADER_BYTES_PLAIN, 0, 32); /* the table of sections is gone */
    return at;
}

static int run(const uint8_t *original, size_t size, const char *mode, unsigned long rounds, uint64_t seed) {
    int packed = mode != NULL && strcmp(mode, "--packed") == 0;
    size_t room = packed ? 2 * size + (1u << 20) : size + 1;
    uint8_t *data = malloc(room);
    if (data == NULL)
        return 1;
    memcpy(data, original, size);
    if (mode == NULL)
        LLVMFuzzerTestOneInput(data, size);
    for (size_t cut = 0; mode != NULL && strcmp(mode, "--cut") == 0 && cut <= size; cut++)
        LLVMFuzzerTestOneInput(data, cut);
    for (unsigned long i = 0; i < rounds && size > 0; i++) {
        memcpy(data, original, size);
        for (uint64_t changes = 1 + random_number(&seed) % 6; changes > 0; changes--)
            mutate(data, size, &seed);
        size_t whole = packed ? pack(data, size, room, &seed) : size;
        size_t length = random_number(&seed) % 8 == 0 ? random_number(&seed) % (whole + 1) : whole;
        LLVMFuzzerTestOneInput(data, length);
    }
    free(data);
    return 0;
}

static int run_file(const char *path, const char *mode, unsigned long rounds, uint64_t seed) {
    FILE *file = fopen(path, "rb");
    long size = -1;
    uint8_t *data = NULL;
    int result = 1;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0)
        goto out;
    data = malloc((size_t)size + 1);
    if (data != NULL && fread(data, 1, (size_t)size, file) == (size_t)size)
        result = run(data, (size_t)size, mode, rounds, seed);
out:
    if (result != 0)
        fprintf(stderr, "fuzz_perf_data: cannot read %s\n", path);
    free(data);
    if (file != NULL)
        fclose(file);
    return result;
}

int main(int argc, char **argv) {
    const char *mode = NULL;
    unsigned long rounds = 0;
    uint64_t seed = 1;
    int first = 1, failed = 0;
    if (argc > 1 && strcmp(argv[1], "--cut") == 0) {
        mode = argv[1];
        first = 2;
    } else if (argc > 3 && (strcmp(argv[1], "--mutate") == 0 || strcmp(argv[1], "--packed") == 0)) {
        mode = argv[1];
        rounds = strtoul(argv[2], NULL, 10);
        seed = strtoull(argv[3], NULL, 10) * 2 + 1;
        first = 4;
    }
    for (int i = first; i < argc; i++)
        failed |= run_file(argv[i], mode, rounds, seed);
    return failed;
}

#endif
