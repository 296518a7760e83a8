#include "analyze/names/local_source.h"

#include <stdlib.h>

#include "analyze/names/name_rows.h"

enum ht_status ht_local_source(const struct ht_hit_file *hit, uint64_t dso, const char *symfs,
                               struct ht_table *source_line, struct ht_cause *cause) {
    struct ht_found_file found = {0};
    struct ht_offsets code = {0};
    if (hit->build_id_bytes == 0 || hit->codes == 0)
        return HT_OK;
    enum ht_status status = ht_find_file(hit, symfs, &found);
    if (status != HT_OK || found.state != HT_DSO_READ)
        goto out;
    status = ht_offsets_copy(hit->code, hit->codes, &code);
    if (status == HT_OK)
        status = ht_rows_source(&found, &code, dso, source_line);
out:
    if (status != HT_OK)
        ht_fail(cause, status, "source lines of %s: %s", hit->path, ht_status_text(status));
    ht_found_file_free(&found);
    free(code.offset);
    return status;
}
