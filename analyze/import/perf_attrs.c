#include "analyze/import/perf_attrs.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/import/perf_format.h"

/* Fields that are always 8 bytes in a sample, in front of those that vary. */
#define FIXED                                                                                                \
    (HT_PS_IDENTIFIER | HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ADDR | HT_PS_ID | HT_PS_STREAM_ID |        \
     HT_PS_CPU | HT_PS_PERIOD)
#define TRAILER (HT_PS_TID | HT_PS_TIME | HT_PS_ID | HT_PS_STREAM_ID | HT_PS_CPU | HT_PS_IDENTIFIER)

static int32_t bytes_of(uint64_t sample_type, uint64_t fields) {
    return 8 * __builtin_popcountll(sample_type & fields);
}

void ht_perf_attr_derive(struct ht_perf_attr *attr) {
    uint64_t type = attr->sample_type;
    attr->newer = (type & ~HT_PS_KNOWN) != 0;
    attr->fixed_bytes = (uint16_t)bytes_of(type, FIXED);
    attr->time_offset = 0;
    if (type & HT_PS_TIME)
        attr->time_offset =
            (uint16_t)(HT_PERF_RECORD_HEADER + bytes_of(type, HT_PS_IDENTIFIER | HT_PS_IP | HT_PS_TID));
    attr->trailer_bytes = attr->flags & HT_PA_SAMPLE_ID_ALL ? (uint16_t)bytes_of(type, TRAILER) : 0;
}

static void id_places(const struct ht_perf_attr *attr, int32_t *in_sample, int32_t *from_end) {
    uint64_t type = attr->sample_type;
    *in_sample = *from_end = -1;
    if (type & HT_PS_IDENTIFIER) {
        *in_sample = HT_PERF_RECORD_HEADER;
        *from_end = 8;
    } else if (type & HT_PS_ID) {
        *in_sample = HT_PERF_RECORD_HEADER + bytes_of(type, HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ADDR);
        *from_end = 8 + bytes_of(type, HT_PS_CPU | HT_PS_STREAM_ID);
    }
    if (!(attr->flags & HT_PA_SAMPLE_ID_ALL))
        *from_end = -1;
}

static int alike(const struct ht_perf_attr *a, const struct ht_perf_attr *b) {
    return a->sample_type == b->sample_type && a->read_format == b->read_format &&
           a->branch_type == b->branch_type && a->regs_user == b->regs_user && a->regs_intr == b->regs_intr &&
           !(a->flags & HT_PA_SAMPLE_ID_ALL) == !(b->flags & HT_PA_SAMPLE_ID_ALL);
}

enum ht_status ht_perf_attrs_place_ids(struct ht_perf_attrs *attrs, struct ht_cause *cause) {
    int all_alike = 1;
    id_places(&attrs->attr[0], &attrs->id_offset, &attrs->id_from_end);
    for (uint32_t i = 1; i < attrs->count; i++) {
        int32_t in_sample, from_end;
        id_places(&attrs->attr[i], &in_sample, &from_end);
        if (in_sample != attrs->id_offset || from_end != attrs->id_from_end)
            return ht_fail(
                cause, HT_UNSUPPORTED,
                "events 0 and %u carry their ids at different places, so that no record can be told apart",
                i);
        all_alike &= alike(&attrs->attr[0], &attrs->attr[i]);
    }
    int without = attrs->count > 1 && (attrs->id_offset < 0 || attrs->ids == 0);
    if (without && !all_alike)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "its %u events have no ids and samples of different layouts, so that no sample can be "
                       "told apart; record again with a perf from Linux 3.12 on, or one event at a time",
                       attrs->count);
    attrs->indistinct = (uint8_t)without;
    return HT_OK;
}

/* ---- ids ---- */

static uint64_t slot_of(const struct ht_perf_attrs *attrs, uint64_t id) {
    return (id * 0x9e3779b97f4a7c15ull >> 20) & (attrs->slots - 1);
}

static void insert(struct ht_perf_attrs *attrs, uint64_t id, uint32_t event) {
    uint64_t slot = slot_of(attrs, id);
    while (attrs->slot[slot].id != 0 && attrs->slot[slot].id != id)
        slot = (slot + 1) & (attrs->slots - 1);
    if (attrs->slot[slot].id == id)
        return;
    attrs->slot[slot] = (struct ht_perf_id){id, event};
    attrs->ids++;
}

enum ht_status ht_perf_attrs_add_id(struct ht_perf_attrs *attrs, uint64_t id, uint32_t event) {
    if (id == 0)
        return HT_OK;
    if ((attrs->ids + 1) * 2 > attrs->slots) {
        struct ht_perf_attrs grown = *attrs;
        grown.slots = attrs->slots > 0 ? attrs->slots * 2 : 64;
        grown.ids = 0;
        if ((grown.slot = calloc(grown.slots, sizeof *grown.slot)) == NULL)
            return HT_NOMEM;
        for (uint64_t i = 0; i < attrs->slots; i++)
            if (attrs->slot[i].id != 0)
                insert(&grown, attrs->slot[i].id, attrs->slot[i].event);
        free(attrs->slot);
        *attrs = grown;
    }
    insert(attrs, id, event);
    return HT_OK;
}

int32_t ht_perf_attrs_find(const struct ht_perf_attrs *attrs, uint64_t id) {
    if (id == 0 || attrs->slots == 0)
        return -1;
    for (uint64_t slot = slot_of(attrs, id); attrs->slot[slot].id != 0;
         slot = (slot + 1) & (attrs->slots - 1))
        if (attrs->slot[slot].id == id)
            return (int32_t)attrs->slot[slot].event;
    return -1;
}

int32_t ht_perf_attrs_event_of(const struct ht_perf_attrs *attrs, const uint8_t *record, uint32_t bytes) {
    if (attrs->count == 1 || attrs->indistinct)
        return 0;
    uint64_t id;
    if (ht_file_u32(record, attrs->swap) == HT_PERF_SAMPLE) {
        if (attrs->id_offset < 0 || (uint32_t)attrs->id_offset + 8 > bytes)
            return -1;
        id = ht_file_u64(record + attrs->id_offset, attrs->swap);
    } else {
        if (!(attrs->attr[0].flags & HT_PA_SAMPLE_ID_ALL) || attrs->id_from_end < 0)
            return 0;
        if ((uint32_t)attrs->id_from_end + HT_PERF_RECORD_HEADER > bytes)
            return -1;
        id = ht_file_u64(record + bytes - attrs->id_from_end, attrs->swap);
    }
    return id == 0 ? 0 : ht_perf_attrs_find(attrs, id);
}

uint64_t ht_perf_attr_time(const struct ht_perf_attr *attr, const uint8_t *record, uint32_t bytes) {
    if (ht_file_u32(record, attr->swap) == HT_PERF_SAMPLE) {
        if (attr->time_offset == 0 || attr->time_offset + 8u > bytes)
            return 0;
        return ht_file_u64(record + attr->time_offset, attr->swap);
    }
    if (attr->trailer_bytes == 0 || !(attr->sample_type & HT_PS_TIME) ||
        attr->trailer_bytes + HT_PERF_RECORD_HEADER > bytes)
        return 0;
    return ht_file_u64(record + bytes - attr->trailer_bytes + bytes_of(attr->sample_type, HT_PS_TID),
                       attr->swap);
}

/* ---- reading ---- */

/* The bit fields, as the kernel's headers declare them for a little endian machine. A big endian one has the
 * first of them in the highest bit; of those that are wider than a bit only precise_ip matters. */
static uint64_t bit_fields(const uint8_t *raw, int swap) {
    uint64_t value = ht_file_u64(raw, swap), flags = 0;
    if (!swap)
        return value;
    for (unsigned bit = 0; bit < 64; bit++)
        flags |= (value >> bit & 1) << (63 - bit);
    uint64_t precise = flags >> 15 & 3;
    precise = precise >> 1 | (precise & 1) << 1;
    return (flags & ~(3ull << 15)) | precise << 15;
}

/* Fields by offset and width; what the file's attr is too short for stays 0. */
static void decode(const uint8_t *raw, uint32_t bytes, int swap, struct ht_perf_attr *attr) {
    uint8_t full[128] = {0};
    memcpy(full, raw, bytes < sizeof full ? bytes : sizeof full);
    *attr = (struct ht_perf_attr){.type = ht_file_u32(full, swap),
                                  .swap = swap != 0,
                                  .bytes = bytes,
                                  .config = ht_file_u64(full + 8, swap),
                                  .period = ht_file_u64(full + 16, swap),
                                  .sample_type = ht_file_u64(full + 24, swap),
                                  .read_format = ht_file_u64(full + 32, swap),
                                  .flags = bit_fields(full + 40, swap),
                                  .config1 = ht_file_u64(full + 56, swap),
                                  .config2 = ht_file_u64(full + 64, swap),
                                  .branch_type = ht_file_u64(full + 72, swap),
                                  .regs_user = ht_file_u64(full + 80, swap),
                                  .clockid = ht_file_u32(full + 92, swap),
                                  .regs_intr = ht_file_u64(full + 96, swap)};
    ht_perf_attr_derive(attr);
}

enum ht_status ht_perf_attrs_add(struct ht_perf_attrs *attrs, const uint8_t *raw, uint64_t bytes, int swap,
                                 uint32_t *used) {
    *used = bytes >= 8 ? ht_file_u32(raw + 4, swap) : 0;
    if (*used == 0)
        *used = HT_PERF_ATTR_BYTES_MIN;
    if (*used < HT_PERF_ATTR_BYTES_MIN || *used > bytes)
        return HT_DAMAGED;
    if (attrs->count == HT_PERF_EVENTS_MAX)
        return HT_LIMIT;
    if (attrs->count == attrs->capacity) {
        uint32_t capacity = attrs->capacity < 16 ? 16 : attrs->capacity * 2;
        struct ht_perf_attr *grown = realloc(attrs->attr, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        attrs->attr = grown;
        attrs->capacity = capacity;
    }
    attrs->swap = swap != 0;
    decode(raw, *used, swap, &attrs->attr[attrs->count++]);
    return HT_OK;
}

static enum ht_status read_ids(struct ht_perf_data *data, struct ht_perf_attrs *attrs, uint32_t event,
                               struct ht_perf_section ids, struct ht_cause *cause) {
    if (ids.offset > data->file_bytes || ids.bytes > data->file_bytes - ids.offset)
        return ht_fail(cause, HT_TRUNCATED, "%s: the ids of event %u lie beyond its end (%llu bytes)",
                       data->path, event, (unsigned long long)data->file_bytes);
    for (uint64_t i = 0; i < ids.bytes / 8; i++) {
        uint8_t id[8];
        enum ht_status status = ht_perf_data_read(data, ids.offset + i * 8, id, sizeof id, cause);
        if (status != HT_OK)
            return status;
        if (ht_perf_attrs_add_id(attrs, ht_file_u64(id, data->swap), event) != HT_OK)
            return ht_fail(cause, HT_NOMEM, "out of memory");
    }
    return HT_OK;
}

static enum ht_status read_attr(struct ht_perf_data *data, struct ht_perf_attrs *attrs, uint32_t event,
                                struct ht_cause *cause) {
    uint64_t offset = data->attrs.offset + event * data->attr_bytes;
    uint64_t room = data->attr_bytes - 16;
    uint8_t raw[128] = {0}, section[16];
    uint32_t bytes;
    enum ht_status status =
        ht_perf_data_read(data, offset, raw, room < sizeof raw ? room : sizeof raw, cause);
    if (status != HT_OK)
        return status;
    status = ht_perf_attrs_add(attrs, raw, room, data->swap, &bytes);
    if (status == HT_DAMAGED)
        return ht_fail(cause, status,
                       "%s: byte %llu: event %u has an attribute of %u bytes in a place for %llu", data->path,
                       (unsigned long long)offset, event, bytes, (unsigned long long)room);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory");
    status = ht_perf_data_read(data, offset + room, section, sizeof section, cause);
    if (status != HT_OK)
        return status;
    struct ht_perf_section ids = {ht_file_u64(section, data->swap), ht_file_u64(section + 8, data->swap)};
    return read_ids(data, attrs, event, ids, cause);
}

enum ht_status ht_perf_attrs_read(struct ht_perf_data *data, struct ht_perf_attrs *attrs,
                                  struct ht_cause *cause) {
    memset(attrs, 0, sizeof *attrs);
    if (data->attr_bytes < HT_PERF_ATTR_BYTES_MIN + 16 || data->attr_bytes > HT_PERF_RECORD_MAX)
        return ht_fail(cause, HT_DAMAGED, "%s: event attributes of %llu bytes cannot be", data->path,
                       (unsigned long long)data->attr_bytes);
    uint64_t count = data->attrs.bytes / data->attr_bytes;
    if (count == 0 || count > HT_PERF_EVENTS_MAX)
        return ht_fail(cause, HT_DAMAGED, "%s: has %llu events (1 to %u can be)", data->path,
                       (unsigned long long)count, HT_PERF_EVENTS_MAX);
    enum ht_status status = HT_OK;
    for (uint32_t event = 0; event < count && status == HT_OK; event++)
        status = read_attr(data, attrs, event, cause);
    if (status == HT_OK)
        status = ht_perf_attrs_place_ids(attrs, cause);
    if (status != HT_OK)
        ht_perf_attrs_free(attrs);
    return status;
}

void ht_perf_attrs_free(struct ht_perf_attrs *attrs) {
    free(attrs->attr);
    free(attrs->slot);
    memset(attrs, 0, sizeof *attrs);
}
