#include "analyze/names/resolve.h"

#include <stdlib.h>

#include "analyze/names/name_rows.h"

void ht_name_tables_free(struct ht_name_tables *names) {
    if (names == NULL)
        return;
    ht_table_free(&names->dso);
    ht_table_free(&names->symbol);
    ht_table_free(&names->code);
    ht_table_free(&names->source_line);
}

/* Zeroed tables are as good as new ones. */
static void init_tables(struct ht_name_tables *names) {
    if (names->dso.desc == NULL)
        ht_table_init(&names->dso, HT_CHUNK_DSO);
    if (names->symbol.desc == NULL)
        ht_table_init(&names->symbol, HT_CHUNK_SYMBOL);
    if (names->code.desc == NULL)
        ht_table_init(&names->code, HT_CHUNK_CODE);
    if (names->source_line.desc == NULL)
        ht_table_init(&names->source_line, HT_CHUNK_SOURCE_LINE);
}

static enum ht_status add_dso(const struct ht_hit_file *hit, uint64_t dso, const struct ht_found_file *found,
                              struct ht_table *table) {
    uint32_t row;
    const uint8_t *id = hit->build_id;
    size_t id_bytes = ht_hit_build_id_bytes(hit);
    if (id_bytes == 0 && found->elf != NULL) {
        id = found->elf->build_id;
        id_bytes = found->elf->build_id_bytes;
    }
    enum ht_status status = ht_table_add(table, &row);
    if (status == HT_OK)
        status = ht_table_set_bytes(table, HT_DSO_BUILD_ID, id, id_bytes);
    if (status == HT_OK)
        status = ht_table_set_text(table, HT_DSO_PATH, hit->path != NULL ? hit->path : "");
    if (status != HT_OK)
        return status;
    table->number[HT_DSO_DSO][row] = dso;
    table->number[HT_DSO_STATE][row] = found->state;
    table->number[HT_DSO_MAJOR][row] = hit->major;
    table->number[HT_DSO_MINOR][row] = hit->minor;
    table->number[HT_DSO_INODE][row] = hit->inode;
    return HT_OK;
}

static enum ht_status add_names(const struct ht_hit_file *hit, uint64_t dso, struct ht_found_file *found,
                                struct ht_name_tables *names) {
    struct ht_elf_symbols symbols = {0};
    struct ht_offsets code = {0}, data = {0};
    enum ht_status status = ht_offsets_copy(hit->code, hit->codes, &code);
    if (status == HT_OK)
        status = ht_offsets_copy(hit->data, hit->datas, &data);
    if (status == HT_OK)
        status = ht_elf_symbols_load(found->elf, found->debug, &symbols);
    if (status != HT_OK)
        goto out;
    if (symbols.count == 0)
        found->state = HT_DSO_NO_SYMBOLS; /* code bytes and lines may still be had */
    status = ht_rows_symbol(found, &symbols, HT_PLACE_CODE, &code, dso, &names->symbol);
    if (status == HT_OK)
        status = ht_rows_symbol(found, &symbols, HT_PLACE_DATA, &data, dso, &names->symbol);
    if (status == HT_OK)
        status = ht_rows_code(found, &code, dso, &names->code);
    if (status == HT_OK)
        status = ht_rows_source(found, &code, dso, &names->source_line);
out:
    ht_elf_symbols_free(&symbols);
    free(code.offset);
    free(data.offset);
    return status;
}

enum ht_status ht_resolve_file(const struct ht_hit_file *hit, uint64_t dso, const char *symfs,
                               struct ht_name_tables *names, struct ht_cause *cause) {
    struct ht_found_file found;
    init_tables(names);
    enum ht_status status = ht_find_file(hit, symfs, &found);
    if (status == HT_OK && found.elf != NULL)
        status = add_names(hit, dso, &found, names);
    if (status == HT_OK)
        status = add_dso(hit, dso, &found, &names->dso);
    if (status != HT_OK)
        ht_fail(cause, status, "names of %s: %s", hit->path != NULL ? hit->path : "?",
                ht_status_text(status));
    ht_found_file_free(&found);
    return status;
}
