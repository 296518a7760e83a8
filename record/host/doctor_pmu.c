/* Hardware: which PMUs the kernel shows, whether they count, what can sample memory, who else uses them. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/host/doctor_checks.h"

#define DEVICES   "/sys/bus/event_source/devices"
#define PMUS_MAX  256
#define NAME_SIZE 48

static int is_core_pmu(const char *name) {
    static const char *const prefix[] = {"cpu", "armv", "ibs_op", "arm_spe", "apple_"};
    for (size_t i = 0; i < sizeof prefix / sizeof prefix[0]; i++)
        if (strncmp(name, prefix[i], strlen(prefix[i])) == 0)
            return 1;
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

/* Sorted names of the PMUs; their number. */
static unsigned list_pmus(const char *root, char name[PMUS_MAX][NAME_SIZE]) {
    char path[HT_PATH_MAX];
    unsigned count = 0;
    snprintf(path, sizeof path, "%s" DEVICES, root);
    DIR *devices = opendir(path);
    if (devices == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(devices)) != NULL && count < PMUS_MAX;)
        if (entry->d_name[0] != '.')
            snprintf(name[count++], NAME_SIZE, "%.*s", NAME_SIZE - 1, entry->d_name);
    closedir(devices);
    qsort(name, count, NAME_SIZE, by_name);
    return count;
}

static int is_guest(const char *root) {
    char text[16384];
    return ht_file_read(root, "/proc/cpuinfo", text, sizeof text) > 0 && strstr(text, " hypervisor") != NULL;
}

static void hint_pmu(const struct ht_doctor_facts *f, struct ht_doctor_row *row) {
    ht_doctor_text(
        row->hint, "%s",
        is_guest(f->root)
            ? "outside this virtual machine: KVM with -cpu host,pmu=on (libvirt: <pmu state='on'/>), "
              "VMware with \"virtualize CPU performance counters\", or a bare-metal machine"
            : "no command; the kernel says why in: sudo dmesg | grep -i -e pmu -e 'performance events'");
}

enum ht_doctor_state ht_doctor_pmus(const struct ht_doctor_facts *f, unsigned at, struct ht_doctor_row *row) {
    char name[PMUS_MAX][NAME_SIZE];
    unsigned count = list_pmus(f->root, name), core = 0;
    size_t used = 0;
    (void)at;
    for (unsigned i = 0; i < count; i++)
        core += is_core_pmu(name[i]) != 0;
    if (count == 0)
        used = (size_t)snprintf(row->found, sizeof row->found, "none in " DEVICES);
    else if (core == 0)
        used = (size_t)snprintf(row->found, sizeof row->found, "none of the CPU's; of the kernel: ");
    for (unsigned i = 0; i < count && used + NAME_SIZE + 16 < sizeof row->found; i++)
        used +=
            (size_t)snprintf(row->found + used, sizeof row->found - used, "%s%s", i > 0 ? ", " : "", name[i]);
    hint_pmu(f, row);
    return core > 0 ? HT_DOCTOR_OK : HT_DOCTOR_MISSING;
}

/* ---- counting ---- */

int ht_doctor_try_cycles(int cpu, int per_task) {
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    attr.type = PERF_TYPE_HARDWARE;
    attr.config = PERF_COUNT_HW_CPU_CYCLES;
    attr.disabled = 1;
    attr.exclude_kernel = per_task != 0;
    attr.exclude_hv = per_task != 0;
    int fd = ht_perf_open(&attr, per_task ? 0 : -1, per_task ? -1 : cpu, -1);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

enum ht_doctor_state ht_doctor_cycles(const struct ht_doctor_facts *f, unsigned at,
                                      struct ht_doctor_row *row) {
    int error = f->cycles_error;
    (void)at;
    if (error == 0) {
        ht_doctor_text(row->found, "opens; this version records no counters yet");
        return HT_DOCTOR_OK;
    }
    if (f->reach == HT_REACH_NOTHING) {
        ht_doctor_text(row->found, "unknown: no perf event opens at all (%s)", strerror(error));
        ht_doctor_mend_events(f, row);
        return HT_DOCTOR_MISSING;
    }
    if (error == EACCES || error == EPERM) {
        ht_doctor_text(row->found, "not allowed: %s", strerror(error));
        ht_doctor_mend_privilege(f, row);
        return HT_DOCTOR_LIMITED;
    }
    if (error == EBUSY) {
        ht_doctor_text(row->found, "in use by somebody else: %s", strerror(error));
        ht_doctor_text(row->hint, "end what holds it (other perf users, below)");
        return HT_DOCTOR_LIMITED;
    }
    ht_doctor_text(row->found, "does not open (%s)%s", strerror(error),
                   is_guest(f->root) ? ": a virtual machine without a PMU" : "");
    hint_pmu(f, row);
    return HT_DOCTOR_MISSING;
}

/* ---- memory sampling ---- */

static void add_found(struct ht_doctor_row *row, const char *pmu, const char *what) {
    size_t used = strlen(row->found);
    snprintf(row->found + used, sizeof row->found - used, "%s%s%s%s", used > 0 ? ", " : "", pmu,
             *what != '\0' ? " " : "", what);
}

/* What one PMU has for it: Intel and Power by events, AMD and Arm by the PMU itself. */
static void look_at_pmu(const char *root, const char *pmu, struct ht_doctor_row *row) {
    static const char *const events[] = {"mem-loads", "mem-stores"};
    static const char *const caps[] = {"zen4_ibs_extensions", "ldlat", "rmtsocket"};
    char path[HT_PATH_MAX], text[256];
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        snprintf(path, sizeof path, DEVICES "/%.47s/events/%s", pmu, events[i]);
        if (ht_file_read(root, path, text, sizeof text) > 0)
            add_found(row, pmu, events[i]);
    }
    if (strcmp(pmu, "ibs_op") == 0) {
        add_found(row, pmu, "");
        for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++) {
            snprintf(path, sizeof path, DEVICES "/ibs_op/caps/%s", caps[i]);
            if (ht_file_number(root, path, 0) == 1)
                add_found(row, "with", caps[i]);
        }
    }
    if (strncmp(pmu, "arm_spe", 7) == 0)
        add_found(row, pmu, "");
}

enum ht_doctor_state ht_doctor_memory_sampling(const struct ht_doctor_facts *f, unsigned at,
                                               struct ht_doctor_row *row) {
    char name[PMUS_MAX][NAME_SIZE];
    unsigned count = list_pmus(f->root, name);
    (void)at;
    for (unsigned i = 0; i < count; i++)
        look_at_pmu(f->root, name[i], row);
    if (row->found[0] == '\0') {
        ht_doctor_text(row->found, "none: no mem-loads, mem-stores, ibs_op or arm_spe");
        ht_doctor_text(row->cost, "cache lines cannot be named, neither by this recorder nor by perf");
        hint_pmu(f, row);
        return HT_DOCTOR_MISSING;
    }
    ht_doctor_text(row->cost,
                   "this version samples no PMU events yet: it names no cache lines here; perf does, "
                   "and hitm-analyze reads what perf recorded");
    ht_doctor_text(row->mend, "sudo perf c2c record -a -- sleep 10 && sudo hitm-analyze import perf.data -o "
                              "perf.hitm");
    return HT_DOCTOR_LIMITED;
}

/* ---- others ---- */

enum ht_doctor_state ht_doctor_perf_users(const struct ht_doctor_facts *f, unsigned at,
                                          struct ht_doctor_row *row) {
    char closed[128] = "", list[128] = "";
    size_t used = 0, pids = 0;
    (void)at;
    if (f->users_cut)
        ht_doctor_text(closed, "; half a second of CPU time was enough for %u processes only", f->processes);
    else if (f->closed_processes > 0)
        ht_doctor_text(closed, "; %u of %u processes may not be looked into", f->closed_processes,
                       f->processes);
    else if (f->pid_namespace == HT_PID_NAMESPACE_OWN)
        ht_doctor_text(closed, " in this pid namespace; those outside do not show");
    if (f->users_total == 0 && f->processes > 0 && f->closed_processes == f->processes) {
        ht_doctor_text(row->found, "unknown: not one of %u processes may be looked into", f->processes);
        ht_doctor_text(row->cost, "who else uses perf events cannot be told");
        ht_doctor_mend_privilege(f, row);
        return HT_DOCTOR_LIMITED;
    }
    if (f->users_total == 0)
        used = (size_t)snprintf(row->found, sizeof row->found, "none seen");
    for (unsigned i = 0; i < f->users; i++) {
        const struct ht_doctor_user *u = &f->user[i];
        used += (size_t)snprintf(row->found + used, sizeof row->found - used, "%s%s (pid %d): %u event%s",
                                 i > 0 ? ", " : "", u->comm, u->pid, u->events, u->events == 1 ? "" : "s");
        pids += (size_t)snprintf(list + pids, sizeof list - pids, "%s%d", i > 0 ? "," : "", u->pid);
    }
    if (f->users_total > f->users)
        used += (size_t)snprintf(row->found + used, sizeof row->found - used, ", and %u more",
                                 f->users_total - f->users);
    snprintf(row->found + used, sizeof row->found - used, "%s", closed);
    ht_doctor_text(row->hint, "end what is not needed; what they are: ps -o pid,user,etime,args -p %s", list);
    return f->users_total > 0 ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}

enum ht_doctor_state ht_doctor_watchdog(const struct ht_doctor_facts *f, unsigned at,
                                        struct ht_doctor_row *row) {
    int64_t on = ht_file_number(f->root, "/proc/sys/kernel/nmi_watchdog", -1);
    (void)at;
    if (on < 0)
        return HT_DOCTOR_NO_ROW;
    ht_doctor_text(row->found, "%s",
                   on > 0 ? "on: holds one hardware counter of every CPU (this version needs none)"
                          : "off: holds no counter");
    return HT_DOCTOR_OK;
}
