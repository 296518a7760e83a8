#include "analyze/names/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>

#define SEGMENTS_MAX 256 /* real files have about ten */

/* Opens regular files only, and never blocks: the path comes from a recording and may name a FIFO or a
 * device. */
static enum ht_status open_regular(const char *path, struct ht_elf *elf, struct ht_cause *cause) {
    struct stat st;
    elf->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (elf->fd < 0)
        return ht_fail_errno(cause, "cannot open %s", path);
    if (fstat(elf->fd, &st) != 0)
        return ht_fail_errno(cause, "cannot stat %s", path);
    if (!S_ISREG(st.st_mode))
        return ht_fail(cause, HT_FORMAT, "%s is no regular file", path);
    elf->file_bytes = (uint64_t)st.st_size;
    elf->inode = (uint64_t)st.st_ino;
    return HT_OK;
}

static int sane_segment(const GElf_Phdr *phdr) {
    return phdr->p_type == PT_LOAD && phdr->p_memsz > 0 && phdr->p_filesz <= phdr->p_memsz &&
           phdr->p_vaddr <= UINT64_MAX - phdr->p_memsz && phdr->p_offset <= UINT64_MAX - phdr->p_memsz;
}

static enum ht_status read_segments(struct ht_elf *elf) {
    size_t count;
    if (elf_getphdrnum(elf->elf, &count) != 0)
        return HT_OK; /* an object file has none */
    if (count > SEGMENTS_MAX)
        count = SEGMENTS_MAX;
    elf->segments = calloc(count > 0 ? count : 1, sizeof *elf->segments);
    if (elf->segments == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr phdr;
        if (gelf_getphdr(elf->elf, (int)i, &phdr) == NULL || !sane_segment(&phdr))
            continue;
        elf->segments[elf->segment_count++] = (struct ht_segment){.address = phdr.p_vaddr,
                                                                  .offset = phdr.p_offset,
                                                                  .file_bytes = phdr.p_filesz,
                                                                  .memory_bytes = phdr.p_memsz,
                                                                  .executable = (phdr.p_flags & PF_X) != 0};
    }
    return HT_OK;
}

static void read_build_id(struct ht_elf *elf) {
    const void *id;
    ssize_t bytes = dwelf_elf_gnu_build_id(elf->elf, &id);
    if (bytes <= 0)
        return;
    elf->build_id_bytes = bytes < HT_BUILD_ID_MAX ? (size_t)bytes : HT_BUILD_ID_MAX;
    memcpy(elf->build_id, id, elf->build_id_bytes);
}

enum ht_status ht_elf_open(const char *path, struct ht_elf **elf, struct ht_cause *cause) {
    GElf_Ehdr ehdr;
    enum ht_status status = HT_NOMEM;
    struct ht_elf *e = calloc(1, sizeof *e);
    *elf = NULL;
    if (e == NULL)
        return HT_NOMEM;
    status = open_regular(path, e, cause);
    if (status != HT_OK)
        goto out;
    if (elf_version(EV_CURRENT) == EV_NONE) {
        status = ht_fail(cause, HT_UNSUPPORTED, "libelf: %s", elf_errmsg(-1));
        goto out;
    }
    e->elf = elf_begin(e->fd, ELF_C_READ_MMAP, NULL);
    if (e->elf == NULL || elf_kind(e->elf) != ELF_K_ELF || gelf_getehdr(e->elf, &ehdr) == NULL) {
        status = ht_fail(cause, HT_FORMAT, "%s is no ELF file", path);
        goto out;
    }
    e->type = ehdr.e_type;
    e->machine = ehdr.e_machine;
    status = read_segments(e);
    if (status != HT_OK)
        goto out;
    read_build_id(e);
    *elf = e;
    e = NULL;
out:
    ht_elf_free(e);
    return status;
}

void ht_elf_free(struct ht_elf *elf) {
    if (elf == NULL)
        return;
    if (elf->elf != NULL)
        elf_end(elf->elf);
    if (elf->fd >= 0)
        close(elf->fd);
    free(elf->segments);
    free(elf);
}

/* Bytes that are in the file come first: behind the segment with .bss another one may follow. */
int ht_elf_address(const struct ht_elf *elf, enum ht_place place, uint64_t offset, uint64_t *address) {
    for (int beyond_file = 0; beyond_file <= (place == HT_PLACE_DATA); beyond_file++) {
        for (size_t i = 0; i < elf->segment_count; i++) {
            const struct ht_segment *s = &elf->segments[i];
            uint64_t bytes = beyond_file ? s->memory_bytes : s->file_bytes;
            if ((place == HT_PLACE_CODE && !s->executable) || offset < s->offset ||
                offset - s->offset >= bytes)
                continue;
            *address = offset - s->offset + s->address;
            return 1;
        }
    }
    return 0;
}

/* Bytes up to the end of the section that holds the offset. A file without section headers has segments only;
 * in a debug file the code sections have no bytes, and what its program headers say is wrong. */
static uint64_t code_room(const struct ht_elf *elf, uint64_t offset) {
    int sections = 0;
    for (Elf_Scn *scn = elf_nextscn(elf->elf, NULL); scn != NULL; scn = elf_nextscn(elf->elf, scn)) {
        GElf_Shdr shdr;
        if (gelf_getshdr(scn, &shdr) == NULL || (shdr.sh_flags & SHF_EXECINSTR) == 0)
            continue;
        sections = 1;
        if (shdr.sh_type == SHT_PROGBITS && offset >= shdr.sh_offset &&
            offset - shdr.sh_offset < shdr.sh_size)
            return shdr.sh_size - (offset - shdr.sh_offset);
    }
    for (size_t i = 0; i < elf->segment_count && !sections; i++) {
        const struct ht_segment *s = &elf->segments[i];
        if (s->executable && offset >= s->offset && offset - s->offset < s->file_bytes)
            return s->file_bytes - (offset - s->offset);
    }
    return 0;
}

size_t ht_elf_code(const struct ht_elf *elf, uint64_t offset, uint8_t code[HT_CODE_BYTES_MAX]) {
    uint64_t room = code_room(elf, offset);
    size_t want = room < HT_CODE_BYTES_MAX ? (size_t)room : HT_CODE_BYTES_MAX, got = 0;
    if (offset >= elf->file_bytes)
        return 0;
    while (got < want) {
        ssize_t n = pread(elf->fd, code + got, want - got, (off_t)(offset + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) /* the end of the file, or unreadable: what was read is still true */
            break;
        got += (size_t)n;
    }
    return got;
}

int ht_elf_has_section(const struct ht_elf *elf, const char *name) {
    size_t names;
    if (elf_getshdrstrndx(elf->elf, &names) != 0)
        return 0;
    for (Elf_Scn *scn = elf_nextscn(elf->elf, NULL); scn != NULL; scn = elf_nextscn(elf->elf, scn)) {
        GElf_Shdr shdr;
        if (gelf_getshdr(scn, &shdr) == NULL || shdr.sh_type == SHT_NOBITS)
            continue;
        const char *text = elf_strptr(elf->elf, names, shdr.sh_name);
        if (text != NULL && strcmp(text, name) == 0)
            return 1;
    }
    return 0;
}

int ht_build_id_equal(const uint8_t *a, size_t a_bytes, const uint8_t *b, size_t b_bytes) {
    size_t common = a_bytes < b_bytes ? a_bytes : b_bytes;
    const uint8_t *rest = a_bytes > b_bytes ? a : b;
    size_t rest_bytes = a_bytes > b_bytes ? a_bytes : b_bytes;
    if (common == 0 || memcmp(a, b, common) != 0)
        return 0;
    for (size_t i = common; i < rest_bytes; i++)
        if (rest[i] != 0)
            return 0;
    return 1;
}
