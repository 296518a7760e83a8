/* Rows of SYMBOL, CODE and SOURCE_LINE for the places of one file; shared by resolve.h and local_source.h.
 *
 * Offsets are file offsets, ascending and distinct. Places that have no name, code or line get no row. All
 * fail with NOMEM, or LIMIT where a table is full. */
#ifndef HT_ANALYZE_NAMES_NAME_ROWS_H
#define HT_ANALYZE_NAMES_NAME_ROWS_H

#include "analyze/names/elf_symbols.h"
#include "analyze/names/find_file.h"

struct ht_offsets {
    uint64_t *offset;
    size_t count;
};

/* A sorted copy without duplicates; free() its offset. */
enum ht_status ht_offsets_copy(const uint64_t *offset, size_t count, struct ht_offsets *out);

/* A row for each symbol hit that has none yet (symbols remember which have). */
enum ht_status ht_rows_symbol(const struct ht_found_file *found, struct ht_elf_symbols *symbols,
                              enum ht_place place, const struct ht_offsets *hits, uint64_t dso,
                              struct ht_table *symbol);
enum ht_status ht_rows_code(const struct ht_found_file *found, const struct ht_offsets *hits, uint64_t dso,
                            struct ht_table *code);
enum ht_status ht_rows_source(const struct ht_found_file *found, const struct ht_offsets *hits, uint64_t dso,
                              struct ht_table *source_line);

#endif
