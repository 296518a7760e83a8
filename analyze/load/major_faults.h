/* Major page faults by thread and code. One thread. */
#ifndef HT_ANALYZE_LOAD_MAJOR_FAULTS_H
#define HT_ANALYZE_LOAD_MAJOR_FAULTS_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/status.h"

struct ht_major_fault {
    uint32_t thread, code; /* ht_threads, ht_codes */
    uint64_t faults, first_ns, last_ns;
};

struct ht_major_faults {
    struct ht_major_fault *row;
    uint32_t count, capacity;
    struct ht_slots slots;
};

void ht_major_faults_free(struct ht_major_faults *faults); /* a zeroed one is fine */
enum ht_status ht_major_faults_add(struct ht_major_faults *faults, uint32_t thread, uint32_t code,
                                   uint64_t time_ns);

#endif
