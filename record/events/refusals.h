/* What is said of events that did not open: the kernel's errno as a sentence, and what mends it. No state. */
#ifndef HT_RECORD_EVENTS_REFUSALS_H
#define HT_RECORD_EVENTS_REFUSALS_H

#include "record/base/limits.h"
#include "record/events/plan.h"

/* EACCES: paranoid; EPERM: paranoid of tracepoints, a security module or a seccomp filter. */
int ht_refusal_is_denied(int error);

/* The command or the words that mend it; "" where there is none. Text lives as long as the program. */
const char *ht_refusal_mend(int error);

/* One limit for each errno, whichever and however many events it hit (ht_event.error, .refused). */
void ht_refusals_say(const struct ht_plan *plan, struct ht_limits *limits);

enum ht_refused { HT_REFUSED_OWN, HT_REFUSED_TARGET, HT_REFUSED_MACHINE };

/* Not one event opened, for the recorder's own process, for the target's threads or for whole CPUs: the cause
 * of the whole failure. */
enum ht_status ht_refused_all(enum ht_refused what, int error, struct ht_cause *cause);

#endif
