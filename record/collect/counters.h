/* Readings of every event: value, times, exact losses. The session's thread reads them at start, now and then
 * (each reading interrupts the CPU of its event) and after the last record was drained, when value = samples
 * + lost must hold for period 1. */
#ifndef HT_RECORD_COLLECT_COUNTERS_H
#define HT_RECORD_COLLECT_COUNTERS_H

#include "record/events/open.h"
#include "schema/table.h"

/* What read(2) gives of an event (PERF_FORMAT_...): lost is there from Linux 6.0 on. */
struct ht_reading {
    uint64_t value, enabled, running, id, lost;
};

/* The last reading of each open event. A zeroed one has none. */
struct ht_readings {
    struct ht_reading *last;
    size_t count;
    uint64_t failed; /* readings that did not come: the last one stands in for them */
};

/* Appends a COUNTER row for each event and CPU (the sum over threads where events are per task). */
enum ht_status ht_counters_read(const struct ht_opened *opened, uint64_t time_ns,
                                struct ht_readings *readings, struct ht_table *table, struct ht_cause *cause);
void ht_readings_free(struct ht_readings *readings);

struct ht_counter_sum {
    uint64_t value, lost, running, enabled;
    int lost_known;
};

/* Sums of the last reading of an event over all CPUs: the newest rows of the table. */
void ht_counters_sum(const struct ht_table *table, unsigned event, struct ht_counter_sum *sum);

#endif
