/* A file tree of the test's own, for --sysroot: made below /tmp and removed again. */
#ifndef HT_TESTS_UNIT_RECORD_TREE_H
#define HT_TESTS_UNIT_RECORD_TREE_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
    char root[64];
};

static inline void tree_make(struct tree *t) {
    strcpy(t->root, "/tmp/hitm_tree.XXXXXX");
    assert_non_null(mkdtemp(t->root));
}

/* Writes a file and the folders above it. */
static inline void tree_put(const struct tree *t, const char *path, const char *text) {
    char full[512];
    snprintf(full, sizeof full, "%s%s", t->root, path);
    for (char *slash = full + strlen(t->root) + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A link and the folders above it. */
static inline void tree_link(const struct tree *t, const char *path, const char *target) {
    char full[512];
    tree_put(t, path, "");
    snprintf(full, sizeof full, "%s%s", t->root, path);
    assert_int_equal(unlink(full), 0);
    assert_int_equal(symlink(target, full), 0);
}

static inline int tree_remove_one(const char *path, const struct stat *s, int type, struct FTW *walk) {
    (void)s, (void)type, (void)walk;
    return remove(path);
}

static inline void tree_remove(const struct tree *t) {
    nftw(t->root, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
