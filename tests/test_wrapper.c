// What every wrapper owes its users, checked over the registry around every environment that it
// fits: a new file in envs/wrappers/ is covered by being there. And how wrappers compose.
#include "tests/conformance.h"

#include "tests/allocations.h"
#include "tests/echo_env.h"

enum { OWN_LIMIT = 30 }; // of the environments inside, so that episodes end

/// Folds bytes into a hash (FNV-1a).
static uint64_t fold(uint64_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static uint64_t fold_observation(uint64_t hash, const rill_env *env, rill_observation observation)
{
    unsigned char bytes[MAX_BOX * sizeof(float)] = {0};
    copy_value(&env->observation_space, observation, bytes);
    return fold(hash, bytes, value_size(&env->observation_space));
}

/// The hash of what n steps show, from the present state, with random actions of a space.
static uint64_t play_actions(rill_env *env, const rill_space *space, uint64_t action_seed, int n)
{
    uint64_t hash = 0;
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, action_seed);
    for (int i = 0; i < n; i++) {
        rill_outcome outcome = {0.0, true, true};
        rill_action action = random_action(space, &actions, box);
        hash = fold_observation(hash, env, rill_env_step(env, action, &outcome));
        const unsigned char flags[] = {outcome.terminated, outcome.truncated};
        hash = fold(hash, &outcome.reward, sizeof outcome.reward);
        hash = fold(hash, flags, sizeof flags);
        if (rill_outcome_is_last(&outcome)) {
            hash = fold_observation(hash, env, rill_env_reset(env));
        }
    }
    return hash;
}

static uint64_t play(rill_env *env, uint64_t action_seed, int n)
{
    return play_actions(env, &env->action_space, action_seed, n);
}

static rill_env *clone_of(const rill_env *env)
{
    rill_env *clone = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_clone(&clone, env, &error), &error);
    return clone;
}

/// An environment of the registry with its defaults.
static rill_env *env_of(const char *id)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, id, NULL, &error), &error);
    return env;
}

// ---- every wrapper around every environment ----

/// Wraps `*env` in a wrapper with its defaults, then checks. False when it does not fit, which it
/// says, and leaves the environment alone.
static bool check_around(env_check *check, rill_env **env, const rill_wrapper_type *wrapper)
{
    rill_error error = {0};
    char name[256];
    const rill_env *before = *env;
    snprintf(name, sizeof name, "%s(%s)", wrapper->id, before->type->id);
    rill_status status = rill_env_wrap_with(env, wrapper, NULL, &error);
    if (status == RILL_INVALID) {
        ASSERT_FOR(name, *env == before && error.message[0] != '\0');
        return false;
    }
    ck_assert_msg(status == RILL_OK, "%s: %s", name, error.message);
    ck_assert_str_eq((*env)->type->id, name);
    ASSERT_FOR(name, rill_env_wrapper(*env)->type == wrapper);
    ASSERT_FOR(name, rill_env_wrapper(*env)->inner == before);
    check(*env, name);
    return true;
}

/// Around every environment of the registry and the echo, once, and once more around the result.
static void for_each_pair(env_check *check)
{
    for (const rill_wrapper_type *const *w = rill_wrapper_type_list(); *w != NULL; w++) {
        int n_fitting = 0;
        const rill_env_type *const *type = rill_env_type_list();
        for (bool is_more = true; is_more; type++) {
            is_more = *type != NULL;
            rill_env *env = NULL;
            rill_error error = {0};
            ASSERT_OK(rill_env_create_from(&env, is_more ? *type : &rill_env_echo, NULL, OWN_LIMIT,
                                           &error),
                      &error);
            if (check_around(check, &env, *w)) {
                n_fitting++;
                check_around(check, &env, *w);
            }
            rill_env_destroy(env);
        }
        ck_assert_msg(n_fitting > 0, "%s fits no environment", (*w)->id);
    }
}

START_TEST(test_registry)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_wrapper_type_list()[i] != NULL; i++) {
        const rill_wrapper_type *type = rill_wrapper_type_list()[i];
        ids[i] = type->id;
        ck_assert_ptr_eq(rill_wrapper_type_find(type->id, NULL), type);
        ASSERT_FOR(type->id, type->summary != NULL && type->summary[0] != '\0');
        ASSERT_FOR(type->id, type->source != NULL && type->source[0] != '\0');
        ASSERT_FOR(type->id, type->reward == NULL || type->step == NULL || !type->keeps_mdp);
        ASSERT_FOR(type->id, type->observe == NULL || !type->keeps_mdp);
        check_param_table(type->id, type->params, type->params_size);
    }
    check_files_are_ids("envs/wrappers", "", ids);
}
END_TEST

static void check_futures(rill_env *env, const char *name)
{
    rill_env *other = clone_of(env);
    rill_env_seed(env, 7);
    rill_env_reset(env);
    const uint64_t first = play(env, 1, 200);
    rill_env *const again[] = {other, env}; // a new instance, and the same one with a past
    for (int i = 0; i < 2; i++) {
        rill_env_seed(again[i], 7);
        rill_env_reset(again[i]);
        ASSERT_FOR(name, play(again[i], 1, 200) == first);
    }

    // in the middle of an episode
    unsigned char *saved = malloc(env->data_size);
    rill_env_save(env, saved);
    rill_env *clone = clone_of(env);
    const uint64_t future = play(env, 3, 200);
    ASSERT_FOR(name, play(clone, 3, 200) == future);
    rill_env_restore(other, saved);
    ASSERT_FOR(name, play(other, 3, 200) == future);
    free(saved);
    rill_env_destroy(clone);
    rill_env_destroy(other);
}

START_TEST(test_same_seed_same_bytes_and_copies)
{
    for_each_pair(check_futures);
}
END_TEST

static void check_values(rill_env *env, const char *name)
{
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, 6);
    rill_observation observation = rill_env_reset(env);
    for (int i = 0; i < 300; i++) {
        ASSERT_FOR(name, rill_space_contains(&env->observation_space, observation));
        rill_outcome outcome = {(double)NAN, true, true};
        rill_action action = random_action(&env->action_space, &actions, box);
        observation = rill_env_step(env, action, &outcome);
        ASSERT_FOR(name, isfinite(outcome.reward));
        const uint64_t seen = fold_observation(0, env, observation);
        ASSERT_FOR(name, fold_observation(0, env, rill_env_observe(env)) == seen);
        if (rill_outcome_is_last(&outcome)) {
            observation = rill_env_reset(env);
        }
    }
}

START_TEST(test_values_lie_in_their_spaces)
{
    for_each_pair(check_values);
}
END_TEST

static void check_batch(rill_env *env, const char *name)
{
    enum { N = 3 };
    const size_t observation_size = value_size(&env->observation_space);
    const size_t action_size = value_size(&env->action_space);
    double rewards[N];
    uint8_t terminated[N], truncated[N];
    const rill_batch_arrays arrays = {calloc(N, observation_size), calloc(N, observation_size),
                                      rewards, terminated, truncated};
    unsigned char *actions = calloc(N, action_size);
    unsigned char observation[MAX_BOX * sizeof(float)];
    float box[MAX_BOX];
    rill_rng rng;
    rill_rng_seed(&rng, 9);
    rill_batch *batch = NULL;
    rill_env *single[N];
    rill_error error = {0};
    ASSERT_OK(rill_batch_create(&batch, env, N, RILL_AUTORESET_SAME_STEP, &error), &error);
    rill_batch_seed(batch, 20);
    rill_batch_reset(batch, &arrays);
    for (int i = 0; i < N; i++) {
        single[i] = clone_of(env);
        rill_env_seed(single[i], 20 + (uint64_t)i);
        copy_value(&env->observation_space, rill_env_reset(single[i]), observation);
        ASSERT_FOR(name, memcmp((char *)arrays.observations + (size_t)i * observation_size,
                                observation, observation_size) == 0);
    }
    for (int t = 0; t < 80; t++) {
        for (int i = 0; i < N; i++) {
            rill_action action = random_action(&env->action_space, &rng, box);
            memcpy(actions + (size_t)i * action_size,
                   env->action_space.kind == RILL_SPACE_DISCRETE ? (const void *)&action.index
                                                                 : action.box,
                   action_size);
        }
        rill_batch_step(batch, actions, &arrays);
        for (int i = 0; i < N; i++) {
            rill_outcome outcome;
            rill_action action;
            if (env->action_space.kind == RILL_SPACE_DISCRETE) {
                memcpy(&action.index, actions + (size_t)i * action_size, sizeof action.index);
            } else {
                action.box = (float *)(void *)actions + (ptrdiff_t)i * env->action_space.size;
            }
            rill_observation seen = rill_env_step(single[i], action, &outcome);
            const void *shown = (char *)arrays.observations + (size_t)i * observation_size;
            if (rill_outcome_is_last(&outcome)) {
                copy_value(&env->observation_space, seen, observation);
                const void *final =
                    (char *)arrays.final_observations + (size_t)i * observation_size;
                ASSERT_FOR(name, memcmp(final, observation, observation_size) == 0);
                seen = rill_env_reset(single[i]);
            }
            copy_value(&env->observation_space, seen, observation);
            ASSERT_FOR(name, memcmp(shown, observation, observation_size) == 0);
            ASSERT_FOR(name, memcmp(&rewards[i], &outcome.reward, sizeof(double)) == 0);
            ASSERT_FOR(name, terminated[i] == outcome.terminated);
            ASSERT_FOR(name, truncated[i] == outcome.truncated);
        }
    }
    for (int i = 0; i < N; i++) {
        rill_env_destroy(single[i]);
    }
    rill_batch_destroy(batch);
    free(arrays.observations);
    free(arrays.final_observations);
    free(actions);
}

START_TEST(test_batch_equals_single)
{
    for_each_pair(check_batch);
}
END_TEST

static void check_state_values(rill_env *env, const char *name)
{
    double values[2048] = {0.0};
    rill_error error = {0};
    if (env->n_state_values == 0) {
        ASSERT_REFUSED(rill_env_set_state(env, values, &error), &error, "state",
                       "does not offer to set its state");
        return;
    }
    ck_assert_int_le(env->n_state_values, 2048);
    rill_env *other = clone_of(env);
    rill_env_reset(env);
    rill_env_reset(other);
    play(env, 4, 25);
    env->type->get_state(env->params, env->state, values);
    rill_env *const both[] = {env, other};
    for (int i = 0; i < 2; i++) { // an episode begins there, whatever was before
        rill_env_seed(both[i], 5);
        ASSERT_OK(rill_env_set_state(both[i], values, &error), &error);
    }
    ASSERT_FOR(name, play(env, 5, 100) == play(other, 5, 100));
    values[0] = (double)NAN;
    ASSERT_FOR(name, rill_env_set_state(env, values, &error) == RILL_INVALID);
    rill_env_destroy(other);
}

START_TEST(test_state_as_numbers_and_back)
{
    for_each_pair(check_state_values);
    // clocks inside and outside start at a state that is set
    rill_env *env = echo_create(0.0, 3);
    wrap(&env, "time_limit", "steps=2");
    rill_env_reset(env);
    for (int again = 0; again < 2; again++) {
        rill_error error = {0};
        rill_outcome outcome;
        ASSERT_OK(rill_env_set_state(env, (const double[]){0.5, -0.5}, &error), &error);
        echo_act(env, 1.0, 0.0, &outcome);
        ck_assert(!outcome.truncated);
    }
    rill_env_destroy(env);
}
END_TEST

/// What every wrapper owes, for feedback on observations: plain, and between wrappers whose
/// observations are others or kept elsewhere.
START_TEST(test_feedback_on_the_observation)
{
    static env_check *const checks[] = {check_futures, check_values, check_batch,
                                        check_state_values};
    static const char *const feedback[] = {"actions=1,0,0,2", "gains=0.5,0.25,-1,2", NULL};
    for (int i = 0; i < 12; i++) {
        rill_error error = {0};
        rill_env *env = echo_create(i % 3 == 0 ? 0.0 : 0.5, OWN_LIMIT);
        if (i % 3 == 1) {
            wrap(&env, "normalise_observation", NULL);
        }
        ASSERT_OK(rill_env_wrap(&env, "discrete_actions", feedback, &error), &error);
        if (i % 3 == 2) {
            wrap(&env, "discretise", "bins=7");
        }
        checks[i / 3](env, env->type->id);
        rill_env_destroy(env);
    }
}
END_TEST

static void check_allocates_nothing(rill_env *env, const char *name)
{
    const long before = allocations_made;
    rill_env_reset(env);
    play(env, 11, 100);
    ASSERT_FOR(name, allocations_made == before);
}

START_TEST(test_steps_allocate_nothing)
{
    if (are_allocations_counted("test_steps_allocate_nothing")) {
        for_each_pair(check_allocates_nothing);
    }
}
END_TEST

/// Fails the first allocation, then the second, ... until wrapping, then cloning succeeds.
START_TEST(test_out_of_memory)
{
    if (!are_allocations_counted("test_out_of_memory")) {
        return;
    }
    for (const rill_wrapper_type *const *w = rill_wrapper_type_list(); *w != NULL; w++) {
        rill_env *env = echo_create(0.5, 0), *clone = NULL;
        for (int is_clone = 0; is_clone < 2; is_clone++) {
            rill_status status = RILL_NO_MEMORY;
            for (long n = 1; status != RILL_OK; n++) {
                const rill_env *before = env;
                const long live = allocations_live;
                rill_error error = {0};
                allocations_until_failure = n;
                status = is_clone ? rill_env_clone(&clone, env, &error)
                                  : rill_env_wrap(&env, (*w)->id, NULL, &error);
                allocations_until_failure = 0;
                if (status != RILL_OK) {
                    ASSERT_FOR((*w)->id, status == RILL_NO_MEMORY && error.status == status);
                    ASSERT_FOR((*w)->id, env == before && clone == NULL);
                    ASSERT_FOR((*w)->id, allocations_live == live);
                }
            }
        }
        rill_env_destroy(clone);
        rill_env_destroy(env);
    }
}
END_TEST

// ---- the model, and what else passes through ----

/// The model of the wrapped environment is the inner one with the wrapper's rewards, and steps agree
/// with it.
static void check_model(const char *id, const rill_wrapper_type *wrapper)
{
    rill_error error = {0};
    rill_model *inner = NULL, *model = NULL;
    rill_env *env = env_of(id);
    ASSERT_OK(rill_env_model(env, &inner, &error), &error);
    ASSERT_OK(rill_env_wrap_with(&env, wrapper, NULL, &error), &error);
    if (!wrapper->keeps_mdp) {
        ASSERT_REFUSED(rill_env_model(env, &model, &error), &error, "id", env->type->id);
        ck_assert_ptr_nonnull(strstr(error.message, "not a finite MDP"));
        rill_model_destroy(inner);
        rill_env_destroy(env);
        return;
    }
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_FOR(id, model->n_states == inner->n_states && model->n_actions == inner->n_actions);
    ck_assert_mem_eq(model->start, inner->start, (size_t)model->n_states * sizeof(double));
    const void *params = rill_env_wrapper(env)->params;
    for (int32_t s = 0; s < model->n_states; s++) {
        for (int32_t a = 0; a < model->n_actions; a++) {
            // the expected reward, and the probability of termination
            double sums[2][2] = {{0.0}};
            const rill_model *const both[] = {inner, model};
            for (int i = 0; i < 2; i++) {
                size_t count = 0;
                const rill_transition *t = rill_model_outcomes(both[i], s, a, &count);
                for (size_t k = 0; k < count; k++) {
                    const rill_outcome outcome = {t[k].reward, t[k].terminated, false};
                    const bool is_changed = i == 0 && wrapper->reward != NULL;
                    sums[i][0] += t[k].probability *
                                  (is_changed ? wrapper->reward(params, &outcome) : t[k].reward);
                    sums[i][1] += t[k].terminated ? t[k].probability : 0.0;
                }
            }
            ASSERT_NEAR(sums[0][0], sums[1][0], 1e-12);
            ASSERT_NEAR(sums[0][1], sums[1][1], 1e-12);
        }
    }
    rill_rng actions;
    rill_rng_seed(&actions, 5);
    int32_t state = rill_env_reset(env).index;
    for (int i = 0; i < 2000; i++) {
        rill_outcome outcome;
        const int32_t action = (int32_t)rill_rng_integers(&actions, model->n_actions);
        const int32_t next = rill_env_step(env, (rill_action){.index = action}, &outcome).index;
        size_t count = 0, k = 0;
        const rill_transition *t = rill_model_outcomes(model, state, action, &count);
        while (k < count && (t[k].next != next || t[k].reward != outcome.reward ||
                             t[k].terminated != outcome.terminated)) {
            k++;
        }
        ASSERT_FOR(wrapper->id, k < count);
        state = rill_outcome_is_last(&outcome) ? rill_env_reset(env).index : next;
    }
    rill_model_destroy(inner);
    rill_model_destroy(model);
    rill_env_destroy(env);
}

START_TEST(test_model)
{
    const char *const keepers[] = {"clip_reward", "record_statistics", "reward_from_flags",
                                   "time_limit"};
    for (const rill_wrapper_type *const *w = rill_wrapper_type_list(); *w != NULL; w++) {
        rill_env *env = env_of("cliff_walking");
        const bool is_fitting = rill_env_wrap(&env, (*w)->id, NULL, NULL) == RILL_OK;
        rill_env_destroy(env);
        bool is_keeper = false;
        for (size_t i = 0; i < sizeof keepers / sizeof keepers[0]; i++) {
            is_keeper = is_keeper || strcmp(keepers[i], (*w)->id) == 0;
        }
        ASSERT_FOR((*w)->id, is_keeper == (*w)->keeps_mdp);
        if (is_fitting) {
            check_model("cliff_walking", *w);
            check_model("gridworld", *w);
        }
    }
}
END_TEST

/// Outcomes that a wrapper makes equal are one; parameters reach the model.
START_TEST(test_model_of_two_wrappers)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "CliffWalking-v1", (const char *[]){"is_slippery=true", NULL},
                              &error),
              &error);
    wrap(&env, "clip_reward", NULL);
    wrap(&env, "reward_from_flags", "terminated=7");
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    for (size_t i = 0; i < model->first[48 * 4]; i++) {
        ck_assert_double_eq(model->transitions[i].reward,
                            model->transitions[i].terminated ? 6 : -1);
    }
    // next to the goal and above it, moving left: away, down into it, or up
    size_t count = 0;
    rill_model_outcomes(model, 35, 3, &count);
    ck_assert_uint_eq(count, 3);
    // above the cliff's left end, moving left: into the cliff, so back to the start; left; up
    const rill_transition *t = rill_model_outcomes(model, 25, 3, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_int_eq(t[0].next + t[1].next + t[2].next, 36 + 24 + 13);
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

/// Of expected rewards a wrapper cannot know what it makes; one that leaves rewards alone can.
START_TEST(test_model_of_expected_rewards)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_env *env = env_of("max_bias");
    ck_assert(env->type->has_expected_rewards);
    wrap(&env, "time_limit", NULL);
    ck_assert(env->type->has_expected_rewards);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    rill_model_destroy(model);
    wrap(&env, "clip_reward", NULL);
    ASSERT_REFUSED(rill_env_model(env, &model, &error), &error, "",
                   "clip_reward(time_limit(max_bias)) is not a finite MDP with these parameters: "
                   "of its rewards only the expectation is known");
    rill_env_destroy(env);

    // the environment's own refusal goes through
    ASSERT_OK(
        rill_env_create(&env, "taxi", (const char *[]){"fickle_passenger=true", NULL}, &error),
        &error);
    wrap(&env, "clip_reward", NULL);
    ASSERT_REFUSED(rill_env_model(env, &model, &error), &error, "", "fickle passenger");
    rill_env_destroy(env);

    // states of the model that are not observed
    env = env_of("short_corridor");
    wrap(&env, "time_limit", NULL);
    rill_env_reset(env);
    rill_outcome outcome;
    const int32_t start = env->type->model_state(env->params, env->state);
    rill_env_step(env, (rill_action){.index = 1}, &outcome); // right, as it should
    ck_assert_int_eq(env->type->model_state(env->params, env->state), start + 1);
    rill_env_destroy(env);
}
END_TEST

/// A canvas that folds what is drawn into the hash that is its context.
static void fold_view(void *context, double left, double bottom, double right, double top)
{
    const double numbers[] = {left, bottom, right, top};
    *(uint64_t *)context = fold(*(uint64_t *)context, numbers, sizeof numbers);
}

static void fold_line(void *context, double x0, double y0, double x1, double y1, double width,
                      rill_color color)
{
    fold_view(context, x0, y0, x1, y1);
    fold_view(context, width, color.red, color.green, color.blue);
}

static void fold_polygon(void *context, const double *points, int32_t n, rill_color color)
{
    for (int32_t i = 0; i < n; i++) {
        fold_view(context, points[2 * i], points[2 * i + 1], color.red, color.alpha);
    }
}

static void fold_circle(void *context, double x, double y, double radius, rill_color color)
{
    fold_view(context, x, y, radius, color.green);
}

static void fold_text(void *context, double x, double y, double height, const char *text,
                      rill_color color)
{
    fold_view(context, x, y, height, color.blue);
    *(uint64_t *)context = fold(*(uint64_t *)context, text, strlen(text));
}

static uint64_t picture_of(const rill_env *env)
{
    uint64_t hash = 0;
    rill_error error = {0};
    const rill_canvas canvas = {&hash, fold_view, fold_line, fold_polygon, fold_circle, fold_text};
    ASSERT_OK(rill_env_draw(env, &canvas, &error), &error);
    return hash;
}

/// The picture of a wrapped environment is the inner one, whatever is observed.
START_TEST(test_pictures)
{
    rill_env *plain = env_of("mountain_car"), *wrapped = clone_of(plain);
    wrap(&wrapped, "discretise", NULL);
    wrap(&wrapped, "time_limit", NULL);
    rill_env_reset(plain);
    rill_env_reset(wrapped);
    const uint64_t start = picture_of(plain);
    ck_assert(picture_of(wrapped) == start);
    rill_outcome outcome;
    for (int i = 0; i < 20; i++) {
        rill_env_step(plain, (rill_action){.index = 2}, &outcome);
        rill_env_step(wrapped, (rill_action){.index = 2}, &outcome);
    }
    ck_assert(picture_of(plain) != start);
    ck_assert(picture_of(wrapped) == picture_of(plain));
    rill_env_destroy(plain);
    rill_env_destroy(wrapped);
}
END_TEST

/// The grid of a wrapped environment is the inner one, through any number of wrappers; mask, names,
/// derivatives and pictures likewise.
START_TEST(test_passes_through)
{
    rill_env *grid = env_of("gridworld"), *wrapped = clone_of(grid);
    wrap(&wrapped, "record_statistics", NULL);
    wrap(&wrapped, "sticky_actions", NULL);
    rill_grid a, b;
    grid->type->grid(grid->params, &a);
    wrapped->type->grid(wrapped->params, &b);
    ck_assert(a.rows == b.rows && a.columns == b.columns);
    for (int32_t s = 0; s < a.rows * a.columns; s++) {
        ck_assert_int_eq(a.cell(grid->params, s), b.cell(wrapped->params, s));
    }
    ck_assert_ptr_eq(grid->type->action_names, wrapped->type->action_names);
    ck_assert_int_eq(wrapped->n_state_values, 0); // the last action is part of the state
    ck_assert_int_gt(rill_env_wrapper(wrapped)->inner->n_state_values, 0);
    rill_env_destroy(grid);
    rill_env_destroy(wrapped);

    // that episodes never end: until a wrapper ends them
    wrapped = env_of("bandit");
    wrap(&wrapped, "sticky_actions", NULL);
    wrap(&wrapped, "clip_reward", NULL);
    ck_assert(wrapped->type->is_continuing);
    wrap(&wrapped, "time_limit", NULL);
    ck_assert(!wrapped->type->is_continuing);
    wrap(&wrapped, "clip_reward", NULL);
    ck_assert(!wrapped->type->is_continuing);
    rill_env_destroy(wrapped);

    rill_env *taxi = env_of("taxi");
    wrapped = clone_of(taxi);
    wrap(&wrapped, "time_limit", NULL);
    rill_env_reset(taxi);
    rill_env_reset(wrapped);
    uint8_t masks[2][6] = {{9}};
    taxi->type->mask(taxi->params, taxi->state, masks[0]);
    wrapped->type->mask(wrapped->params, wrapped->state, masks[1]);
    ck_assert_mem_eq(masks[0], masks[1], sizeof masks[0]);
    rill_env_destroy(taxi);
    rill_env_destroy(wrapped);

    rill_env *lqr = env_of("lqr");
    wrapped = clone_of(lqr);
    wrap(&wrapped, "time_limit", NULL);
    rill_env_reset(lqr);
    rill_env_reset(wrapped);
    double numbers[2][9] = {{0.0}};
    rill_env *const both[] = {lqr, wrapped};
    const float action[] = {0.5f};
    for (int i = 0; i < 2; i++) {
        double *n = numbers[i];
        rill_jacobian jacobian = {n, n + 4, n + 6, n + 8};
        both[i]->type->jacobian(both[i]->params, both[i]->state, action, &jacobian);
    }
    ck_assert_double_ne(numbers[0][8], 0.0);
    ck_assert_mem_eq(numbers[0], numbers[1], sizeof numbers[0]);
    // a changed reward has other derivatives, a scaled action too
    wrap(&wrapped, "clip_reward", NULL);
    ck_assert(wrapped->type->jacobian == NULL);
    rill_env_destroy(lqr);
    rill_env_destroy(wrapped);
}
END_TEST

// ---- composition ----

/// Wrappers that change nothing leave every bit as it is, alone and all together.
START_TEST(test_nothing_changed)
{
    const struct {
        const char *id, *assignments[3];
    } idle[] = {
        {"time_limit", {"steps=1e15"}},
        {"action_repeat", {"repeats=1"}},
        {"clip_action", {NULL}},
        {"scale_action", {"low=", "high="}}, // those of the environment
        {"observation_noise", {"standard_deviation=0"}},
        {"reward_from_flags", {NULL}},
        {"record_statistics", {NULL}},
    };
    rill_error error = {0};
    rill_env *all = echo_create(0.5, OWN_LIMIT);
    rill_env *plain = clone_of(all);
    rill_env_seed(plain, 3);
    rill_env_reset(plain);
    const uint64_t expected = play(plain, 4, 2000);
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        rill_env *one = echo_create(0.5, OWN_LIMIT);
        ASSERT_OK(rill_env_wrap(&one, idle[i].id, idle[i].assignments, &error), &error);
        if (strcmp(idle[i].id, "clip_action") != 0) { // after which there are no bounds to scale to
            ASSERT_OK(rill_env_wrap(&all, idle[i].id, idle[i].assignments, &error), &error);
        }
        rill_env *const both[] = {one, all};
        for (int k = 0; k < 2; k++) {
            rill_env_seed(both[k], 3);
            rill_env_reset(both[k]);
            ASSERT_FOR(idle[i].id,
                       play_actions(both[k], &plain->action_space, 4, 2000) == expected);
        }
        rill_env_destroy(one);
    }
    rill_env_destroy(all);
    rill_env_destroy(plain);
}
END_TEST

START_TEST(test_the_first_wrapper_is_innermost)
{
    const char *const ids[] = {"clip_reward", "reward_from_flags"};
    const double expected[] = {2.0, 1.0}; // of a reward of 3: clipped, doubled; doubled, clipped
    for (int first = 0; first < 2; first++) {
        rill_env *env = echo_create(0.0, 0);
        wrap(&env, ids[first], first == 1 ? "scale=2" : NULL);
        wrap(&env, ids[1 - first], first == 0 ? "scale=2" : NULL);
        ck_assert_str_eq(rill_env_wrapper(env)->type->id, ids[1 - first]);
        ck_assert_ptr_eq(rill_env_unwrapped(env)->type, &rill_env_echo);
        rill_env_reset(env);
        rill_outcome outcome;
        echo_act(env, 3.0, 0.0, &outcome);
        ck_assert_double_eq(outcome.reward, expected[first]);
        rill_env_destroy(env);
    }
}
END_TEST

/// The environment's own limit counts its own steps; a wrapper counts those that it sees.
START_TEST(test_time_limits_inside_and_outside)
{
    rill_env *env = echo_create(0.0, 6);
    wrap(&env, "action_repeat", "repeats=4");
    wrap(&env, "record_statistics", NULL);
    const rill_episode_statistics *statistics = rill_env_wrapper_state(env, "record_statistics");
    rill_outcome outcome;
    for (int again = 0; again < 2; again++) {
        rill_env_reset(env);
        echo_act(env, 1.0, 0.0, &outcome);
        ck_assert(!rill_outcome_is_last(&outcome) && outcome.reward == 4.0);
        echo_act(env, 1.0, 0.0, &outcome);
        ck_assert(outcome.truncated && !outcome.terminated && outcome.reward == 2.0);
        ck_assert_double_eq(statistics->episode_return, 6.0);
        ck_assert_int_eq(statistics->episode_length, 2);
    }
    ck_assert_int_eq(env->max_episode_steps, 0);
    ck_assert_int_eq(rill_env_unwrapped(env)->max_episode_steps, 6);
    rill_env_destroy(env);
}
END_TEST

/// State of an outer and of an inner wrapper, by id; NULL for others.
START_TEST(test_looking_inside)
{
    rill_env *env = echo_create(0.0, 0);
    ck_assert_ptr_null(rill_env_wrapper(env));
    ck_assert_ptr_eq(rill_env_unwrapped(env), env);
    ck_assert_ptr_null(rill_env_wrapper_state(env, "time_limit"));
    wrap(&env, "record_statistics", NULL);
    wrap(&env, "sticky_actions", "probability=0");
    wrap(&env, "record_statistics", NULL);
    wrap(&env, "time_limit", "steps=1");
    const rill_episode_statistics *outer = rill_env_wrapper_state(env, "record_statistics");
    const rill_episode_statistics *inner =
        rill_env_wrapper_state(rill_env_wrapper(rill_env_wrapper(env)->inner)->inner, "time_limit");
    ck_assert_ptr_null(inner);
    rill_outcome outcome;
    rill_env_reset(env);
    echo_act(env, 2.5, 0.0, &outcome);
    ck_assert(outcome.truncated);
    ck_assert_double_eq(outer->episode_return, 2.5);
    ck_assert_int_eq(outer->episodes, 0); // the limit is outside
    ck_assert_ptr_null(rill_env_wrapper_state(env, "clip_reward"));
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refusals)
{
    rill_error error = {0};
    rill_env *env = echo_create(0.0, 0);
    const rill_env *before = env;
    ASSERT_REFUSED(rill_env_wrap(&env, "time_limt", NULL, &error), &error, "id",
                   "unknown wrapper \"time_limt\"; did you mean \"time_limit\"?");
    ASSERT_REFUSED(rill_env_wrap(&env, "zzzzzzzzzzz", NULL, &error), &error, "id",
                   "`rill list wrappers`");
    ASSERT_REFUSED(rill_env_wrap(&env, "time_limit", (const char *[]){"stps=3", NULL}, &error),
                   &error, "stps", "did you mean \"steps\"?");
    ASSERT_REFUSED(rill_env_wrap(&env, "time_limit", (const char *[]){"steps=0", NULL}, &error),
                   &error, "steps", "0 is out of range");
    ck_assert_ptr_eq(env, before);
    rill_env_destroy(env);
    env = env_of("cliff_walking");
    ASSERT_REFUSED(rill_env_wrap(&env, "discretise", NULL, &error), &error, "",
                   "discretise needs a box of observations; those of cliff_walking are discrete");
    ASSERT_REFUSED(rill_env_wrap(&env, "clip_action", NULL, &error), &error, "",
                   "clip_action needs a box of actions; those of cliff_walking are discrete");
    rill_env_destroy(env);
}
END_TEST

/// A wrapper of the caller's own, with memory in its parameters.
typedef struct tilt_params {
    double tilt, *derived;
} tilt_params;

static const rill_param tilt_param_table[] = {
    RILL_REAL(tilt_params, tilt, "2", 0, 10, "added to rewards"),
    RILL_PARAM_END,
};

static int n_held;

static rill_status tilt_prepare(rill_wrapper *wrapper, rill_error *error)
{
    tilt_params *params = wrapper->params;
    if (params->tilt > 5.0) {
        return rill_error_set(error, RILL_INVALID, "tilt", "too much");
    }
    params->derived = malloc(sizeof *params->derived);
    *params->derived = params->tilt;
    n_held++;
    return RILL_OK;
}

static void tilt_release(void *params)
{
    free(((tilt_params *)params)->derived);
    n_held--;
}

static double tilt_reward(const void *params, const rill_outcome *outcome)
{
    return outcome->reward + *((const tilt_params *)params)->derived;
}

START_TEST(test_a_wrapper_of_ones_own)
{
    const rill_wrapper_type tilt = {.id = "tilt",
                                    .params = tilt_param_table,
                                    .params_size = sizeof(tilt_params),
                                    .keeps_mdp = true,
                                    .prepare = tilt_prepare,
                                    .release = tilt_release,
                                    .reward = tilt_reward};
    rill_error error = {0};
    rill_outcome outcome;
    rill_env *env = echo_create(0.0, 0);
    ASSERT_OK(rill_env_wrap_with(&env, &tilt, NULL, &error), &error);
    rill_env *clone = clone_of(env);
    ck_assert_int_eq(n_held, 2);
    rill_env_destroy(env);
    rill_env_reset(clone);
    echo_act(clone, 1.0, 0.0, &outcome);
    ck_assert_double_eq(outcome.reward, 3.0);
    tilt_params *params = rill_params_create(tilt_param_table, sizeof *params);
    params->tilt = 6.0;
    ASSERT_REFUSED(rill_env_wrap_with(&clone, &tilt, params, &error), &error, "tilt", "too much");
    rill_env_destroy(clone);
    ck_assert_int_eq(n_held, 0);

    // what prepare took is released also when the memory runs out after it
    env = echo_create(0.0, 0);
    rill_status status = RILL_NO_MEMORY;
    for (long n = 2; status != RILL_OK && ALLOCATIONS_ARE_COUNTED; n++) {
        if (n != 3) { // prepare's own, which it does not check
            allocations_until_failure = n;
            status = rill_env_wrap_with(&env, &tilt, NULL, &error);
            allocations_until_failure = 0;
            ck_assert_int_eq(n_held, status == RILL_OK);
        }
    }
    rill_env_destroy(env);
}
END_TEST

/// Adds 10 to the index for each observation that an episode has had.
static void drift_begin(const void *params, void *state)
{
    (void)params;
    *(int32_t *)state = 0;
}

static rill_observation drift_observe(const rill_wrapped *self, rill_observation inner, float *box)
{
    (void)box;
    const int32_t n = self->wrapper->observation_space.size;
    return (rill_observation){.index = (inner.index + 10 * (*(int32_t *)self->state)++) % n};
}

/// An observation of an index that hangs on more than the state: kept, and without a grid, a model
/// or a state as numbers.
START_TEST(test_an_observation_with_a_memory)
{
    static const rill_param none[] = {RILL_PARAM_END};
    const rill_wrapper_type drift = {.id = "drift",
                                     .params = none,
                                     .params_size = 1,
                                     .state_size = sizeof(int32_t),
                                     .begin = drift_begin,
                                     .observe = drift_observe};
    rill_error error = {0};
    rill_env *env = env_of("cliff_walking");
    ASSERT_OK(rill_env_wrap_with(&env, &drift, NULL, &error), &error);
    ck_assert(env->type->grid == NULL && env->type->model == NULL);
    ck_assert_int_eq(env->n_state_values, 0);
    rill_outcome outcome;
    for (int again = 0; again < 2; again++) {
        ck_assert_int_eq(rill_env_reset(env).index, 36);
        ck_assert_int_eq(rill_env_step(env, (rill_action){.index = 0}, &outcome).index, 24 + 10);
        ck_assert_int_eq(rill_env_observe(env).index, 24 + 10);
        ck_assert_int_eq(rill_env_step(env, (rill_action){.index = 0}, &outcome).index, 12 + 20);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_registry, test_same_seed_same_bytes_and_copies, test_values_lie_in_their_spaces,
          test_batch_equals_single, test_state_as_numbers_and_back,
          test_feedback_on_the_observation, test_steps_allocate_nothing, test_out_of_memory,
          test_model, test_model_of_two_wrappers, test_model_of_expected_rewards, test_pictures,
          test_passes_through, test_nothing_changed, test_the_first_wrapper_is_innermost,
          test_time_limits_inside_and_outside, test_looking_inside, test_refusals,
          test_a_wrapper_of_ones_own, test_an_observation_with_a_memory)
