// What every environment owes its users, over the registry: a new file in envs/ is covered by being
// there. Most of it is `rill_env_check`; the rest is what only a test can see.
#include "tests/conformance.h"

#include "tests/allocations.h"

#include <rill/check.h>
#include <stdio.h>

// ---- the checks of `rill check-env` ----

static void assert_passed(void *name, const rill_check_finding *finding)
{
    ck_assert_msg(finding->result != RILL_CHECK_FAILED, "%s: %s: %s", (const char *)name,
                  finding->check, finding->message);
}

static void check_env(rill_env *env, const char *name)
{
    rill_error error = {0};
    rill_check_options options = rill_check_defaults();
    options.samples = 100000;
    char copy[256];
    snprintf(copy, sizeof copy, "%s", name);
    ASSERT_OK(rill_env_check(env, &options, assert_passed, copy, &error), &error);
}

START_TEST(test_checks_pass)
{
    for_each_env(check_env);
}
END_TEST

// ---- identity ----

START_TEST(test_ids_are_file_names)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_env_type_list()[i] != NULL; i++) {
        ids[i] = rill_env_type_list()[i]->id;
        ck_assert_ptr_eq(rill_env_type_find(ids[i], NULL, NULL), rill_env_type_list()[i]);
    }
    check_files_are_ids("envs", "", ids);
}
END_TEST

/// An unknown parameter, an optional part that is not there.
static void check_refusals(rill_env *env, const char *name)
{
    const rill_env_type *type = env->type;
    rill_env *created = NULL;
    rill_model *model = NULL;
    rill_error error = {0};
    const char *assignments[] = {"no_such_parameter=1", NULL};
    ASSERT_REFUSED(rill_env_create(&created, type->id, assignments, &error), &error,
                   "no_such_parameter", "unknown parameter");
    ASSERT_FOR(name, created == NULL);
    if (env->n_state_values == 0) {
        const double value = 0.0;
        ASSERT_REFUSED(rill_env_set_state(env, &value, &error), &error, "state",
                       "does not offer to set its state");
    }
    if (rill_env_model(env, &model, &error) != RILL_OK) {
        ASSERT_FOR(name, error.status == RILL_INVALID);
        ASSERT_FOR(name, strstr(error.message, "not a finite MDP") != NULL);
    }
    rill_model_destroy(model);
}

START_TEST(test_refusals)
{
    for_each_env(check_refusals);
}
END_TEST

/// A type that has a model has it with its default parameters.
START_TEST(test_models_of_defaults)
{
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        rill_env *env = NULL;
        rill_model *model = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_env_create(&env, (*type)->id, NULL, &error), &error);
        if ((*type)->model != NULL) {
            ASSERT_OK(rill_env_model(env, &model, &error), &error);
        }
        rill_model_destroy(model);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_unknown_id)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_create(&env, "cliff_wlaking", NULL, &error), &error, "id",
                   "unknown environment \"cliff_wlaking\"; did you mean \"cliff_walking\"?");
    ASSERT_REFUSED(rill_env_create(&env, "CliffWalking-v2", NULL, &error), &error, "id",
                   "\"CliffWalking-v1\"");
    ASSERT_REFUSED(rill_env_create(&env, "zzzzzzzzzzzz", NULL, &error), &error, "id",
                   "`rill list envs`");
    ck_assert_int_eq(rill_env_create(&env, "zzz", NULL, NULL), RILL_INVALID);
    ck_assert_ptr_null(env);
    ASSERT_REFUSED(rill_env_create_from(&env, rill_env_type_list()[0], NULL, -1, &error), &error,
                   "max_episode_steps", "-1 is negative");
}
END_TEST

/// What says that its episodes never end has none that does.
START_TEST(test_continuing)
{
    int n = 0;
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        rill_env *env = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_env_create(&env, (*type)->id, NULL, &error), &error);
        float box[MAX_BOX];
        rill_rng actions;
        rill_rng_seed(&actions, 5);
        rill_env_reset(env);
        for (int i = 0; i < 2000 && (*type)->is_continuing; i++) {
            rill_outcome outcome;
            rill_env_step(env, random_action(&env->action_space, &actions, box), &outcome);
            ASSERT_FOR((*type)->id, !rill_outcome_is_last(&outcome));
        }
        n += (*type)->is_continuing;
        rill_env_destroy(env);
    }
    ck_assert_int_ge(n, 3);
}
END_TEST

// ---- memory ----

static void check_steps_allocate_nothing(rill_env *env, const char *name)
{
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, 11);
    const long before = allocations_made;
    rill_env_reset(env);
    for (int i = 0; i < 2000; i++) {
        rill_outcome outcome;
        rill_env_step(env, random_action(&env->action_space, &actions, box), &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_env_reset(env);
        }
    }
    ASSERT_FOR(name, allocations_made == before);
}

START_TEST(test_steps_allocate_nothing)
{
    if (are_allocations_counted("test_steps_allocate_nothing")) {
        for_each_env(check_steps_allocate_nothing);
    }
}
END_TEST

/// Fails the first allocation, then the second, ... until a call succeeds; each failure is reported
/// and leaks nothing.
#define CHECK_OUT_OF_MEMORY(name, call, result, destroy)                  \
    do {                                                                  \
        rill_status memory_status = RILL_NO_MEMORY;                       \
        for (long n = 1; memory_status != RILL_OK; n++) {                 \
            rill_error error = {0};                                       \
            const long live = allocations_live;                           \
            ASSERT_FOR(name, n < 10000);                                  \
            allocations_until_failure = n;                                \
            memory_status = (call);                                       \
            allocations_until_failure = 0;                                \
            if (memory_status == RILL_OK) {                               \
                ASSERT_FOR(name, n > 1);                                  \
                destroy(result);                                          \
            } else {                                                      \
                ASSERT_FOR(name, memory_status == RILL_NO_MEMORY);        \
                ASSERT_FOR(name, error.status == RILL_NO_MEMORY);         \
                ASSERT_FOR(name, strstr(error.message, "out of memory")); \
                ASSERT_FOR(name, (result) == NULL);                       \
            }                                                             \
            ASSERT_FOR(name, allocations_live == live);                   \
        }                                                                 \
    } while (0)

static void check_out_of_memory(rill_env *env, const char *name)
{
    rill_env *created = NULL, *clone = NULL;
    CHECK_OUT_OF_MEMORY(name, rill_env_create(&created, env->type->id, NULL, &error), created,
                        rill_env_destroy);
    CHECK_OUT_OF_MEMORY(name, rill_env_clone(&clone, env, &error), clone, rill_env_destroy);
    rill_model *model = NULL;
    if (rill_env_model(env, &model, NULL) == RILL_OK) {
        rill_model_destroy(model);
        CHECK_OUT_OF_MEMORY(name, rill_env_model(env, &model, &error), model, rill_model_destroy);
    }
}

START_TEST(test_out_of_memory)
{
    if (are_allocations_counted("test_out_of_memory")) {
        for_each_env(check_out_of_memory);
    }
}
END_TEST

TEST_MAIN(test_checks_pass, test_ids_are_file_names, test_refusals, test_models_of_defaults,
          test_continuing, test_unknown_id, test_steps_allocate_nothing, test_out_of_memory)
