#include "analyze/names/line_file.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <elfutils/libdw.h>

#define UNITS_MAX  (1u << 20)
#define RANGES_MAX (1u << 22)
#define WALK_MAX                                                                                             \
    64 /* units whose ranges overlap: bad DWARF, or dead code the linker left at a used address */

struct range {
    uint64_t start, end;
    uint32_t unit;
};

/* The index is our own: .debug_aranges is optional, and clang leaves it out. */
struct ht_line_file {
    Dwarf *dwarf;
    Dwarf_Die *unit;
    size_t units, units_capacity;
    struct range *range;
    size_t ranges, ranges_capacity;
};

/* The array with room for one more, NULL without memory (the old one stays). */
static void *grow(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return array;
    size_t wanted = *capacity > 0 ? *capacity * 2 : 64;
    void *grown = realloc(array, wanted * size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

static enum ht_status add_unit(struct ht_line_file *lines, Dwarf_Die *die) {
    Dwarf_Addr base, start, end;
    ptrdiff_t offset = 0;
    Dwarf_Die *unit = grow(lines->unit, lines->units, &lines->units_capacity, sizeof *unit);
    if (unit == NULL)
        return HT_NOMEM;
    lines->unit = unit;
    lines->unit[lines->units] = *die;
    while (lines->ranges < RANGES_MAX && (offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0) {
        /* Functions that the linker dropped stay in the DWARF at address 0 or 1; code is never there. */
        if (start <= 1 || start >= end)
            continue;
        struct range *range = grow(lines->range, lines->ranges, &lines->ranges_capacity, sizeof *range);
        if (range == NULL)
            return HT_NOMEM;
        lines->range = range;
        lines->range[lines->ranges++] = (struct range){start, end, (uint32_t)lines->units};
    }
    lines->units++;
    return HT_OK;
}

static int by_start(const void *left, const void *right) {
    const struct range *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end > b->end ? -1 : a->end < b->end;
}

enum ht_status ht_line_file_open(const struct ht_elf *elf, struct ht_line_file **lines) {
    enum ht_status status = HT_OK;
    Dwarf_CU *cu = NULL;
    Dwarf_Die die;
    *lines = NULL;
    struct ht_line_file *l = calloc(1, sizeof *l);
    if (l == NULL)
        return HT_NOMEM;
    l->dwarf = dwarf_begin_elf(elf->elf, DWARF_C_READ, NULL);
    /* No sub-DIE asked for: with one, libdw would open the .dwo files that the DWARF names. */
    while (l->dwarf != NULL && l->units < UNITS_MAX && status == HT_OK &&
           dwarf_get_units(l->dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0)
        status = add_unit(l, &die);
    if (status != HT_OK || l->ranges == 0)
        goto out;
    qsort(l->range, l->ranges, sizeof *l->range, by_start);
    *lines = l;
    l = NULL;
out:
    ht_line_file_free(l);
    return status;
}

void ht_line_file_free(struct ht_line_file *lines) {
    if (lines == NULL)
        return;
    if (lines->dwarf != NULL)
        dwarf_end(lines->dwarf);
    free(lines->unit);
    free(lines->range);
    free(lines);
}

/* Relative names count from the directory the compiler ran in. */
static int copy_path(Dwarf_Die *unit, const char *source, struct ht_source_line *out) {
    Dwarf_Attribute attribute;
    const char *directory = NULL;
    if (source[0] != '/')
        directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
    int written = directory != NULL ? snprintf(out->file, sizeof out->file, "%s/%s", directory, source)
                                    : snprintf(out->file, sizeof out->file, "%s", source);
    return written > 0;
}

static int line_in_unit(Dwarf_Die unit, uint64_t address, struct ht_source_line *out) {
    int number;
    Dwarf_Line *line = dwarf_getsrc_die(&unit, address);
    if (line == NULL || dwarf_lineno(line, &number) != 0 || number <= 0) /* 0: the compiler's own code */
        return 0;
    const char *source = dwarf_linesrc(line, NULL, NULL);
    if (source == NULL || source[0] == '\0')
        return 0;
    out->line = (uint64_t)number;
    return copy_path(&unit, source, out);
}

int ht_line_file_find(const struct ht_line_file *lines, uint64_t address, struct ht_source_line *out) {
    if (lines == NULL)
        return 0;
    size_t low = 0, high = lines->ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lines->range[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t walked = 0; low > 0 && walked < WALK_MAX; walked++) {
        const struct range *r = &lines->range[--low];
        if (address < r->end && line_in_unit(lines->unit[r->unit], address, out))
            return 1;
    }
    return 0;
}
