#include "analyze/load/pages.h"

#include <stdlib.h>
#include <string.h>

void ht_pages_free(struct ht_pages *p) {
    free(p->page);
    free(p->slot);
    memset(p, 0, sizeof *p);
}

static uint64_t hash_page(uint32_t line, uint64_t page) {
    uint64_t h = page * 0x9e3779b97f4a7c15u ^ (uint64_t)line * 0xc2b2ae3d27d4eb4fu;
    return h ^ h >> 30;
}

static enum ht_status grow(struct ht_pages *p) {
    uint64_t slots = p->slots == 0 ? 1024 : p->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    struct ht_line_page *page = slot != NULL ? realloc(p->page, slots / 2 * sizeof *page) : NULL;
    if (page == NULL) {
        free(slot);
        return HT_NOMEM;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        uint64_t h = hash_page(page[i].line, page[i].page) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = i + 1;
    }
    free(p->slot);
    p->page = page;
    p->slot = slot;
    p->slots = slots;
    p->capacity = (uint32_t)(slots / 2);
    return HT_OK;
}

enum ht_status ht_pages_add(struct ht_pages *p, uint32_t line, uint64_t phys_address, uint64_t time_ns) {
    enum ht_status status = p->count == p->capacity ? grow(p) : HT_OK;
    if (status != HT_OK)
        return status;
    uint64_t page = phys_address >> 12, h = hash_page(line, page) & (p->slots - 1);
    while (p->slot[h] != 0 && (p->page[p->slot[h] - 1].line != line || p->page[p->slot[h] - 1].page != page))
        h = (h + 1) & (p->slots - 1);
    if (p->slot[h] == 0) {
        p->page[p->count++] =
            (struct ht_line_page){.line = line, .page = page, .first_ns = time_ns, .last_ns = time_ns};
        p->slot[h] = p->count;
    }
    struct ht_line_page *found = &p->page[p->slot[h] - 1];
    found->samples++;
    if (time_ns < found->first_ns)
        found->first_ns = time_ns;
    if (time_ns > found->last_ns)
        found->last_ns = time_ns;
    return HT_OK;
}

static int by_line(const void *a, const void *b) {
    const struct ht_line_page *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->page > y->page) - (x->page < y->page);
}

void ht_pages_finish(struct ht_pages *p) {
    free(p->slot);
    p->slot = NULL;
    if (p->count > 0)
        qsort(p->page, p->count, sizeof *p->page, by_line);
}
