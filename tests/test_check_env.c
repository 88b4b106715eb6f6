// The checks of environments find each of a set of faults, by the check that is meant for it, and
// none in an environment without one.
#include "tests/broken/broken.h"
#include "tests/program.h"

#include <rill/check.h>
#include <rill/wrapper.h>

/// What the checks of one environment found.
typedef struct findings {
    rill_check_finding list[64];
    int n;
} findings;

static void collect(void *context, const rill_check_finding *finding)
{
    findings *all = context;
    ck_assert_int_lt(all->n, 64);
    all->list[all->n++] = *finding;
}

static const rill_check_finding *find(const findings *all, const char *check)
{
    for (int i = 0; i < all->n; i++) {
        if (strcmp(all->list[i].check, check) == 0) {
            return &all->list[i];
        }
    }
    return NULL;
}

static int count_failed(const findings *all)
{
    int n = 0;
    for (int i = 0; i < all->n; i++) {
        n += all->list[i].result == RILL_CHECK_FAILED;
    }
    return n;
}

/// A world with a fault, checked.
static findings check_fault(const rill_env_type *type, const char *fault)
{
    findings all = {0};
    rill_error error = {0};
    rill_env *env = NULL;
    void *params = rill_params_create(type->params, type->params_size);
    const rill_param *param = rill_param_find(type->params, "fault", &error);
    ASSERT_OK(rill_param_set_text(param, params, fault, &error), &error);
    ASSERT_OK(rill_env_create_from(&env, type, params, 0, &error), &error);
    rill_status status = rill_env_check(env, NULL, collect, &all, &error);
    const int n_failed = count_failed(&all);
    ASSERT_FOR(fault, status == (n_failed == 0 ? RILL_OK : RILL_FAILED));
    rill_env_destroy(env);
    return all;
}

/// A fault, the check that is to find it, and a part of what that says. No check before it finds
/// anything, but for one that may be named.
typedef struct expectation {
    const char *fault, *check, *says;
} expectation;

static void check_expectation(const rill_env_type *type, const expectation *expected,
                              const char *also)
{
    const findings all = check_fault(type, expected->fault);
    int i = 0;
    while (i < all.n &&
           (all.list[i].result != RILL_CHECK_FAILED || strcmp(all.list[i].check, also) == 0)) {
        i++;
    }
    ck_assert_msg(i < all.n, "%s: not found", expected->fault);
    const rill_check_finding *finding = &all.list[i];
    ck_assert_msg(strcmp(finding->check, expected->check) == 0, "%s: found by %s first: %s",
                  expected->fault, finding->check, finding->message);
    ck_assert_msg(strstr(finding->message, expected->says) != NULL, "%s: %s", expected->fault,
                  finding->message);
}

/// Every check passes, or is not offered for the one reason given.
static void check_sound(const rill_env_type *type, const char *not_offered, int n_not_offered)
{
    const findings all = check_fault(type, "none");
    int n = 0;
    for (int i = 0; i < all.n; i++) {
        ck_assert_msg(all.list[i].result != RILL_CHECK_FAILED, "%s: %s", all.list[i].check,
                      all.list[i].message);
        if (all.list[i].result == RILL_CHECK_NOT_OFFERED) {
            ck_assert_msg(strstr(all.list[i].message, not_offered) != NULL, "%s: %s",
                          all.list[i].check, all.list[i].message);
            n++;
        } else {
            ck_assert_str_eq(all.list[i].message, "");
        }
        ck_assert(all.list[i].meaning[0] != '\0');
    }
    ck_assert_int_ge(all.n, 20);
    ck_assert_int_eq(n, n_not_offered);
}

START_TEST(test_sound_environments_pass)
{
    check_sound(broken_path("none"), "no jacobian", 1);
    check_sound(broken_slider("none"), "no ", 7); // drawing, and what reads the model
}
END_TEST

START_TEST(test_faults_of_a_finite_world)
{
    static const expectation expectations[] = {
        {"hidden_counter", "determinism", "the second time"},
        {"own_stream", "determinism", "draw from `rng` alone"},
        {"seeds_stream", "stream", "at a reset"},
        {"shared_cell", "isolation", "beside another environment"},
        {"own_address", "copies", "a clone"},
        {"forgets_reset", "reset", "set every field"},
        {"infinite_reward", "rewards", "action 2 (jump): the reward is inf"},
        {"outside_observation", "observations", "the observation after it, 6, lies outside"},
        {"writes_past_state", "memory", "step wrote behind the state"},
        {"changes_params", "memory", "the parameters changed in step 1"},
        {"reward_not_set", "outcomes", "the reward hangs on"},
        {"flag_not_set", "outcomes", "a flag hangs on"},
        {"stale_observation", "outcomes", "both must show the state after the step"},
        {"observe_moves", "memory", "observe changed the state"},
        {"batch_without_chance", "batch", "a single environment's"},
        {"batch_in_idle_lanes", "batch", "autoreset disabled"},
        {"batch_truncates", "batch", "terminated and truncated are 1 and 1"},
        {"batch_observes_0", "batch", "the observation is 0, a single environment's"},
        {"mask_all", "mask", "action 2: the mask is 1 and the model has no outcome"},
        {"mask_missing", "mask", "action 2: there is no mask and the model has no outcome"},
        {"mask_unwritten", "mask", "action 1: the mask is 255; write 0 or 1 for every action"},
        {"mask_none", "mask", "action 0: the mask is 0 and by the model the action does something"},
        {"mask_past_end", "memory", "mask wrote behind the mask of 3 bytes"},
        {"set_state_ignores", "state_values", "number 1 of the state was set to"},
        {"set_state_takes_nan", "state_values", "takes NaN for number 1"},
        {"no_set_state", "description", "offer all three or none"},
        {"few_action_names", "description", "2 action names for 3 actions"},
        {"no_doc", "parameters", "fault has no doc"},
        {"two_rows", "parameters", "two parameters are called slip"},
        {"bad_bounds", "parameters", "n_cells: its own bound 0.5 is refused"},
        {"draws_outside", "drawing", "outside the view, -0.5 to 5.5"},
        {"draws_nan", "drawing", "a circle at (nan, 0)"},
        {"draws_nothing", "drawing", "nothing is drawn"},
        {"draw_moves", "drawing", "draw changed the state"},
        {"draws_before_view", "drawing", "before the view is set"},
        {"model_probability", "model_transitions", "in the model the probability is 0.33"},
        {"model_next", "model_transitions", "the step led to state 2; the model has no such"},
        {"model_reward", "model_rewards", "earned -1; in the model it earns 0"},
        {"model_termination", "model_termination",
         "to state 5 terminated; in the model it does not"},
        {"model_start", "model_starts", "in the model its probability is 0.6"},
        {"model_sum", "model", "state 3, action 1 sum to 0.9"},
        {"model_size", "model", "the model has 7 states"},
        {"model_twice", "model",
         "state 0, action 1: the outcome to state 0, reward 0 is there twice"},
        {"model_all_off", "model_transitions", "all outcomes together are off"},
        {"model_order", "model", "out of order"},
        {"model_mean_reward", "model_rewards", "earned -1 on average; in the model -1.5"},
    };
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        check_expectation(broken_path(expectations[i].fault), &expectations[i], "");
    }
}
END_TEST

/// A count of steps that get_state does not show.
START_TEST(test_hidden_time_limits)
{
    static const expectation expectations[] = {
        {"truncates_itself", "time_limit", "truncated without a time limit"},
        {"ends_at_7", "model_termination", "terminated; in the model it does not"},
    };
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        check_expectation(broken_path(expectations[i].fault), &expectations[i], "state_values");
    }
}
END_TEST

/// By its model the way ends in front of the goal; by its mask it goes on.
START_TEST(test_dead_end)
{
    static const expectation expected = {"model_dead_end", "model_transitions",
                                         "state 4 was reached"};
    check_expectation(broken_path(expected.fault), &expected, "mask");
}
END_TEST

START_TEST(test_faults_of_a_world_of_boxes)
{
    static const expectation expectations[] = {
        {"nan_observation", "observations", "nan]; keep the state finite"},
        {"infinite_observation", "observations", "inf]; keep the state finite"},
        {"outside_observation", "observations", "10.5], lies outside"},
        {"wrong_jacobian", "jacobian", "d next state 2 / d state 1 is -0.03"},
        {"wrong_reward_jacobian", "jacobian", "d reward / d state 1"},
        {"half_jacobian", "jacobian", "d reward / d action 1 is "},
        {"jacobian_past_end", "jacobian", "wrote outside its arrays"},
        {"box_past_end", "memory", "behind the observation of 8 bytes"},
        {"set_state_ignores", "state_values", "number 2 of the state was set to"},
        {"hidden_velocity", "determinism", "static variables"},
    };
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        check_expectation(broken_slider(expectations[i].fault), &expectations[i], "");
    }
}
END_TEST

START_TEST(test_vital_checks_end_the_run)
{
    findings all = check_fault(broken_path("writes_past_state"), "writes_past_state");
    ck_assert_ptr_nonnull(find(&all, "memory"));
    ck_assert_ptr_null(find(&all, "determinism"));
}
END_TEST

START_TEST(test_wrapped_environments)
{
    static const char *const wrappers[] = {"time_limit", "sticky_actions", "record_statistics"};
    rill_error error = {0};
    rill_env *env = NULL;
    findings all = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    for (size_t i = 0; i < 3; i++) {
        ASSERT_OK(rill_env_wrap(&env, wrappers[i], NULL, &error), &error);
    }
    ASSERT_OK(rill_env_check(env, NULL, collect, &all, &error), &error);
    ck_assert_int_eq(count_failed(&all), 0);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_options)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_env_check(env, NULL, NULL, NULL, &error), &error); // without a report
    rill_check_options options = rill_check_defaults();
    options.steps = 0;
    ASSERT_REFUSED(rill_env_check(env, &options, NULL, NULL, &error), &error, "options", "steps 0");
    options = rill_check_defaults();
    options.false_alarm_rate = 1.0;
    ASSERT_REFUSED(rill_env_check(env, &options, NULL, NULL, &error), &error, "options",
                   "false_alarm_rate 1");
    // the environment under test is left as it is
    unsigned char before[512];
    ck_assert_uint_le(env->data_size, sizeof before);
    rill_env_save(env, before);
    options = rill_check_defaults();
    options.steps = options.samples = 1;
    ASSERT_OK(rill_env_check(env, &options, NULL, NULL, &error), &error);
    ck_assert_mem_eq(env->data, before, env->data_size);
    rill_env_destroy(env);
}
END_TEST

/// Sound models fail about as often as stated: at a rate of 0.2, never near half the seeds.
START_TEST(test_false_alarms)
{
    const rill_env_type *type = broken_path("none");
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create_from(&env, type, NULL, 0, &error), &error);
    rill_check_options options = {.steps = 1, .samples = 20000, .false_alarm_rate = 0.2};
    int n_alarms = 0;
    for (options.seed = 0; options.seed < 200; options.seed++) {
        n_alarms += rill_env_check(env, &options, NULL, NULL, &error) != RILL_OK;
    }
    // expected at most 40; more than 65 has a probability below 2e-5
    ck_assert_int_le(n_alarms, 65);
    ck_assert_int_ge(n_alarms, 1);
    rill_env_destroy(env);
}
END_TEST

// ---- the program ----

START_TEST(test_program)
{
    ASSERT_DONE("check-env", "cliff_walking");
    ck_assert(strstr(ran.out, "ok    determinism") != NULL);
    ck_assert(strstr(ran.out, "-     jacobian           not offered: no jacobian\n") != NULL);
    ASSERT_DONE("check-env", "CliffWalking-v1", "--param", "is_slippery=true", "--seed", "5",
                "--json");
    ck_assert(strncmp(ran.out, "[{", 2) == 0);
    ck_assert(strstr(ran.out, "\"check\":\t\"model_transitions\"") != NULL);
    ck_assert(strstr(ran.out, "false") != NULL); // offered
    RUN("check-env", "cliff_wlaking");
    ASSERT_FAILED_WITH(2, "did you mean \"cliff_walking\"?");
    RUN("check-env");
    ASSERT_FAILED_WITH(2, "expected one environment");
    RUN("check-env", "cliff_walking", "--steps", "0");
    ASSERT_FAILED_WITH(2, "--steps: 0 is out of range");
    ASSERT_DONE("check-env", "--help");
    ck_assert(strstr(ran.out, "rill check-env FrozenLake-v1") != NULL);
}
END_TEST

TEST_MAIN_WITH_FILES(test_sound_environments_pass, test_faults_of_a_finite_world,
                     test_hidden_time_limits, test_dead_end, test_faults_of_a_world_of_boxes,
                     test_vital_checks_end_the_run, test_wrapped_environments, test_options,
                     test_false_alarms, test_program)
