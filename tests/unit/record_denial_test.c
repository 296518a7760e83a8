/* Refusals of everything: one sentence for each reason, with a way out that is one. Namespaces and lockdown
 * as the kernel's files tell them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/base/namespaces.h"
#include "record/events/denial.h"
#include "record/events/tracepoints.h"
#include "tests/unit/record_tree.h"

static const struct {
    int line;
    struct ht_denial d;
    const char *says[3];
    const char *never;
} rows[] = {
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EACCES, .paranoid = 2, .own_allowed = 1},
     {"the whole machine may not be recorded", "kernel.perf_event_paranoid is 2", "hitm-record -- COMMAND"},
     NULL},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EACCES, .paranoid = 3},
     {"kernel.perf_event_paranoid is 3", "Debian", "sudo sysctl kernel.perf_event_paranoid=2"},
     "hitm-record -p"},
    {__LINE__,
     {.what = HT_REFUSED_TARGET, .error = EACCES, .paranoid = 4},
     {"the target may not be recorded", "kernel.perf_event_paranoid is 4", "sudo"},
     "another user"},
    {__LINE__, /* a kernel without the patch: 3 is as 2 */
     {.what = HT_REFUSED_MACHINE, .error = EACCES, .paranoid = 3, .own_allowed = 1},
     {"Processes of your own may", "sudo setcap", "is 3"},
     "Debian"},
    {__LINE__,
     {.what = HT_REFUSED_TARGET, .error = EACCES, .paranoid = 2, .own_allowed = 1},
     {"the target may not be recorded (Permission denied)", "another user", "sudo"},
     "perf_event_paranoid"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EACCES, .paranoid = 4, .may_watch = 1},
     {"CAP_PERFMON does not reach", "sudo", "perf_event_paranoid=2"},
     "setcap"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EPERM, .paranoid = 2, .is_root = 1, .seccomp = 1},
     {"seccomp", "--cap-add=PERFMON", "on the host"},
     "sudo"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EPERM, .paranoid = 2, .seccomp = 1},
     {"a seccomp filter forbids perf events altogether", "--cap-add=PERFMON", NULL},
     "sudo"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EACCES, .paranoid = 2, .is_root = 1, .own_allowed = 1},
     {"no CAP_PERFMON", "--cap-add=PERFMON", NULL},
     "sudo"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE,
      .error = EPERM,
      .paranoid = 2,
      .is_root = 1,
      .may_watch = 1,
      .confidential = 1},
     {"/sys/kernel/security/lockdown", "confidentiality", "lockdown=integrity"},
     "sudo"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE, .error = EACCES, .paranoid = 2, .is_root = 1, .may_watch = 1},
     {"SELinux", "kernel's log", NULL},
     "sudo"},
    {__LINE__,
     {.what = HT_REFUSED_MACHINE,
      .error = EACCES,
      .paranoid = 2,
      .is_root = 1,
      .may_watch = 1,
      .user_namespace = 1,
      .own_allowed = 1},
     {"user namespace", "outside, with sudo", NULL},
     "setcap"},
};

static void test_every_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ht_cause cause = {0};
        assert_int_equal(ht_denial_say(&rows[i].d, &cause), HT_PERMISSION);
        print_message("row of line %d: %s\n", rows[i].line, cause.text);
        for (size_t k = 0; k < 3 && rows[i].says[k] != NULL; k++)
            assert_non_null(strstr(cause.text, rows[i].says[k]));
        if (rows[i].never != NULL)
            assert_null(strstr(cause.text, rows[i].never));
        assert_true(strlen(cause.text) < sizeof cause.text - 1);
    }
}

static void test_namespaces(void **state) {
    static const struct {
        int line;
        const char *pid, *user;
        enum ht_pid_namespace which;
        int in_user_namespace;
    } links[] = {
        {__LINE__, "pid:[4026531836]", "user:[4026531837]", HT_PID_NAMESPACE_INITIAL, 0},
        {__LINE__, "pid:[4026532178]", "user:[4026532177]", HT_PID_NAMESPACE_OWN, 1},
        {__LINE__, "pid:[]", "pid:[1]", HT_PID_NAMESPACE_UNKNOWN, 0},
        {__LINE__, "pid:[1", "user:[", HT_PID_NAMESPACE_UNKNOWN, 0},
        {__LINE__, "net:[4026531836]", "x", HT_PID_NAMESPACE_UNKNOWN, 0},
        {__LINE__, NULL, NULL, HT_PID_NAMESPACE_UNKNOWN, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct tree t;
        struct ht_limits limits;
        char path[256];
        tree_make(&t);
        tree_put(&t, "/proc/self/ns/any", "");
        snprintf(path, sizeof path, "%s/proc/self/ns/pid", t.root);
        assert_true(links[i].pid == NULL || symlink(links[i].pid, path) == 0);
        snprintf(path, sizeof path, "%s/proc/self/ns/user", t.root);
        assert_true(links[i].user == NULL || symlink(links[i].user, path) == 0);
        print_message("row of line %d\n", links[i].line);
        assert_int_equal(ht_pid_namespace(t.root), links[i].which);
        assert_int_equal(ht_in_user_namespace(t.root), links[i].in_user_namespace);
        ht_limits_init(&limits);
        ht_pid_namespace_say(links[i].which, &limits);
        assert_int_equal(limits.table.rows, links[i].which == HT_PID_NAMESPACE_OWN);
        ht_limits_free(&limits);
        tree_remove(&t);
    }
}

static void test_lockdown(void **state) {
    static const struct {
        const char *text;
        int confidential;
    } files[] = {
        {"[none] integrity confidentiality\n", 0},
        {"none [integrity] confidentiality\n", 0},
        {"none integrity [confidentiality]\n", 1},
        {"", 0},
        {NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct tree t;
        const char *why, *mend;
        tree_make(&t);
        tree_put(&t, "/sys/kernel/tracing/events/enable", "0\n");
        if (files[i].text != NULL)
            tree_put(&t, "/sys/kernel/security/lockdown", files[i].text);
        assert_int_equal(ht_is_confidential(t.root), files[i].confidential);
        ht_tracepoint_missing(t.root, HT_PERMISSION, &why, &mend);
        assert_true((strstr(why, "lockdown") != NULL) == files[i].confidential);
        assert_true((strstr(mend, "sudo") != NULL) == !files[i].confidential);
        ht_tracepoint_missing(t.root, HT_NOT_FOUND, &why, &mend); /* tracefs works, and has not this one */
        assert_null(strstr(why, "lockdown"));
        tree_remove(&t);
        tree_make(&t);
        if (files[i].text != NULL)
            tree_put(&t, "/sys/kernel/security/lockdown", files[i].text);
        ht_tracepoint_missing(t.root, HT_NOT_FOUND, &why, &mend); /* empty */
        assert_true((strstr(why, "lockdown") != NULL) == files[i].confidential);
        assert_true((strstr(why, "not mounted") != NULL) == !files[i].confidential);
        tree_remove(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_reason),
        cmocka_unit_test(test_namespaces),
        cmocka_unit_test(test_lockdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
