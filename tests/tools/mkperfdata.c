/* mkperfdata: writes valid perf.data files, as `perf c2c record` 6.x would, for tests.
 *
 * Tests import such a file with our tool, let stock `perf c2c report --stats` count the same file, and
 * compare: stock perf is the outside truth, this program only supplies the material. Same arguments, same
 * bytes.
 *
 *   cc -std=gnu11 -O2 -o mkperfdata mkperfdata*.c
 *
 *   mkperfdata golden OUT CASES.txt [--only N] [file options]
 *       One sample per line of CASES.txt, in file order. A line is `NAME 0xVALUE`; what follows the value is
 * ignored, so that reference/golden_c2c.txt can be given as it is. `addr=0 NAME 0xVALUE` gives the sample the
 * address 0, `unmapped NAME 0xVALUE` one that no mapping holds; a line `addr=0 ...`/`unmapped ...` without a
 * value takes 0x600800842 (L3 HITM). Sample i (from 0) lies on its own line, 0x10000000 + i * 64 of process
 * 1000, and its code at 0x401000 + i * 16. --only N writes case N alone; --list prints `N NAME 0xVALUE` and
 * writes nothing.
 *
 *   mkperfdata random OUT [--samples N] [--seed S] [--lines L] [--pids P] [--unmapped PCT] [--lost N] [--late
 * N]
 *                         [--old-maps PCT] [--kernel] [--modules] [--shm] [--forks] [file options]
 *       Pseudo-random loads and stores of P processes over L hot lines, in the order in which perf writes: a
 * burst per CPU ring and round, FINISHED_ROUND after each, timestamps of different CPUs interleaved. Always
 * in: private anonymous, heap, stack, file mappings, remapped regions, threads, throttling, a few samples of
 * unknown, guest and hypervisor mode, of pid -1, and with code in no mapping.
 *       --unmapped PCT   percent of the samples have a data address that is 0 or in no mapping
 *       --old-maps PCT   percent of the processes are told by MMAP in place of MMAP2 (100: as perf
 * before 3.16; between 0 and 100 one path comes under both kinds, and perf's answer depends on the shape of
 * its trees)
 *       --shm            shared files (one inode at different addresses), anonymous shared memory, memfd,
 * SysV, huge pages
 *       --forks          FORK, exec, EXIT, numbers of dead processes used again
 *       --kernel         kernel code and data, the idle task;  --modules: modules too
 *       --lost N         N LOST and N LOST_SAMPLES records
 *       --late N         N samples have a time before what was already flushed
 *
 *   file options: --cpus C (8)  --nodes K (2)  --weight-struct  --callchain N  --identifier (default) |
 * --no-identifier
 *       --phys  --two-events (cpu/mem-loads/, cpu/mem-stores/ in place of ibs_op//)
 *
 * Check of a file: perf c2c report --stats --no-source -i OUT; perf script -i OUT --header-only. Always give
 * --no-source: the binaries do not exist here, and perf 6.1 dies of SIGPIPE (exit 141, empty output) when
 * addr2line cannot open one.
 */
#include "mkperfdata.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...) {
    va_list args;

    va_start(args, format);
    fputs("mkperfdata: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static uint64_t number(const char *text) {
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 0);
    if (errno || end == text || *end)
        die("not a number: %s", text);
    return value;
}

struct golden_case {
    char name[160];
    uint64_t value;
    bool zero, unmapped;
};

/* True for a line that is a case. */
static bool parse_case(const char *line, struct golden_case *c) {
    static const char zero[] = "addr=0 ", unmapped[] = "unmapped ";
    const char *hex = strstr(line, "0x"), *end, *p;

    memset(c, 0, sizeof *c);
    /* "intel 0x01 L1   0x000200100142 :": the value is the last 0x word with more than four digits */
    for (p = hex, hex = NULL; p; p = strstr(p + 2, "0x"))
        if (strspn(p + 2, "0123456789abcdefABCDEF") > 2)
            hex = p;
    c->zero = !strncmp(line, zero, strlen(zero));
    c->unmapped = !strncmp(line, unmapped, strlen(unmapped));
    if (!hex && !c->zero && !c->unmapped)
        return false;
    c->value = hex ? strtoull(hex, NULL, 16) : UINT64_C(0x600800842);
    end = hex ? hex : strchr(line, ':');
    if (!end)
        end = line + strcspn(line, "\n");
    while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    snprintf(c->name, sizeof c->name, "%.*s", (int)(end - line), line);
    return line[0] != '#';
}

static void golden_maps(struct pd *pd) {
    struct pd_stamp at = {.pid = -1, .tid = -1};
    struct pd_mapping kernel = {.start = PD_KERNEL_TEXT,
                                .bytes = PD_KERNEL_BYTES,
                                .pgoff = PD_KERNEL_TEXT,
                                .prot = 4,
                                .name = "[kernel.kallsyms]_text"};
    struct pd_mapping text = {.start = 0x400000,
                              .bytes = 0x200000,
                              .inode = 4711,
                              .major = 8,
                              .minor = 1,
                              .prot = 5,
                              .flags = 2,
                              .name = "/opt/hitm/bin/app0"};
    struct pd_mapping heap = {
        .start = 0x10000000, .bytes = 0x1000000, .prot = 3, .flags = 2, .name = "[heap]"};

    pd_mmap(pd, &at, &kernel);
    at.pid = at.tid = 1000;
    pd_fork(pd, &at, 1, 1);
    pd_comm(pd, &at, "golden", false);
    pd_mmap2(pd, &at, &text);
    pd_mmap2(pd, &at, &heap);
    pd_flush_ring(pd, 0);
    pd_finished_init(pd);
}

static void golden_file(const char *out, const char *path, const struct pd_options *options, long only,
                        bool list, int argc, char **argv) {
    struct pd pd;
    struct golden_case c;
    char line[512];
    long index = 0;
    FILE *cases = fopen(path, "r");

    if (!cases)
        die("cannot open %s", path);
    if (!list) {
        pd_open(&pd, out, options, argc, argv);
        golden_maps(&pd);
    }
    while (fgets(line, sizeof line, cases)) {
        struct pd_sample s = {
            .misc = PERF_RECORD_MISC_USER | PERF_RECORD_MISC_EXACT_IP, .pid = 1000, .tid = 1000, .period = 1};
        uint64_t i = (uint64_t)index;

        if (!parse_case(line, &c))
            continue;
        index++;
        if (list)
            printf("%ld %s 0x%012llx\n", index - 1, c.name, (unsigned long long)c.value);
        if (list || (only >= 0 && only != index - 1))
            continue;
        s.event = (c.value & 0x1f) == 4 ? PD_STORES : PD_LOADS;
        s.cpu = (unsigned)(i % options->cpus);
        s.ip = 0x401000 + i * 16;
        s.addr = c.zero ? 0 : c.unmapped ? 0x7ff000000000 + i * 64 : 0x10000000 + i * 64;
        s.time = 1000000000 + i * 1000;
        s.data_src = c.value;
        s.weight = (uint32_t)(100 + i);
        s.phys = options->phys ? 0x1000000 + i * 64 : 0;
        pd_sample(&pd, &s);
        pd_flush_ring(&pd, s.cpu);
    }
    if (!list) {
        pd_finished_round(&pd);
        pd_close(&pd);
    }
    fclose(cases);
}

enum {
    O_SAMPLES = 256,
    O_SEED,
    O_LINES,
    O_PIDS,
    O_CPUS,
    O_NODES,
    O_WEIGHT,
    O_CALLCHAIN,
    O_IDENTIFIER,
    O_NO_IDENTIFIER,
    O_KERNEL,
    O_MODULES,
    O_SHM,
    O_FORKS,
    O_UNMAPPED,
    O_LOST,
    O_LATE,
    O_OLD,
    O_PHYS,
    O_TWO,
    O_ONLY,
    O_LIST
};

static const struct option long_options[] = {{"samples", 1, NULL, O_SAMPLES},
                                             {"seed", 1, NULL, O_SEED},
                                             {"lines", 1, NULL, O_LINES},
                                             {"pids", 1, NULL, O_PIDS},
                                             {"cpus", 1, NULL, O_CPUS},
                                             {"nodes", 1, NULL, O_NODES},
                                             {"weight-struct", 0, NULL, O_WEIGHT},
                                             {"callchain", 1, NULL, O_CALLCHAIN},
                                             {"identifier", 0, NULL, O_IDENTIFIER},
                                             {"no-identifier", 0, NULL, O_NO_IDENTIFIER},
                                             {"kernel", 0, NULL, O_KERNEL},
                                             {"modules", 0, NULL, O_MODULES},
                                             {"shm", 0, NULL, O_SHM},
                                             {"forks", 0, NULL, O_FORKS},
                                             {"unmapped", 1, NULL, O_UNMAPPED},
                                             {"lost", 1, NULL, O_LOST},
                                             {"late", 1, NULL, O_LATE},
                                             {"old-maps", 1, NULL, O_OLD},
                                             {"phys", 0, NULL, O_PHYS},
                                             {"two-events", 0, NULL, O_TWO},
                                             {"only", 1, NULL, O_ONLY},
                                             {"list", 0, NULL, O_LIST},
                                             {NULL, 0, NULL, 0}};

static void usage(void) {
    fputs("usage: mkperfdata golden OUT CASES.txt [options] | mkperfdata random OUT [options]   (options: "
          "head of mkperfdata.c)\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv) {
    struct pd_options file = {.cpus = 8, .nodes = 2, .identifier = true};
    struct random_options random = {.samples = 10000, .seed = 1, .lines = 200, .pids = 6};
    long only = -1;
    bool list = false;
    int option;

    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (option) {
        case O_SAMPLES:
            random.samples = number(optarg);
            break;
        case O_SEED:
            random.seed = number(optarg);
            break;
        case O_LINES:
            random.lines = (unsigned)number(optarg);
            break;
        case O_PIDS:
            random.pids = (unsigned)number(optarg);
            break;
        case O_CPUS:
            file.cpus = (unsigned)number(optarg);
            break;
        case O_NODES:
            file.nodes = (unsigned)number(optarg);
            break;
        case O_WEIGHT:
            file.weight_struct = true;
            break;
        case O_CALLCHAIN:
            file.callchain = (unsigned)number(optarg);
            break;
        case O_IDENTIFIER:
            file.identifier = true;
            break;
        case O_NO_IDENTIFIER:
            file.identifier = false;
            break;
        case O_KERNEL:
            file.kernel = true;
            break;
        case O_MODULES:
            random.modules = file.kernel = true;
            break;
        case O_SHM:
            random.shm = true;
            break;
        case O_FORKS:
            random.forks = true;
            break;
        case O_UNMAPPED:
            random.unmapped_percent = (unsigned)number(optarg);
            break;
        case O_LOST:
            random.lost = (unsigned)number(optarg);
            break;
        case O_LATE:
            random.late = (unsigned)number(optarg);
            break;
        case O_OLD:
            random.old_maps_percent = (unsigned)number(optarg);
            break;
        case O_PHYS:
            file.phys = true;
            break;
        case O_TWO:
            file.two_events = true;
            break;
        case O_ONLY:
            only = (long)number(optarg);
            break;
        case O_LIST:
            list = true;
            break;
        default:
            usage();
        }
    }
    if (!file.cpus || file.cpus > PD_MAX_CPUS || !file.nodes || file.nodes > PD_MAX_NODES ||
        file.nodes > file.cpus || file.callchain > 127 || !random.lines || !random.pids ||
        random.unmapped_percent > 100 || random.old_maps_percent > 100)
        die("an option is out of its range");
    if (argc - optind == 3 && !strcmp(argv[optind], "golden")) {
        golden_file(argv[optind + 1], argv[optind + 2], &file, only, list, argc, argv);
    } else if (argc - optind == 2 && !strcmp(argv[optind], "random")) {
        struct pd pd;

        pd_open(&pd, argv[optind + 1], &file, argc, argv);
        random_file(&pd, &random);
        pd_close(&pd);
    } else {
        usage();
    }
    return 0;
}
