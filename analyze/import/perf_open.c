/* The files of a recording: a file, a pipe, a folder, and temporary ones. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/import/perf_data.h"
#include "analyze/import/spool.h"

enum ht_status ht_perf_data_spool(struct ht_perf_data *data, struct ht_cause *cause) {
    if (data->spool_file > 0)
        return HT_OK;
    enum ht_status status = ht_spool_open(data->beside, &data->spool, cause);
    if (status != HT_OK)
        return status;
    status = ht_perf_window_add(data->window, data->spool, &data->spool_file);
    if (status == HT_OK)
        return HT_OK;
    close(data->spool);
    return ht_fail(cause, status, "%s: too many files for one import", data->path);
}

static enum ht_status add_part(struct ht_perf_data *data, int fd, struct ht_cause *cause) {
    struct stat st;
    struct ht_perf_part *grown = realloc(data->part, (data->parts + 1) * sizeof *grown);
    unsigned file;
    if (grown == NULL || fstat(fd, &st) != 0) {
        data->part = grown != NULL ? grown : data->part;
        close(fd);
        return grown == NULL ? ht_fail(cause, HT_NOMEM, "out of memory")
                             : ht_fail_errno(cause, "%s: cannot look at its data", data->path);
    }
    data->part = grown;
    struct ht_perf_part *part = &data->part[data->parts++];
    *part = (struct ht_perf_part){.fd = fd};
    enum ht_status status = ht_perf_window_add(data->window, fd, &file);
    if (status != HT_OK || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > HT_PLACE_MAX)
        return ht_fail(cause, status != HT_OK ? status : HT_UNSUPPORTED,
                       "%s: has data files that are too many, too large or no files", data->path);
    snprintf(part->name, sizeof part->name, "data.%u: ", data->parts - 2);
    part->start = ht_place(file, 0);
    part->end = ht_place(file, (uint64_t)st.st_size);
    return HT_OK;
}

/* A machine of a thousand CPUs has as many data files: more than may be open at first. */
static int open_part(int folder, const char *name) {
    struct rlimit limit;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 || errno != EMFILE || getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
        limit.rlim_cur == limit.rlim_max)
        return fd;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* DIR/data is as a file, but for most records, which lie in DIR/data.0 and so on, one for each thread of
 * perf. */
static enum ht_status open_folder(struct ht_perf_data *data, int folder, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    data->fd = openat(folder, "data", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (data->fd < 0)
        return errno == ENOENT
                   ? ht_fail(cause, HT_FORMAT,
                             "%s: is a folder, but not of perf record (--threads, --kcore): it has no file "
                             "\"data\"",
                             data->path)
                   : ht_fail_errno(cause, "cannot open %s/data", data->path);
    status = ht_perf_window_add(data->window, data->fd, &(unsigned){0});
    for (unsigned i = 0; status == HT_OK; i++) {
        char name[24];
        snprintf(name, sizeof name, "data.%u", i);
        int fd = open_part(folder, name);
        if (fd < 0 && errno == ENOENT)
            break;
        status =
            fd >= 0 ? add_part(data, fd, cause) : ht_fail_errno(cause, "cannot open %s/%s", data->path, name);
    }
    return status;
}

/* Not to wait for a writer where path is a named pipe, it is opened without blocking. */
static enum ht_status open_pipe(struct ht_perf_data *data, int from, struct ht_cause *cause) {
    enum ht_status status = ht_spool_open(data->beside, &data->fd, cause);
    if (status != HT_OK)
        return status;
    fcntl(from, F_SETFL, fcntl(from, F_GETFL) & ~O_NONBLOCK);
    status = ht_spool_fill(data->fd, from, data->path, cause);
    return status == HT_OK ? ht_perf_window_add(data->window, data->fd, &(unsigned){0}) : status;
}

static enum ht_status open_files(struct ht_perf_data *data, const char *path, struct ht_cause *cause) {
    struct stat st;
    int from = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from < 0 || fstat(from, &st) != 0) {
        enum ht_status status = ht_fail_errno(cause, "cannot open %s", data->path);
        if (from >= 0)
            close(from);
        return status;
    }
    if (S_ISREG(st.st_mode)) {
        data->fd = from;
        return ht_perf_window_add(data->window, from, &(unsigned){0});
    }
    enum ht_status status;
    if (S_ISDIR(st.st_mode))
        status = open_folder(data, from, cause);
    else if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
        status = open_pipe(data, from, cause);
    else
        status = ht_fail(cause, HT_UNSUPPORTED, "%s: is no file, folder or pipe", data->path);
    close(from);
    return status;
}

enum ht_status ht_perf_data_open(const char *path, const char *beside, struct ht_perf_data *data,
                                 struct ht_cause *cause) {
    memset(data, 0, sizeof *data);
    data->fd = -1;
    data->path = strcmp(path, "-") == 0 ? "standard input" : path;
    data->beside = beside;
    data->window = ht_perf_window_new();
    data->part = calloc(1, sizeof *data->part);
    data->parts = 1;
    enum ht_status status =
        data->window != NULL && data->part != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "out of memory");
    if (data->part != NULL)
        data->part[0].fd = -1;
    if (status == HT_OK)
        status = open_files(data, path, cause);
    struct stat st;
    if (status == HT_OK && fstat(data->fd, &st) != 0)
        status = ht_fail_errno(cause, "cannot look at %s", data->path);
    else if (status == HT_OK && (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > HT_PLACE_MAX))
        status = ht_fail(cause, HT_UNSUPPORTED, "%s: is no regular file, or too large", data->path);
    if (status == HT_OK) {
        data->file_bytes = (uint64_t)st.st_size;
        status = ht_perf_data_header(data, cause);
    }
    if (status != HT_OK)
        ht_perf_data_close(data);
    return status;
}

void ht_perf_data_close(struct ht_perf_data *data) {
    ht_perf_window_free(data->window);
    data->window = NULL;
    for (uint32_t i = 0; i < data->parts && data->part != NULL; i++)
        if (data->part[i].fd >= 0)
            close(data->part[i].fd);
    free(data->part);
    data->part = NULL;
    data->parts = 0;
    if (data->spool_file > 0)
        close(data->spool);
    data->spool_file = 0;
    if (data->fd >= 0)
        close(data->fd);
    data->fd = -1;
}
