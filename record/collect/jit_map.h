/* /tmp/perf-PID.map, which JIT compilers write: names of code that lies in no file. Found inside the
 * process's own root and under its own pid (containers). Read-only after it was read. */
#ifndef HT_RECORD_COLLECT_JIT_MAP_H
#define HT_RECORD_COLLECT_JIT_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_jit_symbol {
    uint64_t start, bytes;
    const char *name;
    size_t line; /* a later line replaces an earlier one at the same place */
};

struct ht_jit_map {
    char *text;
    struct ht_jit_symbol *symbol; /* by address */
    size_t symbols;
    char path[64]; /* as the process sees it */
};

/* NOT_FOUND where the process writes no map (or is gone). */
enum ht_status ht_jit_map_read(const char *root, int32_t pid, struct ht_jit_map *map, struct ht_cause *cause);
void ht_jit_map_free(struct ht_jit_map *map); /* a zeroed one is fine */
const struct ht_jit_symbol *ht_jit_map_find(const struct ht_jit_map *map, uint64_t address);

#endif
