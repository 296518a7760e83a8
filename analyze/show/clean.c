#include "analyze/show/clean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/utf8.h"

int32_t ht_utf8_decode(const char *text, size_t length, size_t *used) {
    static const unsigned char bits_of_first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *p = (const unsigned char *)text;
    size_t bytes = ht_utf8_sequence(p, length);
    *used = bytes > 0 ? bytes : 1;
    if (bytes == 0)
        return -1;
    int32_t point = p[0] & bits_of_first[bytes];
    for (size_t i = 1; i < bytes; i++)
        point = point << 6 | (p[i] & 0x3f);
    return point;
}

/* Ranges that are invisible, or change how the text around them is shown. */
static int is_hidden(int32_t point) {
    static const int32_t range[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},     {0x180e, 0x180e},
        {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
        {0xfffe, 0xffff}, {0xfdd0, 0xfdef}, {0xe000, 0xf8ff}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (point >= range[i][0] && point <= range[i][1])
            return 1;
    return (point & 0xfffe) == 0xfffe;
}

static size_t escape(int32_t point, char *out) {
    static const char *const named[] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};
    if (point < (int32_t)(sizeof named / sizeof named[0]) && named[point] != NULL)
        return (size_t)sprintf(out, "%s", named[point]);
    const char *form = point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x";
    return (size_t)sprintf(out, form, (unsigned)point);
}

char *ht_clean(const char *text, size_t length) {
    if (length > (SIZE_MAX - 16) / 6)
        return NULL;
    char *out =
        malloc(length * 6 + 16); /* the longest growth: U+200B, 3 bytes, to \u200b; one byte to \x1b */
    size_t at = 0;
    if (out == NULL)
        return NULL;
    for (size_t i = 0, used; i < length; i += used) {
        int32_t point = ht_utf8_decode(text + i, length - i, &used);
        if (point < 0) {
            memcpy(out + at, "\xef\xbf\xbd", 3);
            at += 3;
        } else if (is_hidden(point)) {
            at += escape(point, out + at);
        } else {
            memcpy(out + at, text + i, used);
            at += used;
        }
    }
    out[at] = '\0';
    char *fit = realloc(out, at + 1);
    return fit != NULL ? fit : out;
}

size_t ht_utf8_count(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

int ht_utf8_prefix(const char *text, size_t points) {
    int at = 0;
    while (text[at] != '\0' && points > 0) {
        for (at++; ((unsigned char)text[at] & 0xc0) == 0x80; at++)
            ;
        points--;
    }
    return at;
}

char *ht_shorten(const char *text, size_t width) {
    size_t points = ht_utf8_count(text);
    if (points <= width || width <= 4)
        return strdup(text);
    size_t head = (width - 3 + 1) / 2, tail = width - 3 - head;
    size_t head_bytes = (size_t)ht_utf8_prefix(text, head);
    size_t tail_start = (size_t)ht_utf8_prefix(text, points - tail);
    size_t tail_bytes = strlen(text + tail_start);
    char *out = malloc(head_bytes + 3 + tail_bytes + 1);
    if (out == NULL)
        return NULL;
    memcpy(out, text, head_bytes);
    memcpy(out + head_bytes, "...", 3);
    memcpy(out + head_bytes + 3, text + tail_start, tail_bytes + 1);
    return out;
}
