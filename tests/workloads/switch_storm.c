/* switch_storm SECONDS [PAIRS]: context switches as fast as the machine makes them. The two threads of a pair
 * are pinned to one CPU and pass a byte back and forth, each waiting for the other. Prints the switches by
 * the kernel's own count (voluntary and not, of all threads).
 *
 * switch_storm -n ROUNDS [PAIRS]: all on one CPU; waits for a byte on standard input, passes so many bytes,
 * prints "TID SWITCHES" for each thread once all of them sleep again, and stays until standard input ends. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAIRS_MAX 32

struct side {
    int in, out, first; /* pipes; first: this one begins */
    int go;             /* -n: a byte starts the rounds */
    int cpu;
    pthread_t thread;
    volatile pid_t tid;
    uint64_t before, switches;
};

static struct side sides[2 * PAIRS_MAX];
static double end_s;
static long rounds;

static void must(int works, const char *what) {
    if (works)
        return;
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    must(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity");
}

/* The first side ends the game by closing its pipe; the other one then reads the end. */
static void play(struct side *s, long left) {
    char byte = 'b';
    for (long i = 0; left == 0 || i < left; i++) {
        if (s->first && left == 0 && i % 1024 == 0 && now() >= end_s)
            break;
        if (s->first && write(s->out, &byte, 1) != 1)
            break;
        if (read(s->in, &byte, 1) != 1)
            break;
        if (!s->first && write(s->out, &byte, 1) != 1)
            break;
    }
    if (left == 0)
        close(s->out);
}

static void *side_main(void *argument) {
    struct side *s = argument;
    struct rusage usage;
    char byte;
    pin(s->cpu);
    s->tid = (pid_t)syscall(SYS_gettid);
    if (rounds == 0)
        play(s, 0);
    while (rounds > 0 && read(s->go, &byte, 1) == 1)
        play(s, rounds);
    getrusage(RUSAGE_THREAD, &usage);
    s->switches = (uint64_t)usage.ru_nvcsw + (uint64_t)usage.ru_nivcsw;
    return NULL;
}

/* Switches of a thread so far, and whether it sleeps. */
static uint64_t switches_of(pid_t tid, int *sleeps) {
    char path[64], line[256];
    unsigned long long count, sum = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)tid);
    FILE *file = fopen(path, "r");
    must(file != NULL, path);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "State:", 6) == 0)
            *sleeps &= strchr(line, 'S') != NULL && strstr(line, "sleeping") != NULL;
        if (sscanf(line, "voluntary_ctxt_switches: %llu", &count) == 1 ||
            sscanf(line, "nonvoluntary_ctxt_switches: %llu", &count) == 1)
            sum += count;
    }
    fclose(file);
    return sum;
}

/* Until every thread waits again and stays so. We are on their CPU: while we run, none of them does. */
static void settle(int count) {
    uint64_t last = 0;
    for (int same = 0; same < 5;) {
        struct timespec pause = {0, 10000000};
        int sleep = 1;
        uint64_t sum = 0;
        nanosleep(&pause, NULL);
        for (int i = 0; i < count; i++)
            sum += sides[i].switches = sides[i].tid > 0 ? switches_of(sides[i].tid, &sleep) : (sleep = 0, 0);
        same = sleep && sum == last ? same + 1 : 0;
        last = sum;
    }
}

static void run_rounds(int count, int go) {
    char byte;
    settle(count);
    for (int i = 0; i < count; i++)
        sides[i].before = sides[i].switches;
    puts("ready");
    fflush(stdout);
    must(read(STDIN_FILENO, &byte, 1) == 1, "standard input");
    for (int i = 0; i < count; i++)
        must(write(go, "g", 1) == 1, "write");
    settle(count);
    for (int i = 0; i < count; i++)
        printf("%d %llu\n", (int)sides[i].tid, (unsigned long long)(sides[i].switches - sides[i].before));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) == 1)
        ;
}

int main(int argc, char **argv) {
    int counted = argc > 2 && strcmp(argv[1], "-n") == 0, at = counted ? 2 : 1, cpu = -1, go[2];
    int pairs = argc > at + 1 ? atoi(argv[at + 1]) : 1;
    double seconds = argc > at ? atof(argv[at]) : 0;
    uint64_t sum = 0;
    cpu_set_t own;
    if (seconds <= 0 || pairs < 1 || pairs > PAIRS_MAX) {
        fprintf(stderr, "usage: switch_storm SECONDS|-n ROUNDS [PAIRS]\n");
        return 2;
    }
    rounds = counted ? (long)seconds : 0;
    end_s = now() + seconds;
    must(sched_getaffinity(0, sizeof own, &own) == 0, "sched_getaffinity");
    must(pipe(go) == 0, "pipe");
    for (int i = 0; i < 2 * pairs; i++) {
        static int there[2], back[2];
        if (i % 2 == 0) {
            must(pipe(there) == 0 && pipe(back) == 0, "pipe");
            do
                cpu = (cpu + 1) % CPU_SETSIZE;
            while (!CPU_ISSET(cpu, &own));
            if (counted && i > 0)
                cpu = sides[0].cpu;
        }
        sides[i] = (struct side){.in = i % 2 ? there[0] : back[0],
                                 .out = i % 2 ? back[1] : there[1],
                                 .first = i % 2 == 0,
                                 .go = go[0],
                                 .cpu = cpu};
    }
    if (counted)
        pin(sides[0].cpu);
    for (int i = 0; i < 2 * pairs; i++)
        must(pthread_create(&sides[i].thread, NULL, side_main, &sides[i]) == 0, "pthread_create");
    if (counted) {
        run_rounds(2 * pairs, go[1]);
        return 0;
    }
    for (int i = 0; i < 2 * pairs; i++) {
        pthread_join(sides[i].thread, NULL);
        sum += sides[i].switches;
    }
    printf("%llu switches\n", (unsigned long long)sum);
    return 0;
}
