/// Wrappers: what stands between an environment and its agent. A wrapper changes what is observed,
/// done or rewarded; the wrapped environment is a `rill_env` like any other, and can be wrapped
/// again.
///
///     rill_env_create(&env, "cartpole", NULL, &error);
///     rill_env_wrap(&env, "sticky_actions", NULL, &error);
///     rill_env_wrap(&env, "time_limit", (const char *[]){"steps=200", NULL}, &error);
///
/// The environment's own time limit counts its own steps, inside all wrappers. All share one stream
/// of random numbers. Of a step, the wrapper draws what it needs for the action first, then the
/// environment draws, then the wrapper draws what it needs for the observation.
#ifndef RILL_WRAPPER_H
#define RILL_WRAPPER_H

#include <rill/env.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_wrapper rill_wrapper;
typedef struct rill_wrapped rill_wrapped;

/// A wrapper's type: constant, one per file in envs/wrappers/. What is NULL changes nothing.
typedef struct rill_wrapper_type {
    const char *id;      ///< the file's name
    const char *summary; ///< one line
    const char *source;  ///< paper, or Gymnasium's wrapper
    const rill_param *params;
    size_t params_size; ///< of the parameter struct, derived fields included
    size_t state_size;  ///< of the state struct: plain data, zero after creation and seeding
    /// Observations and dynamics stay the environment's, and rewards up to `reward`: so its exact
    /// model, and its Jacobian where there is no `reward`, hold for the wrapped environment.
    bool keeps_mdp;
    bool ends_episodes;  ///< `step` sets flags of its own
    bool has_statistics; ///< the state is statistics: see `rill_env_adopt_statistics`

    /// Checks that parameters and environment fit, computes derived fields, and sets the spaces and
    /// the size of the state where they are others. After an error `release` is not called.
    rill_status (*prepare)(rill_wrapper *wrapper, rill_error *error);
    void (*release)(void *params); ///< frees what `prepare` allocated
    /// An episode begins; before its first observation.
    void (*begin)(const void *params, void *state);
    /// A step: some calls of `rill_wrapped_step`, the last of which answers the observation.
    rill_observation (*step)(const rill_wrapped *self, rill_action action, rill_outcome *outcome);
    /// The reward in place of the outcome's; a function of nothing else.
    double (*reward)(const void *params, const rill_outcome *outcome);
    /// The observation in place of `inner`; called once after each reset and each step. A box is
    /// written to `box`, and answered.
    rill_observation (*observe)(const rill_wrapped *self, rill_observation inner, float *box);
} rill_wrapper_type;

/// One wrapper around one environment; constant after `prepare`.
struct rill_wrapper {
    const rill_wrapper_type *type;
    void *params;
    /// The environment inside: type, parameters and spaces; its state lies in that of the wrapped.
    rill_env *inner;
    rill_space observation_space, action_space; ///< of the wrapped environment
    size_t state_size;
    double *bounds; ///< those of `rill_wrapper_unbound`
};

/// What a wrapper works on during a reset or step.
struct rill_wrapped {
    const rill_wrapper *wrapper;
    const void *params; ///< the wrapper's
    void *state;        ///< the wrapper's
    rill_rng *rng;
    float *action_box; ///< room for a box action of the environment inside
    bool is_frozen;    ///< statistics are to stay as they are
    // the environment inside
    void *inner_state;
    float *inner_box;
    int64_t *inner_elapsed;
};

/// For `step`: one step of the environment inside, its time limit included.
static inline rill_observation rill_wrapped_step(const rill_wrapped *self, rill_action action,
                                                 rill_outcome *outcome)
{
    const rill_env *inner = self->wrapper->inner;
    rill_observation observation = inner->type->step(inner->params, self->inner_state, self->rng,
                                                     action, self->inner_box, outcome);
    if (++*self->inner_elapsed == inner->max_episode_steps) {
        outcome->truncated = true;
    }
    return observation;
}

/// For `prepare`: RILL_INVALID unless `space`, the inner environment's `what` ("observations"), is
/// a box.
RILL_API rill_status rill_wrapper_need_box(const rill_wrapper *wrapper, const rill_space *space,
                                           const char *what, rill_error *error);

/// For `prepare`: makes `space`, a box, one without bounds. At most once for a wrapper.
/// RILL_NO_MEMORY.
RILL_API rill_status rill_wrapper_unbound(rill_wrapper *wrapper, rill_space *space,
                                          rill_error *error);

/// For `prepare`: makes the list parameter `name` one of n numbers. An empty one takes `values` (n),
/// a single number is repeated. RILL_INVALID when there is another count.
RILL_API rill_status rill_wrapper_expand(rill_wrapper *wrapper, const char *name, int32_t n,
                                         const double *values, rill_error *error);

/// Wraps an environment: `*env` becomes the wrapped one, which owns what it was before. It is seeded
/// with 0 until `rill_env_seed`, and must be reset before its first step; its type is its own and
/// makes no other environments (`rill_env_clone` does). `assignments` are parameters as text
/// ("steps=200"), ending with NULL; NULL takes the defaults. On failure `*env` is as it was.
/// RILL_INVALID (unknown id, bad parameter, or the environment does not fit), RILL_NO_MEMORY.
RILL_API rill_status rill_env_wrap(rill_env **env, const char *id, const char *const *assignments,
                                   rill_error *error);

/// As `rill_env_wrap`, from a type (the caller's own, say) and a block of its parameters, which the
/// wrapper owns from now on, also when this fails. NULL takes the defaults.
RILL_API rill_status rill_env_wrap_with(rill_env **env, const rill_wrapper_type *type, void *params,
                                        rill_error *error);

/// The outermost wrapper; NULL when the environment has none.
RILL_API const rill_wrapper *rill_env_wrapper(const rill_env *env);

/// The environment inside all wrappers: its type, parameters and time limit.
RILL_API const rill_env *rill_env_unwrapped(const rill_env *env);

/// The present state of the outermost wrapper of that id; NULL when there is none.
RILL_API const void *rill_env_wrapper_state(const rill_env *env, const char *id);

/// Gives the normalising wrappers of `env` the statistics that those of `other`, a clone of it, have
/// gathered, and freezes them: for the evaluation of what was learned on `other`. (Seeding clears
/// statistics that are not frozen.)
RILL_API void rill_env_adopt_statistics(rill_env *env, const rill_env *other);

/// The type called `id`; NULL and an error naming the nearest one when there is none.
RILL_API const rill_wrapper_type *rill_wrapper_type_find(const char *id, rill_error *error);
/// All wrappers built in, sorted by id, ending with NULL.
RILL_API const rill_wrapper_type *const *rill_wrapper_type_list(void);

/// The state of the wrapper "record_statistics". It sees what is inside it: rewards and ends that a
/// wrapper outside makes are not counted.
typedef struct rill_episode_statistics {
    double episode_return;  ///< of the present episode, up to now
    int64_t episode_length; ///< likewise
    int64_t episodes;       ///< ended so far
    double last_return;     ///< of the episode that ended last; 0 before
    int64_t last_length;    ///< likewise
} rill_episode_statistics;

/// Mean and variance of a stream of numbers: "normalise_reward" has one as its state (of discounted
/// returns), "normalise_observation" an array with one for each dimension. They start at 0 and 1
/// with the weight of 1e-4 numbers.
typedef struct rill_running_moments {
    double count, mean, variance;
} rill_running_moments;

#ifdef __cplusplus
}
#endif
#endif
