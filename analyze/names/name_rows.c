#include "analyze/names/name_rows.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/names/line_file.h"

#define NAME_BYTES_MAX                                                                                       \
    65536 /* of a symbol; the longest real ones, of C++ templates, have some ten thousand */

static int by_value(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

enum ht_status ht_offsets_copy(const uint64_t *offset, size_t count, struct ht_offsets *out) {
    *out = (struct ht_offsets){0};
    if (count == 0)
        return HT_OK;
    uint64_t *copy = calloc(count, sizeof *copy);
    if (copy == NULL)
        return HT_NOMEM;
    memcpy(copy, offset, count * sizeof *copy);
    qsort(copy, count, sizeof *copy, by_value);
    out->offset = copy;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || copy[i] != copy[out->count - 1])
            copy[out->count++] = copy[i];
    return HT_OK;
}

enum ht_status ht_rows_symbol(const struct ht_found_file *found, struct ht_elf_symbols *symbols,
                              enum ht_place place, const struct ht_offsets *hits, uint64_t dso,
                              struct ht_table *symbol) {
    for (size_t i = 0; i < hits->count; i++) {
        uint64_t address, start;
        uint32_t row;
        if (!ht_elf_address(found->elf, place, hits->offset[i], &address))
            continue;
        struct ht_elf_symbol *s = ht_elf_symbols_find(symbols, place, address);
        if (s == NULL || s->used)
            continue;
        /* By the distance from the hit, so that symbol and hit are in one segment's terms. */
        if (address - s->start > hits->offset[i])
            continue;
        start = hits->offset[i] - (address - s->start);
        s->used = 1;
        enum ht_status status = ht_table_add(symbol, &row);
        if (status == HT_OK)
            status = ht_table_set_bytes(symbol, HT_SYMBOL_NAME, s->name, strnlen(s->name, NAME_BYTES_MAX));
        if (status != HT_OK)
            return status;
        symbol->number[HT_SYMBOL_DSO][row] = dso;
        symbol->number[HT_SYMBOL_START][row] = start;
        symbol->number[HT_SYMBOL_BYTES][row] = s->end - s->start;
        symbol->number[HT_SYMBOL_KIND][row] = place;
    }
    return HT_OK;
}

enum ht_status ht_rows_code(const struct ht_found_file *found, const struct ht_offsets *hits, uint64_t dso,
                            struct ht_table *code) {
    for (size_t i = 0; i < hits->count; i++) {
        uint8_t bytes[HT_CODE_BYTES_MAX];
        uint32_t row;
        size_t length = ht_elf_code(found->elf, hits->offset[i], bytes);
        if (length == 0)
            continue;
        enum ht_status status = ht_table_add(code, &row);
        if (status == HT_OK)
            status = ht_table_set_bytes(code, HT_CODE_BYTES, bytes, length);
        if (status != HT_OK)
            return status;
        code->number[HT_CODE_DSO][row] = dso;
        code->number[HT_CODE_OFFSET][row] = hits->offset[i];
    }
    return HT_OK;
}

static enum ht_status add_line(const struct ht_source_line *line, uint64_t dso, uint64_t offset,
                               struct ht_table *source_line) {
    uint32_t row;
    enum ht_status status = ht_table_add(source_line, &row);
    if (status == HT_OK)
        status = ht_table_set_text(source_line, HT_SOURCE_LINE_FILE, line->file);
    if (status != HT_OK)
        return status;
    source_line->number[HT_SOURCE_LINE_DSO][row] = dso;
    source_line->number[HT_SOURCE_LINE_OFFSET][row] = offset;
    source_line->number[HT_SOURCE_LINE_LINE][row] = line->line;
    return HT_OK;
}

enum ht_status ht_rows_source(const struct ht_found_file *found, const struct ht_offsets *hits, uint64_t dso,
                              struct ht_table *source_line) {
    const struct ht_elf *with_lines = found->elf;
    struct ht_line_file *lines = NULL;
    struct ht_source_line line;
    if (hits->count == 0)
        return HT_OK;
    if (found->debug != NULL && !ht_elf_has_section(found->elf, ".debug_line"))
        with_lines = found->debug;
    enum ht_status status = ht_line_file_open(with_lines, &lines);
    for (size_t i = 0; i < hits->count && status == HT_OK && lines != NULL; i++) {
        uint64_t address;
        if (ht_elf_address(found->elf, HT_PLACE_CODE, hits->offset[i], &address) &&
            ht_line_file_find(lines, address, &line))
            status = add_line(&line, dso, hits->offset[i], source_line);
    }
    ht_line_file_free(lines);
    return status;
}
