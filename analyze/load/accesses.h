/* Who touched which byte of a line, from which code, thread and CPU: rolled up while loading, for kept lines
 * only. Up to millions of entries, so an entry is 104 bytes and never moves. One thread. */
#ifndef HT_ANALYZE_LOAD_ACCESSES_H
#define HT_ANALYZE_LOAD_ACCESSES_H

#include <stdint.h>

#include "schema/status.h"

struct ht_access {
    uint32_t line;   /* number among the kept lines */
    uint32_t code;   /* ht_codes */
    uint32_t thread; /* ht_threads */
    int16_t cpu;     /* -1 unknown */
    uint16_t offset; /* bytes from the line's start */
    uint32_t samples, loads, stores, transfers;
    uint32_t locked;   /* of the loads: these write as well */
    uint32_t weighted; /* transfers that had a latency */
    uint32_t c2c_records, c2c_rmt_hitm, c2c_lcl_hitm, c2c_lcl_means;
    uint32_t c2c_st_l1hit, c2c_st_l1miss, c2c_st_na;
    uint64_t weight; /* cycles, sum over the weighted */
    uint64_t c2c_rmt_cycles, c2c_lcl_cycles;
    uint32_t first_us, last_us; /* since the window's start; see tick_ns of ht_load */
};

struct ht_accesses;

enum ht_status ht_accesses_new(struct ht_accesses **accesses);
void ht_accesses_free(struct ht_accesses *accesses);

/* The entry with the key's line, code, thread, cpu and offset; made, with all counts 0, where new. */
enum ht_status ht_accesses_find(struct ht_accesses *accesses, const struct ht_access *key,
                                struct ht_access **access);

/* Asks memory early for what finding a key will need: where it is looked up, and, some rows later with the
 * place that the first call gave, the entry there. */
uint64_t ht_accesses_fetch(const struct ht_accesses *accesses, const struct ht_access *key);
void ht_accesses_fetch_entry(const struct ht_accesses *accesses, uint64_t place);

/* Renumbers the lines (line n becomes rank[n]) and orders the entries by them, once, after the last find. */
enum ht_status ht_accesses_finish(struct ht_accesses *accesses, uint32_t lines, const uint32_t *rank);

/* The entries of a line after finish: *first to *first + count - 1 for ht_accesses_ordered. */
uint32_t ht_accesses_of_line(const struct ht_accesses *accesses, uint32_t line, uint32_t *first);
const struct ht_access *ht_accesses_ordered(const struct ht_accesses *accesses, uint32_t position);

#endif
