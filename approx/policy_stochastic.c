/// A given stochastic policy: the probabilities of the actions, in all states or in each.
/// One number u in [0, 1) is drawn per action; the answer is the first action whose cumulated
/// probability exceeds it.
#include <math.h>
#include <rill/policy.h>

typedef struct stochastic_params {
    rill_list probabilities;
} stochastic_params;

static const rill_param stochastic_param_table[] = {
    RILL_REALS(stochastic_params, probabilities, "", 0, 1,
               "one number an action, for all states or for each in turn; empty: all alike"),
    RILL_PARAM_END,
};

/// (n_actions) probabilities in a state; NULL: all alike.
static const double *row_of(const rill_policy *policy, int32_t state)
{
    const rill_list *list = &((const stochastic_params *)policy->params)->probabilities;
    const int32_t n = policy->n_actions;
    return list->count == 0 ? NULL : list->values + (list->count == n ? 0 : (ptrdiff_t)state * n);
}

static rill_status stochastic_prepare(rill_policy *policy, rill_error *error)
{
    const rill_list *list = &((const stochastic_params *)policy->params)->probabilities;
    const int32_t n = policy->n_actions;
    if (list->count != 0 && list->count != n && list->count != (int64_t)policy->n_states * n) {
        return rill_error_set(error, RILL_INVALID, "probabilities",
                              "%d numbers for %d actions in %d states; give one an action, for all "
                              "states or for each",
                              list->count, n, policy->n_states);
    }
    for (int32_t row = 0; row < list->count / n; row++) {
        double sum = 0.0;
        for (int32_t a = 0; a < n; a++) {
            sum += list->values[(ptrdiff_t)row * n + a];
        }
        if (!(fabs(sum - 1.0) <= 1e-9)) {
            return rill_error_set(error, RILL_INVALID, "probabilities",
                                  "those of state %d sum to %.15g, not to 1", row, sum);
        }
    }
    return RILL_OK;
}

static int32_t stochastic_sample(const rill_policy *policy, int32_t state, const double *values,
                                 int64_t step, int64_t episode, rill_rng *rng)
{
    (void)values, (void)step, (void)episode;
    const double *row = row_of(policy, state);
    const int32_t n = policy->n_actions;
    const double u = rill_rng_random(rng);
    double cumulated = 0.0;
    int32_t last = 0; // with a probability, in case the sum is rounded below 1
    for (int32_t a = 0; a < n; a++) {
        const double probability = row == NULL ? 1.0 / n : row[a];
        cumulated += probability;
        if (u < cumulated) {
            return a;
        }
        last = probability > 0.0 ? a : last;
    }
    return last;
}

static void stochastic_probabilities(const rill_policy *policy, int32_t state, const double *values,
                                     int64_t step, int64_t episode, double *probabilities)
{
    (void)values, (void)step, (void)episode;
    const double *row = row_of(policy, state);
    for (int32_t a = 0; a < policy->n_actions; a++) {
        probabilities[a] = row == NULL ? 1.0 / policy->n_actions : row[a];
    }
}

static int32_t stochastic_likeliest(const rill_policy *policy, int32_t state)
{
    const double *row = row_of(policy, state);
    return row == NULL ? 0 : rill_argmax(row, policy->n_actions);
}

extern const rill_policy_type rill_policy_stochastic;
const rill_policy_type rill_policy_stochastic = {
    .id = "stochastic",
    .summary = "actions with given probabilities",
    .source = "Zhao (2025), chapter 2",
    .params = stochastic_param_table,
    .params_size = sizeof(stochastic_params),
    .ignores_values = true,
    .likeliest = stochastic_likeliest,
    .prepare = stochastic_prepare,
    .sample = stochastic_sample,
    .probabilities = stochastic_probabilities,
};
