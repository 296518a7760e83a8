/* A page table entry as the kernel prints it (pte_val, pmd_val): where the page is and how large. Pure
 * functions.
 *
 * x86_64 (arch/x86/include/asm/pgtable_types.h): bit 0 present, bit 7 a large page, bits 12 to 51 the frame.
 * Of an entry that is not present (PROT_NONE for NUMA balancing) the frame is inverted (L1TF): not believed.
 * AMD memory encryption sets one bit inside the frame, 47 or 51 by model. aarch64 with 4 KiB pages
 * (pgtable-hwdef.h): bit 0 valid, bit 1 clear in a block, bit 52 contiguous, bits 12 to 47 the frame. */
#ifndef HT_ANALYZE_LOAD_PAGE_ENTRY_H
#define HT_ANALYZE_LOAD_PAGE_ENTRY_H

#include <stdint.h>

#include "analyze/load/topology.h"

enum ht_page_arch { HT_PAGE_OTHER, HT_PAGE_X86_64, HT_PAGE_AARCH64_4K };

/* arch as uname says; page_bytes 0: not known, which is taken for 4 KiB where the architecture has no other.
 */
enum ht_page_arch ht_page_arch_of(const char *arch, int64_t page_bytes);

/* Pages of the base size under one entry. order: that of the page, -1 where the tracepoint tells none (an
 * entry of the level above, which maps as many pages as a table has entries). A large page may be mapped by
 * small entries: then order is that of the whole page, but each entry tells one. */
uint64_t ht_page_entry_pages(enum ht_page_arch arch, int64_t page_bytes, uint64_t entry, int64_t order);

/* Physical address of the page, 0 where the entry does not say. */
uint64_t ht_page_entry_place(enum ht_page_arch arch, uint64_t entry, uint64_t pages,
                             const struct ht_topology *topology);

#endif
