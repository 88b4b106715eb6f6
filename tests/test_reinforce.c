// REINFORCE against loops written from the boxes of S&B section 13.3 and 13.4, on tables and boxes; against
// exact policy gradients; batches, normalised and natural, against naive sums.
#include "tests/test.h"

#include <gsl/gsl_linalg.h>
#include <rill/solve.h>
#include <stdio.h>

enum { MAX_LENGTH = 64, MAX_FEATURES = 16, MAX_ETA = 8, MAX_THETA = MAX_FEATURES * MAX_ETA };

// ---- episodes, and what the policy was in them ----

/// One episode: x(s) dense, the action, the reward; the state after it.
typedef struct episode {
    double x[MAX_LENGTH + 1][MAX_FEATURES];
    double action[MAX_LENGTH];
    double reward[MAX_LENGTH];
    int length;
    bool is_terminated;
} episode;

static rill_agent *agent_of(const rill_env *env, const char *const *settings)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    ASSERT_OK(rill_agent_create(&agent, "reinforce", env, settings, &error), &error);
    rill_agent_seed(agent, 11);
    return agent;
}

static rill_env *env_of(const char *id, const char *const *settings, int64_t limit)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, id, settings, &error), &error);
    env->max_episode_steps = limit;
    rill_env_seed(env, 12);
    return env;
}

static void features_of_state(const rill_agent *agent, rill_observation observation, double *x)
{
    int32_t indices[MAX_FEATURES];
    double values[MAX_FEATURES];
    memset(x, 0, MAX_FEATURES * sizeof *x);
    const int32_t n =
        rill_features_encode(&agent->features, NULL, true, observation, indices, values);
    for (int32_t i = 0; i < n; i++) {
        x[indices[i]] += values[i];
    }
}

/// Plays an episode and notes it. Box actions have one dimension, known in double as the actor has it.
static void play(rill_env *env, rill_agent *agent, episode *e)
{
    const bool is_box = env->action_space.kind == RILL_SPACE_BOX;
    rill_outcome outcome = {0.0, false, false};
    rill_observation observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, observation);
    for (e->length = 0; e->length < MAX_LENGTH;) {
        const int t = e->length++;
        features_of_state(agent, observation, e->x[t]);
        e->action[t] = is_box ? agent->actor.x[0] : action.index;
        observation = rill_env_step(env, action, &outcome);
        e->reward[t] = outcome.reward;
        if (rill_outcome_is_last(&outcome)) {
            break;
        }
        action = rill_agent_step(agent, outcome.reward, observation);
    }
    ck_assert(rill_outcome_is_last(&outcome));
    features_of_state(agent, observation, e->x[e->length]);
    e->is_terminated = outcome.terminated;
    rill_agent_finish(agent, &outcome, observation);
}

// ---- the boxes, by hand ----

/// theta (n_features, n_eta) and w.
typedef struct naive {
    double theta[MAX_THETA], w[MAX_FEATURES];
    int n_features, n_eta;
    bool is_box;
} naive;

static naive naive_of(const rill_agent *agent)
{
    naive n = {.n_features = agent->features.size,
               .n_eta = agent->actor.distribution.n_parameters,
               .is_box = agent->action_space.kind == RILL_SPACE_BOX};
    ck_assert(n.n_features <= MAX_FEATURES && n.n_features * n.n_eta <= MAX_THETA);
    memcpy(n.theta, agent->actor.theta.weights, (size_t)(n.n_features * n.n_eta) * sizeof *n.theta);
    memcpy(n.w, agent->value.weights, (size_t)n.n_features * sizeof *n.w);
    return n;
}

/// grad ln pi(a|s) by theta: softmax (S&B eq. 13.9), or a Gaussian of mean eta_0 and standard deviation
/// exp(eta_1) (Exercise 13.4).
static void naive_score(const naive *n, const double *x, double action, double *gradient)
{
    double eta[MAX_ETA] = {0.0}, by_eta[MAX_ETA], sum = 0.0;
    for (int i = 0; i < n->n_features; i++) {
        for (int j = 0; j < n->n_eta; j++) {
            eta[j] += n->theta[i * n->n_eta + j] * x[i];
        }
    }
    if (n->is_box) {
        const double sigma = exp(eta[1]), z = (action - eta[0]) / sigma;
        by_eta[0] = z / sigma;
        by_eta[1] = z * z - 1.0;
    } else {
        for (int j = 0; j < n->n_eta; j++) {
            sum += exp(eta[j]);
        }
        for (int j = 0; j < n->n_eta; j++) {
            by_eta[j] = (j == (int)action ? 1.0 : 0.0) - exp(eta[j]) / sum;
        }
    }
    for (int i = 0; i < n->n_features; i++) {
        for (int j = 0; j < n->n_eta; j++) {
            gradient[i * n->n_eta + j] = x[i] * by_eta[j];
        }
    }
}

static double naive_value(const naive *n, const double *x)
{
    double v = 0.0;
    for (int i = 0; i < n->n_features; i++) {
        v += n->w[i] * x[i];
    }
    return v;
}

/// G_t; the value of the last state goes on where the episode was cut.
static double naive_return(const naive *n, const episode *e, int t, double gamma)
{
    double g = e->is_terminated ? 0.0 : naive_value(n, e->x[e->length]), sum = 0.0, weight = 1.0;
    for (int k = t; k < e->length; k++) {
        sum += weight * e->reward[k];
        weight *= gamma;
    }
    return sum + weight * g;
}

/// The box "REINFORCE with Baseline"; alpha_w 0: without.
static void naive_learn(naive *n, const episode *e, double gamma, double alpha_theta,
                        double alpha_w, bool has_baseline)
{
    double returns[MAX_LENGTH], gradient[MAX_THETA];
    for (int t = 0; t < e->length; t++) {
        returns[t] = naive_return(n, e, t, gamma);
    }
    for (int t = 0; t < e->length; t++) {
        const double delta = returns[t] - (has_baseline ? naive_value(n, e->x[t]) : 0.0);
        naive_score(n, e->x[t], e->action[t], gradient);
        for (int i = 0; i < n->n_features; i++) {
            n->w[i] += alpha_w * delta * e->x[t][i];
        }
        for (int i = 0; i < n->n_features * n->n_eta; i++) {
            n->theta[i] += alpha_theta * pow(gamma, t) * delta * gradient[i];
        }
    }
}

static void assert_close(const char *what, const double *a, const double *b, int n,
                         double tolerance)
{
    for (int i = 0; i < n; i++) {
        ck_assert_msg(fabs(a[i] - b[i]) <= tolerance * (1.0 + fabs(b[i])),
                      "%s %d: %.17g, not %.17g", what, i, a[i], b[i]);
    }
}

/// Follows the agent for some episodes, each from where it stands.
static void follow(rill_env *env, rill_agent *agent, double gamma, double alpha_theta,
                   double alpha_w, bool has_baseline)
{
    episode e;
    int n_cut = 0;
    for (int i = 0; i < 200; i++) {
        naive n = naive_of(agent);
        play(env, agent, &e);
        naive_learn(&n, &e, gamma, alpha_theta, alpha_w, has_baseline);
        assert_close("theta", agent->actor.theta.weights, n.theta, n.n_features * n.n_eta, 1e-11);
        assert_close("w", agent->value.weights, n.w, n.n_features, 1e-11);
        n_cut += !e.is_terminated;
    }
    ck_assert_int_gt(n_cut, 0);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

#define SETTINGS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(test_boxes_of_the_book)
{
    rill_env *env = env_of("random_walk", SETTINGS("n_states=7"), 20);
    follow(env, agent_of(env, SETTINGS("baseline=none", "gamma=0.9", "alpha_theta=0.1")), 0.9, 0.1,
           0.0, false);
    env = env_of("random_walk", SETTINGS("n_states=7"), 20);
    follow(env, agent_of(env, SETTINGS("gamma=0.9", "alpha_theta=0.1", "alpha_w=0.2")), 0.9, 0.1,
           0.2, true);
    env = env_of("random_walk", SETTINGS("n_states=7"), 20);
    follow(env,
           agent_of(env, SETTINGS("features=polynomial", "features.order=3", "alpha_theta=0.1",
                                  "alpha_w=0.05", "gamma=0.95", "initial_theta=0.3,-0.2")),
           0.95, 0.1, 0.05, true);
}
END_TEST

START_TEST(test_gaussian_actions)
{
    rill_env *env = env_of(
        "lqr", SETTINGS("n=1", "m=1", "A=0.9", "B=0.5", "Q=1", "R=0.1", "max_state=1.5"), 12);
    follow(env,
           agent_of(env,
                    SETTINGS("features=polynomial", "features.order=2", "features.low=-1",
                             "features.high=1", "alpha_theta=0.002", "alpha_w=0.05", "gamma=0.9")),
           0.9, 0.002, 0.05, true);
}
END_TEST

// ---- exact gradients ----

/// A walk of three states with features that make the policy's states alike in part, and its exact value.
typedef struct exact_world {
    rill_env *env;
    rill_agent *agent;
    rill_model *model;
    double gamma;
} exact_world;

/// J(theta) = v_pi(s_0), exactly.
static double exact_value(const exact_world *w)
{
    double policy[64], value = 0.0;
    rill_solution *solution = NULL;
    rill_error error = {0};
    for (int32_t s = 0; s < w->model->n_states; s++) {
        rill_agent_probabilities(w->agent, (rill_observation){.index = s}, NULL,
                                 policy + s * w->model->n_actions);
    }
    ASSERT_OK(rill_solve_policy(w->model, w->gamma, policy, &solution, &error), &error);
    for (int32_t s = 0; s < w->model->n_states; s++) {
        value += w->model->start[s] > 0.0 ? w->model->start[s] * solution->v[s] : 0.0;
    }
    rill_solution_destroy(solution);
    return value;
}

/// The mean of many single estimates of one theta is the gradient of the exact value: each component
/// within 5 standard errors (false alarm: below 1e-6 a component, 16 components in all).
static void check_gradient(const char *const *settings)
{
    enum { EPISODES = 20000, N = 8 };
    const double alpha = 1e-3, h = 1e-5;
    rill_error error = {0};
    exact_world w = {.env = env_of("short_corridor", SETTINGS("observation=state"), 0),
                     .gamma = 0.9};
    w.agent = agent_of(w.env, settings);
    ASSERT_OK(rill_env_model(w.env, &w.model, &error), &error);
    double *theta = w.agent->actor.theta.weights;
    ck_assert_int_eq(rill_actor_size(w.agent), N);
    int n_clear = 0;
    double start[N], exact[N], sum[N] = {0.0}, squares[N] = {0.0};
    for (int i = 0; i < N; i++) {
        start[i] = 0.2 * (i % 3) - 0.3 * (i % 2);
        theta[i] = start[i];
    }
    for (int i = 0; i < N; i++) {
        theta[i] = start[i] + h;
        const double up = exact_value(&w);
        theta[i] = start[i] - h;
        exact[i] = (up - exact_value(&w)) / (2.0 * h);
        theta[i] = start[i];
    }
    for (int k = 0; k < EPISODES; k++) {
        rill_outcome outcome;
        rill_observation observation = rill_env_reset(w.env);
        rill_action action = rill_agent_start(w.agent, observation);
        for (;;) {
            observation = rill_env_step(w.env, action, &outcome);
            if (outcome.terminated) {
                break;
            }
            action = rill_agent_step(w.agent, outcome.reward, observation);
        }
        rill_agent_finish(w.agent, &outcome, observation);
        for (int i = 0; i < N; i++) {
            const double g = (theta[i] - start[i]) / alpha;
            sum[i] += g;
            squares[i] += g * g;
            theta[i] = start[i];
        }
    }
    for (int i = 0; i < N; i++) {
        const double mean = sum[i] / EPISODES;
        const double se = sqrt((squares[i] / EPISODES - mean * mean) / EPISODES);
        ck_assert_msg(fabs(mean - exact[i]) <= 5.0 * se + 1e-9, "component %d: %g, s.e. %g, not %g",
                      i, mean, se, exact[i]);
        n_clear += fabs(exact[i]) > 15.0 * se;
    }
    ck_assert_int_ge(n_clear, 6); // of the 6 of states that act: enough to tell
    rill_model_destroy(w.model);
    rill_agent_destroy(w.agent);
    rill_env_destroy(w.env);
}

START_TEST(test_exact_gradient)
{
    check_gradient(SETTINGS("batch=1", "gamma=0.9", "alpha_theta=1e-3", "baseline=none"));
    check_gradient(SETTINGS("batch=1", "gamma=0.9", "alpha_theta=1e-3", "alpha_w=0.05"));
}
END_TEST

// ---- batches ----

/// Three episodes of one policy; then the policy has moved by the mean of their gradients, normalised
/// and natural where asked for, with the entropy's.
static void check_batch(const char *const *settings, bool is_normalised, bool is_natural)
{
    enum { BATCH = 3 };
    const double gamma = 0.9, alpha = 0.05, damping = 0.01, entropy = 0.02;
    rill_env *env = env_of("random_walk", SETTINGS("n_states=5"), 30);
    rill_agent *agent = agent_of(env, settings);
    for (int round = 0; round < 20; round++) {
        naive n = naive_of(agent);
        const int size = n.n_features * n.n_eta;
        double gradients[BATCH * MAX_LENGTH][MAX_THETA], delta[BATCH * MAX_LENGTH],
            weight[BATCH * MAX_LENGTH], bonus[MAX_THETA] = {0.0}, w[MAX_FEATURES];
        int count = 0;
        for (int k = 0; k < BATCH; k++) {
            episode e;
            memcpy(w, agent->value.weights, (size_t)n.n_features * sizeof *w);
            memcpy(n.w, w, sizeof n.w);
            play(env, agent, &e);
            double returns[MAX_LENGTH];
            for (int t = 0; t < e.length; t++) {
                returns[t] = naive_return(&n, &e, t, gamma);
            }
            for (int t = 0; t < e.length; t++, count++) {
                delta[count] = returns[t] - naive_value(&n, e.x[t]);
                weight[count] = pow(gamma, t);
                naive_score(&n, e.x[t], e.action[t], gradients[count]);
                // H of two actions with p = 1 / (1 + exp(-d)): d H / d d = -d p (1 - p)
                for (int s = 0; s < n.n_features; s++) {
                    const double d = n.theta[2 * s + 1] - n.theta[2 * s], p = 1.0 / (1.0 + exp(-d));
                    bonus[2 * s + 1] -= weight[count] * e.x[t][s] * d * p * (1.0 - p);
                    bonus[2 * s] += weight[count] * e.x[t][s] * d * p * (1.0 - p);
                }
            }
        }
        double mean = 0.0, variance = 0.0, g[MAX_THETA] = {0.0};
        for (int k = 0; k < count; k++) {
            mean += delta[k] / count;
        }
        for (int k = 0; k < count; k++) {
            variance += (delta[k] - mean) * (delta[k] - mean) / count;
        }
        gsl_matrix *fisher = gsl_matrix_calloc((size_t)size, (size_t)size);
        gsl_vector *right = gsl_vector_calloc((size_t)size);
        gsl_vector *solved = gsl_vector_calloc((size_t)size);
        for (int k = 0; k < count; k++) {
            const double d = is_normalised ? (delta[k] - mean) / sqrt(variance) : delta[k];
            for (int i = 0; i < size; i++) {
                g[i] += weight[k] * d * gradients[k][i];
                for (int j = 0; j < size; j++) {
                    *gsl_matrix_ptr(fisher, (size_t)i, (size_t)j) +=
                        gradients[k][i] * gradients[k][j] / count;
                }
            }
        }
        for (int i = 0; i < size; i++) {
            g[i] = (g[i] + entropy * bonus[i]) / BATCH;
            gsl_vector_set(right, (size_t)i, g[i]);
            *gsl_matrix_ptr(fisher, (size_t)i, (size_t)i) += damping;
        }
        if (is_natural) {
            gsl_linalg_HH_solve(fisher, right, solved);
            memcpy(g, solved->data, (size_t)size * sizeof *g);
        }
        for (int i = 0; i < size; i++) {
            n.theta[i] += alpha * g[i];
        }
        assert_close("theta", agent->actor.theta.weights, n.theta, size, 1e-10);
        gsl_matrix_free(fisher);
        gsl_vector_free(right);
        gsl_vector_free(solved);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_batches)
{
    check_batch(SETTINGS("batch=3", "gamma=0.9", "alpha_theta=0.05", "entropy=0.02"), false, false);
    check_batch(
        SETTINGS("batch=3", "gamma=0.9", "alpha_theta=0.05", "entropy=0.02", "normalise=true"),
        true, false);
    check_batch(SETTINGS("batch=3", "gamma=0.9", "alpha_theta=0.05", "entropy=0.02", "natural=true",
                         "damping=0.01"),
                false, true);
}
END_TEST

/// A free standard deviation is one number for all states, and learned.
START_TEST(test_free_standard_deviation)
{
    rill_env *env = env_of("lqr", SETTINGS("n=1", "m=1", "A=0.9", "B=0.5", "Q=1", "R=0.1"), 12);
    rill_agent *agent =
        agent_of(env, SETTINGS("features=polynomial", "features.order=2", "features.low=-1",
                               "features.high=1", "alpha_theta=0.002", "gamma=0.9",
                               "distribution=gaussian", "distribution.std=free"));
    const rill_linear *theta = &agent->actor.theta;
    episode e;
    for (int i = 0; i < 50; i++) {
        play(env, agent, &e);
    }
    ck_assert_int_eq(theta->n_outputs, 2);
    ck_assert_double_ne(theta->weights[1], 0.0);
    for (int32_t i = 1; i < theta->n_features; i++) {
        ck_assert_double_eq(theta->weights[2 * i + 1], 0.0);
        ck_assert_double_ne(theta->weights[2 * i], 0.0);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// An episode that outgrows the room is learned from in pieces, as if each had been cut.
START_TEST(test_pieces)
{
    rill_env *env = env_of("random_walk", SETTINGS("n_states=7"), 20);
    rill_agent *pieces = agent_of(env, SETTINGS("max_steps=5", "gamma=0.9", "alpha_theta=0.1"));
    rill_agent *whole = agent_of(env, SETTINGS("gamma=0.9", "alpha_theta=0.1"));
    for (int i = 0; i < 100; i++) {
        rill_outcome outcome;
        rill_observation observation = rill_env_reset(env);
        rill_action action = rill_agent_start(pieces, observation);
        int length = 0;
        rill_agent_start(whole, observation);
        for (;;) {
            ck_assert_uint_eq(whole->memory->rng.state_low, pieces->memory->rng.state_low);
            observation = rill_env_step(env, action, &outcome);
            length++;
            if (rill_outcome_is_last(&outcome)) {
                break;
            }
            if (length % 5 == 0) { // the other agent is told that a limit came, and starts anew
                const rill_outcome cut = {outcome.reward, false, true};
                rill_agent_finish(whole, &cut, observation);
                rill_agent_start(whole, observation);
            } else {
                rill_agent_step(whole, outcome.reward, observation);
            }
            action = rill_agent_step(pieces, outcome.reward, observation);
        }
        rill_agent_finish(pieces, &outcome, observation);
        rill_agent_finish(whole, &outcome, observation);
        assert_close("theta", pieces->actor.theta.weights, whole->actor.theta.weights, 18, 0.0);
    }
    rill_agent_destroy(pieces);
    rill_agent_destroy(whole);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refused)
{
    rill_env *env = env_of("random_walk", NULL, 0);
    rill_agent *agent = NULL;
    rill_error error;
    ASSERT_REFUSED(rill_agent_create(&agent, "reinforce", env, SETTINGS("natural=true"), &error),
                   &error, "params.natural", "set batch to at least 1");
    ASSERT_REFUSED(rill_agent_create(&agent, "reinforce", env, SETTINGS("normalise=true"), &error),
                   &error, "params.normalise", "set batch to at least 1");
    ASSERT_REFUSED(rill_agent_create(&agent, "reinforce", env, SETTINGS("optimiser=adam"), &error),
                   &error, "params.batch", "adam is for batches");
    ASSERT_REFUSED(
        rill_agent_create(&agent, "reinforce", env, SETTINGS("optimiser.momentum=0.9"), &error),
        &error, "params.batch", "sgd with momentum is for batches");
    ASSERT_REFUSED(rill_agent_create(&agent, "reinforce", env,
                                     SETTINGS("batch=2", "natural=true", "optimiser=adam"), &error),
                   &error, "params.natural", "use sgd without momentum");
    ASSERT_REFUSED(rill_agent_create(&agent, "reinforce", env,
                                     SETTINGS("batch=2", "natural=true", "optimiser.momentum=0.5"),
                                     &error),
                   &error, "params.natural", "without momentum");
    ASSERT_REFUSED(rill_agent_create(&agent, "reinforce", env, SETTINGS("policy=softmax"), &error),
                   &error, "policy", "\"distribution\"");
    ASSERT_REFUSED(
        rill_agent_create(&agent, "reinforce", env, SETTINGS("distribution=gaussian"), &error),
        &error, "distribution", "use categorical");
    ASSERT_REFUSED(
        rill_agent_create(&agent, "reinforce", env, SETTINGS("initial_theta=1,2,3"), &error),
        &error, "params.initial_theta", "one for each of the 2 parameters of categorical");
    ASSERT_REFUSED(
        rill_agent_create(&agent, "sarsa", env, SETTINGS("distribution=categorical"), &error),
        &error, "distribution", "acts by a policy");
    ASSERT_REFUSED(rill_agent_create(&agent, "sarsa", env, SETTINGS("optimiser=adam"), &error),
                   &error, "optimiser", "takes none");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_boxes_of_the_book, test_gaussian_actions, test_exact_gradient, test_batches,
          test_free_standard_deviation, test_pieces, test_refused)
