/* The parts of an address space and what covers each: sorted, disjoint, shared by copies until one of them
 * changes. They stand in blocks of limited size, so that a change moves little however many there are. One
 * thread. */
#ifndef HT_ANALYZE_NAMES_PIECES_H
#define HT_ANALYZE_NAMES_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_mapping;
struct ht_pieces;

struct ht_piece {
    uint64_t start, end;              /* addresses; end is behind the last byte */
    const struct ht_mapping *mapping; /* NULL: what was here is gone */
};

/* Where a piece was found last; zeros at first. Only a hint: the pieces may change in between. */
struct ht_piece_place {
    size_t block, index;
};

struct ht_pieces *ht_pieces_new(void); /* NULL without memory */
struct ht_pieces *ht_pieces_share(struct ht_pieces *pieces);
void ht_pieces_release(struct ht_pieces *pieces); /* NULL is fine */

/* Puts a piece in; what it covers of older ones is cut, their rests stay. Shared pieces are copied first:
 * *pieces is then another. */
enum ht_status ht_pieces_put(struct ht_pieces **pieces, struct ht_piece piece);

/* The piece under an address, NULL where there is none. Valid until the next put. */
const struct ht_piece *ht_pieces_find(const struct ht_pieces *pieces, uint64_t address,
                                      struct ht_piece_place *place);

/* The piece before the one at the place, which moves there; NULL at the first one. */
const struct ht_piece *ht_pieces_before(const struct ht_pieces *pieces, struct ht_piece_place *place);

#endif
