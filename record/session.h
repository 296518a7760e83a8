/* One recording from start to end: opens what it needs, runs the window, collects what comes after it, and
 * closes everything in reverse order. The session prints nothing: it returns causes, tells a progress
 * function and fills a summary. One thread owns it; the reader threads are its own (collect/drain). */
#ifndef HT_RECORD_SESSION_H
#define HT_RECORD_SESSION_H

#include "record/base/limits.h"
#include "record/events/plan.h"
#include "record/options.h"

struct ht_session;

struct ht_progress {
    double elapsed_s, total_s; /* total 0: open end */
    uint64_t file_bytes;
};

struct ht_session_hooks {
    void *context;
    void (*progress)(void *context, const struct ht_progress *progress); /* NULL: nobody looks */
};

struct ht_event_summary {
    const char *name;
    uint64_t samples, lost;
    uint64_t left_out; /* read, but about processes that were not asked for; no samples, nor lost */
    int lost_known;    /* exact; else at least */
    int is_snapshot;   /* samples: how often files were read */
};

struct ht_summary {
    char path[4096];
    uint64_t file_bytes;
    double window_s;
    const char *end_reason;
    const char *level;
    struct ht_event_summary event[HT_EVENTS_MAX];
    unsigned events;
    uint64_t cpu_ns, total_cpu_ns;
    double cpu_share; /* of the machine's CPU time in the window */
    uint64_t ring_bytes, rounds, late, unknown, malformed;
    uint64_t overrun;                                /* records that found their ring full */
    int has_command, command_exited, command_status; /* as of waitpid */
};

/* Opens events, rings and the file; nothing is recorded yet. Leaves no file behind where it fails. */
enum ht_status ht_session_open(const struct ht_record_options *options, int argc, char **argv,
                               const struct ht_session_hooks *hooks, struct ht_session **session,
                               struct ht_cause *cause);

/* The window. A failure inside it (disk full) still leaves the capture valid up to its last whole chunk. */
enum ht_status ht_session_run(struct ht_session *session, struct ht_cause *cause);

/* What comes after the window; ends the file. The summary is filled in any case. */
enum ht_status ht_session_finish(struct ht_session *session, struct ht_summary *summary,
                                 struct ht_cause *cause);

struct ht_limits *ht_session_limits(struct ht_session *session);
void ht_session_close(struct ht_session *session); /* NULL is fine */

#endif
