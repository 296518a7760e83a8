/* Writes a capture file. Any number of threads may put chunks at once, each with an encoder of its own; the
 * file is appended under a lock, whole chunks only. The file exists under its own name from the start and is
 * readable up to its last whole chunk whenever the process dies. */
#ifndef HT_SCHEMA_CAPTURE_WRITE_H
#define HT_SCHEMA_CAPTURE_WRITE_H

#include <stdint.h>

#include "schema/capture.h"
#include "schema/table.h"

struct ht_writer;
struct ht_encoder;

/* Creates path (EXISTS where it is there and force is 0) and writes the header. realtime_ns: when the capture
 * began. */
enum ht_status ht_writer_open(const char *path, int force, uint64_t realtime_ns, struct ht_writer **writer,
                              struct ht_cause *cause);

/* Encodes and appends the table as one chunk; an empty table writes nothing. After a failed write the file is
 * cut back to its last whole chunk and every further put fails with the same cause. */
enum ht_status ht_writer_put(struct ht_writer *writer, struct ht_encoder *encoder,
                             const struct ht_table *table, uint32_t round, struct ht_cause *cause);

uint64_t ht_writer_bytes(struct ht_writer *writer); /* written so far */
int ht_writer_fd(struct ht_writer *writer);         /* for fchown; owned by the writer */

/* Writes index and trailer, flushes to disk, frees the writer in any case. NULL is fine. */
enum ht_status ht_writer_close(struct ht_writer *writer, struct ht_cause *cause);

/* Frees the writer and leaves a cut file (a failed import removes its output itself). NULL is fine. */
void ht_writer_abandon(struct ht_writer *writer);

/* level: zstd level, 1 in the recorder. NULL on memory shortage. */
struct ht_encoder *ht_encoder_new(int level);
void ht_encoder_free(struct ht_encoder *encoder);

#endif
