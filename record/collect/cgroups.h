/* The control groups that recorded processes live in, and where the memory of each lies (memory.numa_stat;
 * cgroups(7), cgroup-v2.rst, cgroup-v1/memory.rst). One hierarchy is looked at, that of
 * ht_cgroup_mounts_choose. A container is known by its path.
 *
 * Rows collect in two tables, which the session writes when it likes: CGROUP once for each group, PROCESS
 * once for each process. Owned by the session's thread. */
#ifndef HT_RECORD_COLLECT_CGROUPS_H
#define HT_RECORD_COLLECT_CGROUPS_H

#include "record/base/cgroup_mounts.h"
#include "record/base/limits.h"
#include "schema/capture_write.h"

#define HT_CGROUPS_READ_MAX 128   /* groups whose memory.numa_stat is read */
#define HT_CGROUPS_KEPT     16384 /* groups that get a row */

enum ht_cgroup_state {
    HT_CGROUP_UNASKED, /* nobody wants its memory */
    HT_CGROUP_LEFT,    /* wanted, but not read (any more) */
    HT_CGROUP_NEW,     /* wanted, not read yet */
    HT_CGROUP_READ,    /* at least once */
};

struct ht_cgroup {
    uint64_t id; /* inode of its directory; 0: it could not be found */
    char *path;  /* as /proc/PID/cgroup has it */
    char *file;  /* its memory.numa_stat, below root; NULL where it was never to be read */
    enum ht_cgroup_state state;
};

struct ht_cgroups {
    const char *root;
    struct ht_limits *limits;
    struct ht_cgroup_mounts mounts;
    int version; /* of the hierarchy that is looked at; 0: none is mounted */
    int has_memory;
    struct ht_cgroup *group;
    size_t groups, capacity;
    uint32_t *slot; /* hash of paths: index + 1 into group */
    size_t slots;
    size_t wanted; /* groups whose memory is read, or was */
    char *text;    /* of the file in hand */
    struct ht_table group_rows, process_rows;
};

/* Looks at the mounts. No hierarchy is a limit, not a failure. */
enum ht_status ht_cgroups_open(struct ht_cgroups *cgroups, const char *root, struct ht_limits *limits,
                               struct ht_cause *cause);
void ht_cgroups_free(struct ht_cgroups *cgroups); /* a zeroed one is fine */

/* Reads group and namespace of a process; wants_memory: the memory of its group is to be read from now on. A
 * process that is gone leaves no row. */
enum ht_status ht_cgroups_process(struct ht_cgroups *cgroups, int32_t pid, int wants_memory, uint64_t time_ns,
                                  struct ht_cause *cause);

/* Writes CGROUP_STAT rows of the groups that are wanted, or only of those never read; *readings grows by one
 * for each. */
enum ht_status ht_cgroups_read(struct ht_cgroups *cgroups, int only_new, uint64_t time_ns, uint64_t *readings,
                               struct ht_writer *writer, struct ht_encoder *encoder, struct ht_cause *cause);

#endif
