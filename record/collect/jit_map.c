#include "record/collect/jit_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/base/files.h"

#define TEXT_MAX (64u << 20)

/* The pid inside the innermost namespace: the last number of NSpid. */
static int32_t inner_pid(const char *root, int32_t pid) {
    char path[64], text[8192];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    if (ht_file_read(root, path, text, sizeof text) <= 0)
        return pid;
    char *line = strstr(text, "\nNSpid:");
    if (line == NULL)
        return pid;
    int32_t last = pid;
    char *p = line + strlen("\nNSpid:"), *end;
    for (;;) {
        while (*p == ' ' || *p == '\t')
            p++;
        long number = strtol(p, &end, 10);
        if (end == p || *p == '\n')
            return last;
        last = (int32_t)number;
        p = end;
    }
}

static int by_place(const void *a, const void *b) {
    const struct ht_jit_symbol *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* "7f0012340000 1a0 Name of it": hexadecimal; the name is the rest of the line. */
static enum ht_status parse(struct ht_jit_map *map) {
    size_t lines = 1, number = 0;
    char *save = NULL;
    for (const char *c = map->text; *c != '\0'; c++)
        lines += *c == '\n';
    map->symbol = calloc(lines, sizeof *map->symbol);
    if (map->symbol == NULL)
        return HT_NOMEM;
    for (char *line = strtok_r(map->text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        struct ht_jit_symbol *s = &map->symbol[map->symbols];
        char *after_start, *after_bytes;
        s->start = strtoull(line, &after_start, 16);
        s->bytes = strtoull(after_start, &after_bytes, 16);
        if (after_start == line || after_bytes == after_start || *after_bytes != ' ')
            continue;
        s->name = after_bytes + 1;
        s->line = number++;
        map->symbols++;
    }
    if (map->symbols > 0)
        qsort(map->symbol, map->symbols, sizeof *map->symbol, by_place);
    return HT_OK;
}

/* Anybody may put a file or a link under that name into /tmp, and we may be root: only what belongs to the
 * process's own user or to root is believed, as perf does. */
static int is_trusted(const char *root, int32_t pid, const char *path) {
    char full[HT_PATH_MAX], process[HT_PATH_MAX];
    struct stat file, owner;
    snprintf(full, sizeof full, "%s%s", root, path);
    snprintf(process, sizeof process, "%s/proc/%d", root, pid);
    return lstat(full, &file) == 0 && S_ISREG(file.st_mode) &&
           (file.st_uid == 0 || (stat(process, &owner) == 0 && file.st_uid == owner.st_uid));
}

enum ht_status ht_jit_map_read(const char *root, int32_t pid, struct ht_jit_map *map,
                               struct ht_cause *cause) {
    char path[256];
    size_t length;
    memset(map, 0, sizeof *map);
    snprintf(map->path, sizeof map->path, "/tmp/perf-%d.map", inner_pid(root, pid));
    snprintf(path, sizeof path, "/proc/%d/root%s", pid, map->path);
    if (!is_trusted(root, pid, path))
        return ht_fail(cause, HT_NOT_FOUND, "no %s of process %d's user", map->path, pid);
    enum ht_status status = ht_file_read_all(root, path, TEXT_MAX, &map->text, &length, cause);
    if (status == HT_OK && (status = parse(map)) != HT_OK) {
        ht_jit_map_free(map);
        ht_fail(cause, status, "out of memory");
    }
    return status;
}

const struct ht_jit_symbol *ht_jit_map_find(const struct ht_jit_map *map, uint64_t address) {
    size_t low = 0, high = map->symbols;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->symbol[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct ht_jit_symbol *s = &map->symbol[low - 1];
    return address - s->start < s->bytes ? s : NULL;
}

void ht_jit_map_free(struct ht_jit_map *map) {
    free(map->text);
    free(map->symbol);
    memset(map, 0, sizeof *map);
}
