#include "analyze/load/codes.h"

#include <stdlib.h>
#include <string.h>

#define CODES_A_BLOCK 16384u

struct ht_codes {
    struct ht_known_names *names;
    struct ht_code **block;
    uint32_t count, blocks;
    uint32_t *slot;
    uint64_t slots;
    char arch[16];
};

enum ht_status ht_codes_new(struct ht_known_names *names, const char *arch, struct ht_codes **codes) {
    *codes = calloc(1, sizeof **codes);
    if (*codes == NULL)
        return HT_NOMEM;
    (*codes)->names = names;
    strncpy((*codes)->arch, arch, sizeof(*codes)->arch - 1);
    return HT_OK;
}

void ht_codes_free(struct ht_codes *codes) {
    if (codes == NULL)
        return;
    for (uint32_t i = 0; i < codes->blocks; i++)
        free(codes->block[i]);
    free(codes->block);
    free(codes->slot);
    free(codes);
}

uint32_t ht_codes_count(const struct ht_codes *codes) {
    return codes->count;
}

struct ht_code *ht_codes_get(struct ht_codes *codes, uint32_t code) {
    return &codes->block[code / CODES_A_BLOCK][code % CODES_A_BLOCK];
}

static uint64_t hash_code(uint32_t dso, uint64_t address) {
    uint64_t h = address * 0x9e3779b97f4a7c15u ^ (uint64_t)dso * 0xc2b2ae3d27d4eb4fu;
    return h ^ h >> 29;
}

static enum ht_status grow_slots(struct ht_codes *codes) {
    uint64_t slots = codes->slots == 0 ? 1024 : codes->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < codes->count; i++) {
        const struct ht_code *c = ht_codes_get(codes, i);
        uint64_t h = hash_code(c->dso, c->address) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = i + 1;
    }
    free(codes->slot);
    codes->slot = slot;
    codes->slots = slots;
    return HT_OK;
}

static enum ht_status new_code(struct ht_codes *codes, uint32_t *code) {
    if (codes->count == codes->blocks * CODES_A_BLOCK) {
        struct ht_code **grown = realloc(codes->block, (codes->blocks + 1) * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        codes->block = grown;
        grown[codes->blocks] = calloc(CODES_A_BLOCK, sizeof **grown);
        if (grown[codes->blocks] == NULL)
            return HT_NOMEM;
        codes->blocks++;
    }
    *code = codes->count++;
    return HT_OK;
}

enum ht_status ht_codes_find(struct ht_codes *codes, const struct ht_mapping *mapping, uint64_t address,
                             uint32_t *code) {
    uint32_t dso = HT_NONE;
    enum ht_status status = mapping != NULL ? ht_known_dso(codes->names, mapping, &dso) : HT_OK;
    if (status == HT_OK && (uint64_t)codes->count * 2 >= codes->slots)
        status = grow_slots(codes);
    if (status != HT_OK)
        return status;
    uint64_t h = hash_code(dso, address) & (codes->slots - 1);
    for (; codes->slot[h] != 0; h = (h + 1) & (codes->slots - 1)) {
        const struct ht_code *found = ht_codes_get(codes, codes->slot[h] - 1);
        if (found->address == address && found->dso == dso) {
            *code = codes->slot[h] - 1;
            return HT_OK;
        }
    }
    if ((status = new_code(codes, code)) != HT_OK)
        return status;
    codes->slot[h] = *code + 1;
    struct ht_code *c = ht_codes_get(codes, *code);
    *c = (struct ht_code){.address = address, .offset = address, .dso = dso};
    if (mapping != NULL)
        c->offset = ht_known_offset(&codes->names->dso[dso], mapping, address);
    return HT_OK;
}

void ht_codes_instruction(struct ht_codes *codes, uint32_t code, struct ht_instruction *out) {
    const struct ht_code *c = ht_codes_get(codes, code);
    const struct ht_code_cell *cell =
        c->dso != HT_NONE ? ht_known_code(codes->names, c->dso, c->offset) : NULL;
    memset(out, 0, sizeof *out);
    if (cell != NULL && cell->length > 0)
        ht_instruction_decode(codes->arch, cell->bytes, cell->length, out);
}

const struct ht_code *ht_codes_decoded(struct ht_codes *codes, uint32_t code) {
    struct ht_code *c = ht_codes_get(codes, code);
    if (!c->decoded) {
        struct ht_instruction i;
        ht_codes_instruction(codes, code, &i);
        c->known = i.known != 0;
        c->reads = i.known && i.reads;
        c->writes = i.known && i.writes;
        c->modifies = i.known && i.modifies;
        c->width_known = i.known && i.width_known && i.bytes > 0 && i.bytes <= 4096;
        c->bytes = c->width_known ? (uint16_t)i.bytes : 0;
        c->decoded = 1;
    }
    return c;
}
