/// What has been learned, in the way that suits its kind; here as bars, or in words.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>

/// A bar for each state or action, from 0, or from the lowest where all are far from it.
static void draw_bars(view *self)
{
    const field *f = &self->field;
    const double u = self->unit, size = 12.0 * u;
    const bool is_of_states = f->kind == FIELD_STATES;
    area room = view_draw_sheet(self, self->values,
                                f->kind == FIELD_PROBABILITIES ? "Policy in the present state"
                                : f->kind == FIELD_ACTIONS ? "Action values in the present state"
                                : f->is_of_traces          ? "Eligibility traces of each state"
                                : f->are_action_values     ? "Greatest action value of each state"
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
            view_name_action(self->learner->env, i, text, sizeof text);
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
        view_draw_tip(self, hovered);
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
        view_draw_grid(self);
        return;
    case FIELD_PLANE:
        view_draw_plane(self);
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
