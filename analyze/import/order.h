/* The order in which perf processes the records of a file.
 *
 * Rings of several CPUs are written one after another, so times go back and forth. A FINISHED_ROUND says that
 * all rings were drained once: what was written before the *previous* one can have nothing older follow it.
 * So at each, everything up to the latest time known at the previous one is delivered, by time and then by
 * place in the file; the rest at the end. Records without time are delivered at once. 16 bytes a waiting
 * record, plus as much while sorting. Behaviour of perf 6.1 (ordered events), which our counts are compared
 * with. One thread. */
#ifndef HT_IMPORT_ORDER_H
#define HT_IMPORT_ORDER_H

#include <stdint.h>

#include "schema/status.h"

struct ht_order;

/* Receives a record: its time (0: none) and offset in the file. A status other than OK stops everything. */
typedef enum ht_status (*ht_order_deliver)(void *context, uint64_t time_ns, uint64_t offset);

struct ht_order *ht_order_new(ht_order_deliver deliver, void *context); /* NULL: out of memory */
void ht_order_free(struct ht_order *order);

enum ht_status ht_order_push(struct ht_order *order, uint64_t time_ns, uint64_t offset);
enum ht_status ht_order_round(struct ht_order *order);  /* FINISHED_ROUND */
enum ht_status ht_order_finish(struct ht_order *order); /* end of the file: delivers the rest */

#endif
