/// Softmax (Boltzmann) over action values:
///     pi(a|s) = exp(q(s,a) / tau) / sum_b exp(q(s,b) / tau)                  (S&B eq. 2.11)
/// One number u in [0, 1) is drawn per action; the answer is the first action whose cumulated
/// probability exceeds it.
#include <rill/math.h>
#include <rill/policy.h>

typedef struct softmax_params {
    rill_schedule temperature;
} softmax_params;

static const rill_param softmax_param_table[] = {
    RILL_RATE(softmax_params, temperature, "1", 1e-9, 1e9,
              "tau: high is near uniform, low is near greedy; in units of the values"),
    RILL_PARAM_END,
};

static double temperature_at(const rill_policy *policy, int64_t step, int64_t episode)
{
    const softmax_params *params = policy->params;
    const double temperature = rill_schedule_at(&params->temperature, step, episode);
    return temperature < 1e-9 ? 1e-9 : temperature; // a schedule may fall below the least allowed
}

static int32_t softmax_sample(const rill_policy *policy, int32_t state, const double *values,
                              int64_t step, int64_t episode, rill_rng *rng)
{
    (void)state;
    const int32_t n = policy->n_actions;
    const double temperature = temperature_at(policy, step, episode);
    const double best = rill_max(values, n); // exponents are <= 0: nothing overflows
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += rill_exp((values[a] - best) / temperature);
    }
    const double threshold = rill_rng_random(rng) * sum;
    double cumulated = 0.0;
    for (int32_t a = 0; a < n - 1; a++) {
        cumulated += rill_exp((values[a] - best) / temperature);
        if (threshold < cumulated) {
            return a;
        }
    }
    return n - 1;
}

static void softmax_probabilities(const rill_policy *policy, int32_t state, const double *values,
                                  int64_t step, int64_t episode, double *probabilities)
{
    (void)state;
    const double temperature = temperature_at(policy, step, episode);
    const double best = rill_max(values, policy->n_actions);
    double sum = 0.0;
    for (int32_t a = 0; a < policy->n_actions; a++) {
        probabilities[a] = rill_exp((values[a] - best) / temperature);
        sum += probabilities[a];
    }
    for (int32_t a = 0; a < policy->n_actions; a++) {
        probabilities[a] /= sum;
    }
}

extern const rill_policy_type rill_policy_softmax;
const rill_policy_type rill_policy_softmax = {
    .id = "softmax",
    .summary = "actions with probability proportional to exp(value / temperature)",
    .source = "Sutton & Barto (2018), eq. 2.11",
    .params = softmax_param_table,
    .params_size = sizeof(softmax_params),
    .sample = softmax_sample,
    .probabilities = softmax_probabilities,
};
