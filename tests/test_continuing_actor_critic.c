// The continuing actor-critic against the box of S&B section 13.6, written densely; the average reward that it
// learns against that of its policy, and its mean step against the gradient of the average reward.
#include "tests/actor_gradient.h"
#include "tests/finite.h"

static double lambda_theta, lambda_w, entropy;
static const double beta = 0.03;

/// z <- 0
static void begin(actor_box *box)
{
    memset(box->z_w, 0, sizeof box->z_w);
    memset(box->z_theta, 0, sizeof box->z_theta);
}

static void learn(actor_box *box, const actor_moment *s, double reward, const actor_moment *next)
{
    double g[ACTOR_PARAMETERS], h[ACTOR_PARAMETERS];
    const double delta = reward - box->average_reward +
                         (next == NULL ? 0.0 : actor_box_value(box, next, 0)) -
                         actor_box_value(box, s, 0);
    box->average_reward += beta * delta;
    actor_box_score(box, s->eta, s->a, g);
    actor_box_entropy(box, s->eta, h);
    for (int32_t i = 0; i < box->map.size; i++) {
        box->z_w[i] = lambda_w * box->z_w[i] + s->phi[i];
        box->w[i][0] += box->c->alpha_w * delta * box->phi_scale[i] * box->z_w[i];
    }
    for (int32_t i = 0; i < box->policy_map.size; i++) {
        for (int32_t j = 0; j < box->n_parameters; j++) {
            box->z_theta[i][j] =
                lambda_theta * box->z_theta[i][j] + actor_box_gradient(box, s, g, i, j);
            box->theta[i][j] +=
                box->c->alpha_theta * actor_box_scale(box, i, j) *
                (delta * box->z_theta[i][j] + entropy * actor_box_gradient(box, s, h, i, j));
        }
    }
    box->td_error = delta;
}

START_TEST(test_equals_the_box)
{
    static const double variants[][3] = {{0.0, 0.0, 0.0}, {0.6, 0.7, 0.0}, {0.5, 0.0, 0.02}};
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        lambda_theta = variants[v][0];
        lambda_w = variants[v][1];
        entropy = variants[v][2];
        for (int i = 0; i < ACTOR_CASES; i++) {
            char settings[256];
            actor_box box;
            actor_box_open(&box, &actor_cases[i], 1);
            snprintf(settings, sizeof settings, "beta=%g lambda_theta=%g lambda_w=%g entropy=%g",
                     beta, lambda_theta, lambda_w, entropy);
            rill_agent *agent = actor_agent("continuing_actor_critic", &box, settings);
            actor_play(&box, agent, begin, learn, actor_box_choose, false, 400, 1e-11);
            rill_agent_destroy(agent);
            actor_box_close(&box);
        }
    }
}
END_TEST

// ---- the average reward ----

static const double river_theta[] = {-0.2, 0.9, 0.1, 1.0, -0.3, 0.8, 0.0, 1.1, 0.2, 0.9};

/// r(pi) of a theta on a table.
static double average_of(const rill_model *model, const double *x, const double *theta)
{
    double policy[ACTOR_MAX_STATES * ACTOR_SIZE], mu[ACTOR_MAX_STATES];
    actor_policy(model, x, model->n_states, theta, policy);
    return finite_stationary(model, policy, mu);
}

static const actor_case river = {
    "river_swim", "n_states=5", 0, {.id = "one_hot", .settings = ""}, {0}, "", "", 1.0, 0.0, 0.0};

/// With a policy that stands still, R-bar and w settle at the average reward and at differential values;
/// the first within five standard errors of blocks of steps.
START_TEST(test_learns_the_average_reward)
{
    double identity[25] = {0.0};
    char initial[512], settings[1024];
    actor_box box;
    actor_case c = river;
    c.alpha_w = 0.02;
    actor_box_open(&box, &c, 1);
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(box.env, &model, &error), &error);
    ck_assert_int_eq(model->n_states, 5);
    for (int i = 0; i < 5; i++) {
        identity[6 * i] = 1.0;
    }
    actor_list(initial, sizeof initial, "initial_theta", river_theta, 10);
    snprintf(settings, sizeof settings, "beta=0.002 lambda_w=0.5 %s", initial);
    rill_agent *agent = actor_agent("continuing_actor_critic", &box, settings);
    rill_action action = rill_agent_start(agent, rill_env_reset(box.env));
    double sum = 0.0, squares = 0.0;
    enum { BLOCKS = 100, STEPS = 8000 };
    for (int b = -10; b < BLOCKS; b++) {
        double block = 0.0;
        for (int t = 0; t < STEPS; t++) {
            rill_outcome outcome;
            const rill_observation observation = rill_env_step(box.env, action, &outcome);
            action = rill_agent_step(agent, outcome.reward, observation);
            block += agent->memory->average_reward / STEPS;
        }
        sum += b < 0 ? 0.0 : block;
        squares += b < 0 ? 0.0 : block * block;
    }
    const double mean = sum / BLOCKS, expected = average_of(model, identity, river_theta);
    const double se = sqrt((squares / BLOCKS - mean * mean) / (BLOCKS - 1));
    ck_assert_msg(fabs(mean - expected) <= 5.0 * se, "%g (s.e. %g), not %g", mean, se, expected);
    ck_assert_double_lt(se, 0.02 * fabs(expected));
    rill_agent_destroy(agent);
    rill_model_destroy(model);
    actor_box_close(&box);
}
END_TEST

/// With the exact average reward and differential values the mean step is the gradient of the average
/// reward (S&B eq. 13.13 to 13.16), within five standard errors of the means of blocks in each weight: a
/// chance of 6e-7 a weight to fail.
START_TEST(test_mean_step_is_the_gradient_of_the_average_reward)
{
    double identity[25] = {0.0}, policy[ACTOR_MAX_STATES * ACTOR_SIZE], mu[5], moved[10];
    double expected[10], v[5] = {0.0};
    char initial[512], weights[512], settings[2048];
    actor_box box;
    actor_case c = river;
    c.alpha_theta = 1e-9;
    actor_box_open(&box, &c, 1);
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(box.env, &model, &error), &error);
    for (int i = 0; i < 5; i++) {
        identity[6 * i] = 1.0;
    }
    for (int k = 0; k < 10; k++) {
        memcpy(moved, river_theta, sizeof moved);
        moved[k] = river_theta[k] + 1e-5;
        const double up = average_of(model, identity, moved);
        moved[k] = river_theta[k] - 1e-5;
        expected[k] = (up - average_of(model, identity, moved)) / 2e-5;
    }
    // differential values, by iteration: v <- r - r(pi) + P v, held at 0 in state 0
    actor_policy(model, identity, 5, river_theta, policy);
    const double average = finite_stationary(model, policy, mu);
    for (int i = 0; i < 20000; i++) {
        double next[5];
        for (int32_t s = 0; s < 5; s++) {
            next[s] = -average;
            for (int32_t a = 0; a < model->n_actions; a++) {
                next[s] +=
                    policy[s * model->n_actions + a] * rill_model_backup(model, v, 1.0, s, a);
            }
        }
        for (int32_t s = 0; s < 5; s++) {
            v[s] = next[s] - next[0];
        }
    }
    actor_list(initial, sizeof initial, "initial_theta", river_theta, 10);
    actor_list(weights, sizeof weights, "initial_weights", v, 5);
    snprintf(settings, sizeof settings, "beta=0 lambda_theta=0.6 %s %s", initial, weights);
    rill_agent *agent = actor_agent("continuing_actor_critic", &box, settings);
    agent->memory->average_reward = average;
    rill_action action = rill_agent_start(agent, rill_env_reset(box.env));
    double sum[10] = {0.0}, squares[10] = {0.0}, *theta = agent->actor.theta.weights;
    enum { BLOCKS = 400, STEPS = 2000 };
    for (int b = -1; b < BLOCKS; b++) {
        for (int t = 0; t < STEPS; t++) {
            rill_outcome outcome;
            const rill_observation observation = rill_env_step(box.env, action, &outcome);
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        for (int k = 0; k < 10; k++) {
            const double g = (theta[k] - river_theta[k]) / (c.alpha_theta * STEPS);
            sum[k] += b < 0 ? 0.0 : g;
            squares[k] += b < 0 ? 0.0 : g * g;
            theta[k] = river_theta[k];
        }
    }
    int n_told = 0;
    for (int k = 0; k < 10; k++) {
        const double mean = sum[k] / BLOCKS;
        const double se = sqrt((squares[k] / BLOCKS - mean * mean) / (BLOCKS - 1));
        ck_assert_msg(fabs(mean - expected[k]) <= 5.0 * se + 1e-6 * fabs(expected[k]),
                      "weight %d: %g (s.e. %g), not %g", k, mean, se, expected[k]);
        n_told += fabs(expected[k]) > 5.0 * se;
    }
    ck_assert_int_ge(n_told, 4);
    rill_agent_destroy(agent);
    rill_model_destroy(model);
    actor_box_close(&box);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_learns_the_average_reward,
          test_mean_step_is_the_gradient_of_the_average_reward)
