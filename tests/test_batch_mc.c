// Batch Monte Carlo against plain averages, the book's example, and by hand.
#include "tests/prediction.h"

static double sums[PREDICTION_STATES], counts[PREDICTION_STATES];
static const prediction_world *seen_in;

/// The average of all returns of the visits to each state in pieces of at most `max_steps` steps, each
/// return term by term.
static void learn(prediction_table *table, const prediction_episode *e, double max_steps)
{
    if (seen_in != table->w) {
        memset(sums, 0, sizeof sums);
        memset(counts, 0, sizeof counts);
        seen_in = table->w;
    }
    const int32_t size = (int32_t)max_steps;
    for (int32_t first = 0; first < e->length; first += size) {
        const int32_t end = first + size < e->length ? first + size : e->length;
        double before[PREDICTION_STATES];
        memcpy(before, table->v, sizeof before);
        for (int32_t t = first; t < end; t++) {
            const int32_t s = e->states[t];
            sums[s] += prediction_return(table, e, before, t, end - t);
            counts[s] += 1.0;
            table->v[s] = sums[s] / counts[s];
        }
    }
}

START_TEST(test_equals_averages)
{
    const char *const none[] = {NULL}, *const pieces[] = {"max_steps=7", NULL};
    prediction_check("batch_mc", none, 200, learn, 10000.0, 1e-11);
    seen_in = NULL;
    prediction_check("batch_mc", pieces, 200, learn, 7.0, 1e-11);
}
END_TEST

/// Where constant-alpha Monte Carlo converges to, the incremental mean is already.
START_TEST(test_equals_monte_carlo_with_sample_averages)
{
    const char *const none[] = {NULL}, *const mean[] = {"visits=every", "alpha=1/n", NULL};
    prediction_same("batch_mc", none, "mc_prediction", mean, true, 1e-11);
}
END_TEST

/// S&B Example 6.4: V(A) = 0, V(B) = 3/4.
START_TEST(test_you_are_the_predictor)
{
    const char *const none[] = {NULL};
    rill_agent *agent = prediction_by_hand("batch_mc", none);
    prediction_feed_example_6_4(agent, 2, 4, 6);
    ck_assert(agent->value.weights[2] == 0.0 && agent->value.weights[4] == 0.75);
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_truncation_by_hand)
{
    const char *const assignments[] = {"gamma=0.5", "initial_value=2", NULL};
    rill_agent *agent = prediction_by_hand("batch_mc", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 4.0, (rill_observation){.index = 4});
    ck_assert(v[3] == 2.0 && agent->memory->update == 0);
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 5});
    ck_assert(v[4] == 1.0 + 0.5 * 2.0 && v[3] == 4.0 + 0.5 * 2.0 && v[5] == 2.0);
    ck_assert(agent->memory->td_error == 5.0 - 2.0 && agent->memory->update == 2);
    // the state cut off in is worth less now; the return that ended there stays what it was
    rill_agent_start(agent, (rill_observation){.index = 5});
    rill_agent_finish(agent, &prediction_end, (rill_observation){.index = 3});
    ck_assert(v[5] == 1.0 && v[4] == 2.0 && v[3] == 5.0);
    rill_agent_start(agent, (rill_observation){.index = 4});
    rill_agent_finish(agent, &prediction_both, (rill_observation){.index = 5});
    ck_assert(v[4] == 0.5 * (2.0 + 1.0));
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_averages, test_equals_monte_carlo_with_sample_averages,
          test_you_are_the_predictor, test_truncation_by_hand)
