/* Names of what was hit, after the window: the files behind the sampled addresses (only where the file is
 * still the one that was mapped), their build ids, the symbols that were hit and the bytes of the sampled
 * instructions; kernel symbols; symbol maps of JITs. At low priority, within a time and row budget; what is
 * cut is a limit with a count. The session's thread; nothing is kept. */
#ifndef HT_RECORD_COLLECT_SYMBOLS_H
#define HT_RECORD_COLLECT_SYMBOLS_H

#include "record/base/limits.h"
#include "record/collect/hits.h"
#include "record/collect/ksymbols.h"
#include "record/collect/spaces.h"
#include "schema/capture_write.h"

struct ht_symbols_request {
    const char *root;
    struct ht_writer *writer;
    struct ht_encoder *encoder;
    struct ht_limits *limits;
    uint64_t start_ns;                /* time of the kernel's own MMAP rows */
    int64_t realtime_offset;          /* CLOCK_REALTIME minus perf clock */
    struct ht_hits *hits;             /* sorted by this call */
    struct ht_spaces *spaces;         /* sorted by this call */
    struct ht_ksymbols *ksymbols;     /* sorted by this call; NULL: none were recorded */
    void *context;                    /* of is_stopped */
    int (*is_stopped)(void *context); /* the user does not want to wait: leave the rest out; NULL: never */
};

/* Writes the chunks DSO, SYMBOL, CODE and the kernel's MMAP rows (pid -1). A file that cannot be read is a
 * DSO state, not a failure. */
enum ht_status ht_symbols_collect(const struct ht_symbols_request *request, struct ht_cause *cause);

#endif
