/// The projected Bellman error of linear predictions (S&B section 11.4):
///     PBE = |Pi delta|^2_d   (eq. 11.22),   delta(s) = E_pi[R + gamma v(S') - v(s) | s]   (eq. 11.18)
/// where Pi projects onto what the features can represent, by the distribution d:
///     |Pi delta|_d = |B D^1/2 delta|
/// for an orthonormal basis B of the columns of D^1/2 X, X the features x(s)^T of all states. The basis
/// is found by a process of our own (Gram and Schmidt's, columns by their length, each twice), not a
/// library's: what is recorded enters the result hash, and the order of operations inside a BLAS is not
/// ours to fix.
#include "experiments/experiment.h"

#include <math.h>
#include <rill/solve.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANK = 1024, MAX_NUMBERS = 1 << 22 };

struct rill_projection {
    rill_model *model;
    double gamma;
    double *policy; ///< (n_states, n_actions) that is predicted
    double *root;   ///< (n_states) sqrt(d(s))
    double *basis;  ///< (rank, n_states) B; NULL on tables
    int32_t rank;   ///< of B; on tables the number of features
};

/// pi(.|s), or those of another policy of the agent, for all states.
static void fill_policy(const rill_agent *agent, const rill_policy *policy, const rill_model *model,
                        double *probabilities)
{
    const rill_features *features = &agent->features;
    for (int32_t s = 0; s < model->n_states; s++) {
        const int32_t state = rill_features_are_table(features)
                                  ? rill_features_active(features, (rill_observation){.index = s})
                                  : s;
        rill_policy_probabilities(policy, state, NULL, 0, 0,
                                  probabilities + (ptrdiff_t)s * model->n_actions);
    }
}

/// The weights of the states, under the root.
static rill_status weigh(rill_projection *p, const rill_agent *agent, rill_error *error)
{
    const rill_model *model = p->model;
    rill_status status = RILL_OK;
    if (agent->type->state_weights != NULL) {
        memcpy(p->root, agent->type->state_weights(agent),
               (size_t)model->n_states * sizeof *p->root);
    } else {
        double *behaviour =
            malloc((size_t)model->n_states * (size_t)model->n_actions * sizeof *behaviour);
        if (behaviour == NULL) {
            return rill_error_no_memory(error);
        }
        fill_policy(agent, rill_agent_behaviour(agent), model, behaviour);
        status = rill_solve_on_policy(model, behaviour, p->root, error);
        free(behaviour);
    }
    for (int32_t s = 0; s < model->n_states && status == RILL_OK; s++) {
        p->root[s] = sqrt(p->root[s]);
    }
    return status;
}

static double dot(const double *a, const double *b, int32_t n)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/// Makes a vector one of length 1; answers its length.
static double normalise(double *vector, int32_t n)
{
    const double length = sqrt(dot(vector, vector, n));
    for (int32_t i = 0; i < n && length > 0.0; i++) {
        vector[i] /= length;
    }
    return length;
}

/// vector <- vector - (q.vector) q, for q of length 1
static void remove_part(double *vector, const double *q, int32_t n)
{
    const double part = dot(q, vector, n);
    for (int32_t i = 0; i < n; i++) {
        vector[i] -= part * q[i];
    }
}

static void swap(double *a, double *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const double kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/// Turns `m` vectors of n numbers into an orthonormal basis of what they span, in front; answers how
/// many it has. A rest shorter than 1e-10 of a vector is rounding.
static int32_t orthonormalise(double *vectors, int32_t m, int32_t n)
{
    int32_t rank = 0;
    for (int32_t j = 0; j < m; j++) {
        normalise(vectors + (ptrdiff_t)j * n, n);
    }
    for (bool is_left = true; is_left && rank < m && rank < n;) {
        double *q = vectors + (ptrdiff_t)rank * n;
        int32_t longest = rank;
        double square = -1.0;
        for (int32_t j = rank; j < m; j++) {
            const double *rest = vectors + (ptrdiff_t)j * n;
            const double s = dot(rest, rest, n);
            longest = s > square ? j : longest;
            square = s > square ? s : square;
        }
        is_left = square > 1e-20;
        if (is_left) {
            swap(q, vectors + (ptrdiff_t)longest * n, longest == rank ? 0 : n);
            for (int32_t k = 0; k < rank; k++) {
                remove_part(q, vectors + (ptrdiff_t)k * n, n);
            }
            normalise(q, n);
            rank++;
            for (int32_t j = rank; j < m; j++) {
                remove_part(vectors + (ptrdiff_t)j * n, q, n);
            }
        }
    }
    return rank;
}

/// The columns of D^1/2 X, as rows (n_features, n_states).
static rill_status fill_columns(const rill_projection *p, const rill_agent *agent, double *columns,
                                rill_error *error)
{
    const rill_features *features = &agent->features;
    const int32_t n_states = p->model->n_states;
    double *values = malloc((size_t)features->n_active * sizeof *values);
    int32_t *indices = malloc((size_t)features->n_active * sizeof *indices);
    const bool has_room = values != NULL && indices != NULL;
    for (int32_t s = 0; has_room && s < n_states; s++) {
        const int32_t n = rill_features_encode(features, NULL, true, (rill_observation){.index = s},
                                               indices, values);
        for (int32_t i = 0; i < n; i++) {
            columns[(ptrdiff_t)indices[i] * n_states + s] += p->root[s] * values[i];
        }
    }
    free(values);
    free(indices);
    return has_room ? RILL_OK : rill_error_no_memory(error);
}

static rill_status find_basis(rill_projection *p, const rill_agent *agent, rill_error *error)
{
    const rill_features *features = &agent->features;
    const int32_t n_states = p->model->n_states, n_features = features->size;
    p->rank = n_features;
    if (rill_features_are_table(features)) {
        return RILL_OK;
    }
    if (features->memory_size > 0) {
        return rill_error_set(
            error, RILL_INVALID, "features",
            "those of a table that fills as states are met differ from run to run");
    }
    if ((n_states < n_features ? n_states : n_features) > MAX_RANK ||
        (int64_t)n_states * n_features > MAX_NUMBERS) {
        return rill_error_set(error, RILL_INVALID, "features",
                              "%d features of %d states are too many to project", n_features,
                              n_states);
    }
    p->basis = calloc((size_t)n_features * (size_t)n_states, sizeof *p->basis);
    if (p->basis == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = fill_columns(p, agent, p->basis, error);
    if (status == RILL_OK) {
        p->rank = orthonormalise(p->basis, n_features, n_states);
    }
    return status;
}

rill_status rill_projection_create(rill_projection **out, const rill_env *env,
                                   const rill_agent *agent, rill_error *error)
{
    *out = NULL;
    rill_projection *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = rill_env_model(env, &p->model, error);
    status = status == RILL_OK ? truth_check_states(agent, env, p->model, error) : status;
    status = status == RILL_OK ? truth_discount(agent, &p->gamma, error) : status;
    if (status == RILL_OK) {
        const size_t n = (size_t)p->model->n_states;
        p->policy = malloc(n * (size_t)p->model->n_actions * sizeof *p->policy);
        p->root = malloc(n * sizeof *p->root);
        status = p->policy == NULL || p->root == NULL ? rill_error_no_memory(error) : RILL_OK;
    }
    if (status == RILL_OK) {
        fill_policy(agent, &agent->policy, p->model, p->policy);
        status = weigh(p, agent, error);
    }
    status = status == RILL_OK ? find_basis(p, agent, error) : status;
    if (status != RILL_OK) {
        rill_projection_destroy(p);
        return status;
    }
    *out = p;
    return RILL_OK;
}

void rill_projection_destroy(rill_projection *p)
{
    if (p != NULL) {
        rill_model_destroy(p->model);
        free(p->policy);
        free(p->root);
        free(p->basis);
        free(p);
    }
}

/// delta(s) of a state that is not terminal, from the values of all (0 in terminal ones).
static double bellman_error(const rill_projection *p, const double *v, int32_t state)
{
    const double *pi = p->policy + (ptrdiff_t)state * p->model->n_actions;
    double target = 0.0;
    for (int32_t a = 0; a < p->model->n_actions; a++) {
        target += pi[a] > 0.0 ? pi[a] * rill_model_backup(p->model, v, p->gamma, state, a) : 0.0;
    }
    return target - v[state];
}

/// The square of the projection where each state has one feature of value 1:
/// sum over features of (sum_s d(s) delta(s))^2 / sum_s d(s). `sums` is (rank, 2), zeros.
static double project_table(const rill_projection *p, const rill_agent *agent, const double *delta,
                            double *sums)
{
    double square = 0.0;
    for (int32_t s = 0; s < p->model->n_states; s++) {
        const double d = p->root[s] * p->root[s];
        double *sum = sums + 2 * (ptrdiff_t)rill_features_active(&agent->features,
                                                                 (rill_observation){.index = s});
        sum[0] += d * delta[s];
        sum[1] += d;
    }
    for (int32_t i = 0; i < p->rank; i++) {
        square += sums[2 * i + 1] > 0.0 ? sums[2 * i] * sums[2 * i] / sums[2 * i + 1] : 0.0;
    }
    return square;
}

/// Likewise by the basis. `delta` is weighed in place.
static double project(const rill_projection *p, double *delta)
{
    double square = 0.0;
    for (int32_t s = 0; s < p->model->n_states; s++) {
        delta[s] *= p->root[s];
    }
    for (int32_t i = 0; i < p->rank; i++) {
        const ptrdiff_t first = (ptrdiff_t)i * p->model->n_states;
        const double part = dot(p->basis + first, delta, p->model->n_states);
        square += part * part;
    }
    return square;
}

rill_status rill_projection_error(const rill_projection *p, const rill_agent *agent,
                                  double *root_mean_square)
{
    const int32_t n = p->model->n_states;
    const size_t n_sums = p->basis == NULL ? 2 * (size_t)p->rank : 0;
    double *v = calloc(2 * (size_t)n + n_sums, sizeof *v);
    if (v == NULL) {
        return RILL_NO_MEMORY;
    }
    double *delta = v + n;
    for (int32_t s = 0; s < n; s++) {
        if (rill_model_has_actions(p->model, s)) {
            rill_agent_values(agent, (rill_observation){.index = s}, &v[s]);
        }
    }
    for (int32_t s = 0; s < n; s++) {
        delta[s] = p->root[s] > 0.0 ? bellman_error(p, v, s) : 0.0;
    }
    const double square =
        p->basis == NULL ? project_table(p, agent, delta, delta + n) : project(p, delta);
    *root_mean_square = sqrt(square);
    free(v);
    return RILL_OK;
}
