#include "analyze/load/page_entry.h"

#include <stddef.h>
#include <string.h>

#define BIT(n)    (UINT64_C(1) << (n))
#define PAGE_4K   4096u
#define ORDER_MAX 18 /* 1 GiB of 4 KiB pages: the largest huge page; larger orders are no page's */

#define X86_PRESENT      BIT(0)
#define X86_LARGE        BIT(7)
#define X86_FRAME        (BIT(52) - BIT(12))
#define ARM64_VALID      BIT(0)
#define ARM64_PAGE       BIT(1)
#define ARM64_CONTIGUOUS BIT(52)
#define ARM64_FRAME      (BIT(48) - BIT(12))

enum ht_page_arch ht_page_arch_of(const char *arch, int64_t page_bytes) {
    if (arch == NULL)
        return HT_PAGE_OTHER;
    if (strcmp(arch, "x86_64") == 0)
        return HT_PAGE_X86_64;
    return strcmp(arch, "aarch64") == 0 && page_bytes == PAGE_4K ? HT_PAGE_AARCH64_4K : HT_PAGE_OTHER;
}

static int is_large(enum ht_page_arch arch, uint64_t entry) {
    if (arch == HT_PAGE_X86_64)
        return (entry & X86_LARGE) != 0;
    return arch != HT_PAGE_AARCH64_4K || !(entry & ARM64_PAGE) || entry & ARM64_CONTIGUOUS;
}

uint64_t ht_page_entry_pages(enum ht_page_arch arch, int64_t page_bytes, uint64_t entry, int64_t order) {
    if (order < 0) {
        uint64_t base = page_bytes >= PAGE_4K && page_bytes <= 65536 ? (uint64_t)page_bytes : PAGE_4K;
        return base / sizeof(uint64_t);
    }
    return order <= ORDER_MAX && is_large(arch, entry) ? BIT(order) : 1;
}

/* As it stands, else without the bit of memory encryption: what lies in memory is right. */
static uint64_t without_encryption(uint64_t place, const struct ht_topology *topology) {
    static const uint64_t encrypted[] = {0, BIT(51), BIT(47)};
    for (size_t i = 0; i < sizeof encrypted / sizeof encrypted[0]; i++)
        if (ht_topology_home(topology, place & ~encrypted[i]) >= 0)
            return place & ~encrypted[i];
    return place < BIT(47) ? place : 0;
}

uint64_t ht_page_entry_place(enum ht_page_arch arch, uint64_t entry, uint64_t pages,
                             const struct ht_topology *topology) {
    /* In a large page's entry the lowest bits of the frame have other meanings. */
    uint64_t inside = pages * PAGE_4K - 1;
    if (arch == HT_PAGE_X86_64 && entry & X86_PRESENT)
        return without_encryption(entry & X86_FRAME & ~inside, topology);
    if (arch == HT_PAGE_AARCH64_4K && entry & ARM64_VALID)
        return entry & ARM64_FRAME & ~inside;
    return 0;
}
