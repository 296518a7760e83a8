/* What the lab's workloads share: pinning, placing memory and asking the kernel where it lies. They use bare
 * system calls, so that nothing of libnuma is between them and the kernel. Each prints its truth as lines
 * KEY=VALUE and ends with exit code 1 where a call fails that it lives by. */
#ifndef HT_LAB_WORKLOAD_H
#define HT_LAB_WORKLOAD_H

#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE      4096u
#define MIB       (1024u * 1024u)
#define NODES_MAX 8

static inline void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

/* The first CPU of a node. */
static inline int first_cpu(int node) {
    char path[64];
    int cpu;
    snprintf(path, sizeof path, "/sys/devices/system/node/node%d/cpulist", node);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%d", &cpu) != 1)
        die(path);
    fclose(file);
    return cpu;
}

/* Pins the calling thread. */
static inline void pin(int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        die("sched_setaffinity");
}

static inline void name_thread(const char *name) {
    prctl(PR_SET_NAME, name);
}

/* Anonymous memory of small pages, bound to a node; -1: wherever it is first touched. Not touched yet. */
static inline char *map_memory(size_t bytes, int node) {
    char *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        die("mmap");
    madvise(start, bytes, MADV_NOHUGEPAGE);
    unsigned long mask = node >= 0 ? 1ul << node : 0;
    if (node >= 0 && syscall(SYS_mbind, start, bytes, MPOL_BIND, &mask, 8 * sizeof mask, 0) != 0)
        die("mbind");
    return start;
}

static inline void touch(char *start, size_t bytes) {
    for (size_t i = 0; i < bytes; i += PAGE)
        ((volatile char *)start)[i]++;
}

/* The node of each page as move_pages(2) tells it: pages by node into count; -1 in node[] where it has none.
 */
static inline void where(char *start, size_t pages, int *node, uint64_t count[NODES_MAX]) {
    void **page = calloc(pages, sizeof *page);
    if (page == NULL)
        die("calloc");
    for (size_t i = 0; i < pages; i++)
        page[i] = start + i * PAGE;
    if (syscall(SYS_move_pages, 0, pages, page, NULL, node, 0) < 0)
        die("move_pages");
    memset(count, 0, NODES_MAX * sizeof *count);
    for (size_t i = 0; i < pages; i++)
        if (node[i] >= 0 && node[i] < NODES_MAX)
            count[node[i]]++;
    free(page);
}

static inline uint64_t clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void tell_range(const char *name, const char *start, size_t bytes) {
    printf("%s_start=%llu\n%s_end=%llu\n", name, (unsigned long long)(uintptr_t)start, name,
           (unsigned long long)(uintptr_t)(start + bytes));
}

static inline void ready(void) {
    printf("pid=%d\nready\n", (int)getpid());
    fflush(stdout);
}

/* Threads started later inherit the block, so that only wait_for_end() takes the signal. */
static inline void block_end(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigprocmask(SIG_BLOCK, set, NULL);
}

static inline void wait_for_end(const sigset_t *set) {
    int signal;
    sigwait(set, &signal);
}

#endif
