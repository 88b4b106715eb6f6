// What every agent that looks at its environment owes its users, checked over the registry in place of
// test_agent_conformance.c, whose worlds have no Jacobians: it is refused without, its past can be saved,
// its copies act elsewhere, and it never allocates.
#include "tests/allocations.h"
#include "tests/test.h"

static const char *const on_raw[] = {"features=raw", "features.low=-9", "features.high=9", NULL};

/// An agent on its environment in the middle of an episode.
typedef struct session {
    rill_env *env;
    rill_agent *agent;
    float action[4];
} session;

/// The action is the agent's own room, which the next one may write to.
static void keep(session *s, rill_action action)
{
    memcpy(s->action, action.box, (size_t)s->env->action_space.size * sizeof *s->action);
}

static rill_env *make_env(const char *id, int64_t max_episode_steps)
{
    rill_env *env = NULL;
    rill_error error = {0};
    const rill_env_type *type = rill_env_type_find(id, NULL, &error);
    ASSERT_OK(rill_env_create_from(&env, type, NULL, max_episode_steps, &error), &error);
    return env;
}

static session begin(const rill_agent_type *type, uint64_t seed)
{
    rill_error error = {0};
    session s = {.env = make_env("double_integrator", 12)};
    ASSERT_OK(rill_agent_create(&s.agent, type->id, s.env, on_raw, &error), &error);
    rill_env_seed(s.env, seed);
    rill_agent_seed(s.agent, seed + 1000);
    keep(&s, rill_agent_start(s.agent, rill_env_reset(s.env)));
    return s;
}

static void go_on(session *s, int n)
{
    for (int i = 0; i < n; i++) {
        rill_outcome outcome;
        const rill_observation observation =
            rill_env_step(s->env, (rill_action){.box = s->action}, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(s->agent, &outcome, observation);
            keep(s, rill_agent_start(s->agent, rill_env_reset(s->env)));
        } else {
            keep(s, rill_agent_step(s->agent, outcome.reward, observation));
        }
    }
}

static void end(session *s)
{
    rill_agent_destroy(s->agent);
    rill_env_destroy(s->env);
}

static int for_each_type(void (*check)(const rill_agent_type *type))
{
    int n = 0;
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if ((*type)->needs_env) {
            check(*type);
            n++;
        }
    }
    return n;
}

// ---- refusals ----

static void check_refusals(const rill_agent_type *type)
{
    static const char *const tiles[] = {"features=tile_coding", "features.low=-9",
                                        "features.high=9", NULL};
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = make_env("double_integrator", 0),
             *none = make_env("mountain_car_continuous", 0);
    rill_env *larger = make_env("reacher2", 0), *catch = make_env("catch", 0);
    const long live = allocations_live;
    ASSERT_REFUSED(rill_agent_create(&agent, type->id, none, NULL, &error), &error, "id",
                   "mountain_car_continuous offers none; these do: cartpole_swingup, ");
    ASSERT_REFUSED(rill_agent_create(&agent, type->id, catch, NULL, &error), &error, "id",
                   "needs actions that are a box");
    rill_agent_config config = {.type = type};
    ASSERT_REFUSED(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error, "id", "no environment offers none");
    config = (rill_agent_config){.type = type, .env = larger};
    ASSERT_REFUSED(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error, "", "other observations or actions than those of reacher2");
    ASSERT_REFUSED(rill_agent_create(&agent, type->id, env, tiles, &error), &error, "features",
                   "tile_coding is piecewise constant");
    ck_assert(allocations_live == live && agent == NULL);

    // bound anew: to another of its kind only
    ASSERT_OK(rill_agent_create(&agent, type->id, env, on_raw, &error), &error);
    ASSERT_REFUSED(rill_agent_bind(agent, larger, &error), &error, "",
                   "made for double_integrator, whose states reacher2 does not have");
    ASSERT_REFUSED(rill_agent_bind(agent, NULL, &error), &error, "id", "no environment");
    ck_assert_ptr_eq(agent->env, env);
    rill_agent_destroy(agent);

    // wrappers that change the dynamics have no Jacobian, others do
    ASSERT_OK(rill_env_wrap(&env, "time_limit", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, type->id, env, on_raw, &error), &error);
    rill_agent_destroy(agent);
    ASSERT_OK(rill_env_wrap(&env, "sticky_actions", NULL, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, type->id, env, on_raw, &error), &error, "id",
                   "sticky_actions(time_limit(double_integrator)) offers none");
    rill_env_destroy(env);
    rill_env_destroy(none);
    rill_env_destroy(larger);
    rill_env_destroy(catch);
}

START_TEST(test_refusals)
{
    ck_assert_int_ge(for_each_type(check_refusals), 1);
}
END_TEST

/// An agent that does not look at its environment is bound to none.
START_TEST(test_others_are_not_bound)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = make_env("random_walk", 0);
    ASSERT_OK(rill_agent_create(&agent, "td0", env, NULL, &error), &error);
    ASSERT_OK(rill_agent_bind(agent, env, &error), &error);
    ck_assert_ptr_null(agent->env);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

// ---- reproducibility ----

static void check_same(const rill_agent_type *type, const session *a, const session *b)
{
    ASSERT_FOR(type->id, a->agent->memory_size == b->agent->memory_size);
    ASSERT_FOR(type->id, memcmp(a->agent->memory, b->agent->memory, a->agent->memory_size) == 0);
    ASSERT_FOR(type->id, a->action[0] == b->action[0]);
}

static void check_seeds(const rill_agent_type *type)
{
    session a = begin(type, 1), b = begin(type, 1), other = begin(type, 2);
    go_on(&a, 200);
    go_on(&b, 200);
    go_on(&other, 200);
    check_same(type, &a, &b);
    ASSERT_FOR(type->id, a.action[0] != other.action[0]);
    ASSERT_FOR(type->id, a.agent->memory->episode == 16 && a.agent->memory->step == 201);
    ASSERT_FOR(type->id, a.agent->actor.theta.weights[2] != 0.0);
    end(&a);
    end(&b);
    end(&other);
}

START_TEST(test_same_seed_same_bytes)
{
    for_each_type(check_seeds);
}
END_TEST

/// Saved in the middle of an episode and loaded elsewhere; copied, and bound to a copy of the environment.
static void check_saved_and_copied(const rill_agent_type *type)
{
    rill_error error = {0};
    session whole = begin(type, 3), resumed = begin(type, 4);
    go_on(&whole, 107);
    go_on(&resumed, 50);
    unsigned char *bytes = malloc(whole.agent->memory_size), *state = malloc(whole.env->data_size);
    rill_agent_save(whole.agent, bytes);
    rill_env_save(whole.env, state);
    session copied = whole;
    ASSERT_OK(rill_env_clone(&copied.env, whole.env, &error), &error);
    ASSERT_OK(rill_agent_clone(&copied.agent, whole.agent, &error), &error);
    ck_assert_ptr_eq(copied.agent->env, whole.env);
    ASSERT_OK(rill_agent_bind(copied.agent, copied.env, &error), &error);
    memcpy(resumed.action, whole.action, sizeof whole.action);
    go_on(&whole, 100);
    ASSERT_FOR(type->id, memcmp(whole.agent->memory, bytes, whole.agent->memory_size) != 0);

    rill_agent_load(resumed.agent, bytes);
    rill_env_restore(resumed.env, state);
    go_on(&resumed, 100);
    check_same(type, &whole, &resumed);
    go_on(&copied, 100);
    check_same(type, &whole, &copied);
    free(bytes);
    free(state);
    end(&whole);
    end(&resumed);
    end(&copied);
}

START_TEST(test_saved_and_copied)
{
    for_each_type(check_saved_and_copied);
}
END_TEST

/// The greedy action and the values change nothing that is learned.
static void check_questions(const rill_agent_type *type)
{
    session s = begin(type, 5);
    go_on(&s, 100);
    unsigned char *bytes = malloc(s.agent->memory_size);
    rill_agent_save(s.agent, bytes);
    const float seen[] = {0.5f, -0.25f};
    double value = (double)NAN;
    rill_agent_values(s.agent, (rill_observation){.box = seen}, &value);
    const rill_action greedy = rill_agent_act_greedily(s.agent, (rill_observation){.box = seen});
    ASSERT_FOR(type->id, isfinite(greedy.box[0]) && greedy.box[0] != 0.0f);
    ASSERT_FOR(type->id, isfinite(value) && (value == 0.0 || !type->learns_no_values));
    ASSERT_FOR(type->id, memcmp(s.agent->memory, bytes, s.agent->memory_size) == 0);
    free(bytes);
    end(&s);
}

START_TEST(test_questions_change_nothing)
{
    for_each_type(check_questions);
}
END_TEST

// ---- memory ----

static void check_allocations(const rill_agent_type *type)
{
    session s = begin(type, 6);
    const long before = allocations_made;
    go_on(&s, 300);
    rill_agent_seed(s.agent, 1);
    ASSERT_FOR(type->id, allocations_made == before);
    end(&s);
    // each allocation of create fails in its turn
    rill_error error = {0};
    rill_env *env = make_env("double_integrator", 0);
    rill_status status = RILL_NO_MEMORY;
    for (long n = 1; status != RILL_OK; n++) {
        const long live = allocations_live;
        rill_agent *agent = NULL;
        allocations_until_failure = n;
        status = rill_agent_create(&agent, type->id, env, on_raw, &error);
        allocations_until_failure = 0;
        ASSERT_FOR(type->id, status == RILL_OK || status == RILL_NO_MEMORY);
        ASSERT_FOR(type->id, (status == RILL_OK) == (agent != NULL));
        rill_agent_destroy(agent);
        ASSERT_FOR(type->id, allocations_live == live && (status != RILL_OK || n > 1));
    }
    rill_env_destroy(env);
}

START_TEST(test_allocations)
{
    if (are_allocations_counted("test_allocations")) {
        for_each_type(check_allocations);
    }
}
END_TEST

TEST_MAIN(test_refusals, test_others_are_not_bound, test_same_seed_same_bytes,
          test_saved_and_copied, test_questions_change_nothing, test_allocations)
