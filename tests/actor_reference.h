/// What the tests of actors share: a dense actor and critic, which the boxes of the books are written with
/// beside the agent, and an agent played against them.
#ifndef RILL_TESTS_ACTOR_REFERENCE_H
#define RILL_TESTS_ACTOR_REFERENCE_H

#include "tests/linear_agents.h"

#include <rill/actor.h>
#include <rill/math.h>

enum { ACTOR_FEATURES = 64, ACTOR_SIZE = 5, ACTOR_PARAMETERS = 6 };

/// A world, and what the agent learns on.
typedef struct actor_case {
    const char *env, *env_settings;
    int64_t max_steps; ///< of an episode; 0: no limit
    features_of map;
    features_of policy_map;   ///< its id NULL: the same
    const char *distribution; ///< settings of the default one, for boxes
    const char *settings;     ///< of the agent
    double gamma, alpha_theta, alpha_w;
} actor_case;

static const double actor_given[] = {1.0,  0.0, 0.5, 0.3,  -0.4, 1.0, 0.8, 0.1,  -0.6, -0.2, 0.9,
                                     0.35, 0.7, 0.7, -0.1, 0.0,  0.2, 1.1, -0.9, 0.6,  0.4};

/// Tables, tiles, features of any value, other ones for the policy; boxes with a standard deviation of the
/// state and with a free one, and with step scales of the features.
/// Step sizes are such that differences by rounding do not grow.
static const actor_case actor_cases[] = {
    {"random_walk",
     "n_states=5 reward_left=-1",
     7,
     {.id = "one_hot", .settings = ""},
     {0},
     "",
     "",
     0.9,
     0.3,
     0.2},
    {"cliff_walking",
     "is_slippery=true",
     30,
     {.id = "one_hot", .settings = ""},
     {0},
     "",
     "",
     0.8,
     0.01,
     0.1},
    {"random_walk",
     "n_states=5 reward_left=-1",
     9,
     {"given", "", actor_given, 3},
     {0},
     "",
     "",
     0.9,
     0.2,
     0.1},
    {"random_walk",
     "n_states=5 reward_left=-1",
     9,
     {.id = "tile_coding", .settings = "tilings=3 tiles=3 scale_step_size=true"},
     {"given", "", actor_given, 3},
     "",
     "",
     1.0,
     0.2,
     0.3},
    {"mountain_car",
     "",
     40,
     {.id = "fourier", .settings = "order=2"},
     {.id = "tile_coding", .settings = "tilings=2 tiles=3"},
     "",
     "",
     0.95,
     0.005,
     0.005},
    {"lqr",
     "start_range=1",
     25,
     {.id = "polynomial", .settings = "order=2 low=-2 high=2"},
     {.id = "raw", .settings = "low=-2 high=2"},
     "initial_std=0.5",
     "",
     0.9,
     0.003,
     0.01},
    {"lqr",
     "n=2 m=2 B=0.1,0,0,0.2 R=0.3,0,0,0.2 noise_sd=0.05",
     25,
     {.id = "fourier", .settings = "order=2 low=-3 high=3"},
     {0},
     "std=free initial_std=0.3",
     "",
     0.9,
     0.002,
     0.01},
    {"pendulum",
     "",
     20,
     {.id = "fourier", .settings = "order=1"},
     {.id = "tile_coding", .settings = "tilings=2 tiles=2 scale_step_size=true"},
     "std=free",
     "",
     0.95,
     0.0005,
     0.01},
};
enum { ACTOR_CASES = sizeof actor_cases / sizeof actor_cases[0] };

/// A state as the dense actor sees it, with the action that was chosen in it.
typedef struct actor_moment {
    double phi[ACTOR_FEATURES]; ///< of the values
    double x[ACTOR_FEATURES];   ///< of the policy
    double eta[ACTOR_PARAMETERS];
    double a[ACTOR_SIZE]; ///< the action as the distribution sees it
    int32_t action;       ///< and the number of a discrete one
} actor_moment;

typedef struct actor_box {
    const actor_case *c;
    rill_env *env;
    rill_features map, policy_map;
    double phi_scale[ACTOR_FEATURES], x_scale[ACTOR_FEATURES], free_scale; ///< of the steps
    bool is_discrete;
    int32_t size, n_parameters, n_free, n_w; ///< n_w: outputs of the values
    double initial_std;
    rill_rng rng;
    int32_t n_updates, n_terminated, n_cut;
    double theta[ACTOR_FEATURES][ACTOR_PARAMETERS], w[ACTOR_FEATURES][ACTOR_SIZE];
    double td_error, average_reward;
    // of the methods that have them
    double z_w[ACTOR_FEATURES], z_theta[ACTOR_FEATURES][ACTOR_PARAMETERS], weight;
} actor_box;

static inline void actor_features(rill_features *map, double *scale, features_of of,
                                  rill_space space)
{
    rill_error error = {0};
    ASSERT_OK(rill_features_create(map, rill_features_type_find(of.id, &error),
                                   linear_features_params(of, space.size), space, &error),
              &error);
    ck_assert_int_le(map->size, ACTOR_FEATURES);
    ck_assert_uint_eq(map->memory_size, 0);
    for (int32_t i = 0; i < map->size; i++) {
        scale[i] = map->step_scale * (map->step_scales == NULL ? 1.0 : map->step_scales[i]);
    }
}

/// `settings` is of initial_std and std.
static inline void actor_box_open(actor_box *box, const actor_case *c, int32_t n_w)
{
    rill_error error = {0};
    *box = (actor_box){.c = c};
    const rill_env_type *type = rill_env_type_find(c->env, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, c->env_settings);
    ASSERT_OK(rill_env_create_from(&box->env, type, params, c->max_steps, &error), &error);
    rill_env_seed(box->env, 8);
    rill_rng_seed(&box->rng, 77); // as linear_agent
    actor_features(&box->map, box->phi_scale, c->map, box->env->observation_space);
    actor_features(&box->policy_map, box->x_scale,
                   c->policy_map.id == NULL ? c->map : c->policy_map, box->env->observation_space);
    box->free_scale = box->policy_map.step_scale;
    box->is_discrete = box->env->action_space.kind == RILL_SPACE_DISCRETE;
    box->size = box->env->action_space.size;
    box->n_parameters = box->is_discrete ? box->size : 2 * box->size;
    box->n_free = strstr(c->distribution, "std=free") != NULL ? box->size : 0;
    const char *std = strstr(c->distribution, "initial_std=");
    box->initial_std = std == NULL ? 1.0 : atof(std + strlen("initial_std="));
    box->n_w = n_w == 0 ? box->size : n_w;
    ck_assert_int_le(box->n_parameters, ACTOR_PARAMETERS);
}

static inline void actor_box_close(actor_box *box)
{
    rill_env_destroy(box->env);
    rill_features_destroy(&box->map);
    rill_features_destroy(&box->policy_map);
}

/// The agent of the case, with further settings, and with settings of `sgd` for one with an optimiser.
static inline rill_agent *actor_agent_by(const char *id, const actor_box *box, const char *settings,
                                         const char *optimiser)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    char all[4096];
    const actor_case *c = box->c;
    const rill_agent_type *type = rill_agent_type_find(id, &error);
    const rill_space space = box->env->observation_space;
    rill_agent_config config = {
        .type = type,
        .params = rill_params_create(type->params, type->params_size),
        .features = box->map.type,
        .features_params = linear_features_params(c->map, space.size),
        .distribution = rill_distribution_type_default(box->env->action_space.kind),
    };
    config.distribution_params =
        rill_params_create(config.distribution->params, config.distribution->params_size);
    assign_known(config.distribution->params, config.distribution_params, c->distribution);
    if (type->has_optimiser) {
        config.optimiser = rill_optimiser_type_find("sgd", &error);
        config.optimiser_params =
            rill_params_create(config.optimiser->params, config.optimiser->params_size);
        assign_known(config.optimiser->params, config.optimiser_params, optimiser);
    }
    if (c->policy_map.id != NULL) {
        config.policy_features = box->policy_map.type;
        config.policy_features_params = linear_features_params(c->policy_map, space.size);
    }
    snprintf(all, sizeof all, "gamma=%.17g alpha_theta=%.17g alpha_w=%.17g %s %s", c->gamma,
             c->alpha_theta, c->alpha_w, c->settings, settings);
    assign_known(type->params, config.params, all);
    ASSERT_OK(rill_agent_create_from(&agent, &config, space, box->env->action_space, &error),
              &error);
    rill_agent_seed(agent, 77);
    return agent;
}

static inline rill_agent *actor_agent(const char *id, const actor_box *box, const char *settings)
{
    return actor_agent_by(id, box, settings, "");
}

static inline void actor_dense(const rill_features *map, rill_observation observation, double *x)
{
    int32_t indices[ACTOR_FEATURES];
    double values[ACTOR_FEATURES];
    memset(x, 0, ACTOR_FEATURES * sizeof *x);
    const int32_t n = rill_features_encode(map, NULL, true, observation, indices, values);
    for (int32_t i = 0; i < n; i++) {
        x[indices[i]] += map->is_binary ? 1.0 : values[i];
    }
}

/// eta(s) by the present theta.
static inline void actor_box_eta(const actor_box *box, const actor_moment *s, double *eta)
{
    const int32_t n_of_state = box->n_parameters - box->n_free;
    for (int32_t j = 0; j < box->n_parameters; j++) {
        eta[j] = j < n_of_state ? 0.0 : box->theta[0][j];
        for (int32_t i = 0; j < n_of_state && i < box->policy_map.size; i++) {
            eta[j] += s->x[i] * box->theta[i][j];
        }
    }
}

static inline void actor_box_see(const actor_box *box, rill_observation observation,
                                 actor_moment *s)
{
    actor_dense(&box->map, observation, s->phi);
    actor_dense(&box->policy_map, observation, s->x);
    actor_box_eta(box, s, s->eta);
}

/// w_o . phi(s)
static inline double actor_box_value(const actor_box *box, const actor_moment *s, int32_t o)
{
    double sum = 0.0;
    for (int32_t i = 0; i < box->map.size; i++) {
        sum += s->phi[i] * box->w[i][o];
    }
    return sum;
}

/// The softmax of eta, to p (size).
static inline void actor_softmax(int32_t n, const double *eta, double *p)
{
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += rill_exp(eta[a]);
    }
    for (int32_t a = 0; a < n; a++) {
        p[a] = rill_exp(eta[a]) / sum;
    }
}

/// Gumbel-max, or mu + sigma z.
static inline void actor_box_choose(actor_box *box, actor_moment *s)
{
    if (box->is_discrete) {
        double best = (double)-INFINITY;
        for (int32_t a = 0; a < box->size; a++) {
            const double u = ((double)(rill_rng_next64(&box->rng) >> 12) + 0.5) * 0x1p-52;
            const double noisy = s->eta[a] - rill_log(-rill_log(u));
            s->action = noisy > best ? a : s->action;
            best = fmax(best, noisy);
        }
        for (int32_t a = 0; a < box->size; a++) {
            s->a[a] = a == s->action ? 1.0 : 0.0;
        }
        return;
    }
    for (int32_t i = 0; i < box->size; i++) {
        const double log_std = rill_log(box->initial_std) + s->eta[box->size + i];
        ck_assert(log_std > -5.0 && log_std < 2.0); // or the derivative would not be that below
        s->a[i] = s->eta[i] + rill_exp(log_std) * rill_rng_standard_normal(&box->rng);
    }
}

/// grad_eta ln pi(a | eta): S&B eq. 13.9 on preferences; exercise 13.4.
static inline void actor_box_score(const actor_box *box, const double *eta, const double *a,
                                   double *g)
{
    const int32_t n = box->size;
    if (box->is_discrete) {
        double p[ACTOR_SIZE];
        actor_softmax(n, eta, p);
        for (int32_t j = 0; j < n; j++) {
            g[j] = a[j] - p[j];
        }
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        const double sigma = box->initial_std * rill_exp(eta[n + i]), d = a[i] - eta[i];
        g[i] = d / (sigma * sigma);
        g[n + i] = d * d / (sigma * sigma) - 1.0;
    }
}

/// grad_eta H(pi): by the sum over actions; of a normal distribution log sigma is all.
static inline void actor_box_entropy(const actor_box *box, const double *eta, double *g)
{
    const int32_t n = box->size;
    for (int32_t j = 0; j < box->n_parameters; j++) {
        g[j] = !box->is_discrete && j >= n ? 1.0 : 0.0;
    }
    if (box->is_discrete) {
        double p[ACTOR_SIZE];
        actor_softmax(n, eta, p);
        for (int32_t a = 0; a < n; a++) {
            for (int32_t j = 0; j < n; j++) { // -sum_a d p(a) / d eta_j (log p(a) + 1)
                g[j] -= p[a] * ((a == j ? 1.0 : 0.0) - p[j]) * (log(p[a]) + 1.0);
            }
        }
    }
}

/// Entry (i, j) of d f / d theta, of a function with d f / d eta = g in the state.
static inline double actor_box_gradient(const actor_box *box, const actor_moment *s,
                                        const double *g, int32_t i, int32_t j)
{
    if (j >= box->n_parameters - box->n_free) {
        return i == 0 ? g[j] : 0.0;
    }
    return s->x[i] * g[j];
}

static inline double actor_box_scale(const actor_box *box, int32_t i, int32_t j)
{
    return j >= box->n_parameters - box->n_free ? box->free_scale : box->x_scale[i];
}

/// theta <- theta + step d f / d theta
static inline void actor_box_step(actor_box *box, const actor_moment *s, const double *g,
                                  double step)
{
    for (int32_t i = 0; i < box->policy_map.size; i++) {
        for (int32_t j = 0; j < box->n_parameters; j++) {
            box->theta[i][j] +=
                step * actor_box_scale(box, i, j) * actor_box_gradient(box, s, g, i, j);
        }
    }
}

/// w_o <- w_o + step phi(s)
static inline void actor_box_add(actor_box *box, const actor_moment *s, int32_t o, double step)
{
    for (int32_t i = 0; i < box->map.size; i++) {
        box->w[i][o] += step * box->phi_scale[i] * s->phi[i];
    }
}

// ---- side by side ----

static inline bool actor_is_near(double value, double expected, double tolerance)
{
    return fabs(value - expected) <= tolerance * fmax(1.0, fabs(expected));
}

/// theta, w, the error and the average reward are the same to the tolerance.
static inline void actor_assert_same(const actor_box *box, const rill_agent *agent,
                                     double tolerance)
{
    const actor_case *c = box->c;
    const rill_linear *theta = &agent->actor.theta, *w = &agent->value;
    ck_assert_int_eq(theta->n_outputs, box->n_parameters);
    ck_assert_int_eq(w->n_outputs, box->n_w);
    ck_assert_int_eq(theta->n_features, box->policy_map.size);
    for (int32_t i = 0; i < theta->n_features; i++) {
        for (int32_t j = 0; j < theta->n_outputs; j++) {
            const double value = rill_linear_row(theta, i)[j];
            if (!actor_is_near(value, box->theta[i][j], tolerance)) {
                ck_abort_msg("%s, %s on %s, update %d: theta[%d][%d] is %.17g, not %.17g",
                             agent->type->id, c->env, c->map.id, box->n_updates, i, j, value,
                             box->theta[i][j]);
            }
        }
    }
    for (int32_t i = 0; i < w->n_features; i++) {
        for (int32_t o = 0; o < w->n_outputs; o++) {
            const double value = rill_linear_row(w, i)[o];
            if (!actor_is_near(value, box->w[i][o], tolerance)) {
                ck_abort_msg("%s, %s on %s, update %d: w[%d][%d] is %.17g, not %.17g",
                             agent->type->id, c->env, c->map.id, box->n_updates, i, o, value,
                             box->w[i][o]);
            }
        }
    }
    ASSERT_FOR(c->env, actor_is_near(agent->memory->td_error, box->td_error, tolerance));
    ASSERT_FOR(c->env,
               actor_is_near(agent->memory->average_reward, box->average_reward, tolerance));
}

static inline void actor_assert_action(const actor_box *box, const rill_agent *agent,
                                       rill_action action, const actor_moment *s)
{
    for (int32_t i = 0; i < box->size && !box->is_discrete; i++) {
        ASSERT_FOR(box->c->env, actor_is_near((double)action.box[i], s->a[i], 1e-6));
        ASSERT_FOR(box->c->env, actor_is_near(agent->actor.x[i], s->a[i], 1e-9));
    }
    ASSERT_FOR(box->c->env, !box->is_discrete || action.index == s->action);
}

/// One step of a box, for what followed S and A; `next` NULL: the episode terminated. Sarsa's like choose
/// the action of `next` before.
typedef void actor_learn(actor_box *box, const actor_moment *s, double reward,
                         const actor_moment *next);
/// Called at the start of each episode; may be NULL.
typedef void actor_begin(actor_box *box);

/// Plays the agent in the world of a box for so many steps; both learn, and are compared after each step.
static inline void actor_play(actor_box *box, rill_agent *agent, actor_begin *begin,
                              actor_learn *learn, void (*choose)(actor_box *, actor_moment *),
                              bool chooses_first, int n_steps, double tolerance)
{
    actor_moment s = {0}, next = {0};
    rill_observation observation = rill_env_reset(box->env);
    rill_action action = rill_agent_start(agent, observation);
    for (int i = 0; i < n_steps; i++) {
        bool is_first = i == 0;
        if (is_first) {
            if (begin != NULL) {
                begin(box);
            }
            actor_box_see(box, observation, &s);
            choose(box, &s);
        }
        actor_assert_action(box, agent, action, &s);
        rill_outcome outcome;
        observation = rill_env_step(box->env, action, &outcome);
        const bool is_last = rill_outcome_is_last(&outcome);
        if (is_last) {
            rill_agent_finish(agent, &outcome, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        actor_box_see(box, observation, &next);
        if (chooses_first && !outcome.terminated) {
            choose(box, &next);
        }
        learn(box, &s, outcome.reward, outcome.terminated ? NULL : &next);
        box->n_updates++;
        actor_assert_same(box, agent, tolerance);
        box->n_terminated += outcome.terminated;
        box->n_cut += is_last && !outcome.terminated;
        s = next;
        if (is_last) {
            observation = rill_env_reset(box->env);
            action = rill_agent_start(agent, observation);
            if (begin != NULL) {
                begin(box);
            }
            actor_box_see(box, observation, &s);
            choose(box, &s);
        } else if (!chooses_first) {
            actor_box_eta(box, &s, s.eta);
            choose(box, &s);
        }
    }
    ck_assert_int_gt(box->n_cut, 0);
    ck_assert(agent->memory->update == n_steps && isfinite(box->td_error));
}

#endif
