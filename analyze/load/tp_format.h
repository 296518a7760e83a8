/* A tracepoint's format comes with the capture, and libtraceevent 1.7 crashes on some that no kernel writes.
 * So it gets a copy made of what was understood here: plain fields within HT_TP_FIELDS_BYTES, and of the
 * print format only the words of the field `reason`. Pure function. */
#ifndef HT_ANALYZE_LOAD_TP_FORMAT_H
#define HT_ANALYZE_LOAD_TP_FORMAT_H

#include <stddef.h>

#define HT_TP_FIELDS_BYTES 4096u

/* A terminated copy for the caller to free; NULL where the format is not what a kernel writes, or without
 * memory. The print format is `reason=WORD`, or empty where it names no words. */
char *ht_tp_format_clean(const char *text, size_t length);

#endif
