#include "analyze/load/tp_format.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 128
#define WORDS_MAX  64

static int is_word_start(char c) {
    return isalpha((unsigned char)c) || c == '_';
}

static size_t word_length(const char *p) {
    size_t n = is_word_start(*p) ? 1 : 0;
    while (n > 0 && (isalnum((unsigned char)p[n]) || p[n] == '_'))
        n++;
    return n;
}

static size_t digits(const char *p) {
    return strspn(p, "0123456789");
}

/* What stands between brackets: a number, a word, nothing. */
static size_t bracket_length(const char *p) {
    size_t n = digits(p) > 0 ? digits(p) : word_length(p);
    return p[n] == ']' ? n + 1 : 0;
}

/* "unsigned long args[6]", "const char * name", "__data_loc char[] comm": words, stars, brackets behind a
 * word. */
static const char *skip_declaration(const char *p) {
    unsigned words = 0;
    int bracket_may_follow = 0, star_may_follow = 0;
    for (;;) {
        size_t n = word_length(p);
        if (n > 0) {
            words++;
            p += n;
            bracket_may_follow = star_may_follow = 1;
        } else if (*p == '*' && star_may_follow) {
            p++;
            bracket_may_follow = 0;
        } else if (*p == '[' && bracket_may_follow && bracket_length(p + 1) > 0) {
            p += 1 + bracket_length(p + 1);
            bracket_may_follow = star_may_follow = 0;
        } else if (*p == ' ' && words > 0) {
            p++;
            bracket_may_follow = 0;
        } else {
            return *p == ';' && words >= 2 ? p : NULL;
        }
    }
}

/* "\toffset:8;" of a line; NULL where it is something else, or more than five digits. */
static const char *take_number(const char *p, const char *name, unsigned long *number) {
    size_t n = strlen(name);
    if (p == NULL || strncmp(p, name, n) != 0)
        return NULL;
    p += n;
    size_t length = digits(p);
    if (length == 0 || length > 5 || p[length] != ';')
        return NULL;
    *number = strtoul(p, NULL, 10);
    return p + length + 1;
}

static int is_field(const char *line) {
    unsigned long offset, size, is_signed;
    const char *p = skip_declaration(line + strlen("\tfield:"));
    p = p != NULL ? take_number(p + 1, "\toffset:", &offset) : NULL;
    p = take_number(p, "\tsize:", &size);
    p = take_number(p, "\tsigned:", &is_signed);
    return p != NULL && *p == '\0' && offset + size <= HT_TP_FIELDS_BYTES && is_signed <= 1;
}

static int is_name_line(const char *line) {
    size_t n = strlen("name: ");
    return strncmp(line, "name: ", n) == 0 && word_length(line + n) > 0 &&
           line[n + word_length(line + n)] == '\0';
}

static int is_id_line(const char *line) {
    size_t n = strlen("ID: ");
    return strncmp(line, "ID: ", n) == 0 && digits(line + n) > 0 && digits(line + n) < 10 &&
           line[n + digits(line + n)] == '\0';
}

/* `{5, "numa_misplaced"}` at p: the end of it, NULL where it is something else. */
static const char *skip_symbol(const char *p) {
    if (p[0] != '{' || digits(p + 1) == 0 || digits(p + 1) > 9)
        return NULL;
    p += 1 + digits(p + 1);
    if (strncmp(p, ", \"", 3) != 0)
        return NULL;
    size_t n = word_length(p + 3);
    return n > 0 && strncmp(p + 3 + n, "\"}", 2) == 0 ? p + 3 + n + 2 : NULL;
}

/* Whether the line of a field declares `reason`: libtraceevent crashes on words of a field that is not there.
 */
static int is_reason(const char *line) {
    static const char name[] = " reason";
    const char *end = strchr(line, ';');
    return end - line > (ptrdiff_t)sizeof name &&
           strncmp(end - (sizeof name - 1), name, sizeof name - 1) == 0;
}

/* The print format from the words of `reason`, copied one by one. */
static void print_reason(FILE *out, const char *print) {
    static const char start[] = "__print_symbolic(REC->reason";
    const char *p = strstr(print, start);
    fputs("print fmt: \"", out);
    if (p != NULL) {
        const char *end, *symbol = p += sizeof start - 1;
        unsigned count = 0;
        while (count < WORDS_MAX && strncmp(p, ", ", 2) == 0 && (end = skip_symbol(p + 2)) != NULL) {
            p = end;
            count++;
        }
        if (count > 0 && *p == ')') {
            fprintf(out, "reason=%%s\", %s%.*s)\n", start, (int)(p - symbol), symbol);
            return;
        }
    }
    fputs("\"\n", out);
}

/* What is expected next; blank lines part the common fields from the event's own, and these from the print
 * format. */
enum part { NAME, ID, FORMAT, COMMON, OWN, PRINT, DONE };

struct clean {
    enum part part;
    unsigned fields;
    int has_reason;
    FILE *out;
};

static int take_line(struct clean *c, const char *line) {
    int in_fields = c->part == COMMON || c->part == OWN;
    if (c->part == NAME && is_name_line(line)) {
        c->part = ID;
    } else if (c->part == ID && is_id_line(line)) {
        c->part = FORMAT;
    } else if (c->part == FORMAT && strcmp(line, "format:") == 0) {
        c->part = COMMON;
    } else if (in_fields && strncmp(line, "\tfield:", 7) == 0 && c->fields++ < FIELDS_MAX && is_field(line)) {
        c->has_reason |= is_reason(line);
    } else if (in_fields && line[0] == '\0' && c->fields > 0) {
        c->part = c->part == COMMON ? OWN : PRINT;
    } else if (c->part == PRINT && strncmp(line, "print fmt: ", 11) == 0) {
        print_reason(c->out, c->has_reason ? line : "");
        c->part = DONE;
        return 1;
    } else {
        return 0;
    }
    fprintf(c->out, "%s\n", line);
    return 1;
}

char *ht_tp_format_clean(const char *text, size_t length) {
    char *clean = NULL, *copy = strndup(text, length);
    size_t clean_length = 0;
    struct clean c = {.part = NAME};
    c.out = copy != NULL ? open_memstream(&clean, &clean_length) : NULL;
    if (c.out == NULL) {
        free(copy);
        return NULL;
    }
    char *line = copy;
    while (line != NULL && c.part != DONE) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (!take_line(&c, line))
            break;
        line = next;
    }
    int failed = fclose(c.out) != 0 || c.part != DONE;
    free(copy);
    if (failed) {
        free(clean);
        return NULL;
    }
    return clean;
}
