/* Numbers of a file that may have been written on a machine of the other byte order (swap). No state. */
#ifndef HT_IMPORT_BYTE_ORDER_H
#define HT_IMPORT_BYTE_ORDER_H

#include "schema/endian.h"

static inline uint16_t ht_file_u16(const void *p, int swap) {
    return swap ? __builtin_bswap16(ht_get_u16(p)) : ht_get_u16(p);
}

static inline uint32_t ht_file_u32(const void *p, int swap) {
    return swap ? __builtin_bswap32(ht_get_u32(p)) : ht_get_u32(p);
}

static inline uint64_t ht_file_u64(const void *p, int swap) {
    return swap ? __builtin_bswap64(ht_get_u64(p)) : ht_get_u64(p);
}

#endif
