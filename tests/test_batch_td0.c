// Batch TD(0) against the certainty-equivalence estimate, the book's example, and by hand.
#include "tests/prediction.h"

#include <gsl/gsl_linalg.h>

/// Counts of all transitions so far.
typedef struct process {
    double counts[PREDICTION_STATES][PREDICTION_STATES], n_left[PREDICTION_STATES],
        rewards[PREDICTION_STATES];
} process;

static process seen;
static const prediction_world *seen_in;

/// The value function of the process that the counts make likeliest (S&B section 6.3):
///     N(s) V(s) - gamma sum over s' of N(s,s') V(s') = sum of rewards after s
/// and the initial value for a state never left.
static void learn(prediction_table *table, const prediction_episode *e, double unused)
{
    (void)unused;
    if (seen_in != table->w) {
        memset(&seen, 0, sizeof seen);
        seen_in = table->w;
    }
    for (int32_t t = 0; t < e->length; t++) {
        const int32_t s = e->states[t];
        seen.n_left[s] += 1.0;
        seen.rewards[s] += e->rewards[t + 1];
        if (t + 1 < e->length || !e->terminated) {
            seen.counts[s][e->states[t + 1]] += 1.0;
        }
    }
    double matrix[PREDICTION_STATES * PREDICTION_STATES], rhs[PREDICTION_STATES];
    for (int i = 0; i < PREDICTION_STATES; i++) {
        const bool is_left = seen.n_left[i] > 0.0;
        for (int j = 0; j < PREDICTION_STATES; j++) {
            matrix[i * PREDICTION_STATES + j] =
                (i == j ? (is_left ? seen.n_left[i] : 1.0) : 0.0) -
                (is_left ? table->w->gamma * seen.counts[i][j] : 0.0);
        }
        rhs[i] = is_left ? seen.rewards[i] : table->w->initial_value;
    }
    int sign = 0;
    gsl_matrix_view a = gsl_matrix_view_array(matrix, PREDICTION_STATES, PREDICTION_STATES);
    gsl_vector_view b = gsl_vector_view_array(rhs, PREDICTION_STATES);
    gsl_vector_view x = gsl_vector_view_array(table->v, PREDICTION_STATES);
    gsl_permutation *p = gsl_permutation_alloc(PREDICTION_STATES);
    gsl_linalg_LU_decomp(&a.matrix, p, &sign);
    gsl_linalg_LU_solve(&a.matrix, p, &b.vector, &x.vector);
    gsl_permutation_free(p);
}

START_TEST(test_equals_certainty_equivalence)
{
    const char *const none[] = {NULL};
    prediction_check("batch_td0", none, 200, learn, 0.0, 1e-10);
}
END_TEST

/// S&B Example 6.4: V(A) = V(B) = 3/4.
START_TEST(test_you_are_the_predictor)
{
    const char *const none[] = {NULL};
    rill_agent *agent = prediction_by_hand("batch_td0", none);
    prediction_feed_example_6_4(agent, 2, 4, 6);
    ASSERT_NEAR(agent->value.weights[2], 0.75, 1e-12);
    ASSERT_NEAR(agent->value.weights[4], 0.75, 1e-12);
    rill_agent_destroy(agent);
}
END_TEST

/// Cut off in 4, which was never left: it keeps its initial value, and 3 bootstraps from it. When 4
/// has been left, the same transition bootstraps from what it then is.
START_TEST(test_truncation_by_hand)
{
    const char *const assignments[] = {"gamma=0.5", "initial_value=2", NULL};
    rill_agent *agent = prediction_by_hand("batch_td0", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    ck_assert(v[3] == 2.0);
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 4});
    ck_assert(v[3] == 1.0 + 0.5 * 2.0 && v[4] == 2.0);
    rill_agent_start(agent, (rill_observation){.index = 4});
    rill_agent_finish(agent, &prediction_both, (rill_observation){.index = 5});
    ck_assert(v[4] == 1.0 && v[3] == 1.0 + 0.5 * 1.0 && v[5] == 2.0);
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_finish(agent, &prediction_end, (rill_observation){.index = 4});
    ck_assert(v[3] == 0.5 * (1.5 + 1.0));
    rill_agent_destroy(agent);
}
END_TEST

/// Undiscounted, round and round at a reward of 1, there is no limit: estimates stay, and states that
/// lead there bootstrap from them.
START_TEST(test_no_way_out)
{
    const char *const assignments[] = {"initial_value=2", NULL};
    rill_agent *agent = prediction_by_hand("batch_td0", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 3});
    ck_assert(v[3] == 2.0);
    for (int32_t s = 2; s <= 4; s += 2) { // from either side of it
        rill_agent_start(agent, (rill_observation){.index = s});
        rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 3});
        ck_assert(v[s] == 3.0 && v[3] == 2.0);
    }
    rill_agent_destroy(agent);
    const char *const discounted[] = {"gamma=0.5", NULL};
    agent = prediction_by_hand("batch_td0", discounted);
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 3});
    ck_assert(agent->value.weights[3] == 2.0);
    rill_agent_destroy(agent);
}
END_TEST

/// A walk of 301 states, on which sweeps would hardly move: still the solution of its equations.
START_TEST(test_long_chain)
{
    enum { N = 303 };
    const char *const n_states[] = {"n_states=301", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", n_states, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "batch_td0", env, NULL, &error), &error);
    gsl_matrix *a = gsl_matrix_calloc(N, N);
    gsl_vector *b = gsl_vector_calloc(N), *x = gsl_vector_calloc(N);
    rill_env_seed(env, 1);
    for (int episode = 0; episode < 3; episode++) {
        rill_outcome outcome = {0.0, false, false};
        int32_t s = rill_env_reset(env).index;
        rill_action action = rill_agent_start(agent, (rill_observation){.index = s});
        while (!outcome.terminated) {
            rill_observation next = rill_env_step(env, action, &outcome);
            *gsl_matrix_ptr(a, (size_t)s, (size_t)s) += 1.0;
            *gsl_vector_ptr(b, (size_t)s) += outcome.reward;
            if (outcome.terminated) {
                rill_agent_finish(agent, &outcome, next);
            } else {
                *gsl_matrix_ptr(a, (size_t)s, (size_t)next.index) -= 1.0;
                action = rill_agent_step(agent, outcome.reward, next);
            }
            s = next.index;
        }
    }
    for (size_t i = 0; i < N; i++) { // never left: stays 0
        *gsl_matrix_ptr(a, i, i) += gsl_matrix_get(a, i, i) == 0.0 ? 1.0 : 0.0;
    }
    int sign = 0;
    gsl_permutation *p = gsl_permutation_alloc(N);
    gsl_linalg_LU_decomp(a, p, &sign);
    gsl_linalg_LU_solve(a, p, b, x);
    for (int32_t i = 0; i < N; i++) {
        ASSERT_NEAR(agent->value.weights[i], gsl_vector_get(x, (size_t)i), 1e-10);
    }
    gsl_permutation_free(p);
    gsl_matrix_free(a);
    gsl_vector_free(b);
    gsl_vector_free(x);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refuses_too_many_states)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    static const struct {
        const char *n_states;
        bool is_refused;
    } cases[] = {{"n_states=2046", false}, {"n_states=2047", true}};
    for (int i = 0; i < 2; i++) {
        rill_env *env = NULL;
        const char *const n_states[] = {cases[i].n_states, NULL}, *const none[] = {NULL};
        ASSERT_OK(rill_env_create(&env, "random_walk", n_states, &error), &error);
        if (cases[i].is_refused) {
            ASSERT_REFUSED(rill_agent_create(&agent, "batch_td0", env, none, &error), &error,
                           "params", "at most 2048, here are 2049");
        } else {
            ASSERT_OK(rill_agent_create(&agent, "batch_td0", env, none, &error), &error);
            rill_agent_destroy(agent);
        }
        rill_env_destroy(env);
    }
}
END_TEST

TEST_MAIN(test_equals_certainty_equivalence, test_you_are_the_predictor, test_truncation_by_hand,
          test_no_way_out, test_long_chain, test_refuses_too_many_states)
