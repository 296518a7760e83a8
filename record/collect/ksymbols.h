/* Kernel code that came or went while we looked (PERF_RECORD_KSYMBOL): the names of BPF programs that
 * /proc/kallsyms no longer has when it is read after the window. One list for each reader thread, merged when
 * the threads are done. Bounded; what does not fit is counted. One thread. */
#ifndef HT_RECORD_COLLECT_KSYMBOLS_H
#define HT_RECORD_COLLECT_KSYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#define HT_KSYMBOLS_MAX (1u << 16)

struct ht_ksymbol_seen {
    uint64_t start, bytes, time;
    uint64_t reach; /* after the sort: the highest end of this symbol and those before it */
    uint32_t type;  /* PERF_RECORD_KSYMBOL_TYPE */
    uint32_t name;  /* offset into names */
};

struct ht_ksymbols {
    struct ht_ksymbol_seen *symbol;
    size_t symbols, capacity;
    char *names;
    size_t names_length, names_capacity;
    uint64_t dropped;
};

/* Never fails: what does not fit is counted in dropped. A symbol that goes counts like one that comes: both
 * say what was there. */
void ht_ksymbols_add(struct ht_ksymbols *symbols, const struct ht_ksymbol_seen *symbol, const char *name,
                     size_t length);
void ht_ksymbols_merge(struct ht_ksymbols *into, const struct ht_ksymbols *from);
void ht_ksymbols_sort(struct ht_ksymbols *symbols); /* by address; before ht_ksymbols_find */

/* The newest one that covers the address, or NULL. */
const struct ht_ksymbol_seen *ht_ksymbols_find(const struct ht_ksymbols *symbols, uint64_t address);

static inline const char *ht_ksymbols_name(const struct ht_ksymbols *symbols,
                                           const struct ht_ksymbol_seen *symbol) {
    return symbols->names + symbol->name;
}

void ht_ksymbols_free(struct ht_ksymbols *symbols); /* a zeroed list is fine */

#endif
