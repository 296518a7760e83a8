#include "analyze/names/pieces.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX 512u /* pieces: 12 KiB, as much as a change moves at most */

/* Never empty. */
struct block {
    struct ht_piece *piece;
    size_t count, capacity;
};

struct ht_pieces {
    struct block *block;
    size_t blocks, capacity;
    unsigned users;
};

struct ht_pieces *ht_pieces_new(void) {
    struct ht_pieces *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->users = 1;
    return p;
}

struct ht_pieces *ht_pieces_share(struct ht_pieces *pieces) {
    pieces->users++;
    return pieces;
}

void ht_pieces_release(struct ht_pieces *p) {
    if (p == NULL || --p->users > 0)
        return;
    for (size_t i = 0; i < p->blocks; i++)
        free(p->block[i].piece);
    free(p->block);
    free(p);
}

/* ---- to find ---- */

/* The first piece that ends behind the address; block is p->blocks where there is none. */
static struct ht_piece_place first_behind(const struct ht_pieces *p, uint64_t address) {
    size_t low = 0, high = p->blocks;
    /* the last block is not looked into: most spaces have no other */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2 - 1;
        const struct block *b = &p->block[middle];
        if (b->piece[b->count - 1].end <= address)
            low = middle + 1;
        else
            high = middle + 1;
    }
    struct ht_piece_place place = {.block = low};
    if (p->blocks == 0)
        return place;
    const struct block *b = &p->block[low];
    for (low = 0, high = b->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (b->piece[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    place.index = low;
    if (low == b->count)
        place = (struct ht_piece_place){.block = p->blocks};
    return place;
}

const struct ht_piece *ht_pieces_find(const struct ht_pieces *p, uint64_t address,
                                      struct ht_piece_place *place) {
    if (place->block < p->blocks && place->index < p->block[place->block].count) {
        const struct ht_piece *last = &p->block[place->block].piece[place->index];
        if (address >= last->start && address < last->end)
            return last;
    }
    struct ht_piece_place at = first_behind(p, address);
    if (at.block == p->blocks || p->block[at.block].piece[at.index].start > address)
        return NULL;
    *place = at;
    return &p->block[at.block].piece[at.index];
}

const struct ht_piece *ht_pieces_before(const struct ht_pieces *p, struct ht_piece_place *place) {
    if (place->index == 0 && place->block == 0)
        return NULL;
    if (place->index == 0)
        place->index = p->block[--place->block].count;
    return &p->block[place->block].piece[--place->index];
}

/* ---- to change ---- */

static enum ht_status room_in_block(struct block *b, size_t more) {
    if (b->count + more <= b->capacity)
        return HT_OK;
    size_t capacity = b->count + more + b->count / 2;
    struct ht_piece *grown = realloc(b->piece, capacity * sizeof *grown);
    if (grown == NULL)
        return HT_NOMEM;
    b->piece = grown;
    b->capacity = capacity;
    return HT_OK;
}

/* A new block at a position, for the caller to fill. */
static enum ht_status add_block(struct ht_pieces *p, size_t at, size_t capacity) {
    if (p->blocks == p->capacity) {
        size_t blocks = p->capacity == 0 ? 1 : p->capacity * 2;
        struct block *grown = realloc(p->block, blocks * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        p->block = grown;
        p->capacity = blocks;
    }
    struct block added = {0};
    if (room_in_block(&added, capacity) != HT_OK)
        return HT_NOMEM;
    memmove(p->block + at + 1, p->block + at, (p->blocks - at) * sizeof *p->block);
    p->block[at] = added;
    p->blocks++;
    return HT_OK;
}

static enum ht_status copy_block(struct ht_pieces *copy, const struct block *b) {
    enum ht_status status = add_block(copy, copy->blocks, b->count + 2);
    if (status != HT_OK)
        return status;
    struct block *to = &copy->block[copy->blocks - 1];
    memcpy(to->piece, b->piece, b->count * sizeof *b->piece);
    to->count = b->count;
    return HT_OK;
}

/* Makes the pieces the caller's own. */
static enum ht_status unshare(struct ht_pieces **pieces) {
    struct ht_pieces *old = *pieces;
    if (old->users == 1)
        return HT_OK;
    struct ht_pieces *own = ht_pieces_new();
    if (own == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < old->blocks; i++) {
        if (copy_block(own, &old->block[i]) != HT_OK) {
            ht_pieces_release(own);
            return HT_NOMEM;
        }
    }
    old->users--;
    *pieces = own;
    return HT_OK;
}

static enum ht_status split_block(struct ht_pieces *p, size_t at) {
    size_t half = p->block[at].count / 2, moved = p->block[at].count - half;
    enum ht_status status = add_block(p, at + 1, moved + 3);
    if (status != HT_OK)
        return status;
    memcpy(p->block[at + 1].piece, p->block[at].piece + half, moved * sizeof(struct ht_piece));
    p->block[at + 1].count = moved;
    p->block[at].count = half;
    return HT_OK;
}

/* Takes the pieces from index `first` on that start before `end` out of a block, and says whether all were.
 * *rest: what of the last one lies behind. */
static int take_from_block(struct block *b, size_t first, uint64_t end, struct ht_piece *rest) {
    size_t last = first;
    while (last < b->count && b->piece[last].start < end)
        last++;
    if (last > first && b->piece[last - 1].end > end) {
        *rest = b->piece[last - 1];
        rest->start = end;
    }
    int all = last == b->count;
    memmove(b->piece + first, b->piece + last, (b->count - last) * sizeof *b->piece);
    b->count -= last - first;
    return all;
}

/* The same over blocks; the first one may be left empty. */
static void take_out(struct ht_pieces *p, struct ht_piece_place at, uint64_t end, struct ht_piece *rest) {
    size_t next = at.block + 1, gone = next;
    int goes_on = take_from_block(&p->block[at.block], at.index, end, rest);
    while (goes_on && gone < p->blocks) {
        goes_on = take_from_block(&p->block[gone], 0, end, rest);
        if (p->block[gone].count > 0)
            break;
        free(p->block[gone++].piece);
    }
    memmove(p->block + next, p->block + gone, (p->blocks - gone) * sizeof *p->block);
    p->blocks -= gone - next;
}

/* Where a piece that starts at the address goes, with room for three. */
static enum ht_status make_room(struct ht_pieces *p, uint64_t address, struct ht_piece_place *at) {
    enum ht_status status;
    *at = (struct ht_piece_place){0, 0};
    if (p->blocks == 0)
        return add_block(p, 0, 3);
    *at = first_behind(p, address);
    if (at->block == p->blocks)
        *at = (struct ht_piece_place){p->blocks - 1, p->block[p->blocks - 1].count};
    if (p->block[at->block].count + 3 > BLOCK_MAX) {
        if ((status = split_block(p, at->block)) != HT_OK)
            return status;
        if (at->index > p->block[at->block].count)
            at->index -= p->block[at->block++].count;
    }
    return room_in_block(&p->block[at->block], 3);
}

enum ht_status ht_pieces_put(struct ht_pieces **pieces, struct ht_piece piece) {
    struct ht_piece_place at;
    enum ht_status status = unshare(pieces);
    if (status == HT_OK)
        status = make_room(*pieces, piece.start, &at);
    if (status != HT_OK)
        return status;
    struct block *b = &(*pieces)->block[at.block];
    struct ht_piece replacement[3], rest = {0};
    size_t count = 0;
    if (at.index < b->count && b->piece[at.index].start < piece.start) {
        replacement[count] = b->piece[at.index];
        replacement[count++].end = piece.start;
    }
    replacement[count++] = piece;
    take_out(*pieces, at, piece.end, &rest);
    if (rest.end > 0)
        replacement[count++] = rest;
    memmove(b->piece + at.index + count, b->piece + at.index, (b->count - at.index) * sizeof *b->piece);
    memcpy(b->piece + at.index, replacement, count * sizeof *replacement);
    b->count += count;
    return HT_OK;
}
