#include "analyze/show/text_table.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"
#include "analyze/show/columns.h"

#define NARROWEST 8
#define INDENT    2

void ht_text_wrap(FILE *out, const char *first, int indent, const char *text) {
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
        if (!at_start && column + 1 + points > HT_TEXT_WIDTH) {
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
    size_t width[HT_COLUMNS_MAX];
    char heading[HT_COLUMNS_MAX][64];
    int number[HT_COLUMNS_MAX], flexible[HT_COLUMNS_MAX];
};

/* Takes from the widest flexible column until the line fits. */
static void fit(struct layout *layout) {
    for (;;) {
        size_t total = INDENT;
        int widest = -1;
        for (int i = 0; i < layout->count; i++) {
            total += layout->width[i] + (i > 0 ? 2 : 0);
            if (layout->flexible[i] && layout->width[i] > NARROWEST &&
                (widest < 0 || layout->width[i] > layout->width[widest]))
                widest = i;
        }
        if (total <= HT_TEXT_WIDTH || widest < 0)
            return;
        layout->width[widest]--;
    }
}

static enum ht_status measure(const struct ht_grid *grid, int first, int end, struct layout *layout) {
    for (int i = 0; i < layout->count; i++) {
        struct ht_column column;
        char made[64];
        ht_column_describe(grid->name[layout->picked[i]], &column, made);
        snprintf(layout->heading[i], sizeof layout->heading[i], "%s", column.heading);
        layout->width[i] = ht_utf8_count(layout->heading[i]);
        layout->number[i] = ht_format_is_number(column.format);
        layout->flexible[i] = column.format == HT_FORMAT_NAME;
        for (int r = first; r < end; r++) {
            char *text = ht_cell_write(grid, r, layout->picked[i]);
            if (text == NULL)
                return HT_NOMEM;
            size_t width = ht_utf8_count(text);
            free(text);
            layout->width[i] = width > layout->width[i] ? width : layout->width[i];
            if (ht_grid_cell(grid, r, grid->name[layout->picked[i]])->kind == HT_CELL_TEXT) {
                layout->number[i] = 0;
                layout->flexible[i] = ht_format_is_flexible(column.format);
            }
        }
    }
    fit(layout);
    return HT_OK;
}

static void put_cell(FILE *out, const char *text, const struct layout *layout, int i) {
    size_t count = ht_utf8_count(text), pad = count < layout->width[i] ? layout->width[i] - count : 0;
    int last = i + 1 == layout->count;
    fprintf(out, "%s%*s%s%*s", i > 0 ? "  " : "", layout->number[i] ? (int)pad : 0, "", text,
            layout->number[i] || last ? 0 : (int)pad, "");
}

enum ht_status ht_text_table(FILE *out, const struct ht_grid *grid, const char *columns, int first, int end) {
    struct layout layout = {0};
    layout.count = ht_columns_pick(grid, columns, layout.picked);
    enum ht_status status = measure(grid, first, end, &layout);
    if (status != HT_OK)
        return status;
    fprintf(out, "%*s", INDENT, "");
    for (int i = 0; i < layout.count; i++)
        put_cell(out, layout.heading[i], &layout, i);
    fprintf(out, "\n%*s", INDENT, "");
    for (int i = 0; i < layout.count; i++) {
        fputs(i > 0 ? "  " : "", out);
        for (size_t dash = 0; dash < layout.width[i]; dash++)
            putc('-', out);
    }
    putc('\n', out);
    for (int r = first; r < end; r++) {
        fprintf(out, "%*s", INDENT, "");
        for (int i = 0; i < layout.count; i++) {
            char *text = ht_cell_write(grid, r, layout.picked[i]);
            char *shown = text != NULL ? ht_shorten(text, layout.width[i]) : NULL;
            free(text);
            if (shown == NULL)
                return HT_NOMEM;
            put_cell(out, shown, &layout, i);
            free(shown);
        }
        putc('\n', out);
    }
    return HT_OK;
}
