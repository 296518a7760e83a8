#include "record/collect/ring.h"

#include <errno.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/privilege.h"

/* The kernel counts perf_event_mlock_kb for each online CPU, and the process's RLIMIT_MEMLOCK on top. */
uint64_t ht_ring_fit(uint64_t wanted, unsigned rings) {
    struct rlimit limit;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (ht_has_capability(CAP_IPC_LOCK) || ht_file_number("", "/proc/sys/kernel/perf_event_paranoid", 2) < 0)
        return wanted;
    uint64_t pool = (uint64_t)ht_file_number("", "/proc/sys/kernel/perf_event_mlock_kb", 516) * 1024 * rings;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
        if (limit.rlim_cur == RLIM_INFINITY)
            return wanted;
        pool += limit.rlim_cur;
    }
    pool -= pool < 2 * page ? pool : 2 * page; /* the clock's ring */
    while (wanted > page && (wanted + page) * rings > pool)
        wanted /= 2;
    return wanted;
}

void ht_ring_init(struct ht_ring *ring, struct perf_event_mmap_page *page, const void *data, uint64_t bytes) {
    ring->page = page;
    ring->data = data;
    ring->bytes = bytes;
    ring->head = ring->tail = page->data_tail;
    ring->malformed = 0;
    ring->mapped = 0;
    ring->fd = ring->cpu = -1;
}

enum ht_status ht_ring_map(struct ht_ring *ring, int fd, int cpu, uint64_t bytes, struct ht_cause *cause) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t length = page + bytes;
    void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED)
        return ht_fail_errno(cause, "cannot map a ring of %llu KiB on CPU %d",
                             (unsigned long long)bytes / 1024, cpu);
    ht_ring_init(ring, base, (const uint8_t *)base + page, bytes);
    ring->mapped = length;
    ring->fd = fd;
    ring->cpu = cpu;
    return HT_OK;
}

void ht_ring_unmap(struct ht_ring *ring) {
    if (ring->mapped > 0)
        munmap(ring->page, ring->mapped);
    ring->mapped = 0;
    ring->page = NULL;
}

uint64_t ht_ring_begin(struct ht_ring *ring) {
    /* Acquire: the records before head are written when head is seen. */
    ring->head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE);
    return ring->head - ring->tail;
}

const struct perf_event_header *ht_ring_malformed(struct ht_ring *ring) {
    ring->malformed++;
    ring->tail = ring->head;
    return NULL;
}

const struct perf_event_header *ht_ring_join(struct ht_ring *ring, uint64_t at, uint16_t size) {
    uint64_t to_end = ring->bytes - at;
    memcpy(ring->whole, ring->data + at, to_end);
    memcpy(ring->whole + to_end, ring->data, size - to_end);
    return (const void *)ring->whole;
}

void ht_ring_release(struct ht_ring *ring) {
    /* Release: our reads are done before the kernel may overwrite. */
    __atomic_store_n(&ring->page->data_tail, ring->tail, __ATOMIC_RELEASE);
}
