#include "record/collect/numa_map_line.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "schema/chunks.h"

static int value_of(const char *word, size_t length, const char *key, uint64_t *value) {
    size_t k = strlen(key);
    if (length <= k || strncmp(word, key, k) != 0 || word[k] != '=')
        return 0;
    *value = strtoull(word + k + 1, NULL, 10);
    return 1;
}

static void take_word(const char *word, size_t length, struct ht_numa_map_line *p) {
    uint64_t value;
    char *end;
    if (length > 5 && strncmp(word, "file=", 5) == 0) {
        p->file = word + 5;
        p->file_length = length - 5;
        if (p->kind == HT_NUMA_MAP_KIND_OTHER)
            p->kind = HT_NUMA_MAP_KIND_FILE;
    } else if (length == 4 && strncmp(word, "heap", 4) == 0) {
        p->kind = HT_NUMA_MAP_KIND_HEAP;
    } else if (length >= 5 && strncmp(word, "stack", 5) == 0) {
        p->kind = HT_NUMA_MAP_KIND_STACK;
    } else if (length == 4 && strncmp(word, "huge", 4) == 0) {
        p->kind = HT_NUMA_MAP_KIND_HUGE;
    } else if (value_of(word, length, "anon", &value)) {
        p->anon = value;
    } else if (value_of(word, length, "dirty", &value)) {
        p->dirty = value;
    } else if (value_of(word, length, "mapped", &value)) {
        p->mapped = value;
    } else if (value_of(word, length, "kernelpagesize_kB", &value)) {
        p->page_bytes = value * 1024;
    } else if (word[0] == 'N' && length > 2) {
        unsigned long node = strtoul(word + 1, &end, 10);
        if (end == word + 1 || *end != '=')
            return;
        if (node >= HT_NUMA_NODES_MAX || p->nodes == HT_NUMA_NODES_MAX) {
            p->cut++;
            return;
        }
        p->node[p->nodes].node = (unsigned)node;
        p->node[p->nodes++].pages = strtoull(end + 1, NULL, 10);
    }
}

int ht_numa_map_parse(const char *line, struct ht_numa_map_line *p) {
    char *end;
    memset(p, 0, offsetof(struct ht_numa_map_line, node)); /* the nodes are 16 KiB */
    p->file = "";
    p->start = strtoull(line, &end, 16);
    if (end == line || *end != ' ')
        return 0;
    p->policy = end + 1;
    p->policy_length = strcspn(p->policy, " \n");
    if (p->policy_length == 0)
        return 0;
    const char *word = p->policy + p->policy_length;
    while (*(word += strspn(word, " ")) != '\0' && *word != '\n') {
        size_t length = strcspn(word, " \n");
        take_word(word, length, p);
        word += length;
    }
    if (p->kind == HT_NUMA_MAP_KIND_OTHER && p->anon > 0)
        p->kind = HT_NUMA_MAP_KIND_ANON;
    /* Without anon= every page is a page of the file; "mapped" is left out where it equals "dirty". */
    return 1;
}
