#include "record/host/conditions.h"

#include <ctype.h>
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/host/clock.h"

#define VALUE_MAX     4096
#define GLOB_MAX      4096         /* files of one pattern that are looked at */
#define EACH_MAX      256          /* rows that one pattern may make */
#define PERF_USERS_NS 500000000ull /* CPU time: 25,000 processes */
#define START_ONLY    1            /* not repeated at the end: cannot change, or is dear to read */

enum shape {
    WHOLE,    /* the file's text */
    LINES,    /* a row for each line whose key starts with `arg`: NAME.KEY = rest */
    DISTINCT, /* a pattern: the distinct values of all files, with how many have each */
    EACH,     /* a pattern: a row for each file, named by what the first star stands for */
};

struct condition {
    const char *name, *file;
    enum shape shape;
    const char *arg; /* LINES: key prefix, "" for all */
    unsigned flags;
};

/* reference: what an A/B comparison of NUMA measurements has to hold equal. */
static const struct condition conditions[] = {
    {"kernel.version", "/proc/version", WHOLE, NULL, START_ONLY},
    {"kernel.osrelease", "/proc/sys/kernel/osrelease", WHOLE, NULL, START_ONLY},
    {"kernel.cmdline", "/proc/cmdline", WHOLE, NULL, START_ONLY},
    {"numa.balancing", "/proc/sys/kernel/numa_balancing", WHOLE, NULL, 0},
    {"numa.promote_rate_limit_MBps", "/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps", WHOLE, NULL,
     0},
    {"numa.scan", "/sys/kernel/debug/sched/numa_balancing/*", EACH, NULL, 0},
    {"numa.zone_reclaim_mode", "/proc/sys/vm/zone_reclaim_mode", WHOLE, NULL, 0},
    {"numa.demotion_enabled", "/sys/kernel/mm/numa/demotion_enabled", WHOLE, NULL, 0},
    {"numa.memory_tier", "/sys/devices/virtual/memory_tiering/*/nodelist", EACH, NULL, START_ONLY},
    {"thp.enabled", "/sys/kernel/mm/transparent_hugepage/enabled", WHOLE, NULL, 0},
    {"thp.defrag", "/sys/kernel/mm/transparent_hugepage/defrag", WHOLE, NULL, 0},
    {"thp.shmem_enabled", "/sys/kernel/mm/transparent_hugepage/shmem_enabled", WHOLE, NULL, 0},
    {"thp.khugepaged", "/sys/kernel/mm/transparent_hugepage/khugepaged/*", EACH, NULL, 0},
    {"thp.size", "/sys/kernel/mm/transparent_hugepage/hugepages-*/enabled", EACH, NULL, START_ONLY},
    {"meminfo", "/proc/meminfo", LINES, "Huge", 0},
    {"ksm.run", "/sys/kernel/mm/ksm/run", WHOLE, NULL, 0},
    {"ksm.merge_across_nodes", "/sys/kernel/mm/ksm/merge_across_nodes", WHOLE, NULL, 0},
    {"swappiness", "/proc/sys/vm/swappiness", WHOLE, NULL, 0},
    {"cpu.online", "/sys/devices/system/cpu/online", WHOLE, NULL, 0},
    {"cpu.isolated", "/sys/devices/system/cpu/isolated", WHOLE, NULL, START_ONLY},
    {"cpu.nohz_full", "/sys/devices/system/cpu/nohz_full", WHOLE, NULL, START_ONLY},
    {"cpu.smt.control", "/sys/devices/system/cpu/smt/control", WHOLE, NULL, 0},
    {"cpu.smt.active", "/sys/devices/system/cpu/smt/active", WHOLE, NULL, 0},
    {"cpu.vulnerability", "/sys/devices/system/cpu/vulnerabilities/*", EACH, NULL, START_ONLY},
    {"cpu.microcode", "/sys/devices/system/cpu/cpu*/microcode/version", DISTINCT, NULL, START_ONLY},
    {"cpufreq.driver", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_driver", DISTINCT, NULL, START_ONLY},
    {"cpufreq.governor", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor", DISTINCT, NULL, 0},
    {"cpufreq.min_khz", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_min_freq", DISTINCT, NULL, 0},
    {"cpufreq.max_khz", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_max_freq", DISTINCT, NULL, 0},
    {"cpufreq.energy_preference", "/sys/devices/system/cpu/cpu*/cpufreq/energy_performance_preference",
     DISTINCT, NULL, 0},
    {"cpufreq.boost", "/sys/devices/system/cpu/cpufreq/boost", WHOLE, NULL, 0},
    {"cpufreq.intel_pstate", "/sys/devices/system/cpu/intel_pstate/status", WHOLE, NULL, 0},
    {"cpufreq.no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo", WHOLE, NULL, 0},
    {"cpufreq.amd_pstate", "/sys/devices/system/cpu/amd_pstate/status", WHOLE, NULL, 0},
    {"cpuidle.disabled", "/sys/devices/system/cpu/cpu*/cpuidle/state*/disable", DISTINCT, NULL, 0},
    {"perf.paranoid", "/proc/sys/kernel/perf_event_paranoid", WHOLE, NULL, 0},
    {"perf.max_sample_rate", "/proc/sys/kernel/perf_event_max_sample_rate", WHOLE, NULL, 0},
    {"perf.cpu_time_max_percent", "/proc/sys/kernel/perf_cpu_time_max_percent", WHOLE, NULL, 0},
    {"perf.mlock_kb", "/proc/sys/kernel/perf_event_mlock_kb", WHOLE, NULL, 0},
    {"kptr_restrict", "/proc/sys/kernel/kptr_restrict", WHOLE, NULL, 0},
    {"nmi_watchdog", "/proc/sys/kernel/nmi_watchdog", WHOLE, NULL, 0},
    {"pmu.type", "/sys/bus/event_source/devices/*/type", EACH, NULL, START_ONLY},
    {"pmu.max_precise", "/sys/bus/event_source/devices/*/caps/max_precise", EACH, NULL, START_ONLY},
    {"load.average", "/proc/loadavg", WHOLE, NULL, 0},
    {"load.pressure", "/proc/pressure/*", EACH, NULL, 0},
    {"load.stat", "/proc/stat", LINES, "cpu", 0},
    {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource", WHOLE, NULL, 0},
    {"virtual.product", "/sys/class/dmi/id/product_name", WHOLE, NULL, START_ONLY},
    {"virtual.vendor", "/sys/class/dmi/id/sys_vendor", WHOLE, NULL, START_ONLY},
    {"virtual.hypervisor", "/sys/hypervisor/type", WHOLE, NULL, START_ONLY},
};

/* Of each target, below /proc/PID. */
static const struct condition target_conditions[] = {
    {"status", "status", LINES, "Cpus_allowed_list", 0},
    {"status", "status", LINES, "Mems_allowed_list", 0},
    {"status", "status", LINES, "Threads", 0},
    {"status", "status", LINES, "VmRSS", 0},
    {"status", "status", LINES, "NSpid", START_ONLY},
    {"cgroup", "cgroup", WHOLE, NULL, START_ONLY},
    {"sched", "sched", LINES, "numa_", 0},
    {"sched", "sched", LINES, "mm->numa_scan_seq", 0},
};

struct sink {
    struct ht_table *table;
    unsigned phase;
    const char *root;
};

static enum ht_status put(struct sink *sink, const char *name, const char *value) {
    uint32_t row;
    enum ht_status status = ht_table_add(sink->table, &row);
    if (status != HT_OK)
        return status;
    sink->table->number[HT_CONDITION_PHASE][row] = sink->phase;
    status = ht_table_set_text(sink->table, HT_CONDITION_NAME, name);
    return status == HT_OK ? ht_table_set_text(sink->table, HT_CONDITION_VALUE, value) : status;
}

static enum ht_status put_lines(struct sink *sink, const char *name, char *text, const char *prefix) {
    enum ht_status status = HT_OK;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL && status == HT_OK;
         line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, prefix, strlen(prefix)) != 0)
            continue;
        size_t key = strcspn(line, ": \t");
        char *value = line + key;
        value += strspn(value, ": \t");
        char full[512];
        snprintf(full, sizeof full, "%s.%.*s", name, (int)key, line);
        status = put(sink, full, value);
    }
    return status;
}

/* "performance x 96, powersave x 4": all files of the pattern in one value. */
static enum ht_status put_distinct(struct sink *sink, const char *name, const glob_t *found, size_t skip) {
    struct {
        char value[128];
        unsigned count;
    } seen[16];
    unsigned values = 0, others = 0;
    for (size_t i = 0; i < found->gl_pathc && i < GLOB_MAX; i++) {
        char text[128];
        unsigned v;
        if (ht_file_read_line(sink->root, found->gl_pathv[i] + skip, text, sizeof text) < 0)
            continue;
        for (v = 0; v < values && strcmp(seen[v].value, text) != 0; v++)
            ;
        if (v == values && values < 16) {
            memcpy(seen[v].value, text, sizeof text);
            seen[values++].count = 0;
        }
        if (v < 16)
            seen[v].count++;
        else
            others++;
    }
    char joined[VALUE_MAX] = "";
    size_t at = 0;
    for (unsigned v = 0; v < values; v++)
        at += (size_t)snprintf(joined + at, sizeof joined - at, "%s%s x %u", v > 0 ? ", " : "", seen[v].value,
                               seen[v].count);
    if (others > 0)
        snprintf(joined + at, sizeof joined - at, ", others x %u", others);
    return values > 0 ? put(sink, name, joined) : HT_OK;
}

/* What the first star of the pattern stands for in path: the path's component at the star's place. */
static void starred_part(const char *pattern, const char *path, char *part, size_t size) {
    const char *star = strchr(pattern, '*');
    size_t start = (size_t)(star - pattern);
    while (start > 0 && pattern[start - 1] != '/')
        start--;
    snprintf(part, size, "%.*s", (int)strcspn(path + start, "/"), path + start);
}

static enum ht_status put_each(struct sink *sink, const struct condition *c, const glob_t *found,
                               size_t skip) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < found->gl_pathc && i < EACH_MAX && status == HT_OK; i++) {
        char text[VALUE_MAX], part[256], name[512];
        const char *path = found->gl_pathv[i] + skip;
        if (ht_file_read_line(sink->root, path, text, sizeof text) < 0)
            continue; /* write-only files, directories */
        starred_part(c->file, path, part, sizeof part);
        snprintf(name, sizeof name, "%s.%s", c->name, part);
        status = put(sink, name, text);
    }
    return status;
}

static enum ht_status put_pattern(struct sink *sink, const struct condition *c) {
    char pattern[HT_PATH_MAX];
    glob_t found = {0};
    snprintf(pattern, sizeof pattern, "%s%s", sink->root, c->file);
    if (glob(pattern, 0, NULL, &found) != 0)
        return HT_OK; /* no such file here */
    size_t skip = strlen(sink->root);
    enum ht_status status =
        c->shape == EACH ? put_each(sink, c, &found, skip) : put_distinct(sink, c->name, &found, skip);
    globfree(&found);
    return status;
}

static enum ht_status put_file(struct sink *sink, const char *name, const char *path,
                               const struct condition *c) {
    char *text = NULL;
    size_t length;
    if (ht_file_read_all(sink->root, path, 1 << 20, &text, &length, NULL) != HT_OK)
        return HT_OK; /* absent or not for us: no row */
    enum ht_status status;
    if (c->shape == LINES) {
        status = put_lines(sink, name, text, c->arg);
    } else {
        while (length > 0 && isspace((unsigned char)text[length - 1]))
            length--;
        text[length < VALUE_MAX ? length : VALUE_MAX] = '\0';
        status = put(sink, name, text);
    }
    free(text);
    return status;
}

static enum ht_status put_target(struct sink *sink, pid_t pid) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof target_conditions / sizeof target_conditions[0] && status == HT_OK; i++) {
        const struct condition *c = &target_conditions[i];
        char path[128], name[128];
        if (sink->phase > 0 && (c->flags & START_ONLY))
            continue;
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, c->file);
        snprintf(name, sizeof name, "process.%d.%s", (int)pid, c->name);
        status = put_file(sink, name, path, c);
    }
    return status;
}

/* Perf events that other processes hold: they compete for counters and make IBS or SPE busy. */
static unsigned count_perf_fds(const char *root, const char *pid) {
    char path[HT_PATH_MAX], link[64];
    snprintf(path, sizeof path, "%s/proc/%s/fd", root, pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    unsigned count = 0, looked = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL && looked < 4096; looked++) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, link, sizeof link - 1);
        if (n > 0 && (link[n] = '\0', strcmp(link, "anon_inode:[perf_event]") == 0))
            count++;
    }
    closedir(dir);
    return count;
}

static enum ht_status put_perf_users(struct sink *sink) {
    char path[HT_PATH_MAX], users[VALUE_MAX] = "";
    snprintf(path, sizeof path, "%s/proc", sink->root);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return HT_OK;
    size_t at = 0;
    uint64_t start = ht_clock_thread_cpu(), left = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL && at + 128 < sizeof users;) {
        if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid())
            continue;
        if (left > 0 || ht_clock_thread_cpu() - start > PERF_USERS_NS) {
            left++;
            continue;
        }
        unsigned count = count_perf_fds(sink->root, entry->d_name);
        if (count == 0)
            continue;
        char comm[64] = "?", comm_path[300];
        snprintf(comm_path, sizeof comm_path, "/proc/%s/comm", entry->d_name);
        ht_file_read_line(sink->root, comm_path, comm, sizeof comm);
        at += (size_t)snprintf(users + at, sizeof users - at, "%s%s[%s] x %u", at > 0 ? ", " : "", comm,
                               entry->d_name, count);
    }
    closedir(dir);
    if (left > 0)
        snprintf(users + at, sizeof users - at, "%s (%llu processes were not looked at)",
                 at > 0 ? "" : "none seen", (unsigned long long)left);
    return users[0] != '\0' ? put(sink, "perf.other_users", users) : HT_OK;
}

enum ht_status ht_conditions_read(const char *root, unsigned phase, const pid_t *target, size_t targets,
                                  struct ht_table *table, struct ht_cause *cause) {
    struct sink sink = {table, phase, root};
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0] && status == HT_OK; i++) {
        const struct condition *c = &conditions[i];
        if (phase > 0 && (c->flags & START_ONLY))
            continue;
        status = c->shape == DISTINCT || c->shape == EACH ? put_pattern(&sink, c)
                                                          : put_file(&sink, c->name, c->file, c);
    }
    for (size_t i = 0; i < targets && status == HT_OK; i++)
        status = put_target(&sink, target[i]);
    if (status == HT_OK && phase == 0)
        status = put_perf_users(&sink);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "conditions: %s", ht_status_text(status));
}

void ht_conditions_cpu_model(const char *root, char *text, size_t size) {
    char *info = NULL;
    size_t length;
    text[0] = '\0';
    if (ht_file_read_all(root, "/proc/cpuinfo", 16384, &info, &length, NULL) != HT_OK)
        return;
    static const char *const keys[] = {"model name", "CPU part", "cpu model", "cpu"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && text[0] == '\0'; i++) {
        const char *line = strstr(info, keys[i]);
        if (line == NULL || (line > info && line[-1] != '\n'))
            continue;
        line += strcspn(line, ":\n");
        line += strspn(line, ": \t");
        snprintf(text, size, "%.*s", (int)strcspn(line, "\n"), line);
    }
    free(info);
}
