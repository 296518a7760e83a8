#include "record/collect/numa_maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/files.h"
#include "record/base/privilege.h"
#include "record/host/clock.h"

#define RSS_BYTES_MAX  (32ull << 30) /* 4.5 s were seen at 210 GB: 0.7 s here at worst */
#define MAPPINGS_MAX   20000u
#define COST_NS_MAX    500000000ull /* a read that took longer is the last */
#define PACE           50           /* at most 2 % of the time inside the target's mmap_lock */
#define INTERVAL_NS    2000000000ull
#define INTERVAL_YOUNG 250000000ull /* doubles up to INTERVAL_NS: a command may be over soon */
#define MAPS_BYTES_MAX (64u << 20)

/* ---- one line: "7f12a000 default file=/usr/bin/cat mapped=2 N0=2 kernelpagesize_kB=4" ---- */

static int value_of(const char *word, size_t length, const char *key, uint64_t *value) {
    size_t k = strlen(key);
    if (length <= k || strncmp(word, key, k) != 0 || word[k] != '=')
        return 0;
    *value = strtoull(word + k + 1, NULL, 10);
    return 1;
}

static void take_word(const char *word, size_t length, struct ht_numa_map_line *p) {
    uint64_t value;
    char *end;
    if (length > 5 && strncmp(word, "file=", 5) == 0) {
        p->file = word + 5;
        p->file_length = length - 5;
        if (p->kind == HT_NUMA_MAP_KIND_OTHER)
            p->kind = HT_NUMA_MAP_KIND_FILE;
    } else if (length == 4 && strncmp(word, "heap", 4) == 0) {
        p->kind = HT_NUMA_MAP_KIND_HEAP;
    } else if (length >= 5 && strncmp(word, "stack", 5) == 0) {
        p->kind = HT_NUMA_MAP_KIND_STACK;
    } else if (length == 4 && strncmp(word, "huge", 4) == 0) {
        p->kind = HT_NUMA_MAP_KIND_HUGE;
    } else if (value_of(word, length, "anon", &value)) {
        p->anon = value;
    } else if (value_of(word, length, "dirty", &value)) {
        p->dirty = value;
    } else if (value_of(word, length, "mapped", &value)) {
        p->mapped = value;
    } else if (value_of(word, length, "kernelpagesize_kB", &value)) {
        p->page_bytes = value * 1024;
    } else if (word[0] == 'N' && length > 2 && p->nodes < 64) {
        unsigned long node = strtoul(word + 1, &end, 10);
        if (end > word + 1 && *end == '=') {
            p->node[p->nodes].node = (unsigned)node;
            p->node[p->nodes++].pages = strtoull(end + 1, NULL, 10);
        }
    }
}

int ht_numa_map_parse(const char *line, struct ht_numa_map_line *p) {
    char *end;
    memset(p, 0, sizeof *p);
    p->file = "";
    p->start = strtoull(line, &end, 16);
    if (end == line || *end != ' ')
        return 0;
    p->policy = end + 1;
    p->policy_length = strcspn(p->policy, " \n");
    if (p->policy_length == 0)
        return 0;
    const char *word = p->policy + p->policy_length;
    while (*(word += strspn(word, " ")) != '\0' && *word != '\n') {
        size_t length = strcspn(word, " \n");
        take_word(word, length, p);
        word += length;
    }
    if (p->kind == HT_NUMA_MAP_KIND_OTHER && p->anon > 0)
        p->kind = HT_NUMA_MAP_KIND_ANON;
    /* Without anon= every page is a page of the file; "mapped" is left out where it equals "dirty". */
    return 1;
}

/* ---- one snapshot ---- */

static enum ht_status line_rows(const struct ht_numa_map_line *p, uint64_t now_ns,
                                const struct ht_numa_maps_target *target, struct ht_table *maps,
                                struct ht_table *nodes) {
    uint32_t row;
    enum ht_status status = ht_table_add(maps, &row);
    if (status != HT_OK)
        return status;
    maps->number[HT_NUMA_MAP_TIME][row] = now_ns;
    maps->number[HT_NUMA_MAP_SNAPSHOT][row] = target->snapshots;
    maps->number[HT_NUMA_MAP_PID][row] = (uint64_t)(int64_t)target->pid;
    maps->number[HT_NUMA_MAP_START][row] = p->start;
    maps->number[HT_NUMA_MAP_KIND][row] = p->kind;
    maps->number[HT_NUMA_MAP_PAGE_BYTES][row] = p->page_bytes;
    maps->number[HT_NUMA_MAP_ANON][row] = p->anon;
    maps->number[HT_NUMA_MAP_DIRTY][row] = p->dirty;
    maps->number[HT_NUMA_MAP_MAPPED][row] = p->mapped;
    if ((status = ht_table_set_bytes(maps, HT_NUMA_MAP_POLICY, p->policy, p->policy_length)) != HT_OK ||
        (status = ht_table_set_bytes(maps, HT_NUMA_MAP_FILE, p->file, p->file_length)) != HT_OK)
        return status;
    for (unsigned i = 0; i < p->nodes; i++) {
        if ((status = ht_table_add(nodes, &row)) != HT_OK)
            return status;
        nodes->number[HT_NUMA_MAP_NODE_SNAPSHOT][row] = target->snapshots;
        nodes->number[HT_NUMA_MAP_NODE_PID][row] = (uint64_t)(int64_t)target->pid;
        nodes->number[HT_NUMA_MAP_NODE_START][row] = p->start;
        nodes->number[HT_NUMA_MAP_NODE_NODE][row] = p->node[i].node;
        nodes->number[HT_NUMA_MAP_NODE_PAGES][row] = p->node[i].pages;
    }
    return HT_OK;
}

static enum ht_status write_snapshot(char *text, uint64_t now_ns, const struct ht_numa_maps_target *target,
                                     struct ht_limits *limits, struct ht_writer *writer,
                                     struct ht_encoder *encoder, struct ht_cause *cause) {
    struct ht_table maps, nodes;
    enum ht_status status = HT_OK;
    char *save = NULL;
    ht_table_init(&maps, HT_CHUNK_NUMA_MAP);
    ht_table_init(&nodes, HT_CHUNK_NUMA_MAP_NODE);
    for (char *line = strtok_r(text, "\n", &save); line != NULL && status == HT_OK;
         line = strtok_r(NULL, "\n", &save)) {
        struct ht_numa_map_line parsed;
        if (ht_numa_map_parse(line, &parsed))
            status = line_rows(&parsed, now_ns, target, &maps, &nodes);
    }
    if (status == HT_LIMIT) {
        ht_limits_add(limits, 1, "numa_maps", "",
                      "process %d has more mappings times nodes than one chunk holds: a part of them is kept",
                      (int)target->pid);
        status = HT_OK;
    }
    if (status != HT_OK)
        ht_fail(cause, status, "numa_maps of process %d: %s", (int)target->pid, ht_status_text(status));
    if (status == HT_OK)
        status = ht_writer_put(writer, encoder, &maps, 0, cause);
    if (status == HT_OK)
        status = ht_writer_put(writer, encoder, &nodes, 0, cause);
    ht_table_free(&maps);
    ht_table_free(&nodes);
    return status;
}

/* ---- the guard ---- */

static uint64_t resident_bytes(const char *root, pid_t pid) {
    char path[64], text[8192];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (ht_file_read(root, path, text, sizeof text) <= 0)
        return 0;
    const char *rss = strstr(text, "VmRSS:");
    return rss != NULL ? strtoull(rss + strlen("VmRSS:"), NULL, 10) * 1024 : 0;
}

static unsigned count_mappings(const char *root, pid_t pid) {
    char path[64], *text = NULL;
    size_t length;
    unsigned lines = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    if (ht_file_read_all(root, path, MAPS_BYTES_MAX, &text, &length, NULL) != HT_OK)
        return 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static int is_too_large(struct ht_numa_maps *m, struct ht_numa_maps_target *t) {
    uint64_t rss = resident_bytes(m->root, t->pid);
    unsigned mappings = rss <= RSS_BYTES_MAX ? count_mappings(m->root, t->pid) : 0;
    if (rss <= RSS_BYTES_MAX && mappings <= MAPPINGS_MAX)
        return 0;
    t->given_up = 1;
    if (rss > RSS_BYTES_MAX)
        ht_limits_add(m->limits, 1, "numa_maps", "",
                      "process %d has %.1f GiB resident (over %llu): reading it would stall it", (int)t->pid,
                      (double)rss / (1 << 30), RSS_BYTES_MAX >> 30);
    else
        ht_limits_add(m->limits, 1, "numa_maps", "",
                      "process %d has %u mappings (over %u): reading it would stall it", (int)t->pid,
                      mappings, MAPPINGS_MAX);
    return 1;
}

static enum ht_status snapshot(struct ht_numa_maps *m, struct ht_numa_maps_target *t, uint64_t now_ns,
                               struct ht_writer *writer, struct ht_encoder *encoder, struct ht_cause *cause) {
    char path[64], *text = NULL;
    size_t length;
    struct ht_cause why;
    if (is_too_large(m, t))
        return HT_OK;
    snprintf(path, sizeof path, "/proc/%d/numa_maps", (int)t->pid);
    uint64_t start = ht_clock_monotonic();
    enum ht_status status = ht_file_read_all(m->root, path, MAPS_BYTES_MAX, &text, &length, &why);
    t->last_cost_ns = ht_clock_monotonic() - start;
    if (status != HT_OK) {
        t->given_up = 1;
        if (status == HT_PERMISSION)
            ht_limits_add(m->limits, 1, "numa_maps", HT_MEND_PRIVILEGE, "%s", why.text);
        else if (status == HT_NOT_FOUND && ht_file_number(m->root, "/proc/self/stat", -1) >= 0 &&
                 resident_bytes(m->root, t->pid) > 0)
            ht_limits_add(m->limits, 1, "numa_maps", "a kernel with CONFIG_NUMA", "%s", why.text);
        return HT_OK; /* else the process has ended */
    }
    status = write_snapshot(text, now_ns, t, m->limits, writer, encoder, cause);
    free(text);
    t->snapshots++;
    uint64_t pause = t->last_cost_ns * PACE;
    t->next_ns = now_ns + (pause > t->interval_ns ? pause : t->interval_ns);
    t->interval_ns = t->interval_ns * 2 < INTERVAL_NS ? t->interval_ns * 2 : INTERVAL_NS;
    if (t->last_cost_ns > COST_NS_MAX) {
        t->given_up = 1;
        ht_limits_add(m->limits, 1, "numa_maps", "", "reading it of process %d took %.2f s: not read again",
                      (int)t->pid, (double)t->last_cost_ns / 1e9);
    }
    return status;
}

void ht_numa_maps_init(struct ht_numa_maps *m, const char *root, int young, const pid_t *pid, size_t pids,
                       struct ht_limits *limits) {
    memset(m, 0, sizeof *m);
    m->root = root;
    m->limits = limits;
    m->young = young;
    if (pids == 0 || (m->target = calloc(pids, sizeof *m->target)) == NULL)
        return;
    m->targets = pids;
    for (size_t i = 0; i < pids; i++)
        m->target[i] =
            (struct ht_numa_maps_target){.pid = pid[i], .interval_ns = young ? INTERVAL_YOUNG : INTERVAL_NS};
}

void ht_numa_maps_add(struct ht_numa_maps *m, pid_t pid) {
    struct ht_numa_maps_target *grown = realloc(m->target, (m->targets + 1) * sizeof *grown);
    if (grown == NULL) {
        ht_limits_add(m->limits, 1, "numa_maps", "", "out of memory for one more process");
        return;
    }
    m->target = grown;
    m->target[m->targets++] =
        (struct ht_numa_maps_target){.pid = pid, .interval_ns = m->young ? INTERVAL_YOUNG : INTERVAL_NS};
}

void ht_numa_maps_free(struct ht_numa_maps *m) {
    free(m->target);
    memset(m, 0, sizeof *m);
}

enum ht_status ht_numa_maps_tick(struct ht_numa_maps *m, uint64_t now_ns, struct ht_writer *writer,
                                 struct ht_encoder *encoder, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < m->targets && status == HT_OK; i++)
        if (!m->target[i].given_up && m->target[i].next_ns <= now_ns)
            status = snapshot(m, &m->target[i], now_ns, writer, encoder, cause);
    return status;
}

enum ht_status ht_numa_maps_end(struct ht_numa_maps *m, uint64_t now_ns, struct ht_writer *writer,
                                struct ht_encoder *encoder, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (size_t i = 0; i < m->targets && status == HT_OK; i++)
        if (!m->target[i].given_up)
            status = snapshot(m, &m->target[i], now_ns, writer, encoder, cause);
    return status;
}
