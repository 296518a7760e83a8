#include "analyze/load/switches.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/load/topology.h"

void ht_switches_free(struct ht_switches *s) {
    free(s->cpu);
    free(s->sum);
    ht_residence_free(&s->residence);
    memset(s, 0, sizeof *s);
}

static int is_thread(uint32_t thread) {
    return thread < HT_SWITCH_IDLE;
}

static enum ht_status reserve_cpu(struct ht_switches *s, uint32_t cpu) {
    if (cpu < s->cpus)
        return HT_OK;
    uint32_t cpus = cpu + 1 + cpu / 2;
    struct ht_switch_cpu *grown = realloc(s->cpu, cpus * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    for (uint32_t i = s->cpus; i < cpus; i++)
        grown[i] = (struct ht_switch_cpu){.running = HT_SWITCH_EXITED, .next_tid = -1, .node = -1};
    s->cpu = grown;
    s->cpus = cpus;
    return HT_OK;
}

static enum ht_status reserve_sum(struct ht_switches *s, uint32_t thread) {
    if (!is_thread(thread) || thread < s->sums)
        return HT_OK;
    uint32_t sums = thread + 64 + thread / 2;
    struct ht_switch_sum *grown = realloc(s->sum, sums * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    memset(grown + s->sums, 0, (sums - s->sums) * sizeof *grown);
    s->sum = grown;
    s->sums = sums;
    return HT_OK;
}

static void contradict(struct ht_switches *s, uint32_t thread) {
    if (is_thread(thread))
        s->sum[thread].contradicted = 1;
}

/* Adds the part of a stay that lies in the window. */
static enum ht_status add_time(struct ht_switches *s, uint32_t thread, int node, uint64_t from, uint64_t to) {
    from = from > s->start_ns ? from : s->start_ns;
    to = to < s->end_ns ? to : s->end_ns;
    if (from >= to)
        return HT_OK;
    s->sum[thread].cpu_ns += to - from;
    return ht_residence_add(&s->residence, thread, node, to - from);
}

static enum ht_status come(struct ht_switches *s, struct ht_switch_cpu *cpu,
                           const struct ht_switch_row *row) {
    contradict(s, cpu->running); /* it never left */
    cpu->running = row->thread;
    cpu->since_ns = cpu->next_tid == row->tid && row->tid >= 0 ? cpu->last_ns : row->time_ns;
    cpu->next_tid = -1;
    return HT_OK;
}

static void count_stay(struct ht_switch_sum *sum, uint64_t ns) {
    sum->stays++;
    sum->stay_ns += ns;
    if (ns > sum->longest_stay_ns)
        sum->longest_stay_ns = ns;
}

static enum ht_status leave(struct ht_switches *s, struct ht_switch_cpu *cpu, const struct ht_switch_row *row,
                            uint64_t born_ns) {
    uint32_t thread = row->thread == HT_SWITCH_EXITED ? cpu->running : row->thread;
    enum ht_status status = HT_OK;
    if (is_thread(thread)) {
        s->sum[thread].switches++;
        s->sum[thread].preempted += row->preempt != 0;
        if (cpu->running == thread) {
            count_stay(&s->sum[thread], row->time_ns - cpu->since_ns);
            status = add_time(s, thread, row->node, cpu->since_ns, row->time_ns);
        } else if (!cpu->heard) {
            status = add_time(s, thread, row->node, born_ns, row->time_ns);
        } else {
            contradict(s, thread);
            contradict(s, cpu->running);
        }
    } else if (cpu->running != thread) {
        contradict(s, cpu->running);
    }
    cpu->running = HT_SWITCH_EXITED;
    cpu->next_tid = row->other_tid;
    return status;
}

enum ht_status ht_switches_add(struct ht_switches *s, const struct ht_switch_row *row, uint64_t born_ns) {
    s->rows++;
    if (row->cpu < 0 || row->cpu >= HT_CPUS_MAX) {
        s->lost = 1;
        return HT_OK;
    }
    enum ht_status status = reserve_cpu(s, (uint32_t)row->cpu);
    if (status == HT_OK)
        status = reserve_sum(s, row->thread);
    if (status != HT_OK)
        return status;
    struct ht_switch_cpu *cpu = &s->cpu[row->cpu];
    if (is_thread(row->thread))
        s->sum[row->thread].seen = 1;
    if (row->time_ns < cpu->last_ns) {
        s->lost = 1; /* not in order: nothing can be said of this CPU */
        return HT_OK;
    }
    status = row->out ? leave(s, cpu, row, born_ns) : come(s, cpu, row);
    cpu->last_ns = row->time_ns;
    cpu->node = (int16_t)row->node;
    cpu->heard = 1;
    return status;
}

enum ht_status ht_switches_finish(struct ht_switches *s, const struct ht_threads *threads) {
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; status == HT_OK && i < s->cpus; i++) {
        const struct ht_switch_cpu *cpu = &s->cpu[i];
        if (!is_thread(cpu->running))
            continue;
        uint64_t exit_ns = threads->thread[cpu->running].exit_ns;
        status = add_time(s, cpu->running, cpu->node, cpu->since_ns,
                          exit_ns > cpu->since_ns ? exit_ns : s->end_ns);
    }
    for (uint32_t i = 0; i < s->sums; i++)
        s->sum[i].contradicted |= s->sum[i].cpu_ns > s->end_ns - s->start_ns;
    return status;
}

int ht_switches_exact(const struct ht_switches *s, uint32_t thread) {
    return !s->lost && thread < s->sums && s->sum[thread].seen && !s->sum[thread].contradicted;
}
