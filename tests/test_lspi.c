// Least-squares policy iteration: each evaluation against the system that it solves, solved by GSL, and
// tables against policy iteration on the frequencies of the samples.
#include "tests/linear_world.h"

#include <gsl/gsl_linalg.h>

typedef struct sample {
    int32_t state, action, next;
    double reward;
    bool terminated;
} sample;

enum { SAMPLES = 20000, PAIRS = LINEAR_FEATURES * LINEAR_ACTIONS };
static sample samples[SAMPLES];

// ---- one evaluation ----

static const features_of maps[] = {
    {.id = "tile_coding", .settings = "tilings=4 tiles=3"},
    {.id = "fourier", .settings = "order=3"}, // its step scales do not matter
    {.id = "polynomial", .settings = "order=2 from=-1"},
    {.id = "rbf", .settings = "centres=4"},
    {.id = "state_aggregation", .settings = "groups=4 low=1 high=9"},
    {.id = "one_hot", .settings = ""},
};
enum { MAPS = sizeof maps / sizeof maps[0] };

/// The action of the greatest w.x(s,a), of equals the lowest.
static int32_t greedy_in(const linear_world *w, const double *weights, int32_t state)
{
    double q[LINEAR_ACTIONS] = {0.0};
    for (int32_t i = 0; i < w->n_features; i++) {
        for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
            q[a] += w->x[state][i] * weights[i * LINEAR_ACTIONS + a];
        }
    }
    return q[1] > q[0] ? 1 : 0;
}

/// A = epsilon I + sum x(s,a) [x(s,a) - gamma x(s', pi(s'))]^T,   b = sum r x(s,a),   w = A^-1 b:
/// of the samples from `first` on, with pi greedy in `weights`, in whose place w comes.
static void reference_lstdq(const linear_world *w, double epsilon, int first, int end,
                            double *weights)
{
    static double a[PAIRS * PAIRS], b[PAIRS];
    const int32_t n = w->n_features * LINEAR_ACTIONS;
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    for (int32_t i = 0; i < n; i++) {
        a[i * n + i] = epsilon;
    }
    for (int k = first; k < end; k++) {
        const sample *t = &samples[k];
        double d[PAIRS] = {0.0};
        const int32_t best = greedy_in(w, weights, t->next);
        for (int32_t i = 0; i < w->n_features; i++) {
            d[i * LINEAR_ACTIONS + t->action] += w->x[t->state][i];
            d[i * LINEAR_ACTIONS + best] -= t->terminated ? 0.0 : w->gamma * w->x[t->next][i];
        }
        for (int32_t i = 0; i < w->n_features; i++) {
            const int32_t row = i * LINEAR_ACTIONS + t->action;
            b[row] += t->reward * w->x[t->state][i];
            for (int32_t j = 0; j < n; j++) {
                a[row * n + j] += w->x[t->state][i] * d[j];
            }
        }
    }
    gsl_matrix_view m = gsl_matrix_view_array(a, (size_t)n, (size_t)n);
    gsl_vector_view right = gsl_vector_view_array(b, (size_t)n);
    gsl_vector_view left = gsl_vector_view_array(weights, (size_t)n);
    gsl_permutation *p = gsl_permutation_alloc((size_t)n);
    int sign;
    gsl_linalg_LU_decomp(&m.matrix, p, &sign);
    gsl_linalg_LU_solve(&m.matrix, p, &right.vector, &left.vector);
    gsl_permutation_free(p);
}

/// One step of the world, by which the agent learns; answers its next action. `age` counts the steps
/// of the episode, which is cut off after `max_steps`.
static rill_action follow(linear_world *w, rill_agent *agent, rill_action action, sample *t,
                          int64_t *age)
{
    const rill_transition *outcome = linear_draw(w, t->state, action.index);
    t->action = action.index;
    t->reward = outcome->reward;
    t->next = outcome->next;
    t->terminated = outcome->terminated;
    const bool is_cut = ++*age == w->max_steps;
    const rill_observation observation = {.index = t->next};
    if (!t->terminated && !is_cut) {
        return rill_agent_step(agent, t->reward, observation);
    }
    const rill_outcome end = {t->reward, t->terminated, is_cut};
    rill_agent_finish(agent, &end, observation);
    *age = 0;
    return action;
}

/// Every improvement makes w the solution for the last 60 samples, the agent's own oldest ones being
/// forgotten; with episodes of both ends, and some of one step, which hold the most states.
START_TEST(test_each_evaluation)
{
    enum { KEPT = 60, EVERY = 25, N = 1500 };
    for (int i = 0; i < 2 * MAPS; i++) {
        linear_world w = linear_walk("n_states=9", 0.9, maps[i / 2]);
        w.max_steps = i % 2 == 0 ? 7 : 1;
        rill_agent *agent = linear_agent_in(
            &w, "lspi", "epsilon=0.1 max_samples=60 every=25 max_iterations=1 tolerance=0");
        const int32_t n = w.n_features * LINEAR_ACTIONS;
        double weights[PAIRS] = {0.0};
        int n_terminated = 0, n_cut = 0;
        int64_t age = 0;
        rill_action action = {.index = 0};
        for (int k = 0; k < N; k++) {
            sample *t = &samples[k];
            t->state = age == 0 ? linear_draw_start(&w) : samples[k - 1].next;
            if (age == 0) { // from anywhere, so that the ends are met
                t->state = 1 + (int32_t)rill_rng_integers(&w.rng, 9);
                action = rill_agent_start(agent, (rill_observation){.index = t->state});
            }
            action = follow(&w, agent, action, t, &age);
            n_terminated += t->terminated;
            n_cut += !t->terminated && age == 0;
            if ((k + 1) % EVERY == 0) {
                double before[PAIRS], change = 0.0;
                memcpy(before, weights, sizeof before);
                reference_lstdq(&w, 0.1, k + 1 > KEPT ? k + 1 - KEPT : 0, k + 1, weights);
                for (int32_t j = 0; j < n; j++) {
                    ASSERT_NEAR(agent->value.weights[j], weights[j],
                                1e-9 * fmax(1.0, fabs(weights[j])));
                    change = fmax(change, fabs(weights[j] - before[j]));
                }
                ASSERT_NEAR(agent->memory->td_error, change, 1e-8 * fmax(1.0, change));
                memcpy(weights, agent->value.weights, (size_t)n * sizeof *weights);
            }
            ck_assert_int_eq(agent->memory->update, (k + 1) / EVERY);
        }
        ck_assert(n_terminated > 20 && n_cut > 20);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}
END_TEST

START_TEST(test_updates_by_hand)
{
    // a table: A starts as I, so that a visit that ends with reward 6 makes 6 / 2
    linear_world w = linear_random(2, 0.5, (features_of){.id = "one_hot", .settings = ""});
    rill_agent *agent = linear_agent_in(&w, "lspi", "epsilon=1 every=1 max_iterations=9");
    const double *q = agent->value.weights;
    const rill_outcome end = {6.0, true, true}, cut = {-2.0, false, true};
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 0}).index;
    rill_agent_finish(agent, &end, (rill_observation){.index = 1});
    ASSERT_NEAR(q[a], 3.0, 1e-14);
    ck_assert(q[1 - a] == 0.0 && q[2] == 0.0 && q[3] == 0.0);
    ck_assert(agent->memory->update == 2 && agent->memory->td_error == 0.0);
    // cut off in 0, whose best action is worth 3: 2 q(1,b) - 0.5 3 = -2
    const int32_t b = rill_agent_start(agent, (rill_observation){.index = 1}).index;
    rill_agent_finish(agent, &cut, (rill_observation){.index = 0});
    ASSERT_NEAR(q[a], 3.0, 1e-14);
    ASSERT_NEAR(q[2 + b], -0.25, 1e-14);
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

// ---- tables: policy iteration on the frequencies of the samples ----

/// The model of what was seen, with the actions of `like`; those never taken end at once for nothing.
static rill_model *empirical_model(const rill_model *like, int n)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    rill_model_begin(builder, like->n_states, like->n_actions);
    rill_model_add_start(builder, samples[0].state, 1.0);
    for (int32_t s = 0; s < like->n_states; s++) {
        for (int32_t a = 0; a < like->n_actions; a++) {
            int count = 0;
            for (int k = 0; k < n; k++) {
                count += samples[k].state == s && samples[k].action == a;
            }
            ck_assert(count == 0 || rill_model_is_available(like, s, a));
            if (count == 0 && rill_model_is_available(like, s, a)) {
                rill_model_add(builder, s, a, 1.0, s, 0.0, true);
            }
            for (int k = 0; k < n && count > 0; k++) {
                const sample *t = &samples[k];
                if (t->state == s && t->action == a) {
                    rill_model_add(builder, s, a, 1.0 / count, t->next, t->reward, t->terminated);
                }
            }
        }
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return model;
}

/// Plays n steps of the environment into `samples`, the agent's last improvement after the last.
static void play(rill_env *env, rill_agent *agent, int n)
{
    rill_outcome outcome = {0};
    rill_env_seed(env, 5);
    rill_observation observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, observation);
    for (int k = 0; k < n; k++) {
        sample *t = &samples[k];
        *t = (sample){.state = observation.index, .action = action.index};
        observation = rill_env_step(env, action, &outcome);
        t->next = observation.index;
        t->reward = outcome.reward;
        t->terminated = outcome.terminated;
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
            observation = rill_env_reset(env);
            action = rill_agent_start(agent, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
    }
}

typedef struct table_case {
    const char *env, *assignment, *policy;
    int n_steps;
} table_case;

static const table_case tables[] = {
    {"cliff_walking", NULL, "policy=uniform", 5000},
    {"cliff_walking", "is_slippery=true", "policy.epsilon=0.5", 5000},
    {"gambler", "goal=12", "policy=uniform", 2000},
    {"gambler", "goal=25", "policy.epsilon=0.3", 5000},
    {"random_walk", "n_states=7", "policy=uniform", 500},
};

/// Q is the optimal one of the model that the samples make, within what epsilon takes; the greedy
/// policy is its optimal policy; actions that do not exist stay marked. Steps cost 1, so that an action
/// that lost its mark, and is worth 0, would be the best one.
START_TEST(test_tables_are_solved)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        const table_case *c = &tables[i];
        const char *const assignments[] = {c->assignment, NULL}, *const cost[] = {"step=-1", NULL};
        char every[32];
        snprintf(every, sizeof every, "every=%d", c->n_steps / 5);
        const char *const settings[] = {
            "gamma=0.9", "epsilon=1e-10", "max_samples=20000", "tolerance=1e-7", every, c->policy,
            NULL};
        rill_error error = {0};
        rill_env *env = NULL;
        rill_agent *agent = NULL;
        rill_model *like = NULL;
        rill_solution *solution = NULL;
        ASSERT_OK(rill_env_create(&env, c->env, assignments, &error), &error);
        ASSERT_OK(rill_env_wrap(&env, "reward_from_flags", cost, &error), &error);
        ASSERT_OK(rill_env_model(env, &like, &error), &error);
        ASSERT_OK(rill_agent_create(&agent, "lspi", env, settings, &error), &error);
        rill_agent_seed(agent, 3);
        play(env, agent, c->n_steps);
        rill_model *model = empirical_model(like, c->n_steps);
        ASSERT_OK(rill_solve_optimal(model, 0.9, &solution, &error), &error);
        int n_missing = 0;
        for (int32_t s = 0; s < model->n_states; s++) {
            const double *q = agent->value.weights + s * model->n_actions;
            const int32_t greedy =
                rill_agent_act_greedily(agent, (rill_observation){.index = s}).index;
            if (rill_model_has_actions(model, s)) {
                ASSERT_NEAR(solution->q[s * model->n_actions + greedy], solution->v[s], 1e-6);
            }
            for (int32_t a = 0; a < model->n_actions && rill_model_has_actions(model, s); a++) {
                if (rill_model_is_available(model, s, a)) {
                    ASSERT_NEAR(q[a], solution->q[s * model->n_actions + a], 1e-6);
                } else {
                    ck_assert(q[a] == RILL_UNAVAILABLE);
                    n_missing++;
                }
            }
        }
        ck_assert(agent->memory->td_error <= 1e-7);
        ck_assert((n_missing > 0) == (strcmp(c->env, "gambler") == 0));
        rill_solution_destroy(solution);
        rill_model_destroy(model);
        rill_model_destroy(like);
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
}
END_TEST

/// Runs one improvement, at the end of `SAMPLES / 10` steps of the gambler.
static rill_agent *improve_once(const char *max_iterations, const char *tolerance)
{
    const char *const goal[] = {"goal=12", NULL}, *const cost[] = {"step=-1", NULL};
    const char *const settings[] = {"gamma=0.9",    "every=2000", "policy=uniform",
                                    max_iterations, tolerance,    NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "gambler", goal, &error), &error);
    ASSERT_OK(rill_env_wrap(&env, "reward_from_flags", cost, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "lspi", env, settings, &error), &error);
    rill_agent_seed(agent, 3);
    play(env, agent, SAMPLES / 10);
    rill_env_destroy(env);
    return agent;
}

/// An improvement ends with the first iteration that changes no weight by more than the tolerance;
/// actions that do not exist do not count as changes.
START_TEST(test_convergence)
{
    rill_agent *one = improve_once("max_iterations=1", "tolerance=0");
    ck_assert_int_eq(one->memory->update, 1);
    const double first = one->memory->td_error;
    ck_assert(first > 0.1 && first < 100.0);
    // the same change, as a tolerance, is met; a little less is not
    char exact[64], less[64];
    snprintf(exact, sizeof exact, "tolerance=%.17g", first);
    snprintf(less, sizeof less, "tolerance=%.17g", nextafter(first, 0.0));
    rill_agent *met = improve_once("max_iterations=50", exact);
    ck_assert_int_eq(met->memory->update, 1);
    rill_agent *missed = improve_once("max_iterations=50", less);
    ck_assert_int_gt(missed->memory->update, 1);
    // policies are finitely many: the last one repeats, and then all bits do
    rill_agent *last = improve_once("max_iterations=50", "tolerance=0");
    const int64_t n = last->memory->update;
    ck_assert(n > 2 && n < 20 && last->memory->td_error == 0.0);
    char fewer[64];
    snprintf(fewer, sizeof fewer, "max_iterations=%d", (int)n - 1);
    rill_agent *cut = improve_once(fewer, "tolerance=0");
    ck_assert(cut->memory->update == n - 1 && cut->memory->td_error > 0.0);
    rill_agent *const agents[] = {one, met, missed, last, cut};
    for (int i = 0; i < 5; i++) {
        rill_agent_destroy(agents[i]);
    }
}
END_TEST

// ---- features ----

/// The chain walk of Lagoudakis and Parr (2003), section 9.1: an action goes its way with probability
/// 0.9, else the other way; the ends hold; the reward is that of the state.
static linear_world chain_walk(int32_t n, const double *rewards, features_of map)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    rill_model_begin(builder, n, LINEAR_ACTIONS);
    for (int32_t s = 0; s < n; s++) {
        rill_model_add_start(builder, s, 1.0 / n);
    }
    for (int32_t s = 0; s < n; s++) {
        const int32_t left = s == 0 ? 0 : s - 1, right = s == n - 1 ? s : s + 1;
        for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
            rill_model_add(builder, s, a, 0.9, a == 0 ? left : right, rewards[s], false);
            rill_model_add(builder, s, a, 0.1, a == 0 ? right : left, rewards[s], false);
        }
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return linear_world_of(model, 0.9, map);
}

/// Of four states, the middle ones pay and powers up to 2 do; of twenty the ends pay and powers up to 4
/// do (their sections 9.1 and figures 10 to 13): the policy is the optimal one, from every seed.
START_TEST(test_chain_walk)
{
    static const double four[4] = {0.0, 1.0, 1.0, 0.0}, twenty[20] = {[0] = 1.0, [19] = 1.0};
    for (int i = 0; i < 2; i++) {
        const int32_t n = i == 0 ? 4 : 20;
        linear_world w = chain_walk(
            n, i == 0 ? four : twenty,
            (features_of){.id = "polynomial", .settings = i == 0 ? "order=2" : "order=4"});
        rill_error error = {0};
        rill_solution *solution = NULL;
        ASSERT_OK(rill_solve_optimal(w.model, 0.9, &solution, &error), &error);
        for (int run = 0; run < 10; run++) {
            rill_agent *agent = linear_agent(
                rill_agent_type_find("lspi", &error), rill_space_discrete(n),
                rill_space_discrete(LINEAR_ACTIONS), w.map,
                i == 0 ? "gamma=0.9 epsilon=1e-6 every=200" : "gamma=0.9 epsilon=1e-6 every=5000",
                NULL, NULL, NULL);
            rill_agent_seed(agent, (uint64_t)run);
            w.max_steps = 0;
            // random actions, whatever the agent would do: until the improvement its estimates are 0,
            // and ties are broken at random
            linear_play_steps(&w, agent, i == 0 ? 200 : 5000);
            for (int32_t s = 0; s < n; s++) {
                ck_assert_int_eq(
                    rill_agent_act_greedily(agent, (rill_observation){.index = s}).index,
                    solution->policy[s]);
            }
            rill_agent_destroy(agent);
        }
        rill_solution_destroy(solution);
        linear_end(&w);
    }
}
END_TEST

/// x(0) = 1, x(1) = 2, gamma = 3/4, epsilon = 1/2: from 0 to 1 makes A = 1/2 + 1 (1 - 3/4 2) = 0.
START_TEST(test_no_solution)
{
    static const double x[] = {1.0, 2.0};
    linear_world w = linear_random(2, 0.75, (features_of){"given", "", x, 1});
    w.policy[0] = w.policy[2] = 1.0; // always action 0
    w.policy[1] = w.policy[3] = 0.0;
    rill_agent *agent = linear_agent_in(&w, "lspi", "epsilon=0.5 every=1");
    const rill_outcome cut = {1.0, false, true}, end = {3.0, true, false};
    rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_finish(agent, &cut, (rill_observation){.index = 1});
    ck_assert(agent->value.weights[0] == 0.0 && agent->value.weights[1] == 0.0);
    ck_assert(isinf(agent->memory->td_error) && agent->memory->update == 0);
    // one more sample, and it has one: A = 0 + 1, b = 1 + 3
    rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_finish(agent, &end, (rill_observation){.index = 1});
    ck_assert(agent->value.weights[0] == 4.0 && agent->value.weights[1] == 0.0);
    ck_assert(agent->memory->td_error == 0.0 && agent->memory->update == 2);
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

START_TEST(test_too_many_features)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = NULL;
    const char *const large[] = {"n_states=2100", NULL};
    ASSERT_OK(rill_env_create(&env, "random_walk", large, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "lspi", env, NULL, &error), &error, "params",
                   "features times actions are 4096 at most");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_each_evaluation, test_updates_by_hand, test_tables_are_solved, test_convergence,
          test_chain_walk, test_no_solution, test_too_many_features)
