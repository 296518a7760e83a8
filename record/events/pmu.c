#include "record/events/pmu.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"

#define DEVICES   "/sys/bus/event_source/devices"
#define TEXT_SIZE 256

/* ---- which there are ---- */

static int role_of(const char *name, enum ht_pmu_role *role) {
    static const struct {
        const char *name;
        size_t letters; /* as many have to agree; 0: all */
        enum ht_pmu_role role;
    } known[] = {
        {"cpu", 0, HT_PMU_CORE},          {"cpu_core", 0, HT_PMU_CORE}, {"cpu_atom", 0, HT_PMU_CORE},
        {"cpu_lowpower", 0, HT_PMU_CORE}, {"armv8_", 6, HT_PMU_CORE},   {"armv9_", 6, HT_PMU_CORE},
        {"ibs_op", 0, HT_PMU_IBS},        {"arm_spe_", 8, HT_PMU_SPE},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t letters = known[i].letters > 0 ? known[i].letters : strlen(known[i].name) + 1;
        if (strncmp(name, known[i].name, letters) == 0) {
            *role = known[i].role;
            return 1;
        }
    }
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct ht_pmu *)a)->name, ((const struct ht_pmu *)b)->name);
}

static long read_in(const char *root, const struct ht_pmu *pmu, const char *folder, const char *name,
                    char *text, size_t size) {
    char path[HT_PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, DEVICES "/%s/%s%s", pmu->name, folder, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return ht_file_read_line(root, path, text, size);
}

/* Hybrid and Arm PMUs list their CPUs in `cpus`, SPE in `cpumask`. */
static void find_cpus(const char *root, struct ht_pmu *pmu) {
    char text[TEXT_SIZE];
    const char *list = text;
    unsigned first, last;
    if (read_in(root, pmu, "", "cpus", text, sizeof text) <= 0 &&
        read_in(root, pmu, "", "cpumask", text, sizeof text) <= 0)
        return;
    if (ht_list_next(&list, &first, &last) && first <= INT32_MAX) {
        pmu->first_cpu = (int)first;
        pmu->is_partial = 1;
    }
}

void ht_pmu_list(const char *root, struct ht_pmu_list *list) {
    char path[HT_PATH_MAX];
    memset(list, 0, sizeof *list);
    snprintf(path, sizeof path, "%s" DEVICES, root);
    DIR *devices = opendir(path);
    if (devices == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(devices)) != NULL;) {
        struct ht_pmu pmu = {0};
        if (!role_of(entry->d_name, &pmu.role))
            continue;
        int fits = (size_t)snprintf(pmu.name, sizeof pmu.name, "%.255s", entry->d_name) < sizeof pmu.name;
        snprintf(path, sizeof path, DEVICES "/%.255s/type", entry->d_name);
        int64_t type = ht_file_number(root, path, -1);
        if (!fits || type < 0 || type > UINT32_MAX || list->pmus == HT_PMUS_MAX) {
            list->left_out++;
            continue;
        }
        pmu.type = (uint32_t)type;
        find_cpus(root, &pmu);
        list->pmu[list->pmus++] = pmu;
    }
    closedir(devices);
    qsort(list->pmu, list->pmus, sizeof list->pmu[0], by_name);
}

/* ---- numbers ---- */

/* Decimal, 0x or 0 octal, as the kernel writes them; 1 where the whole text is one. */
static int read_number(const char *text, uint64_t *value) {
    char *end;
    if (*text < '0' || *text > '9')
        return 0;
    errno = 0;
    *value = strtoull(text, &end, 0);
    return errno == 0 && *end == '\0';
}

int64_t ht_pmu_cap(const char *root, const struct ht_pmu *pmu, const char *name) {
    char text[TEXT_SIZE];
    uint64_t value;
    if (read_in(root, pmu, "caps/", name, text, sizeof text) <= 0 || !read_number(text, &value) ||
        value > INT64_MAX)
        return -1;
    return (int64_t)value;
}

/* ---- fields ---- */

/* "config1:0-15,32": the word and its bits. */
static int parse_field(const char *text, struct ht_pmu_code *bits) {
    unsigned word = 0, first, last;
    memset(bits, 0, sizeof *bits);
    if (strncmp(text, "config", 6) != 0)
        return 0;
    text += 6;
    if (*text >= '0' && *text <= '9')
        word = (unsigned)(*text++ - '0');
    if (*text++ != ':' || word >= HT_PMU_WORDS || *text == '\0')
        return 0;
    while (ht_list_next(&text, &first, &last)) {
        if (first > last || last > 63)
            return 0;
        bits->word[word] |= (UINT64_MAX >> (63 - (last - first))) << first;
    }
    return *text == '\0' && bits->word[word] != 0;
}

enum ht_status ht_pmu_field(const char *root, const struct ht_pmu *pmu, const char *name,
                            struct ht_pmu_code *bits, struct ht_cause *cause) {
    char text[TEXT_SIZE];
    memset(bits, 0, sizeof *bits);
    if (strchr(name, '/') != NULL || read_in(root, pmu, "format/", name, text, sizeof text) <= 0)
        return ht_fail(cause, HT_NOT_FOUND, "%s has no field %s", pmu->name, name);
    if (!parse_field(text, bits))
        return ht_fail(cause, HT_FORMAT, "%s/format/%s says '%s'", pmu->name, name, text);
    return HT_OK;
}

int ht_pmu_fields(const char *root, const struct ht_pmu *pmu, struct ht_pmu_code *bits) {
    char path[HT_PATH_MAX];
    struct ht_pmu_code one;
    unsigned fields = 0;
    memset(bits, 0, sizeof *bits);
    snprintf(path, sizeof path, "%s" DEVICES "/%s/format", root, pmu->name);
    DIR *format = opendir(path);
    for (struct dirent *entry; format != NULL && (entry = readdir(format)) != NULL;) {
        if (ht_pmu_field(root, pmu, entry->d_name, &one, NULL) != HT_OK)
            continue;
        for (unsigned i = 0; i < HT_PMU_WORDS; i++)
            bits->word[i] |= one.word[i];
        fields++;
    }
    if (format != NULL)
        closedir(format);
    if (fields == 0)
        memset(bits, 0xff, sizeof *bits);
    return fields > 0;
}

/* ---- events ---- */

enum ht_status ht_pmu_event(const char *root, const struct ht_pmu *pmu, const char *name, char *text,
                            size_t size, struct ht_cause *cause) {
    if (read_in(root, pmu, "events/", name, text, size) <= 0)
        return ht_fail(cause, HT_NOT_FOUND, "%s has no event %s", pmu->name, name);
    return HT_OK;
}

/* Spreads the value over the field's bits, lowest first; 0 where it is too large. */
static int put_value(uint64_t value, const struct ht_pmu_code *bits, struct ht_pmu_code *code) {
    for (unsigned i = 0; i < HT_PMU_WORDS; i++)
        for (unsigned bit = 0; bit < 64; bit++) {
            if (!(bits->word[i] >> bit & 1))
                continue;
            code->word[i] = (code->word[i] & ~(1ull << bit)) | (value & 1) << bit;
            value >>= 1;
        }
    return value == 0;
}

static int whole_word(const char *name, struct ht_pmu_code *bits) {
    static const char *const words[HT_PMU_WORDS] = {"config", "config1", "config2"};
    memset(bits, 0, sizeof *bits);
    for (unsigned i = 0; i < HT_PMU_WORDS; i++)
        if (strcmp(name, words[i]) == 0) {
            bits->word[i] = UINT64_MAX;
            return 1;
        }
    return 0;
}

enum ht_status ht_pmu_terms(const char *root, const struct ht_pmu *pmu, const char *terms,
                            struct ht_pmu_code *code, struct ht_cause *cause) {
    while (*terms != '\0') {
        char term[TEXT_SIZE];
        struct ht_pmu_code bits;
        uint64_t value = 1;
        size_t length = strcspn(terms, ",");
        if (length >= sizeof term)
            return ht_fail(cause, HT_FORMAT, "%s: a term of %zu letters", pmu->name, length);
        memcpy(term, terms, length);
        term[length] = '\0';
        terms += length + (terms[length] == ',');
        char *equals = strchr(term, '=');
        if (equals != NULL) {
            *equals = '\0';
            if (!read_number(equals + 1, &value))
                return ht_fail(cause, HT_FORMAT, "%s: %s is '%s', no number", pmu->name, term, equals + 1);
        }
        enum ht_status status = whole_word(term, &bits) ? HT_OK : ht_pmu_field(root, pmu, term, &bits, cause);
        if (status != HT_OK)
            return status == HT_NOT_FOUND ? HT_FORMAT : status;
        if (!put_value(value, &bits, code))
            return ht_fail(cause, HT_FORMAT, "%s: %s=0x%llx is too large for the field", pmu->name, term,
                           (unsigned long long)value);
    }
    return HT_OK;
}
