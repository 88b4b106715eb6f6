/// Tile coding as Sutton's tiles3: indices equal to its, one for one, the overfull table included.
///
/// Sutton, "Tile Coding Software, version 3" (tiles3.py); S&B section 9.5.4. The features map
/// `tile_coding` is built on it; this header is for those who code tiles by hand.
#ifndef RILL_TILES_H
#define RILL_TILES_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// At most so many floats and ints, together, in one call.
#define RILL_TILES_MAX_COORDINATES 62

/// An index hash table: gives each tile that it meets the next free index; once it is full, a hash
/// of the tile (CPython's of a tuple of whole numbers, as tiles3 takes) modulo its size. Plain data
/// of `rill_iht_bytes` bytes, which may be copied and saved.
typedef struct rill_iht {
    int32_t size;            ///< indices are in [0, size)
    int32_t max_coordinates; ///< of a tile: 1 + floats + ints
    int32_t count;           ///< indices given out so far
    int32_t n_slots;         ///< of the table, a power of two
    int64_t overfull_count;  ///< times that a tile found the table full
    // in memory behind it: the slots, then the tiles
} rill_iht;

/// Bytes of a table. `size` is 1 to 2^28, `max_coordinates` at most RILL_TILES_MAX_COORDINATES + 1.
RILL_API size_t rill_iht_bytes(int32_t size, int32_t max_coordinates);
/// Makes an empty table in memory of that many bytes, on a boundary of 8.
RILL_API void rill_iht_begin(rill_iht *iht, int32_t size, int32_t max_coordinates);
/// The index of a tile given by n coordinates; -1 when it is new and the table is not to change.
RILL_API int32_t rill_iht_index(rill_iht *iht, const int32_t *coordinates, int32_t n,
                                bool is_read_only);

/// The tiles that a point falls into, one index a tiling, to `indices` (n_tilings, at most 65536):
/// `floats` (n_floats) in units of the width of a tile, and `ints` (n_ints) that tell further tables
/// apart. Floats beyond +-2^30 are clipped to that, NaN counts as -2^30. `wrap_widths` (n_floats) are
/// numbers of tiles after which a dimension starts anew, 0 for one that does not; NULL for none.
RILL_API void rill_tiles(rill_iht *iht, int32_t n_tilings, const double *floats, int32_t n_floats,
                         const int32_t *wrap_widths, const int32_t *ints, int32_t n_ints,
                         bool is_read_only, int32_t *indices);
/// As `rill_tiles` without a table (tiles3 with a number for one): the hash of each tile modulo
/// `size`, which is also what a full table of that size answers for a new tile.
RILL_API void rill_tiles_hashed(int32_t size, int32_t n_tilings, const double *floats,
                                int32_t n_floats, const int32_t *wrap_widths, const int32_t *ints,
                                int32_t n_ints, int32_t *indices);

#ifdef __cplusplus
}
#endif
#endif
