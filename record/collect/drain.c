#include "record/collect/drain.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "record/base/cpu_list.h"
#include "record/collect/batch.h"
#include "record/collect/ring.h"

#define CPUS_PER_THREAD 32
#define RELEASE_BYTES   (64u << 10)
/* A record carries the time of its hit and lands in the ring a little later: an interrupt, or a virtual CPU
 * that was not running, may lie between. Rows older than the bound after all are counted as late. */
#define ROUND_MARGIN_NS 10000000ull

struct reader {
    struct ht_drain *drain;
    pthread_t thread;
    int started, node;
    struct ht_ring *ring;
    size_t rings;
    struct pollfd *wait; /* one for each ring, and the stop */
    struct ht_batch batch;
    struct ht_encoder *encoder;
    uint32_t round;                  /* the one it is in; drain's lock */
    uint64_t records[HT_EVENTS_MAX]; /* the batch's at the end of the last round; drain's lock */
    enum ht_status status;
    struct ht_cause cause;
};

struct ht_drain {
    struct ht_drain_request request;
    pthread_mutex_t lock;
    struct reader *reader;
    size_t readers;
    uint64_t ring_bytes, start_ns; /* MONOTONIC at round 0 */
    uint32_t closed;               /* rounds whose ROUND row is written */
    uint64_t bound;                /* perf clock up to which everything is written */
    int stop_fd;
    int stopped;
};

/* ---- one reader thread ---- */

static void fail(struct reader *r, enum ht_status status) {
    uint64_t one = 1;
    if (r->status != HT_OK)
        return;
    r->status = status;
    if (write(r->drain->request.failed_fd, &one, sizeof one) < 0) {
        /* The session finds the failure when it stops the threads; it only ends later. */
    }
}

static enum ht_status put_table(void *context, struct ht_table *table) {
    struct reader *r = context;
    enum ht_status status =
        ht_writer_put(r->drain->request.writer, r->encoder, table, r->round + 1, &r->cause);
    ht_table_clear(table);
    return status;
}

static void tell_process(void *context, int32_t pid) {
    struct reader *r = context;
    r->drain->request.process(r->drain->request.context, pid);
}

static void drain_ring(struct reader *r, struct ht_ring *ring) {
    uint64_t released = ring->tail;
    if (ht_ring_begin(ring) == 0)
        return;
    for (const struct perf_event_header *h; (h = ht_ring_next(ring)) != NULL;) {
        if (r->status == HT_OK) {
            enum ht_status status = ht_batch_add(&r->batch, h, ring->cpu);
            if (status == HT_NOMEM)
                ht_fail(&r->cause, status, "out of memory while reading the ring of CPU %d", ring->cpu);
            if (status != HT_OK)
                fail(r, status);
        }
        if (ring->tail - released >= RELEASE_BYTES) {
            ht_ring_release(ring);
            released = ring->tail;
        }
    }
    ht_ring_release(ring);
}

/* The last thread out of a round writes its ROUND row. */
static enum ht_status close_rounds(struct reader *r, uint32_t rounds, struct ht_cause *cause) {
    struct ht_drain *d = r->drain;
    struct ht_table table;
    uint32_t row, lowest = UINT32_MAX;
    enum ht_status status = HT_OK;
    ht_table_init(&table, HT_CHUNK_ROUND);
    pthread_mutex_lock(&d->lock);
    r->round = rounds;
    memcpy(r->records, r->batch.records, sizeof r->records);
    for (size_t i = 0; i < d->readers; i++)
        if (d->reader[i].round < lowest)
            lowest = d->reader[i].round;
    if (lowest > d->closed && (status = ht_table_add(&table, &row)) == HT_OK) {
        uint64_t offset = ht_clock_now(d->request.clock) - ht_clock_monotonic();
        uint64_t end = d->start_ns + offset + lowest * HT_ROUND_NS - ROUND_MARGIN_NS;
        table.number[HT_ROUND_ROUND][row] = lowest;
        table.number[HT_ROUND_START][row] = d->bound;
        table.number[HT_ROUND_END][row] = end;
        d->closed = lowest;
        __atomic_store_n(&d->bound, end, __ATOMIC_RELAXED);
        status = ht_writer_put(d->request.writer, r->encoder, &table, lowest, cause);
    }
    pthread_mutex_unlock(&d->lock);
    ht_table_free(&table);
    return status;
}

static void end_round(struct reader *r, uint32_t rounds) {
    if (r->status != HT_OK)
        return;
    enum ht_status status = ht_batch_flush(&r->batch);
    if (status == HT_OK)
        status = close_rounds(r, rounds, &r->cause);
    if (status != HT_OK)
        fail(r, status);
    r->batch.bound = __atomic_load_n(&r->drain->bound, __ATOMIC_RELAXED);
}

static void drain_all(struct reader *r) {
    for (size_t i = 0; i < r->rings; i++)
        drain_ring(r, &r->ring[i]);
}

/* Sleeps until a ring asks, the round ends or the stop comes; 0 at the stop. */
static int wait_for_work(struct reader *r, uint64_t until_ns) {
    uint64_t now = ht_clock_monotonic();
    int timeout = until_ns > now ? (int)((until_ns - now) / 1000000u) + 1 : 0;
    int ready = poll(r->wait, r->rings + 1, timeout);
    if (ready < 0 && errno != EINTR) {
        ht_fail_errno(&r->cause, "poll of the rings");
        fail(r, HT_SYSTEM);
        return 0;
    }
    if (ready <= 0)
        return 1;
    for (size_t i = 0; i < r->rings; i++) {
        if (r->wait[i].revents == 0)
            continue;
        drain_ring(r, &r->ring[i]);
        /* A per-task event whose task ended hangs up for good: from then on only the round empties its ring.
         */
        if (r->wait[i].revents & (POLLHUP | POLLERR | POLLNVAL))
            r->wait[i].fd = -1;
    }
    return r->wait[r->rings].revents == 0;
}

static enum ht_status count_own_losses(struct reader *r) {
    enum ht_status status = HT_OK;
    uint64_t now = ht_clock_now(r->drain->request.clock), dropped = r->batch.malformed + r->batch.unknown;
    if (dropped > 0)
        status = ht_batch_loss(&r->batch, now, HT_LOSS_KIND_RECORDER, -1, -1, dropped);
    for (size_t i = 0; i < r->rings && status == HT_OK; i++) {
        r->batch.malformed += r->ring[i].malformed;
        if (r->ring[i].malformed > 0)
            status = ht_batch_loss(&r->batch, now, HT_LOSS_KIND_RECORDER, r->ring[i].cpu, -1,
                                   r->ring[i].malformed);
    }
    return status;
}

/* To those CPUs of the node that we may run on anyway: never to isolated ones, nor out of a taskset. By the
 * topology that we have (libnuma's tables are not safe between threads). A wish: a thread elsewhere works as
 * well, only slower. */
static void bind_to_node(const struct reader *r) {
    const struct ht_table *cpus = &r->drain->request.topology->cpu;
    size_t bytes = CPU_ALLOC_SIZE(HT_CPUS_MAX);
    cpu_set_t *own = CPU_ALLOC(HT_CPUS_MAX), *set = CPU_ALLOC(HT_CPUS_MAX);
    if (own == NULL || set == NULL || sched_getaffinity(0, bytes, own) != 0)
        goto out;
    CPU_ZERO_S(bytes, set);
    for (uint32_t row = 0; row < cpus->rows; row++) {
        uint64_t cpu = cpus->number[HT_CPU_CPU][row];
        if ((int)cpus->number[HT_CPU_NODE][row] == r->node && CPU_ISSET_S(cpu, bytes, own))
            CPU_SET_S(cpu, bytes, set);
    }
    if (CPU_COUNT_S(bytes, set) > 0)
        (void)sched_setaffinity(0, bytes, set);
out:
    CPU_FREE(own);
    CPU_FREE(set);
}

static void *reader_main(void *argument) {
    struct reader *r = argument;
    struct ht_drain *d = r->drain;
    bind_to_node(r);
    uint64_t next = d->start_ns + HT_ROUND_NS;
    while (wait_for_work(r, next)) {
        uint64_t now = ht_clock_monotonic();
        if (now < next)
            continue;
        uint32_t rounds = (uint32_t)((now - d->start_ns) / HT_ROUND_NS);
        drain_all(r);
        end_round(r, rounds);
        next = d->start_ns + (rounds + 1) * HT_ROUND_NS;
    }
    drain_all(r); /* the events are off: what is here now is all there will be */
    if (r->status == HT_OK) {
        enum ht_status status = count_own_losses(r);
        if (status != HT_OK)
            fail(r, status);
    }
    if (r->status == HT_OK && (r->status = ht_batch_flush(&r->batch)) != HT_OK && r->cause.text[0] == '\0')
        ht_fail(&r->cause, r->status, "out of memory");
    return NULL;
}

/* ---- rings ---- */

/* What kernel.perf_event_mlock_kb has to be: a ring takes a page beside its bytes, and the clock has two. */
static unsigned long long wanted_kib(const struct ht_drain *d) {
    return (d->request.wanted_bytes + 3 * (uint64_t)sysconf(_SC_PAGESIZE)) / 1024;
}

/* Every ring has one size: the first that all locked-memory limits allow. */
static enum ht_status map_ring(struct ht_drain *d, struct ht_ring *ring, int fd, int cpu,
                               struct ht_cause *cause) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    for (;;) {
        enum ht_status status = ht_ring_map(ring, fd, cpu, d->ring_bytes, cause);
        if (status == HT_PERMISSION && d->ring_bytes <= page)
            return ht_fail(cause, status,
                           "no locked memory is left for a ring on CPU %d (ulimit -l, "
                           "kernel.perf_event_mlock_kb): run it with sudo, or: sudo sysctl "
                           "kernel.perf_event_mlock_kb=%llu",
                           cpu, wanted_kib(d));
        if (status == HT_OK || (status != HT_PERMISSION && status != HT_NOMEM) || d->ring_bytes <= page)
            return status;
        d->ring_bytes /= 2;
    }
}

static void say_ring_size(const struct ht_drain *d) {
    char mend[160];
    if (d->ring_bytes >= d->request.wanted_bytes)
        return;
    snprintf(mend, sizeof mend, "run it with sudo, or: sudo sysctl kernel.perf_event_mlock_kb=%llu",
             wanted_kib(d));
    ht_limits_add(d->request.limits, 0, "ring size", mend,
                  "locked memory (ulimit -l, kernel.perf_event_mlock_kb) allows %llu KiB a CPU of the %llu "
                  "KiB that were asked for: more loss in bursts",
                  (unsigned long long)d->ring_bytes / 1024,
                  (unsigned long long)d->request.wanted_bytes / 1024);
}

static enum ht_status open_ring(struct reader *r, int cpu, struct ht_cause *cause) {
    const struct ht_opened *opened = r->drain->request.opened;
    struct ht_ring *ring = &r->ring[r->rings];
    int fd = ht_events_ring_fd(opened, cpu);
    if (fd < 0)
        return HT_OK; /* nothing could be opened there; that is a limit already */
    enum ht_status status = map_ring(r->drain, ring, fd, cpu, cause);
    if (status == HT_OK) {
        r->wait[r->rings] = (struct pollfd){.fd = fd, .events = POLLIN};
        r->rings++;
        status = ht_events_share_ring(opened, cpu, cause);
    }
    return status;
}

static enum ht_status new_reader(struct ht_drain *d, int node, size_t room, struct reader **reader) {
    struct reader *r = &d->reader[d->readers++];
    struct ht_batch_sink sink = {r, put_table, d->request.process != NULL ? tell_process : NULL};
    memset(r, 0, sizeof *r);
    r->drain = d;
    r->node = node;
    enum ht_status status = ht_batch_init(&r->batch, d->request.opened, &sink);
    r->batch.others = d->request.others;
    r->batch.chains.base = (uint64_t)(d->readers - 1) << 32; /* numbers of their own for each thread */
    r->ring = calloc(room, sizeof *r->ring);
    r->wait = calloc(room + 1, sizeof *r->wait);
    r->encoder = ht_encoder_new(1);
    *reader = r;
    return r->ring != NULL && r->wait != NULL && r->encoder != NULL ? status : HT_NOMEM;
}

/* CPUs of a node go to that node's threads, at most CPUS_PER_THREAD each. */
static enum ht_status deal_cpus(struct ht_drain *d, struct ht_cause *cause) {
    const struct ht_drain_request *q = &d->request;
    char *dealt = calloc(q->cpus, 1);
    enum ht_status status = dealt != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "out of memory");
    for (size_t i = 0; i < q->cpus && status == HT_OK; i++) {
        if (dealt[i])
            continue;
        struct reader *r;
        int node = ht_topology_node_of(q->topology, q->cpu[i]);
        if ((status = new_reader(d, node, CPUS_PER_THREAD, &r)) != HT_OK) {
            ht_fail(cause, status, "out of memory");
            break;
        }
        for (size_t j = i, taken = 0; j < q->cpus && taken < CPUS_PER_THREAD && status == HT_OK; j++) {
            if (dealt[j] || ht_topology_node_of(q->topology, q->cpu[j]) != node)
                continue;
            dealt[j] = 1;
            taken++;
            status = open_ring(r, q->cpu[j], cause);
        }
        r->wait[r->rings] = (struct pollfd){.fd = d->stop_fd, .events = POLLIN};
    }
    for (size_t i = 0; i < d->readers; i++)
        d->reader[i].batch.chains.sharers = (unsigned)d->readers;
    free(dealt);
    return status;
}

/* ---- the whole ---- */

enum ht_status ht_drain_open(const struct ht_drain_request *request, struct ht_drain **drain,
                             struct ht_cause *cause) {
    *drain = NULL;
    struct ht_drain *d = calloc(1, sizeof *d);
    if (d == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = HT_OK;
    d->request = *request;
    d->ring_bytes = request->ring_bytes;
    pthread_mutex_init(&d->lock, NULL);
    d->stop_fd = eventfd(0, EFD_CLOEXEC);
    d->reader = calloc(request->cpus, sizeof *d->reader);
    if (d->stop_fd < 0)
        status = ht_fail_errno(cause, "eventfd");
    else if (d->reader == NULL)
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    else
        status = deal_cpus(d, cause);
    if (status != HT_OK) {
        ht_drain_close(d);
        return status;
    }
    say_ring_size(d);
    *drain = d;
    return HT_OK;
}

uint64_t ht_drain_ring_bytes(const struct ht_drain *d) {
    return d->ring_bytes;
}

void ht_drain_records(struct ht_drain *d, uint64_t records[HT_EVENTS_MAX]) {
    memset(records, 0, HT_EVENTS_MAX * sizeof *records);
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->readers; i++)
        for (unsigned event = 0; event < HT_EVENTS_MAX; event++)
            records[event] += d->reader[i].records[event];
    pthread_mutex_unlock(&d->lock);
}

enum ht_status ht_drain_start(struct ht_drain *d, struct ht_cause *cause) {
    d->start_ns = ht_clock_monotonic();
    d->bound = ht_clock_now(d->request.clock);
    for (size_t i = 0; i < d->readers; i++) {
        int error = pthread_create(&d->reader[i].thread, NULL, reader_main, &d->reader[i]);
        if (error != 0)
            return ht_fail(cause, HT_SYSTEM, "cannot start a reader thread: %s", strerror(error));
        d->reader[i].started = 1;
    }
    return HT_OK;
}

static void join_threads(struct ht_drain *d) {
    uint64_t one = 1;
    if (d->stopped)
        return;
    d->stopped = 1;
    if (d->stop_fd >= 0 && write(d->stop_fd, &one, sizeof one) != sizeof one)
        return; /* cannot happen on an eventfd of ours that nobody reads */
    for (size_t i = 0; i < d->readers; i++)
        if (d->reader[i].started)
            pthread_join(d->reader[i].thread, NULL);
}

enum ht_status ht_drain_stop(struct ht_drain *d, struct ht_drain_totals *totals, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    memset(totals, 0, sizeof *totals);
    join_threads(d);
    totals->rounds = d->closed;
    size_t open = d->request.opened->count;
    if ((totals->samples = calloc(open > 0 ? open : 1, sizeof *totals->samples)) == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    for (size_t i = 0; i < d->readers; i++) {
        struct reader *r = &d->reader[i];
        for (size_t e = 0; e < open; e++)
            totals->samples[e] += r->batch.samples[e];
        totals->unknown += r->batch.unknown;
        totals->malformed += r->batch.malformed;
        totals->ignored += r->batch.ignored;
        totals->foreign += r->batch.foreign;
        totals->late += r->batch.late;
        totals->overrun += r->batch.overrun;
        totals->filtered += r->batch.filtered;
        totals->chains_dropped += r->batch.chains.dropped;
        ht_hits_merge(&totals->hits, &r->batch.hits);
        ht_spaces_merge(&totals->spaces, &r->batch.spaces);
        ht_ksymbols_merge(&totals->ksymbols, &r->batch.ksymbols);
        if (r->status != HT_OK && status == HT_OK)
            status = ht_fail(cause, r->status, "%s", r->cause.text);
    }
    return status;
}

void ht_drain_totals_free(struct ht_drain_totals *totals) {
    free(totals->samples);
    ht_hits_free(&totals->hits);
    ht_spaces_free(&totals->spaces);
    ht_ksymbols_free(&totals->ksymbols);
    memset(totals, 0, sizeof *totals);
}

void ht_drain_close(struct ht_drain *d) {
    if (d == NULL)
        return;
    join_threads(d);
    for (size_t i = 0; i < d->readers; i++) {
        struct reader *r = &d->reader[i];
        for (size_t k = 0; k < r->rings; k++)
            ht_ring_unmap(&r->ring[k]);
        free(r->ring);
        free(r->wait);
        ht_batch_free(&r->batch);
        ht_encoder_free(r->encoder);
    }
    free(d->reader);
    if (d->stop_fd >= 0)
        close(d->stop_fd);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
