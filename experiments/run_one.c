/// One run: environment and agent take turns, and metrics are recorded.
#include "experiments/runner.h"

#include <stdlib.h>

/// Steps between looks at whether the estimates are finite, where nothing is recorded.
enum { CHUNK = 1 << 16 };

/// Step of the first look up from work, whose witness says how the run went.
enum { FIRST_LOOK = 100 };

/// Seconds between looks at the clock and the stop flag, about; a run that was stopped after less than
/// so many seconds of work leaves no checkpoint.
static const double look_seconds = 0.01, least_work_seconds = 2.0;

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

int64_t run_next_event(const rill_experiment *experiment, int64_t steps)
{
    const rill_evaluation *evaluation = &experiment->evaluation;
    int64_t next = (steps / CHUNK + 1) * CHUNK;
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

bool run_is_over_after_episode(const runner *r)
{
    return r->run->episodes == r->experiment->stop_episodes ||
           r->run->status == RILL_RUN_DIVERGED || r->is_cut;
}

/// An episode has ended: records it; true when the run is over.
static bool end_episode(runner *r, double episode_return, int64_t episode_length)
{
    const int64_t episodes = ++r->run->episodes;
    run_record(r, RILL_EPISODES, episodes, episode_return, episode_length);
    run_evaluate(r, RILL_EPISODES, episodes);
    return run_is_over_after_episode(r);
}

static bool is_at_end(const runner *r)
{
    const rill_experiment *experiment = r->experiment;
    return r->run->steps == experiment->stop_steps ||
           (r->run->episodes > 0 && r->run->episodes == experiment->stop_episodes) ||
           r->run->status == RILL_RUN_DIVERGED || r->is_cut;
}

bool run_end_steps(runner *r)
{
    const int64_t steps = r->run->steps;
    if (r->run->status != RILL_RUN_DIVERGED && !r->is_cut) {
        run_record(r, RILL_STEPS, steps, 0.0, 0);
        run_evaluate(r, RILL_STEPS, steps);
    }
    return is_at_end(r);
}

void run_begin_episode(runner *r)
{
    lane *at = &r->lanes[0];
    at->observation = rill_env_reset(at->env);
    at->episode_return = 0.0;
    at->episode_length = 0;
    r->action = rill_agent_start(r->agent, at->observation);
}

/// Does what a run was stopped in, so that it can go on step by step.
static void catch_up(runner *r)
{
    const run_phase phase = r->phase;
    r->phase = RUN_STEPS;
    r->is_cut = false;
    if (phase == RUN_EPISODE_EVALUATION) {
        run_evaluate(r, RILL_EPISODES, r->run->episodes);
        r->is_over = is_at_end(r);
        if (!r->is_over && r->n_lanes == 1) {
            run_begin_episode(r);
        }
        if (r->run->steps == run_next_event(r->experiment, r->run->steps - 1)) {
            r->is_over = run_end_steps(r) || r->is_over;
        }
    } else if (phase == RUN_STEP_EVALUATION) {
        run_evaluate(r, RILL_STEPS, r->run->steps);
        r->is_over = is_at_end(r);
    }
}

static void leave_checkpoint(runner *r, bool is_watched, double now)
{
    rill_checkpoint checkpoint;
    if (run_save(r, is_watched, &checkpoint)) {
        r->conditions->on_checkpoint(r->conditions->context, &checkpoint);
    } else {
        r->is_out_of_memory = true;
    }
    r->saved = now;
}

/// Goes on from the checkpoint of the run, if there is one and it fits.
static void resume(runner *r, double now)
{
    const char *misfit = run_load(r);
    if (misfit != NULL) {
        r->conditions->on_misfit(r->conditions->context, misfit);
        return;
    }
    r->saved = now;
    r->reported = r->run->steps;
    catch_up(r);
}

static void show(const runner *r, run_sight *sight)
{
    const rill_experiment *experiment = r->experiment;
    const rill_run *run = r->run;
    double fraction = 0.0;
    if (experiment->stop_steps > 0) {
        fraction = (double)run->steps / (double)experiment->stop_steps;
    }
    if (experiment->stop_episodes > 0) {
        fraction = fmax(fraction, (double)run->episodes / (double)experiment->stop_episodes);
    }
    const rill_series *series = &run->series[0];
    const bool has_value = experiment->n_records > 0 && series->count > 0;
    atomic_store_explicit(&sight->fraction, fraction, memory_order_relaxed);
    atomic_store_explicit(&sight->value,
                          has_value ? series->values[series->count - 1] : (double)NAN,
                          memory_order_relaxed);
    int state = RUN_MEMORY_WANTED; // of the runs that share a sight, one answers
    if (atomic_compare_exchange_strong(&sight->memory_state, &state, RUN_MEMORY_IN_WORK)) {
        rill_agent_save(r->agent, sight->memory);
        atomic_store(&sight->memory_state, RUN_MEMORY_THERE);
    }
}

/// From time to time, and at the end: looks up from work, at the clock and at who wants something.
static rill_status look_up(runner *r, bool is_watched)
{
    const run_conditions *conditions = r->conditions;
    const double now = run_seconds_now();
    if (conditions->steps_taken != NULL) {
        atomic_fetch_add_explicit(conditions->steps_taken, r->run->steps - r->reported,
                                  memory_order_relaxed);
        r->reported = r->run->steps;
    }
    if (conditions->sight != NULL) {
        show(r, conditions->sight);
    }
    if (!r->is_over && r->witness == 0) {
        r->witness = run_witness(r);
        if (conditions->checkpoint != NULL) {
            resume(r, now);
        }
    }
    if (r->is_cut || (!r->is_over && run_is_asked_to_stop(r))) {
        const double seconds = conditions->checkpoint_seconds;
        const double least = seconds < least_work_seconds ? seconds : least_work_seconds;
        if (seconds > 0.0 && r->witness != 0 && now - r->saved >= least) {
            leave_checkpoint(r, is_watched, now);
        }
        return RILL_INTERRUPTED;
    }
    if (!r->is_over && conditions->checkpoint_seconds > 0.0 &&
        now - r->saved >= conditions->checkpoint_seconds) {
        leave_checkpoint(r, is_watched, now);
    }
    if (now - r->looked < 0.5 * look_seconds && r->look_length < CHUNK) {
        r->look_length *= 2;
    } else if (now - r->looked > 2.0 * look_seconds && r->look_length > 1) {
        r->look_length /= 2;
    }
    r->looked = run_seconds_now(); // without what a checkpoint took
    r->look = r->run->steps + r->look_length;
    return r->is_out_of_memory ? RILL_NO_MEMORY : RILL_OK;
}

/// Shows a step of a lane, and how the episode stands after it, to who asked for that.
static void show_step(const runner *r, int32_t number, rill_observation before,
                      const rill_outcome *outcome, double episode_return, int64_t episode_length)
{
    const run_moment moment = {.env = r->lanes[0].env,
                               .lane = number,
                               .before = before,
                               .agent = r->agent,
                               .run = r->run,
                               .outcome = *outcome,
                               .episode_return = episode_return,
                               .episode_length = episode_length};
    r->conditions->on_step(r->conditions->context, &moment);
}

/// The loop that everything is for: environment and agent take turns, and data moves forward. With
/// `is_watched` metrics gather each step, and the run ends at the step in which it diverges; with
/// `is_shown` each step is shown. Always inlined, so that without them nothing of that is left.
static RILL_ALWAYS_INLINE void run_to_look(runner *r, const bool is_watched, const bool is_shown)
{
    const rill_experiment *experiment = r->experiment;
    lane *at = &r->lanes[0];
    rill_env *env = at->env;
    rill_agent *agent = r->agent;
    rill_outcome outcome;
    rill_step_view seen;
    rill_observation observation = at->observation;
    rill_action action = r->action;
    double episode_return = at->episode_return;
    int64_t steps = r->run->steps;
    int64_t episode_start = steps - at->episode_length;
    bool is_over = false;
    while (!is_over && steps < r->look) {
        const int64_t due = run_next_event(experiment, steps);
        const int64_t event = due < r->look ? due : r->look;
        while (steps < event && !is_over) {
            if (is_watched) {
                seen = look_at_choice(r, observation, action);
            }
            const rill_observation before = observation;
            observation = rill_env_step(env, action, &outcome);
            episode_return += outcome.reward;
            steps++;
            if (is_watched) {
                gather(r, seen, outcome.reward);
            }
            if (!rill_outcome_is_last(&outcome)) {
                action = rill_agent_step(agent, outcome.reward, observation);
                is_over = is_watched && run_diverges(r);
                if (is_shown) {
                    r->run->steps = steps;
                    show_step(r, 0, before, &outcome, episode_return, steps - episode_start);
                }
                continue;
            }
            rill_agent_finish(agent, &outcome, observation);
            r->run->steps = steps;
            if (is_watched && run_diverges(r)) {
                is_over = true;
                continue;
            }
            is_over = end_episode(r, episode_return, steps - episode_start);
            if (is_shown) {
                show_step(r, 0, before, &outcome, episode_return, steps - episode_start);
            }
            episode_return = 0.0;
            episode_start = steps;
            if (!is_over) {
                observation = rill_env_reset(env);
                action = rill_agent_start(agent, observation);
            }
        }
        r->run->steps = steps;
        if (steps == due) {
            is_over = run_end_steps(r) || is_over;
        }
    }
    at->observation = observation;
    at->episode_return = episode_return;
    at->episode_length = steps - episode_start;
    r->action = action;
    r->is_over = is_over;
}

static void run_plainly(runner *r)
{
    if (r->agent->type->stretch == NULL || !run_in_stretches(r)) {
        run_to_look(r, false, false);
    }
}

static void run_watched(runner *r)
{
    run_to_look(r, true, false);
}

static void run_shown(runner *r)
{
    run_to_look(r, true, true);
}

/// One step in a lane, from the agent's call to what it leads to; true when the run is over.
static bool step_lane(runner *r, lane *at)
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
    const rill_observation before = at->observation;
    const rill_step_view seen = look_at_choice(r, before, action);
    at->observation = rill_env_step(env, action, &at->outcome);
    at->episode_return += at->outcome.reward;
    at->episode_length++;
    r->run->steps++;
    gather(r, seen, at->outcome.reward);
    bool is_over = run_diverges(r);
    bool is_last = false;
    if (!is_over && rill_outcome_is_last(&at->outcome)) {
        rill_agent_finish(agent, &at->outcome, at->observation);
        is_over = run_diverges(r) || end_episode(r, at->episode_return, at->episode_length);
        is_last = true;
    }
    if (r->conditions->on_step != NULL) {
        show_step(r, agent->memory->lane, before, &at->outcome, at->episode_return,
                  at->episode_length);
    }
    if (is_last) {
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
static void run_lanes(runner *r)
{
    int64_t event = run_next_event(r->experiment, r->run->steps);
    while (!r->is_over && r->run->steps < r->look) {
        r->is_over = step_lane(r, &r->lanes[r->next_lane]);
        r->next_lane = r->next_lane + 1 == r->n_lanes ? 0 : r->next_lane + 1;
        if (r->run->steps == event) {
            r->is_over = run_end_steps(r) || r->is_over;
            event = run_next_event(r->experiment, event);
        }
    }
}

/// One run from its beginning; watched where `is_watched` asks for it or a metric or lanes do, which it
/// then tells.
static rill_status run_once(const rill_experiment *experiment, int32_t variant, int64_t number,
                            bool *is_watched, const run_conditions *conditions, rill_run *run,
                            rill_error *error)
{
    runner r;
    rill_status status = runner_open(&r, experiment, variant, number, conditions, run, error);
    if (status == RILL_OK) {
        *is_watched = *is_watched || r.is_watched || r.n_lanes > 1 || conditions->on_step != NULL;
        r.look = r.look_length = FIRST_LOOK;
        r.looked = r.saved = r.began;
        if (r.n_lanes == 1) {
            run_begin_episode(&r);
        }
        while (status == RILL_OK && !r.is_over) {
            if (r.n_lanes > 1) {
                run_lanes(&r);
            } else if (conditions->on_step != NULL) {
                run_shown(&r);
            } else if (*is_watched) {
                run_watched(&r);
            } else {
                run_plainly(&r);
                // with estimates that are no numbers an episode may not end
                r.is_over = run_diverges(&r) || r.is_over;
            }
            status = look_up(&r, *is_watched);
        }
        if (status == RILL_OK) {
            if (r.n_lanes > 1 && run->status != RILL_RUN_DIVERGED) {
                finish_lanes(&r);
            }
            run_keep_values(&r);
            run->hash = rill_run_hash(run);
            status = r.is_out_of_memory ? RILL_NO_MEMORY : run_keep_agent(&r, error);
        }
        if (status == RILL_INTERRUPTED) {
            rill_error_set(error, status, "", "interrupted");
        } else if (status == RILL_NO_MEMORY) {
            rill_error_set(error, status, "", "out of memory while recording");
        }
        run->wall_seconds += run_seconds_now() - r.began;
    }
    runner_close(&r);
    return status;
}

rill_status run_one(const rill_experiment *experiment, int32_t variant, int64_t number,
                    const run_conditions *conditions, rill_run *run, rill_error *error)
{
    bool is_watched =
        conditions->checkpoint != NULL && run_checkpoint_is_watched(conditions->checkpoint);
    rill_status status = run_once(experiment, variant, number, &is_watched, conditions, run, error);
    if (status == RILL_OK && run->status == RILL_RUN_DIVERGED && !is_watched) {
        const double seconds = run->wall_seconds;
        run_conditions again = *conditions;
        again.steps_taken = NULL;
        again.checkpoint = NULL;
        rill_run_clear(run);
        is_watched = true;
        status = run_once(experiment, variant, number, &is_watched, &again, run, error);
        run->wall_seconds += seconds;
    }
    return status;
}

rill_status rill_experiment_run_one(const rill_experiment *experiment, int32_t variant,
                                    int64_t number, rill_run *run, rill_error *error)
{
    return run_one(experiment, variant, number, &(run_conditions){0}, run, error);
}
