/* The sources that are files: whether they are there and whose they show. The recorder reads them in
 * collect/cgroups, collect/numa_maps and host/node_stats. */
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "record/base/cgroup_mounts.h"
#include "record/base/files.h"
#include "record/host/doctor_checks.h"

#define NODES "/sys/devices/system/node"

static int is_there(const char *root, const char *path) {
    char full[HT_PATH_MAX];
    return (size_t)snprintf(full, sizeof full, "%s%s", root, path) < sizeof full && access(full, F_OK) == 0;
}

static enum ht_doctor_state look_at_nodes(const struct ht_doctor_facts *f, const struct ht_source *s,
                                          struct ht_doctor_row *row) {
    int nodes = is_there(f->root, NODES "/node0") || is_there(f->root, NODES "/online");
    ht_doctor_text(row->found, nodes ? "files of each node, read every %.0f s" : "of the machine as a whole",
                   (double)s->period / 1e9);
    if (nodes)
        return HT_DOCTOR_OK;
    ht_doctor_text(row->cost, "not recorded: statistics of single nodes");
    ht_doctor_text(row->hint, "no command: a kernel with CONFIG_NUMA=y");
    return HT_DOCTOR_LIMITED;
}

static enum ht_doctor_state look_at_numa_maps(const struct ht_doctor_facts *f, const struct ht_source *s,
                                              struct ht_doctor_row *row) {
    if (!f->live) {
        ht_doctor_text(row->found, "in the plan; not read, because of --sysroot");
        return HT_DOCTOR_OK;
    }
    int own = !ht_doctor_has(f, CAP_SYS_PTRACE);
    ht_doctor_text(row->cost, "not recorded: %s", s->without);
    if (!f->has_numa_maps) {
        ht_doctor_text(row->found, "/proc has no such files");
        ht_doctor_text(row->hint, "no command: a kernel with CONFIG_NUMA=y");
        return HT_DOCTOR_MISSING;
    }
    ht_doctor_text(row->found, "of %s, read every %.0f s",
                   own ? "your own processes" : "the targets, or of the largest processes",
                   (double)s->period / 1e9);
    ht_doctor_text(row->cost, "not recorded: where the memory of other users' processes lies");
    ht_doctor_mend_privilege(f, row);
    return own ? HT_DOCTOR_LIMITED : HT_DOCTOR_OK;
}

static enum ht_doctor_state look_at_cgroups(const struct ht_doctor_facts *f, const struct ht_source *s,
                                            struct ht_doctor_row *row) {
    struct ht_cgroup_mounts mounts = {0};
    struct ht_cause cause;
    char file[HT_PATH_MAX];
    struct ht_cgroup_choice choice = {0};
    enum ht_doctor_state state = HT_DOCTOR_MISSING;
    if (ht_cgroup_mounts_read(f->root, &mounts, &cause) == HT_OK)
        ht_cgroup_mounts_choose(f->root, &mounts, &choice);
    const struct ht_cgroup_mount *m = choice.mount;
    ht_doctor_text(row->cost, "not recorded: %s", s->without);
    if (m == NULL) {
        ht_doctor_text(row->found, "no control groups are mounted here");
        ht_doctor_text(row->cost, "containers and services of processes have no names. Not recorded: %s",
                       s->without);
        ht_doctor_text(row->mend, "sudo mount -t cgroup2 none /sys/fs/cgroup");
    } else if (!choice.has_memory) {
        ht_doctor_text(row->found, "version %d at %.200s, without the memory controller", m->version,
                       m->point);
        ht_doctor_text(row->hint, "boot without cgroup_disable=memory");
    } else if ((size_t)snprintf(file, sizeof file, "%s/memory.numa_stat", m->point) >= sizeof file ||
               !is_there(f->root, file)) {
        ht_doctor_text(row->found, "version %d at %.200s, memory controller without memory.numa_stat",
                       m->version, m->point);
        ht_doctor_text(row->hint, "no command: %s",
                       m->version == 2 ? "Linux 5.10 or newer, with CONFIG_NUMA=y"
                                       : "a kernel with CONFIG_NUMA=y");
    } else {
        ht_doctor_text(row->found, "version %d, memory controller at %.200s, read every %.0f s", m->version,
                       m->point, (double)s->period / 1e9);
        state = HT_DOCTOR_OK;
    }
    ht_cgroup_mounts_free(&mounts);
    return state;
}

enum ht_doctor_state ht_doctor_files(const struct ht_doctor_facts *f, const struct ht_source *s,
                                     struct ht_doctor_row *row) {
    if (strcmp(s->name, HT_SOURCE_NODE_STATS) == 0)
        return look_at_nodes(f, s, row);
    if (strcmp(s->name, HT_SOURCE_CGROUP_STATS) == 0)
        return look_at_cgroups(f, s, row);
    return look_at_numa_maps(f, s, row);
}
