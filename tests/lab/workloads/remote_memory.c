/* remote_memory MEMORY_NODE CPU_NODE MIB THREADS [HUGE]: memory bound to one node, HUGE pages of hugetlbfs
 * among it, read by threads that are pinned to another, until SIGTERM. Heap and stack are first touched where
 * the threads run. Nothing is allocated after "ready", so that any two looks at its memory see the same. */
#include "workload.h"

#include <pthread.h>

#define HEAP_BYTES  (6 * MIB)
#define STACK_BYTES (512 * 1024)

static char *memory;
static size_t bytes;
static volatile int stop;

static void *read_it(void *cpu) {
    name_thread("far-reader");
    pin(*(int *)cpu);
    uint64_t sum = 0;
    while (!stop)
        for (size_t i = 0; i < bytes && !stop; i += 64)
            sum += ((volatile char *)memory)[i];
    return (void *)(uintptr_t)sum;
}

/* brk memory: malloc would map a piece of this size. */
static void grow_heap(void) {
    char *start = sbrk(HEAP_BYTES);
    if (start == (char *)-1)
        die("sbrk");
    madvise((char *)(((uintptr_t)start + PAGE - 1) / PAGE * PAGE), HEAP_BYTES - PAGE, MADV_NOHUGEPAGE);
    touch(start, HEAP_BYTES);
}

static __attribute__((noinline)) void grow_stack(void) {
    volatile char deep[STACK_BYTES];
    for (size_t i = 0; i < sizeof deep; i += PAGE)
        deep[i] = 1;
}

static void map_huge(int pages) {
    if (pages == 0)
        return;
    size_t huge_bytes = (size_t)pages * 2 * MIB;
    char *start =
        mmap(NULL, huge_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (start == MAP_FAILED)
        die("mmap of huge pages");
    touch(start, huge_bytes);
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: remote_memory MEMORY_NODE CPU_NODE MIB THREADS [HUGE]\n");
        return 2;
    }
    int memory_node = atoi(argv[1]), cpu = first_cpu(atoi(argv[2])), threads = atoi(argv[4]);
    pthread_t thread[16];
    sigset_t end;
    bytes = (size_t)atoi(argv[3]) * MIB;
    if (bytes == 0 || threads < 1 || threads > 16)
        return 2;
    block_end(&end);
    pin(cpu);
    grow_heap();
    grow_stack();
    map_huge(argc > 5 ? atoi(argv[5]) : 0);
    memory = map_memory(bytes, memory_node);
    touch(memory, bytes);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, read_it, &cpu) != 0)
            die("pthread_create");
    tell_range("memory", memory, bytes);
    ready();
    wait_for_end(&end);
    stop = 1;
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
