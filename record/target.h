/* What a recording is about: the whole machine, some processes, or a command that is started for it. A
 * command is forked early and held on a pipe until the events are on, so that nothing of it is missed. The
 * session owns it; its thread only. Processes are those of the running machine, whatever --sysroot says. */
#ifndef HT_RECORD_TARGET_H
#define HT_RECORD_TARGET_H

#include <sys/types.h>

#include "record/options.h"

struct ht_target {
    pid_t *pid; /* what is reported; empty for the whole machine */
    size_t pids;
    pid_t child; /* the command, 0 if none */
    int go_fd;   /* close-on-exec pipe: a byte lets the command go */
    int exec_fd; /* the command's errno if exec fails */
    int released, exited, wait_status;
    char **command;
};

/* GONE for a dead pid, with its number. */
enum ht_status ht_target_open(const struct ht_record_options *options, struct ht_target *target,
                              struct ht_cause *cause);

/* Lets a held command run; NOT_FOUND or PERMISSION where it cannot be executed. Does nothing without one. */
enum ht_status ht_target_release(struct ht_target *target, struct ht_cause *cause);

/* 1 when the command has exited or every process of -p is gone. The machine never is. */
int ht_target_gone(struct ht_target *target);

/* Threads of the target now; free(*tid). None for the whole machine. */
enum ht_status ht_target_threads(const struct ht_target *target, pid_t **tid, size_t *tids,
                                 struct ht_cause *cause);

/* Adds what a command has started meanwhile, as /proc tells (CONFIG_PROC_CHILDREN; a child whose parent is
 * gone by then is missed), at most HT_TARGET_PIDS processes in all; 1 when there were more. Does nothing for
 * -p: that names its processes. */
#define HT_TARGET_PIDS 256
int ht_target_follow(struct ht_target *target);

/* "whole system", "pid 12, 13", "command: make -j8 (pid 99)" */
void ht_target_describe(const struct ht_target *target, char *text, size_t size);

/* A command still held is killed; a running one is left alone. */
void ht_target_close(struct ht_target *target);

#endif
