#include "plots/window/greedy.h"

#include <math.h>

/// From the state that the environment is in.
static void begin_episode(greedy *self)
{
    trail_note(&self->way, self->env, true);
    self->is_over = false;
    self->episode_return = 0.0;
    self->episode_length = 0;
}

rill_status greedy_open(greedy *self, const rill_env *env, rill_error *error)
{
    if (self->env != NULL) {
        return RILL_OK;
    }
    *self = (greedy){.last_return = (double)NAN};
    const rill_status status = rill_env_clone(&self->env, env, error);
    if (status == RILL_OK) {
        rill_env_seed(self->env, 0);
        rill_env_reset(self->env);
        begin_episode(self);
    }
    return status;
}

void greedy_close(greedy *self)
{
    rill_env_destroy(self->env);
    self->env = NULL;
}

void greedy_step(greedy *self, const rill_agent *agent)
{
    if (self->is_over) {
        rill_env_reset(self->env);
        begin_episode(self);
        return;
    }
    rill_outcome outcome;
    const rill_observation observation = rill_env_observe(self->env);
    rill_env_step(self->env, rill_agent_act_greedily(agent, observation), &outcome);
    trail_note(&self->way, self->env, false);
    self->steps++;
    self->episode_length++;
    self->episode_return += outcome.reward;
    if (rill_outcome_is_last(&outcome)) {
        self->is_over = true;
        self->episodes++;
        self->last_return = self->episode_return;
        self->last_length = self->episode_length;
    } else if (self->episode_length == GREEDY_MAX_STEPS) { // whose return is not known
        self->is_over = true;
        self->n_cut++;
    }
}

void greedy_advance(greedy *self, const rill_agent *agent, double steps)
{
    self->due += steps;
    for (; self->due >= 1.0; self->due -= 1.0) {
        greedy_step(self, agent);
    }
}

rill_status greedy_place(greedy *self, const double *state, rill_error *error)
{
    const rill_status status = rill_env_set_state(self->env, state, error);
    if (status == RILL_OK) {
        begin_episode(self);
    }
    return status;
}
