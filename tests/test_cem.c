// The cross-entropy method: candidate after candidate against the method written out, on the same stream
// of random numbers; and on LQR, where the best policy is known.
#include "tests/direct_search.h"

enum { WEIGHTS = 4, POPULATION = 9, EPISODES = 2 };

/// The distribution and the generation so far, as the papers have them.
typedef struct naive {
    double mu[WEIGHTS], sigma[WEIGHTS];
    double theta[POPULATION][WEIGHTS], returns[POPULATION];
    double best[POPULATION]; ///< returns of the elite, of the last generation
} naive;

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/// mu and sigma of the n_elite candidates of the greatest returns, whose number is known to be right as
/// returns differ.
static void naive_fit(naive *n, int n_elite, double noise)
{
    double sorted[POPULATION];
    memcpy(sorted, n->returns, sizeof sorted);
    qsort(sorted, POPULATION, sizeof sorted[0], descending);
    ck_assert(sorted[n_elite - 1] > sorted[n_elite]);
    for (int j = 0; j < WEIGHTS; j++) {
        double sum = 0.0, squares = 0.0;
        for (int i = 0; i < POPULATION; i++) {
            if (n->returns[i] >= sorted[n_elite - 1]) {
                sum += n->theta[i][j];
                squares += n->theta[i][j] * n->theta[i][j];
            }
        }
        n->mu[j] = sum / n_elite;
        n->sigma[j] = sqrt(squares / n_elite - n->mu[j] * n->mu[j] + noise * noise);
    }
}

static void check_written_out(const char *deterministic, double elite, int n_elite)
{
    char settings[256];
    snprintf(settings, sizeof settings,
             "population=%d episodes=%d elite=%g initial_theta_sd=0.7 gamma=0.9 "
             "initial_theta=-1,0.25 %s",
             POPULATION, EPISODES, elite, deterministic);
    rill_env *env = search_env("", 12);
    rill_agent *agent = search_agent("cem", env, settings);
    rill_error error = {0};
    const rill_param *row = rill_param_find(agent->type->params, "noise", &error);
    rill_schedule *noise = (rill_schedule *)((char *)agent->params + row->offset);
    *noise = (rill_schedule){.kind = RILL_SCHEDULE_LINEAR, .from = 0.4, .to = 0.1, .over = 6.0};
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    rill_agent_begin(agent, &rng);
    rill_env_seed(env, 4);
    naive n = {.mu = {-1.0, 0.25, -1.0, 0.25}, .sigma = {0.7, 0.7, 0.7, 0.7}};
    for (int generation = 0; generation < 10; generation++) {
        for (int i = 0; i < POPULATION; i++) {
            for (int j = 0; j < WEIGHTS; j++) {
                n.theta[i][j] = n.mu[j] + n.sigma[j] * rill_rng_standard_normal(&rng);
                ASSERT_NEAR(agent->actor.theta.weights[j], n.theta[i][j], 1e-12);
                // what is learned stays, while candidates act
                ASSERT_NEAR(agent->type->learned_theta(agent)[j], n.mu[j], 1e-13);
            }
            n.returns[i] = 0.0;
            for (int episode = 0; episode < EPISODES; episode++) {
                rill_outcome outcome;
                rill_observation observation;
                n.returns[i] += search_play(env, agent, 0.9, &outcome, &observation) / EPISODES;
                rng = agent->memory->rng; // actions may have drawn from it
                rill_agent_finish(agent, &outcome, observation);
            }
        }
        naive_fit(&n, n_elite, 0.4 - 0.3 * fmin(generation / 6.0, 1.0));
        ck_assert_int_eq(agent->memory->update, generation + 1);
        const float o[] = {1.0f, -0.5f};
        const rill_action greedy = rill_agent_act_greedily(agent, (rill_observation){.box = o});
        ASSERT_NEAR(greedy.box[0], 0.25 * n.mu[0] - 0.125 * n.mu[2], 1e-6);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_written_out)
{
    check_written_out("deterministic=true", 0.3, 3); // of 2.7
    check_written_out("deterministic=false", 0.5, 5);
    check_written_out("deterministic=false", 0.05, 1); // at least one
}
END_TEST

/// Equal returns: the first ones are the elite. Returns that are no numbers never are, where others are.
START_TEST(test_equal_and_no_numbers)
{
    rill_env *env = search_env("n=1 m=1 A=0.5 B=1 Q=1 R=0.1", 1);
    rill_agent *agent = search_agent("cem", env, "population=4 elite=0.5");
    const float seen[] = {0.0f};
    const rill_observation observation = {.box = seen};
    const double rewards[2][4] = {{1.0, 1.0, 1.0, 1.0}, {(double)NAN, 5.0, (double)-INFINITY, 4.0}};
    static const int elite[2][2] = {{0, 1}, {1, 3}};
    for (int generation = 0; generation < 2; generation++) {
        double first[4];
        for (int i = 0; i < 4; i++) {
            const rill_outcome outcome = {rewards[generation][i], true, false};
            first[i] = agent->actor.theta.weights[0];
            rill_agent_start(agent, observation);
            rill_agent_finish(agent, &outcome, observation);
        }
        ASSERT_NEAR(agent->type->learned_theta(agent)[0],
                    0.5 * (first[elite[generation][0]] + first[elite[generation][1]]), 1e-15);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_finds_the_riccati_gain)
{
    static const char *const settings[] = {"deterministic=true", "deterministic=false episodes=4"};
    for (int i = 0; i < 2; i++) {
        char all[256];
        snprintf(all, sizeof all,
                 "gamma=0.9 population=40 elite=0.25 initial_theta_sd=4 noise=0.02 %s",
                 settings[i]);
        rill_env *env =
            search_env("n=1 m=1 A=0.9 B=0.5 Q=1 R=0.5 noise_sd=0.005 start=1 start_range=0", 60);
        rill_agent *agent = search_agent("cem", env, all);
        rill_env_seed(env, 5);
        for (int episode = 0; episode < (i == 0 ? 1600 : 6400); episode++) {
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

TEST_MAIN(test_written_out, test_equal_and_no_numbers, test_finds_the_riccati_gain)
