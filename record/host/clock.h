/* The perf clock beside MONOTONIC and REALTIME. The kernel offers no call for it, so an event of our own
 * makes it speak: a COMM record (prctl PR_SET_NAME of this thread) between two clock readings. The event is
 * on this thread alone and has a ring of one page, so it works without privilege and apart from the
 * recording. Used by the thread that opened it. */
#ifndef HT_RECORD_HOST_CLOCK_H
#define HT_RECORD_HOST_CLOCK_H

#include <stdint.h>

#include "schema/table.h"

struct ht_clock {
    int fd;
    void *map;
    size_t map_bytes;
    int64_t offset;        /* perf clock minus MONOTONIC, of the last pair */
    struct ht_table table; /* CLOCK rows not yet written */
};

enum ht_status ht_clock_open(struct ht_clock *clock, struct ht_cause *cause);
void ht_clock_close(struct ht_clock *clock); /* a zeroed one with fd -1 is fine */

/* Makes a pair: a row of the table and a new offset. */
enum ht_status ht_clock_pair(struct ht_clock *clock, struct ht_cause *cause);

/* The perf clock now, from MONOTONIC and the last offset (they drift by microseconds a second at most). Any
 * thread. */
uint64_t ht_clock_now(const struct ht_clock *clock);

uint64_t ht_clock_monotonic(void);
uint64_t ht_clock_realtime(void);
uint64_t ht_clock_thread_cpu(void); /* of the calling thread: what work cost, however busy the machine */

#endif
