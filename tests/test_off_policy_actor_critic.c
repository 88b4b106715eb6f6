// Off-policy actor-critic against Zhao's Algorithm 10.3, written densely, and its mean step against the exact
// off-policy gradient.
#include "tests/actor_gradient.h"

#include <rill/solve.h>

static double b[ACTOR_MAX_STATES * ACTOR_SIZE]; ///< the behaviour, where it is given

/// By the rules of rill/policy.h: `uniform` takes (share n) >> 32.
static void behave(actor_box *box, actor_moment *s)
{
    const uint64_t share = rill_rng_next64(&box->rng) & 0xffffffffu;
    s->action = (int32_t)((share * (uint64_t)box->size) >> 32);
    for (int32_t a = 0; a < box->size; a++) {
        s->a[a] = a == s->action ? 1.0 : 0.0;
    }
}

static void learn(actor_box *box, const actor_moment *s, double reward, const actor_moment *next)
{
    double g[ACTOR_PARAMETERS], eta[ACTOR_PARAMETERS], p[ACTOR_SIZE];
    actor_box_eta(box, s, eta);
    actor_softmax(box->size, eta, p);
    actor_box_score(box, eta, s->a, g);
    const double rho = p[s->action] * box->size;
    box->td_error = reward + (next == NULL ? 0.0 : box->c->gamma * actor_box_value(box, next, 0)) -
                    actor_box_value(box, s, 0);
    actor_box_step(box, s, g, box->c->alpha_theta * rho * box->td_error);
    actor_box_add(box, s, 0, box->c->alpha_w * rho * box->td_error);
}

START_TEST(test_equals_the_algorithm)
{
    for (int i = 0; i < ACTOR_CASES; i++) {
        actor_box box;
        actor_box_open(&box, &actor_cases[i], 1);
        if (box.is_discrete) {
            rill_agent *agent = actor_agent("off_policy_actor_critic", &box, "");
            ck_assert_str_eq(agent->behaviour.type->id, "uniform");
            actor_play(&box, agent, NULL, learn, behave, false, 600, 1e-11);
            rill_agent_destroy(agent);
        }
        actor_box_close(&box);
    }
}
END_TEST

/// With exact values of the target policy the mean step in an episode of the behaviour is
///     sum_s d(s) sum_a pi(a|s) [q(s,a) - v(s)] grad ln pi(a|s),
/// d(s) being its expected visits: the off-policy gradient of Degris, White and Sutton (2012), eq. 5.
START_TEST(test_mean_step_is_the_off_policy_gradient)
{
    static const double theta[] = {0.4, -0.3, 0.2, 0.1, -0.5, 0.6};
    const char *const env_settings[] = {"reward_left=-1", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_model *model = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", env_settings, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    const double gamma = 0.9;
    double policy[ACTOR_MAX_STATES * ACTOR_SIZE], v[ACTOR_MAX_STATES];
    double q[ACTOR_MAX_STATES * ACTOR_SIZE], expected[6] = {0.0}, visits[ACTOR_MAX_STATES] = {0.0};
    actor_policy(model, actor_given, 3, theta, policy);
    actor_values(model, gamma, policy, v, q);
    linear_policy(b, model->n_states, 2, 2);
    // expected visits, by iteration
    for (int i = 0; i < 5000; i++) {
        double next[ACTOR_MAX_STATES];
        memcpy(next, model->start, (size_t)model->n_states * sizeof *next);
        for (int32_t s = 0; s < model->n_states; s++) {
            for (int32_t a = 0; a < 2; a++) {
                size_t count;
                const rill_transition *t = rill_model_outcomes(model, s, a, &count);
                for (size_t k = 0; k < count; k++) {
                    next[t[k].next] +=
                        t[k].terminated ? 0.0 : visits[s] * b[2 * s + a] * t[k].probability;
                }
            }
        }
        memcpy(visits, next, sizeof next);
    }
    for (int32_t s = 1; s < model->n_states - 1; s++) {
        for (int32_t a = 0; a < 2; a++) {
            for (int32_t i = 0; i < 3; i++) {
                for (int32_t j = 0; j < 2; j++) {
                    expected[2 * i + j] += visits[s] * policy[2 * s + a] * (q[2 * s + a] - v[s]) *
                                           actor_given[3 * s + i] *
                                           ((a == j ? 1.0 : 0.0) - policy[2 * s + j]);
                }
            }
        }
    }
    const rill_policy_type *stochastic = rill_policy_type_find("stochastic", &error);
    const rill_agent_type *type = rill_agent_type_find("off_policy_actor_critic", &error);
    const rill_features_type *given = rill_features_type_find("given", &error);
    rill_agent_config config = {.type = type,
                                .params = rill_params_create(type->params, type->params_size),
                                .policy_features = given,
                                .policy_features_params = linear_features_params(
                                    (features_of){"given", "", actor_given, 3}, model->n_states),
                                .behaviour = stochastic,
                                .behaviour_params = linear_policy_params(b, 2 * model->n_states)};
    char initial[512], weights[512], settings[2048];
    actor_list(initial, sizeof initial, "initial_theta", theta, 6);
    actor_list(weights, sizeof weights, "initial_weights", v, model->n_states);
    snprintf(settings, sizeof settings, "gamma=0.9 alpha_theta=1e-8 alpha_w=0 %s %s", initial,
             weights);
    assign_known(type->params, config.params, settings);
    rill_agent *agent = NULL;
    ASSERT_OK(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error);
    ck_assert_int_ge(actor_check_gradient(agent, env, 1000, 40, 1e-8, expected), 4);
    rill_agent_destroy(agent);
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "off_policy_actor_critic", env,
                                     (const char *const[]){"behaviour=epsilon_greedy", NULL},
                                     &error),
                   &error, "behaviour", "depends on action values");
    ASSERT_REFUSED(rill_agent_create(&agent, "off_policy_actor_critic", env,
                                     (const char *const[]){"behaviour=fixed", NULL}, &error),
                   &error, "behaviour", "never takes action 1");
    ASSERT_REFUSED(rill_agent_create(&agent, "off_policy_actor_critic", env,
                                     (const char *const[]){"distribution=gumbel_softmax", NULL},
                                     &error),
                   &error, "params", "has densities: use categorical");
    rill_env_destroy(env);
    ASSERT_OK(rill_env_create(&env, "Pendulum-v1", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "off_policy_actor_critic", env,
                                     (const char *const[]){"features=fourier", NULL}, &error),
                   &error, "id", "needs discrete actions");
    rill_env_destroy(env);
}
END_TEST

/// A behaviour is over states, also where features are groups of them.
START_TEST(test_groups_of_states)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(
        rill_env_create(&env, "random_walk", (const char *const[]){"n_states=19", NULL}, &error),
        &error);
    ASSERT_OK(rill_agent_create(
                  &agent, "off_policy_actor_critic", env,
                  (const char *const[]){"features=state_aggregation", "features.groups=3", NULL},
                  &error),
              &error);
    ck_assert_int_eq(agent->behaviour.n_states, 21);
    ck_assert_int_eq(agent->features.size, 3);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_algorithm, test_mean_step_is_the_off_policy_gradient, test_refusals,
          test_groups_of_states)
