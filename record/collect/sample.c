#include "record/collect/sample.h"

#include <string.h>

#define SAMPLE_TYPES                                                                                         \
    (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |       \
     PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN | \
     PERF_SAMPLE_RAW | PERF_SAMPLE_WEIGHT | PERF_SAMPLE_DATA_SRC | PERF_SAMPLE_PHYS_ADDR)

/* Reads 8-byte words up to an end; `bad` once one is missing. */
struct cursor {
    const uint8_t *at, *end;
    int bad;
};

static inline uint64_t word(struct cursor *c) {
    uint64_t value = 0;
    if (c->end - c->at < 8) {
        c->bad = 1;
        return 0;
    }
    memcpy(&value, c->at, 8);
    c->at += 8;
    return value;
}

static inline void task(struct cursor *c, struct ht_sample *s) {
    uint64_t both = word(c);
    s->pid = (int32_t)(uint32_t)both;
    s->tid = (int32_t)(uint32_t)(both >> 32);
}

static void parse_raw(struct cursor *c, struct ht_sample *s) {
    uint32_t size;
    if (c->end - c->at < 8) {
        c->bad = 1;
        return;
    }
    memcpy(&size, c->at, sizeof size);
    if (size > (uint64_t)(c->end - c->at) - sizeof size || (size + sizeof size) % 8 != 0) {
        c->bad = 1;
        return;
    }
    s->raw = c->at + sizeof size;
    s->raw_bytes = size;
    c->at += sizeof size + size;
}

/* A count and so many words. */
static void parse_chain(struct cursor *c, struct ht_sample *s) {
    uint64_t words = word(c);
    if (words > (uint64_t)(c->end - c->at) / 8) {
        c->bad = 1;
        return;
    }
    s->chain = c->at;
    s->chain_words = (uint32_t)words;
    c->at += words * 8;
}

/* What samples and the trailers of other records share, in this order; trailers have no address. */
static inline void parse_common(struct cursor *c, uint64_t type, struct ht_sample *s) {
    if (type & PERF_SAMPLE_TID)
        task(c, s);
    if (type & PERF_SAMPLE_TIME)
        s->time = word(c);
    if (type & PERF_SAMPLE_ADDR)
        s->address = word(c);
    if (type & PERF_SAMPLE_ID)
        s->id = word(c);
    if (type & PERF_SAMPLE_STREAM_ID)
        word(c);
    if (type & PERF_SAMPLE_CPU)
        s->cpu = (uint32_t)word(c);
}

int ht_sample_parse(const struct perf_event_header *header, uint64_t type, struct ht_sample *s) {
    struct cursor c = {(const uint8_t *)(header + 1), (const uint8_t *)header + header->size, 0};
    if ((type & ~(uint64_t)SAMPLE_TYPES) != 0)
        return 0;
    memset(s, 0, sizeof *s);
    if (type & PERF_SAMPLE_IDENTIFIER)
        s->id = word(&c);
    if (type & PERF_SAMPLE_IP)
        s->ip = word(&c);
    parse_common(&c, type, s);
    if (type & PERF_SAMPLE_PERIOD)
        s->period = word(&c);
    if (type & PERF_SAMPLE_CALLCHAIN)
        parse_chain(&c, s);
    if (type & PERF_SAMPLE_RAW)
        parse_raw(&c, s);
    if (type & PERF_SAMPLE_WEIGHT)
        s->weight = word(&c);
    if (type & PERF_SAMPLE_DATA_SRC)
        s->data_src = word(&c);
    if (type & PERF_SAMPLE_PHYS_ADDR)
        s->phys = word(&c);
    return !c.bad;
}

int ht_trailer_parse(const struct perf_event_header *header, uint64_t type, struct ht_sample *s,
                     uint32_t *body) {
    uint32_t bytes = (uint32_t)__builtin_popcountll(type & HT_TRAILER_TYPES) * 8;
    if (header->size < sizeof *header + bytes)
        return 0;
    const uint8_t *end = (const uint8_t *)header + header->size;
    struct cursor c = {end - bytes, end, 0};
    memset(s, 0, sizeof *s);
    parse_common(&c, type & HT_TRAILER_TYPES, s);
    if (type & PERF_SAMPLE_IDENTIFIER)
        s->id = word(&c);
    *body = header->size - (uint32_t)sizeof *header - bytes;
    return !c.bad;
}
