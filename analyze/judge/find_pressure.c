#include "analyze/judge/finding.h"

#include <stdio.h>
#include <string.h>

/* A virtual machine's CPU time that it did not get. */
static const char steal_sql[] =
    "SELECT steal_share, user_share + system_share + interrupt_share, idle_share + iowait_share,"
    " (SELECT some_share FROM pressure_report p WHERE p.capture_id = ?1 AND p.resource = 'cpu')"
    " FROM cpu_time_report WHERE capture_id = ?1 AND steal_share >= 0.05";

static enum ht_status answer_steal(struct ht_judge *j, sqlite3_stmt *row) {
    struct ht_conclusion c = {
        .kind = "stolen time",
        .scope = "unknown",
        .advice =
            "Nothing on this machine mends it: ask who runs the host about its load (CPU steal), or move the "
            "virtual machine. To watch it: vmstat 1, column st.",
        .confidence = 1};
    enum ht_status status = ht_conclude(j, &c,
                                        "The hypervisor withheld %s of the CPU time of this machine (steal): "
                                        "whatever was ready to run had to wait.",
                                        ht_judge_share(j, sqlite3_column_double(row, 0)));
    if (status == HT_OK)
        status = ht_prove(j, "CPU time by /proc/stat",
                          "%s stolen, %s used, %s idle, between the readings before and after the window",
                          ht_judge_share(j, sqlite3_column_double(row, 0)),
                          ht_judge_share(j, sqlite3_column_double(row, 1)),
                          ht_judge_share(j, sqlite3_column_double(row, 2)));
    if (status == HT_OK && !ht_judge_is_null(row, 3))
        status = ht_prove(j, "a task was ready and had no CPU (PSI)", "%s of the window",
                          ht_judge_share(j, sqlite3_column_double(row, 3)));
    return status;
}

/* Stalls by kind of reclaim, where they took one part in a hundred of the window in all, or 10 ms at once. */
static const char stalls_sql[] =
    "WITH r AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY total_ns DESC, pid) AS place,"
    "  sum(stalls) OVER k AS all_stalls, total(total_ns) OVER k AS all_ns, max(longest_ns) OVER k AS "
    "all_longest_ns,"
    "  CAST(sum(reclaimed_pages * 1.0) OVER k AS INTEGER) AS all_pages, sum(unpaired) OVER k AS all_unpaired"
    "  FROM reclaim_report WHERE capture_id = ?1 AND kind <> 'kswapd' WINDOW k AS (PARTITION BY kind))"
    " SELECT kind, all_stalls, all_ns, all_longest_ns, all_pages, all_unpaired, comm, pid, total_ns, "
    "longest_ns,"
    " (SELECT some_share FROM pressure_report p WHERE p.capture_id = ?1 AND p.resource = 'memory'),"
    " (SELECT total(total_ns) FROM reclaim_report k WHERE k.capture_id = ?1 AND k.kind = 'kswapd'), stalls,"
    " (SELECT g.path FROM process q JOIN cgroup g ON g.capture_id = ?1 AND g.cgroup_id = q.cgroup_id"
    "  WHERE q.capture_id = ?1 AND q.pid = r.pid)"
    " FROM r JOIN capture c ON c.capture_id = ?1"
    " WHERE place = 1 AND (all_ns >= 0.01 * (c.window_end_ns - c.window_start_ns) OR all_longest_ns >= "
    "10000000)"
    " ORDER BY all_ns DESC";

static const struct {
    const char *kind, *before, *after, *advice;
} reclaims[] = {
    {"direct", "Memory was short:", "a task had to free pages itself before it got any (direct reclaim)",
     "Find what fills the memory: the tables of the nodes' and the processes' memory below, or on the "
     "machine free -m and "
     "ps -eo pid,rss,comm --sort=-rss | head. Give the machine more, or the biggest user a limit (systemctl "
     "set-property "
     "UNIT MemoryHigh=...)."},
    {"cgroup", "A control group was at a memory limit, or was asked to shrink:",
     "a task of it had to free pages itself before it got any",
     "Raise the limit (systemctl set-property UNIT MemoryMax=..., or MemoryHigh=...; it may be that of a "
     "group above), or make it need less. What "
     "it has: cat "
     "/sys/fs/cgroup/GROUP/memory.{max,current,events}; with version 1 memory/GROUP/memory.limit_in_bytes."},
    {"node", "A node was full:",
     "a task had to free pages there first, though other nodes may have had some (zone_reclaim_mode)",
     "Let tasks take memory of other nodes instead: sysctl -w vm.zone_reclaim_mode=0"},
};

/* pid 0 does not fault nor reclaim: it is what the recorder's pid namespace has no number for. */
static void put_process(sqlite3_stmt *row, int comm, int pid, char *text, size_t size) {
    if (ht_judge_is_null(row, pid))
        snprintf(text, size, "processes that are not known");
    else if (sqlite3_column_int64(row, pid) == 0)
        snprintf(text, size, "processes outside of the recorder's pid namespace");
    else
        snprintf(text, size, "%.40s (process %lld)", ht_judge_text(row, comm, "unnamed"),
                 (long long)sqlite3_column_int64(row, pid));
}

static enum ht_status answer_stalls(struct ht_judge *j, sqlite3_stmt *row) {
    const char *kind = ht_judge_text(row, 0, "");
    size_t which = 0;
    for (size_t i = 0; i < sizeof reclaims / sizeof reclaims[0]; i++)
        which = strcmp(reclaims[i].kind, kind) == 0 ? i : which;
    struct ht_conclusion c = {.kind = "memory pressure",
                              .scope = "unknown",
                              .advice = reclaims[which].advice,
                              .confidence = ht_judge_confidence(j)};
    char who[96];
    put_process(row, 6, 7, who, sizeof who);
    int64_t stalls = sqlite3_column_int64(row, 1);
    enum ht_status status = ht_conclude(
        j, &c, "%s %s time%s%s %s, %s in all, the longest %s; %s waited most: %s time%s, %s.",
        reclaims[which].before, ht_judge_count(j, stalls), ht_plural(stalls), ht_judge_when(j),
        reclaims[which].after, ht_judge_time(j, sqlite3_column_double(row, 2)),
        ht_judge_time(j, sqlite3_column_double(row, 3)), who,
        ht_judge_count(j, sqlite3_column_int64(row, 12)), ht_plural(sqlite3_column_int64(row, 12)),
        ht_judge_time(j, sqlite3_column_double(row, 8)));
    if (status == HT_OK && !ht_judge_is_null(row, 10))
        status = ht_prove(j, "a task waited for memory (PSI)", "%s of the window",
                          ht_judge_share(j, sqlite3_column_double(row, 10)));
    if (status == HT_OK && !ht_judge_is_null(row, 4))
        status = ht_prove(j, "pages that they freed", "%s", ht_judge_count(j, sqlite3_column_int64(row, 4)));
    if (status == HT_OK && !ht_judge_is_null(row, 13))
        status = ht_prove(j, "control group of that process", "%.200s", ht_judge_text(row, 13, ""));
    if (status == HT_OK && sqlite3_column_double(row, 11) > 0)
        status = ht_prove(j, "kswapd was awake", "%s, all nodes together",
                          ht_judge_time(j, sqlite3_column_double(row, 11)));
    if (status == HT_OK && sqlite3_column_int64(row, 5) > 0)
        status = ht_prove(
            j, "stalls without a begin or an end",
            "%s; they count from or to the edge of what was recorded, or no time where records were lost",
            ht_judge_count(j, sqlite3_column_int64(row, 5)));
    return status == HT_OK ? ht_prove_source(j) : status;
}

/* Ten a second, or a hundred in all. The names are of the process and the code with most. */
static const char major_faults_sql[] =
    "SELECT sum(samples), "
    " (SELECT p.comm FROM major_fault m JOIN thread t ON t.capture_id = ?1 AND t.tid = m.tid"
    "  LEFT JOIN process p ON p.capture_id = ?1 AND p.pid = t.pid"
    "  WHERE m.capture_id = ?1 GROUP BY t.pid ORDER BY sum(m.faults) DESC, t.pid LIMIT 1),"
    " (SELECT t.pid FROM major_fault m JOIN thread t ON t.capture_id = ?1 AND t.tid = m.tid"
    "  WHERE m.capture_id = ?1 GROUP BY t.pid ORDER BY sum(m.faults) DESC, t.pid LIMIT 1),"
    " (SELECT sum(m.faults) FROM major_fault m JOIN thread t ON t.capture_id = ?1 AND t.tid = m.tid"
    "  WHERE m.capture_id = ?1 GROUP BY t.pid ORDER BY sum(m.faults) DESC, t.pid LIMIT 1),"
    " (SELECT s.name FROM major_fault m JOIN code_bytes b ON b.capture_id = ?1 AND b.code_id = m.code_id"
    "  LEFT JOIN symbol s ON s.capture_id = ?1 AND s.symbol_id = b.symbol_id"
    "  WHERE m.capture_id = ?1 GROUP BY s.name ORDER BY sum(m.faults) DESC, s.name LIMIT 1),"
    " (SELECT some_share FROM pressure_report p WHERE p.capture_id = ?1 AND p.resource = 'io')"
    " FROM event WHERE capture_id = ?1 AND kind = 'major fault' HAVING sum(samples) > 0";

static enum ht_status answer_major_faults(struct ht_judge *j, sqlite3_stmt *row) {
    int64_t faults = sqlite3_column_int64(row, 0);
    double rate = (double)faults / ht_judge_seconds(j);
    struct ht_conclusion c = {.kind = "major faults",
                              .scope = "unknown",
                              .advice = "Memory that was used had been given up or never read: find what "
                                        "pushes it out (free -m, vmstat 1: si, "
                                        "so, bi), or keep it in (mlock, memory.min of the group). While it "
                                        "happens: pidstat -r 1 (majflt/s).",
                              .confidence = ht_judge_confidence(j)};
    if (rate < 10 && faults < 100)
        return HT_OK;
    char who[96], most[160] = "";
    put_process(row, 1, 2, who, sizeof who);
    if (!ht_judge_is_null(row, 2))
        snprintf(most, sizeof most, "; %s most: %s", who, ht_judge_count(j, sqlite3_column_int64(row, 3)));
    enum ht_status status = ht_conclude(
        j, &c, "Tasks waited for a device to bring memory in %s times%s (%s; major page faults)%s.",
        ht_judge_count(j, faults), ht_judge_when(j), ht_judge_rate(j, rate), most);
    if (status == HT_OK && !ht_judge_is_null(row, 4))
        status = ht_prove(j, "most in function", "%.120s", ht_judge_text(row, 4, ""));
    if (status == HT_OK && !ht_judge_is_null(row, 5))
        status = ht_prove(j, "a task waited for a device (PSI, all reasons)", "%s of the window",
                          ht_judge_share(j, sqlite3_column_double(row, 5)));
    return status == HT_OK ? ht_prove_source(j) : status;
}

/* Nodes whose kswapd worked one part in a hundred of the window, while another slept and kept a tenth of its
 * memory free at every reading. */
static const char one_node_sql[] =
    "WITH awake AS (SELECT node, total(total_ns) AS ns, sum(stalls) AS times FROM reclaim_report"
    "  WHERE capture_id = ?1 AND kind = 'kswapd' AND node IS NOT NULL GROUP BY node),"
    " memory AS (SELECT f.node, min(f.value) AS low, (SELECT max(t.value) FROM node_stat t WHERE "
    "t.capture_id = ?1"
    "   AND t.name = 'meminfo.MemTotal' AND t.node = f.node) AS whole FROM node_stat f"
    "  WHERE f.capture_id = ?1 AND f.name = 'meminfo.MemFree' AND f.node IS NOT NULL GROUP BY f.node),"
    " busy AS (SELECT a.* FROM awake a JOIN capture c ON c.capture_id = ?1"
    "  WHERE a.ns >= 0.01 * (c.window_end_ns - c.window_start_ns)),"
    " other AS (SELECT m.* FROM memory m LEFT JOIN awake a ON a.node = m.node WHERE coalesce(a.ns, 0) = 0"
    "  AND m.whole > 0 AND m.low >= 0.1 * m.whole ORDER BY m.low DESC, m.node LIMIT 1)"
    " SELECT (SELECT group_concat(node, ', ') FROM (SELECT node FROM busy ORDER BY node)),"
    " (SELECT total(ns) FROM busy), (SELECT sum(times) FROM busy), o.node, o.low, o.whole, (SELECT count(*) "
    "FROM busy),"
    " (SELECT value FROM condition WHERE capture_id = ?1 AND phase = 'start' AND name = "
    "'numa.zone_reclaim_mode'),"
    " (SELECT coalesce(p.comm, '?') || ' (process ' || m.pid || ', ' || m.policy || ')' FROM numa_map m"
    "  LEFT JOIN process p ON p.capture_id = ?1 AND p.pid = m.pid"
    "  JOIN numa_map_node n ON n.capture_id = ?1 AND n.numa_map_id = m.numa_map_id AND n.node IN (SELECT "
    "node "
    "FROM busy)"
    "  JOIN (SELECT pid, max(snapshot) AS snapshot FROM numa_map WHERE capture_id = ?1 GROUP BY pid) l"
    "   ON l.pid = m.pid AND l.snapshot = m.snapshot"
    "  WHERE m.capture_id = ?1 AND m.policy LIKE 'bind%' GROUP BY m.pid, m.policy ORDER BY sum(m.page_bytes "
    "* CAST(n.pages AS REAL)) DESC, m.pid LIMIT 1)"
    " FROM other o WHERE EXISTS (SELECT 1 FROM busy)";

static enum ht_status answer_one_node(struct ht_judge *j, sqlite3_stmt *row) {
    const char *mode = ht_judge_text(row, 7, "0");
    struct ht_conclusion c = {.kind = "memory pressure",
                              .scope = "cross-node",
                              .advice =
                                  strcmp(mode, "0") != 0
                                      ? "Let allocations go to other nodes: sysctl -w vm.zone_reclaim_mode=0"
                                      : "Something keeps its memory to one node: see who with grep -H "
                                        "Mems_allowed_list /proc/[0-9]*/status and grep -l bind "
                                        "/proc/[0-9]*/numa_maps; widen cpuset.mems or the numactl --membind.",
                              .confidence = ht_judge_confidence(j)};
    enum ht_status status =
        ht_conclude(j, &c,
                    "Memory is short on node%s %.60s alone: kswapd worked %s there%s, while node %lld always "
                    "had at least %s of its %s free.",
                    ht_plural(sqlite3_column_int64(row, 6)), ht_judge_text(row, 0, "?"),
                    ht_judge_time(j, sqlite3_column_double(row, 1)), ht_judge_when(j),
                    (long long)sqlite3_column_int64(row, 3), ht_judge_bytes(j, sqlite3_column_double(row, 4)),
                    ht_judge_bytes(j, sqlite3_column_double(row, 5)));
    if (status == HT_OK)
        status = ht_prove(j, "kswapd woke up", "%s times", ht_judge_count(j, sqlite3_column_int64(row, 2)));
    if (status == HT_OK)
        status = ht_prove(j, "zone_reclaim_mode", "%.20s", ht_judge_text(row, 7, "not recorded"));
    if (status == HT_OK && !ht_judge_is_null(row, 8))
        status =
            ht_prove(j, "bound by policy", "%.120s has most such memory there", ht_judge_text(row, 8, ""));
    return status == HT_OK ? ht_prove_source(j) : status;
}

/* Counters of vmstat that must not move: processes killed, and a mebibyte taken by the hypervisor. */
static const char killed_sql[] =
    "WITH ends AS (SELECT min(time_ns) AS first, max(time_ns) AS last FROM node_stat WHERE capture_id = ?1),"
    " gained AS (SELECT s.name, e.value - s.value AS n FROM ends"
    "  JOIN node_stat s ON s.capture_id = ?1 AND s.node IS NULL AND s.time_ns = ends.first"
    "  JOIN node_stat e ON e.capture_id = ?1 AND e.node IS NULL AND e.time_ns = ends.last AND e.name = "
    "s.name)"
    " SELECT name = 'vmstat.oom_kill' AS oom, n, n * (SELECT CAST(value AS REAL) FROM condition WHERE "
    "capture_id = ?1"
    "  AND phase = 'capture' AND name = 'page_bytes') FROM gained"
    " WHERE (name = 'vmstat.oom_kill' AND n > 0) OR (name = 'vmstat.balloon_inflate' AND n >= 256) ORDER BY "
    "oom DESC";

static enum ht_status answer_killed(struct ht_judge *j, sqlite3_stmt *row) {
    int64_t count = sqlite3_column_int64(row, 1);
    struct ht_conclusion c = {
        .kind = "memory pressure", .scope = "unknown", .confidence = ht_judge_confidence(j)};
    if (sqlite3_column_int(row, 0)) {
        c.advice = "Who it was, the kernel's log says: journalctl -k -g 'Killed process'. Give the machine "
                   "or the group more "
                   "memory, or the process less to do.";
        return ht_conclude(j, &c,
                           "The kernel killed %s process%s for lack of memory in the window (oom_kill).",
                           ht_judge_count(j, count), count == 1 ? "" : "es");
    }
    c.advice = "Ask who runs the host why it takes memory back (ballooning); a guaranteed size ends it.";
    return ht_conclude(j, &c,
                       "The hypervisor took %s of memory away from this machine in the window (balloon).",
                       ht_judge_is_null(row, 2) ? "some" : ht_judge_bytes(j, sqlite3_column_double(row, 2)));
}

const struct ht_question ht_questions_pressure[] = {
    {.sql = killed_sql, .answer = answer_killed, .source = "node statistics"},
    {.sql = steal_sql, .answer = answer_steal},
    {.sql = stalls_sql, .answer = answer_stalls, .source = "reclaim"},
    {.sql = major_faults_sql, .answer = answer_major_faults, .source = "major faults"},
    {.sql = one_node_sql, .answer = answer_one_node, .source = "kswapd", .about_nodes = 1},
    {.sql = NULL},
};
