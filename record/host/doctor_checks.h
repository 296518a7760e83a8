/* Inside the doctor: the checks, one row of the table in doctor.c each. A check gets its row with name and
 * cost filled in as for a lack, and sets what it found, the state and the mend; on OK, cost and mend are
 * cleared. `at` counts the calls of a check that makes several rows: it ends them with NO_ROW. No state. */
#ifndef HT_RECORD_HOST_DOCTOR_CHECKS_H
#define HT_RECORD_HOST_DOCTOR_CHECKS_H

#include "record/host/doctor.h"

#define HT_DOCTOR_NO_PARANOID INT64_MIN

typedef enum ht_doctor_state ht_doctor_check(const struct ht_doctor_facts *facts, unsigned at,
                                             struct ht_doctor_row *row);

ht_doctor_check ht_doctor_kernel, ht_doctor_lockdown, ht_doctor_paranoid, ht_doctor_tracefs,
    ht_doctor_kallsyms, ht_doctor_clock; /* doctor_kernel.c */
ht_doctor_check ht_doctor_capability, ht_doctor_locked_memory, ht_doctor_open_files, ht_doctor_sample_rate,
    ht_doctor_hidepid, ht_doctor_pid_namespace; /* doctor_rights.c */
ht_doctor_check ht_doctor_source;               /* doctor_events.c */
ht_doctor_check ht_doctor_pmus, ht_doctor_cycles, ht_doctor_memory_sampling, ht_doctor_perf_users,
    ht_doctor_watchdog;                  /* doctor_pmu.c */
ht_doctor_check ht_doctor_memory_events; /* doctor_memory.c */
ht_doctor_check ht_doctor_nodes, ht_doctor_balancing, ht_doctor_isolated,
    ht_doctor_space; /* doctor_machine.c */

/* A source that is files (doctor_files.c): found, cost and mend of its row. */
enum ht_doctor_state ht_doctor_files(const struct ht_doctor_facts *facts, const struct ht_source *source,
                                     struct ht_doctor_row *row);

/* Printf into one of a row's texts; cut, never overrun. */
#define ht_doctor_text(field, ...) ((void)snprintf(field, sizeof(field), __VA_ARGS__))

int ht_doctor_has(const struct ht_doctor_facts *facts, int capability);
int ht_doctor_may_all(const struct ht_doctor_facts *facts); /* CAP_PERFMON, or CAP_SYS_ADMIN */
int ht_doctor_at_least(const struct ht_doctor_facts *facts, unsigned major, unsigned minor);

const char *ht_doctor_command(const struct ht_doctor_facts *facts); /* to call the recorder */

/* The mend of a lacking privilege: a command for a user, words for root in a container. */
void ht_doctor_mend_privilege(const struct ht_doctor_facts *facts, struct ht_doctor_row *row);

/* The same where events do not open: besides, a seccomp filter or the kernel itself may be the reason. */
void ht_doctor_mend_events(const struct ht_doctor_facts *facts, struct ht_doctor_row *row);

/* Opens and closes hardware cycles (doctor_pmu.c); finds other users of perf events (doctor_users.c). */
int ht_doctor_try_cycles(int cpu, int per_task);
void ht_doctor_find_users(struct ht_doctor_facts *facts);

#endif
