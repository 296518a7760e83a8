/* Writes what the passes gathered into the database. One thread. */
#ifndef HT_ANALYZE_LOAD_STORE_H
#define HT_ANALYZE_LOAD_STORE_H

#include "analyze/load/model.h"

/* What a judge says of one line; negative numbers where not known. */
struct ht_line_judgement {
    const char *verdict, *scope; /* words of tables.sql */
    char reason[512];
    char node_pair[24]; /* "" unknown */
    double confidence;
    double false_share, true_share, unknown_share;
    int64_t cost_cycles_low, cost_cycles_high;
    double cost_share;
    uint32_t writers, readers, writer_cores;
    uint32_t writer_code, reader_code; /* ht_codes, HT_NONE unknown */
};

/* kept: number of the line, see model.h. */
typedef void (*ht_judge_fn)(struct ht_load *load, uint32_t kept, struct ht_line_judgement *judgement);

/* Lines that get line_access rows: perf shows at most 1,000 in its own detail (it hides a line below 0.1 %).
 */
#define HT_LINES_IN_DETAIL 10000u
#define HT_LINES_IN_REPORT 1000u /* where no rows are kept: a report shows no more, whatever --top says */

/* Lines and everything that hangs on them. */
enum ht_status ht_store_lines(struct ht_load *load, ht_judge_fn judge, struct ht_cause *cause);

/* Names: dso, symbol, code_bytes, mapping. Call after the lines, which want some of them. */
enum ht_status ht_store_names(struct ht_load *load, struct ht_cause *cause);

/* The counts behind view c2c_stats. */
enum ht_status ht_store_c2c_stats(struct ht_load *load, struct ht_cause *cause);

/* thread, process, residence, thread_switch, major_fault, call_chain. */
enum ht_status ht_store_tasks(struct ht_load *load, struct ht_cause *cause);

/* What ht_store_tasks stores, bucket, c2c_stat, the accounts of events, and the capture row itself. */
enum ht_status ht_store_rest(struct ht_load *load, struct ht_cause *cause);

/* Data symbol and offset under a line ("counters+0x8"), else the mapping's name; "" where nothing is known.
 */
void ht_store_object(struct ht_load *load, const struct ht_line *line, char *text, size_t size);

#endif
