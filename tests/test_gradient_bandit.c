// The gradient bandit against eq. 2.12 written from all rewards, and against the gradient itself.
#include "tests/bandit_reference.h"

static bool has_baseline;
static double alpha;

/// S&B eq. 2.11, with the bare exponentials.
static void softmax(const double *h, double *pi)
{
    double sum = 0.0;
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        sum += exp(h[a]);
    }
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        pi[a] = exp(h[a]) / sum;
    }
}

static int32_t choose(bandit_box *box, int32_t state)
{
    softmax(box->q[state], box->pi);
    const double u = rill_rng_random(&box->rng);
    double cumulated = box->pi[0];
    int32_t a = 0;
    while (u >= cumulated) {
        cumulated += box->pi[++a];
    }
    return a;
}

/// S&B eq. 2.12; the average is of all rewards in the state, this one included.
static void learn(bandit_box *box, int32_t state, int32_t action, double reward)
{
    double sum = 0.0;
    int n = 0;
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        sum += bandit_sum(&box->rewards[state][a]);
        n += box->rewards[state][a].n;
    }
    const double baseline = has_baseline ? sum / n : 0.0;
    double *h = box->q[state];
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        if (a == action) {
            h[a] += alpha * (reward - baseline) * (1.0 - box->pi[a]);
        } else {
            h[a] -= alpha * (reward - baseline) * box->pi[a];
        }
    }
}

/// The same by the text's average, of the rewards before this one: alpha (1 - 1/t) in place of
/// alpha.
static void learn_by_past(bandit_box *box, int32_t state, int32_t action, double reward)
{
    double sum = -reward;
    int t = 0;
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        sum += bandit_sum(&box->rewards[state][a]);
        t += box->rewards[state][a].n;
    }
    const double past = t == 1 ? reward : sum / (t - 1);
    double *h = box->q[state];
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        const double direction = (a == action) - box->pi[a];
        h[a] += alpha * (1.0 - 1.0 / t) * (reward - past) * direction;
    }
}

START_TEST(test_equals_the_equation)
{
    static const struct {
        const char *assignments[3];
        bool has_baseline;
        double alpha;
        void (*learn)(bandit_box *, int32_t, int32_t, double);
    } cases[] = {
        {{"alpha=0.1", NULL}, true, 0.1, learn},
        {{"alpha=0.4", "baseline=true", NULL}, true, 0.4, learn},
        {{"alpha=0.1", "baseline=false", NULL}, false, 0.1, learn},
        {{"alpha=0.1", NULL}, true, 0.1, learn_by_past},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_agent *agent = bandit_agent("gradient_bandit", cases[i].assignments);
        static bandit_box box;
        box = (bandit_box){.choose = choose, .learn = cases[i].learn};
        has_baseline = cases[i].has_baseline;
        alpha = cases[i].alpha;
        bandit_compare(agent, &box, 1e-10);
        rill_agent_destroy(agent);
    }
}
END_TEST

/// The mean update, over actions drawn from pi, is alpha times the gradient of the expected reward
/// in the preferences, here by finite differences (S&B section 2.8, "The Bandit Gradient Algorithm
/// as Stochastic Gradient Ascent").
START_TEST(test_climbs_the_gradient)
{
    static const double q[] = {1.0, -2.0, 0.5, 3.0}, start[] = {0.3, -0.2, 0.0, -0.1};
    static const char *const assignments[] = {"alpha=0.5", "baseline=false", NULL};
    rill_agent *agent = bandit_agent("gradient_bandit", assignments);
    double pi[BANDIT_ACTIONS], mean[BANDIT_ACTIONS] = {0.0};
    bool is_seen[BANDIT_ACTIONS] = {false};
    int n_seen = 0;
    softmax(start, pi);
    for (uint64_t seed = 0; n_seen < BANDIT_ACTIONS; seed++) {
        rill_agent_seed(agent, seed);
        double *h = rill_linear_row(&agent->value, 0);
        memcpy(h, start, sizeof start);
        const int a = rill_agent_start(agent, bandit_observation(0)).index;
        if (!is_seen[a]) {
            is_seen[a] = true;
            n_seen++;
            rill_agent_step(agent, q[a], bandit_observation(1));
            for (int b = 0; b < BANDIT_ACTIONS; b++) {
                mean[b] += pi[a] * (h[b] - start[b]);
            }
        }
    }
    for (int b = 0; b < BANDIT_ACTIONS; b++) {
        double reward[2] = {0.0, 0.0};
        for (int side = 0; side < 2; side++) {
            double h[BANDIT_ACTIONS];
            memcpy(h, start, sizeof start);
            h[b] += side == 0 ? -1e-5 : 1e-5;
            softmax(h, pi);
            for (int a = 0; a < BANDIT_ACTIONS; a++) {
                reward[side] += pi[a] * q[a];
            }
        }
        ASSERT_NEAR(mean[b], 0.5 * (reward[1] - reward[0]) / 2e-5, 1e-9);
    }
    rill_agent_destroy(agent);
}
END_TEST

/// Preferences far apart overflow nothing, and the action is certain.
START_TEST(test_great_preferences)
{
    static const char *const assignments[] = {"alpha=1000", "baseline=false", NULL};
    rill_agent *agent = bandit_agent("gradient_bandit", assignments);
    const double *h = rill_linear_row(&agent->value, 0);
    const int first = rill_agent_start(agent, bandit_observation(0)).index;
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(rill_agent_step(agent, 100.0, bandit_observation(0)).index, first);
    }
    ck_assert(h[first] == 1e5 * (1.0 - 0.25)); // what is certain is not learned any more
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        ck_assert(a == first || h[a] == -1e5 * 0.25);
    }
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_the_equation, test_climbs_the_gradient, test_great_preferences)
