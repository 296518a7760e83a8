/* Names for the places that samples hit, read from the binaries on this machine (or under a symfs directory):
 * symbols, code bytes, source lines. Used by import; captures of hitm-record bring theirs along. */
#ifndef HT_ANALYZE_NAMES_RESOLVE_H
#define HT_ANALYZE_NAMES_RESOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "schema/table.h"

/* A file that samples fell into. Offsets are file offsets (address - map start + pgoff), unsorted, duplicates
 * fine. */
struct ht_hit_file {
    const char *path; /* as the mapping names it */
    uint8_t build_id[20];
    uint8_t build_id_bytes; /* 0: unknown */
    uint32_t major, minor;
    uint64_t inode;
    const uint64_t *code; /* offsets of sampled instructions */
    size_t codes;
    const uint64_t *data; /* offsets of accessed data */
    size_t datas;
};

/* The chunks that carry names; the caller owns them, zeroed before the first use. */
struct ht_name_tables {
    struct ht_table dso, symbol, code, source_line;
};

void ht_name_tables_free(struct ht_name_tables *names);

/* Appends rows for the file as dso number dso. A file that is missing, changed or without symbols is no
 * failure: the DSO row's state says so. symfs NULL: the root directory. Where the build id is known it must
 * match; where it is not, the file found under symfs is believed, one found elsewhere only when symfs is NULL
 * and path exists. Data offsets may lie beyond the file's end, within a segment's p_memsz: .bss (see
 * ht_spaces_bss_file). */
enum ht_status ht_resolve_file(const struct ht_hit_file *hit, uint64_t dso, const char *symfs,
                               struct ht_name_tables *names, struct ht_cause *cause);

#endif
