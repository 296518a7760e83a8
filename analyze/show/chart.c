#include "analyze/show/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double ht_chart_step(double length, int most) {
    static const double factor[] = {1, 2, 5, 10};
    if (!(length > 0) || most < 1)
        return 1;
    double power = pow(10, floor(log10(length / most)));
    for (size_t i = 0; i < sizeof factor / sizeof factor[0]; i++)
        if (length / (factor[i] * power) <= most * (1 + 1e-9))
            return factor[i] * power;
    return 10 * power;
}

int ht_chart_decimals(double step) {
    int decimals = 0;
    for (; decimals < 9 && fabs(step - round(step)) > 1e-9 * step; decimals++)
        step *= 10;
    return decimals;
}

int ht_chart_height(int64_t value, int64_t max, int full) {
    if (value <= 0 || max <= 0)
        return 0;
    if (value >= max)
        return full;
    int height = (int)((double)value * full / (double)max + 0.5);
    return height < 2 ? 2 : height;
}

int64_t ht_chart_add(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

int ht_chart_merge(int64_t *value, int columns, int to) {
    int each = columns / to;
    for (int i = 0; i < to; i++) {
        int64_t sum = 0;
        for (int j = 0; j < each; j++)
            sum = ht_chart_add(sum, value[i * each + j]);
        value[i] = sum;
    }
    return to;
}

int ht_chart_highest(int64_t *value, int columns, int to) {
    int each = columns / to;
    for (int i = 0; i < to; i++) {
        int64_t highest = value[i * each];
        for (int j = 1; j < each; j++)
            highest = value[i * each + j] > highest ? value[i * each + j] : highest;
        value[i] = highest;
    }
    return to;
}

char *ht_chart_path(const int64_t *value, int columns, int64_t max, int full) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    for (int i = 0; i < columns;) {
        if (value[i] <= 0) {
            i++;
            continue;
        }
        fprintf(out, "M%d %d", i, full);
        while (i < columns && value[i] > 0) {
            int height = ht_chart_height(value[i], max, full), end = i + 1;
            while (end < columns && value[end] > 0 && ht_chart_height(value[end], max, full) == height)
                end++;
            fprintf(out, "V%dh%d", full - height, end - i);
            i = end;
        }
        fprintf(out, "V%dz", full);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

char *ht_chart_values(const int64_t *value, int columns) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    const char *between = "";
    for (int i = 0; i < columns; i++) {
        if (value[i] == 0)
            continue;
        if (i == 0 || value[i - 1] == 0)
            fprintf(out, "%s%d:%lld", between, i, (long long)value[i]);
        else
            fprintf(out, ",%lld", (long long)value[i]);
        between = ";";
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
