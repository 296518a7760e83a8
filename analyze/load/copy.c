#include "analyze/load/copy.h"

#include <stdio.h>

#include "analyze/load/db.h"

enum how {
    INT,        /* as it is */
    KNOWN,      /* NULL where negative */
    TEXT,       /* a bytes column as text */
    TEXT_KNOWN, /* the same, NULL where empty */
    HEX,        /* a bytes column as hexadecimal digits */
    FLAG,       /* 0 or 1 */
    WORD,       /* a number as a word of a list */
    FIXED,      /* a fixed word */
    NOTHING,    /* NULL: filled later */
    IF_KNOWN,   /* NULL unless the column behind it is set */
    COUNTED,    /* the running number of the row */
};

struct cell {
    enum how how;
    unsigned column;
    const char *const *words; /* WORD: ends with NULL; FIXED: the word */
};

struct copy {
    enum ht_chunk_kind kind;
    const char *table, *columns;
    struct cell cell[12];
    unsigned cells;
};

static const char *const phases[] = {"start", "end", NULL};
static const char *const limit_word[] = {"limit", NULL};
static const char *const loss_kinds[] = {"ring",     "samples", "throttle", "unthrottle",
                                         "recorder", "gap",     NULL};
static const char *const ksymbol_kinds[] = {"unknown", "bpf", "out of line", NULL};
static const char *const map_kinds[] = {"other", "heap", "stack", "huge", "file", "anon", NULL};

#define CELLS(...) .cell = {__VA_ARGS__}, .cells = sizeof((struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

static const struct copy copies_of[] = {
    {HT_CHUNK_LABEL, "capture_label", "key,value", CELLS({TEXT, HT_LABEL_KEY, 0}, {TEXT, HT_LABEL_VALUE, 0})},
    {HT_CHUNK_CONDITION, "condition", "phase,name,value",
     CELLS({WORD, HT_CONDITION_PHASE, phases}, {TEXT, HT_CONDITION_NAME, 0}, {TEXT, HT_CONDITION_VALUE, 0})},
    {HT_CHUNK_LIMIT, "condition", "phase,name,value,mend,count",
     CELLS({FIXED, 0, limit_word}, {TEXT, HT_LIMIT_WHAT, 0}, {TEXT, HT_LIMIT_WHY, 0},
           {TEXT, HT_LIMIT_MEND, 0}, {INT, HT_LIMIT_COUNT, 0})},
    {HT_CHUNK_NODE, "node", "node,memory_bytes,cpulist,socket",
     CELLS({INT, HT_NODE_NODE, 0}, {INT, HT_NODE_MEMORY, 0}, {TEXT, HT_NODE_CPULIST, 0}, {NOTHING, 0, 0})},
    {HT_CHUNK_NODE_DISTANCE, "node_distance", "from_node,to_node,distance",
     CELLS({INT, HT_NODE_DISTANCE_FROM, 0}, {INT, HT_NODE_DISTANCE_TO, 0},
           {INT, HT_NODE_DISTANCE_DISTANCE, 0})},
    {HT_CHUNK_CPU, "cpu", "cpu,node,socket,die,core,l3,online",
     CELLS({INT, HT_CPU_CPU, 0}, {KNOWN, HT_CPU_NODE, 0}, {KNOWN, HT_CPU_SOCKET, 0}, {KNOWN, HT_CPU_DIE, 0},
           {KNOWN, HT_CPU_CORE, 0}, {KNOWN, HT_CPU_L3, 0}, {INT, HT_CPU_ONLINE, 0})},
    {HT_CHUNK_SLICE, "slice", "slice_id,event_id,start_ns,end_ns,period,filter",
     CELLS({INT, HT_SLICE_SLICE, 0}, {INT, HT_SLICE_EVENT, 0}, {INT, HT_SLICE_START, 0},
           {INT, HT_SLICE_END, 0}, {INT, HT_SLICE_PERIOD, 0}, {TEXT, HT_SLICE_FILTER, 0})},
    {HT_CHUNK_SWITCH, "switch", "time_ns,cpu,pid,tid,out,preempt,other_pid,other_tid",
     CELLS({INT, HT_SWITCH_TIME, 0}, {INT, HT_SWITCH_CPU, 0}, {KNOWN, HT_SWITCH_PID, 0},
           {KNOWN, HT_SWITCH_TID, 0}, {INT, HT_SWITCH_OUT, 0}, {INT, HT_SWITCH_PREEMPT, 0},
           {KNOWN, HT_SWITCH_OTHER_PID, 0}, {KNOWN, HT_SWITCH_OTHER_TID, 0})},
    {HT_CHUNK_LOSS, "loss", "time_ns,kind,cpu,event_id,count",
     CELLS({INT, HT_LOSS_TIME, 0}, {WORD, HT_LOSS_KIND, loss_kinds}, {KNOWN, HT_LOSS_CPU, 0},
           {KNOWN, HT_LOSS_EVENT, 0}, {INT, HT_LOSS_COUNT, 0})},
    {HT_CHUNK_COUNTER, "counter", "time_ns,cpu,event_id,value,enabled_ns,running_ns,lost",
     CELLS({INT, HT_COUNTER_TIME, 0}, {KNOWN, HT_COUNTER_CPU, 0}, {INT, HT_COUNTER_EVENT, 0},
           {INT, HT_COUNTER_VALUE, 0}, {INT, HT_COUNTER_ENABLED, 0}, {INT, HT_COUNTER_RUNNING, 0},
           {IF_KNOWN, HT_COUNTER_LOST, 0})},
    {HT_CHUNK_NUMA_MAP, "numa_map",
     "numa_map_id,time_ns,snapshot,pid,start_address,kind,policy,file,page_bytes,anon_pages,dirty_pages,"
     "mapped_pages",
     CELLS({COUNTED, 0, 0}, {INT, HT_NUMA_MAP_TIME, 0}, {INT, HT_NUMA_MAP_SNAPSHOT, 0},
           {INT, HT_NUMA_MAP_PID, 0}, {INT, HT_NUMA_MAP_START, 0}, {WORD, HT_NUMA_MAP_KIND, map_kinds},
           {TEXT, HT_NUMA_MAP_POLICY, 0}, {TEXT, HT_NUMA_MAP_FILE, 0}, {INT, HT_NUMA_MAP_PAGE_BYTES, 0},
           {INT, HT_NUMA_MAP_ANON, 0}, {INT, HT_NUMA_MAP_DIRTY, 0}, {INT, HT_NUMA_MAP_MAPPED, 0})},
    {HT_CHUNK_NUMA_MAP_NODE, "numa_map_stage", "snapshot,pid,start_address,node,pages",
     CELLS({INT, HT_NUMA_MAP_NODE_SNAPSHOT, 0}, {INT, HT_NUMA_MAP_NODE_PID, 0},
           {INT, HT_NUMA_MAP_NODE_START, 0}, {INT, HT_NUMA_MAP_NODE_NODE, 0},
           {INT, HT_NUMA_MAP_NODE_PAGES, 0})},
    {HT_CHUNK_NODE_STAT, "node_stat", "time_ns,node,name,value",
     CELLS({INT, HT_NODE_STAT_TIME, 0}, {KNOWN, HT_NODE_STAT_NODE, 0}, {TEXT, HT_NODE_STAT_NAME, 0},
           {INT, HT_NODE_STAT_VALUE, 0})},
    {HT_CHUNK_CGROUP, "cgroup", "cgroup_id,path",
     CELLS({INT, HT_CGROUP_CGROUP, 0}, {TEXT, HT_CGROUP_PATH, 0})},
    {HT_CHUNK_CGROUP_STAT, "cgroup_stat", "time_ns,cgroup_id,node,name,value_bytes",
     CELLS({INT, HT_CGROUP_STAT_TIME, 0}, {INT, HT_CGROUP_STAT_CGROUP, 0}, {KNOWN, HT_CGROUP_STAT_NODE, 0},
           {TEXT, HT_CGROUP_STAT_NAME, 0}, {INT, HT_CGROUP_STAT_VALUE, 0})},
    {HT_CHUNK_DEVICE, "device", "name,kind,node,irqs,irq_affinity",
     CELLS({TEXT, HT_DEVICE_NAME, 0}, {TEXT, HT_DEVICE_KIND, 0}, {KNOWN, HT_DEVICE_NODE, 0},
           {TEXT_KNOWN, HT_DEVICE_IRQS, 0}, {TEXT_KNOWN, HT_DEVICE_IRQ_AFFINITY, 0})},
    {HT_CHUNK_KSYMBOL, "kernel_symbol", "time_ns,address,length_bytes,kind,registered,name",
     CELLS({INT, HT_KSYMBOL_TIME, 0}, {INT, HT_KSYMBOL_ADDRESS, 0}, {INT, HT_KSYMBOL_LENGTH, 0},
           {WORD, HT_KSYMBOL_TYPE, ksymbol_kinds}, {FLAG, HT_KSYMBOL_REGISTERED, 0},
           {TEXT, HT_KSYMBOL_NAME, 0})},
    {HT_CHUNK_BPF_PROGRAM, "bpf_program", "time_ns,loaded,program_id,tag",
     CELLS({INT, HT_BPF_PROGRAM_TIME, 0}, {FLAG, HT_BPF_PROGRAM_LOADED, 0}, {INT, HT_BPF_PROGRAM_PROGRAM, 0},
           {HEX, HT_BPF_PROGRAM_TAG, 0})},
    {HT_CHUNK_IMPORT_SKIP, "import_skip", "reason,records,bytes,loses",
     CELLS({TEXT, HT_IMPORT_SKIP_REASON, 0}, {INT, HT_IMPORT_SKIP_RECORDS, 0}, {INT, HT_IMPORT_SKIP_BYTES, 0},
           {INT, HT_IMPORT_SKIP_LOSES, 0})},
};

uint64_t ht_copy_kinds(void) {
    uint64_t kinds = 0;
    for (size_t i = 0; i < sizeof copies_of / sizeof copies_of[0]; i++)
        kinds |= UINT64_C(1) << copies_of[i].kind;
    return kinds;
}

static const char *word_of(const char *const *words, uint64_t number) {
    while (*words != NULL && number > 0) {
        words++;
        number--;
    }
    return *words != NULL ? *words : "unknown";
}

static void put_hex(struct ht_insert *insert, struct ht_bytes bytes) {
    char text[2 * 20 + 1] = "";
    for (uint32_t i = 0; i < bytes.length && i < sizeof text / 2; i++)
        snprintf(text + i * 2, 3, "%02x", (unsigned char)bytes.data[i]);
    ht_put_text(insert, text);
}

static void put_cell(struct ht_insert *insert, const struct cell *cell, const struct ht_table *table,
                     uint32_t row, uint64_t counted) {
    struct ht_bytes bytes;
    switch (cell->how) {
    case INT:
        ht_put_int(insert, ht_table_i64(table, cell->column, row));
        break;
    case KNOWN:
        ht_put_known(insert, ht_table_i64(table, cell->column, row));
        break;
    case TEXT:
        bytes = ht_table_bytes(table, cell->column, row);
        ht_put_bytes_text(insert, bytes.data, bytes.length);
        break;
    case TEXT_KNOWN:
        bytes = ht_table_bytes(table, cell->column, row);
        if (bytes.length > 0)
            ht_put_bytes_text(insert, bytes.data, bytes.length);
        else
            ht_put_null(insert);
        break;
    case HEX:
        put_hex(insert, ht_table_bytes(table, cell->column, row));
        break;
    case FLAG:
        ht_put_int(insert, ht_table_u64(table, cell->column, row) != 0);
        break;
    case WORD:
        ht_put_text(insert, word_of(cell->words, ht_table_u64(table, cell->column, row)));
        break;
    case FIXED:
        ht_put_text(insert, cell->words[0]);
        break;
    case NOTHING:
        ht_put_null(insert);
        break;
    case IF_KNOWN:
        if (ht_table_u64(table, cell->column + 1, row) != 0)
            ht_put_int(insert, ht_table_i64(table, cell->column, row));
        else
            ht_put_null(insert);
        break;
    case COUNTED:
        ht_put_int(insert, (int64_t)counted);
        break;
    }
}

enum ht_status ht_copy_table(struct ht_load *load, struct ht_copies *copies, const struct ht_table *table,
                             struct ht_cause *cause) {
    const struct copy *copy = copies_of;
    while (copy->kind != table->desc->kind)
        copy++;
    struct ht_insert *insert = &copies->insert[copy->kind];
    enum ht_status status = HT_OK;
    if (insert->statement == NULL)
        status = ht_insert_open(load->db, copy->table, copy->columns, load->capture_id, insert, cause);
    for (uint32_t row = 0; status == HT_OK && row < table->rows; row++) {
        for (unsigned i = 0; i < copy->cells; i++)
            put_cell(insert, &copy->cell[i], table, row, insert->rows + 1);
        status = ht_insert_row(insert, cause);
    }
    return status;
}

void ht_copies_close(struct ht_copies *copies) {
    for (size_t i = 0; i < sizeof copies->insert / sizeof copies->insert[0]; i++)
        ht_insert_close(&copies->insert[i]);
}
