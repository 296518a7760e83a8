#include "record/collect/tasks.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/grow.h"
#include "record/host/clock.h"

#define SNAPSHOT_CPU_NS 2000000000ull /* 150,000 tasks */
#define SNAPSHOT_NS     10000000000ull
#define MAPS_BYTES_MAX  (16u << 20)

/* ---- tasks ---- */

static enum ht_status task_row(struct ht_table *t, uint64_t time_ns, int32_t pid, int32_t tid, int32_t ppid,
                               const char *comm) {
    uint32_t row;
    enum ht_status status = ht_table_add(t, &row);
    if (status != HT_OK)
        return status;
    t->number[HT_TASK_TIME][row] = time_ns;
    t->number[HT_TASK_KIND][row] = HT_TASK_KIND_SNAPSHOT;
    t->number[HT_TASK_PID][row] = (uint64_t)(int64_t)pid;
    t->number[HT_TASK_TID][row] = (uint64_t)(int64_t)tid;
    t->number[HT_TASK_PPID][row] = (uint64_t)(int64_t)ppid;
    t->number[HT_TASK_PTID][row] = (uint64_t)(int64_t)ppid;
    return ht_table_set_text(t, HT_TASK_COMM, comm);
}

/* "1234 (a name) S 1 ...": the name may hold blanks and parentheses, so it ends at the last one. */
int ht_task_stat_parse(char *text, struct ht_task_stat *stat) {
    enum { PPID = 4, START = 22, RSS = 24 }; /* proc_pid_stat(5): the name is the second */
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (open == NULL || close == NULL || close < open || close[1] != ' ' || close[2] == '\0')
        return 0;
    memset(stat, 0, sizeof *stat);
    *close = '\0';
    stat->comm = open + 1;
    stat->state = close[2];
    char *p = close + 3, *end;
    for (int field = PPID; field <= RSS; field++, p = end) {
        unsigned long long value = strtoull(p, &end, 10);
        if (end == p)
            return field > PPID; /* cut, or from before the field was there: the rest is 0 */
        if (field == PPID)
            stat->ppid = (int32_t)value;
        else if (field == START)
            stat->start_ticks = value;
        else if (field == RSS)
            stat->rss_pages = value;
    }
    return 1;
}

int ht_task_stat_read(const char *root, int32_t pid, char *text, size_t size, struct ht_task_stat *stat) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    return ht_file_read(root, path, text, size) > 0 && ht_task_stat_parse(text, stat);
}

/* Kernel threads have no memory of their own; neither do zombies. */
static void note_size(struct ht_largest *largest, int32_t pid, const struct ht_task_stat *stat) {
    if (stat->rss_pages == 0 || pid == getpid())
        return;
    largest->of++;
    unsigned at = largest->count;
    while (at > 0 && largest->process[at - 1].rss_pages < stat->rss_pages)
        at--;
    if (at == HT_LARGEST_MAX)
        return;
    largest->count += largest->count < HT_LARGEST_MAX;
    memmove(&largest->process[at + 1], &largest->process[at],
            (largest->count - at - 1) * sizeof largest->process[0]);
    largest->process[at] = (struct ht_large_process){pid, stat->start_ticks, stat->rss_pages};
}

struct snapshot {
    const char *root;
    uint64_t time_ns;
    struct ht_table *table;
    struct ht_largest *largest;
};

static enum ht_status add_task(const struct snapshot *s, const char *pid, const char *tid) {
    char path[600], text[1024];
    struct ht_task_stat stat;
    snprintf(path, sizeof path, "/proc/%s/task/%s/stat", pid, tid);
    if (ht_file_read(s->root, path, text, sizeof text) <= 0 || !ht_task_stat_parse(text, &stat))
        return HT_OK; /* gone meanwhile */
    if (strcmp(pid, tid) == 0)
        note_size(s->largest, atoi(pid), &stat);
    return task_row(s->table, s->time_ns, atoi(pid), atoi(tid), stat.ppid, stat.comm);
}

static enum ht_status add_process(const struct snapshot *s, const char *pid) {
    char path[HT_PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/%s/task", s->root, pid);
    DIR *dir = opendir(path);
    enum ht_status status = HT_OK;
    if (dir == NULL)
        return HT_OK;
    for (struct dirent *entry; status == HT_OK && (entry = readdir(dir)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]))
            status = add_task(s, pid, entry->d_name);
    closedir(dir);
    return status;
}

enum ht_status ht_tasks_own(uint64_t time_ns, struct ht_table *table) {
    char pid[16];
    struct snapshot snapshot = {"", time_ns, table, NULL}; /* our size is not asked for */
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    return add_process(&snapshot, pid);
}

enum ht_status ht_tasks_snapshot(const char *root, uint64_t time_ns, struct ht_table *table,
                                 struct ht_largest *largest, struct ht_limits *limits,
                                 struct ht_cause *cause) {
    char path[HT_PATH_MAX];
    struct snapshot snapshot = {root, time_ns, table, largest};
    uint64_t start = ht_clock_monotonic(), start_cpu = ht_clock_thread_cpu(), left = 0;
    memset(largest, 0, sizeof *largest);
    snprintf(path, sizeof path, "%s/proc", root);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return ht_fail_errno(cause, "cannot open %s", path);
    enum ht_status status = HT_OK;
    for (struct dirent *entry; status == HT_OK && (entry = readdir(dir)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (left > 0 || ht_clock_thread_cpu() - start_cpu > SNAPSHOT_CPU_NS ||
            ht_clock_monotonic() - start > SNAPSHOT_NS)
            left++;
        else
            status = add_process(&snapshot, entry->d_name);
    }
    closedir(dir);
    largest->unseen = left;
    if (status == HT_LIMIT) {
        ht_limits_add(limits, 0, "names of tasks", "",
                      "more than %u tasks: the rest have no name unless they change it", HT_ROWS_MAX);
        status = HT_OK;
    }
    if (left > 0)
        ht_limits_add(limits, left, "names of tasks", "",
                      "reading /proc took more than %llu s, or %llu s of CPU time: processes without names",
                      SNAPSHOT_NS / 1000000000u, SNAPSHOT_CPU_NS / 1000000000u);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "tasks: %s", ht_status_text(status));
}

/* ---- mappings ---- */

/* "start-end perms offset major:minor inode   path" */
static enum ht_status add_mapping(char *line, int32_t pid, uint64_t time_ns, struct ht_table *t,
                                  struct ht_spaces *spaces) {
    unsigned long long start, end, offset, inode;
    unsigned major, minor;
    char perms[8];
    int at = 0;
    if (sscanf(line, "%llx-%llx %7s %llx %x:%x %llu %n", &start, &end, perms, &offset, &major, &minor, &inode,
               &at) < 7 ||
        strlen(perms) != 4 || end < start)
        return HT_OK; /* a format that no kernel has; nothing is better than something wrong */
    const char *file = line + at;
    int is_code = perms[2] == 'x';
    uint32_t row;
    enum ht_status status = ht_table_add(t, &row);
    if (status != HT_OK)
        return status;
    struct ht_mapping m = {.time = time_ns,
                           .start = start,
                           .length = end - start,
                           .pgoff = offset,
                           .inode = inode,
                           .major = major,
                           .minor = minor,
                           .pid = pid};
    uint64_t **n = t->number;
    n[HT_MMAP_TIME][row] = time_ns;
    n[HT_MMAP_SOURCE][row] = HT_MMAP_SOURCE_PROC;
    n[HT_MMAP_CPUMODE][row] = 2; /* PERF_RECORD_MISC_USER */
    n[HT_MMAP_DATA][row] = !is_code;
    n[HT_MMAP_PID][row] = n[HT_MMAP_TID][row] = (uint64_t)(int64_t)pid;
    n[HT_MMAP_START][row] = start;
    n[HT_MMAP_LENGTH][row] = m.length;
    n[HT_MMAP_PGOFF][row] = offset;
    n[HT_MMAP_MAJOR][row] = major;
    n[HT_MMAP_MINOR][row] = minor;
    n[HT_MMAP_INODE][row] = inode;
    n[HT_MMAP_PROT][row] = (uint64_t)((perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) |
                                      (is_code ? PROT_EXEC : 0));
    n[HT_MMAP_FLAGS][row] = perms[3] == 's' ? MAP_SHARED : MAP_PRIVATE;
    /* The records call anonymous memory //anon; the maps file leaves the name out. */
    if (file[0] == '\0')
        file = "//anon";
    if (is_code)
        ht_spaces_add(spaces, &m, file, strlen(file));
    return ht_table_set_text(t, HT_MMAP_FILE, file);
}

enum ht_status ht_tasks_mappings(const char *root, int32_t pid, uint64_t time_ns, struct ht_table *table,
                                 struct ht_spaces *spaces, uint64_t *denied) {
    char path[64], *text = NULL, *save = NULL;
    size_t length;
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    enum ht_status status = ht_file_read_all(root, path, MAPS_BYTES_MAX, &text, &length, NULL);
    if (status == HT_PERMISSION)
        ++*denied;
    if (status != HT_OK)
        return status == HT_NOMEM ? status : HT_OK;
    for (char *line = strtok_r(text, "\n", &save); line != NULL && status == HT_OK;
         line = strtok_r(NULL, "\n", &save))
        status = add_mapping(line, pid, time_ns, table, spaces);
    free(text);
    return status;
}

/* ---- the queue ---- */

enum ht_status ht_pid_queue_init(struct ht_pid_queue *q, struct ht_cause *cause) {
    memset(q, 0, sizeof *q);
    pthread_mutex_init(&q->lock, NULL);
    q->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (q->wake_fd < 0)
        return ht_fail_errno(cause, "eventfd");
    q->known = ht_pid_set_new();
    return q->known != NULL ? HT_OK : ht_fail(cause, HT_NOMEM, "out of memory");
}

void ht_pid_queue_free(struct ht_pid_queue *q) {
    free(q->pid);
    ht_pid_set_free(q->known);
    if (q->wake_fd >= 0)
        close(q->wake_fd);
    pthread_mutex_destroy(&q->lock);
    memset(q, 0, sizeof *q);
    q->wake_fd = -1;
}

/* What no process can have (the idle tasks' 0, the -1 of a record without one) is known from the start. */
static int is_known(const struct ht_pid_queue *q, int32_t pid) {
    return pid <= 0 || (uint32_t)pid >= HT_PIDS_MAX || ht_pid_set_has(q->known, pid);
}

void ht_pid_queue_add(struct ht_pid_queue *q, int32_t pid) {
    uint64_t one = 1;
    pthread_mutex_lock(&q->lock);
    if (is_known(q, pid))
        goto out;
    int32_t *moved = ht_grow(q->pid, &q->capacity, q->count + 1, sizeof *moved);
    if (moved == NULL)
        goto out; /* this process will have no mappings; its records still come */
    q->pid = moved;
    q->pid[q->count++] = pid;
    ht_pid_set_add(q->known, pid);
    if (write(q->wake_fd, &one, sizeof one) < 0) {
        /* EAGAIN: the counter is at its top, so the session is awake. */
    }
out:
    pthread_mutex_unlock(&q->lock);
}

int ht_pid_queue_take(struct ht_pid_queue *q, int32_t *pid) {
    uint64_t count;
    pthread_mutex_lock(&q->lock);
    int any = q->taken < q->count;
    if (any)
        *pid = q->pid[q->taken++];
    else if (read(q->wake_fd, &count, sizeof count) < 0) {
        /* EAGAIN: nobody wrote since. */
    }
    pthread_mutex_unlock(&q->lock);
    return any;
}
