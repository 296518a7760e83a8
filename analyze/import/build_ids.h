/* Build ids by path, as perf noted them at the end of the recording. Owns copies. One thread. */
#ifndef HT_IMPORT_BUILD_IDS_H
#define HT_IMPORT_BUILD_IDS_H

#include "analyze/import/section.h"
#include "schema/status.h"

struct ht_build_id {
    char *path;
    uint8_t bytes, id[20];
};

struct ht_build_ids {
    struct ht_build_id *entry;
    size_t count, capacity;
};

/* Adds the build-id records (type 67) of a BUILD_ID section, or a single one of the data. DAMAGED: what
 * stands before the damage was added. */
enum ht_status ht_build_ids_add(struct ht_build_ids *ids, struct ht_section *records);

/* NULL where the path has none. */
const struct ht_build_id *ht_build_ids_find(const struct ht_build_ids *ids, const char *path);

void ht_build_ids_free(struct ht_build_ids *ids);

#endif
