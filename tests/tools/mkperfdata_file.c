/* mkperfdata_file.c: the perf.data container: header, attributes, records (see mkperfdata.c). */
#include "mkperfdata.h"

#include <stdlib.h>
#include <string.h>

/* Record types that perf defines in user space (tools/lib/perf/include/perf/event.h). */
enum { R_FINISHED_ROUND = 68, R_ID_INDEX = 69, R_FINISHED_INIT = 82 };

struct file_header {
    char magic[8];
    uint64_t size, attr_size;
    uint64_t attrs_offset, attrs_bytes, data_offset, data_bytes, types_offset, types_bytes;
    uint64_t features[4];
};

void pd_put(struct pd *pd, const void *bytes, size_t length) {
    if (length && fwrite(bytes, 1, length, pd->file) != length)
        die("write failed");
}
void pd_put32(struct pd *pd, uint32_t value) {
    pd_put(pd, &value, sizeof value);
}
void pd_put64(struct pd *pd, uint64_t value) {
    pd_put(pd, &value, sizeof value);
}

uint64_t pd_event_id(const struct pd *pd, unsigned event, unsigned cpu) {
    return 11 + (uint64_t)event * pd->options.cpus + cpu;
}

static void plan_events(struct pd *pd) {
    const struct pd_options *o = &pd->options;
    unsigned memory = o->two_events ? 2 : 1, i;
    uint64_t type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR | PERF_SAMPLE_CPU |
                    PERF_SAMPLE_DATA_SRC | (o->phys ? PERF_SAMPLE_PHYS_ADDR : 0) |
                    (o->callchain ? PERF_SAMPLE_CALLCHAIN : 0) |
                    (o->weight_struct ? PERF_SAMPLE_WEIGHT_STRUCT : PERF_SAMPLE_WEIGHT);

    if (o->identifier)
        type |= PERF_SAMPLE_IDENTIFIER;
    else if (o->two_events)
        type |= PERF_SAMPLE_ID;
    pd->event_count = memory + (o->identifier ? 1 : 0);
    for (i = 0; i < pd->event_count; i++) {
        struct perf_event_attr *attr = &pd->attr[i];
        bool dummy = i == memory;

        memset(attr, 0, sizeof *attr);
        attr->size = 128;
        attr->sample_type = type | (dummy ? 0 : PERF_SAMPLE_PERIOD);
        attr->read_format = o->identifier || o->two_events ? PERF_FORMAT_ID : 0;
        attr->inherit = 1;
        attr->sample_id_all = 1;
        if (!dummy) {
            attr->disabled = 1;
            attr->freq = 1;
            attr->sample_freq = 4000;
            attr->precise_ip = o->two_events ? 3 : 0;
            attr->exclude_guest = 1;
            attr->type = o->two_events ? 4 : 9;
            attr->config = o->two_events ? (i ? 0x82d0 : 0x1cd) : 0;
            attr->config1 = o->two_events && !i ? 30 : 0;
            pd->event_name[i] = !o->two_events ? "ibs_op//"
                                : i            ? "cpu/mem-stores/P"
                                               : "cpu/mem-loads,ldlat=30/P";
        } else {
            attr->type = PERF_TYPE_SOFTWARE;
            attr->config = PERF_COUNT_SW_DUMMY;
            attr->sample_period = 1;
            pd->event_name[i] = "dummy:HG";
        }
        if (dummy || (!o->identifier && i == 0)) {
            attr->mmap = attr->comm = attr->task = attr->mmap_data = attr->mmap2 = attr->comm_exec = 1;
        }
    }
}

static void put_header(struct pd *pd, bool features) {
    struct file_header h = {
        .magic = {'P', 'E', 'R', 'F', 'I', 'L', 'E', '2'}, .size = sizeof h, .attr_size = 128 + 16};
    uint64_t ids = (uint64_t)pd->event_count * pd->options.cpus * 8;

    h.attrs_offset = sizeof h + ids;
    h.attrs_bytes = pd->event_count * h.attr_size;
    h.data_offset = h.attrs_offset + h.attrs_bytes;
    h.data_bytes = pd->data_bytes;
    pd->data_offset = h.data_offset;
    if (features)
        h.features[0] = pd_feature_bits();
    pd_put(pd, &h, sizeof h);
    for (unsigned event = 0; event < pd->event_count; event++)
        for (unsigned cpu = 0; cpu < pd->options.cpus; cpu++)
            pd_put64(pd, pd_event_id(pd, event, cpu));
    for (unsigned event = 0; event < pd->event_count; event++) {
        pd_put(pd, &pd->attr[event], 128);
        pd_put64(pd, sizeof h + (uint64_t)event * pd->options.cpus * 8);
        pd_put64(pd, (uint64_t)pd->options.cpus * 8);
    }
}

/* ---- records ---- */

static unsigned char *reserve(struct pd_buffer *ring, size_t bytes) {
    unsigned char *at;

    if (ring->length + bytes > ring->capacity) {
        ring->capacity = (ring->capacity + bytes) * 2 + 4096;
        ring->bytes = realloc(ring->bytes, ring->capacity);
        if (!ring->bytes)
            die("out of memory");
    }
    at = ring->bytes + ring->length;
    ring->length += bytes;
    return at;
}

void pd_sample(struct pd *pd, const struct pd_sample *s) {
    const struct pd_options *o = &pd->options;
    unsigned event = pd->options.two_events ? s->event : 0;
    uint64_t word[16 + 129], type = pd->attr[event].sample_type;
    size_t n = 1;

    if (type & PERF_SAMPLE_IDENTIFIER)
        word[n++] = pd_event_id(pd, event, s->cpu);
    word[n++] = s->ip;
    word[n++] = (uint32_t)s->pid | (uint64_t)(uint32_t)s->tid << 32;
    word[n++] = s->time;
    word[n++] = s->addr;
    if (type & PERF_SAMPLE_ID)
        word[n++] = pd_event_id(pd, event, s->cpu);
    word[n++] = s->cpu;
    word[n++] = s->period;
    if (o->callchain) {
        word[n++] = o->callchain + 1;
        word[n++] = (s->misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL ? PERF_CONTEXT_KERNEL
                                                                                         : PERF_CONTEXT_USER;
        for (unsigned i = 0; i < o->callchain; i++)
            word[n++] = s->ip + i * 64;
    }
    word[n++] =
        o->weight_struct ? s->weight | (uint64_t)s->weight2 << 32 | (uint64_t)s->weight3 << 48 : s->weight;
    word[n++] = s->data_src;
    if (o->phys)
        word[n++] = s->phys;
    word[0] = PERF_RECORD_SAMPLE | (uint64_t)s->misc << 32 | (uint64_t)(n * 8) << 48;
    memcpy(reserve(&pd->ring[s->cpu], n * 8), word, n * 8);
    if (!pd->samples || s->time < pd->first_time)
        pd->first_time = s->time;
    if (s->time > pd->last_time)
        pd->last_time = s->time;
    pd->samples++;
}

/* A side-band record: body, an optional name padded to 8 bytes, and the sample_id trailer of the event that
 * carries it. */
static void side_band(struct pd *pd, const struct pd_stamp *at, uint32_t kind, uint16_t misc,
                      const void *body, size_t bytes, const char *name) {
    unsigned event = pd->event_count - 1 < 1 || !pd->options.identifier ? 0 : pd->event_count - 1;
    uint64_t type = pd->attr[event].sample_type;
    uint64_t trailer[6];
    size_t named = name ? (strlen(name) + 1 + 7) & ~(size_t)7 : 0, n = 0, total;
    struct perf_event_header header;
    unsigned char *out;

    trailer[n++] = (uint32_t)at->pid | (uint64_t)(uint32_t)at->tid << 32;
    trailer[n++] = at->time;
    if (type & PERF_SAMPLE_ID)
        trailer[n++] = pd_event_id(pd, event, at->cpu);
    trailer[n++] = at->cpu;
    if (type & PERF_SAMPLE_IDENTIFIER)
        trailer[n++] = pd_event_id(pd, event, at->cpu);
    total = sizeof header + bytes + named + n * 8;
    header = (struct perf_event_header){.type = kind, .misc = misc, .size = (uint16_t)total};
    out = reserve(&pd->ring[at->cpu], total);
    memset(out, 0, total);
    memcpy(out, &header, sizeof header);
    memcpy(out + sizeof header, body, bytes);
    if (name)
        memcpy(out + sizeof header + bytes, name, strlen(name));
    memcpy(out + sizeof header + bytes + named, trailer, n * 8);
}

static uint16_t map_misc(const struct pd_stamp *at, const struct pd_mapping *map) {
    return at->pid == -1 ? PERF_RECORD_MISC_KERNEL
                         : PERF_RECORD_MISC_USER | (map->prot & 4 ? 0 : PERF_RECORD_MISC_MMAP_DATA);
}

void pd_mmap(struct pd *pd, const struct pd_stamp *at, const struct pd_mapping *map) {
    struct {
        uint32_t pid, tid;
        uint64_t start, bytes, pgoff;
    } body = {(uint32_t)at->pid, at->pid == -1 ? 0 : (uint32_t)at->tid, map->start, map->bytes, map->pgoff};

    side_band(pd, at, PERF_RECORD_MMAP, map_misc(at, map), &body, sizeof body, map->name);
}

void pd_mmap2(struct pd *pd, const struct pd_stamp *at, const struct pd_mapping *map) {
    struct {
        uint32_t pid, tid;
        uint64_t start, bytes, pgoff;
        uint32_t major, minor;
        uint64_t inode, generation;
        uint32_t prot, flags;
    } body = {(uint32_t)at->pid, (uint32_t)at->tid, map->start, map->bytes, map->pgoff, map->major,
              map->minor,        map->inode,        0,          map->prot,  map->flags};

    side_band(pd, at, PERF_RECORD_MMAP2, map_misc(at, map), &body, sizeof body, map->name);
}

void pd_comm(struct pd *pd, const struct pd_stamp *at, const char *name, bool exec) {
    uint32_t body[2] = {(uint32_t)at->pid, (uint32_t)at->tid};

    side_band(pd, at, PERF_RECORD_COMM, exec ? PERF_RECORD_MISC_COMM_EXEC : 0, body, sizeof body, name);
}

static void task(struct pd *pd, const struct pd_stamp *at, uint32_t kind, int32_t ppid, int32_t ptid) {
    struct {
        uint32_t pid, ppid, tid, ptid;
        uint64_t time;
    } body = {(uint32_t)at->pid, (uint32_t)ppid, (uint32_t)at->tid, (uint32_t)ptid, at->time};

    side_band(pd, at, kind, 0, &body, sizeof body, NULL);
}
void pd_fork(struct pd *pd, const struct pd_stamp *at, int32_t ppid, int32_t ptid) {
    task(pd, at, PERF_RECORD_FORK, ppid, ptid);
}
void pd_exit(struct pd *pd, const struct pd_stamp *at, int32_t ppid, int32_t ptid) {
    task(pd, at, PERF_RECORD_EXIT, ppid, ptid);
}

void pd_lost(struct pd *pd, const struct pd_stamp *at, uint64_t count) {
    uint64_t body[2] = {pd_event_id(pd, 0, at->cpu), count};

    side_band(pd, at, PERF_RECORD_LOST, 0, body, sizeof body, NULL);
}

void pd_lost_samples(struct pd *pd, const struct pd_stamp *at, uint64_t count) {
    side_band(pd, at, PERF_RECORD_LOST_SAMPLES, 0, &count, sizeof count, NULL);
}

void pd_throttle(struct pd *pd, const struct pd_stamp *at, bool on) {
    uint64_t body[3] = {at->time, pd_event_id(pd, 0, at->cpu), pd_event_id(pd, 0, at->cpu)};

    side_band(pd, at, on ? PERF_RECORD_THROTTLE : PERF_RECORD_UNTHROTTLE, 0, body, sizeof body, NULL);
}

void pd_flush_ring(struct pd *pd, unsigned cpu) {
    struct pd_buffer *ring = &pd->ring[cpu];

    pd_put(pd, ring->bytes, ring->length);
    pd->data_bytes += ring->length;
    ring->length = 0;
}

static void bare(struct pd *pd, uint32_t kind) {
    struct perf_event_header header = {.type = kind, .size = sizeof header};

    pd_put(pd, &header, sizeof header);
    pd->data_bytes += sizeof header;
}
void pd_finished_init(struct pd *pd) {
    bare(pd, R_FINISHED_INIT);
}
void pd_finished_round(struct pd *pd) {
    bare(pd, R_FINISHED_ROUND);
}

static void id_index(struct pd *pd) {
    uint64_t count = (uint64_t)pd->event_count * pd->options.cpus, bytes = 16 + count * 32;
    struct perf_event_header header = {.type = R_ID_INDEX, .size = (uint16_t)bytes};

    if (bytes > 65535)
        return;
    pd_put(pd, &header, sizeof header);
    pd_put64(pd, count);
    for (uint64_t i = 0; i < count; i++) {
        pd_put64(pd, 11 + i);
        pd_put64(pd, i % pd->options.cpus);
        pd_put64(pd, i % pd->options.cpus);
        pd_put64(pd, UINT64_MAX);
    }
    pd->data_bytes += bytes;
}

void pd_open(struct pd *pd, const char *path, const struct pd_options *options, int argc, char **argv) {
    memset(pd, 0, sizeof *pd);
    pd->options = *options;
    pd->argc = argc;
    pd->argv = argv;
    pd->file = fopen(path, "wb");
    if (!pd->file)
        die("cannot create %s", path);
    setvbuf(pd->file, NULL, _IOFBF, 1 << 20);
    pd->ring = calloc(options->cpus, sizeof *pd->ring);
    if (!pd->ring)
        die("out of memory");
    plan_events(pd);
    put_header(pd, false);
    if (options->identifier || options->two_events)
        id_index(pd);
}

void pd_close(struct pd *pd) {
    pd_put_features(pd);
    if (fseeko(pd->file, 0, SEEK_SET))
        die("seek failed");
    put_header(pd, true);
    if (fclose(pd->file))
        die("write failed");
    for (unsigned cpu = 0; cpu < pd->options.cpus; cpu++)
        free(pd->ring[cpu].bytes);
    free(pd->ring);
}
