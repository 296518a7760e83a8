/* The two walks over the samples of a capture.
 *
 * First, in time order: which mapping, code and line each sample fell into, and which lines have a transfer.
 * Then, in file order: full counts, accesses, the timeline and, where wanted, a row for every sample, for
 * those lines only. */
#ifndef HT_ANALYZE_LOAD_PASSES_H
#define HT_ANALYZE_LOAD_PASSES_H

#include "analyze/load/model.h"

enum ht_status ht_load_resolve(struct ht_load *load, struct ht_cause *cause);
enum ht_status ht_load_detail(struct ht_load *load, struct ht_cause *cause);

/* Kinds whose rows have a position in load->ref: both walks must name the same ones. */
uint64_t ht_load_sample_kinds(void);

/* The true decode of a memory sample. */
struct ht_true_source ht_load_true_source(const struct ht_load *load, const struct ht_event_facts *event,
                                          uint64_t data_src);

/* Samples of events without a data source, for the c2c counts of an imported file. */
void ht_load_count_other(struct ht_load *load, uint64_t samples);

/* Raises the counters whose bits are set. */
static inline void ht_load_count_bits(uint64_t counter[HT_C2C_COUNTER_COUNT], uint64_t bits) {
    for (; bits != 0; bits &= bits - 1)
        counter[__builtin_ctzll(bits)]++;
}

#endif
