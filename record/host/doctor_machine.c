/* The machine: nodes, who moves memory, CPUs set aside, room for the capture. */
#include <string.h>

#include "record/base/cpu_list.h"
#include "record/base/files.h"
#include "record/host/doctor_checks.h"
#include "record/host/topology.h"

#define ROOM_LEAST 16u  /* MB: below this a ten-second capture may not fit */
#define ROOM_GOOD  256u /* MB */
#define SOCKETS    64

static unsigned count_sockets(const struct ht_topology *t) {
    uint64_t seen[SOCKETS];
    unsigned sockets = 0;
    for (uint32_t r = 0; r < t->cpu.rows; r++) {
        unsigned i = 0;
        while (i < sockets && seen[i] != t->cpu.number[HT_CPU_SOCKET][r])
            i++;
        if (i == sockets && sockets < SOCKETS && (int64_t)t->cpu.number[HT_CPU_SOCKET][r] >= 0)
            seen[sockets++] = t->cpu.number[HT_CPU_SOCKET][r];
    }
    return sockets;
}

enum ht_doctor_state ht_doctor_nodes(const struct ht_doctor_facts *f, unsigned at,
                                     struct ht_doctor_row *row) {
    struct ht_topology topology;
    struct ht_limits limits;
    struct ht_cause cause = {0};
    enum ht_doctor_state state = HT_DOCTOR_OK;
    (void)at;
    ht_limits_init(&limits);
    if (ht_topology_read(f->root, &topology, &limits, &cause) != HT_OK) {
        ht_doctor_text(row->found, "unknown: %.400s", cause.text);
        ht_doctor_text(row->cost, "nothing can be recorded: the CPUs to watch are not known");
        ht_doctor_text(row->mend, "sudo mount -t sysfs sysfs /sys");
        state = HT_DOCTOR_MISSING;
        goto out;
    }
    unsigned nodes = topology.node.rows, sockets = count_sockets(&topology);
    ht_doctor_text(row->found, "%u node%s, %u socket%s, %u CPUs online", nodes, nodes == 1 ? "" : "s",
                   sockets, sockets == 1 ? "" : "s", topology.online);
    ht_doctor_text(row->cost, "nothing here can be remote: neither memory nor a transfer between nodes");
    ht_doctor_text(row->hint, "record on a machine (or with a guest topology) of several nodes");
    state = nodes > 1 ? HT_DOCTOR_OK : HT_DOCTOR_LIMITED;
out:
    ht_topology_free(&topology);
    ht_limits_free(&limits);
    return state;
}

enum ht_doctor_state ht_doctor_balancing(const struct ht_doctor_facts *f, unsigned at,
                                         struct ht_doctor_row *row) {
    int64_t on = ht_file_number(f->root, "/proc/sys/kernel/numa_balancing", -1);
    (void)at;
    if (on < 0)
        ht_doctor_text(row->found, "not in this kernel: pages stay where they are put");
    else if (on == 0)
        ht_doctor_text(row->found, "0: off, pages stay where they are put");
    else
        ht_doctor_text(row->found,
                       "%lld: the kernel moves %s by itself; its hint faults are among the page "
                       "faults",
                       (long long)on, on & 1 ? "pages and tasks" : "pages between memory tiers");
    return HT_DOCTOR_OK;
}

/* The recorder leaves them out unless they are named. */
enum ht_doctor_state ht_doctor_isolated(const struct ht_doctor_facts *f, unsigned at,
                                        struct ht_doctor_row *row) {
    static const char *const file[] = {"isolated", "nohz_full"};
    struct ht_cpu_list online = {0}, quiet[2] = {{0}, {0}};
    char list[256];
    (void)at;
    if (ht_cpu_list_read(f->root, "/sys/devices/system/cpu/online", &online) != HT_OK)
        online.cpus = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        size_t used = strlen(row->found);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/%s", file[i]);
        if (ht_cpu_list_read(f->root, path, &quiet[i]) == HT_OK && quiet[i].cpus > 0)
            snprintf(row->found + used, sizeof row->found - used, "%s%s %s", used > 0 ? ", " : "", file[i],
                     ht_cpu_list_text(&quiet[i], list, sizeof list));
    }
    if (row->found[0] == '\0')
        ht_doctor_text(row->found, "none, and none nohz_full");
    ht_doctor_text(row->cost, "they are not recorded, as it would interrupt what runs there");
    ht_doctor_text(row->mend, "%.200s -C %s", ht_doctor_command(f),
                   ht_cpu_list_text(&online, list, sizeof list));
    int some = quiet[0].cpus + quiet[1].cpus > 0;
    ht_cpu_list_free(&online);
    ht_cpu_list_free(&quiet[0]);
    ht_cpu_list_free(&quiet[1]);
    return some ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}

enum ht_doctor_state ht_doctor_space(const struct ht_doctor_facts *f, unsigned at,
                                     struct ht_doctor_row *row) {
    unsigned long long mb = f->free_bytes / 1000000;
    (void)at;
    ht_doctor_text(row->mend, "%.400s -o /tmp/capture.hitm", ht_doctor_command(f));
    if (f->directory_error != 0) {
        ht_doctor_text(row->found, "may not be written: %s", strerror(f->directory_error));
        return HT_DOCTOR_MISSING;
    }
    ht_doctor_text(row->found, "%llu MB free%s", mb,
                   mb >= ROOM_GOOD ? ", a capture of ten seconds is some MB" : "");
    if (mb < ROOM_LEAST)
        return HT_DOCTOR_MISSING;
    ht_doctor_text(row->cost,
                   "the capture of a long window or a large machine may be cut off by a full disk");
    return mb < ROOM_GOOD ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}
