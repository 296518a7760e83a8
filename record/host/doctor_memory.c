/* Hardware: which memory events this CPU's family would give, and where their codes come from. */
#include <string.h>

#include "record/events/memory_plan.h"
#include "record/host/doctor_checks.h"

static void add(struct ht_doctor_row *row, const char *between, const char *text) {
    size_t used = strlen(row->found);
    int is_first = used == 0 || row->found[used - 1] == ' '; /* behind the family's name */
    snprintf(row->found + used, sizeof row->found - used, "%s%s", is_first ? "" : between, text);
}

static int names_lines(const struct ht_memory_event *e) {
    enum ht_event_kind kind = ht_purpose_facts[e->purpose].kind;
    return kind == HT_EVENT_KIND_MEM_LOAD || kind == HT_EVENT_KIND_MEM_STORE ||
           kind == HT_EVENT_KIND_MEM_ANY || kind == HT_EVENT_KIND_HITM;
}

/* "load latency (sysfs, led by mem-loads-aux)" */
static void add_event(const struct ht_memory_plan *plan, const struct ht_memory_event *e,
                      struct ht_doctor_row *row) {
    char text[160];
    const char *leader = e->leader >= 0 ? plan->event[e->leader].name : "";
    snprintf(text, sizeof text, "%s (%s%s%s)", ht_purpose_facts[e->purpose].name,
             e->filter[0] != '\0' ? e->filter : ht_code_source_name(e->source),
             *leader != '\0' ? ", led by " : "", leader);
    add(row, ", ", text);
}

static void add_groups(const struct ht_memory_plan *plan, unsigned pmu, struct ht_doctor_row *row) {
    unsigned groups = 0, counters = 0;
    char text[80];
    for (size_t i = 0; i < plan->events; i++) {
        const struct ht_memory_event *e = &plan->event[i];
        if (e->pmu != pmu || e->group == HT_GROUP_NONE)
            continue;
        groups += e->purpose == HT_COUNT_CYCLES;
        counters += e->purpose != HT_COUNT_CYCLES && e->purpose != HT_COUNT_INSTRUCTIONS;
    }
    if (groups == 0)
        return;
    snprintf(text, sizeof text, "counts %u memory events in %u group%s", counters, groups,
             groups == 1 ? "" : "s");
    add(row, "; ", text);
}

static enum ht_doctor_state describe(const struct ht_memory_plan *plan, unsigned pmu,
                                     struct ht_doctor_row *row) {
    const struct ht_family *family = plan->family[pmu];
    const char *why = NULL;
    int samples = 0;
    for (size_t i = 0; i < plan->events; i++) {
        const struct ht_memory_event *e = &plan->event[i];
        if (e->pmu != pmu || HT_PURPOSE_IS_COUNTED(e->purpose) || e->purpose == HT_LEAD_LOADS)
            continue;
        if (e->available)
            add_event(plan, e, row);
        else if (names_lines(e) && (why == NULL || e->purpose == HT_SAMPLE_OPS))
            why = e->why; /* that ibs_op or arm_spe is missing says more than the others */
        samples |= e->available && names_lines(e);
    }
    add_groups(plan, pmu, row);
    if (family != NULL && family->limit != NULL)
        add(row, "; ", family->limit);
    /* Where the cores leave it to ibs_op or arm_spe, that PMU has a row of its own. */
    for (unsigned i = 0; i < plan->list.pmus; i++)
        samples |= plan->list.pmu[i].role != HT_PMU_CORE && plan->list.pmu[pmu].role == HT_PMU_CORE;
    if (samples)
        return HT_DOCTOR_OK;
    ht_doctor_text(row->hint, "none here: %.400s", why != NULL ? why : "the CPU has no such event");
    return HT_DOCTOR_LIMITED;
}

enum ht_doctor_state ht_doctor_memory_events(const struct ht_doctor_facts *f, unsigned at,
                                             struct ht_doctor_row *row) {
    struct ht_memory_plan_options options = {f->root, HT_LEAST_LATENCY, 1, 0};
    struct ht_memory_plan plan;
    enum ht_doctor_state state = HT_DOCTOR_NO_ROW;
    if (ht_memory_plan_build(&options, &plan, NULL) != HT_OK)
        return HT_DOCTOR_NO_ROW;
    if (at < plan.list.pmus) {
        const struct ht_family *family = plan.family[at];
        ht_doctor_text(row->name, "events of %.20s", plan.list.pmu[at].name);
        ht_doctor_text(row->cost, "memory accesses cannot be sampled: no cache lines, counters alone");
        if (family != NULL)
            ht_doctor_text(row->found, "%s: ", family->name);
        state = describe(&plan, at, row);
    }
    ht_memory_plan_free(&plan);
    return state;
}
