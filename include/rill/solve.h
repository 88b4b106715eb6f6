/// Exact solutions of a finite MDP: the ground truth that learning is held against. (lab library)
#ifndef RILL_SOLVE_H
#define RILL_SOLVE_H

#include <rill/model.h>
#include <rill/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Values of one policy: the optimal one, or a given one.
typedef struct rill_solution {
    int32_t n_states, n_actions;
    double *v;       ///< (n_states) v(s); 0 for terminal states
    double *q;       ///< (n_states, n_actions) q(s, a); NaN for actions that are not available
    int32_t *policy; ///< (n_states) greedy action for q, of equals (within 1e-9) the lowest; -1
                     ///< where there is none
} rill_solution;

/// Solves the Bellman optimality equation (S&B eq. 3.19, 3.20) for a discount in [0, 1] by policy
/// iteration: each policy's values come from its linear system, and the last ones satisfy the
/// optimality equation. Undiscounted, going round at reward 0 for ever is worth 0, and the policy is
/// one that attains the values (which "of equals the lowest" need not). RILL_FAILED when no finite
/// solution exists (undiscounted: reward can be collected for ever, or an episode cannot end).
/// RILL_NO_MEMORY.
RILL_API rill_status rill_solve_optimal(const rill_model *model, double gamma,
                                        rill_solution **solution, rill_error *error);

/// Values of a given policy (S&B eq. 3.14): the linear system v = r + gamma P v.
/// `policy` is (n_states, n_actions) probabilities; rows of terminal states are not read.
/// RILL_INVALID (a row that does not sum to 1, or uses an action that is not available),
/// RILL_FAILED (undiscounted, and an episode may never end at a reward other than 0),
/// RILL_NO_MEMORY.
RILL_API rill_status rill_solve_policy(const rill_model *model, double gamma, const double *policy,
                                       rill_solution **solution, rill_error *error);

/// As `rill_solve_optimal` and `rill_solve_policy` (`policy` NULL: the optimal one), with a choice
/// replaced with probability epsilon by an available action drawn uniformly (`rill_model_soften`):
/// the values of the best epsilon-soft policy, or of the epsilon-soft version of the one given.
/// q(s, a) is that of taking a for certain, and of the soft policy from then on.
RILL_API rill_status rill_solve_soft(const rill_model *model, double gamma, double epsilon,
                                     const double *policy, rill_solution **solution,
                                     rill_error *error);

/// The values of a policy where it goes: `v` (n_states), 0 for states that it does not reach from the
/// start. What it would do elsewhere does not count, and may be without a value. `policy` as for
/// `rill_solve_policy`; the errors are the same.
RILL_API rill_status rill_solve_reached(const rill_model *model, double gamma, const double *policy,
                                        double *v, rill_error *error);

/// The on-policy distribution of a policy: the fraction of time that it spends in each state, to
/// `distribution` (n_states). Where every episode ends, the expected visits in an episode, which
/// starts as the model says, over their sum (S&B eq. 9.2, 9.3); else the stationary distribution, which
/// for a periodic chain is the average over time. RILL_FAILED when the policy can settle in either
/// of several sets of states, so that the fraction is left to chance, or when there are too many
/// states; RILL_INVALID as for `rill_solve_policy`; RILL_NO_MEMORY.
RILL_API rill_status rill_solve_on_policy(const rill_model *model, const double *policy,
                                          double *distribution, rill_error *error);

/// The equiprobable policy over available actions, (n_states, n_actions), to `policy`.
RILL_API void rill_uniform_policy(const rill_model *model, double *policy);

/// NULL is fine.
RILL_API void rill_solution_destroy(rill_solution *solution);

#ifdef __cplusplus
}
#endif
#endif
