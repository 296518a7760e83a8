#include "record/collect/counters.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An event that cannot be read (in error state it reads as end of file; its device or CPU may be gone) does
 * not end a recording: it has counted nothing since its last reading. */
static void read_event(const struct ht_opened *o, size_t at, struct ht_readings *readings) {
    struct ht_reading now = {0};
    const struct ht_event *event = &o->plan->event[o->open[at].event];
    ssize_t want = (event->attr.read_format & HT_FORMAT_LOST) != 0 ? 40 : 32;
    if (read(o->open[at].fd, &now, (size_t)want) == want)
        readings->last[at] = now;
    else
        readings->failed++;
}

/* Events were opened CPU by CPU, so that the rows of this one are the last. */
static long row_of(const struct ht_table *t, uint32_t first, int cpu, unsigned event) {
    for (uint32_t row = t->rows; row-- > first && (int)t->number[HT_COUNTER_CPU][row] == cpu;)
        if (t->number[HT_COUNTER_EVENT][row] == event)
            return row;
    return -1;
}

enum ht_status ht_counters_read(const struct ht_opened *o, uint64_t time_ns, struct ht_readings *readings,
                                struct ht_table *t, struct ht_cause *cause) {
    uint32_t first = t->rows;
    enum ht_status status = HT_OK;
    if (readings->last == NULL) {
        readings->count = o->count;
        readings->last = calloc(o->count + 1, sizeof *readings->last);
        if (readings->last == NULL)
            return ht_fail(cause, HT_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < readings->count; i++) {
        const struct ht_reading *reading = &readings->last[i];
        read_event(o, i, readings);
        long found = o->per_task ? row_of(t, first, o->open[i].cpu, o->open[i].event) : -1;
        uint32_t row = (uint32_t)found;
        if (found < 0) {
            if ((status = ht_table_add(t, &row)) != HT_OK)
                return ht_fail(cause, status, "counters: %s", ht_status_text(status));
            t->number[HT_COUNTER_TIME][row] = time_ns;
            t->number[HT_COUNTER_CPU][row] = (uint64_t)(int64_t)o->open[i].cpu;
            t->number[HT_COUNTER_EVENT][row] = o->open[i].event;
            t->number[HT_COUNTER_LOST_KNOWN][row] =
                (o->plan->event[o->open[i].event].attr.read_format & HT_FORMAT_LOST) != 0;
        }
        t->number[HT_COUNTER_VALUE][row] += reading->value;
        t->number[HT_COUNTER_ENABLED][row] += reading->enabled;
        t->number[HT_COUNTER_RUNNING][row] += reading->running;
        t->number[HT_COUNTER_LOST][row] += reading->lost;
    }
    return HT_OK;
}

void ht_readings_free(struct ht_readings *readings) {
    free(readings->last);
    memset(readings, 0, sizeof *readings);
}

void ht_counters_sum(const struct ht_table *t, unsigned event, struct ht_counter_sum *sum) {
    memset(sum, 0, sizeof *sum);
    sum->lost_known = 1;
    if (t->rows == 0)
        return;
    uint64_t newest = t->number[HT_COUNTER_TIME][t->rows - 1];
    for (uint32_t row = t->rows; row-- > 0 && t->number[HT_COUNTER_TIME][row] == newest;) {
        if (t->number[HT_COUNTER_EVENT][row] != event)
            continue;
        sum->value += t->number[HT_COUNTER_VALUE][row];
        sum->lost += t->number[HT_COUNTER_LOST][row];
        sum->enabled += t->number[HT_COUNTER_ENABLED][row];
        sum->running += t->number[HT_COUNTER_RUNNING][row];
        sum->lost_known &= (int)t->number[HT_COUNTER_LOST_KNOWN][row];
    }
}
