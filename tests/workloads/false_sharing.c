/* false_sharing SECONDS [DISTANCE]: two threads, each on a CPU of its own, add to two counters that lie
 * DISTANCE bytes apart (default 8: in one cache line). Prints the additions a second. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct { _Alignas(4096) unsigned char bytes[8192]; } shared_counters;
static volatile int stop;

struct worker {
    int cpu;
    volatile uint64_t *counter;
};

static void *add_to_counter(void *argument) {
    struct worker *w = argument;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(w->cpu, &one);
    sched_setaffinity(0, sizeof one, &one); /* where refused, the kernel spreads the two anyway */
    while (!stop)
        __atomic_fetch_add(w->counter, 1, __ATOMIC_RELAXED);
    return NULL;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 1;
    int distance = argc > 2 ? atoi(argv[2]) : 8;
    if (seconds <= 0 || distance < 8 || distance > 4096 || distance % 8 != 0) {
        fprintf(stderr, "usage: false_sharing SECONDS [DISTANCE]\n");
        return 2;
    }
    struct worker worker[2];
    pthread_t thread[2];
    for (int i = 0; i < 2; i++) {
        worker[i] = (struct worker){i, (volatile uint64_t *)(void *)(shared_counters.bytes + i * distance)};
        if (pthread_create(&thread[i], NULL, add_to_counter, &worker[i]) != 0)
            return 1;
    }
    struct timespec wait = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&wait, NULL);
    stop = 1;
    uint64_t sum = 0;
    for (int i = 0; i < 2; i++) {
        pthread_join(thread[i], NULL);
        sum += *worker[i].counter;
    }
    printf("%.0f additions a second\n", (double)sum / seconds);
    return 0;
}
