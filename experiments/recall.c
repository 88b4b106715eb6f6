#include <inttypes.h>
#include <rill/recall.h>
#include <string.h>

rill_status rill_recall_check(const rill_agent *agent, rill_error *error)
{
    if (agent->observation_space.kind == RILL_SPACE_DISCRETE) {
        return RILL_OK;
    }
    if (agent->features.memory_size > 0) {
        return rill_error_set(
            error, RILL_INVALID, "features",
            "the table that %s features fill while learning (table_size) is not "
            "kept with a run, so that its weights cannot be told apart; give every "
            "tile an index of its own (table_size 0)",
            agent->features.type->id);
    }
    if (agent->type->values != NULL) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "the estimates of %s are made of more than what a run keeps",
                              agent->type->id);
    }
    return RILL_OK;
}

/// How many numbers a run of the agent keeps.
static size_t count_kept(const rill_agent *agent)
{
    const bool is_discrete = agent->observation_space.kind == RILL_SPACE_DISCRETE;
    const int32_t n = is_discrete ? agent->observation_space.size : agent->value.n_features;
    return (size_t)n * (size_t)agent->value.n_outputs;
}

static rill_status check_kept(const rill_agent *agent, const rill_run *run, rill_error *error)
{
    const size_t n = count_kept(agent);
    if (run->n_values != n) {
        return rill_error_set(error, RILL_INVALID, "",
                              "run %" PRId64 " of %s has kept %zu of its %zu estimates%s", run->run,
                              agent->type->id, run->n_values, n,
                              run->n_values == 0 ? ": too many are kept only where \"expect\" asks "
                                                   "for \"estimates\" of the agent"
                                                 : "");
    }
    return RILL_OK;
}

rill_status rill_recall(rill_agent *agent, const rill_run *run, rill_error *error)
{
    rill_status status = rill_recall_check(agent, error);
    status = status == RILL_OK ? check_kept(agent, run, error) : status;
    if (status == RILL_OK) {
        memcpy(agent->value.weights, run->values, run->n_values * sizeof *run->values);
    }
    return status;
}

rill_status rill_recall_values(rill_agent *agent, const rill_run *run, const float *observations,
                               int64_t n, double *values, rill_error *error)
{
    if (observations == NULL) {
        rill_status status = check_kept(agent, run, error);
        if (status == RILL_OK) {
            memcpy(values, run->values, run->n_values * sizeof *values);
        }
        return status;
    }
    rill_status status = rill_recall(agent, run, error);
    for (int64_t i = 0; i < n && status == RILL_OK; i++) {
        const rill_observation observation = {.box = observations +
                                                     (ptrdiff_t)i * agent->observation_space.size};
        rill_agent_values(agent, observation, values + (ptrdiff_t)i * agent->value.n_outputs);
    }
    return status;
}
