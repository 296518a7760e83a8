/* META_INFO of simpleperf, the perf of Android: texts in pairs, of which one names the events. Source:
 * simpleperf/record_file_format.h of AOSP. */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/import/perf_features.h"

/* Lines of "name,type,config". */
static enum ht_status name_events(const char *lines, const struct ht_perf_attrs *attrs,
                                  struct ht_perf_facts *facts) {
    while (*lines != '\0') {
        const char *end = strchrnul(lines, '\n');
        const char *comma = memchr(lines, ',', (size_t)(end - lines));
        char *rest = NULL;
        uint64_t type = comma != NULL ? strtoull(comma + 1, &rest, 10) : 0;
        uint64_t config = rest != NULL && *rest == ',' ? strtoull(rest + 1, &rest, 10) : 0;
        for (uint32_t i = 0; i < attrs->count && rest != NULL && comma > lines; i++) {
            if (attrs->attr[i].type != type || attrs->attr[i].config != config ||
                facts->event_name[i] != NULL)
                continue;
            if ((facts->event_name[i] = strndup(lines, (size_t)(comma - lines))) == NULL)
                return HT_NOMEM;
        }
        lines = *end != '\0' ? end + 1 : end;
    }
    return HT_OK;
}

enum ht_status ht_perf_simple_meta(struct ht_section *s, const struct ht_perf_attrs *attrs,
                                   struct ht_perf_facts *facts) {
    enum ht_status status = HT_OK;
    while (status == HT_OK && ht_section_left(s) > 0) {
        const char *key = ht_section_text(s), *value = ht_section_text(s);
        char name[128];
        if (s->bad)
            return HT_DAMAGED;
        snprintf(name, sizeof name, "simpleperf.%s", key);
        status = strcmp(key, "event_type_info") == 0 ? name_events(value, attrs, facts)
                                                     : ht_perf_facts_condition(facts, name, value);
    }
    return status;
}
