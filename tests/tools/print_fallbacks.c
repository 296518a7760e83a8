/* Prints the recorder's table of optional attributes: NAME, first kernel, what is lost, with tabs between.
 * For tests/cli/record_kernels_test.sh, which walks it. */
#include <stdio.h>

#include "record/events/attr_fallback.h"

int main(void) {
    for (size_t i = 0; i < ht_attr_fallbacks_count; i++)
        printf("%s\t%s\t%s\n", ht_attr_fallbacks[i].name, ht_attr_fallbacks[i].kernel,
               ht_attr_fallbacks[i].lost);
    return 0;
}
