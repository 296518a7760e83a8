/* The symbols of an ELF file, by address; which name wins where several cover a place follows perf 6.1.
 *
 * From .symtab of the file, else of its debug file, and from .dynsym; plus NAME@plt for x86-64's jump slots.
 * Addresses are the file's own. Names belong to the ELF files (PLT names to the table): keep those open as
 * long as the table is used. Data symbols
 * without a size are left out (perf lets them reach to the next). At most HT_SYMBOLS_MAX are read. One thread
 * at a time. */
#ifndef HT_ANALYZE_NAMES_ELF_SYMBOLS_H
#define HT_ANALYZE_NAMES_ELF_SYMBOLS_H

#include "analyze/names/elf_file.h"

#define HT_SYMBOLS_MAX (1u << 22)

struct ht_elf_symbol {
    uint64_t start, end;
    uint64_t reach; /* the largest end of this symbol and those before it */
    const char *name;
    uint32_t order;  /* in the file */
    uint8_t place;   /* enum ht_place */
    uint8_t binding; /* STB_* */
    uint8_t used;    /* the caller's mark */
};

struct ht_elf_symbols {
    struct ht_elf_symbol *symbol;
    size_t count, capacity;
    char *names; /* of PLT entries */
};

/* debug may be NULL. No symbols at all is no failure. symbols is zeroed first; free it after failures, too.
 */
enum ht_status ht_elf_symbols_load(const struct ht_elf *elf, const struct ht_elf *debug,
                                   struct ht_elf_symbols *symbols);
void ht_elf_symbols_free(struct ht_elf_symbols *symbols);

/* The symbol that covers an address, NULL where none does. */
struct ht_elf_symbol *ht_elf_symbols_find(const struct ht_elf_symbols *symbols, enum ht_place place,
                                          uint64_t address);

/* Appends one; for elf_plt.c. Dropped silently beyond HT_SYMBOLS_MAX or where it is empty. */
enum ht_status ht_elf_symbols_add(struct ht_elf_symbols *symbols, const struct ht_elf_symbol *symbol);

#endif
