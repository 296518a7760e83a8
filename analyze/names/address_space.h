/* Address spaces over time: which mapping did an address of a process belong to, at the moment the feed has
 * reached.
 *
 * Feed mappings and task events in time order, ask in between. The rules are those of perf 6.1, so that what
 * we resolve is what perf resolves: a newer mapping cuts older ones and leaves their rests; a thread is known
 * by its tid alone and shares the space of the process it was made in; a fork copies the parent's mappings;
 * munmap is never seen; an exec drops nothing by itself (the kernel reports every mapping of the new image,
 * and these cover the old ones). The object owns everything it hands out until freed; mappings stay valid
 * (ids and pointers) even after they were covered. One thread. */
#ifndef HT_ANALYZE_NAMES_ADDRESS_SPACE_H
#define HT_ANALYZE_NAMES_ADDRESS_SPACE_H

#include <stdint.h>

#include "schema/table.h"

struct ht_spaces;

/* What a mapping of ht_spaces_find_ksymbol is. */
enum ht_ksymbol { HT_KSYMBOL_NONE, HT_KSYMBOL_OF_BPF, HT_KSYMBOL_OTHER };

/* One mapping as it was recorded. pid is that of the process it was recorded for; a forked child shares it.
 */
struct ht_mapping {
    uint32_t id; /* counts from 0 in order of arrival */
    uint32_t major, minor, prot, flags;
    uint8_t source;  /* enum ht_mmap_source */
    uint8_t cpumode; /* PERF_RECORD_MISC_CPUMODE */
    uint8_t is_data; /* PERF_RECORD_MISC_MMAP_DATA */
    uint8_t build_id_bytes;
    uint8_t ksymbol; /* enum ht_ksymbol */
    int64_t pid, tid;
    uint64_t time_ns, start, length, pgoff, inode, generation;
    const char *file; /* terminated; of kernel code its name */
    uint8_t build_id[20];
};

enum ht_status ht_spaces_new(struct ht_spaces **spaces);
void ht_spaces_free(struct ht_spaces *spaces);

/* Row of an MMAP table. */
enum ht_status ht_spaces_mmap(struct ht_spaces *spaces, const struct ht_table *mmap, uint32_t row);

/* Row of a TASK table; only FORK matters here. */
enum ht_status ht_spaces_task(struct ht_spaces *spaces, const struct ht_table *task, uint32_t row);

/* Row of a KSYMBOL table: kernel code comes, or goes. */
enum ht_status ht_spaces_ksymbol(struct ht_spaces *spaces, const struct ht_table *ksymbol, uint32_t row);

/* The same row before anything else is fed: code whose first word is that it goes was there all the time. */
enum ht_status ht_spaces_ksymbol_before(struct ht_spaces *spaces, const struct ht_table *ksymbol,
                                        uint32_t row);

/* The kernel code of a KSYMBOL row under an address now, as a mapping whose file is its name; NULL where none
 * is. */
const struct ht_mapping *ht_spaces_find_ksymbol(struct ht_spaces *spaces, uint64_t address);

/* The mapping under an address now, NULL where none is known. cpumode decides between kernel and user space
 * (PERF_RECORD_MISC_KERNEL 1, USER 2; others find nothing). */
const struct ht_mapping *ht_spaces_find(struct ht_spaces *spaces, unsigned cpumode, int64_t pid, int64_t tid,
                                        uint64_t address);

/* The process that a thread belongs to: as first told, whatever a later record of its tid says. */
int64_t ht_spaces_pid(struct ht_spaces *spaces, int64_t pid, int64_t tid);

/* Where an anonymous mapping is the .bss (or its tail) of a file mapped right before it in the process now:
 * that file mapping, else NULL. The data's offset in the file's terms is then address - file->start +
 * file->pgoff, beyond the end of the file but within its segment's p_memsz. */
const struct ht_mapping *ht_spaces_bss_file(struct ht_spaces *spaces, int64_t pid, int64_t tid,
                                            uint64_t address);

uint32_t ht_spaces_count(const struct ht_spaces *spaces);
const struct ht_mapping *ht_spaces_mapping(const struct ht_spaces *spaces, uint32_t id);

/* Whether the mapping is backed by a file one could open (not //anon, [heap], /dev/zero, SYSV..., memfd). */
int ht_mapping_is_file(const struct ht_mapping *mapping);

#endif
