/* One ELF file as a source of names and code bytes, addressed by file offset (what a mapping gives us). The
 * only user of libelf in the recorder. Reads with pread, never maps: a file cut meanwhile must not kill us.
 */
#ifndef HT_RECORD_COLLECT_ELF_FILE_H
#define HT_RECORD_COLLECT_ELF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_CODE_LENGTH_MAX 16

struct ht_elf_symbol {
    uint64_t start, bytes; /* file offset; bytes 0: unknown */
    const char *name;      /* valid until close */
    int weak;              /* of several at one place the strong one wins */
};

struct ht_elf;

/* Reads headers, build id and the function symbols (.symtab, else .dynsym). Takes the descriptor in any case.
 * FORMAT where it is no ELF file. */
enum ht_status ht_elf_open(int fd, struct ht_elf **elf);
enum ht_status ht_elf_open_memory(const void *image, size_t bytes, struct ht_elf **elf); /* the vdso */
void ht_elf_close(struct ht_elf *elf);                                                   /* NULL is fine */

size_t ht_elf_symbols(const struct ht_elf *elf);
const uint8_t *ht_elf_build_id(const struct ht_elf *elf, size_t *length); /* length 0: none */

/* The function that covers the offset, or NULL. */
const struct ht_elf_symbol *ht_elf_find(const struct ht_elf *elf, uint64_t offset);

/* Copies the bytes from offset on, as far as the executable segment goes; returns how many. */
size_t ht_elf_code(const struct ht_elf *elf, uint64_t offset, uint8_t code[HT_CODE_LENGTH_MAX]);

#endif
