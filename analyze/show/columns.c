#include "analyze/show/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/number.h"

struct rule {
    const char *name, *heading;
    enum ht_format format;
    const char *null_text; /* NULL: "-" */
};

/* Columns whose heading or format does not follow from the name alone. */
static const struct rule rules[] = {
    {"rank", "#", HT_FORMAT_ID, NULL},
    {"pid", "process", HT_FORMAT_ID, "unknown"},
    {"tid", "thread", HT_FORMAT_ID, NULL},
    {"comm", "name", HT_FORMAT_NAME, "unknown"},
    {"node", "node", HT_FORMAT_ID, "all"},
    {"socket", "socket", HT_FORMAT_ID, "none"},
    {"from_node", "from node", HT_FORMAT_ID, "unknown"},
    {"to_node", "to node", HT_FORMAT_ID, "unknown"},
    {"cpu_samples", "CPU samples", HT_FORMAT_COUNT, "not sampled"},
    {"mem_samples", "memory samples", HT_FORMAT_COUNT, NULL},
    {"cpu_model", "CPU", HT_FORMAT_NAME, "unknown"},
    {"cpus", "CPUs", HT_FORMAT_COUNT, NULL},
    {"cpus_online", "CPUs online", HT_FORMAT_COUNT, NULL},
    {"line", "line", HT_FORMAT_ADDRESS, NULL},
    {"verdict", "verdict", HT_FORMAT_TEXT, NULL},
    {"scope", "scope", HT_FORMAT_TEXT, NULL},
    {"access", "access", HT_FORMAT_TEXT, NULL},
    {"kind", "kind", HT_FORMAT_TEXT, NULL},
    {"offset", "offset", HT_FORMAT_ID, NULL},
    {"width", "bytes", HT_FORMAT_ID, "unknown"},
    {"object", "object", HT_FORMAT_NAME, "unknown"},
    {"symbol", "symbol", HT_FORMAT_NAME, "unknown"},
    {"writer_symbol", "writer", HT_FORMAT_NAME, "none named"},
    {"reader_symbol", "payer", HT_FORMAT_NAME, "unknown"},
    {"source_line", "source", HT_FORMAT_NAME, "unknown"},
    {"instruction", "instruction", HT_FORMAT_NAME, "not decoded"},
    {"code_address", "code address", HT_FORMAT_ADDRESS, NULL},
    {"dso", "binary", HT_FORMAT_NAME, "unknown"},
    {"node_pair", "from>home", HT_FORMAT_TEXT, "unknown"},
    {"home_nodes", "home", HT_FORMAT_TEXT, "unknown"},
    {"confidence", "confidence", HT_FORMAT_REAL, "-"},
    {"cost_cycles_low", "cost, cycles", HT_FORMAT_CYCLES_RANGE, "not known"},
    {"cost_cycles_high", NULL, HT_FORMAT_HIDDEN, NULL},
    {"cost_share", "of CPU time", HT_FORMAT_SHARE, "not known"},
    {"mean_transfer_cycles", "mean cycles", HT_FORMAT_REAL, "not sampled"},
    {"false_share", "disjoint", HT_FORMAT_SHARE, "unknown"},
    {"true_share", "overlapping", HT_FORMAT_SHARE, "unknown"},
    {"unknown_share", "undecided", HT_FORMAT_SHARE, "unknown"},
    {"stall_share", "stalled", HT_FORMAT_SHARE, "not sampled"},
    {"memory_share", "of its memory", HT_FORMAT_SHARE, NULL},
    {"cpu_share", "of its CPU time", HT_FORMAT_SHARE, "no sample"},
    {"machine_share", "of the machine", HT_FORMAT_SHARE, "unknown"},
    {"ran_share", "ran", HT_FORMAT_SHARE, "not read"},
    {"cpu_time_ns", "CPU time", HT_FORMAT_DURATION, NULL},
    {"recorder_cpu_ns", "recorder's CPU time", HT_FORMAT_DURATION, "not told"},
    {"counted", "counted", HT_FORMAT_COUNT, "not read"},
    {"period", "period", HT_FORMAT_COUNT, NULL},
    {"lost_exact", "loss exact", HT_FORMAT_YES_NO, NULL},
    {"line_bytes_known", "line size recorded", HT_FORMAT_YES_NO, NULL},
    {"complete", "whole", HT_FORMAT_YES_NO, NULL},
    {"changed", "changed", HT_FORMAT_YES_NO, NULL},
    {"at_start", "at the start", HT_FORMAT_NAME, "not read"},
    {"at_end", "at the end", HT_FORMAT_NAME, "not read again"},
    {"mend", "what would allow it", HT_FORMAT_NAME, "nothing known"},
    {"command", "command", HT_FORMAT_NAME, "unknown"},
    {"path", "file", HT_FORMAT_NAME, NULL},
    {"start_utc", "start (UTC)", HT_FORMAT_TEXT, "not told"},
    {"first_at_ns", "first at", HT_FORMAT_MOMENT, NULL},
    {"last_at_ns", "last at", HT_FORMAT_MOMENT, NULL},
    {"missing", "missing", HT_FORMAT_TEXT, "nothing"},
    {"reclaim_node", "node", HT_FORMAT_ID, "-"},
    {"device_node", "node", HT_FORMAT_ID, "none named"},
    {"cgroup", "control group", HT_FORMAT_NAME, NULL},
    {"off_ns", "off for", HT_FORMAT_DURATION, NULL},
    {"records", "records", HT_FORMAT_COUNT, NULL},
    {"seen", "seen", HT_FORMAT_TEXT, "not recorded"},
    {"recorded", "recorded", HT_FORMAT_TEXT, "not recorded"},
    {"section", NULL, HT_FORMAT_HIDDEN, NULL},
    {"source", "source", HT_FORMAT_TEXT, NULL},
    {"window_share", "of the window", HT_FORMAT_SHARE, "unknown"},
    {"total_ns", "in all", HT_FORMAT_DURATION, "unknown"},
    {"longest_ns", "longest", HT_FORMAT_DURATION, "unknown"},
    {"reclaimed_pages", "pages freed", HT_FORMAT_COUNT, "not told"},
    {"by_pid", "moved by", HT_FORMAT_ID, "unknown"},
    {"again", "of these again", HT_FORMAT_COUNT, NULL},
    {"address", "address", HT_FORMAT_ADDRESS, NULL},
    {"nodes_changed", "node changed", HT_FORMAT_COUNT, "unknown"},
    {"change_bytes", "change", HT_FORMAT_CHANGE, "one snapshot"},
    {"anon_change_bytes", "change", HT_FORMAT_CHANGE, "one reading"},
    {"file_change_bytes", "change", HT_FORMAT_CHANGE, "one reading"},
    {"lowest_free_bytes", "lowest free", HT_FORMAT_BYTES, NULL},
    {"free_at_start_bytes", "free at the start", HT_FORMAT_BYTES, NULL},
    {"free_at_end_bytes", "at the end", HT_FORMAT_BYTES, NULL},
    {"irq_cpus", "CPUs of its interrupts", HT_FORMAT_TEXT, "not known"},
    {"irq_nodes", "their nodes", HT_FORMAT_TEXT, "not known"},
    {"irqs", "interrupts", HT_FORMAT_TEXT, "not known"},
    {"device", "device", HT_FORMAT_NAME, NULL},
    {"mark", "interrupts are taken", HT_FORMAT_TEXT, NULL},
    {"stack", "stack", HT_FORMAT_NAME, "unknown"},
    {"preempted_share", "preempted", HT_FORMAT_SHARE, NULL},
    {"mean_stay_ns", "mean stay", HT_FORMAT_DURATION, "unknown"},
    {"longest_stay_ns", "longest stay", HT_FORMAT_DURATION, "unknown"},
    {"total_share", "with callees", HT_FORMAT_SHARE, NULL},
    {"self_share", "itself", HT_FORMAT_SHARE, NULL},
    {"total_samples", "samples with callees", HT_FORMAT_COUNT, NULL},
    {"self_samples", "samples itself", HT_FORMAT_COUNT, NULL},
    {"program_id", "program", HT_FORMAT_ID, NULL},
    {"at_ns", "at", HT_FORMAT_MOMENT, NULL},
    {"what", "what", HT_FORMAT_TEXT, NULL},
    {"name", "name", HT_FORMAT_TEXT, NULL},
    {"meaning", "meaning", HT_FORMAT_NAME, NULL},
    {"gained", "gained", HT_FORMAT_COUNT, NULL},
    {"total_rows", NULL, HT_FORMAT_HIDDEN, NULL},
    {"line_id", NULL, HT_FORMAT_HIDDEN, NULL},
    {"finding_id", NULL, HT_FORMAT_HIDDEN, NULL},
    {"distance", "distance", HT_FORMAT_ID, NULL},
};

static const struct {
    const char *suffix;
    enum ht_format format;
} suffixes[] = {
    {"_at_ns", HT_FORMAT_MOMENT}, {"_ns", HT_FORMAT_DURATION},   {"_bytes", HT_FORMAT_BYTES},
    {"_share", HT_FORMAT_SHARE},  {"_cycles", HT_FORMAT_CYCLES}, {"share", HT_FORMAT_SHARE},
};

static int ends_with(const char *text, const char *suffix) {
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

void ht_column_describe(const char *name, struct ht_column *column, char heading[64]) {
    column->null_text = "-";
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(rules[i].name, name) == 0) {
            column->heading = rules[i].heading != NULL ? rules[i].heading : name;
            column->format = rules[i].format;
            column->null_text = rules[i].null_text != NULL ? rules[i].null_text : "-";
            return;
        }
    snprintf(heading, 64, "%s", name);
    column->format = HT_FORMAT_COUNT; /* texts stay texts: see ht_cell_write */
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (ends_with(name, suffixes[i].suffix)) {
            column->format = suffixes[i].format;
            if (suffixes[i].suffix[0] == '_' && column->format != HT_FORMAT_SHARE)
                heading[strlen(heading) - strlen(suffixes[i].suffix)] = '\0';
            break;
        }
    for (char *at = heading; *at != '\0'; at++)
        if (*at == '_')
            *at = ' ';
    column->heading = heading;
}

static const char *write_number(const struct ht_cell *cell, enum ht_format format, char out[HT_NUMBER_MAX]) {
    char bytes[HT_NUMBER_MAX];
    switch (format) {
    case HT_FORMAT_ID: /* nodes and processes that nobody knows are -1 */
        if (cell->integer < 0) {
            strcpy(out, "unknown");
            return out;
        }
        snprintf(out, HT_NUMBER_MAX, "%lld", (long long)cell->integer);
        return out;
    case HT_FORMAT_SHARE:
        return ht_number_share(cell->real, out);
    case HT_FORMAT_BYTES:
        return ht_number_bytes(cell->integer, out);
    case HT_FORMAT_CHANGE:
        ht_number_bytes(cell->integer, bytes);
        snprintf(out, HT_NUMBER_MAX, "%s%.40s", cell->integer > 0 ? "+" : "", bytes);
        return out;
    case HT_FORMAT_DURATION:
        return ht_number_duration(cell->integer, out);
    case HT_FORMAT_MOMENT:
        return ht_number_moment(cell->integer, out);
    case HT_FORMAT_CYCLES:
    case HT_FORMAT_CYCLES_RANGE:
        return ht_number_si(cell->real, out);
    case HT_FORMAT_YES_NO:
        return cell->integer != 0 ? "yes" : "no";
    default:
        return cell->kind == HT_CELL_REAL ? ht_number_real(cell->real, out)
                                          : ht_number_count(cell->integer, out);
    }
}

char *ht_cell_write(const struct ht_grid *grid, int row, int column) {
    char heading[64], number[HT_NUMBER_MAX];
    struct ht_column describe;
    const struct ht_cell *cell = grid->cell + (size_t)row * (size_t)grid->columns + column;
    ht_column_describe(grid->name[column], &describe, heading);
    if (cell->kind == HT_CELL_NULL)
        return strdup(describe.null_text);
    if (cell->kind == HT_CELL_TEXT)
        return strdup(cell->text);
    const struct ht_cell *high = ht_grid_cell(grid, row, "cost_cycles_high");
    if (describe.format == HT_FORMAT_CYCLES_RANGE && high->kind != HT_CELL_NULL)
        return strdup(ht_number_range(cell->real, high->real, number));
    if (describe.format == HT_FORMAT_CYCLES_RANGE) { /* a lower bound only */
        char bound[HT_NUMBER_MAX + 16];
        snprintf(bound, sizeof bound, "at least %s", ht_number_si(cell->real, number));
        return strdup(bound);
    }
    return strdup(write_number(cell, describe.format, number));
}

int ht_format_is_number(enum ht_format format) {
    return format != HT_FORMAT_TEXT && format != HT_FORMAT_NAME && format != HT_FORMAT_ADDRESS &&
           format != HT_FORMAT_YES_NO;
}

int ht_format_is_flexible(enum ht_format format) {
    return format == HT_FORMAT_NAME || format == HT_FORMAT_COUNT; /* a text in an undescribed column */
}

int ht_columns_pick(const struct ht_grid *grid, const char *names, int picked[HT_COLUMNS_MAX]) {
    int count = 0;
    char heading[64];
    struct ht_column column;
    if (names == NULL) {
        for (int i = 0; i < grid->columns && count < HT_COLUMNS_MAX; i++) {
            ht_column_describe(grid->name[i], &column, heading);
            if (column.format != HT_FORMAT_HIDDEN)
                picked[count++] = i;
        }
        return count;
    }
    while (*names != '\0' && count < HT_COLUMNS_MAX) {
        size_t length = strcspn(names, " ");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)length, names);
        int index = ht_grid_column(grid, name);
        if (index >= 0)
            picked[count++] = index;
        names += length + strspn(names + length, " ");
    }
    return count;
}
