#include "analyze/judge/line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/judge/verdict.h"

/* A touch and what it came from. */
struct place {
    struct ht_touch touch;
    uint32_t code, transfers;
    int node;
};

static void fill_place(struct ht_load *load, const struct ht_access *a, struct place *p) {
    const struct ht_code *code = ht_codes_decoded(load->codes, a->code);
    p->touch = (struct ht_touch){.core = ht_topology_core(&load->topology, a->cpu),
                                 .thread = a->thread,
                                 .samples = a->samples,
                                 .writes = a->stores + (code->modifies ? a->loads : 0),
                                 .offset = a->offset,
                                 .width = code->width_known ? code->bytes : 0,
                                 .first_us = a->first_us,
                                 .last_us = a->last_us};
    p->code = a->code;
    p->transfers = a->transfers;
    p->node = ht_topology_node(&load->topology, a->cpu);
}

static int by_samples(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->touch.samples != y->touch.samples)
        return x->touch.samples > y->touch.samples ? -1 : 1;
    return x->code != y->code ? (x->code < y->code ? -1 : 1)
                              : (x->touch.thread > y->touch.thread) - (x->touch.thread < y->touch.thread);
}

/* Places of a line, most sampled first where there are too many; *dropped counts the samples of the rest. */
static struct place *gather_places(struct ht_load *load, uint32_t kept, uint32_t *places, uint64_t *dropped) {
    uint32_t first, count = ht_accesses_of_line(load->accesses, kept, &first);
    struct place *place = malloc((size_t)count * sizeof *place + 1);
    *places = 0;
    *dropped = 0;
    if (place == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        fill_place(load, ht_accesses_ordered(load->accesses, first + i), &place[i]);
    if (count > HT_TOUCHES_MAX) {
        qsort(place, count, sizeof *place, by_samples);
        for (uint32_t i = HT_TOUCHES_MAX; i < count; i++)
            *dropped += place[i].touch.samples;
        count = HT_TOUCHES_MAX;
    }
    *places = count;
    return place;
}

static uint64_t weight_of(const struct place *place, int writes) {
    return writes ? place->touch.writes : place->transfers;
}

static int by_code(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

/* The place whose code has most write samples, or most transfers, leaving out one thread; the places are in
 * order of code. NULL where there is none. */
static const struct place *top_place(const struct place *place, uint32_t places, int writes,
                                     int64_t not_thread) {
    const struct place *best = NULL;
    uint64_t best_sum = 0, sum = 0;
    for (uint32_t i = 0; i < places; i++) {
        uint64_t weight = place[i].touch.thread == not_thread ? 0 : weight_of(&place[i], writes);
        sum = i > 0 && place[i].code == place[i - 1].code ? sum + weight : weight;
        if (weight > 0 && sum > best_sum) {
            best_sum = sum;
            best = &place[i];
        }
    }
    return best;
}

/* Who pays is the code with most transfers; who writes, the code of another thread with most writes. */
static void name_codes(const struct place *place, uint32_t places, struct ht_line_judgement *j) {
    const struct place *reader = top_place(place, places, 0, -1);
    const struct place *writer =
        top_place(place, places, 1, reader != NULL ? (int64_t)reader->touch.thread : -1);
    j->reader_code = reader != NULL ? reader->code : HT_NONE;
    j->writer_code = writer != NULL ? writer->code : HT_NONE;
}

#define NODES_COUNTED 1024

/* The node with most write samples, or where most transfers arrived; not_this is left out. */
static int top_node(const struct place *place, uint32_t places, int writes, int not_this) {
    uint64_t sum[NODES_COUNTED] = {0};
    int best = -1;
    for (uint32_t i = 0; i < places; i++) {
        int node = place[i].node;
        if (node < 0 || node >= NODES_COUNTED || node == not_this)
            continue;
        sum[node] += weight_of(&place[i], writes);
        if (sum[node] > 0 && (best < 0 || sum[node] > sum[best]))
            best = node;
    }
    return best;
}

/* The reader's node is where most transfers arrived; the writer's one that data came from: another one where
 * the transfers crossed nodes. */
static void name_nodes(const struct place *place, uint32_t places, const struct ht_kept *kept,
                       struct ht_line_judgement *j) {
    uint32_t far = kept->class[HT_CLASS_CACHE_OTHER_NODE] + kept->class[HT_CLASS_CACHE_OTHER_SOCKET];
    int reader = top_node(place, places, 0, -1);
    int crossed = far * 2 >= kept->transfers;
    int writer = top_node(place, places, 1, crossed ? reader : -1);
    if (reader >= 0 && writer >= 0)
        snprintf(j->node_pair, sizeof j->node_pair, "%d>%d", writer, reader);
}

/* Sampled latency times period, with the sampling error of the number of transfers (1.96 sigma); load latency
 * sampling sees a selection of the loads, so there it is a lower bound only. */
static void name_cost(const struct ht_kept *kept, struct ht_line_judgement *j) {
    j->cost_cycles_low = j->cost_cycles_high = -1;
    j->cost_share = -1;
    if (kept->weighted == 0)
        return;
    double error = 1.96 / sqrt(kept->weighted);
    double low = kept->cost_cycles * (error < 1 ? 1 - error : 0), high = kept->cost_cycles * (1 + error);
    if (high < 9e18) {
        j->cost_cycles_low = (int64_t)low;
        j->cost_cycles_high = kept->cost_is_bound ? -1 : (int64_t)high;
    }
}

static void take_verdict(const struct ht_verdict *v, uint64_t dropped, struct ht_line_judgement *j) {
    j->verdict = v->verdict;
    j->scope = v->scope;
    j->confidence = v->confidence;
    j->false_share = v->disjoint;
    j->true_share = v->overlapping;
    j->unknown_share = v->unknown;
    j->writers = v->writers;
    j->readers = v->readers;
    j->writer_cores = v->writer_cores;
    snprintf(j->reason, sizeof j->reason, "%s", v->reason);
    size_t used = strlen(j->reason);
    if (dropped > 0)
        snprintf(j->reason + used, sizeof j->reason - used, "; %llu samples of rarer places left out",
                 (unsigned long long)dropped);
}

void ht_judge_line(struct ht_load *load, uint32_t number, struct ht_line_judgement *j) {
    const struct ht_kept *kept = &load->kept[number];
    uint32_t places;
    uint64_t dropped;
    struct place *place = gather_places(load, number, &places, &dropped);
    struct ht_touch *touch = malloc((size_t)places * sizeof *touch + 1);
    j->writer_code = j->reader_code = HT_NONE;
    name_cost(kept, j);
    if (place == NULL || touch == NULL) {
        j->verdict = "cannot tell";
        j->scope = "unknown";
        j->false_share = j->true_share = j->unknown_share = -1;
        snprintf(j->reason, sizeof j->reason, "out of memory while judging this line");
        goto out;
    }
    qsort(place, places, sizeof *place, by_code);
    for (uint32_t i = 0; i < places; i++)
        touch[i] = place[i].touch;
    struct ht_line_evidence evidence = {.touch = touch,
                                        .touches = places,
                                        .line_bytes = ht_lines_bytes(load->lines),
                                        .transfers = kept->transfers,
                                        .same_node = kept->class[HT_CLASS_CACHE_SAME_NODE],
                                        .other_node = kept->class[HT_CLASS_CACHE_OTHER_NODE],
                                        .other_socket = kept->class[HT_CLASS_CACHE_OTHER_SOCKET],
                                        .remote_memory = kept->class[HT_CLASS_REMOTE_MEMORY],
                                        .local_memory = kept->class[HT_CLASS_LOCAL_MEMORY],
                                        .node_is_socket = ht_topology_node_is_socket(&load->topology)};
    struct ht_verdict verdict;
    ht_judge_evidence(&evidence, &verdict);
    take_verdict(&verdict, dropped, j);
    name_codes(place, places, j);
    name_nodes(place, places, kept, j);
out:
    free(place);
    free(touch);
}
