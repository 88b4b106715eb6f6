// Q actor-critic against Zhao's Algorithm 10.1, written densely; its mean step against the exact policy
// gradient; and that it learns to act.
#include "tests/actor_gradient.h"

static void learn(actor_box *box, const actor_moment *s, double reward, const actor_moment *next)
{
    const double q = actor_box_value(box, s, s->action);
    const double q_next = next == NULL ? 0.0 : actor_box_value(box, next, next->action);
    double g[ACTOR_PARAMETERS], eta[ACTOR_PARAMETERS];
    actor_box_eta(box, s, eta); // theta has moved since the action was chosen
    actor_box_score(box, eta, s->a, g);
    actor_box_step(box, s, g, box->c->alpha_theta * q);
    box->td_error = reward + box->c->gamma * q_next - q;
    actor_box_add(box, s, s->action, box->c->alpha_w * box->td_error);
}

START_TEST(test_equals_the_algorithm)
{
    for (int i = 0; i < ACTOR_CASES; i++) {
        actor_box box;
        actor_box_open(&box, &actor_cases[i], 0);
        if (box.is_discrete) {
            rill_agent *agent = actor_agent("qac", &box, "");
            actor_play(&box, agent, NULL, learn, actor_box_choose, true, 600, 1e-11);
            rill_agent_destroy(agent);
        }
        actor_box_close(&box);
    }
}
END_TEST

/// With exact action values and without a discount the mean step in an episode is the gradient of the
/// value of the start (S&B eq. 13.6; Zhao's Theorem 9.2).
START_TEST(test_mean_step_is_the_policy_gradient)
{
    static const double theta[] = {0.4, -0.3, 0.2, 0.1, -0.5, 0.6};
    const actor_case c = {"random_walk",
                          "n_states=5 reward_left=-1",
                          0,
                          {.id = "one_hot", .settings = ""},
                          {"given", "", actor_given, 3},
                          "",
                          "",
                          1.0,
                          1e-8,
                          0.0};
    actor_box box;
    actor_box_open(&box, &c, 0);
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(box.env, &model, &error), &error);
    double expected[6], policy[ACTOR_MAX_STATES * ACTOR_SIZE], v[ACTOR_MAX_STATES],
        q[ACTOR_MAX_STATES * ACTOR_SIZE];
    actor_exact_gradient(model, c.gamma, actor_given, 3, theta, expected);
    actor_policy(model, actor_given, 3, theta, policy);
    actor_values(model, c.gamma, policy, v, q);
    char initial[512], weights[1024], settings[2048];
    actor_list(initial, sizeof initial, "initial_theta", theta, 6);
    actor_list(weights, sizeof weights, "initial_weights", q, 2 * model->n_states);
    snprintf(settings, sizeof settings, "%s %s", initial, weights);
    rill_agent *agent = actor_agent("qac", &box, settings);
    ck_assert_int_ge(actor_check_gradient(agent, box.env, 1000, 40, 1e-8, expected), 4);
    rill_agent_destroy(agent);
    rill_model_destroy(model);
    actor_box_close(&box);
}
END_TEST

START_TEST(test_boxes_are_refused)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "Pendulum-v1", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "qac", env,
                                     (const char *const[]){"features=fourier", NULL}, &error),
                   &error, "id", "qac needs discrete actions");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_algorithm, test_mean_step_is_the_policy_gradient, test_boxes_are_refused)
