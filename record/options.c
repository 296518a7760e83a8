#include "record/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_KIB_DEFAULT 1024
#define RING_KIB_MAX     (1u << 20)
#define OVERHEAD_DEFAULT 1.0
#define CPU_HZ_DEFAULT   1000
#define CPU_HZ_MAX       20000
#define SECONDS_MAX      86400

typedef enum ht_status setter(struct ht_record_options *o, const char *value, struct ht_cause *cause);

static enum ht_status say_bad_pids(const char *value, struct ht_cause *cause) {
    return ht_fail(cause, HT_USAGE, "-p: '%s' is no list of process ids such as 123 or 123,456", value);
}

static enum ht_status set_pids(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    for (const char *p = value; *p != '\0';) {
        char *end;
        errno = 0;
        if (*p < '0' || *p > '9')
            return say_bad_pids(value, cause);
        long pid = strtol(p, &end, 10);
        if (end == p || errno != 0 || pid <= 0 || pid > 1 << 22 || (*end != ',' && *end != '\0'))
            return say_bad_pids(value, cause);
        pid_t *grown = realloc(o->pid, (o->pids + 1) * sizeof *grown);
        if (grown == NULL)
            return ht_fail(cause, HT_NOMEM, "out of memory");
        o->pid = grown;
        size_t known = 0;
        while (known < o->pids && o->pid[known] != pid)
            known++;
        if (known == o->pids)
            o->pid[o->pids++] = (pid_t)pid;
        p = *end == ',' ? end + 1 : end;
    }
    return o->pids > 0 ? HT_OK : ht_fail(cause, HT_USAGE, "-p: no process id given");
}

static enum ht_status set_number(const char *option, const char *value, double least, double most,
                                 double *number, struct ht_cause *cause) {
    char *end;
    errno = 0;
    *number = strtod(value, &end);
    if (end == value || *end != '\0' || errno != 0 || !isfinite(*number) || *number < least || *number > most)
        return ht_fail(cause, HT_USAGE, "%s: '%s' is no number from %.10g to %.10g", option, value, least,
                       most);
    return HT_OK;
}

static enum ht_status set_seconds(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    return set_number("-d", value, 0.01, SECONDS_MAX, &o->seconds, cause);
}

static enum ht_status set_output(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    if (strcmp(value, "-") == 0)
        return ht_fail(cause, HT_USAGE, "-o: a capture cannot go to a pipe; give a file name");
    if (*value == '\0')
        return ht_fail(cause, HT_USAGE, "-o: empty file name");
    o->output = value;
    return HT_OK;
}

static enum ht_status set_label(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    const char *equals = strchr(value, '=');
    uint32_t row;
    if (equals == NULL || equals == value)
        return ht_fail(cause, HT_USAGE, "--label: '%s' is not KEY=VALUE", value);
    enum ht_status status = ht_table_add(&o->labels, &row);
    if (status == HT_OK)
        status = ht_table_set_bytes(&o->labels, HT_LABEL_KEY, value, (size_t)(equals - value));
    if (status == HT_OK)
        status = ht_table_set_text(&o->labels, HT_LABEL_VALUE, equals + 1);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "--label: %s", ht_status_text(status));
}

static enum ht_status set_ring(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    double kib;
    double page = (double)sysconf(_SC_PAGESIZE) / 1024;
    enum ht_status status = set_number("-m", value, page, RING_KIB_MAX, &kib, cause);
    if (status != HT_OK)
        return status;
    o->ring_kib = (uint64_t)kib;
    if ((double)o->ring_kib != kib || (o->ring_kib & (o->ring_kib - 1)) != 0)
        return ht_fail(cause, HT_USAGE, "-m: %s KiB is no power of two", value);
    return HT_OK;
}

static enum ht_status set_overhead(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    return set_number("--max-overhead", value, 0, 100, &o->max_overhead, cause);
}

static enum ht_status set_cpu_hz(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    double hz;
    enum ht_status status = set_number("--cpu-hz", value, 0, CPU_HZ_MAX, &hz, cause);
    if (status != HT_OK)
        return status;
    o->cpu_hz = (unsigned)hz;
    if (hz != (double)o->cpu_hz)
        return ht_fail(cause, HT_USAGE, "--cpu-hz: '%s' is no whole number", value);
    return HT_OK;
}

static enum ht_status set_cgroup(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    if (*value != '/')
        return ht_fail(cause, HT_USAGE,
                       "--cgroup: '%s' begins with no '/': give the path as /proc/PID/cgroup has it "
                       "(/system.slice/db.service), or the directory below /sys/fs/cgroup",
                       value);
    if (o->cgroup != NULL)
        return ht_fail(cause, HT_USAGE,
                       "--cgroup: given twice; one is recorded, with all groups below it: name their parent");
    o->cgroup = value;
    return HT_OK;
}

static enum ht_status set_cpus(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    enum ht_status status = ht_cpu_list_add(&o->only, value);
    if (status == HT_FORMAT)
        return ht_fail(cause, HT_USAGE, "-C: '%s' is no list of CPUs such as 0-3,8", value);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "-C: %s", ht_status_text(status));
}

static enum ht_status set_root(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)cause;
    o->root = value;
    return HT_OK;
}

enum long_only { /* options without a letter */
                 LABEL = 256,
                 FORCE,
                 MAX_OVERHEAD,
                 CPU_HZ,
                 NO_NUMA_MAPS,
                 SYSROOT,
                 DOCTOR,
                 CGROUP,
                 SWITCHES,
                 NO_SWITCHES
};
#define LONG_ONLY LABEL

#define FLAG(FIELD, TO) NULL, offsetof(struct ht_record_options, FIELD), TO

static const struct option_row {
    int letter;
    const char *name, *value; /* value: its name in --help, NULL where the option takes none */
    setter *set;              /* NULL: the int at offset `field` is set to `to` */
    size_t field;
    int to;
    const char *help;
} rows[] = {
    {'a', "all", NULL, FLAG(system, 1), "report the whole machine (the default)"},
    {'p', "pid", "PID,...", set_pids, 0, 0, "report these processes, with all their threads"},
    {CGROUP, "cgroup", "PATH", set_cgroup, 0, 0,
     "report the processes of this control group and those below it"},
    {'C', "cpu", "LIST", set_cpus, 0, 0, "record only these CPUs, as 0-3,8 (default: all but isolated ones)"},
    {'d', "duration", "SECONDS", set_seconds, 0, 0,
     "length of the window (default 10; with a command: its lifetime)"},
    {'o', "output", "FILE", set_output, 0, 0, "the capture (default HOST-UTC.hitm)"},
    {LABEL, "label", "KEY=VALUE", set_label, 0, 0, "keep a label in the capture; may be repeated"},
    {FORCE, "force", NULL, FLAG(force, 1), "overwrite an existing FILE"},
    {'m', "ring-size", "KIB", set_ring, 0, 0, "ring of each CPU, a power of two (default 1024)"},
    {MAX_OVERHEAD, "max-overhead", "PERCENT", set_overhead, 0, 0,
     "give up sources above this share of the machine's CPU time (default 1; 0: never)"},
    {CPU_HZ, "cpu-hz", "N", set_cpu_hz, 0, 0,
     "samples a second of what each CPU runs (default 1000; 0: none)"},
    {'g', "call-graph", NULL, FLAG(callchains, 1),
     "keep the callers of CPU samples: costs more; user code needs frame pointers"},
    {SWITCHES, "switches", NULL, FLAG(switches, 1), "record context switches (the default with a target)"},
    {NO_SWITCHES, "no-switches", NULL, FLAG(switches, 0),
     "record no context switches (the default for the whole machine)"},
    {NO_NUMA_MAPS, "no-numa-maps", NULL, FLAG(no_numa_maps, 1),
     "do not read numa_maps: where the memory of processes lies"},
    {DOCTOR, "doctor", NULL, FLAG(doctor, 1),
     "say what this machine offers, what each lack costs, what mends it"},
    {'q', "quiet", NULL, FLAG(quiet, 1), "say only why it failed"},
    {'v', "verbose", NULL, FLAG(verbose, 1), "say more: every event, rings, rounds, odd records"},
    {SYSROOT, "sysroot", "DIR", set_root, 0, 0, "read /proc and /sys below DIR (for tests)"},
    {'h', "help", NULL, FLAG(help, 1), "show this text"},
    {'V', "version", NULL, FLAG(version, 1), "show the version"},
};
#define ROWS (sizeof rows / sizeof rows[0])

void ht_record_options_help(FILE *out) {
    fputs("usage: hitm-record [-a | -p PID,... | --cgroup PATH | [-a] -- COMMAND...] [-d SECONDS] [-o FILE] "
          "[OPTION...]\n\n"
          "Records a short window of memory contention, page migrations and their conditions into one file,\n"
          "for hitm-analyze report FILE.\n\n",
          out);
    for (size_t i = 0; i < ROWS; i++) {
        char left[64];
        int at = rows[i].letter < LONG_ONLY ? snprintf(left, sizeof left, "-%c, ", rows[i].letter)
                                            : snprintf(left, sizeof left, "    ");
        snprintf(left + at, sizeof left - (size_t)at, "--%s%s%s", rows[i].name,
                 rows[i].value != NULL ? " " : "", rows[i].value != NULL ? rows[i].value : "");
        fprintf(out, "  %-28s %s\n", left, rows[i].help);
    }
    fputs("\nExit status: 0 recorded, 1 failed, 2 wrong usage. The status of COMMAND is printed, not "
          "returned.\n",
          out);
}

/* getopt's two forms of the table; ':' first so that a missing value is told from an unknown option, '+' so
 * that the command's own options are left alone. */
static void make_getopt(struct option *longs, char *shorts) {
    *shorts++ = '+';
    *shorts++ = ':';
    for (size_t i = 0; i < ROWS; i++) {
        int has_value = rows[i].value != NULL;
        longs[i] =
            (struct option){rows[i].name, has_value ? required_argument : no_argument, NULL, rows[i].letter};
        if (rows[i].letter >= LONG_ONLY)
            continue;
        *shorts++ = (char)rows[i].letter;
        if (has_value)
            *shorts++ = ':';
    }
    longs[ROWS] = (struct option){0};
    *shorts = '\0';
}

static const struct option_row *row_of(int letter) {
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

static enum ht_status say_bad_option(int result, char **argv, struct ht_cause *cause) {
    const struct option_row *row = optopt != 0 ? row_of(optopt) : NULL;
    const char *given = argv[optind - 1];
    if (result == ':' && row != NULL)
        return ht_fail(cause, HT_USAGE, "--%s needs a value: %s", row->name, row->value);
    if (row != NULL && row->value == NULL)
        return ht_fail(cause, HT_USAGE, "--%s takes no value", row->name);
    if (optopt != 0 && strncmp(given, "--", 2) != 0)
        return ht_fail(cause, HT_USAGE, "unknown option -%c (hitm-record --help lists them)", optopt);
    return ht_fail(cause, HT_USAGE, "unknown option %s (hitm-record --help lists them)", given);
}

static enum ht_status check_together(struct ht_record_options *o, struct ht_cause *cause) {
    if (o->help || o->version)
        return HT_OK;
    int pids = o->pids > 0, cgroup = o->cgroup != NULL, command = o->command != NULL;
    const struct {
        int both;
        const char *says;
    } wrong[] = {
        {o->doctor && (pids || cgroup || o->system || command || o->output != NULL),
         "--doctor records nothing: give it without -a, -p, --cgroup, -o and a command"},
        {pids && o->system, "-p and -a exclude each other"},
        {pids && command, "-p and a command exclude each other"},
        {cgroup && o->system, "--cgroup and -a exclude each other"},
        {cgroup && pids, "--cgroup and -p exclude each other"},
        {cgroup && command, "--cgroup and a command exclude each other"},
        {o->quiet && o->verbose, "-q and -v exclude each other"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (wrong[i].both)
            return ht_fail(cause, HT_USAGE, "%s", wrong[i].says);
    if (!pids && !cgroup && !command)
        o->system = 1;
    return HT_OK;
}

enum ht_status ht_record_options_parse(int argc, char **argv, struct ht_record_options *o,
                                       struct ht_cause *cause) {
    struct option longs[ROWS + 1];
    char shorts[2 * ROWS + 3];
    memset(o, 0, sizeof *o);
    ht_table_init(&o->labels, HT_CHUNK_LABEL);
    o->ring_kib = RING_KIB_DEFAULT;
    o->max_overhead = OVERHEAD_DEFAULT;
    o->cpu_hz = CPU_HZ_DEFAULT;
    o->switches = -1;
    o->root = "";
    make_getopt(longs, shorts);
    opterr = 0;
    optind = 0; /* glibc: start anew, so that tests may parse many lines */
    for (int result; (result = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const struct option_row *row = row_of(result);
        enum ht_status status = HT_OK;
        if (row == NULL)
            status = say_bad_option(result, argv, cause);
        else if (row->set != NULL)
            status = row->set(o, optarg, cause);
        else
            *(int *)((char *)o + row->field) = row->to;
        if (status != HT_OK)
            return status;
    }
    if (optind < argc)
        o->command = argv + optind;
    return check_together(o, cause);
}

void ht_record_options_free(struct ht_record_options *o) {
    free(o->pid);
    ht_cpu_list_free(&o->only);
    ht_table_free(&o->labels);
    memset(o, 0, sizeof *o);
}
