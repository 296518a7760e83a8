/* Where the hierarchies of control groups are mounted, from /proc/self/mountinfo below a root directory
 * (proc_pid_mountinfo(5), cgroups(7)). No state but the struct; one thread. */
#ifndef HT_RECORD_BASE_CGROUP_MOUNTS_H
#define HT_RECORD_BASE_CGROUP_MOUNTS_H

#include <stddef.h>

#include "schema/status.h"

struct ht_cgroup_mount {
    char *root;      /* the group that is mounted: "/", in a container often another one */
    char *point;     /* where */
    char *hierarchy; /* "v2", or of version 1 its controllers: "cpu,cpuacct" */
    int version;
};

struct ht_cgroup_mounts {
    char *text; /* the strings above point into it */
    struct ht_cgroup_mount *mount;
    size_t count, capacity;
};

/* All of them in the order of the file; none is no failure. Free in any case. */
enum ht_status ht_cgroup_mounts_read(const char *root, struct ht_cgroup_mounts *mounts,
                                     struct ht_cause *cause);
void ht_cgroup_mounts_free(struct ht_cgroup_mounts *mounts); /* a zeroed one is fine */

/* Which hierarchy tells where memory lies, so that a group's number is one: version 2 where it has the memory
 * controller or nothing else is mounted, else the memory hierarchy of version 1. */
struct ht_cgroup_choice {
    const struct ht_cgroup_mount *mount; /* one of the mounts; NULL: none will do */
    int version;                         /* its; 0 without a mount */
    int has_memory;                      /* it has the memory controller */
};

void ht_cgroup_mounts_choose(const char *root, const struct ht_cgroup_mounts *mounts,
                             struct ht_cgroup_choice *choice);

/* 1 where a mount is of version 2, or of version 1 the one with the memory controller, as `version` asks. */
int ht_cgroup_is_memory_mount(const struct ht_cgroup_mount *mount, int version);

/* What stands behind a prefix that ends where a name ends; NULL where it is none of the path. "/" is one of
 * every path. */
const char *ht_path_behind(const char *path, const char *prefix);

/* 1 where a list with commas has the word. */
int ht_list_has_word(const char *list, const char *word);

#endif
