/// The valley that both mountain cars drive in.
#ifndef RILL_ENVS_MOUNTAIN_H
#define RILL_ENVS_MOUNTAIN_H

#include <math.h>
#include <rill/env_define.h>
#include <rill/math.h>

#define MOUNTAIN_LEFT (-1.2)    // an inelastic wall
#define MOUNTAIN_RIGHT 0.6      // a limit of the position alone
#define MOUNTAIN_MAX_SPEED 0.07 // per step
#define MOUNTAIN_GRAVITY 0.0025 // per step, on the steepest slope

static inline double mountain_clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/// The height of the ground, y = 0.45 sin(3 x) + 0.55, whose slope is in proportion to the cos(3 x)
/// of the dynamics.
static inline double mountain_height(double x)
{
    return 0.45 * rill_sin(3.0 * x) + 0.55;
}

/// Draws the ground, a flag at the goal and the car.
static inline void mountain_draw(const rill_canvas *canvas, double position, double goal)
{
    enum { CORNERS = 61 };
    double ground[2 * (CORNERS + 2)];
    for (int i = 0; i < CORNERS; i++) {
        ground[2 * i] = MOUNTAIN_LEFT + (MOUNTAIN_RIGHT - MOUNTAIN_LEFT) * i / (CORNERS - 1);
        ground[2 * i + 1] = mountain_height(ground[2 * i]);
    }
    double *bottom = &ground[2 * CORNERS];
    bottom[0] = MOUNTAIN_RIGHT;
    bottom[2] = MOUNTAIN_LEFT;
    bottom[1] = bottom[3] = 0.0;
    canvas->view(canvas->context, MOUNTAIN_LEFT - 0.1, 0.0, MOUNTAIN_RIGHT + 0.1, 1.25);
    canvas->polygon(canvas->context, ground, CORNERS + 2, RILL_LIGHT_GREY);
    for (int i = 0; i + 1 < CORNERS; i++) {
        const double *a = &ground[2 * i];
        canvas->line(canvas->context, a[0], a[1], a[2], a[3], 0.01, RILL_GREY);
    }

    const double foot = mountain_height(goal), top = foot + 0.15;
    const double flag[] = {goal, top, goal, top - 0.06, goal + 0.08, top - 0.03};
    canvas->line(canvas->context, goal, foot, goal, top, 0.01, RILL_BLACK);
    canvas->polygon(canvas->context, flag, 3, RILL_GREEN);

    // the car, along the tangent (tx, ty) and the normal (-ty, tx) of the ground
    const double slope = 1.35 * rill_cos(3.0 * position);
    const double tx = 1.0 / sqrt(1.0 + slope * slope), ty = slope * tx;
    const double wheel = 0.02;
    const double x = position - wheel * ty, y = mountain_height(position) + wheel * tx;
    canvas->line(canvas->context, x - 0.03 * tx - 0.02 * ty, y - 0.03 * ty + 0.02 * tx,
                 x + 0.03 * tx - 0.02 * ty, y + 0.03 * ty + 0.02 * tx, 0.04, RILL_BLUE);
    for (int side = -1; side <= 1; side += 2) {
        canvas->circle(canvas->context, x + side * 0.03 * tx, y + side * 0.03 * ty, wheel,
                       RILL_BLACK);
    }
}

#endif
