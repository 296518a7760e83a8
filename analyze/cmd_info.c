#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/load/meta.h"
#include "analyze/load/scan.h"
#include "analyze/show/clean.h"

struct sums {
    uint64_t chunks[64], rows[64], stored[64], raw[64];
    struct ht_meta meta;
};

static enum ht_status add_table(void *context, const struct ht_chunk_info *info, struct ht_table *table,
                                struct ht_cause *cause) {
    struct sums *sums = context;
    sums->chunks[info->kind]++;
    sums->rows[info->kind] += info->rows;
    sums->stored[info->kind] += info->stored_bytes;
    sums->raw[info->kind] += info->raw_bytes;
    if (info->kind == HT_CHUNK_META && ht_meta_add(&sums->meta, table) != HT_OK)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    return HT_OK;
}

/* Values come from another machine: what could move a terminal's cursor is shown as an escape. */
static enum ht_status print_clean(const char *text, struct ht_cause *cause) {
    char *clean = ht_clean(text, strlen(text));
    if (clean == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    printf("%s", clean);
    free(clean);
    return HT_OK;
}

static void print_sums(const struct sums *sums) {
    printf("\n%-16s %8s %12s %12s %12s\n", "chunk", "chunks", "rows", "bytes", "unpacked");
    for (unsigned kind = 0; kind < 64; kind++)
        if (sums->chunks[kind] > 0)
            printf("%-16s %8llu %12llu %12llu %12llu\n", ht_chunk_desc(kind)->name,
                   (unsigned long long)sums->chunks[kind], (unsigned long long)sums->rows[kind],
                   (unsigned long long)sums->stored[kind], (unsigned long long)sums->raw[kind]);
}

static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    struct ht_reader *reader;
    struct ht_scan_problems problems;
    struct sums sums;
    memset(&sums, 0, sizeof sums);
    enum ht_status status = ht_reader_open(a->operand[0], &reader, cause);
    if (status != HT_OK)
        return status;
    status = ht_scan(reader, HT_ALL_KINDS, add_table, &sums, &problems, cause);
    if (status == HT_OK) {
        printf("%-24s %s\n%-24s %llu\n", "file", a->operand[0], "bytes",
               (unsigned long long)ht_reader_file_bytes(reader));
        printf("%-24s %s\n", "whole",
               problems.truncated || problems.damaged_chunks > 0 ? problems.first.text : "yes");
        for (uint32_t i = 0; status == HT_OK && i < sums.meta.count; i++) {
            status = print_clean(sums.meta.pair[i].key, cause);
            printf("%*s ", strlen(sums.meta.pair[i].key) < 24 ? 24 - (int)strlen(sums.meta.pair[i].key) : 0,
                   "");
            if (status == HT_OK)
                status = print_clean(sums.meta.pair[i].value, cause);
            printf("\n");
        }
        print_sums(&sums);
    }
    ht_meta_free(&sums.meta);
    ht_reader_close(reader);
    return status;
}

const struct ht_command ht_cmd_info = {
    .name = "info",
    .operands = "CAPTURE",
    .summary = "Say what a capture holds and where it comes from.",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
