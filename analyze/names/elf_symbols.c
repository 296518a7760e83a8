#include "analyze/names/elf_symbols.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/names/demangle.h"
#include "analyze/names/elf_plt.h"

#define WALK_MAX 1024 /* nested symbols looked through for one address */

enum ht_status ht_elf_symbols_add(struct ht_elf_symbols *symbols, const struct ht_elf_symbol *symbol) {
    if (symbols->count == symbols->capacity) {
        size_t capacity = symbols->capacity > 0 ? symbols->capacity * 2 : 256;
        if (symbols->count >= HT_SYMBOLS_MAX)
            return HT_OK;
        struct ht_elf_symbol *grown = realloc(symbols->symbol, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        symbols->symbol = grown;
        symbols->capacity = capacity;
    }
    symbols->symbol[symbols->count] = *symbol;
    symbols->symbol[symbols->count].order = (uint32_t)symbols->count;
    symbols->count++;
    return HT_OK;
}

/* Types that name a place. STT_TLS does not: its value counts from a thread's own block. */
static int names_place(const GElf_Sym *sym, const GElf_Shdr *shdr) {
    unsigned type = GELF_ST_TYPE(sym->st_info), visibility = GELF_ST_VISIBILITY(sym->st_other);
    if (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_OBJECT)
        return 1;
    return type == STT_NOTYPE && visibility != STV_HIDDEN && visibility != STV_INTERNAL &&
           shdr->sh_type == SHT_PROGBITS; /* a label of hand-written assembly */
}

/* ARM's $a $d $t $x mark code and data in a section; thousands share a name. */
static int is_mapping_symbol(const struct ht_elf *elf, const char *name) {
    return (elf->machine == EM_ARM || elf->machine == EM_AARCH64) && name[0] == '$' && name[1] != '\0' &&
           strchr("adtx", name[1]) != NULL && (name[2] == '\0' || name[2] == '.');
}

/* end == start: the file gives no size; fix_ends settles it. reach holds the section's end until then. */
static enum ht_status add_elf_symbol(struct ht_elf_symbols *symbols, const struct ht_elf *elf, size_t names,
                                     const GElf_Sym *sym) {
    GElf_Shdr shdr;
    if (sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE)
        return HT_OK;
    Elf_Scn *scn = elf_getscn(elf->elf, sym->st_shndx);
    if (scn == NULL || gelf_getshdr(scn, &shdr) == NULL || (shdr.sh_flags & SHF_ALLOC) == 0 ||
        !names_place(sym, &shdr))
        return HT_OK;
    if (sym->st_value < shdr.sh_addr || sym->st_value - shdr.sh_addr >= shdr.sh_size ||
        shdr.sh_addr > UINT64_MAX - shdr.sh_size)
        return HT_OK;
    /* data_start and the like would give their names to whatever unnamed variables follow. */
    if (sym->st_size == 0 && (shdr.sh_flags & SHF_EXECINSTR) == 0)
        return HT_OK;
    const char *name = elf_strptr(elf->elf, names, sym->st_name);
    if (name == NULL || name[0] == '\0' || is_mapping_symbol(elf, name))
        return HT_OK;
    uint64_t limit = shdr.sh_addr + shdr.sh_size, room = limit - sym->st_value;
    struct ht_elf_symbol symbol = {.start = sym->st_value,
                                   .end = sym->st_value + (sym->st_size < room ? sym->st_size : room),
                                   .reach = limit,
                                   .name = name,
                                   .place = shdr.sh_flags & SHF_EXECINSTR ? HT_PLACE_CODE : HT_PLACE_DATA,
                                   .binding = GELF_ST_BIND(sym->st_info)};
    return ht_elf_symbols_add(symbols, &symbol);
}

/* *found: whether there is such a table with symbols in it. */
static enum ht_status read_table(struct ht_elf_symbols *symbols, const struct ht_elf *elf,
                                 uint32_t section_type, int *found) {
    for (Elf_Scn *scn = elf_nextscn(elf->elf, NULL); scn != NULL; scn = elf_nextscn(elf->elf, scn)) {
        GElf_Shdr shdr;
        if (gelf_getshdr(scn, &shdr) == NULL || shdr.sh_type != section_type || shdr.sh_entsize == 0)
            continue;
        Elf_Data *data = elf_getdata(scn, NULL);
        size_t entry = gelf_fsize(elf->elf, ELF_T_SYM, 1, EV_CURRENT);
        if (data == NULL || entry == 0 || shdr.sh_entsize != entry)
            continue;
        size_t count = data->d_size / entry;
        for (size_t i = 1; i < count && i < HT_SYMBOLS_MAX; i++) {
            GElf_Sym sym;
            if (gelf_getsym(data, (int)i, &sym) == NULL)
                break;
            enum ht_status status = add_elf_symbol(symbols, elf, shdr.sh_link, &sym);
            if (status != HT_OK)
                return status;
        }
        *found |= count > 1;
        return HT_OK;
    }
    return HT_OK;
}

static int by_start(const void *left, const void *right) {
    const struct ht_elf_symbol *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Symbols without a size end at the next one, at most with their section. */
static void fix_ends(struct ht_elf_symbols *symbols) {
    for (size_t i = 0; i < symbols->count; i++) {
        struct ht_elf_symbol *s = &symbols->symbol[i];
        if (s->end != s->start)
            continue;
        s->end = s->reach;
        if (i + 1 < symbols->count && symbols->symbol[i + 1].start < s->end)
            s->end = symbols->symbol[i + 1].start; /* an alias: stays empty, and so loses to it */
    }
}

static size_t underscores(const char *name) {
    return strspn(name, "_");
}

/* perf's order for aliases: a size, not weak, global, fewer leading underscores, the longer name, the first.
 * perf compares readable names. Positive: a is better. */
static int better(const struct ht_elf_symbol *a, const struct ht_elf_symbol *b) {
    int score = (a->end > a->start) - (b->end > b->start);
    if (score == 0)
        score = (b->binding == STB_WEAK) - (a->binding == STB_WEAK);
    if (score == 0)
        score = (a->binding == STB_GLOBAL) - (b->binding == STB_GLOBAL);
    if (score != 0 || strcmp(a->name, b->name) == 0)
        return score;
    char *left = ht_demangle(a->name), *right = ht_demangle(b->name);
    if (left != NULL && right != NULL) {
        size_t l = underscores(left), r = underscores(right);
        score = (l < r) - (l > r);
        if (score == 0) {
            l = strlen(left);
            r = strlen(right);
            score = (l > r) - (l < r);
        }
    }
    free(left);
    free(right);
    return score;
}

/* One symbol a start; then reach, for the search. */
static void drop_aliases(struct ht_elf_symbols *symbols) {
    size_t kept = 0;
    for (size_t i = 0; i < symbols->count; i++) {
        struct ht_elf_symbol *s = &symbols->symbol[i];
        if (kept > 0 && symbols->symbol[kept - 1].start == s->start) {
            if (better(&symbols->symbol[kept - 1], s) < 0)
                symbols->symbol[kept - 1] = *s;
        } else {
            symbols->symbol[kept++] = *s;
        }
    }
    symbols->count = kept;
    for (size_t i = 0; i < kept; i++) {
        struct ht_elf_symbol *s = &symbols->symbol[i];
        s->reach = i > 0 && s[-1].reach > s->end ? s[-1].reach : s->end;
    }
}

enum ht_status ht_elf_symbols_load(const struct ht_elf *elf, const struct ht_elf *debug,
                                   struct ht_elf_symbols *symbols) {
    int found = 0, ignored = 0;
    memset(symbols, 0, sizeof *symbols);
    enum ht_status status = read_table(symbols, elf, SHT_SYMTAB, &found);
    if (status == HT_OK && !found && debug != NULL)
        status = read_table(symbols, debug, SHT_SYMTAB, &found);
    if (status == HT_OK)
        status = read_table(symbols, elf, SHT_DYNSYM, &ignored);
    if (status == HT_OK)
        status = ht_elf_plt_load(elf, symbols);
    if (status != HT_OK || symbols->count == 0)
        return status;
    qsort(symbols->symbol, symbols->count, sizeof *symbols->symbol, by_start);
    fix_ends(symbols);
    drop_aliases(symbols);
    return HT_OK;
}

void ht_elf_symbols_free(struct ht_elf_symbols *symbols) {
    if (symbols == NULL)
        return;
    free(symbols->symbol);
    free(symbols->names);
    memset(symbols, 0, sizeof *symbols);
}

struct ht_elf_symbol *ht_elf_symbols_find(const struct ht_elf_symbols *symbols, enum ht_place place,
                                          uint64_t address) {
    size_t low = 0, high = symbols->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symbols->symbol[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t walked = 0; low > 0 && walked < WALK_MAX; walked++) {
        struct ht_elf_symbol *s = &symbols->symbol[--low];
        if (address < s->end && s->place == place)
            return s;
        if (address >= s->reach)
            return NULL;
    }
    return NULL;
}
