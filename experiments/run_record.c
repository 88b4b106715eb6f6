/// What a run records: metrics, evaluations, and the estimates at its end.
#include "experiments/runner.h"
#include "experiments/saved_agent.h"

#include <rill/wrapper.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_KEPT_VALUES = 1 << 13, // estimates kept with a run, in numbers
    SMALL_AGENT = 1 << 20,     // in bytes
};

/// SQLite takes a little less than 1e9 bytes at a time.
static const size_t max_agent = 900000000;

static void append(runner *r, rill_series *series, double value, bool may_be_missing)
{
    if (!rill_series_append(series, value)) {
        r->is_out_of_memory = true;
    }
    if (!isfinite(value) && !(may_be_missing && isnan(value))) {
        r->run->status = RILL_RUN_DIVERGED;
    }
}

/// What metrics may look at; the episode is to be filled in.
static rill_metric_view look(runner *r)
{
    return (rill_metric_view){.agent = r->agent,
                              .truth = r->variant->truth,
                              .projection = r->variant->projection,
                              .steps = r->run->steps,
                              .episodes = r->run->episodes,
                              .seconds = r->is_timed ? run_seconds_now() - r->began : 0.0,
                              .scratch = r->scratch,
                              .is_out_of_memory = &r->is_out_of_memory};
}

/// Whether a point of a series is due after `count` of its unit.
static bool is_due(const rill_record *spec, rill_unit unit, int64_t count)
{
    return spec->unit == unit && (spec->every == 1 || count % spec->every == 0);
}

static void record(runner *r, rill_metric_view *view, rill_unit unit, int64_t count)
{
    for (size_t i = 0; i < r->experiment->n_records; i++) {
        const rill_record *spec = &r->experiment->records[i];
        const rill_metric *metric = spec->metric;
        if (is_due(spec, unit, count)) {
            view->tally = &r->tallies[i];
            view->index = spec->index;
            append(r, &r->run->series[i], metric->measure(view), metric->may_be_missing);
            r->tallies[i] = metric->is_timed   ? (rill_tally){view->seconds, view->steps}
                            : metric->is_total ? r->tallies[i]
                                               : (rill_tally){0.0, 0};
        }
    }
}

void run_record(runner *r, rill_unit unit, int64_t count, double episode_return,
                int64_t episode_length)
{
    rill_metric_view view = look(r);
    view.episode_return = episode_return;
    view.episode_length = episode_length;
    record(r, &view, unit, count);
    run_diverges(r);
}

void run_record_stretch(runner *r, const rill_stretch *stretch)
{
    rill_metric_view view = look(r);
    for (int64_t i = 0; i < stretch->n_episodes && r->run->status != RILL_RUN_DIVERGED; i++) {
        view.episode_return = stretch->returns[i];
        view.episode_length = stretch->lengths[i];
        view.steps = r->run->steps += stretch->lengths[i];
        view.episodes = ++r->run->episodes;
        record(r, &view, RILL_EPISODES, view.episodes);
    }
    run_diverges(r);
}

void run_evaluate(runner *r, rill_unit unit, int64_t count)
{
    const rill_evaluation *evaluation = &r->experiment->evaluation;
    if (evaluation->every == 0 || evaluation->unit != unit || count % evaluation->every != 0) {
        return;
    }
    rill_env_save(r->evaluation_env, r->evaluation_data);
    double sum = 0.0;
    double length = 0.0;
    rill_env_adopt_statistics(r->evaluation_env, r->env); // the agent sees what it learned on
    for (int64_t i = 0; i < evaluation->episodes; i++) {
        if (run_is_asked_to_stop(r)) {
            rill_env_restore(r->evaluation_env, r->evaluation_data);
            r->phase = unit == RILL_STEPS ? RUN_STEP_EVALUATION : RUN_EPISODE_EVALUATION;
            r->is_cut = true;
            return;
        }
        rill_outcome outcome = {0.0, false, false};
        rill_observation observation = rill_env_reset(r->evaluation_env);
        for (int64_t t = 0; t < evaluation->max_steps && !rill_outcome_is_last(&outcome); t++) {
            rill_action action = rill_agent_act_greedily(r->agent, observation);
            observation = rill_env_step(r->evaluation_env, action, &outcome);
            sum += outcome.reward;
            length += 1.0;
        }
    }
    rill_series *series = r->run->series + r->experiment->n_records;
    append(r, &series[0], sum / (double)evaluation->episodes, false);
    append(r, &series[1], length / (double)evaluation->episodes, false);
}

/// True when a published number is about the estimates of this run.
static bool are_values_wanted(const runner *r)
{
    const rill_experiment *experiment = r->experiment;
    for (size_t i = 0; i < experiment->n_expects; i++) {
        if (experiment->expects[i].kind == RILL_EXPECT_ESTIMATES &&
            experiment->expects[i].variant == r->run->variant) {
            return true;
        }
    }
    return false;
}

static bool are_finite(const rill_linear *linear)
{
    for (ptrdiff_t i = 0; i < (ptrdiff_t)linear->n_features * linear->n_outputs; i++) {
        if (!isfinite(linear->weights[i])) {
            return false;
        }
    }
    return true;
}

void run_keep_values(runner *r)
{
    const rill_agent *agent = r->agent;
    const rill_linear *value = &agent->value;
    const rill_linear *theta = &agent->actor.theta;
    if (!are_finite(value) || (agent->type->is_actor && !are_finite(theta))) {
        r->run->status = RILL_RUN_DIVERGED;
    }
    const bool is_discrete = agent->observation_space.kind == RILL_SPACE_DISCRETE;
    const int32_t n_observations = is_discrete ? agent->observation_space.size : 0;
    const size_t n =
        (size_t)(is_discrete ? n_observations : value->n_features) * (size_t)value->n_outputs;
    if (n > MAX_KEPT_VALUES && !are_values_wanted(r)) {
        return;
    }
    r->run->values = malloc(n * sizeof *r->run->values);
    if (r->run->values == NULL) {
        r->is_out_of_memory = true;
        return;
    }
    r->run->n_values = n;
    for (int32_t s = 0; s < n_observations; s++) {
        rill_agent_values(agent, (rill_observation){.index = s},
                          r->run->values + (ptrdiff_t)s * value->n_outputs);
    }
    if (!is_discrete) {
        memcpy(r->run->values, value->weights, n * sizeof *r->run->values);
    }
}

/// Whether the agent of this run is to be kept.
static bool is_agent_wanted(const runner *r, size_t size)
{
    switch (r->experiment->keep_agents) {
    case RILL_KEEP_SMALL:
        return r->run->run == 0 && size <= SMALL_AGENT;
    case RILL_KEEP_FIRST:
        return r->run->run == 0 && size <= max_agent;
    case RILL_KEEP_ALL:
        return size <= max_agent;
    case RILL_KEEP_NONE:
        break;
    }
    return false;
}

rill_status run_keep_agent(runner *r, rill_error *error)
{
    rill_run *run = r->run;
    if (!is_agent_wanted(r, saved_agent_size(r->agent, r->env))) {
        return RILL_OK;
    }
    return rill_saved_agent_write(r->agent, r->env, r->variant->config, run, &run->agent,
                                  &run->agent_size, error);
}
