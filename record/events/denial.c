#include "record/events/denial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/namespaces.h"
#include "record/base/privilege.h"
#include "record/events/flags.h"
#include "record/events/perf.h"

/* The least that can be asked for. */
static int may_watch_itself(void) {
    struct perf_event_attr attr = {
        .size = sizeof attr, .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_DUMMY, .disabled = 1};
    ht_attr_set_flags(&attr, ht_attr_flags(&attr) | HT_FLAG_EXCLUDE_KERNEL | HT_FLAG_EXCLUDE_HV);
    int fd = ht_perf_open(&attr, 0, -1, -1);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int has_seccomp(void) {
    char text[8192];
    const char *line = NULL;
    if (ht_file_read("", "/proc/self/status", text, sizeof text) > 0)
        line = strstr(text, "\nSeccomp:\t");
    return line != NULL && line[strlen("\nSeccomp:\t")] == '2';
}

int ht_is_confidential(const char *root) {
    char text[128];
    return ht_file_read_line(root, "/sys/kernel/security/lockdown", text, sizeof text) > 0 &&
           strstr(text, "[confidentiality]") != NULL;
}

void ht_denial_gather(enum ht_refused what, int error, struct ht_denial *d) {
    *d = (struct ht_denial){
        .what = what,
        .error = error,
        .paranoid = ht_file_number("", "/proc/sys/kernel/perf_event_paranoid", 2),
        .own_allowed = may_watch_itself(),
        .is_root = geteuid() == 0,
        .user_namespace = ht_in_user_namespace(""),
        .seccomp = has_seccomp(),
        .may_watch = ht_has_capability(CAP_PERFMON) || ht_has_capability(CAP_SYS_ADMIN),
        .confidential = ht_is_confidential(""),
    };
}

/* Capabilities that are held and do not help. */
static void say_to_the_privileged(const struct ht_denial *d, char *why, size_t size) {
    if (d->seccomp)
        snprintf(why, size, "a seccomp filter forbids perf events, as in containers: " HT_MEND_CONTAINER);
    else if (!d->may_watch)
        snprintf(why, size, "this root has no CAP_PERFMON, as in containers: " HT_MEND_CONTAINER);
    else if (!d->is_root && d->paranoid > 2)
        snprintf(why, size,
                 "CAP_PERFMON does not reach where kernel.perf_event_paranoid is above 2 (%lld, as on Debian "
                 "and Ubuntu): run it with sudo, or: sudo sysctl kernel.perf_event_paranoid=2",
                 (long long)d->paranoid);
    else if (d->confidential)
        snprintf(
            why, size,
            "kernel lockdown is in force (/sys/kernel/security/lockdown says confidentiality) and may be "
            "what refuses: boot with lockdown=integrity");
    else
        snprintf(
            why, size,
            "a security module (SELinux, AppArmor) forbids it: its messages in the kernel's log say which "
            "rule");
}

static void say_to_users(const struct ht_denial *d, char *why, size_t size) {
    if (!d->own_allowed && d->paranoid > 2)
        snprintf(
            why, size,
            "kernel.perf_event_paranoid is %lld, and above 2 this kernel (as those of Debian, Ubuntu and "
            "Android) opens no event for users, not even of their own processes: run it with sudo, or: sudo "
            "sysctl kernel.perf_event_paranoid=2",
            (long long)d->paranoid);
    else if (!d->own_allowed)
        snprintf(why, size, "%s forbids perf events altogether, as in containers: " HT_MEND_CONTAINER,
                 d->seccomp ? "a seccomp filter" : "a security module");
    else if (d->what == HT_REFUSED_TARGET)
        snprintf(why, size,
                 "it belongs to another user, or has rights that you have not: " HT_MEND_PRIVILEGE);
    else
        snprintf(why, size,
                 "kernel.perf_event_paranoid is %lld. Processes of your own may: hitm-record -p PID, or "
                 "hitm-record -- COMMAND. For the machine: " HT_MEND_PRIVILEGE,
                 (long long)d->paranoid);
}

enum ht_status ht_denial_say(const struct ht_denial *d, struct ht_cause *cause) {
    char why[800];
    if (d->is_root && d->user_namespace)
        snprintf(
            why, sizeof why,
            "root of a user namespace (a rootless container, unshare -r) is an ordinary user to the kernel, "
            "and kernel.perf_event_paranoid is %lld: run it outside, with sudo",
            (long long)d->paranoid);
    else if (d->is_root || (d->may_watch && !d->user_namespace))
        say_to_the_privileged(d, why, sizeof why);
    else
        say_to_users(d, why, sizeof why);
    static const char *const whats[] = {[HT_REFUSED_OWN] = "nothing",
                                        [HT_REFUSED_TARGET] = "the target",
                                        [HT_REFUSED_MACHINE] = "the whole machine"};
    return ht_fail(cause, HT_PERMISSION, "%s may not be recorded (%s): %s", whats[d->what],
                   strerror(d->error), why);
}
