#include "analyze/load/utf8.h"

#include <string.h>

size_t ht_utf8_sequence(const unsigned char *p, size_t left) {
    static const struct {
        unsigned char first, last, low, high; /* first byte's range, second byte's range */
        unsigned char length;
    } forms[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (p[0] < forms[i].first || p[0] > forms[i].last)
            continue;
        size_t length = forms[i].length;
        if (length > left || (length > 1 && (p[1] < forms[i].low || p[1] > forms[i].high)))
            return 0;
        for (size_t k = 2; k < length; k++)
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        return length;
    }
    return 0;
}

size_t ht_utf8_copy(const char *data, size_t length, char *out) {
    const unsigned char *p = (const unsigned char *)data;
    size_t at = 0;
    for (size_t i = 0; i < length && p[i] != 0;) {
        size_t n = ht_utf8_sequence(p + i, length - i);
        memcpy(out + at, n > 0 ? (const char *)p + i : "\xef\xbf\xbd", n > 0 ? n : 3);
        at += n > 0 ? n : 3;
        i += n > 0 ? n : 1;
    }
    out[at] = '\0';
    return at;
}
