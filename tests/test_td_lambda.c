// TD(lambda) against dense traces, against TD(0) and Monte Carlo at its ends, and by hand.
#include "tests/prediction.h"

typedef struct setting {
    double lambda;
    int kind;
    const char *lambda_assignment, *trace_assignment;
} setting;

static const setting settings[] = {
    {0.0, RILL_TRACE_ACCUMULATING, "lambda=0", "trace=accumulating"},
    {0.8, RILL_TRACE_ACCUMULATING, "lambda=0.8", "trace=accumulating"},
    {1.0, RILL_TRACE_ACCUMULATING, "lambda=1", "trace=accumulating"},
    {0.0, RILL_TRACE_REPLACING, "lambda=0", "trace=replacing"},
    {0.8, RILL_TRACE_REPLACING, "lambda=0.8", "trace=replacing"},
    {1.0, RILL_TRACE_REPLACING, "lambda=1", "trace=replacing"},
    {0.0, RILL_TRACE_DUTCH, "lambda=0", "trace=dutch"},
    {0.8, RILL_TRACE_DUTCH, "lambda=0.8", "trace=dutch"},
    {1.0, RILL_TRACE_DUTCH, "lambda=1", "trace=dutch"},
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

/// S&B section 12.2, the box, with a trace for every state; `lambdas[t]` is that of the step from t.
static void learn_with(prediction_table *table, const prediction_episode *e, int kind,
                       const double *lambdas)
{
    double z[PREDICTION_STATES] = {0.0};
    for (int32_t t = 0; t < e->length; t++) {
        const int32_t s = e->states[t];
        const double alpha = prediction_alpha(table, s);
        for (int i = 0; i < PREDICTION_STATES; i++) {
            z[i] *= table->w->gamma * lambdas[t];
        }
        z[s] = kind == RILL_TRACE_REPLACING ? 1.0
               : kind == RILL_TRACE_DUTCH   ? (1.0 - alpha) * z[s] + 1.0
                                            : z[s] + 1.0;
        const double delta = e->rewards[t + 1] +
                             table->w->gamma * prediction_value(e, table->v, t + 1) - table->v[s];
        for (int i = 0; i < PREDICTION_STATES; i++) {
            table->v[i] += alpha * delta * z[i];
        }
    }
}

static void learn(prediction_table *table, const prediction_episode *e, double number)
{
    const setting *c = &settings[(int)number];
    double lambdas[PREDICTION_STEPS];
    for (int t = 0; t < PREDICTION_STEPS; t++) {
        lambdas[t] = c->lambda;
    }
    learn_with(table, e, c->kind, lambdas);
}

/// Accumulating traces may diverge where a state is visited often; these worlds stay tame.
START_TEST(test_equals_dense_traces)
{
    for (int i = 0; i < SETTINGS; i++) {
        const char *const assignments[] = {settings[i].lambda_assignment,
                                           settings[i].trace_assignment, NULL};
        prediction_check("td_lambda", assignments, 60, learn, (double)i, 1e-11);
    }
}
END_TEST

/// lambda falls from 1 to 0.2 over 500 updates.
START_TEST(test_lambda_may_change)
{
    static prediction_episode e;
    const char *const none[] = {NULL};
    const prediction_world *w = &prediction_worlds[0];
    rill_error error = {0};
    rill_env *env = prediction_env(w);
    rill_agent *agent = prediction_agent("td_lambda", w, env, none);
    const rill_schedule falling = {RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 1.0, 0.2, 500.0, 1.0};
    const rill_param *lambda = rill_param_find(agent->type->params, "lambda", &error);
    ASSERT_OK(rill_param_set_schedule(lambda, agent->params, &falling, &error), &error);
    prediction_table table = prediction_table_begin(w, env);
    for (int k = 0; k < 60; k++) {
        prediction_play(agent, env, &e);
        double lambdas[PREDICTION_STEPS];
        for (int t = 0; t < PREDICTION_STEPS; t++) {
            lambdas[t] = fmax(0.2, 1.0 - 0.8 * (double)(table.n_updates + t) / 500.0);
        }
        learn_with(&table, &e, RILL_TRACE_ACCUMULATING, lambdas);
        for (int32_t s = 0; s < env->observation_space.size; s++) {
            ASSERT_NEAR(agent->value.weights[s], table.v[s], 1e-12);
        }
    }
    ck_assert_int_gt(table.n_updates, 500);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_lambda_0_is_td0)
{
    const char *const none[] = {NULL};
    for (int i = 0; i < SETTINGS; i++) {
        if (settings[i].lambda == 0.0) {
            const char *const assignments[] = {settings[i].lambda_assignment,
                                               settings[i].trace_assignment, NULL};
            prediction_same("td_lambda", assignments, "td0", none, true, 0.0);
        }
    }
}
END_TEST

/// With V held still, the increments of accumulating TD(1) over an episode sum to those of every-visit
/// Monte Carlo: sum over t with S_t = s of alpha [G_t - V(s)]; and those of TD(lambda) to those of
/// the offline lambda-return algorithm (S&B section 12.2; Sutton 1988).
START_TEST(test_increments_sum_to_the_forward_view)
{
    static prediction_episode e;
    static const struct {
        double lambda;
        const char *assignment;
    } cases[] = {{1.0, "lambda=1"}, {0.7, "lambda=0.7"}};
    const prediction_world *w = &prediction_worlds[0];
    const double still[PREDICTION_STATES] = {0.0, 0.3, -0.2, 0.5, 0.1, 0.9, 0.0};
    for (size_t c = 0; c < 2; c++) {
        const char *const assignments[] = {cases[c].assignment, NULL};
        rill_env *env = prediction_env(w);
        rill_agent *agent = prediction_agent("td_lambda", w, env, assignments);
        const int32_t n = env->observation_space.size;
        for (int k = 0; k < 100; k++) {
            // play by the uniform policy, and put V back after each step
            double sums[PREDICTION_STATES] = {0.0}, expected[PREDICTION_STATES] = {0.0};
            rill_outcome outcome = {0};
            rill_observation observation = rill_env_reset(env);
            memcpy(agent->value.weights, still, (size_t)n * sizeof *still);
            rill_action action = rill_agent_start(agent, observation);
            e.length = 0;
            e.states[0] = observation.index;
            while (!rill_outcome_is_last(&outcome)) {
                observation = rill_env_step(env, action, &outcome);
                e.states[++e.length] = observation.index;
                e.rewards[e.length] = outcome.reward;
                if (rill_outcome_is_last(&outcome)) {
                    rill_agent_finish(agent, &outcome, observation);
                } else {
                    action = rill_agent_step(agent, outcome.reward, observation);
                }
                for (int32_t s = 0; s < n; s++) {
                    sums[s] += agent->value.weights[s] - still[s];
                    agent->value.weights[s] = still[s];
                }
            }
            e.terminated = outcome.terminated;
            double g = prediction_value(&e, still, e.length);
            for (int32_t t = e.length - 1; t >= 0; t--) {
                const double next = prediction_value(&e, still, t + 1);
                g = (1.0 - cases[c].lambda) * next + cases[c].lambda * g; // gamma is 1
                g += e.rewards[t + 1];
                expected[e.states[t]] += 0.1 * (g - still[e.states[t]]);
            }
            for (int32_t s = 0; s < n; s++) {
                ASSERT_NEAR(sums[s], expected[s], 1e-12);
            }
        }
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_updates_by_hand)
{
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "initial_value=2", "lambda=0.5",
                                       NULL};
    rill_agent *agent = prediction_by_hand("td_lambda", assignments);
    const double *v = agent->value.weights;
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 4});
    ck_assert(v[3] == 2.0 + 0.5 * (5.0 + 0.5 * 2.0 - 2.0)); // 4
    // cut off in 3: delta = 1 + 0.5 * 4 - 2
    rill_agent_finish(agent, &prediction_cut, (rill_observation){.index = 3});
    ck_assert(v[4] == 2.0 + 0.5 * 1.0 && agent->memory->td_error == 1.0);
    ck_assert(v[3] == 4.0 + 0.5 * 1.0 * 0.25 && agent->memory->update == 2);
    // a new episode has no traces; terminated, with or without `truncated` beside it
    for (int i = 0; i < 2; i++) {
        const double before = v[5];
        rill_agent_start(agent, (rill_observation){.index = 5});
        rill_agent_finish(agent, i == 0 ? &prediction_end : &prediction_both,
                          (rill_observation){.index = 3});
        ck_assert(v[5] == before + 0.5 * (1.0 - before));
        ck_assert(v[4] == 2.5 && v[3] == 4.125);
    }
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_dense_traces, test_lambda_may_change, test_lambda_0_is_td0,
          test_increments_sum_to_the_forward_view, test_updates_by_hand)
