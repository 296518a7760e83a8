/* The ring walk and the record parser, with records built by hand: wrap, impossible sizes, short records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/ring.h"
#include "record/collect/sample.h"

#define RING 4096u

struct fixture {
    struct perf_event_mmap_page page;
    _Alignas(8) uint8_t data[RING];
    struct ht_ring ring;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    ht_ring_init(&f->ring, &f->page, f->data, RING);
    return f == NULL;
}

static int tear_down(void **state) {
    free(*state);
    return 0;
}

/* Appends a record as the kernel would, around the end. */
static void append(struct fixture *f, uint32_t type, const void *body, uint16_t bytes) {
    struct perf_event_header header = {type, 0, (uint16_t)(sizeof header + bytes)};
    uint8_t record[1024];
    memcpy(record, &header, sizeof header);
    memcpy(record + sizeof header, body, bytes);
    for (size_t i = 0; i < header.size; i++)
        f->data[(f->page.data_head + i) % RING] = record[i];
    f->page.data_head += header.size;
}

static void test_empty_ring_has_no_record(void **state) {
    struct fixture *f = *state;
    assert_int_equal(ht_ring_begin(&f->ring), 0);
    assert_null(ht_ring_next(&f->ring));
}

static void test_records_come_in_order_and_are_released(void **state) {
    struct fixture *f = *state;
    uint64_t body[2] = {1, 2};
    append(f, 3, body, 16);
    append(f, 4, body, 8);
    assert_int_equal(ht_ring_begin(&f->ring), 24 + 16);
    assert_int_equal(ht_ring_next(&f->ring)->type, 3);
    assert_int_equal(ht_ring_next(&f->ring)->type, 4);
    assert_null(ht_ring_next(&f->ring));
    assert_int_equal(f->page.data_tail, 0);
    ht_ring_release(&f->ring);
    assert_int_equal(f->page.data_tail, 40);
    assert_int_equal(f->ring.malformed, 0);
}

static void test_a_record_over_the_end_is_put_together(void **state) {
    struct fixture *f = *state;
    uint64_t body[6] = {11, 12, 13, 14, 15, 16};
    f->page.data_head = f->page.data_tail = RING - 24; /* 56 bytes from here: 24 before the end, 32 behind */
    ht_ring_init(&f->ring, &f->page, f->data, RING);
    append(f, 9, body, sizeof body);
    ht_ring_begin(&f->ring);
    const struct perf_event_header *h = ht_ring_next(&f->ring);
    assert_non_null(h);
    assert_int_equal(h->size, 56);
    assert_memory_equal(h + 1, body, sizeof body);
    assert_null(ht_ring_next(&f->ring));
}

static void test_impossible_sizes_end_the_walk_and_are_counted(void **state) {
    static const uint16_t sizes[] = {0, 4, 12, 4000};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct perf_event_header bad = {1, 0, sizes[i]};
        memset(&f->page, 0, sizeof f->page);
        ht_ring_init(&f->ring, &f->page, f->data, RING);
        memcpy(f->data, &bad, sizeof bad);
        f->page.data_head = 64;
        ht_ring_begin(&f->ring);
        assert_null(ht_ring_next(&f->ring));
        assert_int_equal(f->ring.malformed, 1);
        ht_ring_release(&f->ring);
        assert_int_equal(f->page.data_tail, 64);
    }
}

/* ---- the parser ---- */

#define TYPE                                                                                                 \
    (PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR |       \
     PERF_SAMPLE_CPU)

struct record {
    struct perf_event_header header;
    uint64_t word[16];
};

static void make(struct record *r, uint32_t type, unsigned words) {
    r->header = (struct perf_event_header){type, 0, (uint16_t)(sizeof r->header + words * 8)};
}

static void test_sample_fields(void **state) {
    (void)state;
    struct record r = {.word = {77, 0x401000, (uint64_t)12 << 32 | 11, 5000, 0x7fff0000, 3}};
    struct ht_sample s;
    make(&r, PERF_RECORD_SAMPLE, 6);
    assert_int_equal(ht_record_id(&r.header), 77);
    assert_true(ht_sample_parse(&r.header, TYPE, &s));
    assert_int_equal(s.id, 77);
    assert_int_equal(s.ip, 0x401000);
    assert_int_equal(s.pid, 11);
    assert_int_equal(s.tid, 12);
    assert_int_equal(s.time, 5000);
    assert_int_equal(s.address, 0x7fff0000);
    assert_int_equal(s.cpu, 3);
}

static void test_every_shorter_sample_is_refused(void **state) {
    (void)state;
    struct record r = {.word = {77}};
    struct ht_sample s;
    for (unsigned words = 0; words < 6; words++) {
        make(&r, PERF_RECORD_SAMPLE, words);
        assert_false(ht_sample_parse(&r.header, TYPE, &s));
    }
    make(&r, PERF_RECORD_SAMPLE, 0);
    assert_int_equal(ht_record_id(&r.header), 0);
}

static void test_raw_payload_is_bounded(void **state) {
    (void)state;
    /* size 12, then 12 bytes: 16 in all */
    struct record r = {.word = {77, 1, 2, 3, 4, 5, (uint64_t)0xaabbccdd << 32 | 12, 0x1122334455667788}};
    struct ht_sample s;
    make(&r, PERF_RECORD_SAMPLE, 8);
    assert_true(ht_sample_parse(&r.header, TYPE | PERF_SAMPLE_RAW, &s));
    assert_int_equal(s.raw_bytes, 12);
    assert_int_equal(s.raw[0], 0xdd);
    assert_int_equal(s.raw[4], 0x88);
    static const uint32_t bad[] = {13, 20, 4000, UINT32_MAX, 0xfffffffc};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        r.word[6] = bad[i];
        assert_false(ht_sample_parse(&r.header, TYPE | PERF_SAMPLE_RAW, &s));
    }
}

/* Between the numbers and the payload. */
static void test_call_chain_is_bounded(void **state) {
    (void)state;
    const uint64_t type = TYPE | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_RAW;
    struct record r = {.word = {77, 1, 2, 3, 4, 5, 2, 0x401000, 0x402000, (uint64_t)0xaabbccdd << 32 | 4}};
    static const uint64_t bad[] = {3, 4, UINT64_MAX, UINT64_MAX / 8, UINT64_MAX / 8 + 3, 1ull << 61};
    struct ht_sample s;
    uint64_t frame;
    make(&r, PERF_RECORD_SAMPLE, 10);
    assert_true(ht_sample_parse(&r.header, type, &s));
    assert_int_equal(s.chain_words, 2);
    memcpy(&frame, s.chain + 8, sizeof frame);
    assert_int_equal(frame, 0x402000);
    assert_int_equal(s.raw_bytes, 4);
    assert_int_equal(s.raw[0], 0xdd);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        r.word[6] = bad[i];
        assert_false(ht_sample_parse(&r.header, type, &s));
    }
    r.word[6] = 0; /* then the payload begins at what was the chain */
    r.word[7] = (uint64_t)1 << 32 | 20;
    make(&r, PERF_RECORD_SAMPLE, 10);
    assert_true(ht_sample_parse(&r.header, type, &s));
    assert_int_equal(s.chain_words, 0);
    assert_int_equal(s.raw_bytes, 20);
}

static void test_unknown_sample_fields_are_refused(void **state) {
    (void)state;
    struct record r = {.word = {77}};
    struct ht_sample s;
    make(&r, PERF_RECORD_SAMPLE, 16);
    assert_false(ht_sample_parse(&r.header, TYPE | PERF_SAMPLE_REGS_USER, &s));
}

static void test_trailer(void **state) {
    (void)state;
    /* COMM: pid, tid, name; then TID, TIME, CPU, IDENTIFIER */
    struct record r = {.word = {(uint64_t)6 << 32 | 5, 0, 0, (uint64_t)6 << 32 | 5, 900, 1, 42}};
    struct ht_sample s;
    uint32_t body;
    make(&r, PERF_RECORD_COMM, 7);
    assert_int_equal(ht_record_id(&r.header), 42);
    assert_true(ht_trailer_parse(&r.header, TYPE, &s, &body));
    assert_int_equal(body, 24);
    assert_int_equal(s.time, 900);
    assert_int_equal(s.cpu, 1);
    assert_int_equal(s.pid, 5);
    make(&r, PERF_RECORD_COMM, 3);
    assert_false(ht_trailer_parse(&r.header, TYPE, &s, &body));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_empty_ring_has_no_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_records_come_in_order_and_are_released, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_record_over_the_end_is_put_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_impossible_sizes_end_the_walk_and_are_counted, set_up,
                                        tear_down),
        cmocka_unit_test(test_sample_fields),
        cmocka_unit_test(test_every_shorter_sample_is_refused),
        cmocka_unit_test(test_raw_payload_is_bounded),
        cmocka_unit_test(test_call_chain_is_bounded),
        cmocka_unit_test(test_unknown_sample_fields_are_refused),
        cmocka_unit_test(test_trailer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
