/* The sources of the plan: which opened, how far they reach, and why the others did not. */
#include <string.h>

#include "record/events/flags.h"
#include "record/host/doctor_checks.h"

/* The limit with this name, from row `from` on; -1 where there is none. */
static long find_limit(const struct ht_doctor_facts *f, const char *name, uint32_t from) {
    char what[128];
    for (uint32_t r = from; r < f->limits.table.rows; r++) {
        ht_table_copy_text(&f->limits.table, HT_LIMIT_WHAT, r, what, sizeof what);
        if (strcmp(what, name) == 0)
            return r;
    }
    return -1;
}

/* A limit of the plan reads "no LOSS: REASON"; its mend for users is ours, which names the program. */
static void fill_from_limit(const struct ht_doctor_facts *f, uint32_t r, struct ht_doctor_row *row) {
    char why[HT_DOCTOR_TEXT], mend[HT_DOCTOR_TEXT];
    ht_table_copy_text(&f->limits.table, HT_LIMIT_WHY, r, why, sizeof why);
    ht_table_copy_text(&f->limits.table, HT_LIMIT_MEND, r, mend, sizeof mend);
    char *reason = strstr(why, ": ");
    if (reason != NULL) {
        *reason = '\0';
        reason += 2;
    }
    ht_doctor_text(row->found, "%s", reason != NULL ? reason : "not available");
    ht_doctor_text(row->cost, "not recorded: %.480s", strncmp(why, "no ", 3) == 0 ? why + 3 : why);
    if (strstr(mend, "setcap") != NULL)
        ht_doctor_mend_events(f, row);
    else if (strncmp(mend, "sudo ", 5) == 0)
        ht_doctor_text(row->mend, "%s", mend);
    else
        ht_doctor_text(row->hint, "%s", *mend != '\0' ? mend : "no command: another kernel");
}

static enum ht_doctor_state look_at_event(const struct ht_doctor_facts *f, const struct ht_event *event,
                                          struct ht_doctor_row *row) {
    const char *without = event->source->without;
    /* The sideband is records, not samples: user mode only takes nothing away from it. */
    int user_only = (ht_attr_flags(&event->attr) & HT_FLAG_EXCLUDE_KERNEL) != 0 &&
                    event->source->kind != HT_EVENT_KIND_SIDEBAND;
    if (f->reach == HT_REACH_UNTRIED) {
        ht_doctor_text(row->found, "in the plan; not opened, because of --sysroot");
        return HT_DOCTOR_OK;
    }
    if (!event->open) {
        long r = find_limit(f, event->source->name, f->plan_limits);
        if (r >= 0) {
            fill_from_limit(f, (uint32_t)r, row);
            return HT_DOCTOR_MISSING;
        }
        ht_doctor_text(row->found, "does not open");
        ht_doctor_text(row->cost, "not recorded: %s", without);
        ht_doctor_mend_events(f, row);
        return HT_DOCTOR_MISSING;
    }
    int own = f->reach == HT_REACH_OWN;
    ht_doctor_text(row->found, "opens for %s%s", own ? "your own processes" : "whole CPUs",
                   user_only ? ", in user mode only" : "");
    ht_doctor_text(row->cost, "not recorded%s%s%s%s", own ? " of other processes: " : ": ",
                   own ? without : "", own && user_only ? "; of your own: " : "",
                   user_only ? "what happens inside the kernel" : "");
    ht_doctor_mend_events(f, row);
    return own || user_only ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}

/* First what the plan has, then what it could not have. */
enum ht_doctor_state ht_doctor_source(const struct ht_doctor_facts *f, unsigned at,
                                      struct ht_doctor_row *row) {
    char name[128];
    if (at < f->plan.events) {
        ht_doctor_text(row->name, "%s", f->plan.event[at].source->name);
        return look_at_event(f, &f->plan.event[at], row);
    }
    at -= f->plan.events;
    if (at >= f->plan_limits)
        return HT_DOCTOR_NO_ROW;
    ht_table_copy_text(&f->limits.table, HT_LIMIT_WHAT, at, name, sizeof name);
    ht_doctor_text(row->name, "%.*s", (int)sizeof row->name - 1, name);
    fill_from_limit(f, at, row);
    return HT_DOCTOR_MISSING;
}
