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
    switch (format) {
    case HT_FORMAT_ID:
        snprintf(out, HT_NUMBER_MAX, "%lld", (long long)cell->integer);
        return out;
    case HT_FORMAT_SHARE:
        return ht_number_share(cell->real, out);
    case HT_FORMAT_BYTES:
        return ht_number_bytes(cell->integer, out);
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
