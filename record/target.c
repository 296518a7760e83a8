#include "record/target.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/grow.h"

/* The child: waits for the byte, runs the command, or says why it cannot. Only async-signal-safe calls. */
static _Noreturn void child_main(char **command, int go, int report) {
    char byte;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* the recorder blocks what it reads from a descriptor */
    if (read(go, &byte, 1) != 1)
        _exit(0); /* the recorder gave up: so do we, without a word */
    execvp(command[0], command);
    int error = errno;
    if (write(report, &error, sizeof error) < 0) {
        /* Then the recorder sees the exit status below. */
    }
    _exit(127);
}

static enum ht_status hold_command(char **command, struct ht_target *t, struct ht_cause *cause) {
    int go[2] = {-1, -1}, report[2] = {-1, -1};
    enum ht_status status = HT_OK;
    if (pipe2(go, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) {
        status = ht_fail_errno(cause, "pipe");
        goto out;
    }
    pid_t child = fork();
    if (child < 0) {
        status = ht_fail_errno(cause, "cannot start %s", command[0]);
        goto out;
    }
    if (child == 0) {
        close(go[1]);
        close(report[0]);
        child_main(command, go[0], report[1]);
    }
    t->child = child;
    t->go_fd = go[1];
    t->exec_fd = report[0];
    go[1] = report[0] = -1;
out:
    for (int i = 0; i < 2; i++) {
        if (go[i] >= 0)
            close(go[i]);
        if (report[i] >= 0)
            close(report[i]);
    }
    return status;
}

int ht_target_is_gone(pid_t pid) {
    char path[64], text[1024];
    char state;
    int threads;
    if (kill(pid, 0) != 0 && errno != EPERM)
        return 1;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (ht_file_read("", path, text, sizeof text) <= 0)
        return 0; /* hidden from us (hidepid), but there */
    const char *after_name = strrchr(text, ')');
    /* A zombie whose parent has not asked yet; with other threads left it is one whose main() has returned.
     */
    return after_name != NULL &&
           sscanf(after_name + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d",
                  &state, &threads) == 2 &&
           (state == 'Z' || state == 'X') && threads <= 1;
}

/* top -H and ps -L show threads: their number leads to the process, which is what a capture reports. */
static pid_t process_of(pid_t tid) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
    if (ht_file_read("", path, text, sizeof text) <= 0)
        return tid;
    const char *line = strstr(text, "\nTgid:");
    long pid = line != NULL ? strtol(line + strlen("\nTgid:"), NULL, 10) : 0;
    return pid > 0 ? (pid_t)pid : tid;
}

/* 0 where there is no room or memory. */
static int add_process(struct ht_target *t, pid_t pid) {
    size_t most = t->kind == HT_TARGET_COMMAND  ? HT_TARGET_PIDS
                  : t->kind == HT_TARGET_CGROUP ? HT_TARGET_CGROUP_PIDS
                                                : HT_PIDS_MAX;
    if (pid <= 0 || (uint32_t)pid >= HT_PIDS_MAX || ht_pid_set_has(t->known, pid))
        return 1;
    pid_t *grown = t->pids < most ? ht_grow(t->pid, &t->capacity, t->pids + 1, sizeof *grown) : NULL;
    if (grown == NULL) {
        t->full = 1;
        return 0;
    }
    t->pid = grown;
    t->pid[t->pids++] = pid;
    ht_pid_set_add(t->known, pid);
    return 1;
}

static enum ht_status open_processes(const struct ht_record_options *options, struct ht_target *t,
                                     struct ht_cause *cause) {
    for (size_t i = 0; i < options->pids; i++)
        if (ht_target_is_gone(options->pid[i]))
            return ht_fail(cause, HT_GONE, "-p %d: no such process", (int)options->pid[i]);
    for (size_t i = 0; i < options->pids; i++)
        if (!add_process(t, process_of(options->pid[i])))
            return ht_fail(cause, HT_NOMEM, "out of memory");
    return HT_OK;
}

static enum ht_status open_command(const struct ht_record_options *options, struct ht_target *t,
                                   struct ht_cause *cause) {
    enum ht_status status = hold_command(options->command, t, cause);
    if (status == HT_OK && t->kind == HT_TARGET_COMMAND && !add_process(t, t->child))
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    return status;
}

enum ht_status ht_target_open(const struct ht_record_options *options, struct ht_target *t,
                              struct ht_cause *cause) {
    memset(t, 0, sizeof *t);
    t->go_fd = t->exec_fd = -1;
    t->command = options->command;
    t->kind = options->pids > 0                              ? HT_TARGET_PROCESSES
              : options->cgroup != NULL                      ? HT_TARGET_CGROUP
              : options->command != NULL && !options->system ? HT_TARGET_COMMAND
                                                             : HT_TARGET_SYSTEM;
    if ((t->known = ht_pid_set_new()) == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = HT_OK;
    if (t->kind == HT_TARGET_PROCESSES)
        status = open_processes(options, t, cause);
    else if (t->kind == HT_TARGET_CGROUP)
        status = ht_cgroup_find(options->root, options->cgroup, &t->cgroup, cause);
    else if (options->command != NULL)
        status = open_command(options, t, cause);
    if (status != HT_OK)
        ht_target_close(t);
    else if (t->kind == HT_TARGET_CGROUP)
        ht_target_follow(t);
    return status;
}

enum ht_status ht_target_release(struct ht_target *t, struct ht_cause *cause) {
    int error;
    if (t->child == 0 || t->released)
        return HT_OK;
    t->released = 1;
    if (write(t->go_fd, "g", 1) != 1)
        return ht_fail_errno(cause, "cannot start %s", t->command[0]);
    ssize_t n;
    do {
        n = read(t->exec_fd, &error, sizeof error); /* exec closes the pipe: nothing to read */
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return HT_OK;
    errno = n == sizeof error ? error : EIO;
    return ht_fail_errno(cause, "cannot execute %s", t->command[0]);
}

int ht_target_gone(struct ht_target *t) {
    if (t->child > 0) {
        if (!t->exited && waitpid(t->child, &t->wait_status, WNOHANG) == t->child)
            t->exited = 1;
        return t->exited;
    }
    if (t->kind != HT_TARGET_PROCESSES)
        return 0;
    for (size_t i = 0; i < t->pids; i++)
        if (!ht_target_is_gone(t->pid[i]))
            return 0;
    return 1;
}

static enum ht_status add_threads(pid_t pid, pid_t **tid, size_t *tids, size_t *capacity,
                                  struct ht_cause *cause) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return HT_OK; /* gone: ht_target_gone says so soon */
    enum ht_status status = HT_OK;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t *moved = ht_grow(*tid, capacity, *tids + 1, sizeof *moved);
        if (moved == NULL) {
            status = ht_fail(cause, HT_NOMEM, "out of memory");
            break;
        }
        *tid = moved;
        (*tid)[(*tids)++] = (pid_t)atoi(entry->d_name);
    }
    closedir(dir);
    return status;
}

enum ht_status ht_target_threads(const struct ht_target *t, pid_t **tid, size_t *tids,
                                 struct ht_cause *cause) {
    size_t capacity = 0;
    enum ht_status status = HT_OK;
    *tid = NULL;
    *tids = 0;
    for (size_t i = 0; i < t->pids && status == HT_OK; i++)
        status = add_threads(t->pid[i], tid, tids, &capacity, cause);
    if (status != HT_OK) {
        free(*tid);
        *tid = NULL;
        *tids = 0;
    }
    return status;
}

/* The children that one thread started. */
static void add_children(struct ht_target *t, pid_t pid, const char *tid) {
    char path[96], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, tid);
    if (ht_file_read("", path, text, sizeof text) <= 0)
        return;
    char *save = NULL;
    for (char *word = strtok_r(text, " \n", &save); word != NULL; word = strtok_r(NULL, " \n", &save))
        add_process(t, (pid_t)atoi(word));
}

static void follow_command(struct ht_target *t) {
    /* What is added here is looked at too, as the list grows under the loop. */
    for (size_t i = 0; i < t->pids && !t->full; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", (int)t->pid[i]);
        DIR *dir = opendir(path);
        if (dir == NULL)
            continue;
        for (struct dirent *entry; !t->full && (entry = readdir(dir)) != NULL;)
            if (isdigit((unsigned char)entry->d_name[0]) && strlen(entry->d_name) < 12)
                add_children(t, t->pid[i], entry->d_name);
        closedir(dir);
    }
}

static void add_member(void *context, pid_t pid) {
    if (pid != getpid()) /* started from a shell of the group: nobody asks for the recorder */
        add_process(context, pid);
}

static void follow_cgroup(struct ht_target *t) {
    struct ht_cgroup_walk walk = {.context = t, .process = add_member};
    if (ht_cgroup_walk(&t->cgroup, &walk) != HT_OK)
        walk.unread = 1;
    t->removed = walk.removed;
    t->outside = walk.outside > t->outside ? walk.outside : t->outside;
    t->unread = walk.unread > t->unread ? walk.unread : t->unread;
}

void ht_target_follow(struct ht_target *t) {
    if (t->kind == HT_TARGET_COMMAND)
        follow_command(t);
    else if (t->kind == HT_TARGET_CGROUP)
        follow_cgroup(t);
}

/* ---- the largest ---- */

struct sized {
    pid_t pid;
    long pages;
};

static int larger_first(const void *a, const void *b) {
    const struct sized *x = a, *y = b;
    return x->pages != y->pages ? (x->pages < y->pages ? 1 : -1) : (x->pid > y->pid) - (x->pid < y->pid);
}

static long resident_pages(pid_t pid) {
    char path[64], text[128];
    long pages;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    if (ht_file_read("", path, text, sizeof text) <= 0 || sscanf(text, "%*s %ld", &pages) != 1)
        return -1; /* gone */
    return pages;
}

size_t ht_target_largest(const struct ht_target *t, pid_t *pid, size_t room) {
    struct sized *all = t->pids > room ? malloc(t->pids * sizeof *all) : NULL;
    size_t count = t->pids < room ? t->pids : room;
    if (all == NULL) { /* all of them, or without memory the first */
        if (count > 0)
            memcpy(pid, t->pid, count * sizeof *pid);
        return count;
    }
    for (size_t i = 0; i < t->pids; i++)
        all[i] = (struct sized){t->pid[i], resident_pages(t->pid[i])};
    qsort(all, t->pids, sizeof *all, larger_first);
    for (size_t i = 0; i < count; i++)
        pid[i] = all[i].pid;
    free(all);
    return count;
}

void ht_target_describe(const struct ht_target *t, char *text, size_t size) {
    size_t at = 0;
    if (t->child > 0) {
        at = (size_t)snprintf(text, size,
                              "%scommand:", t->kind == HT_TARGET_SYSTEM ? "whole system during " : "");
        for (char **word = t->command; *word != NULL && at < size; word++)
            at += (size_t)snprintf(text + at, size - at, " %s", *word);
        if (at < size)
            snprintf(text + at, size - at, " (pid %d)", (int)t->child);
        return;
    }
    if (t->kind == HT_TARGET_SYSTEM)
        snprintf(text, size, "whole system");
    if (t->kind == HT_TARGET_CGROUP)
        snprintf(text, size, "control group %s", t->cgroup.path);
    for (size_t i = 0; i < t->pids && at < size && t->kind == HT_TARGET_PROCESSES; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%d", i == 0 ? "pid " : ", ", (int)t->pid[i]);
}

void ht_target_close(struct ht_target *t) {
    if (t->go_fd >= 0)
        close(t->go_fd); /* a held child reads the end and exits */
    if (t->exec_fd >= 0)
        close(t->exec_fd);
    if (t->child > 0 && !t->released && !t->exited)
        waitpid(t->child, &t->wait_status, 0);
    free(t->pid);
    ht_pid_set_free(t->known);
    memset(t, 0, sizeof *t);
    t->go_fd = t->exec_fd = -1;
}
