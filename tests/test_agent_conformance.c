// What every agent owes its users, checked over the registry: a new file in agents/ is covered by
// being there.
#include "tests/conformance.h"

#include "tests/allocations.h"

// ---- an agent at work ----

/// An agent in an environment in the middle of an episode: all of it can be saved.
typedef struct session {
    rill_env *env;
    rill_agent *agent;
    rill_action action;
} session;

/// Wires an agent to an environment with a time limit, so that both kinds of end occur; answers
/// the session at the start of its first episode.
static session begin(const char *agent_id, const char *env_id, uint64_t seed)
{
    rill_error error = {0};
    session s = {0};
    // undiscounted, the emphasis of a sweep is as large as episodes are long without a limit: too
    // large for the default step size
    static const char *const discounted[] = {"gamma=0.5", NULL};
    const bool is_emphatic = strcmp(agent_id, "expected_emphatic_td") == 0;
    const rill_env_type *type = rill_env_type_find(env_id, NULL, &error);
    ASSERT_OK(rill_env_create_from(&s.env, type, NULL, 40, &error), &error);
    ASSERT_OK(rill_agent_create(&s.agent, agent_id, s.env, is_emphatic ? discounted : NULL, &error),
              &error);
    rill_env_seed(s.env, seed);
    rill_agent_seed(s.agent, seed + 1000);
    s.action = rill_agent_start(s.agent, rill_env_reset(s.env));
    return s;
}

static void end(session *s)
{
    rill_agent_destroy(s->agent);
    rill_env_destroy(s->env);
}

/// n steps of DESIGN section 5's loop; answers how many episodes ended.
static int go_on(session *s, int n)
{
    int n_ended = 0;
    for (int i = 0; i < n; i++) {
        rill_outcome outcome;
        rill_observation observation = rill_env_step(s->env, s->action, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(s->agent, &outcome, observation);
            s->action = rill_agent_start(s->agent, rill_env_reset(s->env));
            n_ended++;
        } else {
            s->action = rill_agent_step(s->agent, outcome.reward, observation);
        }
        ASSERT_FOR(s->agent->type->id,
                   s->action.index >= 0 && s->action.index < s->env->action_space.size);
    }
    return n_ended;
}

static const char *const env_ids[] = {"cliff_walking", "random_walk"};

/// Runs a check on every registered agent in each of two environments. (Those for boxes alone have it in
/// their own test, or in test_bound_conformance.c.)
static void for_each_agent(void (*check)(const char *agent_id, const char *env_id))
{
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        for (size_t i = 0; i < 2 && !(*type)->needs_box; i++) {
            check((*type)->id, env_ids[i]);
        }
    }
}

// ---- identity ----

START_TEST(test_ids_are_file_names)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_agent_type_list()[i] != NULL; i++) {
        const rill_agent_type *type = rill_agent_type_list()[i];
        ids[i] = type->id;
        ck_assert_ptr_eq(rill_agent_type_find(type->id, NULL), type);
        ASSERT_FOR(type->id, type->summary[0] != '\0' && type->source[0] != '\0');
        ASSERT_FOR(type->id, type->default_policy == NULL ||
                                 rill_policy_type_find(type->default_policy, NULL) != NULL);
        ASSERT_FOR(type->id, type->agent_size >= sizeof(rill_agent));
        check_param_table(type->id, type->params, type->params_size);
    }
    check_files_are_ids("agents", "", ids);
}
END_TEST

// ---- refusals ----

/// The bounds themselves are check_param_table's; this is the way from outside.
START_TEST(test_parameters_out_of_range)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        for (const rill_param *param = (*type)->params; param->name != NULL; param++) {
            char text[128]; // read before the agent meets the spaces
            snprintf(text, sizeof text, "%s=nan", param->name);
            const char *assignments[] = {text, NULL};
            rill_agent *agent = NULL;
            ASSERT_REFUSED(rill_agent_create(&agent, (*type)->id, env, assignments, &error), &error,
                           param->name, "nan");
            ck_assert_ptr_null(agent);
        }
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_assignments)
{
    static const struct {
        const char *id, *assignment, *message;
    } cases[] = {
        {"q_lerning", NULL, "unknown agent \"q_lerning\"; did you mean \"q_learning\"?"},
        {"q_learning", "alhpa=0.5", "unknown parameter; did you mean \"alpha\"?"},
        {"q_learning", "policy=sofmax", "unknown policy \"sofmax\"; did you mean \"softmax\"?"},
        {"q_learning", "policy.epsilon=2", "2 is out of range, allowed is 0 to 1"},
        {"q_learning", "policy.temperature=1", "unknown parameter"},
        {"q_learning", "features=one_hto", "did you mean \"one_hot\"?"},
        {"q_learning", "features.x=1", "unknown parameter; there are none here"},
        {"q_learning", "alpha", "expected name=value"},
        {"td0", "policy=epsilon_greedy", "td0 evaluates a given policy"},
        {"sarsa", "behaviour=uniform", "sarsa has no other policy than the one that it acts by"},
        {"sarsa", "behaviour=unifrom", "did you mean \"uniform\"?"},
        {"sarsa", "behaviour.epsilon=0.5", "unknown parameter"},
        {"sarsa", "policy.epsilon=1/n", "only alpha, on tables, can be \"1/n\""},
        {"sarsa", "alpha=1/m", "cannot read \"1/m\" as a number"},
    };
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *assignments[] = {cases[i].assignment, NULL};
        error = (rill_error){0};
        rill_status status = rill_agent_create(&agent, cases[i].id, env, assignments, &error);
        ASSERT_FOR(cases[i].message, status == RILL_INVALID && agent == NULL);
        ck_assert_msg(strstr(error.message, cases[i].message) != NULL, "\"%s\" without \"%s\"",
                      error.message, cases[i].message);
        ck_assert_int_eq(rill_agent_create(&agent, cases[i].id, env, assignments, NULL),
                         RILL_INVALID);
    }
    // in any order: the policy's parameter before the policy
    const char *assignments[] = {"policy.temperature=2", "alpha=0.25", "policy=softmax", NULL};
    ASSERT_OK(rill_agent_create(&agent, "q_learning", env, assignments, &error), &error);
    ck_assert_str_eq(agent->policy.type->id, "softmax");
    rill_agent_destroy(agent);
    rill_agent_destroy(NULL);
    rill_env_destroy(env);
}
END_TEST

/// Three states and three actions, each of which leads on to the next state and ends in the last.
static rill_model *small_model(void)
{
    rill_model *model = NULL;
    rill_error error = {0};
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, 3, 3), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (int32_t s = 0; s < 3; s++) {
        for (int32_t a = 0; a < 3; a++) {
            const int32_t next = s == 2 ? 2 : s + 1;
            ck_assert_int_eq(rill_model_add(builder, s, a, 1.0, next, a, s == 2), RILL_OK);
        }
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return model;
}

/// A config in which all is given: the agent owns it, also when it fails.
static rill_agent_config full_config(const rill_agent_type *type)
{
    const rill_features_type *features = rill_features_type_find("one_hot", NULL);
    const rill_policy_type *policy =
        rill_policy_type_find(type->default_policy == NULL ? "greedy" : "fixed", NULL);
    const rill_policy_type *behaviour =
        rill_policy_type_find(type->is_actor ? "uniform" : "fixed", NULL);
    const rill_distribution_type *categorical = rill_distribution_type_find("categorical", NULL);
    return (rill_agent_config){
        .type = type,
        .params = rill_params_create(type->params, type->params_size),
        .features = features,
        .features_params = rill_params_create(features->params, features->params_size),
        .policy = type->is_actor ? NULL : policy,
        .policy_params =
            type->is_actor ? NULL : rill_params_create(policy->params, policy->params_size),
        .distribution = type->is_actor ? categorical : NULL,
        .policy_features = type->is_actor ? features : NULL,
        .policy_features_params =
            type->is_actor ? rill_params_create(features->params, features->params_size) : NULL,
        .behaviour = type->has_behaviour ? behaviour : NULL,
        .behaviour_params = type->has_behaviour
                                ? rill_params_create(behaviour->params, behaviour->params_size)
                                : NULL,
        .model = small_model()};
}

START_TEST(test_boxes_are_refused)
{
    static const double low[] = {0.0, 0.0}, high[] = {1.0, 1.0};
    const rill_space box = rill_space_box(2, low, high), discrete = rill_space_discrete(3);
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if ((*type)->needs_env) {
            continue;
        }
        rill_error error = {0};
        rill_agent *agent = NULL;
        const long live = allocations_live;
        rill_agent_config config = full_config(*type);
        rill_status status = rill_agent_create_from(&agent, &config, discrete, box, &error);
        ASSERT_FOR((*type)->id, status == RILL_INVALID && agent == NULL);
        const bool can_be_box = (*type)->is_actor && !(*type)->has_behaviour &&
                                (*type)->estimates == RILL_ESTIMATES_STATE_VALUES;
        ASSERT_FOR(error.message,
                   strstr(error.message, can_be_box ? "categorical is a distribution over "
                                                      "discrete actions"
                                                    : "needs discrete actions") != NULL);
        ASSERT_FOR(error.message,
                   can_be_box || strstr(error.message, "a box of 2 numbers") != NULL);
        ASSERT_FOR((*type)->id, allocations_live == live);

        config = full_config(*type);
        status = rill_agent_create_from(&agent, &config, box, discrete, &error);
        ASSERT_FOR((*type)->id, status == RILL_INVALID && agent == NULL);
        ASSERT_FOR(error.message,
                   strstr(error.message, (*type)->needs_box
                                             ? "needs actions that are a box"
                                             : "needs discrete observations") != NULL);
        ASSERT_FOR((*type)->id, allocations_live == live);
        if ((*type)->needs_box) {
            continue;
        }

        config = full_config(*type);
        ASSERT_OK(rill_agent_create_from(&agent, &config, discrete, discrete, &error), &error);
        rill_agent_destroy(agent);
        ASSERT_FOR((*type)->id, allocations_live == live);
    }
}
END_TEST

// ---- actions that do not exist ----

/// No agent takes an action that the exact model does not have, whatever it acts by.
static void check_actions_exist(const rill_agent_type *type, const char *const *assignments)
{
    static const char *const game[] = {"goal=20", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_model *model = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "gambler", game, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, type->id, env, assignments, &error), &error);
    rill_observation observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, observation);
    for (int i = 0; i < 2000; i++) {
        ASSERT_FOR(type->id, rill_model_is_available(model, observation.index, action.index));
        rill_outcome outcome;
        observation = rill_env_step(env, action, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
            observation = rill_env_reset(env);
            action = rill_agent_start(agent, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
    }
    for (int32_t s = 1; s < 20; s++) {
        action = rill_agent_act_greedily(agent, (rill_observation){.index = s});
        ASSERT_FOR(type->id, rill_model_is_available(model, s, action.index));
    }
    rill_agent_destroy(agent);
    rill_model_destroy(model);
    rill_env_destroy(env);
}

START_TEST(test_actions_that_do_not_exist)
{
    static const char *const ones[] = {"policy=fixed", "policy.actions=1", "policy.epsilon=0.5",
                                       NULL};
    static const char *const uniform[] = {"policy=uniform", NULL};
    static const char *const behaviour[] = {"policy=uniform", "behaviour=fixed",
                                            "behaviour.actions=1", "behaviour.epsilon=1", NULL};
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if ((*type)->needs_box) {
            continue;
        }
        check_actions_exist(*type, NULL);
        if ((*type)->default_policy != NULL) {
            check_actions_exist(*type, uniform);
            check_actions_exist(*type, ones);
        }
        if ((*type)->has_behaviour) {
            check_actions_exist(*type, (*type)->is_actor ? behaviour + 1 : behaviour);
        }
    }
    // one that takes them is refused
    static const char *const zeros[] = {"policy=fixed", "policy.actions=0", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "gambler", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "td0", env, zeros, &error), &error, "policy",
                   "takes action 0 in state 1, where there is no such action");
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_behaviour_must_cover_the_policy)
{
    static const char *const left[] = {"policy=uniform", "behaviour=fixed", "behaviour.actions=0",
                                       NULL};
    static const char *const soft[] = {"policy=uniform", "behaviour=fixed", "behaviour.actions=0",
                                       "behaviour.epsilon=0.1", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if ((*type)->has_behaviour) {
            const int skipped = (*type)->is_actor; // which take no policy
            ASSERT_REFUSED(rill_agent_create(&agent, (*type)->id, env, left + skipped, &error),
                           &error, "behaviour", "never takes action 1 in state 0");
            ASSERT_OK(rill_agent_create(&agent, (*type)->id, env, soft + skipped, &error), &error);
            rill_agent_destroy(agent);
        }
    }
    rill_env_destroy(env);
}
END_TEST

// ---- reproducibility ----

static void check_seed(const char *agent_id, const char *env_id)
{
    session a = begin(agent_id, env_id, 1), b = begin(agent_id, env_id, 1);
    session other = begin(agent_id, env_id, 2);
    ASSERT_FOR(agent_id, a.agent->memory_size == b.agent->memory_size);
    ASSERT_FOR(agent_id, go_on(&a, 3000) > 10);
    go_on(&b, 3000);
    go_on(&other, 3000);
    ASSERT_FOR(agent_id, memcmp(a.agent->memory, b.agent->memory, a.agent->memory_size) == 0);
    ASSERT_FOR(agent_id, memcmp(a.agent->memory, other.agent->memory, a.agent->memory_size) != 0);

    // seeding again forgets all
    rill_agent_seed(other.agent, 1001);
    rill_env_seed(other.env, 1);
    other.action = rill_agent_start(other.agent, rill_env_reset(other.env));
    go_on(&other, 3000);
    ASSERT_FOR(agent_id, memcmp(a.agent->memory, other.agent->memory, a.agent->memory_size) == 0);
    end(&a);
    end(&b);
    end(&other);
}

START_TEST(test_same_seed_same_bytes)
{
    for_each_agent(check_seed);
}
END_TEST

static void check_save(const char *agent_id, const char *env_id)
{
    session whole = begin(agent_id, env_id, 3), resumed = begin(agent_id, env_id, 4);
    const size_t size = whole.agent->memory_size;
    unsigned char *agent_bytes = malloc(size), *env_bytes = malloc(whole.env->data_size);
    go_on(&whole, 777);
    go_on(&resumed, 50); // it has a past of its own
    rill_agent_save(whole.agent, agent_bytes);
    rill_env_save(whole.env, env_bytes);
    rill_action action = whole.action;
    go_on(&whole, 1000);
    ASSERT_FOR(agent_id, memcmp(whole.agent->memory, agent_bytes, size) != 0);

    rill_agent_load(resumed.agent, agent_bytes);
    rill_env_restore(resumed.env, env_bytes);
    resumed.action = action;
    go_on(&resumed, 1000);
    ASSERT_FOR(agent_id, memcmp(whole.agent->memory, resumed.agent->memory, size) == 0);
    ASSERT_FOR(agent_id, whole.action.index == resumed.action.index);
    free(agent_bytes);
    free(env_bytes);
    end(&whole);
    end(&resumed);
}

START_TEST(test_resumed_equals_uninterrupted)
{
    for_each_agent(check_save);
}
END_TEST

START_TEST(test_counters)
{
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if ((*type)->needs_box) {
            continue;
        }
        session s = begin((*type)->id, "cliff_walking", 5);
        int n_ended = go_on(&s, 400);
        ASSERT_FOR((*type)->id, n_ended >= 10);
        ASSERT_FOR((*type)->id, s.agent->memory->episode == n_ended);
        ASSERT_FOR((*type)->id, s.agent->memory->step >= 400); // actions chosen
        end(&s);
    }
}
END_TEST

// ---- learning ----

static bool has_param(const rill_agent_type *type, const char *name)
{
    return rill_param_find(type->params, name, NULL) != NULL;
}

/// The estimate of (0, the action taken) after one step of reward 5, of whose end `outcome` tells,
/// with alpha = 1, gamma = 0.9 and every estimate 1 before.
static double estimate_after(const rill_agent_type *type, bool terminated, bool truncated)
{
    static const char *const assignments[] = {"alpha=1", "gamma=0.9", "initial_value=1", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, type->id, env, assignments, &error), &error);
    const rill_outcome outcome = {5.0, terminated, truncated};
    rill_action action = rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_finish(agent, &outcome, (rill_observation){.index = 1});
    double values[2] = {0.0, 0.0};
    rill_agent_values(agent, (rill_observation){.index = 0}, values);
    double estimate = values[rill_agent_n_values(agent) == 1 ? 0 : action.index];
    // and nothing else was learned
    double others[2] = {0.0, 0.0};
    rill_agent_values(agent, (rill_observation){.index = 1}, others);
    ASSERT_FOR(type->id, others[0] == 1.0);
    ASSERT_FOR(type->id, rill_agent_n_values(agent) == 1 || values[1 - action.index] == 1.0);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    return estimate;
}

/// Agents of which one step does not move one estimate all the way to its target; their own tests
/// check where they bootstrap.
static bool learns_otherwise(const rill_agent_type *type)
{
    static const char *const ids[] = {
        "double_q_learning",        // moves one of two tables, the estimate is their mean
        "double_sarsa",             // likewise
        "dyna_q_plus",              // plans with actions that were not tried, too
        "mc_off_policy_prediction", // weighs the target with a ratio of probabilities
        "gtd2",                     // moves by its second weights, which are 0 at first
        "residual_gradient",        // moves the next estimate too
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (strcmp(type->id, ids[i]) == 0) {
            return true;
        }
    }
    return type->needs_model || type->estimates_average_reward || !has_param(type, "alpha") ||
           !has_param(type, "gamma") || !has_param(type, "initial_value");
}

START_TEST(test_bootstraps_on_truncation_not_on_termination)
{
    int n_checked = 0;
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if (learns_otherwise(*type)) {
            fprintf(stderr, "%s: learns otherwise, its own test must check this\n", (*type)->id);
            continue;
        }
        ASSERT_NEAR(estimate_after(*type, true, false), 5.0, 1e-14);
        ASSERT_NEAR(estimate_after(*type, false, true), 5.0 + 0.9 * 1.0, 1e-14);
        ASSERT_NEAR(estimate_after(*type, true, true), 5.0, 1e-14);
        n_checked++;
    }
    ck_assert_int_gt(n_checked, 0);
}
END_TEST

static void check_greedy(const char *agent_id, const char *env_id)
{
    session s = begin(agent_id, env_id, 6);
    go_on(&s, 5000);
    const size_t size = s.agent->memory_size;
    unsigned char *before = malloc(size);
    rill_agent_save(s.agent, before);
    const int32_t n = rill_agent_n_values(s.agent);
    for (int32_t i = 0; i < s.env->observation_space.size; i++) {
        const rill_observation observation = {.index = i};
        double values[64];
        int32_t action = rill_agent_act_greedily(s.agent, observation).index;
        ASSERT_FOR(agent_id, action >= 0 && action < s.env->action_space.size);
        ASSERT_FOR(agent_id, rill_agent_act_greedily(s.agent, observation).index == action);
        rill_agent_values(s.agent, observation, values);
        for (int32_t a = 0; a < n; a++) {
            ASSERT_FOR(agent_id, isfinite(values[a]));
        }
        if (s.agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES && !s.agent->type->is_actor) {
            ASSERT_FOR(agent_id, n == s.env->action_space.size);
            ASSERT_FOR(agent_id, values[action] == rill_max(values, n));
        } else if (s.agent->type->is_actor) {
            double probabilities[64];
            rill_agent_probabilities(s.agent, observation, NULL, probabilities);
            const double p = rill_max(probabilities, s.env->action_space.size);
            ASSERT_FOR(agent_id, probabilities[action] == p);
        } else {
            ASSERT_FOR(agent_id, n == 1);
            ASSERT_FOR(agent_id, action == rill_policy_likeliest(&s.agent->policy, i));
        }
    }
    ASSERT_FOR(agent_id, memcmp(s.agent->memory, before, size) == 0);
    free(before);
    end(&s);
}

START_TEST(test_greedy_actions_and_values)
{
    for_each_agent(check_greedy);
}
END_TEST

// ---- memory ----

static void check_steps_allocate_nothing(const char *agent_id, const char *env_id)
{
    session s = begin(agent_id, env_id, 7);
    double values[64];
    const long before = allocations_made;
    int n_ended = go_on(&s, 2000);
    rill_agent_act_greedily(s.agent, (rill_observation){.index = 1});
    rill_agent_values(s.agent, (rill_observation){.index = 1}, values);
    rill_agent_seed(s.agent, 1);
    ASSERT_FOR(agent_id, allocations_made == before);
    ASSERT_FOR(agent_id, n_ended > 0);
    end(&s);
}

START_TEST(test_steps_allocate_nothing)
{
    if (are_allocations_counted("test_steps_allocate_nothing")) {
        for_each_agent(check_steps_allocate_nothing);
    }
}
END_TEST

/// Fails the first allocation of create, then the second, ...: each is reported, none leaks.
static void check_out_of_memory(const char *agent_id, const char *env_id)
{
    // lists of numbers, so that there is more to allocate
    const char *assignments[] = {"policy=fixed", "policy.actions=1", "behaviour=fixed",
                                 "behaviour.actions=1", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    const rill_agent_type *type = rill_agent_type_find(agent_id, &error);
    if (type->default_policy == NULL) {
        assignments[0] = NULL;
    } else if (!type->has_behaviour) {
        assignments[2] = NULL;
    }
    ASSERT_OK(rill_env_create(&env, env_id, NULL, &error), &error);
    rill_status status = RILL_NO_MEMORY;
    for (long n = 1; status != RILL_OK; n++) {
        const long live = allocations_live;
        rill_error *const errors[] = {&error, NULL}; // the status does not depend on the error
        for (int i = 0; i < 2; i++) {
            rill_agent *agent = NULL;
            error = (rill_error){0};
            allocations_until_failure = n;
            status = rill_agent_create(&agent, agent_id, env, assignments, errors[i]);
            allocations_until_failure = 0;
            ASSERT_FOR(agent_id, (status == RILL_OK) == (agent != NULL));
            ASSERT_FOR(agent_id, status == RILL_OK || status == RILL_NO_MEMORY);
            ASSERT_FOR(agent_id, status == RILL_OK || i == 1 ||
                                     strstr(error.message, "out of memory") != NULL);
            rill_agent_destroy(agent);
            ASSERT_FOR(agent_id, allocations_live == live);
        }
        ASSERT_FOR(agent_id, status != RILL_OK || n > 1);
    }
    rill_env_destroy(env);
}

START_TEST(test_out_of_memory)
{
    if (are_allocations_counted("test_out_of_memory")) {
        for_each_agent(check_out_of_memory);
    }
}
END_TEST

TEST_MAIN(test_ids_are_file_names, test_parameters_out_of_range, test_assignments,
          test_boxes_are_refused, test_actions_that_do_not_exist,
          test_behaviour_must_cover_the_policy, test_same_seed_same_bytes,
          test_resumed_equals_uninterrupted, test_counters,
          test_bootstraps_on_truncation_not_on_termination, test_greedy_actions_and_values,
          test_steps_allocate_nothing, test_out_of_memory)
