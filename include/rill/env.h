/// Environments: one step interface, alone or many side by side.
///
/// An environment is a constant block of parameters and a plain-data block of state. Copy, save and
/// restore are memcpy; the stream of random numbers is part of the state.
#ifndef RILL_ENV_H
#define RILL_ENV_H

#include <rill/canvas.h>
#include <rill/grid.h>
#include <rill/model.h>
#include <rill/outcome.h>
#include <rill/param.h>
#include <rill/rng.h>
#include <rill/space.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A second name for an environment with some parameters set: Gymnasium's ids.
typedef struct rill_env_preset {
    const char *id;            ///< "CliffWalking-v1"; NULL ends the list
    const char *const *params; ///< assignments "name=value", ending with NULL; or NULL
    int32_t max_episode_steps; ///< 0: no time limit
    double reward_threshold;   ///< mean return at which it counts as solved; 0: none is known
} rill_env_preset;

/// Many instances of one environment side by side, as `step_batch` sees them.
typedef struct rill_lanes {
    int32_t n;              ///< number of lanes
    const void *params;     ///< shared by all lanes
    void *states;           ///< (n) of the environment's state struct
    rill_rng *rngs;         ///< (n)
    const uint8_t *is_idle; ///< (n) lanes that the kernel leaves alone; never NULL
    const void *actions;    ///< (n) int32_t, or (n, action size) float
    void *observations;     ///< (n) int32_t, or (n, observation size) float
    double *rewards;        ///< (n)
    uint8_t *terminated;    ///< (n) 0 or 1
    uint8_t *truncated;     ///< (n) 0 or 1
    int32_t observation_size, action_size;
} rill_lanes;

enum { RILL_BLOCK = 64 };

/// Up to RILL_BLOCK lanes as a struct of arrays, as `step_block` sees them.
typedef struct rill_block {
    int32_t n;              ///< number of lanes
    const double *numbers;  ///< (numbers of the state struct, RILL_BLOCK) the states
    double *next;           ///< as `numbers`: the states after the step
    const int32_t *actions; ///< (n)
    float *observations;    ///< (n, observation size)
    double *rewards;        ///< (n)
    uint8_t *terminated;    ///< (n) 0 or 1
} rill_block;

/// The derivatives of one step with respect to state s and action a: s' = f(s, a), reward r(s, a).
/// Where a step clips, they are those of the side that it is on.
typedef struct rill_jacobian {
    double *next_by_state;    ///< (n, n) d s'_i / d s_j
    double *next_by_action;   ///< (n, m) d s'_i / d a_j
    double *reward_by_state;  ///< (n)
    double *reward_by_action; ///< (m)
} rill_jacobian;

/// Where an action leads from a state, for certain.
typedef struct rill_move {
    double reward;
    int32_t next; ///< state
    bool terminated;
} rill_move;

/// An environment's type: constant, one per file in envs/, made by `RILL_DEFINE_ENV`.
typedef struct rill_env_type {
    const char *id;                  ///< the file's name
    const char *summary;             ///< one line
    const char *source;              ///< book and example, or paper
    const rill_env_preset *presets;  ///< optional
    const rill_param *params;        ///< parameter table
    size_t params_size;              ///< of the parameter struct, derived fields included
    size_t state_size;               ///< of the state struct
    const char *const *action_names; ///< optional: one word an action, ending with NULL
    /// Optional: what the numbers of a box are, with units, or what the index of a discrete observation is:
    /// "cart position (m)". Ends with NULL.
    const char *const *observation_names;

    // Required.
    rill_space (*observation_space)(const void *params);
    rill_space (*action_space)(const void *params);
    void (*reset)(const void *params, void *state, rill_rng *rng);
    /// Advances the state and answers the observation after it; `box` is room for a box.
    rill_observation (*step)(const void *params, void *state, rill_rng *rng, rill_action action,
                             float *box, rill_outcome *outcome);
    rill_observation (*observe)(const void *params, const void *state, float *box);
    void (*step_batch)(const rill_lanes *lanes);

    // Optional.
    /// Steps lanes side by side, all of them, as `step` would; made by RILL_DEFINE_BLOCK (rill/env_block.h). A lane
    /// whose observation then holds a NaN is stepped again by `step`. NULL: lanes are stepped one after the other.
    void (*step_block)(const void *params, const rill_block *block);
    /// Checks parameters against each other and computes the struct's derived fields; called once,
    /// before anything else. After an error `release` is not called:
    /// it frees what it took itself.
    rill_status (*prepare)(void *params, rill_error *error);
    void (*release)(void *params); ///< frees what `prepare` allocated
    /// Clears what the state carries from one episode to the next; called at creation and seeding.
    /// NULL: it carries nothing.
    void (*restart)(const void *params, void *state);
    /// Writes the exact finite MDP (of a world that changes with time, as it is when seeded), or
    /// refuses (`rill_model_refuse`). States are the observation indices, unless `model_state` says
    /// otherwise.
    rill_status (*model)(const void *params, rill_model_builder *builder);
    /// The state of the model that a state is. NULL: the one whose index is observed.
    int32_t (*model_state)(const void *params, const void *state);
    /// Episodes never end by themselves, whatever the parameters. For types without a model, which tells.
    bool is_continuing;
    /// The model's rewards are expectations r(s, a, s') (S&B eq. 3.6); those of steps scatter.
    bool has_expected_rewards;
    /// For worlds whose state is the int32_t that is observed, and nothing else: the moves, (number of states,
    /// number of actions), that `step` makes; NULL where it draws random numbers, with these parameters. Who
    /// makes moves itself writes the state back.
    const rill_move *(*moves)(const void *params);
    /// The layout, for worlds that are a grid.
    void (*grid)(const void *params, rill_grid *grid);
    /// Marks (1) the actions that can be taken in a state, (number of actions); it may leave out (0)
    /// those without an effect. NULL: all can.
    void (*mask)(const void *params, const void *state, uint8_t *mask);
    /// The exact value of each action in the present state, (number of actions): what the environment
    /// knows and the agent does not. For worlds whose values no model has: bandits.
    void (*action_values)(const void *params, const void *state, double *values);
    /// The derivatives of one step that draws no random number, for environments with box actions;
    /// n state values (of `get_state`), m action values, arrays row-major, in double.
    void (*jacobian)(const void *params, const void *state, const float *action,
                     rill_jacobian *jacobian);
    /// With `jacobian`: d observation_i / d state_j, to `by_state` (observation size, n), row-major. NULL:
    /// the observation is the state values, rounded to float.
    void (*observe_jacobian)(const void *params, const void *state, double *by_state);
    /// Draws the state. NULL for grids, which are drawn from their layout.
    void (*draw)(const void *params, const void *state, const rill_canvas *canvas);
    /// The state as numbers, and back. `n_state_values` 0 means: not offered.
    int32_t n_state_values;
    /// Their number where it hangs on the parameters; `n_state_values` is then the most.
    int32_t (*count_state_values)(const void *params);
    void (*get_state)(const void *params, const void *state, double *values);
    rill_status (*set_state)(const void *params, void *state, const double *values,
                             rill_error *error);
} rill_env_type;

/// The part of an environment that steps change, in front of the type's own state.
typedef struct rill_env_data {
    rill_rng rng;
    int64_t elapsed; ///< steps since the last reset
} rill_env_data;

/// One environment. Fields are for reading; constant after create but for what `data` points to.
typedef struct rill_env {
    const rill_env_type *type;
    void *params;
    rill_space observation_space, action_space;
    int64_t max_episode_steps; ///< time limit; 0: none
    int32_t n_state_values;    ///< the type's, for these parameters
    rill_env_data *data;       ///< (data_size) bytes: this header, then state and observation
    size_t data_size;
    void *state; ///< inside `data`
    float *box;  ///< inside `data`: (size) of a box observation
} rill_env;

/// Creates an environment by the id of its type or preset ("cliff_walking", "CliffWalking-v1").
/// `assignments` are parameters as text ("is_slippery=true"), ending with NULL; NULL takes the
/// defaults. Seeded with 0 until `rill_env_seed`; must be reset before its first step.
/// Errors: RILL_INVALID (unknown id with the nearest one, bad parameter), RILL_NO_MEMORY.
RILL_API rill_status rill_env_create(rill_env **env, const char *id, const char *const *assignments,
                                     rill_error *error);

/// As `rill_env_create`, from a type (the caller's own, say) and a block of its parameters, which
/// the environment owns from now on, also when this fails. NULL takes the defaults.
RILL_API rill_status rill_env_create_from(rill_env **env, const rill_env_type *type, void *params,
                                          int64_t max_episode_steps, rill_error *error);

/// An environment of the same parameters, with its own state: a copy of the original's.
RILL_API rill_status rill_env_clone(rill_env **clone, const rill_env *env, rill_error *error);

/// NULL is fine.
RILL_API void rill_env_destroy(rill_env *env);

/// Restarts the stream of random numbers, as NumPy's `default_rng(seed)`, and what a world that
/// changes with time remembers of earlier episodes.
RILL_API void rill_env_seed(rill_env *env, uint64_t seed);

/// All that steps change, as `env->data_size` bytes, and back into any environment of the same
/// type and parameters. The future after a restore is the one after the save, bit for bit.
RILL_API void rill_env_save(const rill_env *env, void *bytes);
RILL_API void rill_env_restore(rill_env *env, const void *bytes);

/// Puts the environment into a state given as `n_state_values` numbers and starts counting
/// an episode there. Errors: RILL_INVALID (not offered, not a state).
RILL_API rill_status rill_env_set_state(rill_env *env, const double *values, rill_error *error);

/// Draws the present state: by the type's `draw`, or from the layout of a grid. RILL_INVALID when the
/// environment offers neither.
RILL_API rill_status rill_env_draw(const rill_env *env, const rill_canvas *canvas,
                                   rill_error *error);

/// The exact model; RILL_INVALID when the environment is not a finite MDP.
RILL_API rill_status rill_env_model(const rill_env *env, rill_model **model, rill_error *error);

/// The type or preset called `id`. `preset` (may be NULL) is set to the preset, or to NULL.
/// NULL and an error naming the nearest id when there is none.
RILL_API const rill_env_type *rill_env_type_find(const char *id, const rill_env_preset **preset,
                                                 rill_error *error);

/// All environments built in, sorted by id, ending with NULL.
RILL_API const rill_env_type *const *rill_env_type_list(void);

/// The observation of the present state.
static inline rill_observation rill_env_observe(const rill_env *env)
{
    return env->type->observe(env->params, env->state, env->box);
}

/// Starts an episode, continuing the stream of random numbers.
static inline rill_observation rill_env_reset(rill_env *env)
{
    env->data->elapsed = 0;
    env->type->reset(env->params, env->state, &env->data->rng);
    return rill_env_observe(env);
}

/// One step. `action` must lie in the action space. After an outcome that is last, reset.
static inline rill_observation rill_env_step(rill_env *env, rill_action action,
                                             rill_outcome *outcome)
{
    rill_observation observation =
        env->type->step(env->params, env->state, &env->data->rng, action, env->box, outcome);
    if (++env->data->elapsed == env->max_episode_steps) {
        outcome->truncated = true;
    }
    return observation;
}

#ifdef __cplusplus
}
#endif
#endif
