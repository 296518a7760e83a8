/* Names in captures are whatever bytes programs chose. This makes them text. */
#ifndef HT_ANALYZE_LOAD_UTF8_H
#define HT_ANALYZE_LOAD_UTF8_H

#include <stddef.h>

/* Copies length bytes as valid UTF-8 into out (size at least 3 * length + 1), each byte that is not part of a
 * valid sequence as U+FFFD; a NUL ends the text. Returns the length written, terminated. Surrogates and
 * overlong forms are invalid (Unicode 15, table 3-7). */
size_t ht_utf8_copy(const char *data, size_t length, char *out);

/* Length of the valid sequence at p (1 to 4), 0 where the byte there starts none. */
size_t ht_utf8_sequence(const unsigned char *p, size_t left);

#endif
