/* From a row of a family's table to the numbers that perf_event_open wants, on the machine at hand: what its
 * kernel names itself (sysfs) first, libpfm4 second, the kernel's generic event third, the table's own code
 * last. A code that the PMU has no bits for is never used. Before the window, one thread (libpfm4). */
#ifndef HT_RECORD_EVENTS_ENCODE_H
#define HT_RECORD_EVENTS_ENCODE_H

#include "record/events/family.h"
#include "record/events/perf.h"

enum ht_code_source { HT_CODE_SYSFS, HT_CODE_LIBPFM, HT_CODE_GENERIC, HT_CODE_TABLE };

struct ht_encode {
    const char *root;
    const struct ht_pmu *pmu;
    const struct ht_family *family;
    unsigned least_cycles; /* of load latency */
};

struct ht_encoded {
    uint32_t type;
    struct ht_pmu_code code;
    unsigned precise; /* never more than the PMU offers */
    enum ht_code_source source;
    int corrected; /* libpfm4 has a code that is known to be wrong: ours is taken */
    int differs;   /* libpfm4 has another code than the table, not known to be wrong: its is taken */
};

/* NOT_FOUND: nobody has a code that fits this PMU; UNSUPPORTED: it takes no precise events. The cause says it
 * for users; a row without event gives its own reason. */
enum ht_status ht_encode(const struct ht_encode *how, const struct ht_event_code *row,
                         struct ht_encoded *encoded, struct ht_cause *cause);

/* "sysfs", "libpfm4", "kernel", "table" */
const char *ht_code_source_name(enum ht_code_source source);

#endif
