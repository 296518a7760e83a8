/* page_mover MIB: touches memory on node 0, then asks the kernel (move_pages) to move every second page of it
 * to node 1, in calls of 512 pages. Prints the range, the calls, the pages that the kernel said it moved, and
 * where they are. */
#include "workload.h"

#define CALL_PAGES 512

int main(int argc, char **argv) {
    size_t bytes = argc > 1 ? (size_t)atoi(argv[1]) * MIB : 0, pages = bytes / PAGE;
    uint64_t before[NODES_MAX], after[NODES_MAX], asked = 0, moved = 0, calls = 0;
    void *page[CALL_PAGES];
    int to[CALL_PAGES], status[CALL_PAGES];
    if (pages == 0) {
        fprintf(stderr, "usage: page_mover MIB\n");
        return 2;
    }
    int *node = calloc(pages, sizeof *node);
    if (node == NULL)
        die("calloc");
    pin(first_cpu(0));
    char *memory = map_memory(bytes, 0);
    touch(memory, bytes);
    where(memory, pages, node, before);
    for (size_t i = 0; i < pages;) {
        unsigned long n = 0;
        for (; n < CALL_PAGES && i < pages; i += 2, n++) {
            page[n] = memory + i * PAGE;
            to[n] = 1;
            status[n] = -1;
        }
        if (syscall(SYS_move_pages, 0, n, page, to, status, MPOL_MF_MOVE) < 0)
            die("move_pages");
        calls++;
        asked += n;
        for (size_t k = 0; k < n; k++)
            moved += status[k] == 1;
    }
    where(memory, pages, node, after);
    tell_range("memory", memory, bytes);
    printf("pages=%zu\ncalls=%llu\nasked=%llu\nmoved=%llu\nbefore_node1=%llu\nafter_node1=%llu\n", pages,
           (unsigned long long)calls, (unsigned long long)asked, (unsigned long long)moved,
           (unsigned long long)before[1], (unsigned long long)after[1]);
    return 0;
}
