/* node_bouncer HOPS: a thread that moves itself between nodes 0 and 1, HOPS times, and works after each hop:
 * 12 ms of its CPU time on node 0, 4 ms on node 1. Prints its tid, the hops that led to the other node and
 * the CPU time it spent on each, both as it saw them itself. */
#include "workload.h"

#include <pthread.h>

static int hops, moved;
static uint64_t spent[2];

static void work(uint64_t ns) {
    uint64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;
    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end) {
    }
}

static void *bounce(void *tid) {
    int cpu[2] = {first_cpu(0), first_cpu(1)};
    *(int *)tid = (int)syscall(SYS_gettid);
    name_thread("bouncer");
    uint64_t before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 1; i <= hops; i++) {
        int was = sched_getcpu(), node = i % 2;
        pin(cpu[node]);
        moved += sched_getcpu() == cpu[node] && was != cpu[node];
        work(node == 0 ? 12000000 : 4000000);
        uint64_t now = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        spent[node] += now - before;
        before = now;
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t thread;
    int tid;
    hops = argc > 1 ? atoi(argv[1]) : 0;
    if (hops <= 0) {
        fprintf(stderr, "usage: node_bouncer HOPS\n");
        return 2;
    }
    pin(first_cpu(0)); /* so the thread starts there: its hops are its only moves */
    if (pthread_create(&thread, NULL, bounce, &tid) != 0)
        die("pthread_create");
    pthread_join(thread, NULL);
    printf("tid=%d\nmoved=%d\nnode0_ns=%llu\nnode1_ns=%llu\n", tid, moved, (unsigned long long)spent[0],
           (unsigned long long)spent[1]);
    return 0;
}
