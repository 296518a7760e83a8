#include "analyze/names/elf_plt.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_BYTES   16
#define SLOTS_MAX     65536
#define NAME_MAX_TEXT 512 /* bytes of one symbol's name in NAME@plt */

struct plt {
    GElf_Shdr code, sec, relocations, symbols; /* .plt, .plt.sec, .rela.plt, its symbol table */
    Elf_Data *relocation_data, *symbol_data;
    int has_code, has_sec;
};

static void find_sections(const struct ht_elf *elf, struct plt *plt) {
    size_t names;
    if (elf_getshdrstrndx(elf->elf, &names) != 0)
        return;
    for (Elf_Scn *scn = elf_nextscn(elf->elf, NULL); scn != NULL; scn = elf_nextscn(elf->elf, scn)) {
        GElf_Shdr shdr;
        const char *name;
        if (gelf_getshdr(scn, &shdr) == NULL || (name = elf_strptr(elf->elf, names, shdr.sh_name)) == NULL)
            continue;
        if (strcmp(name, ".plt") == 0) {
            plt->code = shdr;
            plt->has_code = 1;
        } else if (strcmp(name, ".plt.sec") == 0) {
            plt->sec = shdr;
            plt->has_sec = 1;
        } else if (strcmp(name, ".rela.plt") == 0 && shdr.sh_type == SHT_RELA) {
            Elf_Scn *table = elf_getscn(elf->elf, shdr.sh_link);
            if (table == NULL || gelf_getshdr(table, &plt->symbols) == NULL ||
                plt->symbols.sh_type != SHT_DYNSYM)
                continue;
            plt->relocations = shdr;
            plt->relocation_data = elf_getdata(scn, NULL);
            plt->symbol_data = elf_getdata(table, NULL);
        }
    }
}

/* Where slot i's entry is: in .plt.sec where the linker made one (IBT), else in .plt behind its first entry,
 * which is the resolver's. */
static int slot_address(const struct plt *plt, size_t slot, uint64_t *address) {
    const GElf_Shdr *section = plt->has_sec ? &plt->sec : &plt->code;
    uint64_t offset = (slot + !plt->has_sec) * ENTRY_BYTES;
    if (section->sh_size < ENTRY_BYTES || offset > section->sh_size - ENTRY_BYTES ||
        section->sh_addr > UINT64_MAX - section->sh_size)
        return 0;
    *address = section->sh_addr + offset;
    return 1;
}

static const char *slot_name(const struct ht_elf *elf, const struct plt *plt, size_t slot) {
    GElf_Rela rela;
    GElf_Sym sym;
    if (gelf_getrela(plt->relocation_data, (int)slot, &rela) == NULL ||
        gelf_getsym(plt->symbol_data, (int)GELF_R_SYM(rela.r_info), &sym) == NULL || sym.st_name == 0)
        return NULL;
    return elf_strptr(elf->elf, plt->symbols.sh_link, sym.st_name);
}

/* Writes NAME@plt for each slot into text (NULL: only counts) and adds its symbol. Returns the bytes, or 0
 * and *status where that fails. */
static size_t add_slots(const struct ht_elf *elf, const struct plt *plt, size_t slots, char *text,
                        struct ht_elf_symbols *symbols, enum ht_status *status) {
    static const char suffix[] = "@plt";
    size_t used = 0;
    for (size_t i = 0; i < slots && *status == HT_OK; i++) {
        struct ht_elf_symbol symbol = {.place = HT_PLACE_CODE, .binding = STB_GLOBAL};
        const char *name = slot_name(elf, plt, i);
        if (name == NULL || !slot_address(plt, i, &symbol.start))
            continue;
        size_t length = strnlen(name, NAME_MAX_TEXT);
        if (text != NULL) {
            memcpy(text + used, name, length);
            memcpy(text + used + length, suffix, sizeof suffix);
            symbol.end = symbol.reach = symbol.start + ENTRY_BYTES;
            symbol.name = text + used;
            *status = ht_elf_symbols_add(symbols, &symbol);
        }
        used += length + sizeof suffix;
    }
    return used;
}

enum ht_status ht_elf_plt_load(const struct ht_elf *elf, struct ht_elf_symbols *symbols) {
    struct plt plt = {0};
    enum ht_status status = HT_OK;
    if (elf->machine != EM_X86_64)
        return HT_OK;
    find_sections(elf, &plt);
    if ((!plt.has_code && !plt.has_sec) || plt.relocation_data == NULL || plt.symbol_data == NULL)
        return HT_OK;
    size_t entry = gelf_fsize(elf->elf, ELF_T_RELA, 1, EV_CURRENT);
    size_t slots = entry > 0 ? plt.relocation_data->d_size / entry : 0;
    if (slots > SLOTS_MAX)
        slots = SLOTS_MAX;
    size_t bytes = add_slots(elf, &plt, slots, NULL, symbols, &status);
    if (bytes == 0)
        return HT_OK;
    symbols->names = malloc(bytes);
    if (symbols->names == NULL)
        return HT_NOMEM;
    add_slots(elf, &plt, slots, symbols->names, symbols, &status);
    return status;
}
