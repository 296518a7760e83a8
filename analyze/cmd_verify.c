#include <stdio.h>

#include "analyze/command.h"
#include "schema/capture_read.h"

/* Every chunk is decoded; the first that does not hold is the answer. */
static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    struct ht_reader *reader;
    struct ht_table table = {0};
    struct ht_chunk_info info;
    uint64_t chunks = 0, rows = 0, unknown = 0;
    enum ht_status status = ht_reader_open(a->operand[0], &reader, cause);
    if (status != HT_OK)
        return status;
    while ((status = ht_reader_next(reader, &info, cause)) == HT_OK) {
        chunks++;
        rows += info.rows;
        status = ht_reader_table(reader, &info, &table, cause);
        if (status == HT_UNSUPPORTED)
            unknown++;
        else if (status != HT_OK)
            break;
    }
    if (status == HT_END) {
        status = HT_OK;
        printf("%s is whole: %llu chunks, %llu rows, %llu bytes", a->operand[0], (unsigned long long)chunks,
               (unsigned long long)rows, (unsigned long long)ht_reader_file_bytes(reader));
        if (unknown > 0)
            printf(" (%llu chunks of kinds that this version does not know)", (unsigned long long)unknown);
        printf("\n");
    }
    ht_table_free(&table);
    ht_reader_close(reader);
    return status;
}

const struct ht_command ht_cmd_verify = {
    .name = "verify",
    .operands = "CAPTURE",
    .summary = "Check a capture byte by byte; name its first damaged chunk.",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
