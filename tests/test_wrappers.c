// What each wrapper does.
#include "tests/test.h"

#include "tests/echo_env.h"

#include <stdio.h>

/// An echo whose steps draw nothing, wrapped and reset.
static rill_env *wrapped_echo(const char *id, const char *assignment)
{
    rill_env *env = echo_create(0.0, 0);
    wrap(&env, id, assignment);
    rill_env_reset(env);
    return env;
}

static double reward_of(rill_env *env, double a, double b)
{
    rill_outcome outcome;
    echo_act(env, a, b, &outcome);
    return outcome.reward;
}

// ---- time_limit, action_repeat, record_statistics ----

/// A walk to the right that ends after exactly 3 steps, against limits around 3.
START_TEST(test_time_limit)
{
    for (int limit = 1; limit <= 5; limit++) {
        rill_env *env = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
        char text[32];
        snprintf(text, sizeof text, "steps=%d", limit);
        wrap(&env, "time_limit", text);
        for (int again = 0; again < 2; again++) { // the clock starts anew at a reset
            rill_outcome outcome = {0.0, false, false};
            int n = 0;
            for (rill_env_reset(env); !rill_outcome_is_last(&outcome); n++) {
                rill_env_step(env, (rill_action){.index = 1}, &outcome);
            }
            ck_assert_int_eq(n, limit < 3 ? limit : 3);
            ck_assert(outcome.truncated == (limit <= 3));
            ck_assert(outcome.terminated == (limit >= 3));
        }
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_action_repeat)
{
    rill_env *env = wrapped_echo("action_repeat", "repeats=3");
    rill_outcome outcome;
    ck_assert_double_eq(reward_of(env, -1.5, 0.0), -4.5);
    const rill_observation observation = echo_act(env, 2.0, 6.0, &outcome); // terminates at once
    ck_assert(outcome.terminated && !outcome.truncated);
    ck_assert_double_eq(outcome.reward, 2.0);
    ck_assert(observation.box[0] == 2.0f && observation.box[1] == 6.0f);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_record_statistics)
{
    rill_env *env = echo_create(0.0, 4);
    wrap(&env, "record_statistics", NULL);
    const rill_episode_statistics *s = rill_env_wrapper_state(env, "record_statistics");
    rill_env_reset(env);
    reward_of(env, 1.0, 0.0);
    reward_of(env, 2.5, 0.0);
    ck_assert(s->episode_return == 3.5 && s->episode_length == 2 && s->episodes == 0);
    reward_of(env, -1.0, 6.0); // terminates
    ck_assert(s->episode_return == 2.5 && s->episode_length == 3 && s->episodes == 1);
    rill_env_reset(env);
    ck_assert(s->episode_return == 0.0 && s->episode_length == 0);
    ck_assert(s->last_return == 2.5 && s->last_length == 3);
    for (int i = 0; i < 4; i++) { // truncates
        reward_of(env, 1.0, 0.0);
    }
    ck_assert(s->last_return == 4.0 && s->last_length == 4 && s->episodes == 2);
    rill_env_reset(env);
    reward_of(env, 1.0, 0.0);
    rill_env_reset(env); // a reset is no end
    ck_assert(s->last_length == 4 && s->episodes == 2);
    rill_env_destroy(env);
}
END_TEST

// ---- actions ----

/// How often the last action is executed again; false alarm 1e-6 each. The first of an episode is
/// always the one chosen.
START_TEST(test_sticky_actions)
{
    const double probabilities[] = {0.0, 0.25, 0.9, 1.0};
    for (int k = 0; k < 4; k++) {
        char text[32];
        snprintf(text, sizeof text, "probability=%g", probabilities[k]);
        rill_env *env = wrapped_echo("sticky_actions", text);
        rill_env_seed(env, 1);
        int64_t counts[2] = {0, 0};
        for (int episode = 0; episode < 100; episode++) {
            rill_env_reset(env);
            float last = 0.0f;
            for (int i = 0; i < 101; i++) {
                const float chosen = (float)i / 32.0f;
                rill_outcome outcome;
                const float done = echo_act(env, (double)chosen, 0.0, &outcome).box[0];
                ck_assert(done == chosen || (i > 0 && done == last));
                counts[done != chosen] += i > 0;
                last = done;
            }
        }
        const double p[] = {1.0 - probabilities[k], probabilities[k]};
        const double value = p[0] == 0.0 || p[1] == 0.0 ? counts[p[0] == 0.0 ? 0 : 1] == 0
                                                        : test_chi_square(p, counts, 2);
        ck_assert_msg(value > 1e-6, "%s: %d of %d", text, (int)counts[1], 10000);
        rill_env_destroy(env);
    }
}
END_TEST

/// Discrete actions and the order of draws: states of CliffWalking-v1 with is_slippery=True in
/// StickyAction(env, repeat_action_probability=0.4), reset(seed=7), actions 0, 1, 1, 2, 3, 1, 0 over
/// and over; Gymnasium 1.4.0, NumPy 1.24.2.
START_TEST(test_sticky_actions_as_gymnasium)
{
    static const int32_t states[] = {36, 36, 24, 36, 36, 36, 36, 36, 24, 36, 36, 24, 36, 36,
                                     36, 24, 12, 0,  1,  2,  2,  14, 15, 27, 28, 27, 36, 36,
                                     36, 24, 25, 26, 27, 36, 24, 24, 24, 25, 36, 36, 36};
    static const int32_t actions[] = {0, 1, 1, 2, 3, 1, 0};
    rill_env *env = NULL;
    rill_error error = {0};
    const char *assignments[] = {"is_slippery=true", NULL};
    ASSERT_OK(rill_env_create(&env, "CliffWalking-v1", assignments, &error), &error);
    wrap(&env, "sticky_actions", "probability=0.4");
    rill_env_seed(env, 7);
    ck_assert_int_eq(rill_env_reset(env).index, states[0]);
    for (int i = 0; i < 40; i++) {
        rill_outcome outcome;
        const rill_action action = {.index = actions[i % 7]};
        ck_assert_int_eq(rill_env_step(env, action, &outcome).index, states[i + 1]);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_clip_action)
{
    rill_env *env = wrapped_echo("clip_action", NULL);
    ck_assert(isinf(env->action_space.low[1]) && isinf(env->action_space.high[0]));
    rill_outcome outcome;
    const double points[][4] = {{-9.0, 20.0, -4.0, 8.0}, {1.5, -1e30, 1.5, -4.0}, {4, 8, 4, 8}};
    for (int i = 0; i < 3; i++) {
        const float *box = echo_act(env, points[i][0], points[i][1], &outcome).box;
        ck_assert_double_eq((double)box[0], points[i][2]);
        ck_assert_double_eq((double)box[1], points[i][3]);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_scale_action)
{
    rill_outcome outcome;
    rill_env *env = wrapped_echo("scale_action", NULL);
    ck_assert(env->action_space.low[1] == -1.0 && env->action_space.high[1] == 1.0);
    const double points[][4] = {{-1, 1, -4, 8}, {0, 0, 0, 2}, {0.5, -0.5, 2, -1}, {1, -1, 4, -4}};
    for (int i = 0; i < 4; i++) {
        const float *box = echo_act(env, points[i][0], points[i][1], &outcome).box;
        ck_assert_double_eq((double)box[0], points[i][2]);
        ck_assert_double_eq((double)box[1], points[i][3]);
    }
    rill_env_destroy(env);

    env = echo_create(0.0, 0);
    rill_error error = {0};
    const char *assignments[] = {"low=0,10", "high=1,30", NULL};
    ASSERT_OK(rill_env_wrap(&env, "scale_action", assignments, &error), &error);
    ck_assert_double_eq(env->action_space.high[1], 30.0);
    rill_env_reset(env);
    const float *box = echo_act(env, 0.25, 15.0, &outcome).box;
    ck_assert(box[0] == -2.0f && box[1] == -1.0f);
    const char *three[] = {"low=0,1,2", NULL}, *crossed[] = {"low=0,3", "high=2", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "scale_action", three, &error), &error, "low",
                   "3 numbers for 2 dimensions; give one for all, or one for each");
    ASSERT_REFUSED(rill_env_wrap(&env, "scale_action", crossed, &error), &error, "low",
                   "3 is not below 2, the greatest action of dimension 1");
    wrap(&env, "clip_action", NULL);
    ASSERT_REFUSED(rill_env_wrap(&env, "scale_action", NULL, &error), &error, "",
                   "scale_action needs bounded actions; dimension 0");
    rill_env_destroy(env);
}
END_TEST

static rill_env *discrete_echo(const char *const *assignments)
{
    rill_env *env = echo_create(0.0, 0);
    rill_error error = {0};
    ASSERT_OK(rill_env_wrap(&env, "discrete_actions", assignments, &error), &error);
    rill_env_reset(env);
    return env;
}

START_TEST(test_discrete_actions)
{
    rill_outcome outcome;
    const char *constants[] = {"actions=-4,8,0.5,0,4,-4", NULL};
    rill_env *env = discrete_echo(constants);
    ck_assert_int_eq(env->action_space.kind, RILL_SPACE_DISCRETE);
    ck_assert_int_eq(env->action_space.size, 3);
    const float expected[][2] = {{-4.0f, 8.0f}, {0.5f, 0.0f}, {4.0f, -4.0f}};
    for (int i = 0; i < 12; i++) {
        const int32_t k = i * i % 3;
        const float *box = rill_env_step(env, (rill_action){.index = k}, &outcome).box;
        ck_assert(box[0] == expected[k][0] && box[1] == expected[k][1]);
        ck_assert(outcome.terminated == (k == 0));
    }
    ck_assert(env->type->jacobian == NULL);
    ck_assert_int_eq(env->n_state_values, 2); // it has no state of its own
    rill_env_destroy(env);

    // all combinations of the ends and the middle; in a pendulum's one dimension three torques
    env = discrete_echo(NULL);
    ck_assert_int_eq(env->action_space.size, 9);
    const float ends[2][3] = {{-4.0f, 0.0f, 4.0f}, {-4.0f, 2.0f, 8.0f}};
    for (int32_t k = 0; k < 9; k++) {
        const float *box = rill_env_step(env, (rill_action){.index = k}, &outcome).box;
        ck_assert(box[0] == ends[0][k / 3] && box[1] == ends[1][k % 3]);
    }
    rill_env_destroy(env);
}
END_TEST

/// u = actions_k - gains_k x, clipped; x is the action before, which the echo shows.
START_TEST(test_discrete_actions_with_gains)
{
    const char *own[] = {"actions=1,0,0,2", "gains=0.5,0,0,-0.25,-1,2,0.5,0.125", NULL};
    const char *shared[] = {"actions=1,0,0,2", "gains=0.5,0,0,-0.25", NULL};
    const double gains[2][2][2] = {{{0.5, 0.0}, {0.0, -0.25}}, {{-1.0, 2.0}, {0.5, 0.125}}};
    const double actions[2][2] = {{1.0, 0.0}, {0.0, 2.0}};
    const double low[] = {-4.0, -4.0}, high[] = {4.0, 8.0};
    int n_clipped = 0;
    for (int is_shared = 0; is_shared < 2; is_shared++) {
        rill_env *env = discrete_echo(is_shared ? shared : own);
        ck_assert_int_eq(env->action_space.size, 2);
        for (int i = 0; i < 60; i++) {
            const bool is_first = i % 20 == 0; // from the first observation on
            rill_observation seen = is_first ? rill_env_reset(env) : rill_env_observe(env);
            const double x[2] = {(double)seen.box[0], (double)seen.box[1]};
            const int32_t k = (i + i / 7) % 2;
            rill_outcome outcome;
            const float *box = rill_env_step(env, (rill_action){.index = k}, &outcome).box;
            for (int j = 0; j < 2; j++) {
                const double *gain = gains[is_shared ? 0 : k][j];
                const double u = actions[k][j] - gain[0] * x[0] - gain[1] * x[1];
                n_clipped += u < low[j] || u > high[j];
                ASSERT_NEAR(box[j], fmin(fmax(u, low[j]), high[j]), 1e-6);
            }
        }
        rill_env_destroy(env);
    }
    ck_assert_int_gt(n_clipped, 0);
}
END_TEST

START_TEST(test_discrete_actions_refused)
{
    rill_error error = {0};
    rill_env *env = echo_create(0.0, 0);
    static const struct {
        const char *assignments[3], *path, *message;
    } mistakes[] = {
        {{"actions=1,2,3"}, "actions", "3 numbers; an action of echo has 2"},
        {{"actions=1,2,3,9"}, "actions", "9 is not in [-4, 8], the range of dimension 1"},
        {{"actions=1,2,3,4", "gains=1,2,3"},
         "gains",
         "3 numbers; echo wants 2 rows of 2, or as many"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        ASSERT_REFUSED(rill_env_wrap(&env, "discrete_actions", mistakes[i].assignments, &error),
                       &error, mistakes[i].path, mistakes[i].message);
    }
    wrap(&env, "discretise", NULL);
    const char *gains[] = {"gains=1,2,3,4", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "discrete_actions", gains, &error), &error, "gains",
                   "needs a box of observations");
    wrap(&env, "discrete_actions", NULL);
    ASSERT_REFUSED(rill_env_wrap(&env, "discrete_actions", NULL, &error), &error, "",
                   "discrete_actions needs a box of actions");
    rill_env_destroy(env);
    ASSERT_OK(rill_env_create(&env, "lqr", NULL, &error), &error);
    ASSERT_REFUSED(rill_env_wrap(&env, "discrete_actions", NULL, &error), &error, "actions",
                   "dimension 0 of the actions of lqr has no bound; give `actions`");
    rill_env_destroy(env);
}
END_TEST

// ---- observations ----

START_TEST(test_discretise)
{
    rill_env *env = wrapped_echo("discretise", "bins=4,3"); // of width 2 and 4
    ck_assert_int_eq(env->observation_space.kind, RILL_SPACE_DISCRETE);
    ck_assert_int_eq(env->observation_space.size, 12);
    const struct {
        double x, y;
        int32_t index;
    } points[] = {{-4.0, -4.0, 0},    {-2.001, -0.001, 0},       {-2.0, -4.0, 3},
                  {-4.0, 0.0, 1},     {0.5, 4.5, 2 * 3 + 2},     {4.0, 8.0, 11},
                  {3.999, 7.999, 11}, {-100.0, 100.0, 0 * 3 + 2}};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        rill_outcome outcome;
        const rill_observation seen = echo_act(env, points[i].x, points[i].y, &outcome);
        ck_assert_int_eq(seen.index, points[i].index);
        ck_assert_int_eq(rill_env_observe(env).index, points[i].index);
    }
    ck_assert_int_eq(echo_act(env, (double)NAN, 0.0, &(rill_outcome){0}).index, 1);
    rill_env_destroy(env);
}
END_TEST

/// MountainCar-v0 with 10 bins: the cell 45 of its first observation in Gymnasium's documentation of
/// DiscretizeObservation (seed 42).
START_TEST(test_discretise_as_gymnasium)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "MountainCar-v0", NULL, &error), &error);
    wrap(&env, "discretise", "bins=10");
    rill_env_seed(env, 42);
    ck_assert_int_eq(env->observation_space.size, 100);
    ck_assert_int_eq(rill_env_reset(env).index, 45);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_discretise_bounds)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "lqr", NULL, &error), &error);
    ASSERT_REFUSED(rill_env_wrap(&env, "discretise", NULL, &error), &error, "low",
                   "dimension 0 of the observations of lqr is unbounded; give `low` and `high`");
    const char *low_only[] = {"low=0", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "discretise", low_only, &error), &error, "high",
                   "give `low` and `high`");
    const char *crossed[] = {"low=0,1", "high=1", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "discretise", crossed, &error), &error, "low",
                   "1 is not below 1, the end of dimension 1");
    const char *many[] = {"low=0", "high=1", "bins=1e5", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "discretise", many, &error), &error, "bins",
                   "10000000000 cells in all");
    const char *three[] = {"low=0", "high=1", "bins=1,2,3", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "discretise", three, &error), &error, "bins",
                   "3 numbers for 2 dimensions");
    const char *good[] = {"low=0,-1", "high=1", "bins=7", NULL};
    ASSERT_OK(rill_env_wrap(&env, "discretise", good, &error), &error);
    ck_assert_int_eq(env->observation_space.size, 49);
    rill_env_destroy(env);
}
END_TEST

/// Each dimension gets its deviation times the next normal number of the stream, those of deviation
/// 0 none; observing again shows the same.
START_TEST(test_observation_noise)
{
    rill_env *env = wrapped_echo("observation_noise", "standard_deviation=0,2");
    ck_assert(isinf(env->observation_space.low[0]) && isinf(env->observation_space.high[1]));
    rill_rng rng;
    rill_rng_seed(&rng, 8);
    rill_env_seed(env, 8);
    const double x = rill_rng_uniform(&rng, -4.0, 4.0), y = rill_rng_uniform(&rng, -4.0, 8.0);
    const float *box = rill_env_reset(env).box;
    ck_assert(box[0] == (float)x);
    // the environment shows floats
    ck_assert(box[1] == (float)((double)(float)y + 2.0 * rill_rng_standard_normal(&rng)));
    for (int i = 0; i < 5; i++) {
        rill_outcome outcome;
        box = echo_act(env, 1.5, i, &outcome).box;
        const float expected = (float)(i + 2.0 * rill_rng_standard_normal(&rng));
        ck_assert(box[0] == 1.5f && box[1] == expected);
        ck_assert(rill_env_observe(env).box[1] == expected);
    }
    rill_env_destroy(env);
}
END_TEST

/// The running moments are those of all observations together with 1e-4 numbers of mean 0 and
/// variance 1, computed in two passes; over episodes, first observations included.
START_TEST(test_normalise_observation)
{
    enum { N = 1000 };
    const double weight = 1e-4, epsilon = 1e-8;
    static double seen[N][2];
    rill_env *plain = echo_create(0.5, 0), *env = echo_create(0.5, 0);
    wrap(&env, "normalise_observation", NULL);
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    rill_outcome outcome = {0.0, true, false};
    for (int n = 0; n < N; n++) {
        const double a = rill_rng_uniform(&rng, 0.0, 4.0), b = rill_rng_uniform(&rng, 2.0, 6.0);
        const bool is_start = rill_outcome_is_last(&outcome);
        const float *x = is_start ? rill_env_reset(plain).box : echo_act(plain, a, b, &outcome).box;
        const float *y = is_start ? rill_env_reset(env).box : echo_act(env, a, b, &outcome).box;
        outcome.terminated = outcome.terminated && !is_start;
        for (int i = 0; i < 2; i++) {
            seen[n][i] = (double)x[i];
            if (n % 100 > 3) {
                continue;
            }
            double sum = 0.0, squares = 0.0;
            for (int k = 0; k <= n; k++) {
                sum += seen[k][i];
            }
            const double mean = sum / (n + 1 + weight);
            for (int k = 0; k <= n; k++) {
                squares += (seen[k][i] - mean) * (seen[k][i] - mean);
            }
            const double variance = (squares + weight * (1.0 + mean * mean)) / (n + 1 + weight);
            const rill_running_moments *moments =
                rill_env_wrapper_state(env, "normalise_observation");
            ASSERT_NEAR(moments[i].count, n + 1 + weight, 1e-9);
            ASSERT_NEAR(moments[i].mean, mean, 1e-12);
            ASSERT_NEAR(moments[i].variance, variance, 1e-11);
            const double expected = (seen[n][i] - mean) / sqrt(variance + epsilon);
            ASSERT_NEAR(y[i], expected, 1e-6 * (1.0 + fabs(expected)));
        }
    }
    rill_env_destroy(plain);
    rill_env_destroy(env);
}
END_TEST

/// A script of actions with two ends, as `gymnasium.wrappers` 1.4.0 (NumPy 1.24.2) normalises what
/// the same environment written in Python answers, without a reset of the statistics.
static const double script[][2] = {{1, 2},    {-2, 0.5}, {0.25, 5.5}, {3, -1},
                                   {3, -1.5}, {-0.5, 4}, {0, 6},      {1.5, 0}};

/// Gymnasium keeps these statistics in float, hence the tolerance. (Its first observation of an
/// episode was set to 0.5, -1.)
START_TEST(test_normalise_observation_as_gymnasium)
{
    static const double expected[][2] = {
        {0.004472967702895403, -0.007072594948112965}, {0.9995504021644592, 1.0000276565551758},
        {-1.3970149755477905, 1.3553793905884959e-05}, {0.2715621888637543, 1.5554516315460205},
        {0.4271225035190582, -0.9088069796562195},     {1.6829806566238403, -0.777816116809845},
        {1.3146976232528687, -0.8583967685699463},     {-0.7770488262176514, 1.2410136461257935},
        {-0.42709535360336304, 1.5965546369552612},    {-0.0880407765507698, -0.8101845979690552},
        {0.5777486562728882, -0.42525607347488403},
    };
    rill_env *env = echo_create(0.0, 0);
    wrap(&env, "normalise_observation", NULL);
    size_t k = 0;
    bool is_over = true;
    for (size_t i = 0; i < 8;) {
        rill_outcome outcome = {0.0, false, false};
        const float *box = NULL;
        if (is_over) { // as a step, so that the start is this one
            box = echo_act(env, 0.5, -1.0, &outcome).box;
        } else {
            box = echo_act(env, script[i][0], script[i][1], &outcome).box;
            i++;
        }
        is_over = outcome.terminated;
        ASSERT_NEAR(box[0], expected[k][0], 3e-5);
        ASSERT_NEAR(box[1], expected[k][1], 3e-5);
        k++;
    }
    rill_env_destroy(env);
}
END_TEST

// ---- rewards ----

/// To the last bit: here Gymnasium's statistics are doubles. NormalizeReward(env, gamma=0.9).
START_TEST(test_normalise_reward_as_gymnasium)
{
    static const double expected[] = {0x1.1adb5ab537fe8p+6,
                                      -0x1.e79ec238727c8p+0,
                                      0x1.269f0c4a87118p-2,
                                      0x1.ea05d147ca736p+0,
                                      0x1.37fd16209080bp+0,
                                      -0x1.9924f6ce3b702p-3,
                                      0x0.0p+0,
                                      0x1.4d0c1f364b974p-1};
    rill_env *env = wrapped_echo("normalise_reward", "gamma=0.9");
    for (int i = 0; i < 8; i++) {
        rill_outcome outcome;
        echo_act(env, script[i][0], script[i][1], &outcome);
        ck_assert_double_eq(outcome.reward, expected[i]);
        if (outcome.terminated) {
            rill_env_reset(env);
        }
    }
    rill_env_destroy(env);
}
END_TEST

/// Statistics stop where the parameter says; those taken over stay, also when seeded; those of the
/// environment that they came from go on.
START_TEST(test_frozen_statistics)
{
    rill_env *env = wrapped_echo("normalise_reward", "freeze_after=3");
    const rill_running_moments *moments = rill_env_wrapper_state(env, "normalise_reward");
    for (int i = 0; i < 5; i++) {
        reward_of(env, i, 0.0);
        ASSERT_NEAR(moments->count, (i < 3 ? i + 1 : 3) + 1e-4, 1e-12);
    }
    ck_assert_double_eq(reward_of(env, 2.0, 0.0), 2.0 / sqrt(moments->variance + 1e-8));
    rill_env_destroy(env);

    // both kinds, one inside another wrapper; other wrappers' state stays
    env = echo_create(0.0, 0);
    wrap(&env, "record_statistics", NULL);
    wrap(&env, "normalise_observation", NULL);
    wrap(&env, "time_limit", NULL);
    wrap(&env, "normalise_reward", NULL);
    rill_env *evaluation = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_clone(&evaluation, env, &error), &error);
    rill_env_reset(env);
    for (int i = 0; i < 10; i++) {
        reward_of(env, i % 4, 0.5 * i - 2.0);
    }
    const rill_running_moments *rewards = rill_env_wrapper_state(env, "normalise_reward"),
                               *observations = rill_env_wrapper_state(env, "normalise_observation"),
                               *adopted_rewards =
                                   rill_env_wrapper_state(evaluation, "normalise_reward"),
                               *adopted_observations =
                                   rill_env_wrapper_state(evaluation, "normalise_observation");
    rill_env_adopt_statistics(evaluation, env);
    const rill_episode_statistics *record = rill_env_wrapper_state(evaluation, "record_statistics");
    ck_assert_int_eq(record->episode_length, 0);
    rill_env_seed(evaluation, 4);
    rill_env_reset(evaluation);
    rill_outcome outcome;
    const float *box = echo_act(evaluation, 3.0, 1.0, &outcome).box;
    ck_assert_double_eq(outcome.reward, 3.0 / sqrt(rewards->variance + 1e-8));
    for (int i = 0; i < 2; i++) {
        const double x = i == 0 ? 3.0 : 1.0;
        ck_assert(box[i] ==
                  (float)((x - observations[i].mean) / sqrt(observations[i].variance + 1e-8)));
    }
    ck_assert_mem_eq(rewards, adopted_rewards, sizeof *rewards);
    ck_assert_mem_eq(observations, adopted_observations, 2 * sizeof *observations);
    reward_of(env, 1.0, 1.0);
    ASSERT_NEAR(rewards->count, 11.0001, 1e-9);
    ASSERT_NEAR(observations[1].count, 12.0001, 1e-9);
    rill_env_seed(env, 4); // not frozen: clear again
    ck_assert(rewards->count == 0.0 && observations[1].count == 0.0);
    rill_env_destroy(evaluation);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_clip_reward)
{
    rill_env *env = wrapped_echo("clip_reward", NULL);
    ck_assert_double_eq(reward_of(env, -3.0, 0.0), -1.0);
    ck_assert_double_eq(reward_of(env, 0.25, 0.0), 0.25);
    ck_assert_double_eq(reward_of(env, 3.0, 0.0), 1.0);
    rill_error error = {0};
    const char *crossed[] = {"low=2", NULL}, *point[] = {"low=1", NULL};
    ASSERT_REFUSED(rill_env_wrap(&env, "clip_reward", crossed, &error), &error, "low",
                   "2 is above `high`, 1");
    ASSERT_OK(rill_env_wrap(&env, "clip_reward", point, &error), &error);
    rill_env_reset(env);
    ck_assert_double_eq(reward_of(env, -3.0, 0.0), 1.0);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_reward_from_flags)
{
    rill_error error = {0};
    rill_env *env = echo_create(0.0, 2);
    const char *assignments[] = {"scale=2", "step=-1", "terminated=10", "truncated=100", NULL};
    ASSERT_OK(rill_env_wrap(&env, "reward_from_flags", assignments, &error), &error);
    rill_env_reset(env);
    ck_assert_double_eq(reward_of(env, 3.0, 0.0), 5.0);
    ck_assert_double_eq(reward_of(env, 3.0, 0.0), 105.0); // the limit
    rill_env_reset(env);
    ck_assert_double_eq(reward_of(env, 3.0, 6.0), 15.0); // the end
    rill_env_reset(env);
    reward_of(env, 3.0, 0.0);
    ck_assert_double_eq(reward_of(env, 3.0, 6.0), 115.0); // both
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_time_limit, test_action_repeat, test_record_statistics, test_sticky_actions,
          test_sticky_actions_as_gymnasium, test_clip_action, test_scale_action,
          test_discrete_actions, test_discrete_actions_with_gains, test_discrete_actions_refused,
          test_discretise, test_discretise_as_gymnasium, test_discretise_bounds,
          test_observation_noise, test_normalise_observation,
          test_normalise_observation_as_gymnasium, test_normalise_reward_as_gymnasium,
          test_frozen_statistics, test_clip_reward, test_reward_from_flags)
