#include "analyze/judge/finding.h"

/* CPUs used to nine tenths, while a task was ready and had none for half of the time. */
static const char busy_sql[] =
    "SELECT t.user_share + t.system_share + t.interrupt_share AS used, t.system_share + t.interrupt_share, "
    "p.some_share,"
    " (SELECT s.name FROM code_profile f JOIN code_bytes b ON b.capture_id = ?1 AND b.code_id = f.code_id"
    "  JOIN symbol s ON s.capture_id = ?1 AND s.symbol_id = b.symbol_id WHERE f.capture_id = ?1"
    "  GROUP BY s.name ORDER BY sum(f.cpu_samples) DESC, s.name LIMIT 1),"
    " (SELECT coalesce(max(q.comm), 'unnamed') || ' (process ' || h.pid || printf('): %.0f %% of a CPU',"
    "   sum(r.cpu_ns) * 100.0 / (SELECT window_end_ns - window_start_ns FROM capture WHERE capture_id = ?1))"
    "  FROM residence r JOIN thread h ON h.capture_id = ?1 AND h.tid = r.tid"
    "  LEFT JOIN process q ON q.capture_id = ?1 AND q.pid = h.pid WHERE r.capture_id = ?1 AND r.cpu_ns > 0"
    "  GROUP BY h.pid ORDER BY sum(r.cpu_ns) DESC, h.pid LIMIT 1)"
    " FROM cpu_time_report t JOIN pressure_report p ON p.capture_id = ?1 AND p.resource = 'cpu'"
    " WHERE t.capture_id = ?1 AND used >= 0.9 AND p.some_share >= 0.5";

static enum ht_status answer_busy(struct ht_judge *j, sqlite3_stmt *row) {
    struct ht_conclusion c = {
        .kind = "CPU pressure",
        .scope = "unknown",
        .advice = "Who used them stands below: threads and functions (on the machine: pidstat -u 1). "
                  "Fewer tasks that are ready at once, or more CPUs.",
        .confidence = 1};
    enum ht_status status = ht_conclude(j, &c,
                                        "The CPUs were full: %s of their time was used, %s by the kernel; a "
                                        "task was ready and had no CPU for %s of the time.",
                                        ht_judge_share(j, sqlite3_column_double(row, 0)),
                                        ht_judge_share(j, sqlite3_column_double(row, 1)),
                                        ht_judge_share(j, sqlite3_column_double(row, 2)));
    if (status == HT_OK && !ht_judge_is_null(row, 4))
        status = ht_prove(j, "most CPU time", "%.120s", ht_judge_text(row, 4, ""));
    if (status == HT_OK && !ht_judge_is_null(row, 3))
        status = ht_prove(j, "most samples in function", "%.120s", ht_judge_text(row, 3, ""));
    return status;
}

/* Page faults that cost a noticeable part of a CPU: twenty thousand a second. */
static const char faults_sql[] =
    "SELECT sum(samples), (SELECT s.name FROM code_profile f JOIN code_bytes b ON b.capture_id = ?1 AND "
    "b.code_id = f.code_id"
    "  JOIN symbol s ON s.capture_id = ?1 AND s.symbol_id = b.symbol_id WHERE f.capture_id = ?1"
    "  GROUP BY s.name ORDER BY sum(f.faults) DESC, s.name LIMIT 1)"
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
    enum ht_status status = ht_conclude(j, &c, "Page faults were frequent: %s%s, %s.",
                                        ht_judge_count(j, faults), ht_judge_when(j), ht_judge_rate(j, rate));
    if (status == HT_OK && !ht_judge_is_null(row, 1))
        status = ht_prove(j, "most in function", "%.120s", ht_judge_text(row, 1, ""));
    return status == HT_OK ? ht_prove_source(j) : status;
}

const struct ht_question ht_questions_busy[] = {
    {.sql = busy_sql, .answer = answer_busy},
    {.sql = faults_sql, .answer = answer_faults, .source = "faults"},
    {.sql = NULL},
};
