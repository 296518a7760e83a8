#include "schema/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *ht_status_text(enum ht_status status) {
    switch (status) {
#define X(name, number, code, text)                                                                          \
    case HT_##name:                                                                                          \
        return text;
        HT_STATUSES(X)
#undef X
    }
    return "unknown status";
}

int ht_status_exit_code(enum ht_status status) {
    switch (status) {
#define X(name, number, code, text)                                                                          \
    case HT_##name:                                                                                          \
        return code;
        HT_STATUSES(X)
#undef X
    }
    return 1;
}

enum ht_status ht_fail(struct ht_cause *cause, enum ht_status status, const char *format, ...) {
    if (cause != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(cause->text, sizeof cause->text, format, args);
        va_end(args);
    }
    return status;
}

static enum ht_status status_of_errno(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return HT_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return HT_PERMISSION;
    case EEXIST:
        return HT_EXISTS;
    case ENOMEM:
        return HT_NOMEM;
    case ESRCH:
        return HT_GONE;
    default:
        return HT_IO;
    }
}

enum ht_status ht_fail_errno(struct ht_cause *cause, const char *format, ...) {
    int error = errno;
    if (cause != NULL) {
        va_list args;
        va_start(args, format);
        int length = vsnprintf(cause->text, sizeof cause->text, format, args);
        va_end(args);
        if (length >= 0 && (size_t)length < sizeof cause->text)
            snprintf(cause->text + length, sizeof cause->text - (size_t)length, ": %s", strerror(error));
    }
    return status_of_errno(error);
}
