/// Agents: learners behind `start`, `step`, `finish` and `act_greedily`.
///
/// An agent is wiring (constant after create: parameters, features, policy, pointers) and one
/// plain-data block of memory that holds all that learning changes, the stream of random numbers
/// included. Save and load are memcpy of that block.
#ifndef RILL_AGENT_H
#define RILL_AGENT_H

#include <rill/arena.h>
#include <rill/distribution.h>
#include <rill/env.h>
#include <rill/features.h>
#include <rill/linear.h>
#include <rill/model.h>
#include <rill/optimiser.h>
#include <rill/outcome.h>
#include <rill/param.h>
#include <rill/policy.h>
#include <rill/rng.h>
#include <rill/space.h>
#include <rill/status.h>
#include <rill/trace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_agent rill_agent;

/// A state as an agent refers to it (`rill_agent_perceive`): the active feature where the estimates
/// are a table, else the slot that holds its features.
typedef int32_t rill_state;

/// What an agent estimates.
typedef enum rill_estimates {
    RILL_ESTIMATES_STATE_VALUES, ///< v of its policy: one number a state
    RILL_ESTIMATES_ACTION_VALUES, ///< one number an action: q of the policy that is learned about, preferences, ...
} rill_estimates;

/// A number of its own that a type of agent offers to be recorded: a metric like any other.
typedef struct rill_agent_measure {
    const char *id;      ///< types that measure the same thing give it the same id
    const char *summary; ///< one line, with the unit where there is one
    /// Optional: why an agent, as it is wired, does not have it ("both lambdas are 0"); NULL: it has.
    const char *(*lacks)(const rill_agent *agent);
    /// The number as it is now; changes nothing. NaN: there is none at the moment.
    double (*measure)(const rill_agent *agent);
} rill_agent_measure;

/// Ends a table of measures.
#define RILL_MEASURE_END       \
    {                          \
        NULL, NULL, NULL, NULL \
    }

/// A part of a run, of many steps, over episodes: what is done and where it stands. Before and after, `action` has
/// been chosen in `observation` and is to be taken next.
typedef struct rill_stretch {
    rill_env *env;
    rill_observation observation; ///< an index
    rill_action action;
    double episode_return;  ///< of the episode under way, so far
    int64_t episode_length; ///< its steps
    int64_t n_steps;        ///< to be taken; then: that were
    /// (max_episodes) of those that end. The stretch is over at the end of the last that there is room for,
    /// before the next one begins.
    double *returns;
    int64_t *lengths;
    int64_t n_episodes, max_episodes;
} rill_stretch;

/// An agent's type: constant, one per file in agents/.
typedef struct rill_agent_type {
    const char *id;      ///< the file's name
    const char *summary; ///< one line
    const char *source;  ///< book and box, or paper
    const rill_param *params;
    size_t params_size;
    size_t agent_size; ///< of the agent's struct, whose first member is a rill_agent
    const rill_agent_measure *measures; ///< what it offers to be recorded; NULL: nothing
    rill_estimates estimates;
    /// Id of the policy when none is given. NULL: the agent has its own way to act and takes no
    /// policy; `policy` is then `greedy`, in its estimates.
    const char *default_policy;
    /// Off-policy: `policy` is what is learned about (the target), and the agent may act by another
    /// policy, its `behaviour`. An actor learns about the policy that it learns, and always has a
    /// behaviour, by default `uniform`. Otherwise a behaviour is refused.
    bool has_behaviour;
    /// Learns about the policy that is greedy in its estimates, whatever it acts by.
    bool learns_greedy;
    bool needs_model; ///< plans on the exact model of the environment; observes its states
    /// Looks at the environment that it acts in, which must offer Jacobians and be in S_t when A_t is
    /// chosen: see `rill_agent_bind`.
    bool needs_env;
    bool is_linear; ///< learns on any features; otherwise on tables only
    /// Acts by a distribution whose parameters it learns (rill/actor.h): takes `distribution` and
    /// `policy_features`, and no policy; its actions may be boxes. Its states are always slots.
    bool is_actor;
    bool needs_box; ///< is an actor whose actions must be a box
    /// An actor that moves its policy by the gradient of many steps at a time: takes an `optimiser`.
    bool has_optimiser;
    bool learns_no_values;         ///< a policy alone: its estimates are 0 and stay so
    bool estimates_average_reward; ///< keeps `average_reward` in its memory

    /// Optional, for linear ones: number of states that are referred to at a time. NULL: 2, S and S'.
    int64_t (*count_states)(const rill_agent *agent);
    /// Optional: number of environments side by side that it learns from, each call being about the one
    /// in `memory->lane`. NULL: 1.
    int32_t (*count_lanes)(const rill_agent *agent);
    /// Optional, for types with a model: the weight of each state in the updates, (n_states), 1 in sum.
    /// NULL: how often the agent is there.
    const double *(*state_weights)(const rill_agent *agent);
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
    /// Optional: the same, compiled for estimates that are a table; taken in place of `step` there.
    rill_action (*step_on_table)(rill_agent *agent, double reward, rill_observation observation);
    /// Optional: does a stretch in one loop, to the same bits as step after step. False, and nothing is done, for
    /// agents that are wired otherwise than it is compiled for.
    bool (*stretch)(rill_agent *agent, rill_stretch *stretch);
    /// Learns from the last step of an episode; bootstraps from `observation` on truncation, not
    /// on termination.
    void (*finish)(rill_agent *agent, const rill_outcome *outcome, rill_observation observation);
    /// Optional: the greedy action, without changing anything. NULL: the action of the greatest
    /// estimate (of equals, the lowest); for state values the likeliest action of the policy.
    rill_action (*act_greedily)(const rill_agent *agent, rill_observation observation);
    /// Optional, for one that `is_actor` and acts by other weights than it has learned: those that it has
    /// learned, of the shape of theta. NULL: theta.
    const double *(*learned_theta)(const rill_agent *agent);
    /// Optional: the estimates for an observation, 1 or n_actions numbers. NULL: those of `value`.
    void (*values)(const rill_agent *agent, rill_observation observation, double *values);
    /// Optional: the eligibility traces of the weights of `value`; of size 0 where an agent, as it is wired,
    /// has none. NULL: the type has none.
    const rill_trace *(*trace)(const rill_agent *agent);
} rill_agent_type;

/// The part of every agent's memory that is not of its algorithm.
typedef struct rill_agent_memory {
    rill_rng rng;
    int64_t step;    ///< actions chosen so far, over all episodes
    int64_t update;  ///< estimates updated so far
    int32_t lane;    ///< the environment that the next call is about, for types with `count_lanes`
    int64_t episode; ///< episodes finished so far
    double td_error; ///< of the last update
    double average_reward; ///< estimate of the reward per step, where the type has one
} rill_agent_memory;

/// The features of the states that an agent refers to at present: a ring of slots, in its memory.
typedef struct rill_slots {
    int32_t count; ///< number of slots; 0 where the estimates are a table
    int32_t n_active;
    int32_t *next;         ///< the slot to be written next
    int32_t *n;            ///< (count) active features
    int32_t *observations; ///< (count) index of a discrete observation, else 0
    int32_t *indices;      ///< (count, n_active)
    double *values;        ///< (count, n_active)
    double *outputs;       ///< (count, n_outputs) room for estimates
    void *map;             ///< the feature map's own memory
} rill_slots;

/// The policy of an agent that learns its parameters, theta: a distribution over actions whose own
/// parameters are linear in the features of the state, eta(s) = theta' x(s). A free parameter of the
/// distribution, which does not depend on the state, is the weight of feature 0 alone.
typedef struct rill_actor {
    rill_distribution distribution; ///< its type NULL: the agent acts by its `policy`
    rill_features features;         ///< x(s); its type NULL: those of the agent
    rill_linear theta;              ///< (features.size, distribution.n_parameters)
    rill_optimiser optimiser;       ///< its type NULL: the type has none
    double *moments;                ///< what it remembers
    int64_t *n_ascents;             ///< steps that it has made
    rill_slots slots;   ///< of the same states as those of the agent; `outputs` has room for eta
    rill_state *chosen; ///< the state in which an action was chosen last
    double *noise;      ///< (distribution.n_noise) of the action drawn last
    double *x;          ///< (distribution.size) that action, as the distribution sees it
    float *box;         ///< (distribution.size) and as a box
} rill_actor;

/// The wiring of every agent. Fields are for reading.
struct rill_agent {
    const rill_agent_type *type;
    /// The type's `step`, or `step_on_table`.
    rill_action (*step)(rill_agent *agent, double reward, rill_observation observation);
    void *params;
    rill_space observation_space, action_space;
    rill_features features;
    rill_policy policy;
    rill_policy behaviour; ///< what a type with `has_behaviour` acts by; its type NULL: `policy`
    /// For a type that `needs_model`; for others where some actions do not exist in some states, so
    /// that those are never chosen; else NULL. Shared.
    rill_model *model;
    const rill_env *env;      ///< of a type that `needs_env`: the one that it acts in, not owned
    rill_linear value;        ///< the estimates: (features.size, 1 or number of actions)
    rill_slots slots;         ///< where the features are not a table
    rill_slots scratch;       ///< one slot outside the memory, for `rill_agent_values`
    rill_actor actor;         ///< of a type that `is_actor`
    rill_actor actor_scratch; ///< its `slots`, `x` and `box` outside the memory, likewise
    int64_t *visits;          ///< updates of each estimate, where a step size is per visit; or NULL
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
    const rill_policy_type *behaviour; ///< NULL: none but `policy`; of an actor `uniform`
    void *behaviour_params;
    rill_model *model; ///< of the environment, for `rill_agent_type_wants_model`; else NULL will do
    const rill_env *env; ///< for a type that `needs_env`: as `rill_agent_bind`; else NULL will do
    /// For a type that `is_actor`. NULL: the default for the actions; the features of the agent.
    const rill_distribution_type *distribution;
    void *distribution_params;
    const rill_features_type *policy_features;
    void *policy_features_params;
    const rill_optimiser_type *optimiser; ///< for a type that `has_optimiser`; NULL: sgd
    void *optimiser_params;
} rill_agent_config;

/// Frees what a config holds that no agent was built from.
RILL_API void rill_agent_config_release(const rill_agent_config *config);

/// Creates an agent for the spaces of an environment, by id, with assignments as text:
/// "alpha=0.5" for the agent's own parameters, "policy=softmax", "policy.temperature=2",
/// "behaviour=uniform", "features=one_hot", "distribution=gaussian", ...; ending with NULL. Seeded with 0 until
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
/// Says which environment an agent acts in, for a type that `needs_env`; for others it does nothing. The
/// environment stays the caller's, and must be there as long as the agent acts. `rill_agent_create` binds
/// to its environment, and a clone is bound as the original; so bind what is to act in another one.
/// Errors: RILL_INVALID (no Jacobian, or another kind of states than that of the present environment).
RILL_API rill_status rill_agent_bind(rill_agent *agent, const rill_env *env, rill_error *error);

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

/// The greedy action in a state; changes nothing that is learned. Like `rill_agent_values` not for two
/// threads on one agent: it may use room of the agent's.
RILL_API rill_action rill_agent_act_greedily(const rill_agent *agent, rill_observation observation);

/// The estimates for an observation, to `values` (`rill_agent_n_values`).
RILL_API void rill_agent_values(const rill_agent *agent, rill_observation observation,
                                double *values);

/// z.x(s), on a table z(s), for each estimate of an observation, to `traces` (`rill_agent_n_values`). False, and
/// nothing is written, where the agent has no eligibility traces. As `rill_agent_act_greedily` not for two
/// threads on one agent.
RILL_API bool rill_agent_traces(const rill_agent *agent, rill_observation observation,
                                double *traces);

/// pi(. | s) of the agent's policy, for an observation and its estimates (NULL will do for a policy that
/// ignores them, and for one that is learned), to `probabilities` (n_actions). For discrete actions. As
/// `rill_agent_act_greedily` not for two threads on one agent.
RILL_API void rill_agent_probabilities(const rill_agent *agent, rill_observation observation,
                                       const double *values, double *probabilities);

/// Number of environments that an agent learns from side by side: 1 but for types with `count_lanes`.
/// Whoever drives such an agent serves them in turn, 0, 1, ..., with one `start` or `step` each, and sets
/// `agent->memory->lane` before each call.
RILL_API int32_t rill_agent_count_lanes(const rill_agent *agent);

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
    return agent->step(agent, reward, observation);
}

static inline void rill_agent_finish(rill_agent *agent, const rill_outcome *outcome,
                                     rill_observation observation)
{
    agent->type->finish(agent, outcome, observation);
    agent->memory->episode++;
}

/// Perceives a state that is not a table's: fills the next slot.
RILL_API rill_state rill_agent_fill_slot(rill_agent *agent, rill_observation observation);

/// For agents: the state of an observation, to refer to it until `count_states` more are perceived.
static inline rill_state rill_agent_perceive(rill_agent *agent, rill_observation observation)
{
    if (agent->slots.count == 0) {
        return rill_features_active(&agent->features, observation);
    }
    return rill_agent_fill_slot(agent, observation);
}

/// The active features of a state, to look at as long as the state and the variable that holds it are
/// there.
typedef struct rill_features_view {
    int32_t n;
    const int32_t *indices; ///< (n)
    const double *values;   ///< (n); NULL: all 1
} rill_features_view;

static inline rill_features_view rill_agent_features(const rill_agent *agent,
                                                     const rill_state *state)
{
    rill_features_view view = {1, state, NULL};
    if (agent->slots.count > 0) {
        const ptrdiff_t first = (ptrdiff_t)*state * agent->slots.n_active;
        view.n = agent->slots.n[*state];
        view.indices = agent->slots.indices + first;
        view.values = agent->features.is_binary ? NULL : agent->slots.values + first;
    }
    return view;
}

/// The number of a state in the policy: the feature of a table, else the discrete observation.
static inline int32_t rill_agent_policy_state(const rill_agent *agent, rill_state state)
{
    return agent->slots.count == 0 ? state : agent->slots.observations[state];
}

/// Whether an action exists in a state, for tables.
static inline bool rill_agent_is_available(const rill_agent *agent, int32_t feature, int32_t action)
{
    return agent->model == NULL || rill_model_is_available(agent->model, feature, action);
}

/// For `begin`: weights with which every estimate is `estimate`, on binary features.
RILL_API void rill_agent_fill(const rill_agent *agent, double estimate);

/// For agents with tables of their own, in `begin`: sets the values of actions that do not exist to
/// RILL_UNAVAILABLE. (That of `value` is done for them.) `table` is (n_features, n_actions).
RILL_API void rill_agent_mask(const rill_agent *agent, const rill_linear *table);

/// For agents: the next action by the agent's policy, in a state of these values; counts the step.
static inline int32_t rill_agent_sample(rill_agent *agent, rill_state state, const double *values)
{
    rill_agent_memory *memory = agent->memory;
    return rill_policy_sample(&agent->policy, rill_agent_policy_state(agent, state), values,
                              memory->step++, memory->episode, &memory->rng);
}

/// For agents with `has_behaviour`: what they act by.
static inline const rill_policy *rill_agent_behaviour(const rill_agent *agent)
{
    return agent->behaviour.type == NULL ? &agent->policy : &agent->behaviour;
}

/// As `rill_agent_sample`, by the behaviour policy.
static inline int32_t rill_agent_sample_behaviour(rill_agent *agent, rill_state state,
                                                  const double *values)
{
    rill_agent_memory *memory = agent->memory;
    return rill_policy_sample(rill_agent_behaviour(agent), rill_agent_policy_state(agent, state),
                              values, memory->step++, memory->episode, &memory->rng);
}

/// For agents: a step size at the present time, for an estimate of a state. Time counts updates of
/// all estimates or, per visit (tables only), those of this one, which is counted here: call once an
/// update.
static inline double rill_agent_step_size(rill_agent *agent, const rill_schedule *schedule,
                                          rill_state state, int32_t output)
{
    if (schedule->kind == RILL_SCHEDULE_CONSTANT) {
        return schedule->from;
    }
    int64_t time = agent->memory->update;
    if (schedule->per == RILL_PER_VISIT) {
        time = agent->visits[(ptrdiff_t)state * agent->value.n_outputs + output]++;
    }
    return rill_schedule_varying_at(schedule, time, agent->memory->episode);
}

#ifdef __cplusplus
}
#endif
#endif
