/* major_faults FILE PAGES: maps FILE and touches every 16th page of it, PAGES of them, none of which is in
 * memory. Prints the range and the major faults that the kernel counts for it. */
#include "workload.h"

#include <fcntl.h>
#include <sys/resource.h>

#define STRIDE (16 * PAGE)

int main(int argc, char **argv) {
    size_t bytes = argc > 2 ? (size_t)atoi(argv[2]) * STRIDE : 0;
    struct rusage before, after;
    uint64_t sum = 0;
    if (bytes == 0) {
        fprintf(stderr, "usage: major_faults FILE PAGES\n");
        return 2;
    }
    int file = open(argv[1], O_RDONLY);
    char *start = file < 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ, MAP_SHARED, file, 0);
    if (start == MAP_FAILED)
        die(argv[1]);
    madvise(start, bytes, MADV_RANDOM); /* no reading ahead */
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    getrusage(RUSAGE_SELF, &before);
    for (size_t i = 0; i < bytes; i += STRIDE)
        sum += (unsigned char)((volatile char *)start)[i];
    getrusage(RUSAGE_SELF, &after);
    tell_range("file", start, bytes);
    printf("tid=%d\nsum=%llu\nmajor=%ld\n", (int)getpid(), (unsigned long long)sum,
           after.ru_majflt - before.ru_majflt);
    return 0;
}
