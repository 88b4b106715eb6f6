/// Pictures of grid worlds in a terminal. (lab library)
#ifndef RILL_TEXT_VIEW_H
#define RILL_TEXT_VIEW_H

#include <rill/env.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What to draw besides the cells; members that are NULL are left out.
typedef struct rill_text_view {
    const double *values;  ///< (n_states) a number in each cell
    const int32_t *policy; ///< (n_states) an action in each cell, as an arrow; negative: none
    const int32_t *path;   ///< (n_path) states to mark, in the order of a walk
    int32_t n_path;
    int32_t columns; ///< of text that there is room for; 0: 200
    bool is_plain;   ///< ASCII only (^ > v < o #), for terminals without Unicode
    bool has_color;  ///< ANSI colours: values from low to high, hazards, goal
} rill_text_view;

/// Draws a grid world (an environment whose type offers `grid`), one line of text a row or more.
/// RILL_INVALID when the environment is no grid.
RILL_API rill_status rill_text_view_draw(const rill_env *env, const rill_text_view *view,
                                         FILE *stream, rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
