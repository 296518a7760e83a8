/* The names a capture brings along: files, symbols, code bytes, source lines. Filled from its chunks, then
 * sorted, then asked. Owns its memory; offsets as chunks.h says. One thread. */
#ifndef HT_ANALYZE_LOAD_KNOWN_NAMES_H
#define HT_ANALYZE_LOAD_KNOWN_NAMES_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "analyze/names/address_space.h"
#include "schema/table.h"

#define HT_NONE UINT32_MAX

struct ht_dso {
    uint64_t number; /* in the capture; ours start after the largest */
    char *path;
    uint8_t state; /* enum ht_dso_state */
    uint8_t absolute, build_id_bytes;
    uint8_t build_id[20];
    uint64_t major, minor, inode;
    const struct ht_mapping *ksymbol; /* the kernel code that it is, its name in `file`; NULL: a file */
};

struct ht_symbol {
    uint32_t dso; /* index */
    uint8_t kind; /* 0 code, 1 data */
    uint64_t start, bytes;
    char *name; /* as in the file */
};

struct ht_code_cell {
    uint32_t dso;
    uint8_t length;
    uint8_t bytes[16];
    uint64_t offset;
};

struct ht_source_cell {
    uint32_t dso, line;
    uint64_t offset;
    char *file;
};

struct ht_known_names {
    struct ht_dso *dso;
    struct ht_symbol *symbol;
    struct ht_code_cell *code;
    struct ht_source_cell *source;
    uint32_t dsos, symbols, codes, sources;
    struct ht_slots by_path; /* the files, once they are sorted */
    uint32_t *by_mapping;    /* dso index + 1 by mapping id, 0 not asked yet */
    uint32_t mappings;
};

void ht_known_names_free(struct ht_known_names *names);

/* Appends a DSO, SYMBOL, CODE or SOURCE_LINE table. */
enum ht_status ht_known_names_add(struct ht_known_names *names, const struct ht_table *table);

/* Sorts; call once after the last add and before the first question. */
enum ht_status ht_known_names_finish(struct ht_known_names *names);

/* The file of a mapping; one that the capture does not list is added as missing. */
enum ht_status ht_known_dso(struct ht_known_names *names, const struct ht_mapping *mapping, uint32_t *dso);

/* Offset of an address in the terms of that file. */
uint64_t ht_known_offset(const struct ht_dso *dso, const struct ht_mapping *mapping, uint64_t address);

/* Index of the symbol that covers the offset, HT_NONE. kind 0 code, 1 data. */
uint32_t ht_known_symbol(const struct ht_known_names *names, uint32_t dso, unsigned kind, uint64_t offset);
const struct ht_code_cell *ht_known_code(const struct ht_known_names *names, uint32_t dso, uint64_t offset);
const struct ht_source_cell *ht_known_source(const struct ht_known_names *names, uint32_t dso,
                                             uint64_t offset);

#endif
