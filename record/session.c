#include "record/session_state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record/base/namespaces.h"
#include "record/base/privilege.h"
#include "record/collect/ring.h"

#define SECONDS_DEFAULT 10
#define SECOND_NS       1000000000ull

/* ---- opening ---- */

/* The CPUs of the running machine, not of --sysroot: those are what events can be opened on. */
static enum ht_status choose_cpus(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status =
        ht_cpus_choose("", s->options->root, &s->options->only, &s->which, &s->limits, cause);
    s->cpu = s->which.recorded.cpu;
    s->cpus = s->which.recorded.cpus;
    return status;
}

static enum ht_status open_target(struct ht_session *s, struct ht_cause *cause) {
    ht_pid_namespace_say(ht_pid_namespace(""), &s->limits);
    enum ht_status status = ht_target_open(s->options, &s->target, cause);
    if (status != HT_OK)
        return status;
    /* Behind the fork: a command runs where its user lets it. */
    ht_cpus_keep_off(&s->which);
    ht_session_choose_close(s);
    if (s->target.kind == HT_TARGET_CGROUP && s->target.pids == 0)
        ht_limits_add(&s->limits, 0, "control group", "",
                      "%.500s holds no process at the start: those that come into it are reported",
                      s->target.cgroup.path);
    return HT_OK;
}

/* Signals become readable: blocked before any thread starts, so that only the session sees them. */
static enum ht_status open_signals(struct ht_session *s, struct ht_cause *cause) {
    struct sigaction hangup;
    sigset_t set, blocked;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    /* A blocked signal is queued even where it is ignored: under nohup the terminal may go. */
    if (sigaction(SIGHUP, NULL, &hangup) != 0 || hangup.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP);
    /* Writing to a closed pipe or over ulimit -f shall fail, not kill: the capture is still to be ended. */
    blocked = set;
    sigaddset(&blocked, SIGPIPE);
    sigaddset(&blocked, SIGXFSZ);
    if (sigprocmask(SIG_BLOCK, &blocked, NULL) != 0)
        return ht_fail_errno(cause, "sigprocmask");
    s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signal_fd < 0)
        return ht_fail_errno(cause, "signalfd");
    s->failed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s->failed_fd >= 0 ? HT_OK : ht_fail_errno(cause, "eventfd");
}

/* Whole CPUs tell the switches of all: with targets, those of others are left out. */
static enum ht_status want_switches(struct ht_session *s, struct ht_cause *cause) {
    const struct ht_event *event = ht_plan_event(&s->plan, HT_SOURCE_SWITCHES);
    if (s->opened.per_task || s->target.kind == HT_TARGET_SYSTEM || event == NULL || !event->open)
        return HT_OK;
    s->others = ht_pid_set_new();
    return s->others != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "out of memory");
}

static enum ht_status open_events(struct ht_session *s, uint64_t ring_bytes, struct ht_cause *cause) {
    struct ht_plan_options wanted = {
        .root = s->options->root,
        .cpu_hz = s->options->cpu_hz,
        .switches = s->options->switches >= 0 ? s->options->switches : s->target.kind != HT_TARGET_SYSTEM,
        .callchains = s->options->callchains,
        .ring_bytes = (uint32_t)ring_bytes};
    struct ht_open_request request = {.plan = &s->plan, .cpu = s->cpu, .cpus = s->cpus};
    pid_t *tid = NULL;
    enum ht_status status = ht_target_threads(&s->target, &tid, &request.tids, cause);
    if (status == HT_OK) {
        request.tid = tid;
        ht_plan_build(&wanted, &s->plan, &s->limits);
        status = ht_events_open(&request, &s->opened, &s->limits, cause);
    }
    free(tid);
    size_t length = strlen(cause->text);
    if (status == HT_PERMISSION && s->target.kind == HT_TARGET_CGROUP && request.tids == 0)
        snprintf(
            cause->text + length, sizeof cause->text - length,
            ". Without it only what a control group holds at the start can be recorded, and %.300s holds "
            "no process",
            s->target.cgroup.path);
    return status == HT_OK ? want_switches(s, cause) : status;
}

static void want_mappings(void *context, int32_t pid) {
    ht_pid_queue_add(context, pid);
}

static enum ht_status open_rings(struct ht_session *s, uint64_t ring_bytes, struct ht_cause *cause) {
    struct ht_drain_request request = {
        .opened = &s->opened,
        .topology = &s->topology,
        .clock = &s->clock,
        .writer = s->writer,
        .limits = &s->limits,
        .cpu = s->cpu,
        .cpus = s->cpus,
        .ring_bytes = ring_bytes,
        .wanted_bytes = s->options->ring_kib * 1024,
        .others = s->others,
        .failed_fd = s->failed_fd,
        .context = &s->queue,
        .process = want_mappings,
    };
    return ht_drain_open(&request, &s->drain, cause);
}

/* HOST-UTC.hitm, as db1-20261120T034512Z.hitm. */
static void default_path(char *path, size_t size) {
    char host[256] = "host", stamp[32];
    struct tm utc;
    time_t now = time(NULL);
    if (gethostname(host, sizeof host - 1) != 0)
        strcpy(host, "host");
    for (char *c = host; *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    snprintf(path, size, "%s-%s.hitm", host, stamp);
}

static int read_id(const char *variable, unsigned long *id) {
    const char *text = getenv(variable);
    char *end;
    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    *id = strtoul(text, &end, 10);
    return *end == '\0' && errno == 0 && *id < UINT32_MAX; /* the highest one means "leave as it is" */
}

/* Under sudo the capture belongs to who called sudo. A file system that knows no owners is no failure. */
static void give_to_caller(struct ht_session *s) {
    unsigned long uid, gid;
    if (geteuid() != 0 || !read_id("SUDO_UID", &uid) || !read_id("SUDO_GID", &gid))
        return;
    if (fchown(ht_writer_fd(s->writer), (uid_t)uid, (gid_t)gid) != 0)
        ht_limits_add(&s->limits, 0, "owner of the capture", "sudo chown it", "it stays with root: %s",
                      strerror(errno));
}

/* Only regular files: what is there otherwise (a directory, /dev/null) would be given away under sudo, or be
 * removed after a failure. The writer's own O_EXCL has the last word on whether the file is there. */
static enum ht_status check_path(const struct ht_session *s, struct ht_cause *cause) {
    struct stat file;
    if (stat(s->path, &file) != 0)
        return HT_OK; /* the usual case; what else is wrong with the path the writer says */
    if (S_ISDIR(file.st_mode))
        return ht_fail(cause, HT_EXISTS, "%s is a directory: name a file in it", s->path);
    if (!S_ISREG(file.st_mode))
        return ht_fail(cause, HT_EXISTS, "%s is no regular file: a capture has to be one", s->path);
    if (!s->options->force)
        return ht_fail(cause, HT_EXISTS, "%s is there already and was left alone; --force overwrites it",
                       s->path);
    return HT_OK;
}

static enum ht_status choose_path(struct ht_session *s, struct ht_cause *cause) {
    if (s->options->output == NULL)
        default_path(s->path, sizeof s->path);
    else if ((size_t)snprintf(s->path, sizeof s->path, "%s", s->options->output) >= sizeof s->path)
        return ht_fail(cause, HT_LIMIT, "-o: the name has more than %zu bytes", sizeof s->path - 1);
    return check_path(s, cause);
}

static enum ht_status open_file(struct ht_session *s, struct ht_cause *cause) {
    s->encoder = ht_encoder_new(1);
    if (s->encoder == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status =
        ht_writer_open(s->path, s->options->force, ht_clock_realtime(), &s->writer, cause);
    if (status != HT_OK)
        return status;
    give_to_caller(s);
    return HT_OK;
}

static enum ht_status open_all(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status;
    uint64_t ring_bytes = s->options->ring_kib * 1024;
    if (s->options->root[0] != '\0' && (status = ht_drop_file_capabilities(cause)) != HT_OK)
        return status;
    if ((status = choose_path(s, cause)) != HT_OK ||
        (status = ht_topology_read(s->options->root, &s->topology, &s->limits, cause)) != HT_OK ||
        (status = choose_cpus(s, cause)) != HT_OK || (status = open_signals(s, cause)) != HT_OK ||
        (status = open_target(s, cause)) != HT_OK || (status = ht_pid_queue_init(&s->queue, cause)) != HT_OK)
        return status;
    ring_bytes = ht_ring_fit(ring_bytes, (unsigned)s->cpus);
    /* The events before the clock, which is one too: where all are refused, they know why. */
    if ((status = open_events(s, ring_bytes, cause)) != HT_OK ||
        (status = ht_clock_open(&s->clock, cause)) != HT_OK ||
        (status = ht_clock_pair(&s->clock, cause)) != HT_OK || (status = open_file(s, cause)) != HT_OK)
        return status;
    return open_rings(s, ring_bytes, cause);
}

enum ht_status ht_session_open(const struct ht_record_options *options, int argc, char **argv,
                               const struct ht_session_hooks *hooks, struct ht_session **session,
                               struct ht_cause *cause) {
    *session = NULL;
    struct ht_session *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    s->options = options;
    s->hooks = *hooks;
    s->argc = argc;
    s->argv = argv;
    s->signal_fd = s->failed_fd = s->clock.fd = s->queue.wake_fd = -1;
    s->target.go_fd = s->target.exec_fd = -1;
    s->end_reason = "";
    ht_limits_init(&s->limits);
    ht_table_init(&s->counters, HT_CHUNK_COUNTER);
    ht_table_init(&s->mappings, HT_CHUNK_MMAP);
    s->window_ns = options->seconds > 0       ? (uint64_t)(options->seconds * 1e9)
                   : options->command != NULL ? 0
                                              : SECONDS_DEFAULT * SECOND_NS;
    enum ht_status status = open_all(s, cause);
    if (status != HT_OK) {
        if (s->writer != NULL)
            unlink(s->path);
        ht_session_close(s);
        return status;
    }
    *session = s;
    return HT_OK;
}

struct ht_limits *ht_session_limits(struct ht_session *s) {
    return &s->limits;
}

void ht_session_close(struct ht_session *s) {
    if (s == NULL)
        return;
    ht_drain_close(s->drain);
    ht_writer_abandon(s->writer);
    ht_encoder_free(s->encoder);
    ht_events_close(&s->opened);
    ht_pid_queue_free(&s->queue);
    ht_pid_set_free(s->others);
    ht_clock_close(&s->clock);
    ht_target_close(&s->target);
    ht_numa_maps_free(&s->numa_maps);
    ht_snapshots_free(s);
    ht_drain_totals_free(&s->totals);
    ht_spaces_free(&s->spaces);
    ht_readings_free(&s->readings);
    ht_table_free(&s->counters);
    ht_table_free(&s->mappings);
    ht_topology_free(&s->topology);
    ht_limits_free(&s->limits);
    ht_cpus_free(&s->which);
    if (s->signal_fd >= 0)
        close(s->signal_fd);
    if (s->failed_fd >= 0)
        close(s->failed_fd);
    free(s);
}
