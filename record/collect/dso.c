#include "record/collect/dso.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/grow.h"

#define VDSO_BYTES_MAX 65536

/* ---- which ---- */

/* Mapped things whose name looks like a path and is none. */
static const char *const not_files[] = {"//anon", "/memfd:", "/dev/", "/SYSV", "/anon_hugepage", "/[aio]"};

static enum ht_dso_kind kind_of(const char *file) {
    if (strcmp(file, "[vdso]") == 0)
        return HT_DSO_KIND_VDSO;
    if (file[0] != '/')
        return HT_DSO_KIND_JIT;
    for (size_t i = 0; i < sizeof not_files / sizeof not_files[0]; i++)
        if (strncmp(file, not_files[i], strlen(not_files[i])) == 0)
            return HT_DSO_KIND_JIT;
    return HT_DSO_KIND_FILE;
}

static int is_same(const struct ht_dso *d, enum ht_dso_kind kind, const struct ht_mapping *m,
                   const char *file) {
    if (d->kind != kind)
        return 0;
    if (kind == HT_DSO_KIND_JIT)
        return d->jit_pid == m->pid;
    if (kind == HT_DSO_KIND_VDSO)
        return 1;
    return d->inode == m->inode && d->major == m->major && d->minor == m->minor && strcmp(d->path, file) == 0;
}

static enum ht_status add_dso(struct ht_dsos *s, enum ht_dso_kind kind, const struct ht_mapping *m,
                              const char *file) {
    char jit[64];
    struct ht_dso *dso = ht_grow(s->dso, &s->capacity, s->count + 1, sizeof *dso);
    if (dso == NULL)
        return HT_NOMEM;
    s->dso = dso;
    struct ht_dso *d = &s->dso[s->count];
    memset(d, 0, sizeof *d);
    d->number = (uint32_t)s->count;
    d->kind = kind;
    d->state = HT_DSO_MISSING;
    if (kind == HT_DSO_KIND_JIT) {
        d->jit_pid = m->pid;
        snprintf(jit, sizeof jit, "/tmp/perf-%d.map", m->pid);
        file = jit;
    } else if (kind == HT_DSO_KIND_FILE) {
        d->major = m->major;
        d->minor = m->minor;
        d->inode = m->inode;
    }
    if ((d->path = strdup(file)) == NULL)
        return HT_NOMEM;
    s->count++;
    return HT_OK;
}

static void add_source(struct ht_dso *d, const struct ht_mapping *m, int32_t pid) {
    if (m->time > d->mapped_ns)
        d->mapped_ns = m->time;
    for (unsigned i = 0; i < d->sources; i++)
        if (d->source[i].pid == pid)
            return;
    if (d->sources == HT_DSO_SOURCES)
        return;
    d->source[d->sources].pid = pid;
    d->source[d->sources].start = m->start;
    d->source[d->sources++].end = m->start + m->length;
}

enum ht_status ht_dsos_locate(struct ht_dsos *s, const struct ht_spaces *spaces, int32_t pid, uint64_t ip,
                              uint32_t *dso, uint64_t *offset) {
    const struct ht_mapping *m = ht_spaces_find(spaces, pid, ip);
    if (m == NULL)
        return HT_NOT_FOUND;
    if (m != s->last_mapping) {
        const char *file = ht_spaces_file(spaces, m);
        enum ht_dso_kind kind = kind_of(file);
        size_t i = 0;
        while (i < s->count && !is_same(&s->dso[i], kind, m, file))
            i++;
        if (i == s->count) {
            enum ht_status status = add_dso(s, kind, m, file);
            if (status != HT_OK)
                return status;
        }
        s->last_mapping = m;
        s->last_dso = (uint32_t)i;
    }
    struct ht_dso *d = &s->dso[s->last_dso];
    add_source(d, m, pid);
    *dso = s->last_dso;
    *offset = d->kind == HT_DSO_KIND_JIT ? ip : ip - m->start + m->pgoff;
    return HT_OK;
}

void ht_dsos_free(struct ht_dsos *s) {
    for (size_t i = 0; i < s->count; i++) {
        ht_dso_close(&s->dso[i]);
        free(s->dso[i].path);
    }
    free(s->dso);
    memset(s, 0, sizeof *s);
}

void ht_dsos_count(const struct ht_dsos *s, struct ht_dso_counts *counts) {
    memset(counts, 0, sizeof *counts);
    for (size_t i = 0; i < s->count; i++) {
        const struct ht_dso *d = &s->dso[i];
        if (d->kind != HT_DSO_KIND_FILE)
            continue; /* a process without a JIT map lacks nothing */
        counts->missing += d->state == HT_DSO_MISSING;
        counts->denied += d->denied;
        counts->changed += d->state == HT_DSO_CHANGED;
    }
}

enum ht_status ht_dsos_rows(const struct ht_dsos *s, struct ht_table *t) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < s->count && status == HT_OK; i++) {
        const struct ht_dso *d = &s->dso[i];
        uint32_t row;
        if ((status = ht_table_add(t, &row)) != HT_OK)
            break;
        t->number[HT_DSO_DSO][row] = d->number;
        t->number[HT_DSO_STATE][row] = d->state;
        t->number[HT_DSO_ABSOLUTE][row] = d->kind == HT_DSO_KIND_JIT;
        t->number[HT_DSO_MAJOR][row] = d->major;
        t->number[HT_DSO_MINOR][row] = d->minor;
        t->number[HT_DSO_INODE][row] = d->inode;
        status = ht_table_set_bytes(t, HT_DSO_BUILD_ID, d->build_id, d->build_id_bytes);
        if (status == HT_OK)
            status = ht_table_set_text(t, HT_DSO_PATH, d->path);
    }
    return status;
}

/* ---- opening ---- */

/* The process's link to the very file, also where it was deleted or replaced; needs the mapping to be there
 * still, unsplit, and CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN. */
static int open_mapped_file(const struct ht_dso *d, const char *root) {
    for (unsigned i = 0; i < d->sources; i++) {
        char path[HT_PATH_MAX];
        struct stat file;
        snprintf(path, sizeof path, "%s/proc/%d/map_files/%llx-%llx", root, d->source[i].pid,
                 (unsigned long long)d->source[i].start, (unsigned long long)d->source[i].end);
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            continue;
        /* The process may have mapped another file there since. */
        if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_ino == d->inode)
            return fd;
        close(fd);
    }
    return -1;
}

/* Inode numbers are reused at once when a file is replaced: one that changed after it was mapped is another.
 * The device is not compared: btrfs and overlayfs show another one in stat than in maps. */
static int is_mapped_file(const struct ht_dso *d, const struct stat *file, int64_t realtime_offset) {
    int64_t changed = (int64_t)file->st_ctim.tv_sec * 1000000000 + file->st_ctim.tv_nsec;
    return S_ISREG(file->st_mode) && file->st_ino == d->inode &&
           changed <= (int64_t)d->mapped_ns + realtime_offset;
}

/* By name, inside the root of each process that has it, at last in ours. */
static int open_by_name(struct ht_dso *d, const char *root, int64_t realtime_offset) {
    int other_file = 0;
    for (unsigned i = 0; i <= d->sources; i++) {
        char path[HT_PATH_MAX];
        struct stat file;
        int n = i < d->sources
                    ? snprintf(path, sizeof path, "%s/proc/%d/root%s", root, d->source[i].pid, d->path)
                    : snprintf(path, sizeof path, "%s%s", root, d->path);
        if (n < 0 || (size_t)n >= sizeof path)
            continue;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0) {
            d->denied |= errno == EACCES || errno == EPERM;
            continue;
        }
        if (fstat(fd, &file) == 0 && is_mapped_file(d, &file, realtime_offset)) {
            d->denied = 0;
            return fd;
        }
        other_file = 1;
        close(fd);
    }
    if (other_file) {
        d->state = HT_DSO_CHANGED;
        d->denied = 0;
    }
    return -1;
}

static enum ht_status take_elf(struct ht_dso *d, enum ht_status opened) {
    if (opened == HT_NOMEM)
        return HT_NOMEM;
    d->state = HT_DSO_NO_SYMBOLS;
    if (opened != HT_OK)
        return HT_OK; /* executable memory of a file that is no ELF: nothing to name */
    const uint8_t *id = ht_elf_build_id(d->elf, &d->build_id_bytes);
    memcpy(d->build_id, id, d->build_id_bytes);
    if (ht_elf_symbols(d->elf) > 0)
        d->state = HT_DSO_READ;
    return HT_OK;
}

static enum ht_status open_jit(struct ht_dso *d, const char *root) {
    enum ht_status status = ht_jit_map_read(root, d->jit_pid, &d->jit, NULL);
    if (status == HT_OK)
        d->state = d->jit.symbols > 0 ? HT_DSO_READ : HT_DSO_NO_SYMBOLS;
    return status == HT_NOMEM ? status : HT_OK;
}

enum ht_status ht_dso_open(struct ht_dso *d, const char *root, int64_t realtime_offset) {
    if (d->kind == HT_DSO_KIND_JIT)
        return open_jit(d, root);
    if (d->kind == HT_DSO_KIND_VDSO) {
        /* Every 64-bit process has the kernel's one vdso, so ours will do. */
        const void *image = (const void *)getauxval(AT_SYSINFO_EHDR);
        if (image == NULL)
            return HT_OK;
        size_t bytes = (size_t)sysconf(_SC_PAGESIZE); /* two pages on x86; the first surely is there */
        for (unsigned i = 0; i < d->sources; i++)
            if (d->source[i].end - d->source[i].start > bytes &&
                d->source[i].end - d->source[i].start <= VDSO_BYTES_MAX)
                bytes = (size_t)(d->source[i].end - d->source[i].start);
        return take_elf(d, ht_elf_open_memory(image, bytes, &d->elf));
    }
    int fd = open_mapped_file(d, root);
    if (fd < 0)
        fd = open_by_name(d, root, realtime_offset);
    return fd >= 0 ? take_elf(d, ht_elf_open(fd, &d->elf)) : HT_OK;
}

void ht_dso_close(struct ht_dso *d) {
    ht_elf_close(d->elf);
    d->elf = NULL;
    ht_jit_map_free(&d->jit);
}

int ht_dso_find(const struct ht_dso *d, uint64_t offset, struct ht_dso_symbol *symbol) {
    if (d->kind == HT_DSO_KIND_JIT) {
        const struct ht_jit_symbol *j = ht_jit_map_find(&d->jit, offset);
        if (j != NULL)
            *symbol = (struct ht_dso_symbol){j->start, j->bytes, j->name};
        return j != NULL;
    }
    const struct ht_elf_symbol *e = d->elf != NULL ? ht_elf_find(d->elf, offset) : NULL;
    if (e != NULL)
        *symbol = (struct ht_dso_symbol){e->start, e->bytes, e->name};
    return e != NULL;
}

size_t ht_dso_code(const struct ht_dso *d, uint64_t offset, uint8_t code[HT_CODE_LENGTH_MAX]) {
    return d->elf != NULL ? ht_elf_code(d->elf, offset, code) : 0;
}
