/* pressure NODE FILE ANON_MIB: fills a node with the contents of FILE, then with memory of its own, so that
 * the kernel has to take pages back, by kswapd and by the program itself. */
#include "workload.h"

#include <fcntl.h>

#define CHUNK (1 * MIB)

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: pressure NODE FILE ANON_MIB\n");
        return 2;
    }
    unsigned long mask = 1ul << atoi(argv[1]);
    size_t anon = (size_t)atoi(argv[3]) * MIB;
    name_thread("pressure");
    pin(first_cpu(atoi(argv[1])));
    char *buffer = map_memory(CHUNK, -1);
    if (syscall(SYS_set_mempolicy, MPOL_BIND, &mask, 8 * sizeof mask) != 0)
        die("set_mempolicy");
    int file = open(argv[2], O_RDONLY);
    ssize_t got;
    uint64_t sum = 0;
    if (file < 0)
        die(argv[2]);
    while ((got = read(file, buffer, CHUNK)) > 0)
        sum += (uint64_t)got;
    if (got < 0)
        die("read");
    touch(map_memory(anon, -1), anon);
    printf("tid=%d\nread_bytes=%llu\n", (int)getpid(), (unsigned long long)sum);
    return 0;
}
