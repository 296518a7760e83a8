/* spin CPU...: a thread on each of these CPUs uses a quarter of it until SIGTERM. One that is taken offline
 * lets its thread go elsewhere. */
#include "workload.h"

#include <pthread.h>

static volatile int stop;

static void *spin(void *cpu) {
    pin(*(int *)cpu);
    name_thread("spinner");
    while (!stop) {
        uint64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + 5000000;
        while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end) {
        }
        usleep(15000);
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t thread[16];
    int cpu[16], threads = argc - 1;
    sigset_t end;
    if (threads < 1 || threads > 16) {
        fprintf(stderr, "usage: spin CPU...\n");
        return 2;
    }
    block_end(&end);
    for (int i = 0; i < threads; i++) {
        cpu[i] = atoi(argv[i + 1]);
        if (pthread_create(&thread[i], NULL, spin, &cpu[i]) != 0)
            die("pthread_create");
    }
    ready();
    wait_for_end(&end);
    stop = 1;
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
