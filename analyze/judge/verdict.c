#include "analyze/judge/verdict.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A writing touch, with what does not change while others are held against it. */
struct writer {
    const struct ht_touch *touch;
    double rate;       /* writes a microsecond */
    uint32_t together; /* microseconds that the longest of the others was there with it */
};

/* Samples by what they met. */
struct sums {
    double disjoint, overlapping, unknown;
    double writes;    /* of others, in the time of those that they met */
    double explained; /* transfers in the time of another's write */
    uint64_t due;     /* transfers that ask for a writer */
};

/* The evidence while it is weighed. */
struct scale {
    struct writer writer[HT_WRITERS_MAX];
    size_t writers;
    uint64_t rest;     /* writes of touches that are not among the writers */
    uint32_t slack_us; /* half a slice: what lies closer is of one time */
};

static const char *plural(uint64_t number) {
    return number == 1 ? "" : "s";
}

static long long rounded(double number) {
    return (long long)(number + 0.5);
}

/* The reason, by SQLite's formats: %,lld has thousands separators. */
static void say(struct ht_verdict *v, const char *format, ...) {
    va_list args;
    va_start(args, format);
    sqlite3_vsnprintf(sizeof v->reason, v->reason, format, args);
    va_end(args);
}

static double span_us(const struct ht_touch *t) {
    return (double)t->last_us - t->first_us + 1;
}

static int other_core(const struct ht_touch *a, const struct ht_touch *b) {
    return a->thread != b->thread && a->core >= 0 && b->core >= 0 && a->core != b->core &&
           a->memory == b->memory;
}

static int bytes_overlap(const struct ht_touch *a, const struct ht_touch *b) {
    return a->offset < b->offset + b->width && b->offset < a->offset + a->width;
}

/* The part of a's time that lies within the slack of b's; 0 where there is none. */
static uint32_t common_us(const struct ht_touch *a, const struct ht_touch *b, uint32_t slack) {
    uint64_t first = b->first_us > slack ? b->first_us - slack : 0, last = (uint64_t)b->last_us + slack;
    if (a->first_us > first)
        first = a->first_us;
    if (a->last_us < last)
        last = a->last_us;
    return first <= last ? (uint32_t)(last - first < UINT32_MAX ? last - first + 1 : UINT32_MAX) : 0;
}

static int by_thread(const void *a, const void *b) {
    const struct ht_touch *x = a, *y = b;
    return (x->thread > y->thread) - (x->thread < y->thread);
}

static int by_core(const void *a, const void *b) {
    const struct ht_touch *x = a, *y = b;
    return (x->core > y->core) - (x->core < y->core);
}

static int by_writes(const void *a, const void *b) {
    const struct ht_touch *x = a, *y = b;
    if (x->writes != y->writes)
        return x->writes > y->writes ? -1 : 1;
    if (x->core != y->core)
        return x->core < y->core ? -1 : 1;
    if (x->thread != y->thread)
        return x->thread < y->thread ? -1 : 1;
    return (x->first_us > y->first_us) - (x->first_us < y->first_us);
}

static void sort_touches(const struct ht_line_evidence *e, int (*order)(const void *, const void *)) {
    if (e->touches > 1)
        qsort(e->touch, e->touches, sizeof *e->touch, order);
}

static void count_parties(const struct ht_line_evidence *e, struct ht_verdict *v) {
    int writes = 0, reads = 0;
    sort_touches(e, by_thread);
    for (size_t i = 0; i < e->touches; i++) {
        const struct ht_touch *t = &e->touch[i];
        v->met_writes += t->writes;
        writes |= t->writes > 0;
        reads |= t->samples > t->writes;
        if (i + 1 < e->touches && e->touch[i + 1].thread == t->thread)
            continue;
        v->writers += (uint32_t)writes;
        v->readers += (uint32_t)reads;
        writes = reads = 0;
    }
    sort_touches(e, by_core);
    for (size_t i = 0; i < e->touches; i++) {
        const struct ht_touch *t = &e->touch[i];
        writes |= t->writes > 0 && t->core >= 0;
        if (i + 1 < e->touches && e->touch[i + 1].core == t->core)
            continue;
        v->writer_cores += (uint32_t)writes;
        writes = 0;
    }
}

/* The strongest writers, and how far apart in time accesses may be to count as of one time: half a slice that
 * holds a few samples of the line. */
static void set_up(const struct ht_line_evidence *e, struct scale *scale) {
    uint64_t samples = 0;
    uint32_t first = UINT32_MAX, last = 0;
    scale->writers = 0;
    scale->rest = 0;
    sort_touches(e, by_writes);
    for (size_t i = 0; i < e->touches; i++) {
        const struct ht_touch *t = &e->touch[i];
        samples += t->samples;
        first = t->first_us < first ? t->first_us : first;
        last = t->last_us > last ? t->last_us : last;
        if (t->writes > 0 && scale->writers < HT_WRITERS_MAX)
            scale->writer[scale->writers++] = (struct writer){t, t->writes / span_us(t), 0};
        else
            scale->rest += t->writes;
    }
    uint64_t slack =
        samples > 0 && last > first ? (uint64_t)(last - first) * (HT_SLICE_SAMPLES / 2u) / samples : 0;
    scale->slack_us = slack < UINT32_MAX ? (uint32_t)slack : UINT32_MAX;
}

/* Holds a touch against the writers: its samples are split by the numbers of writes that it met. */
static void weigh(struct scale *scale, const struct ht_touch *touch, struct sums *sums) {
    double disjoint = 0, overlapping = 0, unknown = 0;
    struct ht_touch active = {.first_us = UINT32_MAX}; /* while one of those was writing */
    for (size_t i = 0; i < scale->writers; i++) {
        struct writer *w = &scale->writer[i];
        if (!other_core(touch, w->touch))
            continue;
        uint32_t there = common_us(w->touch, touch, scale->slack_us);
        if (there == 0)
            continue;
        double writes = w->rate * there;
        if (touch->width == 0 || w->touch->width == 0)
            unknown += writes;
        else if (bytes_overlap(touch, w->touch))
            overlapping += writes;
        else
            disjoint += writes;
        active.first_us = w->touch->first_us < active.first_us ? w->touch->first_us : active.first_us;
        active.last_us = w->touch->last_us > active.last_us ? w->touch->last_us : active.last_us;
        w->together = there > w->together ? there : w->together;
    }
    double all = disjoint + overlapping + unknown, share = 0;
    if (all > 0) {
        share = common_us(touch, &active, scale->slack_us) / span_us(touch);
        unknown += (double)scale->rest;
        all += (double)scale->rest;
        sums->disjoint += touch->samples * share * disjoint / all;
        sums->overlapping += touch->samples * share * overlapping / all;
        sums->unknown += touch->samples * share * unknown / all;
    }
    /* The line of a lone writer is taken away by readers: what it has to fetch asks for no other writer. */
    if (share > 0 || touch->writes == 0)
        sums->due += touch->transfers;
    sums->explained += touch->transfers * share;
}

static void weigh_all(const struct ht_line_evidence *e, struct sums *sums) {
    struct scale scale;
    set_up(e, &scale);
    for (size_t i = 0; i < e->touches; i++)
        weigh(&scale, &e->touch[i], sums);
    for (size_t i = 0; i < scale.writers; i++)
        sums->writes += scale.writer[i].rate * scale.writer[i].together;
}

/* The farthest distance that a tenth of the transfers came over; unknown where most of them do not tell. */
static const char *scope_of(const struct ht_line_evidence *e) {
    uint64_t known = (uint64_t)e->same_node + e->other_node + e->other_socket;
    if (known == 0 || known * 2 < e->transfers)
        return "unknown";
    if ((uint64_t)e->other_socket * 10 >= known)
        return "cross-socket";
    if (((uint64_t)e->other_socket + e->other_node) * 10 >= known)
        return "cross-node";
    return "within node";
}

static int is_placed_remotely(const struct ht_line_evidence *e) {
    uint64_t memory = (uint64_t)e->remote_memory + e->local_memory;
    return e->remote_memory >= HT_SAMPLES_TO_JUDGE && (uint64_t)e->remote_memory * 2 >= memory;
}

static void cannot_tell(struct ht_verdict *v) {
    v->verdict = "cannot tell";
    v->confidence = 0;
}

static void judge_placement(const struct ht_line_evidence *e, struct ht_verdict *v) {
    long long memory = (long long)e->remote_memory + e->local_memory;
    v->scope = "unknown";
    if (is_placed_remotely(e)) {
        v->verdict = "remote placement";
        v->scope = e->node_is_socket ? "cross-socket" : "cross-node";
        v->confidence = 1.0 - 3.0 / e->remote_memory;
        say(v, "%,lld of the %,lld samples that memory served came from another node's",
            (long long)e->remote_memory, memory);
    } else if (e->remote_unknown > 0) {
        cannot_tell(v);
        say(v, "%,lld sample%s served by another socket's cache or memory, which of them is not told",
            (long long)e->remote_unknown, e->remote_unknown == 1 ? " was" : "s were");
    } else {
        v->verdict = "no finding";
        say(v, "no transfer between caches; samples from remote memory: %,lld of %,lld",
            (long long)e->remote_memory, memory);
    }
}

/* Everything a verdict on sharing needs; 0 where something is missing, with the reason said. */
static int can_judge(const struct ht_line_evidence *e, const struct sums *s, struct ht_verdict *v) {
    long long known = rounded(s->disjoint + s->overlapping), writes = rounded(s->writes);
    if (e->transfers < HT_TRANSFERS_TO_JUDGE)
        say(v, "only %u transfer%s sampled, %u are needed", e->transfers,
            e->transfers == 1 ? " was" : "s were", HT_TRANSFERS_TO_JUDGE);
    else if (v->writers == 0)
        say(v, "no write to this line was sampled: a transfer alone does not prove a writer");
    else if (v->met == 0)
        say(v,
            "no access met a write by another core: %u writer%s, %u reader%s, never two cores in the "
            "same time",
            v->writers, plural(v->writers), v->readers, plural(v->readers));
    else if (s->unknown * 2 > (double)v->met)
        say(v,
            "access width not known for %,lld of %,lld samples that met another core's write (code bytes "
            "missing?)",
            rounded(s->unknown), (long long)v->met);
    else if (known < HT_SAMPLES_TO_JUDGE)
        say(v, "only %,lld sample%s met another core's write, %u are needed", known, plural(known),
            HT_SAMPLES_TO_JUDGE);
    else if (writes < HT_SAMPLES_TO_JUDGE)
        say(v, "only %,lld write sample%s of other cores in the time of these accesses, %u are needed",
            writes, plural(writes), HT_SAMPLES_TO_JUDGE);
    else if (s->explained * 2 < (double)s->due)
        say(v, "only %,lld of %,lld transfers arrived while another core was seen writing",
            rounded(s->explained), (long long)s->due);
    else
        return 1;
    return 0;
}

/* What was not seen among n has a share below 3/n: n accesses, and n writes that they met. What is not known
 * lowers it further. */
static double confidence_of(const struct sums *s) {
    double known = s->disjoint + s->overlapping, n = s->writes < known ? s->writes : known;
    double confidence = (1.0 - 3.0 / n) * (known / (known + s->unknown));
    return confidence < HT_CONFIDENCE_MAX ? confidence : HT_CONFIDENCE_MAX;
}

static void judge_sharing(const struct ht_line_evidence *e, const struct sums *s, struct ht_verdict *v) {
    v->scope = scope_of(e);
    if (!can_judge(e, s, v)) {
        cannot_tell(v);
        return;
    }
    double overlap = s->overlapping / (s->disjoint + s->overlapping);
    if (overlap <= HT_MINOR_SHARE && v->unknown > HT_MINOR_SHARE) {
        say(v,
            "%,lld of %,lld samples that met another core's write have no known width: the bytes cannot "
            "be proven apart",
            rounded(s->unknown), (long long)v->met);
        cannot_tell(v);
        return;
    }
    v->confidence = confidence_of(s);
    if (overlap <= HT_MINOR_SHARE)
        v->verdict = "false sharing";
    else if (overlap >= 1.0 - HT_MINOR_SHARE)
        v->verdict = "true sharing";
    else
        v->verdict = "mixed";
    say(v,
        "%,lld samples met another core's write: %,lld on proven other bytes, %,lld on the same, %,lld "
        "unknown; %,lld write samples by %u thread%s on %u core%s",
        (long long)v->met, rounded(s->disjoint), rounded(s->overlapping), rounded(s->unknown),
        (long long)v->met_writes, v->writers, plural(v->writers), v->writer_cores, plural(v->writer_cores));
}

void ht_judge_evidence(const struct ht_line_evidence *e, struct ht_verdict *v) {
    struct sums sums = {0};
    memset(v, 0, sizeof *v);
    v->disjoint = v->overlapping = v->unknown = -1;
    count_parties(e, v);
    if (e->transfers == 0 || (e->transfers < HT_TRANSFERS_TO_JUDGE && is_placed_remotely(e))) {
        judge_placement(e, v);
        return;
    }
    weigh_all(e, &sums);
    double met = sums.disjoint + sums.overlapping + sums.unknown;
    v->met = rounded(met);
    if (v->met > 0) {
        v->disjoint = sums.disjoint / met;
        v->overlapping = sums.overlapping / met;
        v->unknown = sums.unknown / met;
    }
    judge_sharing(e, &sums, v);
}
