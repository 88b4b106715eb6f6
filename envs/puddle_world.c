/// Puddle world.
///
/// Description: a point moves over the unit square to a goal in the upper right corner, around or
///     through two puddles that are the more expensive the deeper it gets into them. Sutton,
///     "Generalization in reinforcement learning: successful examples using sparse coarse coding",
///     Advances in Neural Information Processing Systems 8, 1996; after Boyan & Moore, 1995. A puddle
///     is what lies within 0.1 of a line: from (0.1, 0.75) to (0.45, 0.75), and from (0.45, 0.4) to
///     (0.45, 0.8).
/// Action space: 0 up, 1 down, 2 right, 3 left. A move goes `step_size` far, then normal noise of
///     standard deviation `noise_sd` is added to both coordinates, and the square's edges stop it.
/// Observation space: box(2), x to the right and y upwards, 0 to 1.
/// Reward: -1 a step, and for each puddle that the point is in after it -`penalty` times the depth,
///     its distance to the puddle's nearest edge. The two add up where the puddles cross.
/// Starting state: uniform over the square without the goal: x, then y, again until it is outside.
/// Episode end: terminates in the goal. The text of the paper leaves its shape open: `goal` chooses
///     the triangle x + y >= 1.9, as in RLPy, or the square x, y >= 0.95, as in RL-Library.
///     No time limit.
/// Parameters: see the table.
/// Versions: one. A step draws two normal numbers, for x and y, where `noise_sd` is not 0.
#include <math.h>
#include <rill/env_define.h>

enum { UP, DOWN, RIGHT, LEFT, ACTIONS };
enum { TRIANGLE, SQUARE };
static const char *const goal_words[] = {"triangle", "square", NULL};

#define RADIUS 0.1

/// A puddle: what lies within RADIUS of the line between two points.
typedef struct puddle {
    double x0, y0, x1, y1;
} puddle;

enum { PUDDLES = 2 };
static const puddle puddles[PUDDLES] = {{0.1, 0.75, 0.45, 0.75}, {0.45, 0.4, 0.45, 0.8}};

typedef struct puddle_world_params {
    double step_size, noise_sd, penalty;
    int goal;
} puddle_world_params;

static const rill_param puddle_world_param_table[] = {
    RILL_REAL(puddle_world_params, step_size, "0.05", 0, 1, "distance of a move"),
    RILL_REAL(puddle_world_params, noise_sd, "0.01", 0, 1, "standard deviation of the noise"),
    RILL_REAL(puddle_world_params, penalty, "400", 0, 1e6, "for each unit of depth in a puddle"),
    RILL_CHOICE(puddle_world_params, goal, "triangle", goal_words, "shape of the goal"),
    RILL_PARAM_END,
};

typedef struct puddle_world_state {
    double x, y;
} puddle_world_state;

static inline bool is_goal(const puddle_world_params *params, double x, double y)
{
    return params->goal == TRIANGLE ? x + y >= 1.9 : x >= 0.95 && y >= 0.95;
}

static inline double clamp(double x)
{
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

/// How far inside a puddle a point is; 0 outside.
static inline double depth(const puddle *p, double x, double y)
{
    const double dx = p->x1 - p->x0, dy = p->y1 - p->y0;
    // nearest point of the line, as a share of it
    const double along = clamp(((x - p->x0) * dx + (y - p->y0) * dy) / (dx * dx + dy * dy));
    const double away_x = x - (p->x0 + along * dx), away_y = y - (p->y0 + along * dy);
    const double distance = sqrt(away_x * away_x + away_y * away_y);
    return distance < RADIUS ? RADIUS - distance : 0.0;
}

static void reset(const puddle_world_params *params, puddle_world_state *state, rill_rng *rng)
{
    do {
        state->x = rill_rng_random(rng);
        state->y = rill_rng_random(rng);
    } while (is_goal(params, state->x, state->y));
}

static inline void step(const puddle_world_params *params, puddle_world_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    static const double right[ACTIONS] = {0.0, 0.0, 1.0, -1.0}, up[ACTIONS] = {1.0, -1.0, 0.0, 0.0};
    double x = state->x + params->step_size * right[action];
    double y = state->y + params->step_size * up[action];
    if (params->noise_sd > 0.0) {
        x += params->noise_sd * rill_rng_standard_normal(rng);
        y += params->noise_sd * rill_rng_standard_normal(rng);
    }
    state->x = clamp(x);
    state->y = clamp(y);
    outcome->reward = -1.0;
    for (int i = 0; i < PUDDLES; i++) {
        outcome->reward -= params->penalty * depth(&puddles[i], state->x, state->y);
    }
    outcome->terminated = is_goal(params, state->x, state->y);
}

static inline void observe(const puddle_world_params *params, const puddle_world_state *state,
                           float *box)
{
    (void)params;
    box[0] = (float)state->x;
    box[1] = (float)state->y;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    static const double triangle[] = {0.9, 1.0, 1.0, 0.9, 1.0, 1.0};
    static const rill_color shallow = {86, 180, 233, 110};
    const puddle_world_params *p = params;
    const puddle_world_state *s = state;
    canvas->view(canvas->context, -0.02, -0.02, 1.02, 1.02);
    rill_canvas_rectangle(canvas, -0.01, -0.01, 1.01, 1.01, RILL_GREY);
    rill_canvas_rectangle(canvas, 0.0, 0.0, 1.0, 1.0, RILL_WHITE);
    for (int share = 4; share >= 1; share--) { // the deeper, the darker
        for (int i = 0; i < PUDDLES; i++) {
            canvas->line(canvas->context, puddles[i].x0, puddles[i].y0, puddles[i].x1,
                         puddles[i].y1, 2.0 * RADIUS * share / 4.0, shallow);
        }
    }
    if (p->goal == TRIANGLE) {
        canvas->polygon(canvas->context, triangle, 3, RILL_GREEN);
    } else {
        rill_canvas_rectangle(canvas, 0.95, 0.95, 1.0, 1.0, RILL_GREEN);
    }
    canvas->circle(canvas->context, s->x, s->y, 0.018, RILL_VERMILION);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {0.0, 0.0}, high[] = {1.0, 1.0};
    return rill_space_box(2, low, high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const puddle_world_state *s = state;
    values[0] = s->x;
    values[1] = s->y;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    for (int i = 0; i < 2; i++) {
        if (!(values[i] >= 0.0 && values[i] <= 1.0)) {
            return rill_error_set(error, RILL_INVALID, "state", "%s is %.15g; it lies in 0 to 1",
                                  i == 0 ? "x" : "y", values[i]);
        }
    }
    *(puddle_world_state *)state = (puddle_world_state){values[0], values[1]};
    return RILL_OK;
}

static const char *const action_names[] = {"up", "down", "right", "left", NULL};

static const char *const observation_names[] = {"x", "y", NULL};

RILL_DEFINE_ENV(puddle_world, box, index, .summary = "a point on its way around two puddles",
                .source = "Sutton (1996)", .action_names = action_names,
                .observation_names = observation_names, .observation_space = observation_space,
                .action_space = action_space, .draw = draw, .n_state_values = 2,
                .get_state = get_state, .set_state = set_state);
