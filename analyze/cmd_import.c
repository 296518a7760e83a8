#include <stdio.h>

#include "analyze/command.h"
#include "analyze/import/import.h"

enum { OUTPUT, SYMFS, FORCE };

static const struct ht_option options[] = {
    {'o', "output", "CAPTURE", "the capture to write"},
    {0, "symfs", "DIR", "look for the binaries under DIR"},
    {0, "force", NULL, "overwrite CAPTURE"},
    {0, NULL, NULL, NULL},
};

static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    struct ht_import_summary summary = {0};
    if (a->value[OUTPUT] == NULL)
        return ht_fail(cause, HT_USAGE, "import: say where with -o CAPTURE");
    const struct ht_import_options options_of_import = {.perf_data = a->operand[0],
                                                        .output = a->value[OUTPUT],
                                                        .symfs = a->value[SYMFS],
                                                        .force = a->value[FORCE] != NULL};
    enum ht_status status = ht_argument_regular(&ht_cmd_import, a->value[OUTPUT], cause);
    if (status == HT_OK)
        status = ht_import(&options_of_import, &summary, cause);
    for (unsigned i = 0; i < summary.warnings && !a->quiet; i++)
        fprintf(stderr, "hitm-analyze: warning: %s\n", summary.warning[i]);
    if (status != HT_OK || a->quiet)
        return status;
    printf("%s: %llu samples (%llu of memory accesses), %llu records lost by perf, %llu records skipped",
           a->value[OUTPUT], (unsigned long long)summary.samples, (unsigned long long)summary.mem_samples,
           (unsigned long long)summary.lost, (unsigned long long)summary.skipped);
    if (summary.skipped > 0)
        printf(": hitm-analyze query %s skips says which", a->value[OUTPUT]);
    putchar('\n');
    return HT_OK;
}

const struct ht_command ht_cmd_import = {
    .name = "import",
    .operands = "PERF.DATA -o CAPTURE",
    .summary = "Make a capture of what perf record, perf mem record or perf c2c record wrote.",
    .option = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
