/* task_follows MIB SECONDS: memory that may lie on node 1 only, used by a thread that starts on node 0 and
 * may run anywhere: automatic balancing can only bring the thread to the memory. Prints its tid and on which
 * node it ended. */
#include "workload.h"

int main(int argc, char **argv) {
    size_t bytes = argc > 2 ? (size_t)atoi(argv[1]) * MIB : 0;
    unsigned node = 0;
    cpu_set_t all;
    if (bytes == 0) {
        fprintf(stderr, "usage: task_follows MIB SECONDS\n");
        return 2;
    }
    name_thread("follower");
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        die("sched_getaffinity");
    char *memory = map_memory(bytes, 1);
    touch(memory, bytes);
    pin(first_cpu(0));
    if (sched_setaffinity(0, sizeof all, &all) != 0)
        die("sched_setaffinity");
    uint64_t end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)atoi(argv[2]) * 1000000000u;
    do {
        touch(memory, bytes);
        syscall(SYS_getcpu, NULL, &node, NULL);
    } while (node == 0 && clock_ns(CLOCK_MONOTONIC) < end);
    printf("tid=%d\nended_on=%u\n", (int)getpid(), node);
    return 0;
}
