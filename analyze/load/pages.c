#include "analyze/load/pages.h"

#include <stdlib.h>
#include <string.h>

void ht_pages_free(struct ht_pages *p) {
    free(p->page);
    ht_slots_free(&p->slots);
    memset(p, 0, sizeof *p);
}

static uint64_t hash_page(const void *table, uint32_t number) {
    const struct ht_line_page *page = &((const struct ht_pages *)table)->page[number];
    return ht_slots_hash(page->page, page->line);
}

static enum ht_status add_page(struct ht_pages *p, uint32_t line, uint64_t page, uint64_t time_ns) {
    if (p->count == p->capacity) {
        uint32_t capacity = p->capacity < 512 ? 512 : p->capacity * 2;
        struct ht_line_page *grown = realloc(p->page, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        p->page = grown;
        p->capacity = capacity;
    }
    p->page[p->count++] =
        (struct ht_line_page){.line = line, .page = page, .first_ns = time_ns, .last_ns = time_ns};
    return HT_OK;
}

/* Number of the line's page + 1; made where it is new. */
static enum ht_status find_page(struct ht_pages *p, uint32_t line, uint64_t page, uint64_t time_ns,
                                uint32_t *number) {
    enum ht_status status = ht_slots_room(&p->slots, p->count, hash_page, p);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&p->slots, ht_slots_hash(page, line));
    for (; p->slots.slot[h] != 0; h = ht_slots_next(&p->slots, h)) {
        const struct ht_line_page *found = &p->page[p->slots.slot[h] - 1];
        if (found->line == line && found->page == page)
            break;
    }
    if (p->slots.slot[h] == 0) {
        if ((status = add_page(p, line, page, time_ns)) != HT_OK)
            return status;
        p->slots.slot[h] = p->count;
    }
    *number = p->slots.slot[h];
    return HT_OK;
}

enum ht_status ht_pages_add(struct ht_pages *p, uint32_t line, uint64_t phys_address, uint64_t time_ns,
                            uint32_t *last) {
    uint64_t page = phys_address >> 12;
    if (*last == 0 || p->page[*last - 1].page != page) {
        enum ht_status status = find_page(p, line, page, time_ns, last);
        if (status != HT_OK)
            return status;
    }
    struct ht_line_page *found = &p->page[*last - 1];
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
    ht_slots_free(&p->slots);
    if (p->count > 0)
        qsort(p->page, p->count, sizeof *p->page, by_line);
}
