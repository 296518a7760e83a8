/* What a sampled x86-64 instruction does to memory, from its bytes (Zydis). nop, prefetch and lea access
 * nothing. */
#ifndef HT_ANALYZE_NAMES_INSTRUCTION_H
#define HT_ANALYZE_NAMES_INSTRUCTION_H

#include <stddef.h>
#include <stdint.h>

struct ht_instruction {
    int known;         /* 0: could not be decoded: nothing below holds */
    int modifies;      /* one operand is both read and written: read-modify-write (not movs: two addresses) */
    int reads, writes; /* explicit memory operand, or the implicit one of string and stack instructions */
    unsigned bytes;    /* width of the data access; 0: no access, or of unknown width (gather, xsave) */
    int width_known;   /* 0 where the width varies at run time (rep, masked, gather, xsave, fxsave) */
    int locked;        /* lock prefix or xchg with memory */
    char text[64];     /* Intel syntax, terminated; "" where unknown */
};

/* length bytes from the instruction's first on; arch as uname -m ("x86_64"; others are unknown). */
void ht_instruction_decode(const char *arch, const uint8_t *code, size_t length, struct ht_instruction *out);

#endif
