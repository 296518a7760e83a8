#include "record/base/namespaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/base/files.h"

#define PID_INITIAL  4026531836ul /* 0xEFFFFFFC */
#define USER_INITIAL 4026531837ul

/* "pid:[4026531836]"; 0 where the link is absent or not of this kind. */
static unsigned long inode_of(const char *root, const char *kind) {
    char path[HT_PATH_MAX], link[64], *end;
    size_t length = strlen(kind);
    if ((size_t)snprintf(path, sizeof path, "%s/proc/self/ns/%s", root, kind) >= sizeof path)
        return 0;
    ssize_t n = readlink(path, link, sizeof link - 1);
    if (n <= (ssize_t)length + 2)
        return 0;
    link[n] = '\0';
    if (strncmp(link, kind, length) != 0 || strncmp(link + length, ":[", 2) != 0)
        return 0;
    unsigned long inode = strtoul(link + length + 2, &end, 10);
    return strcmp(end, "]") == 0 ? inode : 0;
}

enum ht_pid_namespace ht_pid_namespace(const char *root) {
    unsigned long inode = inode_of(root, "pid");
    return inode == 0             ? HT_PID_NAMESPACE_UNKNOWN
           : inode == PID_INITIAL ? HT_PID_NAMESPACE_INITIAL
                                  : HT_PID_NAMESPACE_OWN;
}

const char *ht_pid_namespace_name(enum ht_pid_namespace which) {
    return which == HT_PID_NAMESPACE_INITIAL ? "initial" : which == HT_PID_NAMESPACE_OWN ? "own" : "";
}

void ht_pid_namespace_say(enum ht_pid_namespace which, struct ht_limits *limits) {
    if (which != HT_PID_NAMESPACE_OWN)
        return;
    ht_limits_add(
        limits, 0, "pid namespace",
        "run it on the host, or in a container with the host's pid namespace (docker run --pid=host, "
        "hostPID: true)",
        "the recorder runs in one of its own, as in a container: all processes outside of it show as "
        "pid 0, and the numbers in tracepoints (task migrations) are the host's and match no process "
        "here");
}

int ht_in_user_namespace(const char *root) {
    unsigned long inode = inode_of(root, "user");
    return inode != 0 && inode != USER_INITIAL;
}
