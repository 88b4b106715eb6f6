// True online Sarsa(lambda) against the algorithm that it equals, against the book's box, and Sarsa.
#include "tests/follow.h"
#include "tests/linear_follow.h"

static const linear_setting settings[] = {{1.0, 0.2, 0.1}, {0.9, 0.3, 0.3}, {0.95, 0.25, 0.2}};
static const struct {
    double lambda;
    const char *assignment;
} lambdas[] = {{0.0, "lambda=0"}, {0.7, "lambda=0.7"}, {0.95, "lambda=0.95"}, {1.0, "lambda=1"}};
enum { SETTINGS = 3, LAMBDAS = 4, STEPS = 48 };

/// An episode so far, and the weights of each horizon.
typedef struct online_record {
    int length; ///< pairs with a reward
    double x[STEPS + 1][LINEAR_FEATURES], r[STEPS + 1];
    int32_t a[STEPS + 1];
    bool is_terminal[STEPS + 1];
    double at_horizon[STEPS + 1][LINEAR_WEIGHTS];
} online_record;

/// G_{t:t+n}, the estimate at its end by the weights of horizon t + n - 1 (S&B section 12.4).
static double n_step_return(const linear_follow *f, const online_record *e, int t, int end)
{
    double g = 0.0, discount = 1.0;
    for (int i = t + 1; i <= end; i++) {
        g += discount * e->r[i];
        discount *= f->setting.gamma;
    }
    return e->is_terminal[end]
               ? g
               : g + discount * linear_value(f, e->at_horizon[end - 1], e->x[end], e->a[end]);
}

/// The online lambda-return algorithm: at every horizon h all updates of the episode are made anew,
/// from the weights at its start, towards the lambda-returns that end at h (S&B eq. 12.9, 12.10).
static void learn_forwards(const linear_follow *f, online_record *e, double lambda)
{
    const int h = e->length;
    double *w = e->at_horizon[h];
    memcpy(w, e->at_horizon[0], sizeof e->at_horizon[0]);
    for (int t = 0; t < h; t++) {
        double g = 0.0, weight = 1.0; // lambda^{n-1}
        for (int end = t + 1; end < h; end++) {
            g += (1.0 - lambda) * weight * n_step_return(f, e, t, end);
            weight *= lambda;
        }
        g += weight * n_step_return(f, e, t, h);
        const double error = g - linear_value(f, w, e->x[t], e->a[t]);
        linear_add(f, w, e->x[t], e->a[t], f->setting.alpha * error);
    }
}

static void keep(online_record *e, int t, const double *x, int32_t action, bool is_terminal)
{
    ck_assert_int_le(t, STEPS);
    memcpy(e->x[t], x, sizeof e->x[0]);
    e->a[t] = action;
    e->is_terminal[t] = is_terminal;
}

/// After every single step (van Seijen et al. 2016, theorem 1).
START_TEST(test_equals_the_online_lambda_return_algorithm)
{
    static linear_follow f;
    static online_record e;
    int n_terminated = 0, n_truncated = 0;
    for (int j = 0; j < LINEAR_WORLDS * LAMBDAS; j++) {
        const linear_world *world = &linear_worlds[j / LAMBDAS];
        const char *const assignments[] = {lambdas[j % LAMBDAS].assignment, NULL};
        f = linear_begin(world, "true_online_sarsa_lambda", &settings[j % SETTINGS], assignments);
        for (int i = 0; i < 150; i++) {
            linear_step(&f);
            if (f.is_first) {
                e.length = 0;
                memcpy(e.at_horizon[0], f.w, sizeof f.w);
                keep(&e, 0, f.x, f.action, false);
            }
            e.r[++e.length] = f.reward;
            keep(&e, e.length, f.next_x, f.next_action, f.terminated);
            learn_forwards(&f, &e, lambdas[j % LAMBDAS].lambda);
            linear_assert(&f, e.at_horizon[e.length]);
            n_terminated += f.terminated;
            n_truncated += f.truncated;
        }
        linear_end(&f);
    }
    ck_assert(n_terminated > 20 && n_truncated > 20);
}
END_TEST

/// S&B section 12.7, the box, with Q_old = 0 at the start and alpha outside the traces, as there.
START_TEST(test_equals_the_box)
{
    static linear_follow f;
    static double z[LINEAR_WEIGHTS], w[LINEAR_WEIGHTS];
    for (int j = 0; j < LINEAR_WORLDS * LAMBDAS; j++) {
        const double lambda = lambdas[j % LAMBDAS].lambda;
        const linear_setting *s = &settings[j % SETTINGS];
        const char *const assignments[] = {lambdas[j % LAMBDAS].assignment, NULL};
        double q_old = 0.0;
        f = linear_begin(&linear_worlds[j / LAMBDAS], "true_online_sarsa_lambda", s, assignments);
        for (int i = 0; i < 600; i++) {
            linear_step(&f);
            memcpy(w, f.w, sizeof w);
            const double q = linear_value(&f, w, f.x, f.action);
            const double q_next = f.terminated ? 0.0 : linear_value(&f, w, f.next_x, f.next_action);
            const double delta = f.reward + s->gamma * q_next - q;
            q_old = f.is_first ? 0.0 : q_old;
            double dot = 0.0;
            for (int32_t k = 0; k < f.n_weights; k++) {
                z[k] = f.is_first ? 0.0 : z[k];
                const int32_t feature = k / f.n_actions;
                dot += k % f.n_actions == f.action ? f.scale[feature] * z[k] * f.x[feature] : 0.0;
            }
            for (int32_t k = 0; k < f.n_weights; k++) {
                const double x = k % f.n_actions == f.action ? f.x[k / f.n_actions] : 0.0;
                z[k] = s->gamma * lambda * z[k] + (1.0 - s->alpha * s->gamma * lambda * dot) * x;
                w[k] += s->alpha * f.scale[k / f.n_actions] *
                        ((delta + q - q_old) * z[k] - (q - q_old) * x);
            }
            q_old = q_next;
            linear_assert(&f, w);
        }
        linear_end(&f);
    }
}
END_TEST

/// To the bit where no pair leads to itself, so that Q - Q_old is 0.
START_TEST(test_lambda_0_is_sarsa)
{
    static const follow_world walk = {"random_walk", {"n_states=19"}, 30};
    static const char *const a[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "lambda=0",
                                    NULL};
    static const char *const b[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    follow_assert_same(&walk, "true_online_sarsa_lambda", a, "sarsa", b, 5000, 0.0);
}
END_TEST

START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5",  "gamma=0.5",    "initial_value=2",
                                              "lambda=0.5", "policy=fixed", "policy.actions=1",
                                              NULL};
    static const rill_outcome cut = {1.0, false, true}, end = {1.0, true, false},
                              both = {1.0, true, true};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "true_online_sarsa_lambda", env, assignments, &error),
              &error);
    const double *q = agent->value.weights; // two actions a state
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 3});
    ck_assert(q[7] == 2.0 + 0.5 * (5.0 + 0.5 * 2.0 - 2.0)); // 4
    // cut off in 4: delta = 1 + 0.5 * 2 - 4 = -2, Q - Q_old = 2, z = 1/4 + 1 - 1/8
    rill_agent_finish(agent, &cut, (rill_observation){.index = 4});
    ck_assert(q[7] == 4.0 + 0.5 * (-2.0 + 2.0) * 1.125 - 0.5 * 2.0); // 3
    ck_assert(agent->memory->td_error == -2.0 && agent->memory->update == 2);
    // a new episode has neither traces nor an old value; terminated, or both
    for (int i = 0; i < 2; i++) {
        const double before = q[5];
        rill_agent_start(agent, (rill_observation){.index = 2});
        rill_agent_finish(agent, i == 0 ? &end : &both, (rill_observation){.index = 3});
        ck_assert(q[5] == before + 0.5 * (1.0 - before));
        ck_assert(q[7] == 3.0 && q[6] == 2.0);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    const rill_space many = rill_space_discrete(INT32_MAX / 2), three = rill_space_discrete(3);
    const rill_agent_config config = {.type =
                                          rill_agent_type_find("true_online_sarsa_lambda", NULL)};
    ASSERT_REFUSED(rill_agent_create_from(&agent, &config, many, three, &error), &error, "params",
                   "too many");
}
END_TEST

TEST_MAIN(test_equals_the_online_lambda_return_algorithm, test_equals_the_box,
          test_lambda_0_is_sarsa, test_updates_by_hand, test_refusals)
