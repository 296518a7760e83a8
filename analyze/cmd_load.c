#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/command.h"
#include "analyze/ingest.h"
#include "analyze/load/db.h"

enum { OUTPUT, LINE_SIZE, SYMFS };

static const struct ht_option option_table[] = {
    {'o', "output", "DB", "the SQLite database; one of hitmtrace that exists gets the captures added"},
    {0, "line-size", "BYTES", "look at lines of 64 or 128 bytes instead of the machine's own"},
    {0, "symfs", "DIR", "add source lines from binaries under DIR (/: here) with the same build id"},
    {0, NULL, NULL, NULL},
};

static enum ht_status load_one(sqlite3 *db, const char *path, const struct ht_ingest_options *options,
                               int quiet, struct ht_cause *cause) {
    int64_t capture_id;
    char missing[1024];
    enum ht_status status = ht_ingest(db, path, options, &capture_id, cause);
    if (status != HT_OK)
        return status;
    ht_ingest_missing(db, capture_id, missing, sizeof missing);
    if (missing[0] != '\0')
        fprintf(stderr, "hitm-analyze: warning: the capture is not whole: %s\n", missing);
    if (!quiet)
        printf("%s is capture %lld\n", path, (long long)capture_id);
    return HT_OK;
}

static enum ht_status load_all(const char *path, enum ht_db_use use, const struct ht_ingest_options *options,
                               const struct ht_arguments *a, struct ht_cause *cause) {
    sqlite3 *db;
    enum ht_status status = ht_db_open(path, use, &db, cause);
    for (int i = 0; status == HT_OK && i < a->operands; i++)
        status = load_one(db, a->operand[i], options, a->quiet, cause);
    ht_db_close(db);
    /* After a full disk SQLite rolls back only when the file is opened next: that is now. */
    if (status != HT_OK && use == HT_DB_ADD && ht_db_open(path, HT_DB_ADD, &db, NULL) == HT_OK)
        ht_db_close(db);
    return status;
}

/* Gives the database its name unless that was taken meanwhile. */
static enum ht_status put_in_place(const char *part, const char *output, struct ht_cause *cause) {
    if (renameat2(AT_FDCWD, part, AT_FDCWD, output, RENAME_NOREPLACE) == 0)
        return HT_OK;
    if ((errno == EINVAL || errno == ENOSYS) && rename(part, output) == 0) /* not on every file system */
        return HT_OK;
    if (errno == EEXIST)
        return ht_fail(cause, HT_EXISTS, "%s was made by somebody else in the meantime; it was left alone",
                       output);
    return ht_fail_errno(cause, "cannot rename %s to %s", part, output);
}

/* A new database is made beside its place, under a name of this process, and renamed when it is whole. */
static enum ht_status load_new(const char *output, const struct ht_ingest_options *options,
                               const struct ht_arguments *a, struct ht_cause *cause) {
    char *part;
    if (asprintf(&part, "%s.part-%ld", output, (long)getpid()) < 0)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    unlink(part);
    enum ht_status status = load_all(part, HT_DB_NEW, options, a, cause);
    if (status == HT_OK)
        status = put_in_place(part, output, cause);
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
    const struct ht_ingest_options ingest = {
        .keep_rows = 1, .line_bytes = (unsigned)line_bytes, .symfs = a->value[SYMFS]};
    if (access(output, F_OK) != 0)
        return load_new(output, &ingest, a, cause);
    if (!ht_db_is_database(output))
        return ht_fail(cause, HT_EXISTS, "%s is there already and is no database; it was left alone", output);
    return load_all(output, HT_DB_ADD, &ingest, a, cause);
}

const struct ht_command ht_cmd_load = {
    .name = "load",
    .operands = "CAPTURE... -o DB",
    .summary = "Put captures with every sample into a SQLite database.",
    .option = option_table,
    .operands_min = 1,
    .operands_max = INT_MAX,
    .run = run,
};
