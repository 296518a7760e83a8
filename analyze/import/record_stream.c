#include "analyze/import/record_stream.h"

#include <string.h>

#include "analyze/import/perf_format.h"

void ht_record_stream_start(struct ht_record_stream *stream, struct ht_perf_data *data, int outer) {
    memset(stream, 0, sizeof *stream);
    stream->data = data;
    stream->outer = outer;
    stream->at = data->part[0].start;
}

void ht_record_stream_end(struct ht_record_stream *stream) {
    ht_unpack_free(stream->unpack);
    stream->unpack = NULL;
}

/* Data that follows a record, outside of the record's size. */
static uint64_t bytes_behind(const struct ht_perf_data *data, const struct ht_raw_record *record,
                             uint64_t room) {
    uint64_t more = 0;
    if (record->type == HT_PERF_AUXTRACE && record->bytes >= 16)
        more = ht_file_u64(record->at + 8, data->swap);
    if (record->type == HT_PERF_HEADER_TRACING_DATA && record->bytes >= 12)
        more = ht_file_u32(record->at + 8, data->swap);
    return more < room ? more : room;
}

/* The record at a place. END: no whole one is left there, DAMAGED: its size cannot be (record->bytes). */
static enum ht_status fetch(struct ht_perf_data *data, uint64_t place, uint64_t end,
                            struct ht_raw_record *record, struct ht_cause *cause) {
    enum ht_status status;
    if (end - place < HT_PERF_RECORD_HEADER)
        return HT_END;
    const uint8_t *head = ht_perf_data_at(data, place, HT_PERF_RECORD_HEADER, &status, cause);
    if (head == NULL)
        return status;
    record->place = place;
    record->type = ht_file_u32(head, data->swap);
    record->bytes = ht_file_u16(head + 6, data->swap);
    if (record->bytes < HT_PERF_RECORD_HEADER)
        return HT_DAMAGED;
    if (record->bytes > end - place)
        return HT_END;
    record->at = ht_perf_data_at(data, place, record->bytes, &status, cause);
    if (record->at != NULL)
        record->more = bytes_behind(data, record, end - place - record->bytes);
    return status;
}

/* ---- compressed records ---- */

/* COMPRESSED: payload up to the record's end. COMPRESSED2: u64 length, payload, padding. */
static enum ht_status unpack(struct ht_record_stream *stream, const struct ht_raw_record *record,
                             struct ht_cause *cause) {
    struct ht_perf_data *data = stream->data;
    const uint8_t *payload = record->at + HT_PERF_RECORD_HEADER;
    uint64_t length = record->bytes - HT_PERF_RECORD_HEADER, added = 0;
    if (record->type == HT_PERF_COMPRESSED2) {
        if (length < 8 || ht_file_u64(payload, data->swap) > length - 8)
            return HT_DAMAGED;
        length = ht_file_u64(payload, data->swap);
        payload += 8;
    }
    if (stream->unpack == NULL && (stream->unpack = ht_unpack_new()) == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = ht_perf_data_spool(data, cause);
    if (status != HT_OK)
        return status;
    if (stream->inner_at == stream->inner_end)
        stream->inner_at = stream->inner_end = ht_place(data->spool_file, data->spool_bytes);
    status = ht_unpack_piece(stream->unpack, payload, length, data->spool, &added, cause);
    data->spool_bytes += added;
    stream->inner_end += added;
    stream->unpacked += added;
    stream->inner_from = ht_place_offset(record->place);
    return status;
}

/* ---- parts ---- */

static void next_part(struct ht_record_stream *stream) {
    stream->part++;
    if (stream->part < stream->data->parts)
        stream->at = stream->data->part[stream->part].start;
    stream->inner_at = stream->inner_end;
    if (stream->unpack != NULL)
        ht_unpack_restart(stream->unpack);
}

static void damage(struct ht_record_stream *stream, uint64_t offset, const char *what, uint32_t bytes) {
    const struct ht_perf_part *part = &stream->data->part[stream->part];
    if (!stream->outer)
        ht_perf_data_note(stream->data, "%sdata damaged at byte %llu (%s of %u bytes)", part->name,
                          (unsigned long long)offset, what, bytes);
    stream->damages++;
    stream->damaged_bytes += part->end - ht_place(ht_place_file(part->start), offset);
    next_part(stream);
}

static void cut(struct ht_record_stream *stream) {
    const struct ht_perf_part *part = &stream->data->part[stream->part];
    if (!stream->outer && (stream->at < part->end || stream->inner_at < stream->inner_end))
        ht_perf_data_note(stream->data, "%slast record cut off at byte %llu of its data", part->name,
                          (unsigned long long)(stream->at - part->start));
    next_part(stream);
}

enum ht_status ht_record_stream_next(struct ht_record_stream *stream, struct ht_raw_record *record,
                                     struct ht_cause *cause) {
    struct ht_perf_data *data = stream->data;
    while (stream->part < data->parts) {
        enum ht_status status = fetch(data, stream->inner_at, stream->inner_end, record, cause);
        if (status == HT_OK) {
            stream->inner_at += record->bytes + record->more;
            return HT_OK;
        }
        if (status == HT_DAMAGED) {
            damage(stream, stream->inner_from, "compressed: a record", record->bytes);
            continue;
        }
        if (status == HT_END)
            status = fetch(data, stream->at, data->part[stream->part].end, record, cause);
        if (status == HT_OK && !ht_perf_is_compressed(record->type)) {
            stream->at += record->bytes + record->more;
            return HT_OK;
        }
        if (status == HT_OK && !stream->outer)
            status = unpack(stream, record, cause);
        if (status == HT_OK)
            stream->at += record->bytes;
        else if (status == HT_DAMAGED)
            damage(stream, ht_place_offset(stream->at), "a record", record->bytes);
        else if (status == HT_END)
            cut(stream);
        else
            return status;
    }
    return HT_END;
}
