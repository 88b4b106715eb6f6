// Exact solutions of finite MDPs: policy iteration (S&B section 4.3).
#include "experiments/solve_linear.h"
#include "experiments/solve_process.h"

#include <math.h>
#include <rill/solve.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 1000 };

/// An action is better when its backup is greater by this part of the magnitudes in the sum.
static const double better = 4e-15;

/// Actions are equally good when their values are this near, relative to 1 or to the greater one.
static const double equal = 1e-9;

/// In place of a policy's action. To rest is to go round at reward 0 for ever, which the linear
/// system leaves without a value when undiscounted: it is 0.
enum { TERMINAL = -1, REST = -2 };

typedef struct control_problem {
    const rill_model *model;
    double gamma;
    double *v;          ///< (n_states)
    int32_t *policy;    ///< (n_states) action, TERMINAL or REST
    int32_t *rest;      ///< (n_states) action to rest by; -1 where one cannot, or gamma < 1
    uint8_t *is_marked; ///< (n_states) scratch
} control_problem;

/// Visits states upwards in even sweeps, downwards in odd ones: what flows along a corridor gets
/// through in two.
static int32_t nth_state(const control_problem *problem, int32_t i, int32_t sweep)
{
    return sweep % 2 == 0 ? i : problem->model->n_states - 1 - i;
}

/// The expected backup of (s, a), and the sum of the magnitudes in it, to which rounding errors are
/// proportional.
static double backup(const control_problem *problem, int32_t state, int32_t action,
                     double *magnitude)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(problem->model, state, action, &count);
    double sum = 0.0;
    *magnitude = 0.0;
    for (size_t i = 0; i < count; i++) {
        double next = t[i].terminated ? 0.0 : problem->gamma * problem->v[t[i].next];
        sum += t[i].probability * (t[i].reward + next);
        *magnitude += t[i].probability * (fabs(t[i].reward) + fabs(next));
    }
    return sum;
}

// --------------------------------------------------------------------- what needs no values at all

/// True when every outcome of (s, a) has reward 0 and leads to a state where one can rest.
static bool is_rest(const control_problem *problem, int32_t state, int32_t action)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(problem->model, state, action, &count);
    bool is_resting = count > 0;
    for (size_t i = 0; i < count; i++) {
        is_resting =
            is_resting && t[i].reward == 0.0 && !t[i].terminated && problem->rest[t[i].next] >= 0;
    }
    return is_resting;
}

/// Finds the states in which reward 0 can be had for ever: the greatest set that an action of each
/// keeps to. `policy` holds the marks of terminal states.
static void find_rests(const control_problem *problem)
{
    const rill_model *model = problem->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        problem->rest[s] = problem->policy[s] == TERMINAL ? -1 : 0;
    }
    bool is_new = true;
    for (int32_t sweep = 0; is_new; sweep++) {
        is_new = false;
        for (int32_t i = 0; i < model->n_states; i++) {
            int32_t s = nth_state(problem, i, sweep);
            int32_t *action = &problem->rest[s];
            // the set only shrinks: an action that has failed fails for good
            while (*action >= 0 && !is_rest(problem, s, *action)) {
                is_new = is_new || *action + 1 == model->n_actions;
                *action = *action + 1 == model->n_actions ? -1 : *action + 1;
            }
        }
    }
}

/// True when an outcome of (s, a) ends the episode or leads to a marked state.
static bool leads_on(const control_problem *problem, int32_t state, int32_t action)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(problem->model, state, action, &count);
    for (size_t i = 0; i < count; i++) {
        if (t[i].terminated || problem->is_marked[t[i].next]) {
            return true;
        }
    }
    return false;
}

/// The lowest state from which the end of an episode (or a rest) is out of reach, -1 when there is
/// none: then every episode ends with probability 1. With `may_choose` any action will do, and the
/// policy is set to one that leads on; otherwise it is the policy that is judged.
static int32_t find_stuck(const control_problem *problem, bool may_choose)
{
    const rill_model *model = problem->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        problem->is_marked[s] = problem->policy[s] < 0;
    }
    bool is_new = true;
    for (int32_t sweep = 0; is_new; sweep++) {
        is_new = false;
        for (int32_t i = 0; i < model->n_states; i++) {
            const int32_t s = nth_state(problem, i, sweep);
            const int32_t first = may_choose ? 0 : problem->policy[s];
            const int32_t last = may_choose ? model->n_actions - 1 : problem->policy[s];
            for (int32_t a = first; a <= last && !problem->is_marked[s]; a++) {
                if (leads_on(problem, s, a)) {
                    problem->is_marked[s] = 1;
                    problem->policy[s] = a;
                    is_new = true;
                }
            }
        }
    }
    const uint8_t *stuck = memchr(problem->is_marked, 0, (size_t)model->n_states);
    return stuck == NULL ? -1 : (int32_t)(stuck - problem->is_marked);
}

/// A policy to begin with: the first action available; undiscounted, to rest where that is possible
/// and else to head for the end.
static rill_status choose_first(const control_problem *problem, rill_error *error)
{
    const rill_model *model = problem->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        int32_t a = 0;
        while (a < model->n_actions && !rill_model_is_available(model, s, a)) {
            a++;
        }
        problem->policy[s] = a < model->n_actions ? a : TERMINAL;
        problem->rest[s] = -1;
    }
    if (problem->gamma < 1.0) {
        return RILL_OK;
    }
    find_rests(problem);
    for (int32_t s = 0; s < model->n_states; s++) {
        problem->policy[s] = problem->rest[s] >= 0 ? REST : problem->policy[s];
    }
    int32_t stuck = find_stuck(problem, true);
    if (stuck >= 0) {
        return rill_error_set(error, RILL_FAILED, "",
                              "no finite solution at discount 1: an episode from state %d never "
                              "ends; use a discount below 1",
                              stuck);
    }
    return RILL_OK;
}

// ----------------------------------------------------------------------------------- optimal values

/// Takes the best action of one state by the present values; true when it is another one.
static bool improve_state(const control_problem *problem, int32_t state, double tolerance)
{
    const int32_t old = problem->policy[state];
    double magnitude = 0.0;
    double best = old == REST ? 0.0 : backup(problem, state, old, &magnitude);
    if (problem->rest[state] >= 0 && best < -tolerance * magnitude) {
        best = 0.0;
        magnitude = 0.0;
        problem->policy[state] = REST;
    }
    for (int32_t a = 0; a < problem->model->n_actions; a++) {
        if (a != old && rill_model_is_available(problem->model, state, a)) {
            double other = 0.0;
            double q = backup(problem, state, a, &other);
            if (q > best + tolerance * fmax(magnitude, other)) {
                best = q;
                magnitude = other;
                problem->policy[state] = a;
            }
        }
    }
    problem->v[state] = best;
    return problem->policy[state] != old;
}

/// Value iteration from the values of the present policy, in place, until a sweep changes no
/// action. False when the first one does not: then v satisfies v(s) = max over a of q(s, a).
static bool improve(const control_problem *problem, double tolerance)
{
    bool is_new = true;
    bool is_improved = false;
    for (int32_t sweep = 0; is_new && sweep <= problem->model->n_states; sweep++) {
        is_new = false;
        for (int32_t i = 0; i < problem->model->n_states; i++) {
            const int32_t s = nth_state(problem, i, sweep);
            if (problem->policy[s] != TERMINAL && improve_state(problem, s, tolerance)) {
                is_new = true;
                is_improved = true;
            }
        }
    }
    return is_improved;
}

/// Policy iteration. Undiscounted, it starts from a policy under which every episode ends, and a
/// strictly better one keeps that property unless it found a loop that pays: along the loop
/// r + P v >= v, somewhere strictly, so a mean reward above 0.
static rill_status iterate(const control_problem *problem, rill_error *error)
{
    rill_status status = choose_first(problem, error);
    for (int32_t round = 1; status == RILL_OK; round++) {
        status = solve_linear(problem->model, problem->gamma, problem->policy, problem->v, error);
        // the tolerance grows, so that rounding cannot make two policies take turns for ever
        if (status != RILL_OK || !improve(problem, better * round)) {
            return status;
        }
        int32_t stuck = problem->gamma < 1.0 ? -1 : find_stuck(problem, false);
        if (stuck >= 0) {
            return rill_error_set(error, RILL_FAILED, "",
                                  "no finite solution at discount 1: from state %d on reward can "
                                  "be collected for ever; use a discount below 1",
                                  stuck);
        }
        if (round == MAX_ROUNDS) {
            return rill_error_set(error, RILL_FAILED, "",
                                  "no policy is best after %d rounds of policy iteration; use a "
                                  "smaller discount",
                                  MAX_ROUNDS);
        }
    }
    return status;
}

// ------------------------------------------------------------------------------- the two solutions

static rill_status check_gamma(double gamma, rill_error *error)
{
    if (gamma >= 0.0 && gamma <= 1.0) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, "gamma", "%.15g is out of range, allowed is 0 to 1",
                          gamma);
}

/// Solves for the optimal values of `model`, to solution->v; its policy goes to solution->policy.
static rill_status solve_values(const rill_model *model, double gamma, rill_solution *solution,
                                rill_error *error)
{
    const size_t n = (size_t)model->n_states;
    control_problem problem = {
        .model = model,
        .gamma = gamma,
        .v = solution->v,
        .policy = solution->policy,
        .rest = malloc(n * sizeof *problem.rest),
        .is_marked = malloc(n),
    };
    rill_status status = RILL_NO_MEMORY;
    if (problem.rest == NULL || problem.is_marked == NULL) {
        rill_error_no_memory(error);
    } else {
        status = iterate(&problem, error);
    }
    for (size_t s = 0; s < n && status == RILL_OK; s++) {
        solution->policy[s] = solution->policy[s] == REST ? problem.rest[s] : solution->policy[s];
    }
    free(problem.rest);
    free(problem.is_marked);
    return status;
}

static rill_solution *create_solution(const rill_model *model, rill_error *error)
{
    const size_t n = (size_t)model->n_states;
    const size_t n_pairs = n * (size_t)model->n_actions;
    rill_solution *solution = calloc(1, sizeof *solution);
    if (solution != NULL) {
        solution->n_states = model->n_states;
        solution->n_actions = model->n_actions;
        solution->v = calloc(n, sizeof *solution->v);
        solution->q = calloc(n_pairs, sizeof *solution->q);
        solution->policy = calloc(n, sizeof *solution->policy);
        if (solution->v != NULL && solution->q != NULL && solution->policy != NULL) {
            return solution;
        }
    }
    rill_solution_destroy(solution);
    rill_error_no_memory(error);
    return NULL;
}

void rill_solution_destroy(rill_solution *solution)
{
    if (solution != NULL) {
        free(solution->v);
        free(solution->q);
        free(solution->policy);
        free(solution);
    }
}

/// q from v (S&B eq. 4.6), and to `greedy` its greedy actions.
static void fill_q(const rill_model *model, double gamma, const rill_solution *solution,
                   int32_t *greedy)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        double *q = solution->q + (ptrdiff_t)s * model->n_actions;
        double best = -HUGE_VAL;
        for (int32_t a = 0; a < model->n_actions; a++) {
            bool is_available = rill_model_is_available(model, s, a);
            q[a] = is_available ? rill_model_backup(model, solution->v, gamma, s, a) : nan("");
            best = is_available && q[a] > best ? q[a] : best;
        }
        greedy[s] = -1;
        for (int32_t a = model->n_actions - 1; a >= 0; a--) {
            // false for NaN
            greedy[s] = q[a] >= best - equal * fmax(1.0, fabs(best)) ? a : greedy[s];
        }
    }
}

/// True when every episode ends under a policy.
static bool is_proper(const rill_model *model, int32_t *policy, uint8_t *scratch)
{
    control_problem problem = {.model = model, .policy = policy, .is_marked = scratch};
    return find_stuck(&problem, false) < 0;
}

rill_status rill_solve_optimal(const rill_model *model, double gamma, rill_solution **out,
                               rill_error *error)
{
    *out = NULL;
    rill_status status = check_gamma(gamma, error);
    if (status != RILL_OK) {
        return status;
    }
    const size_t n = (size_t)model->n_states;
    rill_solution *solution = create_solution(model, error);
    int32_t *greedy = malloc(n * sizeof *greedy);
    uint8_t *scratch = malloc(n);
    if (solution == NULL || greedy == NULL || scratch == NULL) {
        status = rill_error_no_memory(error);
        goto out;
    }
    status = solve_values(model, gamma, solution, error);
    if (status == RILL_OK) {
        fill_q(model, gamma, solution, greedy);
        // undiscounted, going round between equals for ever need not be worth what it promises:
        // then the policy that the values were computed from stands
        if (gamma < 1.0 || is_proper(model, greedy, scratch)) {
            memcpy(solution->policy, greedy, n * sizeof *greedy);
        }
        *out = solution;
        solution = NULL;
    }
out:
    rill_solution_destroy(solution);
    free(greedy);
    free(scratch);
    return status;
}

rill_status rill_solve_policy(const rill_model *model, double gamma, const double *policy,
                              rill_solution **out, rill_error *error)
{
    *out = NULL;
    rill_status status = check_gamma(gamma, error);
    rill_model *process = NULL;
    rill_solution *solution = NULL;
    status = status == RILL_OK ? create_process(model, policy, NULL, &process, error) : status;
    if (status == RILL_OK) {
        solution = create_solution(model, error);
        status = solution == NULL ? RILL_NO_MEMORY : RILL_OK;
    }
    status = status == RILL_OK ? solve_values(process, gamma, solution, error) : status;
    rill_model_destroy(process);
    if (status != RILL_OK) {
        rill_solution_destroy(solution);
        return status;
    }
    fill_q(model, gamma, solution, solution->policy);
    *out = solution;
    return RILL_OK;
}

rill_status rill_solve_soft(const rill_model *model, double gamma, double epsilon,
                            const double *policy, rill_solution **out, rill_error *error)
{
    *out = NULL;
    rill_model *soft = NULL;
    rill_status status = rill_model_soften(model, epsilon, &soft, error);
    if (status == RILL_OK) {
        status = policy == NULL ? rill_solve_optimal(soft, gamma, out, error)
                                : rill_solve_policy(soft, gamma, policy, out, error);
    }
    rill_model_destroy(soft);
    if (status == RILL_OK && epsilon > 0.0) {
        fill_q(model, gamma, *out, (*out)->policy);
    }
    return status;
}

void rill_uniform_policy(const rill_model *model, double *policy)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        double *row = policy + (ptrdiff_t)s * model->n_actions;
        int32_t n_available = 0;
        for (int32_t a = 0; a < model->n_actions; a++) {
            row[a] = rill_model_is_available(model, s, a) ? 1.0 : 0.0;
            n_available += row[a] > 0.0;
        }
        for (int32_t a = 0; a < model->n_actions && n_available > 0; a++) {
            row[a] /= n_available;
        }
    }
}
