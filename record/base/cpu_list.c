#include "record/base/cpu_list.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"

#define LIST_BYTES 65536 /* of a list in sysfs: one of 4096 is the kernel's page, wide ones are larger */

/* One number of the text; 0 where there is none or it is too large. */
static int take_number(const char **text, unsigned *number) {
    char *end;
    if (!isdigit((unsigned char)**text))
        return 0;
    unsigned long value = strtoul(*text, &end, 10);
    if (value >= HT_CPUS_MAX)
        return 0;
    *number = (unsigned)value;
    *text = end;
    return 1;
}

/* Strict, unlike ht_list_next: what people type is either understood or refused. */
static int mark_text(const char *text, uint8_t *wanted) {
    for (;;) {
        unsigned first, last;
        if (!take_number(&text, &first))
            return 0;
        last = first;
        if (*text == '-' && (text++, !take_number(&text, &last)))
            return 0;
        if (first > last)
            return 0;
        memset(wanted + first, 1, last - first + 1);
        if (*text == '\0')
            return 1;
        if (*text++ != ',')
            return 0;
    }
}

/* The list becomes what is marked. */
static enum ht_status take_marked(struct ht_cpu_list *list, const uint8_t *wanted) {
    size_t cpus = 0;
    for (size_t i = 0; i < HT_CPUS_MAX; i++)
        cpus += wanted[i];
    int *cpu = malloc((cpus + 1) * sizeof *cpu);
    if (cpu == NULL)
        return HT_NOMEM;
    free(list->cpu);
    list->cpu = cpu;
    list->cpus = 0;
    for (int i = 0; i < HT_CPUS_MAX; i++)
        if (wanted[i])
            list->cpu[list->cpus++] = i;
    return HT_OK;
}

static void mark_list(const struct ht_cpu_list *list, uint8_t *wanted) {
    for (size_t i = 0; i < list->cpus; i++)
        wanted[list->cpu[i]] = 1;
}

enum ht_status ht_cpu_list_add(struct ht_cpu_list *list, const char *text) {
    uint8_t *wanted = calloc(HT_CPUS_MAX, 1);
    if (wanted == NULL)
        return HT_NOMEM;
    mark_list(list, wanted);
    enum ht_status status = mark_text(text, wanted) ? take_marked(list, wanted) : HT_FORMAT;
    free(wanted);
    return status;
}

enum ht_status ht_cpu_list_join(struct ht_cpu_list *list, const struct ht_cpu_list *other) {
    uint8_t *wanted = calloc(HT_CPUS_MAX, 1);
    if (wanted == NULL)
        return HT_NOMEM;
    mark_list(list, wanted);
    mark_list(other, wanted);
    enum ht_status status = take_marked(list, wanted);
    free(wanted);
    return status;
}

enum ht_status ht_cpu_list_read(const char *root, const char *path, struct ht_cpu_list *list) {
    enum ht_status status = HT_OK;
    memset(list, 0, sizeof *list);
    char *text = malloc(LIST_BYTES);
    if (text == NULL)
        return HT_NOMEM;
    if (ht_file_read_line(root, path, text, LIST_BYTES) > 0)
        status = ht_cpu_list_add(list, text);
    free(text);
    return status == HT_FORMAT ? HT_OK : status;
}

int ht_cpu_list_has(const struct ht_cpu_list *list, int cpu) {
    size_t low = 0, high = list->cpus;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->cpu[middle] == cpu)
            return 1;
        if (list->cpu[middle] < cpu)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

char *ht_cpu_list_text(const struct ht_cpu_list *list, char *text, size_t size) {
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0, last; i < list->cpus; i = last + 1) {
        char range[32];
        for (last = i; last + 1 < list->cpus && list->cpu[last + 1] == list->cpu[last] + 1;)
            last++;
        int length = snprintf(range, sizeof range, "%s%d", at > 0 ? "," : "", list->cpu[i]);
        if (last > i)
            length += snprintf(range + length, sizeof range - (size_t)length, "-%d", list->cpu[last]);
        if (at + (size_t)length + sizeof ",..." > size) {
            snprintf(text + at, size - at, ",...");
            break;
        }
        memcpy(text + at, range, (size_t)length + 1);
        at += (size_t)length;
    }
    return text;
}

void ht_cpu_list_free(struct ht_cpu_list *list) {
    free(list->cpu);
    memset(list, 0, sizeof *list);
}
