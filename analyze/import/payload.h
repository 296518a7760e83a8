/* Payloads of tracepoints of a machine of the other byte order, stored in ours: the numbers that the format
 * names are turned round, texts and arrays stay. No state. */
#ifndef HT_IMPORT_PAYLOAD_H
#define HT_IMPORT_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "schema/table.h"

/* Sets PAYLOAD of the last row of a TRACEPOINT table. tp_format: rows of TP_FORMAT; without one for the event
 * the payload stays as it is. NOMEM. */
enum ht_status ht_payload_store(const struct ht_table *tp_format, uint32_t event, const uint8_t *raw,
                                uint32_t bytes, struct ht_table *tracepoint);

/* Turns the fields of one format in place. format is terminated. */
void ht_payload_turn(const char *format, uint8_t *payload, uint32_t bytes);

#endif
