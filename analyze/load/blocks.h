/* An array that grows without moving: millions of entries, and pointers to them stay valid. One thread. */
#ifndef HT_ANALYZE_LOAD_BLOCKS_H
#define HT_ANALYZE_LOAD_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_BLOCK_SHIFT   14
#define HT_BLOCK_ENTRIES (1u << HT_BLOCK_SHIFT)

struct ht_blocks {
    char **block;
    uint32_t count, blocks;
    size_t entry_bytes; /* set it before the first add */
};

/* A new entry of zeros; *number counts from 0. */
enum ht_status ht_blocks_add(struct ht_blocks *blocks, uint32_t *number);
void ht_blocks_free(struct ht_blocks *blocks); /* a zeroed one is fine */

static inline void *ht_blocks_get(const struct ht_blocks *blocks, uint32_t number) {
    return blocks->block[number >> HT_BLOCK_SHIFT] + (number & (HT_BLOCK_ENTRIES - 1)) * blocks->entry_bytes;
}

#endif
