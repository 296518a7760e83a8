#include "analyze/show/text_table.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"
#include "analyze/show/columns.h"

#define NARROWEST 8
#define INDENT    2

void ht_text_wrap(const struct ht_sheet *sheet, const char *first, int indent, const char *text) {
    FILE *out = sheet->out;
    size_t column = ht_utf8_count(first);
    int at_start = 1;
    fputs(first, out);
    while (*text != '\0') {
        text += strspn(text, " ");
        size_t bytes = strcspn(text, " "), points = 0;
        for (size_t i = 0; i < bytes; i++)
            points += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (bytes == 0)
            break;
        if (!at_start && column + 1 + points > (size_t)sheet->width) {
            fprintf(out, "\n%*s", indent, "");
            column = (size_t)indent;
        } else if (!at_start) {
            putc(' ', out);
            column++;
        }
        fwrite(text, 1, bytes, out);
        column += points;
        text += bytes;
        at_start = 0;
    }
    putc('\n', out);
}

struct layout {
    int picked[HT_COLUMNS_MAX], count;
    size_t width[HT_COLUMNS_MAX], cells[HT_COLUMNS_MAX]; /* of the column; of its widest cell */
    char heading[HT_COLUMNS_MAX][64];
    size_t second[HT_COLUMNS_MAX]; /* where the heading's second line begins; 0: it has one */
    int number[HT_COLUMNS_MAX], flexible[HT_COLUMNS_MAX];
};

static size_t total_width(const struct layout *layout) {
    size_t total = INDENT;
    for (int i = 0; i < layout->count; i++)
        total += layout->width[i] + (i > 0 ? 2 : 0);
    return total;
}

/* Takes from the widest flexible column until the line fits. */
static void shorten(struct layout *layout, size_t room) {
    while (total_width(layout) > room) {
        int widest = -1;
        for (int i = 0; i < layout->count; i++)
            if (layout->flexible[i] && layout->width[i] > NARROWEST &&
                (widest < 0 || layout->width[i] > layout->width[widest]))
                widest = i;
        if (widest < 0)
            return;
        layout->width[widest]--;
    }
}

/* Headings that are wider than their cells take two lines, broken at the space nearest to the middle. */
static void break_headings(struct layout *layout) {
    for (int i = 0; i < layout->count; i++) {
        const char *text = layout->heading[i];
        size_t length = strlen(text), best = 0, widest;
        for (size_t at = 1; at < length; at++)
            if (text[at] == ' ' &&
                (best == 0 || (at > length / 2 ? at - length / 2 : length / 2 - at) <
                                  (best > length / 2 ? best - length / 2 : length / 2 - best)))
                best = at;
        if (best == 0 || layout->width[i] <= layout->cells[i])
            continue;
        widest = best > length - best - 1 ? best : length - best - 1;
        layout->second[i] = best + 1;
        layout->heading[i][best] = '\0';
        layout->width[i] = layout->cells[i] > widest ? layout->cells[i] : widest;
    }
}

/* Makes the table fit: names are shortened, then headings broken, then the last columns left away. Returns
 * how many of these there are; they stand behind the others. */
static int fit(struct layout *layout, size_t room) {
    int all = layout->count;
    shorten(layout, room);
    if (total_width(layout) > room)
        break_headings(layout);
    shorten(layout, room);
    while (total_width(layout) > room && layout->count > 1)
        layout->count--;
    return all - layout->count;
}

static enum ht_status measure(const struct ht_grid *grid, int first, int end, struct layout *layout) {
    for (int i = 0; i < layout->count; i++) {
        struct ht_column column;
        char made[64];
        ht_column_describe(grid->name[layout->picked[i]], &column, made);
        snprintf(layout->heading[i], sizeof layout->heading[i], "%s", column.heading);
        layout->number[i] = ht_format_is_number(column.format);
        layout->flexible[i] = column.format == HT_FORMAT_NAME;
        for (int r = first; r < end; r++) {
            char *text = ht_cell_write(grid, r, layout->picked[i]);
            if (text == NULL)
                return HT_NOMEM;
            size_t width = ht_utf8_count(text);
            free(text);
            layout->cells[i] = width > layout->cells[i] ? width : layout->cells[i];
            if (ht_grid_cell(grid, r, grid->name[layout->picked[i]])->kind == HT_CELL_TEXT) {
                layout->number[i] = 0;
                layout->flexible[i] = ht_format_is_flexible(column.format);
            }
        }
        size_t heading = ht_utf8_count(layout->heading[i]);
        layout->width[i] = layout->cells[i] > heading ? layout->cells[i] : heading;
    }
    return HT_OK;
}

static void put_cell(FILE *out, const char *text, const struct layout *layout, int i, int count_shown) {
    size_t count = ht_utf8_count(text), pad = count < layout->width[i] ? layout->width[i] - count : 0;
    int last = i + 1 == count_shown;
    fprintf(out, "%s%*s%s%*s", i > 0 ? "  " : "", layout->number[i] ? (int)pad : 0, "", text,
            layout->number[i] || last ? 0 : (int)pad, "");
}

static void put_head(FILE *out, const struct layout *layout) {
    int two = 0; /* columns up to the last with two lines */
    for (int i = 0; i < layout->count; i++)
        two = layout->second[i] > 0 ? i + 1 : two;
    if (two > 0)
        fprintf(out, "%*s", INDENT, "");
    for (int i = 0; i < two; i++)
        put_cell(out, layout->second[i] > 0 ? layout->heading[i] : "", layout, i, two);
    fprintf(out, "%s%*s", two > 0 ? "\n" : "", INDENT, "");
    for (int i = 0; i < layout->count; i++) /* one line alone stands at the bottom */
        put_cell(out, layout->heading[i] + layout->second[i], layout, i, layout->count);
    putc('\n', out);
    fprintf(out, "%*s", INDENT, "");
    for (int i = 0; i < layout->count; i++) {
        fputs(i > 0 ? "  " : "", out);
        for (size_t dash = 0; dash < layout->width[i]; dash++)
            putc('-', out);
    }
    putc('\n', out);
}

static void put_left_away(const struct ht_sheet *sheet, const struct layout *layout, int columns) {
    char text[512] = "not shown, for want of width: ";
    for (int i = layout->count; i < layout->count + columns; i++) {
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%s%s%s%s", i > layout->count ? ", " : "", layout->heading[i],
                 layout->second[i] > 0 ? " " : "",
                 layout->second[i] > 0 ? layout->heading[i] + layout->second[i] : "");
    }
    ht_text_wrap(sheet, "  ", 2, text);
}

enum ht_status ht_text_table(const struct ht_sheet *sheet, const struct ht_grid *grid, const char *columns,
                             int first, int end) {
    FILE *out = sheet->out;
    struct layout layout = {0};
    layout.count = ht_columns_pick(grid, columns, layout.picked);
    enum ht_status status = measure(grid, first, end, &layout);
    if (status != HT_OK)
        return status;
    int left_away = fit(&layout, (size_t)sheet->width);
    put_head(out, &layout);
    for (int r = first; r < end; r++) {
        fprintf(out, "%*s", INDENT, "");
        for (int i = 0; i < layout.count; i++) {
            char *text = ht_cell_write(grid, r, layout.picked[i]);
            char *shown = text != NULL ? ht_shorten(text, layout.width[i]) : NULL;
            free(text);
            if (shown == NULL)
                return HT_NOMEM;
            put_cell(out, shown, &layout, i, layout.count);
            free(shown);
        }
        putc('\n', out);
    }
    if (left_away > 0)
        put_left_away(sheet, &layout, left_away);
    return HT_OK;
}
