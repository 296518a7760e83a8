#include "record/events/plan.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/events/flags.h"
#include "record/events/sources.h"
#include "record/events/tracepoints.h"

/* Every event has these, so that any record of the shared ring can be dispatched by its identifier and the
 * trailer of records that are no samples has one layout: TID, TIME, CPU, IDENTIFIER. */
#define COMMON_SAMPLE                                                                                        \
    (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |       \
     PERF_SAMPLE_CPU)
#define COMMON_FLAGS (HT_FLAG_DISABLED | HT_FLAG_SAMPLE_ID_ALL | HT_FLAG_WATERMARK)
#define READ_FORMAT                                                                                          \
    (PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID | HT_FORMAT_LOST)

static int is_prime(uint64_t n) {
    for (uint64_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return 0;
    return n > 1;
}

/* A prime period does not beat with anything that runs at a round rate. */
static uint64_t period_for(unsigned hz) {
    uint64_t period = 1000000000u / hz;
    while (!is_prime(period))
        period++;
    return period;
}

static void fill_attr(const struct ht_source *s, uint64_t config, const struct ht_plan_options *options,
                      struct perf_event_attr *attr) {
    memset(attr, 0, sizeof *attr);
    attr->size = sizeof *attr;
    attr->type = s->type;
    attr->config = config;
    attr->sample_period = s->kind == HT_EVENT_KIND_CPU_CLOCK ? period_for(options->cpu_hz) : s->period;
    if (s->kind == HT_EVENT_KIND_SNAPSHOT)
        return;
    attr->sample_type = COMMON_SAMPLE | s->sample_type;
    if (s->kind == HT_EVENT_KIND_CPU_CLOCK && options->callchains)
        attr->sample_type |= PERF_SAMPLE_CALLCHAIN;
    attr->read_format = READ_FORMAT;
    ht_attr_set_flags(attr, COMMON_FLAGS | s->flags);
    attr->wakeup_watermark = options->ring_bytes / 4;
}

static int is_wanted(const struct ht_source *s, const struct ht_plan_options *options) {
    return (s->kind != HT_EVENT_KIND_CPU_CLOCK || options->cpu_hz > 0) &&
           (s->kind != HT_EVENT_KIND_SWITCH || options->switches);
}

/* ---- tracepoints that are not there: one limit for each reason, however many there are ---- */

static void say_missing(uint64_t which, enum ht_status status, const char *root, struct ht_limits *limits) {
    const char *why, *mend;
    char list[1024];
    int newer = 0;
    if (which == 0)
        return;
    ht_tracepoint_missing(root, status, &why, &mend);
    for (size_t i = 0; i < ht_sources_count && *mend == '\0'; i++)
        newer |= (which >> i & 1) && ht_sources[i].kernel != NULL;
    ht_sources_list(which, newer, list, sizeof list);
    ht_limits_add(limits, (uint64_t)__builtin_popcountll(which), "tracepoints",
                  newer ? "a newer kernel" : mend, "no %s: %s", list, why);
}

void ht_plan_build(const struct ht_plan_options *options, struct ht_plan *plan, struct ht_limits *limits) {
    uint64_t absent = 0, denied = 0; /* bit i: ht_sources[i] */
    memset(plan, 0, sizeof *plan);
    for (size_t i = 0; i < ht_sources_count; i++) {
        const struct ht_source *s = &ht_sources[i];
        uint64_t config = s->config;
        if (plan->events == HT_EVENTS_MAX || !is_wanted(s, options))
            continue;
        if (s->type == PERF_TYPE_TRACEPOINT) {
            enum ht_status status = ht_tracepoint_id(options->root, s->system, s->tracepoint, &config, NULL);
            if (status != HT_OK) {
                *(status == HT_PERMISSION ? &denied : &absent) |= 1ull << i;
                continue;
            }
        }
        struct ht_event *event = &plan->event[plan->events];
        event->number = plan->events++;
        event->source = s;
        fill_attr(s, config, options, &event->attr);
    }
    say_missing(absent, HT_NOT_FOUND, options->root, limits);
    say_missing(denied, HT_PERMISSION, options->root, limits);
}

struct ht_event *ht_plan_event(struct ht_plan *plan, const char *name) {
    for (unsigned i = 0; i < plan->events; i++)
        if (strcmp(plan->event[i].source->name, name) == 0)
            return &plan->event[i];
    return NULL;
}

unsigned ht_plan_descriptors(const struct ht_plan *plan) {
    unsigned descriptors = 0;
    for (unsigned i = 0; i < plan->events; i++)
        descriptors += plan->event[i].source->kind != HT_EVENT_KIND_SNAPSHOT;
    return descriptors;
}

static enum ht_status event_row(const struct ht_event *event, struct ht_table *table) {
    uint32_t row;
    enum ht_status status = ht_table_add(table, &row);
    if (status != HT_OK)
        return status;
    uint64_t **n = table->number;
    n[HT_EVENT_EVENT][row] = event->number;
    n[HT_EVENT_KIND][row] = event->source->kind;
    n[HT_EVENT_TYPE][row] = event->attr.type;
    n[HT_EVENT_CONFIG][row] = event->attr.config;
    n[HT_EVENT_CONFIG1][row] = event->attr.config1;
    n[HT_EVENT_CONFIG2][row] = event->attr.config2;
    n[HT_EVENT_PERIOD][row] = event->attr.sample_period;
    n[HT_EVENT_SAMPLE_TYPE][row] = event->attr.sample_type;
    n[HT_EVENT_READ_FORMAT][row] = event->attr.read_format;
    n[HT_EVENT_FLAGS][row] = ht_attr_flags(&event->attr);
    return ht_table_set_text(table, HT_EVENT_NAME, event->source->name);
}

static enum ht_status format_row(const struct ht_event *event, const char *root, struct ht_table *table,
                                 struct ht_cause *cause) {
    char *text = NULL;
    size_t length;
    uint32_t row;
    const struct ht_source *s = event->source;
    enum ht_status status = ht_tracepoint_format(root, s->system, s->tracepoint, &text, &length, cause);
    if (status == HT_OK && (status = ht_table_add(table, &row)) == HT_OK) {
        table->number[HT_TP_FORMAT_EVENT][row] = event->number;
        status = ht_table_set_text(table, HT_TP_FORMAT_SYSTEM, s->system);
        if (status == HT_OK)
            status = ht_table_set_text(table, HT_TP_FORMAT_NAME, s->tracepoint);
        if (status == HT_OK)
            status = ht_table_set_bytes(table, HT_TP_FORMAT_FORMAT, text, length);
    }
    free(text);
    return status;
}

enum ht_status ht_plan_write(const struct ht_plan *plan, const char *root, struct ht_writer *writer,
                             struct ht_encoder *encoder, struct ht_cause *cause) {
    struct ht_table events, formats;
    enum ht_status status = HT_OK;
    ht_table_init(&events, HT_CHUNK_EVENT);
    ht_table_init(&formats, HT_CHUNK_TP_FORMAT);
    for (unsigned i = 0; i < plan->events && status == HT_OK; i++) {
        const struct ht_event *event = &plan->event[i];
        if (!event->open)
            continue;
        status = event_row(event, &events);
        if (status != HT_OK)
            ht_fail(cause, status, "events: %s", ht_status_text(status));
        else if (event->attr.type == PERF_TYPE_TRACEPOINT)
            status = format_row(event, root, &formats, cause);
    }
    if (status == HT_OK)
        status = ht_writer_put(writer, encoder, &events, 0, cause);
    if (status == HT_OK)
        status = ht_writer_put(writer, encoder, &formats, 0, cause);
    ht_table_free(&events);
    ht_table_free(&formats);
    return status;
}

enum ht_status ht_plan_write_slices(const struct ht_plan *plan, uint64_t start_ns, uint64_t end_ns,
                                    const uint64_t off_ns[HT_EVENTS_MAX], struct ht_writer *writer,
                                    struct ht_encoder *encoder, struct ht_cause *cause) {
    struct ht_table slices;
    enum ht_status status = HT_OK;
    ht_table_init(&slices, HT_CHUNK_SLICE);
    for (unsigned i = 0; i < plan->events && status == HT_OK; i++) {
        uint32_t row;
        if (!plan->event[i].open || plan->event[i].attr.sample_period == 0)
            continue;
        if ((status = ht_table_add(&slices, &row)) != HT_OK)
            break;
        slices.number[HT_SLICE_START][row] = start_ns;
        slices.number[HT_SLICE_END][row] = off_ns[i] != 0 ? off_ns[i] : end_ns;
        slices.number[HT_SLICE_EVENT][row] = plan->event[i].number;
        slices.number[HT_SLICE_PERIOD][row] = plan->event[i].attr.sample_period;
    }
    status = status == HT_OK ? ht_writer_put(writer, encoder, &slices, 0, cause)
                             : ht_fail(cause, status, "slices: %s", ht_status_text(status));
    ht_table_free(&slices);
    return status;
}

/* ---- the level ---- */

const char *ht_plan_level(const struct ht_plan *plan) {
    for (unsigned i = 0; i < plan->events; i++) {
        enum ht_event_kind kind = plan->event[i].source->kind;
        if (plan->event[i].open && kind >= HT_EVENT_KIND_MEM_LOAD && kind <= HT_EVENT_KIND_HITM)
            return "memory";
        if (plan->event[i].open && kind == HT_EVENT_KIND_COUNTER)
            return "counters";
    }
    return "software";
}

/* PMUs that can sample memory accesses somewhere; the kernel's names of them. */
static const char *const memory_pmus[] = {"cpu",    "cpu_core",  "cpu_atom",
                                          "ibs_op", "arm_spe_0", "armv8_pmuv3_0"};

void ht_plan_level_reason(const char *root, char *text, size_t size) {
    char found[256] = "";
    size_t at = 0;
    for (size_t i = 0; i < sizeof memory_pmus / sizeof memory_pmus[0]; i++) {
        char path[HT_PATH_MAX];
        snprintf(path, sizeof path, "/sys/bus/event_source/devices/%s/type", memory_pmus[i]);
        if (ht_file_number(root, path, -1) >= 0)
            at += (size_t)snprintf(found + at, sizeof found - at, "%s%s", at > 0 ? ", " : "", memory_pmus[i]);
    }
    if (at > 0)
        snprintf(text, size, "this version samples no PMU events yet (the machine has %s)", found);
    else
        snprintf(text, size,
                 "the machine exposes no PMU (a virtual machine without one, or nested): memory accesses "
                 "cannot be sampled, cache lines cannot be named");
}
