#include "analyze/load/tp_tables.h"

#include <string.h>

#define CELLS(...)                                                                                           \
    .cell = {__VA_ARGS__}, .cells = sizeof((struct ht_tp_cell[]){__VA_ARGS__}) / sizeof(struct ht_tp_cell)
#define UNCOUNTED .metric = -1, .from = -1, .to = -1, .value = -1

#define BALANCING(NAME, WORD, ...)                                                                           \
    {                                                                                                        \
        .tracepoint = "sched:" NAME, .table = "balancing",                                                   \
        .columns = "time_ns,kind,tid,pid,from_cpu,to_cpu,from_node,to_node,other_tid",                       \
        CELLS({.how = HT_TP_TIME}, {HT_TP_WORD, WORD, 0, 0}, {HT_TP_NUMBER, "src_pid", "pid", 0},            \
              {HT_TP_POSITIVE, "src_tgid", "tgid", 0}, {HT_TP_KNOWN, "src_cpu", 0, 0},                       \
              {HT_TP_KNOWN, "dst_cpu", 0, 0}, {HT_TP_KNOWN, "src_nid", 0, "src_cpu"},                        \
              {HT_TP_KNOWN, "dst_nid", 0, "dst_cpu"}, {HT_TP_POSITIVE, "dst_pid", 0, 0}),                    \
        UNCOUNTED                                                                                            \
    }

#define PAGE_MOVE(NAME, ENTRY)                                                                               \
    {                                                                                                        \
        .tracepoint = NAME, .table = "page_move",                                                            \
        .columns = "time_ns,by_pid,by_tid,address,pages,phys_address,to_node",                               \
        CELLS({.how = HT_TP_TIME}, {.how = HT_TP_PID}, {.how = HT_TP_TID}, {HT_TP_NUMBER, "addr", 0, 0},     \
              {HT_TP_PAGES, ENTRY, 0, "order"}, {HT_TP_PLACE, ENTRY, 0, "order"},                            \
              {HT_TP_PLACE_NODE, ENTRY, 0, "order"}),                                                        \
        .metric = HT_METRIC_PAGE_MOVES, .from = -1, .to = 6, .value = 4                                      \
    }

#define RECLAIM_COLUMNS "time_ns,kind,cpu,tid,node,page_order,reclaimed_pages"
#define RECLAIM_CELLS(WORD)                                                                                  \
    CELLS({.how = HT_TP_TIME}, {HT_TP_WORD, WORD, 0, 0}, {.how = HT_TP_CPU}, {.how = HT_TP_TID},             \
          {HT_TP_KNOWN, "nid", 0, 0}, {HT_TP_KNOWN, "order", 0, 0}, {HT_TP_KNOWN, "nr_reclaimed", 0, 0})
#define RECLAIM(NAME, WORD)                                                                                  \
    {                                                                                                        \
        .tracepoint = "vmscan:mm_vmscan_" NAME, .table = "reclaim", .columns = RECLAIM_COLUMNS,              \
        RECLAIM_CELLS(WORD), UNCOUNTED                                                                       \
    }

/* A task begins to free memory itself, for whatever reason: all in one lane of the time axis. */
#define STALL(NAME, WORD)                                                                                    \
    {                                                                                                        \
        .tracepoint = "vmscan:mm_vmscan_" NAME, .table = "reclaim", .columns = RECLAIM_COLUMNS,              \
        RECLAIM_CELLS(WORD), .metric = HT_METRIC_DIRECT_RECLAIM, .from = HT_TP_HERE, .to = -1, .value = -1   \
    }

const struct ht_tp_table ht_tp_tables[] = {
    {.tracepoint = "sched:sched_migrate_task",
     .table = "migration",
     .columns = "time_ns,tid,comm,from_cpu,to_cpu,from_node,to_node,by_tid",
     CELLS({.how = HT_TP_TIME}, {HT_TP_NUMBER, "pid", 0, 0}, {HT_TP_TEXT, "comm", 0, 0},
           {HT_TP_NUMBER, "orig_cpu", 0, 0}, {HT_TP_NUMBER, "dest_cpu", 0, 0},
           {HT_TP_CPU_NODE, "orig_cpu", 0, 0}, {HT_TP_CPU_NODE, "dest_cpu", 0, 0}, {.how = HT_TP_TID}),
     .metric = HT_METRIC_MIGRATIONS,
     .from = 5,
     .to = 6,
     .value = -1},
    {.tracepoint = "migrate:mm_migrate_pages",
     .table = "page_migration",
     .columns = "time_ns,cpu,tid,succeeded_pages,failed_pages,mode,reason",
     CELLS({.how = HT_TP_TIME}, {.how = HT_TP_CPU}, {.how = HT_TP_TID}, {HT_TP_NUMBER, "succeeded", 0, 0},
           {HT_TP_NUMBER, "failed", 0, 0}, {HT_TP_NUMBER, "mode", 0, 0}, {HT_TP_REASON, "reason", 0, 0}),
     .metric = HT_METRIC_PAGE_MIGRATIONS,
     .from = -1,
     .to = -1,
     .value = 3},
    /* sched_stick_numa has the fields of sched_move_numa before 5.5. Without another task dst_pid is 0,
     * without a CPU dst_cpu -1, and then dst_nid means nothing. */
    BALANCING("sched_move_numa", "move"),
    BALANCING("sched_swap_numa", "swap"),
    BALANCING("sched_stick_numa", "stick"),
    PAGE_MOVE("migrate:remove_migration_pte", "pte"),
    PAGE_MOVE("thp:remove_migration_pmd", "pmd"),
    RECLAIM("kswapd_wake", "kswapd wake"),
    RECLAIM("kswapd_sleep", "kswapd sleep"),
    STALL("direct_reclaim_begin", "direct begin"),
    RECLAIM("direct_reclaim_end", "direct end"),
    STALL("memcg_reclaim_begin", "cgroup begin"),
    RECLAIM("memcg_reclaim_end", "cgroup end"),
    STALL("node_reclaim_begin", "node begin"),
    RECLAIM("node_reclaim_end", "node end"),
};

const size_t ht_tp_tables_count = sizeof ht_tp_tables / sizeof ht_tp_tables[0];

const struct ht_tp_table *ht_tp_table_of(const char *tracepoint) {
    for (size_t i = 0; i < ht_tp_tables_count; i++)
        if (strcmp(ht_tp_tables[i].tracepoint, tracepoint) == 0)
            return &ht_tp_tables[i];
    return NULL;
}
