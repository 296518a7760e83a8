/* A cache of blocks of a file, for reading many places of it forward in turns. Pointers hold until the next
 * call. Owned by perf_data; one thread. At most 2,048 blocks of 32 KiB, allocated as they are needed. */
#ifndef HT_IMPORT_PERF_WINDOW_H
#define HT_IMPORT_PERF_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_perf_window;

struct ht_perf_window *ht_perf_window_new(int fd); /* NULL: out of memory; does not own fd */
void ht_perf_window_free(struct ht_perf_window *window);

/* length bytes (at most 65,536) at offset. NULL: TRUNCATED at the end of the file, IO with errno, NOMEM. */
const uint8_t *ht_perf_window_at(struct ht_perf_window *window, uint64_t offset, size_t length,
                                 enum ht_status *status);

#endif
