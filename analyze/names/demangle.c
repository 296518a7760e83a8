#include "analyze/names/demangle.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

static const char cut_mark[] = "...";

struct output {
    size_t length;
    int full;
    jmp_buf stop;
    char text[HT_DEMANGLED_MAX + sizeof cut_mark];
};

/* libiberty has no way to stop a demangler, and one that only drops the text would still run for hours on a
 * hostile name. Jumping out is sound: the demanglers keep their state in automatic arrays (only Rust's
 * Punycode holds a small heap block while it prints). */
static void append(const char *text, size_t length, void *opaque) {
    struct output *out = opaque;
    size_t room = HT_DEMANGLED_MAX - out->length;
    size_t take = length < room ? length : room;
    memcpy(out->text + out->length, text, take);
    out->length += take;
    if (take == length)
        return;
    out->full = 1;
    longjmp(out->stop, 1);
}

/* 1 where name was mangled and out holds its readable form. DMGL_NO_RECURSE_LIMIT must stay off. */
static int demangle(const char *name, struct output *out) {
    const int options = DMGL_PARAMS | DMGL_ANSI;
    out->length = 0;
    out->full = 0;
    if (setjmp(out->stop) == 0) {
        if (!rust_demangle_callback(name, options, append, out)) {
            out->length = 0; /* what a failed attempt printed */
            if (!cplus_demangle_v3_callback(name, options, append, out))
                return 0;
        }
    }
    if (out->full) {
        memcpy(out->text + out->length, cut_mark, sizeof cut_mark - 1);
        out->length += sizeof cut_mark - 1;
    }
    return out->length > 0;
}

static char *join(const char *text, size_t length, const char *suffix, size_t suffix_length) {
    char *joined = malloc(length + suffix_length + 1);
    if (joined == NULL)
        return NULL;
    memcpy(joined, text, length);
    memcpy(joined + length, suffix, suffix_length);
    joined[length + suffix_length] = '\0';
    return joined;
}

char *ht_demangle(const char *raw) {
    size_t length = strnlen(raw, HT_MANGLED_MAX + 1);
    char *name = NULL, *result = NULL;
    struct output *out = NULL;

    if (length > HT_MANGLED_MAX)
        return join(raw, HT_MANGLED_MAX, cut_mark, sizeof cut_mark - 1);
    if (raw[0] != '_') /* all three schemes start so; most names of C do not */
        return join(raw, length, "", 0);
    size_t stem = strcspn(raw, "@");
    name = join(raw, stem, "", 0);
    out = malloc(sizeof *out);
    if (name == NULL || out == NULL)
        goto out;
    if (demangle(name, out))
        result = join(out->text, out->length, raw + stem, length - stem);
    else
        result = join(raw, length, "", 0);
out:
    free(name);
    free(out);
    return result;
}
