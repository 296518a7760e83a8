/* LD_PRELOAD: perf_event_open as another kernel, or one without something, would answer it. What is let
 * through goes to the real kernel, so that a recording under it is a real one. By environment:
 *   HITM_SHIM_KERNEL=4.18    what came later (attributes, sizes, tracepoints) is refused as there
 *   HITM_SHIM_REFUSE=NAME    EINVAL where this row of the recorder's table of attributes is asked for
 *   HITM_SHIM_PARANOID=N     kernel.perf_event_paranoid as it binds a user (3 as in Debian)
 *   HITM_SHIM_ERRNO=EMFILE   every opening fails with it; names are in wanted_errno
 *   HITM_SHIM_TYPE=2         ... only of this perf_event_attr.type
 *   HITM_SHIM_AFTER=N        ... only after N that did not fail
 * Without any of them it does nothing. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/events/attr_fallback.h"

#define EXPORTED __attribute__((visibility("default")))

/* ---- what kernels know: include/uapi/linux/perf_event.h at their tags ---- */

struct kernel {
    unsigned major, minor;
    unsigned flags;        /* bits of the bit field that are not __reserved_1 */
    unsigned sample_types; /* PERF_SAMPLE_MAX is 1 << this */
    unsigned read_formats; /* PERF_FORMAT_MAX is 1 << this */
    unsigned size;         /* sizeof(struct perf_event_attr) */
};

static const struct kernel kernels[] = {
    {4, 18, 29, 20, 4, 112}, /* namespaces (4.12), PERF_SAMPLE_PHYS_ADDR (4.14) */
    {5, 1, 31, 20, 4, 112},  /* ksymbol, bpf_event */
    {5, 4, 32, 20, 4, 112},  /* aux_output */
    {5, 5, 32, 21, 4, 120},  /* PERF_SAMPLE_AUX, aux_sample_size */
    {5, 7, 33, 22, 4, 120},  /* cgroup */
    {5, 9, 34, 22, 4, 120},  /* text_poke */
    {5, 11, 34, 24, 4, 120}, /* PERF_SAMPLE_DATA_PAGE_SIZE, CODE_PAGE_SIZE */
    {5, 12, 35, 25, 4, 120}, /* build_id, PERF_SAMPLE_WEIGHT_STRUCT */
    {5, 13, 38, 25, 4, 128}, /* inherit_thread, remove_on_exec, sigtrap, sig_data */
    {6, 0, 38, 25, 5, 128},  /* PERF_FORMAT_LOST */
    {6, 3, 38, 25, 5, 136},  /* config3 */
};

static const struct {
    unsigned major, minor;
    const char *path;
} tracepoints[] = {
    {5, 2, "/events/vmscan/mm_vmscan_node_reclaim_"},
    {5, 18, "/events/migrate/remove_migration_pte/"},
    {5, 18, "/events/thp/remove_migration_pmd/"},
};

/* ---- what is asked for ---- */

static int parse_version(unsigned *major, unsigned *minor) {
    const char *text = getenv("HITM_SHIM_KERNEL");
    return text != NULL && sscanf(text, "%u.%u", major, minor) == 2;
}

/* The newest row that is not newer than HITM_SHIM_KERNEL; NULL: the real one. */
static const struct kernel *shown_kernel(void) {
    unsigned major, minor;
    const struct kernel *k = NULL;
    if (!parse_version(&major, &minor))
        return NULL;
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (kernels[i].major < major || (kernels[i].major == major && kernels[i].minor <= minor))
            k = &kernels[i];
    return k != NULL ? k : &kernels[0];
}

static int wanted_errno(void) {
    static const struct {
        const char *name;
        int value;
    } names[] = {{"EACCES", EACCES}, {"EPERM", EPERM}, {"EMFILE", EMFILE}, {"ENFILE", ENFILE},
                 {"ENOSYS", ENOSYS}, {"EBUSY", EBUSY}, {"ENODEV", ENODEV}, {"EINVAL", EINVAL}};
    const char *text = getenv("HITM_SHIM_ERRNO");
    for (size_t i = 0; text != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, text) == 0)
            return names[i].value;
    return 0;
}

static long number_of(const char *name, long missing) {
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : missing;
}

/* ---- the checks of kernel/events/core.c, in their order ---- */

/* perf_copy_attr: sizes first, then what is reserved. */
static int refused_by_kernel(const struct kernel *k, struct perf_event_attr *attr) {
    const unsigned char *bytes = (const unsigned char *)attr;
    uint32_t size = attr->size;
    for (uint32_t i = k->size; i < size; i++) {
        if (bytes[i] != 0) {
            attr->size = k->size;
            return E2BIG;
        }
    }
    if (ht_attr_flags(attr) >> k->flags != 0 || attr->sample_type >> k->sample_types != 0 ||
        attr->read_format >> k->read_formats != 0)
        return EINVAL;
    return 0;
}

static int refused_row(const struct perf_event_attr *attr) {
    const char *name = getenv("HITM_SHIM_REFUSE");
    for (size_t i = 0; name != NULL && i < ht_attr_fallbacks_count; i++)
        if (strcmp(ht_attr_fallbacks[i].name, name) == 0 && ht_attr_asks(attr, &ht_attr_fallbacks[i]))
            return EINVAL;
    return 0;
}

/* perf_event_open(2), perf_event_paranoid: what a user without CAP_PERFMON may. */
static int refused_user(const struct perf_event_attr *attr, pid_t pid) {
    long level = number_of("HITM_SHIM_PARANOID", -1);
    if (level >= 3 || (level >= 2 && !attr->exclude_kernel) || (level >= 1 && pid == -1))
        return EACCES;
    if (level >= 0 && attr->type == PERF_TYPE_TRACEPOINT && (attr->sample_type & PERF_SAMPLE_RAW) != 0)
        return EPERM;
    return 0;
}

static int refused_by_wish(const struct perf_event_attr *attr) {
    static long passed;
    int error = wanted_errno();
    long type = number_of("HITM_SHIM_TYPE", -1);
    if (error == 0 || (type >= 0 && (long)attr->type != type))
        return 0;
    return passed++ >= number_of("HITM_SHIM_AFTER", 0) ? error : 0;
}

static int refusal(struct perf_event_attr *attr, pid_t pid) {
    const struct kernel *k = shown_kernel();
    int error = k != NULL ? refused_by_kernel(k, attr) : 0;
    if (error == 0)
        error = refused_row(attr);
    if (error == 0)
        error = refused_user(attr, pid);
    return error != 0 ? error : refused_by_wish(attr);
}

EXPORTED long syscall(long number, ...) {
    static long (*real)(long, ...);
    long a[6];
    va_list args;
    va_start(args, number);
    for (size_t i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if (real == NULL)
        real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_perf_event_open) {
        int error = refusal((struct perf_event_attr *)a[0], (pid_t)a[1]);
        if (error != 0) {
            errno = error;
            return -1;
        }
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- files that go with it ---- */

static int file_with(const char *text) {
    int fd = memfd_create("shim", MFD_CLOEXEC);
    if (fd >= 0 && (write(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0))
        return -1;
    return fd;
}

static int is_too_new(const char *path) {
    unsigned major, minor;
    if (!parse_version(&major, &minor))
        return 0;
    for (size_t i = 0; i < sizeof tracepoints / sizeof tracepoints[0]; i++)
        if (strstr(path, tracepoints[i].path) != NULL &&
            (major < tracepoints[i].major || (major == tracepoints[i].major && minor < tracepoints[i].minor)))
            return 1;
    return 0;
}

EXPORTED int open(const char *path, int flags, ...) {
    static int (*real)(const char *, int, ...);
    char text[64];
    va_list args;
    va_start(args, flags);
    int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, int) : 0;
    va_end(args);
    if (real == NULL)
        real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    if (getenv("HITM_SHIM_PARANOID") != NULL && strcmp(path, "/proc/sys/kernel/perf_event_paranoid") == 0) {
        snprintf(text, sizeof text, "%s\n", getenv("HITM_SHIM_PARANOID"));
        return file_with(text);
    }
    if (getenv("HITM_SHIM_KERNEL") != NULL && strcmp(path, "/proc/sys/kernel/osrelease") == 0) {
        snprintf(text, sizeof text, "%s.0-shim\n", getenv("HITM_SHIM_KERNEL"));
        return file_with(text);
    }
    if (is_too_new(path)) {
        errno = ENOENT;
        return -1;
    }
    return real(path, flags, mode);
}
