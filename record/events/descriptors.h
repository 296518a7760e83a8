/* File descriptors: every event takes one on each CPU and, without privilege, for each thread on each CPU.
 * Where more are needed than the process may have, whole sources go, in the order in which the budget would
 * give them up, so that what is recorded is recorded everywhere. Called by one thread before the events are
 * opened. */
#ifndef HT_RECORD_EVENTS_DESCRIPTORS_H
#define HT_RECORD_EVENTS_DESCRIPTORS_H

#include <stddef.h>

#include "record/base/limits.h"
#include "record/events/plan.h"

#define HT_DESCRIPTORS_BESIDES 40 /* descriptors of ours that are no events */

/* RLIMIT_NOFILE as far as it could be raised for `needed`: to the hard limit, beyond it with
 * CAP_SYS_RESOURCE. UINT64_MAX: no limit. */
uint64_t ht_descriptors_raise(uint64_t needed);

/* Marks the events that have no room (ht_event.left_out) and says so with the numbers, once. threads: 0 for
 * whole CPUs. LIMIT where there is no room for the sideband. */
enum ht_status ht_descriptors_fit(struct ht_plan *plan, size_t cpus, size_t threads, uint64_t allowed,
                                  struct ht_limits *limits, struct ht_cause *cause);

#endif
