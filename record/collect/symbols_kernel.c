#include "record/collect/symbols_kernel.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/collect/kallsyms.h"
#include "record/collect/sample.h"

#define KERNEL             "[kernel.kallsyms]"
#define MODULES_MAX        512
#define CPUMODE_KERNEL     1 /* PERF_RECORD_MISC_KERNEL */
#define NOTES_MAX          65536
#define BUILD_ID_BYTES_MAX 64
#define PROT_CODE          5          /* read and execute */
#define BPF_BYTES_MAX      (2u << 20) /* of one program, where kallsyms does not say where it ends */

struct module {
    char name[64]; /* without brackets; "" the kernel itself */
    uint64_t start, bytes;
    int used; /* a sample hit it */
    int seen; /* named by records, not by kallsyms */
};

struct kernel {
    const struct ht_symbols_request *request;
    struct ht_kallsyms kallsyms;
    struct module *module;
    size_t modules;
    uint32_t first_number;
    int unreadable; /* kallsyms could not be opened at all */
    struct ht_table mmap, dso, symbol;
};

/* "name size uses deps state 0xaddress ..." */
static void read_modules(struct kernel *k) {
    char *text = NULL, *save = NULL;
    size_t length;
    k->modules = 1; /* [0] is the kernel */
    k->module[0].start = k->kallsyms.text_start;
    k->module[0].bytes = k->kallsyms.text_end - k->kallsyms.text_start;
    if (ht_file_read_all(k->request->root, "/proc/modules", 4 << 20, &text, &length, NULL) != HT_OK)
        return; /* a kernel without modules */
    for (char *line = strtok_r(text, "\n", &save); line != NULL && k->modules < MODULES_MAX;
         line = strtok_r(NULL, "\n", &save)) {
        struct module *m = &k->module[k->modules];
        unsigned long long bytes, start;
        if (sscanf(line, "%63s %llu %*s %*s %*s %llx", m->name, &bytes, &start) != 3 || start == 0)
            continue;
        m->bytes = bytes;
        m->start = start;
        k->modules++;
    }
    free(text);
}

static size_t module_of(struct kernel *k, const char *name) {
    size_t i = 0;
    while (i < k->modules && strcmp(k->module[i].name, name) != 0)
        i++;
    if (i == k->modules && i < MODULES_MAX) { /* such as bpf, which /proc/modules does not list */
        snprintf(k->module[i].name, sizeof k->module[i].name, "%s", name);
        k->modules++;
    }
    return i < MODULES_MAX ? i : 0;
}

/* The GNU build id among the notes of a file: {namesz, descsz, type, name, desc}, each padded to four bytes.
 */
static size_t build_id(const char *root, const char *path, uint8_t id[BUILD_ID_BYTES_MAX]) {
    char *notes = NULL;
    size_t length, at = 0, found = 0;
    if (ht_file_read_all(root, path, NOTES_MAX, &notes, &length, NULL) != HT_OK)
        return 0;
    while (found == 0 && at + sizeof(Elf64_Nhdr) <= length) {
        Elf64_Nhdr note;
        memcpy(&note, notes + at, sizeof note);
        if (note.n_namesz > NOTES_MAX || note.n_descsz > NOTES_MAX)
            break;
        size_t name = at + sizeof note, desc = name + ((note.n_namesz + 3u) & ~3u);
        at = desc + ((note.n_descsz + 3u) & ~3u);
        if (at > length)
            break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU &&
            memcmp(notes + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0 &&
            note.n_descsz <= BUILD_ID_BYTES_MAX) {
            memcpy(id, notes + desc, note.n_descsz);
            found = note.n_descsz;
        }
    }
    free(notes);
    return found;
}

static void label_of(const struct module *m, char *label, size_t size) {
    if (m->name[0] == '\0')
        snprintf(label, size, "%s", KERNEL);
    else
        snprintf(label, size, "[%s]", m->name);
}

static enum ht_status mmap_row(struct kernel *k, const struct module *m, uint64_t start, uint64_t bytes) {
    uint32_t row;
    char label[80];
    if (bytes == 0)
        return HT_OK;
    enum ht_status status = ht_table_add(&k->mmap, &row);
    if (status != HT_OK)
        return status;
    uint64_t **n = k->mmap.number;
    n[HT_MMAP_TIME][row] = k->request->start_ns;
    n[HT_MMAP_SOURCE][row] = HT_MMAP_SOURCE_PROC;
    n[HT_MMAP_CPUMODE][row] = CPUMODE_KERNEL;
    n[HT_MMAP_PID][row] = n[HT_MMAP_TID][row] = (uint64_t)-1;
    n[HT_MMAP_START][row] = n[HT_MMAP_PGOFF][row] = start; /* offset = address: DSO.absolute */
    n[HT_MMAP_LENGTH][row] = bytes;
    n[HT_MMAP_PROT][row] = PROT_CODE;
    label_of(m, label, sizeof label);
    return ht_table_set_text(&k->mmap, HT_MMAP_FILE, label);
}

static enum ht_status dso_row(struct kernel *k, size_t index) {
    const struct module *m = &k->module[index];
    uint32_t row;
    char label[80], path[128] = "/sys/kernel/notes";
    uint8_t id[BUILD_ID_BYTES_MAX];
    enum ht_status status = ht_table_add(&k->dso, &row);
    if (status != HT_OK)
        return status;
    if (m->name[0] != '\0')
        snprintf(path, sizeof path, "/sys/module/%s/notes/.note.gnu.build-id", m->name);
    k->dso.number[HT_DSO_DSO][row] = k->first_number + index;
    k->dso.number[HT_DSO_STATE][row] = m->seen              ? HT_DSO_READ
                                       : k->unreadable      ? HT_DSO_MISSING
                                       : k->kallsyms.hidden ? HT_DSO_HIDDEN
                                                            : HT_DSO_READ;
    k->dso.number[HT_DSO_ABSOLUTE][row] = 1;
    status = ht_table_set_bytes(&k->dso, HT_DSO_BUILD_ID, id, build_id(k->request->root, path, id));
    label_of(m, label, sizeof label);
    return status == HT_OK ? ht_table_set_text(&k->dso, HT_DSO_PATH, label) : status;
}

static enum ht_status symbol_row(struct kernel *k, size_t module, uint64_t start, uint64_t bytes,
                                 const char *name) {
    uint32_t row;
    k->module[module].used = 1;
    enum ht_status status = ht_table_add(&k->symbol, &row);
    if (status != HT_OK)
        return status;
    k->symbol.number[HT_SYMBOL_DSO][row] = k->first_number + module;
    k->symbol.number[HT_SYMBOL_START][row] = start;
    k->symbol.number[HT_SYMBOL_BYTES][row] = bytes;
    return ht_table_set_text(&k->symbol, HT_SYMBOL_NAME, name);
}

/* BPF programs are a module of kallsyms that has no place of its own: each is mapped by itself. */
static enum ht_status name_known(struct kernel *k, const struct ht_ksymbol *symbol) {
    size_t module = module_of(k, symbol->module);
    enum ht_status status = symbol_row(k, module, symbol->start, symbol->bytes, symbol->name);
    if (status != HT_OK || symbol->module[0] == '\0' || k->module[module].bytes > 0)
        return status;
    uint64_t bytes = symbol->bytes > 0 && symbol->bytes < BPF_BYTES_MAX ? symbol->bytes : BPF_BYTES_MAX;
    return mmap_row(k, &k->module[module], symbol->start, bytes);
}

static enum ht_status name_seen(struct kernel *k, const struct ht_ksymbol_seen *symbol) {
    size_t module = module_of(k, symbol->type == HT_KSYMBOL_TYPE_BPF ? "bpf" : "out of line");
    k->module[module].seen = module > 0; /* 0: no room for one more module, the kernel takes it */
    enum ht_status status =
        symbol_row(k, module, symbol->start, symbol->bytes, ht_ksymbols_name(k->request->ksymbols, symbol));
    return status == HT_OK ? mmap_row(k, &k->module[module], symbol->start, symbol->bytes) : status;
}

/* Hits are in ascending order of address, so a symbol that was hit often comes once. What records told goes
 * first: it has an end, and kallsyms would name the gap that a program left by what stands before it. */
static enum ht_status name_hits(struct kernel *k) {
    const struct ht_hits *hits = k->request->hits;
    const struct ht_ksymbol *last = NULL;
    const struct ht_ksymbol_seen *last_seen = NULL;
    int has_kallsyms = !k->kallsyms.hidden && !k->unreadable;
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; i < hits->slots && hits->slot[i].pid < 0 && status == HT_OK; i++) {
        uint64_t ip = hits->slot[i].ip;
        const struct ht_ksymbol_seen *seen =
            k->request->ksymbols != NULL ? ht_ksymbols_find(k->request->ksymbols, ip) : NULL;
        const struct ht_ksymbol *symbol =
            seen == NULL && has_kallsyms ? ht_kallsyms_find(&k->kallsyms, ip) : NULL;
        if (seen != NULL && seen != last_seen)
            status = name_seen(k, seen);
        else if (symbol != NULL && symbol != last)
            status = name_known(k, symbol);
        last_seen = seen != NULL ? seen : last_seen;
        last = symbol != NULL ? symbol : last;
    }
    return status;
}

static enum ht_status fill_rows(struct kernel *k) {
    enum ht_status status = name_hits(k);
    k->module[0].used = 1;
    for (size_t i = 0; i < k->modules && status == HT_OK; i++) {
        status = mmap_row(k, &k->module[i], k->module[i].start, k->module[i].bytes);
        if (status == HT_OK && k->module[i].used)
            status = dso_row(k, i);
    }
    return status;
}

static enum ht_status put_rows(struct kernel *k, struct ht_cause *cause) {
    struct ht_table *table[] = {&k->mmap, &k->symbol, &k->dso};
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < sizeof table / sizeof table[0] && status == HT_OK; i++)
        status = ht_writer_put(k->request->writer, k->request->encoder, table[i], 0, cause);
    return status;
}

static int any_kernel_hit(const struct ht_hits *hits) {
    return hits->slots > 0 && hits->slot[0].pid < 0;
}

enum ht_status ht_symbols_kernel(const struct ht_symbols_request *request, uint32_t first_number,
                                 struct ht_cause *cause) {
    struct kernel k = {.request = request, .first_number = first_number};
    struct ht_cause why;
    if (!any_kernel_hit(request->hits))
        return HT_OK;
    ht_table_init(&k.mmap, HT_CHUNK_MMAP);
    ht_table_init(&k.dso, HT_CHUNK_DSO);
    ht_table_init(&k.symbol, HT_CHUNK_SYMBOL);
    enum ht_status status = HT_OK;
    k.module = calloc(MODULES_MAX, sizeof *k.module);
    if (k.module == NULL) {
        status = ht_fail(cause, HT_NOMEM, "out of memory");
        goto out;
    }
    status = ht_kallsyms_read(request->root, &k.kallsyms, &why);
    if (status == HT_NOMEM) {
        ht_fail(cause, status, "%s", why.text);
        goto out;
    }
    k.unreadable = status != HT_OK;
    if (k.unreadable)
        ht_limits_add(request->limits, 0, "kernel symbols", "", "%s", why.text);
    else if (k.kallsyms.hidden)
        ht_limits_add(request->limits, 0, "kernel symbols",
                      "sudo sysctl kernel.kptr_restrict=0; 1 is enough for root or cap_syslog",
                      "/proc/kallsyms hides its addresses (kptr_restrict)");
    read_modules(&k);
    status = fill_rows(&k);
    status = status == HT_OK ? put_rows(&k, cause)
                             : ht_fail(cause, status, "kernel symbols: %s", ht_status_text(status));
out:
    ht_kallsyms_free(&k.kallsyms);
    ht_table_free(&k.mmap);
    ht_table_free(&k.dso);
    ht_table_free(&k.symbol);
    free(k.module);
    return status;
}
