// Derivatives of what an agent sees: of features by the observation, and of the observation by the
// state, against finite differences, over the registries: a new file is covered by being there.
#include "tests/conformance.h"
#include "tests/linear_agents.h"

/// (8 [f(h) - f(-h)] - [f(2h) - f(-2h)]) / 12 h, exact up to h^4; `f` in the order -2h, -h, h, 2h.
static double five_points(const double *f, double h)
{
    return (8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * h);
}

static const int places[] = {-2, -1, 1, 2};

// ---- features by the observation ----

enum { DIM = 3, MAX_SIZE = 512 };
static const double low[DIM] = {-2.0, 0.0, -0.5}, high[DIM] = {3.0, 1.0, 0.5};
static const double narrow[] = {-1.0, 0.75}; // bounds of one of the settings

/// Compares at a point whose numbers are multiples of h = 2^-10, so that float holds all places. Answers
/// how many elements are not 0. Errors of the differences are below 1e-9, at frequencies of 3 pi.
static int check_features_at(const rill_features *map, const float *point)
{
    const float h = 0x1p-10f;
    static double jacobian[MAX_SIZE * DIM], x[4][MAX_SIZE];
    int n_not_zero = 0;
    for (int32_t k = 0; k < map->size * DIM; k++) {
        jacobian[k] = (double)NAN; // each must be written
    }
    map->type->derivative(map, (rill_observation){.box = point}, jacobian);
    for (int i = 0; i < DIM; i++) {
        float moved[DIM];
        memcpy(moved, point, sizeof moved);
        for (int k = 0; k < 4; k++) {
            int32_t indices[MAX_SIZE];
            moved[i] = point[i] + (float)places[k] * h;
            ck_assert_int_eq(rill_features_encode(map, NULL, true, (rill_observation){.box = moved},
                                                  indices, x[k]),
                             map->n_active);
        }
        for (int32_t j = 0; j < map->size; j++) {
            const double f[] = {x[0][j], x[1][j], x[2][j], x[3][j]};
            const double expected = five_points(f, (double)h), ours = jacobian[j * DIM + i];
            ck_assert_msg(fabs(ours - expected) <= 1e-7 * fmax(1.0, fabs(expected)),
                          "%s: d x%d / d o%d at (%g, %g, %g) is %.12g, by differences %.12g",
                          map->type->id, j, i, (double)point[0], (double)point[1], (double)point[2],
                          ours, expected);
            n_not_zero += fabs(expected) > 1e-3;
        }
    }
    return n_not_zero;
}

/// Inside the bounds, and in one of four points beyond some of them, where features stay the same.
static void check_features(const rill_features_type *type, const char *settings)
{
    rill_error error = {0};
    rill_features map;
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, settings);
    ASSERT_OK(rill_features_create(&map, type, params, rill_space_box(DIM, low, high), &error),
              &error);
    ASSERT_FOR(type->id, map.size <= MAX_SIZE && map.n_active == map.size);
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    int n_not_zero = 0;
    for (int n = 0; n < 200; n++) {
        float point[DIM];
        for (int i = 0; i < DIM; i++) {
            const double margin = n % 4 == 0 ? -0.2 : 0.01; // differences do not cross a bound
            double o;
            do {
                o = rill_rng_uniform(&rng, low[i] + margin, high[i] - margin);
                o = floor(o * 1024.0) / 1024.0;
            } while (fabs(o - low[i]) < 0.003 || fabs(o - high[i]) < 0.003 ||
                     fabs(o - narrow[0]) < 0.003 || fabs(o - narrow[1]) < 0.003);
            point[i] = (float)o;
        }
        n_not_zero += check_features_at(&map, point);
    }
    ASSERT_FOR(type->id, n_not_zero > 300);
    rill_features_destroy(&map);
}

START_TEST(test_features)
{
    static const char *const settings[] = {
        "",
        "order=2 coupled=false form=total_degree from=-1 to=2 centres=3 width=0.7 bias=false",
        "order=1,3,0 normalised=true centres=4,1,3 width=0.4 from=-1",
        "normalised=true low=-1 high=0.75",
    };
    int n_types = 0;
    for (const rill_features_type *const *type = rill_features_type_list(); *type != NULL; type++) {
        for (size_t i = 0; (*type)->derivative != NULL && i < sizeof settings / sizeof settings[0];
             i++) {
            check_features(*type, settings[i]);
        }
        n_types += (*type)->derivative != NULL;
    }
    ck_assert_int_ge(n_types, 4);
}
END_TEST

// ---- the observation by the state ----

enum { MAX_STATE = 64, MAX_OBSERVATION = 64 };

static void see(rill_env *env, const double *state, double *seen)
{
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    const float *box = rill_env_observe(env).box;
    for (int32_t i = 0; i < env->observation_space.size; i++) {
        seen[i] = (double)box[i];
    }
}

/// With h = 1/16 the differences err by h^4 / 30 |f'''''| and by 2^-24 / h of rounding to float: 2e-6 for
/// sines, and for lengths in proportion.
static void check_observation_at(rill_env *env, const char *name, const double *state)
{
    const double h = 0x1p-4;
    const int32_t n = env->n_state_values, size = env->observation_space.size;
    double jacobian[MAX_OBSERVATION * MAX_STATE], seen[4][MAX_OBSERVATION];
    for (int32_t k = 0; k < size * n; k++) {
        jacobian[k] = (double)NAN;
    }
    see(env, state, seen[0]);
    if (env->type->observe_jacobian == NULL) { // it is the state
        ASSERT_FOR(name, size == n);
        for (int32_t i = 0; i < n; i++) {
            ASSERT_FOR(name, seen[0][i] == (double)(float)state[i]);
        }
        return;
    }
    env->type->observe_jacobian(env->params, env->state, jacobian);
    for (int32_t j = 0; j < n; j++) {
        double moved[MAX_STATE];
        memcpy(moved, state, (size_t)n * sizeof *state);
        for (int k = 0; k < 4; k++) {
            moved[j] = state[j] + places[k] * h;
            see(env, moved, seen[k]);
        }
        for (int32_t i = 0; i < size; i++) {
            const double f[] = {seen[0][i], seen[1][i], seen[2][i], seen[3][i]};
            const double expected = five_points(f, h), ours = jacobian[i * n + j];
            ck_assert_msg(fabs(ours - expected) <= 4e-6 * fmax(1.0, fabs(f[0])),
                          "%s: d observation %d / d state %d is %.9g, by differences %.9g", name, i,
                          j, ours, expected);
        }
    }
}

static int n_checked; // environments

static void check_observation(rill_env *env, const char *name)
{
    double state[MAX_STATE];
    if (env->type->jacobian == NULL) {
        ASSERT_FOR(name, env->type->observe_jacobian == NULL);
        return;
    }
    ck_assert(env->n_state_values <= MAX_STATE && env->observation_space.size <= MAX_OBSERVATION);
    rill_env_seed(env, 3);
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    for (int i = 0; i < 50; i++) { // a start, moved about: none is near the end of what can be set
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, state);
        for (int32_t j = 0; j < env->n_state_values; j++) {
            state[j] = 0.7 * state[j] + rill_rng_uniform(&rng, -0.1, 0.1);
        }
        check_observation_at(env, name, state);
    }
    n_checked++;
}

START_TEST(test_observations)
{
    for_each_env(check_observation);
    ck_assert_int_ge(n_checked, 5);
}
END_TEST

/// A wrapper that keeps observations passes their derivatives on with those of the steps.
START_TEST(test_wrapped)
{
    rill_env *env = NULL, *wrapped = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "pendulum", NULL, &error), &error);
    ASSERT_OK(rill_env_create(&wrapped, "pendulum", NULL, &error), &error);
    ASSERT_OK(rill_env_wrap(&wrapped, "time_limit", NULL, &error), &error);
    rill_env_reset(env);
    rill_env_reset(wrapped);
    double a[6] = {0.0}, b[6] = {0.0};
    env->type->observe_jacobian(env->params, env->state, a);
    wrapped->type->observe_jacobian(wrapped->params, wrapped->state, b);
    ck_assert(a[0] != 0.0);
    ck_assert_mem_eq(a, b, sizeof a);
    ASSERT_OK(rill_env_wrap(&wrapped, "normalise_observation", NULL, &error), &error);
    ck_assert(wrapped->type->jacobian == NULL && wrapped->type->observe_jacobian == NULL);
    rill_env_destroy(env);
    rill_env_destroy(wrapped);
}
END_TEST

TEST_MAIN(test_features, test_observations, test_wrapped)
