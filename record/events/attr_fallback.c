#include "record/events/attr_fallback.h"

#include "record/events/flags.h"

/* Newest first: a kernel that lacks one lacks all above it. */
static const struct ht_attr_fallback fallbacks[] = {
    {"PERF_FORMAT_LOST", "6.0", HT_FORMAT_LOST, 0, 0,
     "losses are known from LOST records only: at least that many"},
    {"attr.ksymbol", "5.1", 0, 0, HT_FLAG_KSYMBOL, "BPF programs loaded in the window have no names"},
    {"attr.context_switch", "4.3", 0, 0, HT_FLAG_CONTEXT_SWITCH, "no context switches"},
    {"attr.comm_exec", "3.16", 0, 0, HT_FLAG_COMM_EXEC, "exec cannot be told from a new name"},
    {"attr.mmap2", "3.16", 0, 0, HT_FLAG_MMAP2, "mappings have no device and inode"},
};

const struct ht_attr_fallback *ht_attr_drop_next(struct perf_event_attr *attr) {
    for (size_t i = 0; i < sizeof fallbacks / sizeof fallbacks[0]; i++) {
        const struct ht_attr_fallback *f = &fallbacks[i];
        uint64_t flags = ht_attr_flags(attr);
        if ((attr->read_format & f->read_format) == 0 && (attr->sample_type & f->sample_type) == 0 &&
            (flags & f->flags) == 0)
            continue;
        attr->read_format &= ~f->read_format;
        attr->sample_type &= ~f->sample_type;
        ht_attr_set_flags(attr, flags & ~f->flags);
        return f;
    }
    return NULL;
}
