/// Checks of an environment's exact model: its structure, and the frequencies of a sample.
///
/// Frequencies are held against exact binomial tests of each start and each outcome, with
/// Bonferroni's correction, and against one chi-square test of all outcomes together. Where rewards
/// are expectations, the mean of each is held against a normal approximation. Each of these four
/// tests fails a correct model with probability `false_alarm_rate` / 4.
#include "experiments/check_env.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

enum { N_TESTS = 4 };

void check_model_release(check *c)
{
    if (c->sample != NULL) {
        free(c->sample->counts);
        free(c->sample->reward_sums);
        free(c->sample->square_sums);
        free(c->sample->starts);
        free(c->sample->is_decision);
        free(c->sample->mask);
        free(c->sample);
        c->sample = NULL;
    }
    rill_model_destroy(c->model);
    c->model = NULL;
}

// ---- structure ----

/// The model, or why there is none.
static rill_status take_model(check *c)
{
    const rill_env_type *type = c->env->type;
    c->model_missing = "no exact model";
    if (type->model == NULL) {
        check_not_offered(c, "no exact model");
        return RILL_OK;
    }
    rill_model_builder *builder = rill_model_builder_create();
    if (builder == NULL) {
        return RILL_NO_MEMORY;
    }
    rill_error error = {0};
    rill_status status = type->model(c->env->params, builder);
    if (status == RILL_OK) {
        status = rill_model_build(builder, &c->model, &error);
        if (status == RILL_INVALID) {
            c->model_missing = "the model is broken";
            check_fail(c, "%.600s", error.message);
        }
    } else if (rill_model_refusal(builder) != NULL) {
        c->model_missing = rill_model_refusal(builder);
        check_not_offered(c, "no exact model with these parameters: %.200s", c->model_missing);
    } else if (status == RILL_INVALID) {
        c->model_missing = "the model is broken";
        check_fail(c, "rill_model_add was called out of order or with a number out of range; add "
                      "the outcomes of state 0, action 0 first, then those of action 1, ...");
    }
    rill_model_builder_destroy(builder);
    return status == RILL_NO_MEMORY ? status : RILL_OK;
}

/// Rewards are finite, and no outcome is there twice. Two of the same next state are found by
/// `latest`, (states) of 0: the number of the latest outcome that led to each, counted from 1, and
/// `earlier`, (outcomes), the one before.
static void check_pair(check *c, int32_t s, int32_t a, size_t *latest, size_t *earlier)
{
    size_t n = 0;
    const rill_transition *t = rill_model_outcomes(c->model, s, a, &n);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(t[i].reward)) {
            check_fail(c, "state %d, action %d: the reward of the outcome to state %d is %g", s, a,
                       t[i].next, t[i].reward);
        }
        for (size_t k = latest[t[i].next]; k > 0; k = earlier[k - 1]) {
            if (t[i].reward == t[k - 1].reward && t[i].terminated == t[k - 1].terminated) {
                check_fail(c,
                           "state %d, action %d: the outcome to state %d, reward %.17g is there "
                           "twice; add its probability once",
                           s, a, t[i].next, t[i].reward);
            }
        }
        earlier[i] = latest[t[i].next];
        latest[t[i].next] = i + 1;
    }
    for (size_t i = 0; i < n; i++) {
        latest[t[i].next] = 0;
    }
}

rill_status check_model(check *c)
{
    const rill_space *observations = &c->env->observation_space, *actions = &c->env->action_space;
    rill_status status = take_model(c);
    if (status != RILL_OK || c->model == NULL) {
        return status;
    }
    // the states are the observations, or numbered by model_state
    const bool is_observed = c->env->type->model_state == NULL;
    const bool has_its_states = !is_observed || (observations->kind == RILL_SPACE_DISCRETE &&
                                                 c->model->n_states == observations->size);
    if (!has_its_states || actions->kind != RILL_SPACE_DISCRETE ||
        c->model->n_actions != actions->size) {
        check_fail(c,
                   "the model has %d states and %d actions, the spaces have %d observations and "
                   "%d actions; where states are not the observations, offer model_state",
                   c->model->n_states, c->model->n_actions, observations->size, actions->size);
        rill_model_destroy(c->model);
        c->model = NULL;
        c->model_missing = "the model is broken";
        return RILL_OK;
    }
    const size_t n_pairs = (size_t)c->model->n_states * (size_t)c->model->n_actions;
    size_t n_most = 1;
    for (size_t pair = 0; pair < n_pairs; pair++) {
        const size_t n = c->model->first[pair + 1] - c->model->first[pair];
        n_most = n > n_most ? n : n_most;
    }
    size_t *latest = check_take(c, (size_t)c->model->n_states * sizeof *latest);
    size_t *earlier = check_take(c, n_most * sizeof *earlier);
    if (latest == NULL || earlier == NULL) {
        return RILL_NO_MEMORY;
    }
    for (int32_t s = 0; s < c->model->n_states && !check_has_failed(c); s++) {
        for (int32_t a = 0; a < c->model->n_actions; a++) {
            check_pair(c, s, a, latest, earlier);
        }
    }
    return RILL_OK;
}

/// The sample; false where there is no model, or after an error.
static bool take_sample(check *c, rill_status *status)
{
    if (c->model == NULL) {
        check_not_offered(c, "%s", c->model_missing);
        *status = RILL_OK;
        return false;
    }
    *status = check_sample_model(c);
    return *status == RILL_OK;
}

// ---- what was seen that the model does not have ----

rill_status check_mask(check *c)
{
    rill_status status;
    if (take_sample(c, &status)) {
        if (c->sample->availability[0] != '\0') {
            check_fail(c, "%s; let model and mask agree", c->sample->availability);
        } else if (c->env->type->mask == NULL) {
            check_not_offered(c, "no mask: every action can be taken");
        }
    }
    return status;
}

rill_status check_model_termination(check *c)
{
    rill_status status;
    if (take_sample(c, &status) && c->sample->termination[0] != '\0') {
        check_fail(c, "%s; let step and model agree", c->sample->termination);
    }
    return status;
}

// ---- frequencies ----

/// The probability of a count at least as far out as this one, of n with probability p.
static double binomial_p_value(int64_t count, int64_t n, double p)
{
    if (p >= 1.0) {
        return count == n ? 1.0 : 0.0;
    }
    const unsigned int k = (unsigned int)count, total = (unsigned int)n;
    const double below = gsl_cdf_binomial_P(k, p, total);
    const double above = k == 0 ? 1.0 : gsl_cdf_binomial_Q(k - 1, p, total);
    const double tail = 2.0 * (below < above ? below : above);
    return tail < 1.0 ? tail : 1.0;
}

rill_status check_model_starts(check *c)
{
    rill_status status;
    if (!take_sample(c, &status)) {
        return status;
    }
    const check_sample *sample = c->sample;
    if (sample->start[0] != '\0') {
        check_fail(c, "%s; let reset and model agree", sample->start);
    }
    const double alpha = c->options.false_alarm_rate / N_TESTS / c->model->n_states;
    for (int32_t s = 0; s < c->model->n_states; s++) {
        const double p = c->model->start[s];
        if (p > 0.0 && binomial_p_value(sample->starts[s], sample->n_starts, p) < alpha) {
            check_fail(c,
                       "%lld of %lld episodes from seed %llu started in state %d; in the model "
                       "its probability is %.9g; let reset and model agree",
                       (long long)sample->starts[s], (long long)sample->n_starts,
                       (unsigned long long)c->options.seed, s, p);
        }
    }
    return RILL_OK;
}

/// (count - expected)^2 / expected
static double pearson(double count, double expected)
{
    return (count - expected) * (count - expected) / expected;
}

/// Adds Pearson's statistic of a pair and its degrees of freedom to those of others. Outcomes
/// expected fewer than 10 times count as one, and that as one with a frequent outcome where it is
/// still too rare.
static void add_chi_square(const rill_transition *t, const int64_t *counts, size_t n, int64_t total,
                           double *statistic, double *degrees)
{
    const double enough = 10.0;
    double rare_expected = 0.0, rare_count = 0.0, last_expected = 0.0, last_count = 0.0, sum = 0.0;
    int cells = 0;
    for (size_t i = 0; i < n; i++) {
        const double expected = t[i].probability * (double)total;
        if (expected < enough) {
            rare_expected += expected;
            rare_count += (double)counts[i];
        } else {
            last_expected = expected;
            last_count = (double)counts[i];
            sum += pearson(last_count, last_expected);
            cells++;
        }
    }
    if (rare_expected >= enough) {
        sum += pearson(rare_count, rare_expected);
        cells++;
    } else if (cells > 0) {
        sum += pearson(last_count + rare_count, last_expected + rare_expected) -
               pearson(last_count, last_expected);
    }
    if (cells > 1) {
        *statistic += sum;
        *degrees += cells - 1;
    }
}

rill_status check_model_transitions(check *c)
{
    rill_status status;
    if (!take_sample(c, &status)) {
        return status;
    }
    const rill_model *model = c->model;
    if (c->sample->next[0] != '\0') {
        check_fail(c, "%s; let step and model agree", c->sample->next);
    }
    const size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    const double rate = c->options.false_alarm_rate / N_TESTS;
    double statistic = 0.0, degrees = 0.0;
    for (size_t pair = 0; pair < n_pairs && !check_has_failed(c); pair++) {
        const size_t first = model->first[pair], n = model->first[pair + 1] - first;
        int64_t total = 0;
        for (size_t i = 0; i < n; i++) {
            total += c->sample->counts[first + i];
        }
        if (n < 2 || total == 0) {
            continue;
        }
        const rill_transition *t = &model->transitions[first];
        const int64_t *counts = &c->sample->counts[first];
        add_chi_square(t, counts, n, total, &statistic, &degrees);
        for (size_t i = 0; i < n; i++) {
            if (binomial_p_value(counts[i], total, t[i].probability) <
                rate / (double)model->first[n_pairs]) {
                check_fail(c,
                           "state %zu, action %zu: %lld of %lld steps led to state %d, reward "
                           "%.9g; in the model the probability is %.9g; let step and model agree",
                           pair / (size_t)model->n_actions, pair % (size_t)model->n_actions,
                           (long long)counts[i], (long long)total, t[i].next, t[i].reward,
                           t[i].probability);
            }
        }
    }
    if (degrees > 0.0 && gsl_cdf_chisq_Q(statistic, degrees) < rate) {
        check_fail(c,
                   "the frequencies of all outcomes together are off, though none stands out: "
                   "chi-square %.6g with %g degrees of freedom; let step and model agree",
                   statistic, degrees);
    }
    return RILL_OK;
}

/// Means of at least 200 rewards against expected ones.
static void check_mean_rewards(check *c)
{
    enum { ENOUGH = 200 };
    const rill_model *model = c->model;
    const size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    const size_t n_transitions = model->first[n_pairs];
    const double alpha = c->options.false_alarm_rate / N_TESTS / (double)n_transitions;
    for (size_t k = 0, pair = 0; k < n_transitions; k++) {
        while (model->first[pair + 1] <= k) {
            pair++;
        }
        const double n = (double)c->sample->counts[k];
        if (n < ENOUGH) {
            continue;
        }
        const double mean = c->sample->reward_sums[k] / n;
        const double variance = fmax(c->sample->square_sums[k] / n - mean * mean, 0.0);
        const double expected = model->transitions[k].reward;
        // rounding of sums, where all rewards are equal
        const double slack = 1e-6 * (1.0 + fabs(expected)) +
                             gsl_cdf_ugaussian_Qinv(alpha / 2.0) * sqrt(variance / n);
        if (!(fabs(mean - expected) <= slack)) {
            check_fail(c,
                       "state %zu, action %zu: %g steps to state %d earned %.9g on average; in "
                       "the model %.9g is expected; let step and model agree",
                       pair / (size_t)model->n_actions, pair % (size_t)model->n_actions, n,
                       model->transitions[k].next, mean, expected);
        }
    }
}

rill_status check_model_rewards(check *c)
{
    rill_status status;
    if (!take_sample(c, &status)) {
        return status;
    }
    if (c->sample->reward[0] != '\0') {
        check_fail(c, "%s; let step and model agree", c->sample->reward);
    }
    if (c->env->type->has_expected_rewards) {
        check_mean_rewards(c);
    }
    return RILL_OK;
}
