/* Which addresses are one cache line: perf c2c 6.1's rules, rule by rule (c2c-semantics.md, section 4, and
 * what stock perf was seen to do). Every row holds two places and says whether they are the same line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/load/lines.h"

#define KERNEL  1u
#define USER    2u
#define SHARED  1u
#define PRIVATE 2u
#define HUGETLB 0x40000u

struct place {
    unsigned mode;
    int64_t pid;
    uint64_t address;
    int mapped;
    struct ht_mapping map;
};

#define NO_MAP                                                                                               \
    0, {                                                                                                     \
        0                                                                                                    \
    }
#define MAP(path, ...)                                                                                       \
    1, {                                                                                                     \
        .source = HT_MMAP_SOURCE_MMAP2, .cpumode = 2, .file = path, __VA_ARGS__                              \
    }
#define OLD(path, ...)                                                                                       \
    1, {                                                                                                     \
        .source = HT_MMAP_SOURCE_MMAP, .cpumode = 2, .file = path, __VA_ARGS__                               \
    }
#define KMAP(path, ...)                                                                                      \
    1, {                                                                                                     \
        .source = HT_MMAP_SOURCE_MMAP, .cpumode = 1, .pid = -1, .file = path, __VA_ARGS__                    \
    }
#define AT(first) .start = first, .length = 0x100000
#define FILE_ID   .major = 8, .minor = 1, .inode = 4711, .generation = 3

struct row {
    int line, same;
    struct place a, b;
};

/* clang-format off */
static const struct row rows[] = {
    /* 64 bytes */
    {__LINE__, 1, {USER, 1, 0x1000, NO_MAP}, {USER, 1, 0x103f, NO_MAP}},
    {__LINE__, 0, {USER, 1, 0x1000, NO_MAP}, {USER, 1, 0x1040, NO_MAP}},
    {__LINE__, 0, {USER, 1, 0x1000, NO_MAP}, {USER, 1, 0x0fff, NO_MAP}},
    /* no mapping: one line for all processes, but not for kernel and user mode */
    {__LINE__, 1, {USER, 1, 0x1000, NO_MAP}, {USER, 2, 0x1000, NO_MAP}},
    {__LINE__, 0, {USER, 1, 0x1000, NO_MAP}, {KERNEL, 1, 0x1000, NO_MAP}},
    {__LINE__, 0, {USER, 1, 0x1000, NO_MAP}, {3, 1, 0x1000, NO_MAP}},
    {__LINE__, 0, {USER, 1, 0x1000, NO_MAP}, {USER, 1, 0x1000, MAP("[heap]", AT(0))}},
    /* private memory: the process counts, the mapping does not */
    {__LINE__, 1, {USER, 1, 0x5000, MAP("[heap]", AT(0x1000), .flags = PRIVATE)},
                  {USER, 1, 0x5000, MAP("[heap]", AT(0x5000), .flags = PRIVATE)}},
    {__LINE__, 0, {USER, 1, 0x5000, MAP("[heap]", AT(0x1000), .flags = PRIVATE)},
                  {USER, 2, 0x5000, MAP("[heap]", AT(0x1000), .flags = PRIVATE)}},
    {__LINE__, 1, {USER, 1, 0x5000, MAP("//anon", AT(0x1000), .flags = PRIVATE)},
                  {USER, 1, 0x5000, MAP("[stack]", AT(0x1000), .flags = PRIVATE)}},
    /* a file: device, inode, generation and offset, whatever process, address and name */
    {__LINE__, 1, {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), FILE_ID, .flags = SHARED)},
                  {USER, 2, 0x9010, MAP("/lib/b.so", AT(0x9000), FILE_ID, .flags = SHARED)}},
    {__LINE__, 1, {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), FILE_ID, .pgoff = 0x1000)},
                  {USER, 2, 0x9010, MAP("/lib/a.so", AT(0x8000), FILE_ID)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), FILE_ID, .pgoff = 0x1000)},
                  {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), FILE_ID)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), .major = 8, .minor = 1, .inode = 4711)},
                  {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), .major = 8, .minor = 1, .inode = 4712)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), .major = 8, .minor = 1, .inode = 4711)},
                  {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), .major = 8, .minor = 2, .inode = 4711)}},
    /* a private mapping of a file merges over processes all the same */
    {__LINE__, 1, {USER, 1, 0x5010, MAP("/lib/a.so", AT(0x5000), FILE_ID, .flags = PRIVATE)},
                  {USER, 2, 0x5010, MAP("/lib/a.so", AT(0x5000), FILE_ID, .flags = PRIVATE)}},
    /* memfd, /dev/shm: by offset; anonymous shared, SysV, hugetlb: by address */
    {__LINE__, 1, {USER, 1, 0x5010, MAP("/memfd:x (deleted)", AT(0x5000), .minor = 1, .inode = 9, .flags = SHARED)},
                  {USER, 2, 0x9010, MAP("/memfd:x (deleted)", AT(0x9000), .minor = 1, .inode = 9, .flags = SHARED)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/dev/zero (deleted)", AT(0x5000), .minor = 1, .inode = 9, .flags = SHARED)},
                  {USER, 2, 0x9010, MAP("/dev/zero (deleted)", AT(0x9000), .minor = 1, .inode = 9, .flags = SHARED)}},
    {__LINE__, 1, {USER, 1, 0x5010, MAP("/dev/zero (deleted)", AT(0x5000), .minor = 1, .inode = 9, .flags = SHARED)},
                  {USER, 2, 0x5010, MAP("/dev/zero (deleted)", AT(0x4000), .minor = 1, .inode = 9, .flags = SHARED)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/SYSV00000001 (deleted)", AT(0x5000), .minor = 1, .inode = 9, .flags = SHARED)},
                  {USER, 2, 0x9010, MAP("/SYSV00000001 (deleted)", AT(0x9000), .minor = 1, .inode = 9, .flags = SHARED)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/huge/x", AT(0x5000), .minor = 1, .inode = 9, .flags = SHARED | HUGETLB)},
                  {USER, 2, 0x9010, MAP("/huge/x", AT(0x9000), .minor = 1, .inode = 9, .flags = SHARED | HUGETLB)}},
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/anon_hugepage (deleted)", AT(0x5000), .minor = 1, .inode = 9)},
                  {USER, 2, 0x9010, MAP("/anon_hugepage (deleted)", AT(0x9000), .minor = 1, .inode = 9)}},
    /* PERF_RECORD_MMAP knows no inode: private, by offset */
    {__LINE__, 0, {USER, 1, 0x5010, OLD("/lib/a.so", AT(0x5000))}, {USER, 2, 0x5010, OLD("/lib/a.so", AT(0x5000))}},
    {__LINE__, 1, {USER, 1, 0x5010, OLD("/lib/a.so", AT(0x5000))}, {USER, 1, 0x9010, OLD("/lib/a.so", AT(0x9000))}},
    /* [vdso] counts from its start and drops the offset; [anon:NAME] counts as a file */
    {__LINE__, 1, {USER, 1, 0x5010, MAP("[vdso]", AT(0x5000), .pgoff = 0x7000)},
                  {USER, 1, 0x9010, MAP("[vdso]", AT(0x9000))}},
    {__LINE__, 1, {USER, 1, 0x5010, MAP("[anon:x]", AT(0x5000))}, {USER, 1, 0x9010, MAP("[anon:x]", AT(0x9000))}},
    /* the kernel: by address, for all processes; modules by offset from their start */
    {__LINE__, 1, {KERNEL, 1, 0xffffffff81000040, KMAP("[kernel.kallsyms]_text", AT(0xffffffff81000000))},
                  {KERNEL, 2, 0xffffffff81000040, KMAP("[kernel.kallsyms]_text", AT(0xffffffff81000000))}},
    {__LINE__, 1, {KERNEL, 1, 0xffffffffc0000040, KMAP("/lib/modules/a.ko", AT(0xffffffffc0000000), .pgoff = 0x1000)},
                  {KERNEL, 1, 0xffffffffc0200040, KMAP("[b]", AT(0xffffffffc0200000))}},
    /* a build id stands for the inode */
    {__LINE__, 0, {USER, 1, 0x5010, MAP("/a", AT(0x5000), .build_id_bytes = 20, .build_id = {1})},
                  {USER, 1, 0x5010, MAP("/a", AT(0x5000), .build_id_bytes = 20, .build_id = {2})}},
    {__LINE__, 1, {USER, 1, 0x5010, MAP("/a", AT(0x5000), .build_id_bytes = 20, .build_id = {1})},
                  {USER, 2, 0x9010, MAP("/b", AT(0x9000), .build_id_bytes = 20, .build_id = {1})}},
};
/* clang-format on */

static uint32_t find(struct ht_lines *lines, const struct place *p) {
    uint32_t line;
    assert_int_equal(ht_lines_find(lines, p->mode, p->pid, p->mapped ? &p->map : NULL, p->address, &line),
                     HT_OK);
    return line;
}

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct ht_lines *lines;
        assert_int_equal(ht_lines_new(64, &lines), HT_OK);
        uint32_t a = find(lines, &row->a), b = find(lines, &row->b);
        if ((a == b) != row->same)
            fail_msg("row of line %d: %s", row->line, a == b ? "one line" : "two lines");
        assert_int_equal(find(lines, &row->a), a); /* and it stays found */
        assert_int_equal(find(lines, &row->b), b);
        ht_lines_free(lines);
    }
}

static void test_first_seen(void **state) {
    (void)state;
    struct ht_lines *lines;
    const struct ht_mapping map = {.id = 5,
                                   .source = HT_MMAP_SOURCE_MMAP2,
                                   .cpumode = 2,
                                   .file = "/a",
                                   AT(0x5000),
                                   .pgoff = 0x1000,
                                   FILE_ID};
    uint32_t line;
    assert_int_equal(ht_lines_new(64, &lines), HT_OK);
    assert_int_equal(ht_lines_find(lines, USER, 9, &map, 0x50ff, &line), HT_OK);
    const struct ht_line *l = ht_lines_get(lines, line);
    assert_int_equal(l->address, 0x10c0);      /* within the file */
    assert_int_equal(l->virtual_line, 0x50c0); /* as sampled */
    assert_int_equal(l->mapping, 5);
    const struct ht_line_space *space = ht_lines_space(lines, l->space);
    assert_int_equal(space->identity, HT_IDENTITY_FILE);
    assert_int_equal(space->pid, -1);
    assert_int_equal(space->inode, 4711);
    assert_int_equal(ht_lines_find(lines, USER, 9, NULL, 0x50ff, &line), HT_OK);
    l = ht_lines_get(lines, line);
    assert_int_equal(l->mapping, HT_NO_MAPPING);
    assert_int_equal(ht_lines_space(lines, l->space)->identity, HT_IDENTITY_UNMAPPED);
    ht_lines_free(lines);
}

static void test_line_size_and_many(void **state) {
    (void)state;
    struct ht_lines *lines;
    uint32_t line, first;
    assert_int_equal(ht_lines_new(128, &lines), HT_OK);
    assert_int_equal(ht_lines_bytes(lines), 128);
    assert_int_equal(ht_lines_find(lines, USER, 1, NULL, 0x1000, &first), HT_OK);
    assert_int_equal(ht_lines_find(lines, USER, 1, NULL, 0x107f, &line), HT_OK);
    assert_int_equal(line, first);
    for (uint64_t i = 0; i < 200000; i++) {
        assert_int_equal(ht_lines_find(lines, USER, (int64_t)(i % 7), NULL, 0x100000 + i * 128, &line),
                         HT_OK);
        assert_int_equal(line, i + 1);
    }
    for (uint64_t i = 0; i < 200000; i += 997) {
        assert_int_equal(ht_lines_find(lines, USER, 3, NULL, 0x100000 + i * 128 + 64, &line), HT_OK);
        assert_int_equal(line, i + 1);
    }
    assert_int_equal(ht_lines_count(lines), 200001);
    ht_lines_free(lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_first_seen),
        cmocka_unit_test(test_line_size_and_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
