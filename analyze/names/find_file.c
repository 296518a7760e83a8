#include "analyze/names/find_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum candidate_form { BY_PATH, BY_NAME, BY_BUILD_ID };

struct candidate {
    const char *prefix, *suffix;
    enum candidate_form form;
    int symfs_only;
};

static const struct candidate binaries[] = {
    {"", "", BY_PATH, 0},
    {"/", "", BY_NAME, 1},
    {"/usr/lib/debug/.build-id/", "", BY_BUILD_ID, 0},
    {"/usr/lib/.build-id/", "", BY_BUILD_ID, 0},    /* Fedora */
    {"/.debug/.build-id/", "/elf", BY_BUILD_ID, 1}, /* perf's cache, as perf looks for it under a symfs */
};

static const struct candidate debug_files[] = {
    {"/usr/lib/debug/.build-id/", ".debug", BY_BUILD_ID, 0},
    {"/.debug/.build-id/", "/debug", BY_BUILD_ID, 1},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char deleted[] = " (deleted)";

/* xx/yyyy, as in .build-id/ */
static void build_id_path(const uint8_t *id, size_t bytes, char text[2 * HT_BUILD_ID_MAX + 2]) {
    char *p = text;
    for (size_t i = 0; i < bytes && i < HT_BUILD_ID_MAX; i++)
        p += sprintf(p, i == 0 ? "%02x/" : "%02x", id[i]);
    *p = '\0';
}

/* 1 where the candidate applies and its path fits. */
static int candidate_path(const struct candidate *c, const char *root, const char *path, const uint8_t *id,
                          size_t id_bytes, char out[PATH_MAX]) {
    char hex[2 * HT_BUILD_ID_MAX + 2] = "";
    const char *middle = path;
    if (c->symfs_only && root[0] == '\0')
        return 0;
    if (c->form == BY_BUILD_ID) {
        if (id_bytes < 2)
            return 0;
        build_id_path(id, id_bytes, hex);
        middle = hex;
    } else if (c->form == BY_NAME) {
        middle = strrchr(path, '/') + 1;
    }
    int written = snprintf(out, PATH_MAX, "%s%s%s%s", root, c->prefix, middle, c->suffix);
    return written > 0 && written < PATH_MAX;
}

/* Copies the mapping's path without the kernel's note that the file was deleted. 0 where it is no path of a
 * file, or one that climbs: recordings come from elsewhere, and symfs is meant to be a fence. */
static int clean_path(const struct ht_hit_file *hit, char out[PATH_MAX]) {
    size_t length = hit->path != NULL ? strnlen(hit->path, PATH_MAX) : 0;
    if (length == 0 || length == PATH_MAX || hit->path[0] != '/' || hit->path[1] == '/')
        return 0;
    memcpy(out, hit->path, length + 1);
    size_t mark = sizeof deleted - 1;
    if (length > mark && strcmp(out + length - mark, deleted) == 0) {
        if (hit->build_id_bytes == 0)
            return 0; /* what has the name now is another file */
        out[length - mark] = '\0';
    }
    size_t end = strlen(out);
    return strstr(out, "/../") == NULL && (end < 3 || strcmp(out + end - 3, "/..") != 0);
}

static int believed(const struct ht_hit_file *hit, const char *root, const struct ht_elf *elf) {
    if (hit->build_id_bytes > 0)
        return ht_build_id_equal(hit->build_id, ht_hit_build_id_bytes(hit), elf->build_id,
                                 elf->build_id_bytes);
    return root[0] != '\0' || hit->inode == 0 || hit->inode == elf->inode;
}

/* Separate files are only believed by build id, so that this machine's own are as good as those under symfs.
 */
static enum ht_status find_debug(const struct ht_elf *elf, const char *root, struct ht_elf **debug) {
    const char *roots[] = {root, ""};
    size_t count = root[0] != '\0' ? 2 : 1;
    char path[PATH_MAX];
    for (size_t r = 0; r < count; r++) {
        for (size_t i = 0; i < COUNT(debug_files); i++) {
            struct ht_elf *found;
            if (!candidate_path(&debug_files[i], roots[r], "", elf->build_id, elf->build_id_bytes, path))
                continue;
            enum ht_status status = ht_elf_open(path, &found, NULL);
            if (status == HT_NOMEM)
                return status;
            if (status != HT_OK)
                continue;
            if (ht_build_id_equal(elf->build_id, elf->build_id_bytes, found->build_id,
                                  found->build_id_bytes)) {
                *debug = found;
                return HT_OK;
            }
            ht_elf_free(found);
        }
    }
    return HT_OK;
}

enum ht_status ht_find_file(const struct ht_hit_file *hit, const char *symfs, struct ht_found_file *found) {
    const char *root = symfs == NULL || strcmp(symfs, "/") == 0 ? "" : symfs;
    char clean[PATH_MAX], path[PATH_MAX];
    memset(found, 0, sizeof *found);
    found->state = HT_DSO_MISSING;
    if (!clean_path(hit, clean))
        return HT_OK;
    for (size_t i = 0; i < COUNT(binaries); i++) {
        struct ht_elf *elf;
        if (!candidate_path(&binaries[i], root, clean, hit->build_id, ht_hit_build_id_bytes(hit), path))
            continue;
        enum ht_status status = ht_elf_open(path, &elf, NULL);
        if (status == HT_NOMEM)
            return status;
        if (status == HT_FORMAT && found->state == HT_DSO_MISSING)
            found->state = hit->build_id_bytes > 0 ? HT_DSO_CHANGED : HT_DSO_NO_SYMBOLS;
        if (status != HT_OK)
            continue;
        if (believed(hit, root, elf)) {
            found->state = HT_DSO_READ;
            found->elf = elf;
            if (ht_elf_has_section(elf, ".symtab") && ht_elf_has_section(elf, ".debug_line"))
                return HT_OK;
            return find_debug(elf, root, &found->debug);
        }
        found->state = HT_DSO_CHANGED;
        ht_elf_free(elf);
    }
    return HT_OK;
}

void ht_found_file_free(struct ht_found_file *found) {
    if (found == NULL)
        return;
    ht_elf_free(found->elf);
    ht_elf_free(found->debug);
    memset(found, 0, sizeof *found);
}
