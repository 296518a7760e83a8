/* A perf ring buffer and the walk over its records. The kernel writes, one reader thread reads; head and tail
 * are the only shared words. Sizes are checked here, so that everything above sees whole records only: the
 * ring is mapped writable and a record's length is not to be trusted. */
#ifndef HT_RECORD_COLLECT_RING_H
#define HT_RECORD_COLLECT_RING_H

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_RECORD_MAX 65536 /* a record's size is 16 bits */

struct ht_ring {
    struct perf_event_mmap_page *page;
    const uint8_t *data;
    uint64_t bytes;      /* of data, a power of two */
    uint64_t head, tail; /* of the walk that is going on */
    uint64_t malformed;  /* walks given up at a record of impossible size */
    size_t mapped;       /* length of the mapping, 0 where the memory is not ours */
    int fd, cpu;
    _Alignas(8) uint8_t whole[HT_RECORD_MAX]; /* a record that wraps, put together */
};

/* The largest power of two up to `wanted` that the locked-memory limits allow for so many rings (a ring
 * cannot be resized once its event's watermark is set). At least a page. */
uint64_t ht_ring_fit(uint64_t wanted, unsigned rings);

/* Maps the ring of an event: bytes is a power of two of at least a page. EPERM (over the locked-memory
 * limits) is PERMISSION: try a smaller one. */
enum ht_status ht_ring_map(struct ht_ring *ring, int fd, int cpu, uint64_t bytes, struct ht_cause *cause);
void ht_ring_unmap(struct ht_ring *ring);

/* A ring over memory of the caller's, for tests. */
void ht_ring_init(struct ht_ring *ring, struct perf_event_mmap_page *page, const void *data, uint64_t bytes);

/* Starts a walk: takes the kernel's head. Returns the bytes that wait. */
uint64_t ht_ring_begin(struct ht_ring *ring);

/* Of ht_ring_next: gives the walk up at a record of impossible size; puts a record that wraps together. */
const struct perf_event_header *ht_ring_malformed(struct ht_ring *ring);
const struct perf_event_header *ht_ring_join(struct ht_ring *ring, uint64_t at, uint16_t size);

/* The next record, or NULL at the end of the walk. Valid until the next call; the kernel gets the space back
 * by ht_ring_release. */
static inline const struct perf_event_header *ht_ring_next(struct ht_ring *ring) {
    uint64_t waiting = ring->head - ring->tail, at = ring->tail & (ring->bytes - 1);
    if (waiting == 0)
        return NULL;
    const struct perf_event_header *header = (const void *)(ring->data + at);
    /* Records are 8-byte aligned and so is the ring: a header itself never wraps. */
    uint16_t size = waiting >= sizeof *header ? header->size : 0;
    if (size < sizeof *header || size % 8 != 0 || size > waiting)
        return ht_ring_malformed(ring);
    ring->tail += size;
    return size <= ring->bytes - at ? header : ht_ring_join(ring, at, size);
}

/* Gives what was walked back to the kernel. */
void ht_ring_release(struct ht_ring *ring);

#endif
