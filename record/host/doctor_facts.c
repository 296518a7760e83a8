#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "record/base/cpu_list.h"
#include "record/base/files.h"
#include "record/base/privilege.h"
#include "record/events/open.h"
#include "record/host/doctor.h"
#include "record/host/doctor_checks.h"
#include "record/host/topology.h"

#define CPU_HZ     1000 /* as the recorder's defaults */
#define RING_BYTES (1u << 20)

static void read_kernel(struct ht_doctor_facts *f) {
    char release[128];
    if (ht_file_read_line(f->root, "/proc/sys/kernel/osrelease", release, sizeof release) <= 0 ||
        sscanf(release, "%u.%u", &f->kernel_major, &f->kernel_minor) != 2)
        f->kernel_major = f->kernel_minor = 0;
    f->paranoid = ht_file_number(f->root, "/proc/sys/kernel/perf_event_paranoid", HT_DOCTOR_NO_PARANOID);
}

/* Counts those online, and finds one to try: not isolated where there is another; -1 where none is known. */
static int read_cpus(struct ht_doctor_facts *f) {
    struct ht_cpu_list online, isolated;
    int cpu = -1;
    if (ht_cpu_list_read(f->root, "/sys/devices/system/cpu/online", &online) != HT_OK)
        return -1;
    if (ht_cpu_list_read(f->root, "/sys/devices/system/cpu/isolated", &isolated) != HT_OK)
        isolated.cpus = 0;
    f->cpus = (unsigned)online.cpus;
    for (size_t i = 0; i < online.cpus && cpu < 0; i++)
        if (!ht_cpu_list_has(&isolated, online.cpu[i]))
            cpu = online.cpu[i];
    if (cpu < 0 && online.cpus > 0)
        cpu = online.cpu[0];
    ht_cpu_list_free(&online);
    ht_cpu_list_free(&isolated);
    return cpu;
}

static uint64_t limit_of(rlim_t value) {
    return value == RLIM_INFINITY ? UINT64_MAX : value;
}

/* By its name where PATH finds this very file under it, by its path otherwise. */
static void name_program(struct ht_doctor_facts *f) {
    struct stat own, found;
    const char *path = getenv("PATH");
    ssize_t length = readlink("/proc/self/exe", f->program, sizeof f->program - 1);
    f->program[length > 0 ? length : 0] = '\0';
    ht_doctor_text(f->command, "%s", length > 0 ? f->program : "hitm-record");
    if (path == NULL || stat("/proc/self/exe", &own) != 0)
        return;
    for (size_t part; *path != '\0'; path += part + (path[part] == ':')) {
        char full[HT_PATH_MAX];
        part = strcspn(path, ":");
        if ((size_t)snprintf(full, sizeof full, "%.*s/hitm-record", (int)part, path) >= sizeof full ||
            stat(full, &found) != 0 || access(full, X_OK) != 0)
            continue;
        if (found.st_dev == own.st_dev && found.st_ino == own.st_ino)
            ht_doctor_text(f->command, "hitm-record");
        return; /* the first one is what the shell would take */
    }
}

static int has_seccomp(void) {
    char text[8192];
    const char *line = NULL;
    if (ht_file_read("", "/proc/self/status", text, sizeof text) > 0)
        line = strstr(text, "\nSeccomp:\t");
    return line != NULL && line[strlen("\nSeccomp:\t")] == '2';
}

static void read_process(struct ht_doctor_facts *f) {
    struct rlimit limit;
    struct statvfs fs;
    f->is_root = geteuid() == 0;
    f->user_namespace = ht_in_user_namespace("");
    for (int capability = 0; !f->user_namespace && capability <= CAP_LAST_CAP; capability++)
        if (ht_has_capability(capability))
            f->capabilities |= 1ull << capability;
    f->seccomp = has_seccomp();
    name_program(f);
    f->memlock = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 ? limit_of(limit.rlim_cur) : 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        f->files_soft = limit_of(limit.rlim_cur);
        f->files_hard = limit_of(limit.rlim_max);
    }
    f->pid_namespace = ht_pid_namespace("");
    f->has_numa_maps = access("/proc/self/numa_maps", F_OK) == 0;
    f->free_bytes = statvfs(".", &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : 0;
    f->directory_error = access(".", W_OK | X_OK) == 0 ? 0 : errno;
}

/* The recorder's own way of opening, on one CPU; without privilege it falls back to this thread by itself. */
static enum ht_status try_events(struct ht_doctor_facts *f, int cpu, struct ht_cause *cause) {
    pid_t self = getpid();
    struct ht_open_request request = {.plan = &f->plan, .cpu = &cpu, .cpus = 1, .tid = &self, .tids = 1};
    struct ht_opened opened;
    struct ht_cause why = {0};
    enum ht_status status = ht_events_open(&request, &opened, &f->limits, &why);
    if (status == HT_NOMEM)
        return ht_fail(cause, status, "%s", why.text);
    f->reach = status != HT_OK ? HT_REACH_NOTHING : opened.per_task ? HT_REACH_OWN : HT_REACH_MACHINE;
    f->unsupported = status == HT_UNSUPPORTED;
    if (status == HT_PERMISSION)
        ht_doctor_text(f->why_nothing, "perf_event_open is refused (kernel.perf_event_paranoid is %lld)",
                       (long long)f->paranoid);
    else
        ht_doctor_text(f->why_nothing, "%.500s", why.text);
    f->cycles_error = ht_doctor_try_cycles(cpu, f->reach != HT_REACH_MACHINE);
    ht_events_close(&opened);
    return HT_OK;
}

enum ht_status ht_doctor_gather(const char *root, struct ht_doctor_facts *f, struct ht_cause *cause) {
    struct ht_plan_options options = {
        .root = root, .cpu_hz = CPU_HZ, .switches = 1, .ring_bytes = RING_BYTES};
    memset(f, 0, sizeof *f);
    f->root = root;
    f->live = *root == '\0';
    ht_limits_init(&f->limits);
    if (!f->live) {
        enum ht_status status = ht_drop_file_capabilities(cause);
        if (status != HT_OK)
            return status;
    }
    read_kernel(f);
    int cpu = read_cpus(f);
    ht_plan_build(&options, &f->plan, &f->limits);
    f->plan_limits = f->limits.table.rows;
    if (!f->live)
        return HT_OK;
    read_process(f);
    ht_doctor_find_users(f); /* before our own events are open */
    return try_events(f, cpu < 0 ? 0 : cpu, cause);
}

void ht_doctor_facts_free(struct ht_doctor_facts *f) {
    ht_limits_free(&f->limits);
}
