/* Places in code that samples hit: one number for each (file, address). Owns its memory; one thread. */
#ifndef HT_ANALYZE_LOAD_CODES_H
#define HT_ANALYZE_LOAD_CODES_H

#include <stdint.h>

#include "analyze/load/known_names.h"
#include "analyze/names/instruction.h"

struct ht_code {
    uint64_t address; /* of the instruction, as sampled */
    uint64_t offset;  /* in the file's terms; the address where the file is not known */
    uint32_t dso;     /* index in known names, HT_NONE where no mapping is known */
    uint32_t mem_samples, transfers, loads, stores; /* on kept lines */
    uint32_t cpu_samples, faults;
    uint8_t wanted;  /* goes to the database */
    uint8_t decoded; /* the members below are filled */
    uint8_t known, reads, writes, modifies;
    uint16_t bytes; /* width of the access where width_known */
    uint8_t width_known;
};

struct ht_codes;

enum ht_status ht_codes_new(struct ht_known_names *names, const char *arch, struct ht_codes **codes);
void ht_codes_free(struct ht_codes *codes);

/* mapping NULL: not known. */
enum ht_status ht_codes_find(struct ht_codes *codes, const struct ht_mapping *mapping, uint64_t address,
                             uint32_t *code);
uint32_t ht_codes_count(const struct ht_codes *codes);
struct ht_code *ht_codes_get(struct ht_codes *codes, uint32_t code);

/* The same with what its instruction does to memory filled in. */
const struct ht_code *ht_codes_decoded(struct ht_codes *codes, uint32_t code);

/* Decodes for display; text "" where the bytes are not known. */
void ht_codes_instruction(struct ht_codes *codes, uint32_t code, struct ht_instruction *out);

#endif
