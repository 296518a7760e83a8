/* The recorder's sources, a row for each topic: which open, how far they reach, and why the others do not. */
#include <string.h>

#include "record/events/flags.h"
#include "record/events/refusals.h"
#include "record/events/tracepoints.h"
#include "record/host/doctor_checks.h"

#define NAMES_MAX 3

/* What became of one source. */
struct fate {
    enum ht_doctor_state state;
    int user_only;            /* opened, but nothing of the kernel's side */
    int too_new;              /* for this kernel, as far as can be seen */
    struct ht_doctor_row row; /* found, mend and hint */
};

/* ---- one source ---- */

static void fill_mend(const char *mend, struct ht_doctor_row *row) {
    if (strncmp(mend, "sudo ", 5) == 0)
        ht_doctor_text(row->mend, "%s", mend);
    else
        ht_doctor_text(row->hint, "%s", *mend != '\0' ? mend : "no command: another kernel");
}

static void look_at_event(const struct ht_doctor_facts *f, const struct ht_event *event, struct fate *fate) {
    if (f->reach == HT_REACH_UNTRIED) {
        ht_doctor_text(fate->row.found, "in the plan; not opened, because of --sysroot");
        return;
    }
    if (!event->open) {
        /* Without the sideband nothing else is tried. */
        int error = event->error != 0 ? event->error : f->plan.event[0].error;
        fate->state = HT_DOCTOR_MISSING;
        ht_doctor_text(fate->row.found, "does not open%s%s", error != 0 ? ": " : "",
                       error != 0 ? strerror(error) : "");
        if (error == 0 || ht_refusal_is_denied(error))
            ht_doctor_mend_events(f, &fate->row);
        else
            fill_mend(ht_refusal_mend(error), &fate->row);
        return;
    }
    /* Records, not samples: user mode only takes nothing away from them. */
    int samples =
        event->source->kind != HT_EVENT_KIND_SIDEBAND && event->source->kind != HT_EVENT_KIND_SWITCH;
    fate->user_only = samples && (ht_attr_flags(&event->attr) & HT_FLAG_EXCLUDE_KERNEL) != 0;
    fate->state = f->reach == HT_REACH_OWN || fate->user_only ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
    ht_doctor_text(fate->row.found, "opens for %s%s",
                   f->reach == HT_REACH_OWN ? "your own processes" : "whole CPUs",
                   fate->user_only ? ", in user mode only" : "");
    if (event->source->kind == HT_EVENT_KIND_SWITCH)
        ht_doctor_text(fate->row.found, "%.200s; recorded for a target, or with --switches",
                       fate->state == HT_DOCTOR_OK ? "opens for whole CPUs" : "opens for your own processes");
    ht_doctor_mend_events(f, &fate->row);
}

static struct fate look_at_source(const struct ht_doctor_facts *f, const struct ht_source *s) {
    struct fate fate = {.state = HT_DOCTOR_OK};
    const char *why = "not in the plan", *mend = "";
    uint64_t id;
    for (unsigned i = 0; i < f->plan.events; i++) {
        if (f->plan.event[i].source == s) {
            look_at_event(f, &f->plan.event[i], &fate);
            return fate;
        }
    }
    if (s->type == PERF_TYPE_TRACEPOINT) {
        ht_tracepoint_missing(f->root, ht_tracepoint_id(f->root, s->system, s->tracepoint, &id, NULL), &why,
                              &mend);
        fate.too_new = *mend == '\0' && s->kernel != NULL;
    }
    fate.state = HT_DOCTOR_MISSING;
    ht_doctor_text(fate.row.found, "%s", why);
    if (strstr(mend, "setcap") != NULL)
        ht_doctor_mend_privilege(f, &fate.row); /* which names the program */
    else
        fill_mend(mend, &fate.row);
    return fate;
}

/* ---- one topic: a row ---- */

/* The number of its sources, the first at *first; 0 behind the last topic. */
static size_t find_topic(unsigned at, const struct ht_source **first) {
    for (size_t i = 0, end; i < ht_sources_count; i = end) {
        for (end = i + 1; end < ht_sources_count; end++)
            if (strcmp(ht_sources[end].topic, ht_sources[i].topic) != 0)
                break;
        *first = &ht_sources[i];
        if (at-- == 0)
            return end - i;
    }
    return 0;
}

static void append(char text[HT_DOCTOR_TEXT], const char *separator, const char *what) {
    size_t at = strlen(text);
    snprintf(text + at, HT_DOCTOR_TEXT - at, "%s%s", at > 0 ? separator : "", what);
}

/* Sources of which the same was found stand together: "opens for whole CPUs (A, B); no such C (C)". Many by
 * their number. */
static void add_found(struct ht_doctor_row *row, const struct ht_source *first, size_t count,
                      const char *found, const char *names) {
    char many[64];
    append(row->found, "; ", found);
    if (count > NAMES_MAX) {
        snprintf(many, sizeof many, "%zu of %.32s:*", count, first->system);
        names = many;
    }
    if (*names != '\0') {
        append(row->found, " ", "(");
        append(row->found, "", names);
        append(row->found, "", ")");
    }
}

static void say_cost(const struct ht_doctor_facts *f, const char *missing, int limited, int user_only,
                     struct ht_doctor_row *row) {
    int own = f->reach == HT_REACH_OWN;
    if (*missing != '\0') {
        append(row->cost, "", "not recorded: ");
        append(row->cost, "", missing);
    }
    if (limited)
        append(row->cost, "; ",
               !own        ? "not recorded: what happens inside the kernel"
               : user_only ? "not recorded: other processes, and the kernel's side of your own"
                           : "not recorded: other processes");
}

enum ht_doctor_state ht_doctor_source(const struct ht_doctor_facts *f, unsigned at,
                                      struct ht_doctor_row *row) {
    const struct ht_source *s;
    char names[HT_DOCTOR_TEXT] = "", last[HT_DOCTOR_TEXT] = "";
    char missing[HT_DOCTOR_TEXT] = "";
    unsigned count[HT_DOCTOR_NO_ROW] = {0};
    int user_only = 0;
    size_t sources = find_topic(at, &s), first = 0;
    if (sources == 0)
        return HT_DOCTOR_NO_ROW;
    ht_doctor_text(row->name, "%s", s->topic);
    if (s->kind == HT_EVENT_KIND_SNAPSHOT)
        return ht_doctor_files(f, s, row);
    for (size_t i = 0; i < sources; i++) {
        struct fate fate = look_at_source(f, &s[i]);
        count[fate.state]++;
        user_only |= fate.user_only;
        if (i > 0 && strcmp(last, fate.row.found) != 0) {
            add_found(row, &s[first], i - first, last, names);
            names[0] = '\0';
            first = i;
        }
        strcpy(last, fate.row.found);
        if (s[i].type == PERF_TYPE_TRACEPOINT)
            append(names, ", ", s[i].name);
        if (fate.too_new)
            append(names, " from Linux ", s[i].kernel);
        if (fate.state == HT_DOCTOR_MISSING)
            append(missing, ", ", s[i].without);
        if (row->mend[0] == '\0' && row->hint[0] == '\0') {
            strcpy(row->mend, fate.row.mend);
            strcpy(row->hint, fate.row.hint);
        }
    }
    add_found(row, &s[first], sources - first, last, names);
    say_cost(f, missing, count[HT_DOCTOR_LIMITED] > 0, user_only, row);
    return count[HT_DOCTOR_OK] == sources        ? HT_DOCTOR_OK
           : count[HT_DOCTOR_MISSING] == sources ? HT_DOCTOR_MISSING
                                                 : HT_DOCTOR_LIMITED;
}
