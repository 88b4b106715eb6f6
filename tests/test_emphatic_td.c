// Emphatic TD(lambda) against its rule in dense vectors, its mean update with the emphasis in balance,
// and the fixed point of that.
#include "tests/off_policy_reference.h"

static double lambda;

/// F <- rho_{t-1} gamma F + 1,  M = lambda + (1 - lambda) F,  e <- rho (gamma lambda e + M x),
/// w <- w + alpha delta e   (S&B section 12.11)
static void rule(const off_policy_moment *m, off_policy_memory *memory)
{
    static double last_ratio;
    const double gamma = m->world->gamma;
    memory->followon = m->is_first ? 1.0 : last_ratio * gamma * memory->followon + 1.0;
    last_ratio = m->ratio;
    const double emphasis = lambda + (1.0 - lambda) * memory->followon;
    for (int32_t i = 0; i < m->world->n_features; i++) {
        const double before = m->is_first ? 0.0 : memory->z[i];
        memory->z[i] = m->ratio * (gamma * lambda * before + emphasis * m->x[i]);
        memory->w[i] += 0.01 * m->td_error * memory->z[i];
    }
}

START_TEST(test_rule)
{
    const double lambdas[] = {0.0, 0.6, 1.0};
    const char *const settings[] = {"alpha=0.01", "alpha=0.01 lambda=0.6", "alpha=0.01 lambda=1"};
    for (int i = 0; i < 3; i++) {
        lambda = lambdas[i];
        off_policy_follow("emphatic_td", settings[i], rule);
    }
}
END_TEST

/// The emphasis in balance (Sutton, Mahmood & White 2016): f = d + gamma P_pi^T f, and the weights of
/// the states m = lambda d + (1 - lambda) f.
static void balance(const linear_world *w, const double *d, double *m)
{
    linear_matrix p, system = {0};
    double r[LINEAR_STATES];
    linear_chain(w, w->policy, &p, r);
    for (int32_t s = 0; s < w->n_states; s++) {
        for (int32_t k = 0; k < w->n_states; k++) {
            system.at[s][k] = (s == k ? 1.0 : 0.0) - w->gamma * p.at[k][s];
        }
    }
    linear_solve(&system, d, w->n_states, m);
    for (int32_t s = 0; s < w->n_states; s++) {
        m[s] = lambda * d[s] + (1.0 - lambda) * m[s];
    }
}

/// With a step size so small that the weights stay where they are, what they gather in a long run is
/// the mean update b - A w with A = X^T M (I - gamma lambda P)^-1 (I - gamma P) X: in each weight the mean of
/// 40 runs is within four standard errors, which fails by chance in 3 of 10,000 comparisons, and there are
/// 12. At the emphatic fixed point the mean update is 0.
START_TEST(test_mean_update)
{
    enum { RUNS = 40, STEPS = 20000 };
    const double lambdas[] = {0.0, 0.6}, alpha = 1e-9;
    const char *const settings[] = {"alpha=1e-9", "alpha=1e-9 lambda=0.6"};
    for (int i = 0; i < 4; i++) {
        static double change[RUNS][LINEAR_FEATURES];
        linear_world w = linear_random(6, 0.6, off_policy_maps[0]);
        off_policy_part(&w);
        lambda = lambdas[i % 2];
        linear_matrix a;
        double d[LINEAR_STATES], m[LINEAR_STATES], b[LINEAR_FEATURES], at[LINEAR_FEATURES];
        double expected[LINEAR_FEATURES] = {0.0};
        linear_distribution(&w, w.behaviour, d);
        balance(&w, d, m);
        linear_td_system(&w, m, lambda, &a, b);
        if (i < 2) {
            off_policy_draw(at, w.n_features, 3);
            linear_add(&w, expected, 1.0, b);
            off_policy_multiply(&w, expected, -1.0, &a, false, at);
            ck_assert(linear_dot(&w, expected, expected) > 1.0);
        } else {
            linear_fixed_point(&w, &a, b, at);
        }
        rill_agent *agent = linear_agent_in(&w, "emphatic_td", settings[i % 2]);
        for (int run = 0; run < RUNS; run++) {
            rill_agent_seed(agent, (uint64_t)run);
            memcpy(agent->value.weights, at, (size_t)w.n_features * sizeof *at);
            linear_play_steps(&w, agent, STEPS);
            for (int32_t j = 0; j < w.n_features; j++) {
                change[run][j] = (agent->value.weights[j] - at[j]) / (alpha * STEPS);
            }
        }
        ck_assert_int_eq(w.n_features, 3);
        for (int32_t j = 0; j < w.n_features; j++) {
            double mean = 0.0, square = 0.0;
            for (int run = 0; run < RUNS; run++) {
                mean += change[run][j] / RUNS;
            }
            for (int run = 0; run < RUNS; run++) {
                square += (change[run][j] - mean) * (change[run][j] - mean);
            }
            const double standard_error = sqrt(square / (RUNS - 1) / RUNS);
            ck_assert(standard_error < 0.03);
            ASSERT_NEAR(mean, expected[j], 4.0 * standard_error);
        }
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}
END_TEST

/// Without a behaviour and with lambda = 1 the emphasis is 1: TD(1).
START_TEST(test_on_policy)
{
    linear_world w = off_policy_walk(off_policy_maps[0]);
    memcpy(w.behaviour, w.policy, sizeof w.policy);
    rill_agent *one = linear_agent_in(&w, "emphatic_td", "alpha=0.02 lambda=1");
    rill_agent *other = linear_agent_in(&w, "td_lambda", "alpha=0.02 lambda=1");
    linear_play_steps(&w, one, 2000);
    rill_rng_seed(&w.rng, 91);
    linear_play_steps(&w, other, 2000);
    linear_check(&w, "on-policy", 0, one->value.weights, other->value.weights, 1e-11);
    ck_assert(linear_dot(&w, one->value.weights, one->value.weights) > 1e-3);
    rill_agent_destroy(one);
    rill_agent_destroy(other);
    linear_end(&w);
}
END_TEST

TEST_MAIN(test_rule, test_mean_update, test_on_policy)
