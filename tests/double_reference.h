/// What the tests of the double methods share: two tables and their mean, and the agent beside them.
#ifndef RILL_TESTS_DOUBLE_REFERENCE_H
#define RILL_TESTS_DOUBLE_REFERENCE_H

#include "agents/double_tables.h"
#include "tests/td_reference.h"

/// The box's learner: its `q` is the mean of the tables.
typedef struct double_box {
    td_box td;
    double q[2][TD_STATES][TD_ACTIONS];
} double_box;

static inline double_box double_box_begin(const td_settings *s, int32_t n_actions)
{
    double_box box = {.td = td_box_begin(s, n_actions)};
    memcpy(box.q[0], box.td.q, sizeof box.q[0]);
    memcpy(box.q[1], box.td.q, sizeof box.q[1]);
    return box;
}

static inline void double_box_update(double_box *box, int i, int32_t state, int32_t a,
                                     double target)
{
    box->q[i][state][a] += td_alpha(&box->td) * (target - box->q[i][state][a]);
    box->td.q[state][a] = (box->q[0][state][a] + box->q[1][state][a]) / 2.0;
}

/// The mean, and each table, have the same bits.
static inline void double_box_assert(const rill_agent *agent, const double_box *box,
                                     int32_t n_states)
{
    const double_tables *tables = (const double_tables *)agent;
    const size_t size = (size_t)agent->value.n_outputs * sizeof(double);
    td_assert_same(agent, &box->td, n_states);
    for (int32_t s = 0; s < n_states; s++) {
        for (int i = 0; i < 2; i++) {
            const double *row = rill_linear_row(&tables->q[i], s);
            ASSERT_FOR(agent->type->id, memcmp(row, box->q[i][s], size) == 0);
        }
    }
}

/// With alpha 1/n an estimate of a table is the average of the rewards that this table learned from.
static inline void double_check_average(const char *id)
{
    static const char *const assignments[] = {"gamma=0", "initial_value=7", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const rill_agent_type *type = rill_agent_type_find(id, &error);
    ASSERT_OK(rill_env_create(&env, "max_bias", NULL, &error), &error);
    void *params = rill_params_create(type->params, type->params_size);
    const rill_schedule average = rill_schedule_average();
    const rill_param *alpha = rill_param_find(type->params, "alpha", &error);
    ASSERT_OK(rill_param_set_schedule(alpha, params, &average, &error), &error);
    for (int i = 0; assignments[i] != NULL; i++) {
        ASSERT_OK(rill_params_assign(type->params, params, assignments[i], &error), &error);
    }
    const rill_agent_config config = {.type = type, .params = params};
    ASSERT_OK(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error);
    const double_tables *tables = (const double_tables *)agent;
    double sum[2][10] = {{0.0}};
    int n[2][10] = {{0}};
    for (int i = 0; i < 500; i++) {
        const int32_t a = rill_agent_start(agent, (rill_observation){.index = 0}).index;
        const double before = tables->q[0].weights[a];
        const rill_outcome end = {(double)i + 0.5, true, false};
        rill_agent_finish(agent, &end, (rill_observation){.index = 2});
        const int learner = tables->q[0].weights[a] != before ? 0 : 1;
        sum[learner][a] += end.reward;
        n[learner][a]++;
        const double q = tables->q[learner].weights[a];
        ASSERT_FOR(id, fabs(q - sum[learner][a] / n[learner][a]) < 1e-9);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

#endif
