#include "analyze/judge/finding.h"

#include <stdio.h>
#include <string.h>

/* As ht_topology_node_is_socket. */
#define SCOPE_SQL                                                                                            \
    " CASE WHEN (SELECT count(DISTINCT socket) > 1 AND count(DISTINCT socket) = count(DISTINCT node)"        \
    "   AND count(DISTINCT socket || ' ' || node) = count(DISTINCT node)"                                    \
    "  FROM cpu WHERE capture_id = ?1 AND node IS NOT NULL) THEN 'cross-socket' ELSE 'cross-node' END"

static const char remote_memory_sql[] =
    "SELECT from_node, sum(CASE WHEN metric = 'remote_memory' THEN value ELSE 0 END) AS remote,"
    " sum(CASE WHEN metric = 'local_memory' THEN value ELSE 0 END) AS near," SCOPE_SQL ","
    /* load latency of Intel: a load below the threshold is never sampled */
    " (SELECT max(config1 & 0xffff) FROM event WHERE capture_id = ?1 AND kind = 'load' AND samples > 0)"
    " FROM bucket WHERE capture_id = ?1 AND metric IN ('remote_memory', 'local_memory') AND from_node IS NOT "
    "NULL"
    " GROUP BY from_node HAVING remote >= 100 AND remote * 4 >= near ORDER BY remote DESC LIMIT 4";

static enum ht_status answer_remote_memory(struct ht_judge *j, sqlite3_stmt *row) {
    double remote = (double)sqlite3_column_int64(row, 1), all = remote + (double)sqlite3_column_int64(row, 2);
    struct ht_conclusion c = {.kind = "placement",
                              .verdict = "remote placement",
                              .scope = ht_judge_text(row, 3, "cross-node"),
                              .advice = HT_ADVICE_PLACEMENT,
                              .confidence = 1.0 - 3.0 / all};
    char slower[40] = "";
    if (sqlite3_column_int(row, 4) > 0)
        snprintf(slower, sizeof slower, " slower than %d cycles", sqlite3_column_int(row, 4));
    return ht_conclude(
        j, &c,
        "CPUs of node %lld had to fetch from another node's memory: %s of their sampled loads%s that "
        "reached memory went there (%s of %s samples).",
        (long long)sqlite3_column_int64(row, 0), ht_judge_share(j, remote / all), slower,
        ht_judge_count(j, (int64_t)remote), ht_judge_count(j, (int64_t)all));
}

/* Processes that keep most of their memory on a node where they hardly run: 60 % of the bytes, at most half
 * of the CPU time, 16 MiB, one part in twenty of a CPU. Those first that lose most: CPU time away times
 * memory there. */
static const char process_sql[] =
    "WITH last AS (SELECT pid, max(snapshot) AS snapshot FROM numa_map WHERE capture_id = ?1 GROUP BY pid),"
    " memory AS (SELECT l.pid, l.node, CAST(l.total_bytes AS REAL) AS bytes FROM locality_report l"
    "  JOIN last ON last.pid = l.pid AND last.snapshot = l.snapshot WHERE l.capture_id = ?1),"
    " ran AS (SELECT t.pid, r.node, total(r.cpu_ns) AS ns, total(r.samples) AS samples,"
    "  max(r.source = 'cpu clock') AS sampled FROM residence r"
    "  JOIN thread t ON t.capture_id = ?1 AND t.tid = r.tid WHERE r.capture_id = ?1 AND r.node >= 0 GROUP BY "
    "t.pid, r.node),"
    " place AS (SELECT pid, node FROM memory UNION SELECT pid, node FROM ran WHERE pid IN (SELECT pid FROM "
    "memory)),"
    " both AS (SELECT p.pid, p.node, coalesce(m.bytes, 0) AS bytes, coalesce(r.ns, 0) AS ns, total(m.bytes) "
    "OVER w AS all_bytes,"
    "  total(r.ns) OVER w AS all_ns, total(r.samples) OVER w AS samples, max(r.sampled) OVER w AS sampled,"
    "  row_number() OVER (PARTITION BY p.pid ORDER BY coalesce(m.bytes, 0) DESC, p.node) AS by_memory,"
    "  row_number() OVER (PARTITION BY p.pid ORDER BY coalesce(r.ns, 0) DESC, p.node) AS by_time"
    "  FROM place p LEFT JOIN memory m ON m.pid = p.pid AND m.node = p.node"
    "  LEFT JOIN ran r ON r.pid = p.pid AND r.node = p.node WINDOW w AS (PARTITION BY p.pid))"
    " SELECT m.pid, q.comm, m.node, m.bytes, m.all_bytes, m.ns / m.all_ns AS there, r.node, r.ns / r.all_ns,"
    "  m.all_ns, CAST(m.samples AS INTEGER), m.sampled,"
    "  (SELECT 1 - sum(x.bytes * x.ns) / (m.all_bytes * m.all_ns) FROM both x WHERE x.pid = m.pid) AS remote,"
    "  (SELECT k.policy FROM numa_map k JOIN numa_map_node n ON n.capture_id = ?1 AND n.numa_map_id = "
    "k.numa_map_id"
    "   AND n.node = m.node JOIN last ON last.pid = k.pid AND last.snapshot = k.snapshot"
    "   WHERE k.capture_id = ?1 AND k.pid = m.pid GROUP BY k.policy"
    "   ORDER BY sum(n.pages * CAST(k.page_bytes AS REAL)) DESC, k.policy LIMIT 1),"
    "  (SELECT cpulist FROM node n WHERE n.capture_id = ?1 AND n.node = m.node),"
    /* a node of memory only has no socket that is known */
    "  (SELECT CASE WHEN a.socket <> b.socket THEN 'cross-socket' ELSE 'cross-node' END FROM node a, node b"
    "   WHERE a.capture_id = ?1 AND a.node = m.node AND b.capture_id = ?1 AND b.node = r.node)"
    " FROM both m JOIN both r ON r.pid = m.pid AND r.by_time = 1"
    " LEFT JOIN process q ON q.capture_id = ?1 AND q.pid = m.pid JOIN capture c ON c.capture_id = ?1"
    " WHERE m.by_memory = 1 AND m.bytes >= 0.6 * m.all_bytes AND m.ns <= 0.5 * m.all_ns AND m.all_bytes >= "
    "16777216"
    "  AND m.all_ns >= 0.05 * (c.window_end_ns - c.window_start_ns) AND m.all_ns > 0 AND "
    "coalesce(q.is_recorder, 0) = 0"
    " ORDER BY (1 - m.ns / m.all_ns) * m.bytes / m.all_bytes * m.all_ns DESC, m.pid LIMIT 3";

static void advise_process(sqlite3_stmt *row, char *advice, size_t size) {
    long long pid = sqlite3_column_int64(row, 0), memory = sqlite3_column_int64(row, 2),
              ran = sqlite3_column_int64(row, 6);
    const char *cpus = ht_judge_text(row, 13, ""), *policy = ht_judge_text(row, 12, "");
    char to_memory[128] = "", bound[128] = "";
    if (cpus[0] != '\0')
        snprintf(to_memory, sizeof to_memory, "; or the threads to the memory: taskset -acp %.60s %lld", cpus,
                 pid);
    if (strncmp(policy, "bind", 4) == 0)
        snprintf(bound, sizeof bound, " Its policy (%.40s) puts new memory there too: that comes first.",
                 policy);
    snprintf(advice, size,
             "Bring both to one node. The memory to the threads: migratepages %lld %lld %lld (numactl "
             "package)%s.%s For "
             "good: start it with numactl --cpunodebind=%lld --membind=%lld.",
             pid, memory, ran, to_memory, bound, ran, ran);
}

static enum ht_status answer_process(struct ht_judge *j, sqlite3_stmt *row) {
    char advice[640], there[80] = "which has no CPUs";
    double samples = (double)sqlite3_column_int64(row, 9), sure = ht_judge_confidence(j);
    int sampled = sqlite3_column_int(row, 10);
    advise_process(row, advice, sizeof advice);
    if (sampled)
        sure *= samples > 4 ? 1.0 - 3.0 / samples : 0.25;
    if (ht_judge_is_null(row, 13) || sqlite3_column_bytes(row, 13) > 0)
        snprintf(there, sizeof there, "where it spent %s of its CPU time",
                 ht_judge_share(j, sqlite3_column_double(row, 5)));
    struct ht_conclusion c = {.kind = "placement",
                              .verdict = "remote placement",
                              .scope = ht_judge_text(row, 14, "cross-node"),
                              .advice = advice,
                              .confidence = sure < 0.99 ? sure : 0.99};
    enum ht_status status = ht_conclude(
        j, &c, "%.40s (process %lld) has %s of its memory on node %lld, %s; it ran most on node %lld (%s).",
        ht_judge_text(row, 1, "An unnamed program"), (long long)sqlite3_column_int64(row, 0),
        ht_judge_share(j, sqlite3_column_double(row, 3) / sqlite3_column_double(row, 4)),
        (long long)sqlite3_column_int64(row, 2), there, (long long)sqlite3_column_int64(row, 6),
        ht_judge_share(j, sqlite3_column_double(row, 7)));
    if (status == HT_OK)
        status =
            ht_prove(j, "memory there", "%s of %s, by the last numa_maps; policy %.40s",
                     ht_judge_bytes(j, sqlite3_column_double(row, 3)),
                     ht_judge_bytes(j, sqlite3_column_double(row, 4)), ht_judge_text(row, 12, "not told"));
    if (status == HT_OK)
        status = ht_prove(j, "remote, if it uses all its pages alike",
                          "%s of its accesses to memory; which pages it does use this level cannot tell",
                          ht_judge_share(j, sqlite3_column_double(row, 11)));
    if (status == HT_OK && sampled)
        status =
            ht_prove(j, "CPU time", "%s, from %s samples", ht_judge_time(j, sqlite3_column_double(row, 8)),
                     ht_judge_count(j, (int64_t)samples));
    else if (status == HT_OK)
        status = ht_prove(j, "CPU time", "%s, from context switches (exact)",
                          ht_judge_time(j, sqlite3_column_double(row, 8)));
    return status == HT_OK ? ht_prove_source(j) : status;
}

/* Pages that a node was asked for and could not give: a thousand, and one in twenty. */
static const char missed_sql[] =
    "WITH ends AS (SELECT min(time_ns) AS first, max(time_ns) AS last FROM node_stat WHERE capture_id = ?1),"
    " gained AS (SELECT s.node, s.name, e.value - s.value AS pages FROM ends"
    "  JOIN node_stat s ON s.capture_id = ?1 AND s.time_ns = ends.first"
    "  JOIN node_stat e ON e.capture_id = ?1 AND e.time_ns = ends.last AND e.name = s.name AND e.node = "
    "s.node"
    "  WHERE s.name IN ('numastat.numa_foreign', 'numastat.numa_hit', 'numastat.numa_miss'))"
    " SELECT f.node, f.pages, f.pages * 1.0 / (f.pages + max(h.pages, 0)) AS share,"
    " (SELECT group_concat(node || ' gave ' || pages, ', ') FROM (SELECT node, pages FROM gained m"
    "   WHERE m.name = 'numastat.numa_miss' AND m.pages > 0 ORDER BY pages DESC, node LIMIT 4)),"
    " (SELECT CAST(value AS INTEGER) FROM condition WHERE capture_id = ?1 AND phase = 'capture' AND name = "
    "'page_bytes'),"
    " (SELECT min(value) FROM node_stat w WHERE w.capture_id = ?1 AND w.name = 'meminfo.MemFree' AND w.node "
    "= f.node)"
    " FROM gained f JOIN gained h ON h.node = f.node AND h.name = 'numastat.numa_hit'"
    " WHERE f.name = 'numastat.numa_foreign' AND f.pages >= 1000 AND f.pages >= 0.05 * (f.pages + "
    "max(h.pages, 0))"
    " ORDER BY f.pages DESC, f.node LIMIT 2";

static enum ht_status answer_missed(struct ht_judge *j, sqlite3_stmt *row) {
    struct ht_conclusion c = {
        .kind = "allocation",
        .scope = "cross-node",
        .advice = "That node is full, or a policy prefers it: numactl --hardware shows what is free, "
                  "numastat -m what fills "
                  "it. What was given elsewhere stays there; migratepages PID FROM TO brings it back.",
        .confidence = ht_judge_confidence(j)};
    int64_t page = sqlite3_column_int64(row, 4);
    char size[60] = "";
    if (page > 0)
        snprintf(size, sizeof size, " (%s)",
                 ht_judge_bytes(j, (double)sqlite3_column_int64(row, 1) * (double)page));
    enum ht_status status =
        ht_conclude(j, &c,
                    "Node %lld could not give %s pages%s that were wanted there, %s of what it was asked "
                    "for%s: other nodes gave them (numa_foreign).",
                    (long long)sqlite3_column_int64(row, 0), ht_judge_count(j, sqlite3_column_int64(row, 1)),
                    size, ht_judge_share(j, sqlite3_column_double(row, 2)), ht_judge_when(j));
    if (status == HT_OK && !ht_judge_is_null(row, 3))
        status = ht_prove(j, "pages given instead (numa_miss)", "node %s", ht_judge_text(row, 3, ""));
    if (status == HT_OK && !ht_judge_is_null(row, 5))
        status = ht_prove(j, "lowest free memory of that node", "%s",
                          ht_judge_bytes(j, sqlite3_column_double(row, 5)));
    return status;
}

const struct ht_question ht_questions_placement[] = {
    {.sql = remote_memory_sql, .answer = answer_remote_memory, .source = "memory"},
    {.sql = process_sql, .answer = answer_process, .source = "cpu", .about_nodes = 1},
    {.sql = missed_sql, .answer = answer_missed, .source = "node statistics", .about_nodes = 1},
    {.sql = NULL},
};
