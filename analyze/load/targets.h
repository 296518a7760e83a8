/* Which processes were asked for: those of META target_pids, and what they forked in the window. The recorder
 * lists what it saw; of a command or a control group a child that lived shorter than it looks is not listed.
 * One thread.
 */
#ifndef HT_ANALYZE_LOAD_TARGETS_H
#define HT_ANALYZE_LOAD_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/load/threads.h"
#include "schema/status.h"

struct ht_targets {
    int64_t *pid; /* in order */
    size_t pids;
    int has_children; /* their forks are targets too */
};

/* list: numbers with commas or spaces, NULL for none; anything else in it is passed over. kind: META
 * target_kind, may be NULL. NOMEM. */
enum ht_status ht_targets_read(struct ht_targets *targets, const char *list, const char *kind);
void ht_targets_free(struct ht_targets *targets); /* a zeroed one is fine */

int ht_targets_has(const struct ht_targets *targets, const struct ht_threads *threads, int64_t pid);

#endif
