#include "record/collect/pid_set.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

struct ht_pid_set *ht_pid_set_new(void) {
    struct ht_pid_set *set = calloc(1, sizeof *set);
    if (set != NULL)
        ht_pid_set_add(set, 0);
    return set;
}

void ht_pid_set_free(struct ht_pid_set *set) {
    free(set);
}

void ht_pid_set_add(struct ht_pid_set *set, int32_t pid) {
    if ((uint32_t)pid < HT_PIDS_MAX)
        __atomic_fetch_or(&set->word[(uint32_t)pid / 64], 1ull << ((uint32_t)pid % 64), __ATOMIC_RELAXED);
}

void ht_pid_set_remove(struct ht_pid_set *set, int32_t pid) {
    if ((uint32_t)pid < HT_PIDS_MAX)
        __atomic_fetch_and(&set->word[(uint32_t)pid / 64], ~(1ull << ((uint32_t)pid % 64)), __ATOMIC_RELAXED);
}

void ht_pid_set_add_all(struct ht_pid_set *set) {
    DIR *dir = opendir("/proc");
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]))
            ht_pid_set_add(set, atoi(entry->d_name));
    closedir(dir);
}

void ht_pid_set_fork(struct ht_pid_set *set, int32_t pid, int32_t parent) {
    if (ht_pid_set_has(set, parent))
        ht_pid_set_add(set, pid);
    else
        ht_pid_set_remove(set, pid);
}
