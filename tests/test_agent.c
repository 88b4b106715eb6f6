// What an agent is wired of, beyond what conformance asks of each: the other policy, the shared
// model, the count of visits.
#include "tests/test.h"

#include <rill/agent_define.h>

typedef struct probe {
    rill_agent base;
    int32_t *drawn_by_policy, *drawn_by_behaviour; ///< (n_actions)
} probe;

static void probe_layout(rill_agent *agent, rill_arena *arena)
{
    const size_t n = (size_t)agent->action_space.size;
    ((probe *)agent)->drawn_by_policy = rill_arena_take(arena, n, sizeof(int32_t));
    ((probe *)agent)->drawn_by_behaviour = rill_arena_take(arena, n, sizeof(int32_t));
}

static rill_action probe_start(rill_agent *agent, rill_observation observation)
{
    ((probe *)agent)->drawn_by_policy[rill_td_choose(agent, observation.index)]++;
    int32_t action = rill_td_behave(agent, observation.index);
    ((probe *)agent)->drawn_by_behaviour[action]++;
    return (rill_action){.index = action};
}

static rill_action probe_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_td_update(agent, observation.index, 0, reward);
    return probe_start(agent, observation);
}

static void probe_finish(rill_agent *agent, const rill_outcome *outcome,
                         rill_observation observation)
{
    rill_td_update(agent, observation.index, 0, outcome->reward);
}

static const rill_param probe_params[] = {RILL_TD_PARAMS, RILL_PARAM_END};

static const rill_agent_type probe_type = {.id = "probe",
                                           .params = probe_params,
                                           .params_size = sizeof(rill_td_params),
                                           .agent_size = sizeof(probe),
                                           .estimates = RILL_ESTIMATES_ACTION_VALUES,
                                           .default_policy = "greedy",
                                           .has_behaviour = true,
                                           .layout = probe_layout,
                                           .begin = rill_td_begin,
                                           .start = probe_start,
                                           .step = probe_step,
                                           .finish = probe_finish};

static rill_agent *create(const char *behaviour, const char *alpha)
{
    rill_agent_config config = {.type = &probe_type};
    rill_error error = {0};
    config.params = rill_params_create(probe_params, sizeof(rill_td_params));
    ASSERT_OK(rill_param_parse(&probe_params[0], config.params, alpha, &error), &error);
    config.behaviour = behaviour == NULL ? NULL : rill_policy_type_find(behaviour, &error);
    rill_agent *agent = NULL;
    ASSERT_OK(rill_agent_create_from(&agent, &config, rill_space_discrete(3),
                                     rill_space_discrete(4), &error),
              &error);
    return agent;
}

START_TEST(test_behaviour_acts_and_policy_is_the_target)
{
    rill_agent *agent = create("uniform", "0.1");
    rill_td_row(agent, 1)[2] = 1.0; // greedy in state 1
    for (int i = 0; i < 4000; i++) {
        rill_agent_start(agent, (rill_observation){.index = 1});
    }
    const probe *p = (const probe *)agent;
    ck_assert_int_eq(p->drawn_by_policy[2], 4000);
    for (int a = 0; a < 4; a++) {
        // 1000 +- 6 standard deviations of 27
        ck_assert_int_gt(p->drawn_by_behaviour[a], 836);
        ck_assert_int_lt(p->drawn_by_behaviour[a], 1164);
    }
    double target[4], behaviour[4];
    rill_td_target(agent, 1, target);
    rill_td_behaviour(agent, 1, behaviour);
    for (int a = 0; a < 4; a++) {
        ck_assert(target[a] == (a == 2 ? 1.0 : 0.0) && behaviour[a] == 0.25);
    }
    rill_td_row(agent, 1)[0] = 3.0;
    ASSERT_NEAR(rill_td_expected(agent, 1, behaviour), 1.0, 1e-15);
    rill_agent *clone = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_agent_clone(&clone, agent, &error), &error);
    ck_assert_str_eq(clone->behaviour.type->id, "uniform");
    ck_assert_ptr_ne(clone->behaviour.params, agent->behaviour.params);
    rill_agent_destroy(clone);
    rill_agent_destroy(agent);

    agent = create(NULL, "0.1"); // without one, it acts by the policy
    ck_assert_ptr_eq(rill_agent_behaviour(agent), &agent->policy);
    rill_td_row(agent, 0)[3] = 1.0;
    ck_assert_int_eq(rill_agent_start(agent, (rill_observation){.index = 0}).index, 3);
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_average_of_each_estimate)
{
    rill_agent *agent = create(NULL, "1/n");
    double sums[3] = {0.0};
    for (int i = 0; i < 30; i++) {
        const int32_t s = i % 2 == 0 ? 0 : i % 3;
        const double reward = i * i;
        sums[s] += reward;
        rill_agent_step(agent, reward, (rill_observation){.index = s});
    }
    for (int32_t s = 0; s < 3; s++) {
        const int64_t n = agent->visits[s * 4];
        ck_assert_int_gt(n, 4);
        ASSERT_NEAR(rill_td_row(agent, s)[0], sums[s] / (double)n, 1e-10);
        ck_assert_int_eq(agent->visits[s * 4 + 1], 0);
    }
    ck_assert_int_eq(agent->memory->update, 30);
    rill_agent_destroy(agent);

    agent = create(NULL, "0.5");
    ck_assert_ptr_null(agent->visits);
    rill_agent_destroy(agent);
}
END_TEST

/// Two states; both actions lead to the other one.
static rill_model *two_states(void)
{
    rill_model *model = NULL;
    rill_error error = {0};
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, 2, 2), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (int32_t pair = 0; pair < 4; pair++) {
        ck_assert_int_eq(rill_model_add(builder, pair / 2, pair % 2, 1.0, 1 - pair / 2, 1.0, false),
                         RILL_OK);
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return model;
}

START_TEST(test_model_is_shared)
{
    rill_agent_type planner = probe_type;
    planner.needs_model = true;
    rill_model *model = two_states();
    rill_agent *agent = NULL, *clone = NULL;
    rill_error error = {0};
    rill_agent_config config = {.type = &planner, .model = rill_model_share(model)};
    ASSERT_OK(rill_agent_create_from(&agent, &config, rill_space_discrete(2),
                                     rill_space_discrete(2), &error),
              &error);
    ASSERT_OK(rill_agent_clone(&clone, agent, &error), &error);
    ck_assert(agent->model == model && clone->model == model);
    rill_model_destroy(model);
    rill_agent_destroy(agent);
    ck_assert_int_eq(clone->model->n_states, 2); // still there for its last owner
    rill_agent_destroy(clone);

    config = (rill_agent_config){.type = &planner};
    ASSERT_REFUSED(rill_agent_create_from(&agent, &config, rill_space_discrete(2),
                                          rill_space_discrete(2), &error),
                   &error, "id", "plans on the exact model");
    config = (rill_agent_config){.type = &planner, .model = two_states()};
    ASSERT_REFUSED(rill_agent_create_from(&agent, &config, rill_space_discrete(3),
                                          rill_space_discrete(2), &error),
                   &error, "id", "must observe them");
    config = (rill_agent_config){.type = &probe_type, .model = two_states()};
    ASSERT_OK(rill_agent_create_from(&agent, &config, rill_space_discrete(3),
                                     rill_space_discrete(2), &error),
              &error);
    ck_assert_ptr_null(agent->model); // given to one that does not plan: let go
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_agents_that_act_by_themselves_take_no_policy)
{
    rill_agent_type own_way = probe_type;
    own_way.default_policy = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    rill_agent_config config = {.type = &own_way, .policy = rill_policy_type_find("uniform", NULL)};
    ASSERT_REFUSED(rill_agent_create_from(&agent, &config, rill_space_discrete(2),
                                          rill_space_discrete(2), &error),
                   &error, "policy", "takes no policy");
    config = (rill_agent_config){.type = &own_way};
    ASSERT_OK(rill_agent_create_from(&agent, &config, rill_space_discrete(2),
                                     rill_space_discrete(2), &error),
              &error);
    ck_assert_str_eq(agent->policy.type->id, "greedy");
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_behaviour_acts_and_policy_is_the_target, test_average_of_each_estimate,
          test_model_is_shared, test_agents_that_act_by_themselves_take_no_policy)
