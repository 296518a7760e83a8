/* Status codes and causes: how every function of hitmtrace reports failure.
 *
 * A function that can fail returns an enum ht_status and fills a struct ht_cause that its caller owns. The
 * cause says what failed, on what, and what to do. Nothing below main() prints or exits. Numbers are stable:
 * they appear in bug reports. No allocation, no locks: usable from any thread on a cause of its own. */
#ifndef HT_SCHEMA_STATUS_H
#define HT_SCHEMA_STATUS_H

#include <stddef.h>

/* X(name, number, exit code of the process, text) */
#define HT_STATUSES(X)                                                                                       \
    X(OK, 0, 0, "success")                                                                                   \
    X(END, 1, 0, "end of data")                                                                              \
    X(USAGE, 2, 2, "wrong usage")                                                                            \
    X(NOMEM, 3, 1, "out of memory")                                                                          \
    X(IO, 4, 1, "input/output error")                                                                        \
    X(NOT_FOUND, 5, 1, "not found")                                                                          \
    X(PERMISSION, 6, 1, "permission denied")                                                                 \
    X(EXISTS, 7, 1, "already exists")                                                                        \
    X(FORMAT, 8, 1, "not a file of this kind")                                                               \
    X(VERSION, 9, 1, "unknown format version")                                                               \
    X(DAMAGED, 10, 1, "damaged data")                                                                        \
    X(TRUNCATED, 11, 1, "cut off")                                                                           \
    X(LIMIT, 12, 1, "limit exceeded")                                                                        \
    X(UNSUPPORTED, 13, 1, "not supported")                                                                   \
    X(DATABASE, 14, 1, "database error")                                                                     \
    X(SYSTEM, 15, 1, "system call failed")                                                                   \
    X(GONE, 16, 1, "target gone")                                                                            \
    X(THRESHOLD, 17, 3, "threshold passed")                                                                  \
    X(NOT_MEASURABLE, 18, 4, "not measurable at this level")

enum ht_status {
#define X(name, number, code, text) HT_##name = number,
    HT_STATUSES(X)
#undef X
};

struct ht_cause {
    char text[1024];
};

/* Short text of a status ("damaged data"); never NULL. */
const char *ht_status_text(enum ht_status status);

/* Exit code of a process that ends with this status (DESIGN: 0 done, 1 failed, 2 usage, 3 and 4 for check).
 */
int ht_status_exit_code(enum ht_status status);

/* Writes the formatted text into cause (NULL allowed) and returns status, so that `return ht_fail(...)` reads
 * well. */
enum ht_status ht_fail(struct ht_cause *cause, enum ht_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As ht_fail, with ": strerror(errno)" appended; the status is derived from errno where it says more than IO.
 */
enum ht_status ht_fail_errno(struct ht_cause *cause, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
