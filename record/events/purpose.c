#include "record/events/purpose.h"

const struct ht_purpose_facts ht_purpose_facts[HT_PURPOSES] = {
#define X(purpose, name, kind, group) [HT_##purpose] = {name, HT_EVENT_KIND_##kind, HT_GROUP_##group},
    HT_PURPOSES_LIST(X)
#undef X
};
