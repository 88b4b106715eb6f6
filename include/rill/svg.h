/// Pictures of environments as SVG files. (lab library)
#ifndef RILL_SVG_H
#define RILL_SVG_H

#include <rill/env.h>
#include <rill/status.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Draws the present state of an environment as one SVG document of a width in pixels.
/// RILL_INVALID (the environment cannot be drawn), RILL_IO.
RILL_API rill_status rill_svg_draw(const rill_env *env, int32_t width, FILE *stream,
                                   rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
