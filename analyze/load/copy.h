/* Chunks whose rows go into a table of the database as they are: which column to which, as data. One thread.
 */
#ifndef HT_ANALYZE_LOAD_COPY_H
#define HT_ANALYZE_LOAD_COPY_H

#include "analyze/load/db.h"
#include "analyze/load/model.h"

/* Bits (HT_KIND_BIT) of the kinds that ht_copy_table takes. */
uint64_t ht_copy_kinds(void);

/* Open inserts of one load; zero it first. */
struct ht_copies {
    struct ht_insert insert[64]; /* by chunk kind */
};

enum ht_status ht_copy_table(struct ht_load *load, struct ht_copies *copies, const struct ht_table *table,
                             struct ht_cause *cause);
void ht_copies_close(struct ht_copies *copies);

#endif
