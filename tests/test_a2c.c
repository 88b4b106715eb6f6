// Advantage actor-critic against a dense one that keeps whole rollouts, over one lane and several, in step and
// out of step; against the one-step actor-critic; and its mean step against the exact policy gradient.
#include "tests/actor_gradient.h"

enum { LANES = 3, STEPS = 4 };

typedef struct variant {
    int lanes, n_steps;
    double lambda, entropy;
    bool normalises, is_even;
    double momentum; ///< of the optimiser
} variant;

static const variant variants[] = {
    {1, 1, 1.0, 0.0, false, true, 0.0}, {1, 4, 1.0, 0.02, false, true, 0.0},
    {3, 1, 1.0, 0.0, true, true, 0.0},  {3, 4, 0.7, 0.02, true, true, 0.0},
    {2, 3, 0.0, 0.0, false, true, 0.4}, {3, 4, 1.0, 0.02, false, false, 0.0},
    {2, 1, 0.9, 0.0, false, false, 0.3}};

/// A lane of the dense one: its rollout, and the state that it is in.
typedef struct lane {
    rill_env *env;
    int length;
    actor_moment s[STEPS + 1]; ///< eta as it was when the action was chosen
    double reward[STEPS];
    bool is_last[STEPS];
    double after[STEPS]; ///< v of the state after an episode that ended
    rill_action action;
    double advantage[STEPS];
} lane;

typedef struct rollout {
    const variant *v;
    lane lanes[LANES];
    int64_t n_updates;
    double m[ACTOR_FEATURES][ACTOR_PARAMETERS]; ///< the last direction
} rollout;

/// A_t = sum_k (gamma lambda)^k delta_{t+k}, forwards, as far as the episode and the rollout go; with
/// lambda = 1 as the n-step return less v(S_t).
static double advantage(const actor_box *box, const lane *l, int t, double lambda)
{
    const double gamma = box->c->gamma;
    double sum = 0.0, discount = 1.0;
    if (lambda == 1.0) {
        int k = t;
        for (; k < l->length; k++) {
            sum += discount * l->reward[k];
            discount *= gamma;
            if (l->is_last[k]) {
                return sum + discount * l->after[k] - actor_box_value(box, &l->s[t], 0);
            }
        }
        return sum + discount * actor_box_value(box, &l->s[k], 0) -
               actor_box_value(box, &l->s[t], 0);
    }
    for (int k = t; k < l->length; k++) {
        const double next = l->is_last[k] ? l->after[k] : actor_box_value(box, &l->s[k + 1], 0);
        sum += discount * (l->reward[k] + gamma * next - actor_box_value(box, &l->s[k], 0));
        discount *= gamma * lambda;
        if (l->is_last[k]) {
            break;
        }
    }
    return sum;
}

static void update(actor_box *box, rollout *r)
{
    double n = 0.0, sum = 0.0, squares = 0.0;
    for (int i = 0; i < r->v->lanes; i++) {
        for (int t = 0; t < r->lanes[i].length; t++) {
            const double a = advantage(box, &r->lanes[i], t, r->v->lambda);
            r->lanes[i].advantage[t] = a;
            n += 1.0;
            sum += a;
        }
    }
    for (int i = 0; i < r->v->lanes; i++) {
        for (int t = 0; t < r->lanes[i].length; t++) {
            squares += pow(r->lanes[i].advantage[t] - sum / n, 2.0);
        }
    }
    const double sd = sqrt(squares / n);
    double gradient[ACTOR_FEATURES][ACTOR_PARAMETERS] = {{0.0}};
    for (int i = 0; i < r->v->lanes; i++) {
        lane *l = &r->lanes[i];
        for (int t = 0; t < l->length; t++) {
            double g[ACTOR_PARAMETERS], h[ACTOR_PARAMETERS];
            const double a = l->advantage[t];
            actor_box_score(box, l->s[t].eta, l->s[t].a, g);
            actor_box_entropy(box, l->s[t].eta, h);
            for (int32_t j = 0; j < box->n_parameters; j++) {
                const double weight = !r->v->normalises            ? a
                                      : sd > 1e-12 * fabs(sum / n) ? (a - sum / n) / sd
                                                                   : 0.0;
                g[j] = g[j] * weight + r->v->entropy * h[j];
            }
            actor_box_add(box, &l->s[t], 0, box->c->alpha_w / n * a);
            for (int32_t k = 0; k < box->policy_map.size; k++) {
                for (int32_t j = 0; j < box->n_parameters; j++) {
                    gradient[k][j] += actor_box_gradient(box, &l->s[t], g, k, j) / n;
                }
            }
            box->td_error = a;
            r->n_updates++;
        }
        l->s[0] = l->s[l->length]; // the state that it is in, if any
        l->length = 0;
    }
    for (int32_t i = 0; i < box->policy_map.size; i++) {
        for (int32_t j = 0; j < box->n_parameters; j++) {
            r->m[i][j] = r->v->momentum * r->m[i][j] + gradient[i][j];
            box->theta[i][j] += box->c->alpha_theta * actor_box_scale(box, i, j) * r->m[i][j];
        }
    }
}

static bool are_full(const rollout *r)
{
    for (int i = 0; i < r->v->lanes; i++) {
        if (r->lanes[i].length < r->v->n_steps) {
            return false;
        }
    }
    return true;
}

/// One turn of a lane: a step of its environment, and where that ends an episode the next start.
static void turn(actor_box *box, rill_agent *agent, rollout *r, int i)
{
    lane *l = &r->lanes[i];
    rill_outcome outcome;
    if (!box->is_discrete) { // the agent's own action may be another lane's by now
        static float room[ACTOR_SIZE];
        for (int32_t k = 0; k < box->size; k++) {
            room[k] = (float)l->s[l->length].a[k];
        }
        l->action.box = room;
    }
    rill_observation observation = rill_env_step(l->env, l->action, &outcome);
    const bool is_last = rill_outcome_is_last(&outcome);
    agent->memory->lane = i;
    if (is_last) {
        rill_agent_finish(agent, &outcome, observation);
    } else {
        l->action = rill_agent_step(agent, outcome.reward, observation);
    }
    if (l->length == r->v->n_steps) { // it is ahead of the others
        update(box, r);
    }
    const int t = l->length++;
    l->reward[t] = outcome.reward;
    l->is_last[t] = is_last;
    l->after[t] = 0.0;
    actor_box_see(box, observation, &l->s[t + 1]);
    if (is_last && !outcome.terminated) {
        l->after[t] = actor_box_value(box, &l->s[t + 1], 0);
        box->n_cut++;
    }
    box->n_terminated += outcome.terminated;
    if (are_full(r)) {
        update(box, r);
    }
    if (is_last) {
        observation = rill_env_reset(l->env);
        l->action = rill_agent_start(agent, observation);
    }
    actor_box_see(box, observation, &l->s[l->length]); // theta may have moved
    actor_box_choose(box, &l->s[l->length]);
    actor_assert_action(box, agent, l->action, &l->s[l->length]);
}

static void check(const actor_case *c, const variant *v)
{
    char settings[256], optimiser[64];
    actor_box box;
    rill_error error = {0};
    static rollout r;
    memset(&r, 0, sizeof r);
    r.v = v;
    actor_box_open(&box, c, 1);
    snprintf(settings, sizeof settings, "lanes=%d n_steps=%d lambda=%g entropy=%g normalise=%s",
             v->lanes, v->n_steps, v->lambda, v->entropy, v->normalises ? "true" : "false");
    snprintf(optimiser, sizeof optimiser, "momentum=%g", v->momentum);
    rill_agent *agent = actor_agent_by("a2c", &box, settings, optimiser);
    ck_assert_int_eq(agent->type->count_lanes(agent), v->lanes);
    for (int i = 0; i < v->lanes; i++) {
        lane *l = &r.lanes[i];
        ASSERT_OK(rill_env_clone(&l->env, box.env, &error), &error);
        rill_env_seed(l->env, (uint64_t)i + 20);
        const rill_observation observation = rill_env_reset(l->env);
        agent->memory->lane = i;
        l->action = rill_agent_start(agent, observation);
        actor_box_see(&box, observation, &l->s[0]);
        actor_box_choose(&box, &l->s[0]);
        actor_assert_action(&box, agent, l->action, &l->s[0]);
    }
    rill_rng order;
    rill_rng_seed(&order, 4);
    for (int k = 0; k < 600; k++) {
        turn(&box, agent, &r, v->is_even ? k % v->lanes : (int)rill_rng_integers(&order, v->lanes));
        box.n_updates = k;
        actor_assert_same(&box, agent, 1e-11);
        ck_assert_int_eq(agent->memory->update, r.n_updates);
    }
    ck_assert_int_gt(box.n_cut, 0);
    ck_assert_int_gt(r.n_updates, 500);
    for (int i = 0; i < v->lanes; i++) {
        rill_env_destroy(r.lanes[i].env);
    }
    rill_agent_destroy(agent);
    actor_box_close(&box);
}

START_TEST(test_equals_the_dense_one)
{
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        for (int i = 0; i < ACTOR_CASES; i++) {
            check(&actor_cases[i], &variants[v]);
        }
    }
}
END_TEST

/// One lane and one step is the one-step actor-critic without I, to the bit.
START_TEST(test_one_step_is_actor_critic)
{
    for (int i = 0; i < ACTOR_CASES; i++) {
        actor_box box;
        actor_box_open(&box, &actor_cases[i], 1);
        rill_agent *one = actor_agent("a2c", &box, "n_steps=1 entropy=0.01");
        rill_agent *other =
            actor_agent("actor_critic", &box, "discount_gradient=false entropy=0.01");
        const size_t n = (size_t)rill_actor_size(one) * sizeof(double);
        const size_t n_w = (size_t)one->value.n_features * sizeof(double);
        rill_observation observation = rill_env_reset(box.env);
        rill_action action = rill_agent_start(one, observation);
        rill_agent_start(other, observation);
        for (int t = 0; t < 1000; t++) {
            rill_outcome outcome;
            observation = rill_env_step(box.env, action, &outcome);
            if (rill_outcome_is_last(&outcome)) {
                rill_agent_finish(one, &outcome, observation);
                rill_agent_finish(other, &outcome, observation);
                observation = rill_env_reset(box.env);
                action = rill_agent_start(one, observation);
                rill_agent_start(other, observation);
            } else {
                action = rill_agent_step(one, outcome.reward, observation);
                rill_agent_step(other, outcome.reward, observation);
            }
            ASSERT_FOR(box.c->env,
                       memcmp(one->actor.theta.weights, other->actor.theta.weights, n) == 0);
            ASSERT_FOR(box.c->env, memcmp(one->value.weights, other->value.weights, n_w) == 0);
        }
        rill_agent_destroy(one);
        rill_agent_destroy(other);
        actor_box_close(&box);
    }
}
END_TEST

/// With exact values and without a discount, the mean step in an episode is the gradient of the value of
/// the start, over the n_steps samples of an update.
START_TEST(test_mean_step_is_the_policy_gradient)
{
    static const double theta[] = {0.4, -0.3, 0.2, 0.1, -0.5, 0.6};
    const actor_case c = {"random_walk",
                          "n_states=5 reward_left=-1",
                          0,
                          {.id = "one_hot", .settings = ""},
                          {"given", "", actor_given, 3},
                          "",
                          "",
                          1.0,
                          1e-8,
                          0.0};
    actor_box box;
    actor_box_open(&box, &c, 1);
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(box.env, &model, &error), &error);
    double expected[6], policy[ACTOR_MAX_STATES * ACTOR_SIZE], v[ACTOR_MAX_STATES];
    actor_exact_gradient(model, c.gamma, actor_given, 3, theta, expected);
    actor_policy(model, actor_given, 3, theta, policy);
    actor_values(model, c.gamma, policy, v, NULL);
    static const char *const lambdas[] = {"lambda=1", "lambda=0.5"};
    for (int i = 0; i < 2; i++) {
        char initial[512], weights[512], settings[2048];
        actor_list(initial, sizeof initial, "initial_theta", theta, 6);
        actor_list(weights, sizeof weights, "initial_weights", v, model->n_states);
        snprintf(settings, sizeof settings, "n_steps=3 %s %s %s", lambdas[i], initial, weights);
        rill_agent *agent = actor_agent("a2c", &box, settings);
        ck_assert_int_ge(actor_check_gradient(agent, box.env, 1000, 40, 1e-8 / 3.0, expected), 4);
        rill_agent_destroy(agent);
    }
    rill_model_destroy(model);
    actor_box_close(&box);
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "a2c", env,
                                     (const char *const[]){"n_steps=1", "normalise=true", NULL},
                                     &error),
                   &error, "params.normalise", "no standard deviation");
    ASSERT_REFUSED(rill_agent_create(&agent, "a2c", env,
                                     (const char *const[]){"n_steps=1000000", "lanes=4000", NULL},
                                     &error),
                   &error, "params.n_steps", "too many");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_dense_one, test_one_step_is_actor_critic,
          test_mean_step_is_the_policy_gradient, test_refusals)
