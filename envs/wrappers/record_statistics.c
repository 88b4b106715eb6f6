/// Record statistics: the return and length of episodes, for the program to read by
/// `rill_env_wrapper_state(env, "record_statistics")`, a `rill_episode_statistics`. Changes nothing.
#include <rill/wrapper.h>

typedef struct record_statistics_params {
    char unused;
} record_statistics_params;

static const rill_param record_statistics_param_table[] = {RILL_PARAM_END};

static void begin(const void *params, void *state)
{
    (void)params;
    rill_episode_statistics *statistics = state;
    statistics->episode_return = 0.0;
    statistics->episode_length = 0;
}

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    rill_episode_statistics *statistics = self->state;
    rill_observation observation = rill_wrapped_step(self, action, outcome);
    statistics->episode_return += outcome->reward;
    statistics->episode_length++;
    if (rill_outcome_is_last(outcome)) {
        statistics->episodes++;
        statistics->last_return = statistics->episode_return;
        statistics->last_length = statistics->episode_length;
    }
    return observation;
}

extern const rill_wrapper_type rill_wrapper_record_statistics;
const rill_wrapper_type rill_wrapper_record_statistics = {
    .id = "record_statistics",
    .summary = "counts episodes, their return and length",
    .source = "Gymnasium RecordEpisodeStatistics",
    .params = record_statistics_param_table,
    .params_size = sizeof(record_statistics_params),
    .state_size = sizeof(rill_episode_statistics),
    .keeps_mdp = true,
    .begin = begin,
    .step = step,
};
