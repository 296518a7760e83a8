/* CRC-32 (IEEE 802.3, reflected, as zlib and PNG use) of the small fixed headers of a capture. */
#ifndef HT_SCHEMA_CRC32_H
#define HT_SCHEMA_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t ht_crc32(const void *data, size_t length);

#endif
