/* What is said once for many samples: call chains, control groups of processes, counters read with samples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/import/call_chains.h"
#include "analyze/import/pid_groups.h"
#include "analyze/import/read_values.h"
#include "schema/endian.h"

#define KERNEL   ((uint64_t)-128)
#define USER     ((uint64_t)-512)
#define DEFERRED ((uint64_t)-640)

static void decode(const uint64_t *ip, uint64_t count, int swap, unsigned cpumode,
                   struct ht_call_chain *chain) {
    uint8_t *entries = malloc(count * 8 + 1); /* exact, so that a sanitizer sees every byte read beyond */
    assert_non_null(entries);
    for (uint64_t i = 0; i < count; i++)
        ht_put_u64(entries + i * 8, swap ? __builtin_bswap64(ip[i]) : ip[i]);
    ht_call_chain_decode(entries, count, swap, cpumode, 40, chain);
    free(entries);
}

/* Markers are no frames: they say of what follows where it ran. */
static void test_markers(void **state) {
    (void)state;
    static const uint64_t ip[] = {KERNEL, 0xffffffff81000000, 0xffffffff81000010, USER, 0x401000, 0};
    static const uint8_t modes[] = {1, 1, 2, 2};
    struct ht_call_chain chain;
    for (int swap = 0; swap < 2; swap++) {
        decode(ip, 6, swap, 1, &chain);
        assert_int_equal(chain.frames, 4);
        assert_int_equal(chain.cut, 0);
        assert_int_equal(chain.pid, 40);
        assert_memory_equal(chain.cpumode, modes, sizeof modes);
        assert_true(chain.ip[0] == 0xffffffff81000000 && chain.ip[2] == 0x401000 && chain.ip[3] == 0);
    }
    decode(ip, 3, 0, 1, &chain);
    assert_int_equal(chain.pid, -1); /* the kernel's code is the same in every process */
    decode(ip + 4, 1, 0, 2, &chain);
    assert_int_equal(chain.cpumode[0], 2); /* before the first marker the record's own mode holds */
    assert_int_equal(chain.pid, 40);
    decode(ip, 1, 0, 1, &chain);
    assert_int_equal(chain.frames, 0);
    decode(ip, 0, 0, 1, &chain);
    assert_int_equal(chain.frames, 0);
}

static void test_other_markers(void **state) {
    (void)state;
    static const uint64_t ip[] = {(uint64_t)-32,   1, (uint64_t)-2176, 2, (uint64_t)-2560, 3,
                                  (uint64_t)-4095, 4, KERNEL,          5, DEFERRED,        0x1234};
    static const uint8_t modes[] = {3, 4, 5, 0, 1};
    struct ht_call_chain chain;
    decode(ip, 12, 0, 2, &chain);
    assert_int_equal(chain.frames, 5); /* the cookie of a chain that is to come is no address */
    assert_memory_equal(chain.cpumode, modes, sizeof modes);
    decode(ip, 11, 0, 2, &chain); /* a cookie that is missing */
    assert_int_equal(chain.frames, 5);
}

static void test_depth(void **state) {
    (void)state;
    uint64_t ip[301] = {USER};
    struct ht_call_chain chain;
    for (uint64_t i = 1; i < 301; i++)
        ip[i] = 0x400000 + i;
    decode(ip, 128, 0, 2, &chain);
    assert_int_equal(chain.frames, 127);
    assert_int_equal(chain.cut, 0);
    decode(ip, 301, 0, 2, &chain);
    assert_int_equal(chain.frames, 127);
    assert_int_equal(chain.cut, 173);
    assert_true(chain.ip[126] == 0x400000 + 127); /* those nearest to the sampled instruction stay */
}

static uint64_t find(struct ht_call_chains *chains, const struct ht_call_chain *chain, int expected_new) {
    uint64_t number = 0;
    int is_new = -1;
    assert_int_equal(ht_call_chains_find(chains, chain, &number, &is_new), HT_OK);
    assert_int_equal(is_new, expected_new);
    return number;
}

static void test_each_once(void **state) {
    (void)state;
    struct ht_call_chains *chains = ht_call_chains_new();
    struct ht_call_chain a = {.ip = {1, 2, 3}, .cpumode = {2, 2, 2}, .frames = 3, .pid = 40}, b = a;
    assert_non_null(chains);
    assert_int_equal(find(chains, &a, 1), 1);
    assert_int_equal(find(chains, &a, 0), 1);
    b.frames = 2;
    assert_int_equal(find(chains, &b, 1), 2);
    b = a;
    b.pid = 41;
    assert_int_equal(find(chains, &b, 1), 3);
    b = a;
    b.cpumode[2] = 1;
    assert_int_equal(find(chains, &b, 1), 4);
    b = a;
    b.ip[0] = 9;
    assert_int_equal(find(chains, &b, 1), 5);
    assert_int_equal(find(chains, &a, 0), 1);
    ht_call_chains_free(chains);
    ht_call_chains_free(NULL);
}

/* A full set knows what it has, and nothing new. */
static void test_full(void **state) {
    (void)state;
    struct ht_call_chains *chains = ht_call_chains_new();
    struct ht_call_chain chain = {.cpumode = {2}, .frames = 1, .pid = 40};
    uint64_t number;
    int is_new;
    assert_non_null(chains);
    for (uint64_t i = 0; i < HT_CALL_CHAINS_MAX; i++) {
        chain.ip[0] = i;
        assert_int_equal(find(chains, &chain, 1), i + 1);
    }
    chain.ip[0] = HT_CALL_CHAINS_MAX;
    assert_int_equal(ht_call_chains_find(chains, &chain, &number, &is_new), HT_LIMIT);
    chain.ip[0] = 4711;
    assert_int_equal(find(chains, &chain, 0), 4712);
    ht_call_chains_free(chains);
}

static void test_full_of_frames(void **state) {
    (void)state;
    struct ht_call_chains *chains = ht_call_chains_new();
    struct ht_call_chain chain = {.frames = HT_CALL_FRAMES_MAX, .pid = 40};
    uint64_t fit = HT_CALL_FRAMES_ALL / HT_CALL_FRAMES_MAX, number;
    int is_new;
    assert_non_null(chains);
    for (uint64_t i = 0; i < fit; i++) {
        chain.ip[5] = i;
        assert_int_equal(find(chains, &chain, 1), i + 1);
    }
    chain.ip[5] = fit;
    assert_int_equal(ht_call_chains_find(chains, &chain, &number, &is_new), HT_LIMIT);
    ht_call_chains_free(chains);
}

static void test_groups(void **state) {
    (void)state;
    struct ht_pid_groups groups = {0};
    int changed;
    for (int round = 0; round < 2; round++)
        for (int64_t pid = 0; pid < 1000; pid++) {
            assert_int_equal(ht_pid_groups_set(&groups, pid, 5, &changed), HT_OK);
            assert_int_equal(changed, round == 0);
        }
    assert_int_equal(ht_pid_groups_set(&groups, 7, 6, &changed), HT_OK);
    assert_true(changed);
    assert_int_equal(ht_pid_groups_set(&groups, 7, 5, &changed), HT_OK);
    assert_true(changed);
    ht_pid_groups_free(&groups);
}

static void test_values(void **state) {
    (void)state;
    struct ht_read_values values = {0};
    uint64_t delta;
    for (uint64_t id = 1; id < 500; id++)
        for (int64_t tid = 0; tid < 3; tid++) {
            assert_int_equal(ht_read_values_delta(&values, id, tid, id * 10, &delta), HT_OK);
            assert_int_equal(delta, id * 10);
        }
    assert_int_equal(ht_read_values_delta(&values, 4, 1, 47, &delta), HT_OK);
    assert_int_equal(delta, 7);
    assert_int_equal(ht_read_values_delta(&values, 4, 1, 47, &delta), HT_OK);
    assert_int_equal(delta, 0);
    assert_int_equal(ht_read_values_delta(&values, 4, 2, 50, &delta), HT_OK);
    assert_int_equal(delta, 10);
    ht_read_values_free(&values);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markers), cmocka_unit_test(test_other_markers),
        cmocka_unit_test(test_depth),   cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_full),    cmocka_unit_test(test_full_of_frames),
        cmocka_unit_test(test_groups),  cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
