/* The command line of hitm-record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/options.h"

#define ARGS_MAX 12

static enum ht_status parse(const char *const *words, struct ht_record_options *o, struct ht_cause *cause) {
    static char copy[ARGS_MAX][64];
    static char *argv[ARGS_MAX + 2];
    int argc = 0;
    argv[argc++] = "hitm-record";
    for (; words[argc - 1] != NULL && argc <= ARGS_MAX; argc++) {
        strcpy(copy[argc - 1], words[argc - 1]);
        argv[argc] = copy[argc - 1];
    }
    argv[argc] = NULL;
    cause->text[0] = '\0';
    return ht_record_options_parse(argc, argv, o, cause);
}

static void test_defaults(void **state) {
    struct ht_record_options o;
    struct ht_cause cause;
    (void)state;
    assert_int_equal(parse((const char *[]){NULL}, &o, &cause), HT_OK);
    assert_true(o.system);
    assert_true(o.seconds == 0);
    assert_int_equal(o.ring_kib, 1024);
    assert_true(o.max_overhead == 1.0);
    assert_int_equal(o.cpu_hz, 1000);
    assert_null(o.command);
    assert_null(o.output);
    assert_string_equal(o.root, "");
    ht_record_options_free(&o);
}

static void test_everything(void **state) {
    struct ht_record_options o;
    struct ht_cause cause;
    (void)state;
    const char *words[] = {"-p",      "12,34",      "-d",   "2.5",     "-o", "x.hitm",
                           "--label", "host=db1=a", "-m64", "--force", NULL};
    assert_int_equal(parse(words, &o, &cause), HT_OK);
    assert_false(o.system);
    assert_int_equal(o.pids, 2);
    assert_int_equal(o.pid[1], 34);
    assert_true(o.seconds == 2.5);
    assert_string_equal(o.output, "x.hitm");
    assert_int_equal(o.ring_kib, 64);
    assert_true(o.force);
    assert_int_equal(o.labels.rows, 1);
    struct ht_bytes value = ht_table_bytes(&o.labels, HT_LABEL_VALUE, 0);
    assert_memory_equal(value.data, "db1=a", value.length);
    ht_record_options_free(&o);
}

static void test_the_commands_options_are_its_own(void **state) {
    struct ht_record_options o;
    struct ht_cause cause;
    (void)state;
    assert_int_equal(parse((const char *[]){"-d", "1", "ls", "-p", "--frob", NULL}, &o, &cause), HT_OK);
    assert_string_equal(o.command[0], "ls");
    assert_string_equal(o.command[2], "--frob");
    assert_null(o.command[3]);
    assert_false(o.system);
    ht_record_options_free(&o);
    assert_int_equal(parse((const char *[]){"-a", "--", "-x", NULL}, &o, &cause), HT_OK);
    assert_string_equal(o.command[0], "-x");
    assert_true(o.system);
    ht_record_options_free(&o);
}

static void test_cpus_switches_chains(void **state) {
    struct ht_record_options o;
    struct ht_cause cause;
    char text[32];
    (void)state;
    assert_int_equal(parse((const char *[]){"-C", "8,0-2,1", "--cpu=3", "-g", NULL}, &o, &cause), HT_OK);
    assert_string_equal(ht_cpu_list_text(&o.only, text, sizeof text), "0-3,8");
    assert_true(o.callchains);
    assert_true(o.system);
    assert_int_equal(o.switches, -1);
    ht_record_options_free(&o);
    assert_int_equal(parse((const char *[]){"--switches", NULL}, &o, &cause), HT_OK);
    assert_int_equal(o.switches, 1);
    assert_false(o.callchains);
    ht_record_options_free(&o);
    assert_int_equal(parse((const char *[]){"--no-switches", "--cgroup", "/a", NULL}, &o, &cause), HT_OK);
    assert_int_equal(o.switches, 0);
    assert_string_equal(o.cgroup, "/a");
    assert_false(o.system);
    ht_record_options_free(&o);
}

static const struct {
    int line;
    const char *words[5];
    const char *named; /* what the message has to name */
} wrong[] = {
    {__LINE__, {"--frob"}, "--frob"},
    {__LINE__, {"-Z"}, "-Z"},
    {__LINE__, {"-p"}, "--pid"},
    {__LINE__, {"-p", "12,"}, NULL},
    {__LINE__, {"-p", "0"}, "-p"},
    {__LINE__, {"-p", "x"}, "'x'"},
    {__LINE__, {"-p", "-3"}, "-p"},
    {__LINE__, {"-p", "1", "-a"}, "-a"},
    {__LINE__, {"-p", "1", "--", "ls"}, "command"},
    {__LINE__, {"-d", "0"}, "-d"},
    {__LINE__, {"-d", "nan"}, "-d"},
    {__LINE__, {"-d", "1s"}, "'1s'"},
    {__LINE__, {"-m", "5"}, "power of two"},
    {__LINE__, {"-m", "2"}, "-m"},
    {__LINE__, {"-o", "-"}, "-o"},
    {__LINE__, {"--label", "x"}, "--label"},
    {__LINE__, {"--label", "=x"}, "--label"},
    {__LINE__, {"--force=1"}, "--force"},
    {__LINE__, {"--max-overhead", "101"}, "--max-overhead"},
    {__LINE__, {"--cpu-hz", "0.5"}, "--cpu-hz"}, /* not taken for 0, which is none */
    {__LINE__, {"-p", "+1"}, "-p"},
    {__LINE__, {"-q", "-v"}, "-q"},
    {__LINE__, {"--cgroup"}, "--cgroup"},
    {__LINE__, {"--cgroup", "/x"}, NULL},
    {__LINE__, {"--cgroup", "db.service"}, "/proc/PID/cgroup"},
    {__LINE__, {"--cgroup", "/x", "-p", "1"}, "-p"},
    {__LINE__, {"--cgroup", "/x", "-a"}, "-a"},
    {__LINE__, {"--cgroup", "/x", "--", "ls"}, "command"},
    {__LINE__, {"--cgroup=/x", "--cgroup=/y"}, "twice"},
    {__LINE__, {"-C", ""}, "-C"},
    {__LINE__, {"-C", "0,"}, "-C"},
    {__LINE__, {"-C", "3-1"}, "'3-1'"},
    {__LINE__, {"-C", "0-"}, "-C"},
    {__LINE__, {"-C", "-1"}, "-C"},
    {__LINE__, {"-C", "65536"}, "-C"},
    {__LINE__, {"-C", "99999999999999999999"}, "-C"},
    {__LINE__, {"-C", "0 1"}, "-C"},
    {__LINE__, {"-C", "0-65535"}, NULL},
    {__LINE__, {"--call-graph=fp"}, "--call-graph"},
};

static void test_wrong_usage_names_the_option(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ht_record_options o;
        struct ht_cause cause;
        enum ht_status status = parse(wrong[i].words, &o, &cause);
        print_message("row of line %d: %s\n", wrong[i].line, cause.text);
        assert_int_equal(status, wrong[i].named != NULL ? HT_USAGE : HT_OK);
        if (wrong[i].named != NULL)
            assert_non_null(strstr(cause.text, wrong[i].named));
        ht_record_options_free(&o);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_the_commands_options_are_its_own),
        cmocka_unit_test(test_cpus_switches_chains),
        cmocka_unit_test(test_wrong_usage_names_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
