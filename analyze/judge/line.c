#include "analyze/judge/line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/judge/verdict.h"

#define MAP_SHARED_BIT 1u

/* A touch and what it came from. */
struct place {
    struct ht_touch touch;
    uint32_t code;
    int node;
};

/* Samples that wrote: stores, loads with a lock, and all loads of an instruction that writes what it reads.
 * An instruction that cannot do what was sampled is not the one (its address was late, or its code was
 * replaced): then its width is not known either. */
static void fill_access(const struct ht_access *a, const struct ht_code *code, struct ht_touch *touch) {
    int fits = code->known && (a->loads == 0 || code->reads) && (a->stores == 0 || code->writes);
    touch->samples = a->samples;
    touch->writes = a->stores + (fits && code->modifies ? a->loads : a->locked);
    touch->transfers = a->transfers;
    touch->width = fits && code->width_known ? code->bytes : 0;
    touch->offset = a->offset;
    touch->first_us = a->first_us;
    touch->last_us = a->last_us;
}

/* Whether the line's name stands for different memory in each process: private mappings of a file (.data of a
 * server that forked), and user addresses under which no mapping is known. */
static int is_private_copy(struct ht_load *load, const struct ht_line *line) {
    const struct ht_line_space *space = ht_lines_space(load->lines, line->space);
    const struct ht_mapping *m =
        line->mapping != HT_NO_MAPPING ? ht_spaces_mapping(load->spaces, line->mapping) : NULL;
    if (space->identity == HT_IDENTITY_UNMAPPED)
        return (int64_t)line->virtual_line >= 0;
    return space->identity == HT_IDENTITY_FILE && m != NULL && m->source != HT_MMAP_SOURCE_MMAP &&
           !(m->flags & MAP_SHARED_BIT);
}

/* The idle task of each CPU is a task of its own; they all have the number 0. */
static uint32_t thread_of(const struct ht_load *load, const struct ht_access *a) {
    return load->threads.thread[a->thread].tid == 0 && a->cpu >= 0 ? UINT32_MAX - (uint32_t)a->cpu
                                                                   : a->thread;
}

/* Places of a line; NULL where there is no memory. */
static struct place *gather_places(struct ht_load *load, uint32_t kept, uint32_t *places) {
    uint32_t first, count = ht_accesses_of_line(load->accesses, kept, &first);
    struct place *place = calloc((size_t)count + 1, sizeof *place);
    int private_copy = is_private_copy(load, ht_lines_get(load->lines, load->kept[kept].line));
    *places = count;
    for (uint32_t i = 0; place != NULL && i < count; i++) {
        const struct ht_access *a = ht_accesses_ordered(load->accesses, first + i);
        struct place *p = &place[i];
        fill_access(a, ht_codes_decoded(load->codes, a->code), &p->touch);
        p->touch.core = ht_topology_core(&load->topology, a->cpu);
        p->touch.thread = thread_of(load, a);
        p->touch.memory = private_copy ? (uint32_t)load->threads.thread[a->thread].pid : 0;
        p->code = a->code;
        p->node = ht_topology_node(&load->topology, a->cpu);
    }
    return place;
}

static uint64_t weight_of(const struct place *place, int writes) {
    return writes ? place->touch.writes : place->touch.transfers;
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

/* Who pays is the code with most transfers; who writes, the code of another thread with most writes. Where
 * only the payer writes (it fetches back what readers took), the next one pays. */
static void name_codes(const struct place *place, uint32_t places, struct ht_line_judgement *j) {
    const struct place *reader = top_place(place, places, 0, -1);
    const struct place *writer =
        top_place(place, places, 1, reader != NULL ? (int64_t)reader->touch.thread : -1);
    if (writer == NULL && (writer = top_place(place, places, 1, -1)) != NULL)
        reader = top_place(place, places, 0, writer->touch.thread);
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

static int has_copies(const struct place *place, uint32_t places) {
    for (uint32_t i = 1; i < places; i++)
        if (place[i].touch.memory != place[0].touch.memory)
            return 1;
    return 0;
}

/* Why a line that was fought over has no cost, to go behind its reason. */
static const char *why_no_cost(const struct ht_load *load, const struct ht_kept *kept) {
    if (kept->transfers == 0 || kept->weighted > 0)
        return "";
    for (uint32_t i = 0; i < HT_EVENTS_MAX; i++)
        if (load->event[i].present && load->event[i].kind == HT_EVENT_KIND_MEM_ANY &&
            load->event[i].samples > 0 && !load->event[i].period_counts_accesses)
            return "; cost not known: the sampling period counts cycles, not accesses (IBS without "
                   "cnt_ctl=1)";
    return "; cost not known: no latency was sampled";
}

static void take_verdict(const struct ht_verdict *v, int copies, const char *cost,
                         struct ht_line_judgement *j) {
    j->verdict = v->verdict;
    j->scope = v->scope;
    j->confidence = v->confidence;
    j->false_share = v->disjoint;
    j->true_share = v->overlapping;
    j->unknown_share = v->unknown;
    j->writers = v->writers;
    j->readers = v->readers;
    j->writer_cores = v->writer_cores;
    snprintf(j->reason, sizeof j->reason, "%s%s%s", v->reason, cost,
             copies ? "; each process was judged by itself: what it writes there is its own copy" : "");
}

void ht_judge_line(struct ht_load *load, uint32_t number, struct ht_line_judgement *j) {
    const struct ht_kept *kept = &load->kept[number];
    uint32_t places;
    struct place *place = gather_places(load, number, &places);
    struct ht_touch *touch = calloc((size_t)places + 1, sizeof *touch);
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
                                        .remote_unknown = kept->class[HT_CLASS_REMOTE_UNKNOWN],
                                        .local_memory = kept->class[HT_CLASS_LOCAL_MEMORY],
                                        .node_is_socket = ht_topology_node_is_socket(&load->topology)};
    struct ht_verdict verdict;
    ht_judge_evidence(&evidence, &verdict);
    take_verdict(&verdict, has_copies(place, places), why_no_cost(load, kept), j);
    name_codes(place, places, j);
    name_nodes(place, places, kept, j);
out:
    free(place);
    free(touch);
}
