#include "analyze/load/local_sources.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/names/local_source.h"

/* Offsets of the sampled instructions of one file; the cells still hold the capture's numbers. */
static uint64_t *offsets_of(const struct ht_known_names *names, uint64_t number, size_t *count) {
    uint64_t *offset = malloc((size_t)names->codes * sizeof *offset + 1);
    *count = 0;
    for (uint32_t i = 0; offset != NULL && i < names->codes; i++)
        if (names->code[i].dso == number)
            offset[(*count)++] = names->code[i].offset;
    return offset;
}

static enum ht_status add_file(struct ht_known_names *names, const struct ht_dso *dso, const char *symfs,
                               struct ht_cause *cause) {
    struct ht_table lines = {0};
    struct ht_hit_file hit = {.path = dso->path, .build_id_bytes = dso->build_id_bytes};
    memcpy(hit.build_id, dso->build_id, sizeof hit.build_id);
    uint64_t *offset = offsets_of(names, dso->number, &hit.codes);
    if (offset == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    hit.code = offset;
    ht_table_init(&lines, HT_CHUNK_SOURCE_LINE);
    enum ht_status status = HT_OK;
    if (hit.codes > 0)
        status = ht_local_source(&hit, dso->number, symfs, &lines, cause);
    if (status == HT_OK && lines.rows > 0 && (status = ht_known_names_add(names, &lines)) != HT_OK)
        ht_fail(cause, status, "out of memory");
    ht_table_free(&lines);
    free(offset);
    return status;
}

enum ht_status ht_local_sources(struct ht_known_names *names, const char *symfs, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    for (uint32_t i = 0; status == HT_OK && i < names->dsos; i++)
        if (names->dso[i].build_id_bytes > 0 && !names->dso[i].absolute)
            status = add_file(names, &names->dso[i], symfs, cause);
    return status;
}
