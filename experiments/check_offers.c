/// Checks of what an environment may offer beside its steps: Jacobians and drawing.
#include "experiments/check_env.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- Jacobians ----

/// One step of a system of n state values and m action values, for finite differences.
typedef struct system {
    rill_env *env;
    int32_t n, m;
    double *state;   ///< (n) before the step
    float *action;   ///< (m)
    double *next[3]; ///< (n + 1) after it, the reward last: at the point, before and behind it
} system;

static bool system_take(check *c, system *s)
{
    s->env = check_clone_limited(c, c->options.seed, 0);
    s->n = c->env->n_state_values;
    s->m = c->env->action_space.size;
    s->state = check_take(c, (size_t)s->n * sizeof *s->state);
    s->action = check_take(c, (size_t)s->m * sizeof *s->action);
    bool is_room = s->env != NULL && s->state != NULL && s->action != NULL;
    for (int i = 0; i < 3; i++) {
        s->next[i] = check_take(c, ((size_t)s->n + 1) * sizeof *s->next[i]);
        is_room = is_room && s->next[i] != NULL;
    }
    return is_room;
}

/// The step from the present state and action; false where that is no state.
static bool system_step(system *s, uint64_t seed, int which)
{
    if (rill_env_set_state(s->env, s->state, NULL) != RILL_OK) {
        return false;
    }
    rill_outcome outcome = {0};
    rill_env_seed(s->env, seed); // the same noise, where there is any
    rill_env_step(s->env, (rill_action){.box = s->action}, &outcome);
    s->env->type->get_state(s->env->params, s->env->state, s->next[which]);
    s->next[which][s->n] = outcome.reward;
    return true;
}

/// Steps a little to either side of input j: the first n are the state, then comes the action.
/// Answers the distance, 0 where the system does not go there.
static double system_difference(system *s, uint64_t seed, int32_t j)
{
    double h = 0.0;
    bool is_room = true;
    if (j < s->n) {
        const double x = s->state[j];
        h = 1e-5 * (fabs(x) > 1.0 ? fabs(x) : 1.0);
        s->state[j] = x - h;
        is_room = system_step(s, seed, 1);
        s->state[j] = x + h;
        is_room = is_room && system_step(s, seed, 2);
        s->state[j] = x;
    } else {
        const float x = s->action[j - s->n];
        h = 0x1p-10; // actions are multiples of it, so that float32 does not round
        s->action[j - s->n] = x - 0x1p-10f;
        is_room = system_step(s, seed, 1);
        s->action[j - s->n] = x + 0x1p-10f;
        is_room = is_room && system_step(s, seed, 2);
        s->action[j - s->n] = x;
    }
    return is_room ? h : 0.0;
}

/// Compares column j of the Jacobian, its reward last, at a point; answers the number of entries
/// that disagree, with a message on the last one.
static int compare_column(const system *s, int32_t j, double h, const double *column, size_t stride,
                          double reward, char *text, size_t size)
{
    int n_wrong = 0;
    for (int32_t i = 0; i <= s->n; i++) {
        const double value = i < s->n ? column[(size_t)i * stride] : reward;
        const double left = (s->next[0][i] - s->next[1][i]) / h;
        const double right = (s->next[2][i] - s->next[0][i]) / h;
        const double central = 0.5 * (left + right);
        const double scale = 1.0 + fabs(central);
        const bool is_smooth = fabs(left - right) <= 0.05 * scale;
        if (is_smooth && !(fabs(value - central) <= 1e-4 * scale)) {
            n_wrong++;
            snprintf(text, size,
                     "d %s%.0d / d %s %d is %.9g by the Jacobian and %.9g by finite "
                     "differences",
                     i < s->n ? "next state " : "reward", i < s->n ? i + 1 : 0,
                     j < s->n ? "state" : "action", (j < s->n ? j : j - s->n) + 1, value, central);
        }
    }
    return n_wrong;
}

rill_status check_jacobian(check *c)
{
    enum { POINTS = 60 };
    const rill_env *env = c->env;
    const uint64_t seed = c->options.seed;
    if (env->type->jacobian == NULL) {
        check_not_offered(c, "no jacobian");
        return RILL_OK;
    }
    if (env->action_space.kind != RILL_SPACE_BOX || env->n_state_values == 0) {
        check_fail(c, "a jacobian goes with box actions and with get_state and set_state");
        return RILL_OK;
    }
    system s;
    rill_env *player_env = check_clone_limited(c, seed, 0);
    check_trace trace;
    if (player_env == NULL || !system_take(c, &s) || !check_trace_take(c, &trace, seed, POINTS)) {
        return RILL_NO_MEMORY;
    }
    const size_t n = (size_t)s.n, m = (size_t)s.m;
    const size_t sizes[] = {n * n * sizeof(double), n * m * sizeof(double), n * sizeof(double),
                            m * sizeof(double)};
    double *blocks[4];
    for (int k = 0; k < 4; k++) {
        blocks[k] = check_take_guarded(c, sizes[k]);
        if (blocks[k] == NULL) {
            return RILL_NO_MEMORY;
        }
    }
    rill_jacobian jacobian = {blocks[0], blocks[1], blocks[2], blocks[3]};
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    check_player player = check_player_start(player_env, seed);
    int n_compared = 0, n_wrong_points = 0;
    // a point beside the edge of a clipped region may disagree, by chance; three do not
    for (int32_t i = 0; i < POINTS && !check_has_failed(c) && n_wrong_points < 3; i++) {
        check_player_next(&player, &trace, i);
        if (player.is_to_reset) {
            continue;
        }
        env->type->get_state(env->params, player_env->state, s.state);
        rill_space_sample(&env->action_space, &rng, s.action);
        for (size_t k = 0; k < m; k++) {
            s.action[k] = (float)(round(0.9 * (double)s.action[k] * 1024.0) / 1024.0);
        }
        if (!system_step(&s, seed, 0)) {
            continue;
        }
        (void)rill_env_set_state(s.env, s.state, NULL);
        for (int k = 0; k < 4; k++) {
            memset(blocks[k], 0xff, sizes[k]); // NaN: what is not written disagrees
        }
        env->type->jacobian(env->params, s.env->state, s.action, &jacobian);
        char text[2 * CHECK_TEXT] = "", shown[CHECK_TEXT], where[CHECK_TEXT];
        int n_wrong = 0;
        for (int k = 0; k < 4; k++) {
            if (check_guards(blocks[k], sizes[k]) != 0) {
                check_fail(c, "jacobian wrote outside its arrays of %d states and %d actions", s.n,
                           s.m);
                return RILL_OK;
            }
        }
        for (int32_t j = 0; j < s.n + s.m; j++) {
            const double h = system_difference(&s, seed, j);
            const bool is_state = j < s.n;
            const int32_t k = is_state ? j : j - s.n;
            if (h > 0.0) {
                n_compared++;
                n_wrong += compare_column(
                    &s, j, h, (is_state ? jacobian.next_by_state : jacobian.next_by_action) + k,
                    is_state ? n : m,
                    is_state ? jacobian.reward_by_state[k] : jacobian.reward_by_action[k], text,
                    sizeof text);
            }
        }
        n_wrong_points += n_wrong > 0;
        if (n_wrong_points == 3) {
            snprintf(where, sizeof where, "moment %d from seed %llu, action %s", i,
                     (unsigned long long)seed,
                     check_show(&env->action_space, s.action, NULL, shown));
            check_fail(c, "%s: %s; derive it again, with the clips of step", where, text);
        }
    }
    if (n_compared == 0) {
        check_fail(c,
                   "set_state takes no state beside one of play from seed %llu, so that nothing "
                   "could be compared",
                   (unsigned long long)seed);
    }
    return RILL_OK;
}

// ---- drawing ----

/// A canvas that looks at what is drawn.
typedef struct recorder {
    check *c;
    const char *where;
    bool has_view;
    double left, bottom, right, top;
    int n_shapes;
} recorder;

static void on_view(void *context, double left, double bottom, double right, double top)
{
    recorder *r = context;
    if (r->has_view || r->n_shapes > 0) {
        check_fail(r->c, "%s: view is called %s; call it once, first", r->where,
                   r->has_view ? "twice" : "after a shape");
    }
    if (!(isfinite(left) && isfinite(bottom) && isfinite(right) && isfinite(top) && left < right &&
          bottom < top)) {
        check_fail(r->c,
                   "%s: the view is left %g, bottom %g, right %g, top %g; it has a width and "
                   "a height",
                   r->where, left, bottom, right, top);
    }
    r->has_view = true;
    r->left = left;
    r->bottom = bottom;
    r->right = right;
    r->top = top;
}

/// A point of a shape: finite and in the view, but for rounding.
static void see_point(recorder *r, const char *shape, double x, double y)
{
    const double slack = 1e-9 * (r->right - r->left + r->top - r->bottom);
    r->n_shapes++;
    if (!r->has_view) {
        check_fail(r->c, "%s: a %s is drawn before the view is set; call view first", r->where,
                   shape);
    } else if (!(x >= r->left - slack && x <= r->right + slack && y >= r->bottom - slack &&
                 y <= r->top + slack)) {
        check_fail(r->c,
                   "%s: a %s at (%g, %g) lies outside the view, %g to %g and %g to %g; widen "
                   "the view or leave out what it does not show",
                   r->where, shape, x, y, r->left, r->right, r->bottom, r->top);
    }
}

static void see_size(recorder *r, const char *what, double size)
{
    if (!(size >= 0.0 && isfinite(size))) {
        check_fail(r->c, "%s: %s is %g; it is finite and not negative", r->where, what, size);
    }
}

static void on_line(void *context, double x0, double y0, double x1, double y1, double width,
                    rill_color color)
{
    (void)color;
    see_point(context, "line", x0, y0);
    see_point(context, "line", x1, y1);
    see_size(context, "the width of a line", width);
}

static void on_polygon(void *context, const double *points, int32_t n, rill_color color)
{
    (void)color;
    see_size(context, "the number of a polygon's corners beyond 3", n - 3);
    for (int32_t i = 0; i < n; i++) {
        see_point(context, "polygon", points[2 * i], points[2 * i + 1]);
    }
}

static void on_circle(void *context, double x, double y, double radius, rill_color color)
{
    (void)color;
    see_point(context, "circle", x, y);
    see_size(context, "the radius of a circle", radius);
}

static void on_text(void *context, double x, double y, double height, const char *text,
                    rill_color color)
{
    (void)color;
    see_point(context, "text", x, y);
    see_size(context, "the height of a text", height);
    if (text == NULL) {
        check_fail(((recorder *)context)->c, "a text is NULL");
    }
}

rill_status check_drawing(check *c)
{
    enum { PICTURES = 40, EVERY = 5 }; // and every last state
    const rill_env_type *type = c->env->type;
    if (type->draw == NULL && type->grid == NULL) {
        check_not_offered(c, "no draw and no grid");
        return RILL_OK;
    }
    rill_env *env = check_clone(c, c->options.seed);
    void *before = env == NULL ? NULL : check_take(c, env->data_size);
    check_trace trace;
    if (before == NULL || !check_trace_take(c, &trace, c->options.seed, PICTURES * EVERY)) {
        return RILL_NO_MEMORY;
    }
    check_player player = check_player_start(env, c->options.seed);
    int n_pictures = 0;
    for (int32_t i = 0; i < trace.n && n_pictures < PICTURES && !check_has_failed(c); i++) {
        check_player_next(&player, &trace, i);
        if (i % EVERY != 0 && !player.is_to_reset) {
            continue;
        }
        n_pictures++;
        char where[3 * CHECK_TEXT];
        recorder r = {.c = c, .where = check_where(&trace, i, where)};
        const rill_canvas canvas = {&r, on_view, on_line, on_polygon, on_circle, on_text};
        rill_env_save(env, before);
        rill_error error = {0};
        if (rill_env_draw(env, &canvas, &error) != RILL_OK) {
            check_fail(c, "%s: %.200s", where, error.message);
        }
        if (r.n_shapes == 0) {
            check_fail(c, "%s: nothing is drawn", where);
        }
        // the box is scratch of observe
        if (memcmp(before, env->data, (size_t)((char *)env->box - (char *)env->data)) != 0) {
            check_fail(c, "%s: draw changed the state; it may only read it", where);
        }
    }
    return RILL_OK;
}
