#include "record/collect/kallsyms.h"

#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"

#define TEXT_MAX (128u << 20)

static int by_address(const void *a, const void *b) {
    const struct ht_ksymbol *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name; /* the file's order, so that runs agree */
}

static size_t count_lines(const char *text, size_t length) {
    size_t lines = 1;
    for (const char *at = text, *end = text + length; (at = memchr(at, '\n', (size_t)(end - at))) != NULL;
         at++)
        lines++;
    return lines;
}

/* A hundred thousand lines and more: strtoull costs too much. */
static char *parse_hex(char *text, uint64_t *value) {
    *value = 0;
    for (;; text++) {
        unsigned char c = (unsigned char)*text, letter = (unsigned char)((c | 0x20) - 'a');
        if ((unsigned)c - '0' <= 9)
            *value = *value << 4 | (c - '0');
        else if (letter <= 5)
            *value = *value << 4 | (letter + 10u);
        else
            return text;
    }
}

/* "ffffffff81000000 T _stext" or "... t name\t[module]"; ends the name inside the text. */
static int parse_line(char *line, struct ht_ksymbol *symbol, char *type) {
    char *end = parse_hex(line, &symbol->start);
    if (end == line || end[0] != ' ' || end[1] == '\0' || end[2] != ' ')
        return 0;
    *type = end[1];
    char *name = end + 3;
    char *tab = strpbrk(name, "\t ");
    symbol->name = name;
    symbol->module = "";
    symbol->bytes = 0;
    if (tab != NULL) {
        *tab = '\0';
        char *open = strchr(tab + 1, '['), *close = open != NULL ? strchr(open, ']') : NULL;
        if (close != NULL) {
            *close = '\0';
            symbol->module = open + 1;
        }
    }
    return name[0] != '\0';
}

static int is_code(char type) {
    return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

static void take(struct ht_kallsyms *k, const struct ht_ksymbol *s) {
    if (s->start != 0)
        k->hidden = 0;
    if (s->name[0] == '_' && strcmp(s->name, "_stext") == 0)
        k->text_start = s->start;
    else if (s->name[0] == '_' && strcmp(s->name, "_etext") == 0)
        k->text_end = s->start;
    k->symbols++;
}

/* 1 where the symbols come in order of address, as those of most kernels do. */
static int parse(struct ht_kallsyms *k) {
    int in_order = 1;
    k->hidden = 1;
    for (char *line = k->text, *next; line != NULL; line = next) {
        struct ht_ksymbol *s = &k->symbol[k->symbols];
        char type;
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (!parse_line(line, s, &type) || !is_code(type))
            continue;
        in_order &= k->symbols == 0 || s[-1].start <= s->start;
        take(k, s);
    }
    return in_order;
}

enum ht_status ht_kallsyms_read(const char *root, struct ht_kallsyms *k, struct ht_cause *cause) {
    size_t length;
    memset(k, 0, sizeof *k);
    enum ht_status status = ht_file_read_all(root, "/proc/kallsyms", TEXT_MAX, &k->text, &length, cause);
    if (status != HT_OK)
        return status;
    k->symbol = calloc(count_lines(k->text, length), sizeof *k->symbol);
    if (k->symbol == NULL) {
        ht_kallsyms_free(k);
        return ht_fail(cause, HT_NOMEM, "out of memory");
    }
    int in_order = parse(k);
    if (k->symbols == 0)
        k->hidden = 1; /* an empty file is another way to hide */
    if (!in_order)
        qsort(k->symbol, k->symbols, sizeof *k->symbol, by_address);
    for (size_t i = k->symbols; i-- > 1;) {
        struct ht_ksymbol *s = &k->symbol[i - 1];
        s->bytes = s[1].start > s->start ? s[1].start - s->start : s[1].bytes;
    }
    return HT_OK;
}

const struct ht_ksymbol *ht_kallsyms_find(const struct ht_kallsyms *k, uint64_t address) {
    size_t low = 0, high = k->symbols;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (k->symbol[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    /* Of several names at one address the file's first, as perf shows it. */
    const struct ht_ksymbol *s = &k->symbol[low - 1];
    while (s > k->symbol && s[-1].start == s->start)
        s--;
    return s->bytes == 0 || address - s->start < s->bytes ? s : NULL;
}

void ht_kallsyms_free(struct ht_kallsyms *k) {
    free(k->text);
    free(k->symbol);
    memset(k, 0, sizeof *k);
}
