/* Reading the small text files of /proc and /sys. Every path is built under a root directory ("" on the
 * running machine, --sysroot in tests). No state, any thread. Callers own all buffers. */
#ifndef HT_RECORD_BASE_FILES_H
#define HT_RECORD_BASE_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_PATH_MAX 4096

/* Reads at most size - 1 bytes and terminates them; returns the length, or -1 with errno. */
long ht_file_read(const char *root, const char *path, char *text, size_t size);

/* The same, without newlines and blanks at the end: for files of one value. */
long ht_file_read_line(const char *root, const char *path, char *text, size_t size);

/* Reads a whole file of unknown size, at most max bytes, into *text (terminated, free() it). */
enum ht_status ht_file_read_all(const char *root, const char *path, size_t max, char **text, size_t *length,
                                struct ht_cause *cause);

/* A decimal number from a file; `missing` where the file is absent or holds no number. */
int64_t ht_file_number(const char *root, const char *path, int64_t missing);

/* Takes the next range of a list such as "0-3,8,10-11"; 0 at its end or where it is no list. */
int ht_list_next(const char **list, unsigned *first, unsigned *last);

#endif
