#include "analyze/load/facts.h"

#include <stdio.h>
#include <string.h>

#include "analyze/load/copy.h"
#include "analyze/load/db.h"
#include "analyze/load/local_sources.h"

struct walk {
    struct ht_load *load;
    struct ht_copies copies;
};

#define NAME_KINDS (HT_KIND_BIT(DSO) | HT_KIND_BIT(SYMBOL) | HT_KIND_BIT(CODE) | HT_KIND_BIT(SOURCE_LINE))
#define OWN_KINDS                                                                                            \
    (HT_KIND_BIT(META) | HT_KIND_BIT(EVENT) | HT_KIND_BIT(TP_FORMAT) | HT_KIND_BIT(MEM_BLOCK) |              \
     HT_KIND_BIT(PROCESS) | NAME_KINDS)

/* PERF_TYPE_SOFTWARE; cpu-clock is its event 0, task-clock 1. */
enum { TYPE_SOFTWARE = 1, TASK_CLOCK = 1 };

/* Of no use here yet, but their damage is to be told. */
#define UNUSED_KINDS HT_KIND_BIT(CLOCK)

/* ibs_op counts cycles unless cnt_ctl (config bit 19) is set: then samples say nothing about the number of
 * accesses. */
static int counts_accesses(uint64_t kind, uint64_t config) {
    return kind == HT_EVENT_KIND_MEM_LOAD || kind == HT_EVENT_KIND_HITM ||
           (kind == HT_EVENT_KIND_MEM_ANY && config & UINT64_C(1) << 19);
}

static void add_events(struct ht_load *load, const struct ht_table *t) {
    for (uint32_t i = 0; i < t->rows; i++) {
        struct ht_event_facts *event = ht_load_event(load, ht_table_u64(t, HT_EVENT_EVENT, i));
        if (event == NULL) {
            load->skipped_events++;
            continue;
        }
        event->present = 1;
        event->kind = (uint8_t)ht_table_u64(t, HT_EVENT_KIND, i);
        event->period_is_time = ht_table_u64(t, HT_EVENT_TYPE, i) == TYPE_SOFTWARE &&
                                ht_table_u64(t, HT_EVENT_CONFIG, i) <= TASK_CLOCK;
        event->period_counts_accesses =
            (uint8_t)counts_accesses(event->kind, ht_table_u64(t, HT_EVENT_CONFIG, i));
        event->config = ht_table_u64(t, HT_EVENT_CONFIG, i);
        ht_table_copy_text(t, HT_EVENT_NAME, i, event->name, sizeof event->name);
    }
}

static void add_formats(struct ht_load *load, const struct ht_table *t) {
    for (uint32_t i = 0; i < t->rows; i++) {
        struct ht_event_facts *event = ht_load_event(load, ht_table_u64(t, HT_TP_FORMAT_EVENT, i));
        if (event == NULL)
            continue;
        char system[20], name[44]; /* mm_vmscan_direct_reclaim_begin has 30 letters */
        ht_table_copy_text(t, HT_TP_FORMAT_SYSTEM, i, system, sizeof system);
        ht_table_copy_text(t, HT_TP_FORMAT_NAME, i, name, sizeof name);
        snprintf(event->tracepoint, sizeof event->tracepoint, "%s:%s", system, name);
    }
}

/* The event table proper; counts are filled when the capture is complete. */
static enum ht_status copy_events(struct ht_load *load, const struct ht_table *t, struct ht_cause *cause) {
    static const char *const kinds[] = {"other",       "cpu clock", "page fault", "tracepoint", "sideband",
                                        "load",        "store",     "memory",     "hitm",       "counter",
                                        "major fault", "switch",    "snapshot"};
    struct ht_insert insert;
    enum ht_status status = ht_insert_open(
        load->db, "event",
        "event_id,name,kind,type,config,config1,config2,period,sample_type,flags,samples,lost,lost_exact",
        load->capture_id, &insert, cause);
    for (uint32_t i = 0; status == HT_OK && i < t->rows; i++) {
        uint64_t kind = ht_table_u64(t, HT_EVENT_KIND, i);
        struct ht_bytes name = ht_table_bytes(t, HT_EVENT_NAME, i);
        ht_put_int(&insert, ht_table_i64(t, HT_EVENT_EVENT, i));
        ht_put_bytes_text(&insert, name.data, name.length);
        ht_put_text(&insert, kinds[kind < sizeof kinds / sizeof kinds[0] ? kind : 0]);
        for (unsigned column = HT_EVENT_TYPE; column <= HT_EVENT_SAMPLE_TYPE; column++)
            ht_put_int(&insert, ht_table_i64(t, column, i));
        ht_put_int(&insert, ht_table_i64(t, HT_EVENT_FLAGS, i));
        for (int zero = 0; zero < 3; zero++)
            ht_put_int(&insert, 0);
        status = ht_insert_row(&insert, cause);
    }
    ht_insert_close(&insert);
    return status;
}

/* Lost context switches leave no exact times, also where no ring told of them. */
static void see_lost_switches(struct ht_load *load, const struct ht_table *counter) {
    for (uint32_t i = 0; i < counter->rows; i++) {
        const struct ht_event_facts *event = ht_load_event(load, ht_table_u64(counter, HT_COUNTER_EVENT, i));
        if (event != NULL && event->kind == HT_EVENT_KIND_SWITCH &&
            ht_table_u64(counter, HT_COUNTER_LOST, i) > 0)
            load->switches.lost = 1;
    }
}

static enum ht_status take_table(void *context, const struct ht_chunk_info *info, struct ht_table *t,
                                 struct ht_cause *cause) {
    struct walk *walk = context;
    struct ht_load *load = walk->load;
    enum ht_status status = HT_OK;
    if (UINT64_C(1) << info->kind & NAME_KINDS)
        status = ht_known_names_add(&load->names, t);
    else if (info->kind == HT_CHUNK_META)
        status = ht_meta_add(&load->meta, t);
    else if (info->kind == HT_CHUNK_MEM_BLOCK)
        status = ht_topology_add_blocks(&load->topology, t);
    else if (info->kind == HT_CHUNK_PROCESS)
        status = ht_processes_add(&load->processes, t);
    else if (info->kind == HT_CHUNK_TP_FORMAT)
        add_formats(load, t);
    else if (info->kind == HT_CHUNK_EVENT)
        add_events(load, t);
    else if (info->kind == HT_CHUNK_COUNTER)
        see_lost_switches(load, t);
    if (info->kind == HT_CHUNK_CPU)
        status = ht_topology_add_cpus(&load->topology, t);
    if (status != HT_OK)
        return ht_fail(cause, status, "%s: out of memory", load->path);
    if (info->kind == HT_CHUNK_EVENT)
        return copy_events(load, t, cause);
    return UINT64_C(1) << info->kind & ht_copy_kinds() ? ht_copy_table(load, &walk->copies, t, cause) : HT_OK;
}

static const char numa_stage[] =
    "CREATE TEMP TABLE IF NOT EXISTS numa_map_stage (capture_id INTEGER, snapshot INTEGER, pid INTEGER,"
    " start_address INTEGER, node INTEGER, pages INTEGER); DELETE FROM temp.numa_map_stage;"
    "CREATE INDEX IF NOT EXISTS temp.numa_map_stage_key ON numa_map_stage (pid, start_address, snapshot);";

/* Mappings and their pages by node come as two kinds of chunks; here they meet. CROSS: each mapping looks its
 * pages up; the other way round each of them would walk over all mappings. */
static const char numa_join[] =
    "INSERT OR REPLACE INTO numa_map_node (capture_id, numa_map_id, node, pages)"
    " SELECT m.capture_id, m.numa_map_id, s.node, s.pages FROM numa_map m CROSS JOIN temp.numa_map_stage s"
    " ON s.pid = m.pid AND s.start_address = m.start_address AND s.snapshot = m.snapshot"
    " WHERE m.capture_id = (SELECT max(capture_id) FROM temp.numa_map_stage);"
    "DELETE FROM temp.numa_map_stage;";

enum ht_status ht_load_facts(struct ht_load *load, struct ht_cause *cause) {
    struct walk walk = {.load = load};
    uint64_t kinds = OWN_KINDS | ht_copy_kinds() | UNUSED_KINDS;
    if (!load->keep_rows)
        kinds &= ~HT_KIND_BIT(SWITCH); /* there can be millions */
    enum ht_status status = ht_db_run(load->db, numa_stage, cause);
    if (status == HT_OK)
        status = ht_scan(load->reader, kinds, take_table, &walk, &load->problems, cause);
    ht_copies_close(&walk.copies);
    if (status == HT_OK)
        status = ht_db_run(load->db, numa_join, cause);
    if (status != HT_OK)
        return status;
    if (load->symfs != NULL && (status = ht_local_sources(&load->names, load->symfs, cause)) != HT_OK)
        return status;
    const char *producer = ht_meta_text(&load->meta, "producer");
    load->imported = producer != NULL && strcmp(producer, "perf") == 0;
    ht_topology_finish(&load->topology);
    status = ht_known_names_finish(&load->names);
    if (status != HT_OK)
        return ht_fail(cause, status, "%s: out of memory", load->path);
    int node_is_socket = ht_topology_node_is_socket(&load->topology);
    for (unsigned i = 0; i < HT_EVENTS_MAX; i++)
        if (load->event[i].kind == HT_EVENT_KIND_HITM)
            load->event[i].hitm_class =
                ht_true_hitm_event(load->event[i].name, load->event[i].config, node_is_socket);
    return HT_OK;
}
