/* Pieces of an address space against a plain model of it: an array that says for each address what covers it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/names/address_space.h"
#include "analyze/names/pieces.h"

#define SPACE 40000u

static uint64_t seed = 1;

static uint32_t random_below(uint32_t limit) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % limit;
}

static void put(struct ht_pieces **pieces, const struct ht_mapping **model, uint32_t start, uint32_t end,
                const struct ht_mapping *mapping) {
    assert_int_equal(ht_pieces_put(pieces, (struct ht_piece){start, end, mapping}), HT_OK);
    for (uint32_t i = start; i < end; i++)
        model[i] = mapping;
}

static void compare(const struct ht_pieces *pieces, const struct ht_mapping **model, unsigned step) {
    struct ht_piece_place place = {0, 0};
    for (uint32_t i = 0; i < SPACE; i += step) {
        const struct ht_piece *piece = ht_pieces_find(pieces, i, &place);
        if (piece != NULL && (i < piece->start || i >= piece->end))
            fail_msg("%u is not in %u-%u", i, (unsigned)piece->start, (unsigned)piece->end);
        if ((piece != NULL ? piece->mapping : NULL) != model[i])
            fail_msg("another mapping at %u", i);
    }
}

/* Thousands of small ones, so that blocks are split; large ones, so that blocks go. */
static void test_random(void **state) {
    (void)state;
    static const struct ht_mapping *model[SPACE], *copy_model[SPACE];
    static struct ht_mapping mapping[8];
    struct ht_pieces *pieces = ht_pieces_new(), *copy = NULL;
    for (unsigned round = 0; round < 30000; round++) {
        uint32_t start = random_below(SPACE - 1);
        uint32_t length = random_below(1000) == 0 ? random_below(SPACE) : 1 + random_below(6);
        uint32_t end = length < SPACE - start ? start + length : SPACE;
        put(&pieces, model, start, end, &mapping[random_below(8)]);
        if (copy != NULL && round % 3 == 0)
            put(&copy, copy_model, start, start + 1, &mapping[round % 8]);
        if (round % 7000 == 0) {
            ht_pieces_release(copy);
            copy = ht_pieces_share(pieces);
            memcpy(copy_model, model, sizeof model);
        }
        if (round % 1000 == 0) {
            compare(pieces, model, 1);
            compare(copy, copy_model, 1);
        }
    }
    compare(pieces, model, 1);
    compare(copy, copy_model, 1);
    ht_pieces_release(pieces);
    compare(copy, copy_model, 1);
    ht_pieces_release(copy);
}

static void test_before(void **state) {
    (void)state;
    static struct ht_mapping mapping;
    struct ht_pieces *pieces = ht_pieces_new();
    struct ht_piece_place place = {0, 0};
    assert_null(ht_pieces_find(pieces, 5, &place));
    assert_null(ht_pieces_before(pieces, &place));
    for (uint64_t i = 2000; i-- > 0;)
        assert_int_equal(ht_pieces_put(&pieces, (struct ht_piece){i * 10, i * 10 + 5, &mapping}), HT_OK);
    assert_null(ht_pieces_find(pieces, 19998, &place));
    assert_int_equal(ht_pieces_find(pieces, 19990, &place)->end, 19995);
    for (uint64_t i = 1999; i-- > 0;)
        assert_int_equal(ht_pieces_before(pieces, &place)->start, i * 10);
    assert_null(ht_pieces_before(pieces, &place));
    ht_pieces_release(pieces);
}

/* Hundreds of thousands told from the end to the start: moving all of them for each took minutes. */
static void test_many(void **state) {
    (void)state;
    static struct ht_mapping mapping;
    struct ht_pieces *pieces = ht_pieces_new();
    struct ht_piece_place place = {0, 0};
    for (uint64_t i = 400000; i-- > 0;)
        assert_int_equal(ht_pieces_put(&pieces, (struct ht_piece){i << 12, (i << 12) + 4096, &mapping}),
                         HT_OK);
    for (uint64_t i = 0; i < 400000; i += 1000)
        assert_int_equal(ht_pieces_find(pieces, (i << 12) + 5, &place)->start, i << 12);
    ht_pieces_release(pieces);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_before),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
