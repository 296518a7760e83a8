#include "analyze/judge/finding.h"

#include <stdio.h>
#include <string.h>

struct words {
    const char *word, *text;
};

static const char *look_up(const struct words *words, const char *word) {
    while (words->word != NULL && strcmp(words->word, word) != 0)
        words++;
    return words->text;
}

static const struct words where_texts[] = {{"cross-socket", "across sockets"},
                                           {"cross-node", "across nodes"},
                                           {"within node", "within one node"},
                                           {NULL, "at an unknown distance"}};

static const struct words advice_texts[] = {
    {"false sharing",
     "Give the bytes of each writer a cache line of their own: align or pad the fields, or group them by "
     "the thread that writes them. Then record again under the same load and compare."},
    {"true sharing",
     "The threads really share these bytes: write them less often (per-thread or per-node copies, "
     "batches), or keep the threads that write and read them on one node."},
    {"mixed", "Some threads share bytes, others only the line: first move the bytes that are only neighbours "
              "to lines of "
              "their own, then look at what is left."},
    {"remote placement", HT_ADVICE_PLACEMENT},
    {"cannot tell", "The line's reason says what is missing. Where it is writers or transfers: a longer "
                    "window under the same load "
                    "(hitm-record -d 60). Where it is widths: record with hitm-record, which keeps the code "
                    "bytes, or import the "
                    "recording again with the binaries (hitm-analyze import --symfs DIR)."},
    {NULL, NULL}};

static const char lines_sql[] =
    "SELECT r.line_id, r.verdict, r.scope, r.confidence, r.confidence_reason, r.line, r.object, "
    "r.writer_symbol,"
    " r.reader_symbol, r.transfers, r.samples, r.writers, r.readers, r.node_pair, r.home_nodes, "
    "r.cost_cycles_low,"
    " r.cost_cycles_high"
    " FROM line_report r WHERE r.capture_id = ?1 AND r.verdict %s ORDER BY r.rank LIMIT %d";

#define PROVEN "IN ('false sharing', 'true sharing', 'mixed')"

/* The first line that nothing could be told of. Where it has several times the transfers of any that a
 * verdict was reached on, the capture is about it, and it is said first. */
#define UNPROVEN(compared)                                                                                   \
    "= 'cannot tell' AND r.line_id = (SELECT min(line_id) FROM cache_line WHERE capture_id = ?1 AND "        \
    "verdict = "                                                                                             \
    "'cannot tell') AND r.transfers " compared                                                               \
    " 4 * (SELECT coalesce(max(transfers), 0) FROM cache_line WHERE "                                        \
    "capture_id = ?1 AND verdict " PROVEN ")"

enum {
    LINE_ID,
    VERDICT,
    SCOPE,
    CONFIDENCE,
    REASON,
    LINE,
    OBJECT,
    WRITER,
    READER,
    TRANSFERS,
    SAMPLES,
    WRITERS,
    READERS,
    NODE_PAIR,
    HOMES,
    COST_LOW,
    COST_HIGH
};

static enum ht_status prove_line(struct ht_judge *j, sqlite3_stmt *row) {
    enum ht_status status = ht_prove(j, "why", "%s", ht_judge_text(row, REASON, ""));
    if (status == HT_OK)
        status = ht_prove(j, "transfers between caches", "%s of %s samples on this line",
                          ht_judge_count(j, sqlite3_column_int64(row, TRANSFERS)),
                          ht_judge_count(j, sqlite3_column_int64(row, SAMPLES)));
    if (status == HT_OK)
        status = ht_prove(j, "threads", "%d writing, %d reading", sqlite3_column_int(row, WRITERS),
                          sqlite3_column_int(row, READERS));
    if (status == HT_OK && sqlite3_column_type(row, NODE_PAIR) != SQLITE_NULL)
        status = ht_prove(j, "writer > reader node", "%s", ht_judge_text(row, NODE_PAIR, ""));
    if (status == HT_OK && sqlite3_column_type(row, HOMES) != SQLITE_NULL)
        status = ht_prove(j, "home node", "%s", ht_judge_text(row, HOMES, ""));
    if (status == HT_OK && sqlite3_column_type(row, COST_HIGH) != SQLITE_NULL)
        status = ht_prove(j, "latency paid", "%s to %s cycles in the window",
                          ht_judge_count(j, sqlite3_column_int64(row, COST_LOW)),
                          ht_judge_count(j, sqlite3_column_int64(row, COST_HIGH)));
    else if (status == HT_OK && sqlite3_column_type(row, COST_LOW) != SQLITE_NULL)
        status = ht_prove(j, "latency paid", "at least %s cycles in the window",
                          ht_judge_count(j, sqlite3_column_int64(row, COST_LOW)));
    return status;
}

static enum ht_status answer_line(struct ht_judge *j, sqlite3_stmt *row) {
    const char *verdict = ht_judge_text(row, VERDICT, ""), *scope = ht_judge_text(row, SCOPE, "unknown");
    const char *line = ht_judge_text(row, LINE, "?"), *object = ht_judge_text(row, OBJECT, "no known object");
    const char *where = look_up(where_texts, scope);
    struct ht_conclusion c = {.kind = "line",
                              .verdict = verdict,
                              .scope = scope,
                              .advice = look_up(advice_texts, verdict),
                              .confidence = sqlite3_column_double(row, CONFIDENCE),
                              .line_id = sqlite3_column_int64(row, LINE_ID)};
    enum ht_status status;
    if (strcmp(verdict, "cannot tell") == 0)
        status = ht_conclude(j, &c,
                             "Cannot tell how line %s (%s) is shared %s, though %s of its %s samples %s: %s.",
                             line, object, where, ht_judge_count(j, sqlite3_column_int64(row, TRANSFERS)),
                             ht_judge_count(j, sqlite3_column_int64(row, SAMPLES)),
                             sqlite3_column_int64(row, TRANSFERS) == 1 ? "was a transfer" : "were transfers",
                             ht_judge_text(row, REASON, "no reason given"));
    else if (strcmp(verdict, "remote placement") == 0)
        status = ht_conclude(j, &c, "Line %s (%s) lies on another node than those who read it: %s.", line,
                             object, ht_judge_text(row, REASON, "no reason given"));
    else
        status = ht_conclude(
            j, &c, "%s %s on line %s (%s): %s writes what %s has to fetch; %s of %s samples were transfers.",
            strcmp(verdict, "mixed") == 0 ? "Mixed true and false sharing"
            : verdict[0] == 'f'           ? "False sharing"
                                          : "True sharing",
            where, line, object, ht_judge_text(row, WRITER, "unnamed code"),
            ht_judge_text(row, READER, "unnamed code"),
            ht_judge_count(j, sqlite3_column_int64(row, TRANSFERS)),
            ht_judge_count(j, sqlite3_column_int64(row, SAMPLES)));
    return status == HT_OK ? prove_line(j, row) : status;
}

static enum ht_status ask_of(struct ht_judge *j, const char *which, int limit) {
    char sql[sizeof lines_sql + 512];
    snprintf(sql, sizeof sql, lines_sql, which, limit);
    return ht_judge_ask(j, &(struct ht_question){.sql = sql, .answer = answer_line, .source = "memory"});
}

enum ht_status ht_find_lines(struct ht_judge *j) {
    enum ht_status status = ask_of(j, UNPROVEN(">"), 1);
    if (status == HT_OK)
        status = ask_of(j, PROVEN, 5);
    return status == HT_OK ? ask_of(j, UNPROVEN("<="), 1) : status;
}

enum ht_status ht_find_placed_lines(struct ht_judge *j) {
    return ask_of(j, "= 'remote placement'", 3);
}
