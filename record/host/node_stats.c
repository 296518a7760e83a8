#include "record/host/node_stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"

#define NAME_MAX_BYTES 127

/* What speaks of placement, movement, huge pages and pressure; the machine's vmstat has 190 names, a node's
 * 70, most of them not. */
static const char *const vmstat_prefixes[] = {
    "numa_",
    "pgmigrate_",
    "pgpromote_",
    "pgdemote_",
    "thp_",
    "nr_anon_",
    "nr_mapped",
    "nr_shmem",
    "nr_file_",
    "nr_free_pages",
    "pgfault",
    "pgmajfault",
    "pgalloc_",
    "pgsteal_",
    "pgscan_",
    "pgrefill",
    "allocstall_",
    "kswapd_",
    "pageoutrun",
    "pswp",
    "compact_",
    "zone_reclaim_",
    "workingset_refault",
    "oom_kill",
    "htlb_buddy_",
    "balloon_",
};

/* Of /proc/meminfo, what no node has. */
static const char *const meminfo_machine[] = {"MemAvailable", "SwapTotal", "SwapFree"};

static int is_wanted(const char *file, int node, const char *name) {
    if (strcmp(file, "vmstat") == 0) {
        for (size_t i = 0; i < sizeof vmstat_prefixes / sizeof vmstat_prefixes[0]; i++)
            if (strncmp(name, vmstat_prefixes[i], strlen(vmstat_prefixes[i])) == 0)
                return 1;
        return 0;
    }
    for (size_t i = 0; node < 0 && i < sizeof meminfo_machine / sizeof meminfo_machine[0]; i++)
        if (strcmp(name, meminfo_machine[i]) == 0)
            return 1;
    return node >= 0;
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

/* "name value", or in meminfo "Node 0 MemFree:  123 kB" and, of the machine, "MemFree:  123 kB". */
static int parse_line(char *line, int is_meminfo, char **name, uint64_t *value) {
    char *end, *number;
    if (is_meminfo && strncmp(line, "Node ", 5) == 0) {
        strtoul(line + 5, &end, 10);
        if (end == line + 5 || *end != ' ')
            return 0;
        line = end + 1;
    }
    *name = line;
    number = line + strcspn(line, is_meminfo ? ":" : " ");
    if (number == line || number - line > NAME_MAX_BYTES || *number == '\0')
        return 0;
    *number++ = '\0';
    number += strspn(number, " ");
    if (*number < '0' || *number > '9')
        return 0;
    *value = strtoull(number, &end, 10);
    if (is_meminfo && strcmp(end, " kB") == 0)
        *value *= 1024;
    return 1;
}

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
        char *name;
        uint64_t value;
        if (parse_line(line, is_meminfo, &name, &value) && is_wanted(file, node, name))
            status = put(table, time_ns, node, file, name, value);
    }
    free(text);
    return status;
}

enum ht_status ht_node_stats_read(const char *root, const struct ht_topology *topology, uint64_t time_ns,
                                  struct ht_table *table, struct ht_cause *cause) {
    static const char *const files[] = {"meminfo", "numastat", "vmstat"};
    enum ht_status status = read_pairs(root, "/proc/vmstat", "vmstat", -1, time_ns, table);
    if (status == HT_OK)
        status = read_pairs(root, "/proc/meminfo", "meminfo", -1, time_ns, table);
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
