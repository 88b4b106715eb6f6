// n-step TD against the book's box, against TD(0) and Monte Carlo at its ends, and by hand.
#include "tests/prediction.h"

/// S&B section 7.1, the box's loop over tau; alpha is asked for in its order.
static void learn(prediction_table *table, const prediction_episode *e, double n_steps)
{
    const int32_t n = (int32_t)n_steps;
    double last[PREDICTION_STATES]; // V when the episode was over
    for (int32_t tau = 0; tau < e->length; tau++) {
        if (tau + n <= e->length || tau == 0) {
            memcpy(last, table->v, sizeof last);
        }
        const double *v = tau + n < e->length ? table->v : last;
        const double g = prediction_return(table, e, v, tau, n);
        const int32_t s = e->states[tau];
        table->v[s] += prediction_alpha(table, s) * (g - table->v[s]);
    }
}

START_TEST(test_equals_the_box)
{
    static const struct {
        double n;
        const char *assignment;
    } cases[] = {{1, "n=1"}, {2, "n=2"}, {4, "n=4"}, {7, "n=7"}, {40, "n=40"}, {4096, "n=4096"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const assignments[] = {cases[i].assignment, NULL};
        prediction_check("n_step_td", assignments, 100, learn, cases[i].n, 1e-12);
    }
}
END_TEST

/// Not only after the episode: each state is updated when it is n steps old, not before.
START_TEST(test_updates_come_after_n_steps)
{
    const char *const assignments[] = {"n=3", NULL};
    static prediction_episode e;
    for (int i = 0; i < PREDICTION_WORLDS; i++) {
        rill_env *env = prediction_env(&prediction_worlds[i]);
        rill_agent *agent = prediction_agent("n_step_td", &prediction_worlds[i], env, assignments);
        for (int k = 0; k < 20; k++) {
            prediction_play(agent, env, &e);
            for (int32_t t = 1; t < e.length; t++) {
                for (int32_t s = 0; s < env->observation_space.size; s++) {
                    const bool is_due = t >= 3 && s == e.states[t - 3];
                    ASSERT_FOR(prediction_worlds[i].name, is_due || e.v[t][s] == e.v[t - 1][s]);
                }
            }
        }
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_one_step_is_td0)
{
    const char *const one[] = {"n=1", NULL}, *const none[] = {NULL};
    prediction_same("n_step_td", one, "td0", none, true, 0.0);
}
END_TEST

START_TEST(test_all_steps_are_monte_carlo)
{
    const char *const all[] = {"n=400", NULL}, *const every[] = {"visits=every", NULL};
    prediction_same("n_step_td", all, "mc_prediction", every, false, 0.0);
}
END_TEST

START_TEST(test_updates_by_hand)
{
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "initial_value=2", "n=2", NULL};
    rill_agent *agent = prediction_by_hand("n_step_td", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 4});
    ck_assert(v[3] == 2.0);
    rill_agent_step(agent, 4.0, (rill_observation){.index = 5});
    ck_assert(v[3] == 2.0 + 0.5 * (5.0 + 0.5 * 4.0 + 0.25 * 2.0 - 2.0)); // 4.75
    ck_assert(agent->memory->td_error == 5.5 && agent->memory->update == 1);
    // cut off in 3: what is left bootstraps from there
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 3});
    ck_assert(v[4] == 2.0 + 0.5 * (4.0 + 0.5 * 1.0 + 0.25 * 4.75 - 2.0));
    ck_assert(v[5] == 2.0 + 0.5 * (1.0 + 0.5 * 4.75 - 2.0));
    ck_assert(v[3] == 4.75 && agent->memory->update == 3);
    // terminated, in an episode shorter than n; `truncated` beside it changes nothing
    for (int i = 0; i < 2; i++) {
        const double before = v[1];
        rill_agent_start(agent, (rill_observation){.index = 1});
        rill_agent_finish(agent, i == 0 ? &prediction_end : &prediction_both,
                          (rill_observation){.index = 3});
        ck_assert(v[1] == before + 0.5 * (1.0 - before));
    }
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_come_after_n_steps, test_one_step_is_td0,
          test_all_steps_are_monte_carlo, test_updates_by_hand)
