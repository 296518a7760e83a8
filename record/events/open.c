#include "record/events/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/grow.h"
#include "record/base/privilege.h"
#include "record/events/attr_fallback.h"
#include "record/events/flags.h"

/* ---- the table of open events ---- */

enum ht_status ht_events_add(struct ht_opened *o, int fd, int cpu, unsigned event, uint64_t id) {
    struct ht_open_event *open = ht_grow(o->open, &o->capacity, o->count + 1, sizeof *open);
    if (open == NULL)
        return HT_NOMEM;
    o->open = open;
    o->open[o->count++] = (struct ht_open_event){fd, cpu, event, id};
    return HT_OK;
}

static inline uint32_t slot_of(uint64_t id, uint32_t slots) {
    return (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) & (slots - 1);
}

enum ht_status ht_events_index(struct ht_opened *o) {
    uint32_t slots = 16;
    while (slots < o->count * 2)
        slots *= 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < o->count; i++) {
        uint32_t h = slot_of(o->open[i].id, slots);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = (uint32_t)i + 1;
    }
    free(o->slot);
    o->slot = slot;
    o->slots = slots;
    return HT_OK;
}

long ht_events_find(const struct ht_opened *o, uint64_t id) {
    if (o->slots == 0)
        return -1;
    uint32_t h = slot_of(id, o->slots);
    while (o->slot[h] != 0) {
        if (o->open[o->slot[h] - 1].id == id)
            return (long)o->slot[h] - 1;
        h = (h + 1) & (o->slots - 1);
    }
    return -1;
}

/* ---- opening ---- */

static int is_denied(int error) {
    return error == EACCES || error == EPERM;
}

/* Opens with the event's attr; on EINVAL gives up optional attributes, newest first, and on a refusal the
 * kernel's side. What worked stays in the attr, so that every CPU gets the same. */
static int open_adapting(struct ht_event *event, pid_t tid, int cpu, struct ht_limits *limits) {
    for (;;) {
        int fd = ht_perf_open(&event->attr, tid, cpu, -1);
        if (fd >= 0)
            return fd;
        int error = errno;
        if (error == EINVAL) {
            const struct ht_attr_fallback *dropped = ht_attr_drop_next(&event->attr);
            if (dropped == NULL) {
                errno = error;
                return -1;
            }
            ht_limits_add(limits, 1, dropped->name, "a newer kernel", "needs Linux %s: %s", dropped->kernel,
                          dropped->lost);
            continue;
        }
        uint64_t flags = ht_attr_flags(&event->attr);
        if (is_denied(error) && !(flags & HT_FLAG_EXCLUDE_KERNEL)) {
            ht_attr_set_flags(&event->attr, flags | HT_FLAG_EXCLUDE_KERNEL | HT_FLAG_EXCLUDE_HV);
            fd = ht_perf_open(&event->attr, tid, cpu, -1);
            if (fd >= 0) {
                ht_limits_add(limits, 1, "kernel side of events", HT_MEND_PRIVILEGE,
                              "without privilege, kernel.perf_event_paranoid allows only what happens in "
                              "user mode");
                return fd;
            }
            error = errno;
            ht_attr_set_flags(&event->attr, flags);
        }
        errno = error;
        return -1;
    }
}

static enum ht_status keep(struct ht_opened *o, int fd, int cpu, struct ht_event *event,
                           struct ht_cause *cause) {
    uint64_t id;
    enum ht_status status = HT_OK;
    if (ioctl(fd, PERF_EVENT_IOC_ID, &id) != 0)
        status = ht_fail_errno(cause, "identifier of event %s on CPU %d", event->source->name, cpu);
    else if ((status = ht_events_add(o, fd, cpu, event->number, id)) != HT_OK)
        ht_fail(cause, status, "out of memory");
    if (status != HT_OK)
        close(fd);
    else
        event->open = 1;
    return status;
}

static void say_failed(const struct ht_event *event, int error, struct ht_limits *limits) {
    const char *mend = is_denied(error) ? HT_MEND_PRIVILEGE
                       : error == EMFILE || error == ENFILE
                           ? "raise the limit of open files: ulimit -n, or LimitNOFILE="
                           : "";
    ht_limits_add(limits, 1, event->source->name, mend, "no %s: perf_event_open says %s",
                  event->source->without, strerror(error));
}

/* A limit row for each event, not for each CPU of it: the count says on how many it failed. ESRCH and ENODEV
 * are a thread that ended or a CPU that went away meanwhile: no limit of the machine. */
static enum ht_status open_all(const struct ht_open_request *r, struct ht_opened *o, struct ht_limits *limits,
                               int *error, struct ht_cause *cause) {
    static const pid_t everyone[] = {-1};
    const pid_t *tid = o->per_task ? r->tid : everyone;
    size_t tids = o->per_task ? r->tids : 1;
    for (size_t c = 0; c < r->cpus; c++) {
        for (size_t t = 0; t < tids; t++) {
            for (unsigned e = 0; e < r->plan->events; e++) {
                struct ht_event *event = &r->plan->event[e];
                int fd = open_adapting(event, tid[t], r->cpu[c], limits);
                *error = fd < 0 ? errno : *error;
                if (fd < 0 && (*error == ESRCH || *error == ENODEV))
                    break;
                if (fd < 0) {
                    say_failed(event, *error, limits);
                    if (e == 0)
                        break; /* no sideband, no ring on this CPU */
                    continue;
                }
                enum ht_status status = keep(o, fd, r->cpu[c], event, cause);
                if (status != HT_OK)
                    return status;
            }
        }
    }
    return HT_OK;
}

/* Threads x CPUs x events runs out of descriptors: take all that the hard limit allows. */
static void raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit); /* a refusal shows as EMFILE below */
}

static int may_open_cpu_wide(const struct ht_plan *plan, int cpu, int *error) {
    struct perf_event_attr attr = plan->event[0].attr;
    while (1) {
        int fd = ht_perf_open(&attr, -1, cpu, -1);
        if (fd >= 0) {
            close(fd);
            return 1;
        }
        *error = errno;
        if (errno != EINVAL || ht_attr_drop_next(&attr) == NULL)
            return 0;
    }
}

static enum ht_status nothing_open(const struct ht_opened *o, int error, struct ht_cause *cause) {
    int64_t paranoid = ht_file_number("", "/proc/sys/kernel/perf_event_paranoid", -99);
    if (error == ESRCH)
        return ht_fail(cause, HT_GONE, "the target ended before it could be recorded");
    if (error == ENOSYS || error == ENOENT || error == EOPNOTSUPP)
        return ht_fail(cause, HT_UNSUPPORTED, "this kernel has no perf events (%s)", strerror(error));
    if (!is_denied(error))
        return ht_fail(cause, HT_SYSTEM, "no event could be opened: %s", strerror(error));
    if (o->per_task)
        return ht_fail(cause, HT_PERMISSION,
                       "the target may not be recorded: %s. It belongs to another user, or "
                       "kernel.perf_event_paranoid (%lld) forbids it: " HT_MEND_PRIVILEGE,
                       strerror(error), (long long)paranoid);
    return ht_fail(cause, HT_PERMISSION,
                   "the whole machine may not be recorded: %s, kernel.perf_event_paranoid is %lld. Processes "
                   "of your own may: hitm-record -p PID, or hitm-record -- COMMAND. For the "
                   "machine: " HT_MEND_PRIVILEGE,
                   strerror(error), (long long)paranoid);
}

enum ht_status ht_events_open(const struct ht_open_request *request, struct ht_opened *o,
                              struct ht_limits *limits, struct ht_cause *cause) {
    memset(o, 0, sizeof *o);
    o->plan = request->plan;
    raise_file_limit();
    int error = 0;
    enum ht_status status = HT_OK;
    if (!may_open_cpu_wide(request->plan, request->cpu[0], &error)) {
        if (!is_denied(error) || request->tids == 0)
            return nothing_open(o, error, cause);
        o->per_task = 1;
        for (unsigned e = 0; e < request->plan->events; e++) {
            struct perf_event_attr *attr = &request->plan->event[e].attr;
            ht_attr_set_flags(attr, ht_attr_flags(attr) | HT_FLAG_INHERIT);
        }
        ht_limits_add(limits, 0, "other processes", HT_MEND_PRIVILEGE,
                      "without privilege to watch whole CPUs only the target's own threads are recorded: a "
                      "partner in another process and migrations done by others are not seen");
    }
    status = open_all(request, o, limits, &error, cause);
    if (status == HT_OK && o->count == 0)
        status = nothing_open(o, error, cause);
    if (status == HT_OK && (status = ht_events_index(o)) != HT_OK)
        ht_fail(cause, status, "out of memory");
    if (status != HT_OK)
        ht_events_close(o);
    return status;
}

void ht_events_close(struct ht_opened *o) {
    for (size_t i = 0; i < o->count; i++)
        if (o->open[i].fd >= 0)
            close(o->open[i].fd);
    free(o->open);
    free(o->slot);
    memset(o, 0, sizeof *o);
}

int ht_events_ring_fd(const struct ht_opened *o, int cpu) {
    for (size_t i = 0; i < o->count; i++)
        if (o->open[i].cpu == cpu)
            return o->open[i].fd;
    return -1;
}

enum ht_status ht_events_share_ring(const struct ht_opened *o, int cpu, struct ht_cause *cause) {
    int owner = ht_events_ring_fd(o, cpu);
    for (size_t i = 0; i < o->count; i++)
        if (o->open[i].cpu == cpu && o->open[i].fd != owner &&
            ioctl(o->open[i].fd, PERF_EVENT_IOC_SET_OUTPUT, owner) != 0)
            return ht_fail_errno(cause, "cannot share the ring of CPU %d with event %s", cpu,
                                 o->plan->event[o->open[i].event].source->name);
    return HT_OK;
}

static enum ht_status switch_one(const struct ht_opened *o, unsigned event, int on, struct ht_cause *cause) {
    unsigned long request = on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE;
    for (size_t i = 0; i < o->count; i++)
        if (o->open[i].event == event && ioctl(o->open[i].fd, request, 0) != 0)
            return ht_fail_errno(cause, "cannot switch event %s on CPU %d %s",
                                 o->plan->event[event].source->name, o->open[i].cpu, on ? "on" : "off");
    return HT_OK;
}

/* The sideband starts before the samples that need its mappings, and ends after them. */
enum ht_status ht_events_switch(const struct ht_opened *o, int event, int on, struct ht_cause *cause) {
    if (event >= 0)
        return switch_one(o, (unsigned)event, on, cause);
    enum ht_status status = HT_OK;
    for (unsigned i = 0; i < o->plan->events && status == HT_OK; i++)
        status = switch_one(o, on ? i : o->plan->events - 1 - i, on, cause);
    return status;
}
