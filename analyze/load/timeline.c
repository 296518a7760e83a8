#include "analyze/load/timeline.h"

#include <stdlib.h>
#include <string.h>

void ht_timeline_start(struct ht_timeline *t, uint64_t start_ns, uint64_t end_ns) {
    t->start_ns = start_ns;
    t->width_ns = end_ns > start_ns ? (end_ns - start_ns) / HT_BUCKETS + 1 : 0;
}

void ht_timeline_free(struct ht_timeline *t) {
    for (uint32_t i = 0; i < t->count; i++)
        free(t->series[i].value);
    free(t->series);
    memset(t, 0, sizeof *t);
}

static int is_series(const struct ht_series *s, enum ht_metric metric, int from, int to) {
    return s->metric == metric && s->from == from && s->to == to;
}

static enum ht_status find_series(struct ht_timeline *t, enum ht_metric metric, int from, int to,
                                  struct ht_series **series) {
    *series = NULL;
    if (t->last < t->count && is_series(&t->series[t->last], metric, from, to)) {
        *series = &t->series[t->last];
        return HT_OK;
    }
    for (uint32_t i = 0; i < t->count; i++) {
        if (is_series(&t->series[i], metric, from, to)) {
            t->last = i;
            *series = &t->series[i];
            return HT_OK;
        }
    }
    if (t->count == HT_TIMELINES_MAX)
        return HT_OK;
    struct ht_series *grown = realloc(t->series, (t->count + 1) * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    t->series = grown;
    grown[t->count] = (struct ht_series){metric, from, to, calloc(HT_BUCKETS, sizeof(uint64_t))};
    if (grown[t->count].value == NULL)
        return HT_NOMEM;
    t->last = t->count;
    *series = &grown[t->count++];
    return HT_OK;
}

enum ht_status ht_timeline_add(struct ht_timeline *t, enum ht_metric metric, int from, int to,
                               uint64_t time_ns, uint64_t value) {
    if (t->width_ns == 0 || value == 0)
        return HT_OK;
    struct ht_series *series;
    enum ht_status status = find_series(t, metric, from, to, &series);
    if (status != HT_OK)
        return status;
    if (series == NULL) {
        t->dropped += value;
        return HT_OK;
    }
    uint64_t bucket = time_ns > t->start_ns ? (time_ns - t->start_ns) / t->width_ns : 0;
    series->value[bucket < HT_BUCKETS ? bucket : HT_BUCKETS - 1] += value;
    return HT_OK;
}

const char *ht_metric_text(enum ht_metric metric) {
    static const char *const text[] = {
#define X(name, metric_text) metric_text,
        HT_METRICS(X)
#undef X
    };
    return text[metric];
}
