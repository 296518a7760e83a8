#include "analyze/judge/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum relation { ALONE, DISJOINT, OVERLAPS, UNKNOWN };

static int same_time(const struct ht_touch *a, const struct ht_touch *b) {
    return a->first_us <= b->last_us && b->first_us <= a->last_us;
}

static int other_core(const struct ht_touch *a, const struct ht_touch *b) {
    return a->thread != b->thread && a->core >= 0 && b->core >= 0 && a->core != b->core;
}

static int bytes_overlap(const struct ht_touch *a, const struct ht_touch *b) {
    return a->offset < b->offset + b->width && b->offset < a->offset + a->width;
}

/* The touch against all writes of others. One proven overlap is enough; disjoint needs all of them proven. */
static enum relation relation_of(const struct ht_touch *touch, const struct ht_touch *const writer[],
                                 size_t writers) {
    enum relation relation = ALONE;
    for (size_t i = 0; i < writers; i++) {
        const struct ht_touch *other = writer[i];
        if (!other_core(touch, other) || !same_time(touch, other))
            continue;
        if (touch->width == 0 || other->width == 0)
            relation = UNKNOWN;
        else if (bytes_overlap(touch, other))
            return OVERLAPS;
        else if (relation == ALONE)
            relation = DISJOINT;
    }
    return relation;
}

struct sums {
    uint64_t disjoint, overlapping, unknown;
};

static void add_relations(const struct ht_line_evidence *e, struct sums *sums) {
    const struct ht_touch *writer[HT_TOUCHES_MAX];
    size_t writers = 0;
    for (size_t i = 0; i < e->touches; i++)
        if (e->touch[i].writes > 0)
            writer[writers++] = &e->touch[i];
    for (size_t i = 0; i < e->touches; i++) {
        switch (relation_of(&e->touch[i], writer, writers)) {
        case DISJOINT:
            sums->disjoint += e->touch[i].samples;
            break;
        case OVERLAPS:
            sums->overlapping += e->touch[i].samples;
            break;
        case UNKNOWN:
            sums->unknown += e->touch[i].samples;
            break;
        case ALONE:
            break;
        }
    }
}

static int by_value(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static uint32_t count_distinct(int64_t *value, size_t count) {
    uint32_t distinct = 0;
    qsort(value, count, sizeof *value, by_value);
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || value[i] != value[i - 1];
    return distinct;
}

static void count_parties(const struct ht_line_evidence *e, struct ht_verdict *v) {
    int64_t writer[HT_TOUCHES_MAX], reader[HT_TOUCHES_MAX], core[HT_TOUCHES_MAX];
    size_t writers = 0, readers = 0, cores = 0;
    for (size_t i = 0; i < e->touches; i++) {
        const struct ht_touch *t = &e->touch[i];
        if (t->writes > 0) {
            writer[writers++] = t->thread;
            v->met_writes += t->writes;
        }
        if (t->writes > 0 && t->core >= 0)
            core[cores++] = t->core;
        if (t->samples > t->writes)
            reader[readers++] = t->thread;
    }
    v->writers = count_distinct(writer, writers);
    v->readers = count_distinct(reader, readers);
    v->writer_cores = count_distinct(core, cores);
}

/* The farthest distance that a tenth of the transfers came over. */
static const char *scope_of(const struct ht_line_evidence *e) {
    uint64_t known = (uint64_t)e->same_node + e->other_node + e->other_socket;
    if (known == 0)
        return "unknown";
    if ((uint64_t)e->other_socket * 10 >= known)
        return "cross-socket";
    if (((uint64_t)e->other_socket + e->other_node) * 10 >= known)
        return "cross-node";
    return "within node";
}

static void judge_placement(const struct ht_line_evidence *e, struct ht_verdict *v) {
    uint64_t memory = (uint64_t)e->remote_memory + e->local_memory;
    if (e->remote_memory < HT_SAMPLES_TO_JUDGE || (uint64_t)e->remote_memory * 2 < memory) {
        v->verdict = "no finding";
        v->scope = "unknown";
        v->confidence = 0;
        snprintf(v->reason, sizeof v->reason,
                 "no transfer between caches; %u of %llu samples from memory were remote", e->remote_memory,
                 (unsigned long long)memory);
        return;
    }
    v->verdict = "remote placement";
    v->scope = e->node_is_socket ? "cross-socket" : "cross-node";
    v->confidence = 1.0 - 3.0 / e->remote_memory;
    snprintf(v->reason, sizeof v->reason, "%u of %llu samples served by memory came from another node's",
             e->remote_memory, (unsigned long long)memory);
}

static void cannot_tell(struct ht_verdict *v) {
    v->verdict = "cannot tell";
    v->confidence = 0;
}

/* Everything a verdict on sharing needs; 0 where something is missing, with the reason said. */
static int can_judge(const struct ht_line_evidence *e, const struct sums *s, struct ht_verdict *v) {
    uint64_t known = s->disjoint + s->overlapping;
    if (e->transfers < HT_TRANSFERS_TO_JUDGE)
        snprintf(v->reason, sizeof v->reason, "only %u transfers were sampled, %u are needed", e->transfers,
                 HT_TRANSFERS_TO_JUDGE);
    else if (v->writers == 0)
        snprintf(v->reason, sizeof v->reason,
                 "no write to this line was sampled: a transfer alone does not prove a writer");
    else if (v->met == 0)
        snprintf(v->reason, sizeof v->reason,
                 "no access met a write by another core: %u writer(s), %u reader(s), never two cores in the "
                 "same time",
                 v->writers, v->readers);
    else if (s->unknown * 2 > v->met)
        snprintf(v->reason, sizeof v->reason,
                 "access width not known for %llu of %llu samples that met another core's write (code bytes "
                 "missing?)",
                 (unsigned long long)s->unknown, (unsigned long long)v->met);
    else if (known < HT_SAMPLES_TO_JUDGE)
        snprintf(v->reason, sizeof v->reason, "only %llu samples met another core's write, %u are needed",
                 (unsigned long long)known, HT_SAMPLES_TO_JUDGE);
    else
        return 1;
    return 0;
}

static void judge_sharing(const struct ht_line_evidence *e, const struct sums *s, struct ht_verdict *v) {
    v->scope = scope_of(e);
    if (!can_judge(e, s, v)) {
        cannot_tell(v);
        return;
    }
    double known = (double)(s->disjoint + s->overlapping);
    double overlap = (double)s->overlapping / known;
    /* What was not seen in n samples has a share below 3/n; what is not known lowers it further. */
    v->confidence = (1.0 - 3.0 / known) * (known / (double)v->met);
    if (v->confidence > HT_CONFIDENCE_MAX)
        v->confidence = HT_CONFIDENCE_MAX;
    if (overlap <= HT_MINOR_SHARE && v->unknown > HT_MINOR_SHARE) {
        snprintf(v->reason, sizeof v->reason,
                 "%llu of %llu samples that met another core's write have no known width: the bytes cannot "
                 "be proven apart",
                 (unsigned long long)s->unknown, (unsigned long long)v->met);
        cannot_tell(v);
        return;
    }
    if (overlap <= HT_MINOR_SHARE)
        v->verdict = "false sharing";
    else if (overlap >= 1.0 - HT_MINOR_SHARE)
        v->verdict = "true sharing";
    else
        v->verdict = "mixed";
    snprintf(
        v->reason, sizeof v->reason,
        "%llu samples met another core's write: %llu on proven other bytes, %llu on the same, %llu unknown; "
        "%llu write samples by %u threads on %u cores",
        (unsigned long long)v->met, (unsigned long long)s->disjoint, (unsigned long long)s->overlapping,
        (unsigned long long)s->unknown, (unsigned long long)v->met_writes, v->writers, v->writer_cores);
}

void ht_judge_evidence(const struct ht_line_evidence *e, struct ht_verdict *v) {
    struct sums sums = {0};
    memset(v, 0, sizeof *v);
    v->disjoint = v->overlapping = v->unknown = -1;
    count_parties(e, v);
    if (e->transfers == 0) {
        judge_placement(e, v);
        return;
    }
    add_relations(e, &sums);
    v->met = sums.disjoint + sums.overlapping + sums.unknown;
    if (v->met > 0) {
        v->disjoint = (double)sums.disjoint / (double)v->met;
        v->overlapping = (double)sums.overlapping / (double)v->met;
        v->unknown = (double)sums.unknown / (double)v->met;
    }
    judge_sharing(e, &sums, v);
}
