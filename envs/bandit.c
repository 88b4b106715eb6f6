/// k-armed bandit.
///
/// Description: one state and k actions, the arms. Each has a value q*(a) that the agent does not
///     know; the rewards of pulling it scatter around that value. The default is the 10-armed
///     testbed of Sutton & Barto (2018), section 2.3.
/// Action space: 0 to k - 1.
/// Observation space: 0.
/// Reward: from a normal distribution with mean q*(a) and standard deviation `reward_sd`.
/// Starting state: a new problem: each q*(a) from a normal distribution with `mean` and `sd`.
/// Episode end: never. No time limit.
/// Parameters: after each step every q*(a) takes a step of a random walk, normal with standard
///     deviation `walk_sd`. Exercise 2.5, non-stationary, is sd=0 and walk_sd=0.01; Figure 2.5,
///     gradient bandits, is mean=4.
/// Versions: one. A reset draws q* in the order of the arms; a step draws the reward, then the walk
///     in the order of the arms; each standard normal, and none where its deviation is 0.
///
/// The state as numbers is q*: the optimal action before a step is its greatest.
#include <math.h>
#include <rill/env_define.h>
#include <stdio.h>

enum { MAX_ARMS = 128 };

typedef struct bandit_params {
    int64_t n_arms;
    double mean, sd, reward_sd, walk_sd;
} bandit_params;

static const rill_param bandit_param_table[] = {
    RILL_INTEGER(bandit_params, n_arms, "10", 1, MAX_ARMS, "number of arms, k"),
    RILL_REAL(bandit_params, mean, "0", -1e100, 1e100, "of the distribution of q*(a)"),
    RILL_REAL(bandit_params, sd, "1", 0, 1e100, "standard deviation of q*(a); 0: all start equal"),
    RILL_REAL(bandit_params, reward_sd, "1", 0, 1e100, "standard deviation of a reward"),
    RILL_REAL(bandit_params, walk_sd, "0", 0, 1e100,
              "standard deviation of the walk of q*(a), per step"),
    RILL_PARAM_END,
};

typedef struct bandit_state {
    double q[MAX_ARMS]; ///< (n_arms) q*(a)
} bandit_state;

static inline double draw_normal(rill_rng *rng, double mean, double sd)
{
    return sd > 0.0 ? mean + sd * rill_rng_standard_normal(rng) : mean;
}

static void reset(const bandit_params *params, bandit_state *state, rill_rng *rng)
{
    for (int32_t a = 0; a < params->n_arms; a++) {
        state->q[a] = draw_normal(rng, params->mean, params->sd);
    }
}

static inline void step(const bandit_params *params, bandit_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    outcome->reward = draw_normal(rng, state->q[action], params->reward_sd);
    if (params->walk_sd > 0.0) {
        for (int32_t a = 0; a < params->n_arms; a++) {
            state->q[a] += params->walk_sd * rill_rng_standard_normal(rng);
        }
    }
}

static inline int32_t observe(const bandit_params *params, const bandit_state *state)
{
    (void)params;
    (void)state;
    return 0;
}

/// As Figure 2.1: q*(a) as a line, one standard deviation of the rewards to either side as a bar.
static void draw(const void *block, const void *data, const rill_canvas *canvas)
{
    const bandit_params *params = block;
    const double *q = ((const bandit_state *)data)->q;
    const int32_t n = (int32_t)params->n_arms;
    double low = params->mean, high = params->mean;
    int32_t best = 0;
    for (int32_t a = 0; a < n; a++) {
        low = q[a] < low ? q[a] : low;
        high = q[a] > high ? q[a] : high;
        best = q[a] > q[best] ? a : best;
    }

    // the values take up a square, whatever their unit
    const double margin = 1.5 * params->reward_sd;
    const double range = high - low + 2.0 * margin;
    const double scale = range > 0.0 ? n / range : 1.0;
    const double middle = 0.5 * (low + high);
    canvas->view(canvas->context, -0.5, -0.5 * n - 1.0, n + 0.5, 0.5 * n + 0.5);
    const double mean_y = scale * (params->mean - middle);
    canvas->line(canvas->context, 0.0, mean_y, n, mean_y, 0.03, RILL_GREY);
    for (int32_t a = 0; a < n; a++) {
        const double y = scale * (q[a] - middle), half = scale * params->reward_sd;
        rill_canvas_rectangle(canvas, a + 0.15, y - half, a + 0.85, y + half, RILL_LIGHT_GREY);
        canvas->line(canvas->context, a + 0.15, y, a + 0.85, y, 0.08,
                     a == best ? RILL_VERMILION : RILL_BLUE);
        char label[16];
        snprintf(label, sizeof label, "%d", a);
        canvas->text(canvas->context, a + 0.5, -0.5 * n - 0.5, 0.5, label, RILL_BLACK);
    }
}

static rill_space observation_space(const void *params)
{
    (void)params;
    return rill_space_discrete(1);
}

static rill_space action_space(const void *params)
{
    return rill_space_discrete((int32_t)((const bandit_params *)params)->n_arms);
}

static int32_t count_state_values(const void *params)
{
    return (int32_t)((const bandit_params *)params)->n_arms;
}

static void get_state(const void *params, const void *state, double *values)
{
    for (int32_t a = 0; a < count_state_values(params); a++) {
        values[a] = ((const bandit_state *)state)->q[a];
    }
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    for (int32_t a = 0; a < count_state_values(params); a++) {
        if (!isfinite(values[a])) {
            return rill_error_set(error, RILL_INVALID, "state", "the value of arm %d is not finite",
                                  a);
        }
    }
    for (int32_t a = 0; a < count_state_values(params); a++) {
        ((bandit_state *)state)->q[a] = values[a];
    }
    return RILL_OK;
}

RILL_DEFINE_ENV(bandit, index, index,
                .summary = "arms of unknown value: the 10-armed testbed and its variants",
                .source = "Sutton & Barto (2018), section 2.3 and Exercise 2.5",
                .observation_space = observation_space, .action_space = action_space, .draw = draw,
                .n_state_values = MAX_ARMS, .count_state_values = count_state_values,
                .get_state = get_state, .set_state = set_state, .action_values = get_state,
                .is_continuing = true);
