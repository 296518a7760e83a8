#include "record/collect/numa_maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/privilege.h"
#include "record/collect/tasks.h"
#include "record/host/clock.h"

/* 4.5 s were seen at 210 GB: 0.7 s at worst for who was named, 0.2 s for who was not. */
#define RSS_BYTES_MAX  (32ull << 30)
#define RSS_BYTES_MANY (8ull << 30)
#define MAPPINGS_MAX   20000u
#define COST_NS_MAX    500000000ull /* a read that took longer is the last */
#define PACE           50           /* at most 2 % of the time inside the target's mmap_lock */
#define INTERVAL_NS    2000000000ull
#define INTERVAL_YOUNG 250000000ull /* doubles up to INTERVAL_NS: a command may be over soon */
#define MAPS_BYTES_MAX (64u << 20)
#define TICK_NS        20000000ull /* the session has other things to do */

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

struct sink {
    struct ht_table maps, nodes;
    struct ht_limits *limits;
    struct ht_writer *writer;
    struct ht_encoder *encoder;
};

static enum ht_status flush(struct sink *sink, struct ht_cause *cause) {
    enum ht_status status = ht_writer_put(sink->writer, sink->encoder, &sink->maps, 0, cause);
    if (status == HT_OK)
        status = ht_writer_put(sink->writer, sink->encoder, &sink->nodes, 0, cause);
    ht_table_clear(&sink->maps);
    ht_table_clear(&sink->nodes);
    return status;
}

static enum ht_status write_lines(struct sink *sink, char *text, uint64_t now_ns,
                                  const struct ht_numa_maps_target *target, struct ht_numa_map_line *parsed,
                                  struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    uint64_t cut = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL && status == HT_OK;
         line = strtok_r(NULL, "\n", &save)) {
        if (!ht_numa_map_parse(line, parsed))
            continue;
        cut += parsed->cut;
        if (sink->maps.rows == HT_ROWS_MAX || sink->nodes.rows + HT_NUMA_NODES_MAX > HT_ROWS_MAX)
            status = flush(sink, cause);
        if (status == HT_OK &&
            (status = line_rows(parsed, now_ns, target, &sink->maps, &sink->nodes)) != HT_OK)
            ht_fail(cause, status, "numa_maps of process %d: %s", (int)target->pid, ht_status_text(status));
    }
    if (cut > 0)
        ht_limits_add(sink->limits, cut, "numa_maps", "", "pages on nodes beyond number %d are left out",
                      HT_NUMA_NODES_MAX - 1);
    return status == HT_OK ? flush(sink, cause) : status;
}

static enum ht_status write_snapshot(char *text, uint64_t now_ns, const struct ht_numa_maps_target *target,
                                     struct sink *sink, struct ht_cause *cause) {
    struct ht_numa_map_line *parsed = malloc(sizeof *parsed);
    if (parsed == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    ht_table_init(&sink->maps, HT_CHUNK_NUMA_MAP);
    ht_table_init(&sink->nodes, HT_CHUNK_NUMA_MAP_NODE);
    enum ht_status status = write_lines(sink, text, now_ns, target, parsed, cause);
    ht_table_free(&sink->maps);
    ht_table_free(&sink->nodes);
    free(parsed);
    return status;
}

/* ---- the guard ---- */

/* 1 where the process is still the one that was chosen. */
static int is_there(const struct ht_numa_maps *m, struct ht_numa_maps_target *t, uint64_t *rss_bytes) {
    char text[1024];
    struct ht_task_stat stat;
    if (!ht_task_stat_read(m->root, t->pid, text, sizeof text, &stat))
        return 0;
    if (t->start_ticks == 0)
        t->start_ticks = stat.start_ticks;
    *rss_bytes = stat.rss_pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return t->start_ticks == stat.start_ticks;
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

/* One more process that is not read (again), and by how much it was too much. */
static void leave(struct ht_numa_maps_left *left, struct ht_numa_maps_target *t, uint64_t value) {
    t->given_up = 1;
    left->processes++;
    if (value < left->most)
        return;
    left->most = value;
    left->pid = t->pid;
}

static int is_too_large(struct ht_numa_maps *m, struct ht_numa_maps_target *t, uint64_t rss) {
    if (rss > m->rss_bytes_max) {
        leave(&m->large, t, rss);
        return 1;
    }
    unsigned mappings = count_mappings(m->root, t->pid);
    if (mappings > MAPPINGS_MAX)
        leave(&m->scattered, t, mappings);
    return mappings > MAPPINGS_MAX;
}

/* What may not be read now will not be later. A process that has ended is no limit. */
static void give_up(struct ht_numa_maps *m, struct ht_numa_maps_target *t, enum ht_status status) {
    uint64_t rss;
    t->given_up = 1;
    if (status == HT_PERMISSION)
        m->denied++;
    else if (status == HT_NOT_FOUND && is_there(m, t, &rss) && rss > 0)
        ht_limits_add(m->limits, 1, "numa_maps", "a kernel with CONFIG_NUMA", "/proc has no such files");
}

static void set_pace(struct ht_numa_maps *m, struct ht_numa_maps_target *t, uint64_t now_ns) {
    uint64_t pause = t->last_cost_ns * PACE;
    t->next_ns = now_ns + (pause > t->interval_ns ? pause : t->interval_ns);
    t->interval_ns = t->interval_ns * 2 < INTERVAL_NS ? t->interval_ns * 2 : INTERVAL_NS;
    if (t->last_cost_ns > COST_NS_MAX)
        leave(&m->slow, t, t->last_cost_ns);
}

static enum ht_status snapshot(struct ht_numa_maps *m, struct ht_numa_maps_target *t, uint64_t now_ns,
                               struct ht_writer *writer, struct ht_encoder *encoder, struct ht_cause *cause) {
    struct sink sink = {.limits = m->limits, .writer = writer, .encoder = encoder};
    char path[64], *text = NULL;
    size_t length;
    uint64_t rss = 0;
    if (!is_there(m, t, &rss)) {
        t->given_up = 1;
        return HT_OK;
    }
    if (is_too_large(m, t, rss))
        return HT_OK;
    snprintf(path, sizeof path, "/proc/%d/numa_maps", (int)t->pid);
    uint64_t start = ht_clock_monotonic();
    enum ht_status status = ht_file_read_all(m->root, path, MAPS_BYTES_MAX, &text, &length, NULL);
    t->last_cost_ns = ht_clock_monotonic() - start;
    m->spent_ns += t->last_cost_ns;
    if (status == HT_OK && length == 0) { /* it has given its memory back: it is ending */
        free(text);
        t->given_up = 1;
        return HT_OK;
    }
    if (status != HT_OK) {
        give_up(m, t, status);
        return HT_OK;
    }
    status = write_snapshot(text, now_ns, t, &sink, cause);
    free(text);
    t->snapshots++;
    m->snapshots++;
    set_pace(m, t, now_ns);
    return status;
}

void ht_numa_maps_init(struct ht_numa_maps *m, const char *root, int young, const pid_t *pid, size_t pids,
                       struct ht_limits *limits) {
    memset(m, 0, sizeof *m);
    m->root = root;
    m->limits = limits;
    m->young = young;
    m->rss_bytes_max = RSS_BYTES_MAX;
    if (pids == 0 || (m->target = calloc(pids, sizeof *m->target)) == NULL)
        return;
    m->targets = pids;
    for (size_t i = 0; i < pids; i++)
        m->target[i] =
            (struct ht_numa_maps_target){.pid = pid[i], .interval_ns = young ? INTERVAL_YOUNG : INTERVAL_NS};
}

static void add(struct ht_numa_maps *m, pid_t pid, uint64_t start_ticks) {
    struct ht_numa_maps_target *grown = realloc(m->target, (m->targets + 1) * sizeof *grown);
    if (grown == NULL) {
        ht_limits_add(m->limits, 1, "numa_maps", "", "out of memory for one more process");
        return;
    }
    m->target = grown;
    m->target[m->targets++] = (struct ht_numa_maps_target){
        .pid = pid, .start_ticks = start_ticks, .interval_ns = m->young ? INTERVAL_YOUNG : INTERVAL_NS};
}

void ht_numa_maps_add(struct ht_numa_maps *m, pid_t pid) {
    add(m, pid, 0);
}

void ht_numa_maps_add_unnamed(struct ht_numa_maps *m, pid_t pid, uint64_t start_ticks) {
    m->rss_bytes_max = RSS_BYTES_MANY;
    add(m, pid, start_ticks);
}

void ht_numa_maps_free(struct ht_numa_maps *m) {
    free(m->target);
    memset(m, 0, sizeof *m);
}

enum ht_status ht_numa_maps_tick(struct ht_numa_maps *m, uint64_t now_ns, struct ht_writer *writer,
                                 struct ht_encoder *encoder, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    uint64_t start = ht_clock_monotonic(), spent = 0;
    for (size_t i = 0; i < m->targets && status == HT_OK && spent < TICK_NS; i++) {
        struct ht_numa_maps_target *t = &m->target[m->next++ % m->targets];
        if (!t->given_up && t->next_ns <= now_ns + spent)
            status = snapshot(m, t, now_ns + spent, writer, encoder, cause);
        spent = ht_clock_monotonic() - start;
    }
    return status;
}

enum ht_status ht_numa_maps_end(struct ht_numa_maps *m, uint64_t now_ns, struct ht_writer *writer,
                                struct ht_encoder *encoder, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    uint64_t start = ht_clock_monotonic();
    for (size_t i = 0; i < m->targets && status == HT_OK; i++) {
        struct ht_numa_maps_target *t = &m->target[i];
        uint64_t now = now_ns + (ht_clock_monotonic() - start);
        if (!t->given_up && (t->next_ns <= now || t->last_cost_ns * PACE <= INTERVAL_NS))
            status = snapshot(m, t, now, writer, encoder, cause);
    }
    return status;
}

/* One limit for each reason, however many processes it hit. */
void ht_numa_maps_say(const struct ht_numa_maps *m) {
    int may_trace = ht_has_capability(CAP_SYS_PTRACE);
    if (m->large.processes > 0)
        ht_limits_add(m->limits, m->large.processes, "numa_maps",
                      m->rss_bytes_max < RSS_BYTES_MAX ? "hitm-record -p PID reads a larger one" : "",
                      "%u of %zu processes not read: with more than %llu GiB resident that could stall them "
                      "(the largest: process %d, %.1f GiB)",
                      m->large.processes, m->targets, (unsigned long long)m->rss_bytes_max >> 30,
                      (int)m->large.pid, (double)m->large.most / (1 << 30));
    if (m->scattered.processes > 0)
        ht_limits_add(m->limits, m->scattered.processes, "numa_maps", "",
                      "%u of %zu processes not read: with more than %u mappings that could stall them (most "
                      "has process %d, %llu)",
                      m->scattered.processes, m->targets, MAPPINGS_MAX, (int)m->scattered.pid,
                      (unsigned long long)m->scattered.most);
    if (m->slow.processes > 0)
        ht_limits_add(
            m->limits, m->slow.processes, "numa_maps", "",
            "%u of %zu processes not read again, as one reading took more than %.1f s (the slowest: "
            "process %d, %.2f s)",
            m->slow.processes, m->targets, (double)COST_NS_MAX / 1e9, (int)m->slow.pid,
            (double)m->slow.most / 1e9);
    if (m->denied > 0)
        ht_limits_add(m->limits, m->denied, "numa_maps", may_trace ? "" : HT_MEND_PRIVILEGE,
                      "%u of %zu processes may not be read%s: where their memory lies is not known",
                      m->denied, m->targets, may_trace ? ", as they have capabilities that we lack" : "");
}
