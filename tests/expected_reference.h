/// What the tests of expected updates share: sweeps without stepping a world, and a naive second form of
/// them in dense vectors and matrices.
#ifndef RILL_TESTS_EXPECTED_REFERENCE_H
#define RILL_TESTS_EXPECTED_REFERENCE_H

#include "tests/golden.h"
#include "tests/off_policy_reference.h"

static inline void expected_run(rill_agent *agent, int64_t sweeps)
{
    for (int64_t i = 0; i < sweeps; i++) {
        rill_agent_step(agent, 123.0, (rill_observation){.index = 1}); // rewards teach nothing
    }
}

/// "state_weights=..." for the first states.
static inline const char *expected_weights_text(const double *d, int32_t n, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "state_weights=%.17g", d[0]);
    for (int32_t s = 1; s < n; s++) {
        length += (size_t)snprintf(text + length, size - length, ",%.17g", d[s]);
    }
    ck_assert_uint_lt(length, size);
    return text;
}

/// A sweep in dense vectors, from the chain P, r of the policy and d.
typedef struct expected_sweep {
    const linear_world *world;
    const linear_matrix *p;
    const double *r, *d;
    bool is_in_place;
} expected_sweep;

/// delta(s) = r(s) + gamma sum_s' P(s,s') v(s') - v(s)
static inline double expected_delta(const expected_sweep *e, const double *weights, int32_t s)
{
    const linear_world *w = e->world;
    double delta = e->r[s] - linear_dot(w, weights, w->x[s]);
    for (int32_t k = 0; k < w->n_states; k++) {
        delta += w->gamma * e->p->at[s][k] * linear_dot(w, weights, w->x[k]);
    }
    return delta;
}

typedef void expected_rule(const expected_sweep *e, off_policy_memory *memory);

/// States that are not terminal, alike.
static inline void expected_uniform(const linear_world *w, double *d)
{
    int32_t n = 0;
    for (int32_t s = 0; s < w->n_states; s++) {
        n += rill_model_has_actions(w->model, s);
    }
    for (int32_t s = 0; s < w->n_states; s++) {
        d[s] = rill_model_has_actions(w->model, s) ? 1.0 / n : 0.0;
    }
}

/// After each of 60 sweeps, of both kinds, the agent's weights are those of the rule, and td_error is that of
/// the weights before a synchronous one.
static inline void expected_follow_rule(const char *id, const char *settings, expected_rule *rule)
{
    for (int i = 0; i < 4 * OFF_POLICY_MAPS; i++) {
        const features_of map = off_policy_maps[i / 4];
        linear_world w = i % 2 == 0 ? off_policy_random(map) : off_policy_walk(map);
        linear_matrix p;
        double r[LINEAR_STATES], d[LINEAR_STATES];
        char text[1024], all[2048];
        const bool is_in_place = i / 2 % 2 == 1;
        off_policy_memory memory = {.w = {0.0}};
        linear_chain(&w, w.policy, &p, r);
        if (is_in_place) {
            linear_distribution(&w, w.behaviour, d);
            snprintf(all, sizeof all, "update=in_place %s %s", settings,
                     expected_weights_text(d, w.n_states, text, sizeof text));
        } else {
            expected_uniform(&w, d);
            snprintf(all, sizeof all, "%s", settings);
        }
        rill_agent *agent = linear_agent_in(&w, id, all);
        rill_agent_start(agent, (rill_observation){.index = 1});
        const expected_sweep e = {&w, &p, r, d, is_in_place};
        for (int32_t k = 0; k < 60; k++) {
            double square = 0.0;
            for (int32_t s = 0; s < w.n_states; s++) {
                square += d[s] * pow(d[s] > 0.0 ? expected_delta(&e, memory.w, s) : 0.0, 2.0);
            }
            rule(&e, &memory);
            expected_run(agent, 1);
            linear_check(&w, id, k, agent->value.weights, memory.w, 1e-11);
            if (!is_in_place) {
                ASSERT_NEAR(agent->memory->td_error, sqrt(square), 1e-11);
            }
        }
        ck_assert_int_eq(agent->memory->update, 60);
        ck_assert(linear_dot(&w, memory.w, memory.w) > 1e-3);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}

/// In a world with or without ends and the weights d of the states, `sweeps` sweeps come to the values of
/// the system's solution.
static inline void expected_check_limit(const char *id, const char *settings, const linear_world *w,
                                        const double *d, const linear_matrix *a, const double *b,
                                        int64_t sweeps)
{
    char text[1024], all[2048];
    double fixed[LINEAR_FEATURES];
    const double zeros[LINEAR_FEATURES] = {0.0};
    snprintf(all, sizeof all, "%s %s", settings,
             expected_weights_text(d, w->n_states, text, sizeof text));
    rill_agent *agent = linear_agent_in(w, id, all);
    linear_fixed_point(w, a, b, fixed);
    expected_run(agent, sweeps);
    ck_assert(linear_distance(w, d, fixed, zeros) > 0.1);
    ASSERT_NEAR(linear_distance(w, d, fixed, agent->value.weights), 0.0, 1e-8);
    rill_agent_destroy(agent);
}

/// The trajectory on Baird's counterexample, as it is in sutton_barto_exact.json under `name`.
static inline void expected_check_baird(const char *id, const char *settings, const char *name)
{
    char all[512];
    linear_world w = baird_world();
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *baird = golden_member(golden_member(json, "entries"), "baird");
    const cJSON *points = golden_member(golden_member(baird, "deterministic_trajectories"), name);
    snprintf(all, sizeof all, "%s %s", settings, BAIRD_WEIGHTS);
    rill_agent *agent = linear_agent_in(&w, id, all);
    int n_points = 0;
    const cJSON *point;
    cJSON_ArrayForEach (point, points) {
        expected_run(agent, atoi(point->string) - agent->memory->update);
        for (int i = 0; i < 8; i++) {
            const double expected = cJSON_GetArrayItem(golden_member(point, "w"), i)->valuedouble;
            ASSERT_NEAR(agent->value.weights[i], expected, 1e-11 * fmax(1.0, fabs(expected)));
        }
        n_points++;
    }
    ck_assert(n_points == 6 && agent->memory->update == 1000);
    cJSON_Delete(json);
    rill_agent_destroy(agent);
    linear_end(&w);
}

#endif
