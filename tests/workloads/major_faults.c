/* major_faults FILE [PAGES]: writes FILE, drops it from the page cache and reads it through a mapping, a page
 * at a time in no order, so that each one has to be fetched. Says "PID N major faults" as getrusage(2) counts
 * them; 0 where the file system has no device behind it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static int write_file(const char *path, size_t pages, size_t page) {
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *text = malloc(page);
    if (fd < 0 || text == NULL)
        exit(1);
    memset(text, 'x', page);
    for (size_t i = 0; i < pages; i++)
        if (write(fd, text, page) != (ssize_t)page)
            exit(1);
    free(text);
    if (fsync(fd) != 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
        exit(1);
    return fd;
}

int main(int argc, char **argv) {
    size_t pages = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024, page = (size_t)sysconf(_SC_PAGESIZE);
    struct rusage usage;
    unsigned sum = 0;
    if (argc < 2 || pages == 0)
        return 2;
    int fd = write_file(argv[1], pages, page);
    volatile const unsigned char *file = mmap(NULL, pages * page, PROT_READ, MAP_SHARED, fd, 0);
    if (file == MAP_FAILED || madvise((void *)file, pages * page, MADV_RANDOM) != 0)
        return 1;
    for (size_t i = 0; i < pages; i++)
        sum += file[i * 7919 % pages * page];
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 1;
    printf("%d %ld major faults\n", (int)getpid(), usage.ru_majflt);
    return sum == 0;
}
