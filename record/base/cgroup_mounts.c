#include "record/base/cgroup_mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/base/grow.h"

#define MOUNTS_BYTES_MAX (16u << 20)

/* \040 and the like, in place. */
static void unescape(char *text) {
    char *to = text;
    for (const char *p = text; *p != '\0'; to++) {
        if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' && p[3] >= '0' &&
            p[3] <= '7') {
            *to = (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
            p += 4;
        } else {
            *to = *p++;
        }
    }
    *to = '\0';
}

/* "rw,seclabel,xattr,cpu,cpuacct": the controllers stand behind the options. */
static char *controllers_of(char *options) {
    static const char other[] = "rw,ro,seclabel,xattr,noprefix,clone_children";
    for (;;) {
        char *comma = strchr(options, ',');
        if (comma == NULL)
            return options;
        *comma = '\0';
        int is_option = ht_list_has_word(other, options);
        *comma = ',';
        if (!is_option)
            return options;
        options = comma + 1;
    }
}

/* "36 35 0:30 ROOT POINT rw,relatime shared:9 - cgroup cgroup rw,memory" */
static int parse_mount(char *line, struct ht_cgroup_mount *m) {
    char *field[6], *save = NULL, *word;
    unsigned fields = 0;
    while ((word = strtok_r(fields == 0 ? line : NULL, " ", &save)) != NULL && strcmp(word, "-") != 0)
        if (fields < 6)
            field[fields++] = word;
    char *type = strtok_r(NULL, " ", &save), *source = strtok_r(NULL, " ", &save),
         *options = strtok_r(NULL, " ", &save);
    if (word == NULL || fields < 6 || type == NULL || source == NULL || options == NULL)
        return 0;
    m->version = strcmp(type, "cgroup2") == 0 ? 2 : strcmp(type, "cgroup") == 0 ? 1 : 0;
    m->root = field[3];
    m->point = field[4];
    m->hierarchy = m->version == 2 ? "v2" : controllers_of(options);
    unescape(m->root);
    unescape(m->point);
    return m->version > 0;
}

enum ht_status ht_cgroup_mounts_read(const char *root, struct ht_cgroup_mounts *all, struct ht_cause *cause) {
    size_t length;
    char *save = NULL;
    memset(all, 0, sizeof *all);
    enum ht_status status =
        ht_file_read_all(root, "/proc/self/mountinfo", MOUNTS_BYTES_MAX, &all->text, &length, cause);
    if (status != HT_OK)
        return status;
    for (char *line = strtok_r(all->text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        struct ht_cgroup_mount m;
        if (!parse_mount(line, &m))
            continue;
        struct ht_cgroup_mount *grown = ht_grow(all->mount, &all->capacity, all->count + 1, sizeof *grown);
        if (grown == NULL)
            return ht_fail(cause, HT_NOMEM, "out of memory");
        all->mount = grown;
        all->mount[all->count++] = m;
    }
    return HT_OK;
}

void ht_cgroup_mounts_free(struct ht_cgroup_mounts *all) {
    free(all->mount);
    free(all->text);
    memset(all, 0, sizeof *all);
}

int ht_cgroup_is_memory_mount(const struct ht_cgroup_mount *m, int version) {
    return m->version == version && (version == 2 || ht_list_has_word(m->hierarchy, "memory"));
}

/* "cpuset cpu io memory" */
static int has_controller(const char *root, const struct ht_cgroup_mount *m) {
    char path[HT_PATH_MAX], controllers[1024];
    if ((size_t)snprintf(path, sizeof path, "%s/cgroup.controllers", m->point) >= sizeof path ||
        ht_file_read_line(root, path, controllers, sizeof controllers) <= 0)
        return 0;
    for (char *c = controllers; *c != '\0'; c++)
        *c = *c == ' ' ? ',' : *c;
    return ht_list_has_word(controllers, "memory");
}

void ht_cgroup_mounts_choose(const char *root, const struct ht_cgroup_mounts *all,
                             struct ht_cgroup_choice *choice) {
    const struct ht_cgroup_mount *one = NULL, *two = NULL;
    int two_has_memory = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct ht_cgroup_mount *m = &all->mount[i];
        if (one == NULL && ht_cgroup_is_memory_mount(m, 1))
            one = m;
        if (m->version != 2 || two_has_memory)
            continue;
        two_has_memory = has_controller(root, m);
        two = two == NULL || two_has_memory ? m : two;
    }
    choice->mount = two_has_memory || one == NULL ? two : one;
    choice->version = choice->mount != NULL ? choice->mount->version : 0;
    choice->has_memory = two_has_memory || one != NULL;
}

const char *ht_path_behind(const char *path, const char *prefix) {
    size_t length = strlen(prefix);
    while (length > 0 && prefix[length - 1] == '/')
        length--;
    if (strncmp(path, prefix, length) != 0 || (path[length] != '/' && path[length] != '\0'))
        return NULL;
    return path + length;
}

int ht_list_has_word(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *p = list;; p++) {
        size_t n = strcspn(p, ",");
        if (n == length && strncmp(p, word, n) == 0)
            return 1;
        p += n;
        if (*p == '\0')
            return 0;
    }
}
