/// The layout of worlds that are a grid: what a picture of one needs to know.
#ifndef RILL_GRID_H
#define RILL_GRID_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rill_cell {
    RILL_CELL_FREE,
    RILL_CELL_WALL,   ///< cannot be entered
    RILL_CELL_HAZARD, ///< a cliff, hole or forbidden cell
    RILL_CELL_GOAL,
    RILL_CELL_START,
} rill_cell;

/// A grid of rows x columns whose cell (r, c) is state r * columns + c.
typedef struct rill_grid {
    int32_t rows, columns;
    /// The kind of cell of a state.
    rill_cell (*cell)(const void *params, int32_t state);
} rill_grid;

#ifdef __cplusplus
}
#endif
#endif
