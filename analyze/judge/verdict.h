/* Is a line shared truly or falsely? Decided from who touched which bytes, never from HITM alone. Pure
 * functions.
 *
 * Every access is held against the writes of other threads on other cores that were active in the same time:
 * it overlaps one of them (true sharing), is proven disjoint from all (false sharing), or that is not known
 * because a width is not. What is not proven is not said: the verdict is then "cannot tell". */
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
};

/* Touches of one line that are held against each other, at most. */
#define HT_TOUCHES_MAX 512u

struct ht_line_evidence {
    const struct ht_touch *touch;
    size_t touches; /* at most HT_TOUCHES_MAX */
    unsigned line_bytes;
    uint32_t transfers, same_node, other_node, other_socket; /* samples */
    uint32_t remote_memory, local_memory;
    int node_is_socket;
};

struct ht_verdict {
    const char *verdict, *scope; /* words of schema/tables.sql */
    double confidence;           /* 0 to 1 */
    double disjoint, overlapping,
        unknown;         /* shares of the accesses that met another's write; -1 where none did */
    uint64_t met;        /* samples that met another core's write */
    uint64_t met_writes; /* samples of writes by more than one thread's view: all write samples */
    uint32_t writers, readers, writer_cores;
    char reason[256];
};

/* Fewer samples than this prove nothing: with n, a share below 3/n can hide (95 %). */
#define HT_SAMPLES_TO_JUDGE   12u
#define HT_TRANSFERS_TO_JUDGE 3u
#define HT_CONFIDENCE_MAX     0.99 /* sampling error is not the only one */
#define HT_MINOR_SHARE        0.05 /* a kind of sharing below this share does not make a line mixed */

void ht_judge_evidence(const struct ht_line_evidence *evidence, struct ht_verdict *verdict);

#endif
