#include "record/events/open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/grow.h"
#include "record/base/privilege.h"
#include "record/events/attr_fallback.h"
#include "record/events/descriptors.h"
#include "record/events/flags.h"
#include "record/events/refusals.h"

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

/* Opens with as much of the event's attr as the kernel has, and on a refusal without the kernel's side. What
 * worked stays in the attr, so that every CPU gets the same. */
static int open_adapting(struct ht_event *event, pid_t tid, int cpu, struct ht_limits *limits) {
    uint64_t flags = ht_attr_flags(&event->attr);
    uint32_t dropped;
    int fd = ht_attr_open(&event->attr, tid, cpu, &dropped), error = errno;
    if (fd < 0 && ht_refusal_is_denied(error) && !(flags & HT_FLAG_EXCLUDE_KERNEL)) {
        struct perf_event_attr user = event->attr;
        ht_attr_set_flags(&user, flags | HT_FLAG_EXCLUDE_KERNEL | HT_FLAG_EXCLUDE_HV);
        fd = ht_attr_open(&user, tid, cpu, &dropped);
        if (fd >= 0) {
            event->attr = user;
            ht_limits_add(limits, 1, "kernel side of events", HT_MEND_PRIVILEGE,
                          "without privilege, kernel.perf_event_paranoid allows only what happens in user "
                          "mode");
        }
    }
    for (size_t i = 0; fd >= 0 && i < ht_attr_fallbacks_count; i++)
        if (dropped >> i & 1)
            ht_limits_add(limits, 1, ht_attr_fallbacks[i].name, "a newer kernel", "needs Linux %s: %s",
                          ht_attr_fallbacks[i].kernel, ht_attr_fallbacks[i].lost);
    errno = error;
    return fd;
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

/* ESRCH and ENODEV are a thread that ended or a CPU that went away meanwhile: no limit of the machine. */
static enum ht_status open_all(const struct ht_open_request *r, struct ht_opened *o, struct ht_limits *limits,
                               int *error, struct ht_cause *cause) {
    static const pid_t everyone[] = {-1};
    const pid_t *tid = o->per_task ? r->tid : everyone;
    size_t tids = o->per_task ? r->tids : 1, foreign = 0;
    for (size_t c = 0; c < r->cpus; c++) {
        for (size_t t = 0; t < tids; t++) {
            for (unsigned e = 0; e < r->plan->events; e++) {
                struct ht_event *event = &r->plan->event[e];
                if (event->source->kind == HT_EVENT_KIND_SNAPSHOT || event->left_out)
                    continue;
                int fd = open_adapting(event, tid[t], r->cpu[c], limits);
                *error = fd < 0 ? errno : *error;
                if (fd < 0 && (*error == ESRCH || *error == ENODEV))
                    break;
                if (fd < 0 && e == 0 && o->per_task && ht_refusal_is_denied(*error)) {
                    foreign += c == 0;
                    break;
                }
                if (fd < 0) {
                    event->error = *error;
                    event->refused++;
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
    if (foreign > 0 && o->count == 0) {
        r->plan->event[0].error = *error;
        r->plan->event[0].refused = foreign;
    }
    if (foreign > 0 && o->count > 0)
        ht_limits_add(limits, foreign, "threads of other users", HT_MEND_PRIVILEGE,
                      "%zu of the %zu threads of the target belong to other users, or have rights that you "
                      "have not: they are not recorded",
                      foreign, tids);
    return HT_OK;
}

static int may_open_cpu_wide(const struct ht_plan *plan, int cpu, int *error) {
    struct perf_event_attr attr = plan->event[0].attr;
    uint32_t dropped;
    int fd = ht_attr_open(&attr, -1, cpu, &dropped);
    *error = fd < 0 ? errno : *error;
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Older than the floor of attr_fallback.h. */
static void say_old_kernel(struct ht_limits *limits) {
    char release[128];
    unsigned major, minor;
    if (ht_file_read_line("", "/proc/sys/kernel/osrelease", release, sizeof release) > 0 &&
        sscanf(release, "%u.%u", &major, &minor) == 2 && (major < 4 || (major == 4 && minor < 18)))
        ht_limits_add(limits, 0, "kernel version", "a newer kernel", "Linux %s is older than 4.18: untested",
                      release);
}

enum ht_status ht_events_open(const struct ht_open_request *request, struct ht_opened *o,
                              struct ht_limits *limits, struct ht_cause *cause) {
    memset(o, 0, sizeof *o);
    o->plan = request->plan;
    int error = 0;
    enum ht_status status = HT_OK;
    say_old_kernel(limits);
    if (!may_open_cpu_wide(request->plan, request->cpu[0], &error)) {
        if (!ht_refusal_is_denied(error) || request->tids == 0)
            return ht_refused_all(HT_REFUSED_MACHINE, error, cause);
        o->per_task = 1;
        for (unsigned e = 0; e < request->plan->events; e++) {
            struct perf_event_attr *attr = &request->plan->event[e].attr;
            ht_attr_set_flags(attr, ht_attr_flags(attr) | HT_FLAG_INHERIT);
        }
        ht_limits_add(limits, 0, "other processes", HT_MEND_PRIVILEGE,
                      "without privilege to watch whole CPUs only the target's own threads are recorded: a "
                      "partner in another process and migrations done by others are not seen");
    }
    size_t threads = o->per_task ? request->tids : 0;
    uint64_t each = request->cpus * (threads > 0 ? threads : 1);
    uint64_t allowed =
        ht_descriptors_raise(each * ht_plan_descriptors(request->plan) + HT_DESCRIPTORS_BESIDES);
    status = ht_descriptors_fit(request->plan, request->cpus, threads, allowed, limits, cause);
    if (status != HT_OK)
        return status;
    status = open_all(request, o, limits, &error, cause);
    if (status == HT_OK && o->count == 0)
        status = ht_refused_all(o->per_task ? HT_REFUSED_TARGET : HT_REFUSED_MACHINE, error, cause);
    ht_refusals_say(request->plan, limits);
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
