#include "schema/capture_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "schema/column.h"
#include "schema/crc32.h"
#include "schema/endian.h"

struct ht_reader {
    int fd;
    uint64_t size, offset, created_ns;
    uint32_t header_bytes, chunks;
    ZSTD_DCtx *zstd;
    struct ht_buffer stored, raw;
    char path[];
};

/* Reads exactly length bytes; END where the file is shorter. */
static enum ht_status read_at(const struct ht_reader *r, uint64_t offset, void *data, size_t length,
                              struct ht_cause *cause) {
    uint8_t *p = data;
    while (length > 0) {
        ssize_t n = pread(r->fd, p, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ht_fail_errno(cause, "cannot read %s at byte %llu", r->path, (unsigned long long)offset);
        if (n == 0)
            return HT_END;
        p += n;
        offset += (uint64_t)n;
        length -= (size_t)n;
    }
    return HT_OK;
}

/* perf.data of either byte order, and the magic it had before Linux 3.4. */
static int is_perf_data(const uint8_t magic[8]) {
    return memcmp(magic, "PERFILE2", 8) == 0 || memcmp(magic, "2ELIFREP", 8) == 0 ||
           memcmp(magic, "PERFFILE", 8) == 0;
}

static enum ht_status check_file_header(struct ht_reader *r, struct ht_cause *cause) {
    uint8_t h[HT_FILE_HEADER_BYTES];
    if (r->size == 0)
        return ht_fail(cause, HT_FORMAT, "%s is empty", r->path);
    size_t there = r->size < sizeof h ? (size_t)r->size : sizeof h;
    enum ht_status status = read_at(r, 0, h, there, cause);
    if (status == HT_END)
        return ht_fail(cause, HT_IO, "%s became shorter while it was read", r->path);
    if (status != HT_OK)
        return status;
    if (memcmp(h, HT_CAPTURE_MAGIC, there < 8 ? there : 8) != 0)
        return ht_fail(cause, HT_FORMAT, "%s is no hitmtrace capture%s", r->path,
                       there >= 8 && is_perf_data(h)
                           ? " but a perf.data file: run `hitm-analyze import` on it first"
                           : "");
    if (there < sizeof h)
        return ht_fail(cause, HT_TRUNCATED, "%s is cut inside its header (%zu of %zu bytes)", r->path, there,
                       sizeof h);
    if (ht_get_u32(h + 28) != ht_crc32(h, 28))
        return ht_fail(cause, HT_DAMAGED, "%s: the file header (bytes 0-31) is damaged", r->path);
    if (ht_get_u32(h + 8) != HT_CAPTURE_VERSION)
        return ht_fail(cause, HT_VERSION, "%s has capture format %u, this program reads format %u", r->path,
                       ht_get_u32(h + 8), HT_CAPTURE_VERSION);
    uint32_t bytes = ht_get_u32(h + 12);
    if (bytes < HT_FILE_HEADER_BYTES || bytes > 65536)
        return ht_fail(cause, HT_DAMAGED, "%s: impossible header size %u", r->path, bytes);
    r->created_ns = ht_get_u64(h + 16);
    r->offset = r->header_bytes = bytes;
    return HT_OK;
}

enum ht_status ht_reader_open(const char *path, struct ht_reader **reader, struct ht_cause *cause) {
    *reader = NULL;
    struct ht_reader *r = calloc(1, sizeof *r + strlen(path) + 1);
    if (r == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    strcpy(r->path, path);
    enum ht_status status;
    struct stat st;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &st) != 0) {
        status = ht_fail_errno(cause, "cannot open %s", path);
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        status = ht_fail(cause, HT_FORMAT, "%s is not a regular file", path);
        goto out;
    }
    r->size = (uint64_t)st.st_size;
    r->zstd = ZSTD_createDCtx();
    if (r->zstd == NULL) {
        status = ht_fail(cause, HT_NOMEM, "out of memory");
        goto out;
    }
    status = check_file_header(r, cause);
out:
    if (status != HT_OK) {
        ht_reader_close(r);
        return status;
    }
    *reader = r;
    return HT_OK;
}

void ht_reader_close(struct ht_reader *r) {
    if (r == NULL)
        return;
    if (r->fd >= 0)
        close(r->fd);
    ZSTD_freeDCtx(r->zstd);
    free(r->stored.data);
    free(r->raw.data);
    free(r);
}

void ht_reader_rewind(struct ht_reader *r) {
    r->offset = r->header_bytes;
    r->chunks = 0;
}

uint64_t ht_reader_created_ns(const struct ht_reader *r) {
    return r->created_ns;
}

uint64_t ht_reader_file_bytes(const struct ht_reader *r) {
    return r->size;
}

static enum ht_status cut_here(const struct ht_reader *r, struct ht_cause *cause) {
    return ht_fail(cause, HT_TRUNCATED, "%s is cut at byte %llu: %u whole chunks, end of recording missing",
                   r->path, (unsigned long long)r->size, r->chunks);
}

static enum ht_status check_trailer(struct ht_reader *r, struct ht_cause *cause) {
    uint8_t t[HT_TRAILER_BYTES];
    enum ht_status status = read_at(r, r->offset, t, sizeof t, cause);
    if (status == HT_END)
        return cut_here(r, cause);
    if (status != HT_OK)
        return status;
    if (ht_get_u32(t + 20) != ht_crc32(t, 20) || ht_get_u32(t + 16) != r->chunks)
        return ht_fail(cause, HT_DAMAGED, "%s: the trailer at byte %llu is damaged", r->path,
                       (unsigned long long)r->offset);
    if (r->offset + sizeof t != r->size)
        return ht_fail(cause, HT_DAMAGED, "%s: %llu bytes follow the trailer", r->path,
                       (unsigned long long)(r->size - r->offset - sizeof t));
    return HT_END;
}

enum ht_status ht_reader_next(struct ht_reader *r, struct ht_chunk_info *info, struct ht_cause *cause) {
    uint8_t h[HT_CHUNK_HEADER_BYTES];
    if (r->offset + 8 > r->size)
        return cut_here(r, cause);
    enum ht_status status = read_at(r, r->offset, h, 8, cause);
    if (status == HT_END)
        return cut_here(r, cause);
    if (status != HT_OK)
        return status;
    if (memcmp(h, HT_TRAILER_MAGIC, 8) == 0)
        return check_trailer(r, cause);
    if (ht_get_u32(h) != HT_CHUNK_MAGIC)
        return ht_fail(cause, HT_DAMAGED, "%s: chunk %u at byte %llu is damaged: no chunk starts there",
                       r->path, r->chunks, (unsigned long long)r->offset);
    status = read_at(r, r->offset, h, sizeof h, cause);
    if (status == HT_END)
        return cut_here(r, cause);
    if (status != HT_OK)
        return status;
    *info = (struct ht_chunk_info){.offset = r->offset,
                                   .number = r->chunks,
                                   .kind = ht_get_u16(h + 4),
                                   .columns = ht_get_u16(h + 6),
                                   .rows = ht_get_u32(h + 8),
                                   .round = ht_get_u32(h + 12),
                                   .time_first_ns = ht_get_u64(h + 16),
                                   .time_last_ns = ht_get_u64(h + 24),
                                   .stored_bytes = ht_get_u32(h + 32),
                                   .raw_bytes = ht_get_u32(h + 36)};
    if (ht_get_u32(h + 44) != ht_crc32(h, 44) || info->stored_bytes > HT_CHUNK_BYTES_MAX ||
        info->raw_bytes > HT_CHUNK_BYTES_MAX || info->rows == 0 || info->rows > HT_ROWS_MAX)
        return ht_fail(cause, HT_DAMAGED, "%s: the header of chunk %u at byte %llu is damaged", r->path,
                       r->chunks, (unsigned long long)r->offset);
    if (r->offset + sizeof h + info->stored_bytes > r->size)
        return cut_here(r, cause);
    r->offset += sizeof h + info->stored_bytes;
    r->chunks++;
    return HT_OK;
}

static enum ht_status load_raw(struct ht_reader *r, const struct ht_chunk_info *info,
                               struct ht_cause *cause) {
    r->stored.length = r->raw.length = 0;
    if (ht_buffer_reserve(&r->stored, info->stored_bytes) != HT_OK ||
        ht_buffer_reserve(&r->raw, info->raw_bytes) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status =
        read_at(r, info->offset + HT_CHUNK_HEADER_BYTES, r->stored.data, info->stored_bytes, cause);
    if (status == HT_END)
        return cut_here(r, cause);
    if (status != HT_OK)
        return status;
    size_t size =
        ZSTD_decompressDCtx(r->zstd, r->raw.data, info->raw_bytes, r->stored.data, info->stored_bytes);
    if (ZSTD_isError(size) || size != info->raw_bytes)
        return ht_fail(cause, HT_DAMAGED, "%s: chunk %u at byte %llu is damaged: %s", r->path, info->number,
                       (unsigned long long)info->offset,
                       ZSTD_isError(size) ? ZSTD_getErrorName(size) : "shorter than its header says");
    r->raw.length = size;
    return HT_OK;
}

static void fill_absent(struct ht_table *table, uint32_t rows) {
    for (unsigned i = 0; i < table->desc->columns; i++) {
        if (table->present & (1u << i))
            continue;
        if (table->desc->column[i].type == HT_TYPE_BYTES)
            memset(table->bytes[i].end, 0, rows * sizeof *table->bytes[i].end);
        else
            memset(table->number[i], 0, rows * sizeof *table->number[i]);
    }
}

static enum ht_status decode_columns(const struct ht_reader *r, const struct ht_chunk_info *info,
                                     struct ht_table *table) {
    uint64_t at = (uint64_t)info->columns * HT_COLUMN_HEADER_BYTES;
    if (at > r->raw.length)
        return HT_DAMAGED;
    for (unsigned i = 0; i < info->columns; i++) {
        const uint8_t *header = r->raw.data + i * HT_COLUMN_HEADER_BYTES;
        unsigned number = ht_get_u16(header);
        uint32_t size = ht_get_u32(header + 4);
        if (size > r->raw.length - at)
            return HT_DAMAGED;
        if (number < table->desc->columns) {
            if (table->present & (1u << number) || header[3] != table->desc->column[number].type)
                return HT_DAMAGED;
            enum ht_status status =
                ht_column_decode(table, number, info->rows, header[2], r->raw.data + at, size);
            if (status != HT_OK)
                return status;
            table->present |= 1u << number;
        }
        at += size;
    }
    return at == r->raw.length ? HT_OK : HT_DAMAGED;
}

enum ht_status ht_reader_table(struct ht_reader *r, const struct ht_chunk_info *info, struct ht_table *table,
                               struct ht_cause *cause) {
    const struct ht_chunk_desc *desc = ht_chunk_desc(info->kind);
    if (desc == NULL)
        return ht_fail(cause, HT_UNSUPPORTED, "%s: chunk %u has the unknown kind %u", r->path, info->number,
                       info->kind);
    if (table->desc != NULL && table->desc != desc)
        ht_table_free(table);
    if (table->desc == NULL)
        ht_table_init(table, desc->kind);
    ht_table_clear(table);
    table->present = 0;
    enum ht_status status = load_raw(r, info, cause);
    if (status != HT_OK)
        return status;
    if (ht_table_reserve(table, info->rows) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    status = decode_columns(r, info, table);
    if (status != HT_OK)
        return ht_fail(cause, status, "%s: chunk %u (%s) at byte %llu is damaged inside", r->path,
                       info->number, desc->name, (unsigned long long)info->offset);
    fill_absent(table, info->rows);
    table->rows = info->rows;
    return HT_OK;
}
