/* The capture that an import writes: rows of every kind in the order in which they are delivered, cut into
 * chunks and rounds.
 *
 * A round is closed after some 256 thousand rows, and wherever the order would be lost to a reader that sorts
 * a round by time and, at equal times, applies forks, then mappings, then the rest: so a reader has perf's
 * order and needs one round in memory. Owns writer and encoder. One thread. */
#ifndef HT_IMPORT_OUTPUT_H
#define HT_IMPORT_OUTPUT_H

#include "schema/capture_write.h"

#define HT_OUTPUT_KINDS 64u

/* What a row means to the order of rows of equal time. NONE: nothing; it fits anywhere if it has no time. */
enum ht_output_rank { HT_RANK_FORK = 0, HT_RANK_MMAP = 1, HT_RANK_SAMPLE = 2, HT_RANK_NONE = 3 };

#define HT_PID_ALL INT64_MIN /* a kernel mapping: matters to samples of all processes */

/* How a row is bound to others: rows of different processes may change places. */
struct ht_output_key {
    uint64_t time_ns;
    enum ht_output_rank rank;
    int64_t pid, parent; /* parent: of a fork, else the same as pid */
};

/* The highest rank among the rows of a pid (those that share the slot) at the last time. */
struct ht_output_tie {
    uint64_t stamp;
    enum ht_output_rank rank;
};

#define HT_OUTPUT_TIES 4096u

struct ht_output {
    struct ht_writer *writer;
    struct ht_encoder *encoder;
    struct ht_table table[HT_OUTPUT_KINDS];
    struct ht_table *tracepoint; /* by event: one event a chunk */
    uint32_t tracepoints;
    uint32_t round;
    uint64_t round_rows, round_start_ns, last_ns;
    uint64_t stamp; /* changes with the time and the round: ties of another stamp are over */
    enum ht_output_rank any_rank;
    struct ht_output_tie tie[HT_OUTPUT_TIES];
    uint64_t late_rows; /* older than a round that was closed already */
    uint64_t closed_ns; /* the latest end of a closed round */
};

enum ht_status ht_output_open(struct ht_output *output, const char *path, uint64_t realtime_ns,
                              uint32_t events, struct ht_cause *cause);

/* A row of an event kind (the kind's first column is set to the key's time). event matters for TRACEPOINT
 * alone. */
enum ht_status ht_output_row(struct ht_output *output, enum ht_chunk_kind kind, uint32_t event,
                             const struct ht_output_key *key, struct ht_table **table, uint32_t *row,
                             struct ht_cause *cause);

/* Makes room, so that so many rows (at most 65,536) of a kind and of one time come into one chunk. */
enum ht_status ht_output_together(struct ht_output *output, enum ht_chunk_kind kind, uint32_t rows,
                                  struct ht_cause *cause);

/* A whole table of facts, at once; facts belong to no round (0 is written). */
enum ht_status ht_output_put(struct ht_output *output, const struct ht_table *table, struct ht_cause *cause);

/* Closes the last round. */
enum ht_status ht_output_end_rounds(struct ht_output *output, struct ht_cause *cause);

/* Ends the file; the output is free afterwards whatever is returned. */
enum ht_status ht_output_close(struct ht_output *output, struct ht_cause *cause);
void ht_output_abandon(struct ht_output *output); /* a zeroed one is fine */

#endif
