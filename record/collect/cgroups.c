#include "record/collect/cgroups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/base/files.h"
#include "record/base/grow.h"
#include "record/base/privilege.h"
#include "record/collect/cgroup_stat.h"

#define TEXT_BYTES     (1u << 20) /* of /proc/PID/cgroup, status, memory.numa_stat */
#define FILE_NUMA_STAT "/memory.numa_stat"
#define WHAT_MEMORY    "memory of control groups"

enum ht_status ht_cgroups_open(struct ht_cgroups *c, const char *root, struct ht_limits *limits,
                               struct ht_cause *cause) {
    struct ht_cgroup_choice choice;
    struct ht_cause why;
    memset(c, 0, sizeof *c);
    c->root = root;
    c->limits = limits;
    ht_table_init(&c->group_rows, HT_CHUNK_CGROUP);
    ht_table_init(&c->process_rows, HT_CHUNK_PROCESS);
    enum ht_status status = ht_cgroup_mounts_read(root, &c->mounts, &why);
    if (status == HT_NOMEM || (c->text = malloc(TEXT_BYTES)) == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    ht_cgroup_mounts_choose(root, &c->mounts, &choice);
    c->version = choice.version;
    c->has_memory = choice.has_memory;
    if (c->version == 0)
        ht_limits_add(limits, 0, "control groups", "sudo mount -t cgroup2 none /sys/fs/cgroup",
                      "none are mounted here: containers and services of processes have no names");
    else if (!c->has_memory)
        ht_limits_add(limits, 0, WHAT_MEMORY, "boot without cgroup_disable=memory",
                      "no hierarchy that is mounted here has the memory controller");
    return HT_OK;
}

void ht_cgroups_free(struct ht_cgroups *c) {
    for (size_t i = 0; i < c->groups; i++) {
        free(c->group[i].path);
        free(c->group[i].file);
    }
    free(c->group);
    free(c->slot);
    free(c->text);
    ht_cgroup_mounts_free(&c->mounts);
    ht_table_free(&c->group_rows);
    ht_table_free(&c->process_rows);
    memset(c, 0, sizeof *c);
}

/* ---- groups ---- */

static uint32_t hash_of(const char *path) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *path != '\0'; path++)
        hash = (hash ^ (uint8_t)*path) * 16777619u;
    return hash;
}

static enum ht_status grow_slots(struct ht_cgroups *c) {
    size_t slots = c->slots == 0 ? 256 : c->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < c->groups; i++) {
        size_t h = hash_of(c->group[i].path) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = (uint32_t)i + 1;
    }
    free(c->slot);
    c->slot = slot;
    c->slots = slots;
    return HT_OK;
}

/* Where the path may be looked up: not outside of our cgroup namespace ("/../other"). */
static int goes_up(const char *path) {
    for (const char *p = path; (p = strstr(p, "/..")) != NULL; p += 3)
        if (p[3] == '/' || p[3] == '\0')
            return 1;
    return 0;
}

/* The group's directory as one of the mounts of its hierarchy has it, and its inode; 0 where none has. */
static uint64_t find_directory(const struct ht_cgroups *c, const char *path, char *directory) {
    struct stat file;
    char full[2 * HT_PATH_MAX];
    for (size_t i = 0; i < c->mounts.count && !goes_up(path); i++) {
        const struct ht_cgroup_mount *m = &c->mounts.mount[i];
        const char *below = ht_path_behind(path, m->root);
        if (!ht_cgroup_is_memory_mount(m, c->version) || below == NULL ||
            (size_t)snprintf(directory, HT_PATH_MAX, "%s%s", m->point,
                             strcmp(below, "/") == 0 ? "" : below) >= HT_PATH_MAX)
            continue;
        snprintf(full, sizeof full, "%s%s", c->root, directory);
        if (stat(full, &file) == 0 && S_ISDIR(file.st_mode))
            return file.st_ino;
    }
    return 0;
}

static enum ht_status group_row(struct ht_cgroups *c, const struct ht_cgroup *group, uint64_t time_ns) {
    uint32_t row;
    enum ht_status status = ht_table_add(&c->group_rows, &row);
    if (status != HT_OK)
        return status;
    c->group_rows.number[HT_CGROUP_TIME][row] = time_ns;
    c->group_rows.number[HT_CGROUP_CGROUP][row] = group->id;
    return ht_table_set_text(&c->group_rows, HT_CGROUP_PATH, group->path);
}

static enum ht_status add_group(struct ht_cgroups *c, const char *path, uint64_t time_ns,
                                struct ht_cgroup **found) {
    char directory[HT_PATH_MAX];
    enum ht_status status = c->groups * 2 >= c->slots ? grow_slots(c) : HT_OK;
    struct ht_cgroup *grown = ht_grow(c->group, &c->capacity, c->groups + 1, sizeof *grown);
    if (status != HT_OK || grown == NULL)
        return HT_NOMEM;
    c->group = grown;
    struct ht_cgroup *group = &c->group[c->groups];
    *group = (struct ht_cgroup){.path = strdup(path), .state = HT_CGROUP_UNASKED};
    if (group->path == NULL)
        return HT_NOMEM;
    size_t h = hash_of(path) & (c->slots - 1);
    while (c->slot[h] != 0)
        h = (h + 1) & (c->slots - 1);
    c->slot[h] = (uint32_t)++c->groups;
    *found = group;
    group->id = find_directory(c, path, directory);
    if (group->id == 0)
        return HT_OK; /* removed meanwhile, or outside of what is mounted here */
    return group_row(c, group, time_ns);
}

/* NULL where there are too many. */
static enum ht_status find_group(struct ht_cgroups *c, const char *path, uint64_t time_ns,
                                 struct ht_cgroup **found) {
    *found = NULL;
    for (size_t h = hash_of(path); c->slots > 0 && c->slot[h & (c->slots - 1)] != 0; h++) {
        struct ht_cgroup *group = &c->group[c->slot[h & (c->slots - 1)] - 1];
        if (strcmp(group->path, path) == 0) {
            *found = group;
            return HT_OK;
        }
    }
    if (c->groups < HT_CGROUPS_KEPT)
        return add_group(c, path, time_ns, found);
    ht_limits_add(c->limits, 1, "control groups", "", "more than %d: processes without one", HT_CGROUPS_KEPT);
    return HT_OK;
}

static void want_memory(struct ht_cgroups *c, struct ht_cgroup *group) {
    char directory[HT_PATH_MAX];
    if (!c->has_memory || group->state != HT_CGROUP_UNASKED)
        return;
    group->state = HT_CGROUP_LEFT;
    if (c->wanted == HT_CGROUPS_READ_MAX) {
        ht_limits_add(c->limits, 1, WHAT_MEMORY, "-p or --cgroup with what matters",
                      "more than %d hold recorded processes: only so many are read", HT_CGROUPS_READ_MAX);
        return;
    }
    if (group->id == 0 || find_directory(c, group->path, directory) == 0)
        return;
    size_t size = strlen(directory) + sizeof FILE_NUMA_STAT;
    if ((group->file = malloc(size)) == NULL) {
        ht_limits_add(c->limits, 1, WHAT_MEMORY, "", "out of memory for one more");
        return;
    }
    snprintf(group->file, size, "%s" FILE_NUMA_STAT, directory);
    group->state = HT_CGROUP_NEW;
    c->wanted++;
}

/* ---- processes ---- */

/* The line of the hierarchy: "0::PATH" or "4:memory:PATH". Cut to the path; NULL where there is none. */
static char *path_of(char *text, int version) {
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char *controllers = strchr(line, ':'), *path;
        if (controllers == NULL || (path = strchr(controllers + 1, ':')) == NULL)
            continue;
        *controllers++ = *path++ = '\0';
        if (path[0] == '/' && (version == 2 ? strcmp(line, "0") == 0 && *controllers == '\0'
                                            : ht_list_has_word(controllers, "memory")))
            return path;
    }
    return NULL;
}

/* "NSpid:  4711  12": the last number is the one inside. 0 where there is none. */
static int32_t namespace_pid(const char *status) {
    const char *line = strstr(status, "\nNSpid:");
    long pid = 0;
    if (line == NULL)
        return 0;
    for (char *end, *p = (char *)line + strlen("\nNSpid:"); *p == '\t' || *p == ' '; p = end) {
        long number = strtol(p, &end, 10);
        if (end == p)
            break;
        pid = number;
    }
    return pid > 0 && pid <= INT32_MAX ? (int32_t)pid : 0;
}

enum ht_status ht_cgroups_process(struct ht_cgroups *c, int32_t pid, int wants_memory, uint64_t time_ns,
                                  struct ht_cause *cause) {
    char path[64], *name;
    struct ht_cgroup *group = NULL;
    enum ht_status status = HT_OK;
    uint32_t row;
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    if (ht_file_read(c->root, path, c->text, TEXT_BYTES) <= 0)
        return HT_OK;
    if (c->version > 0 && (name = path_of(c->text, c->version)) != NULL)
        status = find_group(c, name, time_ns, &group);
    if (status == HT_OK && group != NULL && wants_memory)
        want_memory(c, group);
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (status == HT_OK && ht_file_read(c->root, path, c->text, TEXT_BYTES) > 0 &&
        (status = ht_table_add(&c->process_rows, &row)) == HT_OK) {
        c->process_rows.number[HT_PROCESS_TIME][row] = time_ns;
        c->process_rows.number[HT_PROCESS_PID][row] = (uint64_t)(int64_t)pid;
        c->process_rows.number[HT_PROCESS_CGROUP][row] = group != NULL ? group->id : 0;
        c->process_rows.number[HT_PROCESS_NS_PID][row] = (uint64_t)namespace_pid(c->text);
    }
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "control groups: %s", ht_status_text(status));
}

/* ---- memory ---- */

/* Why a group that is there has no such file, and what would give it one. */
static void say_missing(struct ht_cgroups *c, const struct ht_cgroup *group, int error) {
    char path[HT_PATH_MAX + 64];
    size_t directory = strlen(group->file) - strlen(FILE_NUMA_STAT);
    snprintf(path, sizeof path, "%.*s/memory.stat", (int)directory, group->file);
    if (error == EACCES || error == EPERM)
        ht_limits_add(c->limits, 1, WHAT_MEMORY, HT_MEND_PRIVILEGE, "memory.numa_stat may not be read");
    else if (error != ENOENT)
        return; /* ENODEV: the group was removed */
    else if (ht_file_read(c->root, path, c->text, 16) >= 0)
        ht_limits_add(c->limits, 1, WHAT_MEMORY,
                      c->version == 2 ? "Linux 5.10 or newer, with CONFIG_NUMA" : "a kernel with CONFIG_NUMA",
                      "the kernel has no memory.numa_stat");
    else if (snprintf(path, sizeof path, "%.*s/cgroup.procs", (int)directory, group->file) > 0 &&
             ht_file_read(c->root, path, c->text, 16) >= 0)
        ht_limits_add(c->limits, 1, WHAT_MEMORY,
                      "sudo systemctl set-property UNIT MemoryAccounting=yes, or +memory in the "
                      "cgroup.subtree_control of the group above",
                      "the memory controller is not on in them");
}

static enum ht_status read_group(struct ht_cgroups *c, struct ht_cgroup *group, uint64_t time_ns,
                                 uint64_t *readings, struct ht_table *t) {
    uint64_t strange = 0;
    errno = 0;
    if (ht_file_read(c->root, group->file, c->text, TEXT_BYTES) < 0) {
        if (group->state == HT_CGROUP_NEW)
            say_missing(c, group, errno);
        group->state = HT_CGROUP_LEFT;
        return HT_OK;
    }
    group->state = HT_CGROUP_READ;
    ++*readings;
    enum ht_status status = ht_cgroup_stat_rows(c->text, c->version, group->id, time_ns, t, &strange);
    if (strange > 0)
        ht_limits_add(c->limits, strange, WHAT_MEMORY, "",
                      "lines of memory.numa_stat that are none were left out");
    if (status == HT_LIMIT)
        ht_limits_add(c->limits, 1, WHAT_MEMORY, "", "a memory.numa_stat was longer than one can be: a part");
    return status == HT_LIMIT ? HT_OK : status;
}

enum ht_status ht_cgroups_read(struct ht_cgroups *c, int only_new, uint64_t time_ns, uint64_t *readings,
                               struct ht_writer *writer, struct ht_encoder *encoder, struct ht_cause *cause) {
    struct ht_table table;
    enum ht_status status = HT_OK;
    ht_table_init(&table, HT_CHUNK_CGROUP_STAT);
    for (size_t i = 0; i < c->groups && status == HT_OK; i++) {
        struct ht_cgroup *group = &c->group[i];
        if (group->state != HT_CGROUP_NEW && (group->state != HT_CGROUP_READ || only_new))
            continue;
        if (table.rows > HT_ROWS_MAX / 2) { /* one group has a few thousand at most */
            status = ht_writer_put(writer, encoder, &table, 0, cause);
            ht_table_clear(&table);
        }
        if (status == HT_OK && (status = read_group(c, group, time_ns, readings, &table)) != HT_OK)
            ht_fail(cause, status, WHAT_MEMORY ": %s", ht_status_text(status));
    }
    if (status == HT_OK)
        status = ht_writer_put(writer, encoder, &table, 0, cause);
    ht_table_free(&table);
    return status;
}
