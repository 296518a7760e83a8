/* hitm-record: options, one session, what the user sees of it. Only this file prints and exits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/host/doctor.h"
#include "record/options.h"
#include "record/session.h"
#include "record/version.h"

#define SIZE_TEXT      32
#define NAME_WIDTH     24 /* of the summary's names; wider where a longer one is listed */
#define PROGRESS_WIDTH 60 /* blanked with spaces: no control sequences, so NO_COLOR is kept by itself */

struct screen {
    const struct ht_record_options *options;
    int shows_progress;
};

static void describe_bytes(uint64_t bytes, char text[SIZE_TEXT]) {
    if (bytes < 1000000)
        snprintf(text, SIZE_TEXT, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(text, SIZE_TEXT, "%.1f MB", (double)bytes / 1e6);
}

static void show_progress(void *context, const struct ht_progress *p) {
    const struct screen *screen = context;
    if (!screen->shows_progress)
        return;
    char size[SIZE_TEXT];
    describe_bytes(p->file_bytes, size);
    if (p->total_s > 0)
        fprintf(stderr, "\rrecording: %.0f of %.0f s, %s ", p->elapsed_s, p->total_s, size);
    else
        fprintf(stderr, "\rrecording: %.0f s, %s; Ctrl-C ends it ", p->elapsed_s, size);
}

static void end_progress(const struct screen *screen) {
    if (screen->shows_progress)
        fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH, "");
}

/* The limits that were not shown yet; where several in a row have one mend, it stands once, behind them. */
static void show_limits(struct ht_limits *limits, const struct ht_record_options *options) {
    const struct ht_table *t = &limits->table;
    char what[256], why[1024], mend[1024], next[1024];
    for (uint32_t row = limits->shown; row < t->rows && !options->quiet; row++) {
        ht_table_copy_text(t, HT_LIMIT_WHAT, row, what, sizeof what);
        ht_table_copy_text(t, HT_LIMIT_WHY, row, why, sizeof why);
        ht_table_copy_text(t, HT_LIMIT_MEND, row, mend, sizeof mend);
        next[0] = '\0';
        if (row + 1 < t->rows)
            ht_table_copy_text(t, HT_LIMIT_MEND, row + 1, next, sizeof next);
        fprintf(stderr, "hitm-record: limit: %s: %s\n", what, why);
        if (mend[0] != '\0' && strcmp(mend, next) != 0)
            fprintf(stderr, "hitm-record:   to mend it: %s\n", mend);
    }
    limits->shown = t->rows;
    if (limits->lost)
        fprintf(stderr, "hitm-record: limit: limits: out of memory: not all of them could be kept\n");
}

static void show_command(const struct ht_summary *s, int width) {
    if (!s->has_command)
        return;
    if (!s->command_exited)
        fprintf(stderr, "%-*s still running, left alone\n", width, "command");
    else if (WIFSIGNALED(s->command_status))
        fprintf(stderr, "%-*s killed by signal %d (%s)\n", width, "command", WTERMSIG(s->command_status),
                strsignal(WTERMSIG(s->command_status)));
    else
        fprintf(stderr, "%-*s exit status %d\n", width, "command", WEXITSTATUS(s->command_status));
}

static int is_listed(const struct ht_event_summary *e, int all) {
    return all || e->samples > 0 || e->lost > 0;
}

/* Names of tracepoints have 36 letters and more. */
static int name_width(const struct ht_summary *s, int all) {
    size_t width = NAME_WIDTH;
    for (unsigned i = 0; i < s->events; i++)
        if (is_listed(&s->event[i], all) && strlen(s->event[i].name) > width)
            width = strlen(s->event[i].name);
    return (int)width;
}

/* Kernels before 6.0 do not say whose records the lost ones were. */
static void show_events(const struct ht_summary *s, int all, int width) {
    int unknown = 0;
    for (unsigned i = 0; i < s->events; i++) {
        const struct ht_event_summary *e = &s->event[i];
        if (!is_listed(e, all))
            continue;
        if (e->is_snapshot) {
            fprintf(stderr, "%-*s %llu reading%s\n", width, e->name, (unsigned long long)e->samples,
                    e->samples == 1 ? "" : "s");
            continue;
        }
        fprintf(stderr, "%-*s %llu samples, ", width, e->name, (unsigned long long)e->samples);
        if (e->left_out > 0)
            fprintf(stderr, "%llu of others left out, ", (unsigned long long)e->left_out);
        unknown |= !e->lost_known;
        if (e->lost == 0 && !e->lost_known)
            fprintf(stderr, "%s\n", s->overrun > 0 ? "loss not known" : "no loss seen");
        else
            fprintf(stderr, "%s%llu lost\n", e->lost_known ? "" : "at least ", (unsigned long long)e->lost);
    }
    if (unknown && s->overrun > 0)
        fprintf(stderr, "%-*s %llu records of all events found their ring full; -m makes rings larger\n",
                width, "lost", (unsigned long long)s->overrun);
}

static void show_summary(const struct ht_summary *s, uint32_t limits, int verbose) {
    char size[SIZE_TEXT];
    int width = name_width(s, verbose);
    describe_bytes(s->file_bytes, size);
    fprintf(stderr, "%-*s %s, %s\n", width, "capture", s->path, size);
    fprintf(stderr, "%-*s %.*f s, ended by: %s; level: %s\n", width, "window", s->window_s < 1 ? 3 : 1,
            s->window_s, s->end_reason, s->level);
    show_events(s, verbose, width);
    fprintf(stderr, "%-*s %.3f s of CPU in the window (%.2f %% of the machine), %.3f s in all\n", width,
            "cost", (double)s->cpu_ns / 1e9, s->cpu_share * 100, (double)s->total_cpu_ns / 1e9);
    if (verbose)
        fprintf(stderr, "%-*s %llu KiB a CPU, %llu rounds; records late %llu, unknown %llu, malformed %llu\n",
                width, "rings", (unsigned long long)s->ring_bytes / 1024, (unsigned long long)s->rounds,
                (unsigned long long)s->late, (unsigned long long)s->unknown,
                (unsigned long long)s->malformed);
    if (limits > 0)
        fprintf(stderr, "%-*s %u, as printed; the capture and its report say them too\n", width, "limits",
                limits);
    show_command(s, width);
    fprintf(stderr, "%-*s hitm-analyze report %s\n", width, "next", s->path);
}

static enum ht_status record(const struct ht_record_options *options, int argc, char **argv,
                             struct ht_cause *cause) {
    struct screen screen = {options, !options->quiet && isatty(STDERR_FILENO)};
    struct ht_session_hooks hooks = {&screen, show_progress};
    struct ht_session *session = NULL;
    struct ht_summary summary;
    enum ht_status status = ht_session_open(options, argc, argv, &hooks, &session, cause);
    if (status != HT_OK)
        return status;
    show_limits(ht_session_limits(session), options);
    status = ht_session_run(session, cause);
    end_progress(&screen);
    if (status == HT_OK)
        status = ht_session_finish(session, &summary, cause);
    show_limits(ht_session_limits(session), options);
    if (status == HT_OK && !options->quiet)
        show_summary(&summary, ht_session_limits(session)->table.rows, options->verbose);
    ht_session_close(session);
    return status;
}

/* Colours only for a terminal that may have them (no-color.org). */
static int wants_colour(FILE *out) {
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) && (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

static enum ht_status doctor(const struct ht_record_options *options, int *can_record,
                             struct ht_cause *cause) {
    struct ht_doctor_facts facts;
    struct ht_doctor_rows rows = {0};
    enum ht_status status = ht_doctor_gather(options->root, &facts, cause);
    if (status == HT_OK)
        status = ht_doctor_look(&facts, &rows, cause);
    if (status == HT_OK)
        ht_doctor_show(&rows, wants_colour(stdout), stdout);
    *can_record = rows.can_record;
    ht_doctor_rows_free(&rows);
    ht_doctor_facts_free(&facts);
    return status;
}

int main(int argc, char **argv) {
    struct ht_record_options options;
    struct ht_cause cause = {0};
    int can_record = 1;
    enum ht_status status = ht_record_options_parse(argc, argv, &options, &cause);
    if (status == HT_OK && options.help)
        ht_record_options_help(stdout);
    else if (status == HT_OK && options.version)
        printf("hitm-record %s\n", HT_TOOL_VERSION);
    else if (status == HT_OK && options.doctor)
        status = doctor(&options, &can_record, &cause);
    else if (status == HT_OK)
        status = record(&options, argc, argv, &cause);
    if (fflush(stdout) != 0 && status == HT_OK)
        status = ht_fail_errno(&cause, "cannot write to standard output");
    if (status != HT_OK)
        fprintf(stderr, "hitm-record: %s\n", cause.text);
    ht_record_options_free(&options);
    return status == HT_OK && !can_record ? EXIT_FAILURE : ht_status_exit_code(status);
}
