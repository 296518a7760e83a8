/* A file that is written beside its place and renamed into it when it is whole, so that nobody ever finds
 * half of it under its name. A path that is there and is no regular file (a pipe, /dev/stdout) is written to
 * directly. */
#ifndef HT_ANALYZE_SHOW_SAVE_H
#define HT_ANALYZE_SHOW_SAVE_H

#include <stdio.h>

#include "schema/status.h"

struct ht_save {
    FILE *out;
    char *part;       /* what is written; NULL: in place */
    const char *path; /* the caller's, until finish */
};

enum ht_status ht_save_open(const char *path, struct ht_save *save, struct ht_cause *cause);

/* status: how the writing went. Closes; renames where all is well, else removes what was written. */
enum ht_status ht_save_finish(struct ht_save *save, enum ht_status status, struct ht_cause *cause);

#endif
