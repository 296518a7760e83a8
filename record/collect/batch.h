/* Records to columns: takes the records of one reader thread's rings and fills a table of each kind, handing
 * a table over when it is full. Also keeps what the time after the window needs: distinct code addresses,
 * executable mappings, names of kernel code, processes seen. One reader thread owns a batch.
 *
 * batch.c keeps the tables; batch_samples.c takes a record, and itself samples and switches (the hot paths);
 * batch_side.c takes all others. */
#ifndef HT_RECORD_COLLECT_BATCH_H
#define HT_RECORD_COLLECT_BATCH_H

#include <linux/perf_event.h>

#include "record/collect/chains.h"
#include "record/collect/hits.h"
#include "record/collect/ksymbols.h"
#include "record/collect/pid_set.h"
#include "record/collect/spaces.h"
#include "record/events/open.h"
#include "schema/table.h"

#define HT_BATCH_ROWS   32768
#define HT_FAULT_EVENTS 2 /* all faults, major faults */

/* What a batch tells its owner. Both may be called from within ht_batch_add. */
struct ht_batch_sink {
    void *context;
    enum ht_status (*full)(void *context, struct ht_table *table); /* write and clear it */
    void (*process)(void *context, int32_t pid); /* its mappings are not known yet; NULL: do not tell */
};

struct ht_batch {
    const struct ht_opened *opened;
    struct ht_batch_sink sink;
    struct ht_pid_set *others; /* processes whose switches are left out; NULL: nobody's. The owner sets it */
    struct ht_table cpu_sample, chain, switches, task, mmap, ksymbol, bpf_program, loss;
    struct ht_table tracepoint[HT_EVENTS_MAX]; /* one event a chunk */
    struct ht_hits hits, processes;
    struct ht_spaces spaces;
    struct ht_chains chains; /* the owner sets their base and sharers */
    struct ht_ksymbols ksymbols;
    struct ht_running {
        int32_t pid, tid;
        int left_out;
    } * running;   /* of each CPU: who was switched in last, -1 not known */
    unsigned cpus; /* of running and fault */
    int lossy;     /* records were lost: mappings may be among them */
    /* of each CPU: an event of each kind that samples faults (index of ht_opened), -1 none */
    int32_t (*fault)[HT_FAULT_EVENTS];
    uint64_t overrun; /* records that found the ring full, as LOST records tell */
    int32_t last_pid;
    uint64_t last_ip;
    uint64_t last_id; /* records of one event come in a row */
    long last_found;
    uint64_t *samples;               /* rows made of each open event (index of ht_opened) */
    uint64_t records[HT_EVENTS_MAX]; /* of each event of the plan, rows or not */
    uint64_t unknown, malformed, ignored;
    uint64_t filtered;    /* switches of others */
    uint64_t foreign;     /* samples that carried another session's identifier; they are in samples too */
    uint64_t bound, late; /* rows older than a round that was closed already */
};

enum ht_status ht_batch_init(struct ht_batch *batch, const struct ht_opened *opened,
                             const struct ht_batch_sink *sink);
void ht_batch_free(struct ht_batch *batch);

/* Takes one record of a CPU's ring. A record that makes no sense is counted, never a failure; what is
 * returned is memory shortage or the sink's failure. */
enum ht_status ht_batch_add(struct ht_batch *batch, const struct perf_event_header *header, int cpu);

/* A LOSS row by hand: what the reader itself lost, gaps. */
enum ht_status ht_batch_loss(struct ht_batch *batch, uint64_t time_ns, enum ht_loss_kind kind, int cpu,
                             int event, uint64_t count);

/* Hands every table that has rows to the sink. */
enum ht_status ht_batch_flush(struct ht_batch *batch);

#endif
