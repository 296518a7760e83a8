/* A disk that is full while a command of hitm-analyze writes (RLIMIT_FSIZE, in steps up to where it fits):
 * the command fails with a cause, and neither its output nor anything half done is left beside it. */
#include "tests/unit/capture_maker.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "analyze/command.h"

static char folder[64];

static void limit_file(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int setup(void **state) {
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/hitm-test-XXXXXX" : "/tmp/hitm-test-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : 1;
}

static unsigned files_in_folder(int remove_them) {
    unsigned files = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[400];
        if (entry->d_name[0] == '.')
            continue;
        files++;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (remove_them)
            unlink(path);
    }
    closedir(dir);
    return files;
}

static int teardown(void **state) {
    (void)state;
    files_in_folder(1);
    rmdir(folder);
    return 0;
}

static enum ht_status run(const struct ht_command *command, const char *input, const char *output,
                          const char *format, struct ht_cause *cause) {
    char *argv[] = {(char *)command->name, (char *)input, "-q", "-o", (char *)output, (char *)format, NULL};
    struct ht_arguments arguments;
    cause->text[0] = '\0';
    assert_int_equal(ht_arguments_parse(command, format != NULL ? 6 : 5, argv, &arguments, cause), HT_OK);
    return command->run(&arguments, cause);
}

/* From no byte at all in steps; what a command needs is at least least bytes. */
static void fill_the_disk(const struct ht_command *command, const char *input, const char *name,
                          const char *format, rlim_t least) {
    char output[200];
    struct ht_cause cause;
    unsigned failures = 0;
    snprintf(output, sizeof output, "%s/%s", folder, name);
    rlim_t step = least / 8;
    for (rlim_t limit = 0; limit < 64 * least; limit += step) {
        limit_file(limit);
        enum ht_status status = run(command, input, output, format, &cause);
        limit_file(RLIM_INFINITY);
        unsigned files = files_in_folder(0);
        if (status == HT_OK) {
            struct stat st;
            assert_int_equal(files, 1);
            assert_int_equal(stat(output, &st), 0);
            assert_true((rlim_t)st.st_size <= limit && (rlim_t)st.st_size >= least);
            assert_true(failures >= 8);
            return;
        }
        if (files != 0 || cause.text[0] == '\0')
            fail_msg("%s with room for %llu bytes: %u files left, \"%s\"", command->name,
                     (unsigned long long)limit, files, cause.text);
        failures++;
    }
    fail_msg("%s never found room", command->name);
}

#define PERF_DATA "tests/golden-errors/small.perf.data"
#define CAPTURE   "tests/golden/format-1.hitm"

static void test_import(void **state) {
    (void)state;
    fill_the_disk(&ht_cmd_import, PERF_DATA, "x.hitm", NULL, 1000);
}

static void test_load(void **state) {
    (void)state;
    fill_the_disk(&ht_cmd_load, CAPTURE, "x.db", NULL, 100000);
}

static void test_report_html(void **state) {
    (void)state;
    fill_the_disk(&ht_cmd_report, CAPTURE, "x.html", NULL, 20000);
}

static void test_report_text(void **state) {
    (void)state;
    fill_the_disk(&ht_cmd_report, CAPTURE, "x.txt", "--format=text", 2000);
}

/* A database that is there keeps what it had, whether the new capture fits by half or not at all. */
static void test_load_adds_nothing(void **state) {
    (void)state;
    char big[200], output[200];
    struct ht_cause cause;
    snprintf(big, sizeof big, "%s/big.hitm", folder);
    snprintf(output, sizeof output, "%s/x.db", folder);
    assert_int_equal(run(&ht_cmd_import, "tests/golden/two-node-false-sharing.perf.data", big, NULL, &cause),
                     HT_OK);
    assert_int_equal(run(&ht_cmd_load, CAPTURE, output, NULL, &cause), HT_OK);
    struct maker_file before = maker_read(output);
    for (rlim_t room = 0; room <= 1 << 20; room += 1 << 18) {
        limit_file(before.length + room);
        enum ht_status status = run(&ht_cmd_load, big, output, NULL, &cause);
        limit_file(RLIM_INFINITY);
        assert_int_not_equal(status, HT_OK);
        assert_true(cause.text[0] != '\0');
        assert_int_equal(files_in_folder(0), 2); /* no journal that somebody has to roll back */
        struct maker_file after = maker_read(output);
        assert_int_equal(after.length, before.length);
        assert_memory_equal(after.data, before.data, before.length);
        free(after.data);
    }
    free(before.data);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_import),
        TEST(test_load),
        TEST(test_report_html),
        TEST(test_report_text),
        TEST(test_load_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
