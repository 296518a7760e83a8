/* Numbers as people read them. Every function writes a terminated text into out (HT_NUMBER_MAX is room
 * enough) and returns out. A point as decimal mark, a comma between thousands, a space before the unit. Pure;
 * any thread. */
#ifndef HT_ANALYZE_SHOW_NUMBER_H
#define HT_ANALYZE_SHOW_NUMBER_H

#include <stdint.h>

#define HT_NUMBER_MAX 48

/* 36853 -> "36,853". Counts are shown in full. */
char *ht_number_count(int64_t value, char out[HT_NUMBER_MAX]);

/* Three significant digits: 441300000 -> "441 M", 1234 -> "1.23 k", 12 -> "12". */
char *ht_number_si(double value, char out[HT_NUMBER_MAX]);

/* 34359738368 -> "32.0 GiB", 512 -> "512 B". */
char *ht_number_bytes(int64_t value, char out[HT_NUMBER_MAX]);

/* A duration in its unit: 61000000 -> "61.0 ms", 10000000000 -> "10.0 s". */
char *ht_number_duration(int64_t ns, char out[HT_NUMBER_MAX]);

/* A moment within the window, always in seconds to the millisecond: 2104500000 -> "2.105 s". */
char *ht_number_moment(int64_t ns, char out[HT_NUMBER_MAX]);

/* A share as percent: 0.113 -> "11.3 %", 0.00012 -> "0.012 %"; "<0.01 %" and ">99.9 %" where rounding would
 * say 0 or 100. */
char *ht_number_share(double value, char out[HT_NUMBER_MAX]);

/* Three significant digits without a unit: 0.98 -> "0.98", 398.02 -> "398". */
char *ht_number_real(double value, char out[HT_NUMBER_MAX]);

/* "436-441 M" from two values that share a prefix, "900-5,200"; one value where both round alike. */
char *ht_number_range(double low, double high, char out[HT_NUMBER_MAX]);

#endif
