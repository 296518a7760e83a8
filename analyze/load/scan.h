/* Walks the chunks of a capture and delivers decoded tables in file order; damage is passed over and
 * remembered. One thread. */
#ifndef HT_ANALYZE_LOAD_SCAN_H
#define HT_ANALYZE_LOAD_SCAN_H

#include <stdint.h>

#include "schema/capture_read.h"

#define HT_KIND_BIT(kind) (UINT64_C(1) << HT_CHUNK_##kind)
#define HT_ALL_KINDS      (~UINT64_C(0))

/* What was wrong with the file: as far as the kinds that were decoded tell. */
struct ht_scan_problems {
    int truncated;           /* the file ends without its trailer, or inside a chunk header that is damaged */
    uint32_t damaged_chunks; /* passed over */
    uint32_t unknown_chunks; /* kinds of a newer version, passed over */
    struct ht_cause first;   /* text of the first problem; "" where none */
};

/* Adds what another walk, over other kinds, found; the number of damaged chunks is that of the worse one. */
void ht_scan_note(struct ht_scan_problems *problems, const struct ht_scan_problems *found);

/* The table is reused after the call returns. A status other than OK ends the walk with that status. */
typedef enum ht_status (*ht_table_fn)(void *context, const struct ht_chunk_info *info, struct ht_table *table,
                                      struct ht_cause *cause);

/* kinds: bits of the kinds to decode (kinds of 64 and more are unknown to this version and only counted).
 * Problems of the file are no failure. */
enum ht_status ht_scan(struct ht_reader *reader, uint64_t kinds, ht_table_fn fn, void *context,
                       struct ht_scan_problems *problems, struct ht_cause *cause);

#endif
