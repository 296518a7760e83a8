/* The kernel's part of the names: its own mappings (MMAP rows of pid -1 for [kernel.kallsyms] and each
 * module), the DSO rows of both and the symbols that were hit. The session's thread; nothing is kept. */
#ifndef HT_RECORD_COLLECT_SYMBOLS_KERNEL_H
#define HT_RECORD_COLLECT_SYMBOLS_KERNEL_H

#include "record/collect/symbols.h"

/* Hits are sorted by now. DSOs are numbered from first_number. Writes MMAP, SYMBOL and DSO chunks. */
enum ht_status ht_symbols_kernel(const struct ht_symbols_request *request, uint32_t first_number,
                                 struct ht_cause *cause);

#endif
