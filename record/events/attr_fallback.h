/* Optional attributes: what the plan asks of perf_event_open and Linux 4.18, the oldest kernel that is
 * supported, would refuse. One table with the first kernel of each and what falls away without it; everything
 * else that the plan sets is older than 4.18 (a unit test holds that against the kernel's history). Some
 * kernels have attributes of newer ones (RHEL), so what is refused is found by trying, not by the version. No
 * state, any thread. */
#ifndef HT_RECORD_EVENTS_ATTR_FALLBACK_H
#define HT_RECORD_EVENTS_ATTR_FALLBACK_H

#include <stddef.h>

#include "record/events/perf.h"

struct ht_attr_fallback {
    const char *name;
    const char *kernel;                       /* the first that has it */
    uint64_t read_format, sample_type, flags; /* what to clear; flags as ht_attr_flags */
    const char *lost;                         /* what a capture without it lacks */
};

/* Newest first; at most 32. */
extern const struct ht_attr_fallback ht_attr_fallbacks[];
extern const size_t ht_attr_fallbacks_count;

/* Whether attr asks for it; attr without it. */
int ht_attr_asks(const struct perf_event_attr *attr, const struct ht_attr_fallback *fallback);
void ht_attr_drop(struct perf_event_attr *attr, const struct ht_attr_fallback *fallback);

/* perf_event_open. Where the kernel does not know an attribute (EINVAL; E2BIG for a longer attr), as few
 * optional ones as possible are given up: attr then is what the kernel took, and bit i of *dropped stands for
 * row i. Returns the fd, or -1 with errno and attr unchanged. */
int ht_attr_open(struct perf_event_attr *attr, pid_t tid, int cpu, uint32_t *dropped);

#endif
