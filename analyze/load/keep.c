#include "analyze/load/keep.h"

#include <stdlib.h>
#include <string.h>

static int by_remote_memory(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x < *y) - (*x > *y);
}

/* The number of samples from which on a line without transfers is among the most remote ones. */
static enum ht_status remote_threshold(struct ht_load *load, uint64_t *threshold) {
    uint32_t count = ht_lines_count(load->lines), candidates = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct ht_line *line = ht_lines_get(load->lines, i);
        candidates += !line->shared && line->remote_memory >= HT_REMOTE_SAMPLES;
    }
    *threshold = HT_REMOTE_SAMPLES;
    if (candidates <= HT_REMOTE_LINES_MAX)
        return HT_OK;
    uint64_t *samples = malloc(candidates * sizeof *samples);
    if (samples == NULL)
        return HT_NOMEM;
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct ht_line *line = ht_lines_get(load->lines, i);
        if (!line->shared && line->remote_memory >= HT_REMOTE_SAMPLES)
            samples[at++] = line->remote_memory;
    }
    qsort(samples, candidates, sizeof *samples, by_remote_memory);
    *threshold = samples[HT_REMOTE_LINES_MAX - 1];
    free(samples);
    return HT_OK;
}

enum ht_status ht_load_keep(struct ht_load *load, struct ht_cause *cause) {
    uint64_t threshold;
    enum ht_status status = remote_threshold(load, &threshold);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory");
    uint32_t lines = ht_lines_count(load->lines), remote = 0, wanted = 0;
    /* Lines of a single sample come last: where there are too many, they are the ones to miss. */
    for (int single = 0; single < 2; single++) {
        for (uint32_t i = 0; i < lines; i++) {
            struct ht_line *line = ht_lines_get(load->lines, i);
            if ((line->samples == 1) != single)
                continue;
            int keep = line->shared || (line->remote_memory >= threshold && remote++ < HT_REMOTE_LINES_MAX);
            if (keep && wanted == HT_KEPT_LINES_MAX) {
                load->dropped_lines++;
                keep = 0;
            }
            line->kept = keep ? ++wanted : 0;
            load->shared_lines += line->c2c_shared;
        }
    }
    load->kept = calloc((size_t)wanted + 1, sizeof *load->kept);
    if (load->kept == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory for %u lines", wanted);
    for (uint32_t i = 0; i < lines; i++) {
        const struct ht_line *line = ht_lines_get(load->lines, i);
        if (line->kept > 0)
            load->kept[line->kept - 1] = (struct ht_kept){.line = i, .home_node = -1, .first_ns = UINT64_MAX};
    }
    load->kept_lines = wanted;
    return HT_OK;
}

static uint32_t c2c_transfers(const struct ht_kept *k) {
    return k->c2c[HT_C2C_LCL_HITM] + k->c2c[HT_C2C_RMT_HITM] + k->c2c[HT_C2C_LCL_PEER] +
           k->c2c[HT_C2C_RMT_PEER];
}

/* Ranked by cost where latencies were sampled, else by transfers; then by what perf would call one, then by
 * remote memory. */
static int by_rank(const void *a, const void *b) {
    const struct ht_kept *x = a, *y = b;
    if (x->cost_cycles != y->cost_cycles)
        return x->cost_cycles > y->cost_cycles ? -1 : 1;
    if (x->transfers != y->transfers)
        return x->transfers > y->transfers ? -1 : 1;
    if (c2c_transfers(x) != c2c_transfers(y))
        return c2c_transfers(x) > c2c_transfers(y) ? -1 : 1;
    if (x->class[HT_CLASS_REMOTE_MEMORY] != y->class[HT_CLASS_REMOTE_MEMORY])
        return x->class[HT_CLASS_REMOTE_MEMORY] > y->class[HT_CLASS_REMOTE_MEMORY] ? -1 : 1;
    return x->line < y->line ? -1 : 1;
}

enum ht_status ht_load_rank(struct ht_load *load, struct ht_cause *cause) {
    uint32_t *rank = malloc(((size_t)load->kept_lines + 1) * sizeof *rank);
    if (rank == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    qsort(load->kept, load->kept_lines, sizeof *load->kept, by_rank);
    for (uint32_t i = 0; i < load->kept_lines; i++) {
        struct ht_line *line = ht_lines_get(load->lines, load->kept[i].line);
        rank[line->kept - 1] = i;
        line->kept = i + 1;
    }
    for (uint32_t i = 0; i < load->pages.count; i++)
        load->pages.page[i].line = rank[load->pages.page[i].line];
    ht_pages_finish(&load->pages);
    enum ht_status status = ht_accesses_finish(load->accesses, load->kept_lines, rank);
    free(rank);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "out of memory");
}
