/* Tracepoints by name: number and `format` text from tracefs, wherever it is mounted. No state, any thread.
 */
#ifndef HT_RECORD_EVENTS_TRACEPOINTS_H
#define HT_RECORD_EVENTS_TRACEPOINTS_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

/* The attr.config of the tracepoint. NOT_FOUND: this kernel has none of that name, or no tracefs is mounted;
 * PERMISSION: tracefs is root's. The cause names the file. */
enum ht_status ht_tracepoint_id(const char *root, const char *system, const char *name, uint64_t *id,
                                struct ht_cause *cause);

/* Why a tracepoint has no number (its status tells permission from absence) and the command that mends it, ""
 * where none does. Texts live as long as the program. */
void ht_tracepoint_missing(const char *root, enum ht_status status, const char **why, const char **mend);

/* Copies the tracepoint's `format` file; free(*text). */
enum ht_status ht_tracepoint_format(const char *root, const char *system, const char *name, char **text,
                                    size_t *length, struct ht_cause *cause);

#endif
