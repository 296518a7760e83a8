#include "record/collect/ksymbols.h"

#include <stdlib.h>
#include <string.h>

#include "record/base/grow.h"

#define NAMES_MAX (16u << 20)

void ht_ksymbols_add(struct ht_ksymbols *s, const struct ht_ksymbol_seen *symbol, const char *name,
                     size_t length) {
    struct ht_ksymbol_seen *symbols = NULL;
    char *names = NULL;
    if (s->symbols < HT_KSYMBOLS_MAX && s->names_length + length + 1 <= NAMES_MAX) {
        symbols = ht_grow(s->symbol, &s->capacity, s->symbols + 1, sizeof *symbols);
        s->symbol = symbols != NULL ? symbols : s->symbol;
        names = ht_grow(s->names, &s->names_capacity, s->names_length + length + 1, 1);
        s->names = names != NULL ? names : s->names;
    }
    if (symbols == NULL || names == NULL) {
        s->dropped++;
        return;
    }
    struct ht_ksymbol_seen *added = &s->symbol[s->symbols++];
    *added = *symbol;
    added->name = (uint32_t)s->names_length;
    memcpy(s->names + s->names_length, name, length);
    s->names[s->names_length + length] = '\0';
    s->names_length += length + 1;
}

void ht_ksymbols_merge(struct ht_ksymbols *into, const struct ht_ksymbols *from) {
    for (size_t i = 0; i < from->symbols; i++) {
        const char *name = ht_ksymbols_name(from, &from->symbol[i]);
        ht_ksymbols_add(into, &from->symbol[i], name, strlen(name));
    }
    into->dropped += from->dropped;
}

static uint64_t end_of(const struct ht_ksymbol_seen *s) {
    return s->bytes < UINT64_MAX - s->start ? s->start + s->bytes : UINT64_MAX;
}

static int by_address(const void *a, const void *b) {
    const struct ht_ksymbol_seen *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->time < y->time ? -1 : x->time > y->time;
}

void ht_ksymbols_sort(struct ht_ksymbols *s) {
    uint64_t reach = 0;
    if (s->symbols > 0)
        qsort(s->symbol, s->symbols, sizeof *s->symbol, by_address);
    for (size_t i = 0; i < s->symbols; i++) {
        if (end_of(&s->symbol[i]) > reach)
            reach = end_of(&s->symbol[i]);
        s->symbol[i].reach = reach;
    }
}

const struct ht_ksymbol_seen *ht_ksymbols_find(const struct ht_ksymbols *s, uint64_t address) {
    const struct ht_ksymbol_seen *newest = NULL;
    size_t low = 0, high = s->symbols;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->symbol[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i-- > 0 && s->symbol[i].reach > address;)
        if (end_of(&s->symbol[i]) > address && (newest == NULL || s->symbol[i].time > newest->time))
            newest = &s->symbol[i];
    return newest;
}

void ht_ksymbols_free(struct ht_ksymbols *s) {
    free(s->symbol);
    free(s->names);
    memset(s, 0, sizeof *s);
}
