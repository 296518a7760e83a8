#include "analyze/load/targets.h"

#include <stdlib.h>
#include <string.h>

void ht_targets_free(struct ht_targets *t) {
    free(t->pid);
    memset(t, 0, sizeof *t);
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum ht_status ht_targets_read(struct ht_targets *t, const char *list, const char *kind) {
    size_t parts = 1;
    memset(t, 0, sizeof *t);
    t->has_children = kind != NULL && (strcmp(kind, "command") == 0 || strcmp(kind, "cgroup") == 0);
    if (list == NULL)
        return HT_OK;
    for (const char *p = list; *p != '\0'; p++)
        parts += *p == ',' || *p == ' ';
    t->pid = malloc(parts * sizeof *t->pid);
    if (t->pid == NULL)
        return HT_NOMEM;
    for (const char *p = list; *p != '\0'; p += *p != '\0') {
        size_t length = strcspn(p, ", ");
        char *end;
        long long pid = strtoll(p, &end, 10);
        if (length > 0 && end == p + length && pid > 0)
            t->pid[t->pids++] = pid;
        p += length;
    }
    qsort(t->pid, t->pids, sizeof *t->pid, compare);
    return HT_OK;
}

static int is_listed(const struct ht_targets *t, int64_t pid) {
    return t->pids > 0 && bsearch(&pid, t->pid, t->pids, sizeof pid, compare) != NULL;
}

int ht_targets_has(const struct ht_targets *t, const struct ht_threads *threads, int64_t pid) {
    for (int generation = 0; generation < HT_THREADS_GENERATIONS; generation++) {
        if (is_listed(t, pid))
            return 1;
        if (!t->has_children || t->pids == 0 || (pid = ht_threads_forked_by(threads, pid)) < 0)
            return 0;
    }
    return 0;
}
