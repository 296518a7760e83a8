/* The few things every user of perf_event_open needs: the call itself and views on perf_event_attr that data
 * tables can use. No state. */
#ifndef HT_RECORD_EVENTS_PERF_H
#define HT_RECORD_EVENTS_PERF_H

#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Newer than some headers we build against; the kernel's numbers. */
#define HT_FORMAT_LOST (1u << 4)

static inline int ht_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group) {
    return (int)syscall(SYS_perf_event_open, attr, pid, cpu, group, PERF_FLAG_FD_CLOEXEC);
}

/* The bit field behind read_format as one number: bit 0 disabled, 1 inherit, 5 exclude_kernel, ... */
#define HT_ATTR_FLAGS_AT (offsetof(struct perf_event_attr, read_format) + sizeof(uint64_t))

static inline uint64_t ht_attr_flags(const struct perf_event_attr *attr) {
    uint64_t flags;
    memcpy(&flags, (const char *)attr + HT_ATTR_FLAGS_AT, sizeof flags);
    return flags;
}

static inline void ht_attr_set_flags(struct perf_event_attr *attr, uint64_t flags) {
    memcpy((char *)attr + HT_ATTR_FLAGS_AT, &flags, sizeof flags);
}

#endif
