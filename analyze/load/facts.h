/* First walk over a capture: everything but samples. Fills meta, topology, events and names of the load, and
 * the tables that chunks are copied into. */
#ifndef HT_ANALYZE_LOAD_FACTS_H
#define HT_ANALYZE_LOAD_FACTS_H

#include "analyze/load/model.h"

enum ht_status ht_load_facts(struct ht_load *load, struct ht_cause *cause);

#endif
