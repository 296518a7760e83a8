#include "analyze/import/perf_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/perf_format.h"
#include "analyze/import/perf_kind.h"

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

const uint8_t *ht_perf_data_at(struct ht_perf_data *data, uint64_t place, size_t length,
                               enum ht_status *status, struct ht_cause *cause) {
    const uint8_t *bytes = ht_perf_window_at(data->window, place, length, status);
    if (bytes != NULL)
        return bytes;
    if (*status == HT_IO)
        *status = ht_fail_errno(cause, "%s: cannot read byte %llu", data->path,
                                (unsigned long long)ht_place_offset(place));
    else if (*status == HT_NOMEM)
        ht_fail(cause, *status, "out of memory");
    else
        ht_fail(cause, *status, "%s: ends before byte %llu", data->path,
                (unsigned long long)(ht_place_offset(place) + length));
    return NULL;
}

enum ht_status ht_perf_data_read(struct ht_perf_data *data, uint64_t place, void *buffer, size_t length,
                                 struct ht_cause *cause) {
    uint8_t *out = buffer;
    enum ht_status status = HT_OK;
    while (length > 0) {
        size_t part = length < HT_PERF_RECORD_MAX / 2 ? length : HT_PERF_RECORD_MAX / 2;
        const uint8_t *bytes = ht_perf_data_at(data, place, part, &status, cause);
        if (bytes == NULL)
            return status;
        memcpy(out, bytes, part);
        out += part;
        place += part;
        length -= part;
    }
    return status;
}

/* The table of {offset, size} of the feature sections lies behind the data, one for each bit set. */
static enum ht_status read_feature_table(struct ht_perf_data *data, uint64_t offset, struct ht_cause *cause) {
    unsigned cut = 0;
    for (unsigned bit = 0; bit < HT_PERF_FEAT_BITS; bit++) {
        if (!ht_perf_data_has(data, bit))
            continue;
        uint8_t entry[16];
        struct ht_perf_section *section = &data->feature[bit];
        enum ht_status status = ht_perf_data_read(data, offset, entry, sizeof entry, NULL);
        if (status != HT_OK && status != HT_TRUNCATED)
            return ht_fail(cause, status, "%s: cannot read its feature table", data->path);
        section->offset = status == HT_OK ? ht_file_u64(entry, data->swap) : UINT64_MAX;
        section->bytes = status == HT_OK ? ht_file_u64(entry + 8, data->swap) : 0;
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
    if (offset > data->file_bytes)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %llu, before its data", data->path,
                       (unsigned long long)data->file_bytes);
    uint64_t there = data->file_bytes - offset;
    data->part[0].start = offset;
    data->part[0].end = data->file_bytes;
    if (bytes == 0) {
        /* perf writes the size when it ends; until then no feature section exists either. */
        ht_perf_data_note(data, "perf record did not end properly: sizes and feature sections missing");
        memset(data->features, 0, sizeof data->features);
        return HT_OK;
    }
    if (bytes > there) {
        ht_perf_data_note(data, "data section cut at byte %llu of %llu; feature sections missing",
                          (unsigned long long)there, (unsigned long long)bytes);
        memset(data->features, 0, sizeof data->features);
        return HT_OK;
    }
    data->part[0].end = offset + bytes;
    return read_feature_table(data, offset + bytes, cause);
}

/* The bits are an array of `unsigned long`: of 8 or 4 bytes on the machine that recorded. Every perf sets the
 * bit of HOSTNAME, as far as it knows it. */
static void read_features(struct ht_perf_data *data, const uint8_t *bits) {
    for (unsigned i = 0; i < 4; i++)
        data->features[i] = ht_file_u64(bits + i * 8, data->swap);
    if (!data->swap || ht_perf_data_has(data, HT_PERF_FEAT_HOSTNAME))
        return;
    for (unsigned i = 0; i < 4; i++)
        data->features[i] = ht_file_u32(bits + i * 8, 1) | (uint64_t)ht_file_u32(bits + i * 8 + 4, 1) << 32;
}

static enum ht_status read_file_header(struct ht_perf_data *data, const uint8_t *h, size_t got,
                                       struct ht_cause *cause) {
    uint64_t header_bytes = ht_file_u64(h + 8, data->swap);
    if (header_bytes != HT_PERF_HEADER_BYTES && header_bytes != HT_PERF_HEADER_BYTES_PLAIN)
        return ht_fail(cause, HT_UNSUPPORTED, "%s: its header has %llu bytes, of unknown meaning", data->path,
                       (unsigned long long)header_bytes);
    if (got < header_bytes)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %zu, within its header", data->path, got);
    data->attr_bytes = ht_file_u64(h + 16, data->swap);
    data->attrs = (struct ht_perf_section){ht_file_u64(h + 24, data->swap), ht_file_u64(h + 32, data->swap)};
    if (header_bytes == HT_PERF_HEADER_BYTES)
        read_features(data, h + HT_PERF_HEADER_BYTES_PLAIN);
    if (data->attrs.offset > data->file_bytes || data->attrs.bytes > data->file_bytes - data->attrs.offset)
        return ht_fail(cause, HT_TRUNCATED, "%s: cut off at byte %llu, within its event attributes",
                       data->path, (unsigned long long)data->file_bytes);
    return place_data(data, ht_file_u64(h + 40, data->swap), ht_file_u64(h + 48, data->swap), cause);
}

/* The old magic is the same in both byte orders; the header's size is not. */
static int is_swapped(const uint8_t *h) {
    if (memcmp(h, HT_PERF_MAGIC_OLD, 8) != 0)
        return memcmp(h, HT_PERF_MAGIC, 8) != 0;
    uint64_t bytes = ht_file_u64(h + 8, 1);
    return bytes == HT_PERF_HEADER_BYTES || bytes == HT_PERF_HEADER_BYTES_PLAIN ||
           bytes == HT_PERF_HEADER_BYTES_PIPE;
}

enum ht_status ht_perf_data_header(struct ht_perf_data *data, struct ht_cause *cause) {
    uint8_t h[HT_PERF_KIND_BYTES] = {0};
    size_t got = data->file_bytes < sizeof h ? (size_t)data->file_bytes : sizeof h;
    enum ht_status status = ht_perf_data_read(data, 0, h, got, cause);
    if (status == HT_OK)
        status = ht_perf_kind_check(data->path, h, got, cause);
    if (status != HT_OK)
        return status;
    data->swap = is_swapped(h);
    data->piped = ht_file_u64(h + 8, data->swap) == HT_PERF_HEADER_BYTES_PIPE;
    if (!data->piped)
        return read_file_header(data, h, got, cause);
    data->part[0].start = HT_PERF_HEADER_BYTES_PIPE;
    data->part[0].end = data->file_bytes;
    return HT_OK;
}
