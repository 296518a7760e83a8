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
#define LONG_ONLY        256 /* first value of options without a letter */

typedef enum ht_status setter(struct ht_record_options *o, const char *value, struct ht_cause *cause);

static enum ht_status set_system(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->system = 1;
    return HT_OK;
}

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

static enum ht_status set_force(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->force = 1;
    return HT_OK;
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

static enum ht_status set_no_numa_maps(struct ht_record_options *o, const char *value,
                                       struct ht_cause *cause) {
    (void)value, (void)cause;
    o->no_numa_maps = 1;
    return HT_OK;
}

static enum ht_status set_doctor(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->doctor = 1;
    return HT_OK;
}

static enum ht_status set_quiet(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->quiet = 1;
    return HT_OK;
}

static enum ht_status set_verbose(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->verbose = 1;
    return HT_OK;
}

static enum ht_status set_root(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)cause;
    o->root = value;
    return HT_OK;
}

static enum ht_status set_help(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->help = 1;
    return HT_OK;
}

static enum ht_status set_version(struct ht_record_options *o, const char *value, struct ht_cause *cause) {
    (void)value, (void)cause;
    o->version = 1;
    return HT_OK;
}

static const struct option_row {
    int letter;
    const char *name, *value; /* value: its name in --help, NULL where the option takes none */
    setter *set;
    const char *help;
} rows[] = {
    {'a', "all", NULL, set_system, "report the whole machine (the default)"},
    {'p', "pid", "PID,...", set_pids, "report these processes, with all their threads"},
    {'d', "duration", "SECONDS", set_seconds,
     "length of the window (default 10; with a command: its lifetime)"},
    {'o', "output", "FILE", set_output, "the capture (default HOST-UTC.hitm)"},
    {LONG_ONLY + 0, "label", "KEY=VALUE", set_label, "keep a label in the capture; may be repeated"},
    {LONG_ONLY + 1, "force", NULL, set_force, "overwrite an existing FILE"},
    {'m', "ring-size", "KIB", set_ring, "ring of each CPU, a power of two (default 1024)"},
    {LONG_ONLY + 2, "max-overhead", "PERCENT", set_overhead,
     "give up sources above this share of the machine's CPU time (default 1; 0: never)"},
    {LONG_ONLY + 3, "cpu-hz", "N", set_cpu_hz,
     "samples a second of what each CPU runs (default 1000; 0: none)"},
    {LONG_ONLY + 4, "no-numa-maps", NULL, set_no_numa_maps, "do not read numa_maps of the targets"},
    {LONG_ONLY + 6, "doctor", NULL, set_doctor,
     "say what this machine offers, what each lack costs, what mends it"},
    {'q', "quiet", NULL, set_quiet, "say only why it failed"},
    {'v', "verbose", NULL, set_verbose, "say more: every event, rings, rounds, odd records"},
    {LONG_ONLY + 5, "sysroot", "DIR", set_root, "read /proc and /sys below DIR (for tests)"},
    {'h', "help", NULL, set_help, "show this text"},
    {'V', "version", NULL, set_version, "show the version"},
};
#define ROWS (sizeof rows / sizeof rows[0])

void ht_record_options_help(FILE *out) {
    fputs("usage: hitm-record [-a | -p PID,... | [-a] -- COMMAND...] [-d SECONDS] [-o FILE] [OPTION...]\n\n"
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
    if (o->doctor && (o->pids > 0 || o->system || o->command != NULL || o->output != NULL))
        return ht_fail(cause, HT_USAGE, "--doctor records nothing: give it without -a, -p, -o and a command");
    if (o->pids > 0 && o->system)
        return ht_fail(cause, HT_USAGE, "-p and -a exclude each other");
    if (o->pids > 0 && o->command != NULL)
        return ht_fail(cause, HT_USAGE, "-p and a command exclude each other");
    if (o->quiet && o->verbose)
        return ht_fail(cause, HT_USAGE, "-q and -v exclude each other");
    if (o->pids == 0 && o->command == NULL)
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
    o->root = "";
    make_getopt(longs, shorts);
    opterr = 0;
    optind = 0; /* glibc: start anew, so that tests may parse many lines */
    for (int result; (result = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const struct option_row *row = row_of(result);
        enum ht_status status =
            row != NULL ? row->set(o, optarg, cause) : say_bad_option(result, argv, cause);
        if (status != HT_OK)
            return status;
    }
    if (optind < argc)
        o->command = argv + optind;
    return check_together(o, cause);
}

void ht_record_options_free(struct ht_record_options *o) {
    free(o->pid);
    ht_table_free(&o->labels);
    memset(o, 0, sizeof *o);
}
