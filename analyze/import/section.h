/* Reads numbers and strings of a feature section out of memory. Never past its end: once something is
 * missing, `bad` stays set and everything reads as 0 and "". No allocation; texts point into the section and
 * end there. Any thread. */
#ifndef HT_IMPORT_SECTION_H
#define HT_IMPORT_SECTION_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "analyze/import/byte_order.h"

struct ht_section {
    const uint8_t *at, *end;
    int bad, swap; /* swap: of the other byte order */
};

static inline const uint8_t *ht_section_bytes(struct ht_section *s, uint64_t length) {
    if (s->bad || length > (uint64_t)(s->end - s->at)) {
        s->bad = 1;
        return NULL;
    }
    const uint8_t *bytes = s->at;
    s->at += length;
    return bytes;
}

static inline uint32_t ht_section_u32(struct ht_section *s) {
    const uint8_t *bytes = ht_section_bytes(s, 4);
    return bytes != NULL ? ht_file_u32(bytes, s->swap) : 0;
}

static inline uint64_t ht_section_u64(struct ht_section *s) {
    const uint8_t *bytes = ht_section_bytes(s, 8);
    return bytes != NULL ? ht_file_u64(bytes, s->swap) : 0;
}

static inline uint64_t ht_section_left(const struct ht_section *s) {
    return s->bad ? 0 : (uint64_t)(s->end - s->at);
}

/* perf's strings: u32 length, then as many bytes, padded with zeros. Always terminated: one without a zero is
 * bad. */
static inline const char *ht_section_string(struct ht_section *s) {
    uint32_t length = ht_section_u32(s);
    const uint8_t *bytes = ht_section_bytes(s, length);
    if (bytes == NULL || memchr(bytes, 0, length) == NULL) {
        s->bad = 1;
        return "";
    }
    return (const char *)bytes;
}

/* A string up to its zero. */
static inline const char *ht_section_text(struct ht_section *s) {
    const uint8_t *zero = s->bad ? NULL : memchr(s->at, 0, (size_t)(s->end - s->at));
    if (zero == NULL) {
        s->bad = 1;
        return "";
    }
    const char *text = (const char *)s->at;
    s->at = zero + 1;
    return text;
}

#endif
