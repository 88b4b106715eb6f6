/// For authors of environments: turns three plain functions into a type.
///
/// A file envs/<name>.c defines
///     <name>_params   parameter struct (derived fields at the end), <name>_param_table
///     <name>_state    plain data
///     reset(const <name>_params *, <name>_state *, rill_rng *)
///     step(const <name>_params *, <name>_state *, rill_rng *, ACTION action, rill_outcome *)
///     observe: int32_t observe(const <name>_params *, const <name>_state *)            [index]
///              void observe(const <name>_params *, const <name>_state *, float *box)   [box]
///              rill_observation observe(const <name>_params *, const <name>_state *, float *box),
///                  of the kind that `observation_space(params)` says                 [either]
/// where ACTION is int32_t (index) or const float * (box), and ends with
///     RILL_DEFINE_ENV(<name>, <index|box|either observation>, <index|box action>,
///         .summary = ..., .source = ..., .observation_space = ..., .action_space = ..., ...);
/// `step` finds the outcome at reward 0 with both flags false. The batch form is generated from the
/// same three functions, so the two agree bit for bit.
#ifndef RILL_ENV_DEFINE_H
#define RILL_ENV_DEFINE_H

#include <rill/env.h>

/// For `set_state` of environments whose state is one index: reads it from a number in [0, n).
static inline rill_status rill_state_index(double value, int32_t n, int32_t *index,
                                           rill_error *error)
{
    if (!(value >= 0.0 && value < (double)n && value == (double)(int32_t)value)) {
        return rill_error_set(error, RILL_INVALID, "state",
                              "%.15g is not a state; there are 0 to %d", value, n - 1);
    }
    *index = (int32_t)value;
    return RILL_OK;
}

/// For `set_state` of environments whose state is any n finite numbers: refuses the first other one.
static inline rill_status rill_state_finite(const double *values, int32_t n, rill_error *error)
{
    for (int32_t i = 0; i < n; i++) {
        if (!(values[i] - values[i] == 0.0)) { // infinities and NaN
            return rill_error_set(error, RILL_INVALID, "state",
                                  "number %d is %.15g; a state is finite numbers", i + 1,
                                  values[i]);
        }
    }
    return RILL_OK;
}

/// For `prepare` of environments whose start states lie between the parameters `low` and `high`.
static inline rill_status rill_start_bounds(double low, double high, rill_error *error)
{
    if (low > high) {
        return rill_error_set(error, RILL_INVALID, "low", "%.15g is above high, %.15g", low, high);
    }
    return RILL_OK;
}

#define RILL_DEFINE_ENV(name, observation_kind, action_kind, ...)                               \
    static void name##_reset(const void *params, void *state, rill_rng *rng)                    \
    {                                                                                           \
        reset((const name##_params *)params, (name##_state *)state, rng);                       \
    }                                                                                           \
    static rill_observation name##_observe(const void *params, const void *state, float *box)   \
    {                                                                                           \
        return RILL_OBSERVE_##observation_kind((const name##_params *)params,                   \
                                               (const name##_state *)state, box);               \
    }                                                                                           \
    static rill_observation name##_step(const void *params, void *state, rill_rng *rng,         \
                                        rill_action action, float *box, rill_outcome *outcome)  \
    {                                                                                           \
        *outcome = (rill_outcome){0.0, false, false};                                           \
        step((const name##_params *)params, (name##_state *)state, rng, action.action_kind,     \
             outcome);                                                                          \
        return RILL_OBSERVE_##observation_kind((const name##_params *)params,                   \
                                               (const name##_state *)state, box);               \
    }                                                                                           \
    static void name##_step_batch(const rill_lanes *lanes)                                      \
    {                                                                                           \
        const name##_params *params = (const name##_params *)lanes->params;                     \
        name##_state *states = (name##_state *)lanes->states;                                   \
        for (int32_t i = 0; i < lanes->n; i++) {                                                \
            if (lanes->is_idle[i]) {                                                            \
                continue;                                                                       \
            }                                                                                   \
            rill_outcome outcome = {0.0, false, false};                                         \
            step(params, &states[i], &lanes->rngs[i], RILL_LANE_ACTION_##action_kind(lanes, i), \
                 &outcome);                                                                     \
            RILL_OBSERVE_LANE_##observation_kind(params, &states[i], lanes, i);                 \
            lanes->rewards[i] = outcome.reward;                                                 \
            lanes->terminated[i] = outcome.terminated;                                          \
            lanes->truncated[i] = outcome.truncated;                                            \
        }                                                                                       \
    }                                                                                           \
    extern const rill_env_type rill_env_##name;                                                 \
    const rill_env_type rill_env_##name = {.id = #name,                                         \
                                           .params = name##_param_table,                        \
                                           .params_size = sizeof(name##_params),                \
                                           .state_size = sizeof(name##_state),                  \
                                           .reset = name##_reset,                               \
                                           .step = name##_step,                                 \
                                           .observe = name##_observe,                           \
                                           .step_batch = name##_step_batch,                     \
                                           __VA_ARGS__}

#define RILL_OBSERVE_index(params, state, box) \
    ((void)(box), (rill_observation){.index = observe(params, state)})
#define RILL_OBSERVE_box(params, state, box) \
    (observe(params, state, box), (rill_observation){.box = (box)})
#define RILL_OBSERVE_LANE_index(params, state, lanes, i) \
    ((int32_t *)(lanes)->observations)[i] = observe(params, state)
#define RILL_OBSERVE_LANE_box(params, state, lanes, i) \
    observe(params, state,                             \
            (float *)(lanes)->observations + (ptrdiff_t)(i) * (lanes)->observation_size)
#define RILL_OBSERVE_either(params, state, box) observe(params, state, box)
#define RILL_OBSERVE_LANE_either(params, state, lanes, i)                                          \
    do {                                                                                           \
        const bool is_box = observation_space(params).kind == RILL_SPACE_BOX;                      \
        const ptrdiff_t size = is_box ? (lanes)->observation_size : 1;                             \
        rill_observation seen = observe(params, state, (float *)(lanes)->observations + i * size); \
        if (!is_box) {                                                                             \
            ((int32_t *)(lanes)->observations)[i] = seen.index;                                    \
        }                                                                                          \
    } while (0)
#define RILL_LANE_ACTION_index(lanes, i) (((const int32_t *)(lanes)->actions)[i])
#define RILL_LANE_ACTION_box(lanes, i) \
    ((const float *)(lanes)->actions + (ptrdiff_t)(i) * (lanes)->action_size)

#endif
