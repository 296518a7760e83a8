#include "analyze/import/perf_sample.h"

#include <string.h>

#include "analyze/import/perf_format.h"

/* Reads forward, and once past the end stays there with `bad` set: callers check at the end of a group. */
struct cursor {
    const uint8_t *at, *end;
    int bad, swap;
};

static uint64_t take(struct cursor *c) {
    if (c->bad || c->end - c->at < 8) {
        c->bad = 1;
        return 0;
    }
    uint64_t value = ht_file_u64(c->at, c->swap);
    c->at += 8;
    return value;
}

static void skip(struct cursor *c, uint64_t count, uint64_t each) {
    if (c->bad || count > (uint64_t)(c->end - c->at) / each) {
        c->bad = 1;
        return;
    }
    c->at += count * each;
}

/* { value | nr } { enabled } { running } then for each {value} id lost. perf forces ID on sampled groups. */
static void skip_read(struct cursor *c, uint64_t format) {
    uint64_t each = 1 + !!(format & HT_PF_ID) + !!(format & HT_PF_LOST);
    uint64_t times = !!(format & HT_PF_ENABLED) + !!(format & HT_PF_RUNNING);
    if (format & HT_PF_GROUP) {
        uint64_t count = take(c);
        skip(c, times, 8);
        skip(c, count, each * 8);
    } else {
        skip(c, each + times, 8);
    }
}

static void take_raw(struct cursor *c, struct ht_perf_sample *sample) {
    if (c->bad || c->end - c->at < 4) {
        c->bad = 1;
        return;
    }
    uint32_t bytes = ht_file_u32(c->at, c->swap);
    c->at += 4;
    if (bytes > (uint64_t)(c->end - c->at)) {
        c->bad = 1;
        return;
    }
    sample->raw = c->at;
    sample->raw_bytes = bytes;
    c->at += bytes;
}

static void take_chain(struct cursor *c, struct ht_perf_sample *sample) {
    uint64_t entries = take(c);
    sample->chain = c->at;
    skip(c, entries, 8);
    sample->chain_entries = c->bad ? 0 : (uint32_t)entries;
}

static void skip_branches(struct cursor *c, uint64_t branch_type) {
    uint64_t count = take(c);
    if (branch_type & HT_PB_HW_INDEX)
        skip(c, 1, 8);
    skip(c, count, HT_PERF_BRANCH_BYTES);
    if (branch_type & HT_PB_COUNTERS)
        skip(c, count, 8);
}

static void skip_registers(struct cursor *c, uint64_t mask) {
    uint64_t abi = take(c);
    if (abi != 0)
        skip(c, (uint64_t)__builtin_popcountll(mask), 8);
}

static void skip_stack(struct cursor *c) {
    uint64_t bytes = take(c);
    skip(c, bytes, 1);
    if (bytes > 0)
        take(c); /* how much of it is valid */
}

/* The parts that not every capture has a place for, in the order in which they come between the fields that
 * it has. */
static void skip_part(struct cursor *c, const struct ht_perf_attr *attr, enum ht_sample_part part,
                      struct ht_perf_sample *sample) {
    const uint8_t *start = c->at;
    switch (part) {
    case HT_PART_READ:
        sample->read = start;
        skip_read(c, attr->read_format);
        break;
    case HT_PART_RAW:
        take_raw(c, sample);
        break;
    case HT_PART_BRANCH_STACK:
        skip_branches(c, attr->branch_type);
        break;
    case HT_PART_REGS_USER:
        skip_registers(c, attr->regs_user);
        break;
    case HT_PART_REGS_INTR:
        skip_registers(c, attr->regs_intr);
        break;
    case HT_PART_STACK_USER:
        skip_stack(c);
        break;
    case HT_PART_CALLCHAIN:
        take_chain(c, sample);
        break;
    case HT_PART_CGROUP:
        sample->cgroup = take(c);
        break;
    case HT_PART_AUX:
        skip(c, take(c), 1);
        break;
    default:
        take(c);
        break;
    }
    sample->part_bytes[part] = (uint32_t)(c->at - start);
}

uint64_t ht_perf_sample_values(const struct ht_perf_attr *attr, const struct ht_perf_sample *sample) {
    if (sample->read == NULL || !(attr->read_format & HT_PF_ID))
        return 0;
    return attr->read_format & HT_PF_GROUP ? ht_file_u64(sample->read, attr->swap) : 1;
}

struct ht_perf_value ht_perf_sample_value(const struct ht_perf_attr *attr,
                                          const struct ht_perf_sample *sample, uint64_t index) {
    uint64_t format = attr->read_format, each = 2 + !!(format & HT_PF_LOST);
    uint64_t times = !!(format & HT_PF_ENABLED) + !!(format & HT_PF_RUNNING);
    const uint8_t *value = sample->read, *id = value + (1 + times) * 8;
    if (format & HT_PF_GROUP) {
        value += (1 + times + index * each) * 8;
        id = value + 8;
    }
    return (struct ht_perf_value){.id = ht_file_u64(id, attr->swap), .value = ht_file_u64(value, attr->swap)};
}

struct part_bit {
    uint64_t bit;
    enum ht_sample_part part;
};

static void skip_parts(struct cursor *c, const struct ht_perf_attr *attr, const struct part_bit *parts,
                       size_t count, struct ht_perf_sample *sample) {
    for (size_t i = 0; i < count; i++)
        if (attr->sample_type & parts[i].bit)
            skip_part(c, attr, parts[i].part, sample);
}

static const struct part_bit before_weight[] = {
    {HT_PS_READ, HT_PART_READ},
    {HT_PS_CALLCHAIN, HT_PART_CALLCHAIN},
    {HT_PS_RAW, HT_PART_RAW},
    {HT_PS_BRANCH_STACK, HT_PART_BRANCH_STACK},
    {HT_PS_REGS_USER, HT_PART_REGS_USER},
    {HT_PS_STACK_USER, HT_PART_STACK_USER},
};
static const struct part_bit before_phys[] = {
    {HT_PS_TRANSACTION, HT_PART_TRANSACTION},
    {HT_PS_REGS_INTR, HT_PART_REGS_INTR},
};
static const struct part_bit behind_phys[] = {
    {HT_PS_CGROUP, HT_PART_CGROUP},
    {HT_PS_DATA_PAGE_SIZE, HT_PART_DATA_PAGE_SIZE},
    {HT_PS_CODE_PAGE_SIZE, HT_PART_CODE_PAGE_SIZE},
    {HT_PS_AUX, HT_PART_AUX},
};
#define COUNT(array) (sizeof array / sizeof array[0])

static void reset(const struct ht_perf_attr *attr, struct ht_perf_sample *sample) {
    memset(sample, 0, sizeof *sample);
    sample->pid = sample->tid = sample->cpu = -1;
    sample->data_src = HT_PERF_DATA_SRC_NONE;
    /* Without a period of its own a sample stands for the fixed one; a frequency is none: it stands for
     * itself. */
    sample->period = attr->flags & HT_PA_FREQ ? 1 : attr->period;
}

/* Two u32 in a word. */
static uint64_t take_pair(struct cursor *c) {
    uint64_t word = take(c);
    return c->swap ? word >> 32 | word << 32 : word;
}

static void take_task(struct cursor *c, struct ht_perf_sample *sample) {
    uint64_t word = take_pair(c);
    sample->pid = (int32_t)(uint32_t)word;
    sample->tid = (int32_t)(word >> 32);
}

static void take_fixed(struct cursor *c, uint64_t type, struct ht_perf_sample *sample) {
    if (type & HT_PS_IDENTIFIER)
        sample->id = take(c);
    if (type & HT_PS_IP)
        sample->ip = take(c);
    if (type & HT_PS_TID)
        take_task(c, sample);
    if (type & HT_PS_TIME)
        sample->time = take(c);
    if (type & HT_PS_ADDR)
        sample->address = take(c);
    if (type & HT_PS_ID)
        sample->id = take(c);
    if (type & HT_PS_STREAM_ID)
        take(c);
    if (type & HT_PS_CPU)
        sample->cpu = (int32_t)(uint32_t)take_pair(c);
    if (type & HT_PS_PERIOD)
        sample->period = take(c);
}

static void take_weight(struct cursor *c, uint64_t type, struct ht_perf_sample *sample) {
    uint64_t word = take(c);
    sample->weight = word;
    if (type & HT_PS_WEIGHT_STRUCT) {
        sample->weight = (uint32_t)word;
        sample->weight2 = word >> 32 & 0xffff;
        sample->weight3 = word >> 48;
    }
}

enum ht_status ht_perf_sample_parse(const struct ht_perf_attr *attr, const uint8_t *record, uint32_t bytes,
                                    struct ht_perf_sample *sample) {
    uint64_t type = attr->sample_type;
    struct cursor c = {record + HT_PERF_RECORD_HEADER, record + bytes, 0, attr->swap};
    reset(attr, sample);
    take_fixed(&c, type, sample);
    skip_parts(&c, attr, before_weight, COUNT(before_weight), sample);
    if (type & (HT_PS_WEIGHT | HT_PS_WEIGHT_STRUCT))
        take_weight(&c, type, sample);
    if (type & HT_PS_DATA_SRC)
        sample->data_src = take(&c);
    skip_parts(&c, attr, before_phys, COUNT(before_phys), sample);
    if (type & HT_PS_PHYS_ADDR)
        sample->phys = take(&c);
    /* The kernel has put new fields behind those that were there, but AUX data may stay the last. */
    skip_parts(&c, attr, behind_phys, COUNT(behind_phys) - attr->newer, sample);
    if (attr->newer && !c.bad)
        sample->part_bytes[HT_PART_NEWER] = (uint32_t)(c.end - c.at);
    return c.bad ? HT_DAMAGED : HT_OK;
}

enum ht_status ht_perf_trailer_parse(const struct ht_perf_attr *attr, const uint8_t *record, uint32_t bytes,
                                     struct ht_perf_sample *sample, uint32_t *body) {
    uint64_t type = attr->sample_type;
    reset(attr, sample);
    *body = bytes;
    if (attr->trailer_bytes == 0)
        return HT_OK;
    if (attr->trailer_bytes + HT_PERF_RECORD_HEADER > bytes)
        return HT_DAMAGED;
    *body = bytes - attr->trailer_bytes;
    struct cursor c = {record + *body, record + bytes, 0, attr->swap};
    if (type & HT_PS_TID)
        take_task(&c, sample);
    if (type & HT_PS_TIME)
        sample->time = take(&c);
    if (type & HT_PS_ID)
        sample->id = take(&c);
    if (type & HT_PS_STREAM_ID)
        take(&c);
    if (type & HT_PS_CPU)
        sample->cpu = (int32_t)(uint32_t)take_pair(&c);
    if (type & HT_PS_IDENTIFIER)
        sample->id = take(&c);
    return c.bad ? HT_DAMAGED : HT_OK;
}
