#include "analyze/import/perf_window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/import/perf_format.h"

#define BLOCK_SHIFT 15
#define BLOCK_BYTES (1u << BLOCK_SHIFT)
#define SETS        512u
#define WAYS        4u /* the runs of many CPUs advance in step: some fall into one set */

struct block {
    uint64_t number; /* offset / BLOCK_BYTES */
    uint32_t bytes;  /* 0: empty */
    uint32_t used;   /* of the window's clock */
    uint8_t *data;
};

struct ht_perf_window {
    int *fd; /* by file number */
    unsigned files;
    uint32_t clock;
    struct block *last;
    struct block block[SETS * WAYS];
    uint8_t spanning[HT_PERF_RECORD_MAX];
};

struct ht_perf_window *ht_perf_window_new(void) {
    struct ht_perf_window *window = calloc(1, sizeof *window);
    if (window != NULL)
        window->last = &window->block[0];
    return window;
}

enum ht_status ht_perf_window_add(struct ht_perf_window *window, int fd, unsigned *file) {
    if (window->files > UINT16_MAX)
        return HT_LIMIT;
    int *grown = realloc(window->fd, (window->files + 1) * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    window->fd = grown;
    window->fd[window->files] = fd;
    *file = window->files++;
    return HT_OK;
}

void ht_perf_window_free(struct ht_perf_window *window) {
    if (window == NULL)
        return;
    for (unsigned i = 0; i < SETS * WAYS; i++)
        free(window->block[i].data);
    free(window->fd);
    free(window);
}

static enum ht_status fill(struct ht_perf_window *window, struct block *block, uint64_t number) {
    if (block->data == NULL && (block->data = malloc(BLOCK_BYTES)) == NULL)
        return HT_NOMEM;
    uint64_t start = number << BLOCK_SHIFT;
    block->number = number;
    block->bytes = 0;
    if (ht_place_file(start) >= window->files)
        return HT_TRUNCATED;
    while (block->bytes < BLOCK_BYTES) {
        ssize_t n = pread(window->fd[ht_place_file(start)], block->data + block->bytes,
                          BLOCK_BYTES - block->bytes, (off_t)(ht_place_offset(start) + block->bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            block->bytes = 0;
            return HT_IO;
        }
        if (n == 0)
            break;
        block->bytes += (uint32_t)n;
    }
    return HT_OK;
}

/* The block of a number, with as many bytes as are wanted where the file has them. */
static enum ht_status find(struct ht_perf_window *window, uint64_t number, uint32_t want,
                           struct block **found) {
    /* Neighbours go to neighbouring sets; the high bits are folded in, so that runs a power of two apart do
     * not share one, and neither do the starts of the files. */
    uint64_t set =
        (number ^ number >> 9 ^ number >> 18 ^ (number >> (HT_PLACE_SHIFT - BLOCK_SHIFT)) * 37) % SETS;
    struct block *oldest = &window->block[set * WAYS];
    window->clock++;
    for (unsigned way = 0; way < WAYS; way++) {
        struct block *block = &window->block[set * WAYS + way];
        if (block->bytes > 0 && block->number == number) {
            block->used = window->clock;
            *found = window->last = block;
            /* The end of the file as it was: it may have grown. */
            return want <= block->bytes ? HT_OK : fill(window, block, number);
        }
        if (window->clock - block->used > window->clock - oldest->used || block->data == NULL)
            oldest = block;
    }
    enum ht_status status = fill(window, oldest, number);
    if (status != HT_OK)
        return status;
    oldest->used = window->clock;
    *found = window->last = oldest;
    return HT_OK;
}

static enum ht_status gather(struct ht_perf_window *window, uint64_t place, size_t length) {
    size_t done = 0;
    while (done < length) {
        struct block *block;
        uint32_t within = (uint32_t)((place + done) & (BLOCK_BYTES - 1));
        size_t room = BLOCK_BYTES - within, left = length - done;
        uint32_t want = within + (uint32_t)(left < room ? left : room);
        enum ht_status status = find(window, (place + done) >> BLOCK_SHIFT, want, &block);
        if (status != HT_OK)
            return status;
        if (within >= block->bytes)
            return HT_TRUNCATED;
        size_t part = block->bytes - within < length - done ? block->bytes - within : length - done;
        memcpy(window->spanning + done, block->data + within, part);
        done += part;
        if (done < length && block->bytes < BLOCK_BYTES)
            return HT_TRUNCATED;
    }
    return HT_OK;
}

const uint8_t *ht_perf_window_at(struct ht_perf_window *window, uint64_t place, size_t length,
                                 enum ht_status *status) {
    uint64_t number = place >> BLOCK_SHIFT;
    uint32_t within = (uint32_t)(place & (BLOCK_BYTES - 1));
    *status = HT_OK;
    if (length > HT_PERF_RECORD_MAX || ht_place_offset(place) > HT_PLACE_MAX - length) {
        *status = HT_TRUNCATED;
        return NULL;
    }
    if (within + length > BLOCK_BYTES) {
        *status = gather(window, place, length);
        return *status == HT_OK ? window->spanning : NULL;
    }
    struct block *block = window->last;
    if (block->number != number || within + length > block->bytes)
        *status = find(window, number, within + (uint32_t)length, &block);
    if (*status == HT_OK && within + length > block->bytes)
        *status = HT_TRUNCATED;
    return *status == HT_OK ? block->data + within : NULL;
}
