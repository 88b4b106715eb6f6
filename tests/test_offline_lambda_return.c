// The offline lambda-return algorithm against its definition, against Monte Carlo, and by hand.
#include "tests/prediction.h"

/// S&B eq. 12.3 and 12.4 for the piece of an episode from `first` to `end`:
///     G_t = (1 - lambda) sum_{n=1}^{end-t-1} lambda^{n-1} G_{t:t+n} + lambda^{end-t-1} G_{t:end}
/// all from the values before, then the updates in the order of time.
static void learn_piece(prediction_table *table, const prediction_episode *e, int32_t first,
                        int32_t end, double lambda)
{
    double before[PREDICTION_STATES];
    memcpy(before, table->v, sizeof before);
    for (int32_t t = first; t < end; t++) {
        double g = 0.0, weight = 1.0; // lambda^{n-1}
        for (int32_t n = 1; t + n < end; n++) {
            g += (1.0 - lambda) * weight * prediction_return(table, e, before, t, n);
            weight *= lambda;
        }
        g += weight * prediction_return(table, e, before, t, end - t);
        const int32_t s = e->states[t];
        table->v[s] += prediction_alpha(table, s) * (g - table->v[s]);
    }
}

static void learn(prediction_table *table, const prediction_episode *e, double lambda)
{
    learn_piece(table, e, 0, e->length, lambda);
}

START_TEST(test_equals_the_definition)
{
    static const struct {
        double lambda;
        const char *assignment;
    } cases[] = {{0.0, "lambda=0"}, {0.6, "lambda=0.6"}, {0.95, "lambda=0.95"}, {1.0, "lambda=1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const assignments[] = {cases[i].assignment, NULL};
        prediction_check("offline_lambda_return", assignments, 100, learn, cases[i].lambda, 1e-12);
    }
}
END_TEST

/// max_steps = 7: a longer episode is learned from in pieces, each cut off in the next one's first
/// state; a piece that ends with the episode ends as it does.
static void learn_in_pieces(prediction_table *table, const prediction_episode *e, double lambda)
{
    for (int32_t first = 0; first < e->length; first += 7) {
        learn_piece(table, e, first, first + 7 < e->length ? first + 7 : e->length, lambda);
    }
}

START_TEST(test_long_episodes_are_learned_from_in_pieces)
{
    const char *const assignments[] = {"lambda=0.8", "max_steps=7", NULL};
    prediction_check("offline_lambda_return", assignments, 100, learn_in_pieces, 0.8, 1e-12);
    // pieces of one step are TD(0)
    const char *const one[] = {"lambda=0.8", "max_steps=1", NULL}, *const none[] = {NULL};
    prediction_same("offline_lambda_return", one, "td0", none, true, 1e-12);
}
END_TEST

START_TEST(test_lambda_1_is_monte_carlo)
{
    const char *const one[] = {"lambda=1", NULL}, *const every[] = {"visits=every", NULL};
    prediction_same("offline_lambda_return", one, "mc_prediction", every, true, 0.0);
}
END_TEST

START_TEST(test_updates_by_hand)
{
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "initial_value=2", "lambda=0.5",
                                       NULL};
    rill_agent *agent = prediction_by_hand("offline_lambda_return", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 4});
    ck_assert(v[3] == 2.0 && agent->memory->update == 0);
    // cut off in 5: G_1 = 1 + 0.5 * 2, G_0 = 5 + 0.5 (0.5 * 2 + 0.5 * 2)
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 5});
    ck_assert(v[4] == 2.0 && v[3] == 2.0 + 0.5 * (6.0 - 2.0) && v[5] == 2.0);
    ck_assert(agent->memory->td_error == 0.0 && agent->memory->update == 2);
    // terminated, or both: G_1 = 1, G_0 = 5 + 0.5 (0.5 V(4) + 0.5 * 1)
    for (int i = 0; i < 2; i++) {
        const double v3 = v[3], v4 = v[4];
        rill_agent_start(agent, (rill_observation){.index = 3});
        rill_agent_step(agent, 5.0, (rill_observation){.index = 4});
        rill_agent_finish(agent, i == 0 ? &prediction_end : &prediction_both,
                          (rill_observation){.index = 5});
        ck_assert(v[4] == v4 + 0.5 * (1.0 - v4));
        ck_assert(v[3] == v3 + 0.5 * (5.0 + 0.5 * (0.5 * v4 + 0.5) - v3));
    }
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_the_definition, test_long_episodes_are_learned_from_in_pieces,
          test_lambda_1_is_monte_carlo, test_updates_by_hand)
