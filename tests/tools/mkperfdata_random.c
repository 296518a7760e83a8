/* mkperfdata_random.c: the pseudo-random machine of `mkperfdata random` (see mkperfdata.c).
 *
 * Processes live in slots. A slot has the mappings of its process; a line names a kind of mapping and an
 * offset in it, and is touched through whatever process holds such a mapping. Time only grows; each CPU's
 * ring is written to the file when its read time comes, so that the file has the order that perf gives it.
 */
#include "mkperfdata.h"
#include "mkperfdata_values.h"

#include <stdlib.h>
#include <string.h>

enum kind {
    K_TEXT,
    K_DATA,
    K_BSS,
    K_HEAP,
    K_ARENA,
    K_LIB,
    K_LIBDATA,
    K_STACK,
    K_VDSO,
    K_JIT,
    K_DBFILE,
    K_PRIVATE_END,
    K_SHMFILE = K_PRIVATE_END,
    K_ZERO,
    K_MEMFD,
    K_SYSV,
    K_HUGE,
    K_COUNT,
    K_KERNEL_DATA,
    K_DIRECT,
    K_VMALLOC,
    K_MODULE,
    K_FIXMAP,
    K_KERNEL_END
};

enum { THREADS = 4, RANDOM_SLOTS_MAX = 4096 };

struct slot {
    int32_t pid;
    unsigned app, threads;
    bool old_records; /* its mappings are told by MMAP, not MMAP2 */
    struct pd_mapping map[K_COUNT];
};

struct line {
    enum kind kind;
    unsigned owner; /* private lines: the slot that has it */
    uint64_t offset;
    unsigned codes;
};

struct world {
    struct pd *pd;
    const struct random_options *options;
    uint64_t state, now, read_at[2];
    int32_t next_pid;
    struct slot *slot;
    struct line *line;
};

static const struct {
    uint64_t start, bytes;
    const char *name;
} modules[] = {{0xffffffffc05e0000, 0xc000, "[virtio_ring]"},
               {0xffffffffc05f2000, 0x5000, "/lib/modules/6.1.0-56-amd64/kernel/drivers/virtio/virtio.ko"},
               {0xffffffffc0648000, 0x5d000, "[nvme_core]"}};

static uint64_t mix(uint64_t x) {
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}
static uint64_t draw(struct world *w) {
    return w->state += UINT64_C(0x9e3779b97f4a7c15), mix(w->state);
}
static uint64_t below(struct world *w, uint64_t bound) {
    return (draw(w) >> 11) % bound;
}

static struct pd_stamp stamp(const struct world *w, int32_t pid, int32_t tid) {
    return (struct pd_stamp){.cpu = (unsigned)(mix((uint64_t)(uint32_t)pid) % w->pd->options.cpus),
                             .pid = pid,
                             .tid = tid,
                             .time = w->now};
}

static void tell_map(struct world *w, const struct slot *slot, const struct pd_mapping *map) {
    struct pd_stamp at = stamp(w, slot->pid, slot->pid);

    (slot->old_records ? pd_mmap : pd_mmap2)(w->pd, &at, map);
}

/* ---- mappings ---- */

static void plan_maps(struct world *w, struct slot *s) {
    static const char *const apps[] = {"/opt/hitm/bin/app0", "/opt/hitm/bin/app1", "/opt/hitm/sbin/hitmd"};
    uint64_t slide = below(w, 1 << 16) << 12;
    struct pd_mapping *m = s->map;

    memset(m, 0, sizeof s->map);
    m[K_TEXT] = (struct pd_mapping){0x400000, 0x184000, 0, 105 + s->app, 8, 1, 5, 2, apps[s->app]};
    m[K_DATA] = (struct pd_mapping){0x600000, 0x20000, 0x1bb000, 105 + s->app, 8, 1, 3, 2, apps[s->app]};
    m[K_BSS] = (struct pd_mapping){0x620000, 0x40000, 0, 0, 0, 0, 3, 2, "//anon"};
    m[K_HEAP] = (struct pd_mapping){0x1000000 + slide, 0x400000, 0, 0, 0, 0, 3, 2, "[heap]"};
    m[K_ARENA] = (struct pd_mapping){
        0x7f1000000000 + slide, 0x4000000, 0, 0, 0, 0, 3, 2, slide & 4096 ? "//anon" : "[anon:pool]"};
    m[K_LIB] = (struct pd_mapping){0x7f5000028000 + slide,   0x178000, 0x28000, 9001, 8, 1, 5, 2,
                                   "/opt/hitm/lib/libc.so.6"};
    m[K_LIBDATA] = (struct pd_mapping){0x7f5000200000 + slide,   0x6000, 0x1ce000, 9001, 8, 1, 3, 2,
                                       "/opt/hitm/lib/libc.so.6"};
    m[K_DBFILE] =
        (struct pd_mapping){0x7f6000000000 + slide,  0x800000, 0x10000, 777, 259, 3, 3, slide & 8192 ? 1 : 2,
                            "/var/lib/hitm/table.db"};
    m[K_JIT] = (struct pd_mapping){0x7f7000000000 + slide, 0x40000, 0, 0, 0, 0, 7, 2, "//anon"};
    m[K_STACK] = (struct pd_mapping){0x7ffd00000000 + slide, 0x21000, 0, 0, 0, 0, 3, 2, "[stack]"};
    m[K_VDSO] = (struct pd_mapping){0x7ffe80000000 + slide, 0x2000, 0, 0, 0, 0, 5, 2, "[vdso]"};
    if (!w->options->shm)
        return;
    m[K_SHMFILE] = (struct pd_mapping){0x7f8000000000 + slide, 0x100000, 0, 31, 0, 26, 3, 1, "/dev/shm/ring"};
    if (slide & 16384) { /* the same file through a window that starts further in */
        m[K_SHMFILE].pgoff = 0x40000;
        m[K_SHMFILE].bytes = 0xc0000;
    }
    m[K_ZERO] = (struct pd_mapping){0x7f9000000000 + slide, 0x100000, 0, 2049 + s->app, 0, 1, 3, 1,
                                    "/dev/zero (deleted)"};
    m[K_MEMFD] =
        (struct pd_mapping){0x7fa000000000 + slide, 0x100000, 0, 3073, 0, 1, 3, 1, "/memfd:arena (deleted)"};
    m[K_SYSV] = (struct pd_mapping){0x7fb000000000 + slide,   0x100000, 0, 32769, 0, 1, 3, 1,
                                    "/SYSV00002a17 (deleted)"};
    m[K_HUGE] = (struct pd_mapping){0x7fc000000000 + (slide << 9),
                                    0x400000,
                                    0,
                                    4097 + s->app,
                                    0,
                                    15,
                                    3,
                                    0x40001,
                                    slide & 32768 ? "/anon_hugepage (deleted)" : "/dev/hugepages/pool"};
}

static void tell_maps(struct world *w, const struct slot *s) {
    for (unsigned k = 0; k < K_COUNT; k++)
        if (s->map[k].bytes)
            tell_map(w, s, &s->map[k]);
}

static void start_threads(struct world *w, const struct slot *s) {
    for (unsigned i = 1; i < s->threads; i++) {
        struct pd_stamp at = stamp(w, s->pid, s->pid + (int32_t)i);

        pd_fork(w->pd, &at, s->pid, s->pid);
        if (i & 1)
            pd_comm(w->pd, &at, "worker", false);
    }
}

static void new_process(struct world *w, unsigned index) {
    struct slot *s = &w->slot[index];
    struct pd_stamp at;

    s->pid = w->next_pid;
    w->next_pid += 8;
    s->app = index % 3;
    s->threads = 1 + (unsigned)below(w, THREADS);
    s->old_records = below(w, 100) < w->options->old_maps_percent;
    plan_maps(w, s);
    at = stamp(w, s->pid, s->pid);
    pd_fork(w->pd, &at, 1, 1);
    pd_comm(w->pd, &at, "app", false);
    tell_maps(w, s);
    start_threads(w, s);
}

/* A slot's process ends; another process forks a child into it, which may exec. */
static void replace_process(struct world *w) {
    struct slot *s = &w->slot[below(w, w->options->pids)], *parent = &w->slot[below(w, w->options->pids)];
    struct pd_stamp at = stamp(w, s->pid, s->pid);

    if (s == parent)
        return;
    for (unsigned i = s->threads; i-- > 0;) {
        at.tid = s->pid + (int32_t)i;
        pd_exit(w->pd, &at, s->pid, s->pid);
    }
    *s = *parent;
    if (below(w, 4)) { /* else the number of the dead process is used again */
        s->pid = w->next_pid;
        w->next_pid += 8;
    } else {
        s->pid = at.pid;
    }
    at.pid = at.tid = s->pid;
    pd_fork(w->pd, &at, parent->pid, parent->pid);
    if (below(w, 2)) {
        s->app = (unsigned)below(w, 3);
        pd_comm(w->pd, &at, "child", true);
        plan_maps(w, s);
        tell_maps(w, s);
    }
    start_threads(w, s);
}

/* Part of the arena gets another mapping: a hole for a file, or anonymous memory again. */
static void remap(struct world *w) {
    struct slot *s = &w->slot[below(w, w->options->pids)];
    struct pd_mapping map = s->map[K_ARENA], whole = map;
    uint64_t hot = 0x20000 >> 12, pages = whole.bytes >> 12,
             first = below(w, 4) ? below(w, hot) : below(w, pages), count = 1 + below(w, 16);

    map.start += first << 12;
    map.bytes = count << 12; /* may end beyond the arena */
    if (below(w, 2)) {
        map.name = "/var/lib/hitm/table.db";
        map.inode = 777;
        map.major = 259;
        map.minor = 3;
        map.pgoff = below(w, 16) << 12;
        map.flags = 1;
    }
    tell_map(w, s, &map);
    if (below(w, 8) == 0)
        tell_map(w, s, &whole); /* and all of it at once again */
}

static void side_band(struct world *w) {
    struct slot *s = &w->slot[below(w, w->options->pids)];
    struct pd_stamp at = stamp(w, s->pid, s->pid);

    switch (below(w, 8)) {
    case 0:
    case 1:
    case 2:
        remap(w);
        break;
    case 3:
    case 4:
        if (w->options->forks)
            replace_process(w);
        break;
    case 5:
        pd_throttle(w->pd, &at, true);
        break;
    case 6:
        pd_throttle(w->pd, &at, false);
        break;
    default:
        pd_comm(w->pd, &at, "renamed", false);
        break;
    }
}

/* ---- samples ---- */

static void plan_lines(struct world *w) {
    const struct random_options *o = w->options;

    for (unsigned i = 0; i < o->lines; i++) {
        struct line *line = &w->line[i];
        uint64_t pick = below(w, 100);

        if (w->pd->options.kernel && pick < 20)
            line->kind = K_KERNEL_DATA + (unsigned)below(w, 5);
        else if (o->shm && pick < 60)
            line->kind = K_SHMFILE + (unsigned)below(w, K_COUNT - K_SHMFILE);
        else
            line->kind = (unsigned)below(w, K_PRIVATE_END);
        if (line->kind == K_MODULE && !o->modules)
            line->kind = K_DIRECT;
        line->owner = (unsigned)below(w, o->pids);
        line->offset = below(w, line->kind == K_LIBDATA ? 0x6000
                                : line->kind == K_VDSO  ? 0x2000
                                                        : 0x20000) &
                       ~UINT64_C(63);
        line->codes = 1 + (unsigned)below(w, 5);
    }
}

static uint64_t kernel_address(const struct line *line) {
    switch (line->kind) {
    case K_KERNEL_DATA:
        return PD_KERNEL_TEXT + 0x1400000 + line->offset;
    case K_DIRECT:
        return UINT64_C(0xffff888123400000) + line->offset;
    case K_VMALLOC:
        return UINT64_C(0xffffc90000120000) + line->offset;
    case K_FIXMAP:
        return UINT64_C(0xffffffffff400000) + line->offset;
    default:
        return modules[line->offset >> 6 & 1 ? 2 : 0].start + (line->offset & 0x3fff);
    }
}

/* The virtual address of the line in this process; shared files by their offset in the file. */
static uint64_t user_address(const struct slot *s, const struct line *line) {
    const struct pd_mapping *map = &s->map[line->kind];
    uint64_t pgoff = line->kind == K_SHMFILE ? map->pgoff : 0;

    return map->start + (line->offset >= pgoff ? line->offset - pgoff : line->offset);
}

static uint64_t user_code(struct world *w, const struct slot *s, unsigned line, unsigned code) {
    uint64_t h = mix((uint64_t)line << 8 | code);
    static const enum kind where[16] = {
        K_LIB, K_LIB, K_JIT}; /* not K_VDSO: perf names its code after the vdso of its own machine */
    const struct pd_mapping *map = &s->map[where[h >> 60]];

    if (below(w, 512) == 0)
        return UINT64_C(0x123400000000) + (h & 0xfff); /* code in no mapping */
    return map->start + h % (map->bytes - 16);
}

static uint64_t kernel_code(const struct world *w, unsigned line, unsigned code) {
    uint64_t h = mix((uint64_t)line << 8 | code);

    if (w->options->modules && h >> 62 == 0)
        return modules[h >> 32 & 1].start + h % 0x5000;
    return PD_KERNEL_TEXT + h % 0xe00000;
}

static void choose_mode(struct world *w, struct pd_sample *s) {
    static const uint16_t odd[] = {PERF_RECORD_MISC_CPUMODE_UNKNOWN, PERF_RECORD_MISC_HYPERVISOR,
                                   PERF_RECORD_MISC_GUEST_USER, PERF_RECORD_MISC_GUEST_KERNEL};

    s->misc = PERF_RECORD_MISC_USER;
    if (below(w, 500) == 0)
        s->misc = odd[below(w, COUNT(odd))];
    if (below(w, 1000) == 0)
        s->pid = s->tid = -1;
}

static void one_sample(struct world *w) {
    const struct random_options *o = w->options;
    uint64_t r = draw(w), span = o->lines, kind = below(w, 1000);
    unsigned index, code;
    struct pd_sample s = {.time = w->now, .period = 1 + (r & 0xffff)};
    const struct slot *slot;
    const struct line *line;

    for (r >>= 16; (r & 1) && span > 4; r >>= 1) /* some lines are much hotter than others */
        span = span / 3 + 1;
    index = (unsigned)below(w, span);
    line = &w->line[index];
    code = (unsigned)below(w, line->codes);
    slot = &w->slot[line->kind >= K_PRIVATE_END && line->kind < K_COUNT ? below(w, o->pids)
                    : below(w, 16)                                      ? line->owner
                                                                        : below(w, o->pids)];
    s.pid = slot->pid;
    s.tid = slot->pid + (int32_t)below(w, slot->threads);
    s.cpu = (unsigned)(below(w, 16) ? mix((uint64_t)(uint32_t)s.tid) % w->pd->options.cpus
                                    : below(w, w->pd->options.cpus));
    choose_mode(w, &s);
    if (line->kind > K_COUNT) {
        s.misc = PERF_RECORD_MISC_KERNEL;
        s.ip = kernel_code(w, index, code);
        s.addr = kernel_address(line);
        if (below(w, 8) == 0)
            s.pid = s.tid = 0; /* the idle task */
    } else {
        s.ip = user_code(w, slot, index, code);
        s.addr = user_address(slot, line);
        if (w->pd->options.kernel && below(w, 32) == 0) { /* the kernel copies to or from user memory */
            s.misc = PERF_RECORD_MISC_KERNEL;
            s.ip = kernel_code(w, index, code);
        }
    }
    s.addr += mix(code * 7 + index) % 16 * 4;
    if (w->pd->options.phys)
        s.phys = below(w, 64) == 0 ? 0
                                   : mix((s.addr >> 12) + (below(w, 256) == 0)) %
                                             (PD_NODE_BYTES * w->pd->options.nodes / 4096) * 4096 +
                                         (s.addr & 4095);
    if (below(w, 100) < o->unmapped_percent)
        s.addr = below(w, 3) ? UINT64_C(0x550000000000) + below(w, 1 << 20) * 8 : 0;
    s.misc |= PERF_RECORD_MISC_EXACT_IP;
    s.event = kind < 400 ? PD_STORES : PD_LOADS;
    s.data_src = kind < 400   ? stores[below(w, COUNT(stores))]
                 : kind < 990 ? loads[below(w, COUNT(loads))]
                              : others[below(w, COUNT(others))];
    s.weight = kind < 400 ? 0 : 3 + (uint32_t)below(w, 1 << (4 + below(w, 8)));
    s.weight2 = (uint16_t)(s.weight / 3);
    s.weight3 = (uint16_t)below(w, 40);
    if (o->late && below(w, o->samples) < o->late && s.time > 40000000)
        s.time -= 30000000;
    pd_sample(w->pd, &s);
}

/* ---- time ---- */

enum { ROUND_NS = 2000000 };

/* Writes every ring whose read time has come; CPU c is read c shares of a quarter round after CPU 0. */
static void advance(struct world *w, unsigned *next) {
    unsigned cpus = w->pd->options.cpus;

    while (w->now >= w->read_at[0] + (uint64_t)*next * (ROUND_NS / 4) / cpus) {
        pd_flush_ring(w->pd, *next);
        if (++*next == cpus) {
            pd_finished_round(w->pd);
            *next = 0;
            w->read_at[0] += ROUND_NS / 2 + below(w, ROUND_NS);
        }
    }
}

static void begin(struct world *w) {
    struct pd_stamp at = {.pid = -1, .tid = -1};

    if (w->pd->options.kernel) {
        struct pd_mapping kernel = {PD_KERNEL_TEXT,          PD_KERNEL_BYTES, PD_KERNEL_TEXT, 0, 0, 0, 4, 0,
                                    "[kernel.kallsyms]_text"};

        pd_mmap(w->pd, &at, &kernel);
        for (unsigned i = 0; w->options->modules && i < COUNT(modules); i++) {
            struct pd_mapping module = {modules[i].start, modules[i].bytes, 0, 0, 0, 0, 4, 0,
                                        modules[i].name};

            pd_mmap(w->pd, &at, &module);
        }
    }
    pd_flush_ring(w->pd, 0);
    for (unsigned i = 0; i < w->options->pids; i++) {
        new_process(w, i);
        for (unsigned cpu = 0; cpu < w->pd->options.cpus; cpu++)
            pd_flush_ring(w->pd, cpu);
    }
    pd_finished_init(w->pd);
    w->now = UINT64_C(1000000000);
    w->read_at[0] = w->now + ROUND_NS;
}

void random_file(struct pd *pd, const struct random_options *o) {
    struct world w = {.pd = pd, .options = o, .state = mix(o->seed), .next_pid = 1000};
    uint64_t gap = 2 * ROUND_NS / (100 * (uint64_t)pd->options.cpus),
             every = o->lost ? o->samples / o->lost + 1 : 0;
    unsigned next = 0;

    w.slot = calloc(o->pids, sizeof *w.slot);
    w.line = calloc(o->lines, sizeof *w.line);
    if (!w.slot || !w.line)
        die("out of memory");
    begin(&w);
    plan_lines(&w);
    for (uint64_t i = 0; i < o->samples; i++) {
        w.now += below(&w, 64) ? below(&w, gap) : 0; /* some share one timestamp */
        advance(&w, &next);
        if (below(&w, 400) == 0)
            side_band(&w);
        if (every && i % every == every / 2) {
            struct pd_stamp at = stamp(&w, w.slot[0].pid, w.slot[0].pid);

            pd_lost(pd, &at, 1 + below(&w, 50));
            pd_lost_samples(pd, &at, 1 + below(&w, 50));
        }
        one_sample(&w);
    }
    for (unsigned cpu = 0; cpu < pd->options.cpus; cpu++)
        pd_flush_ring(pd, cpu);
    pd_finished_round(pd);
    free(w.slot);
    free(w.line);
}
