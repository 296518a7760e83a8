/* Sample records built by hand: each part alone, all at once, and each cut short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/import/perf_format.h"
#include "schema/endian.h"
#include "analyze/import/perf_sample.h"

struct builder {
    uint8_t bytes[4096];
    uint32_t length;
};

static void start(struct builder *b, uint32_t type, uint16_t misc) {
    memset(b, 0, sizeof *b);
    ht_put_u32(b->bytes, type);
    ht_put_u16(b->bytes + 4, misc);
    b->length = 8;
}

static void put64(struct builder *b, uint64_t value) {
    ht_put_u64(b->bytes + b->length, value);
    b->length += 8;
}

static void put32(struct builder *b, uint32_t value) {
    ht_put_u32(b->bytes + b->length, value);
    b->length += 4;
}

/* Parses a copy that ends where the record ends, so that a sanitizer sees every byte read beyond. */
static enum ht_status parse(const struct ht_perf_attr *attr, const struct builder *b, uint32_t length,
                            struct ht_perf_sample *sample) {
    uint8_t *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, b->bytes, length);
    enum ht_status status = ht_perf_sample_parse(attr, exact, length, sample);
    sample->raw = NULL;
    free(exact);
    return status;
}

static struct ht_perf_attr attr_of(uint64_t sample_type) {
    struct ht_perf_attr attr = {.sample_type = sample_type, .period = 4000};
    ht_perf_attr_derive(&attr);
    return attr;
}

/* What `perf c2c record` asks for. */
static void test_c2c_sample(void **state) {
    (void)state;
    struct ht_perf_attr attr =
        attr_of(HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ADDR | HT_PS_CPU | HT_PS_PERIOD | HT_PS_IDENTIFIER |
                HT_PS_DATA_SRC | HT_PS_PHYS_ADDR | HT_PS_WEIGHT_STRUCT);
    assert_int_equal(attr.sample_type, 17400207); /* as in two-node-false-sharing.perf.data */
    struct builder b;
    struct ht_perf_sample s;
    start(&b, HT_PERF_SAMPLE, HT_PERF_MISC_USER);
    put64(&b, 11);                                    /* id */
    put64(&b, 0x401000);                              /* ip */
    put32(&b, 131), put32(&b, 132);                   /* pid, tid */
    put64(&b, 3037613105);                            /* time */
    put64(&b, 0x7ffd00000010);                        /* address */
    put32(&b, 3), put32(&b, 0);                       /* cpu */
    put64(&b, 624992);                                /* period */
    put64(&b, 153ull | 0xadull << 32 | 0x7ull << 48); /* weight, in three parts */
    put64(&b, 0x1a29101042);                          /* data_src */
    put64(&b, 0x43afe590);                            /* physical address */
    assert_int_equal(b.length, 0x58);                 /* as perf's own records of this type */
    assert_int_equal(parse(&attr, &b, b.length, &s), HT_OK);
    assert_int_equal(s.id, 11);
    assert_int_equal(s.ip, 0x401000);
    assert_int_equal(s.pid, 131);
    assert_int_equal(s.tid, 132);
    assert_int_equal(s.time, 3037613105);
    assert_int_equal(s.address, 0x7ffd00000010);
    assert_int_equal(s.cpu, 3);
    assert_int_equal(s.period, 624992);
    assert_int_equal(s.weight, 153);
    assert_int_equal(s.weight2, 0xad);
    assert_int_equal(s.weight3, 7);
    assert_int_equal(s.data_src, 0x1a29101042);
    assert_int_equal(s.phys, 0x43afe590);
    assert_int_equal(ht_perf_attr_time(&attr, b.bytes, b.length), 3037613105);
    for (uint32_t cut = 8; cut < b.length; cut++)
        assert_int_equal(parse(&attr, &b, cut, &s), HT_DAMAGED);
}

/* Everything a sample may hold, in the kernel's order; what has no column is passed over and counted in
 * bytes. */
static void test_all_fields(void **state) {
    (void)state;
    struct ht_perf_attr attr = attr_of(HT_PS_KNOWN & ~HT_PS_WEIGHT_STRUCT);
    attr.read_format = HT_PF_GROUP | HT_PF_ENABLED | HT_PF_RUNNING | HT_PF_ID | HT_PF_LOST;
    attr.branch_type = HT_PB_HW_INDEX;
    attr.regs_user = 0x7;
    attr.regs_intr = 0x101;
    struct builder b;
    struct ht_perf_sample s;
    start(&b, HT_PERF_SAMPLE, HT_PERF_MISC_KERNEL);
    put64(&b, 21), put64(&b, 0xffffffff81000000);                  /* identifier, ip */
    put32(&b, UINT32_MAX), put32(&b, UINT32_MAX), put64(&b, 1000); /* pid, tid, time */
    put64(&b, 0xabc0), put64(&b, 21), put64(&b, 5);                /* address, id, stream */
    put32(&b, 7), put32(&b, 0), put64(&b, 9);                      /* cpu, period */
    put64(&b, 2), put64(&b, 1), put64(&b, 1);                      /* read: 2 values, enabled, running */
    for (int i = 0; i < 6; i++)
        put64(&b, 77);                                                    /* value, id, lost, twice */
    put64(&b, 3), put64(&b, 1), put64(&b, 2), put64(&b, 3);               /* callchain of 3 */
    put32(&b, 12), put32(&b, 1), put32(&b, 2), put32(&b, 3);              /* raw data of 12 bytes */
    put64(&b, 1), put64(&b, 0), put64(&b, 4), put64(&b, 5), put64(&b, 6); /* 1 branch with hardware index */
    put64(&b, 2), put64(&b, 1), put64(&b, 2), put64(&b, 3);               /* user registers */
    put64(&b, 16), put64(&b, 0), put64(&b, 0), put64(&b, 16);             /* user stack of 16 bytes */
    put64(&b, 0x1122334455667788);                                        /* weight, whole */
    put64(&b, 0x68100142);                                                /* data_src */
    put64(&b, 0xf);                                                       /* transaction */
    put64(&b, 0);                                                         /* registers: none */
    put64(&b, 0x1234000), put64(&b, 99), put64(&b, 4096), put64(&b, 2097152); /* phys, cgroup, page sizes */
    put64(&b, 8), put64(&b, 0);                                               /* AUX of 8 bytes */
    assert_int_equal(parse(&attr, &b, b.length, &s), HT_OK);
    assert_int_equal(s.pid, -1);
    assert_int_equal(s.cpu, 7);
    assert_int_equal(s.address, 0xabc0);
    assert_int_equal(s.period, 9);
    assert_int_equal(s.raw_bytes, 12);
    assert_int_equal(s.weight, 0x1122334455667788);
    assert_int_equal(s.weight2, 0);
    assert_int_equal(s.data_src, 0x68100142);
    assert_int_equal(s.phys, 0x1234000);
    static const uint32_t expected[HT_PART_COUNT] = {
        [HT_PART_READ] = 72,          [HT_PART_CALLCHAIN] = 32,     [HT_PART_RAW] = 16,
        [HT_PART_BRANCH_STACK] = 40,  [HT_PART_REGS_USER] = 32,     [HT_PART_STACK_USER] = 32,
        [HT_PART_TRANSACTION] = 8,    [HT_PART_REGS_INTR] = 8,      [HT_PART_CGROUP] = 8,
        [HT_PART_DATA_PAGE_SIZE] = 8, [HT_PART_CODE_PAGE_SIZE] = 8, [HT_PART_AUX] = 16};
    assert_memory_equal(s.part_bytes, expected, sizeof expected);
    for (uint32_t cut = 8; cut < b.length; cut++)
        assert_int_equal(parse(&attr, &b, cut, &s), HT_DAMAGED);
}

/* Each field alone: its bytes suffice, one byte less does not. */
static void test_single_fields(void **state) {
    (void)state;
    for (unsigned bit = 0; bit < 25; bit++) {
        struct ht_perf_attr attr = attr_of(1ull << bit);
        struct builder b;
        struct ht_perf_sample s;
        start(&b, HT_PERF_SAMPLE, 0);
        put64(&b, 0);
        /* A raw part of no bytes is 4 long; READ of one value without id or times, and the rest, 8. */
        uint32_t length = attr.sample_type == HT_PS_RAW ? 12 : 16;
        assert_int_equal(parse(&attr, &b, length, &s), HT_OK);
        assert_int_equal(parse(&attr, &b, length - 1, &s), HT_DAMAGED);
    }
}

/* Counts that would wrap when multiplied, or lie beyond the record. */
static void test_hostile_counts(void **state) {
    (void)state;
    static const uint64_t types[] = {HT_PS_CALLCHAIN, HT_PS_BRANCH_STACK, HT_PS_STACK_USER, HT_PS_AUX,
                                     HT_PS_RAW};
    static const uint64_t counts[] = {
        0x20, 0xffff, 0x7fffffff, 0x80000001, 0x1fffffffffffffff, 0x2000000000000001, UINT64_MAX};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            struct ht_perf_attr attr = attr_of(types[t]);
            struct builder b;
            struct ht_perf_sample s;
            start(&b, HT_PERF_SAMPLE, 0);
            put64(&b, types[t] == HT_PS_RAW ? counts[c] | 64 : counts[c]);
            put32(&b, 0);
            assert_int_equal(parse(&attr, &b, b.length, &s), HT_DAMAGED);
        }
    }
    struct ht_perf_attr attr = attr_of(HT_PS_READ);
    struct builder b;
    struct ht_perf_sample s;
    attr.read_format = HT_PF_GROUP | HT_PF_ID;
    start(&b, HT_PERF_SAMPLE, 0);
    put64(&b, 0x1000000000000001); /* times 16 wraps to 16 */
    put64(&b, 0), put64(&b, 0);
    assert_int_equal(parse(&attr, &b, b.length, &s), HT_DAMAGED);
}

static void test_defaults(void **state) {
    (void)state;
    struct ht_perf_attr attr = attr_of(0);
    struct builder b;
    struct ht_perf_sample s;
    start(&b, HT_PERF_SAMPLE, 0);
    assert_int_equal(parse(&attr, &b, b.length, &s), HT_OK);
    assert_int_equal(s.cpu, -1);
    assert_int_equal(s.pid, -1);
    assert_int_equal(s.period, 4000);
    assert_int_equal(s.data_src, HT_PERF_DATA_SRC_NONE);
    attr.flags = HT_PA_FREQ; /* 4000 is a frequency now */
    assert_int_equal(parse(&attr, &b, b.length, &s), HT_OK);
    assert_int_equal(s.period, 1);
}

static void test_trailer(void **state) {
    (void)state;
    struct ht_perf_attr attr = {.sample_type = HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_ADDR | HT_PS_ID |
                                               HT_PS_STREAM_ID | HT_PS_CPU | HT_PS_PERIOD | HT_PS_IDENTIFIER,
                                .flags = HT_PA_SAMPLE_ID_ALL};
    ht_perf_attr_derive(&attr);
    struct builder b;
    struct ht_perf_sample s;
    uint32_t body = 0;
    start(&b, HT_PERF_COMM, 0);
    put32(&b, 5), put32(&b, 6), put64(&b, 0x6362); /* pid, tid, "bc" */
    put32(&b, 5), put32(&b, 6), put64(&b, 123), put64(&b, 31), put64(&b, 8), put32(&b, 2), put32(&b, 0),
        put64(&b, 31);
    assert_int_equal(ht_perf_trailer_parse(&attr, b.bytes, b.length, &s, &body), HT_OK);
    assert_int_equal(body, 24);
    assert_int_equal(s.time, 123);
    assert_int_equal(s.cpu, 2);
    assert_int_equal(s.id, 31);
    assert_int_equal(s.tid, 6);
    assert_int_equal(ht_perf_attr_time(&attr, b.bytes, b.length), 123);
    assert_int_equal(ht_perf_trailer_parse(&attr, b.bytes, 8 + attr.trailer_bytes - 1, &s, &body),
                     HT_DAMAGED);
    attr.flags = 0;
    ht_perf_attr_derive(&attr);
    assert_int_equal(ht_perf_trailer_parse(&attr, b.bytes, b.length, &s, &body), HT_OK);
    assert_int_equal(body, b.length);
    assert_int_equal(s.time, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c2c_sample),    cmocka_unit_test(test_all_fields),
        cmocka_unit_test(test_single_fields), cmocka_unit_test(test_hostile_counts),
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_trailer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
