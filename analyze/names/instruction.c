#include "analyze/names/instruction.h"

#include <stdio.h>
#include <string.h>

#include <Zydis/Zydis.h>

/* What Zydis' operands do not say by themselves. */
enum access_rule {
    RULE_OPERANDS = 0,  /* as the operands say */
    RULE_NONE,          /* names memory, but transfers no data */
    RULE_WIDTH_UNKNOWN, /* the number of bytes depends on registers or the machine's state */
    RULE_ALSO_WRITES,   /* writes what a register operand points to, as much as it reads */
    RULE_WRITES_LINE,   /* writes a whole cache line without a memory operand */
};

#define LINE_BYTES 64 /* of every processor that has clzero */

/* Hints and cache control: their operand is an address, not data. */
static const struct {
    uint16_t category;
    uint8_t rule;
} category_rules[] = {
    {ZYDIS_CATEGORY_NOP, RULE_NONE},
    {ZYDIS_CATEGORY_WIDENOP, RULE_NONE},
    {ZYDIS_CATEGORY_PREFETCH, RULE_NONE},
    {ZYDIS_CATEGORY_PREFETCHWT1, RULE_NONE},
    {ZYDIS_CATEGORY_CLFLUSHOPT, RULE_NONE},
    {ZYDIS_CATEGORY_CLWB, RULE_NONE},
    {ZYDIS_CATEGORY_CLDEMOTE, RULE_NONE},
    {ZYDIS_CATEGORY_AMX_TILE, RULE_WIDTH_UNKNOWN},
    {ZYDIS_CATEGORY_GATHER, RULE_WIDTH_UNKNOWN},
    {ZYDIS_CATEGORY_AVX2GATHER, RULE_WIDTH_UNKNOWN},
    {ZYDIS_CATEGORY_SCATTER, RULE_WIDTH_UNKNOWN},
    {ZYDIS_CATEGORY_XSAVE, RULE_WIDTH_UNKNOWN},
    {ZYDIS_CATEGORY_XSAVEOPT, RULE_WIDTH_UNKNOWN},
    {ZYDIS_CATEGORY_INTERRUPT, RULE_NONE}, /* the frame belongs to the handler */
};

static const struct {
    uint16_t mnemonic;
    uint8_t rule;
} mnemonic_rules[] = {
    {ZYDIS_MNEMONIC_CLFLUSH, RULE_NONE},
    {ZYDIS_MNEMONIC_INVLPG, RULE_NONE},
    {ZYDIS_MNEMONIC_MONITOR, RULE_NONE},
    {ZYDIS_MNEMONIC_UMONITOR, RULE_NONE},
    {ZYDIS_MNEMONIC_CLZERO, RULE_WRITES_LINE},
    {ZYDIS_MNEMONIC_MOVDIR64B, RULE_ALSO_WRITES},
    {ZYDIS_MNEMONIC_FXSAVE, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_FXSAVE64, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_FXRSTOR, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_FXRSTOR64, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_ENTER, RULE_WIDTH_UNKNOWN}, /* copies as many frame pointers as the level says */
    {ZYDIS_MNEMONIC_IRET, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_IRETD, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_IRETQ, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_MASKMOVQ, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_MASKMOVDQU, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_VMASKMOVDQU, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_VMASKMOVPS, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_VMASKMOVPD, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_VPMASKMOVD, RULE_WIDTH_UNKNOWN},
    {ZYDIS_MNEMONIC_VPMASKMOVQ, RULE_WIDTH_UNKNOWN},
};

static enum access_rule rule_of(const ZydisDecodedInstruction *insn) {
    for (size_t i = 0; i < sizeof mnemonic_rules / sizeof mnemonic_rules[0]; i++)
        if (mnemonic_rules[i].mnemonic == insn->mnemonic)
            return mnemonic_rules[i].rule;
    for (size_t i = 0; i < sizeof category_rules / sizeof category_rules[0]; i++)
        if (category_rules[i].category == insn->meta.category)
            return category_rules[i].rule;
    return RULE_OPERANDS;
}

/* The run time decides how many elements or iterations there are. */
static int width_varies(const ZydisDecodedInstruction *insn) {
    if ((insn->attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE)) != 0)
        return 1;
    return (insn->attributes & ZYDIS_ATTRIB_HAS_EVEX) != 0 && insn->avx.mask.reg != ZYDIS_REGISTER_NONE &&
           insn->avx.mask.reg != ZYDIS_REGISTER_K0;
}

static int is_data(const ZydisDecodedOperand *op) {
    return op->type == ZYDIS_OPERAND_TYPE_MEMORY && op->mem.type != ZYDIS_MEMOP_TYPE_AGEN &&
           op->mem.type != ZYDIS_MEMOP_TYPE_MIB;
}

/* An explicit memory operand hides the implicit ones: `call [rax]` counts as the read of the pointer, because
 * that is the line it contends for; its push goes to the thread's own stack. */
static void gather_accesses(const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *ops,
                            struct ht_instruction *out) {
    int explicit_only = 0;
    for (unsigned i = 0; i < insn->operand_count; i++)
        if (is_data(&ops[i]) && ops[i].visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT)
            explicit_only = 1;
    for (unsigned i = 0; i < insn->operand_count; i++) {
        if (!is_data(&ops[i]) || (explicit_only && ops[i].visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT))
            continue;
        out->reads |= (ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
        out->writes |= (ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        out->modifies |= (ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0 &&
                         (ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        unsigned bytes = ops[i].size / 8;
        if (bytes > out->bytes)
            out->bytes = bytes;
    }
}

static void format_text(const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *ops,
                        struct ht_instruction *out) {
    ZydisFormatter formatter;
    char text[256]; /* Zydis gives nothing where the room is short; a cut text is better */
    if (ZYAN_SUCCESS(ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL)) &&
        ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, insn, ops, insn->operand_count_visible, text,
                                                     sizeof text, ZYDIS_RUNTIME_ADDRESS_NONE, NULL)))
        snprintf(out->text, sizeof out->text, "%.63s", text);
}

void ht_instruction_decode(const char *arch, const uint8_t *code, size_t length, struct ht_instruction *out) {
    ZydisDecoder decoder;
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];

    memset(out, 0, sizeof *out);
    if (arch == NULL || code == NULL || length == 0 || strcmp(arch, "x86_64") != 0)
        return;
    if (ZYAN_FAILED(ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)) ||
        ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, code, length, &insn, ops)))
        return;
    out->known = 1;
    out->width_known = 1;
    format_text(&insn, ops, out);
    enum access_rule rule = rule_of(&insn);
    if (rule == RULE_NONE)
        return;
    gather_accesses(&insn, ops, out);
    out->writes |= rule == RULE_ALSO_WRITES || rule == RULE_WRITES_LINE;
    if (rule == RULE_WRITES_LINE)
        out->bytes = LINE_BYTES;
    if (!out->reads && !out->writes) {
        out->bytes = 0;
        return;
    }
    out->locked = (insn.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0 || insn.mnemonic == ZYDIS_MNEMONIC_XCHG;
    if (rule == RULE_WIDTH_UNKNOWN || out->bytes == 0 || width_varies(&insn)) {
        out->bytes = 0;
        out->width_known = 0;
    }
}
