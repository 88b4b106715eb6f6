// The episodic actor-critic against the boxes of S&B section 13.5, written densely; its two boxes against
// each other; and its mean step against exact policy gradients.
#include "tests/actor_gradient.h"

static double lambda_theta, lambda_w, entropy;
static bool discounts;

/// I <- 1, z <- 0
static void begin(actor_box *box)
{
    box->weight = 1.0;
    memset(box->z_w, 0, sizeof box->z_w);
    memset(box->z_theta, 0, sizeof box->z_theta);
}

static void learn(actor_box *box, const actor_moment *s, double reward, const actor_moment *next)
{
    const double gamma = box->c->gamma;
    double g[ACTOR_PARAMETERS], h[ACTOR_PARAMETERS];
    const double delta = reward + (next == NULL ? 0.0 : gamma * actor_box_value(box, next, 0)) -
                         actor_box_value(box, s, 0);
    actor_box_score(box, s->eta, s->a, g);
    actor_box_entropy(box, s->eta, h);
    for (int32_t i = 0; i < box->map.size; i++) {
        box->z_w[i] = gamma * lambda_w * box->z_w[i] + s->phi[i];
        box->w[i][0] += box->c->alpha_w * delta * box->phi_scale[i] * box->z_w[i];
    }
    for (int32_t i = 0; i < box->policy_map.size; i++) {
        for (int32_t j = 0; j < box->n_parameters; j++) {
            box->z_theta[i][j] = gamma * lambda_theta * box->z_theta[i][j] +
                                 box->weight * actor_box_gradient(box, s, g, i, j);
            box->theta[i][j] += box->c->alpha_theta * actor_box_scale(box, i, j) *
                                (delta * box->z_theta[i][j] +
                                 box->weight * entropy * actor_box_gradient(box, s, h, i, j));
        }
    }
    box->weight *= discounts ? gamma : 1.0;
    box->td_error = delta;
}

static void check(const actor_case *c)
{
    char settings[256];
    actor_box box;
    actor_box_open(&box, c, 1);
    snprintf(settings, sizeof settings,
             "lambda_theta=%g lambda_w=%g entropy=%g discount_gradient=%s", lambda_theta, lambda_w,
             entropy, discounts ? "true" : "false");
    rill_agent *agent = actor_agent("actor_critic", &box, settings);
    actor_play(&box, agent, begin, learn, actor_box_choose, false, 600, 1e-11);
    rill_agent_destroy(agent);
    actor_box_close(&box);
}

START_TEST(test_equals_the_boxes)
{
    static const struct {
        double lambda_theta, lambda_w, entropy;
        bool discounts;
    } variants[] = {{0.0, 0.0, 0.0, true},
                    {0.0, 0.0, 0.05, false},
                    {0.8, 0.6, 0.0, true},
                    {0.0, 0.9, 0.02, true},
                    {0.9, 0.0, 0.02, false}};
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        lambda_theta = variants[v].lambda_theta;
        lambda_w = variants[v].lambda_w;
        entropy = variants[v].entropy;
        discounts = variants[v].discounts;
        for (int i = 0; i < ACTOR_CASES; i++) {
            check(&actor_cases[i]);
        }
    }
}
END_TEST

/// With traces that are there, but decay to 0 in each step.
START_TEST(test_traces_of_zero_are_one_step)
{
    rill_error error = {0};
    for (int i = 0; i < ACTOR_CASES; i++) {
        actor_box box;
        actor_box_open(&box, &actor_cases[i], 1);
        rill_agent *one = actor_agent("actor_critic", &box, "entropy=0.01");
        rill_agent *other = actor_agent("actor_critic", &box, "entropy=0.01 lambda_w=1e-300");
        ck_assert_uint_lt(one->memory_size, other->memory_size);
        rill_env *env = NULL;
        ASSERT_OK(rill_env_clone(&env, box.env, &error), &error);
        rill_observation observation = rill_env_reset(env);
        rill_action a = rill_agent_start(one, observation);
        rill_agent_start(other, observation);
        const size_t n = (size_t)rill_actor_size(one) * sizeof(double);
        const size_t n_w = (size_t)one->value.n_features * sizeof(double);
        for (int t = 0; t < 500; t++) {
            rill_outcome outcome;
            observation = rill_env_step(env, a, &outcome);
            if (rill_outcome_is_last(&outcome)) {
                rill_agent_finish(one, &outcome, observation);
                rill_agent_finish(other, &outcome, observation);
                observation = rill_env_reset(env);
                a = rill_agent_start(one, observation);
                rill_agent_start(other, observation);
            } else {
                a = rill_agent_step(one, outcome.reward, observation);
                rill_agent_step(other, outcome.reward, observation);
            }
            for (size_t k = 0; k < n / sizeof(double); k++) {
                ASSERT_FOR(box.c->env, actor_is_near(other->actor.theta.weights[k],
                                                     one->actor.theta.weights[k], 1e-11));
            }
            for (size_t k = 0; k < n_w / sizeof(double); k++) {
                ASSERT_FOR(box.c->env,
                           actor_is_near(other->value.weights[k], one->value.weights[k], 1e-11));
            }
        }
        rill_env_destroy(env);
        rill_agent_destroy(one);
        rill_agent_destroy(other);
        actor_box_close(&box);
    }
}
END_TEST

/// With exact values, and I = gamma^t, the mean step in an episode is the gradient of the value of the
/// start: S&B eq. 13.5 with the discount of the box. So it is with any traces, as TD errors of exact
/// values are unforeseeable.
START_TEST(test_mean_step_is_the_policy_gradient)
{
    static const char *const traces[] = {"", "lambda_theta=0.7 lambda_w=0.5"};
    static const double theta[] = {0.4, -0.3, 0.2, 0.1, -0.5, 0.6};
    const actor_case c = {"random_walk",
                          "n_states=5 reward_left=-1",
                          0,
                          {.id = "one_hot", .settings = ""},
                          {"given", "", actor_given, 3},
                          "",
                          "",
                          0.9,
                          1e-8,
                          0.0};
    actor_box box;
    actor_box_open(&box, &c, 1);
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(box.env, &model, &error), &error);
    double expected[6], policy[ACTOR_MAX_STATES * ACTOR_SIZE], v[ACTOR_MAX_STATES];
    actor_exact_gradient(model, c.gamma, actor_given, 3, theta, expected);
    actor_policy(model, actor_given, 3, theta, policy);
    actor_values(model, c.gamma, policy, v, NULL);
    for (size_t i = 0; i < 2; i++) {
        char initial[512], weights[512], settings[2048];
        actor_list(initial, sizeof initial, "initial_theta", theta, 6);
        actor_list(weights, sizeof weights, "initial_weights", v, model->n_states);
        snprintf(settings, sizeof settings, "%s %s %s", traces[i], initial, weights);
        rill_agent *agent = actor_agent("actor_critic", &box, settings);
        ck_assert_int_ge(actor_check_gradient(agent, box.env, 1000, 40, 1e-8, expected), 4);
        rill_agent_destroy(agent);
    }
    rill_model_destroy(model);
    actor_box_close(&box);
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "actor_critic", env,
                                     (const char *const[]){"policy=uniform", NULL}, &error),
                   &error, "policy", "learns its policy");
    ASSERT_REFUSED(rill_agent_create(&agent, "actor_critic", env,
                                     (const char *const[]){"lambda_theta=1.5", NULL}, &error),
                   &error, "lambda_theta", "1.5");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_boxes, test_traces_of_zero_are_one_step,
          test_mean_step_is_the_policy_gradient, test_refusals)
