/* A control group as a target: where its directory is, and which processes it and the groups below it hold
 * now (cgroups(7), Documentation/admin-guide/cgroup-v2.rst). Version 1 and 2, one hierarchy of them. All
 * paths are below a root directory ("" on the running machine). No state but the struct; one thread. */
#ifndef HT_RECORD_CGROUP_TARGET_H
#define HT_RECORD_CGROUP_TARGET_H

#include <sys/types.h>

#include "record/base/files.h"

#define HT_CGROUPS_MAX 65536 /* groups that are looked at, the target's own included */

struct ht_cgroup_target {
    const char *root;
    char directory[HT_PATH_MAX]; /* as it is mounted */
    char path[HT_PATH_MAX];      /* below its hierarchy, as /proc/PID/cgroup has it */
    char hierarchy[64];          /* "v2", or of version 1 its controllers: "cpu,cpuacct" */
};

/* name: the directory below a cgroup mount, or the path as /proc/PID/cgroup has it. Where several hierarchies
 * have that path: the first that holds processes, version 2 before memory before the others. NOT_FOUND with
 * a cause that lists the mounts that were tried; PERMISSION, UNSUPPORTED (a threaded group) with theirs. */
enum ht_status ht_cgroup_find(const char *root, const char *name, struct ht_cgroup_target *cgroup,
                              struct ht_cause *cause);

struct ht_cgroup_walk {
    void *context;
    void (*process)(void *context, pid_t pid); /* once a process and group */
    /* out */
    unsigned groups;
    unsigned outside; /* processes of other pid namespaces: the kernel shows them without number */
    unsigned unread;  /* groups that may not be read, or are too many or too deep */
    int removed;      /* the target group itself is not there any more */
};

enum ht_status ht_cgroup_walk(const struct ht_cgroup_target *cgroup, struct ht_cgroup_walk *walk);

#endif
