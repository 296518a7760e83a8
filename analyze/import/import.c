#include "analyze/import/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/import/facts_rows.h"
#include "analyze/import/perf_pipe.h"
#include "analyze/import/records.h"
#include "analyze/import/remarks.h"

/* Everything an import owns; zeroed first, so that it can be freed at any point. */
struct import {
    const struct ht_import_options *options;
    struct ht_import_summary *summary;
    struct ht_cause *cause;
    struct ht_perf_data data;
    struct ht_perf_attrs attrs;
    struct ht_perf_facts facts;
    struct ht_skips skips;
    struct ht_output output;
    struct ht_records records;
    struct ht_hits_result names;
    char *part; /* OUTPUT.part */
    int part_made;
};

/* An output that must not be replaced is found before any work is done. */
static enum ht_status check_output(struct import *im) {
    const char *output = im->options->output;
    struct stat out, in;
    if (stat(output, &out) != 0)
        return errno == ENOENT ? HT_OK : ht_fail_errno(im->cause, "cannot look at %s", output);
    if (!S_ISREG(out.st_mode))
        return ht_fail(im->cause, HT_USAGE, "%s: is no regular file; name a file for the capture", output);
    if (fstat(im->data.fd, &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
        return ht_fail(im->cause, HT_USAGE, "%s: is the file to import itself; name another output", output);
    if (!im->options->force)
        return ht_fail(im->cause, HT_EXISTS, "%s is there already (--force overwrites it)", output);
    return HT_OK;
}

static enum ht_status open_input(struct import *im) {
    enum ht_status status =
        ht_perf_data_open(im->options->perf_data, im->options->output, &im->data, im->cause);
    if (status == HT_OK)
        status = check_output(im);
    if (status == HT_OK && im->data.piped)
        return ht_piped_read(&im->data, &im->attrs, &im->skips, &im->facts, im->cause);
    if (status == HT_OK)
        status = ht_perf_attrs_read(&im->data, &im->attrs, im->cause);
    if (status == HT_OK)
        status = ht_perf_facts_read(&im->data, &im->attrs, &im->skips, &im->facts, im->cause);
    return status;
}

static enum ht_status open_output(struct import *im) {
    size_t length = strlen(im->options->output) + sizeof ".part";
    im->part = malloc(length);
    if (im->part == NULL)
        return ht_fail(im->cause, HT_NOMEM, "out of memory");
    snprintf(im->part, length, "%s.part", im->options->output);
    uint64_t realtime = ht_facts_realtime(&im->facts, &im->attrs, im->facts.sample_first_ns);
    enum ht_status status = ht_output_open(&im->output, im->part, realtime, im->attrs.count, im->cause);
    im->part_made = status == HT_OK;
    return status;
}

static enum ht_status open_records(struct import *im) {
    struct ht_records *r = &im->records;
    *r = (struct ht_records){.data = &im->data,
                             .attrs = &im->attrs,
                             .facts = &im->facts,
                             .skips = &im->skips,
                             .output = &im->output,
                             .cause = im->cause};
    r->use = calloc(im->attrs.count, sizeof *r->use);
    if (r->use == NULL || ht_spaces_new(&r->spaces) != HT_OK || (r->hits = ht_hits_new(r->spaces)) == NULL ||
        (r->chains = ht_call_chains_new()) == NULL)
        return ht_fail(im->cause, HT_NOMEM, "out of memory");
    ht_records_classify(r);
    return HT_OK;
}

static enum ht_status write_all(struct import *im) {
    struct ht_records *r = &im->records;
    enum ht_status status = ht_facts_write(r, im->options->perf_data, im->cause);
    if (status == HT_OK)
        status = ht_records_scan(r);
    if (status == HT_OK && im->data.missing[0] != '\0' && im->output.round == 0 &&
        im->output.round_rows == 0 && r->stat.rows == 0)
        return ht_fail(im->cause, HT_TRUNCATED, "%s: %s; not one whole record is left", im->data.path,
                       im->data.missing);
    if (status == HT_OK)
        status = ht_output_end_rounds(&im->output, im->cause);
    if (status == HT_OK)
        status = ht_hits_write(r->hits, &im->facts.build_ids, im->options->symfs, &im->output, &im->names,
                               im->cause);
    if (status == HT_OK)
        status = ht_remarks_limits(r, &im->names, im->cause);
    if (status == HT_OK)
        status = ht_facts_write_end(r, im->options->perf_data, im->summary, im->cause);
    return status;
}

static enum ht_status finish(struct import *im) {
    enum ht_status status = ht_output_close(&im->output, im->cause);
    if (status != HT_OK)
        return status;
    if (!im->options->force && link(im->part, im->options->output) == 0) {
        unlink(im->part); /* link fails where the name was taken meanwhile, rename would replace it */
    } else if (!im->options->force && errno == EEXIST) {
        return ht_fail(im->cause, HT_EXISTS, "%s is there already (--force overwrites it)",
                       im->options->output);
    } else if (rename(im->part, im->options->output) != 0) {
        return ht_fail_errno(im->cause, "cannot rename %s to %s", im->part, im->options->output);
    }
    im->part_made = 0;
    return HT_OK;
}

static void release(struct import *im) {
    ht_order_free(im->records.order);
    ht_hits_free(im->records.hits);
    ht_call_chains_free(im->records.chains);
    ht_pid_groups_free(&im->records.groups);
    ht_read_values_free(&im->records.values);
    ht_stat_rows_free(&im->records.stat);
    ht_spaces_free(im->records.spaces);
    free(im->records.use);
    ht_output_abandon(&im->output);
    ht_perf_facts_free(&im->facts);
    ht_perf_attrs_free(&im->attrs);
    ht_perf_data_close(&im->data);
    if (im->part_made)
        unlink(im->part);
    free(im->part);
    free(im);
}

enum ht_status ht_import(const struct ht_import_options *options, struct ht_import_summary *summary,
                         struct ht_cause *cause) {
    struct ht_cause unused;
    struct import *im = calloc(1, sizeof *im);
    memset(summary, 0, sizeof *summary);
    summary->level = "software";
    if (cause == NULL)
        cause = &unused;
    cause->text[0] = '\0';
    if (im == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    im->options = options;
    im->summary = summary;
    im->cause = cause;
    im->data.fd = -1;
    enum ht_status status = open_input(im);
    if (status == HT_OK)
        status = open_output(im);
    if (status == HT_OK)
        status = open_records(im);
    if (status == HT_OK)
        status = write_all(im);
    if (status == HT_OK)
        status = finish(im);
    if (status == HT_OK)
        ht_remarks_warn(&im->records, &im->names, options->symfs, summary);
    release(im);
    return status;
}
