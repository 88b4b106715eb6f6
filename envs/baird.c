/// Baird's counterexample.
///
/// Description: seven states, six above and one below. The dashed action leads to one of the upper
///     states, each as likely, the solid one to the lower state. With the features below, semi-gradient
///     methods diverge when they learn the policy that always takes the solid action from one that
///     takes the dashed one in six of seven steps. Sutton & Barto (2018), Figure 11.1 (gamma 0.99);
///     after Baird (1995).
/// Action space: 0 dashed, 1 solid.
/// Observation space: where `observation` is "state", 0 to 5 for the upper states and 6 for the lower
///     one; where it is "features", the 8 numbers of the figure, counted from 1:
///         upper state i    2 at place i, 1 at place 8      (v = 2 wi + w8)
///         lower state      1 at place 7, 2 at place 8      (v = w7 + 2 w8)
/// Reward: 0.
/// Starting state: uniform over all seven.
/// Episode end: never.
/// Parameters: `observation`.
/// Versions: one. A reset and a dashed step take one random integer. The exact model is on the states,
///     whatever is observed.
#include <rill/env_define.h>
#include <string.h>

enum { DASHED, SOLID, ACTIONS };
enum { UPPER_STATES = 6, LOWER = 6, STATES = 7, FEATURES = 8 };
enum { STATE, FEATURE_VECTOR };

static const char *const observation_words[] = {"state", "features", NULL};

typedef struct baird_params {
    int observation;
} baird_params;

static const rill_param baird_param_table[] = {
    RILL_CHOICE(baird_params, observation, "state", observation_words,
                "what the agent sees: the state, or its features"),
    RILL_PARAM_END,
};

typedef struct baird_state {
    int32_t index;
} baird_state;

static void reset(const baird_params *params, baird_state *state, rill_rng *rng)
{
    (void)params;
    state->index = (int32_t)rill_rng_integers(rng, STATES);
}

static inline void step(const baird_params *params, baird_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    (void)params, (void)outcome;
    state->index = action == SOLID ? LOWER : (int32_t)rill_rng_integers(rng, UPPER_STATES);
}

static rill_space observation_space(const void *params)
{
    static const double low[FEATURES] = {0};
    static const double high[FEATURES] = {2, 2, 2, 2, 2, 2, 1, 2};
    return ((const baird_params *)params)->observation == STATE
               ? rill_space_discrete(STATES)
               : rill_space_box(FEATURES, low, high);
}

static inline rill_observation observe(const baird_params *params, const baird_state *state,
                                       float *box)
{
    if (params->observation == STATE) {
        return (rill_observation){.index = state->index};
    }
    memset(box, 0, FEATURES * sizeof *box);
    box[state->index] = state->index == LOWER ? 1.0f : 2.0f;
    box[FEATURES - 1] = state->index == LOWER ? 2.0f : 1.0f;
    return (rill_observation){.box = box};
}

static int32_t model_state(const void *params, const void *state)
{
    (void)params;
    return ((const baird_state *)state)->index;
}

static rill_status model(const void *params, rill_model_builder *builder)
{
    (void)params;
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    for (int32_t s = 0; s < STATES && status == RILL_OK; s++) {
        rill_model_add_start(builder, s, 1.0 / STATES);
        for (int32_t upper = 0; upper < UPPER_STATES && status == RILL_OK; upper++) {
            status = rill_model_add(builder, s, DASHED, 1.0 / UPPER_STATES, upper, 0.0, false);
        }
        if (status == RILL_OK) {
            status = rill_model_add(builder, s, SOLID, 1.0, LOWER, 0.0, false);
        }
    }
    return status;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    static const char *const names[STATES] = {"1", "2", "3", "4", "5", "6", "7"};
    void *c = canvas->context;
    canvas->view(c, -0.75, -0.75, UPPER_STATES - 0.25, 2.75);
    for (int32_t s = 0; s < STATES; s++) {
        const double x = s == LOWER ? 0.5 * (UPPER_STATES - 1) : s, y = s == LOWER ? 0.0 : 2.0;
        const bool is_here = s == ((const baird_state *)state)->index;
        canvas->line(c, x, y, 0.5 * (UPPER_STATES - 1), 0.0, 0.04, RILL_GREY);
        canvas->circle(c, x, y, 0.4, is_here ? RILL_ORANGE : RILL_SKY_BLUE);
        canvas->text(c, x, y, 0.3, names[s], RILL_BLACK);
    }
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const baird_state *)state)->index;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    return rill_state_index(values[0], STATES, &((baird_state *)state)->index, error);
}

static const char *const action_names[] = {"dashed", "solid", NULL};

RILL_DEFINE_ENV(baird, either, index,
                .summary = "seven states on which off-policy semi-gradient methods diverge",
                .source = "Sutton & Barto (2018), Figure 11.1; Baird (1995)",
                .action_names = action_names, .observation_space = observation_space,
                .action_space = action_space, .model = model, .model_state = model_state,
                .draw = draw, .n_state_values = 1, .get_state = get_state, .set_state = set_state);
