/* The file that a mapping named, on this machine: where to look, and whether to believe what is there.
 *
 * Searched under symfs (else the root): the path, the bare file name (symfs only), then what debug packages
 * and perf's build id cache store by build id. A known build id must match. An unknown one: what lies under
 * symfs is believed, and without symfs a file of the same inode (or where the inode is unknown, too). Never
 * the network. */
#ifndef HT_ANALYZE_NAMES_FIND_FILE_H
#define HT_ANALYZE_NAMES_FIND_FILE_H

#include "analyze/names/elf_file.h"
#include "analyze/names/resolve.h"

struct ht_found_file {
    enum ht_dso_state state; /* READ, CHANGED, MISSING, or NO_SYMBOLS: it is there, but is no ELF file */
    struct ht_elf *elf;      /* where READ */
    struct ht_elf *debug;    /* its separate debug file, if needed and found */
};

/* The length of hit's build id, never beyond its array. */
static inline size_t ht_hit_build_id_bytes(const struct ht_hit_file *hit) {
    return hit->build_id_bytes < HT_BUILD_ID_MAX ? hit->build_id_bytes : HT_BUILD_ID_MAX;
}

/* Fails without memory only. Free found in any case. */
enum ht_status ht_find_file(const struct ht_hit_file *hit, const char *symfs, struct ht_found_file *found);
void ht_found_file_free(struct ht_found_file *found);

#endif
