// Pathwise REINFORCE: gradients against finite differences of the return with the same noise, whole and
// cut; against the score function, which estimates the same; on LQR, where it ends is known.
#include "tests/differentiated.h"

#include <rill/riccati.h>

enum { MAX_WEIGHTS = 512 };

static rill_env *make_env(const char *id, const char *settings)
{
    rill_error error = {0};
    rill_env *env = NULL;
    const rill_env_type *type = rill_env_type_find(id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, settings);
    ASSERT_OK(rill_env_create_from(&env, type, params, 0, &error), &error);
    return env;
}

/// Assignments as text with blanks between.
static rill_agent *make_agent(const char *id, const rill_env *env, const char *settings)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    char text[1024];
    const char *assignments[32] = {NULL};
    size_t n = 0;
    ck_assert_uint_lt((size_t)snprintf(text, sizeof text, "%s", settings), sizeof text);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_uint_lt(n, 31);
        assignments[n++] = word;
    }
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    return agent;
}

static int32_t n_weights(const rill_agent *agent)
{
    return agent->actor.theta.n_features * agent->actor.theta.n_outputs;
}

// ---- the gradient of one episode ----

static const struct {
    const char *env, *settings;
    double spread; ///< of the weights: what is clipped or wrapped must stay so
} worlds[] = {
    {"lqr", "noise_sd=0.1", 0.5},
    {"lqr",
     "n=3 m=2 A=0.9,0.2,-0.1,0,0.8,0.3,0.1,-0.2,0.7 B=1,0,0.5,-0.5,0,0.7 "
     "Q=2,0.5,0,0.5,1,0.25,0,0.25,3 R=1,0.25,0.25,0.5",
     0.3},
    {"pendulum", "x_init=0.5", 0.2},
    {"double_integrator", "", 0.1},
    {"cartpole_swingup", "", 0.1},
    {"reacher2", "", 0.1},
};

static const struct {
    const char *settings;
    double scale; ///< of the weights
} maps[] = {
    {"features=raw", 1.0},
    {"features=polynomial features.order=2 features.form=total_degree features.from=-1", 0.4},
    {"features=fourier features.order=1 features.coupled=false features.scale_step_size=false",
     0.3},
    {"features=rbf features.centres=2 features.normalised=true", 0.5},
    {"features=rbf features.centres=2", 0.3},
};

enum { LENGTH = 24, DIRECTIONS = 4 };

/// d J / d direction by seven points. What is differenced rounds actions and observations to float, so the
/// step is large: the two kinds of error are then below 2e-6 of the gradient's length.
static double slope(const replay *r, const double *theta, const double *direction, int32_t size,
                    int horizon, double h)
{
    static const double weights[] = {0.75, -0.15, 1.0 / 60.0};
    double sum = 0.0, moved[MAX_WEIGHTS];
    for (int k = 1; k <= 3; k++) {
        for (int side = -1; side <= 1; side += 2) {
            for (int32_t i = 0; i < size; i++) {
                moved[i] = theta[i] + side * k * h * direction[i];
            }
            sum += side * weights[k - 1] * replay_windows(r, moved, horizon);
        }
    }
    return sum / h;
}

static const char *const of_state = "distribution=gaussian distribution.initial_std=0.15";
static const char *const everywhere =
    "distribution=gaussian distribution.initial_std=0.15 distribution.std=free";

static void check_gradient(int world, int map, const char *distribution, int horizon,
                           double entropy)
{
    rill_env *env = make_env(worlds[world].env, worlds[world].settings);
    const bool is_bounded =
        strcmp(worlds[world].env, "pendulum") == 0 || strcmp(worlds[world].env, "reacher2") == 0;
    char settings[512], name[768];
    snprintf(settings, sizeof settings,
             "%s %s gamma=0.9 batch=1 alpha_theta=1 horizon=%d entropy=%g %s", maps[map].settings,
             is_bounded ? "" : "features.low=-5 features.high=5", horizon, entropy, distribution);
    snprintf(name, sizeof name, "%s, %s", worlds[world].env, settings);
    rill_agent *agent = make_agent("pathwise_reinforce", env, settings);
    const int32_t size = n_weights(agent);
    ck_assert_int_le(size, MAX_WEIGHTS);
    rill_agent_seed(agent, 5);
    rill_env_seed(env, 6);
    rill_rng rng;
    rill_rng_seed(&rng, 7);
    double theta[MAX_WEIGHTS], gradient[MAX_WEIGHTS], direction[MAX_WEIGHTS];
    for (int32_t i = 0; i < size; i++) {
        theta[i] = worlds[world].spread * maps[map].scale * rill_rng_standard_normal(&rng);
        agent->actor.theta.weights[i] = theta[i];
    }
    replay r = {.env = env, .agent = agent, .gamma = 0.9, .entropy = entropy};
    replay_record(&r, LENGTH, gradient);
    double norm = 0.0;
    for (int32_t i = 0; i < size; i++) {
        norm += gradient[i] * gradient[i];
    }
    norm = sqrt(norm);
    ASSERT_FOR(name, norm > 1e-5);
    for (int d = 0; d < DIRECTIONS; d++) {
        double length = 0.0, ours = 0.0;
        for (int32_t i = 0; i < size; i++) { // the first is that of the gradient itself
            direction[i] = d == 0 ? gradient[i] : rill_rng_standard_normal(&rng);
            length += direction[i] * direction[i];
        }
        for (int32_t i = 0; i < size; i++) {
            direction[i] /= sqrt(length);
            ours += direction[i] * gradient[i];
        }
        const double expected =
            slope(&r, theta, direction, size, horizon == 0 ? LENGTH : horizon, 0.01);
        ck_assert_msg(fabs(ours - expected) <= 1e-5 * norm,
                      "%s: slope %d is %.10g, by differences %.10g; |gradient| %.6g", name, d, ours,
                      expected, norm);
    }
    replay_release(&r);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_gradient_of_an_episode)
{
    for (int world = 0; world < (int)(sizeof worlds / sizeof worlds[0]); world++) {
        for (int map = 0; map < (int)(sizeof maps / sizeof maps[0]); map++) {
            if (map >= 3 && world == 5) {
                continue; // 2^10 bumps are no policy
            }
            check_gradient(world, map, map % 2 == 0 ? everywhere : of_state, 0,
                           map == 1 ? 0.3 : 0.0);
        }
    }
}
END_TEST

/// By every distribution over boxes that is differentiable, where actions and their bounds allow them all.
START_TEST(test_distributions)
{
    int n = 0;
    for (const rill_distribution_type *const *type = rill_distribution_type_list(); *type != NULL;
         type++) {
        if ((*type)->kind == RILL_SPACE_BOX && (*type)->pathwise != NULL) {
            char text[64];
            snprintf(text, sizeof text, "distribution=%s", (*type)->id);
            check_gradient(4, 0, text, 0, (*type)->entropy == NULL ? 0.0 : 0.1);
            n++;
        }
    }
    ck_assert_int_ge(n, 1);
}
END_TEST

/// With a horizon: each window's part of the return, from where the episode was at its beginning. The last
/// window is not full.
START_TEST(test_windows)
{
    for (int world = 0; world < (int)(sizeof worlds / sizeof worlds[0]); world++) {
        check_gradient(world, 0, of_state, 7, 0.0);
        check_gradient(world, 1, everywhere, 1, 0.2);
        check_gradient(world, 2, of_state, LENGTH + 1, 0.0);
    }
    // room for fewer steps than the horizon
    rill_env *env = make_env("lqr", "");
    static const char *const settings[] = {"horizon=5 max_steps=1000", "horizon=0 max_steps=5",
                                           "horizon=9 max_steps=5", "horizon=0"};
    double first[4];
    for (int i = 0; i < 4; i++) {
        char all[256];
        snprintf(all, sizeof all, "features=raw features.low=-5 features.high=5 %s", settings[i]);
        rill_agent *agent = make_agent("pathwise_reinforce", env, all);
        rill_env_seed(env, 1);
        rill_action action = rill_agent_start(agent, rill_env_reset(env));
        rill_outcome outcome = {0.0, false, false};
        for (int t = 0; t < 20; t++) {
            const rill_observation observation = rill_env_step(env, action, &outcome);
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        rill_agent_finish(agent, &outcome, rill_env_step(env, action, &outcome));
        first[i] = agent->actor.theta.weights[2];
        rill_agent_destroy(agent);
    }
    ck_assert(first[0] == first[1] && first[0] == first[2] && first[0] != first[3]);
    rill_env_destroy(env);
}
END_TEST

// ---- from gradients to steps ----

/// An episode of `length` steps.
static void play(rill_env *env, rill_agent *agent, int length)
{
    rill_outcome outcome;
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    for (int t = 1; t < length; t++) {
        const rill_observation observation = rill_env_step(env, action, &outcome);
        action = rill_agent_step(agent, outcome.reward, observation);
    }
    const rill_observation observation = rill_env_step(env, action, &outcome);
    rill_agent_finish(agent, &outcome, observation);
}

static const char *const plain = "features=raw features.low=-5 features.high=5 gamma=0.95";

/// The step of a batch is the mean of those of its episodes, the weights being the same; a longer one
/// than max_norm has this length, and the same direction.
START_TEST(test_batch_and_norm)
{
    enum { BATCH = 4, SIZE = 6 };
    rill_env *env = make_env("lqr", "");
    char settings[512];
    double sum[SIZE] = {0.0}, norm = 0.0, size = 0.0;
    snprintf(settings, sizeof settings, "%s alpha_theta=0.5 batch=1", plain);
    rill_agent *one = make_agent("pathwise_reinforce", env, settings);
    snprintf(settings, sizeof settings, "%s alpha_theta=0.5 batch=%d", plain, BATCH);
    rill_agent *all = make_agent("pathwise_reinforce", env, settings);
    snprintf(settings, sizeof settings, "%s alpha_theta=0.5 max_norm=0.25 batch=%d", plain, BATCH);
    rill_agent *cut = make_agent("pathwise_reinforce", env, settings);
    rill_agent *const agents[] = {one, all, cut};
    for (int i = 0; i < 3; i++) {
        rill_env_seed(env, 2);
        for (int n = 0; n < BATCH; n++) {
            double *theta = agents[i]->actor.theta.weights;
            ck_assert(theta[2] == 0.0 && theta[4] == 0.0);
            play(env, agents[i], 15);
            for (int k = 0; k < SIZE && i == 0; k++) {
                sum[k] += theta[k] / BATCH;
                theta[k] = 0.0;
            }
        }
    }
    for (int k = 0; k < SIZE; k++) {
        norm += sum[k] * sum[k];
        size += pow(cut->actor.theta.weights[k], 2.0);
    }
    ck_assert_double_gt(norm, 0.1);
    ASSERT_NEAR(sqrt(size), 0.5 * 0.25, 1e-14);
    for (int k = 0; k < SIZE; k++) {
        ASSERT_NEAR(all->actor.theta.weights[k], sum[k], 1e-12);
        ASSERT_NEAR(cut->actor.theta.weights[k], sum[k] * sqrt(size / norm), 1e-14);
    }
    ck_assert_int_eq(all->memory->update, 1);
    ck_assert_int_eq(one->memory->update, BATCH);
    for (int i = 0; i < 3; i++) {
        rill_agent_destroy(agents[i]);
    }
    rill_env_destroy(env);
}
END_TEST

// ---- two estimators of one gradient ----

#define ONE_BY_ONE "n=1 A=0.9 B=0.5 Q=1 R=0.5 noise_sd=0.1 start=1 start_range=0.5"

/// Mean and variance, over n episodes, of the gradient at theta = (-3, 0): the gain is 0.6, the standard
/// deviation of the action 0.3.
static void moments(rill_env *env, rill_agent *agent, int n, double *mean, double *variance)
{
    double sum[2] = {0.0}, squares[2] = {0.0}, *theta = agent->actor.theta.weights;
    ck_assert_int_eq(n_weights(agent), 2);
    for (int i = 0; i < n; i++) {
        theta[0] = -3.0;
        theta[1] = 0.0;
        play(env, agent, 20);
        const double g[] = {theta[0] + 3.0, theta[1]};
        for (int k = 0; k < 2; k++) {
            sum[k] += g[k];
            squares[k] += g[k] * g[k];
        }
    }
    for (int k = 0; k < 2; k++) {
        mean[k] = sum[k] / n;
        variance[k] = squares[k] / n - mean[k] * mean[k];
    }
}

/// The same mean within five standard errors, which a right estimator misses once in 2 million tries, at
/// the variance of one episode that is a fraction of the score function's. Ratios are here, with 10 %: 180
/// (gain) and 120 (deviation), and with the values of the states as a baseline 18 and 17.
START_TEST(test_score_function_and_pathwise)
{
    enum { EPISODES = 10000 };
    static const char *const policy =
        "gamma=0.95 alpha_theta=1 batch=1 distribution.std=free distribution.initial_std=0.3 ";
    rill_env *env = make_env("lqr", ONE_BY_ONE);
    char settings[3][512];
    snprintf(settings[0], sizeof settings[0],
             "%s features=raw features.low=-5 features.high=5 features.bias=false", policy);
    snprintf(settings[1], sizeof settings[1],
             "%s baseline=none features=raw features.low=-5 features.high=5 features.bias=false",
             policy);
    snprintf(settings[2], sizeof settings[2],
             "%s baseline=learned alpha_w=0.2 features=polynomial features.order=2 "
             "features.from=-1 features.low=-5 features.high=5 policy_features=raw "
             "policy_features.low=-5 policy_features.high=5 policy_features.bias=false",
             policy);
    rill_agent *values = make_agent("reinforce", env, settings[2]);
    double mean[3][2], variance[3][2];
    rill_env_seed(env, 10);
    moments(env, values, 3000, mean[2], variance[2]); // learns w
    char *alpha = strstr(settings[2], "alpha_w=0.2");
    memcpy(alpha, "alpha_w=0.0", strlen("alpha_w=0.0"));
    for (int i = 0; i < 3; i++) {
        rill_agent *agent =
            make_agent(i == 0 ? "pathwise_reinforce" : "reinforce", env, settings[i]);
        rill_agent_seed(agent, 30 + (uint64_t)i);
        if (i == 2) { // and keeps it: a baseline that hangs on the episode itself would be a bias
            memcpy(agent->value.weights, values->value.weights, 3 * sizeof(double));
        }
        rill_env_seed(env, 20 + (uint64_t)i);
        moments(env, agent, EPISODES, mean[i], variance[i]);
        rill_agent_destroy(agent);
    }
    for (int k = 0; k < 2; k++) {
        for (int i = 1; i < 3; i++) {
            const double error = sqrt((variance[0][k] + variance[i][k]) / EPISODES);
            ck_assert_msg(fabs(mean[i][k] - mean[0][k]) < 5.0 * error,
                          "weight %d: %g by the score function, %g pathwise, error %g", k,
                          mean[i][k], mean[0][k], error);
        }
        const double plain_ratio = variance[1][k] / variance[0][k];
        const double baseline_ratio = variance[2][k] / variance[0][k];
        ck_assert_msg(plain_ratio > 60.0 && baseline_ratio > 8.0,
                      "weight %d: variance ratios %g and %g", k, plain_ratio, baseline_ratio);
    }
    rill_agent_destroy(values);
    rill_env_destroy(env);
}
END_TEST

// ---- the linear-quadratic regulator ----

/// A random system of n states and m actions, as settings of `lqr`: the rows of |A| sum up to 0.95.
static void random_system(rill_rng *rng, int n, int m, char *text, size_t size)
{
    double a[9], b[6];
    size_t length = (size_t)snprintf(text, size, "n=%d m=%d A=", n, m);
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        for (int j = 0; j < n; j++) {
            a[i * n + j] = rill_rng_uniform(rng, -1.0, 1.0);
            sum += fabs(a[i * n + j]);
        }
        for (int j = 0; j < n; j++) {
            length +=
                (size_t)snprintf(text + length, size - length, "%.6g,", a[i * n + j] * 0.95 / sum);
        }
    }
    length += (size_t)snprintf(text + length - 1, size - length, " B=") - 1;
    for (int i = 0; i < n * m; i++) {
        b[i] = rill_rng_uniform(rng, -1.0, 1.0);
        length += (size_t)snprintf(text + length, size - length, "%.6g,", b[i]);
    }
    static const char *const unit[] = {"1", "1,0,0,1", "1,0,0,0,1,0,0,0,1"};
    snprintf(text + length - 1, size - length, " Q=%s R=%s", unit[n - 1],
             m == 1 ? "0.5" : "0.5,0.1,0.1,0.3");
}

/// The greatest error of the gains, -d action / d state, and of the action at rest, relative to the
/// greatest gain.
static double gain_error(const rill_env *env, const rill_agent *agent, double gamma)
{
    rill_error error = {0};
    rill_lqr problem;
    double P[9], K[6], at_rest[2], furthest = 0.0, greatest = 0.0;
    ASSERT_OK(rill_lqr_of_env(env, &problem, &error), &error);
    ASSERT_OK(rill_riccati_solve(&problem, gamma, P, K, &error), &error);
    for (int32_t j = -1; j < problem.n; j++) {
        float state[3] = {0.0f};
        if (j >= 0) {
            state[j] = 1.0f;
        }
        const float *u = rill_agent_act_greedily(agent, (rill_observation){.box = state}).box;
        for (int32_t k = 0; k < problem.m; k++) {
            const double expected = j < 0 ? 0.0 : K[k * problem.n + j];
            at_rest[k] = j < 0 ? (double)u[k] : at_rest[k];
            const double gain = j < 0 ? at_rest[k] : at_rest[k] - (double)u[k];
            ck_assert(isfinite(gain));
            furthest = fmax(furthest, fabs(gain - expected));
            greatest = fmax(greatest, fabs(expected));
        }
    }
    return furthest / greatest;
}

static void check_riccati(rill_rng *rng, int n, int m, const char *map)
{
    char system[512], settings[512];
    random_system(rng, n, m, system, sizeof system);
    rill_env *env = make_env("lqr", system);
    snprintf(settings, sizeof settings,
             "%s gamma=0.9 batch=4 distribution.std=free "
             " distribution.initial_std=0.1",
             map);
    rill_agent *agent = make_agent("pathwise_reinforce", env, settings);
    rill_agent_seed(agent, 40);
    rill_env_seed(env, 41);
    for (int i = 0; i < 8000; i++) {
        play(env, agent, 60);
    }
    ck_assert_double_lt(gain_error(env, agent, 0.9), 0.01);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

/// On systems that were drawn for it.
START_TEST(test_finds_the_riccati_gain)
{
    rill_rng rng;
    rill_rng_seed(&rng, 50);
    for (int n = 1; n <= 3; n++) {
        for (int m = 1; m <= 2; m++) {
            check_riccati(&rng, n, m,
                          "features=raw features.bias=false features.low=-5 features.high=5 "
                          "alpha_theta=1");
        }
        check_riccati(&rng, n, 1,
                      "features=polynomial features.order=1 features.form=total_degree "
                      "features.from=-1 features.low=-2 features.high=2 alpha_theta=0.02");
    }
}
END_TEST

/// The score function's way to the same gain, on a system of one state and with 40,000 episodes. The error
/// goes on to scatter, with a standard deviation of 0.007. Exploration has a bound: the variance grows
/// without one as the standard deviation falls.
START_TEST(test_reinforce_finds_it_too)
{
    rill_env *env = make_env("lqr", ONE_BY_ONE);
    rill_agent *agent = make_agent(
        "reinforce", env,
        "gamma=0.9 features=polynomial features.order=2 features.from=-1 features.low=-3 "
        "features.high=3 policy_features=raw policy_features.bias=false policy_features.low=-5 "
        "policy_features.high=5 distribution.std=free distribution.initial_std=0.3 distribution.min_log_std=-1.3 batch=20 "
        "alpha_w=0.05 alpha_theta=0.1");
    rill_agent_seed(agent, 60);
    rill_env_seed(env, 61);
    for (int i = 0; i < 40000; i++) {
        play(env, agent, 30);
    }
    ck_assert_double_lt(gain_error(env, agent, 0.9), 0.03);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_gradient_of_an_episode, test_distributions, test_windows, test_batch_and_norm,
          test_score_function_and_pathwise, test_finds_the_riccati_gain,
          test_reinforce_finds_it_too)
