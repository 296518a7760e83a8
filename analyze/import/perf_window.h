/* A cache of blocks of the files of a recording, for reading many places of them forward in turns. Pointers
 * hold until the next call; a file may grow meanwhile. Owned by perf_data; one thread. At most 2,048 blocks
 * of 32 KiB, allocated as they are needed. */
#ifndef HT_IMPORT_PERF_WINDOW_H
#define HT_IMPORT_PERF_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_perf_window;

/* A place is a file's number in the upper 16 bits and an offset in the lower 48. */
#define HT_PLACE_SHIFT 48
#define HT_PLACE_MAX   ((1ull << HT_PLACE_SHIFT) - 1)

static inline uint64_t ht_place(unsigned file, uint64_t offset) {
    return (uint64_t)file << HT_PLACE_SHIFT | offset;
}

static inline unsigned ht_place_file(uint64_t place) {
    return (unsigned)(place >> HT_PLACE_SHIFT);
}

static inline uint64_t ht_place_offset(uint64_t place) {
    return place & HT_PLACE_MAX;
}

struct ht_perf_window *ht_perf_window_new(void); /* NULL: out of memory */
void ht_perf_window_free(struct ht_perf_window *window);

/* Makes a file readable under the next number, from 0 on; does not own fd. LIMIT: 65,536 files; NOMEM. */
enum ht_status ht_perf_window_add(struct ht_perf_window *window, int fd, unsigned *file);

/* length bytes (at most 65,536) at a place. NULL: TRUNCATED at the end of the file, IO with errno, NOMEM. */
const uint8_t *ht_perf_window_at(struct ht_perf_window *window, uint64_t place, size_t length,
                                 enum ht_status *status);

#endif
