#include "record/collect/spaces.h"

#include <stdlib.h>
#include <string.h>

#include "record/base/grow.h"

#define NAMES_MAX   (64u << 20)
#define PARENTS_MAX 16 /* generations of forks that are followed */

void ht_spaces_add(struct ht_spaces *s, const struct ht_mapping *mapping, const char *file, size_t length) {
    struct ht_mapping *mappings = NULL;
    char *names = NULL;
    if (s->mappings < HT_MAPPINGS_MAX && s->names_length + length + 1 <= NAMES_MAX) {
        mappings = ht_grow(s->mapping, &s->mapping_capacity, s->mappings + 1, sizeof *mappings);
        s->mapping = mappings != NULL ? mappings : s->mapping;
        names = ht_grow(s->names, &s->names_capacity, s->names_length + length + 1, 1);
        s->names = names != NULL ? names : s->names;
    }
    if (mappings == NULL || names == NULL) {
        s->dropped++;
        return;
    }
    struct ht_mapping *m = &s->mapping[s->mappings++];
    *m = *mapping;
    m->file = (uint32_t)s->names_length;
    memcpy(s->names + s->names_length, file, length);
    s->names[s->names_length + length] = '\0';
    s->names_length += length + 1;
}

void ht_spaces_fork(struct ht_spaces *s, int32_t pid, int32_t parent, uint64_t time) {
    struct ht_fork *forks =
        s->forks < HT_MAPPINGS_MAX ? ht_grow(s->fork, &s->fork_capacity, s->forks + 1, sizeof *forks) : NULL;
    if (forks == NULL) {
        s->dropped++;
        return;
    }
    s->fork = forks;
    s->fork[s->forks++] = (struct ht_fork){pid, parent, time};
}

void ht_spaces_merge(struct ht_spaces *into, const struct ht_spaces *from) {
    for (size_t i = 0; i < from->mappings; i++) {
        const char *file = ht_spaces_file(from, &from->mapping[i]);
        ht_spaces_add(into, &from->mapping[i], file, strlen(file));
    }
    for (size_t i = 0; i < from->forks; i++)
        ht_spaces_fork(into, from->fork[i].pid, from->fork[i].parent, from->fork[i].time);
    into->dropped += from->dropped;
}

static int newest_first(const void *a, const void *b) {
    const struct ht_mapping *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->time > y->time ? -1 : x->time < y->time;
}

static int forks_newest_first(const void *a, const void *b) {
    const struct ht_fork *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->time > y->time ? -1 : x->time < y->time;
}

void ht_spaces_sort(struct ht_spaces *s) {
    if (s->mappings > 0)
        qsort(s->mapping, s->mappings, sizeof *s->mapping, newest_first);
    if (s->forks > 0)
        qsort(s->fork, s->forks, sizeof *s->fork, forks_newest_first);
}

static size_t first_mapping_of(const struct ht_spaces *s, int32_t pid) {
    size_t low = 0, high = s->mappings;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->mapping[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct ht_fork *fork_of(const struct ht_spaces *s, int32_t pid) {
    size_t low = 0, high = s->forks;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->fork[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->forks && s->fork[low].pid == pid ? &s->fork[low] : NULL;
}

const struct ht_mapping *ht_spaces_find(const struct ht_spaces *s, int32_t pid, uint64_t ip) {
    for (int generation = 0; generation < PARENTS_MAX; generation++) {
        for (size_t i = first_mapping_of(s, pid); i < s->mappings && s->mapping[i].pid == pid; i++)
            if (ip - s->mapping[i].start < s->mapping[i].length)
                return &s->mapping[i];
        const struct ht_fork *fork = fork_of(s, pid);
        if (fork == NULL || fork->parent == pid)
            return NULL;
        pid = fork->parent;
    }
    return NULL;
}

void ht_spaces_free(struct ht_spaces *s) {
    free(s->mapping);
    free(s->fork);
    free(s->names);
    memset(s, 0, sizeof *s);
}
