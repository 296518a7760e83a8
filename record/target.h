/* What a recording is about: the whole machine, some processes, a control group, or a command that is started
 * for it. A command is forked early and held on a pipe until the events are on, so that nothing of it is
 * missed. The session owns it; its thread only. Processes are those of the running machine, whatever
 * --sysroot says. */
#ifndef HT_RECORD_TARGET_H
#define HT_RECORD_TARGET_H

#include <sys/types.h>

#include "record/base/limits.h"
#include "record/cgroup_target.h"
#include "record/collect/pid_set.h"
#include "record/options.h"

#define HT_TARGET_PIDS        256    /* of a command and what it starts */
#define HT_TARGET_CGROUP_PIDS 131072 /* of a control group, over the window */
#define HT_TARGET_CLOSE       64     /* of which conditions and numa_maps are read, where there are many */

enum ht_target_kind { HT_TARGET_SYSTEM, HT_TARGET_PROCESSES, HT_TARGET_CGROUP, HT_TARGET_COMMAND };

struct ht_target {
    enum ht_target_kind kind; /* SYSTEM with a child: -a with a command */
    pid_t *pid;               /* what is reported, in the order in which it was found; none for SYSTEM */
    size_t pids, capacity;
    struct ht_pid_set *known;       /* the same, to ask */
    struct ht_cgroup_target cgroup; /* of CGROUP */
    int full;                       /* there were more than are kept */
    int removed;                    /* the control group is gone */
    unsigned outside, unread;       /* see struct ht_cgroup_walk; the most of any look */
    pid_t child;                    /* the command, 0 if none */
    int go_fd;                      /* close-on-exec pipe: a byte lets the command go */
    int exec_fd;                    /* the command's errno if exec fails */
    int released, exited, wait_status;
    char **command;
};

/* GONE for a dead pid, with its number; NOT_FOUND for a control group. One that is empty is fine. */
enum ht_status ht_target_open(const struct ht_record_options *options, struct ht_target *target,
                              struct ht_cause *cause);

/* Lets a held command run; NOT_FOUND or PERMISSION where it cannot be executed. Does nothing without one. */
enum ht_status ht_target_release(struct ht_target *target, struct ht_cause *cause);

/* 1 when the command has exited or every process of -p is gone. The machine and a control group never are. */
int ht_target_gone(struct ht_target *target);

/* Threads of the target now; free(*tid). None for the whole machine. */
enum ht_status ht_target_threads(const struct ht_target *target, pid_t **tid, size_t *tids,
                                 struct ht_cause *cause);

/* Adds behind the known ones what a command has started meanwhile, as /proc tells (CONFIG_PROC_CHILDREN; a
 * child whose parent is gone by then is missed), or what is new in a control group. Does nothing for the
 * others: -p names its processes. A control group of 10,000 processes takes 10 ms, most of it the kernel's.
 * Sets full, removed, outside and unread. */
void ht_target_follow(struct ht_target *target);

/* The processes with the most resident memory, at most `room`, in the order of their size where there are
 * more than that; returns how many. Reads /proc/PID/statm of each. */
size_t ht_target_largest(const struct ht_target *target, pid_t *pid, size_t room);

/* 1 for a process that is not there any more, or only as a zombie. */
int ht_target_is_gone(pid_t pid);

/* "whole system", "pid 12, 13", "control group /db.service", "command: make -j8 (pid 99)" */
void ht_target_describe(const struct ht_target *target, char *text, size_t size);

/* A command still held is killed; a running one is left alone. */
void ht_target_close(struct ht_target *target);

#endif
