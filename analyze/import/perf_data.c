#include "analyze/import/perf_data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/import/perf_format.h"
#include "analyze/import/perf_window.h"
#include "schema/endian.h"

void ht_perf_data_note(struct ht_perf_data *data, const char *format, ...) {
    size_t length = strlen(data->missing);
    if (length > 0 && length + 3 < sizeof data->missing) {
        memcpy(data->missing + length, "; ", 3);
        length += 2;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(data->missing + length, sizeof data->missing - length, format, args);
    va_end(args);
}

const uint8_t *ht_perf_data_at(struct ht_perf_data *data, uint64_t offset, size_t length,
                               enum ht_status *status, struct ht_cause *cause) {
    const uint8_t *bytes = ht_perf_window_at(data->window, offset, length, status);
    if (bytes != NULL)
        return bytes;
    if (*status == HT_IO)
        *status = ht_fail_errno(cause, "%s: cannot read byte %llu", data->path, (unsigned long long)offset);
    else if (*status == HT_NOMEM)
        ht_fail(cause, *status, "out of memory");
    else
        ht_fail(cause, *status, "%s: ends before byte %llu", data->path,
                (unsigned long long)(offset + length));
    return NULL;
}

enum ht_status ht_perf_data_read(struct ht_perf_data *data, uint64_t offset, void *buffer, size_t length,
                                 struct ht_cause *cause) {
    uint8_t *out = buffer;
    enum ht_status status = HT_OK;
    while (length > 0) {
        size_t part = length < HT_PERF_RECORD_MAX / 2 ? length : HT_PERF_RECORD_MAX / 2;
        const uint8_t *bytes = ht_perf_data_at(data, offset, part, &status, cause);
        if (bytes == NULL)
            return status;
        memcpy(out, bytes, part);
        out += part;
        offset += part;
        length -= part;
    }
    return status;
}

/* Kinds of perf.data that are not read, with what to do instead. */
static enum ht_status refuse(const struct ht_perf_data *data, const uint8_t *header, size_t got,
                             struct ht_cause *cause) {
    if (got == 0)
        return ht_fail(cause, HT_TRUNCATED, "%s: is empty", data->path);
    if (got >= 8 && memcmp(header, HT_PERF_MAGIC_SWAPPED, 8) == 0)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "%s: was recorded on a machine of the other byte order; import it on such a machine",
                       data->path);
    if (got >= 8 && memcmp(header, HT_PERF_MAGIC_OLD, 8) == 0)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "%s: has the format of perf before Linux 3.2; record again with a newer perf",
                       data->path);
    if (got < 8 && memcmp(header, HT_PERF_MAGIC, got) == 0)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %zu, within its header", data->path, got);
    if (got < 8 || memcmp(header, HT_PERF_MAGIC, 8) != 0)
        return ht_fail(cause, HT_FORMAT,
                       "%s: is no perf.data file (it does not begin with " HT_PERF_MAGIC ")", data->path);
    if (got >= 16 && ht_get_u64(header + 8) == HT_PERF_HEADER_BYTES_PIPE)
        return ht_fail(
            cause, HT_UNSUPPORTED,
            "%s: was written through a pipe (perf record -o -); record again into a file: perf record -o "
            "FILE (perf 6.1 inject does not mend it)",
            data->path);
    if (got < HT_PERF_HEADER_BYTES_PLAIN)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %zu, within its header", data->path, got);
    return HT_OK;
}

/* The table of {offset, size} of the feature sections lies behind the data, one for each bit set. */
static enum ht_status read_feature_table(struct ht_perf_data *data, struct ht_cause *cause) {
    uint64_t offset = data->data_start + data->data_bytes;
    unsigned cut = 0;
    for (unsigned bit = 0; bit < HT_PERF_FEAT_BITS; bit++) {
        if (!ht_perf_data_has(data, bit))
            continue;
        uint8_t entry[16];
        struct ht_perf_section *section = &data->feature[bit];
        enum ht_status status = ht_perf_data_read(data, offset, entry, sizeof entry, NULL);
        if (status != HT_OK && status != HT_TRUNCATED)
            return ht_fail(cause, status, "%s: cannot read its feature table", data->path);
        section->offset = status == HT_OK ? ht_get_u64(entry) : UINT64_MAX;
        section->bytes = status == HT_OK ? ht_get_u64(entry + 8) : 0;
        offset += sizeof entry;
        if (section->offset > data->file_bytes || section->bytes > data->file_bytes - section->offset) {
            data->features[bit / 64] &= ~(1ull << bit % 64);
            cut++;
        }
    }
    if (cut > 0)
        ht_perf_data_note(data, "%u feature section%s cut off", cut, cut == 1 ? "" : "s");
    return HT_OK;
}

static enum ht_status place_data(struct ht_perf_data *data, uint64_t offset, uint64_t bytes,
                                 struct ht_cause *cause) {
    data->data_start = offset;
    data->data_bytes = bytes;
    if (offset > data->file_bytes)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %llu, before its data", data->path,
                       (unsigned long long)data->file_bytes);
    uint64_t there = data->file_bytes - offset;
    if (bytes == 0) {
        /* perf writes the size when it ends; until then no feature section exists either. */
        ht_perf_data_note(data, "perf record did not end properly: sizes and feature sections missing");
        memset(data->features, 0, sizeof data->features);
        data->data_end = data->file_bytes;
    } else if (bytes > there) {
        ht_perf_data_note(data, "data section cut at byte %llu of %llu; feature sections missing",
                          (unsigned long long)there, (unsigned long long)bytes);
        memset(data->features, 0, sizeof data->features);
        data->data_end = data->file_bytes;
    } else {
        data->data_end = offset + bytes;
    }
    return HT_OK;
}

static enum ht_status read_header(struct ht_perf_data *data, struct ht_cause *cause) {
    uint8_t h[HT_PERF_HEADER_BYTES] = {0};
    size_t got = data->file_bytes < sizeof h ? (size_t)data->file_bytes : sizeof h;
    enum ht_status status = ht_perf_data_read(data, 0, h, got, cause);
    if (status == HT_OK)
        status = refuse(data, h, got, cause);
    if (status != HT_OK)
        return status;
    uint64_t header_bytes = ht_get_u64(h + 8);
    if (header_bytes != HT_PERF_HEADER_BYTES && header_bytes != HT_PERF_HEADER_BYTES_PLAIN)
        return ht_fail(cause, HT_UNSUPPORTED, "%s: its header has %llu bytes, of unknown meaning", data->path,
                       (unsigned long long)header_bytes);
    if (got < header_bytes)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %zu, within its header", data->path, got);
    data->attr_bytes = ht_get_u64(h + 16);
    data->attrs = (struct ht_perf_section){ht_get_u64(h + 24), ht_get_u64(h + 32)};
    if (header_bytes == HT_PERF_HEADER_BYTES)
        for (unsigned i = 0; i < 4; i++)
            data->features[i] = ht_get_u64(h + HT_PERF_HEADER_BYTES_PLAIN + i * 8);
    if (data->attrs.offset > data->file_bytes || data->attrs.bytes > data->file_bytes - data->attrs.offset)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %llu, within its event attributes",
                       data->path, (unsigned long long)data->file_bytes);
    status = place_data(data, ht_get_u64(h + 40), ht_get_u64(h + 48), cause);
    if (status == HT_OK)
        status = read_feature_table(data, cause);
    return status;
}

enum ht_status ht_perf_data_open(const char *path, struct ht_perf_data *data, struct ht_cause *cause) {
    memset(data, 0, sizeof *data);
    data->path = path;
    struct stat st;
    enum ht_status status = HT_OK;
    /* Not to wait for a writer where path is a named pipe. */
    data->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (data->fd < 0 || fstat(data->fd, &st) != 0) {
        status = ht_fail_errno(cause, "cannot open %s", path);
        goto out;
    }
    if (S_ISDIR(st.st_mode)) {
        status = ht_fail(cause, HT_UNSUPPORTED,
                         "%s: is a directory (perf record --threads?); record without --threads", path);
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        status = ht_fail(cause, HT_UNSUPPORTED, "%s: is no regular file; write the recording to a file first",
                         path);
        goto out;
    }
    data->file_bytes = (uint64_t)st.st_size;
    data->window = ht_perf_window_new(data->fd);
    status = data->window != NULL ? read_header(data, cause) : ht_fail(cause, HT_NOMEM, "out of memory");
out:
    if (status != HT_OK)
        ht_perf_data_close(data);
    return status;
}

void ht_perf_data_close(struct ht_perf_data *data) {
    ht_perf_window_free(data->window);
    data->window = NULL;
    if (data->fd >= 0)
        close(data->fd);
    data->fd = -1;
}
