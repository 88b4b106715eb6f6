/// Tile coding: several grids over the state, each displaced against the others; the active features
/// are the tiles that the state falls into, one a tiling.
///
/// Sutton & Barto (2018), section 9.5.4; displacements (1, 3, 5, ...) as Miller and Glanz (1996)
/// recommend. With `table_size` tiles get their indices from a table of that size in the order in
/// which they are met, as Sutton's tiles3; without, every tile has an index of its own.
#include "approx/scaling.h"
#include "core/memory.h"

#include <rill/policy.h>
#include <rill/tiles.h>

enum { MAX_TILINGS = 1024 };

typedef struct tile_coding_params {
    scaling scaling;
    rill_list tiles;
    rill_list wrap;
    int64_t tilings;
    int64_t table_size;
    bool scale_step_size;
    // derived
    int32_t n_tiles[MAX_DIMENSIONS];     ///< a tiling has across each dimension
    bool is_wrapped[MAX_DIMENSIONS];     ///< the dimension is a circle
    int32_t width[MAX_DIMENSIONS];       ///< indices across: one more, for the displaced, on a line
    int32_t wrap_widths[MAX_DIMENSIONS]; ///< as rill_tiles wants them
    bool has_circle;
    int32_t stride[MAX_DIMENSIONS]; ///< of a tile in its grid
    int32_t n_places;               ///< of a grid
    int32_t shift;                  ///< the number of tilings is 2^shift; else -1
    int32_t *origins;               ///< (tilings) first index of each
    int32_t *thresholds; ///< (dim, tilings) parts of a tile from which a tiling is one tile further
} tile_coding_params;

static const rill_param tile_coding_param_table[] = {
    SCALING_PARAMS,
    RILL_INTEGER(tile_coding_params, tilings, "8", 1, MAX_TILINGS, "number of tilings"),
    RILL_INTEGERS(tile_coding_params, tiles, "8", 1, 1 << 20,
                  "of a tiling across the range, for all dimensions or for each"),
    RILL_INTEGERS(tile_coding_params, wrap, "0", 0, 1,
                  "1: the dimension is a circle, its ends meet; for all or for each"),
    RILL_INTEGER(tile_coding_params, table_size, "0", 0, 1 << 28,
                 "of the table that tiles get their indices from, shared where it is full; 0: an "
                 "index for every tile"),
    RILL_BOOL(tile_coding_params, scale_step_size, "false",
              "alpha is divided by the number of tilings"),
    RILL_PARAM_END,
};

static rill_status prepare_dimensions(tile_coding_params *p, double *n_features, rill_error *error)
{
    rill_status status = scaling_check_list(&p->scaling, &p->tiles, "tiles", error);
    if (status == RILL_OK) {
        status = scaling_check_list(&p->scaling, &p->wrap, "wrap", error);
    }
    *n_features = (double)p->tilings;
    for (int32_t i = 0; i < p->scaling.dim && status == RILL_OK; i++) {
        p->n_tiles[i] = (int32_t)scaling_element(&p->tiles, i);
        p->is_wrapped[i] = scaling_element(&p->wrap, i) != 0.0;
        p->width[i] = p->n_tiles[i] + (p->is_wrapped[i] ? 0 : 1);
        p->wrap_widths[i] = p->is_wrapped[i] ? p->n_tiles[i] : 0;
        p->has_circle = p->has_circle || p->is_wrapped[i];
        p->scaling.unit[i] = (double)p->n_tiles[i] * (double)p->tilings;
        *n_features *= p->width[i];
    }
    return status;
}

/// What direct indexing looks up. Tiling t is displaced by t (1, 3, 5, ...) parts of a tile; whole
/// tiles do not count.
static rill_status prepare_grid(tile_coding_params *p, rill_error *error)
{
    const int64_t n_tilings = p->tilings;
    p->origins =
        rill_memory_take(((size_t)p->scaling.dim + 1) * (size_t)n_tilings * sizeof(int32_t));
    if (p->origins == NULL) {
        return rill_error_no_memory(error);
    }
    p->thresholds = p->origins + n_tilings;
    p->n_places = 1;
    p->shift = -1;
    for (int32_t i = 0; i < 11; i++) {
        p->shift = n_tilings == INT64_C(1) << i ? i : p->shift;
    }
    for (int32_t i = p->scaling.dim - 1; i >= 0; i--) {
        p->stride[i] = p->n_places;
        p->n_places *= p->width[i];
        for (int64_t tiling = 0; tiling < n_tilings; tiling++) {
            const int64_t displacement = tiling * (2 * i + 1) % n_tilings;
            p->thresholds[i * n_tilings + tiling] = (int32_t)(n_tilings - displacement);
        }
    }
    for (int64_t tiling = 0; tiling < n_tilings; tiling++) {
        p->origins[tiling] = (int32_t)(tiling * p->n_places);
    }
    return RILL_OK;
}

static rill_status tile_coding_prepare(rill_features *features, rill_error *error)
{
    tile_coding_params *p = features->params;
    double n_features = 0.0;
    rill_status status = scaling_prepare(&p->scaling, features, error);
    status = status == RILL_OK ? prepare_dimensions(p, &n_features, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    if (p->table_size == 0 && n_features > 1 << 28) {
        return rill_error_set(error, RILL_INVALID, "table_size",
                              "%.3g tiles are too many for an index each; give the size of a table",
                              n_features);
    }
    if (p->scaling.dim > RILL_TILES_MAX_COORDINATES) {
        return rill_error_set(error, RILL_INVALID, "", "at most %d dimensions can be tiled",
                              RILL_TILES_MAX_COORDINATES);
    }
    if (p->table_size == 0) {
        status = prepare_grid(p, error);
        if (status != RILL_OK) {
            return status;
        }
    }
    features->size = p->table_size > 0 ? (int32_t)p->table_size : (int32_t)n_features;
    features->n_active = (int32_t)p->tilings;
    features->recommended_scale = 1.0 / (double)p->tilings;
    features->step_scale = p->scale_step_size ? features->recommended_scale : 1.0;
    if (p->table_size > 0) {
        features->memory_size = rill_iht_bytes(features->size, p->scaling.dim + 1);
    }
    return RILL_OK;
}

static void tile_coding_release(void *params)
{
    tile_coding_params *p = params;
    scaling_release(&p->scaling);
    rill_memory_release(p->origins);
}

/// Each tile has its own index: tiling, then the tile's place in its grid, row-major. With a constant
/// `dim` the loop over tilings becomes one of vectors. `x` (dim) is in parts of 1 / n_tilings of a tile.
static RILL_ALWAYS_INLINE int32_t encode_grid(const tile_coding_params *p, const double *x,
                                              int32_t *restrict indices, int32_t dim)
{
    const int32_t n_tilings = (int32_t)p->tilings, *origins = p->origins;
    const int32_t *thresholds = p->thresholds;
    int32_t place = 0; // of the first tiling's tile, which the other tilings are displaced from
    int32_t part[MAX_DIMENSIONS], step[MAX_DIMENSIONS];
    for (int32_t i = 0; i < dim; i++) {
        const int32_t parts = (int32_t)x[i];
        int32_t tile = p->shift >= 0 ? parts >> p->shift : parts / n_tilings;
        part[i] = parts - tile * n_tilings;
        tile = tile == p->width[i] ? 0 : tile; // the end of a circle is its beginning
        const int32_t next = tile + 1 == p->width[i] ? 0 : tile + 1;
        step[i] = (next - tile) * p->stride[i];
        place += tile * p->stride[i];
    }
    for (int32_t tiling = 0; tiling < n_tilings; tiling++) {
        int32_t index = origins[tiling] + place;
        for (int32_t i = 0; i < dim; i++) {
            index += step[i] & -(part[i] >= thresholds[i * n_tilings + tiling]);
        }
        indices[tiling] = index;
    }
    return n_tilings;
}

static inline int32_t encode_directly(const tile_coding_params *p, const double *x,
                                      int32_t *indices)
{
    RILL_WITH_CONSTANT(p->scaling.dim, encode_grid, p, x, indices)
}

/// Tiles get their indices from the table. `x` as above.
static int32_t encode_by_table(const rill_features *features, rill_iht *iht, bool is_frozen,
                               double *x, int32_t *indices)
{
    const tile_coding_params *p = features->params;
    const int32_t n_tilings = (int32_t)p->tilings;
    if (iht->size == 0 && is_frozen) {
        return 0; // nothing is known yet
    }
    if (iht->size == 0) {
        rill_iht_begin(iht, features->size, p->scaling.dim + 1);
    }
    for (int32_t i = 0; i < p->scaling.dim; i++) {
        // the middle of the part, so that rounding does not matter
        x[i] = ((int32_t)x[i] + 0.5) / n_tilings;
    }
    const int32_t *wrap_widths = p->has_circle ? p->wrap_widths : NULL;
    rill_tiles(iht, n_tilings, x, p->scaling.dim, wrap_widths, NULL, 0, is_frozen, indices);
    if (is_frozen && iht->count == iht->size) {
        // a full table answers new tiles as it does while learning
        int32_t hashed[MAX_TILINGS];
        rill_tiles_hashed(iht->size, n_tilings, x, p->scaling.dim, wrap_widths, NULL, 0, hashed);
        for (int32_t tiling = 0; tiling < n_tilings; tiling++) {
            indices[tiling] = indices[tiling] < 0 ? hashed[tiling] : indices[tiling];
        }
    }
    int32_t n = 0;
    for (int32_t tiling = 0; tiling < n_tilings; tiling++) {
        indices[n] = indices[tiling];
        n += indices[tiling] >= 0;
    }
    return n;
}

static int32_t tile_coding_encode(const rill_features *features, void *memory, bool is_frozen,
                                  rill_observation observation, int32_t *indices, double *values)
{
    (void)values;
    const tile_coding_params *p = features->params;
    double x[MAX_DIMENSIONS];
    scaling_apply(&p->scaling, features, observation, x);
    return p->table_size == 0 ? encode_directly(p, x, indices)
                              : encode_by_table(features, memory, is_frozen, x, indices);
}

extern const rill_features_type rill_features_tile_coding;
const rill_features_type rill_features_tile_coding = {
    .id = "tile_coding",
    .summary = "tilings displaced against each other: one active tile in each",
    .source = "Sutton & Barto (2018), section 9.5.4; Sutton's tiles3",
    .params = tile_coding_param_table,
    .params_size = sizeof(tile_coding_params),
    .prepare = tile_coding_prepare,
    .release = tile_coding_release,
    .encode = tile_coding_encode,
};
