/// Setting up a run, and taking it down.
#include "experiments/runner.h"

#include <stdio.h>
#include <stdlib.h>

/// Roles of the streams of a run. A stream is NumPy's PCG64(SeedSequence(seed, spawn_key=(run,
/// role))): all variants of an experiment meet the same luck.
enum { ROLE_ENV, ROLE_AGENT, ROLE_EVALUATION_ENV };

static rill_rng stream_of(const rill_experiment *experiment, int64_t number, uint32_t role)
{
    uint32_t spawn_key[] = {(uint32_t)number, role};
    rill_rng rng;
    rill_rng_spawn(&rng, experiment->seed, spawn_key, 2);
    return rng;
}

void runner_close(runner *r)
{
    for (int32_t i = 0; i < r->n_lanes; i++) {
        rill_env_destroy(r->lanes[i].env);
    }
    free(r->lanes);
    rill_env_destroy(r->evaluation_env);
    rill_agent_destroy(r->agent);
    free(r->scratch);
    free(r->tallies);
    free(r->action_values);
    free(r->evaluation_data);
    free(r->returns);
    free(r->lengths);
    free(r->boxes);
}

static void name_series(rill_series *series, const char *metric, rill_unit unit, int64_t every)
{
    snprintf(series->metric, sizeof series->metric, "%s", metric);
    series->unit = unit;
    series->every = every;
}

/// The environments: of lane i with the stream (seed, run, role, i) but for the first, whose stream is that
/// of a run with one.
static rill_status open_lanes(runner *r, int64_t number, rill_error *error)
{
    const rill_experiment *experiment = r->experiment;
    r->n_lanes = rill_agent_count_lanes(r->agent);
    r->lanes = calloc((size_t)r->n_lanes, sizeof *r->lanes);
    if (r->lanes == NULL) {
        r->n_lanes = 0;
        return rill_error_no_memory(error);
    }
    for (int32_t i = 0; i < r->n_lanes; i++) {
        rill_status status = rill_env_clone(&r->lanes[i].env, r->variant->world->env, error);
        if (status != RILL_OK) {
            return status;
        }
        const uint32_t spawn_key[] = {(uint32_t)number, ROLE_ENV, (uint32_t)i};
        rill_rng_spawn(&r->lanes[i].env->data->rng, experiment->seed, spawn_key, i == 0 ? 2 : 3);
    }
    r->env = r->lanes[0].env;
    return RILL_OK;
}

rill_status runner_open(runner *r, const rill_experiment *experiment, int32_t variant,
                        int64_t number, const run_conditions *conditions, rill_run *run,
                        rill_error *error)
{
    const bool has_evaluation = experiment->evaluation.every > 0;
    *run = (rill_run){.variant = variant, .run = number};
    *r = (runner){.experiment = experiment,
                  .variant = &experiment->variants[variant],
                  .conditions = conditions,
                  .run = run,
                  .began = run_seconds_now()};
    rill_status status = rill_agent_clone(&r->agent, r->variant->agent, error);
    status = status == RILL_OK ? open_lanes(r, number, error) : status;
    status = status == RILL_OK ? rill_agent_bind(r->agent, r->env, error) : status;
    if (status == RILL_OK && has_evaluation) {
        status = rill_env_clone(&r->evaluation_env, r->variant->world->env, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    rill_rng rng = stream_of(experiment, number, ROLE_AGENT);
    rill_agent_begin(r->agent, &rng);
    if (has_evaluation) {
        r->evaluation_env->data->rng = stream_of(experiment, number, ROLE_EVALUATION_ENV);
        r->evaluation_data = malloc(r->evaluation_env->data_size);
    }
    r->scratch = calloc((size_t)rill_agent_n_values(r->agent), sizeof *r->scratch);
    r->tallies = calloc(experiment->n_records + 1, sizeof *r->tallies);
    r->action_values = calloc((size_t)r->env->action_space.size, sizeof *r->action_values);
    run->series = calloc(experiment->n_records + 2, sizeof *run->series);
    r->returns = calloc(MAX_EPISODES, sizeof *r->returns);
    r->lengths = calloc(MAX_EPISODES, sizeof *r->lengths);
    if (r->returns == NULL || r->lengths == NULL || r->scratch == NULL || r->tallies == NULL ||
        r->action_values == NULL || run->series == NULL ||
        (has_evaluation && r->evaluation_data == NULL)) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < experiment->n_records; i++) {
        const rill_record *record = &experiment->records[i];
        r->is_watched = r->is_watched || record->metric->of_step != NULL;
        r->needs_optimum = r->needs_optimum || record->metric->needs_optimum;
        r->is_timed = r->is_timed || record->metric->is_timed;
        char name[48];
        rill_metric_write(record->metric, record->index, name);
        name_series(&run->series[run->n_series++], name, record->unit, record->every);
    }
    if (has_evaluation) {
        const rill_evaluation *evaluation = &experiment->evaluation;
        static const char *const names[] = {"evaluation_return", "evaluation_length"};
        for (int i = 0; i < 2; i++) {
            name_series(&run->series[run->n_series++], names[i], evaluation->unit,
                        evaluation->every);
        }
    }
    return RILL_OK;
}
