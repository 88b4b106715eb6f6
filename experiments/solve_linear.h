/// The linear systems behind the values of a policy, and its way through the states.
#ifndef RILL_EXPERIMENTS_SOLVE_LINEAR_H
#define RILL_EXPERIMENTS_SOLVE_LINEAR_H

#include <rill/model.h>
#include <rill/status.h>
#include <stdint.h>

/// Solves v = r + gamma P v for a policy, given as one action per state; a negative one marks a
/// state whose value is 0. Every episode must end with probability 1 when gamma is 1.
/// `v` is (n_states); what it holds on entry is only a place to start from.
/// RILL_FAILED (no finite number, or too slow to find), RILL_NO_MEMORY.
rill_status solve_linear(const rill_model *model, double gamma, const int32_t *policy, double *v,
                         rill_error *error);

/// Solves visits = entries + visits P for a policy given likewise: the expected visits to each state
/// until a negative one is met, which every state must lead to. `visits` holds the entries to begin
/// with. RILL_FAILED (too many states), RILL_NO_MEMORY.
rill_status solve_visits(const rill_model *model, const int32_t *policy, double *visits,
                         rill_error *error);

#endif
