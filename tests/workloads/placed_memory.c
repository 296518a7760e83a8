/* placed_memory HEAP STACK PRIVATE SHARED (KiB each): touches that much of each kind, says "ready" and sleeps
 * until standard input ends. What it maps stays as it is, so that two readers of numa_maps see the same. Huge
 * pages are not used by themselves. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static void touch(volatile char *p, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 4096)
        p[i] = 1;
}

static size_t bytes_of(const char *text) {
    return (size_t)strtoul(text, NULL, 10) * 1024;
}

static void *map(size_t bytes, int flags, int fd) {
    void *p = bytes > 0 ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0) : NULL;
    if (p == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return p;
}

static void sleep_with_stack(size_t bytes) {
    volatile char stack[bytes + 1];
    touch(stack, bytes);
    printf("ready\n");
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    stack[bytes] = 1;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: placed_memory HEAP STACK PRIVATE SHARED (KiB)\n");
        return 2;
    }
    size_t heap = bytes_of(argv[1]), private = bytes_of(argv[3]), shared = bytes_of(argv[4]);
    int fd = memfd_create("placed", MFD_CLOEXEC);
    if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0 || fd < 0 || ftruncate(fd, (off_t)shared) != 0) {
        perror("placed_memory");
        return 1;
    }
    char *top = sbrk((intptr_t)heap);
    if (top == (void *)-1)
        return 1;
    touch(top, heap);
    touch(map(private, MAP_PRIVATE | MAP_ANONYMOUS, -1), private);
    touch(map(shared, MAP_SHARED, fd), shared);
    sleep_with_stack(bytes_of(argv[2]));
    return 0;
}
