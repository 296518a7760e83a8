#include "record/events/sources.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "record/events/flags.h"

#define NO_TYPE UINT32_MAX /* of snapshots: perf_event_open knows nothing of them */

/* The order in which the budget gives sources up: what costs most and says least first. Snapshots of files
 * cost next to nothing and pace themselves, so they go late. */
enum {
    NEVER,
    OFF_SWITCHES,
    OFF_FAULTS,
    OFF_MIGRATE_TASK,
    OFF_PAGE_MOVES,
    OFF_RECLAIM,
    OFF_BALANCING,
    OFF_PAGE_MIGRATIONS,
    OFF_MAJOR_FAULTS,
    OFF_NUMA_MAPS,
    OFF_CGROUP_STATS,
    OFF_NODE_STATS,
    OFF_CPU_CLOCK
};

#define TRACEPOINT_SINCE(KERNEL, TOPIC, SYSTEM, NAME, OFF, WITHOUT)                                          \
    {                                                                                                        \
        .name = SYSTEM ":" NAME, .topic = TOPIC, .kind = HT_EVENT_KIND_TRACEPOINT,                           \
        .chunk = HT_CHUNK_TRACEPOINT, .type = PERF_TYPE_TRACEPOINT, .system = SYSTEM, .tracepoint = NAME,    \
        .kernel = KERNEL, .period = 1, .sample_type = PERF_SAMPLE_RAW, .switch_off = OFF, .without = WITHOUT \
    }

#define TRACEPOINT(TOPIC, SYSTEM, NAME, OFF, WITHOUT)                                                        \
    TRACEPOINT_SINCE(NULL, TOPIC, SYSTEM, NAME, OFF, WITHOUT)

#define SNAPSHOT(NAME, CHUNK, PERIOD_NS, OFF, WITHOUT)                                                       \
    {                                                                                                        \
        .name = NAME, .topic = NAME, .kind = HT_EVENT_KIND_SNAPSHOT, .chunk = CHUNK, .type = NO_TYPE,        \
        .period = PERIOD_NS, .switch_off = OFF, .without = WITHOUT                                           \
    }

/* No PERF_SAMPLE_PERIOD on software events: it makes the kernel report every hit instead of every period-th.
 * mmap_data: without it no memfd or shared-memory mapping is seen. No build_id: it replaces the inode. */
const struct ht_source ht_sources[] = {
    {.name = "sideband",
     .topic = "sideband",
     .kind = HT_EVENT_KIND_SIDEBAND,
     .chunk = HT_CHUNK_TASK,
     .type = PERF_TYPE_SOFTWARE,
     .config = PERF_COUNT_SW_DUMMY,
     .flags = HT_FLAG_MMAP | HT_FLAG_MMAP2 | HT_FLAG_MMAP_DATA | HT_FLAG_COMM | HT_FLAG_COMM_EXEC |
              HT_FLAG_TASK | HT_FLAG_KSYMBOL | HT_FLAG_BPF_EVENT,
     .without = "new mappings, names and tasks"},
    {.name = "cpu-clock",
     .topic = "cpu-clock",
     .kind = HT_EVENT_KIND_CPU_CLOCK,
     .chunk = HT_CHUNK_CPU_SAMPLE,
     .type = PERF_TYPE_SOFTWARE,
     .config = PERF_COUNT_SW_CPU_CLOCK,
     .period = 1000003,
     .flags = HT_FLAG_EXCLUDE_IDLE, /* an idle CPU's samples say nothing but cost rows */
     .switch_off = OFF_CPU_CLOCK,
     .without = "which code the CPUs ran"},
    /* An event of its own, so that it can go off without the sideband. */
    {.name = HT_SOURCE_SWITCHES,
     .topic = HT_SOURCE_SWITCHES,
     .kind = HT_EVENT_KIND_SWITCH,
     .chunk = HT_CHUNK_SWITCH,
     .type = PERF_TYPE_SOFTWARE,
     .config = PERF_COUNT_SW_DUMMY,
     .flags = HT_FLAG_CONTEXT_SWITCH,
     .switch_off = OFF_SWITCHES,
     .without = "context switches"},
    {.name = "page-faults",
     .topic = "page-faults",
     .kind = HT_EVENT_KIND_PAGE_FAULT,
     .chunk = HT_CHUNK_CPU_SAMPLE,
     .type = PERF_TYPE_SOFTWARE,
     .config = PERF_COUNT_SW_PAGE_FAULTS,
     .period = 1,
     .switch_off = OFF_FAULTS,
     .without = "page faults with their addresses"},
    {.name = "major-faults",
     .topic = "major-faults",
     .kind = HT_EVENT_KIND_MAJOR_FAULT,
     .chunk = HT_CHUNK_CPU_SAMPLE,
     .type = PERF_TYPE_SOFTWARE,
     .config = PERF_COUNT_SW_PAGE_FAULTS_MAJ,
     .period = 1,
     /* A field more than page-faults has: see find_foreign of collect/batch.c. */
     .sample_type = PERF_SAMPLE_STREAM_ID,
     .switch_off = OFF_MAJOR_FAULTS,
     .without = "page faults that waited for a device"},
    TRACEPOINT("task migrations", "sched", "sched_migrate_task", OFF_MIGRATE_TASK,
               "task migrations between CPUs and nodes"),
    TRACEPOINT("NUMA balancing", "sched", "sched_move_numa", OFF_BALANCING,
               "moves of tasks by NUMA balancing"),
    TRACEPOINT("NUMA balancing", "sched", "sched_swap_numa", OFF_BALANCING,
               "swaps of tasks by NUMA balancing"),
    TRACEPOINT("NUMA balancing", "sched", "sched_stick_numa", OFF_BALANCING,
               "moves that NUMA balancing could not make"),
    TRACEPOINT("page migrations", "migrate", "mm_migrate_pages", OFF_PAGE_MIGRATIONS,
               "page migrations and their reasons"),
    TRACEPOINT_SINCE("5.18", "moved pages", "migrate", "remove_migration_pte", OFF_PAGE_MOVES,
                     "addresses of pages that moved"),
    TRACEPOINT_SINCE("5.18", "moved pages", "thp", "remove_migration_pmd", OFF_PAGE_MOVES,
                     "addresses of huge pages that moved"),
    TRACEPOINT("reclaim", "vmscan", "mm_vmscan_kswapd_wake", OFF_RECLAIM, "wake-ups of kswapd"),
    TRACEPOINT("reclaim", "vmscan", "mm_vmscan_kswapd_sleep", OFF_RECLAIM, "the ends of kswapd's work"),
    TRACEPOINT("reclaim", "vmscan", "mm_vmscan_direct_reclaim_begin", OFF_RECLAIM, "direct reclaim"),
    TRACEPOINT("reclaim", "vmscan", "mm_vmscan_direct_reclaim_end", OFF_RECLAIM,
               "pages that direct reclaim freed"),
    /* What a container at its memory limit suffers from: not among the direct ones. */
    TRACEPOINT("reclaim", "vmscan", "mm_vmscan_memcg_reclaim_begin", OFF_RECLAIM,
               "reclaim of control groups"),
    TRACEPOINT("reclaim", "vmscan", "mm_vmscan_memcg_reclaim_end", OFF_RECLAIM,
               "pages freed for control groups"),
    /* vm.zone_reclaim_mode: pages are freed on the own node before another one is asked. */
    TRACEPOINT_SINCE("5.2", "reclaim", "vmscan", "mm_vmscan_node_reclaim_begin", OFF_RECLAIM,
                     "reclaim of single nodes"),
    TRACEPOINT_SINCE("5.2", "reclaim", "vmscan", "mm_vmscan_node_reclaim_end", OFF_RECLAIM,
                     "pages freed on single nodes"),
    /* Splits of huge pages have no tracepoint: vmstat counts them (thp_split_*). */
    SNAPSHOT(HT_SOURCE_NODE_STATS, HT_CHUNK_NODE_STAT, 1000000000, OFF_NODE_STATS,
             "statistics of the nodes over time"),
    SNAPSHOT(HT_SOURCE_CGROUP_STATS, HT_CHUNK_CGROUP_STAT, 2000000000, OFF_CGROUP_STATS,
             "memory of control groups by node"),
    SNAPSHOT(HT_SOURCE_NUMA_MAPS, HT_CHUNK_NUMA_MAP, 2000000000, OFF_NUMA_MAPS,
             "memory of processes by node and kind"),
};

const size_t ht_sources_count = sizeof ht_sources / sizeof ht_sources[0];

static size_t topic_end(size_t first) {
    size_t end = first + 1;
    while (end < ht_sources_count && strcmp(ht_sources[end].topic, ht_sources[first].topic) == 0)
        end++;
    return end;
}

static void append(const char *what, const char *kernel, char *text, size_t size) {
    size_t at = strlen(text);
    snprintf(text + at, size - at, "%s%s%s%s%s", at > 0 ? ", " : "", what,
             kernel != NULL ? " (from Linux " : "", kernel != NULL ? kernel : "",
             kernel != NULL ? " on)" : "");
}

void ht_sources_list(uint64_t which, int too_old, char *text, size_t size) {
    text[0] = '\0';
    for (size_t first = 0, end; first < ht_sources_count; first = end) {
        end = topic_end(first);
        int whole = end - first > 1;
        for (size_t i = first; i < end; i++)
            whole &= (int)(which >> i & 1);
        if (whole)
            append(ht_sources[first].topic, too_old ? ht_sources[first].kernel : NULL, text, size);
        for (size_t i = first; i < end && !whole; i++)
            if (which >> i & 1)
                append(ht_sources[i].without, too_old ? ht_sources[i].kernel : NULL, text, size);
    }
}
