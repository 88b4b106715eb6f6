/// Time limit: truncates an episode after n steps, as they are counted where the wrapper stands.
///
/// Both flags are set where the episode terminates on that very step. The environment's own limit
/// (`max_episode_steps`) is not touched: whichever comes first truncates.
#include <rill/wrapper.h>

typedef struct time_limit_params {
    int64_t steps;
} time_limit_params;

static const rill_param time_limit_param_table[] = {
    RILL_INTEGER(time_limit_params, steps, "1000", 1, 1e15, "most steps of an episode"),
    RILL_PARAM_END,
};

typedef struct time_limit_state {
    int64_t elapsed;
} time_limit_state;

static void begin(const void *params, void *state)
{
    (void)params;
    ((time_limit_state *)state)->elapsed = 0;
}

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const time_limit_params *params = self->params;
    time_limit_state *state = self->state;
    rill_observation observation = rill_wrapped_step(self, action, outcome);
    if (++state->elapsed == params->steps) {
        outcome->truncated = true;
    }
    return observation;
}

extern const rill_wrapper_type rill_wrapper_time_limit;
const rill_wrapper_type rill_wrapper_time_limit = {
    .id = "time_limit",
    .summary = "truncates episodes after a number of steps",
    .source = "Gymnasium TimeLimit",
    .params = time_limit_param_table,
    .params_size = sizeof(time_limit_params),
    .state_size = sizeof(time_limit_state),
    .keeps_mdp = true,
    .ends_episodes = true,
    .begin = begin,
    .step = step,
};
