/* The key/value facts of a capture (META chunks); a later value replaces an earlier one. */
#ifndef HT_ANALYZE_LOAD_META_H
#define HT_ANALYZE_LOAD_META_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/table.h"

struct ht_meta_pair {
    char *key, *value; /* terminated; bytes as recorded */
};

struct ht_meta {
    struct ht_meta_pair *pair;
    uint32_t count, capacity;
    struct ht_slots slots; /* by key */
};

void ht_meta_free(struct ht_meta *meta); /* a zeroed one is fine */
enum ht_status ht_meta_add(struct ht_meta *meta, const struct ht_table *table);
const char *ht_meta_text(const struct ht_meta *meta, const char *key); /* NULL where absent */

/* A decimal number, or otherwise where the key is absent or no number. */
int64_t ht_meta_number(const struct ht_meta *meta, const char *key, int64_t otherwise);

#endif
