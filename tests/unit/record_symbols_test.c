/* Names: kallsyms, perf-PID.map, an ELF file (this test itself). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "record/collect/dso.h"
#include "record/collect/hits.h"
#include "record/collect/jit_map.h"
#include "record/collect/kallsyms.h"
#include "tests/unit/record_tree.h"

static void test_kallsyms(void **state) {
    struct tree tree;
    struct ht_kallsyms k;
    (void)state;
    tree_make(&tree);
    tree_put(&tree, "/proc/kallsyms",
             "ffffffff81000000 T _stext\nffffffff81000000 T first_of_two\nffffffff81000200 t later\n"
             "ffffffff81000100 D some_data\nffffffff82000000 T _etext\n"
             "ffffffffc0000000 t in_module\t[ext4]\nbroken\n");
    assert_int_equal(ht_kallsyms_read(tree.root, &k, NULL), HT_OK);
    assert_false(k.hidden);
    assert_int_equal(k.text_start, 0xffffffff81000000);
    assert_int_equal(k.text_end, 0xffffffff82000000);
    const struct ht_ksymbol *s = ht_kallsyms_find(&k, 0xffffffff810001ff);
    assert_string_equal(s->name, "_stext");
    assert_int_equal(s->bytes, 0x200);
    assert_string_equal(ht_kallsyms_find(&k, 0xffffffff81000200)->name, "later");
    s = ht_kallsyms_find(&k, 0xffffffffc0000010);
    assert_string_equal(s->name, "in_module");
    assert_string_equal(s->module, "ext4");
    assert_null(ht_kallsyms_find(&k, 0x1000));
    ht_kallsyms_free(&k);
    tree_put(&tree, "/proc/kallsyms", "0000000000000000 T _stext\n0000000000000000 t other\n");
    assert_int_equal(ht_kallsyms_read(tree.root, &k, NULL), HT_OK);
    assert_true(k.hidden);
    ht_kallsyms_free(&k);
    tree_remove(&tree);
}

static void test_jit_map(void **state) {
    struct tree tree;
    struct ht_jit_map map;
    (void)state;
    tree_make(&tree);
    tree_put(&tree, "/proc/400/status", "Name:\tnode\nNSpid:\t400\t7\n");
    tree_put(&tree, "/proc/400/root/tmp/perf-7.map",
             "2000 100 Builtin:Add with blanks\n1000 80 old\n1000 80 new\nrubbish\n");
    assert_int_equal(ht_jit_map_read(tree.root, 400, &map, NULL), HT_OK);
    assert_string_equal(map.path, "/tmp/perf-7.map");
    assert_string_equal(ht_jit_map_find(&map, 0x20ff)->name, "Builtin:Add with blanks");
    assert_string_equal(ht_jit_map_find(&map, 0x1000)->name, "new");
    assert_null(ht_jit_map_find(&map, 0x1080));
    assert_null(ht_jit_map_find(&map, 0xfff));
    ht_jit_map_free(&map);
    assert_int_equal(ht_jit_map_read(tree.root, 401, &map, NULL), HT_NOT_FOUND);
    /* Somebody else's trap under that name: a link to another file, a FIFO that nobody writes. */
    char path[128], real[128];
    tree_put(&tree, "/proc/402/root/tmp/x", "1000 10 leaked\n");
    snprintf(path, sizeof path, "%s/proc/402/root/tmp/perf-402.map", tree.root);
    snprintf(real, sizeof real, "%s/proc/402/root/tmp/x", tree.root);
    assert_int_equal(symlink(real, path), 0);
    assert_int_equal(ht_jit_map_read(tree.root, 402, &map, NULL), HT_NOT_FOUND);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(ht_jit_map_read(tree.root, 402, &map, NULL), HT_NOT_FOUND);
    tree_remove(&tree);
}

/* Where this process has a function of its own: the mapping that covers it, as the recorder would see it. */
static void own_mapping(struct ht_spaces *spaces, const void *code) {
    char line[512], path[256] = "";
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long long start, end, offset, inode;
        unsigned major, minor;
        if (sscanf(line, "%llx-%llx %*s %llx %x:%x %llu %255s", &start, &end, &offset, &major, &minor, &inode,
                   path) < 7 ||
            (uintptr_t)code < start || (uintptr_t)code >= end)
            continue;
        struct ht_mapping m = {.time = UINT64_MAX / 4, /* later than the file */
                               .start = start,
                               .length = end - start,
                               .pgoff = offset,
                               .inode = inode,
                               .major = major,
                               .minor = minor,
                               .pid = getpid()};
        ht_spaces_add(spaces, &m, path, strlen(path));
    }
    fclose(maps);
    assert_int_equal(spaces->mappings, 1);
    ht_spaces_sort(spaces);
}

__attribute__((noinline)) int record_symbols_test_marker(int x);
int record_symbols_test_marker(int x) {
    return x * 3 + 1;
}

static void test_own_code_is_found(void **state) {
    struct ht_spaces spaces = {0};
    struct ht_dsos dsos = {0};
    struct ht_dso_symbol symbol;
    uint32_t dso;
    uint64_t offset;
    uint8_t code[HT_CODE_LENGTH_MAX];
    uintptr_t ip = (uintptr_t)record_symbols_test_marker;
    (void)state;
    own_mapping(&spaces, (const void *)ip);
    assert_int_equal(ht_dsos_locate(&dsos, &spaces, getpid(), ip + 1, &dso, &offset), HT_OK);
    assert_int_equal(ht_dsos_locate(&dsos, &spaces, getpid(), 16, &dso, &offset), HT_NOT_FOUND);
    struct ht_dso *d = &dsos.dso[0];
    assert_int_equal(ht_dso_open(d, "", 0), HT_OK);
    assert_int_equal(d->state, HT_DSO_READ);
    assert_true(ht_dso_find(d, offset, &symbol));
    assert_string_equal(symbol.name, "record_symbols_test_marker");
    assert_int_equal(symbol.start, offset - 1);
    assert_int_equal(ht_dso_code(d, offset, code), HT_CODE_LENGTH_MAX);
    assert_memory_equal(code, (const void *)(ip + 1), 4);
    ht_dsos_free(&dsos);
    ht_spaces_free(&spaces);
}

static void test_a_replaced_file_is_not_believed(void **state) {
    struct ht_spaces spaces = {0};
    struct ht_dsos dsos = {0};
    uint32_t dso;
    uint64_t offset;
    /* the same path, but the inode that was mapped is another one */
    struct ht_mapping m = {.start = 0x1000, .length = 0x1000, .inode = 1, .major = 8, .pid = getpid()};
    (void)state;
    ht_spaces_add(&spaces, &m, "/proc/self/exe", strlen("/proc/self/exe"));
    m.start = 0x3000;
    ht_spaces_add(&spaces, &m, "/no/such/file", strlen("/no/such/file"));
    m.start = 0x5000;
    ht_spaces_add(&spaces, &m, "//anon", strlen("//anon"));
    ht_spaces_sort(&spaces);
    assert_int_equal(ht_dsos_locate(&dsos, &spaces, getpid(), 0x1100, &dso, &offset), HT_OK);
    assert_int_equal(ht_dso_open(&dsos.dso[dso], "", 0), HT_OK);
    assert_int_equal(dsos.dso[dso].state, HT_DSO_CHANGED);
    assert_int_equal(ht_dsos_locate(&dsos, &spaces, getpid(), 0x3100, &dso, &offset), HT_OK);
    assert_int_equal(ht_dso_open(&dsos.dso[dso], "", 0), HT_OK);
    assert_int_equal(dsos.dso[dso].state, HT_DSO_MISSING);
    assert_int_equal(ht_dsos_locate(&dsos, &spaces, getpid(), 0x5100, &dso, &offset), HT_OK);
    assert_int_equal(dsos.dso[dso].kind, HT_DSO_KIND_JIT);
    assert_int_equal(offset, 0x5100);
    ht_dsos_free(&dsos);
    ht_spaces_free(&spaces);
}

/* A file that is replaced often gets the inode number of the one before. */
static void test_a_file_younger_than_its_mapping_is_not_believed(void **state) {
    struct tree tree;
    struct ht_spaces spaces = {0};
    struct ht_dsos dsos = {0};
    struct stat file;
    char path[128];
    uint32_t dso;
    uint64_t offset;
    (void)state;
    tree_make(&tree);
    tree_put(&tree, "/bin/program", "not even ELF");
    snprintf(path, sizeof path, "%s/bin/program", tree.root);
    assert_int_equal(stat(path, &file), 0);
    uint64_t changed = (uint64_t)file.st_ctim.tv_sec * 1000000000u + (uint64_t)file.st_ctim.tv_nsec;
    struct ht_mapping m = {.time = 1000, .start = 0x1000, .length = 0x1000, .inode = file.st_ino, .pid = 1};
    ht_spaces_add(&spaces, &m, "/bin/program", strlen("/bin/program"));
    assert_int_equal(ht_dsos_locate(&dsos, &spaces, 1, 0x1100, &dso, &offset), HT_OK);
    assert_int_equal(ht_dso_open(&dsos.dso[0], tree.root, (int64_t)changed - 1000), HT_OK);
    assert_int_equal(dsos.dso[0].state, HT_DSO_NO_SYMBOLS); /* the very file */
    ht_dso_close(&dsos.dso[0]);
    assert_int_equal(ht_dso_open(&dsos.dso[0], tree.root, (int64_t)changed - 1001), HT_OK);
    assert_int_equal(dsos.dso[0].state, HT_DSO_CHANGED);
    ht_dsos_free(&dsos);
    ht_spaces_free(&spaces);
    tree_remove(&tree);
}

static void test_a_file_that_is_no_elf(void **state) {
    struct ht_elf *elf;
    char path[] = "/tmp/hitm_noelf.XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "\177ELF then nothing", 17), 17);
    unlink(path);
    assert_int_not_equal(ht_elf_open(fd, &elf), HT_OK);
    assert_null(elf);
}

static void test_hits_are_distinct_and_sorted(void **state) {
    struct ht_hits a = {0}, b = {0};
    (void)state;
    for (int i = 0; i < 5000; i++) {
        ht_hits_add(&a, 10, 0x1000 + (uint64_t)(i % 700), HT_HIT_SAMPLED);
        ht_hits_add(&b, i % 2 ? 10 : -1, 0x1000, HT_HIT_SAMPLED);
    }
    ht_hits_merge(&a, &b);
    assert_int_equal(a.count, 701);
    ht_hits_sort(&a);
    assert_int_equal(a.slots, 701);
    assert_int_equal(a.slot[0].pid, -1);
    for (uint32_t i = 2; i < a.slots; i++)
        assert_true(a.slot[i - 1].ip < a.slot[i].ip);
    ht_hits_free(&a);
    ht_hits_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kallsyms),
        cmocka_unit_test(test_jit_map),
        cmocka_unit_test(test_own_code_is_found),
        cmocka_unit_test(test_a_replaced_file_is_not_believed),
        cmocka_unit_test(test_a_file_younger_than_its_mapping_is_not_believed),
        cmocka_unit_test(test_a_file_that_is_no_elf),
        cmocka_unit_test(test_hits_are_distinct_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
