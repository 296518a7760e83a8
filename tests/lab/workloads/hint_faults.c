/* hint_faults MIB SECONDS: memory that was first touched on node 1 is used from node 0, so that automatic
 * balancing moves it there. Ends when all of it has moved, or after SECONDS. Prints the range, how many pages
 * lay on each node before and after, and the kernel's own counts of the window (/proc/vmstat). */
#include "workload.h"

static uint64_t vmstat(const char *name) {
    char line[128];
    unsigned long long value = 0;
    size_t length = strlen(name);
    FILE *file = fopen("/proc/vmstat", "r");
    if (file == NULL)
        die("/proc/vmstat");
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            value = strtoull(line + length, NULL, 10);
    fclose(file);
    return value;
}

int main(int argc, char **argv) {
    size_t bytes = argc > 2 ? (size_t)atoi(argv[1]) * MIB : 0, pages = bytes / PAGE;
    uint64_t before[NODES_MAX], after[NODES_MAX], end;
    if (pages == 0) {
        fprintf(stderr, "usage: hint_faults MIB SECONDS\n");
        return 2;
    }
    int *node = calloc(pages, sizeof *node);
    if (node == NULL)
        die("calloc");
    name_thread("hint-faults");
    pin(first_cpu(1));
    char *memory = map_memory(bytes, -1);
    touch(memory, bytes);
    where(memory, pages, node, before);
    uint64_t moved = vmstat("numa_pages_migrated"), hints = vmstat("numa_hint_faults");
    pin(first_cpu(0));
    end = clock_ns(CLOCK_MONOTONIC) + (uint64_t)atoi(argv[2]) * 1000000000u;
    do {
        for (int i = 0; i < 20; i++)
            touch(memory, bytes);
        where(memory, pages, node, after);
    } while (after[0] < pages && clock_ns(CLOCK_MONOTONIC) < end);
    moved = vmstat("numa_pages_migrated") - moved;
    hints = vmstat("numa_hint_faults") - hints;
    tell_range("memory", memory, bytes);
    printf("tid=%d\npages=%zu\nbefore_node0=%llu\nbefore_node1=%llu\nafter_node0=%llu\nafter_node1=%llu\n"
           "numa_pages_migrated=%llu\nnuma_hint_faults=%llu\n",
           (int)getpid(), pages, (unsigned long long)before[0], (unsigned long long)before[1],
           (unsigned long long)after[0], (unsigned long long)after[1], (unsigned long long)moved,
           (unsigned long long)hints);
    return 0;
}
