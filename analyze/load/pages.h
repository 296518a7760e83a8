/* Physical pages seen behind lines. One thread. */
#ifndef HT_ANALYZE_LOAD_PAGES_H
#define HT_ANALYZE_LOAD_PAGES_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/status.h"

struct ht_line_page {
    uint64_t page; /* physical address >> 12 */
    uint64_t first_ns, last_ns;
    uint32_t line; /* number among the kept lines */
    uint32_t samples;
};

struct ht_pages {
    struct ht_line_page *page;
    uint32_t count, capacity;
    struct ht_slots slots;
};

void ht_pages_free(struct ht_pages *pages); /* a zeroed one is fine */

/* *last: 0 at first; where the line's last page stands, as most samples follow their likes. */
enum ht_status ht_pages_add(struct ht_pages *pages, uint32_t line, uint64_t phys_address, uint64_t time_ns,
                            uint32_t *last);

/* Orders by line, then page. */
void ht_pages_finish(struct ht_pages *pages);

#endif
