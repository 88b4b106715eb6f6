#include "plots/window/learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void nap(void)
{
    const struct timespec millisecond = {0, 1000000L};
    nanosleep(&millisecond, NULL);
}

static void note_observation(trail *self, const rill_env *env, rill_observation observation,
                             bool is_first)
{
    if (env->observation_space.kind == RILL_SPACE_DISCRETE) {
        self->n = is_first ? 0 : self->n;
        self->cells[self->n % TRAIL_CELLS] = observation.index;
        self->n++;
    }
}

void trail_note(trail *self, const rill_env *env, bool is_first)
{
    note_observation(self, env, rill_env_observe(env), is_first);
}

/// Appends the points that a series has beyond those known. Without memory the curve stays shorter.
static void extend_curve(sight *to, const double *values, size_t count)
{
    if (count > to->capacity) {
        const size_t capacity = 2 * count + 64;
        double *curve = realloc(to->curve, capacity * sizeof *curve);
        if (curve == NULL) {
            return;
        }
        to->curve = curve;
        to->capacity = capacity;
    }
    if (count > to->n_points) {
        memcpy(to->curve + to->n_points, values + to->n_points,
               (count - to->n_points) * sizeof *values);
        to->n_points = count;
    }
}

/// On the learning thread: leaves a copy for who looks.
static void leave_copy(learner *self, const run_moment *moment)
{
    pthread_mutex_lock(&self->mutex);
    sight *copy = &self->copy;
    copy->steps = moment->run->steps;
    copy->episodes = moment->run->episodes;
    copy->episode_length = self->episode_length;
    copy->way = self->way;
    copy->episode_return = self->episode_return;
    copy->last_return = self->last_return;
    copy->last_length = self->last_length;
    if (moment->run->n_series > 0) {
        extend_curve(copy, moment->run->series[0].values, moment->run->series[0].count);
    }
    rill_env_save(moment->env, self->env_bytes);
    rill_agent_save(moment->agent, self->agent_bytes);
    self->is_fresh = true;
    atomic_store(&self->is_wanted, false);
    pthread_mutex_unlock(&self->mutex);
}

static bool is_at_limit(learner *self)
{
    return atomic_load(&self->steps) >= atomic_load(&self->step_limit) ||
           atomic_load(&self->episodes) >= atomic_load(&self->episode_limit);
}

/// A step of the environment that is shown: of several side by side the first.
static void note_step(learner *self, const run_moment *moment)
{
    if (moment->episode_length == 1) {
        note_observation(&self->way, moment->env, moment->before, true);
    }
    trail_note(&self->way, moment->env, false);
    self->episode_return = moment->episode_return;
    self->episode_length = moment->episode_length;
    if (rill_outcome_is_last(&moment->outcome)) {
        self->last_return = moment->episode_return;
        self->last_length = moment->episode_length;
    }
}

/// After each step of the run.
static void on_step(void *context, const run_moment *moment)
{
    learner *self = context;
    const rill_run *run = moment->run;
    if (moment->lane == 0) {
        note_step(self, moment);
    }
    atomic_store_explicit(&self->steps, run->steps, memory_order_relaxed);
    atomic_store_explicit(&self->episodes, run->episodes, memory_order_relaxed);
    const bool is_end = run->steps == self->experiment->stop_steps ||
                        (run->episodes > 0 && run->episodes == self->experiment->stop_episodes) ||
                        run->status == RILL_RUN_DIVERGED;
    if (is_end || atomic_load_explicit(&self->is_wanted, memory_order_relaxed) ||
        is_at_limit(self)) {
        leave_copy(self, moment);
    }
    while (!is_end && is_at_limit(self) && !atomic_load(&self->stop)) {
        nap();
    }
}

static void *learn(void *context)
{
    learner *self = context;
    const run_conditions conditions = {.stop = &self->stop, .on_step = on_step, .context = self};
    self->status = run_one(self->experiment, self->variant, self->number, &conditions, &self->run,
                           &self->error);
    if (self->run.n_series > 0) { // what was recorded after the last step
        pthread_mutex_lock(&self->mutex);
        extend_curve(&self->copy, self->run.series[0].values, self->run.series[0].count);
        self->is_fresh = true;
        pthread_mutex_unlock(&self->mutex);
    }
    atomic_store(&self->is_over, true);
    return NULL;
}

/// What a run under way and one that is over have in common: an environment and an agent to look at.
static rill_status open_sight(learner *self, const rill_env *env, const rill_agent *agent,
                              rill_error *error)
{
    self->last_return = self->seen.last_return = self->copy.last_return = (double)NAN;
    pthread_mutex_init(&self->mutex, NULL);
    rill_status status = rill_env_clone(&self->env, env, error);
    status = status == RILL_OK ? rill_agent_clone(&self->agent, agent, error) : status;
    if (status == RILL_OK) {
        rill_env_reset(self->env); // something to draw before the first step
    }
    return status;
}

rill_status learner_open_saved(learner *self, const rill_saved_agent *saved, const rill_run *run,
                               rill_error *error)
{
    *self = (learner){.experiment = saved->experiment, .number = saved->run};
    const rill_status status = open_sight(self, saved->env, saved->agent, error);
    self->seen.steps = saved->steps;
    self->seen.episodes = saved->episodes;
    self->run.hash = saved->hash;
    self->run.status = run->status;
    if (run->n_series > 0) {
        extend_curve(&self->seen, run->series[0].values, run->series[0].count);
    }
    atomic_store(&self->is_over, true);
    return status;
}

rill_status learner_open(learner *self, const rill_experiment *experiment, int32_t variant,
                         int64_t number, rill_error *error)
{
    const rill_variant *of = &experiment->variants[variant];
    *self = (learner){.experiment = experiment, .variant = variant, .number = number};
    const rill_status status = open_sight(self, of->world->env, of->agent, error);
    if (status != RILL_OK) {
        return status;
    }
    self->env_bytes = malloc(self->env->data_size);
    self->agent_bytes = malloc(self->agent->memory_size);
    if (self->env_bytes == NULL || self->agent_bytes == NULL) {
        return rill_error_no_memory(error);
    }
    rill_env_save(self->env, self->env_bytes);
    rill_agent_save(self->agent, self->agent_bytes);
    if (pthread_create(&self->thread, NULL, learn, self) != 0) {
        return rill_error_set(error, RILL_FAILED, "", "cannot start a thread for the run");
    }
    self->is_started = true;
    return RILL_OK;
}

void learner_close(learner *self)
{
    atomic_store(&self->stop, true);
    if (self->is_started) {
        pthread_join(self->thread, NULL);
        rill_run_clear(&self->run);
    }
    pthread_mutex_destroy(&self->mutex);
    rill_env_destroy(self->env);
    rill_agent_destroy(self->agent);
    free(self->env_bytes);
    free(self->agent_bytes);
    free(self->copy.curve);
    free(self->seen.curve);
}

void learner_allow(learner *self, int64_t steps, int64_t episodes)
{
    atomic_store(&self->step_limit, steps);
    atomic_store(&self->episode_limit, episodes);
}

bool learner_look(learner *self)
{
    pthread_mutex_lock(&self->mutex);
    const bool is_fresh = self->is_fresh;
    if (is_fresh) {
        const sight old = self->seen;
        self->seen = self->copy;
        self->seen.curve = old.curve;
        self->seen.n_points = old.n_points;
        self->seen.capacity = old.capacity;
        extend_curve(&self->seen, self->copy.curve, self->copy.n_points);
        rill_env_restore(self->env, self->env_bytes);
        rill_agent_load(self->agent, self->agent_bytes);
        self->is_fresh = false;
    }
    pthread_mutex_unlock(&self->mutex);
    atomic_store(&self->is_wanted, true);
    return is_fresh;
}

void learner_catch_up(learner *self)
{
    bool is_there = false;
    while (!is_there && !atomic_load(&self->is_over)) {
        pthread_mutex_lock(&self->mutex);
        is_there = self->copy.steps >= atomic_load(&self->step_limit) ||
                   self->copy.episodes >= atomic_load(&self->episode_limit);
        pthread_mutex_unlock(&self->mutex);
        if (!is_there) {
            nap();
        }
    }
    learner_look(self);
}
