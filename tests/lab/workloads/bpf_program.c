/* bpf_program: loads a BPF program of two instructions, holds it for a moment and gives it back. Prints its
 * id and tag. */
#include "workload.h"

#include <linux/bpf.h>
#include <sys/resource.h>

int main(void) {
    const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
                                    {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr load = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                           .insn_cnt = 2,
                           .insns = (uintptr_t)code,
                           .license = (uintptr_t) "GPL"};
    struct bpf_prog_info info = {0};
    memcpy(load.prog_name, "lab_program", 12);
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &all); /* before Linux 5.11 programs count as locked memory */
    int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
    if (program < 0)
        die("BPF_PROG_LOAD");
    union bpf_attr ask = {
        .info = {.bpf_fd = (uint32_t)program, .info_len = sizeof info, .info = (uintptr_t)&info}};
    if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &ask, sizeof ask) != 0)
        die("BPF_OBJ_GET_INFO_BY_FD");
    usleep(200000);
    close(program);
    usleep(200000);
    printf("id=%u\ntag=", info.id);
    for (size_t i = 0; i < sizeof info.tag; i++)
        printf("%02x", info.tag[i]);
    printf("\n");
    return 0;
}
