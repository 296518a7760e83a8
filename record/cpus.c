#include "record/cpus.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/base/grow.h"

#define CPUS      "/sys/devices/system/cpu"
#define LIST_TEXT 512

/* ---- which ---- */

/* Keeps of a list what is, or is not, in another. */
static void keep(struct ht_cpu_list *list, const struct ht_cpu_list *other, int wanted) {
    size_t kept = 0;
    for (size_t i = 0; i < list->cpus; i++)
        if (ht_cpu_list_has(other, list->cpu[i]) == wanted)
            list->cpu[kept++] = list->cpu[i];
    list->cpus = kept;
}

static enum ht_status check_chosen(const char *root, const struct ht_cpus *c, struct ht_cause *cause) {
    struct ht_cpu_list present;
    char text[LIST_TEXT];
    enum ht_status status = ht_cpu_list_read(root, CPUS "/present", &present);
    for (size_t i = 0; i < c->recorded.cpus && status == HT_OK; i++) {
        int cpu = c->recorded.cpu[i];
        if (!ht_cpu_list_has(&present, cpu) && !ht_cpu_list_has(&c->online, cpu))
            status = ht_fail(cause, HT_NOT_FOUND, "-C: there is no CPU %d; this machine has %s", cpu,
                             ht_cpu_list_text(&present, text, sizeof text));
        else if (!ht_cpu_list_has(&c->online, cpu))
            status = ht_fail(
                cause, HT_NOT_FOUND,
                "-C: CPU %d is offline: leave it out, or: echo 1 | sudo tee " CPUS "/cpu%d/online", cpu, cpu);
    }
    ht_cpu_list_free(&present);
    return status;
}

static void say_left_out(const struct ht_cpus *c, const struct ht_cpu_list *isolated,
                         const struct ht_cpu_list *nohz, struct ht_limits *limits) {
    char what[LIST_TEXT], list[LIST_TEXT], all[LIST_TEXT], mend[LIST_TEXT + 64];
    size_t isolated_of = 0, nohz_of = 0;
    for (size_t i = 0; i < c->left_out.cpus; i++) {
        isolated_of += (size_t)ht_cpu_list_has(isolated, c->left_out.cpu[i]);
        nohz_of += (size_t)ht_cpu_list_has(nohz, c->left_out.cpu[i]);
    }
    snprintf(what, sizeof what, "CPU%s %.480s", c->left_out.cpus > 1 ? "s" : "",
             ht_cpu_list_text(&c->left_out, list, sizeof list));
    snprintf(mend, sizeof mend, "-C %s records them too", ht_cpu_list_text(&c->online, all, sizeof all));
    ht_limits_add(limits, c->left_out.cpus, what, mend,
                  "%s: not recorded, as it would interrupt what runs there",
                  isolated_of == c->left_out.cpus ? "isolated"
                  : nohz_of == c->left_out.cpus   ? "nohz_full"
                                                  : "isolated or nohz_full");
}

static enum ht_status leave_out(struct ht_cpus *c, const struct ht_cpu_list *isolated,
                                const struct ht_cpu_list *nohz, struct ht_limits *limits,
                                struct ht_cause *cause) {
    char text[LIST_TEXT];
    enum ht_status status = ht_cpu_list_join(&c->recorded, &c->online);
    if (status == HT_OK)
        status = ht_cpu_list_join(&c->left_out, &c->online);
    if (status != HT_OK)
        return ht_fail(cause, status, "CPUs: %s", ht_status_text(status));
    keep(&c->recorded, &c->quiet, 0);
    keep(&c->left_out, &c->quiet, 1);
    ht_cpu_list_text(&c->online, text, sizeof text);
    if (c->recorded.cpus == 0)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "every CPU (%s) is isolated or nohz_full, and these are left alone unless they are "
                       "named: -C %s records them",
                       text, text);
    if (c->left_out.cpus > 0)
        say_left_out(c, isolated, nohz, limits);
    return HT_OK;
}

enum ht_status ht_cpus_choose(const char *root, const char *policy_root, const struct ht_cpu_list *only,
                              struct ht_cpus *c, struct ht_limits *limits, struct ht_cause *cause) {
    struct ht_cpu_list isolated = {0}, nohz = {0};
    memset(c, 0, sizeof *c);
    enum ht_status status = ht_cpu_list_read(root, CPUS "/online", &c->online);
    if (status == HT_OK && c->online.cpus == 0)
        status = ht_cpu_list_read(root, CPUS "/present", &c->online); /* a kernel without hotplug */
    if (status == HT_OK)
        status = ht_cpu_list_read(policy_root, CPUS "/isolated", &isolated);
    if (status == HT_OK)
        status = ht_cpu_list_read(policy_root, CPUS "/nohz_full", &nohz);
    if (status == HT_OK)
        status = ht_cpu_list_join(&c->quiet, &isolated);
    if (status == HT_OK)
        status = ht_cpu_list_join(&c->quiet, &nohz);
    if (status != HT_OK) {
        ht_fail(cause, status, "CPUs: %s", ht_status_text(status));
    } else if (c->online.cpus == 0) {
        status = ht_fail(cause, HT_NOT_FOUND, "no CPU is online in sysfs");
    } else if (only->cpus > 0) {
        c->chosen = 1;
        if ((status = ht_cpu_list_join(&c->recorded, only)) != HT_OK)
            ht_fail(cause, status, "CPUs: %s", ht_status_text(status));
        else
            status = check_chosen(root, c, cause);
    } else {
        status = leave_out(c, &isolated, &nohz, limits, cause);
    }
    ht_cpu_list_free(&isolated);
    ht_cpu_list_free(&nohz);
    return status;
}

void ht_cpus_free(struct ht_cpus *c) {
    ht_cpu_list_free(&c->recorded);
    ht_cpu_list_free(&c->online);
    ht_cpu_list_free(&c->quiet);
    ht_cpu_list_free(&c->left_out);
    free(c->came);
    free(c->enabled_ns);
    memset(c, 0, sizeof *c);
}

void ht_cpus_keep_off(const struct ht_cpus *c) {
    size_t bytes = CPU_ALLOC_SIZE(HT_CPUS_MAX);
    cpu_set_t *set = c->quiet.cpus > 0 ? CPU_ALLOC(HT_CPUS_MAX) : NULL;
    if (set == NULL)
        return;
    if (sched_getaffinity(0, bytes, set) == 0) {
        for (size_t i = 0; i < c->quiet.cpus; i++)
            CPU_CLR_S(c->quiet.cpu[i], bytes, set);
        if (CPU_COUNT_S(bytes, set) > 0)
            (void)sched_setaffinity(0, bytes, set);
    }
    CPU_FREE(set);
}

/* ---- hotplug ---- */

/* The CPUs that a recording without -C would have taken. */
static int is_wanted(const struct ht_cpus *c, int cpu) {
    return !c->chosen && !ht_cpu_list_has(&c->quiet, cpu) && !ht_cpu_list_has(&c->recorded, cpu);
}

enum ht_status ht_cpus_look(struct ht_cpus *c, const char *root, uint64_t now_ns) {
    struct ht_cpu_list online;
    enum ht_status status = ht_cpu_list_read(root, CPUS "/online", &online);
    for (size_t i = 0; i < online.cpus && status == HT_OK; i++) {
        size_t known = 0;
        while (known < c->cames && c->came[known].cpu != online.cpu[i])
            known++;
        if (known < c->cames || !is_wanted(c, online.cpu[i]))
            continue;
        struct ht_cpu_came *grown = ht_grow(c->came, &c->capacity, c->cames + 1, sizeof *grown);
        if (grown == NULL) {
            status = HT_NOMEM;
            break;
        }
        c->came = grown;
        c->came[c->cames++] = (struct ht_cpu_came){online.cpu[i], now_ns};
    }
    ht_cpu_list_free(&online);
    return status;
}

/* 0 where the CPU has no event, or one that cannot be read. */
static uint64_t read_enabled(const struct ht_opened *opened, int cpu) {
    uint64_t reading[5]; /* value, enabled, running, id, lost */
    int fd = ht_events_ring_fd(opened, cpu);
    ssize_t n = fd >= 0 ? read(fd, reading, sizeof reading) : -1;
    return n >= (ssize_t)(2 * sizeof reading[0]) ? reading[1] : 0;
}

enum ht_status ht_cpus_before_end(struct ht_cpus *c, const struct ht_opened *opened) {
    free(c->enabled_ns);
    c->enabled_ns = NULL;
    if (opened->per_task) /* these follow their tasks, to wherever those run */
        return HT_OK;
    if ((c->enabled_ns = calloc(c->recorded.cpus, sizeof *c->enabled_ns)) == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < c->recorded.cpus; i++)
        c->enabled_ns[i] = read_enabled(opened, c->recorded.cpu[i]);
    return HT_OK;
}

static enum ht_status add_gap(struct ht_table *loss, int cpu, uint64_t from_ns, uint64_t end_ns) {
    uint32_t row;
    enum ht_status status = ht_table_add(loss, &row);
    if (status != HT_OK)
        return status;
    loss->number[HT_LOSS_TIME][row] = from_ns;
    loss->number[HT_LOSS_KIND][row] = HT_LOSS_KIND_GAP;
    loss->number[HT_LOSS_CPU][row] = (uint64_t)(int64_t)cpu;
    loss->number[HT_LOSS_EVENT][row] = (uint64_t)-1;
    loss->number[HT_LOSS_COUNT][row] = end_ns > from_ns ? end_ns - from_ns : 0;
    return HT_OK;
}

/* ---- what is said of them ---- */

enum { BACK, GONE, NEVER, CAME, FATES };

/* before TIME behind "it" after */
static const struct fate_text {
    const char *before, *behind, *after, *mend;
} fate_texts[FATES] = {
    [BACK] = {"went offline", " into the window and came back, but events do not: nothing of",
              " is recorded from then on", "record again while no CPU is switched off"},
    [GONE] = {"went offline", " into the window: nothing of", " is recorded from then on", ""},
    [NEVER] = {"went offline before the window, or no event could be opened there", ": nothing of",
               " is recorded", ""},
    [CAME] = {"came online, seen", " into the window: nothing of", " is recorded",
              "record again: it takes the CPUs that are online when it starts"},
};

/* The CPUs that one thing befell, and when: from the start of the window. */
struct fate {
    struct ht_cpu_list cpus;
    uint64_t first_ns, last_ns;
};

static enum ht_status add_fate(struct fate *fate, int cpu, uint64_t ns) {
    char number[16];
    if (fate->cpus.cpus == 0 || ns < fate->first_ns)
        fate->first_ns = ns;
    if (ns > fate->last_ns)
        fate->last_ns = ns;
    snprintf(number, sizeof number, "%d", cpu);
    return ht_cpu_list_add(&fate->cpus, number);
}

static void say_fate(const struct fate *fate, const struct fate_text *text, int has_time,
                     struct ht_limits *limits) {
    char what[LIST_TEXT], list[LIST_TEXT], first[32], last[32], when[80] = "";
    int many = fate->cpus.cpus > 1;
    snprintf(first, sizeof first, "%.1f", (double)fate->first_ns / 1e9);
    snprintf(last, sizeof last, "%.1f", (double)fate->last_ns / 1e9);
    if (has_time && strcmp(first, last) == 0)
        snprintf(when, sizeof when, " %s s", first);
    else if (has_time)
        snprintf(when, sizeof when, " %s to %s s", first, last);
    snprintf(what, sizeof what, "CPU%s %.480s", many ? "s" : "",
             ht_cpu_list_text(&fate->cpus, list, sizeof list));
    ht_limits_add(limits, fate->cpus.cpus, what, text->mend, "%s%s%s %s%s", text->before, when, text->behind,
                  many ? "them" : "it", text->after);
}

static enum ht_status add_gone(const struct ht_cpus *c, size_t at, int is_back, uint64_t start_ns,
                               uint64_t end_ns, struct ht_table *loss, struct fate fate[FATES]) {
    int cpu = c->recorded.cpu[at];
    uint64_t on = c->enabled_ns[at] < end_ns - start_ns ? c->enabled_ns[at] : end_ns - start_ns;
    enum ht_status status = add_fate(&fate[on == 0 ? NEVER : is_back ? BACK : GONE], cpu, on);
    return status == HT_OK ? add_gap(loss, cpu, start_ns + on, end_ns) : status;
}

enum ht_status ht_cpus_gaps(struct ht_cpus *c, const char *root, const struct ht_opened *opened,
                            uint64_t start_ns, uint64_t end_ns, struct ht_table *loss,
                            struct ht_limits *limits) {
    struct ht_cpu_list online = {0};
    struct fate fate[FATES] = {0};
    enum ht_status status = ht_cpus_look(c, root, end_ns);
    if (status == HT_OK)
        status = ht_cpu_list_read(root, CPUS "/online", &online);
    for (size_t i = 0; c->enabled_ns != NULL && i < c->recorded.cpus && status == HT_OK; i++) {
        int cpu = c->recorded.cpu[i];
        if (c->enabled_ns[i] == 0 || read_enabled(opened, cpu) == c->enabled_ns[i])
            status = add_gone(c, i, ht_cpu_list_has(&online, cpu), start_ns, end_ns, loss, fate);
    }
    for (size_t i = 0; i < c->cames && status == HT_OK; i++) {
        uint64_t since = c->came[i].first_ns > start_ns ? c->came[i].first_ns - start_ns : 0;
        status = add_fate(&fate[CAME], c->came[i].cpu, since);
        if (status == HT_OK)
            status = add_gap(loss, c->came[i].cpu, start_ns + since, end_ns);
    }
    for (unsigned i = 0; i < FATES; i++) {
        if (fate[i].cpus.cpus > 0)
            say_fate(&fate[i], &fate_texts[i], i != NEVER, limits);
        ht_cpu_list_free(&fate[i].cpus);
    }
    ht_cpu_list_free(&online);
    return status;
}
