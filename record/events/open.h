/* Opens a plan: every event on every CPU (or, without privilege, for every thread of the targets on every
 * CPU), all events of a CPU sharing one ring, and the table that finds an event by the identifier in a
 * record. Built by one thread before the window; during it only read (any thread) and switched (ioctl). */
#ifndef HT_RECORD_EVENTS_OPEN_H
#define HT_RECORD_EVENTS_OPEN_H

#include <sys/types.h>

#include "record/base/limits.h"
#include "record/events/plan.h"

struct ht_open_event {
    int fd;
    int cpu;
    unsigned event; /* number in the plan */
    uint64_t id;    /* from PERF_EVENT_IOC_ID */
};

struct ht_opened {
    struct ht_plan *plan;
    int per_task; /* no privilege: events follow the targets' threads */
    struct ht_open_event *open;
    size_t count, capacity;
    uint32_t *slot; /* hash by id: index + 1, 0 empty */
    uint32_t slots; /* a power of two */
};

struct ht_open_request {
    struct ht_plan *plan;
    const int *cpu; /* CPUs to open on */
    size_t cpus;
    const pid_t *tid; /* threads of the targets, for the case without privilege */
    size_t tids;
};

/* PERMISSION where nothing at all could be opened, with a cause that names the way out. Single events that
 * fail become limits. On failure *opened is empty. */
enum ht_status ht_events_open(const struct ht_open_request *request, struct ht_opened *opened,
                              struct ht_limits *limits, struct ht_cause *cause);
void ht_events_close(struct ht_opened *opened); /* a zeroed one is fine */

/* The event that owns the ring of a CPU: its first. -1 where the CPU has none. */
int ht_events_ring_fd(const struct ht_opened *opened, int cpu);

/* Directs the events of a CPU into the ring of its first; after the ring is mapped. */
enum ht_status ht_events_share_ring(const struct ht_opened *opened, int cpu, struct ht_cause *cause);

/* Switches all events (event < 0: sideband first) or one, on every CPU. */
enum ht_status ht_events_switch(const struct ht_opened *opened, int event, int on, struct ht_cause *cause);

/* Index into opened->open of the event with this identifier; -1 where it is none of ours. */
long ht_events_find(const struct ht_opened *opened, uint64_t id);

/* For tests and for the ring: adds a row by hand and (re)builds the hash. */
enum ht_status ht_events_add(struct ht_opened *opened, int fd, int cpu, unsigned event, uint64_t id);
enum ht_status ht_events_index(struct ht_opened *opened);

#endif
