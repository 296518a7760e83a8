/* The accesses of x86-64 instructions. The bytes are GNU as's, the expectations the Intel SDM's (vol. 2),
 * AMD's APM for clzero. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/names/instruction.h"

enum { R = 1, W = 2, L = 4 }; /* reads, writes, locked */
#define VARIES (-1)
#define ROW(t, b, f, w)                                                                                      \
    { __LINE__, t, b, f, w }
#define COUNT(a)       (sizeof(a) / sizeof((a)[0]))
#define CODE_BYTES_MAX 16

struct row {
    int line;
    const char *text, *bytes;
    int flags, width;
};

/* clang-format off */
static const struct row rows[] = {
    ROW("mov rax,QWORD [rbx]", "48 8b 03", R, 8),
    ROW("mov DWORD [rbx],eax", "89 03", W, 4),
    ROW("mov BYTE [rbx+0x8],0x1", "c6 43 08 01", W, 1),
    ROW("mov WORD [rbx],0x5", "66 c7 03 05 00", W, 2),
    ROW("mov QWORD [rip+0x1000],0x7", "48 c7 05 00 10 00 00 07 00 00 00", W, 8),
    ROW("movabs al,ds:0x1122334455667788", "a0 88 77 66 55 44 33 22 11", R, 1),
    ROW("movabs ds:0x1122334455667788,rax", "48 a3 88 77 66 55 44 33 22 11", W, 8),
    ROW("add QWORD [rbx],0x1", "48 83 03 01", R | W, 8),
    ROW("add rax,QWORD [rbx]", "48 03 03", R, 8),
    ROW("inc DWORD [rbx]", "ff 03", R | W, 4),
    ROW("cmp DWORD [rbx],0x3", "83 3b 03", R, 4),
    ROW("test BYTE [rbx],0x1", "f6 03 01", R, 1),
    ROW("not WORD [rbx]", "66 f7 13", R | W, 2),
    ROW("xchg QWORD [rbx],rax", "48 87 03", R | W | L, 8),
    ROW("xchg rbx,rax", "48 93", 0, 0),
    ROW("lock inc DWORD [rbx]", "f0 ff 03", R | W | L, 4),
    ROW("lock add QWORD [rbx],0x8", "f0 48 83 03 08", R | W | L, 8),
    ROW("lock xadd DWORD [rbx],eax", "f0 0f c1 03", R | W | L, 4),
    ROW("xadd QWORD [rbx],rax", "48 0f c1 03", R | W, 8),
    ROW("cmpxchg DWORD [rbx],ecx", "0f b1 0b", R | W, 4),
    ROW("lock cmpxchg QWORD [rbx],rcx", "f0 48 0f b1 0b", R | W | L, 8),
    ROW("lock cmpxchg8b QWORD [rbx]", "f0 0f c7 0b", R | W | L, 8),
    ROW("lock cmpxchg16b OWORD [rbx]", "f0 48 0f c7 0b", R | W | L, 16),
    ROW("lock bts QWORD [rbx],0x3", "f0 48 0f ba 2b 03", R | W | L, 8),
    ROW("bt DWORD [rbx],0x3", "0f ba 23 03", R, 4),
    ROW("push rax", "50", W, 8),
    ROW("push QWORD [rbx]", "ff 33", R, 8),
    ROW("push 0x5", "6a 05", W, 8),
    ROW("pop rax", "58", R, 8),
    ROW("pop QWORD [rbx]", "8f 03", W, 8),
    ROW("call 0x176", "e8 fb 00 00 00", W, 8),
    ROW("call QWORD [rbx]", "ff 13", R, 8),
    ROW("jmp QWORD [rbx]", "ff 23", R, 8),
    ROW("ret", "c3", R, 8),
    ROW("ret 0x8", "c2 08 00", R, 8),
    ROW("leave", "c9", R, 8),
    ROW("enter 0x10,0x0", "c8 10 00 00", W, VARIES),
    ROW("pushf", "9c", W, 8),
    ROW("popf", "9d", R, 8),
    ROW("movs BYTE es:[rdi],BYTE ds:[rsi]", "a4", R | W, 1),
    ROW("movs QWORD es:[rdi],QWORD ds:[rsi]", "48 a5", R | W, 8),
    ROW("rep movs BYTE es:[rdi],BYTE ds:[rsi]", "f3 a4", R | W, VARIES),
    ROW("rep movs QWORD es:[rdi],QWORD ds:[rsi]", "f3 48 a5", R | W, VARIES),
    ROW("stos DWORD es:[rdi],eax", "ab", W, 4),
    ROW("rep stos QWORD es:[rdi],rax", "f3 48 ab", W, VARIES),
    ROW("lods al,BYTE ds:[rsi]", "ac", R, 1),
    ROW("scas al,BYTE es:[rdi]", "ae", R, 1),
    ROW("repnz scas al,BYTE es:[rdi]", "f2 ae", R, VARIES),
    ROW("cmps BYTE ds:[rsi],BYTE es:[rdi]", "a6", R, 1),
    ROW("repz cmps BYTE ds:[rsi],BYTE es:[rdi]", "f3 a6", R, VARIES),
    ROW("xlat BYTE ds:[rbx]", "d7", R, 1),
    ROW("nop", "90", 0, 0),
    ROW("nop DWORD [rax+rax*1]", "0f 1f 04 00", 0, 0),
    ROW("xchg ax,ax", "66 90", 0, 0),
    ROW("prefetcht0 BYTE [rbx]", "0f 18 0b", 0, 0),
    ROW("prefetchw BYTE [rbx]", "0f 0d 0b", 0, 0),
    ROW("prefetchnta BYTE [rbx]", "0f 18 03", 0, 0),
    ROW("lea rax,[rbx+rcx*4]", "48 8d 04 8b", 0, 0),
    ROW("clflush BYTE [rbx]", "0f ae 3b", 0, 0),
    ROW("clflushopt BYTE [rbx]", "66 0f ae 3b", 0, 0),
    ROW("clwb BYTE [rbx]", "66 0f ae 33", 0, 0),
    ROW("endbr64", "f3 0f 1e fa", 0, 0),
    ROW("pause", "f3 90", 0, 0),
    ROW("mfence", "0f ae f0", 0, 0),
    ROW("mov rax,rbx", "48 89 d8", 0, 0),
    ROW("movss xmm0,DWORD [rbx]", "f3 0f 10 03", R, 4),
    ROW("movsd xmm0,QWORD [rbx]", "f2 0f 10 03", R, 8),
    ROW("movsd QWORD [rbx],xmm0", "f2 0f 11 03", W, 8),
    ROW("movaps xmm0,XMMWORD [rbx]", "0f 28 03", R, 16),
    ROW("movups XMMWORD [rbx],xmm0", "0f 11 03", W, 16),
    ROW("movq xmm0,QWORD [rbx]", "f3 0f 7e 03", R, 8),
    ROW("movd DWORD [rbx],xmm0", "66 0f 7e 03", W, 4),
    ROW("movhps QWORD [rbx],xmm0", "0f 17 03", W, 8),
    ROW("movntdq XMMWORD [rbx],xmm0", "66 0f e7 03", W, 16),
    ROW("movnti QWORD [rbx],rax", "48 0f c3 03", W, 8),
    ROW("cvtsi2sd xmm0,QWORD [rbx]", "f2 48 0f 2a 03", R, 8),
    ROW("pmovsxbw xmm0,QWORD [rbx]", "66 0f 38 20 03", R, 8),
    ROW("pinsrb xmm0,BYTE [rbx],0x2", "66 0f 3a 20 03 02", R, 1),
    ROW("pextrw WORD [rbx],xmm0,0x1", "66 0f 3a 15 03 01", W, 2),
    ROW("movddup xmm0,QWORD [rbx]", "f2 0f 12 03", R, 8),
    ROW("vmovdqu ymm0,YMMWORD [rbx]", "c5 fe 6f 03", R, 32),
    ROW("vmovdqu YMMWORD [rbx],ymm0", "c5 fe 7f 03", W, 32),
    ROW("vmovups zmm0,ZMMWORD [rbx]", "62 f1 7c 48 10 03", R, 64),
    ROW("vmovdqu64 ZMMWORD [rbx],zmm1", "62 f1 fe 48 7f 0b", W, 64),
    ROW("vmovdqu64 zmm0{k1},ZMMWORD [rbx]", "62 f1 fe 49 6f 03", R, VARIES),
    ROW("vmovdqu32 ZMMWORD [rbx]{k1},zmm1", "62 f1 7e 49 7f 0b", W, VARIES),
    ROW("vaddps zmm0,zmm1,ZMMWORD [rbx]", "62 f1 74 48 58 03", R, 64),
    ROW("vaddps zmm0,zmm1,DWORD BCST [rbx]", "62 f1 74 58 58 03", R, 4),
    ROW("vaddpd ymm0,ymm1,QWORD BCST [rbx]", "62 f1 f5 38 58 03", R, 8),
    ROW("vbroadcastss ymm0,DWORD [rbx]", "c4 e2 7d 18 03", R, 4),
    ROW("vbroadcastf128 ymm0,XMMWORD [rbx]", "c4 e2 7d 1a 03", R, 16),
    ROW("vpbroadcastb xmm0,BYTE [rbx]", "c4 e2 79 78 03", R, 1),
    ROW("vextractf128 XMMWORD [rbx],ymm0,0x1", "c4 e3 7d 19 03 01", W, 16),
    ROW("vinserti128 ymm0,ymm1,XMMWORD [rbx],0x1", "c4 e3 75 38 03 01", R, 16),
    ROW("vpmovqb QWORD [rbx],zmm1", "62 f2 7e 48 32 0b", W, 8),
    ROW("vmaskmovps ymm0,ymm1,YMMWORD [rbx]", "c4 e2 75 2c 03", R, VARIES),
    ROW("vmaskmovps YMMWORD [rbx],ymm1,ymm0", "c4 e2 75 2e 03", W, VARIES),
    ROW("vpmaskmovd XMMWORD [rbx],xmm1,xmm0", "c4 e2 71 8e 03", W, VARIES),
    ROW("vgatherdps ymm0,DWORD [rbx+ymm1*4],ymm2", "c4 e2 6d 92 04 8b", R, VARIES),
    ROW("vpgatherqq zmm0{k1},QWORD [rbx+zmm1*8]", "62 f2 fd 49 91 04 cb", R, VARIES),
    ROW("vpscatterdd DWORD [rbx+zmm1*4]{k1},zmm0", "62 f2 7d 49 a0 04 8b", W, VARIES),
    ROW("maskmovdqu xmm0,xmm1", "66 0f f7 c1", W, VARIES),
    ROW("vcompressps ZMMWORD [rbx]{k1},zmm0", "62 f2 7d 49 8a 03", W, VARIES),
    ROW("vcompressps ZMMWORD [rbx],zmm0", "62 f2 7d 48 8a 03", W, 64),
    ROW("vpcompressd ZMMWORD [rbx]{k1},zmm0", "62 f2 7d 49 8b 03", W, VARIES),
    ROW("kmovw k1,WORD [rbx]", "c5 f8 90 0b", R, 2),
    ROW("kmovq QWORD [rbx],k1", "c4 e1 f8 91 0b", W, 8),
    ROW("xsave [rbx]", "0f ae 23", R | W, VARIES),
    ROW("xsaveopt [rbx]", "0f ae 33", R | W, VARIES),
    ROW("xsavec [rbx]", "0f c7 23", W, VARIES),
    ROW("xrstor [rbx]", "0f ae 2b", R, VARIES),
    ROW("fxsave [rbx]", "0f ae 03", W, VARIES),
    ROW("fxrstor64 [rbx]", "48 0f ae 0b", R, VARIES),
    ROW("ldmxcsr DWORD [rbx]", "0f ae 13", R, 4),
    ROW("stmxcsr DWORD [rbx]", "0f ae 1b", W, 4),
    ROW("fld TBYTE [rbx]", "db 2b", R, 10),
    ROW("fstp TBYTE [rbx]", "db 3b", W, 10),
    ROW("fld QWORD [rbx]", "dd 03", R, 8),
    ROW("fild WORD [rbx]", "df 03", R, 2),
    ROW("fnstcw WORD [rbx]", "d9 3b", W, 2),
    ROW("fnstenv [rbx]", "d9 33", W, 28),
    ROW("fnsave [rbx]", "dd 33", W, 108),
    ROW("frstor [rbx]", "dd 23", R, 108),
    ROW("lss eax,FWORD [rbx]", "0f b2 03", R, 6),
    ROW("lfs eax,FWORD [rbx]", "0f b4 03", R, 6),
    ROW("mov ds,WORD [rbx]", "8e 1b", R, 2),
    ROW("mov WORD [rbx],ds", "8c 1b", W, 2),
    ROW("jmp FWORD [rbx]", "ff 2b", R, 6),
    ROW("movzx eax,BYTE [rbx]", "0f b6 03", R, 1),
    ROW("movsxd rax,DWORD [rbx]", "48 63 03", R, 4),
    ROW("cmovne rax,QWORD [rbx]", "48 0f 45 03", R, 8),
    ROW("setne BYTE [rbx]", "0f 95 03", W, 1),
    ROW("movbe DWORD [rbx],eax", "0f 38 f1 03", W, 4),
    ROW("crc32 eax,BYTE [rbx]", "f2 0f 38 f0 03", R, 1),
    ROW("shl DWORD [rbx],cl", "d3 23", R | W, 4),
    ROW("imul eax,DWORD [rbx],0x7", "6b 03 07", R, 4),
    ROW("idiv QWORD [rbx]", "48 f7 3b", R, 8),
    ROW("mov rax,QWORD fs:0x28", "64 48 8b 04 25 28 00 00 00", R, 8),
    ROW("lock and DWORD [rsp],0x0", "f0 83 24 24 00", R | W | L, 4),
    ROW("ins BYTE es:[rdi],dx", "6c", W, 1),
    ROW("outs dx,DWORD ds:[rsi]", "6f", R, 4),
    ROW("cldemote BYTE [rbx]", "0f 1c 03", 0, 0),
    ROW("movdir64b rax,[rbx]", "66 0f 38 f8 03", R | W, 64),
    ROW("movdiri QWORD [rbx],rax", "48 0f 38 f9 03", W, 8),
    ROW("invlpg BYTE [rbx]", "0f 01 3b", 0, 0),
    ROW("syscall", "0f 05", 0, 0),
    ROW("shld QWORD [rbx],rax,0x3", "48 0f a4 03 03", R | W, 8),
    ROW("pcmpistri xmm0,XMMWORD [rbx],0x1", "66 0f 3a 63 03 01", R, 16),
    ROW("tileloadd tmm0,[rbx+rcx*1]", "c4 e2 7b 4b 04 0b", R, VARIES),
    ROW("vfmadd132sd xmm0,xmm1,QWORD [rbx]", "c4 e2 f1 99 03", R, 8),
    ROW("vmovss xmm0,DWORD [rbx]", "c5 fa 10 03", R, 4),
    ROW("vmovss DWORD [rbx]{k1},xmm0", "62 f1 7e 09 11 03", W, VARIES),
    ROW("vmovlps QWORD [rbx],xmm0", "c5 f8 13 03", W, 8),
    ROW("vcvtps2ph XMMWORD [rbx],ymm0,0x0", "c4 e3 7d 1d 03 00", W, 16),
    ROW("vpinsrq xmm0,xmm1,QWORD [rbx],0x1", "c4 e3 f1 22 03 01", R, 8),
    ROW("vextracti32x4 XMMWORD [rbx],zmm0,0x1", "62 f3 7d 48 39 03 01", W, 16),
    ROW("vbroadcasti64x2 zmm0,XMMWORD [rbx]", "62 f2 fd 48 5a 03", R, 16),
    ROW("clzero", "0f 01 fc", W, 64),
    ROW("monitor", "0f 01 c8", 0, 0),
    ROW("popcnt rax,QWORD [rbx]", "f3 48 0f b8 03", R, 8),
    ROW("cvtps2pd xmm0,QWORD [rbx]", "0f 5a 03", R, 8),
    ROW("movq QWORD [rbx],mm0", "0f 7f 03", W, 8),
    ROW("punpcklbw mm0,DWORD [rbx]", "0f 60 03", R, 4),
    ROW("fiadd WORD [rbx]", "de 03", R, 2),
    ROW("fbld TBYTE [rbx]", "df 23", R, 10),
    ROW("fisttp QWORD [rbx]", "dd 0b", W, 8),
    ROW("vpexpandd zmm0{k1},ZMMWORD [rbx]", "62 f2 7d 49 89 03", R, VARIES),
    ROW("vpmovzxbq zmm0,QWORD [rbx]", "62 f2 7d 48 32 03", R, 8),
    ROW("vmovddup ymm0,YMMWORD [rbx]", "c5 ff 12 03", R, 32),
    ROW("vmovddup xmm0,QWORD [rbx]", "c5 fb 12 03", R, 8),
    ROW("prefetch byte [rbx] (AMD)", "0f 0d 03", 0, 0),
    ROW("nopw cs:[rax+rax*1+0x0]", "66 2e 0f 1f 84 00 00 00 00 00", 0, 0),
    ROW("repz ret", "f3 c3", R, 8),
    ROW("bnd jmp [rip+0x10]", "f2 ff 25 10 00 00 00", R, 8),
    ROW("notrack jmp [rax]", "3e ff 20", R, 8),
};
/* clang-format on */

static size_t parse(const char *text, uint8_t code[CODE_BYTES_MAX]) {
    size_t length = 0;
    unsigned byte;
    int used;
    while (length < CODE_BYTES_MAX && sscanf(text, "%x%n", &byte, &used) == 1) {
        code[length++] = (uint8_t)byte;
        text += used;
    }
    return length;
}

static int check(const struct row *row, const struct ht_instruction *got) {
    int flags = (got->reads ? R : 0) | (got->writes ? W : 0) | (got->locked ? L : 0);
    int width = got->width_known ? (int)got->bytes : VARIES;
    if (got->known && flags == row->flags && width == row->width && got->text[0] != '\0' &&
        (got->width_known || got->bytes == 0))
        return 0;
    print_error("%s:%d: %s: known %d flags %d width %d, expected 1 %d %d\n", __FILE__, row->line, row->text,
                got->known, flags, width, row->flags, row->width);
    return 1;
}

static void test_rows(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t code[CODE_BYTES_MAX];
        struct ht_instruction got;
        size_t length = parse(rows[i].bytes, code);
        ht_instruction_decode("x86_64", code, length, &got);
        wrong += check(&rows[i], &got);
    }
    assert_int_equal(wrong, 0);
}

/* What follows an instruction in memory must not matter. */
static void test_trailing_bytes(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t code[CODE_BYTES_MAX];
        struct ht_instruction got;
        memset(code, 0xcc, sizeof code);
        parse(rows[i].bytes, code);
        ht_instruction_decode("x86_64", code, sizeof code, &got);
        wrong += check(&rows[i], &got);
    }
    assert_int_equal(wrong, 0);
}

static void test_truncated(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t code[CODE_BYTES_MAX];
        struct ht_instruction got;
        size_t length = parse(rows[i].bytes, code);
        ht_instruction_decode("x86_64", code, length - 1, &got);
        if (got.known)
            print_error("%s:%d: known without its last byte\n", __FILE__, rows[i].line);
        assert_false(got.known);
        assert_int_equal(got.reads | got.writes | got.locked | got.width_known, 0);
        assert_string_equal(got.text, "");
    }
}

static void test_other_input(void **state) {
    (void)state;
    static const uint8_t load[] = {0x48, 0x8b, 0x03}, invalid[] = {0x0f, 0xff, 0xff}, push_es[] = {0x06};
    struct ht_instruction got;
    ht_instruction_decode("aarch64", load, sizeof load, &got);
    assert_false(got.known);
    ht_instruction_decode(NULL, load, sizeof load, &got);
    assert_false(got.known);
    ht_instruction_decode("x86_64", NULL, 0, &got);
    assert_false(got.known);
    ht_instruction_decode("x86_64", push_es, sizeof push_es, &got); /* 32-bit only */
    assert_false(got.known);
    ht_instruction_decode("x86_64", invalid, 0, &got);
    assert_false(got.known);
}

static void test_text(void **state) {
    (void)state;
    static const uint8_t load[] = {0x48, 0x8b, 0x03};
    /* vpternlogd zmm10{k5}{z},zmm11,[r12+r13*8+0x12345678],0x7b: longer than most, must be cut at worst */
    static const uint8_t longest[] = {0x62, 0x13, 0x25, 0xcd, 0x25, 0x94, 0xec, 0x78, 0x56, 0x34, 0x12, 0x7b};
    struct ht_instruction got;
    ht_instruction_decode("x86_64", load, sizeof load, &got);
    assert_string_equal(got.text, "mov rax, [rbx]");
    ht_instruction_decode("x86_64", longest, sizeof longest, &got);
    assert_true(got.known);
    assert_true(strncmp(got.text, "vpternlogd zmm10", 16) == 0);
    assert_true(strlen(got.text) < sizeof got.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_trailing_bytes),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_other_input),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
