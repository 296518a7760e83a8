/* cpu_hopper HOPS [MICROSECONDS]: a thread that moves itself between the CPUs it may run on, HOPS times, with
 * a pause between. Prints how often it woke up on another CPU. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int hops = argc > 1 ? atoi(argv[1]) : 200, pause_us = argc > 2 ? atoi(argv[2]) : 1000;
    cpu_set_t allowed, one;
    if (hops <= 0 || pause_us < 0) {
        fprintf(stderr, "usage: cpu_hopper HOPS [MICROSECONDS]\n");
        return 2;
    }
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) {
        fprintf(stderr, "cpu_hopper: needs two CPUs\n");
        return 1;
    }
    int cpu = sched_getcpu(), moved = 0;
    for (int i = 0; i < hops; i++) {
        int before = sched_getcpu();
        do {
            cpu = (cpu + 1) % CPU_SETSIZE;
        } while (!CPU_ISSET(cpu, &allowed));
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (sched_setaffinity(0, sizeof one, &one) != 0) {
            perror("sched_setaffinity");
            return 1;
        }
        moved += sched_getcpu() != before;
        usleep((useconds_t)pause_us);
    }
    printf("%d moves\n", moved);
    return 0;
}
