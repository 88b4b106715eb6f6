/// A finite MDP, exact: p(s', r | s, a) with the terminated flag. Solvers and ground-truth metrics
/// read it; every finite environment exports one.
#ifndef RILL_MODEL_H
#define RILL_MODEL_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One possible outcome of taking an action in a state.
typedef struct rill_transition {
    double probability; ///< > 0
    double reward;
    int32_t next;    ///< state after
    bool terminated; ///< the episode ends here: the value of `next` does not count
} rill_transition;

/// The outcomes of the pair (s, a) are transitions[first[s * n_actions + a]] up to, not including,
/// transitions[first[s * n_actions + a + 1]]. A pair without outcomes is not available; a state
/// without available actions is terminal.
typedef struct rill_model {
    int32_t n_states, n_actions;
    size_t *first; ///< (n_states * n_actions + 1)
    rill_transition *transitions;
    double *start; ///< (n_states) start-state probabilities
} rill_model;

/// Collects a model; made by `rill_env_model`, handed to a type's `model`.
typedef struct rill_model_builder rill_model_builder;

/// Sets the sizes; the first call. RILL_NO_MEMORY.
RILL_API rill_status rill_model_begin(rill_model_builder *builder, int32_t n_states,
                                      int32_t n_actions);
/// Adds probability to a start state.
RILL_API void rill_model_add_start(rill_model_builder *builder, int32_t state, double probability);
/// Adds an outcome of (state, action). Pairs must come in ascending order of state, then action.
/// An outcome that agrees in all but probability with one of the pair's last 64 is added to it; one
/// of probability 0 is dropped. RILL_NO_MEMORY, RILL_INVALID (order, range).
RILL_API rill_status rill_model_add(rill_model_builder *builder, int32_t state, int32_t action,
                                    double probability, int32_t next, double reward,
                                    bool terminated);

/// For a type whose model hangs on its parameters: `return rill_model_refuse(builder, "why")` where
/// they make no finite MDP. RILL_INVALID; the reason, a constant, becomes part of the message.
RILL_API rill_status rill_model_refuse(rill_model_builder *builder, const char *reason);
/// The reason given to `rill_model_refuse`; NULL when there was none.
RILL_API const char *rill_model_refusal(const rill_model_builder *builder);

RILL_API rill_model_builder *rill_model_builder_create(void);
RILL_API void rill_model_builder_destroy(rill_model_builder *builder);
/// Takes the model out of the builder after checking it: probabilities of each pair and of the
/// start sum to 1 within 1e-9, states are in range. RILL_INVALID says which pair is wrong.
RILL_API rill_status rill_model_build(rill_model_builder *builder, rill_model **model,
                                      rill_error *error);
/// The MDP in which a chosen action is replaced, with probability epsilon, by one drawn uniformly
/// from those available. Its optimal values are those of the best epsilon-soft policy (S&B section
/// 5.4), and those of a policy are the values of its epsilon-soft version. RILL_INVALID (epsilon not
/// in [0, 1]), RILL_NO_MEMORY.
RILL_API rill_status rill_model_soften(const rill_model *model, double epsilon, rill_model **soft,
                                       rill_error *error);
/// The same model, with one more owner: who shares destroys too. A model does not change once it is
/// built, so that threads may read it together.
RILL_API rill_model *rill_model_share(rill_model *model);
/// Frees a model when its last owner lets it go. NULL is fine.
RILL_API void rill_model_destroy(rill_model *model);

/// The outcomes of (s, a); their number goes to `count`.
static inline const rill_transition *rill_model_outcomes(const rill_model *model, int32_t state,
                                                         int32_t action, size_t *count)
{
    size_t pair = (size_t)state * (size_t)model->n_actions + (size_t)action;
    *count = model->first[pair + 1] - model->first[pair];
    return model->transitions + model->first[pair];
}

/// The expected backup of (s, a): sum over s', r of p(s', r | s, a) [r + gamma v(s')]
/// (S&B eq. 4.6), with v(s') = 0 after termination. `values` is (n_states).
RILL_API double rill_model_backup(const rill_model *model, const double *values, double gamma,
                                  int32_t state, int32_t action);

/// True when at least one outcome of (s, a) is known, that is, when `action` can be taken.
RILL_API bool rill_model_is_available(const rill_model *model, int32_t state, int32_t action);

/// True when at least one action can be taken in a state.
static inline bool rill_model_has_actions(const rill_model *model, int32_t state)
{
    const size_t n = (size_t)model->n_actions, first = (size_t)state * n;
    return model->first[first] < model->first[first + n];
}

/// Marks (1) the states in which a decision is taken in some episode: those reached from the start
/// states without passing a termination, terminal ones excepted. `mask` is (n_states).
/// RILL_NO_MEMORY.
RILL_API rill_status rill_model_decision_states(const rill_model *model, uint8_t *mask);

#ifdef __cplusplus
}
#endif
#endif
