#include "analyze/load/meta.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ht_meta_free(struct ht_meta *meta) {
    for (uint32_t i = 0; i < meta->count; i++) {
        free(meta->pair[i].key);
        free(meta->pair[i].value);
    }
    free(meta->pair);
    ht_slots_free(&meta->slots);
    memset(meta, 0, sizeof *meta);
}

static uint64_t hash_key(const void *table, uint32_t number) {
    return ht_slots_text(((const struct ht_meta *)table)->pair[number].key);
}

/* Where the key stands in the hash, or would. */
static uint64_t place_of(const struct ht_meta *meta, const char *key) {
    uint64_t h = ht_slots_first(&meta->slots, ht_slots_text(key));
    while (meta->slots.slot[h] != 0 && strcmp(meta->pair[meta->slots.slot[h] - 1].key, key) != 0)
        h = ht_slots_next(&meta->slots, h);
    return h;
}

static const struct ht_meta_pair *find(const struct ht_meta *meta, const char *key) {
    uint32_t number = meta->slots.slots > 0 ? meta->slots.slot[place_of(meta, key)] : 0;
    return number > 0 ? &meta->pair[number - 1] : NULL;
}

static enum ht_status set(struct ht_meta *meta, char *key, char *value) {
    if (key == NULL || value == NULL || ht_slots_room(&meta->slots, meta->count, hash_key, meta) != HT_OK)
        goto fail;
    uint64_t place = place_of(meta, key);
    if (meta->slots.slot[place] != 0) {
        struct ht_meta_pair *there = &meta->pair[meta->slots.slot[place] - 1];
        free(there->value);
        there->value = value;
        free(key);
        return HT_OK;
    }
    if (meta->count == meta->capacity) {
        uint32_t capacity = meta->capacity < 32 ? 32 : meta->capacity * 2;
        struct ht_meta_pair *grown = realloc(meta->pair, capacity * sizeof *grown);
        if (grown == NULL)
            goto fail;
        meta->pair = grown;
        meta->capacity = capacity;
    }
    meta->pair[meta->count++] = (struct ht_meta_pair){key, value};
    meta->slots.slot[place] = meta->count;
    return HT_OK;
fail:
    free(key);
    free(value);
    return HT_NOMEM;
}

enum ht_status ht_meta_add(struct ht_meta *meta, const struct ht_table *table) {
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; status == HT_OK && i < table->rows; i++) {
        struct ht_bytes key = ht_table_bytes(table, HT_META_KEY, i),
                        value = ht_table_bytes(table, HT_META_VALUE, i);
        status = set(meta, strndup(key.data, key.length), strndup(value.data, value.length));
    }
    return status;
}

const char *ht_meta_text(const struct ht_meta *meta, const char *key) {
    const struct ht_meta_pair *pair = find(meta, key);
    return pair != NULL ? pair->value : NULL;
}

int64_t ht_meta_number(const struct ht_meta *meta, const char *key, int64_t otherwise) {
    const char *text = ht_meta_text(meta, key);
    if (text == NULL || *text == '\0')
        return otherwise;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? value : otherwise;
}
