/* Control groups of processes on machines that the test makes: version 2, version 1 beside an empty version
 * 2, a container's view; and the lines of memory.numa_stat, as kernels write them and as they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/cgroup_stat.h"
#include "record/collect/cgroups.h"
#include "tests/unit/record_tree.h"

#define V2_LINE "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 master:2 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_LINES                                                                                             \
    "30 1 0:27 / /dev/shm rw - tmpfs tmpfs rw\n"                                                             \
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"                            \
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"                             \
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

struct fixture {
    struct tree tree;
    struct ht_limits limits;
    struct ht_cgroups cgroups;
    struct ht_writer *writer;
    struct ht_encoder *encoder;
    char path[128];
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    tree_make(&f->tree);
    ht_limits_init(&f->limits);
    snprintf(f->path, sizeof f->path, "%s/out.hitm", f->tree.root);
    assert_int_equal(ht_writer_open(f->path, 0, 0, &f->writer, NULL), HT_OK);
    f->encoder = ht_encoder_new(1);
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    ht_cgroups_free(&f->cgroups);
    ht_writer_abandon(f->writer);
    ht_encoder_free(f->encoder);
    ht_limits_free(&f->limits);
    tree_remove(&f->tree);
    free(f);
    return 0;
}

static void open_groups(struct fixture *f, const char *mounts) {
    tree_put(&f->tree, "/proc/self/mountinfo", mounts);
    assert_int_equal(ht_cgroups_open(&f->cgroups, f->tree.root, &f->limits, NULL), HT_OK);
}

static void put_process(struct fixture *f, int pid, const char *groups, const char *numbers) {
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
    tree_put(&f->tree, path, groups);
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    snprintf(text, sizeof text, "Name:\tx\nTgid:\t%d\nNSpid:\t%s\nNSsid:\t1\n", pid, numbers);
    tree_put(&f->tree, path, text);
}

static void take(struct fixture *f, int pid, int wants_memory) {
    assert_int_equal(ht_cgroups_process(&f->cgroups, pid, wants_memory, 7, NULL), HT_OK);
}

static uint64_t read_all(struct fixture *f, int only_new) {
    uint64_t readings = 0;
    assert_int_equal(ht_cgroups_read(&f->cgroups, only_new, 9, &readings, f->writer, f->encoder, NULL),
                     HT_OK);
    return readings;
}

static uint64_t inode_of(const struct fixture *f, const char *path) {
    char full[512];
    struct stat file;
    snprintf(full, sizeof full, "%s%s", f->tree.root, path);
    assert_int_equal(stat(full, &file), 0);
    return file.st_ino;
}

static void check_text(const struct ht_table *t, unsigned column, uint32_t row, const char *expected) {
    char text[256];
    ht_table_copy_text(t, column, row, text, sizeof text);
    assert_string_equal(text, expected);
}

static void check_process(const struct fixture *f, uint32_t row, int pid, uint64_t group, int inside) {
    const struct ht_table *t = &f->cgroups.process_rows;
    assert_int_equal(t->number[HT_PROCESS_PID][row], pid);
    assert_int_equal(t->number[HT_PROCESS_CGROUP][row], group);
    assert_int_equal(t->number[HT_PROCESS_NS_PID][row], inside);
}

static void test_version_2(void **state) {
    struct fixture *f = *state;
    tree_put(&f->tree, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
    tree_put(&f->tree, "/sys/fs/cgroup/system.slice/a.service/memory.numa_stat", "anon N0=4096 N1=0\n");
    tree_put(&f->tree, "/sys/fs/cgroup/b/cgroup.procs", "12\n");
    open_groups(f, V2_LINE);
    assert_int_equal(f->cgroups.version, 2);
    put_process(f, 10, "1:name=systemd:/old\n0::/system.slice/a.service\n", "10\t3\t1");
    put_process(f, 11, "0::/system.slice/a.service\n", "11");
    put_process(f, 12, "0::/b\n", "12");
    put_process(f, 13, "0::/gone (deleted)\n", "13");
    for (int pid = 10; pid <= 14; pid++) /* 14 is no process */
        take(f, pid, 1);
    assert_int_equal(f->cgroups.group_rows.rows, 2);
    check_text(&f->cgroups.group_rows, HT_CGROUP_PATH, 0, "/system.slice/a.service");
    uint64_t a = inode_of(f, "/sys/fs/cgroup/system.slice/a.service");
    assert_int_equal(f->cgroups.group_rows.number[HT_CGROUP_CGROUP][0], a);
    assert_int_equal(f->cgroups.process_rows.rows, 4);
    check_process(f, 0, 10, a, 1);
    check_process(f, 1, 11, a, 11);
    check_process(f, 2, 12, inode_of(f, "/sys/fs/cgroup/b"), 12);
    check_process(f, 3, 13, 0, 13);
    assert_int_equal(read_all(f, 1), 1);
    assert_int_equal(read_all(f, 1), 0); /* not new any more */
    assert_int_equal(read_all(f, 0), 1);
    /* b has no memory controller: said once */
    assert_int_equal(f->limits.table.rows, 1);
    check_text(&f->limits.table, HT_LIMIT_WHY, 0, "the memory controller is not on in them");
}

/* Version 2 is mounted, but the memory controller and with it the containers are in version 1. */
static void test_version_1_beside_version_2(void **state) {
    struct fixture *f = *state;
    tree_put(&f->tree, "/sys/fs/cgroup/unified/cgroup.controllers", "\n");
    tree_put(&f->tree, "/sys/fs/cgroup/memory/docker/ab12/memory.numa_stat",
             "total=3 N0=1 N1=2\nhierarchical_total=3 N0=1 N1=2\n");
    tree_put(&f->tree, "/sys/fs/cgroup/memory/docker/cd34/memory.stat", "cache 0\n");
    open_groups(f, V1_LINES);
    assert_int_equal(f->cgroups.version, 1);
    put_process(f, 10, "5:cpu,cpuacct:/x\n4:memory:/docker/ab12\n0::/system.slice/docker.service\n", "10");
    put_process(f, 11, "4:hugetlb,memory:/docker/cd34\n", "11");
    put_process(f, 12, "4:memories:/docker/cd34\n0::/\n", "12");
    take(f, 10, 1);
    take(f, 11, 0); /* not asked for: its group is named, but not read */
    take(f, 12, 1);
    assert_int_equal(f->cgroups.group_rows.rows, 2);
    check_text(&f->cgroups.group_rows, HT_CGROUP_PATH, 0, "/docker/ab12");
    check_process(f, 2, 12, 0, 12);
    assert_int_equal(read_all(f, 0), 1);
    assert_int_equal(f->limits.table.rows, 0);
    take(f, 11, 1);
    assert_int_equal(read_all(f, 1), 0);
    assert_int_equal(f->limits.table.rows, 1);
    check_text(&f->limits.table, HT_LIMIT_MEND, 0, "a kernel with CONFIG_NUMA");
}

/* Which mount is asked for memory, by what is mounted and what version 2 controls there. */
static void test_which_hierarchy(void **state) {
    static const char *const one = "30 20 0:26 / /one/memory rw - cgroup cgroup rw,memory\n",
                             *const cpu = "31 20 0:27 / /one/cpu rw - cgroup cgroup rw,cpu,cpuacct\n",
                             *const two = "32 20 0:28 / /two rw - cgroup2 cgroup2 rw\n",
                             *const again = "33 20 0:28 / /again rw - cgroup2 cgroup2 rw\n";
    static const struct {
        int line;
        const char *mount[3], *controllers[2]; /* of /two, of /again */
        const char *point;
        int version, has_memory;
    } rows[] = {
        {__LINE__, {"", "", ""}, {NULL, NULL}, NULL, 0, 0},
        {__LINE__, {cpu, "", ""}, {NULL, NULL}, NULL, 0, 0},
        {__LINE__, {cpu, one, ""}, {NULL, NULL}, "/one/memory", 1, 1},
        {__LINE__, {two, one, ""}, {"cpu io\n", NULL}, "/one/memory", 1, 1},
        {__LINE__, {one, two, ""}, {"cpu memory\n", NULL}, "/two", 2, 1},
        {__LINE__, {two, cpu, ""}, {"memories\n", NULL}, "/two", 2, 0},
        {__LINE__, {two, again, ""}, {NULL, "memory\n"}, "/again", 2, 1},
        {__LINE__, {two, again, one}, {"memory\n", ""}, "/two", 2, 1},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_cgroup_mounts mounts;
        struct ht_cgroup_choice choice;
        char text[512];
        print_message("row of line %d\n", rows[i].line);
        snprintf(text, sizeof text, "%s%s%s", rows[i].mount[0], rows[i].mount[1], rows[i].mount[2]);
        tree_put(&f->tree, "/proc/self/mountinfo", text);
        tree_put(&f->tree, "/two/cgroup.controllers", rows[i].controllers[0] ? rows[i].controllers[0] : "");
        tree_put(&f->tree, "/again/cgroup.controllers", rows[i].controllers[1] ? rows[i].controllers[1] : "");
        assert_int_equal(ht_cgroup_mounts_read(f->tree.root, &mounts, NULL), HT_OK);
        ht_cgroup_mounts_choose(f->tree.root, &mounts, &choice);
        assert_int_equal(choice.version, rows[i].version);
        assert_int_equal(choice.has_memory, rows[i].has_memory);
        if (rows[i].point == NULL)
            assert_null(choice.mount);
        else
            assert_string_equal(choice.mount->point, rows[i].point);
        ht_cgroup_mounts_free(&mounts);
    }
}

/* In a container, its own group is what is mounted; processes of others have paths that go up. */
static void test_container(void **state) {
    struct fixture *f = *state;
    tree_put(&f->tree, "/sys/fs/cgroup/cgroup.controllers", "memory\n");
    tree_put(&f->tree, "/sys/fs/cgroup/app/memory.numa_stat", "anon N0=1\n");
    open_groups(f, "31 23 0:28 /docker/ab12 /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    put_process(f, 10, "0::/docker/ab12/app\n", "10");
    put_process(f, 11, "0::/docker/ab12\n", "11");
    put_process(f, 12, "0::/../cd34\n", "12");
    put_process(f, 13, "0::/docker/ab123\n", "13");
    for (int pid = 10; pid <= 13; pid++)
        take(f, pid, 0);
    check_process(f, 0, 10, inode_of(f, "/sys/fs/cgroup/app"), 10);
    check_process(f, 1, 11, inode_of(f, "/sys/fs/cgroup"), 11);
    check_process(f, 2, 12, 0, 12);
    check_process(f, 3, 13, 0, 13);
}

static void test_nothing_is_mounted(void **state) {
    struct fixture *f = *state;
    open_groups(f, "nonsense\n1 2 - cgroup2\n30 1 0:27 / /dev/shm rw - tmpfs tmpfs rw\n");
    put_process(f, 10, "0::/\n", "10\t2");
    take(f, 10, 1);
    assert_int_equal(f->cgroups.group_rows.rows, 0);
    check_process(f, 0, 10, 0, 2);
    assert_int_equal(read_all(f, 0), 0);
    assert_int_equal(f->limits.table.rows, 1);
}

static void test_many_groups(void **state) {
    struct fixture *f = *state;
    tree_put(&f->tree, "/sys/fs/cgroup/cgroup.controllers", "memory\n");
    open_groups(f, V2_LINE);
    for (int i = 0; i < 300; i++) {
        char path[128], group[64];
        snprintf(path, sizeof path, "/sys/fs/cgroup/pod%d/memory.numa_stat", i);
        tree_put(&f->tree, path, "anon N0=1 N1=2\n");
        snprintf(group, sizeof group, "0::/pod%d\n", i);
        put_process(f, 1000 + i, group, "1");
        take(f, 1000 + i, 1);
        take(f, 1000 + i, 1);
    }
    assert_int_equal(f->cgroups.group_rows.rows, 300);
    assert_int_equal(read_all(f, 0), HT_CGROUPS_READ_MAX);
    assert_int_equal(f->limits.table.rows, 1);
    assert_int_equal(f->limits.table.number[HT_LIMIT_COUNT][0], 300 - HT_CGROUPS_READ_MAX);
}

/* ---- lines ---- */

static void test_lines_of_version_2(void **state) {
    struct ht_cgroup_stat_line *s = malloc(sizeof *s);
    (void)state;
    assert_true(ht_cgroup_stat_parse("anon N0=4096 N1=18446744073709551615", 2, s));
    assert_int_equal(s->name_length, 4);
    assert_int_equal(s->nodes, 2);
    assert_int_equal(s->node[1].node, 1);
    assert_true(s->node[1].value == UINT64_MAX);
    assert_false(s->has_sum);
    free(s);
}

static void test_lines_that_are_none(void **state) {
    static const struct {
        int version;
        const char *text;
    } lines[] = {{2, ""},
                 {2, "anon"},
                 {2, "anon N0"},
                 {2, "anon N0="},
                 {2, "anon N0=1 "},
                 {2, "anon N0=1 N"},
                 {2, "anon N0=-1"},
                 {2, "anon N-1=1"},
                 {2, "anon N1024=1"},
                 {2, "anon N0=18446744073709551616"},
                 {2, "anon N0=1x"},
                 {2, "anon  N0=1"},
                 {2, "total=3 N0=3"},
                 {2, "Anon N0=1"},
                 {1, "total N0=3"},
                 {1, "total= N0=3"},
                 {1, "total=3"},
                 {1, "total=3 N0=3 x"}};
    struct ht_cgroup_stat_line *s = malloc(sizeof *s);
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        print_message("'%s'\n", lines[i].text);
        assert_false(ht_cgroup_stat_parse(lines[i].text, lines[i].version, s));
    }
    free(s);
}

static void check_row(const struct ht_table *t, uint32_t row, int node, const char *name, uint64_t bytes) {
    assert_int_equal(t->number[HT_CGROUP_STAT_TIME][row], 5);
    assert_int_equal(t->number[HT_CGROUP_STAT_CGROUP][row], 77);
    assert_int_equal(ht_table_i64(t, HT_CGROUP_STAT_NODE, row), node);
    check_text(t, HT_CGROUP_STAT_NAME, row, name);
    assert_int_equal(t->number[HT_CGROUP_STAT_VALUE][row], bytes);
}

static void test_rows(void **state) {
    char v1[] = "total=5 N0=2 N1=3\nfile=1 N0=1 N1=0\nhierarchical_total=9 N0=4 N1=5\n\nwhat?\n";
    char v2[] = "anon N0=4096 N2=8192\ninactive_anon N0=1 N2=1\nworkingset_refault_anon N0=3 N2=3\n";
    uint64_t strange = 0, page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct ht_table t;
    (void)state;
    ht_table_init(&t, HT_CHUNK_CGROUP_STAT);
    assert_int_equal(ht_cgroup_stat_rows(v1, 1, 77, 5, &t, &strange), HT_OK);
    assert_int_equal(t.rows, 6);
    check_row(&t, 0, -1, "total", 5 * page);
    check_row(&t, 1, 0, "total", 2 * page);
    check_row(&t, 2, 1, "total", 3 * page);
    check_row(&t, 3, -1, "file", page);
    check_row(&t, 5, 1, "file", 0);
    assert_int_equal(strange, 1);
    ht_table_clear(&t);
    assert_int_equal(ht_cgroup_stat_rows(v2, 2, 77, 5, &t, &strange), HT_OK);
    assert_int_equal(t.rows, 2);
    check_row(&t, 1, 2, "anon", 8192);
    ht_table_free(&t);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_version_2),
        TEST(test_version_1_beside_version_2),
        TEST(test_which_hierarchy),
        TEST(test_container),
        TEST(test_nothing_is_mounted),
        TEST(test_many_groups),
        cmocka_unit_test(test_lines_of_version_2),
        cmocka_unit_test(test_lines_that_are_none),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
