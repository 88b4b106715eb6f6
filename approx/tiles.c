#include <assert.h>
#include <math.h>
#include <rill/tiles.h>
#include <string.h>

/// The table, open addressing: 1 + the index of a tile, or 0.
static int32_t *slots_of(rill_iht *iht)
{
    return (int32_t *)(iht + 1);
}

/// A tile in the table: its number of coordinates, then these.
static int32_t *tile_of(rill_iht *iht, int32_t index)
{
    return slots_of(iht) + iht->n_slots + (ptrdiff_t)index * (iht->max_coordinates + 1);
}

static int32_t count_slots(int32_t size)
{
    int32_t n = 4;
    while (n < INT32_MAX / 4 && n / 2 < size) {
        n *= 2;
    }
    return n;
}

size_t rill_iht_bytes(int32_t size, int32_t max_coordinates)
{
    size_t n = (size_t)count_slots(size) + (size_t)size * ((size_t)max_coordinates + 1);
    return sizeof(rill_iht) + n * sizeof(int32_t);
}

void rill_iht_begin(rill_iht *iht, int32_t size, int32_t max_coordinates)
{
    assert(size >= 1 && size <= 1 << 28);
    iht->size = size;
    iht->max_coordinates = max_coordinates;
    iht->count = 0;
    iht->overfull_count = 0;
    iht->n_slots = count_slots(size);
    memset(slots_of(iht), 0, (size_t)iht->n_slots * sizeof(int32_t));
}

/// CPython's hash of a tuple of whole numbers (since 3.8: xxHash without its last mixing).
static uint64_t hash_of(const int32_t *coordinates, int32_t n)
{
    const uint64_t prime_1 = 11400714785074694791u, prime_2 = 14029467366897019727u,
                   prime_5 = 2870177450012600261u;
    uint64_t hash = prime_5;
    for (int32_t i = 0; i < n; i++) {
        // the hash of a whole number is the number, but -1 stands for an error
        const int64_t lane = coordinates[i] == -1 ? -2 : coordinates[i];
        hash += (uint64_t)lane * prime_2;
        hash = (hash << 31) | (hash >> 33);
        hash *= prime_1;
    }
    hash += (uint64_t)n ^ (prime_5 ^ 3527539u);
    return hash == UINT64_MAX ? 1546275796u : hash;
}

/// The hash as a signed number modulo m, with the sign of m.
static int32_t modulo(uint64_t hash, int32_t m)
{
    const uint64_t size = (uint64_t)m;
    if (hash >> 63 == 0) {
        return (int32_t)(hash % size);
    }
    const uint64_t below = (0 - hash) % size; // hash is -(0 - hash)
    return (int32_t)(below == 0 ? 0 : size - below);
}

int32_t rill_iht_index(rill_iht *iht, const int32_t *coordinates, int32_t n, bool is_read_only)
{
    assert(n <= iht->max_coordinates);
    const uint64_t hash = hash_of(coordinates, n);
    const uint32_t mask = (uint32_t)iht->n_slots - 1;
    int32_t *slots = slots_of(iht);
    uint32_t slot = (uint32_t)(hash >> 32) & mask;
    for (; slots[slot] != 0; slot = (slot + 1) & mask) {
        const int32_t index = slots[slot] - 1;
        const int32_t *tile = tile_of(iht, index);
        if (tile[0] == n && memcmp(tile + 1, coordinates, (size_t)n * sizeof *tile) == 0) {
            return index;
        }
    }
    if (is_read_only) {
        return -1;
    }
    if (iht->count == iht->size) {
        iht->overfull_count++;
        return modulo(hash, iht->size);
    }
    int32_t *tile = tile_of(iht, iht->count);
    tile[0] = n;
    memcpy(tile + 1, coordinates, (size_t)n * sizeof *tile);
    slots[slot] = ++iht->count;
    return iht->count - 1;
}

/// floor(x / n) for n > 0
static inline int64_t floor_divide(int64_t x, int32_t n)
{
    return x / n - (x % n < 0);
}

/// `rill_tiles`, or without a table `rill_tiles_hashed`.
static void find_tiles(rill_iht *iht, int32_t size, int32_t n_tilings, const double *floats,
                       int32_t n_floats, const int32_t *wrap_widths, const int32_t *ints,
                       int32_t n_ints, bool is_read_only, int32_t *indices)
{
    assert(n_floats + n_ints <= RILL_TILES_MAX_COORDINATES);
    const double limit = 1 << 30;
    // the first tiling's tile, and the place in it in parts of 1 / n_tilings of a tile
    int32_t first[RILL_TILES_MAX_COORDINATES], part[RILL_TILES_MAX_COORDINATES];
    int32_t coordinates[1 + RILL_TILES_MAX_COORDINATES];
    const int32_t n = 1 + n_floats + n_ints;
    for (int32_t i = 0; i < n_floats; i++) {
        const double x = floats[i] > limit ? limit : floats[i] > -limit ? floats[i] : -limit;
        const int64_t place = (int64_t)floor(x * n_tilings);
        first[i] = (int32_t)floor_divide(place, n_tilings);
        part[i] = (int32_t)(place - (int64_t)first[i] * n_tilings);
    }
    for (int32_t i = 0; i < n_ints; i++) {
        coordinates[1 + n_floats + i] = ints[i];
    }
    for (int32_t tiling = 0; tiling < n_tilings; tiling++) {
        // tiling t is displaced by t (1, 3, 5, ...) / n_tilings of a tile
        int32_t displacement = tiling;
        coordinates[0] = tiling;
        for (int32_t i = 0; i < n_floats; i++) {
            if (wrap_widths == NULL) {
                coordinates[1 + i] = first[i] + (part[i] + displacement) / n_tilings;
            } else {
                const int32_t c = first[i] + (part[i] + displacement % n_tilings) / n_tilings;
                const int32_t width = wrap_widths[i];
                coordinates[1 + i] = width == 0 ? c : (int32_t)(c - width * floor_divide(c, width));
            }
            displacement += 2 * tiling;
        }
        indices[tiling] = iht == NULL ? modulo(hash_of(coordinates, n), size)
                                      : rill_iht_index(iht, coordinates, n, is_read_only);
    }
}

void rill_tiles(rill_iht *iht, int32_t n_tilings, const double *floats, int32_t n_floats,
                const int32_t *wrap_widths, const int32_t *ints, int32_t n_ints, bool is_read_only,
                int32_t *indices)
{
    find_tiles(iht, 0, n_tilings, floats, n_floats, wrap_widths, ints, n_ints, is_read_only,
               indices);
}

void rill_tiles_hashed(int32_t size, int32_t n_tilings, const double *floats, int32_t n_floats,
                       const int32_t *wrap_widths, const int32_t *ints, int32_t n_ints,
                       int32_t *indices)
{
    find_tiles(NULL, size, n_tilings, floats, n_floats, wrap_widths, ints, n_ints, true, indices);
}
