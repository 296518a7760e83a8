/* Judges a line of a load: builds the evidence, takes the verdict, names the code that writes and the code
 * that pays. */
#ifndef HT_ANALYZE_JUDGE_LINE_H
#define HT_ANALYZE_JUDGE_LINE_H

#include "analyze/load/store.h"

/* An ht_judge_fn. */
void ht_judge_line(struct ht_load *load, uint32_t kept, struct ht_line_judgement *judgement);

#endif
