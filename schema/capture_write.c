#include "schema/capture_write.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "schema/column.h"
#include "schema/crc32.h"
#include "schema/endian.h"

struct ht_encoder {
    ZSTD_CCtx *zstd;
    int level;
    struct ht_buffer raw, stored; /* stored holds chunk header and frame */
    struct ht_column_scratch scratch;
};

struct ht_writer {
    pthread_mutex_t lock;
    int fd;
    uint64_t length; /* end of the last whole chunk */
    uint32_t chunks;
    struct ht_table index;
    enum ht_status broken; /* first failure; all later puts repeat it */
    struct ht_cause cause;
    char path[];
};

struct ht_encoder *ht_encoder_new(int level) {
    struct ht_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return NULL;
    encoder->level = level;
    encoder->zstd = ZSTD_createCCtx();
    if (encoder->zstd == NULL ||
        ZSTD_isError(ZSTD_CCtx_setParameter(encoder->zstd, ZSTD_c_checksumFlag, 1)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(encoder->zstd, ZSTD_c_compressionLevel, level))) {
        ht_encoder_free(encoder);
        return NULL;
    }
    return encoder;
}

void ht_encoder_free(struct ht_encoder *encoder) {
    if (encoder == NULL)
        return;
    ZSTD_freeCCtx(encoder->zstd);
    free(encoder->raw.data);
    free(encoder->stored.data);
    ht_column_scratch_free(&encoder->scratch);
    free(encoder);
}

static enum ht_status encode_columns(struct ht_encoder *e, const struct ht_table *table) {
    unsigned columns = table->desc->columns;
    e->raw.length = 0;
    enum ht_status status = ht_buffer_reserve(&e->raw, columns * HT_COLUMN_HEADER_BYTES);
    if (status != HT_OK)
        return status;
    e->raw.length = columns * HT_COLUMN_HEADER_BYTES;
    for (unsigned i = 0; i < columns; i++) {
        size_t start = e->raw.length;
        enum ht_encoding encoding;
        status = ht_column_encode(table, i, &e->scratch, &e->raw, &encoding);
        if (status != HT_OK)
            return status;
        uint8_t *header = e->raw.data + i * HT_COLUMN_HEADER_BYTES;
        ht_put_u16(header, (uint16_t)i);
        header[2] = (uint8_t)encoding;
        header[3] = (uint8_t)table->desc->column[i].type;
        ht_put_u32(header + 4, (uint32_t)(e->raw.length - start));
    }
    return e->raw.length <= HT_CHUNK_BYTES_MAX ? HT_OK : HT_LIMIT;
}

/* By convention the time of a kind is its first column, named time_ns; a ROUND has start_ns and end_ns. */
static void time_range(const struct ht_table *table, struct ht_chunk_info *info) {
    info->time_first_ns = info->time_last_ns = 0;
    if (strcmp(table->desc->column[0].name, "time_ns") != 0)
        return;
    const uint64_t *time = table->number[0];
    info->time_first_ns = info->time_last_ns = time[0];
    for (uint32_t i = 1; i < table->rows; i++) {
        if (time[i] < info->time_first_ns)
            info->time_first_ns = time[i];
        if (time[i] > info->time_last_ns)
            info->time_last_ns = time[i];
    }
}

static enum ht_status encode_chunk(struct ht_encoder *e, const struct ht_table *table, uint32_t round,
                                   struct ht_chunk_info *info) {
    enum ht_status status = encode_columns(e, table);
    if (status != HT_OK)
        return status;
    size_t bound = ZSTD_compressBound(e->raw.length);
    e->stored.length = 0;
    if ((status = ht_buffer_reserve(&e->stored, HT_CHUNK_HEADER_BYTES + bound)) != HT_OK)
        return status;
    size_t size =
        ZSTD_compress2(e->zstd, e->stored.data + HT_CHUNK_HEADER_BYTES, bound, e->raw.data, e->raw.length);
    if (ZSTD_isError(size))
        return HT_NOMEM;
    *info = (struct ht_chunk_info){.kind = table->desc->kind,
                                   .columns = table->desc->columns,
                                   .rows = table->rows,
                                   .round = round,
                                   .stored_bytes = (uint32_t)size,
                                   .raw_bytes = (uint32_t)e->raw.length};
    time_range(table, info);
    uint8_t *h = e->stored.data;
    ht_put_u32(h, HT_CHUNK_MAGIC);
    ht_put_u16(h + 4, info->kind);
    ht_put_u16(h + 6, info->columns);
    ht_put_u32(h + 8, info->rows);
    ht_put_u32(h + 12, info->round);
    ht_put_u64(h + 16, info->time_first_ns);
    ht_put_u64(h + 24, info->time_last_ns);
    ht_put_u32(h + 32, info->stored_bytes);
    ht_put_u32(h + 36, info->raw_bytes);
    ht_put_u32(h + 40, 0);
    ht_put_u32(h + 44, ht_crc32(h, 44));
    e->stored.length = HT_CHUNK_HEADER_BYTES + size;
    return HT_OK;
}

static enum ht_status write_all(int fd, const uint8_t *data, size_t length) {
    while (length > 0) {
        ssize_t n = write(fd, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n == 0)
                errno = ENOSPC;
            return HT_IO;
        }
        data += n;
        length -= (size_t)n;
    }
    return HT_OK;
}

/* Appends whole bytes or nothing. Lock held, or no other thread yet. */
static enum ht_status append(struct ht_writer *w, const uint8_t *data, size_t length) {
    if (w->broken != HT_OK)
        return w->broken;
    if (write_all(w->fd, data, length) == HT_OK) {
        w->length += length;
        return HT_OK;
    }
    w->broken =
        ht_fail_errno(&w->cause, "cannot write %s at byte %llu", w->path, (unsigned long long)w->length);
    if (ftruncate(w->fd, (off_t)w->length) != 0 || lseek(w->fd, (off_t)w->length, SEEK_SET) < 0)
        strncat(w->cause.text, " (a broken chunk stays at its end)",
                sizeof w->cause.text - strlen(w->cause.text) - 1);
    return w->broken;
}

static enum ht_status remember_chunk(struct ht_writer *w, const struct ht_chunk_info *info, uint64_t offset) {
    uint32_t row;
    enum ht_status status = ht_table_add(&w->index, &row);
    if (status == HT_LIMIT)
        return HT_OK; /* the index is a shortcut; a capture of 262,144 chunks goes without the rest */
    if (status != HT_OK)
        return status;
    w->index.number[HT_INDEX_OFFSET][row] = offset;
    w->index.number[HT_INDEX_KIND][row] = info->kind;
    w->index.number[HT_INDEX_ROUND][row] = info->round;
    w->index.number[HT_INDEX_ROWS][row] = info->rows;
    w->index.number[HT_INDEX_TIME_FIRST][row] = info->time_first_ns;
    w->index.number[HT_INDEX_TIME_LAST][row] = info->time_last_ns;
    return HT_OK;
}

enum ht_status ht_writer_open(const char *path, int force, uint64_t realtime_ns, struct ht_writer **writer,
                              struct ht_cause *cause) {
    *writer = NULL;
    struct ht_writer *w = calloc(1, sizeof *w + strlen(path) + 1);
    if (w == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    strcpy(w->path, path);
    pthread_mutex_init(&w->lock, NULL);
    ht_table_init(&w->index, HT_CHUNK_INDEX);
    w->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0600);
    enum ht_status status;
    if (w->fd < 0) {
        status = ht_fail_errno(
            cause, errno == EEXIST ? "%s is there already (--force overwrites it)" : "cannot create %s",
            path);
        goto out;
    }
    uint8_t header[HT_FILE_HEADER_BYTES] = {0};
    memcpy(header, HT_CAPTURE_MAGIC, 8);
    ht_put_u32(header + 8, HT_CAPTURE_VERSION);
    ht_put_u32(header + 12, HT_FILE_HEADER_BYTES);
    ht_put_u64(header + 16, realtime_ns);
    ht_put_u32(header + 28, ht_crc32(header, 28));
    status = append(w, header, sizeof header);
    if (status != HT_OK) {
        ht_fail(cause, status, "%s", w->cause.text);
        struct stat made;
        if (fstat(w->fd, &made) == 0 && S_ISREG(made.st_mode))
            unlink(path); /* ours, and empty: not even the header found room */
    }
out:
    if (status != HT_OK) {
        ht_writer_abandon(w);
        return status;
    }
    *writer = w;
    return HT_OK;
}

enum ht_status ht_writer_put(struct ht_writer *w, struct ht_encoder *encoder, const struct ht_table *table,
                             uint32_t round, struct ht_cause *cause) {
    if (table->rows == 0)
        return HT_OK;
    struct ht_chunk_info info;
    enum ht_status status = encode_chunk(encoder, table, round, &info);
    if (status != HT_OK)
        return ht_fail(cause, status, "cannot encode a %s chunk of %u rows: %s", table->desc->name,
                       table->rows, ht_status_text(status));
    pthread_mutex_lock(&w->lock);
    uint64_t offset = w->length;
    status = append(w, encoder->stored.data, encoder->stored.length);
    if (status == HT_OK) {
        w->chunks++;
        status = remember_chunk(w, &info, offset);
    }
    if (status != HT_OK)
        ht_fail(cause, status, "%s", w->broken != HT_OK ? w->cause.text : ht_status_text(status));
    pthread_mutex_unlock(&w->lock);
    return status;
}

uint64_t ht_writer_bytes(struct ht_writer *w) {
    pthread_mutex_lock(&w->lock);
    uint64_t length = w->length;
    pthread_mutex_unlock(&w->lock);
    return length;
}

int ht_writer_fd(struct ht_writer *w) {
    return w->fd;
}

static enum ht_status write_end(struct ht_writer *w, struct ht_encoder *encoder, struct ht_cause *cause) {
    struct ht_chunk_info info;
    uint64_t offset = w->length;
    if (w->index.rows == 0)
        return ht_fail(cause, HT_FORMAT, "%s: nothing was written", w->path);
    enum ht_status status = encode_chunk(encoder, &w->index, 0, &info);
    if (status != HT_OK)
        return ht_fail(cause, status, "cannot encode the index of %s: %s", w->path, ht_status_text(status));
    uint8_t trailer[HT_TRAILER_BYTES];
    memcpy(trailer, HT_TRAILER_MAGIC, 8);
    ht_put_u64(trailer + 8, offset);
    ht_put_u32(trailer + 16, w->chunks + 1);
    ht_put_u32(trailer + 20, ht_crc32(trailer, 20));
    status = append(w, encoder->stored.data, encoder->stored.length);
    if (status == HT_OK)
        status = append(w, trailer, sizeof trailer);
    if (status != HT_OK)
        return ht_fail(cause, status, "%s", w->cause.text);
    /* A pipe or /dev/null cannot be synced; that is no loss. */
    if (fsync(w->fd) != 0 && errno != EINVAL && errno != EROFS)
        return ht_fail_errno(cause, "cannot flush %s to disk", w->path);
    return HT_OK;
}

enum ht_status ht_writer_close(struct ht_writer *w, struct ht_cause *cause) {
    if (w == NULL)
        return HT_OK;
    enum ht_status status = w->broken;
    struct ht_encoder *encoder = NULL;
    if (status != HT_OK) {
        ht_fail(cause, status, "%s", w->cause.text);
    } else {
        encoder = ht_encoder_new(1);
        status = encoder != NULL ? write_end(w, encoder, cause) : ht_fail(cause, HT_NOMEM, "out of memory");
    }
    int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0 && status == HT_OK)
        status = ht_fail_errno(cause, "cannot close %s", w->path);
    ht_encoder_free(encoder);
    ht_writer_abandon(w);
    return status;
}

void ht_writer_abandon(struct ht_writer *w) {
    if (w == NULL)
        return;
    if (w->fd >= 0)
        close(w->fd);
    ht_table_free(&w->index);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
