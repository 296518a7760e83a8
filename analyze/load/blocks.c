#include "analyze/load/blocks.h"

#include <stdlib.h>

enum ht_status ht_blocks_add(struct ht_blocks *b, uint32_t *number) {
    if (b->count >= UINT32_MAX - 1)
        return HT_LIMIT;
    if (b->count == b->blocks * HT_BLOCK_ENTRIES) {
        char **grown = realloc(b->block, (b->blocks + 1) * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        b->block = grown;
        grown[b->blocks] = calloc(HT_BLOCK_ENTRIES, b->entry_bytes);
        if (grown[b->blocks] == NULL)
            return HT_NOMEM;
        b->blocks++;
    }
    *number = b->count++;
    return HT_OK;
}

void ht_blocks_free(struct ht_blocks *b) {
    for (uint32_t i = 0; i < b->blocks; i++)
        free(b->block[i]);
    free(b->block);
    *b = (struct ht_blocks){.entry_bytes = b->entry_bytes};
}
