#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/db.h"
#include "analyze/load/store.h"
#include "analyze/load/targets.h"

/* Seen from a pid namespace of its own, 0 is every task outside of it: none has the name that was seen. */
static int is_outside(const struct ht_load *load, int64_t pid) {
    const char *namespace = ht_meta_text(&load->meta, "pid_namespace");
    return pid == 0 && namespace != NULL && strcmp(namespace, "own") == 0;
}

static enum ht_status store_threads(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "thread", "tid,pid,comm,start_ns,exit_ns,mem_samples,cpu_samples",
                       load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->threads.count; i++) {
        const struct ht_thread *t = &load->threads.thread[i];
        ht_put_int(&in, t->tid);
        ht_put_int(&in, t->pid);
        ht_put_text(&in, t->comm[0] != '\0' && !is_outside(load, t->tid) ? t->comm : NULL);
        ht_put_known(&in, t->start_ns != 0 ? (int64_t)t->start_ns : -1);
        ht_put_known(&in, t->exit_ns != 0 ? (int64_t)t->exit_ns : -1);
        ht_put_int(&in, t->mem_samples);
        ht_put_int(&in, t->cpu_samples);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

/* The group of a process; a child that was forked in the window, and of which nothing was read, lives in its
 * parent's. 0 not known. */
static uint64_t cgroup_of(const struct ht_load *load, int64_t pid) {
    for (int generation = 0; generation < HT_THREADS_GENERATIONS && pid >= 0; generation++) {
        const struct ht_process *process = ht_processes_get(&load->processes, pid);
        if (process != NULL && process->cgroup != 0)
            return process->cgroup;
        pid = ht_threads_forked_by(&load->threads, pid);
    }
    return 0;
}

static void put_process(const struct ht_load *load, const struct ht_targets *targets,
                        const struct ht_thread *t, int leads, struct ht_insert *in) {
    const struct ht_process *process = ht_processes_get(&load->processes, t->pid);
    uint64_t cgroup = cgroup_of(load, t->pid);
    ht_put_int(in, t->pid);
    ht_put_known(in, leads ? t->ppid : -1);
    ht_put_text(in, leads && t->comm[0] != '\0' && !is_outside(load, t->pid) ? t->comm : NULL);
    ht_put_known(in, leads && t->start_ns != 0 ? (int64_t)t->start_ns : -1);
    ht_put_known(in, leads && t->exit_ns != 0 ? (int64_t)t->exit_ns : -1);
    ht_put_int(in, ht_targets_has(targets, &load->threads, t->pid));
    ht_put_int(in, t->pid == ht_meta_number(&load->meta, "recorder_pid", -2));
    if (cgroup != 0)
        ht_put_int(in, (int64_t)cgroup);
    else
        ht_put_null(in);
    ht_put_known(in, process != NULL && process->namespace_pid > 0 ? process->namespace_pid : -1);
}

/* A process is its leading thread; one whose leader was never seen has no name of its own. */
static enum ht_status store_processes(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in = {0};
    struct ht_targets targets;
    enum ht_status status = ht_targets_read(&targets, ht_meta_text(&load->meta, "target_pids"),
                                            ht_meta_text(&load->meta, "target_kind"));
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory");
    status = ht_insert_open(load->db, "process",
                            "pid,ppid,comm,start_ns,exit_ns,is_target,is_recorder,cgroup_id,namespace_pid",
                            load->capture_id, &in, cause);
    for (int leaders = 0; leaders < 2; leaders++) {
        for (uint32_t i = 0; status == HT_OK && i < load->threads.count; i++) {
            const struct ht_thread *t = &load->threads.thread[i];
            if ((t->tid == t->pid) != leaders || t->pid < 0)
                continue;
            put_process(load, &targets, t, leaders, &in);
            status = ht_insert_row(&in, cause); /* a leader's row replaces that of its threads */
        }
    }
    ht_targets_free(&targets);
    ht_insert_close(&in);
    return status;
}

/* Samples are an estimate, and that of a thread that ran all the time may come out longer than the window. */
static enum ht_status bound_sampled(struct ht_load *load) {
    uint64_t window_ns = load->window_end_ns - load->window_start_ns;
    uint64_t *sum = calloc((size_t)load->threads.count + 1, sizeof *sum);
    if (sum == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < load->residence.count; i++)
        sum[load->residence.row[i].thread] += load->residence.row[i].cpu_ns;
    for (uint32_t i = 0; window_ns > 0 && i < load->residence.count; i++) {
        struct ht_residence_row *r = &load->residence.row[i];
        if (sum[r->thread] > window_ns)
            r->cpu_ns = (uint64_t)((double)r->cpu_ns * ((double)window_ns / (double)sum[r->thread]));
    }
    free(sum);
    return HT_OK;
}

static enum ht_status put_residence(const struct ht_load *load, const struct ht_residence *residence,
                                    int exact, struct ht_insert *in, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; status == HT_OK && i < residence->count; i++) {
        const struct ht_residence_row *r = &residence->row[i];
        if (ht_switches_exact(&load->switches, r->thread) != exact)
            continue;
        ht_put_int(in, load->threads.thread[r->thread].tid);
        ht_put_int(in, r->node);
        ht_put_known(in, r->cpu_ns > 0 ? (int64_t)r->cpu_ns : -1);
        ht_put_int(in, (int64_t)r->samples);
        ht_put_text(in, exact ? "switches" : "cpu clock");
        status = ht_insert_row(in, cause);
    }
    return status;
}

static enum ht_status store_residence(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    if (bound_sampled(load) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status =
        ht_insert_open(load->db, "residence", "tid,node,cpu_ns,samples,source", load->capture_id, &in, cause);
    if (status == HT_OK)
        status = put_residence(load, &load->residence, 0, &in, cause);
    if (status == HT_OK)
        status = put_residence(load, &load->switches.residence, 1, &in, cause);
    ht_insert_close(&in);
    return status;
}

static enum ht_status store_switches(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "thread_switch", "tid,switches,preempted,stays,stay_ns,longest_stay_ns",
                       load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->switches.sums; i++) {
        const struct ht_switch_sum *sum = &load->switches.sum[i];
        int exact = ht_switches_exact(&load->switches, i);
        if (!sum->seen)
            continue;
        ht_put_int(&in, load->threads.thread[i].tid);
        ht_put_int(&in, (int64_t)sum->switches);
        ht_put_int(&in, (int64_t)sum->preempted);
        ht_put_known(&in, exact ? (int64_t)sum->stays : -1);
        ht_put_known(&in, exact ? (int64_t)sum->stay_ns : -1);
        ht_put_known(&in, exact && sum->stays > 0 ? (int64_t)sum->longest_stay_ns : -1);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

static enum ht_status store_major_faults(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status = ht_insert_open(load->db, "major_fault", "tid,code_id,faults,first_ns,last_ns",
                                           load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->major_faults.count; i++) {
        const struct ht_major_fault *f = &load->major_faults.row[i];
        ht_put_int(&in, load->threads.thread[f->thread].tid);
        ht_put_int(&in, (int64_t)f->code + 1);
        ht_put_int(&in, (int64_t)f->faults);
        ht_put_int(&in, (int64_t)f->first_ns);
        ht_put_int(&in, (int64_t)f->last_ns);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

static enum ht_status store_chains(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "call_chain", "chain_id,pid,cpu_samples", load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->chains.count; i++) {
        const struct ht_chain *chain = &load->chains.chain[i];
        if (chain->stored == 0)
            continue; /* its frames did not survive */
        ht_put_int(&in, (int64_t)chain->number);
        ht_put_int(&in, chain->pid);
        ht_put_int(&in, chain->cpu_samples);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

enum ht_status ht_store_tasks(struct ht_load *load, struct ht_cause *cause) {
    typedef enum ht_status (*store_fn)(struct ht_load *, struct ht_cause *);
    static const store_fn parts[] = {store_threads,  store_processes,    store_residence,
                                     store_switches, store_major_faults, store_chains};
    enum ht_status status = HT_OK;
    for (size_t i = 0; status == HT_OK && i < sizeof parts / sizeof parts[0]; i++)
        status = parts[i](load, cause);
    return status;
}
