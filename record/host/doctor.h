/* hitm-record --doctor: what this machine offers to the recorder, what each lack costs, and the command that
 * mends it. Facts are gathered once (what this process may do, what really opens), then a table of checks
 * turns facts and files into rows, and rows are shown. Nothing is changed, nothing stays open. One thread. */
#ifndef HT_RECORD_HOST_DOCTOR_H
#define HT_RECORD_HOST_DOCTOR_H

#include <stdint.h>
#include <stdio.h>

#include "record/base/limits.h"
#include "record/base/namespaces.h"
#include "record/events/plan.h"

#define HT_DOCTOR_TEXT 512

enum ht_doctor_state { HT_DOCTOR_OK, HT_DOCTOR_LIMITED, HT_DOCTOR_MISSING, HT_DOCTOR_NO_ROW };
enum ht_doctor_reach { HT_REACH_UNTRIED, HT_REACH_NOTHING, HT_REACH_OWN, HT_REACH_MACHINE };

struct ht_doctor_row {
    const char *group; /* of the table of checks */
    char name[32];
    enum ht_doctor_state state;
    char found[HT_DOCTOR_TEXT];
    char cost[HT_DOCTOR_TEXT]; /* "" where nothing is lost */
    char mend[HT_DOCTOR_TEXT]; /* a shell command, ... */
    char hint[HT_DOCTOR_TEXT]; /* ... or words, where no command here mends it */
};

struct ht_doctor_rows {
    struct ht_doctor_row *row;
    size_t rows, capacity;
    char level[3 * HT_DOCTOR_TEXT];
    char command[HT_DOCTOR_TEXT]; /* what to run now */
    int can_record;
};

/* Another process with perf events open. */
struct ht_doctor_user {
    int pid;
    char comm[32];
    unsigned events;
};

/* live: of this process and machine; without it (--sysroot) files alone are looked at. */
struct ht_doctor_facts {
    const char *root;
    int live;
    unsigned kernel_major, kernel_minor; /* 0: unknown */
    int64_t paranoid;                    /* INT64_MIN: no such file, no perf events */
    unsigned cpus;                       /* online; 0: unknown */
    struct ht_plan plan;
    struct ht_limits limits;
    uint32_t plan_limits; /* the first so many are of building the plan, the others of opening it */
    enum ht_doctor_reach reach;
    char why_nothing[HT_DOCTOR_TEXT];
    int unsupported; /* not refused: this kernel has no perf events */
    /* from here on: live only */
    int is_root;
    int seccomp;           /* a filter is in force */
    uint64_t capabilities; /* bit CAP_... */
    char program[1024];    /* this executable, "" where unknown */
    char command[1024];    /* how to call it: by name where PATH finds it */
    int user_namespace;    /* not the machine's own: its capabilities do not count, and are left out */
    int cycles_error;      /* errno of opening hardware cycles, 0: opened */
    uint64_t memlock, files_soft, files_hard; /* UINT64_MAX: no limit */
    enum ht_pid_namespace pid_namespace;
    int has_numa_maps; /* /proc/self has one */
    uint64_t free_bytes;
    int directory_error; /* errno of writing to the current directory, 0: may be written */
    struct ht_doctor_user user[8];
    unsigned users, users_total, closed_processes, processes;
    int users_cut; /* out of time */
};

/* Opens and closes every source on one CPU; half a second of CPU time at most. Free it in any case. */
enum ht_status ht_doctor_gather(const char *root, struct ht_doctor_facts *facts, struct ht_cause *cause);
void ht_doctor_facts_free(struct ht_doctor_facts *facts);

/* Rows and conclusion from facts; facts may be made by hand. Free the rows in any case. */
enum ht_status ht_doctor_look(const struct ht_doctor_facts *facts, struct ht_doctor_rows *rows,
                              struct ht_cause *cause);
void ht_doctor_rows_free(struct ht_doctor_rows *rows);

/* At most 100 columns. Whether it could be written the caller's fflush says. */
void ht_doctor_show(const struct ht_doctor_rows *rows, int coloured, FILE *out);

#endif
