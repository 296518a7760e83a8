/* fault_storm SECONDS [THREADS]: page faults as fast as the machine makes them. Each thread maps a stretch of
 * memory, touches every page and gives it back, again and again. Prints the faults that it made itself. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGES 2048

static double seconds;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *storm(void *faults) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    double end = now() + seconds;
    while (now() < end) {
        volatile char *p =
            mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED) {
            perror("mmap");
            exit(1);
        }
        madvise((void *)p, PAGES * page, MADV_NOHUGEPAGE);
        for (size_t i = 0; i < PAGES; i++)
            p[i * page] = 1;
        *(uint64_t *)faults += PAGES;
        munmap((void *)p, PAGES * page);
    }
    return NULL;
}

int main(int argc, char **argv) {
    int threads = argc > 2 ? atoi(argv[2]) : 1;
    uint64_t faults[64] = {0}, sum = 0;
    pthread_t thread[64];
    seconds = argc > 1 ? atof(argv[1]) : 1;
    if (seconds <= 0 || threads < 1 || threads > 64) {
        fprintf(stderr, "usage: fault_storm SECONDS [THREADS]\n");
        return 2;
    }
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, storm, &faults[i]) != 0)
            return 1;
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        sum += faults[i];
    }
    printf("%llu faults\n", (unsigned long long)sum);
    return 0;
}
