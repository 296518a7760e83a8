#include "record/host/node_stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"

/* Node counters that speak of placement and movement; a node's vmstat has 150 names, most of them not. */
static const char *const vmstat_prefixes[] = {
    "numa_",     "pgmigrate_", "pgpromote_",    "pgdemote_",     "thp_migration_", "thp_split",
    "thp_fault", "pgfault",    "nr_anon_pages", "nr_mapped",     "nr_shmem",       "nr_free_pages",
    "pgalloc_",  "pgsteal_",   "pgscan_",       "nr_file_pages",
};

static int is_wanted(const char *name) {
    for (size_t i = 0; i < sizeof vmstat_prefixes / sizeof vmstat_prefixes[0]; i++)
        if (strncmp(name, vmstat_prefixes[i], strlen(vmstat_prefixes[i])) == 0)
            return 1;
    return 0;
}

static enum ht_status put(struct ht_table *table, uint64_t time_ns, int node, const char *file,
                          const char *name, uint64_t value) {
    uint32_t row;
    char full[160];
    enum ht_status status = ht_table_add(table, &row);
    if (status != HT_OK)
        return status;
    table->number[HT_NODE_STAT_TIME][row] = time_ns;
    table->number[HT_NODE_STAT_NODE][row] = (uint64_t)(int64_t)node;
    table->number[HT_NODE_STAT_VALUE][row] = value;
    snprintf(full, sizeof full, "%s.%s", file, name);
    return ht_table_set_text(table, HT_NODE_STAT_NAME, full);
}

/* "name value" lines; meminfo lines are "Node 0 MemFree:  123 kB" and become bytes. */
static enum ht_status read_pairs(const char *root, const char *path, const char *file, int node,
                                 uint64_t time_ns, struct ht_table *table) {
    char *text = NULL, *save = NULL;
    size_t length;
    if (ht_file_read_all(root, path, 1 << 20, &text, &length, NULL) != HT_OK)
        return HT_OK;
    int is_meminfo = strcmp(file, "meminfo") == 0;
    enum ht_status status = HT_OK;
    for (char *line = strtok_r(text, "\n", &save); line != NULL && status == HT_OK;
         line = strtok_r(NULL, "\n", &save)) {
        char name[128], unit[8] = "";
        unsigned long long value;
        int fields = is_meminfo ? sscanf(line, "Node %*d %127[^:]: %llu %7s", name, &value, unit)
                                : sscanf(line, "%127s %llu", name, &value);
        if (fields < 2 || (strcmp(file, "vmstat") == 0 && !is_wanted(name)))
            continue;
        status = put(table, time_ns, node, file, name, strcmp(unit, "kB") == 0 ? value * 1024 : value);
    }
    free(text);
    return status;
}

enum ht_status ht_node_stats_read(const char *root, const struct ht_topology *topology, uint64_t time_ns,
                                  struct ht_table *table, struct ht_cause *cause) {
    static const char *const files[] = {"meminfo", "numastat", "vmstat"};
    enum ht_status status = read_pairs(root, "/proc/vmstat", "vmstat", -1, time_ns, table);
    for (uint32_t row = 0; row < topology->node.rows; row++) {
        int node = (int)topology->node.number[HT_NODE_NODE][row];
        for (size_t i = 0; i < sizeof files / sizeof files[0] && status == HT_OK; i++) {
            char path[128];
            snprintf(path, sizeof path, "/sys/devices/system/node/node%d/%s", node, files[i]);
            status = read_pairs(root, path, files[i], node, time_ns, table);
        }
    }
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "node statistics: %s", ht_status_text(status));
}
