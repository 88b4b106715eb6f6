/// What lies under the mouse: a cell in words, and its estimates.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *view_name_observation(const rill_env *env, int32_t dimension, char text[32])
{
    const char *const *names = env->type->observation_names;
    int32_t n = 0;
    while (names != NULL && n <= dimension && names[n] != NULL) {
        n++;
    }
    if (n > dimension) {
        return names[dimension];
    }
    snprintf(text, 32, "observation %d", (int)dimension);
    return text;
}

void view_name_action(const rill_env *env, int32_t action, char *text, size_t size)
{
    const char *const *names = env->type->action_names;
    if (names != NULL) {
        snprintf(text, size, "%s", names[action]);
    } else {
        snprintf(text, size, "action %d", (int)action);
    }
}

void view_draw_tip(view *self, int32_t cell)
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
            snprintf(name, sizeof name, "%s", f->is_of_traces ? "trace" : "value");
        } else {
            view_name_action(env, i, name, sizeof name);
        }
        snprintf(lines[n++], sizeof lines[0], "%s   %s%s", name, number,
                 count > 1 && i == f->actions[cell] ? "   greedy" : "");
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
