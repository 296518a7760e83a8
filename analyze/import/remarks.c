#include "analyze/import/remarks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "analyze/import/perf_format.h"

#define SYMFS                                                                                                \
    "import on the machine that recorded, or with its files under DIR: hitm-analyze import --symfs DIR"

static enum ht_status add_limit(struct ht_table *limit, const char *what, const char *why, const char *mend,
                                uint64_t count) {
    uint32_t row;
    enum ht_status status = ht_table_add(limit, &row);
    if (status == HT_OK)
        status = ht_table_set_text(limit, HT_LIMIT_WHAT, what);
    if (status == HT_OK)
        status = ht_table_set_text(limit, HT_LIMIT_WHY, why);
    if (status == HT_OK)
        status = ht_table_set_text(limit, HT_LIMIT_MEND, mend);
    if (status == HT_OK)
        limit->number[HT_LIMIT_COUNT][row] = count;
    return status;
}

enum ht_status ht_remarks_limits(const struct ht_records *records, const struct ht_hits_result *names,
                                 struct ht_cause *cause) {
    struct ht_table limit;
    char why[512];
    enum ht_status status = HT_OK;
    ht_table_init(&limit, HT_CHUNK_LIMIT);
    if (names->missing > 0) {
        snprintf(why, sizeof why, "%" PRIu64 " of %" PRIu64 " files that samples hit are not on this machine",
                 names->missing, names->files);
        status = add_limit(&limit, "names and code of binaries", why, SYMFS, names->missing);
    }
    if (names->changed > 0 && status == HT_OK) {
        snprintf(why, sizeof why,
                 "%" PRIu64 " of %" PRIu64
                 " files that samples hit are other ones on this machine (build id)",
                 names->changed, names->files);
        status = add_limit(&limit, "names and code of changed binaries", why, SYMFS, names->changed);
    }
    if (names->left_out > 0 && status == HT_OK) {
        snprintf(why, sizeof why, "more than %u different places were hit, or too many in one file",
                 HT_HITS_MAX);
        status = add_limit(&limit, "names of all places that samples hit", why, "record for a shorter time",
                           names->left_out);
    }
    if (records->maps_cut > 0 && status == HT_OK)
        status = add_limit(&limit, "all mappings of every process",
                           "perf gave up reading the mappings of processes that have very many",
                           "record with perf record --proc-map-timeout 10000", records->maps_cut);
    status = status == HT_OK ? ht_output_put(records->output, &limit, cause)
                             : ht_fail(cause, status, "out of memory");
    ht_table_free(&limit);
    return status;
}

/* ---- warnings ---- */

static void warn(struct ht_import_summary *summary, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void warn(struct ht_import_summary *summary, const char *format, ...) {
    if (summary->warnings == HT_IMPORT_WARNINGS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(summary->warning[summary->warnings++], sizeof summary->warning[0], format, args);
    va_end(args);
}

/* A path may be of any length: of a long one the end says more. */
static const char *tail(const char *path) {
    size_t length = strlen(path);
    return length > 200 ? path + length - 200 : path;
}

static void warn_of_names(const struct ht_hits_result *names, const char *symfs,
                          struct ht_import_summary *s) {
    uint64_t without = names->missing + names->changed;
    if (without > 0)
        warn(s,
             "%" PRIu64 " of %" PRIu64
             " binaries that samples hit are not %s%s%s: %s%s. Their names and code are "
             "missing; import where they are, or give the root directory that they lie under by --symfs DIR",
             without, names->files, symfs != NULL ? "under " : "on this machine", symfs != NULL ? symfs : "",
             names->changed > 0 ? ", or are other builds there" : "", tail(names->first),
             without > 1 ? " and others" : "");
    if (names->left_out > 0)
        warn(s,
             "more than %u different places were hit, or too many in one file: at most %" PRIu64
             " samples stay without names",
             HT_HITS_MAX, names->left_out);
}

void ht_remarks_warn(const struct ht_records *records, const struct ht_hits_result *names, const char *symfs,
                     struct ht_import_summary *s) {
    const struct ht_skips *skips = records->skips;
    const struct ht_perf_data *data = records->data;
    uint64_t broken =
        skips->reason[HT_SKIP_BROKEN_SAMPLE].records + skips->reason[HT_SKIP_BROKEN_RECORD].records;
    if (data->missing[0] != '\0')
        warn(s, "%s: %s", data->path, data->missing);
    if (s->samples == 0)
        warn(s, "%s: holds no samples%s", data->path,
             records->stat.rows > 0 ? ", but counts of perf stat (table counter)" : "");
    if (skips->reason[HT_SKIP_NO_EVENT].records > 0)
        warn(s, "%" PRIu64 " samples belong to events that the file does not list",
             skips->reason[HT_SKIP_NO_EVENT].records);
    if (records->attrs->indistinct)
        warn(s, "%s: its %" PRIu32 " events have no ids: all samples are taken for those of the first",
             data->path, records->attrs->count);
    if (skips->type[HT_PERF_AUXTRACE].records > 0)
        warn(s,
             "%" PRIu64 " bytes of AUX data (Intel PT, Arm SPE) were passed over: they cannot be decoded yet",
             skips->type[HT_PERF_AUXTRACE].bytes);
    if (skips->part[HT_PART_NEWER].records > 0)
        warn(s, "%" PRIu64 " samples have fields that this version does not know; the others were imported",
             skips->part[HT_PART_NEWER].records);
    if (broken > 0)
        warn(s, "%" PRIu64 " records are shorter than their fields", broken);
    if (records->maps_cut > 0)
        warn(s,
             "perf did not read the mappings of %" PRIu64
             " processes to the end: some addresses stay without names "
             "(perf record --proc-map-timeout)",
             records->maps_cut);
    if (s->lost > 0)
        warn(s, "perf lost %" PRIu64 " records while it recorded", s->lost);
    warn_of_names(names, symfs, s);
}
