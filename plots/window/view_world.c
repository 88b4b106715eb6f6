/// The left part: the environment, and the numbers of the run.
#include "plots/window/canvas.h"
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
        char name[32];
        snprintf(line, sizeof line, "%s:  %s", view_name_observation(env, i, name), number);
        paint_text(&self->paint, x, y + (i - 0.5 * (shown - 1)) * 30.0 * u, 18.0 * u, ALIGN_CENTRE,
                   line, INK);
    }
}

/// Whether the world is drawn from the layout of a grid.
static bool is_laid_out(const rill_env *env, rill_grid *grid)
{
    if (env->type->grid == NULL || env->type->draw != NULL) {
        return false;
    }
    env->type->grid(env->params, grid);
    return true;
}

/// Whether it is one whose cells would be too small to be seen.
static bool is_too_fine(const rill_env *env, area room)
{
    rill_grid grid;
    return is_laid_out(env, &grid) && (room.right - room.left < 3.0 * grid.columns ||
                                       room.bottom - room.top < 3.0 * grid.rows);
}

/// The way through the cells so far, the older the paler; where it jumps, there is none.
static void draw_way(view *self, const window_canvas *window)
{
    const trail *way = self->way;
    rill_grid grid;
    if (way == NULL || !is_laid_out(self->world, &grid)) {
        return;
    }
    const int64_t first = way->n > TRAIL_CELLS ? way->n - TRAIL_CELLS : 0;
    for (int64_t i = first; i + 1 < way->n; i++) {
        const int32_t a = way->cells[i % TRAIL_CELLS], b = way->cells[(i + 1) % TRAIL_CELLS];
        const int32_t rows = a / grid.columns - b / grid.columns;
        const int32_t columns = a % grid.columns - b % grid.columns;
        const double age = (double)(way->n - i) / TRAIL_CELLS;
        if (abs(rows) > 3 || abs(columns) > 1) {
            continue;
        }
        const double x[2] = {a % grid.columns + 0.5, b % grid.columns + 0.5};
        const double y[2] = {grid.rows - 0.5 - a / grid.columns,
                             grid.rows - 0.5 - b / grid.columns};
        rill_color color = RILL_BLUE;
        color.alpha = (uint8_t)(40.0 + 140.0 * fmax(0.0, 1.0 - age));
        paint_line(&self->paint, window_canvas_x(window, x[0]), window_canvas_y(window, y[0]),
                   window_canvas_x(window, x[1]), window_canvas_y(window, y[1]),
                   0.08 * window->scale, color);
    }
}

int32_t view_world_cell(const view *self, double x, double y)
{
    rill_grid grid;
    const area room = view_sheet_room(self, self->world_area);
    if (!is_laid_out(self->world, &grid) || is_too_fine(self->world, room)) {
        return -1;
    }
    // as core/draw.c shows it: cells of size 1 with a margin of 0.1
    const double scale = fmin((room.right - room.left) / (grid.columns + 0.2),
                              (room.bottom - room.top) / (grid.rows + 0.2));
    const double column = (x - 0.5 * (room.left + room.right)) / scale + 0.5 * grid.columns;
    const double row = (y - 0.5 * (room.top + room.bottom)) / scale + 0.5 * grid.rows;
    const bool is_inside = column >= 0.0 && row >= 0.0 && column < grid.columns && row < grid.rows;
    return is_inside ? (int32_t)row * grid.columns + (int32_t)column : -1;
}

/// What the world is, in words.
static const char *title_of(const view *self, char text[64])
{
    if (self->world_title != NULL) {
        return self->world_title;
    }
    const int32_t n = rill_agent_count_lanes(self->learner->agent);
    if (self->is_greedy || n == 1) {
        return self->is_greedy ? "Environment, the greedy policy acts"
                               : "Environment, as the agent learns";
    }
    snprintf(text, 64, "The first of %d environments, as the agent learns", (int)n);
    return text;
}

void view_draw_world(view *self)
{
    char text[64];
    const char *title = title_of(self, text);
    const area room = view_draw_sheet(self, self->world_area, title);
    window_canvas window;
    const rill_canvas canvas = window_canvas_open(&window, &self->paint, room);
    const bool is_drawn =
        !is_too_fine(self->world, room) && rill_env_draw(self->world, &canvas, NULL) == RILL_OK;
    if (is_drawn) {
        draw_way(self, &window);
    }
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
