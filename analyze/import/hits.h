/* Which places samples hit: for each file the distinct code and data offsets, so that names can be looked up
 * once for all of them. Bounded: at most HT_HITS_MAX places are kept, what came after is counted. One thread.
 */
#ifndef HT_IMPORT_HITS_H
#define HT_IMPORT_HITS_H

#include "analyze/import/build_ids.h"
#include "analyze/import/output.h"
#include "analyze/names/address_space.h"

#define HT_HITS_MAX (4u << 20) /* 16 bytes each while collected */

struct ht_hits;

struct ht_hits *
ht_hits_new(struct ht_spaces *spaces); /* NULL: out of memory; spaces is the caller's, and outlives it */
void ht_hits_free(struct ht_hits *hits);

/* A sample at this moment of the spaces. address 0: none. NOMEM. */
enum ht_status ht_hits_sample(struct ht_hits *hits, unsigned cpumode, int64_t pid, int64_t tid, uint64_t ip,
                              uint64_t address);

/* To be called after the spaces changed. */
void ht_hits_changed(struct ht_hits *hits);

/* What became of the files that were hit, those apart that are none to open (the kernel, [vdso], heaps). */
struct ht_hits_result {
    uint64_t left_out; /* places beyond the bound */
    uint64_t files, missing, changed;
    const char
        *first; /* missing or changed, as its mapping names it: of the spaces, NULL where there is none */
};

/* Looks everything up and writes DSO, SYMBOL, CODE and SOURCE_LINE. build_ids: used where a mapping has none.
 */
enum ht_status ht_hits_write(struct ht_hits *hits, const struct ht_build_ids *build_ids, const char *symfs,
                             struct ht_output *output, struct ht_hits_result *result, struct ht_cause *cause);

#endif
