#include "record/collect/elf_file.h"

#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENTS_MAX  64
#define SECTIONS_MAX  65536
#define SYMTAB_MAX    (256u << 20) /* bytes; a browser's is 60 MB */
#define LOOK_BACK_MAX 64           /* symbols inside symbols: how far back a covering one is sought */

struct segment {
    uint64_t address, offset, bytes;
    int code;
};

struct ht_elf {
    int fd;
    const uint8_t *image; /* instead of fd */
    size_t image_bytes;
    Elf *elf;
    struct segment segment[SEGMENTS_MAX];
    unsigned segments;
    struct ht_elf_symbol *symbol;
    size_t symbols;
    uint8_t build_id[64];
    size_t build_id_bytes;
};

static void read_segments(struct ht_elf *e) {
    size_t count;
    if (elf_getphdrnum(e->elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && e->segments < SEGMENTS_MAX; i++) {
        GElf_Phdr header;
        if (gelf_getphdr(e->elf, (int)i, &header) == NULL || header.p_type != PT_LOAD)
            continue;
        e->segment[e->segments++] =
            (struct segment){header.p_vaddr, header.p_offset, header.p_filesz, (header.p_flags & PF_X) != 0};
    }
}

/* Virtual address to file offset; 0 where no segment has it. */
static int to_offset(const struct ht_elf *e, uint64_t address, uint64_t *offset) {
    for (unsigned i = 0; i < e->segments; i++) {
        const struct segment *s = &e->segment[i];
        if (address - s->address < s->bytes) {
            *offset = address - s->address + s->offset;
            return 1;
        }
    }
    return 0;
}

static void read_notes(struct ht_elf *e, Elf_Data *data) {
    size_t at = 0, name, desc;
    GElf_Nhdr note;
    while (e->build_id_bytes == 0 && at < data->d_size &&
           (at = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
        const char *bytes = data->d_buf;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || memcmp(bytes + name, "GNU", 4) != 0 ||
            note.n_descsz > sizeof e->build_id)
            continue;
        memcpy(e->build_id, bytes + desc, note.n_descsz);
        e->build_id_bytes = note.n_descsz;
    }
}

static int is_function(const GElf_Sym *symbol) {
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 &&
           (type == STT_FUNC || type == STT_GNU_IFUNC);
}

static enum ht_status read_symbols(struct ht_elf *e, Elf_Scn *section, const GElf_Shdr *header) {
    Elf_Data *data = header->sh_size <= SYMTAB_MAX ? elf_getdata(section, NULL) : NULL;
    if (data == NULL || header->sh_entsize == 0)
        return HT_OK;
    size_t count = header->sh_size / header->sh_entsize;
    free(e->symbol);
    e->symbols = 0;
    e->symbol = calloc(count > 0 ? count : 1, sizeof *e->symbol);
    if (e->symbol == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < count; i++) {
        GElf_Sym symbol;
        struct ht_elf_symbol *s = &e->symbol[e->symbols];
        if (gelf_getsym(data, (int)i, &symbol) == NULL || !is_function(&symbol) ||
            !to_offset(e, symbol.st_value, &s->start))
            continue;
        s->name = elf_strptr(e->elf, header->sh_link, symbol.st_name);
        if (s->name == NULL || s->name[0] == '\0')
            continue;
        s->bytes = symbol.st_size;
        s->weak = GELF_ST_BIND(symbol.st_info) != STB_GLOBAL;
        e->symbols++;
    }
    return HT_OK;
}

/* One walk over the sections: notes, and the best symbol table. */
static enum ht_status read_sections(struct ht_elf *e) {
    Elf_Scn *section = NULL, *best = NULL;
    GElf_Shdr header, best_header = {0};
    for (int i = 0; i < SECTIONS_MAX && (section = elf_nextscn(e->elf, section)) != NULL; i++) {
        if (gelf_getshdr(section, &header) == NULL)
            continue;
        if (header.sh_type == SHT_NOTE && header.sh_size <= 1 << 20) {
            Elf_Data *data = elf_getdata(section, NULL);
            if (data != NULL && data->d_buf != NULL)
                read_notes(e, data);
        } else if (header.sh_type == SHT_SYMTAB || (header.sh_type == SHT_DYNSYM && best == NULL)) {
            best = section;
            best_header = header;
        }
    }
    return best != NULL ? read_symbols(e, best, &best_header) : HT_OK;
}

/* By place; at one place the strong one last, since the last one that starts there is found. */
static int by_place(const void *a, const void *b) {
    const struct ht_elf_symbol *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->weak != y->weak)
        return y->weak - x->weak;
    if ((x->bytes == 0) != (y->bytes == 0))
        return x->bytes == 0 ? -1 : 1;
    return strcmp(y->name, x->name);
}

static enum ht_status load(struct ht_elf *e, struct ht_elf **elf) {
    enum ht_status status = HT_FORMAT;
    if (e->elf != NULL && elf_kind(e->elf) == ELF_K_ELF) {
        read_segments(e);
        status = read_sections(e);
    }
    if (status != HT_OK) {
        ht_elf_close(e);
        return status;
    }
    if (e->symbols > 0)
        qsort(e->symbol, e->symbols, sizeof *e->symbol, by_place);
    *elf = e;
    return HT_OK;
}

enum ht_status ht_elf_open(int fd, struct ht_elf **elf) {
    *elf = NULL;
    struct ht_elf *e = calloc(1, sizeof *e);
    if (e == NULL || elf_version(EV_CURRENT) == EV_NONE) {
        close(fd);
        free(e);
        return HT_NOMEM;
    }
    e->fd = fd;
    e->elf = elf_begin(fd, ELF_C_READ, NULL);
    return load(e, elf);
}

enum ht_status ht_elf_open_memory(const void *image, size_t bytes, struct ht_elf **elf) {
    *elf = NULL;
    struct ht_elf *e = calloc(1, sizeof *e);
    if (e == NULL || elf_version(EV_CURRENT) == EV_NONE) {
        free(e);
        return HT_NOMEM;
    }
    e->fd = -1;
    e->image = image;
    e->image_bytes = bytes;
    e->elf = elf_memory((char *)(uintptr_t)image, bytes); /* libelf only reads it */
    return load(e, elf);
}

void ht_elf_close(struct ht_elf *e) {
    if (e == NULL)
        return;
    if (e->elf != NULL)
        elf_end(e->elf);
    if (e->fd >= 0)
        close(e->fd);
    free(e->symbol);
    free(e);
}

size_t ht_elf_symbols(const struct ht_elf *e) {
    return e->symbols;
}

const uint8_t *ht_elf_build_id(const struct ht_elf *e, size_t *length) {
    *length = e->build_id_bytes;
    return e->build_id;
}

const struct ht_elf_symbol *ht_elf_find(const struct ht_elf *e, uint64_t offset) {
    size_t low = 0, high = e->symbols;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (e->symbol[middle].start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (int i = 0; i < LOOK_BACK_MAX && low > 0; i++) {
        const struct ht_elf_symbol *s = &e->symbol[--low];
        if (offset - s->start < s->bytes || (s->bytes == 0 && i == 0))
            return s;
    }
    return NULL;
}

size_t ht_elf_code(const struct ht_elf *e, uint64_t offset, uint8_t code[HT_CODE_LENGTH_MAX]) {
    for (unsigned i = 0; i < e->segments; i++) {
        const struct segment *s = &e->segment[i];
        if (!s->code || offset - s->offset >= s->bytes)
            continue;
        uint64_t left = s->bytes - (offset - s->offset);
        size_t want = left < HT_CODE_LENGTH_MAX ? (size_t)left : HT_CODE_LENGTH_MAX;
        if (e->image != NULL) {
            if (offset + want > e->image_bytes)
                return 0;
            memcpy(code, e->image + offset, want);
            return want;
        }
        ssize_t n = pread(e->fd, code, want, (off_t)offset);
        return n > 0 ? (size_t)n : 0;
    }
    return 0;
}
