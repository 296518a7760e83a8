/* The arithmetic of charts: ticks, heights, steps. No SVG here, so that it can be tested with numbers worked
 * out by hand. Pure; any thread. */
#ifndef HT_ANALYZE_SHOW_CHART_H
#define HT_ANALYZE_SHOW_CHART_H

#include <stddef.h>
#include <stdint.h>

/* Distance of ticks over 0..length: 1, 2 or 5 times a power of ten, the smallest that gives at most `most`
 * steps. */
double ht_chart_step(double length, int most);

/* Decimals that tell ticks of this step apart: 2 -> 0, 0.05 -> 2. */
int ht_chart_decimals(double step);

/* Height of a bar: 0 for 0, at least 2 of full for anything else, full for max. Never above full. */
int ht_chart_height(int64_t value, int64_t max, int full);

/* a + b, held at the largest number instead of running over: counts of a damaged capture can be anything. */
int64_t ht_chart_add(int64_t a, int64_t b);

/* Sums neighbours: columns buckets of `in` into `to` (to divides columns). In place; returns to. */
int ht_chart_merge(int64_t *value, int columns, int to);

/* The highest of neighbours instead, for levels. */
int ht_chart_highest(int64_t *value, int columns, int to);

/* SVG path of bars of heights value/max, one unit wide, standing on y = full; terminated, free() it. NULL: no
 * memory. Empty buckets leave gaps: "M2 18V9h1V4h2V18z". */
char *ht_chart_path(const int64_t *value, int columns, int64_t max, int full);

/* The values themselves, for the cursor: runs "start:v,v,v" of non-zero buckets, joined by ";". free() it. */
char *ht_chart_values(const int64_t *value, int columns);

#endif
