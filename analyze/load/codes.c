#include "analyze/load/codes.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/load/blocks.h"
#include "analyze/load/slots.h"

struct ht_codes {
    struct ht_known_names *names;
    struct ht_blocks code;
    struct ht_slots slots;
    char arch[16];
};

enum ht_status ht_codes_new(struct ht_known_names *names, const char *arch, struct ht_codes **codes) {
    *codes = calloc(1, sizeof **codes);
    if (*codes == NULL)
        return HT_NOMEM;
    (*codes)->names = names;
    (*codes)->code.entry_bytes = sizeof(struct ht_code);
    strncpy((*codes)->arch, arch, sizeof(*codes)->arch - 1);
    return HT_OK;
}

void ht_codes_free(struct ht_codes *codes) {
    if (codes == NULL)
        return;
    ht_blocks_free(&codes->code);
    ht_slots_free(&codes->slots);
    free(codes);
}

uint32_t ht_codes_count(const struct ht_codes *codes) {
    return codes->code.count;
}

struct ht_code *ht_codes_get(struct ht_codes *codes, uint32_t code) {
    return ht_blocks_get(&codes->code, code);
}

static uint64_t hash_code(const void *table, uint32_t number) {
    const struct ht_code *code = ht_blocks_get(&((const struct ht_codes *)table)->code, number);
    return ht_slots_hash(code->address, code->dso);
}

enum ht_status ht_codes_find(struct ht_codes *codes, const struct ht_mapping *mapping, uint64_t address,
                             uint32_t *code) {
    uint32_t dso = HT_NONE;
    enum ht_status status = mapping != NULL ? ht_known_dso(codes->names, mapping, &dso) : HT_OK;
    if (status == HT_OK)
        status = ht_slots_room(&codes->slots, codes->code.count, hash_code, codes);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&codes->slots, ht_slots_hash(address, dso));
    for (; codes->slots.slot[h] != 0; h = ht_slots_next(&codes->slots, h)) {
        const struct ht_code *found = ht_codes_get(codes, codes->slots.slot[h] - 1);
        if (found->address == address && found->dso == dso) {
            *code = codes->slots.slot[h] - 1;
            return HT_OK;
        }
    }
    if ((status = ht_blocks_add(&codes->code, code)) != HT_OK)
        return status;
    codes->slots.slot[h] = *code + 1;
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
