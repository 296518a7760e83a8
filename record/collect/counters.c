#include "record/collect/counters.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What read() returns: value, enabled, running, id, and lost where the kernel has PERF_FORMAT_LOST. */
struct reading {
    uint64_t value, enabled, running, id, lost;
};

static enum ht_status read_event(const struct ht_opened *o, const struct ht_open_event *e,
                                 struct reading *reading, int *lost_known, struct ht_cause *cause) {
    const struct ht_event *event = &o->plan->event[e->event];
    *lost_known = (event->attr.read_format & HT_FORMAT_LOST) != 0;
    ssize_t want = *lost_known ? 40 : 32;
    memset(reading, 0, sizeof *reading);
    ssize_t n = read(e->fd, reading, (size_t)want);
    if (n == want)
        return HT_OK;
    if (n >= 0) /* 0: an event in error state, pinned and not scheduled */
        return ht_fail(cause, HT_SYSTEM, "short reading of event %s on CPU %d", event->source->name, e->cpu);
    return ht_fail_errno(cause, "reading event %s on CPU %d", event->source->name, e->cpu);
}

/* Events were opened CPU by CPU, so that the rows of this one are the last. */
static long row_of(const struct ht_table *t, uint32_t first, int cpu, unsigned event) {
    for (uint32_t row = t->rows; row-- > first && (int)t->number[HT_COUNTER_CPU][row] == cpu;)
        if (t->number[HT_COUNTER_EVENT][row] == event)
            return row;
    return -1;
}

enum ht_status ht_counters_read(const struct ht_opened *o, uint64_t time_ns, struct ht_table *t,
                                struct ht_cause *cause) {
    uint32_t first = t->rows;
    for (size_t i = 0; i < o->count; i++) {
        struct reading reading;
        int lost_known;
        enum ht_status status = read_event(o, &o->open[i], &reading, &lost_known, cause);
        if (status != HT_OK)
            return status;
        long found = o->per_task ? row_of(t, first, o->open[i].cpu, o->open[i].event) : -1;
        uint32_t row = (uint32_t)found;
        if (found < 0) {
            if ((status = ht_table_add(t, &row)) != HT_OK)
                return ht_fail(cause, status, "counters: %s", ht_status_text(status));
            t->number[HT_COUNTER_TIME][row] = time_ns;
            t->number[HT_COUNTER_CPU][row] = (uint64_t)(int64_t)o->open[i].cpu;
            t->number[HT_COUNTER_EVENT][row] = o->open[i].event;
            t->number[HT_COUNTER_LOST_KNOWN][row] = (uint64_t)lost_known;
        }
        t->number[HT_COUNTER_VALUE][row] += reading.value;
        t->number[HT_COUNTER_ENABLED][row] += reading.enabled;
        t->number[HT_COUNTER_RUNNING][row] += reading.running;
        t->number[HT_COUNTER_LOST][row] += reading.lost;
    }
    return HT_OK;
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
