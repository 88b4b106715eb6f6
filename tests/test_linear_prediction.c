// Prediction on features: each method against its definition in dense vectors, and against the exact
// fixed point that it is to converge to.
#include "tests/linear_world.h"

static const features_of tiles = {.id = "tile_coding", .settings = "tilings=4 tiles=5"};
static const features_of cosines = {.id = "fourier", .settings = "order=3 scale_step_size=false"};
static const features_of scaled = {.id = "fourier", .settings = "order=3"};
static const features_of powers = {.id = "polynomial", .settings = "order=2 from=-1"};
static const features_of groups = {.id = "state_aggregation", .settings = "groups=4 low=1 high=19"};

static linear_episode e;

/// Plays episodes of both ends, and lets `learn` do to dense weights what the agent should have done.
static void check(const char *id, const char *settings, features_of map,
                  void (*learn)(const linear_world *w, double *weights, double param), double param)
{
    linear_world w = linear_walk("n_states=19", 0.97, map);
    w.max_steps = 60;
    rill_agent *agent = linear_agent_in(&w, id, settings);
    double weights[LINEAR_FEATURES] = {0.0};
    int n_terminated = 0, n_cut = 0;
    for (int k = 0; k < 60; k++) {
        linear_play(&w, agent, &e);
        learn(&w, weights, param);
        linear_check(&w, id, e.length, agent->value.weights, weights, 1e-12);
        n_terminated += e.terminated;
        n_cut += !e.terminated;
    }
    ck_assert(n_terminated >= 10 && n_cut >= 10 && linear_dot(&w, weights, weights) > 1e-4);
    rill_agent_destroy(agent);
    linear_end(&w);
}

static const double alpha = 0.08;

// ---- against definitions ----

/// The online lambda-return algorithm (S&B section 12.4): at every horizon h all updates of the
/// episode are made anew, from the weights at its start, towards the lambda-returns that end at h:
///     w_{t+1}^h = w_t^h + alpha [G_{t:h} - w_t^h.x_t] x_t   (S&B eq. 12.10)
///     G_{t:h} = (1 - lambda) sum_{n=1}^{h-t-1} lambda^{n-1} G_{t:t+n} + lambda^{h-t-1} G_{t:h}
/// where the n-step return G_{t:t+n} bootstraps by the weights of horizon t + n - 1.
static void learn_online_returns(const linear_world *w, double *weights, double lambda)
{
    static double at_horizon[LINEAR_STEPS + 1][LINEAR_FEATURES];
    static double n_step[LINEAR_STEPS][LINEAR_STEPS + 1]; // [t][end of the return]
    const size_t size = sizeof at_horizon[0];
    memcpy(at_horizon[0], weights, size);
    for (int32_t h = 1; h <= e.length; h++) {
        for (int32_t t = 0; t < h; t++) {
            n_step[t][h] = linear_return(w, &e, at_horizon[h - 1], t, h - t);
        }
        double *u = at_horizon[h];
        memcpy(u, at_horizon[0], size);
        for (int32_t t = 0; t < h; t++) {
            const double *x = w->x[e.states[t]];
            double g = 0.0, weight = 1.0; // lambda^{n-1}
            for (int32_t end = t + 1; end < h; end++) {
                g += (1.0 - lambda) * weight * n_step[t][end];
                weight *= lambda;
            }
            g += weight * n_step[t][h];
            linear_add(w, u, alpha * (g - linear_dot(w, u, x)), x);
        }
        linear_check(w, "online lambda-return", h, e.weights[h], u, 1e-12);
    }
    memcpy(weights, at_horizon[e.length], size);
}

/// After every single step (van Seijen et al. 2016, theorem 1).
START_TEST(test_true_online_is_the_forward_view)
{
    const features_of maps[] = {tiles, cosines, powers, groups};
    for (int i = 0; i < 4; i++) {
        check("true_online_td_lambda", "alpha=0.08 lambda=0", maps[i], learn_online_returns, 0.0);
        check("true_online_td_lambda", "alpha=0.08 lambda=0.7", maps[i], learn_online_returns, 0.7);
        check("true_online_td_lambda", "alpha=0.08 lambda=1", maps[i], learn_online_returns, 1.0);
    }
}
END_TEST

/// TD(lambda) in dense vectors, S&B section 12.2, the box; `kind` of trace (section 12.5).
static void learn_traces(const linear_world *w, double *weights, double lambda,
                         rill_trace_kind kind)
{
    double z[LINEAR_FEATURES] = {0.0};
    for (int32_t t = 0; t < e.length; t++) {
        const double *x = w->x[e.states[t]];
        const double delta = e.rewards[t + 1] + w->gamma * linear_value(w, &e, weights, t + 1) -
                             linear_value(w, &e, weights, t);
        linear_add(w, z, w->gamma * lambda - 1.0, z);
        const double zx = linear_dot(w, z, x);
        for (int32_t i = 0; i < w->n_features; i++) {
            z[i] = kind == RILL_TRACE_REPLACING ? (x[i] != 0.0 ? x[i] : z[i])
                   : kind == RILL_TRACE_DUTCH   ? z[i] + (1.0 - alpha * zx) * x[i]
                                                : z[i] + x[i];
        }
        linear_add(w, weights, alpha * delta, z);
    }
}

static void learn_accumulating(const linear_world *w, double *weights, double lambda)
{
    learn_traces(w, weights, lambda, RILL_TRACE_ACCUMULATING);
}

static void learn_replacing(const linear_world *w, double *weights, double lambda)
{
    learn_traces(w, weights, lambda, RILL_TRACE_REPLACING);
}

static void learn_dutch(const linear_world *w, double *weights, double lambda)
{
    learn_traces(w, weights, lambda, RILL_TRACE_DUTCH);
}

START_TEST(test_traces)
{
    const features_of maps[] = {tiles, cosines, powers};
    for (int i = 0; i < 3; i++) {
        check("td_lambda", "alpha=0.08 lambda=0.8", maps[i], learn_accumulating, 0.8);
        check("td_lambda", "alpha=0.08 lambda=0.8 trace=dutch", maps[i], learn_dutch, 0.8);
        check("td_lambda", "alpha=0.08 lambda=0", maps[i], learn_dutch, 0.0);
        check("td0", "alpha=0.08", maps[i], learn_accumulating, 0.0);
    }
    check("td_lambda", "alpha=0.08 lambda=0.8 trace=replacing", tiles, learn_replacing, 0.8);
    // other numbers of features than zeros and ones would forget how strong a visit was
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = NULL;
    const char *const assignments[] = {"trace=replacing", "features=fourier", NULL};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "td_lambda", env, assignments, &error), &error,
                   "params.trace", "use accumulating or dutch");
    rill_env_destroy(env);
}
END_TEST

/// n-step TD, S&B section 9.4, the box: at the time tau + n, and what is left at the end, by the
/// estimates of that moment.
static void learn_n_steps(const linear_world *w, double *weights, double n_steps)
{
    const int32_t n = (int32_t)n_steps;
    static double at_end[LINEAR_FEATURES];
    for (int32_t t = 1; t < e.length + n; t++) {
        const int32_t tau = t - n;
        if (t == e.length) {
            memcpy(at_end, weights, sizeof at_end);
        }
        if (tau >= 0) {
            const double *bootstrap = t < e.length ? weights : at_end;
            const double *x = w->x[e.states[tau]];
            const double g = linear_return(w, &e, bootstrap, tau, n);
            linear_add(w, weights, alpha * (g - linear_dot(w, weights, x)), x);
        } else if (e.length - 1 < tau) {
            break;
        }
    }
}

START_TEST(test_n_steps)
{
    const features_of maps[] = {tiles, cosines, powers, groups};
    for (int i = 0; i < 4; i++) {
        check("n_step_td", "alpha=0.08 n=1", maps[i], learn_n_steps, 1.0);
        check("n_step_td", "alpha=0.08 n=5", maps[i], learn_n_steps, 5.0);
        check("n_step_td", "alpha=0.08 n=100", maps[i], learn_n_steps, 100.0);
    }
}
END_TEST

/// The offline lambda-return algorithm, S&B section 12.1: returns are of the weights before; lambda = 1
/// is gradient Monte Carlo, section 9.3.
static void learn_offline(const linear_world *w, double *weights, double lambda)
{
    double before[LINEAR_FEATURES];
    memcpy(before, weights, sizeof before);
    for (int32_t t = 0; t < e.length; t++) {
        const double *x = w->x[e.states[t]];
        double g = 0.0, weight = 1.0; // lambda^{n-1}
        for (int32_t n = 1; t + n < e.length; n++) {
            g += (1.0 - lambda) * weight * linear_return(w, &e, before, t, n);
            weight *= lambda;
        }
        g += weight * linear_return(w, &e, before, t, e.length - t);
        linear_add(w, weights, alpha * (g - linear_dot(w, weights, x)), x);
    }
}

START_TEST(test_offline_returns)
{
    const features_of maps[] = {tiles, cosines, powers, groups};
    for (int i = 0; i < 4; i++) {
        check("offline_lambda_return", "alpha=0.08 lambda=0.6 max_steps=60", maps[i], learn_offline,
              0.6);
        check("mc_prediction", "alpha=0.08 visits=every max_steps=60", maps[i], learn_offline, 1.0);
    }
}
END_TEST

/// TD(0) whose steps are scaled: alpha / |c_j| for the cosine of frequency c_j (here j).
static void learn_scaled(const linear_world *w, double *weights, double param)
{
    (void)param;
    for (int32_t t = 0; t < e.length; t++) {
        const double *x = w->x[e.states[t]];
        const double delta = e.rewards[t + 1] + w->gamma * linear_value(w, &e, weights, t + 1) -
                             linear_value(w, &e, weights, t);
        for (int32_t j = 0; j < w->n_features; j++) {
            weights[j] += alpha / (j == 0 ? 1 : j) * delta * x[j];
        }
    }
}

START_TEST(test_scaled_steps)
{
    check("td0", "alpha=0.08", scaled, learn_scaled, 0.0);
    check("td_lambda", "alpha=0.08 lambda=0", scaled, learn_scaled, 0.0);
    check("n_step_td", "alpha=0.08 n=1", scaled, learn_scaled, 0.0);
}
END_TEST

START_TEST(test_first_visits_are_refused)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = NULL;
    const char *const assignments[] = {"visits=first", "alpha=0.1", "features=fourier", NULL};
    const char *const counted[] = {"visits=every", "alpha=1/n", "features=fourier", NULL};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "mc_prediction", env, assignments, &error), &error,
                   "params.visits", "first visits are those of a table's states");
    ASSERT_REFUSED(rill_agent_create(&agent, "mc_prediction", env, counted, &error), &error,
                   "params.alpha", "1/n and schedules per visit are for tables");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_true_online_is_the_forward_view, test_traces, test_n_steps, test_offline_returns,
          test_scaled_steps, test_first_visits_are_refused)
