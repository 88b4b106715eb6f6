/// Agents: learners behind `start`, `step`, `finish` and `act_greedily`.
///
/// An agent is wiring (constant after create: parameters, features, policy, pointers) and one
/// plain-data block of memory that holds all that learning changes, the stream of random numbers
/// included. Save and load are memcpy of that block.
#ifndef RILL_AGENT_H
#define RILL_AGENT_H

#include <rill/arena.h>
#include <rill/env.h>
#include <rill/features.h>
#include <rill/linear.h>
#include <rill/model.h>
#include <rill/outcome.h>
#include <rill/param.h>
#include <rill/policy.h>
#include <rill/rng.h>
#include <rill/space.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_agent rill_agent;

/// What an agent estimates.
typedef enum rill_estimates {
    RILL_ESTIMATES_STATE_VALUES, ///< v of its policy: one number a state
    RILL_ESTIMATES_ACTION_VALUES, ///< one number an action: q of the policy that is learned about, preferences, ...
} rill_estimates;

/// An agent's type: constant, one per file in agents/.
typedef struct rill_agent_type {
    const char *id;      ///< the file's name
    const char *summary; ///< one line
    const char *source;  ///< book and box, or paper
    const rill_param *params;
    size_t params_size;
    size_t agent_size; ///< of the agent's struct, whose first member is a rill_agent
    rill_estimates estimates;
    /// Id of the policy when none is given. NULL: the agent has its own way to act and takes no
    /// policy; `policy` is then `greedy`, in its estimates.
    const char *default_policy;
    /// Off-policy: `policy` is what is learned about (the target), and the agent may act by another
    /// policy, its `behaviour`. Otherwise a behaviour is refused.
    bool has_behaviour;
    /// Learns about the policy that is greedy in its estimates, whatever it acts by.
    bool learns_greedy;
    bool needs_model;              ///< plans on the exact model of the environment
    bool estimates_average_reward; ///< keeps `average_reward` in its memory

    /// Optional: lays out the agent's further arrays in its memory. Runs twice: see rill/arena.h.
    void (*layout)(rill_agent *agent, rill_arena *arena);
    /// Optional: checks parameters against each other and the wiring.
    rill_status (*prepare)(rill_agent *agent, rill_error *error);
    /// Sets what is learned to its initial value; memory is zero before.
    void (*begin)(rill_agent *agent);
    /// The first action of an episode.
    rill_action (*start)(rill_agent *agent, rill_observation observation);
    /// Learns from the reward and the observation that followed the last action; answers the next
    /// action, which must then be the one executed.
    rill_action (*step)(rill_agent *agent, double reward, rill_observation observation);
    /// Learns from the last step of an episode; bootstraps from `observation` on truncation, not
    /// on termination.
    void (*finish)(rill_agent *agent, const rill_outcome *outcome, rill_observation observation);
    /// Optional: the greedy action, without changing anything. NULL: the action of the greatest
    /// estimate (of equals, the lowest); for state values the likeliest action of the policy.
    rill_action (*act_greedily)(const rill_agent *agent, rill_observation observation);
    /// Optional: the estimates for an observation, 1 or n_actions numbers. NULL: those of `value`.
    void (*values)(const rill_agent *agent, rill_observation observation, double *values);
} rill_agent_type;

/// The part of every agent's memory that is not of its algorithm.
typedef struct rill_agent_memory {
    rill_rng rng;
    int64_t step;          ///< actions chosen so far, over all episodes
    int64_t update;        ///< estimates updated so far
    int64_t episode;       ///< episodes finished so far
    double td_error;       ///< of the last update
    double average_reward; ///< estimate of the reward per step, where the type has one
} rill_agent_memory;

/// The wiring of every agent. Fields are for reading.
struct rill_agent {
    const rill_agent_type *type;
    void *params;
    rill_space observation_space, action_space;
    rill_features features;
    rill_policy policy;
    rill_policy behaviour; ///< what a type with `has_behaviour` acts by; its type NULL: `policy`
    /// For a type that `needs_model`; for others where some actions do not exist in some states, so
    /// that those are never chosen; else NULL. Shared.
    rill_model *model;
    rill_linear value; ///< the estimates: (features.size, 1 or number of actions)
    int64_t *visits;   ///< updates of each estimate, where a step size is per visit; or NULL
    rill_agent_memory *memory; ///< (memory_size) bytes, this struct first
    size_t memory_size;
};

/// What to build an agent from. A NULL type of features or policy takes the agent's default; NULL
/// params take the defaults of their table. Blocks of parameters, and the share of the model, are
/// owned by the agent from `rill_agent_create_from` on, also when that fails.
typedef struct rill_agent_config {
    const rill_agent_type *type;
    void *params;
    const rill_features_type *features;
    void *features_params;
    const rill_policy_type *policy;
    void *policy_params;
    const rill_policy_type *behaviour; ///< NULL: none but `policy`
    void *behaviour_params;
    rill_model *model; ///< of the environment, for `rill_agent_type_wants_model`; else NULL will do
} rill_agent_config;

/// Frees what a config holds that no agent was built from.
RILL_API void rill_agent_config_release(const rill_agent_config *config);

/// Creates an agent for the spaces of an environment, by id, with assignments as text:
/// "alpha=0.5" for the agent's own parameters, "policy=softmax", "policy.temperature=2",
/// "behaviour=uniform", "features=one_hot", ...; ending with NULL. Seeded with 0 until
/// `rill_agent_seed`.
/// Errors: RILL_INVALID (unknown name with the nearest one, bad value, spaces that the agent cannot
/// serve), RILL_NO_MEMORY.
RILL_API rill_status rill_agent_create(rill_agent **agent, const char *id, const rill_env *env,
                                       const char *const *assignments, rill_error *error);
RILL_API rill_status rill_agent_create_from(rill_agent **agent, const rill_agent_config *config,
                                            rill_space observation_space, rill_space action_space,
                                            rill_error *error);
/// An agent of the same wiring, with its own memory: a copy of the original's.
RILL_API rill_status rill_agent_clone(rill_agent **clone, const rill_agent *agent,
                                      rill_error *error);
/// NULL is fine.
RILL_API void rill_agent_destroy(rill_agent *agent);

/// Forgets all that was learned and restarts the stream of random numbers.
RILL_API void rill_agent_seed(rill_agent *agent, uint64_t seed);
/// As `rill_agent_seed`, with a stream of the caller's choice.
RILL_API void rill_agent_begin(rill_agent *agent, const rill_rng *rng);

/// All that learning changes, as `agent->memory_size` bytes, and back into any agent of the same
/// wiring.
RILL_API void rill_agent_save(const rill_agent *agent, void *bytes);
RILL_API void rill_agent_load(rill_agent *agent, const void *bytes);

/// The greedy action in a state; changes nothing.
RILL_API rill_action rill_agent_act_greedily(const rill_agent *agent, rill_observation observation);

/// The estimates for an observation, to `values` (`rill_agent_n_values`).
RILL_API void rill_agent_values(const rill_agent *agent, rill_observation observation,
                                double *values);

/// Number of estimates a state: 1 or the number of actions.
RILL_API int32_t rill_agent_n_values(const rill_agent *agent);

/// Whether an agent of a type is to be given the exact model of an environment: the type needs it, or
/// learns about actions that do not all exist everywhere.
RILL_API bool rill_agent_type_wants_model(const rill_agent_type *type, const rill_env *env);

RILL_API const rill_agent_type *rill_agent_type_find(const char *id, rill_error *error);
/// All agents built in, sorted by id, ending with NULL.
RILL_API const rill_agent_type *const *rill_agent_type_list(void);

static inline rill_action rill_agent_start(rill_agent *agent, rill_observation observation)
{
    return agent->type->start(agent, observation);
}

static inline rill_action rill_agent_step(rill_agent *agent, double reward,
                                          rill_observation observation)
{
    return agent->type->step(agent, reward, observation);
}

static inline void rill_agent_finish(rill_agent *agent, const rill_outcome *outcome,
                                     rill_observation observation)
{
    agent->type->finish(agent, outcome, observation);
    agent->memory->episode++;
}

/// Whether an action exists in a state, for tables.
static inline bool rill_agent_is_available(const rill_agent *agent, int32_t feature, int32_t action)
{
    return agent->model == NULL || rill_model_is_available(agent->model, feature, action);
}

/// For agents with tables of their own, in `begin`: sets the values of actions that do not exist to
/// RILL_UNAVAILABLE. (That of `value` is done for them.) `table` is (n_features, n_actions).
RILL_API void rill_agent_mask(const rill_agent *agent, const rill_linear *table);

/// For agents: the next action by the agent's policy, in the state whose feature and values these
/// are; counts the step.
static inline int32_t rill_agent_sample(rill_agent *agent, int32_t feature, const double *values)
{
    rill_agent_memory *memory = agent->memory;
    return rill_policy_sample(&agent->policy, feature, values, memory->step++, memory->episode,
                              &memory->rng);
}

/// For agents with `has_behaviour`: what they act by.
static inline const rill_policy *rill_agent_behaviour(const rill_agent *agent)
{
    return agent->behaviour.type == NULL ? &agent->policy : &agent->behaviour;
}

/// As `rill_agent_sample`, by the behaviour policy.
static inline int32_t rill_agent_sample_behaviour(rill_agent *agent, int32_t feature,
                                                  const double *values)
{
    rill_agent_memory *memory = agent->memory;
    return rill_policy_sample(rill_agent_behaviour(agent), feature, values, memory->step++,
                              memory->episode, &memory->rng);
}

/// For agents: a step size at the present time, for the estimate number `feature` * outputs +
/// `output`. Time counts updates of all estimates or, per visit, those of this one, which is counted
/// here: call once an update.
static inline double rill_agent_step_size(rill_agent *agent, const rill_schedule *schedule,
                                          int32_t feature, int32_t output)
{
    if (schedule->kind == RILL_SCHEDULE_CONSTANT) {
        return schedule->from;
    }
    int64_t time = agent->memory->update;
    if (schedule->per == RILL_PER_VISIT) {
        time = agent->visits[(ptrdiff_t)feature * agent->value.n_outputs + output]++;
    }
    return rill_schedule_varying_at(schedule, time, agent->memory->episode);
}

#ifdef __cplusplus
}
#endif
#endif
