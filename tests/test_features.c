// What every feature map owes its users, checked over the registry; and the one-hot map.
#include "tests/conformance.h"
#include "tests/feature_maps.h"

#include "tests/allocations.h"

START_TEST(test_registry)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_features_type_list()[i] != NULL; i++) {
        const rill_features_type *type = rill_features_type_list()[i];
        ids[i] = type->id;
        ck_assert_ptr_eq(rill_features_type_find(type->id, NULL), type);
        ASSERT_FOR(type->id, type->summary[0] != '\0' && type->source[0] != '\0');
        check_param_table(type->id, type->params, type->params_size);
    }
    check_files_are_ids("approx", "features_", ids);
    rill_error error = {0};
    ck_assert_ptr_null(rill_features_type_find("onehot", &error));
    ck_assert_str_eq(error.message, "unknown feature map \"onehot\"; did you mean \"one_hot\"?");
}
END_TEST

START_TEST(test_one_hot)
{
    rill_error error = {0};
    rill_features features = {0};
    const rill_features_type *type = rill_features_type_find("one_hot", &error);
    ASSERT_OK(rill_features_create(&features, type, NULL, rill_space_discrete(11), &error), &error);
    ck_assert_int_eq(features.size, 11);
    for (int32_t i = 0; i < 11; i++) {
        ck_assert_int_eq(rill_features_active(&features, (rill_observation){.index = i}), i);
    }
    rill_features_destroy(&features);
    ck_assert_ptr_null(features.params);
    rill_features_destroy(&features); // twice is fine
}
END_TEST

START_TEST(test_one_hot_refuses_a_box)
{
    static const double low[] = {0.0, 0.0}, high[] = {1.0, 1.0};
    rill_error error = {0};
    rill_features features = {0};
    const rill_features_type *type = rill_features_type_find("one_hot", &error);
    void *params = rill_params_create(type->params, type->params_size); // freed by the failure
    ck_assert_int_eq(
        rill_features_create(&features, type, params, rill_space_box(2, low, high), &error),
        RILL_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "one_hot needs discrete observations"));
    ck_assert_ptr_nonnull(strstr(error.message, "a box of 2 numbers"));
    ck_assert_ptr_null(features.params);
}
END_TEST

// ---- every map, in several variants, on several spaces ----

enum { MAX_ACTIVE = 4096 };

static const double lows[] = {-2.0, 0.0}, highs[] = {1.0, 5.0};

/// What a check is called with: a map just created, and its description for messages.
typedef void map_check(const rill_features *map, const char *name);

/// Makes a map and runs a check on it; false where the map refuses.
static bool run_map_check(map_check *check, const char *id, rill_space space, const char *text)
{
    rill_features map = {0};
    rill_error error = {0};
    rill_status status = try_map(&map, id, space, text, &error);
    ck_assert_msg(status == RILL_OK || status == RILL_INVALID, "%s %s: %s", id, text,
                  error.message);
    if (status == RILL_OK) {
        char name[256];
        snprintf(name, sizeof name, "%s %s, %s", id, text,
                 space.kind == RILL_SPACE_BOX ? "box" : "discrete");
        check(&map, name);
        rill_features_destroy(&map);
    }
    return status == RILL_OK;
}

/// With the defaults, and with one parameter changed: flags flipped, every word of a choice, whole
/// numbers 3 above their default or 3 for one dimension and 2 for the other. Answers the number of
/// variants that fit the space.
static int run_variants(map_check *check, const rill_features_type *type, rill_space space)
{
    int n = run_map_check(check, type->id, space, "");
    for (const rill_param *p = type->params; p->name != NULL; p++) {
        char text[128];
        if (p->kind == RILL_PARAM_BOOL) {
            const bool is_on = strcmp(p->default_text, "true") == 0;
            snprintf(text, sizeof text, "%s=%s", p->name, is_on ? "false" : "true");
            n += run_map_check(check, type->id, space, text);
        } else if (p->kind == RILL_PARAM_INTEGER) {
            snprintf(text, sizeof text, "%s=%.17g", p->name, atof(p->default_text) + 3.0);
            n += run_map_check(check, type->id, space, text);
        } else if (p->kind == RILL_PARAM_INTEGERS && strcmp(p->name, "shape") != 0) {
            const char *value = p->max < 2.0 ? "1,0" : "3,2";
            snprintf(text, sizeof text, "%s=%s%s", p->name, value,
                     space.kind == RILL_SPACE_BOX ? "" : " shape=4,3");
            n += run_map_check(check, type->id, space, text);
        }
        for (int i = 0; p->kind == RILL_PARAM_CHOICE && p->choices[i] != NULL; i++) {
            snprintf(text, sizeof text, "%s=%s", p->name, p->choices[i]);
            n += run_map_check(check, type->id, space, text);
        }
    }
    return n;
}

static void for_each_map(map_check *check)
{
    for (const rill_features_type *const *type = rill_features_type_list(); *type != NULL; type++) {
        const int n_discrete = run_variants(check, *type, rill_space_discrete(12));
        const int n_box = run_variants(check, *type, rill_space_box(2, lows, highs));
        ASSERT_FOR((*type)->id, n_discrete > 0 || n_box > 0);
        if (rill_param_find((*type)->params, "low", NULL) != NULL) { // scaled: serves both
            ASSERT_FOR((*type)->id, n_discrete > 1 && n_box > 1);
        }
    }
}

/// An observation of a space, or from around it; `x` is room for a box.
static rill_observation draw_observation(const rill_space *space, rill_rng *rng, float *x)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        return cell((int32_t)rill_rng_integers(rng, space->size));
    }
    for (int32_t i = 0; i < space->size; i++) {
        x[i] = (float)(space->low[i] +
                       (space->high[i] - space->low[i]) * (1.2 * rill_rng_random(rng) - 0.1));
    }
    return box(x);
}

// ---- what is encoded ----

/// The features of an observation keep the map's promises; answers their number.
static int32_t check_encoding(const rill_features *map, const char *name, void *memory,
                              rill_observation observation, int32_t *indices, double *values)
{
    indices[map->n_active] = -77;
    values[map->n_active] = -77.0;
    const int32_t n = rill_features_encode(map, memory, false, observation, indices, values);
    ASSERT_FOR(name, n >= 0 && n <= map->n_active);
    ASSERT_FOR(name, indices[map->n_active] == -77 && values[map->n_active] == -77.0);
    for (int32_t i = 0; i < n; i++) {
        ASSERT_FOR(name, indices[i] >= 0 && indices[i] < map->size);
        ASSERT_FOR(name, isfinite(values[i]));
        ASSERT_FOR(name, !map->is_binary || values[i] == 1.0);
        // a table that is full may give two tiles of a state one index
        for (int32_t j = 0; j < i && map->memory_size == 0; j++) {
            ASSERT_FOR(name, indices[i] != indices[j]);
        }
    }
    if (rill_features_are_table(map)) {
        ASSERT_FOR(name, n == 1 && indices[0] == rill_features_active(map, observation));
    }
    return n;
}

static void check_encodings(const rill_features *map, const char *name)
{
    static int32_t indices[MAX_ACTIVE], again[MAX_ACTIVE];
    static double values[MAX_ACTIVE], values_again[MAX_ACTIVE];
    ASSERT_FOR(name, map->size > 0 && map->n_active > 0 && map->n_active < MAX_ACTIVE);
    ASSERT_FOR(name, map->is_binary || map->n_active <= map->size);
    ASSERT_FOR(name, map->recommended_scale > 0.0 && isfinite(map->recommended_scale));
    ASSERT_FOR(name, !map->is_binary || map->recommended_scale == 1.0 / map->n_active);
    ASSERT_FOR(name, map->step_scale > 0.0 && map->step_scale <= 1.0);
    for (int32_t j = 0; map->step_scales != NULL && j < map->size; j++) {
        ASSERT_FOR(name, map->step_scales[j] > 0.0 && map->step_scales[j] <= 1.0);
    }
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    void *memory = calloc(1, map->memory_size + 1);
    for (int trial = 0; trial < 300; trial++) {
        float x[2], same[2];
        rill_observation observation = draw_observation(&map->space, &rng, x);
        const int32_t n = check_encoding(map, name, memory, observation, indices, values);
        if (map->space.kind == RILL_SPACE_BOX) { // equal numbers in another place
            memcpy(same, x, sizeof same);
            observation.box = same;
        }
        const bool is_frozen = trial % 2 == 0;
        ASSERT_FOR(name, rill_features_encode(map, memory, is_frozen, observation, again,
                                              values_again) == n);
        ASSERT_FOR(name, memcmp(indices, again, (size_t)n * sizeof *indices) == 0);
        ASSERT_FOR(name, memcmp(values, values_again, (size_t)n * sizeof *values) == 0);
    }
    free(memory);
}

START_TEST(test_encodings)
{
    for_each_map(check_encodings);
}
END_TEST

/// An environment that has gone astray is no reason to crash.
static void check_strange_observations(const rill_features *map, const char *name)
{
    static const float strange[] = {NAN, HUGE_VALF, -HUGE_VALF, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN};
    static int32_t indices[MAX_ACTIVE];
    static double values[MAX_ACTIVE];
    if (map->space.kind == RILL_SPACE_DISCRETE) {
        return;
    }
    void *memory = calloc(1, map->memory_size + 1);
    for (int i = 0; i < 36; i++) {
        const float x[] = {strange[i / 6], strange[i % 6]};
        check_encoding(map, name, memory, box(x), indices, values);
    }
    free(memory);
}

START_TEST(test_strange_observations)
{
    for_each_map(check_strange_observations);
}
END_TEST

/// A space of one observation is a space.
START_TEST(test_one_observation)
{
    for (const rill_features_type *const *type = rill_features_type_list(); *type != NULL; type++) {
        const rill_param *shape = rill_param_find((*type)->params, "shape", NULL);
        ck_assert(run_map_check(check_encodings, (*type)->id, rill_space_discrete(1), ""));
        ck_assert(run_map_check(check_encodings, (*type)->id, rill_space_discrete(1),
                                shape == NULL ? "" : "shape=1,1"));
    }
}
END_TEST

// ---- bounds and shapes ----

/// Runs a check on every map whose observations are scaled; answers how many there are.
static int for_each_scaled(void (*check)(const char *id))
{
    int n = 0;
    for (const rill_features_type *const *type = rill_features_type_list(); *type != NULL; type++) {
        if (rill_param_find((*type)->params, "low", NULL) != NULL) {
            check((*type)->id);
            n++;
        }
    }
    return n;
}

#define ASSERT_MAP_REFUSED(id, space, text, where, part)                                       \
    do {                                                                                       \
        rill_features refused_map = {0};                                                       \
        rill_error refused_error = {0};                                                        \
        ASSERT_REFUSED(try_map(&refused_map, id, space, text, &refused_error), &refused_error, \
                       where, part);                                                           \
        ck_assert_ptr_null(refused_map.params);                                                \
    } while (0)

static const char asks_for_bounds[] =
    "has no finite bounds (-inf to inf); give \"low\" and \"high\", one number a dimension";

static void check_infinite_bounds(const char *id)
{
    static const double open_low[] = {0.0, (double)-INFINITY, 0.0};
    static const double open_high[] = {1.0, (double)INFINITY, (double)INFINITY};
    const rill_space space = rill_space_box(3, open_low, open_high);
    ASSERT_MAP_REFUSED(id, space, "", "low", asks_for_bounds);
    ASSERT_MAP_REFUSED(id, space, "", "low", "observation 1 has");
    ASSERT_MAP_REFUSED(id, space, "low=0,-1,0", "high", "(-1 to inf); give \"low\" and \"high\"");
    ASSERT_MAP_REFUSED(id, space, "high=1", "low", "(-inf to 1); give \"low\" and \"high\"");
    ASSERT_MAP_REFUSED(id, rill_space_box(1, open_low + 2, open_high + 2), "", "high",
                       "observation 0 has no finite bounds (0 to inf)");
    rill_features map = make_map(id, space, "low=0,-1,0 high=1,1,9");
    rill_features_destroy(&map);
    // as good as infinite: the greatest float
    static const double far_low[] = {-3.4028234663852886e38}, far_high[] = {3.4028234663852886e38};
    ASSERT_MAP_REFUSED(id, rill_space_box(1, far_low, far_high), "", "low",
                       "give \"low\" and \"high\"");
    ASSERT_MAP_REFUSED(id, rill_space_box(1, far_low, far_high), "low=0", "high",
                       "(0 to 3.40282e+38); give");
    ASSERT_MAP_REFUSED(id, rill_space_box(1, far_low, far_high), "high=0", "low",
                       "(-3.40282e+38 to 0); give");
    map = make_map(id, rill_space_box(1, far_low, far_high), "low=-1e30 high=1e30");
    rill_features_destroy(&map);
}

START_TEST(test_infinite_bounds)
{
    ck_assert_int_ge(for_each_scaled(check_infinite_bounds), 6);
}
END_TEST

/// Positions and angles of a cart-pole are bounded, speeds are not.
static void check_cartpole(const char *id)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cartpole", NULL, &error), &error);
    ASSERT_MAP_REFUSED(id, env->observation_space, "", "low", "observation 1 has no finite bounds");
    rill_features map =
        make_map(id, env->observation_space, "low=-2.4,-3,-0.2,-3 high=2.4,3,0.2,3");
    ck_assert_int_gt(map.size, 1);
    rill_features_destroy(&map);
    rill_env_destroy(env);
}

START_TEST(test_bounds_for_the_cartpole)
{
    ck_assert_int_ge(for_each_scaled(check_cartpole), 6);
}
END_TEST

static void check_wrong_bounds(const char *id)
{
    const rill_space space = rill_space_box(2, lows, highs);
    static const char not_above[] = "observation 1: the upper bound 5 is not above the lower one 5";
    ASSERT_MAP_REFUSED(id, space, "low=0,5 high=1,5", "high", not_above);
    ASSERT_MAP_REFUSED(id, space, "low=3", "high", "bound 1 is not above the lower one 3");
    ASSERT_MAP_REFUSED(id, space, "low=0 high=0,1", "high", "is not above");
    ASSERT_MAP_REFUSED(id, space, "low=1,0 high=0,1", "high", "is not above");
    // apart by less than can be divided by
    ASSERT_MAP_REFUSED(id, space, "low=0 high=1e-310", "high", "is not above");
    ASSERT_MAP_REFUSED(id, space, "low=0,0,0", "low",
                       "3 numbers for 2 dimensions; give one for all, or one for each");
    ASSERT_MAP_REFUSED(id, space, "high=9,9,9", "high", "3 numbers for 2 dimensions");
    ASSERT_MAP_REFUSED(id, rill_space_discrete(6), "low=0,0", "low", "2 numbers for 1 dimensions");
    // one number for all dimensions
    rill_features map = make_map(id, space, "low=-1 high=9");
    rill_features_destroy(&map);
}

START_TEST(test_wrong_bounds)
{
    ck_assert_int_ge(for_each_scaled(check_wrong_bounds), 6);
}
END_TEST

static void check_shapes(const char *id)
{
    const rill_space cells = rill_space_discrete(12);
    ASSERT_MAP_REFUSED(id, cells, "shape=3,5", "shape",
                       "a grid of 15 cells, but there are 12 observations");
    ASSERT_MAP_REFUSED(id, cells, "shape=1073741824,1073741824,1073741824", "shape", "a grid of");
    ASSERT_MAP_REFUSED(id, rill_space_box(2, lows, highs), "shape=3,4", "shape",
                       "is for discrete observations; these are a box of 2 numbers");
    char long_shape[256] = "shape=12";
    for (int i = 0; i < 64; i++) {
        strcat(long_shape, ",1");
    }
    ASSERT_MAP_REFUSED(id, cells, long_shape, "shape", "65 dimensions, at most 64 are possible");
    double many_lows[65] = {0.0}, many_highs[65];
    for (int i = 0; i < 65; i++) {
        many_highs[i] = 1.0;
    }
    ASSERT_MAP_REFUSED(id, rill_space_box(65, many_lows, many_highs), "", "",
                       "serves up to 64 dimensions, the observations have 65");
    rill_features map = make_map(id, cells, "shape=2,3,2");
    rill_features_destroy(&map);
}

START_TEST(test_shapes)
{
    ck_assert_int_ge(for_each_scaled(check_shapes), 6);
}
END_TEST

// ---- memory ----

/// Encoding allocates nothing.
static void check_no_allocations(const rill_features *map, const char *name)
{
    static int32_t indices[MAX_ACTIVE];
    static double values[MAX_ACTIVE];
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    void *memory = calloc(1, map->memory_size + 1);
    const long made = allocations_made;
    for (int trial = 0; trial < 50; trial++) {
        float x[2];
        rill_features_encode(map, memory, trial % 3 == 0, draw_observation(&map->space, &rng, x),
                             indices, values);
    }
    ASSERT_FOR(name, allocations_made == made);
    free(memory);
}

START_TEST(test_encodings_allocate_nothing)
{
    if (are_allocations_counted("test_encodings_allocate_nothing")) {
        for_each_map(check_no_allocations);
    }
}
END_TEST

/// Fails the first allocation of create, then the second, ...: each is reported, none leaks.
static void check_out_of_memory(const rill_features_type *type, rill_space space)
{
    rill_status status = RILL_NO_MEMORY;
    for (long n = 1; status != RILL_OK; n++) {
        const long live = allocations_live;
        rill_error error = {0};
        rill_error *const errors[] = {&error, NULL};
        for (int i = 0; i < 2; i++) {
            rill_features map = {0};
            allocations_until_failure = n;
            status = rill_features_create(&map, type, NULL, space, errors[i]);
            allocations_until_failure = 0;
            ASSERT_FOR(type->id, status == RILL_OK || status == RILL_NO_MEMORY);
            ASSERT_FOR(type->id, (status == RILL_OK) == (map.params != NULL));
            ASSERT_FOR(type->id, status == RILL_OK || i == 1 ||
                                     strstr(error.message, "out of memory") != NULL);
            rill_features_destroy(&map);
            ASSERT_FOR(type->id, allocations_live == live);
        }
        ASSERT_FOR(type->id, status != RILL_OK || n > 1);
    }
}

START_TEST(test_out_of_memory)
{
    if (!are_allocations_counted("test_out_of_memory")) {
        return;
    }
    for (const rill_features_type *const *type = rill_features_type_list(); *type != NULL; type++) {
        check_out_of_memory(*type, rill_space_discrete(12));
        if (rill_param_find((*type)->params, "low", NULL) != NULL) {
            check_out_of_memory(*type, rill_space_box(2, lows, highs));
        }
    }
}
END_TEST

/// A refusal frees what it was given and what it had allocated.
static void check_refusals_leak_nothing(const char *id)
{
    static const char *const texts[] = {"shape=3,5", "low=9 high=0", "low=1,2,3"};
    for (size_t i = 0; i < 3; i++) {
        const long live = allocations_live;
        rill_features map = {0};
        rill_error error = {0};
        ck_assert_int_eq(try_map(&map, id, rill_space_discrete(12), texts[i], &error),
                         RILL_INVALID);
        ck_assert_int_eq(allocations_live, live);
    }
}

START_TEST(test_refusals_leak_nothing)
{
    if (are_allocations_counted("test_refusals_leak_nothing")) {
        for_each_scaled(check_refusals_leak_nothing);
    }
}
END_TEST

/// The recommended scale of features that a file lists is exactly 1 / E[x'x], over the observations.
START_TEST(test_recommended_scale)
{
    static const double x[] = {1.0, 2.0, 3.0, 0.0};
    rill_error error = {0};
    rill_features map;
    const rill_features_type *type = rill_features_type_find("given", &error);
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_params_assign(type->params, params, "n_features=2", &error), &error);
    ASSERT_OK(
        rill_param_set_list(rill_param_find(type->params, "values", NULL), params, x, 4, &error),
        &error);
    ASSERT_OK(rill_features_create(&map, type, params, rill_space_discrete(2), &error), &error);
    ck_assert_double_eq(map.recommended_scale, 1.0 / 7.0);
    rill_features_destroy(&map);
}
END_TEST

TEST_MAIN(test_recommended_scale, test_registry, test_one_hot, test_one_hot_refuses_a_box,
          test_encodings, test_strange_observations, test_one_observation, test_infinite_bounds,
          test_bounds_for_the_cartpole, test_wrong_bounds, test_shapes,
          test_encodings_allocate_nothing, test_out_of_memory, test_refusals_leak_nothing)
