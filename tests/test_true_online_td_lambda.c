// True online TD(lambda) against the algorithm that it equals, against the book's box, and by hand.
#include "tests/prediction.h"

/// The online lambda-return algorithm (S&B section 12.4): at every horizon h all updates of the
/// episode are made anew, from the values at its start, towards the lambda-returns that end at h:
///     G_{t:h} = (1 - lambda) sum_{n=1}^{h-t-1} lambda^{n-1} G_{t:t+n} + lambda^{h-t-1} G_{t:h}
/// where the n-step return G_{t:t+n} bootstraps by the values of horizon t + n - 1 (S&B eq. 12.9).
static void check_forward_view(prediction_table *table, const prediction_episode *e, double lambda)
{
    static double at_horizon[PREDICTION_STEPS + 1][PREDICTION_STATES];
    static double n_step[PREDICTION_STEPS][PREDICTION_STEPS + 1]; // [t][end of the return]
    static double alpha[PREDICTION_STEPS];
    memcpy(at_horizon[0], table->v, sizeof table->v);
    for (int32_t h = 1; h <= e->length; h++) {
        alpha[h - 1] = prediction_alpha(table, e->states[h - 1]);
        for (int32_t t = 0; t < h; t++) {
            n_step[t][h] = prediction_return(table, e, at_horizon[h - 1], t, h - t);
        }
        double *v = at_horizon[h];
        memcpy(v, at_horizon[0], sizeof table->v);
        for (int32_t t = 0; t < h; t++) {
            double g = 0.0, weight = 1.0; // lambda^{n-1}
            for (int32_t end = t + 1; end < h; end++) {
                g += (1.0 - lambda) * weight * n_step[t][end];
                weight *= lambda;
            }
            g += weight * n_step[t][h];
            v[e->states[t]] += alpha[t] * (g - v[e->states[t]]);
        }
        for (int32_t s = 0; s < table->n_states; s++) {
            ASSERT_FOR(table->w->name, fabs(v[s] - e->v[h][s]) < 1e-12);
        }
    }
    memcpy(table->v, at_horizon[e->length], sizeof table->v);
}

/// After every single step (van Seijen et al. 2016, theorem 1), with step sizes of all kinds.
START_TEST(test_equals_the_online_lambda_return_algorithm)
{
    static const struct {
        double lambda;
        const char *assignment;
    } cases[] = {{0.0, "lambda=0"}, {0.6, "lambda=0.6"}, {0.95, "lambda=0.95"}, {1.0, "lambda=1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const assignments[] = {cases[i].assignment, NULL};
        prediction_check("true_online_td_lambda", assignments, 60, check_forward_view,
                         cases[i].lambda, 1e-12);
    }
}
END_TEST

/// S&B section 12.5, the box, V_old = 0 at the start and alpha outside the trace as there: for a
/// constant alpha.
static void learn_by_the_box(prediction_table *table, const prediction_episode *e, double lambda)
{
    const double alpha = 0.3, gamma = table->w->gamma;
    double z[PREDICTION_STATES] = {0.0}, v_old = 0.0;
    for (int32_t t = 0; t < e->length; t++) {
        const int32_t s = e->states[t];
        const double v = table->v[s], v_next = prediction_value(e, table->v, t + 1);
        const double delta = e->rewards[t + 1] + gamma * v_next - v;
        const double z_s = z[s];
        for (int i = 0; i < PREDICTION_STATES; i++) {
            z[i] = gamma * lambda * z[i] + (i == s ? 1.0 - alpha * gamma * lambda * z_s : 0.0);
            table->v[i] +=
                alpha * (delta + v - v_old) * z[i] - (i == s ? alpha * (v - v_old) : 0.0);
        }
        v_old = v_next;
    }
}

START_TEST(test_equals_the_box)
{
    const char *const assignments[] = {"lambda=0.8", "alpha=0.3", NULL};
    prediction_check("true_online_td_lambda", assignments, 100, learn_by_the_box, 0.8, 1e-12);
}
END_TEST

START_TEST(test_lambda_0_is_td0)
{
    const char *const zero[] = {"lambda=0", NULL}, *const none[] = {NULL};
    prediction_same("true_online_td_lambda", zero, "td0", none, true, 1e-12);
    // to the bit where no state leads to itself, so that V(S) - V_old is 0
    for (int i = 0; i < 2; i++) {
        prediction_same_in(&prediction_worlds[i], "true_online_td_lambda", zero, "td0", none, true,
                           0.0);
    }
}
END_TEST

START_TEST(test_updates_by_hand)
{
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "initial_value=2", "lambda=0.5",
                                       NULL};
    rill_agent *agent = prediction_by_hand("true_online_td_lambda", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 3});
    ck_assert(v[3] == 2.0 + 0.5 * (5.0 + 0.5 * 2.0 - 2.0)); // 4
    // cut off in 4: delta = 1 + 0.5 * 2 - 4 = -2, V - V_old = 2, z = 1/4 + 1 - 1/8
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 4});
    ck_assert(v[3] == 4.0 + 0.5 * (-2.0 + 2.0) * 1.125 - 0.5 * 2.0); // 3
    ck_assert(agent->memory->td_error == -2.0 && agent->memory->update == 2);
    // a new episode has neither traces nor an old value; terminated, or both
    for (int i = 0; i < 2; i++) {
        const double before = v[5];
        rill_agent_start(agent, (rill_observation){.index = 5});
        rill_agent_finish(agent, i == 0 ? &prediction_end : &prediction_both,
                          (rill_observation){.index = 3});
        ck_assert(v[5] == before + 0.5 * (1.0 - before));
        ck_assert(v[3] == 3.0);
    }
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_the_online_lambda_return_algorithm, test_equals_the_box, test_lambda_0_is_td0,
          test_updates_by_hand)
