// Monte Carlo prediction against the book's box, exact values, and episodes by hand.
#include "tests/monte_carlo_reference.h"

#include <rill/solve.h>

START_TEST(test_equals_the_box)
{
    mc_check_cases("mc_prediction", MC_PREDICTS);
}
END_TEST

/// S&B exercise 5.5: ten steps of reward 1 in one state; with an end, of which nothing follows.
START_TEST(test_exercise_5_5)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "one_state_infinite_variance", NULL, &error), &error);
    for (int is_every = 0; is_every < 2; is_every++) {
        rill_agent *agent = mc_agent("mc_prediction", env,
                                     is_every ? "visits=every" : "visits=first", NULL, NULL, NULL);
        for (int episode = 1; episode <= 3; episode++) {
            rill_agent_start(agent, (rill_observation){.index = 0});
            for (int t = 1; t < 10; t++) {
                rill_agent_step(agent, 1.0, (rill_observation){.index = 0});
                ck_assert_int_eq(agent->memory->update, (episode - 1) * (is_every ? 10 : 1));
            }
            const rill_outcome end = {1.0, true, false};
            rill_agent_finish(agent, &end, (rill_observation){.index = 1});
            ASSERT_NEAR(agent->value.weights[0], is_every ? 5.5 : 10.0, 1e-14);
            ck_assert_int_eq(agent->memory->update, episode * (is_every ? 10 : 1));
        }
        ck_assert(agent->value.weights[1] == 0.0);
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

/// A, B, A, C and the end, with rewards 1, 2, 4, 8 and gamma 1/2: G = 4, 6, 8, 8.
START_TEST(test_episode_by_hand)
{
    static const char *const visits[] = {"visits=first", "visits=every"};
    static const double expected[2][3] = {{4.0, 6.0, 8.0}, {6.0, 6.0, 8.0}};
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int i = 0; i < 2; i++) {
        rill_agent *agent = mc_agent("mc_prediction", env, "gamma=0.5", visits[i], NULL, NULL);
        const double *v = agent->value.weights;
        rill_agent_start(agent, (rill_observation){.index = 1});
        rill_agent_step(agent, 1.0, (rill_observation){.index = 2});
        rill_agent_step(agent, 2.0, (rill_observation){.index = 1});
        rill_agent_step(agent, 4.0, (rill_observation){.index = 3});
        const rill_outcome end = {8.0, true, false};
        rill_agent_finish(agent, &end, (rill_observation){.index = 1});
        for (int s = 0; s < 3; s++) {
            ck_assert(v[s + 1] == expected[i][s]);
        }
        // a second one, cut in B: G = 16 + 6/2 = 19, the mean with C's first 8 is 13.5
        rill_agent_start(agent, (rill_observation){.index = 3});
        const rill_outcome cut = {16.0, false, true};
        rill_agent_finish(agent, &cut, (rill_observation){.index = 2});
        ck_assert(v[3] == 13.5 && v[2] == 6.0 && agent->memory->td_error == 11.0);
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_bootstraps_on_truncation_not_on_termination)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int i = 0; i < 3; i++) {
        rill_agent *agent =
            mc_agent("mc_prediction", env, "gamma=0.5", "initial_value=2", NULL, NULL);
        ck_assert(mc_estimate_after(agent, i != 0, i != 1) == (i == 0 ? 6.0 : 5.0));
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

/// An episode that outgrows `max_steps` is learned from in pieces, as if it were cut there.
START_TEST(test_pieces)
{
    const mc_settings whole = {
        "cliff_walking", "is_slippery=true", 0, 0.9, 1.0, 0.0, 0.0, false, 7};
    rill_env *env = mc_env(&whole), *same_env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_clone(&same_env, env, &error), &error);
    rill_agent *agent = mc_agent_of("mc_prediction", &whole, env, "uniform");
    rill_agent *other = mc_agent("mc_prediction", env, "gamma=0.9", "initial_value=1", NULL, NULL);
    rill_action a = rill_agent_start(agent, rill_env_reset(env));
    rill_action b = rill_agent_start(other, rill_env_reset(same_env));
    int length = 0;
    for (int i = 0; i < 20000; i++) {
        rill_outcome outcome, same_outcome;
        ck_assert_int_eq(a.index, b.index);
        rill_observation seen = rill_env_step(env, a, &outcome);
        const rill_observation seen_too = rill_env_step(same_env, b, &same_outcome);
        const bool is_last = rill_outcome_is_last(&outcome);
        same_outcome.truncated = ++length == 7;
        if (is_last || same_outcome.truncated) {
            rill_agent_finish(other, &same_outcome, seen_too);
            length = 0;
        }
        if (is_last) {
            rill_agent_finish(agent, &outcome, seen);
            a = rill_agent_start(agent, rill_env_reset(env));
            b = rill_agent_start(other, rill_env_reset(same_env));
        } else {
            a = rill_agent_step(agent, outcome.reward, seen);
            b = length == 0 ? rill_agent_start(other, seen_too)
                            : rill_agent_step(other, outcome.reward, seen_too);
        }
        ck_assert_mem_eq(agent->value.weights, other->value.weights,
                         (size_t)agent->value.n_features * sizeof(double));
    }
    rill_agent_destroy(agent);
    rill_agent_destroy(other);
    rill_env_destroy(env);
    rill_env_destroy(same_env);
}
END_TEST

static void play(rill_agent *agent, rill_env *env, int n_episodes)
{
    for (int i = 0; i < n_episodes; i++) {
        rill_outcome outcome = {0.0, false, false};
        rill_action action = rill_agent_start(agent, rill_env_reset(env));
        for (;;) {
            const rill_observation seen = rill_env_step(env, action, &outcome);
            if (rill_outcome_is_last(&outcome)) {
                rill_agent_finish(agent, &outcome, seen);
                break;
            }
            action = rill_agent_step(agent, outcome.reward, seen);
        }
    }
}

/// First visits give independent returns. Of the walk they are 1 with probability v: an error of
/// more than 4.5 standard errors in one of five states has probability 4e-5. Of blackjack they lie
/// in [-1, 1], so that sd <= 1: for 5 of those and 200 states at most 2e-4.
START_TEST(test_exact_values)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    rill_agent *agent = mc_agent("mc_prediction", env, NULL, NULL, NULL, NULL);
    play(agent, env, 20000);
    for (int s = 1; s <= 5; s++) {
        const double v = s / 6.0;
        ASSERT_NEAR(agent->value.weights[s], v,
                    4.5 * sqrt(v * (1.0 - v) / (double)agent->visits[s]));
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);

    enum { STATES = 726 };
    static char text[STATES * 2 + 20];
    static double probabilities[STATES][2];
    int length = snprintf(text, sizeof text, "policy.actions=");
    for (int s = 0; s < STATES; s++) {
        const int action = s / 22 < 20; // hits below 20
        probabilities[s][action] = 1.0;
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "%s%d", s > 0 ? "," : "", action);
    }
    ASSERT_OK(rill_env_create(&env, "blackjack", NULL, &error), &error);
    agent = mc_agent("mc_prediction", env, "policy=fixed", text, NULL, NULL);
    play(agent, env, 50000);
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_OK(rill_solve_policy(model, 1.0, probabilities[0], &solution, &error), &error);
    int n_states = 0;
    for (int s = 0; s < STATES; s++) {
        if (agent->visits[s] >= 100) {
            ASSERT_NEAR(agent->value.weights[s], solution->v[s],
                        5.0 / sqrt((double)agent->visits[s]));
            n_states++;
        }
    }
    ck_assert_int_ge(n_states, 150);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_exercise_5_5, test_episode_by_hand,
          test_bootstraps_on_truncation_not_on_termination, test_pieces, test_exact_values)
