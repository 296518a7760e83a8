#include "record/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ht_limits_init(struct ht_limits *limits) {
    memset(limits, 0, sizeof *limits);
    pthread_mutex_init(&limits->lock, NULL);
    ht_table_init(&limits->table, HT_CHUNK_LIMIT);
}

void ht_limits_free(struct ht_limits *limits) {
    ht_table_free(&limits->table);
    pthread_mutex_destroy(&limits->lock);
}

static int cell_is(const struct ht_table *table, unsigned column, uint32_t row, const char *text) {
    struct ht_bytes cell = ht_table_bytes(table, column, row);
    return cell.length == strlen(text) && memcmp(cell.data, text, cell.length) == 0;
}

static int add_row(struct ht_table *table, uint64_t count, const char *what, const char *why,
                   const char *mend) {
    uint32_t row;
    for (row = 0; row < table->rows; row++) {
        if (cell_is(table, HT_LIMIT_WHAT, row, what) && cell_is(table, HT_LIMIT_WHY, row, why)) {
            table->number[HT_LIMIT_COUNT][row] += count;
            return 1;
        }
    }
    if (ht_table_add(table, &row) != HT_OK)
        return 0;
    table->number[HT_LIMIT_COUNT][row] = count;
    return ht_table_set_text(table, HT_LIMIT_WHAT, what) == HT_OK &&
           ht_table_set_text(table, HT_LIMIT_WHY, why) == HT_OK &&
           ht_table_set_text(table, HT_LIMIT_MEND, mend) == HT_OK;
}

void ht_limits_add(struct ht_limits *limits, uint64_t count, const char *what, const char *mend,
                   const char *why_format, ...) {
    char why[1024];
    va_list args;
    va_start(args, why_format);
    vsnprintf(why, sizeof why, why_format, args);
    va_end(args);
    pthread_mutex_lock(&limits->lock);
    if (!add_row(&limits->table, count, what, why, mend))
        limits->lost = 1;
    pthread_mutex_unlock(&limits->lock);
}
