#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/command.h"
#include "analyze/ingest.h"
#include "analyze/load/db.h"

enum { OUTPUT, LINE_SIZE };

static const struct ht_option options[] = {
    {'o', "output", "DB", "the SQLite database; one of hitmtrace that exists gets the captures added"},
    {0, "line-size", "BYTES", "look at lines of 64 or 128 bytes instead of the machine's own"},
    {0, NULL, NULL, NULL},
};

static enum ht_status load_one(sqlite3 *db, const char *path, unsigned line_bytes, int quiet,
                               struct ht_cause *cause) {
    int64_t capture_id;
    char missing[1024];
    enum ht_status status = ht_ingest(db, path, 1, line_bytes, &capture_id, cause);
    if (status != HT_OK)
        return status;
    ht_ingest_missing(db, capture_id, missing, sizeof missing);
    if (missing[0] != '\0')
        fprintf(stderr, "hitm-analyze: warning: the capture is not whole: %s\n", missing);
    if (!quiet)
        printf("%s is capture %lld\n", path, (long long)capture_id);
    return HT_OK;
}

static enum ht_status load_all(const char *path, enum ht_db_use use, unsigned line_bytes,
                               const struct ht_arguments *a, struct ht_cause *cause) {
    sqlite3 *db;
    enum ht_status status = ht_db_open(path, use, &db, cause);
    for (int i = 0; status == HT_OK && i < a->operands; i++)
        status = load_one(db, a->operand[i], line_bytes, a->quiet, cause);
    ht_db_close(db);
    return status;
}

/* A new database is made beside its place and renamed when it is whole. */
static enum ht_status load_new(const char *output, unsigned line_bytes, const struct ht_arguments *a,
                               struct ht_cause *cause) {
    char *part = malloc(strlen(output) + 8);
    if (part == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    sprintf(part, "%s.part", output);
    unlink(part);
    enum ht_status status = load_all(part, HT_DB_NEW, line_bytes, a, cause);
    if (status == HT_OK && rename(part, output) != 0)
        status = ht_fail_errno(cause, "cannot rename %s to %s", part, output);
    if (status != HT_OK)
        unlink(part);
    free(part);
    return status;
}

static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    const char *output = a->value[OUTPUT];
    long line_bytes = 0;
    if (output == NULL)
        return ht_fail(cause, HT_USAGE, "load: say where with -o DB");
    enum ht_status status = ht_argument_number(&ht_cmd_load, a, LINE_SIZE, 64, 128, &line_bytes, cause);
    if (status != HT_OK)
        return status;
    if (line_bytes != 0 && line_bytes != 64 && line_bytes != 128)
        return ht_fail(cause, HT_USAGE, "load: --line-size is 64 or 128");
    if (access(output, F_OK) != 0)
        return load_new(output, (unsigned)line_bytes, a, cause);
    if (!ht_db_is_database(output))
        return ht_fail(cause, HT_EXISTS, "%s is there already and is no database; it was left alone", output);
    return load_all(output, HT_DB_ADD, (unsigned)line_bytes, a, cause);
}

const struct ht_command ht_cmd_load = {
    .name = "load",
    .operands = "CAPTURE... -o DB",
    .summary = "Put captures with every sample into a SQLite database.",
    .option = options,
    .operands_min = 1,
    .operands_max = INT_MAX,
    .run = run,
};
