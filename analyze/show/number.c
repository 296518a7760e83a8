#include "analyze/show/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

char *ht_number_count(int64_t value, char out[HT_NUMBER_MAX]) {
    char digits[24];
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)magnitude);
    char *at = out;
    if (value < 0)
        *at++ = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return out;
}

/* Three significant digits, no exponent, for 0 or 0.001 <= |value| < 999.5. */
static int put_three(double value, char *out, size_t size) {
    double magnitude = fabs(value);
    int decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
    if (magnitude < 0.9995 && magnitude > 0)
        decimals = 2 - (int)floor(log10(magnitude) + 1e-9);
    return snprintf(out, size, "%.*f", decimals > 6 ? 6 : decimals, value);
}

/* Divides by base until it fits three digits; returns the index of the prefix. */
static size_t scale(double *value, double base, size_t prefixes) {
    size_t prefix = 0;
    while (fabs(*value) >= (base < 1010 ? 999.5 : base) && prefix + 1 < prefixes) {
        *value /= base;
        prefix++;
    }
    return prefix;
}

static const char *const si_prefix[] = {"", " k", " M", " G", " T", " P", " E"};

char *ht_number_si(double value, char out[HT_NUMBER_MAX]) {
    double scaled = value;
    size_t prefix = scale(&scaled, 1000, sizeof si_prefix / sizeof si_prefix[0]);
    int length = prefix == 0 && value == floor(value) ? snprintf(out, HT_NUMBER_MAX, "%.0f", value)
                                                      : put_three(scaled, out, HT_NUMBER_MAX);
    snprintf(out + length, HT_NUMBER_MAX - (size_t)length, "%s", si_prefix[prefix]);
    return out;
}

char *ht_number_bytes(int64_t value, char out[HT_NUMBER_MAX]) {
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double scaled = (double)value;
    size_t prefix = scale(&scaled, 1024, sizeof unit / sizeof unit[0]);
    int decimals = prefix == 0 || fabs(scaled) >= 100 ? 0 : 1;
    snprintf(out, HT_NUMBER_MAX, "%.*f %s", decimals, scaled, unit[prefix]);
    return out;
}

char *ht_number_duration(int64_t ns, char out[HT_NUMBER_MAX]) {
    static const char *const unit[] = {"ns", "us", "ms", "s"};
    double scaled = (double)ns;
    size_t prefix = scale(&scaled, 1000, sizeof unit / sizeof unit[0]);
    int length = 0;
    if (prefix == 0)
        length = snprintf(out, HT_NUMBER_MAX, "%lld", (long long)ns);
    else if (fabs(scaled) >= 999.5)
        ht_number_count((int64_t)llround(scaled), out), length = (int)strlen(out);
    else
        length = put_three(scaled, out, HT_NUMBER_MAX);
    if (prefix == 3 && fabs(scaled) >= 9.995 && fabs(scaled) < 999.5)
        length = snprintf(out, HT_NUMBER_MAX, "%.1f", scaled);
    snprintf(out + length, HT_NUMBER_MAX - (size_t)length, " %s", unit[prefix]);
    return out;
}

char *ht_number_moment(int64_t ns, char out[HT_NUMBER_MAX]) {
    snprintf(out, HT_NUMBER_MAX, "%.3f s", (double)ns / 1e9);
    return out;
}

char *ht_number_share(double value, char out[HT_NUMBER_MAX]) {
    double percent = value * 100;
    if (percent == 0)
        snprintf(out, HT_NUMBER_MAX, "0 %%");
    else if (percent > 0 && percent < 0.01)
        snprintf(out, HT_NUMBER_MAX, "<0.01 %%");
    else if (percent < 100 && percent > 99.9)
        snprintf(out, HT_NUMBER_MAX, ">99.9 %%");
    else if (percent > 0 && percent < 0.0995)
        snprintf(out, HT_NUMBER_MAX, "%.2g %%", percent);
    else
        snprintf(out, HT_NUMBER_MAX, percent == 100 ? "%.0f %%" : "%.1f %%", percent);
    return out;
}

char *ht_number_real(double value, char out[HT_NUMBER_MAX]) {
    if (fabs(value) >= 999.5)
        return ht_number_count((int64_t)llround(value), out);
    if (value == floor(value)) {
        snprintf(out, HT_NUMBER_MAX, "%.0f", value);
        return out;
    }
    put_three(value, out, HT_NUMBER_MAX);
    if (strchr(out, '.') != NULL)
        for (size_t end = strlen(out); out[end - 1] == '0' || out[end - 1] == '.'; end--) {
            int point = out[end - 1] == '.';
            out[end - 1] = '\0';
            if (point)
                break;
        }
    return out;
}

char *ht_number_range(double low, double high, char out[HT_NUMBER_MAX]) {
    char from[HT_NUMBER_MAX], to[HT_NUMBER_MAX];
    ht_number_si(low, from);
    ht_number_si(high, to);
    if (strcmp(from, to) == 0) {
        memcpy(out, to, HT_NUMBER_MAX);
        return out;
    }
    char *from_unit = strchr(from, ' '), *to_unit = strchr(to, ' ');
    if (from_unit != NULL && to_unit != NULL && strcmp(from_unit, to_unit) == 0)
        *from_unit = '\0';
    snprintf(out, HT_NUMBER_MAX, "%.20s to %.20s", from, to);
    return out;
}
