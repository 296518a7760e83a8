/* mkperfdata_values.h: data_src values that real kernels write (included by mkperfdata_random.c only). */
#ifndef MKPERFDATA_VALUES_H
#define MKPERFDATA_VALUES_H

#include <stdint.h>

/* From reference/golden_c2c.txt: loads, then stores, then operations that are neither. */
static const uint64_t loads[] = {
    0x200100142,  0x1800100242,   0x400100442,   0x600080082,    0x600100842,    0x600200842,   0x600800842,
    0x2600208042, 0x2600808042,   0x1a00201042,  0x1a00501042,   0x3a00502042,   0x1c00200042,  0x3c00200042,
    0x3a00100042, 0x7600000042,   0x3600800042,  0x3a00800042,   0x4600000842,   0x600800882,   0x602800842,
    0x200080142,  0x83600808042,  0x83600088042, 0x103600810042, 0x103600090042, 0x81600808842, 0x81600088842,
    0x1a00081042, 0x103a00082042, 0x1800080242,  0x1e00080022,   0x103200080002, 0x8400000442,  0x8600000842,
    0xb600008002, 0x1a00101042,   0x60200100142, 0x800846};
static const uint64_t stores[] = {0x80144, 0x80184, 0x600800844, 0x3600800044, 0x80024, 0x2080144, 0x2080184};
static const uint64_t others[] = {0x1e00080021, 0x600800848};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
