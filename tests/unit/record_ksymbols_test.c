/* Kernel code that comes and goes: records to rows, and names for addresses that kallsyms no longer has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/batch.h"
#include "record/collect/symbols.h"
#include "tests/unit/record_batch.h"
#include "tests/unit/record_tree.h"

/* u64 address, u32 length, u16 type, u16 flags, name, trailer */
static void feed_ksymbol(struct fixture *f, uint64_t address, uint32_t length, uint16_t type, uint16_t flags,
                         const char *name, uint64_t time) {
    uint64_t record[10] = {address, both(length, (uint32_t)flags << 16 | type)};
    memcpy(record + 2, name, strlen(name));
    memcpy(record + 6, (const uint64_t[]){both(1, 1), time, 0, ID_SIDEBAND}, 32);
    feed(f, HT_RECORD_KSYMBOL, 0, record, 10);
}

static void test_ksymbol_rows(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    feed_ksymbol(f, 0xffffffffc0001000, 0x200, HT_KSYMBOL_TYPE_BPF, 0, "bpf_prog_0123456789abcdef_one", 10);
    feed_ksymbol(f, 0xffffffffc0001000, 0x200, HT_KSYMBOL_TYPE_BPF, HT_KSYMBOL_UNREGISTER, "one", 20);
    assert_int_equal(f->batch.ksymbols.symbols, 2);
    read_back(f, HT_CHUNK_KSYMBOL, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(t.number[HT_KSYMBOL_TIME][1], 20);
    assert_int_equal(t.number[HT_KSYMBOL_ADDRESS][0], 0xffffffffc0001000);
    assert_int_equal(t.number[HT_KSYMBOL_LENGTH][0], 0x200);
    assert_int_equal(t.number[HT_KSYMBOL_TYPE][0], HT_KSYMBOL_TYPE_BPF);
    assert_int_equal(t.number[HT_KSYMBOL_REGISTERED][0], 1);
    assert_int_equal(t.number[HT_KSYMBOL_REGISTERED][1], 0);
    struct ht_bytes name = ht_table_bytes(&t, HT_KSYMBOL_NAME, 0);
    assert_int_equal(name.length, 29);
    assert_memory_equal(name.data, "bpf_prog_0123456789abcdef_one", 29);
    ht_table_free(&t);
}

static void test_bpf_rows(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    uint64_t record[] = {both(HT_BPF_PROGRAM_LOAD, 55), 0x8877665544332211, both(1, 1), 10, 0, ID_SIDEBAND};
    feed(f, HT_RECORD_BPF_EVENT, 0, record, 6);
    record[0] = both(HT_BPF_PROGRAM_UNLOAD, 55);
    feed(f, HT_RECORD_BPF_EVENT, 0, record, 6);
    record[0] = both(9, 55); /* of a later kernel */
    feed(f, HT_RECORD_BPF_EVENT, 0, record, 6);
    assert_int_equal(f->batch.ignored, 1);
    read_back(f, HT_CHUNK_BPF_PROGRAM, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(t.number[HT_BPF_PROGRAM_LOADED][0], 1);
    assert_int_equal(t.number[HT_BPF_PROGRAM_LOADED][1], 0);
    assert_int_equal(t.number[HT_BPF_PROGRAM_PROGRAM][1], 55);
    struct ht_bytes tag = ht_table_bytes(&t, HT_BPF_PROGRAM_TAG, 0);
    assert_int_equal(tag.length, 8);
    assert_memory_equal(tag.data, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
    ht_table_free(&t);
}

static void test_short_records_are_counted(void **state) {
    struct fixture *f = *state;
    const uint64_t record[] = {1, both(1, 1), 10, 0, ID_SIDEBAND};
    feed(f, HT_RECORD_KSYMBOL, 0, record, 5);
    feed(f, HT_RECORD_BPF_EVENT, 0, record, 5);
    feed(f, HT_RECORD_KSYMBOL, 0, record + 4, 1);
    assert_int_equal(f->batch.malformed, 3);
    assert_int_equal(f->batch.ksymbols.symbols, 0);
}

/* ---- the list ---- */

static void see(struct ht_ksymbols *list, uint64_t start, uint64_t bytes, uint64_t time, const char *name) {
    struct ht_ksymbol_seen seen = {.start = start, .bytes = bytes, .time = time, .type = HT_KSYMBOL_TYPE_BPF};
    ht_ksymbols_add(list, &seen, name, strlen(name));
}

static const char *name_at(const struct ht_ksymbols *list, uint64_t address) {
    const struct ht_ksymbol_seen *seen = ht_ksymbols_find(list, address);
    return seen != NULL ? ht_ksymbols_name(list, seen) : "";
}

static void test_the_newest_that_covers_an_address(void **state) {
    struct ht_ksymbols a = {0}, b = {0};
    (void)state;
    assert_null(ht_ksymbols_find(&a, 1));
    see(&a, 0x1000, 0x1000, 10, "large");
    see(&a, 0x1100, 0x10, 5, "older inside");
    see(&b, 0x1200, 0x10, 20, "newer inside");
    see(&b, 0x4000, 0x100, 1, "far");
    see(&b, UINT64_MAX - 15, 100, 1, "over the end");
    see(&b, 0x5000, 0, 1, "nothing");
    ht_ksymbols_merge(&a, &b);
    ht_ksymbols_sort(&a);
    assert_string_equal(name_at(&a, 0x0fff), "");
    assert_string_equal(name_at(&a, 0x1000), "large");
    assert_string_equal(name_at(&a, 0x1108), "large");
    assert_string_equal(name_at(&a, 0x1208), "newer inside");
    assert_string_equal(name_at(&a, 0x1fff), "large");
    assert_string_equal(name_at(&a, 0x2000), "");
    assert_string_equal(name_at(&a, 0x40ff), "far");
    assert_string_equal(name_at(&a, 0x4100), "");
    assert_string_equal(name_at(&a, 0x5000), "");
    assert_string_equal(name_at(&a, UINT64_MAX - 1), "over the end");
    ht_ksymbols_free(&a);
    ht_ksymbols_free(&b);
}

static void test_what_does_not_fit_is_counted(void **state) {
    struct ht_ksymbols list = {0};
    (void)state;
    for (unsigned i = 0; i < HT_KSYMBOLS_MAX + 3; i++)
        see(&list, i, 1, i, "name");
    assert_int_equal(list.symbols, HT_KSYMBOLS_MAX);
    assert_int_equal(list.dropped, 3);
    ht_ksymbols_free(&list);
}

/* ---- names after the window ---- */

static int has_text(const struct ht_table *t, unsigned column, const char *text) {
    for (uint32_t row = 0; row < t->rows; row++) {
        struct ht_bytes cell = ht_table_bytes(t, column, row);
        if (cell.length == strlen(text) && memcmp(cell.data, text, cell.length) == 0)
            return 1 + (int)row;
    }
    return 0;
}

/* Names these kernel addresses into the fixture's capture. */
static void collect(struct fixture *f, const struct tree *tree, const uint64_t *address, size_t addresses) {
    struct ht_hits hits = {0};
    struct ht_spaces spaces = {0};
    struct ht_limits limits;
    struct ht_cause cause = {0};
    ht_limits_init(&limits);
    for (size_t i = 0; i < addresses; i++)
        ht_hits_add(&hits, -1, address[i], HT_HIT_SAMPLED);
    struct ht_symbols_request request = {.root = tree->root,
                                         .writer = f->writer,
                                         .encoder = f->encoder,
                                         .limits = &limits,
                                         .start_ns = 1000,
                                         .hits = &hits,
                                         .spaces = &spaces,
                                         .ksymbols = &f->batch.ksymbols};
    assert_int_equal(ht_symbols_collect(&request, &cause), HT_OK);
    ht_limits_free(&limits);
    ht_hits_free(&hits);
    ht_spaces_free(&spaces);
}

static void test_a_program_that_is_gone_has_its_name(void **state) {
    struct fixture *f = *state;
    struct ht_table symbol = {0}, dso = {0}, mmap = {0};
    struct tree tree;
    tree_make(&tree);
    tree_put(&tree, "/proc/modules", "ext4 4096 0 - Live 0xffffffffc0000000\n");
    tree_put(&tree, "/proc/kallsyms",
             "ffffffff81000000 T _stext\nffffffff81000000 T start\nffffffff82000000 T _etext\n"
             "ffffffffc0000000 t in_module\t[ext4]\n"
             "ffffffffc0100000 t bpf_prog_1111111111111111_stays\t[bpf]\n"
             "ffffffffc0100400 t bpf_prog_2222222222222222_stays_too\t[bpf]\n");
    see(&f->batch.ksymbols, 0xffffffffc0200000, 0x100, 5, "bpf_prog_3333333333333333_gone");
    const uint64_t address[] = {0xffffffff81000010, 0xffffffffc0000010, 0xffffffffc0100010,
                                0xffffffffc0200010, 0xffffffffc02000ff};
    collect(f, &tree, address, 5);
    read_back(f, HT_CHUNK_SYMBOL, &symbol);
    read_back(f, HT_CHUNK_DSO, &dso);
    read_back(f, HT_CHUNK_MMAP, &mmap);
    assert_int_equal(symbol.rows, 4); /* two hits of one symbol are one */
    int row = has_text(&symbol, HT_SYMBOL_NAME, "bpf_prog_3333333333333333_gone") - 1;
    assert_true(row >= 0);
    assert_int_equal(symbol.number[HT_SYMBOL_START][row], 0xffffffffc0200000);
    assert_int_equal(symbol.number[HT_SYMBOL_BYTES][row], 0x100);
    assert_true(has_text(&symbol, HT_SYMBOL_NAME, "bpf_prog_1111111111111111_stays"));
    assert_true(has_text(&symbol, HT_SYMBOL_NAME, "in_module"));
    assert_int_equal(dso.rows, 3);
    assert_true(has_text(&dso, HT_DSO_PATH, "[bpf]"));
    /* kernel, module, and each program by itself: a module called bpf has no place */
    assert_int_equal(mmap.rows, 4);
    row = has_text(&mmap, HT_MMAP_FILE, "[bpf]") - 1;
    assert_int_equal(mmap.number[HT_MMAP_START][row], 0xffffffffc0100000);
    assert_int_equal(mmap.number[HT_MMAP_LENGTH][row], 0x400);
    ht_table_free(&symbol);
    ht_table_free(&dso);
    ht_table_free(&mmap);
    tree_remove(&tree);
}

static void test_records_name_what_kallsyms_hides(void **state) {
    struct fixture *f = *state;
    struct ht_table symbol = {0}, dso = {0};
    struct tree tree;
    const uint64_t address[] = {0xffffffff81000010, 0xffffffffc0200010};
    tree_make(&tree);
    tree_put(&tree, "/proc/kallsyms", "0000000000000000 T _stext\n0000000000000000 t other\n");
    see(&f->batch.ksymbols, 0xffffffffc0200000, 0x100, 5, "bpf_prog_3333333333333333_gone");
    collect(f, &tree, address, 2);
    read_back(f, HT_CHUNK_SYMBOL, &symbol);
    read_back(f, HT_CHUNK_DSO, &dso);
    assert_int_equal(symbol.rows, 1);
    int row = has_text(&dso, HT_DSO_PATH, "[bpf]") - 1;
    assert_int_equal(dso.number[HT_DSO_STATE][row], HT_DSO_READ);
    row = has_text(&dso, HT_DSO_PATH, "[kernel.kallsyms]") - 1;
    assert_int_equal(dso.number[HT_DSO_STATE][row], HT_DSO_HIDDEN);
    ht_table_free(&symbol);
    ht_table_free(&dso);
    tree_remove(&tree);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_ksymbol_rows),
        TEST(test_bpf_rows),
        TEST(test_short_records_are_counted),
        cmocka_unit_test(test_the_newest_that_covers_an_address),
        cmocka_unit_test(test_what_does_not_fit_is_counted),
        TEST(test_a_program_that_is_gone_has_its_name),
        TEST(test_records_name_what_kallsyms_hides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
