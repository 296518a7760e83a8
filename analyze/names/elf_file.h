/* One opened ELF file: its segments, build id and code bytes. Symbols are elf_symbols.h, source lines
 * line_file.h.
 *
 * Places in a file are file offsets (as mappings give them) or the file's own addresses (p_vaddr), never
 * addresses of a process. Files are hostile: nothing is believed before it was checked against the file's
 * size. Only regular files are opened. The object owns the descriptor and the mapping; one thread at a time.
 */
#ifndef HT_ANALYZE_NAMES_ELF_FILE_H
#define HT_ANALYZE_NAMES_ELF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

#include "schema/status.h"

#define HT_BUILD_ID_MAX   20 /* bytes; longer ids are cut, as the kernel and perf cut them */
#define HT_CODE_BYTES_MAX 16

enum ht_place { HT_PLACE_CODE = 0, HT_PLACE_DATA = 1 }; /* the numbers of SYMBOL.kind */

struct ht_segment {
    uint64_t address, offset, file_bytes, memory_bytes;
    int executable;
};

struct ht_elf {
    int fd;
    Elf *elf;
    uint16_t type, machine; /* e_type, e_machine */
    uint64_t file_bytes, inode;
    uint8_t build_id[HT_BUILD_ID_MAX];
    size_t build_id_bytes; /* 0: none */
    struct ht_segment *segments;
    size_t segment_count;
};

/* NOT_FOUND, PERMISSION or IO where path cannot be opened, FORMAT where it is no ELF file. */
enum ht_status ht_elf_open(const char *path, struct ht_elf **elf, struct ht_cause *cause);
void ht_elf_free(struct ht_elf *elf);

/* The address of a file offset; 1 if there is one. Data may lie beyond a segment's bytes in the file (.bss).
 */
int ht_elf_address(const struct ht_elf *elf, enum ht_place place, uint64_t offset, uint64_t *address);

/* Copies the code from a file offset on, at most to the end of its section; returns the number of bytes, 0
 * where no code is there. */
size_t ht_elf_code(const struct ht_elf *elf, uint64_t offset, uint8_t code[HT_CODE_BYTES_MAX]);

/* Whether a section of this name has bytes in the file. */
int ht_elf_has_section(const struct ht_elf *elf, const char *name);

/* Same build id? Old perf files pad short ids with zeros to 20 bytes. */
int ht_build_id_equal(const uint8_t *a, size_t a_bytes, const uint8_t *b, size_t b_bytes);

#endif
