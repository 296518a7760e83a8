#include "analyze/load/scan.h"

#include <stdio.h>
#include <string.h>

static void remember(struct ht_scan_problems *problems, const struct ht_cause *cause) {
    if (problems->first.text[0] == '\0')
        problems->first = *cause;
}

void ht_scan_note(struct ht_scan_problems *problems, const struct ht_scan_problems *found) {
    problems->truncated |= found->truncated;
    if (found->damaged_chunks > 0 && problems->damaged_chunks == 0)
        problems->first = found->first; /* damage within the file comes before its cut end */
    if (found->damaged_chunks > problems->damaged_chunks)
        problems->damaged_chunks = found->damaged_chunks;
    remember(problems, &found->first);
}

enum ht_status ht_scan(struct ht_reader *reader, uint64_t kinds, ht_table_fn fn, void *context,
                       struct ht_scan_problems *problems, struct ht_cause *cause) {
    struct ht_table table = {0};
    struct ht_chunk_info info;
    struct ht_cause problem = {{0}};
    enum ht_status status;
    memset(problems, 0, sizeof *problems);
    ht_reader_rewind(reader);
    while ((status = ht_reader_next(reader, &info, &problem)) == HT_OK) {
        if (ht_chunk_desc(info.kind) == NULL) {
            problems->unknown_chunks++;
            continue;
        }
        if (info.kind >= 64 || !(kinds & UINT64_C(1) << info.kind))
            continue;
        status = ht_reader_table(reader, &info, &table, &problem);
        if (status == HT_DAMAGED) {
            problems->damaged_chunks++;
            remember(problems, &problem);
            continue;
        }
        if (status == HT_OK)
            status = fn(context, &info, &table, cause);
        else
            ht_fail(cause, status, "%s", problem.text);
        if (status != HT_OK)
            goto out;
    }
    if (status == HT_TRUNCATED || status == HT_DAMAGED) {
        problems->truncated = 1;
        remember(problems, &problem);
        status = HT_OK;
    } else if (status == HT_END) {
        status = HT_OK;
    } else {
        ht_fail(cause, status, "%s", problem.text);
    }
out:
    ht_table_free(&table);
    return status;
}
