#include "analyze/show/table_text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"

#define MEASURED_ROWS 500 /* rows whose widths decide; later, wider ones push their line */
#define WIDTH_MAX     80

void ht_csv_quote(const char *text, size_t length, FILE *out) {
    int quoted = length == 0;
    for (size_t i = 0; i < length && !quoted; i++)
        quoted = text[i] == '"' || text[i] == ',' || text[i] == '\n' || text[i] == '\r';
    if (!quoted) {
        fwrite(text, 1, length, out);
        return;
    }
    putc('"', out);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            putc('"', out);
        putc(text[i], out);
    }
    putc('"', out);
}

void ht_json_quote(const char *text, size_t length, FILE *out) {
    putc('"', out);
    for (size_t i = 0, used; i < length; i += used) {
        int32_t point = ht_utf8_decode(text + i, length - i, &used);
        if (point < 0)
            fputs("\\ufffd", out);
        else if (point == '"' || point == '\\')
            fprintf(out, "\\%c", (char)point);
        else if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029)
            fprintf(out, "\\u%04x", (unsigned)point);
        else
            fwrite(text + i, 1, used, out);
    }
    putc('"', out);
}

/* Shortest text that reads back as the same double. */
static void put_real(double value, FILE *out) {
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

static void put_hex(sqlite3_stmt *stmt, int column, FILE *out) {
    const unsigned char *bytes = sqlite3_column_blob(stmt, column);
    int length = sqlite3_column_bytes(stmt, column);
    for (int i = 0; i < length; i++)
        fprintf(out, "%02x", bytes[i]);
}

static void put_csv(sqlite3_stmt *stmt, int column, FILE *out) {
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL:
        break;
    case SQLITE_BLOB:
        put_hex(stmt, column, out);
        break;
    case SQLITE_FLOAT:
        put_real(sqlite3_column_double(stmt, column), out);
        break;
    default: {
        const char *text = (const char *)sqlite3_column_text(stmt, column);
        if (text != NULL)
            ht_csv_quote(text, (size_t)sqlite3_column_bytes(stmt, column), out);
    }
    }
}

static void put_json(sqlite3_stmt *stmt, int column, FILE *out) {
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL:
        fputs("null", out);
        break;
    case SQLITE_INTEGER:
        fprintf(out, "%lld", (long long)sqlite3_column_int64(stmt, column));
        break;
    case SQLITE_FLOAT:
        if (isfinite(sqlite3_column_double(stmt, column)))
            put_real(sqlite3_column_double(stmt, column), out);
        else
            fputs("null", out);
        break;
    case SQLITE_BLOB:
        putc('"', out);
        put_hex(stmt, column, out);
        putc('"', out);
        break;
    default: {
        const char *text = (const char *)sqlite3_column_text(stmt, column);
        ht_json_quote(text != NULL ? text : "", (size_t)sqlite3_column_bytes(stmt, column), out);
    }
    }
}

static int write_csv(sqlite3_stmt *stmt, FILE *out) {
    int columns = sqlite3_column_count(stmt), step;
    for (int i = 0; i < columns; i++) {
        const char *name = sqlite3_column_name(stmt, i);
        fputs(i > 0 ? "," : "", out);
        ht_csv_quote(name != NULL ? name : "", name != NULL ? strlen(name) : 0, out);
    }
    fputs("\r\n", out);
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++) {
            fputs(i > 0 ? "," : "", out);
            put_csv(stmt, i, out);
        }
        fputs("\r\n", out);
    }
    return step;
}

static int write_json(sqlite3_stmt *stmt, FILE *out) {
    int columns = sqlite3_column_count(stmt), step;
    const char *before = "[\n";
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
        fputs(before, out);
        before = ",\n";
        for (int i = 0; i < columns; i++) {
            const char *name = sqlite3_column_name(stmt, i);
            fputs(i > 0 ? ", " : "{", out);
            ht_json_quote(name != NULL ? name : "", name != NULL ? strlen(name) : 0, out);
            fputs(": ", out);
            put_json(stmt, i, out);
        }
        putc('}', out);
    }
    fputs(before[0] == '[' ? "[]\n" : "\n]\n", out);
    return step;
}

/* ---- the aligned table ---- */

struct held {
    char **cell; /* MEASURED_ROWS x columns */
    unsigned char *number;
    size_t *width;
    int columns, rows;
};

static void held_free(struct held *held) {
    for (size_t i = 0; held->cell != NULL && i < (size_t)(held->rows * held->columns); i++)
        free(held->cell[i]);
    free(held->cell);
    free(held->number);
    free(held->width);
}

static char *cell_text(sqlite3_stmt *stmt, int column) {
    char *text = NULL;
    size_t length;
    if (sqlite3_column_type(stmt, column) != SQLITE_BLOB) {
        const char *stored = (const char *)sqlite3_column_text(stmt, column);
        return ht_clean(stored != NULL ? stored : "", (size_t)sqlite3_column_bytes(stmt, column));
    }
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL)
        return NULL;
    fputs("x'", memory);
    put_hex(stmt, column, memory);
    putc('\'', memory);
    if (fclose(memory) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void put_padded(const char *text, size_t width, int right, int last, FILE *out) {
    size_t count = ht_utf8_count(text), pad = count < width ? width - count : 0;
    fprintf(out, "%*s%s%*s", right ? (int)pad : 0, "", text, right || last ? 0 : (int)pad, "");
    fputs(last ? "\n" : "  ", out);
}

static void put_rule(const struct held *held, FILE *out) {
    for (int i = 0; i < held->columns; i++) {
        for (size_t dash = 0; dash < held->width[i]; dash++)
            putc('-', out);
        fputs(i + 1 == held->columns ? "\n" : "  ", out);
    }
}

static enum ht_status put_held(sqlite3_stmt *stmt, const struct held *held, FILE *out) {
    for (int i = 0; i < held->columns; i++) {
        char *name = ht_clean(sqlite3_column_name(stmt, i), strlen(sqlite3_column_name(stmt, i)));
        if (name == NULL)
            return HT_NOMEM;
        put_padded(name, held->width[i], held->number[i], i + 1 == held->columns, out);
        free(name);
    }
    put_rule(held, out);
    for (int i = 0; i < held->rows * held->columns; i++) {
        int column = i % held->columns;
        put_padded(held->cell[i], held->width[column], held->number[column], column + 1 == held->columns,
                   out);
    }
    return HT_OK;
}

static enum ht_status hold_rows(sqlite3_stmt *stmt, struct held *held, int *step) {
    size_t columns = (size_t)held->columns;
    held->cell = calloc(MEASURED_ROWS * (columns + 1), sizeof *held->cell);
    held->number = calloc(columns + 1, 1);
    held->width = calloc(columns + 1, sizeof *held->width);
    if (held->cell == NULL || held->number == NULL || held->width == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < columns; i++)
        held->width[i] = ht_utf8_count(sqlite3_column_name(stmt, (int)i));
    while (held->rows < MEASURED_ROWS && (*step = sqlite3_step(stmt)) == SQLITE_ROW) {
        char **row = held->cell + (size_t)held->rows++ * columns;
        for (size_t i = 0; i < columns; i++) {
            int type = sqlite3_column_type(stmt, (int)i);
            if ((row[i] = cell_text(stmt, (int)i)) == NULL)
                return HT_NOMEM;
            held->number[i] |= type == SQLITE_INTEGER || type == SQLITE_FLOAT;
            size_t width = ht_utf8_count(row[i]);
            if (width > held->width[i])
                held->width[i] = width < WIDTH_MAX ? width : WIDTH_MAX;
        }
    }
    return HT_OK;
}

static enum ht_status write_table(sqlite3_stmt *stmt, FILE *out, int *step) {
    struct held held = {.columns = sqlite3_column_count(stmt)};
    *step = SQLITE_DONE;
    enum ht_status status = hold_rows(stmt, &held, step);
    if (status == HT_OK && held.columns > 0)
        status = put_held(stmt, &held, out);
    while (status == HT_OK && *step == SQLITE_ROW && (*step = sqlite3_step(stmt)) == SQLITE_ROW)
        for (int i = 0; i < held.columns && status == HT_OK; i++) {
            char *text = cell_text(stmt, i);
            if (text == NULL)
                status = HT_NOMEM;
            else
                put_padded(text, held.width[i], held.number[i], i + 1 == held.columns, out);
            free(text);
        }
    held_free(&held);
    return status;
}

static enum ht_status write_lines(sqlite3_stmt *stmt, FILE *out, int *step) {
    int columns = sqlite3_column_count(stmt);
    while ((*step = sqlite3_step(stmt)) == SQLITE_ROW)
        for (int i = 0; i < columns; i++) {
            char *text = cell_text(stmt, i);
            if (text == NULL)
                return HT_NOMEM;
            fprintf(out, "%s%c", text, i + 1 < columns ? ' ' : '\n');
            free(text);
        }
    return HT_OK;
}

enum ht_status ht_show_rows(sqlite3_stmt *stmt, enum ht_rows_format format, FILE *out,
                            struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    int step = SQLITE_DONE;
    if (format == HT_ROWS_TABLE)
        status = write_table(stmt, out, &step);
    else if (format == HT_ROWS_LINES)
        status = write_lines(stmt, out, &step);
    else
        step = format == HT_ROWS_CSV ? write_csv(stmt, out) : write_json(stmt, out);
    if (status != HT_OK)
        return ht_fail(cause, status, "writing rows: %s", ht_status_text(status));
    if (step != SQLITE_DONE)
        return ht_fail(cause, HT_DATABASE, "query: %s", sqlite3_errmsg(sqlite3_db_handle(stmt)));
    if (fflush(out) != 0 || ferror(out))
        return ht_fail_errno(cause, "writing rows");
    return HT_OK;
}
