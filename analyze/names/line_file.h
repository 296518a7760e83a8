/* Source lines of an ELF file from its DWARF (libdw, never libdwfl: that one asks debuginfod servers by
 * itself once DEBUGINFOD_URLS is set, and nothing here may touch the network).
 *
 * The object borrows the Elf it was opened on; addresses are the file's own. One thread at a time. */
#ifndef HT_ANALYZE_NAMES_LINE_FILE_H
#define HT_ANALYZE_NAMES_LINE_FILE_H

#include <stdint.h>

#include "analyze/names/elf_file.h"

struct ht_line_file;

struct ht_source_line {
    uint64_t line;   /* from 1 */
    char file[4096]; /* path as the compiler saw it, absolute where the DWARF says enough; terminated, maybe
                        cut */
};

/* *lines is NULL where the file has no usable DWARF: no failure. */
enum ht_status ht_line_file_open(const struct ht_elf *elf, struct ht_line_file **lines);
void ht_line_file_free(struct ht_line_file *lines);

/* The line that addr2line says for an address; 1 if there is one. lines may be NULL. */
int ht_line_file_find(const struct ht_line_file *lines, uint64_t address, struct ht_source_line *out);

#endif
