#include "analyze/judge/finding.h"

/* What a capture without memory samples has, as words: only sources that were recorded, so that a zero means
 * none, and how long where that was not the whole window. */
static const char level_sql[] =
    "SELECT level, level_reason,"
    " CASE WHEN producer = 'hitm-record' THEN 'Run hitm-record --doctor on that machine: it says what would "
    "allow memory "
    "sampling. Until then what waits, what moves and where memory lies is what can be known; it stands "
    "below.'"
    " ELSE 'Record memory accesses: hitm-record, or perf c2c record -a, on bare metal or in a virtual "
    "machine that has a "
    "PMU.' END,"
    " (SELECT group_concat(seen || CASE WHEN off_at_ns IS NOT NULL THEN printf(' in the first %.1f s', "
    "off_at_ns / 1e9)"
    "   WHEN recorded_ns < window_ns THEN printf(' in %.1f s of the window', recorded_ns / 1e9) ELSE '' END, "
    "'; ')"
    "  FROM (SELECT s.*, CASE source"
    "   WHEN 'migrations' THEN printf('task migrations: %,d', (SELECT count(*) FROM migration WHERE "
    "capture_id = ?1))"
    "    || CASE WHEN (SELECT count(*) FROM node WHERE capture_id = ?1) = 1"
    "     OR NOT EXISTS (SELECT 1 FROM migration WHERE capture_id = ?1 AND from_node >= 0) THEN ''"
    "     ELSE printf(' (%,d between nodes)', (SELECT count(*) FROM migration WHERE capture_id = ?1 AND "
    "from_node <> to_node))"
    "    END"
    "   WHEN 'page migrations' THEN printf('pages moved by the kernel: %,d',"
    "    (SELECT CAST(total(succeeded_pages) AS INTEGER) FROM page_migration WHERE capture_id = ?1))"
    "   WHEN 'faults' THEN printf('page faults: %,d', samples)"
    "   WHEN 'major faults' THEN printf('major page faults: %,d', samples)"
    "   WHEN 'reclaim' THEN printf('stalls to free memory: %,d',"
    "    (SELECT coalesce(sum(stalls), 0) FROM reclaim_report WHERE capture_id = ?1 AND kind <> 'kswapd'))"
    "   WHEN 'cpu' THEN printf('samples of what the CPUs ran: %,d', samples) END AS seen,"
    "   instr('reclaim migrations page migrations faults major faults cpu', source) AS place"
    "   FROM source_report s WHERE s.capture_id = ?1 ORDER BY place, source) WHERE seen IS NOT NULL)"
    " FROM capture WHERE capture_id = ?1 AND level <> 'memory sampling'";

static enum ht_status answer_level(struct ht_judge *j, sqlite3_stmt *row) {
    struct ht_conclusion c = {
        .kind = "level", .verdict = "cannot tell", .scope = "unknown", .advice = ht_judge_text(row, 2, NULL)};
    return ht_conclude(
        j, &c, "Cannot tell which cache lines are fought over: this capture has level %s (%s).%s%s%s%s",
        ht_judge_text(row, 0, "unknown"), ht_judge_text(row, 1, "no reason recorded"),
        j->findings == 0 ? " Nothing else stands out." : "", ht_judge_is_null(row, 3) ? "" : " It saw ",
        ht_judge_text(row, 3, ""), ht_judge_is_null(row, 3) ? "" : ".");
}

const struct ht_question ht_questions_level[] = {
    {.sql = level_sql, .answer = answer_level},
    {.sql = NULL},
};

/* Values that move by themselves are no change of condition. */
static const char condition_sql[] =
    "SELECT s.name, s.value, e.value FROM condition s JOIN condition e ON e.capture_id = s.capture_id AND "
    "e.name = s.name AND e.phase = 'end' WHERE s.capture_id = ?1 AND s.phase = 'start' AND e.value <> s.value"
    " AND s.name NOT IN ('thp.khugepaged.full_scans', 'thp.khugepaged.pages_collapsed') AND "
    "s.name NOT LIKE 'load.%' AND s.name NOT LIKE 'process.%' AND s.name NOT LIKE 'meminfo.%'"
    " AND s.name NOT LIKE 'clock.%' AND s.name NOT LIKE 'pressure.%' ORDER BY s.name LIMIT 5";

static enum ht_status answer_condition(struct ht_judge *j, sqlite3_stmt *row) {
    struct ht_conclusion c = {
        .kind = "condition changed",
        .scope = "unknown",
        .advice =
            "The window has two halves under different conditions: do not compare it with others as one.",
        .confidence = 1};
    return ht_conclude(j, &c,
                       "A condition changed during the window: %.80s was \"%.80s\" and became \"%.80s\".",
                       ht_judge_text(row, 0, ""), ht_judge_text(row, 1, ""), ht_judge_text(row, 2, ""));
}

/* The events' own samples hold tracepoints too. */
static const char loss_sql[] =
    "SELECT lost_samples, lost_exact, lost_samples * 100.0 / (lost_samples + seen) FROM (SELECT lost_samples,"
    " lost_exact, max(mem_samples + cpu_samples, (SELECT total(samples) FROM event WHERE capture_id = ?1 AND "
    "kind <> 'snapshot')) AS seen FROM capture WHERE capture_id = ?1) WHERE lost_samples * 100 > "
    "lost_samples + seen";

static enum ht_status answer_loss(struct ht_judge *j, sqlite3_stmt *row) {
    int64_t lost = sqlite3_column_int64(row, 0);
    struct ht_conclusion c = {.kind = "loss",
                              .scope = "unknown",
                              .advice = "Record again with larger rings (hitm-record -m) or fewer sources.",
                              .confidence = 1};
    return ht_conclude(
        j, &c,
        "%s%s sample%s lost, %.1f %% of what was due: counts are lower bounds and shares may be skewed.",
        sqlite3_column_int(row, 1) ? "" : "At least ", ht_judge_count(j, lost), lost == 1 ? " was" : "s were",
        sqlite3_column_double(row, 2));
}

const struct ht_question ht_questions_conditions[] = {
    {.sql = condition_sql, .answer = answer_condition},
    {.sql = loss_sql, .answer = answer_loss},
    {.sql = NULL},
};
