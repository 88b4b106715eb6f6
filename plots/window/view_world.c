/// The left part: the environment, and the numbers of the run.
#include "plots/window/canvas.h"
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>

/// Of a world without a picture of its own: the observation in words.
static void describe(view *self, area room)
{
    const rill_env *env = self->world;
    const rill_space *space = &env->observation_space;
    const rill_observation observation = rill_env_observe(env);
    const double u = self->unit;
    const double x = 0.5 * (room.left + room.right), y = 0.5 * (room.top + room.bottom);
    char line[128], number[48];
    if (space->kind == RILL_SPACE_DISCRETE) {
        snprintf(line, sizeof line, "state %d of %d", (int)observation.index, (int)space->size);
        paint_text(&self->paint, x, y, 34.0 * u, ALIGN_CENTRE, line, INK);
        return;
    }
    const int shown = space->size < 12 ? space->size : 12;
    for (int i = 0; i < shown; i++) {
        view_format((double)observation.box[i], number, sizeof number);
        snprintf(line, sizeof line, "observation %d:  %s", i, number);
        paint_text(&self->paint, x, y + (i - 0.5 * (shown - 1)) * 30.0 * u, 18.0 * u, ALIGN_CENTRE,
                   line, INK);
    }
}

/// Whether the world is a grid whose cells would be too small to be seen.
static bool is_too_fine(const rill_env *env, area room)
{
    rill_grid grid = {1, 1, NULL};
    if (env->type->grid != NULL && env->type->draw == NULL) {
        env->type->grid(env->params, &grid);
    }
    return room.right - room.left < 3.0 * grid.columns || room.bottom - room.top < 3.0 * grid.rows;
}

void view_draw_world(view *self)
{
    const char *title = self->world_title != NULL ? self->world_title
                        : self->is_greedy         ? "Environment, the greedy policy acts"
                                                  : "Environment, as the agent learns";
    const area room = view_draw_sheet(self, self->world_area, title);
    window_canvas window;
    const rill_canvas canvas = window_canvas_open(&window, &self->paint, room);
    const bool is_drawn =
        !is_too_fine(self->world, room) && rill_env_draw(self->world, &canvas, NULL) == RILL_OK;
    window_canvas_close(&window);
    if (!is_drawn) {
        describe(self, room);
    }
}

/// A rate in force, or another number that agents have under a name of their own; NaN: this one has none.
static double ask_agent(const view *self, const char *name)
{
    int64_t index = 0;
    const rill_metric *metric = rill_metric_read(name, &index, NULL);
    const rill_metric_view look = {.agent = self->learner->agent, .index = index};
    return metric == NULL ? (double)NAN : metric->measure(&look);
}

enum { MAX_NUMBERS = 10 };

typedef struct number {
    const char *name;
    double value;
} number;

/// The numbers that there are; how many.
static int collect(const view *self, number *numbers)
{
    const sight *seen = &self->learner->seen;
    static const char *const rates[] = {"epsilon", "temperature", "alpha", "alpha_theta"};
    int n = 0;
    const bool is_over = atomic_load(&self->learner->is_over);
    numbers[n++] = (number){"episode", (double)(is_over ? seen->episodes : seen->episodes + 1)};
    numbers[n++] = (number){"step", (double)seen->steps};
    numbers[n++] = (number){"steps/s", self->steps_per_second};
    numbers[n++] = (number){"return so far", seen->episode_return};
    numbers[n++] = (number){"last return", seen->last_return};
    numbers[n++] = (number){"TD error", self->learner->agent->memory->td_error};
    for (int i = 0; i < 4 && n < 9; i++) {
        const double rate = ask_agent(self, rates[i]);
        if (!isnan(rate)) {
            numbers[n++] = (number){rates[i], rate};
        }
    }
    return n;
}

void view_draw_numbers(view *self)
{
    const area room = view_draw_sheet(self, self->numbers, "Run");
    const double u = self->unit;
    number numbers[MAX_NUMBERS];
    const int n = collect(self, numbers);
    const int columns = 3, rows = (n + columns - 1) / columns;
    const double width = (room.right - room.left) / columns;
    const double height = (room.bottom - room.top + 8.0 * u) / rows;
    for (int i = 0; i < n; i++) {
        const double x = room.left + width * (i % columns);
        const double y = room.top - 4.0 * u + height * (i / columns);
        char text[48];
        view_format(numbers[i].value, text, sizeof text);
        paint_text_within(&self->paint, x, y + 0.24 * height, fmin(12.0 * u, 0.36 * height),
                          width - 8.0 * u, numbers[i].name, SOFT_INK);
        paint_text_within(&self->paint, x, y + 0.66 * height, fmin(16.0 * u, 0.48 * height),
                          width - 8.0 * u, text, INK);
    }
}
