/* Is a line shared truly or falsely? Decided from who touched which bytes, never from HITM alone. Pure
 * functions.
 *
 * Every access is held against the writes of other threads on other cores that were active in the same time,
 * and is split by their numbers: so much of it overlaps a write (true sharing), is proven disjoint (false
 * sharing), or not known because a width is not. One rare write decides nothing: few writes, or accesses that
 * mostly happened while nobody was seen writing, end in "cannot tell". */
#ifndef HT_ANALYZE_JUDGE_VERDICT_H
#define HT_ANALYZE_JUDGE_VERDICT_H

#include <stddef.h>
#include <stdint.h>

/* What one thread did from one place in code to one offset of the line. */
struct ht_touch {
    int64_t core; /* -1 unknown: then it cannot be told from others */
    uint32_t thread;
    uint32_t samples;
    uint32_t writes; /* of the samples: stores, and loads by instructions that write what they read */
    uint16_t offset;
    uint16_t width; /* bytes; 0 unknown */
    uint32_t first_us, last_us;
    uint32_t transfers; /* of the samples */
    uint32_t memory;    /* touches of different numbers are of different memory under one name */
};

/* Writing touches that all are held against, the ones with most writes; what the others wrote counts as
 * writes to unknown bytes. */
#define HT_WRITERS_MAX 256u

struct ht_line_evidence {
    struct ht_touch *touch; /* is put into another order */
    size_t touches;
    unsigned line_bytes;
    uint32_t transfers, same_node, other_node, other_socket; /* samples */
    uint32_t remote_memory, local_memory;
    uint32_t remote_unknown; /* another socket's cache or memory, which of them is not told */
    int node_is_socket;
};

struct ht_verdict {
    const char *verdict, *scope; /* words of schema/tables.sql */
    double confidence;           /* 0 to 1 */
    double disjoint, overlapping,
        unknown;         /* shares of the accesses that met another's write; -1 where none did */
    uint64_t met;        /* samples that met another core's write */
    uint64_t met_writes; /* write samples of all threads */
    uint32_t writers, readers, writer_cores;
    char reason[256];
};

/* Fewer samples, or writes, than this prove nothing: with n, a share below 3/n can hide (95 %). */
#define HT_SAMPLES_TO_JUDGE   12u
#define HT_TRANSFERS_TO_JUDGE 3u
#define HT_CONFIDENCE_MAX     0.99 /* sampling error is not the only one */
#define HT_SLICE_SAMPLES      8u   /* accesses closer than these many samples of the line are of one time */
#define HT_MINOR_SHARE        0.05 /* a kind of sharing below this share does not make a line mixed */

void ht_judge_evidence(const struct ht_line_evidence *evidence, struct ht_verdict *verdict);

#endif
