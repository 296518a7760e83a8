#include "analyze/import/read_values.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/import/offset_set.h"

static struct ht_read_value *find(const struct ht_read_values *values, uint64_t id, int64_t tid) {
    uint32_t mask = values->slots - 1, at = (uint32_t)ht_offset_mix(id ^ (uint64_t)tid << 32) & mask;
    while (values->slot[at].id != 0 && (values->slot[at].id != id || values->slot[at].tid != tid))
        at = (at + 1) & mask;
    return &values->slot[at];
}

static enum ht_status grow(struct ht_read_values *values) {
    struct ht_read_values grown = *values;
    grown.slots = values->slots > 0 ? values->slots * 2 : 64;
    if ((grown.slot = calloc(grown.slots, sizeof *grown.slot)) == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < values->slots; i++)
        if (values->slot[i].id != 0)
            *find(&grown, values->slot[i].id, values->slot[i].tid) = values->slot[i];
    free(values->slot);
    *values = grown;
    return HT_OK;
}

enum ht_status ht_read_values_delta(struct ht_read_values *values, uint64_t id, int64_t tid, uint64_t value,
                                    uint64_t *delta) {
    if (values->count * 2 >= values->slots && grow(values) != HT_OK)
        return HT_NOMEM;
    struct ht_read_value *known = find(values, id, tid);
    *delta = value - known->value;
    values->count += known->id == 0;
    *known = (struct ht_read_value){id, tid, value};
    return HT_OK;
}

void ht_read_values_free(struct ht_read_values *values) {
    free(values->slot);
    memset(values, 0, sizeof *values);
}
