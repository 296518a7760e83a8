/* Who else has perf events open: the links in /proc/PID/fd. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/host/doctor_checks.h"

#define BUDGET_NS 500000000u /* of CPU time: on a busy machine that is longer */

static uint64_t cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* cannot fail for this clock */
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static unsigned count_events(DIR *fds) {
    unsigned events = 0;
    for (struct dirent *entry; (entry = readdir(fds)) != NULL;) {
        char link[64];
        ssize_t length = readlinkat(dirfd(fds), entry->d_name, link, sizeof link - 1);
        if (length <= 0)
            continue; /* "." and "..", or closed meanwhile */
        link[length] = '\0';
        events += strcmp(link, "anon_inode:[perf_event]") == 0;
    }
    return events;
}

static void keep_user(struct ht_doctor_facts *f, int pid, unsigned events) {
    char path[64];
    if (f->users_total++ >= sizeof f->user / sizeof f->user[0])
        return;
    struct ht_doctor_user *user = &f->user[f->users++];
    user->pid = pid;
    user->events = events;
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    if (ht_file_read_line("", path, user->comm, sizeof user->comm) <= 0)
        strcpy(user->comm, "?");
    for (char *c = user->comm; *c != '\0'; c++) /* names are hostile */
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = '?';
}

static void look_at(struct ht_doctor_facts *f, int pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *fds = opendir(path);
    f->processes++;
    if (fds == NULL) {
        f->closed_processes += errno == EACCES || errno == EPERM;
        return;
    }
    unsigned events = count_events(fds);
    if (events > 0)
        keep_user(f, pid, events);
    closedir(fds);
}

void ht_doctor_find_users(struct ht_doctor_facts *f) {
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        return;
    uint64_t end = cpu_ns() + BUDGET_NS;
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        int pid = atoi(entry->d_name);
        if (pid <= 0 || pid == getpid())
            continue;
        if (cpu_ns() > end) {
            f->users_cut = 1;
            break;
        }
        look_at(f, pid);
    }
    closedir(proc);
}
