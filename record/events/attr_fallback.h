/* Attributes that older kernels refuse: which, since when they exist, and what falls away without them. One
 * table; the kernel's EINVAL walks down it. No state, any thread. */
#ifndef HT_RECORD_EVENTS_ATTR_FALLBACK_H
#define HT_RECORD_EVENTS_ATTR_FALLBACK_H

#include "record/events/perf.h"

struct ht_attr_fallback {
    const char *name;
    const char *kernel;                       /* the first that has it */
    uint64_t read_format, sample_type, flags; /* what to clear; flags as ht_attr_flags */
    const char *lost;                         /* what a capture without it lacks */
};

/* Clears the newest optional attribute that attr still has and returns its row; NULL where none is left (the
 * EINVAL has another reason). */
const struct ht_attr_fallback *ht_attr_drop_next(struct perf_event_attr *attr);

#endif
