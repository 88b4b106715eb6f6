/// Policies over discrete actions: from preferences (action values) to an action.
///
/// How a policy draws is part of its definition, so that a stream of random numbers can be
/// replayed anywhere. Every policy takes exactly one 64-bit number u per action from its stream.
/// The upper 32 bits decide whether to explore, the lower 32 bits which of the candidates is taken:
///     explore  if  (u >> 32) < epsilon 2^32
///     the candidates are all n actions when exploring, else those of the greatest value
///     (of a state in which some actions do not exist, only those that do: see RILL_UNAVAILABLE)
///     of m candidates, in ascending order, the chosen one is number ((u mod 2^32) m) >> 32
/// So ties are broken uniformly (to within m 2^-32), and the stream advances alike in every case.
#ifndef RILL_POLICY_H
#define RILL_POLICY_H

#include <float.h>
#include <rill/model.h>
#include <rill/param.h>
#include <rill/rng.h>
#include <rill/schedule.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_policy rill_policy;

/// The value of an action that does not exist in a state. Policies that look at values do not take it,
/// as long as there is another.
#define RILL_UNAVAILABLE (-DBL_MAX)

/// A policy's type: constant, one per file approx/policy_<id>.c.
typedef struct rill_policy_type {
    const char *id;
    const char *summary;
    const char *source;
    const rill_param *params;
    size_t params_size;
    bool ignores_values; ///< acts by the state alone: can be evaluated by a prediction method
    /// For a policy that ignores values: its likeliest action in a state. NULL: all are alike.
    int32_t (*likeliest)(const rill_policy *policy, int32_t state);
    /// Checks the parameters; sets `epsilon` when `sample` is NULL.
    rill_status (*prepare)(rill_policy *policy, rill_error *error);
    /// Draws an action. NULL: the policy is epsilon-greedy with its `epsilon`.
    int32_t (*sample)(const rill_policy *policy, int32_t state, const double *values, int64_t step,
                      int64_t episode, rill_rng *rng);
    /// The probability of each action, (n_actions). NULL: as for `sample`.
    void (*probabilities)(const rill_policy *policy, int32_t state, const double *values,
                          int64_t step, int64_t episode, double *probabilities);
} rill_policy_type;

/// One policy. Constant after create.
struct rill_policy {
    const rill_policy_type *type;
    void *params;
    int32_t n_states, n_actions;
    rill_schedule epsilon; ///< exploration rate, for the types of the epsilon-greedy family
    /// Where some actions do not exist in some states: the model that says which do; else NULL. Not
    /// owned; set by the agent, and read by the types that ignore values (for the others the values say
    /// it).
    const rill_model *model;
};

/// Makes a policy for n_states (features) and n_actions. `params` is owned by the policy from now
/// on, also when this fails; NULL takes the defaults.
RILL_API rill_status rill_policy_create(rill_policy *policy, const rill_policy_type *type,
                                        void *params, int32_t n_states, int32_t n_actions,
                                        rill_error *error);
RILL_API void rill_policy_destroy(rill_policy *policy);

RILL_API const rill_policy_type *rill_policy_type_find(const char *id, rill_error *error);
/// All policies built in, sorted by id, ending with NULL.
RILL_API const rill_policy_type *const *rill_policy_type_list(void);

/// Returns `function(..., n)`, with n as a constant where it is one of the usual numbers of actions,
/// so that the compiler unrolls the loops over actions.
#define RILL_WITH_CONSTANT(n, function, ...) \
    switch (n) {                             \
    case 2:                                  \
        return function(__VA_ARGS__, 2);     \
    case 3:                                  \
        return function(__VA_ARGS__, 3);     \
    case 4:                                  \
        return function(__VA_ARGS__, 4);     \
    case 5:                                  \
        return function(__VA_ARGS__, 5);     \
    default:                                 \
        return function(__VA_ARGS__, n);     \
    }

/// The greatest of n >= 1 values; those at even and odd places side by side, as comparisons take their time.
static inline double rill_max(const double *values, int32_t n)
{
    double even = values[0], odd = values[n > 1];
    for (int32_t i = 2; i < n; i += 2) {
        even = values[i] > even ? values[i] : even;
        odd = i + 1 < n && values[i + 1] > odd ? values[i + 1] : odd;
    }
    return odd > even ? odd : even;
}

/// The lowest index of the greatest of n >= 1 values.
static inline int32_t rill_argmax(const double *values, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++) {
        best = values[i] > values[best] ? i : best;
    }
    return best;
}

/// Of the m actions that exist, in ascending order, number (share m) >> 32; of all, where none does.
static inline int32_t rill_one_of_available(const double *values, uint64_t share, int32_t n)
{
    uint64_t n_available = 0;
    for (int32_t i = 0; i < n; i++) {
        n_available += values[i] != RILL_UNAVAILABLE;
    }
    const uint64_t rank = (share * n_available) >> 32;
    int32_t chosen = 0;
    uint64_t seen = 0;
    for (int32_t i = 0; i < n; i++) {
        seen += values[i] != RILL_UNAVAILABLE;
        chosen += seen <= rank;
    }
    return n_available > 0 ? chosen : (int32_t)((share * (uint64_t)n) >> 32);
}

/// Epsilon-greedy with ties broken at random, as described above (S&B section 2.2). `values` is (n).
static inline int32_t rill_epsilon_greedy(const double *values, double epsilon, rill_rng *rng,
                                          int32_t n)
{
    const uint64_t u = rill_rng_next64(rng);
    if ((double)(u >> 32) < epsilon * 4294967296.0) {
        return rill_one_of_available(values, u & 0xffffffffu, n);
    }
    const double best = rill_max(values, n);
    uint64_t n_best = 0;
    for (int32_t i = 0; i < n; i++) {
        n_best += values[i] >= best;
    }
    // the best one of the drawn rank comes after all actions up to which no more are best; counting
    // them takes no branch that depends on the values
    const uint64_t rank = ((u & 0xffffffffu) * n_best) >> 32;
    int32_t chosen = 0;
    uint64_t seen = 0;
    for (int32_t i = 0; i < n; i++) {
        seen += values[i] >= best;
        chosen += seen <= rank;
    }
    return chosen < n ? chosen : 0; // none is the greatest where values are NaN
}

/// The same action where all exist, chosen by a branch for each: while the values are still on their way, the processor
/// goes on with the action that it expects. For loops in which nothing else takes long.
static inline int32_t rill_epsilon_greedy_expected(const double *values, double epsilon,
                                                   rill_rng *rng, int32_t n)
{
    const uint64_t u = rill_rng_next64(rng);
    const double best = rill_max(values, n);
    // k < x of a whole number k is k < ceil(x)
    const double limit = epsilon * 4294967296.0;
    const uint64_t whole = (uint64_t)limit + ((double)(uint64_t)limit < limit);
    const bool explores = u >> 32 < whole;
    uint64_t n_candidates = 0;
    for (int32_t i = 0; i < n; i++) {
        n_candidates += explores | (values[i] >= best);
    }
    const uint64_t rank = ((u & 0xffffffffu) * n_candidates) >> 32;
    uint64_t seen = 0;
    for (int32_t i = 0; i < n; i++) {
        seen += explores | (values[i] >= best);
        if (rank < seen) {
            int32_t chosen = i;
#if defined(__GNUC__)
            __asm__("" : "+r"(chosen)); // or else the compiler computes it without the branch
#endif
            return chosen;
        }
    }
    return 0; // none is the greatest where values are NaN
}

/// Whether an action exists in a state, as far as the policy knows. Where none does, all do.
RILL_API bool rill_policy_has(const rill_policy *policy, int32_t state, int32_t action);

/// Of the m actions that exist in a state, in ascending order, number (share m) >> 32.
RILL_API int32_t rill_policy_one_of_available(const rill_policy *policy, int32_t state,
                                              uint64_t share);

/// Draws an action for a state (feature index) with these action values, at a time given in steps
/// and in episodes.
static RILL_ALWAYS_INLINE int32_t rill_policy_sample(const rill_policy *policy, int32_t state,
                                                     const double *values, int64_t step,
                                                     int64_t episode, rill_rng *rng)
{
    if (policy->type->sample != NULL) {
        return policy->type->sample(policy, state, values, step, episode, rng);
    }
    if (policy->type->ignores_values) { // uniform: there may be no values
        const uint64_t share = rill_rng_next64(rng) & 0xffffffffu;
        return policy->model == NULL ? (int32_t)((share * (uint64_t)policy->n_actions) >> 32)
                                     : rill_policy_one_of_available(policy, state, share);
    }
    const double epsilon = rill_schedule_at(&policy->epsilon, step, episode);
    RILL_WITH_CONSTANT(policy->n_actions, rill_epsilon_greedy, values, epsilon, rng)
}

/// As `rill_policy_sample`, of a policy of those two families for which all actions exist everywhere.
static RILL_ALWAYS_INLINE int32_t rill_policy_sample_plainly(const rill_policy *policy,
                                                             const double *values, double epsilon,
                                                             rill_rng *rng)
{
    if (policy->type->ignores_values) {
        const uint64_t share = rill_rng_next64(rng) & 0xffffffffu;
        return (int32_t)((share * (uint64_t)policy->n_actions) >> 32);
    }
    RILL_WITH_CONSTANT(policy->n_actions, rill_epsilon_greedy_expected, values, epsilon, rng)
}

/// The likeliest action in a state, of equals the lowest, of a policy that ignores values.
static inline int32_t rill_policy_likeliest(const rill_policy *policy, int32_t state)
{
    return policy->type->likeliest == NULL ? rill_policy_one_of_available(policy, state, 0)
                                           : policy->type->likeliest(policy, state);
}

/// Those of the greedy policy, to `probabilities` (n); ties share alike.
RILL_API void rill_greedy_probabilities(const double *values, int32_t n, double *probabilities);

/// The probability of each action, to `probabilities` (n_actions); ties share alike.
RILL_API void rill_policy_probabilities(const rill_policy *policy, int32_t state,
                                        const double *values, int64_t step, int64_t episode,
                                        double *probabilities);

#ifdef __cplusplus
}
#endif
#endif
