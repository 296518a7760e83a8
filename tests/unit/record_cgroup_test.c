/* Control groups as targets: mounts as mountinfo tells them, paths in all their forms, processes below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/cgroup_target.h"
#include "tests/unit/record_tree.h"

#define MOUNTS                                                                                               \
    "22 1 0:20 / / rw - ext4 /dev/root rw\n"                                                                 \
    "23 22 0:4 / /proc rw shared:9 master:3 - proc proc rw\n"                                                \
    "broken line\n"                                                                                          \
    "30 22 0:26 / /sys/fs/cgroup/memory rw,nosuid shared:7 - cgroup cgroup rw,seclabel,memory\n"             \
    "31 22 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,xattr,cpu,cpuacct\n"                      \
    "32 22 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"                               \
    "34 22 0:30 /../.. /mnt/host rw - cgroup cgroup rw,freezer\n"                                            \
    "33 22 0:29 /docker/abc /mnt/with\\040blank rw - cgroup cgroup rw,pids\n"

struct found {
    pid_t pid[64];
    size_t pids;
};

static void note(void *context, pid_t pid) {
    struct found *found = context;
    if (found->pids < 64)
        found->pid[found->pids++] = pid;
}

static void put_group(const struct tree *t, const char *directory, const char *procs) {
    char path[440];
    assert_true((size_t)snprintf(path, sizeof path, "%s/cgroup.procs", directory) < sizeof path);
    tree_put(t, path, procs);
}

static void make_mounts(struct tree *t) {
    tree_make(t);
    tree_put(t, "/proc/self/mountinfo", MOUNTS);
    put_group(t, "/sys/fs/cgroup/memory", "1\n");
    put_group(t, "/sys/fs/cgroup/cpu,cpuacct", "1\n");
    put_group(t, "/sys/fs/cgroup/unified", "1\n");
    put_group(t, "/mnt/with blank", "1\n");
}

static void test_every_form_of_a_path(void **state) {
    static const struct {
        int line;
        const char *name, *directory, *path, *hierarchy;
    } rows[] = {
        {__LINE__, "/db", "/sys/fs/cgroup/unified/db", "/db", "v2"},
        {__LINE__, "/db/", "/sys/fs/cgroup/unified/db", "/db", "v2"},
        {__LINE__, "/sys/fs/cgroup/memory/db", "/sys/fs/cgroup/memory/db", "/db", "memory"},
        {__LINE__, "/sys/fs/cgroup/memory/db///", "/sys/fs/cgroup/memory/db", "/db", "memory"},
        {__LINE__, "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory", "/", "memory"},
        {__LINE__, "/old", "/sys/fs/cgroup/memory/old", "/old", "memory"},
        {__LINE__, "/cpu/only", "/sys/fs/cgroup/cpu,cpuacct/cpu/only", "/cpu/only", "cpu,cpuacct"},
        {__LINE__, "/docker/abc/in", "/mnt/with blank/in", "/docker/abc/in", "pids"},
        {__LINE__, "/in", "/mnt/with blank/in", "/docker/abc/in", "pids"},
        {__LINE__, "/mnt/with blank/in", "/mnt/with blank/in", "/docker/abc/in", "pids"},
        {__LINE__, "/mnt/host/out", "/mnt/host/out", "/../../out", "freezer"},
        {__LINE__, "/", "/sys/fs/cgroup/unified/", "/", "v2"},
    };
    struct tree t;
    (void)state;
    make_mounts(&t);
    put_group(&t, "/sys/fs/cgroup/unified/db", "10\n");
    put_group(&t, "/sys/fs/cgroup/memory/db", "10\n11\n");
    put_group(&t, "/sys/fs/cgroup/unified/old", ""); /* the first that holds processes is meant */
    put_group(&t, "/sys/fs/cgroup/memory/old", "12\n");
    put_group(&t, "/sys/fs/cgroup/cpu,cpuacct/cpu/only", "");
    put_group(&t, "/mnt/with blank/in", "13\n");
    put_group(&t, "/mnt/host/out", "14\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_cgroup_target c;
        struct ht_cause cause = {0};
        print_message("row of line %d: %s\n", rows[i].line, rows[i].name);
        assert_int_equal(ht_cgroup_find(t.root, rows[i].name, &c, &cause), HT_OK);
        assert_string_equal(c.directory, rows[i].directory);
        assert_string_equal(c.path, rows[i].path);
        assert_string_equal(c.hierarchy, rows[i].hierarchy);
    }
    tree_remove(&t);
}

static void test_what_is_not_there(void **state) {
    struct tree t;
    struct ht_cgroup_target c;
    struct ht_cause cause = {0};
    (void)state;
    make_mounts(&t);
    assert_int_equal(ht_cgroup_find(t.root, "/gone", &c, &cause), HT_NOT_FOUND);
    assert_non_null(strstr(cause.text, "--cgroup /gone"));
    assert_non_null(strstr(cause.text, "/sys/fs/cgroup/unified"));
    assert_non_null(strstr(cause.text, "/mnt/with blank"));
    assert_int_equal(ht_cgroup_find(t.root, "/sys/fs/cgroup", &c, &cause), HT_NOT_FOUND);
    assert_int_equal(ht_cgroup_find(t.root, "/sys/fs/cgroup/memory2", &c, &cause), HT_NOT_FOUND);
    put_group(&t, "/mnt/host/out", "14\n");
    assert_int_equal(ht_cgroup_find(t.root, "/out", &c, &cause), HT_NOT_FOUND); /* not what /out is here */
    assert_int_equal(ht_cgroup_find(t.root, "/../host.slice", &c, &cause), HT_UNSUPPORTED);
    assert_non_null(strstr(cause.text, "on the host"));
    char *long_name = malloc(9000);
    memset(long_name, 'x', 9000);
    long_name[0] = '/';
    long_name[8999] = '\0';
    assert_int_equal(ht_cgroup_find(t.root, long_name, &c, &cause), HT_NOT_FOUND);
    free(long_name);
    tree_put(&t, "/proc/self/mountinfo", "22 1 0:20 / / rw - ext4 /dev/root rw\n");
    assert_int_equal(ht_cgroup_find(t.root, "/db", &c, &cause), HT_NOT_FOUND);
    assert_non_null(strstr(cause.text, "mount -t cgroup2"));
    tree_remove(&t);
    assert_int_not_equal(ht_cgroup_find(t.root, "/db", &c, &cause), HT_OK); /* no mountinfo */
}

static void test_processes_of_all_groups_below(void **state) {
    struct tree t;
    struct ht_cgroup_target c;
    struct ht_cause cause = {0};
    struct found found = {0};
    struct ht_cgroup_walk walk = {.context = &found, .process = note};
    char link[256];
    (void)state;
    make_mounts(&t);
    put_group(&t, "/sys/fs/cgroup/unified/a", "5\n6\n0\n0\n");
    put_group(&t, "/sys/fs/cgroup/unified/a/b", "7\nnonsense\n99999999999999999999\n-3\n");
    put_group(&t, "/sys/fs/cgroup/unified/a/b/c", "8"); /* cut: no number that is known to be whole */
    put_group(&t, "/sys/fs/cgroup/unified/a/d", "");
    snprintf(link, sizeof link, "%s/sys/fs/cgroup/unified/a/up", t.root);
    assert_int_equal(symlink("..", link), 0);
    assert_int_equal(ht_cgroup_find(t.root, "/a", &c, &cause), HT_OK);
    assert_int_equal(ht_cgroup_walk(&c, &walk), HT_OK);
    assert_int_equal(found.pids, 3);
    assert_int_equal(found.pid[0] + found.pid[1] + found.pid[2], 5 + 6 + 7);
    assert_int_equal(walk.groups, 4);
    assert_int_equal(walk.outside, 2);
    assert_int_equal(walk.unread, 0);
    assert_false(walk.removed);
    tree_remove(&t);
    assert_int_equal(ht_cgroup_walk(&c, &walk), HT_OK);
    assert_true(walk.removed);
    assert_int_equal(found.pids, 3);
}

struct many {
    size_t count;
    uint64_t sum;
};

static void add_up(void *context, pid_t pid) {
    struct many *many = context;
    many->count++;
    many->sum += (uint64_t)pid;
}

/* Numbers lie across the borders of the reader's buffer. */
static void test_many_processes(void **state) {
    struct tree t;
    struct ht_cgroup_target c;
    struct ht_cause cause = {0};
    struct many many = {0};
    struct ht_cgroup_walk walk = {.context = &many, .process = add_up};
    size_t wanted = 50000, at = 0;
    uint64_t sum = 0;
    char *text = malloc(wanted * 9);
    (void)state;
    make_mounts(&t);
    for (size_t i = 0; i < wanted; i++) {
        at += (size_t)sprintf(text + at, "%zu\n", 900 + i * 83);
        sum += 900 + i * 83;
    }
    put_group(&t, "/sys/fs/cgroup/unified/many", text);
    assert_int_equal(ht_cgroup_find(t.root, "/many", &c, &cause), HT_OK);
    assert_int_equal(ht_cgroup_walk(&c, &walk), HT_OK);
    assert_int_equal(many.count, wanted);
    assert_true(many.sum == sum);
    memset(text, '7', wanted * 9 - 1); /* one line without end */
    text[wanted * 9 - 1] = '\0';
    put_group(&t, "/sys/fs/cgroup/unified/many", text);
    many = (struct many){0};
    assert_int_equal(ht_cgroup_walk(&c, &walk), HT_OK);
    assert_int_equal(many.count, 0);
    free(text);
    tree_remove(&t);
}

static void test_too_deep_is_said(void **state) {
    struct tree t;
    struct ht_cgroup_target c;
    struct ht_cause cause = {0};
    struct found found = {0};
    struct ht_cgroup_walk walk = {.context = &found, .process = note};
    char path[400] = "/sys/fs/cgroup/unified/deep";
    (void)state;
    make_mounts(&t);
    put_group(&t, path, "1\n");
    for (int i = 0; i < 70; i++)
        strcat(path, "/x");
    put_group(&t, path, "2\n");
    assert_int_equal(ht_cgroup_find(t.root, "/deep", &c, &cause), HT_OK);
    assert_int_equal(ht_cgroup_walk(&c, &walk), HT_OK);
    assert_int_equal(found.pids, 1);
    assert_int_equal(walk.unread, 1);
    tree_remove(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_a_path),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_processes_of_all_groups_below),
        cmocka_unit_test(test_many_processes),
        cmocka_unit_test(test_too_deep_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
