/// What has been learned: values as colours, the policy as arrows, and what lies under the mouse.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Where an action leads to on a map, by its name: right and up.
static bool direction_of(const rill_env *env, int32_t action, double *x, double *y)
{
    static const struct {
        const char *name;
        double x, y;
    } table[] = {{"up", 0, 1},       {"right", 1, 0},       {"down", 0, -1},
                 {"left", -1, 0},    {"north", 0, 1},       {"east", 1, 0},
                 {"south", 0, -1},   {"west", -1, 0},       {"up_right", 1, 1},
                 {"up_left", -1, 1}, {"down_right", 1, -1}, {"down_left", -1, -1}};
    const char *const *names = env->type->action_names;
    for (size_t i = 0; names != NULL && i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(names[action], table[i].name) == 0) {
            *x = table[i].x;
            *y = table[i].y;
            return true;
        }
    }
    return false;
}

static void name_action(const rill_env *env, int32_t action, char *text, size_t size)
{
    const char *const *names = env->type->action_names;
    if (names != NULL) {
        snprintf(text, size, "%s", names[action]);
    } else {
        snprintf(text, size, "action %d", (int)action);
    }
}

/// The colour of a value among the others.
static rill_color color_of(const field *f, double value)
{
    return color_of_share(f->high > f->low ? (value - f->low) / (f->high - f->low) : 0.5);
}

/// Black or white, whichever is read better on a colour.
static rill_color ink_on(rill_color color)
{
    return 0.30 * color.red + 0.59 * color.green + 0.11 * color.blue > 140.0 ? RILL_BLACK
                                                                             : RILL_WHITE;
}

static void draw_arrow(view *self, double x, double y, double size, double right, double up,
                       rill_color color)
{
    const double length = sqrt(right * right + up * up), a = right / length, b = -up / length;
    const double half = 0.30 * size, head = 0.20 * size;
    const double tip_x = x + a * half, tip_y = y + b * half;
    const double neck_x = tip_x - a * head, neck_y = tip_y - b * head;
    const double points[] = {tip_x,
                             tip_y,
                             neck_x - b * 0.7 * head,
                             neck_y + a * 0.7 * head,
                             neck_x + b * 0.7 * head,
                             neck_y - a * 0.7 * head};
    paint_line(&self->paint, x - a * half, y - b * half, neck_x, neck_y, 0.08 * size, color);
    paint_polygon(&self->paint, points, 3, color);
}

/// A strip with the colours from the lowest value to the highest, at the right of the room; answers the rest.
static area draw_scale(view *self, area room)
{
    const field *f = &self->field;
    const double u = self->unit;
    char low[32], high[32];
    view_format(f->low, low, sizeof low);
    view_format(f->high, high, sizeof high);
    const double size = 12.0 * u;
    const double text_width =
        fmax(paint_text_width(&self->paint, size, low), paint_text_width(&self->paint, size, high));
    const double right = room.right - fmax(text_width, 44.0 * u) - 8.0 * u;
    const area strip = {right - 14.0 * u, room.top, right, room.bottom};
    enum { N_BANDS = 64 };
    for (int i = 0; i < N_BANDS && f->high >= f->low; i++) {
        const double height = (strip.bottom - strip.top) / N_BANDS;
        const area band = {strip.left, floor(strip.bottom - (i + 1) * height), strip.right,
                           floor(strip.bottom - i * height)};
        paint_rectangle(&self->paint, band, color_of_share(i / (N_BANDS - 1.0)));
    }
    if (f->high >= f->low) {
        paint_text(&self->paint, right + 8.0 * u, room.top + 7.0 * u, size, ALIGN_LEFT, high,
                   SOFT_INK);
        paint_text(&self->paint, right + 8.0 * u, room.bottom - 7.0 * u, size, ALIGN_LEFT, low,
                   SOFT_INK);
    }
    room.right = strip.left - 14.0 * u;
    return room;
}

/// The rectangle of a cell, at whole pixels so that neighbours meet.
static area cell_area(const field *f, area map, int32_t cell)
{
    const double width = (map.right - map.left) / f->columns;
    const double height = (map.bottom - map.top) / f->rows;
    const int32_t row = cell / f->columns, column = cell % f->columns;
    return (area){floor(map.left + column * width), floor(map.top + row * height),
                  floor(map.left + (column + 1) * width), floor(map.top + (row + 1) * height)};
}

/// What is under the mouse: the cell in words, and its estimates.
static void draw_tip(view *self, int32_t cell)
{
    enum { MAX_LINES = 8 };
    const field *f = &self->field;
    const rill_agent *agent = self->learner->agent;
    const rill_env *env = self->learner->env;
    const double u = self->unit, size = 13.0 * u;
    char lines[MAX_LINES][128], name[40], number[32], second[32];
    float point[2] = {0.0F, 0.0F};
    double *values = calloc((size_t)field_count(agent) + 1, sizeof *values);
    if (values == NULL) {
        return;
    }
    field_look(f, env, agent, cell, values, point);
    int n = 0;
    if (f->kind == FIELD_PLANE) {
        view_format((double)point[0], number, sizeof number);
        view_format((double)point[1], second, sizeof second);
        snprintf(lines[n++], sizeof lines[0], "at (%s, %s)", number, second);
    } else if (f->kind == FIELD_GRID) {
        snprintf(lines[n++], sizeof lines[0], "state %d: row %d, column %d", (int)cell,
                 (int)(cell / f->columns), (int)(cell % f->columns));
    } else {
        snprintf(lines[n++], sizeof lines[0], "state %d", (int)cell);
    }
    const int32_t count = rill_agent_n_values(agent);
    for (int32_t i = 0; i < count && n < MAX_LINES; i++) {
        if (values[i] == RILL_UNAVAILABLE) {
            continue;
        }
        view_format(values[i], number, sizeof number);
        if (count == 1) {
            snprintf(name, sizeof name, "value");
        } else {
            name_action(env, i, name, sizeof name);
        }
        snprintf(lines[n++], sizeof lines[0], "%s   %s%s", name, number,
                 i == f->actions[cell] ? "   greedy" : "");
    }
    free(values);
    double width = 0.0;
    for (int i = 0; i < n; i++) {
        width = fmax(width, paint_text_width(&self->paint, size, lines[i]));
    }
    area box = {self->mouse_x + 14.0 * u, self->mouse_y + 14.0 * u, 0.0, 0.0};
    const double height = (n * 19.0 + 14.0) * u;
    width += 20.0 * u;
    box.left = fmin(box.left, self->paint.picture.width - width - 2.0);
    if (box.top + height > self->paint.picture.height - 2.0) {
        box.top = self->mouse_y - 8.0 * u - height;
    }
    box.right = box.left + width;
    box.bottom = box.top + height;
    paint_rectangle(&self->paint, box, (rill_color){34, 38, 44, 235});
    for (int i = 0; i < n; i++) {
        paint_text(&self->paint, box.left + 10.0 * u, box.top + (16.0 + 19.0 * i) * u, size,
                   ALIGN_LEFT, lines[i], RILL_WHITE);
    }
}

static rill_color color_of_kind(rill_cell kind)
{
    return kind == RILL_CELL_WALL     ? RILL_GREY
           : kind == RILL_CELL_GOAL   ? RILL_GREEN
           : kind == RILL_CELL_HAZARD ? RILL_ORANGE
                                      : PAPER;
}

static void draw_grid_cell(view *self, area at, int32_t cell, double edge)
{
    const field *f = &self->field;
    const rill_env *env = self->learner->env;
    rill_grid grid;
    env->type->grid(env->params, &grid);
    const rill_cell kind = grid.cell(env->params, cell);
    const double value = f->values[cell];
    const rill_color color = isnan(value) ? color_of_kind(kind) : color_of(f, value);
    const double x = 0.5 * (at.left + at.right), y = 0.5 * (at.top + at.bottom);
    double right, up;
    paint_rectangle(&self->paint, at, color);
    if (kind == RILL_CELL_HAZARD) {
        paint_frame(&self->paint, at, fmax(2.0, 0.08 * edge), RILL_ORANGE);
    } else if (edge > 5.0) {
        paint_frame(&self->paint, at, 1.0, (rill_color){120, 120, 120, 90});
    }
    if (kind == RILL_CELL_GOAL && edge > 10.0) {
        paint_text(&self->paint, x, y, 0.5 * edge, ALIGN_CENTRE, "G", RILL_WHITE);
    }
    const int32_t action = f->actions[cell];
    if (action >= 0 && edge > 9.0) {
        if (direction_of(env, action, &right, &up)) {
            draw_arrow(self, x, y, edge, right, up, ink_on(color));
        } else {
            paint_circle(&self->paint, x, y, 0.12 * edge, ink_on(color));
        }
    }
}

static void draw_grid(view *self)
{
    const field *f = &self->field;
    area room =
        view_draw_sheet(self, self->values,
                        f->has_actions ? "Greatest action value, greedy action" : "State value");
    room = draw_scale(self, room);
    const double edge =
        fmin((room.right - room.left) / f->columns, (room.bottom - room.top) / f->rows);
    const double width = edge * f->columns, height = edge * f->rows;
    const double left = floor(0.5 * (room.left + room.right - width));
    const double top = floor(0.5 * (room.top + room.bottom - height));
    const area map = {left, top, left + width, top + height};
    int32_t hovered = -1;
    for (int32_t cell = 0; cell < f->rows * f->columns; cell++) {
        const area at = cell_area(f, map, cell);
        draw_grid_cell(self, at, cell, edge);
        hovered = area_contains(at, self->mouse_x, self->mouse_y) ? cell : hovered;
    }
    paint_frame(&self->paint, map, fmax(1.0, floor(self->unit)), SOFT_INK);
    if (hovered >= 0) {
        paint_frame(&self->paint, cell_area(f, map, hovered), 2.0 * self->unit, RILL_VERMILION);
        draw_tip(self, hovered);
    }
}

static void draw_plane(view *self)
{
    const field *f = &self->field;
    const rill_env *env = self->learner->env;
    const rill_space *space = &env->observation_space;
    const double u = self->unit, size = 12.0 * u;
    area room =
        view_draw_sheet(self, self->values,
                        f->has_actions ? "Greatest action value, observation 0 across and 1 up"
                                       : "State value, observation 0 across and 1 up");
    room = draw_scale(self, room);
    const area map = {room.left + 58.0 * u, room.top, room.right, room.bottom - 18.0 * u};
    int32_t hovered = -1;
    paint_rectangle(&self->paint, map, DESK);
    for (int32_t cell = 0; cell < f->rows * f->columns; cell++) {
        const area at = cell_area(f, map, cell);
        if (!isnan(f->values[cell])) {
            paint_rectangle(&self->paint, at, color_of(f, f->values[cell]));
        }
        hovered = area_contains(at, self->mouse_x, self->mouse_y) ? cell : hovered;
    }
    char text[32];
    view_format(space->low[0], text, sizeof text);
    paint_text(&self->paint, map.left, map.bottom + 13.0 * u, size, ALIGN_LEFT, text, SOFT_INK);
    view_format(space->high[0], text, sizeof text);
    paint_text(&self->paint, map.right, map.bottom + 13.0 * u, size, ALIGN_RIGHT, text, SOFT_INK);
    view_format(space->low[1], text, sizeof text);
    paint_text(&self->paint, map.left - 7.0 * u, map.bottom - 7.0 * u, size, ALIGN_RIGHT, text,
               SOFT_INK);
    view_format(space->high[1], text, sizeof text);
    paint_text(&self->paint, map.left - 7.0 * u, map.top + 7.0 * u, size, ALIGN_RIGHT, text,
               SOFT_INK);
    const float *here = rill_env_observe(self->world).box;
    const double x = map.left + ((double)here[0] - space->low[0]) /
                                    (space->high[0] - space->low[0]) * (map.right - map.left);
    const double y = map.bottom - ((double)here[1] - space->low[1]) /
                                      (space->high[1] - space->low[1]) * (map.bottom - map.top);
    paint_circle(&self->paint, x, y, 6.5 * u, RILL_WHITE);
    paint_circle(&self->paint, x, y, 4.5 * u, RILL_VERMILION);
    if (hovered >= 0) {
        draw_tip(self, hovered);
    }
}

/// A bar for each state or action, from 0, or from the lowest where all are far from it.
static void draw_bars(view *self)
{
    const field *f = &self->field;
    const double u = self->unit, size = 12.0 * u;
    const bool is_of_states = f->kind == FIELD_STATES;
    area room = view_draw_sheet(self, self->values,
                                f->kind == FIELD_PROBABILITIES ? "Policy in the present state"
                                : f->kind == FIELD_ACTIONS ? "Action values in the present state"
                                : f->has_actions           ? "Greatest action value of each state"
                                                           : "Value of each state");
    double low = fmin(f->low, 0.0), high = fmax(f->high, 0.0);
    if (f->kind == FIELD_PROBABILITIES) {
        high = 1.0;
    } else if (f->low > f->high) {
        low = 0.0;
        high = 1.0;
    }
    high = high > low ? high : low + 1.0;
    const area plot = {room.left + 58.0 * u, room.top + 4.0 * u, room.right,
                       room.bottom - 20.0 * u};
    const double width = (plot.right - plot.left) / f->columns;
    const double scale = (plot.bottom - plot.top) / (high - low);
    const double base = plot.bottom + low * scale;
    char text[48];
    int32_t hovered = -1;
    for (int32_t i = 0; i < f->columns; i++) {
        const double left = plot.left + i * width, middle = left + 0.5 * width;
        const double bar = fmin(0.8 * width, 90.0 * u);
        const double y = base - f->values[i] * scale;
        const bool is_greedy = !is_of_states && f->actions[i] == i;
        const area at = {middle - 0.5 * bar, fmin(y, base), middle + 0.5 * bar, fmax(y, base)};
        if (!isnan(f->values[i])) {
            paint_rectangle(&self->paint, at, is_greedy ? RILL_ORANGE : RILL_SKY_BLUE);
        }
        if (area_contains((area){left, plot.top, left + width, plot.bottom}, self->mouse_x,
                          self->mouse_y)) {
            hovered = i;
        }
        if (is_of_states || self->learner->env->type->action_names == NULL) {
            snprintf(text, sizeof text, "%d", (int)i);
        } else {
            name_action(self->learner->env, i, text, sizeof text);
        }
        const int skip = 1 + (int)((is_of_states ? 34.0 : 20.0) * u / width);
        if (i % skip == 0) {
            paint_text(&self->paint, middle, plot.bottom + 13.0 * u, size, ALIGN_CENTRE, text,
                       SOFT_INK);
        }
    }
    paint_rectangle(&self->paint, (area){plot.left, floor(base), plot.right, floor(base) + 1.0},
                    SOFT_INK);
    view_format(high, text, sizeof text);
    paint_text(&self->paint, plot.left - 8.0 * u, plot.top + 4.0 * u, size, ALIGN_RIGHT, text,
               SOFT_INK);
    view_format(low, text, sizeof text);
    paint_text(&self->paint, plot.left - 8.0 * u, plot.bottom - 4.0 * u, size, ALIGN_RIGHT, text,
               SOFT_INK);
    if (is_of_states) {
        const int32_t state = rill_env_observe(self->world).index;
        paint_circle(&self->paint, plot.left + (state + 0.5) * width, base, 5.0 * u,
                     RILL_VERMILION);
    }
    if (hovered >= 0 && is_of_states) {
        draw_tip(self, hovered);
    }
}

/// Of states that no picture holds: the value of the present one, and the action that is thought best there.
static void draw_in_words(view *self)
{
    const area room = view_draw_sheet(self, self->values, "In the present state");
    const rill_agent *agent = self->learner->agent;
    const rill_observation here = rill_env_observe(self->world);
    const double u = self->unit, width = room.right - room.left;
    char line[160], number[32];
    double y = room.top + 16.0 * u;
    if (rill_agent_n_values(agent) == 1 && !agent->type->learns_no_values) {
        double value = 0.0;
        rill_agent_values(agent, here, &value);
        view_format(value, number, sizeof number);
        snprintf(line, sizeof line, "value   %s", number);
        paint_text_within(&self->paint, room.left, y, 16.0 * u, width, line, INK);
        y += 30.0 * u;
    }
    if (agent->action_space.kind == RILL_SPACE_BOX) {
        const rill_action action = rill_agent_act_greedily(agent, here);
        for (int i = 0; i < agent->action_space.size && y < room.bottom; i++) {
            view_format((double)action.box[i], number, sizeof number);
            snprintf(line, sizeof line, "greedy action %d   %s", i, number);
            paint_text_within(&self->paint, room.left, y, 16.0 * u, width, line, INK);
            y += 30.0 * u;
        }
    }
}

void view_draw_values(view *self)
{
    switch (self->field.kind) {
    case FIELD_GRID:
        draw_grid(self);
        return;
    case FIELD_PLANE:
        draw_plane(self);
        return;
    case FIELD_STATES:
    case FIELD_ACTIONS:
    case FIELD_PROBABILITIES:
        draw_bars(self);
        return;
    case FIELD_NONE:
        break;
    }
    draw_in_words(self);
}
