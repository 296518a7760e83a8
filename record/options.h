/* The command line of hitm-record: one table of options, from which parsing and --help are made. Pointers in
 * the result point into argv. One thread. */
#ifndef HT_RECORD_OPTIONS_H
#define HT_RECORD_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "record/base/cpu_list.h"
#include "schema/table.h"

struct ht_record_options {
    int system; /* -a */
    pid_t *pid; /* -p */
    size_t pids;
    const char *cgroup;      /* --cgroup, or NULL */
    struct ht_cpu_list only; /* -C; empty: not given */
    char **command;          /* NULL-terminated, or NULL */
    double seconds;          /* 0: not given */
    const char *output;
    struct ht_table labels; /* LABEL */
    int force;
    uint64_t ring_kib;   /* of one CPU */
    double max_overhead; /* percent of the machine's CPU time; 0: no limit */
    unsigned cpu_hz;
    int switches;   /* context switches: 1 yes, 0 no, -1 not given (yes with a target, no without one) */
    int callchains; /* of CPU samples */
    int no_numa_maps;
    int doctor; /* say what this machine offers, record nothing */
    int quiet, verbose;
    const char *root; /* --sysroot, "" on the running machine */
    int help, version;
};

/* USAGE with a cause that names the option. */
enum ht_status ht_record_options_parse(int argc, char **argv, struct ht_record_options *options,
                                       struct ht_cause *cause);
void ht_record_options_free(struct ht_record_options *options);
void ht_record_options_help(FILE *out);

#endif
