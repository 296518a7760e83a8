#include "analyze/show/save.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum ht_status ht_save_open(const char *path, struct ht_save *save, struct ht_cause *cause) {
    struct stat there;
    int in_place = stat(path, &there) == 0 && !S_ISREG(there.st_mode);
    memset(save, 0, sizeof *save);
    save->path = path;
    if (!in_place && asprintf(&save->part, "%s.part-%ld", path, (long)getpid()) < 0) {
        save->part = NULL;
        return ht_fail(cause, HT_NOMEM, "out of memory");
    }
    int fd = open(in_place ? path : save->part,
                  in_place ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    save->out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (save->out != NULL)
        return HT_OK;
    enum ht_status status = ht_fail_errno(cause, "cannot write %s", path);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !in_place)
        unlink(save->part);
    free(save->part);
    save->part = NULL;
    return status;
}

enum ht_status ht_save_finish(struct ht_save *save, enum ht_status status, struct ht_cause *cause) {
    int failed = ferror(save->out);
    if ((fclose(save->out) != 0 || failed) && status == HT_OK)
        status = ht_fail_errno(cause, "cannot write %s", save->path);
    if (status == HT_OK && save->part != NULL && rename(save->part, save->path) != 0)
        status = ht_fail_errno(cause, "cannot rename %s to %s", save->part, save->path);
    if (status != HT_OK && save->part != NULL)
        unlink(save->part);
    free(save->part);
    memset(save, 0, sizeof *save);
    return status;
}
