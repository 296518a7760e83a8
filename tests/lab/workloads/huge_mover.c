/* huge_mover PAGES: transparent huge pages on node 0, moved to node 1 by move_pages(2). Prints the range and
 * how many there were, moved and split, as the kernel counts them. */
#include "workload.h"

#define HUGE_BYTES (2 * MIB)

/* Of /proc/self/smaps, for the mapping that holds the address. */
static uint64_t huge_bytes(const char *address) {
    char line[512];
    unsigned long long from, to, kib, sum = 0;
    int here = 0;
    FILE *file = fopen("/proc/self/smaps", "r");
    if (file == NULL)
        die("smaps");
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
            here = from <= (uintptr_t)address && (uintptr_t)address < to;
        else if (here && sscanf(line, "AnonHugePages: %llu", &kib) == 1)
            sum += kib * 1024;
    }
    fclose(file);
    return sum;
}

int main(int argc, char **argv) {
    size_t huge = argc > 1 ? (size_t)atoi(argv[1]) : 0, moved = 0;
    unsigned long mask = 1;
    if (huge == 0 || huge > 64) {
        fprintf(stderr, "usage: huge_mover PAGES\n");
        return 2;
    }
    char *room =
        mmap(NULL, (huge + 1) * HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        die("mmap");
    char *start = (char *)(((uintptr_t)room + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);
    if (syscall(SYS_mbind, start, huge * HUGE_BYTES, MPOL_BIND, &mask, 8 * sizeof mask, 0) != 0)
        die("mbind");
    madvise(start, huge * HUGE_BYTES, MADV_HUGEPAGE);
    touch(start, huge * HUGE_BYTES);
    uint64_t before = huge_bytes(start);
    mask = 2; /* or the policy would hold them */
    if (syscall(SYS_mbind, start, huge * HUGE_BYTES, MPOL_BIND, &mask, 8 * sizeof mask, 0) != 0)
        die("mbind");
    for (size_t i = 0; i < huge; i++) {
        void *page = start + i * HUGE_BYTES;
        int to = 1, status = -1;
        if (syscall(SYS_move_pages, 0, 1ul, &page, &to, &status, MPOL_MF_MOVE) < 0)
            die("move_pages");
        moved += status == 1;
    }
    tell_range("memory", start, huge * HUGE_BYTES);
    printf("before_huge=%llu\nafter_huge=%llu\nmoved=%zu\n", (unsigned long long)(before / HUGE_BYTES),
           (unsigned long long)(huge_bytes(start) / HUGE_BYTES), moved);
    return 0;
}
