/* Unpacks the COMPRESSED records of perf record -z: their payloads, put together, are one zstd stream for
 * each data file, flushed at the end of each record. What comes out is a stream of records, cut anywhere.
 * Owns the zstd context; one thread. Source: tools/perf/util/zstd.c of Linux says what perf writes. */
#ifndef HT_IMPORT_UNPACK_H
#define HT_IMPORT_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

/* Of one record. perf bounds it by the size of a ring, and a record has at most 64 KiB. */
#define HT_UNPACK_PIECE_MAX (256u << 20)

struct ht_unpack;

struct ht_unpack *ht_unpack_new(void); /* NULL: out of memory */
void ht_unpack_free(struct ht_unpack *unpack);

/* The next payload begins a stream of its own. */
void ht_unpack_restart(struct ht_unpack *unpack);

/* Appends what the payload holds to the spool and adds its length to *bytes. DAMAGED, with the cause
 * untouched: the payload is no continuation of the stream. */
enum ht_status ht_unpack_piece(struct ht_unpack *unpack, const uint8_t *payload, size_t length, int spool,
                               uint64_t *bytes, struct ht_cause *cause);

#endif
