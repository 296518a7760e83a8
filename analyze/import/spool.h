/* A temporary file that nobody sees: beside the output, where the user has room, and gone when it is closed.
 * No state; one thread a file. */
#ifndef HT_IMPORT_SPOOL_H
#define HT_IMPORT_SPOOL_H

#include <stddef.h>

#include "schema/status.h"

/* beside: path of a file that need not exist, in the folder to use. */
enum ht_status ht_spool_open(const char *beside, int *fd, struct ht_cause *cause);

enum ht_status ht_spool_append(int fd, const void *bytes, size_t length, struct ht_cause *cause);

/* Appends all that can be read from a pipe or terminal until it ends. */
enum ht_status ht_spool_fill(int fd, int from, const char *name, struct ht_cause *cause);

#endif
