/* The doctor's checks against machines that the test makes: a file tree and facts by hand, the state, the
 * words and the mend that a user would have to get. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include <cmocka.h>

#include "record/events/flags.h"
#include "record/host/doctor.h"
#include "tests/unit/record_tree.h"

#define SYSCTL "sudo sysctl kernel.perf_event_paranoid=2"
#define SETCAP "sudo setcap cap_perfmon,cap_sys_ptrace,cap_syslog,cap_dac_read_search=ep /opt/hitm-record"

#define CGROUP2 "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
#define CGROUP1 "31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

struct fixture {
    struct tree tree;
    struct ht_doctor_facts facts;
    struct ht_doctor_rows rows;
};

/* A healthy machine of two nodes with a PMU, watched by root. */
static void make_machine(struct tree *t) {
    static const struct {
        const char *path, *text;
    } files[] = {{"/proc/sys/kernel/osrelease", "6.8.0-45-generic\n"},
                 {"/proc/sys/kernel/perf_event_paranoid", "2\n"},
                 {"/proc/sys/kernel/kptr_restrict", "1\n"},
                 {"/proc/sys/kernel/perf_event_mlock_kb", "516\n"},
                 {"/proc/sys/kernel/perf_event_max_sample_rate", "100000\n"},
                 {"/proc/sys/kernel/perf_cpu_time_max_percent", "25\n"},
                 {"/proc/sys/kernel/nmi_watchdog", "1\n"},
                 {"/proc/sys/kernel/numa_balancing", "1\n"},
                 {"/proc/kallsyms", "0000000000000000 A fixed\nffffffff81000000 T _text\n"},
                 {"/proc/cpuinfo", "flags\t\t: fpu vme hypervisor\n"},
                 {"/proc/self/mountinfo", "22 26 0:21 / /proc rw,relatime - proc proc rw\n" CGROUP2},
                 {"/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n"},
                 {"/sys/fs/cgroup/memory.numa_stat", "anon N0=4096 N1=0\n"},
                 {"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"},
                 {"/sys/devices/system/cpu/present", "0-1\n"},
                 {"/sys/devices/system/cpu/online", "0-1\n"},
                 {"/sys/devices/system/cpu/isolated", "\n"},
                 {"/sys/devices/system/cpu/nohz_full", "(null)\n"},
                 {"/sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n"},
                 {"/sys/devices/system/cpu/cpu1/topology/physical_package_id", "1\n"},
                 {"/sys/devices/system/node/online", "0-1\n"},
                 {"/sys/devices/system/node/node0/cpulist", "0\n"},
                 {"/sys/devices/system/node/node1/cpulist", "1\n"},
                 {"/sys/bus/event_source/devices/cpu/type", "4\n"},
                 {"/sys/bus/event_source/devices/cpu/format/event", "config:0-7\n"},
                 {"/sys/bus/event_source/devices/cpu/format/ldlat", "config1:0-15\n"},
                 {"/sys/bus/event_source/devices/cpu/events/mem-loads", "event=0xcd\n"},
                 {"/sys/bus/event_source/devices/cpu/events/mem-stores", "event=0xd0\n"},
                 {"/sys/bus/event_source/devices/software/type", "1\n"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        tree_put(t, files[i].path, files[i].text);
    for (size_t i = 0; i < ht_sources_count; i++) {
        char path[256];
        snprintf(path, sizeof path, "/sys/kernel/tracing/events/%s/%s/id", ht_sources[i].system,
                 ht_sources[i].tracepoint);
        if (ht_sources[i].tracepoint != NULL)
            tree_put(t, path, "311\n");
    }
}

static void setup(struct fixture *x) {
    struct ht_cause cause;
    tree_make(&x->tree);
    make_machine(&x->tree);
    assert_int_equal(ht_doctor_gather(x->tree.root, &x->facts, &cause), HT_OK);
    assert_int_equal(x->facts.live, 0);
    struct ht_doctor_facts *f = &x->facts;
    f->live = 1;
    f->is_root = 1;
    f->reach = HT_REACH_MACHINE;
    f->capabilities = ~0ull;
    f->memlock = 8 << 20;
    f->files_soft = 1024;
    f->files_hard = 4096;
    f->pid_namespace = HT_PID_NAMESPACE_INITIAL;
    f->has_numa_maps = 1;
    f->free_bytes = 1ull << 40;
    strcpy(f->program, "/opt/hitm-record");
    strcpy(f->command, "hitm-record");
    for (unsigned i = 0; i < f->plan.events; i++)
        f->plan.event[i].open = 1;
}

static void teardown(struct fixture *x) {
    ht_doctor_rows_free(&x->rows);
    ht_doctor_facts_free(&x->facts);
    tree_remove(&x->tree);
}

static void look(struct fixture *x) {
    struct ht_cause cause;
    ht_doctor_rows_free(&x->rows);
    assert_int_equal(ht_doctor_look(&x->facts, &x->rows, &cause), HT_OK);
}

static const struct ht_doctor_row *row_of(const struct fixture *x, const char *name) {
    for (size_t i = 0; i < x->rows.rows; i++)
        if (strcmp(x->rows.row[i].name, name) == 0)
            return &x->rows.row[i];
    return NULL;
}

/* The row, its state, a part of what was found, of the cost ("" none) and of mend or hint ("" none). */
#define expect(x, name, state, found, cost, mend) expect_at(x, name, state, found, cost, mend, __LINE__)
static void expect_at(const struct fixture *x, const char *name, enum ht_doctor_state state,
                      const char *found, const char *cost, const char *mend, int line) {
    const struct ht_doctor_row *row = row_of(x, name);
    if (row == NULL)
        fail_msg("line %d: no row %s", line, name);
    const char *help = row->mend[0] != '\0' ? row->mend : row->hint;
    if (row->state != state || strstr(row->found, found) == NULL || strstr(row->cost, cost) == NULL ||
        (*cost == '\0') != (row->cost[0] == '\0') || strstr(help, mend) == NULL ||
        (*mend == '\0') != (*help == '\0'))
        fail_msg("line %d: %s is %d, '%s', '%s', '%s'", line, name, (int)row->state, row->found, row->cost,
                 help);
}

static void healthy_machine(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    look(&x);
    for (size_t i = 0; i < x.rows.rows; i++)
        if (strcmp(x.rows.row[i].name, "memory sampling") != 0 && x.rows.row[i].state != HT_DOCTOR_OK)
            fail_msg("%s: %s", x.rows.row[i].name, x.rows.row[i].found);
    expect(&x, "memory sampling", HT_DOCTOR_LIMITED, "cpu mem-loads, cpu mem-stores", "no PMU events yet",
           "perf c2c record -a -- sleep 10");
    expect(&x, "kernel symbols", HT_DOCTOR_OK, "shows addresses (kptr_restrict 1)", "", "");
    expect(&x, "NUMA nodes", HT_DOCTOR_OK, "2 nodes, 2 sockets, 2 CPUs", "", "");
    expect(&x, "task migrations", HT_DOCTOR_OK, "opens for whole CPUs (sched:sched_migrate_task)", "", "");
    expect(&x, "NUMA balancing", HT_DOCTOR_OK,
           "opens for whole CPUs (sched:sched_move_numa, sched:sched_swap_numa, sched:sched_stick_numa)", "",
           "");
    expect(&x, "nmi_watchdog", HT_DOCTOR_OK, "holds one hardware counter", "", "");
    expect(&x, "numa_balancing", HT_DOCTOR_OK, "moves pages and tasks", "", "");
    assert_true(x.rows.can_record);
    assert_string_equal(x.rows.command, "hitm-record");
    assert_non_null(strstr(x.rows.level, "software, for the whole machine."));
    teardown(&x);
}

static void kernel_files(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    x.facts.kernel_major = 4;
    x.facts.kernel_minor = 17;
    tree_put(&x.tree, "/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
    tree_put(&x.tree, "/proc/sys/kernel/kptr_restrict", "2\n");
    tree_put(&x.tree, "/proc/kallsyms", "0000000000000000 A fixed\n0000000000000000 T _text\n");
    tree_put(&x.tree, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    tree_put(&x.tree, "/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet \n");
    look(&x);
    expect(&x, "version", HT_DOCTOR_LIMITED, "older than 4.18: untested",
           "PERF_FORMAT_LOST (from Linux 6.0 on)", "boot a newer kernel");
    expect(&x, "lockdown", HT_DOCTOR_LIMITED, "[confidentiality]", "no migrations of tasks",
           "lockdown=integrity");
    expect(&x, "kernel symbols", HT_DOCTOR_MISSING, "zeros only (kptr_restrict 2)", "bare addresses",
           "sysctl kernel.kptr_restrict=1");
    expect(&x, "clock", HT_DOCTOR_LIMITED, "hpet", "slow", "echo tsc | tee /sys");
    assert_null(strstr(row_of(&x, "kernel symbols")->mend, "sudo")); /* root */
    x.facts.kernel_minor = 18;
    tree_put(&x.tree, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    look(&x);
    expect(&x, "version", HT_DOCTOR_LIMITED, "without some optional attributes", "LOST", "boot");
    expect(&x, "lockdown", HT_DOCTOR_OK, "[integrity]", "", "");
    /* What was refused when it was tried, whatever the version says. */
    x.facts.kernel_major = 6;
    ht_limits_add(&x.facts.limits, 1, "attr.comm_exec", "a newer kernel", "needs Linux 3.16: exec is lost");
    look(&x);
    expect(&x, "version", HT_DOCTOR_LIMITED, "without some", "attr.comm_exec needs Linux 3.16: exec", "boot");
    x.facts.paranoid = INT64_MIN;
    look(&x);
    expect(&x, "perf_event_paranoid", HT_DOCTOR_MISSING, "without perf events", "nothing",
           "CONFIG_PERF_EVENTS");
    teardown(&x);
}

static void be_user(struct fixture *x) {
    x->facts.is_root = 0;
    x->facts.capabilities = 0;
    x->facts.reach = HT_REACH_OWN;
    for (unsigned i = 0; i < x->facts.plan.events; i++) {
        struct perf_event_attr *attr = &x->facts.plan.event[i].attr;
        ht_attr_set_flags(attr, ht_attr_flags(attr) | HT_FLAG_EXCLUDE_KERNEL);
    }
}

static void user_without_rights(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    be_user(&x);
    x.facts.processes = x.facts.closed_processes = 9;
    tree_put(&x.tree, "/proc/self/mountinfo",
             "20 1 0:1 / /proc rw - proc proc rw\n22 26 0:21 / /proc rw - proc proc rw,hidepid=invisible\n");
    look(&x);
    expect(&x, "perf_event_paranoid", HT_DOCTOR_LIMITED, "2: users", "other processes", SETCAP);
    expect(&x, "CAP_PERFMON", HT_DOCTOR_MISSING, "not held", "whole CPUs", SETCAP);
    expect(&x, "CAP_SYS_PTRACE", HT_DOCTOR_MISSING, "not held", "other users", SETCAP);
    expect(&x, "CAP_SYSLOG", HT_DOCTOR_OK, "not needed: /proc/kallsyms is open", "", "");
    expect(&x, "CAP_DAC_READ_SEARCH", HT_DOCTOR_MISSING, "not held", "programs that only others", SETCAP);
    expect(&x, "CAP_IPC_LOCK", HT_DOCTOR_OK, "not needed: the rings fit", "", "");
    expect(&x, "sideband", HT_DOCTOR_LIMITED, "your own processes", "not recorded: other processes", SETCAP);
    expect(&x, "page-faults", HT_DOCTOR_LIMITED, "your own processes, in user mode only",
           "not recorded: other processes, and the kernel's side of your own", SETCAP);
    assert_null(strstr(row_of(&x, "context switches")->found, "user mode")); /* records, no samples */
    expect(&x, "other perf users", HT_DOCTOR_LIMITED, "unknown: not one of 9", "cannot be told", SETCAP);
    expect(&x, "/proc", HT_DOCTOR_LIMITED, "hidepid=invisible", "no name", SETCAP);
    assert_string_equal(x.rows.command, "hitm-record -- COMMAND");
    assert_true(x.rows.can_record);
    x.facts.paranoid = -1;
    x.facts.kernel_major = 5;
    x.facts.kernel_minor = 7; /* before CAP_PERFMON; and a program whose path is no plain word */
    strcpy(x.facts.program, "/opt/a b/hitm-record");
    look(&x);
    expect(&x, "perf_event_paranoid", HT_DOCTOR_OK, "-1: everybody", "", "");
    expect(&x, "CAP_PERFMON", HT_DOCTOR_OK, "not needed: perf_event_paranoid", "", "");
    expect(&x, "CAP_SYS_PTRACE", HT_DOCTOR_MISSING, "not held", "other users",
           "sudo setcap cap_sys_admin,cap_sys_ptrace,cap_syslog,cap_dac_read_search=ep $(command -v");
    teardown(&x);
}

static void nothing_at_all(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    be_user(&x);
    x.facts.reach = HT_REACH_NOTHING;
    x.facts.paranoid = 4;
    x.facts.cycles_error = EACCES;
    strcpy(x.facts.why_nothing, "perf_event_open is refused");
    for (unsigned i = 0; i < x.facts.plan.events; i++)
        x.facts.plan.event[i].open = 0;
    look(&x);
    assert_false(x.rows.can_record);
    expect(&x, "perf_event_paranoid", HT_DOCTOR_MISSING, "4: users may open nothing", "nothing can be",
           SYSCTL);
    expect(&x, "page-faults", HT_DOCTOR_MISSING, "does not open", "not recorded: page faults", SYSCTL);
    expect(&x, "cycles counter", HT_DOCTOR_MISSING, "no perf event opens", "no hardware", SYSCTL);
    expect(&x, "CAP_PERFMON", HT_DOCTOR_MISSING, "not held", "whole CPUs", SETCAP);
    assert_string_equal(x.rows.command, SYSCTL);
    assert_string_equal(x.rows.level, "none, nothing can be recorded: perf_event_open is refused.");
    x.facts.is_root = 1; /* of a container */
    look(&x);
    assert_false(x.rows.can_record);
    assert_string_equal(x.rows.command, "");
    assert_non_null(strstr(x.rows.level, "--cap-add=PERFMON"));
    x.facts.seccomp = 1;
    x.facts.cycles_error = EPERM;
    look(&x);
    expect(&x, "page-faults", HT_DOCTOR_MISSING, "does not open", "not recorded", "--cap-add=PERFMON");
    assert_non_null(strstr(x.rows.level, "a seccomp filter forbids perf events"));
    x.facts.unsupported = 1;
    look(&x);
    expect(&x, "sideband", HT_DOCTOR_MISSING, "does not open", "not recorded", "CONFIG_PERF_EVENTS=y");
    x.facts.user_namespace = 1;
    look(&x);
    expect(&x, "CAP_PERFMON", HT_DOCTOR_MISSING, "outside this user namespace", "whole CPUs",
           "run it outside");
    teardown(&x);
}

static void small_limits(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    be_user(&x);
    x.facts.memlock = 64 << 10;
    x.facts.files_hard = 16;
    x.facts.pid_namespace = HT_PID_NAMESPACE_OWN;
    x.facts.free_bytes = 100 * 1000 * 1000;
    tree_put(&x.tree, "/proc/sys/kernel/perf_event_max_sample_rate", "250\n");
    tree_put(&x.tree, "/proc/sys/kernel/perf_cpu_time_max_percent", "0\n");
    tree_put(&x.tree, "/sys/devices/system/cpu/isolated", "1\n");
    look(&x);
    expect(&x, "locked memory", HT_DOCTOR_LIMITED, "ulimit -l 64 (KiB)", "smaller rings",
           "sudo sysctl kernel.perf_event_mlock_kb=1088");
    expect(&x, "CAP_IPC_LOCK", HT_DOCTOR_LIMITED, "not held", "rings", "perf_event_mlock_kb=1088");
    expect(&x, "open files", HT_DOCTOR_LIMITED, "2 CPUs x 20 events need 40 for each thread",
           "sources are left out", "sudo prlimit --pid $$ --nofile=160:160");
    expect(&x, "sample rate", HT_DOCTOR_LIMITED, "250 a second", "throttles",
           "sudo sysctl kernel.perf_cpu_time_max_percent=25 kernel.perf_event_max_sample_rate=100000");
    expect(&x, "pid namespace", HT_DOCTOR_LIMITED, "inside a container", "show as pid 0", "--pid=host");
    expect(&x, "isolated CPUs", HT_DOCTOR_LIMITED, "isolated 1", "interrupt", "hitm-record -C 0-1");
    expect(&x, "current directory", HT_DOCTOR_LIMITED, "100 MB free", "cut off", "-o /tmp/capture.hitm");
    x.facts.directory_error = EACCES;
    look(&x);
    expect(&x, "current directory", HT_DOCTOR_MISSING, "may not be written", "cannot be", "-o /tmp/");
    assert_string_equal(x.rows.command, "hitm-record -o /tmp/capture.hitm -- COMMAND");
    x.facts.capabilities = 1ull << CAP_IPC_LOCK;
    look(&x);
    expect(&x, "locked memory", HT_DOCTOR_OK, "CAP_IPC_LOCK: no limit", "", "");
    teardown(&x);
}

static void pmus_and_their_users(void **state) {
    struct fixture x = {0};
    char path[256];
    (void)state;
    setup(&x);
    x.facts.cycles_error = ENOENT;
    x.facts.users = 1;
    x.facts.users_total = 9;
    x.facts.processes = 40;
    x.facts.closed_processes = 2;
    x.facts.user[0] = (struct ht_doctor_user){4711, "perf", 1};
    snprintf(path, sizeof path, "rm -rf %s/sys/bus/event_source/devices/cpu", x.tree.root);
    assert_int_equal(system(path), 0);
    look(&x);
    expect(&x, "PMUs", HT_DOCTOR_MISSING, "of the kernel: software", "cannot be named", "pmu=on");
    expect(&x, "cycles counter", HT_DOCTOR_MISSING, "virtual machine without a PMU", "no hardware", "pmu=on");
    expect(&x, "memory sampling", HT_DOCTOR_MISSING, "none", "nor by perf", "pmu=on");
    expect(&x, "other perf users", HT_DOCTOR_LIMITED,
           "perf (pid 4711): 1 event, and 8 more; 2 of 40 processes may not be looked into", "overhead",
           "ps -o pid,user,etime,args -p 4711");
    tree_put(&x.tree, "/sys/bus/event_source/devices/ibs_op/caps/zen4_ibs_extensions", "1\n");
    tree_put(&x.tree, "/sys/bus/event_source/devices/ibs_op/caps/ldlat", "0\n");
    tree_put(&x.tree, "/sys/bus/event_source/devices/arm_spe_0/type", "9\n");
    x.facts.cycles_error = EACCES;
    look(&x);
    expect(&x, "cycles counter", HT_DOCTOR_LIMITED, "not allowed", "no hardware",
           "this root lacks capabilities");
    x.facts.cycles_error = EBUSY;
    look(&x);
    expect(&x, "PMUs", HT_DOCTOR_OK, "arm_spe_0, ibs_op, software", "", "");
    expect(&x, "memory sampling", HT_DOCTOR_LIMITED, "arm_spe_0, ibs_op, with zen4_ibs_extensions",
           "no PMU events yet", "perf c2c record");
    assert_null(strstr(row_of(&x, "memory sampling")->found, "ldlat"));
    expect(&x, "cycles counter", HT_DOCTOR_LIMITED, "in use", "no hardware", "end what holds it");
    teardown(&x);
}

static void regather(struct fixture *x, const char *remove) {
    struct ht_cause cause;
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s%s", x->tree.root, remove);
    assert_int_equal(system(command), 0);
    ht_doctor_facts_free(&x->facts);
    assert_int_equal(ht_doctor_gather(x->tree.root, &x->facts, &cause), HT_OK);
    look(x);
}

/* A topic is a row whether the plan could have its tracepoints or not. */
static void no_tracefs(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    regather(&x, "/sys/kernel/tracing/events/sched/sched_swap_numa");
    expect(&x, "NUMA balancing", HT_DOCTOR_LIMITED,
           "not opened, because of --sysroot (sched:sched_move_numa); this kernel has no such tracepoint "
           "(sched:sched_swap_numa); in the plan",
           "not recorded: swaps of tasks by NUMA balancing", "no command: another kernel");
    regather(&x, "/sys/kernel/tracing");
    expect(&x, "tracefs", HT_DOCTOR_MISSING, "not mounted", "no tracepoints", "sudo mount -t tracefs");
    expect(&x, "page migrations", HT_DOCTOR_MISSING, "not mounted",
           "not recorded: page migrations and their reasons", "sudo mount -t tracefs");
    expect(&x, "cpu-clock", HT_DOCTOR_OK, "not opened, because of --sysroot", "", "");
    assert_null(row_of(&x, "CAP_PERFMON"));
    assert_null(row_of(&x, "current directory"));
    assert_true(x.rows.can_record);
    teardown(&x);
}

/* The sources that are files. */
static void files(void **state) {
    struct fixture x = {0};
    (void)state;
    setup(&x);
    look(&x);
    expect(&x, "node statistics", HT_DOCTOR_OK, "of each node, read every 1 s", "", "");
    expect(&x, "numa_maps", HT_DOCTOR_OK, "largest processes", "", "");
    expect(&x, "cgroup statistics", HT_DOCTOR_OK, "version 2, memory controller at /sys/fs/cgroup", "", "");
    /* Both are mounted: the one with the memory controller counts. */
    tree_put(&x.tree, "/proc/self/mountinfo", CGROUP2 CGROUP1);
    tree_put(&x.tree, "/sys/fs/cgroup/cgroup.controllers", "cpuset pids\n");
    tree_put(&x.tree, "/sys/fs/cgroup/memory/memory.numa_stat", "total=1 N0=1 N1=0\n");
    look(&x);
    expect(&x, "cgroup statistics", HT_DOCTOR_OK, "version 1, memory controller at /sys/fs/cgroup/memory", "",
           "");
    tree_put(&x.tree, "/proc/self/mountinfo", CGROUP2);
    look(&x);
    expect(&x, "cgroup statistics", HT_DOCTOR_MISSING, "version 2 at /sys/fs/cgroup, without the memory",
           "memory of control groups by node", "boot without cgroup_disable=memory");
    tree_put(&x.tree, "/sys/fs/cgroup/cgroup.controllers", "memory\n");
    regather(&x, "/sys/fs/cgroup/memory.numa_stat");
    expect(&x, "cgroup statistics", HT_DOCTOR_MISSING, "without memory.numa_stat", "not recorded",
           "Linux 5.10 or newer");
    tree_put(&x.tree, "/proc/self/mountinfo", "22 26 0:21 / /proc rw - proc proc rw\n");
    regather(&x, "/sys/devices/system/node");
    expect(&x, "cgroup statistics", HT_DOCTOR_MISSING, "no control groups are mounted", "have no names",
           "sudo mount -t cgroup2");
    expect(&x, "node statistics", HT_DOCTOR_LIMITED, "of the machine as a whole", "single nodes",
           "CONFIG_NUMA");
    expect(&x, "numa_maps", HT_DOCTOR_OK, "because of --sysroot", "", "");
    teardown(&x);
    setup(&x);
    be_user(&x);
    look(&x);
    expect(&x, "numa_maps", HT_DOCTOR_LIMITED, "of your own processes", "other users' processes", SETCAP);
    x.facts.has_numa_maps = 0;
    look(&x);
    expect(&x, "numa_maps", HT_DOCTOR_MISSING, "/proc has no such files", "memory of processes by node",
           "CONFIG_NUMA");
    teardown(&x);
}

static void text_fits(void **state) {
    struct fixture x = {0};
    char *text = NULL;
    size_t size;
    (void)state;
    setup(&x);
    be_user(&x);
    look(&x);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    ht_doctor_show(&x.rows, 0, out);
    assert_int_equal(fclose(out), 0);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 100);
    assert_null(strchr(text, '\033'));
    /* A command goes on behind a backslash, and is said once. */
    const char *first = strstr(text, "mend:  sudo setcap cap_perfmon");
    assert_non_null(first);
    assert_non_null(strstr(first, "=ep \\\n                  /opt/hitm-record\n"));
    assert_null(strstr(first + 10, "sudo setcap"));
    assert_non_null(strstr(text, "mend:  as for perf_event_paranoid, above\n"));
    free(text);
    out = open_memstream(&text, &size);
    assert_non_null(out);
    ht_doctor_show(&x.rows, 1, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "\033[31mmissing \033[0m CAP_PERFMON"));
    free(text);
    teardown(&x);
}

int main(void) {
    static const struct CMUnitTest tests[] = {cmocka_unit_test(healthy_machine),
                                              cmocka_unit_test(kernel_files),
                                              cmocka_unit_test(user_without_rights),
                                              cmocka_unit_test(nothing_at_all),
                                              cmocka_unit_test(small_limits),
                                              cmocka_unit_test(pmus_and_their_users),
                                              cmocka_unit_test(no_tracefs),
                                              cmocka_unit_test(files),
                                              cmocka_unit_test(text_fits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
