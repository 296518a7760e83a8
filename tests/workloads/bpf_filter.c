/* bpf_filter SECONDS: loads a BPF program (a socket filter of a few thousand additions, named hitm_filter),
 * runs it on messages to ourselves, and unloads it: kernel code that is gone when a recording of it ends.
 * Prints the messages. Exit status 3 where BPF programs may not be loaded. */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ADDITIONS 4000

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* r0 = 0; r0 += 1, many times; return r0: so many bytes of a message pass. */
static int load(void) {
    static struct bpf_insn code[ADDITIONS + 2];
    union bpf_attr attr;
    code[0] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K};
    for (int i = 1; i <= ADDITIONS; i++)
        code[i] = (struct bpf_insn){.code = BPF_ALU64 | BPF_ADD | BPF_K, .imm = 1};
    code[ADDITIONS + 1] = (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attr.insns = (uint64_t)(uintptr_t)code;
    attr.insn_cnt = ADDITIONS + 2;
    attr.license = (uint64_t)(uintptr_t) "GPL";
    strcpy(attr.prog_name, "hitm_filter");
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 1, end = now() + seconds;
    unsigned long messages = 0;
    char message[64] = "";
    int ends[2], program = load();
    if (seconds <= 0) {
        fprintf(stderr, "usage: bpf_filter SECONDS\n");
        return 2;
    }
    if (program < 0) {
        perror("bpf");
        return 3;
    }
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0 ||
        setsockopt(ends[0], SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof program) != 0) {
        perror("socket");
        return 1;
    }
    for (; now() < end; messages++)
        if (write(ends[1], message, sizeof message) < 0 || read(ends[0], message, sizeof message) < 0) {
            perror("message");
            return 1;
        }
    close(ends[0]);
    close(ends[1]);
    close(program);
    printf("%lu messages\n", messages);
    return 0;
}
