#include "record/events/memory_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/grow.h"
#include "record/events/libpfm.h"

static struct ht_memory_event *add(struct ht_memory_plan *plan, enum ht_purpose purpose, unsigned pmu,
                                   struct ht_cause *cause) {
    struct ht_memory_event *event =
        ht_grow(plan->event, &plan->capacity, plan->events + 1, sizeof *plan->event);
    if (event == NULL) {
        (void)ht_fail(cause, HT_NOMEM, "memory events: out of memory");
        return NULL;
    }
    plan->event = event;
    event += plan->events++;
    memset(event, 0, sizeof *event);
    event->purpose = purpose;
    event->name = event->filter = "";
    event->pmu = pmu;
    event->leader = -1;
    event->period_least = event->period_step = 1;
    return event;
}

static void say(struct ht_memory_event *event, const char *why) {
    snprintf(event->why, sizeof event->why, "%.*s", (int)sizeof event->why - 1, why != NULL ? why : "");
}

/* ---- events of the cores' PMUs ---- */

static void fill_core(const struct ht_memory_plan_options *options, const struct ht_memory_plan *plan,
                      struct ht_memory_event *event) {
    const struct ht_family *family = plan->family[event->pmu];
    const struct ht_event_code *row = ht_family_code(family, event->purpose);
    struct ht_encode how = {options->root, &plan->list.pmu[event->pmu], family, options->least_cycles};
    struct ht_encoded encoded;
    struct ht_cause cause = {""};
    if (row == NULL) {
        say(event, family->none);
        return;
    }
    if (ht_encode(&how, row, &encoded, &cause) != HT_OK) {
        say(event, cause.text);
        return;
    }
    event->available = 1;
    event->name = row->name;
    event->type = encoded.type;
    event->code = encoded.code;
    event->precise = encoded.precise;
    event->source = encoded.source;
    event->counters = row->counters;
    say(event, encoded.differs ? "libpfm4 has another code than our table: its is taken" : row->note);
}

static enum ht_status add_core(const struct ht_memory_plan_options *options, struct ht_memory_plan *plan,
                               unsigned pmu, enum ht_purpose purpose, enum ht_count_group group,
                               struct ht_cause *cause) {
    struct ht_memory_event *event = add(plan, purpose, pmu, cause);
    if (event == NULL)
        return HT_NOMEM;
    fill_core(options, plan, event);
    event->group = event->available ? group : HT_GROUP_NONE;
    return HT_OK;
}

/* Load latency behind its leader, where the kernel wants one. */
static void lead_loads(struct ht_memory_plan *plan, size_t first) {
    int leader = -1;
    for (size_t i = first; i < plan->events; i++)
        if (plan->event[i].purpose == HT_LEAD_LOADS && plan->event[i].available)
            leader = (int)i;
    for (size_t i = first; i < plan->events; i++)
        if (plan->event[i].purpose == HT_SAMPLE_LOAD_LATENCY && plan->event[i].available)
            plan->event[i].leader = leader;
}

/* A group is worth its turn where it counts more than time and instructions. */
static int has_group(const struct ht_memory_plan *plan, unsigned pmu, enum ht_count_group group,
                     const struct ht_memory_plan_options *options) {
    for (enum ht_purpose p = HT_COUNT_CYCLES; p < HT_PURPOSES; p++) {
        struct ht_memory_event event = {.purpose = p, .pmu = pmu};
        if (ht_purpose_facts[p].group != group)
            continue;
        fill_core(options, plan, &event);
        if (event.available)
            return 1;
    }
    return 0;
}

static enum ht_status add_group(const struct ht_memory_plan_options *options, struct ht_memory_plan *plan,
                                unsigned pmu, enum ht_count_group group, struct ht_cause *cause) {
    int counts = has_group(plan, pmu, group, options);
    enum ht_status status = HT_OK;
    for (enum ht_purpose p = HT_COUNT_CYCLES; p < HT_PURPOSES && status == HT_OK; p++) {
        int is_clock = p == HT_COUNT_CYCLES || p == HT_COUNT_INSTRUCTIONS;
        if (is_clock ? counts : ht_purpose_facts[p].group == group)
            status = add_core(options, plan, pmu, p, group, cause);
    }
    return status;
}

static enum ht_status plan_core(const struct ht_memory_plan_options *options, struct ht_memory_plan *plan,
                                unsigned pmu, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    size_t first = plan->events;
    struct ht_cpu own;
    ht_cpu_of_pmu(options->root, &plan->cpu, &plan->list.pmu[pmu], &own);
    plan->family[pmu] = ht_family_of(&own, &plan->list.pmu[pmu]);
    for (enum ht_purpose p = 0; p < HT_COUNT_CYCLES && status == HT_OK; p++)
        if (p != HT_SAMPLE_OPS && p != HT_SAMPLE_OPS_FILTERED)
            status = add_core(options, plan, pmu, p, HT_GROUP_NONE, cause);
    for (enum ht_count_group g = HT_GROUP_NONE + 1; g < HT_GROUPS && status == HT_OK; g++)
        status = add_group(options, plan, pmu, g, cause);
    if (status == HT_OK)
        lead_loads(plan, first);
    return status;
}

/* ---- ibs_op and arm_spe ---- */

static unsigned threshold(const struct ht_op_code *op, unsigned cycles) {
    unsigned up = (cycles + op->threshold_step - 1) / op->threshold_step * op->threshold_step;
    return up < op->threshold_least ? op->threshold_least : up > op->threshold_most ? op->threshold_most : up;
}

static enum ht_status fill_op(const struct ht_memory_plan_options *options, const struct ht_pmu *pmu,
                              const struct ht_op_code *op, struct ht_memory_event *event,
                              struct ht_cause *cause) {
    char least[48] = "";
    struct ht_pmu_code code = {{0}};
    if (op->cap != NULL && ht_pmu_cap(options->root, pmu, op->cap) != 1)
        return ht_fail(cause, HT_NOT_FOUND, "%s has no caps/%s", pmu->name, op->cap);
    if (op->threshold != NULL)
        snprintf(least, sizeof least, "%s=%u", op->threshold, threshold(op, options->least_cycles));
    const char *terms[] = {op->terms, least, options->phys && op->phys != NULL ? op->phys : "",
                           options->user_only && op->user != NULL ? op->user : ""};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        enum ht_status status = ht_pmu_terms(options->root, pmu, terms[i], &code, cause);
        if (status != HT_OK)
            return status;
    }
    int64_t own_least = op->period_cap != NULL ? ht_pmu_cap(options->root, pmu, op->period_cap) : -1;
    event->available = 1;
    event->name = pmu->name;
    event->type = pmu->type;
    event->code = code;
    event->source = HT_CODE_SYSFS;
    event->period_least = own_least > 0 ? (uint64_t)own_least : op->period_least;
    event->period_step = op->period_step;
    event->filter = op->filter;
    return HT_OK;
}

/* What this PMU cannot tell at all, where it is more than its rows say. */
static const char *limit_of(const struct ht_memory_plan *plan) {
    for (unsigned i = 0; i < plan->list.pmus; i++)
        if (plan->family[i] != NULL && plan->family[i]->limit != NULL)
            return plan->family[i]->limit;
    return NULL;
}

static enum ht_status plan_op(const struct ht_memory_plan_options *options, struct ht_memory_plan *plan,
                              unsigned pmu, enum ht_purpose purpose, struct ht_cause *cause) {
    const struct ht_pmu *p = &plan->list.pmu[pmu];
    struct ht_memory_event *event = add(plan, purpose, pmu, cause);
    struct ht_cause why = {"this PMU has no filter"};
    if (event == NULL)
        return HT_NOMEM;
    for (const struct ht_op_code *op = p->role == HT_PMU_IBS ? ht_amd_ops : ht_arm_ops;
         op->terms != NULL && !event->available; op++)
        if (op->purpose == purpose && fill_op(options, p, op, event, &why) == HT_OK)
            say(event, op->note != NULL ? op->note : limit_of(plan));
    if (!event->available)
        say(event, why.text);
    return HT_OK;
}

/* A vendor whose cores sample nothing by themselves, without the PMU that does. */
static enum ht_status say_missing(struct ht_memory_plan *plan, struct ht_cause *cause) {
    static const struct {
        enum ht_cpu_vendor vendor;
        enum ht_pmu_role role;
        const char *why;
    } expected[] = {
        {HT_CPU_AMD, HT_PMU_IBS,
         "the kernel shows no ibs_op: a virtual machine, or IBS is switched off by the firmware"},
        {HT_CPU_ARM, HT_PMU_SPE,
         "the kernel shows no arm_spe: it needs ARM_SPE_PMU, an interrupt named by the firmware, perhaps "
         "kpti=off"},
    };
    int seen[HT_PMU_SPE + 1] = {0};
    for (unsigned i = 0; i < plan->list.pmus; i++)
        seen[plan->list.pmu[i].role] = 1;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        if (plan->cpu.vendor != expected[i].vendor || !seen[HT_PMU_CORE] || seen[expected[i].role])
            continue;
        struct ht_memory_event *event = add(plan, HT_SAMPLE_OPS, 0, cause);
        if (event == NULL)
            return HT_NOMEM;
        say(event, expected[i].why);
    }
    return HT_OK;
}

/* ---- the plan ---- */

enum ht_status ht_memory_plan_build(const struct ht_memory_plan_options *options, struct ht_memory_plan *plan,
                                    struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    memset(plan, 0, sizeof *plan);
    ht_cpu_read(options->root, &plan->cpu);
    ht_pmu_list(options->root, &plan->list);
    for (unsigned i = 0; i < plan->list.pmus && status == HT_OK; i++)
        if (plan->list.pmu[i].role == HT_PMU_CORE)
            status = plan_core(options, plan, i, cause);
    for (unsigned i = 0; i < plan->list.pmus && status == HT_OK; i++) {
        if (plan->list.pmu[i].role == HT_PMU_CORE)
            continue;
        status = plan_op(options, plan, i, HT_SAMPLE_OPS, cause);
        if (status == HT_OK)
            status = plan_op(options, plan, i, HT_SAMPLE_OPS_FILTERED, cause);
    }
    if (status == HT_OK)
        status = say_missing(plan, cause);
    ht_libpfm_close();
    if (status != HT_OK)
        ht_memory_plan_free(plan);
    return status;
}

void ht_memory_plan_free(struct ht_memory_plan *plan) {
    free(plan->event);
    memset(plan, 0, sizeof *plan);
}

const struct ht_memory_event *ht_memory_plan_find(const struct ht_memory_plan *plan, unsigned pmu,
                                                  enum ht_purpose purpose) {
    for (size_t i = 0; i < plan->events; i++)
        if (plan->event[i].pmu == pmu && plan->event[i].purpose == purpose)
            return &plan->event[i];
    return NULL;
}

void ht_memory_event_attr(const struct ht_memory_event *event, struct perf_event_attr *attr) {
    memset(attr, 0, sizeof *attr);
    attr->size = sizeof *attr;
    attr->type = event->type;
    attr->config = event->code.word[0];
    attr->config1 = event->code.word[1];
    attr->config2 = event->code.word[2];
    attr->precise_ip = event->precise & 3;
}
