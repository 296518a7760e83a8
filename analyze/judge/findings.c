#include "analyze/judge/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/db.h"

/* A run over one capture: findings are appended in the order of their importance. */
struct judge {
    sqlite3 *db;
    int64_t capture_id;
    struct ht_insert finding, evidence;
    int64_t findings;
    int positions; /* evidence rows of the current finding */
    struct ht_cause *cause;
    char grouped[8][28]; /* numbers of the sentence being made */
    unsigned next_grouped;
};

struct conclusion {
    const char *kind, *verdict, *scope, *advice;
    double confidence;
    int64_t line_id; /* 0: none */
};

typedef enum ht_status (*question_fn)(struct judge *judge, sqlite3_stmt *row);

/* A question and what to do with each row of its answer; ?1 is the capture. */
struct question {
    const char *sql;
    question_fn answer;
};

/* A count with thousands separators; valid for the next seven calls. */
static const char *grouped(struct judge *j, int64_t number) {
    char *text = j->grouped[j->next_grouped++ % 8];
    return sqlite3_snprintf(sizeof j->grouped[0], text, "%,lld", (sqlite3_int64)number);
}

static enum ht_status conclude(struct judge *j, const struct conclusion *c, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum ht_status conclude(struct judge *j, const struct conclusion *c, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *sentence = sqlite3_vmprintf(format, args);
    va_end(args);
    if (sentence == NULL)
        return ht_fail(j->cause, HT_NOMEM, "out of memory");
    ht_put_int(&j->finding, ++j->findings);
    ht_put_text(&j->finding, c->kind);
    ht_put_text(&j->finding, c->verdict);
    ht_put_text(&j->finding, c->scope);
    ht_put_real(&j->finding, c->confidence);
    ht_put_text(&j->finding, sentence);
    ht_put_text(&j->finding, c->advice);
    ht_put_known(&j->finding, c->line_id > 0 ? c->line_id : -1);
    sqlite3_free(sentence);
    j->positions = 0;
    return ht_insert_row(&j->finding, j->cause);
}

static enum ht_status prove(struct judge *j, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum ht_status prove(struct judge *j, const char *name, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *value = sqlite3_vmprintf(format, args);
    va_end(args);
    if (value == NULL)
        return ht_fail(j->cause, HT_NOMEM, "out of memory");
    ht_put_int(&j->evidence, j->findings);
    ht_put_int(&j->evidence, ++j->positions);
    ht_put_text(&j->evidence, name);
    ht_put_text(&j->evidence, value);
    sqlite3_free(value);
    return ht_insert_row(&j->evidence, j->cause);
}

static const char *text_of(sqlite3_stmt *row, int column, const char *otherwise) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL && text[0] != '\0' ? text : otherwise;
}

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
    {"remote placement",
     "The memory lies on another node than the threads that use it: allocate or first touch it where it "
     "is used (numactl --membind, mbind), or move the threads."},
    {"cannot tell",
     "The section of this line says what was missing. A longer window, store samples and the code bytes of "
     "the binary are what usually settles it."},
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

static enum ht_status prove_line(struct judge *j, sqlite3_stmt *row) {
    enum ht_status status = prove(j, "why", "%s", text_of(row, REASON, ""));
    if (status == HT_OK)
        status = prove(j, "transfers between caches", "%s of %s samples on this line",
                       grouped(j, sqlite3_column_int64(row, TRANSFERS)),
                       grouped(j, sqlite3_column_int64(row, SAMPLES)));
    if (status == HT_OK)
        status = prove(j, "threads", "%d writing, %d reading", sqlite3_column_int(row, WRITERS),
                       sqlite3_column_int(row, READERS));
    if (status == HT_OK && sqlite3_column_type(row, NODE_PAIR) != SQLITE_NULL)
        status = prove(j, "writer > reader node", "%s", text_of(row, NODE_PAIR, ""));
    if (status == HT_OK && sqlite3_column_type(row, HOMES) != SQLITE_NULL)
        status = prove(j, "home node", "%s", text_of(row, HOMES, ""));
    if (status == HT_OK && sqlite3_column_type(row, COST_HIGH) != SQLITE_NULL)
        status = prove(j, "latency paid", "%s to %s cycles in the window",
                       grouped(j, sqlite3_column_int64(row, COST_LOW)),
                       grouped(j, sqlite3_column_int64(row, COST_HIGH)));
    else if (status == HT_OK && sqlite3_column_type(row, COST_LOW) != SQLITE_NULL)
        status = prove(j, "latency paid", "at least %s cycles in the window",
                       grouped(j, sqlite3_column_int64(row, COST_LOW)));
    return status;
}

static enum ht_status answer_line(struct judge *j, sqlite3_stmt *row) {
    const char *verdict = text_of(row, VERDICT, ""), *scope = text_of(row, SCOPE, "unknown");
    const char *line = text_of(row, LINE, "?"), *object = text_of(row, OBJECT, "no known object");
    const char *where = look_up(where_texts, scope);
    struct conclusion c = {.kind = "line",
                           .verdict = verdict,
                           .scope = scope,
                           .advice = look_up(advice_texts, verdict),
                           .confidence = sqlite3_column_double(row, CONFIDENCE),
                           .line_id = sqlite3_column_int64(row, LINE_ID)};
    enum ht_status status;
    if (strcmp(verdict, "cannot tell") == 0)
        status =
            conclude(j, &c, "Cannot tell how line %s (%s) is shared %s, though %s of its %s samples %s: %s.",
                     line, object, where, grouped(j, sqlite3_column_int64(row, TRANSFERS)),
                     grouped(j, sqlite3_column_int64(row, SAMPLES)),
                     sqlite3_column_int64(row, TRANSFERS) == 1 ? "was a transfer" : "were transfers",
                     text_of(row, REASON, "no reason given"));
    else if (strcmp(verdict, "remote placement") == 0)
        status =
            conclude(j, &c, "Remote placement of line %s (%s): %s.", line, object, text_of(row, REASON, ""));
    else
        status = conclude(
            j, &c, "%s %s on line %s (%s): %s writes what %s has to fetch; %s of %s samples were transfers.",
            strcmp(verdict, "mixed") == 0 ? "Mixed true and false sharing"
            : verdict[0] == 'f'           ? "False sharing"
                                          : "True sharing",
            where, line, object, text_of(row, WRITER, "unnamed code"), text_of(row, READER, "unnamed code"),
            grouped(j, sqlite3_column_int64(row, TRANSFERS)), grouped(j, sqlite3_column_int64(row, SAMPLES)));
    return status == HT_OK ? prove_line(j, row) : status;
}

static enum ht_status answer_level(struct judge *j, sqlite3_stmt *row) {
    const char *level = text_of(row, 0, "unknown");
    struct conclusion c = {.kind = "level",
                           .verdict = "cannot tell",
                           .scope = "unknown",
                           .advice = text_of(row, 2, NULL),
                           .confidence = 0};
    return conclude(
        j, &c, "Cannot tell which cache lines are fought over: this capture has level %s (%s).%s%s%s", level,
        text_of(row, 1, "no reason recorded"), sqlite3_column_type(row, 3) == SQLITE_NULL ? "" : " It saw ",
        text_of(row, 3, ""), sqlite3_column_type(row, 3) == SQLITE_NULL ? "" : ".");
}

static enum ht_status answer_remote_memory(struct judge *j, sqlite3_stmt *row) {
    double remote = (double)sqlite3_column_int64(row, 1), all = remote + (double)sqlite3_column_int64(row, 2);
    struct conclusion c = {.kind = "placement",
                           .verdict = "remote placement",
                           .scope = text_of(row, 3, "cross-node"),
                           .advice = look_up(advice_texts, "remote placement"),
                           .confidence = 1.0 - 3.0 / all};
    char slower[40] = "";
    if (sqlite3_column_int(row, 4) > 0)
        snprintf(slower, sizeof slower, " slower than %d cycles", sqlite3_column_int(row, 4));
    return conclude(
        j, &c,
        "CPUs of node %lld got %.0f %% of the sampled loads%s that reached memory from another node's memory "
        "(%s of %s samples).",
        sqlite3_column_int64(row, 0), remote * 100 / all, slower, grouped(j, (int64_t)remote),
        grouped(j, (int64_t)all));
}

static enum ht_status answer_migrations(struct judge *j, sqlite3_stmt *row) {
    struct conclusion c = {
        .kind = "migration",
        .verdict = NULL,
        .scope = "cross-node",
        .advice = "Look at the migrations by thread; cpusets or affinity keep a thread near its memory.",
        .confidence = 1};
    char rate[40] = "";
    if (sqlite3_column_type(row, 1) != SQLITE_NULL)
        snprintf(rate, sizeof rate, " (%.1f a second)", sqlite3_column_double(row, 1));
    return conclude(j, &c,
                    "The scheduler moved tasks between nodes %s times%s, %.40s (tid %lld) most often: %s "
                    "time%s.",
                    grouped(j, sqlite3_column_int64(row, 0)), rate, text_of(row, 2, "unnamed"),
                    sqlite3_column_int64(row, 3), grouped(j, sqlite3_column_int64(row, 4)),
                    sqlite3_column_int64(row, 4) == 1 ? "" : "s");
}

static enum ht_status answer_page_migrations(struct judge *j, sqlite3_stmt *row) {
    struct conclusion c = {
        .kind = "migration",
        .verdict = NULL,
        .scope = "unknown",
        .advice = "Placement changed while it was measured: hold the node of a line against the time.",
        .confidence = 1};
    return conclude(j, &c, "The kernel moved %s page%s in the window (%s failed), reason %s.",
                    grouped(j, sqlite3_column_int64(row, 0)), sqlite3_column_int64(row, 0) == 1 ? "" : "s",
                    grouped(j, sqlite3_column_int64(row, 1)), text_of(row, 2, "not told"));
}

static enum ht_status answer_condition(struct judge *j, sqlite3_stmt *row) {
    struct conclusion c = {
        .kind = "condition changed",
        .verdict = NULL,
        .scope = "unknown",
        .advice =
            "The window has two halves under different conditions: do not compare it with others as one.",
        .confidence = 1};
    return conclude(j, &c, "A condition changed during the window: %.80s was \"%.80s\" and became \"%.80s\".",
                    text_of(row, 0, ""), text_of(row, 1, ""), text_of(row, 2, ""));
}

static enum ht_status answer_loss(struct judge *j, sqlite3_stmt *row) {
    struct conclusion c = {.kind = "loss",
                           .verdict = NULL,
                           .scope = "unknown",
                           .advice = "Record again with larger rings (-m) or fewer sources.",
                           .confidence = 1};
    return conclude(j, &c,
                    "%s%s sample%s lost, %.1f %% of what was due: counts are lower bounds and shares may be "
                    "skewed.",
                    sqlite3_column_int(row, 1) ? "" : "At least ", grouped(j, sqlite3_column_int64(row, 0)),
                    sqlite3_column_int64(row, 0) == 1 ? " was" : "s were", sqlite3_column_double(row, 2));
}

/* Values that move by themselves are no change of condition. */
static const char condition_sql[] =
    "SELECT s.name, s.value, e.value FROM condition s JOIN condition e ON e.capture_id = s.capture_id AND "
    "e.name = s.name"
    " AND e.phase = 'end' WHERE s.capture_id = ?1 AND s.phase = 'start' AND e.value <> s.value"
    " AND s.name NOT IN ('thp.khugepaged.full_scans', 'thp.khugepaged.pages_collapsed') AND "
    "s.name NOT LIKE 'load.%' AND s.name NOT LIKE 'process.%' AND s.name NOT LIKE 'meminfo.%'"
    " AND s.name NOT LIKE 'clock.%' AND s.name NOT LIKE 'pressure.%' ORDER BY s.name LIMIT 5";

static const char migrations_sql[] =
    "SELECT sum(n), sum(n) * 1e9 / (SELECT window_end_ns - window_start_ns FROM capture WHERE capture_id = "
    "?1),"
    " comm, tid, max(n) FROM (SELECT m.tid, coalesce(t.comm, max(m.comm)) AS comm, count(*) AS n FROM "
    "migration m"
    " LEFT JOIN thread t ON t.capture_id = m.capture_id AND t.tid = m.tid"
    " WHERE m.capture_id = ?1 AND m.from_node <> m.to_node GROUP BY m.tid) HAVING sum(n) >= 10";

static const char page_migrations_sql[] =
    "SELECT sum(succeeded_pages), sum(failed_pages), reason FROM page_migration WHERE capture_id = ?1"
    " GROUP BY reason HAVING sum(succeeded_pages) > 0 ORDER BY 1 DESC LIMIT 3";

static const char remote_memory_sql[] =
    "SELECT from_node, sum(CASE WHEN metric = 'remote_memory' THEN value ELSE 0 END) AS remote,"
    " sum(CASE WHEN metric = 'local_memory' THEN value ELSE 0 END) AS near,"
    /* as ht_topology_node_is_socket */
    " CASE WHEN (SELECT count(DISTINCT socket) > 1 AND count(DISTINCT socket) = count(DISTINCT node)"
    "   AND count(DISTINCT socket || ' ' || node) = count(DISTINCT node)"
    "  FROM cpu WHERE capture_id = ?1 AND node IS NOT NULL) THEN 'cross-socket' ELSE 'cross-node' END,"
    /* load latency of Intel: a load below the threshold is never sampled */
    " (SELECT max(config1 & 0xffff) FROM event WHERE capture_id = ?1 AND kind = 'load' AND samples > 0)"
    " FROM bucket WHERE capture_id = ?1 AND metric IN ('remote_memory', 'local_memory') AND from_node IS NOT "
    "NULL"
    " GROUP BY from_node HAVING remote >= 100 AND remote * 4 >= near ORDER BY remote DESC LIMIT 4";

/* The events' own samples hold tracepoints too. */
static const char loss_sql[] =
    "SELECT lost_samples, lost_exact, lost_samples * 100.0 / (lost_samples + seen) FROM (SELECT lost_samples,"
    " lost_exact, max(mem_samples + cpu_samples, coalesce((SELECT sum(samples) FROM event WHERE capture_id = "
    "?1),"
    " 0)) AS seen FROM capture WHERE capture_id = ?1) WHERE lost_samples * 100 > lost_samples + seen";

/* What a capture without memory samples has, as words: only sources that were recorded, so that a zero means
 * none. */
static const char level_sql[] =
    "SELECT level, level_reason,"
    " CASE WHEN producer = 'hitm-record' THEN 'hitm-record --doctor on that machine says what would allow "
    "memory sampling; until then the"
    " migrations, faults and placement below are what can be known.'"
    " ELSE 'Record memory accesses: perf c2c record -a, on bare metal or in a virtual machine that has a "
    "PMU.' END,"
    " (SELECT group_concat(seen, ', ') FROM ("
    "  SELECT printf('%,d task migrations (%,d between nodes)', (SELECT count(*) FROM migration WHERE "
    "capture_id = ?1),"
    "   (SELECT count(*) FROM migration WHERE capture_id = ?1 AND from_node <> to_node)) AS seen"
    "   WHERE EXISTS (SELECT 1 FROM event WHERE capture_id = ?1 AND name LIKE '%sched_migrate_task%')"
    "  UNION ALL SELECT printf('%,d pages moved by the kernel', (SELECT coalesce(sum(succeeded_pages), 0)"
    "   FROM page_migration WHERE capture_id = ?1))"
    "   WHERE EXISTS (SELECT 1 FROM event WHERE capture_id = ?1 AND name LIKE '%mm_migrate_pages%')"
    "  UNION ALL SELECT printf('%,d page faults', sum(samples)) FROM event"
    "   WHERE capture_id = ?1 AND kind = 'page fault' HAVING count(*) > 0"
    "  UNION ALL SELECT printf('%,d samples of what the CPUs ran', sum(samples)) FROM event"
    "   WHERE capture_id = ?1 AND kind = 'cpu clock' HAVING count(*) > 0))"
    " FROM capture WHERE capture_id = ?1 AND level <> 'memory sampling'";

static enum ht_status ask(struct judge *j, const struct question *question) {
    sqlite3_stmt *statement = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(j->db, question->sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 1, j->capture_id) != SQLITE_OK)
        status = ht_db_fail(j->db, "findings", j->cause);
    int code = SQLITE_DONE;
    while (status == HT_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        status = question->answer(j, statement);
    if (status == HT_OK && code != SQLITE_DONE)
        status = ht_db_fail(j->db, "findings", j->cause);
    sqlite3_finalize(statement);
    return status;
}

enum ht_status ht_judge_findings(sqlite3 *db, int64_t capture_id, struct ht_cause *cause) {
    struct judge j = {.db = db, .capture_id = capture_id, .cause = cause};
    char leading[sizeof lines_sql + 400], proven[sizeof lines_sql + 80], unproven[sizeof lines_sql + 400],
        placed[sizeof lines_sql + 80];
    snprintf(leading, sizeof leading, lines_sql, UNPROVEN(">"), 1);
    snprintf(proven, sizeof proven, lines_sql, PROVEN, 5);
    snprintf(unproven, sizeof unproven, lines_sql, UNPROVEN("<="), 1);
    snprintf(placed, sizeof placed, lines_sql, "= 'remote placement'", 3);
    const struct question questions[] = {
        {leading, answer_line},
        {proven, answer_line},
        {unproven, answer_line},
        {level_sql, answer_level},
        {remote_memory_sql, answer_remote_memory},
        {placed, answer_line},
        {migrations_sql, answer_migrations},
        {page_migrations_sql, answer_page_migrations},
        {condition_sql, answer_condition},
        {loss_sql, answer_loss},
    };
    enum ht_status status =
        ht_insert_open(db, "finding", "finding_id,kind,verdict,scope,confidence,sentence,advice,line_id",
                       capture_id, &j.finding, cause);
    if (status == HT_OK)
        status = ht_insert_open(db, "finding_evidence", "finding_id,position,name,value", capture_id,
                                &j.evidence, cause);
    for (size_t i = 0; status == HT_OK && i < sizeof questions / sizeof questions[0]; i++)
        status = ask(&j, &questions[i]);
    ht_insert_close(&j.finding);
    ht_insert_close(&j.evidence);
    return status;
}
