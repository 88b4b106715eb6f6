/// Parts of reading an experiment that live in files of their own.
#ifndef RILL_EXPERIMENTS_EXPERIMENT_H
#define RILL_EXPERIMENTS_EXPERIMENT_H

#include "experiments/json.h"

#include <rill/experiment.h>

/// Reads "expect" into an experiment whose environment and agents are there.
rill_status expect_read(rill_experiment *experiment, const cJSON *root, rill_error *error);
/// Refuses windows without a point, or beyond the end of the runs.
rill_status expect_check_windows(const rill_experiment *experiment, rill_error *error);
void expect_clear(rill_expect *expect);

/// Sets `can_end`; refuses to wait for the end of episodes that cannot end.
rill_status feasibility_check(rill_experiment *experiment, rill_error *error);

/// Computes the exact values that the metrics are held against; refuses metrics that an agent
/// cannot have.
rill_status feasibility_prepare(rill_experiment *experiment, rill_error *error);

/// The world of an object "environment": the one that is there already, or a new one. RILL_INVALID with the
/// place from "environment" on, RILL_NO_MEMORY.
rill_status world_read(rill_experiment *experiment, const cJSON *environment, rill_world **world,
                       rill_error *error);
void world_destroy(rill_world *world);

/// Reads "environment", "agents" and "sweep". The overrides are in `root` already; those that the sweep would
/// undo are refused.
rill_status variants_read(rill_experiment *experiment, const cJSON *root,
                          const char *const *overrides, rill_error *error);
void variants_destroy(rill_experiment *experiment);

/// The exact model of a world, built on first use; the world's. RILL_INVALID (it has none),
/// RILL_NO_MEMORY.
rill_status world_model(rill_world *world, const rill_model **model, rill_error *error);

/// What an agent is held against: with `is_optimal` the optimal values for its discount, else those of
/// what it estimates, as `rill_truth_create`. Solved on first use; the world's.
rill_status world_truth(rill_world *world, const rill_agent *agent, bool is_optimal,
                        rill_truth **truth, rill_error *error);

/// Refuses an agent whose observations are not the states of a model.
rill_status truth_check_states(const rill_agent *agent, const rill_env *env,
                               const rill_model *model, rill_error *error);
/// The agent's "gamma". RILL_INVALID: it has none.
rill_status truth_discount(const rill_agent *agent, double *discount, rill_error *error);

/// By `rill_keep_agents`, as a file writes them; ends with NULL.
extern const char *const keep_agents_names[];

/// Sets `resolved`, and the `config` of each variant. `root` is what was read.
rill_status resolve_experiment(rill_experiment *experiment, const cJSON *root, rill_error *error);

#endif
