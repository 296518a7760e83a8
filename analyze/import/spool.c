#include "analyze/import/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the file system knows no files without a name: one with a name, removed at once. */
static enum ht_status open_named(const char *beside, int *fd, struct ht_cause *cause) {
    size_t length = strlen(beside) + sizeof ".XXXXXX";
    char *path = malloc(length);
    if (path == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    snprintf(path, length, "%s.XXXXXX", beside);
    enum ht_status status = HT_OK;
    *fd = mkostemp(path, O_CLOEXEC);
    if (*fd < 0)
        status = ht_fail_errno(cause, "cannot make a temporary file beside %s", beside);
    else
        unlink(path);
    free(path);
    return status;
}

enum ht_status ht_spool_open(const char *beside, int *fd, struct ht_cause *cause) {
    const char *slash = strrchr(beside, '/');
    size_t length = slash != NULL ? (size_t)(slash - beside) + 1 : 0;
    char *folder = malloc(length + 2);
    if (folder == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    memcpy(folder, length > 0 ? beside : ".", length > 0 ? length : 1);
    folder[length > 0 ? length : 1] = '\0';
    *fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(folder);
    return *fd >= 0 ? HT_OK : open_named(beside, fd, cause);
}

enum ht_status ht_spool_append(int fd, const void *bytes, size_t length, struct ht_cause *cause) {
    const uint8_t *at = bytes;
    while (length > 0) {
        ssize_t n = write(fd, at, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ht_fail_errno(cause, "cannot write the temporary file beside the output");
        at += n;
        length -= (size_t)n;
    }
    return HT_OK;
}

enum ht_status ht_spool_fill(int fd, int from, const char *name, struct ht_cause *cause) {
    enum { PART = 1 << 16 };
    uint8_t *part = malloc(PART);
    enum ht_status status = part != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "out of memory");
    while (status == HT_OK) {
        ssize_t n = read(from, part, PART);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = ht_fail_errno(cause, "cannot read %s", name);
        if (n <= 0)
            break;
        status = ht_spool_append(fd, part, (size_t)n, cause);
    }
    free(part);
    return status;
}
