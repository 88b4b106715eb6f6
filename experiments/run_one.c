/// One run: environment and agent take turns, and metrics are recorded.
#include "experiments/run_one.h"

#include <math.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Roles of the streams of a run. A stream is NumPy's PCG64(SeedSequence(seed, spawn_key=(run,
/// role))): all variants of an experiment meet the same luck.
enum { ROLE_ENV, ROLE_AGENT, ROLE_EVALUATION_ENV };

enum {
    CHUNK = 1 << 16,          // steps between looks at the clock and the stop flag
    MAX_KEPT_VALUES = 1 << 13 // estimates kept with a run, in numbers
};

static rill_rng stream_of(const rill_experiment *experiment, int64_t number, uint32_t role)
{
    uint32_t spawn_key[] = {(uint32_t)number, role};
    rill_rng rng;
    rill_rng_spawn(&rng, experiment->seed, spawn_key, 2);
    return rng;
}

/// One of the environments that an agent learns from side by side, and how its episode stands.
typedef struct lane {
    rill_env *env;
    rill_observation observation;
    rill_outcome outcome; ///< of the last step
    double episode_return;
    int64_t episode_length; ///< 0: an episode is to begin
} lane;

/// A run under way.
typedef struct runner {
    const rill_experiment *experiment;
    const rill_variant *variant;
    lane *lanes; ///< (n_lanes)
    int32_t n_lanes;
    rill_env *env;            ///< of the lane at work
    rill_env *evaluation_env; ///< NULL without evaluation
    rill_agent *agent;
    rill_run *run;
    double *scratch;
    rill_tally *tallies;     ///< (n_records) what metrics gather from steps
    bool is_watched;         ///< some metric does
    bool needs_optimum;      ///< and wants to know the optimal action values
    bool is_timed;           ///< some metric looks at the clock
    double began;            ///< when the run did, by the clock
    double *action_values;   ///< (n_actions) room for them
    const atomic_bool *stop; ///< NULL: nobody asks to stop
    bool is_out_of_memory;
    bool is_cut; ///< an evaluation was stopped half-way: the run leaves nothing
} runner;

static bool is_asked_to_stop(const runner *r)
{
    return r->stop != NULL && atomic_load_explicit(r->stop, memory_order_relaxed);
}

static void runner_close(runner *r)
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
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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

static rill_status runner_open(runner *r, const rill_experiment *experiment, int32_t variant,
                               int64_t number, rill_run *run, rill_error *error)
{
    const bool has_evaluation = experiment->evaluation.every > 0;
    *run = (rill_run){.variant = variant, .run = number};
    *r = (runner){.experiment = experiment,
                  .variant = &experiment->variants[variant],
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
    }
    r->scratch = calloc((size_t)rill_agent_n_values(r->agent), sizeof *r->scratch);
    r->tallies = calloc(experiment->n_records + 1, sizeof *r->tallies);
    r->action_values = calloc((size_t)r->env->action_space.size, sizeof *r->action_values);
    run->series = calloc(experiment->n_records + 2, sizeof *run->series);
    if (r->scratch == NULL || r->tallies == NULL || r->action_values == NULL ||
        run->series == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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

static void append(runner *r, rill_series *series, double value, bool may_be_missing)
{
    if (!rill_series_append(series, value)) {
        r->is_out_of_memory = true;
    }
    if (!isfinite(value) && !(may_be_missing && isnan(value))) {
        r->run->status = RILL_RUN_DIVERGED;
    }
}

/// Whether the estimates have stopped being finite, as the last TD error tells.
static inline bool diverges(const runner *r)
{
    if (isfinite(r->agent->memory->td_error)) {
        return false;
    }
    r->run->status = RILL_RUN_DIVERGED;
    return true;
}

/// Records the metrics that are due after `count` steps or episodes.
static void record(runner *r, rill_unit unit, int64_t count, double episode_return,
                   int64_t episode_length)
{
    rill_metric_view view = {.agent = r->agent,
                             .truth = r->variant->truth,
                             .projection = r->variant->projection,
                             .episode_return = episode_return,
                             .episode_length = episode_length,
                             .steps = r->run->steps,
                             .episodes = r->run->episodes,
                             .seconds = r->is_timed ? run_seconds_now() - r->began : 0.0,
                             .scratch = r->scratch,
                             .is_out_of_memory = &r->is_out_of_memory};
    for (size_t i = 0; i < r->experiment->n_records; i++) {
        const rill_record *spec = &r->experiment->records[i];
        const rill_metric *metric = spec->metric;
        if (spec->unit == unit && count % spec->every == 0) {
            view.tally = &r->tallies[i];
            view.index = spec->index;
            append(r, &r->run->series[i], metric->measure(&view), metric->may_be_missing);
            r->tallies[i] = metric->is_timed   ? (rill_tally){view.seconds, view.steps}
                            : metric->is_total ? r->tallies[i]
                                               : (rill_tally){0.0, 0};
        }
    }
    diverges(r);
}

/// Before a step: the exact values of the best action and of the one about to be taken.
static rill_step_view look_at_choice(const runner *r, rill_observation observation,
                                     rill_action action)
{
    const rill_env *env = r->env;
    rill_step_view step = {0.0, 0.0, 0.0};
    if (!r->needs_optimum) {
        return step;
    }
    if (env->type->action_values != NULL) {
        env->type->action_values(env->params, env->state, r->action_values);
        step.best = rill_max(r->action_values, env->action_space.size);
        step.chosen = r->action_values[action.index];
        return step;
    }
    const rill_solution *solution = r->variant->optimum->solution;
    const int32_t state = env->type->model_state == NULL
                              ? observation.index
                              : env->type->model_state(env->params, env->state);
    step.best = solution->v[state];
    step.chosen = solution->q[(ptrdiff_t)state * solution->n_actions + action.index];
    return step;
}

/// After it: what the metrics gather.
static void gather(const runner *r, rill_step_view step, double reward)
{
    step.reward = reward;
    for (size_t i = 0; i < r->experiment->n_records; i++) {
        const rill_metric *metric = r->experiment->records[i].metric;
        if (metric->of_step != NULL) {
            r->tallies[i].sum += metric->of_step(&step);
            r->tallies[i].steps++;
        }
    }
}

/// Greedy episodes on the evaluation environment, where they are due after `count` steps or episodes;
/// looks at the stop flag between them.
static void evaluate(runner *r, rill_unit unit, int64_t count)
{
    const rill_evaluation *evaluation = &r->experiment->evaluation;
    if (evaluation->every == 0 || evaluation->unit != unit || count % evaluation->every != 0) {
        return;
    }
    double sum = 0.0;
    double length = 0.0;
    rill_env_adopt_statistics(r->evaluation_env, r->env); // the agent sees what it learned on
    for (int64_t i = 0; i < evaluation->episodes; i++) {
        if (is_asked_to_stop(r)) {
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

/// The step count at which the loop must look up: the next point of a series by steps, the end, or
/// simply a while later.
static int64_t next_event(const rill_experiment *experiment, int64_t steps)
{
    const rill_evaluation *evaluation = &experiment->evaluation;
    int64_t next = steps + CHUNK;
    if (evaluation->every > 0 && evaluation->unit == RILL_STEPS) {
        const int64_t due = (steps / evaluation->every + 1) * evaluation->every;
        next = due < next ? due : next;
    }
    if (experiment->stop_steps > 0 && experiment->stop_steps < next) {
        next = experiment->stop_steps;
    }
    for (size_t i = 0; i < experiment->n_records; i++) {
        const rill_record *spec = &experiment->records[i];
        if (spec->unit == RILL_STEPS) {
            int64_t due = (steps / spec->every + 1) * spec->every;
            next = due < next ? due : next;
        }
    }
    return next;
}

/// An episode has ended: records it; true when the run is over.
static bool end_episode(runner *r, double episode_return, int64_t episode_length)
{
    const rill_experiment *experiment = r->experiment;
    const int64_t episodes = ++r->run->episodes;
    record(r, RILL_EPISODES, episodes, episode_return, episode_length);
    evaluate(r, RILL_EPISODES, episodes);
    return episodes == experiment->stop_episodes || r->run->status == RILL_RUN_DIVERGED ||
           r->is_cut;
}

/// The loop that everything is for: environment and agent take turns, and data moves forward. With
/// `is_watched` metrics gather each step, and the run ends at the step in which it diverges; always
/// inlined, so that without it nothing of that is left.
static RILL_ALWAYS_INLINE rill_status run_loop(runner *r, atomic_llong *steps_taken,
                                               const bool is_watched)
{
    const rill_experiment *experiment = r->experiment;
    rill_env *env = r->env;
    rill_agent *agent = r->agent;
    rill_outcome outcome;
    rill_step_view seen;
    rill_observation observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, observation);
    double episode_return = 0.0;
    int64_t episode_start = 0;
    int64_t steps = 0;
    bool is_over = false;
    while (!is_over) {
        const int64_t before = steps;
        const int64_t event = next_event(experiment, steps);
        while (steps < event && !is_over) {
            if (is_watched) {
                seen = look_at_choice(r, observation, action);
            }
            observation = rill_env_step(env, action, &outcome);
            episode_return += outcome.reward;
            steps++;
            if (is_watched) {
                gather(r, seen, outcome.reward);
            }
            if (!rill_outcome_is_last(&outcome)) {
                action = rill_agent_step(agent, outcome.reward, observation);
                is_over = is_watched && diverges(r);
                continue;
            }
            rill_agent_finish(agent, &outcome, observation);
            r->run->steps = steps;
            if (is_watched && diverges(r)) {
                is_over = true;
                continue;
            }
            is_over = end_episode(r, episode_return, steps - episode_start);
            episode_return = 0.0;
            episode_start = steps;
            if (!is_over) {
                observation = rill_env_reset(env);
                action = rill_agent_start(agent, observation);
            }
        }
        r->run->steps = steps;
        if (steps == event && r->run->status != RILL_RUN_DIVERGED) {
            record(r, RILL_STEPS, steps, 0.0, 0);
            evaluate(r, RILL_STEPS, steps);
        }
        is_over = is_over || steps == experiment->stop_steps || r->run->status == RILL_RUN_DIVERGED;
        if (steps_taken != NULL) {
            atomic_fetch_add_explicit(steps_taken, steps - before, memory_order_relaxed);
        }
        if (r->is_cut || (!is_over && is_asked_to_stop(r))) {
            return RILL_INTERRUPTED;
        }
        if (r->is_out_of_memory) {
            return RILL_NO_MEMORY;
        }
    }
    return RILL_OK;
}

static rill_status run_plainly(runner *r, atomic_llong *steps_taken)
{
    return run_loop(r, steps_taken, false);
}

static rill_status run_watched(runner *r, atomic_llong *steps_taken)
{
    return run_loop(r, steps_taken, true);
}

/// One step in a lane, from the agent's call to what it leads to; true when the run is over.
static bool step_lane(runner *r, lane *at, int64_t *steps)
{
    rill_agent *agent = r->agent;
    rill_env *env = r->env = at->env;
    agent->memory->lane = (int32_t)(at - r->lanes);
    rill_action action;
    if (at->episode_length == 0) {
        at->observation = rill_env_reset(env);
        action = rill_agent_start(agent, at->observation);
    } else {
        action = rill_agent_step(agent, at->outcome.reward, at->observation);
    }
    const rill_step_view seen = look_at_choice(r, at->observation, action);
    at->observation = rill_env_step(env, action, &at->outcome);
    at->episode_return += at->outcome.reward;
    at->episode_length++;
    r->run->steps = ++*steps;
    gather(r, seen, at->outcome.reward);
    bool is_over = diverges(r);
    if (!is_over && rill_outcome_is_last(&at->outcome)) {
        rill_agent_finish(agent, &at->outcome, at->observation);
        is_over = diverges(r) || end_episode(r, at->episode_return, at->episode_length);
        at->episode_return = 0.0;
        at->episode_length = 0;
    }
    return is_over;
}

/// Hands the agent what the last step of each lane has led to, where it has not had it yet.
static void finish_lanes(runner *r)
{
    for (int32_t i = 0; i < r->n_lanes; i++) {
        const lane *at = &r->lanes[i];
        if (at->episode_length > 0) {
            r->agent->memory->lane = i;
            rill_agent_step(r->agent, at->outcome.reward, at->observation);
        }
    }
}

/// The loop for an agent with several environments, which take turns; counts the steps of all.
static rill_status run_lanes(runner *r, atomic_llong *steps_taken)
{
    const int64_t stop_steps = r->experiment->stop_steps;
    int64_t steps = 0, reported = 0, event = next_event(r->experiment, 0);
    for (int32_t i = 0;; i = i + 1 == r->n_lanes ? 0 : i + 1) {
        bool is_over = step_lane(r, &r->lanes[i], &steps);
        const bool is_event = steps == event;
        if (is_event && r->run->status != RILL_RUN_DIVERGED) {
            record(r, RILL_STEPS, steps, 0.0, 0);
            evaluate(r, RILL_STEPS, steps);
        }
        is_over = is_over || steps == stop_steps || r->run->status == RILL_RUN_DIVERGED;
        if (is_event || is_over) {
            if (steps_taken != NULL) {
                atomic_fetch_add_explicit(steps_taken, steps - reported, memory_order_relaxed);
            }
            reported = steps;
            event = next_event(r->experiment, steps);
            if (r->is_cut || (!is_over && is_asked_to_stop(r))) {
                return RILL_INTERRUPTED;
            }
            if (r->is_out_of_memory) {
                return RILL_NO_MEMORY;
            }
        }
        if (is_over && r->run->status != RILL_RUN_DIVERGED) {
            finish_lanes(r);
        }
        if (is_over) {
            return RILL_OK;
        }
    }
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

/// Keeps the estimates with the run, when they are few enough or wanted; one that is not finite means
/// that the run diverged, though it did so where nothing was recorded.
static void keep_values(runner *r)
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

/// One run from its beginning; watched where `is_watched` asks for it or a metric or lanes do, which it
/// then tells.
static rill_status run_once(const rill_experiment *experiment, int32_t variant, int64_t number,
                            bool *is_watched, const atomic_bool *stop, atomic_llong *steps_taken,
                            rill_run *run, rill_error *error)
{
    runner r;
    rill_status status = runner_open(&r, experiment, variant, number, run, error);
    r.stop = stop;
    if (status == RILL_OK) {
        *is_watched = *is_watched || r.is_watched || r.n_lanes > 1;
        status = r.n_lanes > 1 ? run_lanes(&r, steps_taken)
                 : *is_watched ? run_watched(&r, steps_taken)
                               : run_plainly(&r, steps_taken);
        if (status == RILL_OK) {
            keep_values(&r);
            status = r.is_out_of_memory ? RILL_NO_MEMORY : RILL_OK;
        }
        if (status == RILL_INTERRUPTED) {
            rill_error_set(error, status, "", "interrupted");
        } else if (status == RILL_NO_MEMORY) {
            rill_error_set(error, status, "", "out of memory while recording");
        }
    }
    runner_close(&r);
    return status;
}

rill_status run_one(const rill_experiment *experiment, int32_t variant, int64_t number,
                    const atomic_bool *stop, atomic_llong *steps_taken, rill_run *run,
                    rill_error *error)
{
    const double start = run_seconds_now();
    bool is_watched = false;
    rill_status status =
        run_once(experiment, variant, number, &is_watched, stop, steps_taken, run, error);
    if (status == RILL_OK && run->status == RILL_RUN_DIVERGED && !is_watched) {
        rill_run_clear(run);
        is_watched = true;
        status = run_once(experiment, variant, number, &is_watched, stop, NULL, run, error);
    }
    run->wall_seconds = run_seconds_now() - start;
    run->hash = rill_run_hash(run);
    return status;
}

rill_status rill_experiment_run_one(const rill_experiment *experiment, int32_t variant,
                                    int64_t number, rill_run *run, rill_error *error)
{
    return run_one(experiment, variant, number, NULL, NULL, run, error);
}
