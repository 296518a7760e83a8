/* The events of a perf.data: their attributes, and which event a record belongs to.
 *
 * Owns its arrays until ht_perf_attrs_free; read-only after reading, so any thread may look up. Source of the
 * layout: struct perf_event_attr in linux/perf_event.h; attrs of any size from 64 bytes on, fields beyond it
 * are 0. */
#ifndef HT_IMPORT_PERF_ATTRS_H
#define HT_IMPORT_PERF_ATTRS_H

#include <stdint.h>

#include "analyze/import/perf_data.h"

#define HT_PERF_EVENTS_MAX 4096u

struct ht_perf_attr {
    uint32_t type, bytes;
    uint64_t config, config1, config2, period, sample_type, read_format, flags, branch_type;
    uint64_t regs_user, regs_intr;
    uint32_t clockid;
    uint16_t fixed_bytes; /* of a sample's leading fields of fixed size, without the record header */
    uint16_t time_offset; /* of the time in a sample record, 0 where it has none */
    uint16_t trailer_bytes;
    uint8_t swap;  /* samples have the other byte order */
    uint8_t newer; /* sample_type has bits of unknown meaning: samples end with unknown fields */
};

struct ht_perf_id {
    uint64_t id; /* 0: empty slot, synthesized records have it */
    uint32_t event;
};

struct ht_perf_attrs {
    struct ht_perf_attr *attr;
    uint32_t count, capacity;
    struct ht_perf_id *slot;
    uint64_t slots; /* power of two, 0 where no event has ids */
    uint64_t ids;
    int32_t id_offset;   /* of the id in a sample record, -1: samples carry none */
    int32_t id_from_end; /* of the id in the trailer, from the record's end; -1: none */
    uint8_t swap;
    uint8_t indistinct; /* no ids, but samples of one layout: all count as the first event's */
};

/* TRUNCATED, DAMAGED where sizes contradict each other, UNSUPPORTED where no sample can be
 * told apart: events put their ids at different places, or have none and samples of different layouts. */
enum ht_status ht_perf_attrs_read(struct ht_perf_data *data, struct ht_perf_attrs *attrs,
                                  struct ht_cause *cause);
void ht_perf_attrs_free(struct ht_perf_attrs *attrs);

/* Appends the event of an attr, of which at most `bytes` are there. DAMAGED: it says that it is longer;
 * LIMIT, NOMEM. *used: its length. */
enum ht_status ht_perf_attrs_add(struct ht_perf_attrs *attrs, const uint8_t *raw, uint64_t bytes, int swap,
                                 uint32_t *used);

/* Computes what follows from sample_type and flags; ht_perf_attrs_read does it, tests with attrs of their own
 * too. */
void ht_perf_attr_derive(struct ht_perf_attr *attr);
enum ht_status ht_perf_attrs_place_ids(struct ht_perf_attrs *attrs, struct ht_cause *cause);
enum ht_status ht_perf_attrs_add_id(struct ht_perf_attrs *attrs, uint64_t id, uint32_t event);

/* The event of an id, -1 where it is unknown. */
int32_t ht_perf_attrs_find(const struct ht_perf_attrs *attrs, uint64_t id);

/* The event that a kernel record (bytes long, header included) belongs to; -1 unknown. As perf: the only
 * event where there is one; the first for records that perf made up (id 0) and for records without a trailer.
 */
int32_t ht_perf_attrs_event_of(const struct ht_perf_attrs *attrs, const uint8_t *record, uint32_t bytes);

/* The time of a kernel record of this event; 0 where it carries none. */
uint64_t ht_perf_attr_time(const struct ht_perf_attr *attr, const uint8_t *record, uint32_t bytes);

#endif
