// Batches: n lanes against n single environments, in the three autoreset modes as rill/batch.h and
// Gymnasium's AutoresetMode define them.
#include "tests/conformance.h"

/// The arrays of a batch, with a mark in every byte that is not written yet.
typedef struct arrays {
    rill_batch_arrays batch;
    unsigned char *actions;
    size_t observation_size, action_size; ///< bytes a lane
} arrays;

static arrays arrays_create(const rill_env *env, int32_t n)
{
    const size_t lanes = (size_t)n;
    arrays a = {.observation_size = value_size(&env->observation_space),
                .action_size = value_size(&env->action_space)};
    a.batch.observations = calloc(lanes, a.observation_size);
    a.batch.final_observations =
        memset(malloc(lanes * a.observation_size), 0x5a, lanes * a.observation_size);
    a.batch.rewards = calloc(lanes, sizeof(double));
    a.batch.terminated = memset(malloc(lanes), 77, lanes);
    a.batch.truncated = memset(malloc(lanes), 77, lanes);
    a.actions = calloc(lanes, a.action_size);
    return a;
}

static void arrays_destroy(arrays *a)
{
    free(a->batch.observations);
    free(a->batch.final_observations);
    free(a->batch.rewards);
    free(a->batch.terminated);
    free(a->batch.truncated);
    free(a->actions);
}

/// One lane of the oracle: a single environment and what the batch's arrays must hold for it.
typedef struct lane {
    rill_env *env;
    bool is_over;
    rill_outcome outcome;
    unsigned char observation[MAX_BOX * sizeof(float)];
    unsigned char final_observation[MAX_BOX * sizeof(float)];
} lane;

static void lane_reset(lane *l)
{
    copy_value(&l->env->observation_space, rill_env_reset(l->env), l->observation);
    l->is_over = false;
}

/// The definition of the modes, one lane at a time.
static void lane_step(lane *l, rill_action action, rill_autoreset mode)
{
    if (l->is_over) {
        if (mode == RILL_AUTORESET_NEXT_STEP) {
            lane_reset(l);
            l->outcome = (rill_outcome){0.0, false, false};
        }
        return;
    }
    copy_value(&l->env->observation_space, rill_env_step(l->env, action, &l->outcome),
               l->observation);
    if (rill_outcome_is_last(&l->outcome)) {
        memcpy(l->final_observation, l->observation, sizeof l->observation);
        l->is_over = true;
        if (mode == RILL_AUTORESET_SAME_STEP) {
            lane_reset(l);
        }
    }
}

static void check_lane(const char *name, const arrays *a, int32_t i, const lane *l)
{
    const size_t offset = (size_t)i * a->observation_size;
    const char *observations = a->batch.observations, *finals = a->batch.final_observations;
    ASSERT_FOR(name, memcmp(observations + offset, l->observation, a->observation_size) == 0);
    ASSERT_FOR(name, memcmp(finals + offset, l->final_observation, a->observation_size) == 0);
    ASSERT_FOR(name, memcmp(&a->batch.rewards[i], &l->outcome.reward, sizeof(double)) == 0);
    ASSERT_FOR(name, a->batch.terminated[i] == l->outcome.terminated);
    ASSERT_FOR(name, a->batch.truncated[i] == l->outcome.truncated);
}

/// Runs n lanes against their oracle, with a time limit so short that lanes end at all times.
static void check_mode(const rill_env *env, const char *name, int32_t n, rill_autoreset mode,
                       int64_t limit)
{
    rill_error error = {0};
    rill_env *limited = NULL;
    void *params = rill_params_clone(env->type->params, env->type->params_size, env->params);
    ASSERT_OK(rill_env_create_from(&limited, env->type, params, limit, &error), &error);
    rill_batch *batch = NULL;
    ASSERT_OK(rill_batch_create(&batch, limited, n, mode, &error), &error);
    arrays a = arrays_create(env, n);
    lane *lanes = calloc((size_t)n, sizeof *lanes);
    uint8_t *mask = calloc((size_t)n, 1);
    float box[MAX_BOX];
    rill_rng rng;
    rill_rng_seed(&rng, 99);

    const uint64_t seed = 41;
    rill_batch_seed(batch, seed);
    rill_batch_reset(batch, &a.batch);
    for (int32_t i = 0; i < n; i++) {
        ASSERT_OK(rill_env_clone(&lanes[i].env, limited, &error), &error);
        rill_env_seed(lanes[i].env, seed + (uint64_t)i);
        memset(lanes[i].final_observation, 0x5a, sizeof lanes[i].final_observation);
        lane_reset(&lanes[i]);
        check_lane(name, &a, i, &lanes[i]);
    }
    for (int t = 0; t < 200; t++) {
        for (int32_t i = 0; i < n; i++) {
            rill_action action = random_action(&env->action_space, &rng, box);
            memcpy(a.actions + (size_t)i * a.action_size,
                   env->action_space.kind == RILL_SPACE_DISCRETE ? (const void *)&action.index
                                                                 : action.box,
                   a.action_size);
            lane_step(&lanes[i], action, mode);
        }
        rill_batch_step(batch, a.actions, &a.batch);
        for (int32_t i = 0; i < n; i++) {
            check_lane(name, &a, i, &lanes[i]);
        }
        if (t % 7 == 6) { // the caller resets some lanes, over or not
            for (int32_t i = 0; i < n; i++) {
                mask[i] = (uint8_t)(rill_rng_integers(&rng, 3) * 100);
                if (mask[i] != 0) {
                    lane_reset(&lanes[i]);
                    lanes[i].outcome = (rill_outcome){0.0, false, false};
                }
            }
            rill_batch_reset_lanes(batch, mask, &a.batch);
            for (int32_t i = 0; i < n; i++) {
                check_lane(name, &a, i, &lanes[i]);
            }
        }
    }
    for (int32_t i = 0; i < n; i++) {
        rill_env_destroy(lanes[i].env);
    }
    free(lanes);
    free(mask);
    arrays_destroy(&a);
    rill_batch_destroy(batch);
    rill_env_destroy(limited);
}

static void check_batch(rill_env *env, const char *name)
{
    static const rill_autoreset modes[] = {RILL_AUTORESET_NEXT_STEP, RILL_AUTORESET_SAME_STEP,
                                           RILL_AUTORESET_DISABLED};
    static const int32_t sizes[] = {1, 3, 64, 70};
    for (size_t m = 0; m < 3; m++) {
        for (size_t k = 0; k < 4; k++) {
            check_mode(env, name, sizes[k], modes[m], 5);
            check_mode(env, name, sizes[k], modes[m], 1);
            check_mode(env, name, sizes[k], modes[m], 0);
        }
    }
}

START_TEST(test_batch_equals_single)
{
    for_each_env(check_batch);
}
END_TEST

/// Poles that start at any angle: many are beyond what lanes side by side can do, and are stepped
/// again one by one.
START_TEST(test_lanes_that_a_block_cannot_do)
{
    static const char *const wide[] = {"low=-2", "high=2", "sutton_barto_reward=true",
                                       "kinematics_integrator=semi-implicit", NULL};
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cartpole", wide, &error), &error);
    check_batch(env, "cartpole");
    rill_env_destroy(env);
}
END_TEST

/// A batch of one walker that a single move to the right ends: 3 states, start in the middle.
static rill_batch *walker(rill_env **env, rill_autoreset mode, int64_t limit, arrays *a)
{
    rill_error error = {0};
    const rill_env_type *type = rill_env_type_find("random_walk", NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_params_assign(type->params, params, "n_states=1", &error), &error);
    ASSERT_OK(rill_env_create_from(env, type, params, limit, &error), &error);
    rill_batch *batch = NULL;
    ASSERT_OK(rill_batch_create(&batch, *env, 1, mode, &error), &error);
    *a = arrays_create(*env, 1);
    rill_batch_reset(batch, &a->batch);
    return batch;
}

/// Steps to the right and checks every array.
static void step_right(rill_batch *batch, arrays *a, int32_t observation, double reward,
                       int terminated, int truncated)
{
    *(int32_t *)(void *)a->actions = 1;
    rill_batch_step(batch, a->actions, &a->batch);
    ck_assert_int_eq(*(int32_t *)a->batch.observations, observation);
    ck_assert(a->batch.rewards[0] == reward);
    ck_assert_int_eq(a->batch.terminated[0], terminated);
    ck_assert_int_eq(a->batch.truncated[0], truncated);
}

/// The same two steps in the three modes, written out. State 1 is the start, 2 the right end.
START_TEST(test_modes_by_hand)
{
    for (int mode = RILL_AUTORESET_NEXT_STEP; mode <= RILL_AUTORESET_DISABLED; mode++) {
        rill_env *env = NULL;
        arrays a;
        rill_batch *batch = walker(&env, (rill_autoreset)mode, 0, &a);
        ck_assert_int_eq(*(int32_t *)a.batch.observations, 1);
        for (int again = 0; again < 3; again++) {
            *(int32_t *)a.batch.final_observations = -1;
            switch (mode) {
            case RILL_AUTORESET_NEXT_STEP:
                step_right(batch, &a, 2, 1.0, 1, 0);
                ck_assert_int_eq(*(int32_t *)a.batch.final_observations, 2);
                step_right(batch, &a, 1, 0.0, 0, 0); // the action is ignored
                break;
            case RILL_AUTORESET_SAME_STEP:
                step_right(batch, &a, 1, 1.0, 1, 0);
                ck_assert_int_eq(*(int32_t *)a.batch.final_observations, 2);
                break;
            default:
                step_right(batch, &a, 2, 1.0, 1, 0);
                step_right(batch, &a, 2, 1.0, 1, 0); // rests
                ck_assert_int_eq(*(int32_t *)a.batch.final_observations, 2);
                rill_batch_reset_lanes(batch, (const uint8_t[]){1}, &a.batch);
                ck_assert_int_eq(*(int32_t *)a.batch.observations, 1);
                ck_assert(a.batch.rewards[0] == 0.0 && a.batch.terminated[0] == 0);
                break;
            }
        }
        arrays_destroy(&a);
        rill_batch_destroy(batch);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_both_flags)
{
    rill_env *env = NULL;
    arrays a;
    rill_batch *batch = walker(&env, RILL_AUTORESET_NEXT_STEP, 1, &a);
    step_right(batch, &a, 2, 1.0, 1, 1);
    step_right(batch, &a, 1, 0.0, 0, 0);
    step_right(batch, &a, 2, 1.0, 1, 1);
    arrays_destroy(&a);
    rill_batch_destroy(batch);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refusals)
{
    rill_env *env = NULL;
    rill_batch *batch = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_REFUSED(rill_batch_create(&batch, env, 0, RILL_AUTORESET_NEXT_STEP, &error), &error, "n",
                   "0 lanes; a batch has at least one");
    ck_assert_ptr_null(batch);
    rill_batch_destroy(NULL);
    rill_env_destroy(env);
    rill_env_destroy(NULL);
}
END_TEST

TEST_MAIN(test_batch_equals_single, test_lanes_that_a_block_cannot_do, test_modes_by_hand,
          test_both_flags, test_refusals)
