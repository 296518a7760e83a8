/* Arrays that grow by doubling. No state, any thread. */
#ifndef HT_RECORD_BASE_GROW_H
#define HT_RECORD_BASE_GROW_H

#include <stddef.h>

/* The array with room for `needed` elements of `size` bytes, moved where it has to be; capacity counts
 * elements. NULL on memory shortage: then the old array is as it was. */
void *ht_grow(void *array, size_t *capacity, size_t needed, size_t size);

#endif
