/* What this process may do: capabilities, limits, what it sees of others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/privilege.h"
#include "record/events/descriptors.h"
#include "record/host/doctor_checks.h"

#define RING_KIB    1024 /* the recorder's default, and the page before it */
#define RATE_WANTED 1000 /* CPU samples a second: the recorder's default */
#define RATE_KERNEL 100000

/* ---- privileges ---- */

int ht_doctor_may_all(const struct ht_doctor_facts *f) {
    return ht_doctor_has(f, CAP_PERFMON) || ht_doctor_has(f, CAP_SYS_ADMIN);
}

static int is_plain(const char *path) {
    return *path == '/' && strlen(path) < 80 &&
           path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-")] == '\0';
}

void ht_doctor_mend_privilege(const struct ht_doctor_facts *f, struct ht_doctor_row *row) {
    const char *watch = f->kernel_major == 0 || ht_doctor_at_least(f, 5, 8) ? "cap_perfmon" : "cap_sys_admin";
    if (f->user_namespace)
        ht_doctor_text(row->hint, "run it outside this user namespace (a rootless container, unshare -r)");
    else if (f->live && f->is_root)
        ht_doctor_text(row->hint, "this root lacks capabilities, as in containers: " HT_MEND_CONTAINER);
    else
        ht_doctor_text(row->mend, "sudo setcap %s,cap_sys_ptrace,cap_syslog,cap_dac_read_search=ep %s", watch,
                       is_plain(f->program) ? f->program : "$(command -v hitm-record)");
}

void ht_doctor_mend_events(const struct ht_doctor_facts *f, struct ht_doctor_row *row) {
    int nothing = f->reach == HT_REACH_NOTHING;
    if (nothing && f->unsupported)
        ht_doctor_text(row->hint, "no command: a kernel with CONFIG_PERF_EVENTS=y");
    else if (nothing && f->seccomp && f->cycles_error == EPERM) /* paranoid: EACCES */
        ht_doctor_text(row->hint,
                       "a seccomp filter forbids perf events, as in containers: " HT_MEND_CONTAINER);
    else if (nothing && f->paranoid > 2 && !f->is_root && !f->user_namespace)
        ht_doctor_text(row->mend, "sudo sysctl kernel.perf_event_paranoid=2"); /* no capability passes it */
    else
        ht_doctor_mend_privilege(f, row);
}

static int reads_tracefs(const struct ht_doctor_facts *f) {
    struct ht_doctor_row row = {0};
    return ht_doctor_tracefs(f, 0, &row) == HT_DOCTOR_OK;
}

static int fits_rings(const struct ht_doctor_facts *f) {
    int64_t pool_kib = ht_file_number(f->root, "/proc/sys/kernel/perf_event_mlock_kb", 516) * f->cpus;
    uint64_t page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
    if (ht_doctor_has(f, CAP_IPC_LOCK) || f->memlock == UINT64_MAX || f->paranoid < 0)
        return 1;
    return (uint64_t)pool_kib + f->memlock / 1024 >= (RING_KIB + page_kib) * f->cpus + 2 * page_kib;
}

/* alternative: another capability that serves as well. */
static const struct need {
    int capability, alternative;
    const char *name, *cost;
} needs[] = {
    {CAP_PERFMON, CAP_SYS_ADMIN, "CAP_PERFMON",
     "whole CPUs, other processes and the kernel's side of your own are not seen"},
    {CAP_SYSLOG, CAP_SYSLOG, "CAP_SYSLOG", "functions of the kernel have no names"},
    {CAP_SYS_PTRACE, CAP_SYS_PTRACE, "CAP_SYS_PTRACE",
     "processes of other users: no mappings, no placement of their memory, no names of their code"},
    {CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE, "CAP_DAC_READ_SEARCH",
     "tracefs is closed (no migrations), and programs only others may read give no names"},
    {CAP_IPC_LOCK, CAP_IPC_LOCK, "CAP_IPC_LOCK", "rings have to fit the limit of locked memory, below"},
};

/* A capability that is not held but whose purpose is served otherwise. */
static const char *served(const struct ht_doctor_facts *f, int capability) {
    struct ht_doctor_row symbols = {0};
    if (capability == CAP_PERFMON && f->paranoid < 0 && f->paranoid != HT_DOCTOR_NO_PARANOID)
        return "perf_event_paranoid allows the same";
    if (capability == CAP_SYSLOG && ht_doctor_kallsyms(f, 0, &symbols) == HT_DOCTOR_OK)
        return "/proc/kallsyms is open to everybody";
    if (capability == CAP_IPC_LOCK && fits_rings(f))
        return "the rings fit the limit of locked memory";
    return NULL;
}

enum ht_doctor_state ht_doctor_capability(const struct ht_doctor_facts *f, unsigned at,
                                          struct ht_doctor_row *row) {
    if (at >= sizeof needs / sizeof needs[0])
        return HT_DOCTOR_NO_ROW;
    const struct need *n = &needs[at];
    const char *otherwise = served(f, n->capability);
    ht_doctor_text(row->name, "%s", n->name);
    ht_doctor_text(row->cost, "%s", n->cost);
    if (ht_doctor_has(f, n->capability) || ht_doctor_has(f, n->alternative)) {
        ht_doctor_text(row->found, "held%s", f->is_root ? " (root)" : "");
        return HT_DOCTOR_OK;
    }
    ht_doctor_text(row->found, "not held%s%s%s", f->user_namespace ? " outside this user namespace" : "",
                   otherwise != NULL ? ", not needed: " : "", otherwise != NULL ? otherwise : "");
    if (otherwise != NULL)
        return HT_DOCTOR_OK;
    if (n->capability == CAP_PERFMON && f->paranoid >= 0 &&
        f->paranoid <= 1) /* what users may do then, they may */
        ht_doctor_text(
            row->cost, "%s",
            f->paranoid == 1
                ? "whole CPUs and other processes are not seen"
                : "no tracepoints: no migrations of tasks and pages, no NUMA balancing, no reclaim");
    if (n->capability == CAP_DAC_READ_SEARCH && reads_tracefs(f))
        ht_doctor_text(row->cost, "programs that only others may read give no names");
    if (n->capability == CAP_IPC_LOCK) {
        ht_doctor_text(row->mend, "sudo sysctl kernel.perf_event_mlock_kb=%d", RING_KIB + 64);
        return HT_DOCTOR_LIMITED;
    }
    ht_doctor_mend_privilege(f, row);
    return HT_DOCTOR_MISSING;
}

/* ---- limits ---- */

static void describe_limit(uint64_t value, uint64_t unit, char text[32]) {
    if (value == UINT64_MAX)
        snprintf(text, 32, "unlimited");
    else
        snprintf(text, 32, "%llu", (unsigned long long)(value / unit));
}

enum ht_doctor_state ht_doctor_locked_memory(const struct ht_doctor_facts *f, unsigned at,
                                             struct ht_doctor_row *row) {
    char limit[32];
    (void)at;
    int fits = fits_rings(f);
    describe_limit(f->memlock, 1024, limit);
    ht_doctor_text(row->found,
                   "ulimit -l %s (KiB), perf_event_mlock_kb %lld a CPU: %s for %u rings of %d KiB%s", limit,
                   (long long)ht_file_number(f->root, "/proc/sys/kernel/perf_event_mlock_kb", 516),
                   fits ? "enough" : "too little", f->cpus, RING_KIB,
                   ht_doctor_has(f, CAP_IPC_LOCK) ? " (CAP_IPC_LOCK: no limit)" : "");
    ht_doctor_text(row->mend, "sudo sysctl kernel.perf_event_mlock_kb=%d", RING_KIB + 64);
    return fits ? HT_DOCTOR_OK : HT_DOCTOR_LIMITED;
}

enum ht_doctor_state ht_doctor_open_files(const struct ht_doctor_facts *f, unsigned at,
                                          struct ht_doctor_row *row) {
    char soft[32], hard[32];
    unsigned events = ht_plan_descriptors(&f->plan);
    uint64_t needed = (uint64_t)f->cpus * events + HT_DESCRIPTORS_BESIDES;
    unsigned own = f->reach == HT_REACH_OWN;
    int raises = ht_doctor_has(f, CAP_SYS_RESOURCE);
    (void)at;
    describe_limit(f->files_soft, 1, soft);
    describe_limit(f->files_hard, 1, hard);
    ht_doctor_text(row->found, "ulimit -n %s, hard limit %s (%s); %u CPUs x %u events need %llu%s", soft,
                   hard, raises ? "raised where needed" : "all of it may be used", f->cpus, events,
                   (unsigned long long)needed - own * HT_DESCRIPTORS_BESIDES,
                   own ? " for each thread of yours" : "");
    ht_doctor_text(row->mend, "sudo prlimit --pid $$ --nofile=%llu:%llu", (unsigned long long)needed * 2,
                   (unsigned long long)needed * 2);
    return raises || f->files_hard >= needed ? HT_DOCTOR_OK : HT_DOCTOR_LIMITED;
}

enum ht_doctor_state ht_doctor_sample_rate(const struct ht_doctor_facts *f, unsigned at,
                                           struct ht_doctor_row *row) {
    int64_t rate = ht_file_number(f->root, "/proc/sys/kernel/perf_event_max_sample_rate", -1);
    int64_t percent = ht_file_number(f->root, "/proc/sys/kernel/perf_cpu_time_max_percent", -1);
    (void)at;
    if (rate < 0)
        return HT_DOCTOR_NO_ROW;
    ht_doctor_text(row->found,
                   "perf_event_max_sample_rate %lld a second and CPU, perf_cpu_time_max_percent "
                   "%lld (%s)",
                   (long long)rate, (long long)percent,
                   percent <= 0 || percent >= 100 ? "the kernel never lowers the rate"
                                                  : "above it the kernel lowers the rate");
    /* With 0 or 100 the kernel refuses to set the rate. */
    ht_doctor_text(row->mend, "sudo sysctl %skernel.perf_event_max_sample_rate=%d",
                   percent <= 0 || percent >= 100 ? "kernel.perf_cpu_time_max_percent=25 " : "", RATE_KERNEL);
    return rate >= RATE_WANTED ? HT_DOCTOR_OK : HT_DOCTOR_LIMITED;
}

/* ---- other processes ---- */

/* The last mount at /proc counts. Its hidepid, "" where it has none. */
static void read_hidepid(const char *root, char value[32]) {
    char *text = NULL, *save = NULL;
    size_t length;
    value[0] = '\0';
    if (ht_file_read_all(root, "/proc/self/mountinfo", 1 << 20, &text, &length, NULL) != HT_OK)
        return;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        if (strstr(line, " / /proc ") == NULL)
            continue;
        const char *option = strstr(line, "hidepid=");
        value[0] = '\0';
        if (option != NULL)
            sscanf(option, "hidepid=%31[a-z0-9]", value);
    }
    free(text);
}

enum ht_doctor_state ht_doctor_hidepid(const struct ht_doctor_facts *f, unsigned at,
                                       struct ht_doctor_row *row) {
    char hidepid[32];
    (void)at;
    read_hidepid(f->root, hidepid);
    int hides = hidepid[0] != '\0' && strcmp(hidepid, "0") != 0 && strcmp(hidepid, "off") != 0;
    int exempt = f->live && ht_doctor_has(f, CAP_SYS_PTRACE);
    ht_doctor_text(row->found, "%s%s%s",
                   hides ? "mounted with hidepid=" : "shows the processes of all users (no hidepid)",
                   hides ? hidepid : "", hides && exempt ? ", which CAP_SYS_PTRACE passes" : "");
    ht_doctor_mend_privilege(f, row);
    return hides && !exempt ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}

/* In the words of the limit that a recording has. */
enum ht_doctor_state ht_doctor_pid_namespace(const struct ht_doctor_facts *f, unsigned at,
                                             struct ht_doctor_row *row) {
    struct ht_limits said;
    (void)at;
    if (f->pid_namespace == HT_PID_NAMESPACE_UNKNOWN)
        return HT_DOCTOR_NO_ROW;
    int inside = f->pid_namespace == HT_PID_NAMESPACE_OWN;
    ht_doctor_text(row->found, "%s",
                   inside ? "inside a container: not the machine's own (/proc/self/ns/pid)"
                          : "the machine's own");
    if (!inside)
        return HT_DOCTOR_OK;
    ht_limits_init(&said);
    ht_pid_namespace_say(f->pid_namespace, &said);
    if (said.table.rows > 0) {
        ht_table_copy_text(&said.table, HT_LIMIT_WHY, 0, row->cost, sizeof row->cost);
        ht_table_copy_text(&said.table, HT_LIMIT_MEND, 0, row->hint, sizeof row->hint);
    }
    ht_limits_free(&said);
    return HT_DOCTOR_LIMITED;
}
