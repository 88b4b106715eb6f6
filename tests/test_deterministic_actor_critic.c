// The deterministic actor-critic against COPDAC-Q written densely; the gains that it finds against those of
// the Riccati equation; and, as it is for boxes alone, what the conformance tests ask of other agents.
#include "tests/actor_reference.h"
#include "tests/allocations.h"

#include <rill/riccati.h>

static double w[ACTOR_FEATURES][ACTOR_SIZE]; ///< W of the box
static const double alpha_advantage = 0.05;

/// Q(s,a) = (a - mu)' (grad mu)' w + v(s), with grad_theta mu(s) = x(s) for each dimension.
static void learn(actor_box *box, const actor_moment *s, double reward, const actor_moment *next)
{
    double slope[ACTOR_PARAMETERS] = {0.0}, q = actor_box_value(box, s, 0);
    for (int32_t k = 0; k < box->size; k++) {
        for (int32_t i = 0; i < box->policy_map.size; i++) {
            slope[k] += s->x[i] * w[i][k];
        }
        q += (s->a[k] - s->eta[k]) * slope[k];
    }
    box->td_error =
        reward + (next == NULL ? 0.0 : box->c->gamma * actor_box_value(box, next, 0)) - q;
    for (int32_t k = 0; k < box->size; k++) {
        for (int32_t i = 0; i < box->policy_map.size; i++) {
            const double scaled = box->x_scale[i] * s->x[i];
            box->theta[i][k] += box->c->alpha_theta * scaled * slope[k];
            w[i][k] += alpha_advantage * box->td_error * scaled * (s->a[k] - s->eta[k]);
        }
    }
    actor_box_add(box, s, 0, box->c->alpha_w * box->td_error);
}

START_TEST(test_equals_the_algorithm)
{
    int n_boxes = 0;
    for (int i = 0; i < ACTOR_CASES; i++) {
        actor_box box;
        actor_box_open(&box, &actor_cases[i], 1);
        if (!box.is_discrete) {
            memset(w, 0, sizeof w);
            rill_agent *agent =
                actor_agent("deterministic_actor_critic", &box, "alpha_advantage=0.05");
            actor_play(&box, agent, NULL, learn, actor_box_choose, false, 600, 1e-11);
            // it has learned something: theta moves by W alone
            double sum = 0.0;
            for (int64_t k = 0; k < rill_actor_size(agent); k++) {
                sum += fabs(agent->actor.theta.weights[k]);
            }
            ck_assert_double_gt(sum, 1e-4);
            rill_agent_destroy(agent);
            n_boxes++;
        }
        actor_box_close(&box);
    }
    ck_assert_int_ge(n_boxes, 3);
}
END_TEST

// ---- the linear-quadratic regulator ----

/// u = theta' x on the state itself, values quadratic in it: the gain is that of the Riccati equation.
static void check_gain(const char *const *env_settings, const char *const *settings, int32_t n,
                       int32_t m, double gamma, int64_t n_steps, double tolerance)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_lqr problem;
    double p[9], k[9];
    ASSERT_OK(rill_env_create(&env, "lqr", env_settings, &error), &error);
    ASSERT_OK(rill_lqr_of_env(env, &problem, &error), &error);
    ASSERT_OK(rill_riccati_solve(&problem, gamma, p, k, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "deterministic_actor_critic", env, settings, &error),
              &error);
    rill_env_seed(env, 3);
    rill_agent_seed(agent, 4);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    double mean[9] = {0.0}; // of the gain over the last quarter
    for (int64_t t = 0; t < n_steps; t++) {
        rill_outcome outcome;
        rill_observation observation = rill_env_step(env, action, &outcome);
        outcome.truncated = (t + 1) % 20 == 0;
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
            action = rill_agent_start(agent, rill_env_reset(env));
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        for (int32_t i = 0; i < n && t >= 3 * n_steps / 4; i++) {
            for (int32_t j = 0; j < m; j++) { // raw features are x / 4
                mean[j * n + i] -=
                    rill_linear_row(&agent->actor.theta, i)[j] / 4.0 / (double)(n_steps / 4);
            }
        }
    }
    double square = 0.0, distance = 0.0;
    for (int32_t i = 0; i < n * m; i++) {
        square += k[i] * k[i];
        distance += (mean[i] - k[i]) * (mean[i] - k[i]);
    }
    ck_assert_double_le(sqrt(distance), tolerance * sqrt(square));
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

/// One state and two, one action and two, within 5 % of the length of the gain (it is 1 to 3 % here).
START_TEST(test_finds_the_riccati_gain)
{
    static const char *const one[] = {"n=1", "m=1", "A=1", "B=0.5", "Q=1", "R=0.5", NULL};
    static const char *const on_one[] = {"gamma=0.9",
                                         "features=polynomial",
                                         "features.order=2",
                                         "features.low=-4",
                                         "features.high=4",
                                         "features.from=-1",
                                         "policy_features=raw",
                                         "policy_features.bias=false",
                                         "policy_features.low=-4",
                                         "policy_features.high=4",
                                         "distribution.initial_std=0.5",
                                         "alpha_w=0.2",
                                         "alpha_theta=0.02",
                                         "alpha_advantage=0.2",
                                         NULL};
    static const char *const two[] = {"n=2", "m=1", NULL};
    static const char *const three[] = {
        "n=2", "m=2", "A=0.9,0.2,-0.1,0.8", "B=0.5,0,0.1,0.4", "Q=1,0,0,1", "R=0.5,0,0,0.5", NULL};
    check_gain(one, on_one, 1, 1, 0.9, 1000000, 0.05);
    check_gain(three, on_one, 2, 2, 0.9, 1000000, 0.05);
    check_gain(two, on_one, 2, 1, 0.9, 1000000, 0.05);
}
END_TEST

// ---- conformance ----

/// Plays n steps from the present state of both.
static void go_on(rill_env *env, rill_agent *agent, rill_action *action, int n)
{
    for (int i = 0; i < n; i++) {
        rill_outcome outcome;
        const rill_observation observation = rill_env_step(env, *action, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
            *action = rill_agent_start(agent, rill_env_reset(env));
        } else {
            *action = rill_agent_step(agent, outcome.reward, observation);
        }
    }
}

/// Saved and loaded, or copied, in mid-run it goes on to the same bytes; questions change nothing; nothing
/// allocates; seeding forgets all.
START_TEST(test_memory)
{
    for (int i = 0; i < ACTOR_CASES; i++) {
        rill_error error = {0};
        actor_box box;
        actor_box_open(&box, &actor_cases[i], 1);
        if (box.is_discrete) {
            actor_box_close(&box);
            continue;
        }
        rill_agent *agent = actor_agent("deterministic_actor_critic", &box, ""), *clone = NULL;
        rill_env *env = NULL;
        const size_t size = agent->memory_size;
        unsigned char *bytes = malloc(size), *later = malloc(size);
        rill_action action = rill_agent_start(agent, rill_env_reset(box.env));
        go_on(box.env, agent, &action, 333);
        rill_agent_save(agent, bytes);
        float kept[ACTOR_SIZE];
        memcpy(kept, action.box, (size_t)box.size * sizeof *kept);
        ASSERT_OK(rill_agent_clone(&clone, agent, &error), &error);
        ASSERT_OK(rill_env_clone(&env, box.env, &error), &error);
        const bool is_counted = are_allocations_counted(__func__);
        const long before = allocations_made;
        go_on(box.env, agent, &action, 200);
        rill_agent_save(agent, later);
        double value = 0.0;
        const rill_observation observation = rill_env_reset(box.env);
        rill_agent_values(agent, observation, &value);
        rill_agent_act_greedily(agent, observation);
        ck_assert(!is_counted || allocations_made == before);
        ck_assert(isfinite(value) && memcmp(agent->memory, later, size) == 0);
        ck_assert(memcmp(bytes, later, size) != 0);
        rill_action other = {.box = kept};
        go_on(env, clone, &other, 200);
        ck_assert(memcmp(clone->memory, later, size) == 0);
        rill_agent_seed(agent, 77);
        rill_agent *fresh = actor_agent("deterministic_actor_critic", &box, "");
        ck_assert(memcmp(agent->memory, fresh->memory, size) == 0);
        rill_agent_destroy(fresh);
        rill_agent_destroy(clone);
        rill_agent_destroy(agent);
        rill_env_destroy(env);
        free(bytes);
        free(later);
        actor_box_close(&box);
    }
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "deterministic_actor_critic", env, NULL, &error),
                   &error, "id", "needs actions that are a box");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_algorithm, test_finds_the_riccati_gain, test_memory, test_refusals)
