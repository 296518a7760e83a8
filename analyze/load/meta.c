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
    memset(meta, 0, sizeof *meta);
}

static struct ht_meta_pair *find(const struct ht_meta *meta, const char *key) {
    for (uint32_t i = 0; i < meta->count; i++)
        if (strcmp(meta->pair[i].key, key) == 0)
            return &meta->pair[i];
    return NULL;
}

static enum ht_status set(struct ht_meta *meta, char *key, char *value) {
    if (key == NULL || value == NULL)
        goto fail;
    struct ht_meta_pair *there = find(meta, key);
    if (there != NULL) {
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
