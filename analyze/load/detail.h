/* The second walk, kind by kind: what pass_detail.c calls for each table, in file order. One thread. */
#ifndef HT_ANALYZE_LOAD_DETAIL_H
#define HT_ANALYZE_LOAD_DETAIL_H

#include "analyze/load/db.h"
#include "analyze/load/passes.h"
#include "analyze/load/tracepoints.h"

struct ht_detail {
    struct ht_load *load;
    struct ht_tracepoints *tracepoints;
    struct ht_insert mem_sample, cpu_sample; /* open where every sample becomes a row */
    struct ht_insert frame;                  /* of call_chain_frame; opened at the first one */
    uint64_t ordinal;                        /* of the current table's row 0, see ht_ref */
    uint64_t place[8];                       /* of the next rows' accesses, see fetch_ahead in detail_mem.c */
};

enum ht_status ht_detail_mem(struct ht_detail *detail, const struct ht_table *table, struct ht_cause *cause);
enum ht_status ht_detail_cpu(struct ht_detail *detail, const struct ht_table *table, struct ht_cause *cause);
enum ht_status ht_detail_chain(struct ht_detail *detail, const struct ht_table *table,
                               struct ht_cause *cause);
enum ht_status ht_detail_switch(struct ht_detail *detail, const struct ht_table *table,
                                struct ht_cause *cause);
enum ht_status ht_detail_loss(struct ht_detail *detail, const struct ht_table *table, struct ht_cause *cause);

#endif
