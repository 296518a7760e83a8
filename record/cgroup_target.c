#include "record/cgroup_target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/base/cgroup_mounts.h"

#define PROCS_BYTES_MAX (48u << 20) /* more than 4,194,304 numbers of pid_max take */
#define DEPTH_MAX       64

/* ---- the mounts ---- */

/* Lower is better. */
static int rank_of(const struct ht_cgroup_mount *m) {
    return m->version == 2 ? 0 : strstr(m->hierarchy, "memory") != NULL ? 1 : 2;
}

/* ---- one group ---- */

static int is_group(const char *root, const char *directory) {
    char path[2 * HT_PATH_MAX];
    struct stat file;
    snprintf(path, sizeof path, "%s%s/cgroup.procs", root, directory);
    return stat(path, &file) == 0;
}

/* Sets directory and path for the group `below` of a mount; 0 where they are too long. */
static int place(const struct ht_cgroup_mount *m, const char *below, struct ht_cgroup_target *c) {
    const char *above = strcmp(m->root, "/") == 0 ? "" : m->root;
    const char *point = strcmp(m->point, "/") == 0 ? "" : m->point;
    size_t directory = (size_t)snprintf(c->directory, sizeof c->directory, "%s%s", point, below);
    size_t path = (size_t)snprintf(c->path, sizeof c->path, "%s%s", above, below);
    snprintf(c->hierarchy, sizeof c->hierarchy, "%s", m->hierarchy);
    if (c->path[0] == '\0')
        strcpy(c->path, "/");
    return directory < sizeof c->directory && path < sizeof c->path;
}

/* The name as a directory: of the mount that is nearest above it. */
static int find_directory(const struct ht_cgroup_mounts *all, const char *name, struct ht_cgroup_target *c) {
    const struct ht_cgroup_mount *nearest = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (ht_path_behind(name, all->mount[i].point) != NULL &&
            (nearest == NULL || strlen(all->mount[i].point) >= strlen(nearest->point)))
            nearest = &all->mount[i];
    return nearest != NULL && place(nearest, ht_path_behind(name, nearest->point), c) &&
           is_group(c->root, c->directory);
}

static void count_process(void *context, pid_t pid) {
    (void)pid;
    ++*(size_t *)context;
}

/* The name as the kernel's path, in one mount; what is mounted may be a group of the hierarchy, or, seen from
 * a cgroup namespace, lie above of all that it names. */
static int find_path(const struct ht_cgroup_mount *m, const char *name, struct ht_cgroup_target *c) {
    if (strncmp(m->root, "/..", 3) == 0)
        return 0;
    const char *below = ht_path_behind(name, m->root);
    return (below != NULL && place(m, below, c) && is_group(c->root, c->directory)) ||
           (below != name && place(m, name, c) && is_group(c->root, c->directory));
}

static int find_in_hierarchies(const struct ht_cgroup_mounts *all, const char *name,
                               struct ht_cgroup_target *c) {
    struct ht_cgroup_target *found = malloc(sizeof *found);
    int any = 0;
    for (int rank = 0; found != NULL && rank <= 2; rank++) {
        for (size_t i = 0; i < all->count; i++) {
            size_t processes = 0;
            struct ht_cgroup_walk walk = {.context = &processes, .process = count_process};
            *found = (struct ht_cgroup_target){.root = c->root};
            if (rank_of(&all->mount[i]) != rank || !find_path(&all->mount[i], name, found))
                continue;
            if (!any)
                *c = *found;
            any = 1;
            if (ht_cgroup_walk(found, &walk) == HT_OK && processes > 0) {
                *c = *found;
                goto out;
            }
        }
    }
out:
    free(found);
    return any;
}

static enum ht_status say_not_found(const struct ht_cgroup_mounts *all, const char *name,
                                    struct ht_cause *cause) {
    char tried[700] = "";
    size_t at = 0;
    if (all->count == 0)
        return ht_fail(cause, HT_NOT_FOUND,
                       "--cgroup %.200s: no cgroup file system is mounted here: sudo mount -t cgroup2 none "
                       "/sys/fs/cgroup",
                       name);
    for (size_t i = 0; i < all->count && at < sizeof tried; i++)
        at += (size_t)snprintf(tried + at, sizeof tried - at, "%s%s", i > 0 ? ", " : "", all->mount[i].point);
    return ht_fail(
        cause, HT_NOT_FOUND,
        "--cgroup %.200s: no such control group below %s (/proc/PID/cgroup names those of a process)", name,
        tried);
}

/* What cannot be read now will not be read later. */
static enum ht_status try_reading(const struct ht_cgroup_target *c, const char *name,
                                  struct ht_cause *cause) {
    char *path = malloc(HT_PATH_MAX + 16), text[64];
    if (path == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    snprintf(path, HT_PATH_MAX + 16, "%s/cgroup.procs", c->directory);
    long length = ht_file_read(c->root, path, text, sizeof text);
    int error = errno;
    free(path);
    if (length >= 0)
        return HT_OK;
    if (error == EOPNOTSUPP)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "--cgroup %.200s: a threaded group holds threads, not processes: name the group above "
                       "it whose cgroup.type is no \"threaded\"",
                       name);
    errno = error;
    return ht_fail_errno(cause, "--cgroup %.200s: cannot read its cgroup.procs", name);
}

enum ht_status ht_cgroup_find(const char *root, const char *name, struct ht_cgroup_target *c,
                              struct ht_cause *cause) {
    struct ht_cgroup_mounts all;
    char *resolved = NULL;
    memset(c, 0, sizeof *c);
    c->root = root;
    enum ht_status status = ht_cgroup_mounts_read(root, &all, cause);
    if (status != HT_OK)
        goto out;
    char *plain = strdup(name);
    if (plain == NULL) {
        status = ht_fail(cause, HT_NOMEM, "out of memory");
        goto out;
    }
    for (size_t length = strlen(plain); length > 1 && plain[length - 1] == '/'; length--)
        plain[length - 1] = '\0';
    /* /sys/fs/cgroup/cpu is a symbolic link to cpu,cpuacct. */
    if (root[0] == '\0')
        resolved = realpath(plain, NULL);
    if (strstr(plain, "/..") != NULL && resolved == NULL)
        status = ht_fail(cause, HT_UNSUPPORTED,
                         "--cgroup %.200s: lies outside of this cgroup namespace: run it on the host", name);
    else if (!(resolved != NULL && find_directory(&all, resolved, c)) && !find_directory(&all, plain, c) &&
             !find_in_hierarchies(&all, plain, c))
        status = say_not_found(&all, name, cause);
    else
        status = try_reading(c, name, cause);
    free(plain);
out:
    free(resolved);
    ht_cgroup_mounts_free(&all);
    return status;
}

/* ---- the processes ---- */

static void take_processes(int directory, struct ht_cgroup_walk *walk, int is_top) {
    static const size_t step = 65536;
    int fd = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *text = fd >= 0 ? malloc(step) : NULL;
    size_t total = 0, kept = 0;
    ssize_t n = -1;
    /* Numbers may be cut between two reads: what stands behind the last newline is kept for the next. */
    while (text != NULL && total < PROCS_BYTES_MAX && (n = read(fd, text + kept, step - 1 - kept)) > 0) {
        char *end = text + kept + n, *line = text, *newline;
        *end = '\0';
        total += (size_t)n;
        for (; (newline = strchr(line, '\n')) != NULL; line = newline + 1) {
            unsigned long pid = strtoul(line, NULL, 10);
            if (pid == 0 || pid > INT32_MAX)
                walk->outside += *line == '0';
            else
                walk->process(walk->context, (pid_t)pid);
        }
        kept = (size_t)(end - line) < 64 ? (size_t)(end - line) : 0; /* longer: no number */
        memmove(text, line, kept);
    }
    /* A threaded group below: the processes stand in the group above. */
    if (n < 0 && errno != EOPNOTSUPP && errno != ENODEV && (errno != ENOENT || is_top))
        walk->unread++;
    if (fd >= 0)
        close(fd);
    free(text);
}

static int is_directory(int above, const struct dirent *entry) {
    struct stat file;
    if (entry->d_name[0] == '.' && (entry->d_name[1] == '\0' || strcmp(entry->d_name, "..") == 0))
        return 0;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(above, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(file.st_mode);
}

/* Takes over the descriptor. */
static void walk_group(int fd, unsigned depth, struct ht_cgroup_walk *walk) {
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        close(fd);
        walk->unread++;
        return;
    }
    walk->groups++;
    take_processes(fd, walk, depth == 0);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!is_directory(fd, entry))
            continue;
        if (depth + 1 >= DEPTH_MAX || walk->groups >= HT_CGROUPS_MAX) {
            walk->unread++;
            continue;
        }
        int below = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (below >= 0)
            walk_group(below, depth + 1, walk);
        else if (errno != ENOENT)
            walk->unread++;
    }
    closedir(dir);
}

enum ht_status ht_cgroup_walk(const struct ht_cgroup_target *c, struct ht_cgroup_walk *walk) {
    char *path = malloc(2 * HT_PATH_MAX);
    if (path == NULL)
        return HT_NOMEM;
    walk->groups = walk->outside = walk->unread = 0;
    walk->removed = 0;
    snprintf(path, 2 * HT_PATH_MAX, "%s%s", c->root, c->directory);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        walk_group(fd, 0, walk);
    else if (errno == ENOENT)
        walk->removed = 1;
    else
        walk->unread++;
    free(path);
    return HT_OK;
}
