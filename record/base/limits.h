/* What could not be recorded: one row each of what, why, and the command or setting that would mend it. Every
 * room adds to the list; the session writes it as the LIMIT chunk and main shows it. Has a lock: any thread.
 * The same (what, why) is kept once and its counts are added up. */
#ifndef HT_RECORD_BASE_LIMITS_H
#define HT_RECORD_BASE_LIMITS_H

#include <pthread.h>
#include <stdint.h>

#include "schema/table.h"

struct ht_limits {
    pthread_mutex_t lock;
    struct ht_table table; /* LIMIT */
    uint32_t shown;        /* rows that were printed already */
    int lost;              /* a row could not be kept: memory */
};

void ht_limits_init(struct ht_limits *limits);
void ht_limits_free(struct ht_limits *limits);

/* mend may be "". count: how many things it concerns, 0 where that has no meaning. */
void ht_limits_add(struct ht_limits *limits, uint64_t count, const char *what, const char *mend,
                   const char *why_format, ...) __attribute__((format(printf, 5, 6)));

#endif
