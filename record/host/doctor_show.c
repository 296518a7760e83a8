/* The doctor's rows as text for a terminal or a ticket. */
#include <string.h>

#include "record/host/doctor.h"
#include "record/version.h"

#define WIDTH   100
#define NAME_AT 11 /* two blanks, the state, a blank */
#define TEXT_AT 32 /* after the longest name, perf_event_paranoid */

static const struct {
    const char *word, *colour;
} states[] = {[HT_DOCTOR_OK] = {"ok", "\033[32m"},
              [HT_DOCTOR_LIMITED] = {"limited", "\033[33m"},
              [HT_DOCTOR_MISSING] = {"missing", "\033[31m"}};

/* Words from column `at` on, lines filled to WIDTH. join: what ends a line that goes on (" \\" in commands).
 * A word that is longer than a line stands on one of its own. */
static void put_wrapped(const char *text, int at, int margin, const char *join, FILE *out) {
    int room = WIDTH - (int)strlen(join), started = 0;
    while (*text != '\0') {
        int word = (int)strcspn(text, " ");
        if (started && at + 1 + word > room && !(text[word] == '\0' && at + 1 + word <= WIDTH)) {
            fprintf(out, "%s\n%*s", join, margin, "");
            at = margin;
            started = 0;
        }
        fprintf(out, "%s%.*s", started ? " " : "", word, text);
        at += word + started;
        started = 1;
        text += word;
        while (*text == ' ')
            text++;
    }
    fputc('\n', out);
}

/* A mend that stood there already is not said again. */
static const char *said_before(const struct ht_doctor_rows *rows, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (strcmp(rows->row[i].mend, rows->row[at].mend) == 0 &&
            strcmp(rows->row[i].hint, rows->row[at].hint) == 0)
            return rows->row[i].name;
    return NULL;
}

static void show_row(const struct ht_doctor_rows *rows, size_t at, int coloured, FILE *out) {
    const struct ht_doctor_row *row = &rows->row[at];
    fprintf(out, "  %s%-8s%s ", coloured ? states[row->state].colour : "", states[row->state].word,
            coloured ? "\033[0m" : "");
    fprintf(out, "%-*s ", TEXT_AT - NAME_AT - 1, row->name);
    put_wrapped(row->found, TEXT_AT, TEXT_AT, "", out);
    if (row->cost[0] != '\0') {
        fprintf(out, "%*scosts: ", NAME_AT, "");
        put_wrapped(row->cost, NAME_AT + 7, NAME_AT + 7, "", out);
    }
    if (row->mend[0] == '\0' && row->hint[0] == '\0')
        return;
    const char *before = said_before(rows, at);
    fprintf(out, "%*smend:  ", NAME_AT, "");
    if (before != NULL)
        fprintf(out, "as for %s, above\n", before);
    else if (row->mend[0] != '\0')
        put_wrapped(row->mend, NAME_AT + 7, NAME_AT + 7, " \\", out);
    else
        put_wrapped(row->hint, NAME_AT + 7, NAME_AT + 7, "", out);
}

void ht_doctor_show(const struct ht_doctor_rows *rows, int coloured, FILE *out) {
    const char *bold = coloured ? "\033[1m" : "", *plain = coloured ? "\033[0m" : "", *group = "";
    fprintf(out, "hitm-record %s: what this machine offers, what each lack costs, what mends it\n",
            HT_TOOL_VERSION);
    for (size_t i = 0; i < rows->rows; i++) {
        if (strcmp(group, rows->row[i].group) != 0)
            fprintf(out, "\n%s%s%s\n", bold, rows->row[i].group, plain);
        group = rows->row[i].group;
        show_row(rows, i, coloured, out);
    }
    fprintf(out, "\n%sLevel%s  ", bold, plain);
    put_wrapped(rows->level, 7, 7, "", out);
    if (rows->command[0] != '\0') {
        fprintf(out, "%sRun%s    ", bold, plain);
        put_wrapped(rows->command, 7, 7, " \\", out);
    }
}
