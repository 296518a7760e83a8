/* Hostile text made safe to show. Names come from other machines: they can hold broken UTF-8, terminal
 * escapes and characters that reorder the line they stand in. All functions are pure; any thread. */
#ifndef HT_ANALYZE_SHOW_CLEAN_H
#define HT_ANALYZE_SHOW_CLEAN_H

#include <stddef.h>
#include <stdint.h>

/* Decodes one code point at text (length > 0 bytes left): its value and its bytes, or -1 and 1 where the byte
 * starts no valid UTF-8 (overlong forms, surrogates and values beyond U+10FFFF are invalid). */
int32_t ht_utf8_decode(const char *text, size_t length, size_t *used);

/* The text as valid UTF-8: bad bytes become U+FFFD, control characters, bidirectional controls, line
 * separators and the invisible become visible escapes (\n, \t, \x1b, \u202e); a backslash stays. free() the
 * result; NULL: no memory. */
char *ht_clean(const char *text, size_t length);

/* Number of code points of valid UTF-8. */
size_t ht_utf8_count(const char *text);

/* How many bytes the first `points` code points of valid UTF-8 take: as the precision of %.*s it cuts no
 * character. */
int ht_utf8_prefix(const char *text, size_t points);

/* Shortens valid UTF-8 to at most width code points, in the middle: names differ at both ends. The cut shows
 * as "..." (width > 4). free() the result; NULL: no memory. */
char *ht_shorten(const char *text, size_t width);

#endif
