/* Cache lines: one number a line, by the identity that perf c2c 6.1 uses, so that both count the same lines.
 *
 * A line is its address within an identity: the kernel; a file or shared memory (device, inode, generation;
 * the address is the file offset); private memory of one process; or, where no mapping is known, the raw
 * address per cpumode. Millions of lines: an entry is small; full counts are kept elsewhere, for lines with a
 * transfer only. One thread. */
#ifndef HT_ANALYZE_LOAD_LINES_H
#define HT_ANALYZE_LOAD_LINES_H

#include <stdint.h>

#include "analyze/names/address_space.h"
#include "schema/status.h"

#define HT_NO_MAPPING UINT32_MAX

enum ht_identity { HT_IDENTITY_KERNEL, HT_IDENTITY_FILE, HT_IDENTITY_PRIVATE, HT_IDENTITY_UNMAPPED };

struct ht_line {
    uint64_t address;      /* of the line within its identity */
    uint64_t virtual_line; /* as first seen */
    uint32_t space;        /* identity number, see ht_lines_space */
    uint32_t mapping;      /* of the first sample, HT_NO_MAPPING */
    uint32_t samples;
    uint32_t remote_memory; /* samples of class remote memory */
    uint32_t kept;          /* 0, or 1 + number among the lines that get full counts */
    uint8_t shared;         /* a transfer in either decode */
    uint8_t c2c_shared;     /* one that perf c2c counts */
};

struct ht_line_space {
    enum ht_identity identity;
    unsigned cpumode;
    int64_t pid; /* -1 where processes share it */
    uint32_t major, minor;
    uint64_t inode, generation;
};

struct ht_lines;

enum ht_status ht_lines_new(unsigned line_bytes, struct ht_lines **lines);
void ht_lines_free(struct ht_lines *lines);

/* The line under an address; made where it is new. mapping NULL: none is known. */
enum ht_status ht_lines_find(struct ht_lines *lines, unsigned cpumode, int64_t pid,
                             const struct ht_mapping *mapping, uint64_t address, uint32_t *line);

uint32_t ht_lines_count(const struct ht_lines *lines);
struct ht_line *ht_lines_get(struct ht_lines *lines, uint32_t line);
const struct ht_line_space *ht_lines_space(const struct ht_lines *lines, uint32_t space);
unsigned ht_lines_bytes(const struct ht_lines *lines);

/* The address within the mapping's identity (perf's al_addr): the file offset, or the address itself. */
uint64_t ht_line_address(const struct ht_mapping *mapping, uint64_t address);

#endif
