/* Address spaces as far as the recorder needs them: which file was mapped where a sample hit, to read its
 * symbols after the window. Executable mappings only. One list for each thread that learns of mappings
 * (readers from records, the session from /proc), merged before use; not a model of time: the newest mapping
 * of a process that covers an address wins, and a forked process has its parent's. */
#ifndef HT_RECORD_COLLECT_SPACES_H
#define HT_RECORD_COLLECT_SPACES_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_MAPPINGS_MAX (1u << 18)

struct ht_mapping {
    uint64_t time, start, length, pgoff, inode;
    uint32_t major, minor;
    int32_t pid;
    uint32_t file; /* offset into names */
};

struct ht_fork {
    int32_t pid, parent;
    uint64_t time;
};

struct ht_spaces {
    struct ht_mapping *mapping;
    size_t mappings, mapping_capacity;
    struct ht_fork *fork;
    size_t forks, fork_capacity;
    char *names;
    size_t names_length, names_capacity;
    uint64_t dropped;
};

/* Adding never fails: what does not fit is counted in dropped. */
void ht_spaces_add(struct ht_spaces *spaces, const struct ht_mapping *mapping, const char *file,
                   size_t length);
void ht_spaces_fork(struct ht_spaces *spaces, int32_t pid, int32_t parent, uint64_t time);
void ht_spaces_merge(struct ht_spaces *into, const struct ht_spaces *from);
void ht_spaces_sort(struct ht_spaces *spaces); /* by pid, newest first; before ht_spaces_find */

/* The mapping of the process that covers ip, or NULL. */
const struct ht_mapping *ht_spaces_find(const struct ht_spaces *spaces, int32_t pid, uint64_t ip);

static inline const char *ht_spaces_file(const struct ht_spaces *spaces, const struct ht_mapping *mapping) {
    return spaces->names + mapping->file;
}

void ht_spaces_free(struct ht_spaces *spaces);

#endif
