#include "record/base/grow.h"

#include <stdlib.h>

#define CAPACITY_FIRST 64

void *ht_grow(void *array, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity)
        return array;
    size_t grown = *capacity == 0 ? CAPACITY_FIRST : *capacity * 2;
    if (grown < needed)
        grown = needed;
    void *moved = reallocarray(array, grown, size);
    if (moved != NULL)
        *capacity = grown;
    return moved;
}
