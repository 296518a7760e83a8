/* call_chain SECONDS: spends its time in chain_inner, called by chain_middle, called by chain_outer; with
 * frame pointers, so that the kernel can walk its stack. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WITH_FRAME                                                                                           \
    __attribute__((noinline, noclone, optimize("no-omit-frame-pointer,no-optimize-sibling-calls")))

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

unsigned chain_inner(unsigned seed);
unsigned chain_middle(unsigned seed);
unsigned chain_outer(unsigned seed);

WITH_FRAME unsigned chain_inner(unsigned seed) {
    for (volatile int i = 0; i < 1000000; i = i + 1)
        seed = seed * 1103515245 + 12345;
    return seed;
}

WITH_FRAME unsigned chain_middle(unsigned seed) {
    return chain_inner(seed) + 1;
}

WITH_FRAME unsigned chain_outer(unsigned seed) {
    return chain_middle(seed) + 1;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 1, end = now() + seconds;
    unsigned seed = 1;
    if (seconds <= 0) {
        fprintf(stderr, "usage: call_chain SECONDS\n");
        return 2;
    }
    while (now() < end)
        seed = chain_outer(seed);
    printf("%u\n", seed);
    return 0;
}
