// Evolution strategies: candidate after candidate against the method written out, on the same stream of
// random numbers; the estimate of the gradient against the gradient, where returns are quadratic; and
// on LQR, where the best policy is known.
#include "tests/direct_search.h"

enum { MAX_WEIGHTS = 4, MAX_POPULATION = 8, EPISODES = 2 };

/// The mean rank of a return among n, from -1/2 to 1/2, by sorting.
static double centred_rank(const double *returns, int n, int i)
{
    int first = 0, count = 0; // how many are less, and how many equal
    for (int k = 0; k < n; k++) {
        first += returns[k] < returns[i];
        count += returns[k] == returns[i];
    }
    double sum = 0.0;
    for (int rank = first; rank < first + count; rank++) {
        sum += rank;
    }
    return sum / count / (n - 1) - 0.5;
}

static void check_written_out(int population, bool is_mirrored, bool is_ranked,
                              const char *deterministic)
{
    const double sigma = 0.3, alpha = 0.5, decay = 0.2;
    char settings[256];
    snprintf(settings, sizeof settings,
             "population=%d episodes=%d sigma=0.3 alpha_theta=0.5 weight_decay=0.2 gamma=0.9 "
             "initial_theta=-1,0.25 mirrored=%s shaping=%s %s",
             population, EPISODES, is_mirrored ? "true" : "false",
             is_ranked ? "centred_ranks" : "none", deterministic);
    rill_env *env = search_env("", 12);
    rill_agent *agent = search_agent("evolution_strategies", env, settings);
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    rill_agent_begin(agent, &rng);
    rill_env_seed(env, 4);
    double theta[MAX_WEIGHTS] = {-1.0, 0.25, -1.0, 0.25};
    for (int generation = 0; generation < 10; generation++) {
        double e[MAX_POPULATION][MAX_WEIGHTS], returns[MAX_POPULATION] = {0.0};
        for (int i = 0; i < population; i++) {
            for (int j = 0; j < MAX_WEIGHTS; j++) {
                const bool is_other_side = is_mirrored && i % 2 == 1;
                e[i][j] = is_other_side ? -e[i - 1][j] : rill_rng_standard_normal(&rng);
                ASSERT_NEAR(agent->actor.theta.weights[j], theta[j] + sigma * e[i][j], 1e-11);
                ASSERT_NEAR(agent->type->learned_theta(agent)[j], theta[j], 1e-11);
            }
            for (int episode = 0; episode < EPISODES; episode++) {
                rill_outcome outcome;
                rill_observation observation;
                returns[i] += search_play(env, agent, 0.9, &outcome, &observation) / EPISODES;
                rng = agent->memory->rng; // actions may have drawn from it
                rill_agent_finish(agent, &outcome, observation);
            }
        }
        for (int j = 0; j < MAX_WEIGHTS; j++) {
            double g = 0.0;
            for (int i = 0; i < population; i++) {
                const double f = is_ranked ? centred_rank(returns, population, i) : returns[i];
                g += f * e[i][j] / (population * sigma);
            }
            theta[j] += alpha * (g - decay * theta[j]);
        }
        ck_assert_int_eq(agent->memory->update, generation + 1);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_written_out)
{
    check_written_out(8, true, true, "deterministic=true");
    check_written_out(6, true, false, "deterministic=false");
    check_written_out(7, false, true, "deterministic=false");
    check_written_out(5, false, false, "deterministic=true");
}
END_TEST

/// Equals share the mean of their ranks: pairs of equal returns move nothing.
START_TEST(test_equal_returns)
{
    rill_env *env = search_env("n=1 m=1 A=0.5 B=1 Q=1 R=0.1", 1);
    rill_agent *agent = search_agent("evolution_strategies", env, "population=4 initial_theta=1,0");
    const float seen[] = {0.0f};
    const rill_observation observation = {.box = seen};
    static const double rewards[2][4] = {{2.0, 2.0, 1.0, 1.0}, {2.0, 1.0, 1.0, 1.0}};
    for (int generation = 0; generation < 2; generation++) {
        double first = 0.0;
        for (int i = 0; i < 4; i++) {
            const rill_outcome outcome = {rewards[generation][i], true, false};
            first = i == 0 ? (agent->actor.theta.weights[0] - 1.0) / 0.1 : first; // e_0
            rill_agent_start(agent, observation);
            rill_agent_finish(agent, &outcome, observation);
        }
        // ranks 3, 1, 1, 1 of 0 to 3
        const double g = generation == 0 ? 0.0 : (1.0 - 1.0 / 3.0) * first / (4 * 0.1);
        ASSERT_NEAR(agent->type->learned_theta(agent)[0], 1.0 + 0.01 * g, 1e-14);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// Episodes of one step, x uniform in a box about (1, -0.5), u = theta' x / 4: the return -(x'Q x + R u^2) is
/// quadratic in theta, so that smoothing does not change the gradient of its mean,
///     -2 R E[x x'] theta / 16,  E[x x'] = c c' + I / 12.
/// The mean of the estimates is right within five standard errors, of four numbers, which a right one
/// misses once in 400,000 tries. Mirrored noise has a fraction of the variance: what is cancelled is Q.
START_TEST(test_gradient_is_unbiased)
{
    enum { GENERATIONS = 20000, WEIGHTS = 2 };
    const double centre[] = {1.0, -0.5}, R = 0.7;
    double variances[2];
    for (int is_mirrored = 0; is_mirrored < 2; is_mirrored++) {
        char settings[256];
        snprintf(settings, sizeof settings,
                 "population=4 sigma=0.5 alpha_theta=0.001 shaping=none mirrored=%s "
                 "initial_theta=3,0",
                 is_mirrored ? "true" : "false");
        rill_env *env = search_env("start=1,-0.5 start_range=0.5 R=0.7", 1);
        rill_agent *agent = search_agent("evolution_strategies", env, settings);
        const double *theta = agent->type->learned_theta(agent);
        double sum[WEIGHTS] = {0.0}, squares[WEIGHTS] = {0.0};
        for (int generation = 0; generation < GENERATIONS; generation++) {
            // (2, 2): the weights of the mean, then of log sigma, for each feature
            const double before[] = {theta[0], theta[2]};
            for (int i = 0; i < 4; i++) {
                rill_outcome outcome;
                rill_observation observation;
                search_play(env, agent, 1.0, &outcome, &observation);
                rill_agent_finish(agent, &outcome, observation);
            }
            for (int j = 0; j < WEIGHTS; j++) {
                double exact = 0.0;
                for (int k = 0; k < WEIGHTS; k++) {
                    const double moment = centre[j] * centre[k] + (j == k ? 1.0 / 12.0 : 0.0);
                    exact -= 2.0 * R * moment * before[k] / 16.0;
                }
                const double error = (theta[2 * j] - before[j]) / 0.001 - exact;
                sum[j] += error;
                squares[j] += error * error;
            }
        }
        for (int j = 0; j < WEIGHTS; j++) {
            const double mean = sum[j] / GENERATIONS, variance = squares[j] / GENERATIONS;
            ck_assert_msg(fabs(mean) < 5.0 * sqrt(variance / GENERATIONS),
                          "weight %d: off by %g, with a standard error of %g", j, mean,
                          sqrt(variance / GENERATIONS));
            variances[is_mirrored] = variance;
        }
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
    ck_assert_double_lt(variances[1], 0.5 * variances[0]);
}
END_TEST

START_TEST(test_finds_the_riccati_gain)
{
    static const char *const settings[] = {"", "deterministic=false episodes=2 sigma=0.3",
                                           "shaping=none alpha_theta=2"};
    for (int i = 0; i < 3; i++) {
        char all[256];
        snprintf(all, sizeof all, "gamma=0.9 population=20 sigma=0.2 alpha_theta=0.1 %s",
                 settings[i]);
        rill_env *env =
            search_env("n=1 m=1 A=0.9 B=0.5 Q=1 R=0.5 noise_sd=0.005 start=1 start_range=0", 60);
        rill_agent *agent = search_agent("evolution_strategies", env, all);
        rill_env_seed(env, 5);
        for (int episode = 0; episode < 8000; episode++) {
            rill_outcome outcome;
            rill_observation observation;
            search_play(env, agent, 0.9, &outcome, &observation);
            rill_agent_finish(agent, &outcome, observation);
        }
        ck_assert_double_lt(search_gain_error(env, agent, 0.9), 0.05);
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_odd_population)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "cartpole", NULL, &error), &error);
    const char *assignments[] = {"features=tile_coding", "features.low=-4", "features.high=4",
                                 "population=5",         "mirrored=true",   NULL};
    ASSERT_REFUSED(rill_agent_create(&agent, "evolution_strategies", env, assignments, &error),
                   &error, "params.population", "5 candidates do not come in pairs");
    assignments[4] = "mirrored=false";
    ASSERT_OK(rill_agent_create(&agent, "evolution_strategies", env, assignments, &error), &error);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_written_out, test_equal_returns, test_gradient_is_unbiased,
          test_finds_the_riccati_gain, test_odd_population)
