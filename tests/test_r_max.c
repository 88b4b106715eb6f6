// R-max against the exact solution of the world that it imagines, against numbers by hand, and
// upstream in the river.
#include "tests/td_reference.h"

#include <rill/solve.h>

enum { STATES = 50, ACTIONS = 4, M = 5, END = STATES, OUTCOMES = STATES + 1 };

/// What was seen in the first M tries of each pair: number and rewards by next state, END included.
typedef struct tally {
    int n_tries[STATES][ACTIONS];
    double n[STATES][ACTIONS][OUTCOMES];
    double reward[STATES][ACTIONS];
} tally;

static void count(tally *seen, int32_t s, int32_t a, const rill_outcome *outcome, int32_t next)
{
    if (seen->n_tries[s][a] < M) {
        seen->n_tries[s][a]++;
        seen->n[s][a][outcome->terminated ? END : next] += 1.0;
        seen->reward[s][a] += outcome->reward;
    }
}

/// The world that R-max imagines as a model: what is known has the mean reward and the frequencies,
/// what is not known stays in its state for ever and is paid the greatest reward; and its exact values.
static rill_solution *imagine(const tally *seen, int32_t n_states, int32_t n_actions, double gamma,
                              double r_max)
{
    rill_model_builder *builder = rill_model_builder_create();
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    rill_error error = {0};
    // the states, and one more for what is not known
    ck_assert_int_eq(rill_model_begin(builder, n_states + 1, n_actions), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (int32_t s = 0; s <= n_states; s++) {
        for (int32_t a = 0; a < n_actions; a++) {
            if (s == n_states || seen->n_tries[s][a] < M) {
                ck_assert_int_eq(rill_model_add(builder, s, a, 1.0, n_states, r_max, false),
                                 RILL_OK);
                continue;
            }
            for (int32_t next = 0; next < OUTCOMES; next++) {
                const double p = seen->n[s][a][next] / M;
                const bool is_end = next == END;
                if (p > 0.0) {
                    ck_assert_int_eq(rill_model_add(builder, s, a, p, is_end ? 0 : next,
                                                    seen->reward[s][a] / M, is_end),
                                     RILL_OK);
                }
            }
        }
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    ASSERT_OK(rill_solve_optimal(model, gamma, &solution, &error), &error);
    rill_model_builder_destroy(builder);
    rill_model_destroy(model);
    return solution;
}

/// Q is the exact solution of that world, to within rounding, whenever it is looked at.
static void check(const char *env_id, const char *assignment, int64_t max_episode_steps,
                  const char *r_max, double gamma)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    const rill_env_type *type = rill_env_type_find(env_id, NULL, &error);
    void *env_params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_params_assign(type->params, env_params, assignment, &error), &error);
    ASSERT_OK(rill_env_create_from(&env, type, env_params, max_episode_steps, &error), &error);
    char gamma_text[32];
    snprintf(gamma_text, sizeof gamma_text, "gamma=%g", gamma);
    const char *const assignments[] = {gamma_text, r_max, "known_after=5", "tolerance=0", NULL};
    ASSERT_OK(rill_agent_create(&agent, "r_max", env, assignments, &error), &error);
    const double greatest = atof(strchr(r_max, '=') + 1);
    const int32_t n_states = env->observation_space.size, n_actions = env->action_space.size;
    tally *seen = calloc(1, sizeof *seen);

    rill_env_seed(env, 3);
    rill_agent_seed(agent, 4);
    int32_t state = rill_env_reset(env).index, n_cut = 0;
    rill_action action = rill_agent_start(agent, (rill_observation){.index = state});
    for (int t = 1; t <= 3000; t++) {
        rill_outcome outcome;
        const rill_observation next = rill_env_step(env, action, &outcome);
        count(seen, state, action.index, &outcome, next.index);
        state = next.index;
        if (rill_outcome_is_last(&outcome)) {
            n_cut += !outcome.terminated;
            rill_agent_finish(agent, &outcome, next);
            state = rill_env_reset(env).index;
            action = rill_agent_start(agent, (rill_observation){.index = state});
        } else {
            action = rill_agent_step(agent, outcome.reward, next);
        }
        if (t == 10 || t == 100 || t % 500 == 0) {
            rill_solution *exact = imagine(seen, n_states, n_actions, gamma, greatest);
            for (int32_t i = 0; i < n_states * n_actions; i++) {
                const double tolerance = 1e-11 * fmax(fabs(greatest) / (1.0 - gamma), 1.0);
                ASSERT_NEAR(agent->value.weights[i], exact->q[i], tolerance);
            }
            rill_solution_destroy(exact);
        }
    }
    ASSERT_FOR(env_id, (n_cut > 0) == (max_episode_steps > 0));
    free(seen);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_solves_the_imagined_world)
{
    check("river_swim", "n_states=6", 0, "r_max=10000", 0.95);
    check("river_swim", "n_states=9", 50, "r_max=10000", 0.8);
    check("cliff_walking", "is_slippery=true", 60, "r_max=0", 0.95);
    check("random_walk", "max_jump=3", 0, "r_max=2", 0.9);
    check("river_swim", "n_states=4", 0, "r_max=-3", 0.9); // too low a bound is the user's affair
}
END_TEST

/// Optimistic until exactly m tries; later ones teach nothing.
START_TEST(test_known_by_hand)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {"gamma=0.5", "r_max=8", "known_after=2", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "r_max", env, assignments, &error), &error);
    for (uint64_t seed = 0; seed < 20; seed++) {
        rill_agent_seed(agent, seed);
        const double *q7 = rill_linear_row(&agent->value, 7);
        int n_tries[4] = {0};
        for (int i = 0; i < 8; i++) {
            const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
            ck_assert_int_lt(n_tries[a], 2); // acts greedily, and what is known is worth less
            n_tries[a]++;
            for (int b = 0; b < 4; b++) {
                ck_assert(q7[b] == (n_tries[b] - (b == a) < 2 ? 16.0 : 8.0));
            }
            // once to 8, cut off there, which is worth 16; once to the end, worth 0
            const rill_outcome outcome = {n_tries[a] == 1 ? 2.0 : 6.0, n_tries[a] == 2, true};
            rill_agent_finish(agent, &outcome, (rill_observation){.index = 8});
            // (2 + 6) / 2 + 0.5 (16 + 0) / 2
            ck_assert(q7[a] == (n_tries[a] == 2 ? 8.0 : 16.0));
        }
        ck_assert_int_eq(agent->memory->update, 1 + 1 + 2 + 2 + 3 + 3 + 4 + 4); // two sweeps each
        rill_agent_start(agent, (rill_observation){.index = 7});
        rill_agent_finish(agent, &(rill_outcome){-1000.0, true, false},
                          (rill_observation){.index = 8});
        for (int b = 0; b < 4; b++) {
            ck_assert(q7[b] == 8.0);
        }
        ck_assert_int_eq(agent->memory->update, 20);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// Seeds of which the greedy policy goes upstream everywhere after n steps in the river.
static int n_upstream(const char *agent_id, const char *const *assignments, int n_steps)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "river_swim", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, agent_id, env, assignments, &error), &error);
    int n = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        rill_env_seed(env, seed);
        rill_agent_seed(agent, seed);
        rill_action action = rill_agent_start(agent, rill_env_reset(env));
        for (int t = 0; t < n_steps; t++) {
            td_agent_step(agent, env, &action);
        }
        int n_right = 0;
        for (int32_t s = 0; s < env->observation_space.size; s++) {
            n_right += rill_agent_act_greedily(agent, (rill_observation){.index = s}).index;
        }
        n += n_right == env->observation_space.size;
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    return n;
}

START_TEST(test_swims_upstream)
{
    static const char *const r_max[] = {"gamma=0.95", "r_max=10000", "known_after=16", NULL};
    static const char *const q_learning[] = {"gamma=0.95", "alpha=0.1", "policy.epsilon=0.1", NULL};
    ck_assert_int_ge(n_upstream("r_max", r_max, 2000), 19);
    ck_assert_int_le(n_upstream("q_learning", q_learning, 2000), 1);
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "river_swim", NULL, &error), &error);
    const char *const assignments[] = {"gamma=1", NULL};
    ASSERT_REFUSED(rill_agent_create(&agent, "r_max", env, assignments, &error), &error,
                   "params.gamma", "must be below 1");
    rill_env_destroy(env);

    rill_agent_config config = {.type = rill_agent_type_find("r_max", &error)};
    const rill_param *known_after = rill_param_find(config.type->params, "known_after", &error);
    config.params = rill_params_create(config.type->params, config.type->params_size);
    ASSERT_OK(rill_param_set_number(known_after, config.params, 1e9, &error), &error);
    ASSERT_REFUSED(rill_agent_create_from(&agent, &config, rill_space_discrete(20000),
                                          rill_space_discrete(4), &error),
                   &error, "params.known_after",
                   "80000 pairs of state and action with up to 20001 successors each would need "
                   "11.9 GiB, allowed is 1");
    // as many successors as states are enough
    config.params = rill_params_create(config.type->params, config.type->params_size);
    ASSERT_OK(rill_param_set_number(known_after, config.params, 1e9, &error), &error);
    ASSERT_OK(rill_agent_create_from(&agent, &config, rill_space_discrete(6),
                                     rill_space_discrete(2), &error),
              &error);
    ck_assert_uint_lt(agent->memory_size, 4000);
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_solves_the_imagined_world, test_known_by_hand, test_swims_upstream, test_refusals)
