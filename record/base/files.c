#include "record/base/files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* O_NONBLOCK: of what lies in the place of a file, a FIFO must not hold us. */
#define HOW (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static int open_under(const char *root, const char *path) {
    char full[HT_PATH_MAX];
    if (root == NULL || *root == '\0')
        return open(path, HOW);
    if ((size_t)snprintf(full, sizeof full, "%s%s", root, path) >= sizeof full) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(full, HOW);
}

/* /proc files come in pieces: read until the end, not until the first short read. */
static long read_fully(int fd, char *text, size_t size) {
    size_t length = 0;
    while (length < size) {
        ssize_t n = read(fd, text + length, size - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    return (long)length;
}

long ht_file_read(const char *root, const char *path, char *text, size_t size) {
    text[0] = '\0';
    int fd = open_under(root, path);
    if (fd < 0)
        return -1;
    long length = read_fully(fd, text, size - 1);
    int error = errno;
    close(fd);
    errno = error;
    text[length < 0 ? 0 : length] = '\0';
    return length;
}

long ht_file_read_line(const char *root, const char *path, char *text, size_t size) {
    long length = ht_file_read(root, path, text, size);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return length;
}

enum ht_status ht_file_read_all(const char *root, const char *path, size_t max, char **text, size_t *length,
                                struct ht_cause *cause) {
    *text = NULL;
    *length = 0;
    int fd = open_under(root, path);
    if (fd < 0)
        return ht_fail_errno(cause, "cannot open %s%s", root != NULL ? root : "", path);
    enum ht_status status = HT_OK;
    size_t capacity = 0;
    for (;;) {
        if (capacity - *length < 4096) {
            capacity = capacity == 0 ? 65536 : capacity * 2;
            char *grown = realloc(*text, capacity + 1);
            if (grown == NULL) {
                status = ht_fail(cause, HT_NOMEM, "out of memory reading %s", path);
                goto out;
            }
            *text = grown;
        }
        size_t room = capacity - *length < max - *length ? capacity - *length : max - *length;
        long n = read_fully(fd, *text + *length, room);
        if (n < 0) {
            status = ht_fail_errno(cause, "cannot read %s", path);
            goto out;
        }
        *length += (size_t)n;
        if ((size_t)n < room || *length >= max)
            break;
    }
    (*text)[*length] = '\0';
out:
    close(fd);
    if (status != HT_OK) {
        free(*text);
        *text = NULL;
        *length = 0;
    }
    return status;
}

int64_t ht_file_number(const char *root, const char *path, int64_t missing) {
    char text[64];
    if (ht_file_read_line(root, path, text, sizeof text) <= 0)
        return missing;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    return end == text || errno != 0 ? missing : value;
}

int ht_list_next(const char **list, unsigned *first, unsigned *last) {
    const char *p = *list;
    while (*p == ',' || isspace((unsigned char)*p))
        p++;
    if (!isdigit((unsigned char)*p))
        return 0;
    char *end;
    unsigned long a = strtoul(p, &end, 10), b = a;
    if (*end == '-' && isdigit((unsigned char)end[1]))
        b = strtoul(end + 1, &end, 10);
    if (a > b || b > 1u << 20)
        return 0;
    *first = (unsigned)a;
    *last = (unsigned)b;
    *list = end;
    return 1;
}
