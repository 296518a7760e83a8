#include "record/host/doctor.h"

#include <stdlib.h>
#include <string.h>

#include "record/base/grow.h"
#include "record/host/doctor_checks.h"

#define EACH_MAX 64 /* rows of one check */

/* In the order in which they are shown. cost: what the lack costs, unless the check says it more exactly. */
static const struct check {
    const char *group, *name;
    int live; /* not under --sysroot */
    ht_doctor_check *look;
    const char *cost;
} checks[] = {
    {"Kernel", "version", 0, ht_doctor_kernel, ""},
    {"Kernel", "lockdown", 0, ht_doctor_lockdown,
     "tracefs is closed to root too: no migrations of tasks and pages, no NUMA balancing, no reclaim"},
    {"Kernel", "perf_event_paranoid", 0, ht_doctor_paranoid, ""},
    {"Kernel", "tracefs", 0, ht_doctor_tracefs,
     "no tracepoints: no migrations of tasks and pages, no NUMA balancing, no reclaim"},
    {"Kernel", "kernel symbols", 0, ht_doctor_kallsyms,
     "code in the kernel is shown as bare addresses, without function names"},
    {"Kernel", "clock", 0, ht_doctor_clock,
     "reading the time is slow for every program, and times of different CPUs agree less well"},
    {"Privileges", "", 1, ht_doctor_capability, ""},
    {"Sources", "", 0, ht_doctor_source, ""},
    {"PMU", "PMUs", 0, ht_doctor_pmus,
     "no hardware counters and no memory sampling by any tool: cache lines cannot be named"},
    {"PMU", "cycles counter", 1, ht_doctor_cycles, "no hardware event can be counted by any tool"},
    {"PMU", "memory sampling", 0, ht_doctor_memory_sampling, ""},
    {"PMU", "", 0, ht_doctor_memory_events, ""},
    {"PMU", "other perf users", 1, ht_doctor_perf_users,
     "nothing at the software level but their own overhead; they hold counters a PMU event would need"},
    {"PMU", "nmi_watchdog", 0, ht_doctor_watchdog, ""},
    {"Limits", "locked memory", 1, ht_doctor_locked_memory,
     "smaller rings: a burst of events overruns them sooner, and what is lost is counted, not kept"},
    {"Limits", "open files", 1, ht_doctor_open_files,
     "sources are left out, context switches and page faults first, so that the rest is recorded "
     "everywhere"},
    {"Limits", "sample rate", 0, ht_doctor_sample_rate,
     "the kernel throttles CPU samples above that rate: gaps in what the CPUs ran"},
    {"Processes", "/proc", 0, ht_doctor_hidepid,
     "processes of other users have no name, no mappings and no command line in the capture"},
    {"Processes", "pid namespace", 1, ht_doctor_pid_namespace, ""},
    {"Machine", "NUMA nodes", 0, ht_doctor_nodes, ""},
    {"Machine", "numa_balancing", 0, ht_doctor_balancing, ""},
    {"Machine", "isolated CPUs", 0, ht_doctor_isolated, ""},
    {"Machine", "current directory", 1, ht_doctor_space, "the capture cannot be written here"},
};

/* ---- what checks share ---- */

int ht_doctor_has(const struct ht_doctor_facts *f, int capability) {
    return (int)(f->capabilities >> capability & 1);
}

int ht_doctor_at_least(const struct ht_doctor_facts *f, unsigned major, unsigned minor) {
    return f->kernel_major > major || (f->kernel_major == major && f->kernel_minor >= minor);
}

const char *ht_doctor_command(const struct ht_doctor_facts *f) {
    return f->command[0] != '\0' ? f->command : "hitm-record";
}

/* ---- rows ---- */

/* Root needs no sudo, and many a container has none. */
static void drop_sudo(char *command) {
    for (char *sudo; (sudo = strstr(command, "sudo ")) != NULL;)
        memmove(sudo, sudo + 5, strlen(sudo + 5) + 1);
}

static enum ht_status add_rows(const struct check *c, const struct ht_doctor_facts *facts,
                               struct ht_doctor_rows *rows, struct ht_cause *cause) {
    for (unsigned at = 0; at < EACH_MAX; at++) {
        struct ht_doctor_row *row = ht_grow(rows->row, &rows->capacity, rows->rows + 1, sizeof *row);
        if (row == NULL)
            return ht_fail(cause, HT_NOMEM, "out of memory");
        rows->row = row;
        row += rows->rows;
        memset(row, 0, sizeof *row);
        row->group = c->group;
        ht_doctor_text(row->name, "%s", c->name);
        ht_doctor_text(row->cost, "%s", c->cost);
        row->state = c->look(facts, at, row);
        if (row->state == HT_DOCTOR_NO_ROW)
            return HT_OK;
        if (row->state == HT_DOCTOR_OK)
            row->cost[0] = row->mend[0] = row->hint[0] = '\0';
        if (facts->live && facts->is_root)
            drop_sudo(row->mend);
        rows->rows++;
        if (c->name[0] != '\0')
            return HT_OK; /* a check with a name has one row */
    }
    return HT_OK;
}

/* ---- the conclusion ---- */

static void conclude(const struct ht_doctor_facts *f, struct ht_doctor_rows *rows) {
    struct ht_doctor_row mend = {0};
    char reason[HT_DOCTOR_TEXT];
    const char *output = f->directory_error != 0 ? " -o /tmp/capture.hitm" : "";
    ht_plan_level_reason(f->root, reason, sizeof reason);
    rows->can_record = f->reach != HT_REACH_NOTHING;
    ht_doctor_mend_events(f, &mend);
    switch (f->reach) {
    case HT_REACH_UNTRIED:
        ht_doctor_text(rows->level,
                       "not tried: with --sysroot only files are looked at. Not memory "
                       "sampling: %s.",
                       reason);
        ht_doctor_text(rows->command, "%.400s --doctor", ht_doctor_command(f));
        break;
    case HT_REACH_NOTHING:
        ht_doctor_text(rows->level, "none, nothing can be recorded: %s.", f->why_nothing);
        ht_doctor_text(rows->command, "%s", mend.mend);
        if (mend.hint[0] != '\0')
            ht_doctor_text(rows->level, "none, nothing can be recorded: %s. Mend: %s.", f->why_nothing,
                           mend.hint);
        break;
    case HT_REACH_OWN:
        ht_doctor_text(
            rows->level,
            "software, for your own processes only: watching whole CPUs needs CAP_PERFMON or root. "
            "Not memory sampling: %s.",
            reason);
        ht_doctor_text(rows->command, "%.400s%s -- COMMAND", ht_doctor_command(f), output);
        break;
    case HT_REACH_MACHINE:
        ht_doctor_text(rows->level, "software, for the whole machine. Not memory sampling: %s.", reason);
        ht_doctor_text(rows->command, "%.400s%s", ht_doctor_command(f), output);
        break;
    }
}

enum ht_status ht_doctor_look(const struct ht_doctor_facts *facts, struct ht_doctor_rows *rows,
                              struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    memset(rows, 0, sizeof *rows);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && status == HT_OK; i++)
        if (facts->live || !checks[i].live)
            status = add_rows(&checks[i], facts, rows, cause);
    if (status == HT_OK)
        conclude(facts, rows);
    return status;
}

void ht_doctor_rows_free(struct ht_doctor_rows *rows) {
    free(rows->row);
    memset(rows, 0, sizeof *rows);
}
