#include "record/events/tracepoints.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/privilege.h"
#include "record/events/denial.h"

/* debugfs is where it was before 4.1, and still the only mount on some systems. */
static const char *const mounts[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

static enum ht_status read_event_file(const char *root, const char *system, const char *name,
                                      const char *file, char **text, size_t *length, struct ht_cause *cause) {
    enum ht_status status = HT_NOT_FOUND;
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0] && status != HT_OK; i++) {
        char path[512];
        struct ht_cause other;
        snprintf(path, sizeof path, "%s/events/%s/%s/%s", mounts[i], system, name, file);
        enum ht_status tried = ht_file_read_all(root, path, 1 << 20, text, length, i == 0 ? cause : &other);
        if (tried == HT_OK || i == 0)
            status = tried;
    }
    return status;
}

enum ht_status ht_tracepoint_id(const char *root, const char *system, const char *name, uint64_t *id,
                                struct ht_cause *cause) {
    char *text = NULL, *end;
    size_t length;
    enum ht_status status = read_event_file(root, system, name, "id", &text, &length, cause);
    if (status != HT_OK)
        return status;
    errno = 0;
    *id = strtoull(text, &end, 10);
    if (end == text || errno != 0)
        status = ht_fail(cause, HT_FORMAT, "the id file of %s:%s holds no number", system, name);
    free(text);
    return status;
}

void ht_tracepoint_missing(const char *root, enum ht_status status, const char **why, const char **mend) {
    int denied = status == HT_PERMISSION, mounted = 0;
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        char path[HT_PATH_MAX];
        snprintf(path, sizeof path, "%s%s/events", root, mounts[i]);
        if (access(path, F_OK) == 0)
            mounted = 1;
        else
            denied |= errno == EACCES;
    }
    /* A kernel booted with it makes no files in tracefs; set later, it forbids to open them. */
    int confidential = (denied || !mounted) && ht_is_confidential(root);
    *why = confidential ? "kernel lockdown closes /sys/kernel/tracing to root too "
                          "(/sys/kernel/security/lockdown says confidentiality)"
           : denied     ? "/sys/kernel/tracing is for root only"
           : mounted    ? "this kernel has no such tracepoint"
                        : "tracefs is not mounted at /sys/kernel/tracing";
    *mend = confidential ? "boot with lockdown=integrity"
            : denied     ? HT_MEND_PRIVILEGE
            : mounted    ? ""
                         : "sudo mount -t tracefs nodev /sys/kernel/tracing";
}

enum ht_status ht_tracepoint_format(const char *root, const char *system, const char *name, char **text,
                                    size_t *length, struct ht_cause *cause) {
    return read_event_file(root, system, name, "format", text, length, cause);
}
