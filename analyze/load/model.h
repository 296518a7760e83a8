/* One capture while it is loaded: what the passes fill and the store writes. Owned by ht_load_capture; one
 * thread. */
#ifndef HT_ANALYZE_LOAD_MODEL_H
#define HT_ANALYZE_LOAD_MODEL_H

#include <sqlite3.h>
#include <stdint.h>

#include "analyze/load/accesses.h"
#include "analyze/load/chains.h"
#include "analyze/load/codes.h"
#include "analyze/load/data_source.h"
#include "analyze/load/known_names.h"
#include "analyze/load/lines.h"
#include "analyze/load/major_faults.h"
#include "analyze/load/meta.h"
#include "analyze/load/pages.h"
#include "analyze/load/processes.h"
#include "analyze/load/residence.h"
#include "analyze/load/scan.h"
#include "analyze/load/switches.h"
#include "analyze/load/threads.h"
#include "analyze/load/timeline.h"
#include "analyze/load/topology.h"
#include "analyze/names/address_space.h"
#include "schema/capture_read.h"

#define HT_EVENTS_MAX 1024
#define HT_CLASSES    19

/* What is known of an event while rows come in; index is the event number of the capture. */
struct ht_event_facts {
    uint8_t present, kind;            /* enum ht_event_kind */
    struct ht_true_source hitm_class; /* of HT_EVENT_KIND_HITM */
    uint8_t period_is_time;           /* nanoseconds: cpu-clock and task-clock */
    uint8_t period_counts_accesses;   /* period x samples is a number of accesses, not of cycles */
    uint64_t config;
    uint64_t samples;
    char name[64];
    char tracepoint[64]; /* "system:name", "" where none */
};

/* What a sample fell into, by its position in the file: the second pass needs no address spaces. */
struct ht_ref {
    uint32_t line, code;
};

/* Full counts of a line that is worth keeping. */
struct ht_kept {
    uint32_t line;
    uint32_t c2c[HT_C2C_COUNTER_COUNT];
    uint32_t class[HT_CLASSES];
    uint32_t loads, stores, locked, modified, transfers;
    uint32_t weighted;     /* transfers with a latency */
    double cost_cycles;    /* sum of period x latency over them */
    uint8_t cost_is_bound; /* some came from load latency sampling, which sees a selection of the loads */
    int32_t home_node;     /* of the first physical address seen, -1 */
    uint32_t page;         /* see ht_pages_add */
    uint64_t first_ns, last_ns;
};

struct ht_load {
    const char *path;
    const char *symfs; /* NULL: source lines from the capture alone */
    sqlite3 *db;
    int64_t capture_id;
    int imported;  /* from a perf.data: its c2c counts hold samples of every event */
    int keep_rows; /* every sample becomes a row */
    struct ht_reader *reader;
    struct ht_scan_problems problems;
    struct ht_meta meta;
    struct ht_topology topology;
    struct ht_event_facts event[HT_EVENTS_MAX];
    struct ht_known_names names;
    struct ht_threads threads;
    struct ht_processes processes;
    struct ht_residence residence; /* by cpu-clock samples */
    struct ht_switches switches;
    struct ht_major_faults major_faults;
    struct ht_chains chains;
    struct ht_timeline timeline;
    struct ht_pages pages;
    struct ht_spaces *spaces;
    struct ht_lines *lines;
    struct ht_codes *codes;
    struct ht_accesses *accesses;
    struct ht_ref *ref;
    uint64_t refs, ref_capacity;
    struct ht_kept *kept;               /* by rank after the passes; line_id is the index + 1 */
    uint32_t kept_lines, dropped_lines; /* dropped: over the limit, counted in import_skip */
    uint64_t c2c[HT_C2C_COUNTER_COUNT], c2c_shared[HT_C2C_COUNTER_COUNT];
    uint64_t shared_lines;
    uint64_t window_start_ns, window_end_ns;
    uint64_t tick_ns; /* of an access' times: a microsecond, more where a window is longer than an hour */
    uint64_t mem_samples, cpu_samples, unmapped, late, throttles;
    uint64_t lost_by_kind[HT_LOSS_KIND_GAP]; /* by enum ht_loss_kind */
    uint64_t skipped_events;                 /* rows whose event number is out of range */
};

/* Facts of an event by its number; NULL where out of range. */
static inline struct ht_event_facts *ht_load_event(struct ht_load *load, uint64_t number) {
    return number < HT_EVENTS_MAX ? &load->event[number] : NULL;
}

#endif
