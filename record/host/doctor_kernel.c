/* The kernel, and what it lets be read. */
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "record/base/files.h"
#include "record/events/attr_fallback.h"
#include "record/events/denial.h"
#include "record/events/tracepoints.h"
#include "record/host/doctor_checks.h"

#define OLDEST_MAJOR 4
#define OLDEST_MINOR 18
#define CLOCKS       "/sys/devices/system/clocksource/clocksource0/"

/* ---- version ---- */

static void add_cost(struct ht_doctor_row *row, const char *name, const char *kernel, const char *lost) {
    size_t at = strlen(row->cost);
    snprintf(row->cost + at, sizeof row->cost - at, "%s%s (from Linux %s on): %s", at > 0 ? "; " : "", name,
             kernel, lost);
}

/* What the plan still asks for and this kernel is too old to have. */
static unsigned add_too_new(const struct ht_doctor_facts *f, struct ht_doctor_row *row) {
    unsigned lacks = 0;
    for (size_t i = 0; i < ht_attr_fallbacks_count; i++) {
        const struct ht_attr_fallback *lack = &ht_attr_fallbacks[i];
        unsigned major = 0, minor = 0, e = 0;
        while (e < f->plan.events && !ht_attr_asks(&f->plan.event[e].attr, lack))
            e++;
        if (e == f->plan.events || sscanf(lack->kernel, "%u.%u", &major, &minor) != 2 ||
            ht_doctor_at_least(f, major, minor))
            continue;
        add_cost(row, lack->name, lack->kernel, lack->lost);
        lacks++;
    }
    return lacks;
}

/* What the kernel refused when it was tried: attr_fallback's rows, as open.c words them. */
static unsigned add_refused(const struct ht_doctor_facts *f, struct ht_doctor_row *row) {
    const struct ht_table *t = &f->limits.table;
    char what[128], why[256], mend[64];
    unsigned lacks = 0;
    for (uint32_t r = f->plan_limits; r < t->rows; r++) {
        ht_table_copy_text(t, HT_LIMIT_MEND, r, mend, sizeof mend);
        if (strcmp(mend, "a newer kernel") != 0)
            continue;
        ht_table_copy_text(t, HT_LIMIT_WHAT, r, what, sizeof what);
        ht_table_copy_text(t, HT_LIMIT_WHY, r, why, sizeof why);
        size_t at = strlen(row->cost);
        snprintf(row->cost + at, sizeof row->cost - at, "%s%s %s", at > 0 ? "; " : "", what, why);
        lacks++;
    }
    return lacks;
}

enum ht_doctor_state ht_doctor_kernel(const struct ht_doctor_facts *f, unsigned at,
                                      struct ht_doctor_row *row) {
    char release[128];
    (void)at;
    if (f->kernel_major == 0 ||
        ht_file_read_line(f->root, "/proc/sys/kernel/osrelease", release, sizeof release) <= 0) {
        ht_doctor_text(row->found, "unknown: /proc/sys/kernel/osrelease holds no version");
        ht_doctor_text(row->cost, "what this kernel lacks cannot be told before it is tried");
        ht_doctor_text(row->mend, "sudo mount -t proc proc /proc");
        return HT_DOCTOR_LIMITED;
    }
    unsigned lacks = add_too_new(f, row) + add_refused(f, row);
    int tested = ht_doctor_at_least(f, OLDEST_MAJOR, OLDEST_MINOR);
    ht_doctor_text(row->found, "Linux %s%s", release,
                   !tested     ? ", older than 4.18: untested"
                   : lacks > 0 ? ", without some optional attributes"
                               : ", has every attribute that is asked for");
    if (!tested && lacks == 0)
        ht_doctor_text(row->cost, "nobody tried the recorder on such a kernel: hold a capture of a known "
                                  "program against perf first");
    ht_doctor_text(row->hint, "no command: boot a newer kernel");
    return tested && lacks == 0 ? HT_DOCTOR_OK : HT_DOCTOR_LIMITED;
}

/* ---- what guards it ---- */

enum ht_doctor_state ht_doctor_lockdown(const struct ht_doctor_facts *f, unsigned at,
                                        struct ht_doctor_row *row) {
    char text[128];
    (void)at;
    if (ht_file_read_line(f->root, "/sys/kernel/security/lockdown", text, sizeof text) <= 0) {
        ht_doctor_text(row->found, "no lockdown seen (/sys/kernel/security/lockdown is not there)");
        return HT_DOCTOR_OK;
    }
    ht_doctor_text(row->found, "%s", text);
    ht_doctor_text(row->hint, "boot with lockdown=integrity");
    return ht_is_confidential(f->root) ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}

static const char *paranoid_meaning(int64_t level) {
    return level < 0    ? "everybody may watch everything"
           : level == 0 ? "users may watch whole CPUs, but no tracepoints with their data"
           : level == 1 ? "users may watch their own processes, the kernel's side included"
           : level == 2 ? "users may watch their own processes, in user mode"
                        : "users may open nothing (Debian, Ubuntu, Android) or as with 2 (other kernels)";
}

enum ht_doctor_state ht_doctor_paranoid(const struct ht_doctor_facts *f, unsigned at,
                                        struct ht_doctor_row *row) {
    (void)at;
    if (f->paranoid == HT_DOCTOR_NO_PARANOID) {
        ht_doctor_text(row->found, "not there: this kernel was built without perf events, or /proc is not "
                                   "mounted");
        ht_doctor_text(row->cost, "nothing can be recorded");
        ht_doctor_text(row->hint, "no command: a kernel with CONFIG_PERF_EVENTS=y");
        return HT_DOCTOR_MISSING;
    }
    int privileged = f->live && ht_doctor_may_all(f);
    ht_doctor_text(row->found, "%lld: %s%s", (long long)f->paranoid, paranoid_meaning(f->paranoid),
                   privileged ? "; it does not bind you" : "");
    if (!f->live || privileged || f->paranoid < 0)
        return HT_DOCTOR_OK;
    ht_doctor_text(row->cost, "%s",
                   f->paranoid == 0
                       ? "no tracepoints: no migrations of tasks and pages, no NUMA balancing, no reclaim"
                   : f->reach == HT_REACH_NOTHING
                       ? "nothing can be recorded"
                       : "other processes, and whoever fights yours for a cache line, are not seen");
    ht_doctor_mend_events(f, row);
    return f->reach == HT_REACH_NOTHING ? HT_DOCTOR_MISSING : HT_DOCTOR_LIMITED;
}

enum ht_doctor_state ht_doctor_tracefs(const struct ht_doctor_facts *f, unsigned at,
                                       struct ht_doctor_row *row) {
    const char *why, *mend;
    uint64_t id;
    (void)at;
    enum ht_status status = ht_tracepoint_id(f->root, "sched", "sched_migrate_task", &id, NULL);
    if (status == HT_OK) {
        ht_doctor_text(row->found, "mounted, readable");
        return HT_DOCTOR_OK;
    }
    ht_tracepoint_missing(f->root, status, &why, &mend);
    ht_doctor_text(row->found, "%s", why);
    if (strstr(mend, "setcap") != NULL)
        ht_doctor_mend_privilege(f, row);
    else if (strncmp(mend, "sudo ", strlen("sudo ")) == 0)
        ht_doctor_text(row->mend, "%s", mend);
    else
        ht_doctor_text(row->hint, "no command: %s", *mend != '\0' ? mend : "a kernel with CONFIG_FTRACE=y");
    return HT_DOCTOR_MISSING;
}

/* ---- symbols ---- */

enum ht_doctor_state ht_doctor_kallsyms(const struct ht_doctor_facts *f, unsigned at,
                                        struct ht_doctor_row *row) {
    char text[4096];
    (void)at;
    int64_t restricted = ht_file_number(f->root, "/proc/sys/kernel/kptr_restrict", 0);
    if (ht_file_read(f->root, "/proc/kallsyms", text, sizeof text) <= 0) {
        ht_doctor_text(row->found, "/proc/kallsyms cannot be read");
        ht_doctor_text(row->hint, "no command: a kernel with CONFIG_KALLSYMS=y");
        return HT_DOCTOR_MISSING;
    }
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strtoull(line, NULL, 16) != 0) { /* the first ones can be zero: per-CPU variables */
            ht_doctor_text(row->found, "/proc/kallsyms shows addresses (kptr_restrict %lld)",
                           (long long)restricted);
            return HT_DOCTOR_OK;
        }
    }
    ht_doctor_text(row->found, "/proc/kallsyms shows zeros only (kptr_restrict %lld%s)",
                   (long long)restricted, restricted < 2 ? ", CAP_SYSLOG is not held" : "");
    if (restricted >= 2)
        ht_doctor_text(row->mend, "sudo sysctl kernel.kptr_restrict=1");
    else
        ht_doctor_mend_privilege(f, row);
    return HT_DOCTOR_MISSING;
}

/* ---- time ---- */

enum ht_doctor_state ht_doctor_clock(const struct ht_doctor_facts *f, unsigned at,
                                     struct ht_doctor_row *row) {
    static const char *const slow[] = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"};
    char source[64], others[256];
    (void)at;
    if (ht_file_read_line(f->root, CLOCKS "current_clocksource", source, sizeof source) <= 0)
        return HT_DOCTOR_NO_ROW;
    ht_doctor_text(row->found, "%s", source);
    for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++) {
        if (strcmp(source, slow[i]) != 0)
            continue;
        if (ht_file_read_line(f->root, CLOCKS "available_clocksource", others, sizeof others) > 0 &&
            strncmp(others, "tsc", 3) == 0)
            ht_doctor_text(row->mend, "echo tsc | sudo tee " CLOCKS "current_clocksource");
        else
            ht_doctor_text(row->hint, "no command; the kernel says why in: sudo dmesg | grep -i clocksource");
        return HT_DOCTOR_LIMITED;
    }
    return HT_DOCTOR_OK;
}
