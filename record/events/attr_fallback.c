#include "record/events/attr_fallback.h"

#include <errno.h>

#include "record/events/flags.h"

const struct ht_attr_fallback ht_attr_fallbacks[] = {
    {"PERF_FORMAT_LOST", "6.0", HT_FORMAT_LOST, 0, 0,
     "the kernel does not count the samples that it lost: losses are \"at least\" so many"},
    {"attr.bpf_event", "5.1", 0, 0, HT_FLAG_BPF_EVENT, "BPF programs that come and go are not told"},
    {"attr.ksymbol", "5.1", 0, 0, HT_FLAG_KSYMBOL,
     "code that the kernel makes in the window (BPF, trampolines) has no name"},
};

const size_t ht_attr_fallbacks_count = sizeof ht_attr_fallbacks / sizeof ht_attr_fallbacks[0];

int ht_attr_asks(const struct perf_event_attr *attr, const struct ht_attr_fallback *f) {
    return (attr->read_format & f->read_format) != 0 || (attr->sample_type & f->sample_type) != 0 ||
           (ht_attr_flags(attr) & f->flags) != 0;
}

void ht_attr_drop(struct perf_event_attr *attr, const struct ht_attr_fallback *f) {
    attr->read_format &= ~f->read_format;
    attr->sample_type &= ~f->sample_type;
    ht_attr_set_flags(attr, ht_attr_flags(attr) & ~f->flags);
}

/* With E2BIG the kernel writes its own size into the attr: it gets a copy. */
static int open_without(const struct perf_event_attr *wanted, uint32_t without, pid_t tid, int cpu) {
    struct perf_event_attr attr = *wanted;
    for (size_t i = 0; i < ht_attr_fallbacks_count; i++)
        if (without >> i & 1)
            ht_attr_drop(&attr, &ht_attr_fallbacks[i]);
    return ht_perf_open(&attr, tid, cpu, -1);
}

static int is_unknown(int error) {
    return error == EINVAL || error == E2BIG;
}

/* One after the other, newest first, until the kernel takes the rest. Returns the fd, and in *without what
 * went. */
static int give_up(const struct perf_event_attr *wanted, pid_t tid, int cpu, uint32_t *without) {
    int fd = -1;
    for (size_t i = 0; i < ht_attr_fallbacks_count && fd < 0 && is_unknown(errno); i++) {
        if (!ht_attr_asks(wanted, &ht_attr_fallbacks[i]))
            continue;
        *without |= 1u << i;
        fd = open_without(wanted, *without, tid, cpu);
    }
    return fd;
}

int ht_attr_open(struct perf_event_attr *attr, pid_t tid, int cpu, uint32_t *dropped) {
    uint32_t without = 0;
    *dropped = 0;
    int fd = open_without(attr, 0, tid, cpu);
    if (fd >= 0 || !is_unknown(errno))
        return fd;
    fd = give_up(attr, tid, cpu, &without);
    if (fd < 0)
        return fd;
    /* Newer ones went first without being the reason, perhaps: each that the kernel takes comes back. */
    for (size_t i = 0; i < ht_attr_fallbacks_count; i++) {
        uint32_t less = without & ~(1u << i);
        int other = less != without ? open_without(attr, less, tid, cpu) : -1;
        if (other < 0)
            continue;
        close(fd);
        fd = other;
        without = less;
    }
    for (size_t i = 0; i < ht_attr_fallbacks_count; i++)
        if (without >> i & 1)
            ht_attr_drop(attr, &ht_attr_fallbacks[i]);
    *dropped = without;
    return fd;
}
