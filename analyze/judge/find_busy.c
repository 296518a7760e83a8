#include "analyze/judge/finding.h"

#include <math.h>
#include <stdio.h>

/* The named function with most of a count of code_profile, with its part of all, code without a name too. */
#define MOST_SQL(COUNT)                                                                                      \
    " (SELECT name || printf(' (%.0f %% of %,d samples)', "                                                  \
    "n * 100.0 / whole, whole)"                                                                              \
    "  FROM (SELECT s.name, sum(f." COUNT ") AS n, sum(sum(f." COUNT ")) OVER () AS whole"                   \
    "   FROM code_profile f LEFT JOIN code_bytes b ON b.capture_id = ?1 AND b.code_id = f.code_id"           \
    "   LEFT JOIN symbol s ON s.capture_id = ?1 AND s.symbol_id = b.symbol_id WHERE f.capture_id = ?1"       \
    "   GROUP BY s.name) WHERE name IS NOT NULL AND n > 0 ORDER BY n DESC, name LIMIT 1)"

/* CPUs used to nine tenths, while a task was ready and had none for half of the time. The target's share is
 * of all CPUs' time in the window. */
static const char busy_sql[] =
    "SELECT t.user_share + t.system_share + t.interrupt_share AS used, t.system_share + t.interrupt_share, "
    "p.some_share," MOST_SQL(
        "cpu_samples") ","
                       " (SELECT coalesce(max(q.comm), 'unnamed') || ' (process ' || h.pid || printf('): "
                       "%.0f %% of one CPU', "
                       "total(r.cpu_ns) * 100.0 / (SELECT window_end_ns - window_start_ns FROM capture WHERE "
                       "capture_id = ?1))"
                       "  FROM residence r JOIN thread h ON h.capture_id = ?1 AND h.tid = r.tid"
                       "  LEFT JOIN process q ON q.capture_id = ?1 AND q.pid = h.pid WHERE r.capture_id = ?1 "
                       "AND r.cpu_ns > 0"
                       "  GROUP BY h.pid ORDER BY total(r.cpu_ns) DESC, h.pid LIMIT 1),"
                       " (SELECT total(r.cpu_ns) / nullif((SELECT CAST(value AS INTEGER) FROM condition "
                       "WHERE capture_id = ?1"
                       "    AND phase = 'capture' AND name = 'cpus_online')"
                       "   * (SELECT window_end_ns - window_start_ns FROM capture WHERE capture_id = ?1), 0)"
                       "  FROM residence r JOIN thread h ON h.capture_id = ?1 AND h.tid = r.tid"
                       "  JOIN process q ON q.capture_id = ?1 AND q.pid = h.pid AND q.is_target WHERE "
                       "r.capture_id = ?1"
                       "  HAVING count(*) > 0),"
                       " (SELECT count(DISTINCT h.pid) FROM residence r JOIN thread h ON h.capture_id = ?1 "
                       "AND h.tid = r.tid"
                       "  WHERE r.capture_id = ?1 AND r.cpu_ns > 0)"
                       " FROM cpu_time_report t JOIN pressure_report p ON p.capture_id = ?1 AND p.resource = "
                       "'cpu'"
                       " WHERE t.capture_id = ?1 AND used >= 0.9 AND p.some_share >= 0.5";

static enum ht_status prove_busy(struct ht_judge *j, sqlite3_stmt *row) {
    int64_t processes = sqlite3_column_int64(row, 6);
    enum ht_status status = HT_OK;
    if (!ht_judge_is_null(row, 4))
        status =
            ht_prove(j, "most CPU time", "%.120s, of %s process%s seen on a CPU", ht_judge_text(row, 4, ""),
                     ht_judge_count(j, processes), processes == 1 ? "" : "es");
    if (status == HT_OK && !ht_judge_is_null(row, 3))
        status = ht_prove(j, "named function with most samples", "%.120s", ht_judge_text(row, 3, ""));
    return status;
}

static enum ht_status answer_busy(struct ht_judge *j, sqlite3_stmt *row) {
    double used = sqlite3_column_double(row, 0), target = fmin(used, sqlite3_column_double(row, 5));
    struct ht_conclusion c = {
        .kind = "CPU pressure",
        .scope = "unknown",
        .advice =
            "If this is the load that was wanted, nothing is wrong: only more CPUs, or less work, would "
            "shorten the waiting. Who used them stands below: threads and functions (on the machine: "
            "pidstat -u 1).",
        .confidence = 1};
    char whose[96] = "";
    if (!ht_judge_is_null(row, 5))
        snprintf(whose, sizeof whose, " (%s by the target itself, %s by others)", ht_judge_share(j, target),
                 ht_judge_share(j, used - target));
    enum ht_status status =
        ht_conclude(j, &c,
                    "The CPUs were full: %s of their time was used%s, %s by the kernel; a "
                    "task was ready and had no CPU for %s of the time.",
                    ht_judge_share(j, used), whose, ht_judge_share(j, sqlite3_column_double(row, 1)),
                    ht_judge_share(j, sqlite3_column_double(row, 2)));
    return status == HT_OK ? prove_busy(j, row) : status;
}

/* Page faults that cost a noticeable part of a CPU: twenty thousand a second. They are of all processes where
 * CPUs were recorded, also where a target was asked for. */
static const char faults_sql[] = "SELECT sum(samples)," MOST_SQL(
    "faults") ","
              " (SELECT count(*) = 2 FROM condition WHERE capture_id = ?1 AND phase = 'capture'"
              "  AND (name = 'mode' AND value = 'cpu-wide' OR name = 'target_kind' AND value <> 'system'))"
              " FROM event WHERE capture_id = ?1 AND kind = 'page fault' HAVING sum(samples) > 0";

static enum ht_status answer_faults(struct ht_judge *j, sqlite3_stmt *row) {
    int64_t faults = sqlite3_column_int64(row, 0);
    double rate = (double)faults / ht_judge_seconds(j);
    struct ht_conclusion c = {
        .kind = "page faults",
        .scope = "unknown",
        .advice =
            "Memory is asked for, given back and asked for again, or processes come and go: the table of "
            "functions that raised page faults says where. Keep the memory (for malloc of glibc: "
            "MALLOC_TRIM_THRESHOLD_, MALLOC_TOP_PAD_), or use larger pages.",
        .confidence = ht_judge_confidence(j)};
    if (rate < 20000)
        return HT_OK;
    const char *when = ht_judge_when(j);
    enum ht_status status =
        ht_conclude(j, &c, "Page faults were frequent%s: %s (%s%s%s).",
                    sqlite3_column_int(row, 2) ? " on the whole machine, not only of the target" : "",
                    ht_judge_rate(j, rate), ht_judge_count(j, faults), when[0] != 0 ? when : " in ",
                    when[0] != 0 ? "" : ht_judge_time(j, (double)j->window_ns));
    if (status == HT_OK && !ht_judge_is_null(row, 1))
        status = ht_prove(j, "named function with most", "%.120s", ht_judge_text(row, 1, ""));
    return status == HT_OK ? ht_prove_source(j) : status;
}

const struct ht_question ht_questions_busy[] = {
    {.sql = busy_sql, .answer = answer_busy},
    {.sql = faults_sql, .answer = answer_faults, .source = "faults"},
    {.sql = NULL},
};
