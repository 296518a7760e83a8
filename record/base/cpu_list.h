/* Sets of CPUs as lists: "0-3,8", as sysfs and people write them. Sorted, each CPU once. A zeroed list is
 * empty and fine to free. No state, any thread; the caller owns its lists. */
#ifndef HT_RECORD_BASE_CPU_LIST_H
#define HT_RECORD_BASE_CPU_LIST_H

#include <stddef.h>

#include "schema/status.h"

#define HT_CPUS_MAX 65536 /* more than any kernel is built for */

struct ht_cpu_list {
    int *cpu;
    size_t cpus;
};

/* Adds what the text says. FORMAT where it is no list, or names no CPU or one from HT_CPUS_MAX on: then, as
 * on NOMEM, the list is as it was. */
enum ht_status ht_cpu_list_add(struct ht_cpu_list *list, const char *text);

/* A file of sysfs with a list; empty where it is absent, holds none ("(null)", a bare newline) or lies. */
enum ht_status ht_cpu_list_read(const char *root, const char *path, struct ht_cpu_list *list);

/* Adds those of another list. */
enum ht_status ht_cpu_list_join(struct ht_cpu_list *list, const struct ht_cpu_list *other);

int ht_cpu_list_has(const struct ht_cpu_list *list, int cpu);

/* "0-3,8"; ends with "..." where the text has no room for all. Returns text. */
char *ht_cpu_list_text(const struct ht_cpu_list *list, char *text, size_t size);

void ht_cpu_list_free(struct ht_cpu_list *list);

#endif
