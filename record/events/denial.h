/* Why the kernel refused everything with EACCES or EPERM, as one sentence with the way out. What binds whom:
 * perf_event_open(2), "Perf events and tool security" (kernel documentation), kernel_lockdown(7); the levels
 * of perf_event_paranoid above 2 are patches of Debian, Ubuntu and Android, and stand against CAP_PERFMON
 * too. */
#ifndef HT_RECORD_EVENTS_DENIAL_H
#define HT_RECORD_EVENTS_DENIAL_H

#include <stdint.h>

#include "record/events/refusals.h"

struct ht_denial {
    enum ht_refused what;
    int error;
    int64_t paranoid;
    int own_allowed; /* an event of our own process in user mode can be opened */
    int is_root, user_namespace, seccomp;
    int may_watch; /* CAP_PERFMON or CAP_SYS_ADMIN */
    int confidential;
};

/* What the running machine says now. */
void ht_denial_gather(enum ht_refused what, int error, struct ht_denial *denial);

/* 1 where ROOT/sys/kernel/security/lockdown says that confidentiality is in force: tracefs is closed then, to
 * root too. */
int ht_is_confidential(const char *root);

/* Returns PERMISSION. */
enum ht_status ht_denial_say(const struct ht_denial *denial, struct ht_cause *cause);

#endif
