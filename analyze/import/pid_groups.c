#include "analyze/import/pid_groups.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/import/offset_set.h"

static struct ht_pid_group *find(const struct ht_pid_groups *groups, int64_t pid) {
    uint32_t mask = groups->slots - 1, at = (uint32_t)ht_offset_mix((uint64_t)pid) & mask;
    while (groups->slot[at].cgroup != 0 && groups->slot[at].pid != pid)
        at = (at + 1) & mask;
    return &groups->slot[at];
}

static enum ht_status grow(struct ht_pid_groups *groups) {
    struct ht_pid_groups grown = *groups;
    grown.slots = groups->slots > 0 ? groups->slots * 2 : 64;
    if ((grown.slot = calloc(grown.slots, sizeof *grown.slot)) == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < groups->slots; i++)
        if (groups->slot[i].cgroup != 0)
            *find(&grown, groups->slot[i].pid) = groups->slot[i];
    free(groups->slot);
    *groups = grown;
    return HT_OK;
}

enum ht_status ht_pid_groups_set(struct ht_pid_groups *groups, int64_t pid, uint64_t cgroup, int *changed) {
    if (groups->count * 2 >= groups->slots && grow(groups) != HT_OK)
        return HT_NOMEM;
    struct ht_pid_group *group = find(groups, pid);
    *changed = group->cgroup != cgroup;
    groups->count += group->cgroup == 0;
    *group = (struct ht_pid_group){pid, cgroup};
    return HT_OK;
}

void ht_pid_groups_free(struct ht_pid_groups *groups) {
    free(groups->slot);
    memset(groups, 0, sizeof *groups);
}
