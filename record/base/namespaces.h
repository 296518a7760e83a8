/* Whether the recorder is in the machine or in a container of it (namespaces(7)). The kernel
 * numbers the initial namespaces itself: PROC_PID_INIT_INO and PROC_USER_INIT_INO in include/linux/proc_ns.h,
 * unchanged since 3.8. No state, any thread. */
#ifndef HT_RECORD_BASE_NAMESPACES_H
#define HT_RECORD_BASE_NAMESPACES_H

#include "record/base/limits.h"

enum ht_pid_namespace { HT_PID_NAMESPACE_UNKNOWN, HT_PID_NAMESPACE_INITIAL, HT_PID_NAMESPACE_OWN };

/* UNKNOWN where ROOT/proc/self/ns/pid is absent or no link of this kind. */
enum ht_pid_namespace ht_pid_namespace(const char *root);

/* "initial", "own" or "". */
const char *ht_pid_namespace_name(enum ht_pid_namespace which);

/* The limit of one of its own; nothing for the others. */
void ht_pid_namespace_say(enum ht_pid_namespace which, struct ht_limits *limits);

/* 1 in a user namespace that is not the machine's: perf events, locked memory and tracefs ask for the rights
 * of the initial one, so that root here is an ordinary user to them. */
int ht_in_user_namespace(const char *root);

#endif
