#include "analyze/judge/finding.h"

#include <stdio.h>
#include <string.h>

/* Ten moves of tasks between nodes, the thread with most, and the node it ran on most. */
static const char migrations_sql[] =
    "WITH moved AS (SELECT m.tid, coalesce(t.comm, max(m.comm)) AS comm, count(*) AS n FROM migration m"
    "  LEFT JOIN traced_thread t ON t.capture_id = m.capture_id AND t.tid = m.tid"
    "  WHERE m.capture_id = ?1 AND m.from_node <> m.to_node GROUP BY m.tid),"
    " most AS (SELECT * FROM moved ORDER BY n DESC, tid LIMIT 1)"
    " SELECT (SELECT sum(n) FROM moved), most.comm, most.tid, most.n, (SELECT count(*) FROM moved), h.node, "
    "h.share, n.cpulist"
    " FROM most LEFT JOIN (SELECT tid, node, thread_share AS share FROM residence_report WHERE capture_id = "
    "?1 AND node >= 0"
    "  ORDER BY share DESC, node) h ON h.tid = most.tid"
    " LEFT JOIN node n ON n.capture_id = ?1 AND n.node = h.node"
    " WHERE (SELECT sum(n) FROM moved) >= 10 ORDER BY h.share DESC, h.node LIMIT 1";

static enum ht_status answer_migrations(struct ht_judge *j, sqlite3_stmt *row) {
    char advice[400];
    const char *cpus = ht_judge_text(row, 7, "");
    long long tid = sqlite3_column_int64(row, 2);
    if (cpus[0] != '\0')
        snprintf(advice, sizeof advice,
                 "Keep a thread near its memory: taskset -cp %.60s %lld holds that one on node %lld; for a "
                 "service numactl "
                 "--cpunodebind=N --membind=N, or cpuset.cpus of its group.",
                 cpus, tid, (long long)sqlite3_column_int64(row, 5));
    else
        snprintf(advice, sizeof advice,
                 "Keep a thread near its memory: taskset -cp CPULIST %lld; for a service numactl "
                 "--cpunodebind=N --membind=N, or "
                 "cpuset.cpus of its group.",
                 tid);
    struct ht_conclusion c = {
        .kind = "migration", .scope = "cross-node", .advice = advice, .confidence = ht_judge_confidence(j)};
    int64_t moves = sqlite3_column_int64(row, 0), most = sqlite3_column_int64(row, 3);
    enum ht_status status = ht_conclude(
        j, &c,
        "The scheduler moved tasks between nodes %s times%s (%s), %.40s (tid %lld) most often: %s time%s.",
        ht_judge_count(j, moves), ht_judge_when(j), ht_judge_rate(j, (double)moves / ht_judge_seconds(j)),
        ht_judge_text(row, 1, "unnamed"), tid, ht_judge_count(j, most), ht_plural(most));
    if (status == HT_OK)
        status = ht_prove(j, "threads that were moved between nodes", "%s",
                          ht_judge_count(j, sqlite3_column_int64(row, 4)));
    if (status == HT_OK && !ht_judge_is_null(row, 6))
        status = ht_prove(
            j, "the one moved most", "spent %s of its CPU time on node %lld, more than on any other",
            ht_judge_share(j, sqlite3_column_double(row, 6)), (long long)sqlite3_column_int64(row, 5));
    return status == HT_OK ? ht_prove_source(j) : status;
}

#define PAGE_BYTES_SQL                                                                                       \
    " (SELECT CAST(value AS INTEGER) FROM condition WHERE capture_id = ?1 AND phase = 'capture' AND name = " \
    "'page_bytes')"

/* Pages that went to one node and then to another: a hundred, or ten that did so again and again. */
static const char bounce_sql[] =
    "WITH b AS (SELECT * FROM page_bounce_report WHERE capture_id = ?1 AND nodes_changed >= 1),"
    " most AS (SELECT by_pid, comm, count(*) AS n, max(moves) AS moves FROM b GROUP BY by_pid ORDER BY n "
    "DESC, by_pid LIMIT 1)"
    " SELECT count(*), total(b.pages), max(b.moves), most.comm, most.by_pid, most.n, (SELECT address || ', ' "
    "|| moves ||"
    "  ' times, to nodes ' || nodes FROM b ORDER BY moves DESC, by_pid, address LIMIT 1)," PAGE_BYTES_SQL ","
    " (SELECT reason FROM page_migration WHERE capture_id = ?1 GROUP BY reason ORDER BY "
    "total(succeeded_pages) "
    "DESC LIMIT 1)"
    " FROM b, most HAVING count(*) >= 100 OR (count(*) >= 10 AND max(b.moves) >= 4)";

static enum ht_status answer_bounce(struct ht_judge *j, sqlite3_stmt *row) {
    int64_t pages = sqlite3_column_int64(row, 0), page = sqlite3_column_int64(row, 7);
    char size[60] = "";
    int balancing = strcmp(ht_judge_text(row, 8, ""), "numa_misplaced") == 0;
    struct ht_conclusion c = {
        .kind = "page migration",
        .scope = "cross-node",
        .advice =
            balancing
                ? "Threads on several nodes use these pages, and NUMA balancing follows each in turn. Keep "
                  "the threads of "
                  "the process on one node (numactl --cpunodebind=N), or spread the memory (numactl "
                  "--interleave=all), or "
                  "switch balancing off for a trial: sysctl -w kernel.numa_balancing=0. Then record again."
                : "Something moves these pages back and forth: the table of pages moved names the kernel's "
                  "reason.",
        .confidence = ht_judge_confidence(j)};
    if (page > 0)
        snprintf(size, sizeof size, " (%s)", ht_judge_bytes(j, sqlite3_column_double(row, 1) * (double)page));
    enum ht_status status = ht_conclude(
        j, &c,
        "%s pages%s were moved to one node and then to another%s, up to %s times: back and forth%s; %.40s "
        "(process %lld) moved most: %s.",
        ht_judge_count(j, pages), size, ht_judge_when(j), ht_judge_count(j, sqlite3_column_int64(row, 2)),
        balancing ? " by NUMA balancing" : "", ht_judge_text(row, 3, "unnamed"),
        (long long)sqlite3_column_int64(row, 4), ht_judge_count(j, sqlite3_column_int64(row, 5)));
    if (status == HT_OK && !ht_judge_is_null(row, 6))
        status = ht_prove(j, "the page that was moved most", "%.120s", ht_judge_text(row, 6, ""));
    if (status == HT_OK)
        status =
            ht_prove(j, "most frequent reason of the kernel", "%.40s", ht_judge_text(row, 8, "not recorded"));
    return status == HT_OK ? ht_prove_source(j) : status;
}

/* What automatic balancing costs: a thousand hint faults, or pages moved, a second, between the first and the
 * last reading of vmstat. */
static const char hint_sql[] =
    "WITH ends AS (SELECT min(time_ns) AS first, max(time_ns) AS last FROM node_stat WHERE capture_id = ?1 "
    "AND node IS NULL),"
    " gained AS (SELECT s.name, e.value - s.value AS n FROM ends"
    "  JOIN node_stat s ON s.capture_id = ?1 AND s.node IS NULL AND s.time_ns = ends.first"
    "  JOIN node_stat e ON e.capture_id = ?1 AND e.node IS NULL AND e.time_ns = ends.last AND e.name = s.name"
    "  WHERE s.name IN ('vmstat.numa_hint_faults', 'vmstat.numa_hint_faults_local', "
    "'vmstat.numa_pages_migrated',"
    "   'vmstat.numa_pte_updates'))"
    " SELECT f.n, l.n, m.n, u.n, (last - first) / 1e9 AS seconds," PAGE_BYTES_SQL
    " FROM ends JOIN gained f ON f.name = 'vmstat.numa_hint_faults'"
    " LEFT JOIN gained l ON l.name = 'vmstat.numa_hint_faults_local'"
    " LEFT JOIN gained m ON m.name = 'vmstat.numa_pages_migrated'"
    " LEFT JOIN gained u ON u.name = 'vmstat.numa_pte_updates'"
    " WHERE last > first AND (f.n >= 1000 * seconds OR m.n >= 1000 * seconds)";

static enum ht_status answer_hint(struct ht_judge *j, sqlite3_stmt *row) {
    double seconds = sqlite3_column_double(row, 4), faults = (double)sqlite3_column_int64(row, 0);
    double moved = (double)sqlite3_column_int64(row, 2);
    int64_t page = sqlite3_column_int64(row, 5);
    char local[120] = "", size[60] = "";
    struct ht_conclusion c = {.kind = "NUMA balancing",
                              .scope = "cross-node",
                              .advice =
                                  "Each hint fault stops a task for a moment. Where placement is settled by "
                                  "hand (numactl, cpusets) it buys "
                                  "nothing: sysctl -w kernel.numa_balancing=0, record again and compare.",
                              .confidence = ht_judge_confidence(j)};
    if (!ht_judge_is_null(row, 1) && faults > 0)
        snprintf(local, sizeof local, " (%s of them on pages of the node they came from)",
                 ht_judge_share(j, (double)sqlite3_column_int64(row, 1) / faults));
    if (page > 0)
        snprintf(size, sizeof size, " (%s)", ht_judge_bytes(j, moved / seconds * (double)page));
    enum ht_status status = ht_conclude(
        j, &c, "Automatic NUMA balancing is busy%s: %s hint faults a second%s, %s pages moved a second%s.",
        ht_judge_when(j), ht_judge_count(j, (int64_t)(faults / seconds)), local,
        ht_judge_count(j, (int64_t)(moved / seconds)), size);
    if (status == HT_OK)
        status = ht_prove(j, "between the first and the last reading of vmstat",
                          "%s hint faults and %s pages moved in %.1f s", ht_judge_count(j, (int64_t)faults),
                          ht_judge_count(j, (int64_t)moved), seconds);
    if (status == HT_OK && !ht_judge_is_null(row, 3))
        status = ht_prove(j, "pages marked for a hint fault (numa_pte_updates)", "%s",
                          ht_judge_count(j, sqlite3_column_int64(row, 3)));
    return status;
}

const struct ht_question ht_questions_movement[] = {
    {.sql = bounce_sql, .answer = answer_bounce, .source = "page moves", .about_nodes = 1},
    {.sql = migrations_sql, .answer = answer_migrations, .source = "migrations", .about_nodes = 1},
    {.sql = hint_sql, .answer = answer_hint, .source = "node statistics", .about_nodes = 1},
    {.sql = NULL},
};

static const char balancing_sql[] =
    "SELECT sum(CASE WHEN kind = 'move' AND from_node <> to_node THEN decisions ELSE 0 END) AS moved,"
    " sum(CASE WHEN kind = 'swap' AND from_node <> to_node THEN decisions ELSE 0 END) AS swapped,"
    " sum(CASE WHEN kind = 'stick' THEN decisions ELSE 0 END),"
    " (SELECT coalesce(comm, 'unnamed') || ' (process ' || pid || ')' FROM balancing_report b WHERE "
    "b.capture_id = ?1"
    "  AND b.kind <> 'stick' AND b.pid IS NOT NULL GROUP BY pid ORDER BY sum(decisions) DESC, pid LIMIT 1)"
    " FROM balancing_report WHERE capture_id = ?1 HAVING moved + swapped >= 10";

static enum ht_status answer_balancing(struct ht_judge *j, sqlite3_stmt *row) {
    struct ht_conclusion c = {
        .kind = "NUMA balancing",
        .scope = "cross-node",
        .advice = "Tasks are moved to their memory: hold the table of its decisions against where the "
                  "memory lies. numactl --cpunodebind=N --membind=N settles it for good.",
        .confidence = ht_judge_confidence(j)};
    enum ht_status status = ht_conclude(j, &c,
                                        "NUMA balancing moved tasks to another node %s times and swapped %s "
                                        "pairs of tasks%s; %s times it wanted to and could not.",
                                        ht_judge_count(j, sqlite3_column_int64(row, 0)),
                                        ht_judge_count(j, sqlite3_column_int64(row, 1)), ht_judge_when(j),
                                        ht_judge_count(j, sqlite3_column_int64(row, 2)));
    if (status == HT_OK && !ht_judge_is_null(row, 3))
        status = ht_prove(j, "most of process", "%.80s", ht_judge_text(row, 3, ""));
    return status == HT_OK ? ht_prove_source(j) : status;
}

static const char page_migrations_sql[] =
    "SELECT CAST(total(succeeded_pages) AS INTEGER), CAST(total(failed_pages) AS INTEGER), reason FROM "
    "page_migration WHERE capture_id = ?1"
    " GROUP BY reason HAVING total(succeeded_pages) > 0 ORDER BY 1 DESC LIMIT 3";

static const struct {
    const char *reason, *advice;
} reasons[] = {
    {"numa_misplaced",
     "Automatic NUMA balancing did it: memory follows the tasks that use it. Placement changed while it was "
     "measured: hold the node of a line or process against the time."},
    {"compaction",
     "The kernel made room for large pages: grep -E 'compact_|thp_' /proc/vmstat says how often it had to."},
    {"syscall_or_cpuset",
     "A program asked for it (move_pages, migratepages, a change of a cpuset): placement changed while it "
     "was measured."},
    {"syscall",
     "A program asked for it (move_pages, migratepages): placement changed while it was measured."},
    {"mempolicy_mbind",
     "A program asked for it (mbind with MPOL_MF_MOVE): placement changed while it was measured."},
    {"demotion",
     "The kernel demoted memory to a slower node: see numa.demotion_enabled among the conditions."},
};

static enum ht_status answer_page_migrations(struct ht_judge *j, sqlite3_stmt *row) {
    const char *reason = ht_judge_text(row, 2, "not told");
    struct ht_conclusion c = {
        .kind = "page migration",
        .scope = "unknown",
        .advice = "Placement changed while it was measured: hold the node of a line against the time.",
        .confidence = ht_judge_confidence(j)};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(reasons[i].reason, reason) == 0)
            c.advice = reasons[i].advice;
    int64_t pages = sqlite3_column_int64(row, 0), failed = sqlite3_column_int64(row, 1);
    char could_not[64] = "";
    if (failed > 0)
        snprintf(could_not, sizeof could_not, " (%s could not be)", ht_judge_count(j, failed));
    return ht_conclude(j, &c, "The kernel moved %s page%s%s%s, reason %.40s.", ht_judge_count(j, pages),
                       ht_plural(pages), ht_judge_when(j), could_not, reason);
}

/* Devices whose interrupts all go to CPUs of other nodes than their own. */
static const char devices_sql[] = "WITH far AS (SELECT * FROM device_report WHERE capture_id = ?1 AND "
                                  "irq_cpus > 0 AND remote_irq_cpus = irq_cpus)"
                                  " SELECT count(*), (SELECT group_concat(name || ' (node ' || node || ', "
                                  "interrupts on node ' || irq_nodes || ')', ', ')"
                                  "   FROM (SELECT * FROM far ORDER BY kind DESC, name LIMIT 4)),"
                                  " (SELECT count(*) FROM device WHERE capture_id = ?1 AND node IS NOT NULL),"
                                  " (SELECT CAST(irqs AS INTEGER) FROM far ORDER BY kind DESC, name LIMIT 1),"
                                  " (SELECT n.cpulist FROM far f JOIN node n ON n.capture_id = ?1 AND n.node "
                                  "= f.node ORDER BY f.kind DESC, f.name LIMIT 1)"
                                  " FROM far HAVING count(*) > 0";

static enum ht_status answer_devices(struct ht_judge *j, sqlite3_stmt *row) {
    char advice[400];
    int64_t count = sqlite3_column_int64(row, 0);
    snprintf(advice, sizeof advice,
             "Take the interrupts where the device is: echo %.60s > /proc/irq/%lld/smp_affinity_list, and so "
             "on (irqbalance may "
             "set it back). Who uses the device, and where, this capture does not know.",
             ht_judge_text(row, 4, "CPULIST"), (long long)sqlite3_column_int64(row, 3));
    struct ht_conclusion c = {.kind = "device", .scope = "cross-node", .advice = advice, .confidence = 1};
    return ht_conclude(
        j, &c,
        "The interrupts of %s of %s devices with a known node are taken on other nodes only: %.300s%s.",
        ht_judge_count(j, count), ht_judge_count(j, sqlite3_column_int64(row, 2)), ht_judge_text(row, 1, ""),
        count > 4 ? ", and others" : "");
}

const struct ht_question ht_questions_minor[] = {
    {.sql = page_migrations_sql, .answer = answer_page_migrations, .source = "page migrations"},
    {.sql = balancing_sql, .answer = answer_balancing, .source = "balancing", .about_nodes = 1},
    {.sql = devices_sql, .answer = answer_devices, .about_nodes = 1},
    {.sql = NULL},
};
