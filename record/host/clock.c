#include "record/host/clock.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "record/events/perf.h"

#define ATTEMPTS 8 /* the narrowest bracket of a few tries; a preempted one is microseconds wide */

static uint64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t); /* cannot fail for these clocks */
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t ht_clock_monotonic(void) {
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t ht_clock_realtime(void) {
    return read_clock(CLOCK_REALTIME);
}

uint64_t ht_clock_thread_cpu(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

enum ht_status ht_clock_open(struct ht_clock *clock, struct ht_cause *cause) {
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof attr,
        .config = PERF_COUNT_SW_DUMMY,
        .sample_type = PERF_SAMPLE_TIME,
        .sample_id_all = 1,
        .comm = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    memset(clock, 0, sizeof *clock);
    clock->fd = -1;
    ht_table_init(&clock->table, HT_CHUNK_CLOCK);
    int fd = ht_perf_open(&attr, 0, -1, -1);
    if (fd < 0)
        return ht_fail_errno(cause, "perf_event_open for the clock");
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        enum ht_status status = ht_fail_errno(
            cause, "no locked memory for the clock's ring (ulimit -l, kernel.perf_event_mlock_kb)");
        close(fd);
        return status;
    }
    clock->fd = fd;
    clock->map = map;
    clock->map_bytes = 2 * page;
    return HT_OK;
}

/* The TIME of the newest record: the last word, as TIME is the only field of the trailer. */
static int newest_time(struct ht_clock *clock, uint64_t *time) {
    struct perf_event_mmap_page *page = clock->map;
    uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
    size_t bytes = clock->map_bytes / 2;
    if (head == page->data_tail)
        return 0;
    memcpy(time, (const char *)clock->map + bytes + ((head - 8) & (bytes - 1)), sizeof *time);
    __atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
    return 1;
}

enum ht_status ht_clock_pair(struct ht_clock *clock, struct ht_cause *cause) {
    char name[17] = "";
    uint64_t best = UINT64_MAX, time = 0, monotonic = 0, realtime = 0;
    if (prctl(PR_GET_NAME, name) != 0)
        return ht_fail_errno(cause, "prctl");
    for (int i = 0; i < ATTEMPTS; i++) {
        uint64_t perf, before = ht_clock_monotonic(), real = ht_clock_realtime();
        /* Setting the name it has already makes the record just as well. */
        if (prctl(PR_SET_NAME, name) != 0)
            return ht_fail_errno(cause, "prctl");
        uint64_t after = ht_clock_monotonic();
        if (!newest_time(clock, &perf) || after - before >= best)
            continue;
        best = after - before;
        time = perf;
        monotonic = before + best / 2;
        realtime = real + best / 2;
    }
    if (best == UINT64_MAX)
        return ht_fail(cause, HT_SYSTEM, "the clock's event made no record");
    uint32_t row;
    enum ht_status status = ht_table_add(&clock->table, &row);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory");
    __atomic_store_n(&clock->offset, (int64_t)(time - monotonic), __ATOMIC_RELAXED);
    clock->table.number[HT_CLOCK_TIME][row] = time;
    clock->table.number[HT_CLOCK_MONOTONIC][row] = monotonic;
    clock->table.number[HT_CLOCK_REALTIME][row] = realtime;
    clock->table.number[HT_CLOCK_UNCERTAINTY][row] = best;
    return HT_OK;
}

uint64_t ht_clock_now(const struct ht_clock *clock) {
    return ht_clock_monotonic() + (uint64_t)__atomic_load_n(&clock->offset, __ATOMIC_RELAXED);
}

void ht_clock_close(struct ht_clock *clock) {
    if (clock->map != NULL)
        munmap(clock->map, clock->map_bytes);
    if (clock->fd >= 0)
        close(clock->fd);
    ht_table_free(&clock->table);
    clock->map = NULL;
    clock->fd = -1;
}
