#include "analyze/import/build_ids.h"

#include <stdlib.h>

#include "analyze/import/perf_format.h"

#define HEAD      36u /* record header 8, pid 4, id 20, its size 1, reserved 3 */
#define COUNT_MAX (1u << 20)

/* record: header, s32 pid, u8 id[20], u8 size, u8 reserved[3], path */
static enum ht_status add_one(struct ht_build_ids *ids, const uint8_t *record, uint32_t bytes, int swap) {
    if (bytes <= HEAD)
        return HT_DAMAGED;
    const char *path = (const char *)record + HEAD;
    size_t length = strnlen(path, bytes - HEAD);
    uint16_t misc = ht_file_u16(record + 4, swap);
    uint8_t size = misc & HT_PERF_MISC_BUILD_ID_SIZE ? record[32] : 20;
    if (length == 0 || size == 0 || size > 20 || ids->count >= COUNT_MAX)
        return HT_OK;
    if (ids->count == ids->capacity) {
        size_t capacity = ids->capacity < 16 ? 16 : ids->capacity * 2;
        struct ht_build_id *grown = realloc(ids->entry, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        ids->entry = grown;
        ids->capacity = capacity;
    }
    struct ht_build_id *entry = &ids->entry[ids->count];
    memset(entry, 0, sizeof *entry);
    entry->path = strndup(path, length);
    if (entry->path == NULL)
        return HT_NOMEM;
    entry->bytes = size;
    memcpy(entry->id, record + 12, size);
    ids->count++;
    return HT_OK;
}

enum ht_status ht_build_ids_add(struct ht_build_ids *ids, struct ht_section *records) {
    while (ht_section_left(records) > 0) {
        const uint8_t *head = ht_section_bytes(records, HT_PERF_RECORD_HEADER);
        uint32_t bytes = head != NULL ? ht_file_u16(head + 6, records->swap) : 0;
        if (bytes < HT_PERF_RECORD_HEADER || ht_section_bytes(records, bytes - HT_PERF_RECORD_HEADER) == NULL)
            return HT_DAMAGED;
        enum ht_status status = add_one(ids, head, bytes, records->swap);
        if (status != HT_OK)
            return status;
    }
    return HT_OK;
}

const struct ht_build_id *ht_build_ids_find(const struct ht_build_ids *ids, const char *path) {
    for (size_t i = 0; i < ids->count; i++)
        if (strcmp(ids->entry[i].path, path) == 0)
            return &ids->entry[i];
    return NULL;
}

void ht_build_ids_free(struct ht_build_ids *ids) {
    for (size_t i = 0; i < ids->count; i++)
        free(ids->entry[i].path);
    free(ids->entry);
    memset(ids, 0, sizeof *ids);
}
