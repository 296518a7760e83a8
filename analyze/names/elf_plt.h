/* Names for the procedure linkage table of x86-64, which has no symbols of its own: NAME@plt. One thread at a
 * time. */
#ifndef HT_ANALYZE_NAMES_ELF_PLT_H
#define HT_ANALYZE_NAMES_ELF_PLT_H

#include "analyze/names/elf_symbols.h"

/* Appends the jump slots' entries; their names go to symbols->names. Files without any are fine. */
enum ht_status ht_elf_plt_load(const struct ht_elf *elf, struct ht_elf_symbols *symbols);

#endif
