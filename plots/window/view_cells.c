/// What has been learned about the cells of a grid or of a plane: values as colours, the policy as arrows.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
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

/// Where the colours from the lowest value to the highest stand, at the right of the values' room.
static area scale_area(view *self)
{
    const area room = view_sheet_room(self, self->values);
    const double u = self->unit;
    char low[32], high[32];
    view_format(self->field.low, low, sizeof low);
    view_format(self->field.high, high, sizeof high);
    const double text_width = fmax(paint_text_width(&self->paint, 12.0 * u, low),
                                   paint_text_width(&self->paint, 12.0 * u, high));
    const double right = room.right - fmax(text_width, 44.0 * u) - 8.0 * u;
    return (area){right - 14.0 * u, room.top, right, room.bottom};
}

static void draw_scale(view *self)
{
    const field *f = &self->field;
    const double u = self->unit, size = 12.0 * u;
    const area strip = scale_area(self);
    char text[32];
    enum { N_BANDS = 64 };
    for (int i = 0; i < N_BANDS && f->high >= f->low; i++) {
        const double height = (strip.bottom - strip.top) / N_BANDS;
        const area band = {strip.left, floor(strip.bottom - (i + 1) * height), strip.right,
                           floor(strip.bottom - i * height)};
        paint_rectangle(&self->paint, band, color_of_share(i / (N_BANDS - 1.0)));
    }
    if (f->high >= f->low) {
        view_format(f->high, text, sizeof text);
        paint_text(&self->paint, strip.right + 8.0 * u, strip.top + 7.0 * u, size, ALIGN_LEFT, text,
                   SOFT_INK);
        view_format(f->low, text, sizeof text);
        paint_text(&self->paint, strip.right + 8.0 * u, strip.bottom - 7.0 * u, size, ALIGN_LEFT,
                   text, SOFT_INK);
    }
}

/// Where the cells are: those of a grid are squares.
static area map_area(view *self)
{
    const field *f = &self->field;
    const double u = self->unit;
    area room = view_sheet_room(self, self->values);
    room.right = scale_area(self).left - 14.0 * u;
    if (f->kind == FIELD_PLANE) { // with numbers at its left and below
        return (area){room.left + 58.0 * u, room.top, room.right, room.bottom - 18.0 * u};
    }
    const double edge =
        fmin((room.right - room.left) / f->columns, (room.bottom - room.top) / f->rows);
    const double width = edge * f->columns, height = edge * f->rows;
    const double left = floor(0.5 * (room.left + room.right - width));
    const double top = floor(0.5 * (room.top + room.bottom - height));
    return (area){left, top, left + width, top + height};
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

int32_t view_value_cell(view *self, double x, double y)
{
    const field *f = &self->field;
    if (f->kind != FIELD_GRID && f->kind != FIELD_PLANE) {
        return -1;
    }
    const area map = map_area(self);
    int32_t found = -1;
    for (int32_t cell = 0; cell < f->rows * f->columns && found < 0; cell++) {
        found = area_contains(cell_area(f, map, cell), x, y) ? cell : -1;
    }
    return found;
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

void view_draw_grid(view *self)
{
    const field *f = &self->field;
    char title[64];
    snprintf(title, sizeof title, "%s%s", field_title(f),
             f->is_of_traces  ? ", over actions"
             : f->has_actions ? ", greedy action"
                              : "");
    view_draw_sheet(self, self->values, title);
    draw_scale(self);
    const area map = map_area(self);
    const double edge = (map.right - map.left) / f->columns;
    for (int32_t cell = 0; cell < f->rows * f->columns; cell++) {
        draw_grid_cell(self, cell_area(f, map, cell), cell, edge);
    }
    paint_frame(&self->paint, map, fmax(1.0, floor(self->unit)), SOFT_INK);
    const int32_t hovered = view_value_cell(self, self->mouse_x, self->mouse_y);
    if (hovered >= 0) {
        paint_frame(&self->paint, cell_area(f, map, hovered), 2.0 * self->unit, RILL_VERMILION);
        view_draw_tip(self, hovered);
    }
}

void view_draw_plane(view *self)
{
    const field *f = &self->field;
    const rill_env *env = self->learner->env;
    const rill_space *space = &env->observation_space;
    const double u = self->unit, size = 12.0 * u;
    char title[160], across[32], up[32];
    snprintf(title, sizeof title, "%s: %s across, %s up", field_title(f),
             view_name_observation(env, 0, across), view_name_observation(env, 1, up));
    view_draw_sheet(self, self->values, title);
    draw_scale(self);
    const area map = map_area(self);
    paint_rectangle(&self->paint, map, DESK);
    for (int32_t cell = 0; cell < f->rows * f->columns; cell++) {
        const area at = cell_area(f, map, cell);
        if (!isnan(f->values[cell])) {
            paint_rectangle(&self->paint, at, color_of(f, f->values[cell]));
        }
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
    const int32_t hovered = view_value_cell(self, self->mouse_x, self->mouse_y);
    if (hovered >= 0) {
        view_draw_tip(self, hovered);
    }
}
