/* Call chains: the words of a sample to frames, each chain once, and what a capture gets of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/batch.h"
#include "tests/unit/record_batch.h"

#define KERNEL  ((uint64_t)PERF_CONTEXT_KERNEL)
#define USER    ((uint64_t)PERF_CONTEXT_USER)
#define IN_KERN 0xffffffff81000010

static unsigned frames_of(const uint64_t *word, uint32_t words, uint64_t ip, uint16_t misc,
                          struct ht_frame frame[HT_CHAIN_FRAMES_MAX]) {
    struct ht_sample s = {.ip = ip, .pid = 7, .chain = (const uint8_t *)word, .chain_words = words};
    return ht_chain_frames(&s, misc, frame);
}

static void assert_frame(const struct ht_frame *frame, uint64_t ip, int32_t pid, uint32_t mode) {
    assert_int_equal(frame->ip, ip);
    assert_int_equal(frame->pid, pid);
    assert_int_equal(frame->mode, mode);
}

static void test_markers_set_the_mode(void **state) {
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX];
    const uint64_t word[] = {KERNEL, IN_KERN, IN_KERN + 5, USER, 0x401000, 0x402000};
    (void)state;
    assert_int_equal(frames_of(word, 6, IN_KERN, PERF_RECORD_MISC_KERNEL, frame), 4);
    assert_frame(&frame[0], IN_KERN, 7, PERF_RECORD_MISC_KERNEL);
    assert_frame(&frame[1], IN_KERN + 5, 7, PERF_RECORD_MISC_KERNEL);
    assert_frame(&frame[2], 0x401000, 7, PERF_RECORD_MISC_USER);
    assert_frame(&frame[3], 0x402000, 7, PERF_RECORD_MISC_USER);
    /* kernel code alone is every process's */
    assert_int_equal(frames_of(word, 3, IN_KERN, PERF_RECORD_MISC_KERNEL, frame), 2);
    assert_frame(&frame[1], IN_KERN + 5, -1, PERF_RECORD_MISC_KERNEL);
}

static void test_other_markers(void **state) {
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX];
    const uint64_t word[] = {(uint64_t)PERF_CONTEXT_GUEST_KERNEL,
                             1,
                             (uint64_t)PERF_CONTEXT_GUEST_USER,
                             2,
                             (uint64_t)PERF_CONTEXT_HV,
                             3,
                             (uint64_t)-4095,
                             4,
                             (uint64_t)-1};
    (void)state;
    assert_int_equal(frames_of(word, 9, 1, PERF_RECORD_MISC_GUEST_KERNEL, frame), 4);
    assert_frame(&frame[0], 1, 7, PERF_RECORD_MISC_GUEST_KERNEL);
    assert_frame(&frame[1], 2, 7, PERF_RECORD_MISC_GUEST_USER);
    assert_frame(&frame[2], 3, 7, PERF_RECORD_MISC_HYPERVISOR);
    assert_frame(&frame[3], 4, 7, PERF_RECORD_MISC_CPUMODE_UNKNOWN);
}

static void test_without_frames_there_is_no_chain(void **state) {
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX];
    const uint64_t word[] = {KERNEL, USER, KERNEL};
    (void)state;
    assert_int_equal(frames_of(word, 0, 1, 0, frame), 0);
    assert_int_equal(frames_of(word, 3, 1, 0, frame), 0);
}

static void test_the_sampled_instruction_comes_first(void **state) {
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX];
    const uint64_t word[] = {USER, 0x402000};
    (void)state;
    assert_int_equal(frames_of(word, 2, IN_KERN, PERF_RECORD_MISC_KERNEL, frame), 2);
    assert_frame(&frame[0], IN_KERN, 7, PERF_RECORD_MISC_KERNEL);
    assert_frame(&frame[1], 0x402000, 7, PERF_RECORD_MISC_USER);
}

/* ---- the set ---- */

static void test_a_chain_is_kept_once(void **state) {
    struct ht_chains chains = {.base = 1ull << 32};
    struct ht_frame frame[3] = {{1, 7, 2}, {2, 7, 2}, {3, 7, 2}};
    int is_new;
    (void)state;
    assert_int_equal(ht_chains_find(&chains, frame, 3, &is_new), (1ull << 32) + 1);
    assert_true(is_new);
    assert_int_equal(ht_chains_find(&chains, frame, 3, &is_new), (1ull << 32) + 1);
    assert_false(is_new);
    assert_int_equal(ht_chains_find(&chains, frame, 2, &is_new),
                     (1ull << 32) + 2); /* a beginning is another */
    frame[2].mode = 1;
    assert_int_equal(ht_chains_find(&chains, frame, 3, &is_new), (1ull << 32) + 3);
    for (unsigned i = 0; i < 3; i++)
        frame[i].pid = 8;
    assert_int_equal(ht_chains_find(&chains, frame, 3, &is_new), (1ull << 32) + 4);
    assert_int_equal(ht_chains_find(&chains, frame, 0, &is_new), 0);
    assert_int_equal(chains.dropped, 0);
    ht_chains_free(&chains);
}

static void test_what_does_not_fit_is_counted(void **state) {
    struct ht_chains chains = {0};
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX] = {{0}};
    int is_new;
    (void)state;
    assert_int_equal(ht_chains_find(&chains, frame, HT_CHAIN_FRAMES_MAX + 1, &is_new), 0);
    assert_int_equal(chains.dropped, 1);
    for (uint64_t i = 1; i <= HT_CHAINS_MAX; i++) {
        frame[0].ip = i;
        assert_int_equal(ht_chains_find(&chains, frame, 1, &is_new), i);
    }
    frame[0].ip = HT_CHAINS_MAX + 1;
    assert_int_equal(ht_chains_find(&chains, frame, 1, &is_new), 0);
    assert_int_equal(chains.dropped, 2);
    frame[0].ip = 5;
    assert_int_equal(ht_chains_find(&chains, frame, 1, &is_new), 5); /* known ones stay known */
    ht_chains_free(&chains);
    for (uint64_t i = 0; chains.dropped == 0 && i < HT_FRAMES_MAX; i++) {
        frame[0].ip = i;
        ht_chains_find(&chains, frame, HT_CHAIN_FRAMES_MAX, &is_new);
    }
    assert_int_equal(chains.chains, HT_FRAMES_MAX / HT_CHAIN_FRAMES_MAX);
    ht_chains_free(&chains);
}

/* Thirty-two reader threads have together what one would have. */
static void test_sets_share_the_memory(void **state) {
    struct ht_chains chains = {.sharers = 32};
    struct ht_frame frame[HT_CHAIN_FRAMES_MAX] = {{0}};
    int is_new;
    (void)state;
    for (uint64_t i = 0; chains.dropped == 0 && i < HT_FRAMES_MAX; i++) {
        frame[0].ip = i;
        ht_chains_find(&chains, frame, HT_CHAIN_FRAMES_MAX, &is_new);
    }
    assert_int_equal(chains.chains, HT_FRAMES_MAX / 32 / HT_CHAIN_FRAMES_MAX);
    ht_chains_free(&chains);
}

/* ---- in a batch ---- */

/* A cpu-clock sample of process 7 with a chain of so many words. */
static void feed_chain(struct fixture *f, uint16_t misc, uint64_t ip, const uint64_t *chain, unsigned words,
                       uint64_t said) {
    uint64_t record[200] = {ID_CLOCK, ip, both(7, 8), 1000, 0, 0, said};
    memcpy(record + 7, chain, words * 8);
    feed(f, PERF_RECORD_SAMPLE, misc, record, 7 + words);
}

static void test_rows(void **state) {
    struct fixture *f = *state;
    struct ht_table chains = {0}, samples = {0};
    const uint64_t user[] = {USER, 0x401000, 0x402001, 0x403001}, kernel[] = {KERNEL, IN_KERN, IN_KERN + 5};
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, user, 4, 4);
    feed_chain(f, PERF_RECORD_MISC_KERNEL, IN_KERN, kernel, 3, 3);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, user, 4, 4);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, user, 0, 0);
    assert_int_equal(f->batch.samples[5], 4);
    read_back(f, HT_CHUNK_CHAIN, &chains);
    read_back(f, HT_CHUNK_CPU_SAMPLE, &samples);
    assert_int_equal(chains.rows, 5);
    assert_int_equal(chains.number[HT_CHAIN_CHAIN][2], 1);
    assert_int_equal(chains.number[HT_CHAIN_IP][2], 0x403001);
    assert_int_equal(chains.number[HT_CHAIN_TIME][2], 1000);
    assert_int_equal(chains.number[HT_CHAIN_CHAIN][3], 2);
    assert_int_equal(ht_table_i64(&chains, HT_CHAIN_PID, 0), 7);
    assert_int_equal(ht_table_i64(&chains, HT_CHAIN_PID, 3), -1);
    assert_int_equal(chains.number[HT_CHAIN_CPUMODE][4], PERF_RECORD_MISC_KERNEL);
    for (uint32_t row = 0; row < 4; row++)
        assert_int_equal(samples.number[HT_CPU_SAMPLE_CHAIN][row], ((const uint64_t[]){1, 2, 1, 0})[row]);
    ht_table_free(&chains);
    ht_table_free(&samples);
}

/* Names are wanted of all frames: of callers that of the call before the return address. */
static void test_callers_are_hits(void **state) {
    struct fixture *f = *state;
    static const struct {
        int32_t pid;
        uint32_t what;
        uint64_t ip;
    } wanted[] = {{-1, HT_HIT_SAMPLED, IN_KERN},
                  {-1, HT_HIT_CALLER, IN_KERN + 4},
                  {7, HT_HIT_CALLER, 0x401000}, /* where user code entered the kernel */
                  {7, HT_HIT_CALLER, 0x402000}};
    const uint64_t word[] = {KERNEL, IN_KERN, IN_KERN + 5, USER, 0x401000, 0x402001};
    feed_chain(f, PERF_RECORD_MISC_KERNEL, IN_KERN, word, 6, 6);
    ht_hits_sort(&f->batch.hits);
    assert_int_equal(f->batch.hits.slots, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(f->batch.hits.slot[i].ip, wanted[i].ip);
        assert_int_equal(f->batch.hits.slot[i].pid, wanted[i].pid);
        assert_int_equal(f->batch.hits.slot[i].what, wanted[i].what);
    }
}

static void test_hostile_chains(void **state) {
    struct fixture *f = *state;
    const uint64_t word[] = {USER, 0x401000, KERNEL};
    static uint64_t longest[HT_CHAIN_FRAMES_MAX + 1];
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, word, 2, 3);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, word, 2, UINT64_MAX);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, word, 0, UINT64_MAX / 8 + 1);
    assert_int_equal(f->batch.malformed, 3);
    assert_int_equal(f->batch.cpu_sample.rows, 0);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, (const uint64_t[]){USER, KERNEL, USER}, 3, 3);
    assert_int_equal(f->batch.chain.rows, 0);
    for (unsigned i = 0; i <= HT_CHAIN_FRAMES_MAX; i++)
        longest[i] = 0x401000 + i;
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, longest, HT_CHAIN_FRAMES_MAX, HT_CHAIN_FRAMES_MAX);
    assert_int_equal(f->batch.chain.rows, HT_CHAIN_FRAMES_MAX);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401000, longest, HT_CHAIN_FRAMES_MAX + 1, HT_CHAIN_FRAMES_MAX + 1);
    assert_int_equal(f->batch.chain.rows, HT_CHAIN_FRAMES_MAX);
    assert_int_equal(f->batch.chains.dropped, 1);
    assert_int_equal(f->batch.cpu_sample.rows, 3);
    assert_int_equal(f->batch.cpu_sample.number[HT_CPU_SAMPLE_CHAIN][2], 0);
}

/* A chain is never split, and is written before a sample that names it. */
static void test_full_batches(void **state) {
    struct fixture *f = *state;
    uint64_t word[101] = {USER};
    for (unsigned i = 1; i <= 100; i++)
        word[i] = 0x401000 + i;
    for (unsigned i = 0; i < 400; i++) {
        word[100] = 0x500000 + i;
        feed_chain(f, PERF_RECORD_MISC_USER, 0x401001, word, 101, 101);
    }
    assert_int_equal(f->written[HT_CHUNK_CHAIN], 1);
    assert_int_equal(f->batch.chain.rows, (400 - HT_BATCH_ROWS / 100) * 100);
    for (unsigned i = 400; i < HT_BATCH_ROWS; i++)
        feed_chain(f, PERF_RECORD_MISC_USER, 0x401001, word, 101, 101);
    assert_int_equal(f->written[HT_CHUNK_CPU_SAMPLE], 0);
    feed_chain(f, PERF_RECORD_MISC_USER, 0x401001, word, 101, 101);
    assert_int_equal(f->written[HT_CHUNK_CHAIN], 2);
    assert_int_equal(f->written[HT_CHUNK_CPU_SAMPLE], 1);
    assert_int_equal(f->last, HT_CHUNK_CPU_SAMPLE);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markers_set_the_mode),
        cmocka_unit_test(test_other_markers),
        cmocka_unit_test(test_without_frames_there_is_no_chain),
        cmocka_unit_test(test_the_sampled_instruction_comes_first),
        cmocka_unit_test(test_a_chain_is_kept_once),
        cmocka_unit_test(test_what_does_not_fit_is_counted),
        cmocka_unit_test(test_sets_share_the_memory),
        TEST(test_rows),
        TEST(test_callers_are_hits),
        TEST(test_hostile_chains),
        TEST(test_full_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
