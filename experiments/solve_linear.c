// The values of a policy, by elimination, or by sweeps where that would take too long.
//
// Why not GSL's LU: these values are the truth that learning curves are measured against, so their
// bits must be the same on every machine (GSL's differ between its versions and with fused
// multiply-add), and gsl_linalg_LU_decomp allocates, which on failure calls the process-wide error
// handler. I - gamma P is an M-matrix whose rows sum to the probability of ending. Elimination that
// carries these sums along never subtracts: it needs no pivots, and gives every entry of the inverse
// to full relative accuracy, however long the episodes are. W. K. Grassmann, M. I. Taksar and
// D. P. Heyman, "Regenerative analysis and steady state distributions for Markov chains",
// Operations Research 33(5), 1985.
#include "experiments/solve_linear.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/// Multiplications that an elimination may cost, some seconds: 2000 states without any order, or a
/// grid of 300 x 300.
static const double max_elimination = 1e10;

/// Sweeps have settled when no value changes by more than this part of the greatest one. The error
/// left is about that part, times the mean length of an episode (or 1 / (1 - gamma)).
static const double settled = 1e-15;
enum { MAX_SWEEPS = 100000 };

/// The matrix gamma P, and its elimination.
typedef struct band_system {
    int32_t n, band;
    double *rows;   ///< (n, 2 band + 1) row i holds the columns i - band to i + band
    double *ends;   ///< (n) probability of ending, which completes a row to 1
    double *v;      ///< (n) expected reward of a step; in the end the solution
    double *visits; ///< (n) entries from outside; in the end expected visits. NULL: not wanted
} band_system;

/// True when what follows an outcome is worth 0.
static bool is_end(const rill_transition *t, const int32_t *policy)
{
    return t->terminated || policy[t->next] < 0;
}

/// The greatest distance between the numbers of a state and of a successor.
static int32_t find_band(const rill_model *model, const int32_t *policy)
{
    int32_t band = 0;
    for (int32_t s = 0; s < model->n_states; s++) {
        size_t count = 0;
        const rill_transition *t =
            policy[s] < 0 ? NULL : rill_model_outcomes(model, s, policy[s], &count);
        for (size_t i = 0; i < count; i++) {
            int32_t distance = abs(t[i].next - s);
            band = !is_end(&t[i], policy) && distance > band ? distance : band;
        }
    }
    return band;
}

/// Multiplications of an elimination.
static double cost_of(const rill_model *model, int32_t band)
{
    return (double)model->n_states * band * band;
}

/// Where column 0 of a row is or would be.
static double *row_of(const band_system *system, int32_t row)
{
    return system->rows + (ptrdiff_t)row * 2 * system->band + system->band;
}

/// Writes r, gamma P and the probabilities of ending; discounting is ending with 1 - gamma.
static void fill(const band_system *system, const rill_model *model, double gamma,
                 const int32_t *policy)
{
    for (int32_t s = 0; s < system->n; s++) {
        system->v[s] = 0.0;
        if (policy[s] < 0) {
            system->ends[s] = 1.0;
            continue;
        }
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, s, policy[s], &count);
        for (size_t i = 0; i < count; i++) {
            const double p = t[i].probability;
            system->v[s] += p * t[i].reward;
            if (is_end(&t[i], policy)) {
                system->ends[s] += p;
            } else {
                system->ends[s] += p * (1.0 - gamma);
                row_of(system, s)[t[i].next] += p * gamma;
            }
        }
    }
}

/// Takes the states out one by one, from the last to the first. What entered k now enters where k is
/// left to:
///     P(i, j) <- P(i, j) + P(i, k) P(k, j) / (1 - P(k, k)),
///     1 - P(k, k) = ends(k) + sum over j < k of P(k, j),
/// and in the same way `ends` and v; the entries of k go on to where it is left to. Then v and the
/// visits follow from the first to the last.
static void eliminate(const band_system *system)
{
    double *ends = system->ends;
    double *v = system->v;
    for (int32_t k = system->n - 1; k >= 0; k--) {
        const int32_t first = k > system->band ? k - system->band : 0;
        double *row = row_of(system, k);
        double leaves = ends[k];
        for (int32_t j = first; j < k; j++) {
            leaves += row[j];
        }
        for (int32_t j = first; j < k; j++) {
            row[j] /= leaves;
        }
        ends[k] /= leaves;
        v[k] /= leaves;
        row[k] = leaves;
        for (int32_t j = first; j < k && system->visits != NULL; j++) {
            system->visits[j] += system->visits[k] * row[j];
        }
        for (int32_t i = first; i < k; i++) {
            double *other = row_of(system, i);
            const double enters = other[k];
            if (enters > 0.0) {
                for (int32_t j = first; j < k; j++) {
                    other[j] += enters * row[j];
                }
                ends[i] += enters * ends[k];
                v[i] += enters * v[k];
            }
        }
    }
    for (int32_t k = 0; k < system->n; k++) {
        const double *row = row_of(system, k);
        for (int32_t j = k > system->band ? k - system->band : 0; j < k; j++) {
            v[k] += row[j] * v[j];
        }
    }
}

/// visits(k) = [entries(k) + sum over i < k of visits(i) P(i, k)] / (1 - P(k, k)), after `eliminate`.
static void follow_visits(const band_system *system)
{
    for (int32_t k = 0; k < system->n; k++) {
        for (int32_t i = k > system->band ? k - system->band : 0; i < k; i++) {
            system->visits[k] += system->visits[i] * row_of(system, i)[k];
        }
        system->visits[k] /= row_of(system, k)[k];
    }
}

/// Elimination; `visits` may be NULL.
static rill_status solve_by_elimination(const rill_model *model, double gamma,
                                        const int32_t *policy, int32_t band, double *v,
                                        double *visits, rill_error *error)
{
    const size_t n = (size_t)model->n_states;
    band_system system = {
        .n = model->n_states,
        .band = band,
        .rows = calloc(n, (2 * (size_t)band + 1) * sizeof *system.rows),
        .ends = calloc(n, sizeof *system.ends),
        .v = v,
        .visits = visits,
    };
    rill_status status = RILL_OK;
    if (system.rows == NULL || system.ends == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "", "out of memory: %zu equations", n);
    } else {
        fill(&system, model, gamma, policy);
        eliminate(&system);
        if (visits != NULL) {
            follow_visits(&system);
        }
    }
    free(system.rows);
    free(system.ends);
    return status;
}

/// Gauss-Seidel, upwards and downwards in turn: what flows along a corridor gets through in two
/// sweeps.
static rill_status solve_by_sweeps(const rill_model *model, double gamma, const int32_t *policy,
                                   double *v, rill_error *error)
{
    const int32_t n = model->n_states;
    for (int32_t sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        double change = 0.0;
        double greatest = 0.0;
        for (int32_t i = 0; i < n; i++) {
            const int32_t s = sweep % 2 == 0 ? i : n - 1 - i;
            double old = v[s];
            v[s] = policy[s] < 0 ? 0.0 : rill_model_backup(model, v, gamma, s, policy[s]);
            change = fmax(change, fabs(v[s] - old));
            greatest = fmax(greatest, fabs(v[s]));
        }
        if (change <= settled * greatest) {
            return RILL_OK;
        }
    }
    return rill_error_set(error, RILL_FAILED, "",
                          "the values of %d states do not settle within %d sweeps; use a smaller "
                          "discount",
                          n, MAX_SWEEPS);
}

rill_status solve_linear(const rill_model *model, double gamma, const int32_t *policy, double *v,
                         rill_error *error)
{
    const int32_t band = find_band(model, policy);
    rill_status status = cost_of(model, band) <= max_elimination
                             ? solve_by_elimination(model, gamma, policy, band, v, NULL, error)
                             : solve_by_sweeps(model, gamma, policy, v, error);
    for (int32_t s = 0; s < model->n_states && status == RILL_OK; s++) {
        if (!isfinite(v[s])) {
            status = rill_error_set(error, RILL_FAILED, "",
                                    "the value of state %d is too large for a number; use a "
                                    "smaller discount",
                                    s);
        }
    }
    return status;
}

rill_status solve_visits(const rill_model *model, const int32_t *policy, double *visits,
                         rill_error *error)
{
    const int32_t band = find_band(model, policy);
    if (cost_of(model, band) > max_elimination) {
        return rill_error_set(error, RILL_FAILED, "",
                              "%d states are too many for an on-policy distribution",
                              model->n_states);
    }
    double *v = malloc((size_t)model->n_states * sizeof *v);
    rill_status status = v == NULL
                             ? rill_error_no_memory(error)
                             : solve_by_elimination(model, 1.0, policy, band, v, visits, error);
    free(v);
    return status;
}
