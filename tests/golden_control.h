/// Gymnasium's golden data of the control environments: steps from given states, episodes from a
/// seed.
#ifndef RILL_TESTS_GOLDEN_CONTROL_H
#define RILL_TESTS_GOLDEN_CONTROL_H

#include "tests/golden.h"

/// How many floats apart two floats are.
static inline int64_t float_distance(float a, float b)
{
    int32_t bits[2];
    memcpy(&bits[0], &a, sizeof a);
    memcpy(&bits[1], &b, sizeof b);
    int64_t order[2];
    for (int i = 0; i < 2; i++) {
        order[i] = bits[i] < 0 ? (int64_t)INT32_MIN - bits[i] : bits[i];
    }
    return order[0] > order[1] ? order[0] - order[1] : order[1] - order[0];
}

/// A preset of Gymnasium's: its time limit, its threshold (0 where it has none) and the bounds of
/// its observations; they lie symmetric about 0 where `low` is NULL.
static inline void golden_check_preset(const char *id, int max_episode_steps, double threshold,
                                       const float *low, const float *high)
{
    const rill_env_preset *preset = NULL;
    ck_assert_ptr_nonnull(rill_env_type_find(id, &preset, NULL));
    ck_assert_int_eq(preset->max_episode_steps, max_episode_steps);
    ck_assert(preset->reward_threshold == threshold);
    rill_env *env = golden_create(id, NULL);
    const rill_space *space = &env->observation_space;
    for (int32_t i = 0; i < space->size; i++) {
        ck_assert((float)space->high[i] == high[i]);
        ck_assert((float)space->low[i] == (low == NULL ? -high[i] : low[i]));
    }
    rill_env_destroy(env);
}

/// A box observation is the recorded one, to one unit in the last place of each float.
static inline void golden_check_box(const char *name, const rill_env *env, rill_observation seen,
                                    const cJSON *recorded)
{
    ck_assert_int_eq(cJSON_GetArraySize(recorded), env->observation_space.size);
    for (int32_t i = 0; i < env->observation_space.size; i++) {
        const float expected = (float)cJSON_GetArrayItem(recorded, i)->valuedouble;
        ck_assert_msg(float_distance(seen.box[i], expected) <= 1,
                      "%s: element %d is %.9g, not %.9g", name, i, (double)seen.box[i],
                      (double)expected);
    }
}

/// Makes a recorded step and checks its outcome, the reward to 1e-12 of what it is made of.
static inline rill_observation golden_step(const char *name, rill_env *env, const cJSON *action,
                                           const cJSON *reward, const cJSON *terminated,
                                           bool is_truncated)
{
    const float force = (float)action->valuedouble;
    const bool is_box = env->action_space.kind == RILL_SPACE_BOX;
    rill_outcome outcome;
    rill_observation seen = rill_env_step(
        env, is_box ? (rill_action){.box = &force} : (rill_action){.index = action->valueint},
        &outcome);
    ASSERT_NEAR(outcome.reward, reward->valuedouble, 1e-12 * fmax(1.0, fabs(outcome.reward)));
    ASSERT_FOR(name, outcome.terminated == (cJSON_IsTrue(terminated) != 0));
    ASSERT_FOR(name, outcome.truncated == is_truncated);
    return seen;
}

/// Replays the episodes of a file, "runs" from a seed each, the later episodes of a run by `reset`
/// without one. The number of steps.
static inline int golden_replay_control(const char *name)
{
    cJSON *golden = golden_read(name);
    rill_env *env = golden_env(golden, "params");
    int n_steps = 0;
    const cJSON *run, *episode, *action;
    cJSON_ArrayForEach (run, golden_member(golden, "runs")) {
        rill_env_seed(env, (uint64_t)golden_member(run, "seed")->valuedouble);
        cJSON_ArrayForEach (episode, golden_member(run, "episodes")) {
            golden_check_box(name, env, rill_env_reset(env), golden_member(episode, "obs0"));
            const cJSON *observation = golden_member(episode, "obs")->child;
            const cJSON *reward = golden_member(episode, "reward")->child;
            const cJSON *terminated = golden_member(episode, "terminated")->child;
            const cJSON *truncated = golden_member(episode, "truncated")->child;
            cJSON_ArrayForEach (action, golden_member(episode, "actions")) {
                rill_observation seen = golden_step(name, env, action, reward, terminated,
                                                    cJSON_IsTrue(truncated) != 0);
                golden_check_box(name, env, seen, observation);
                observation = observation->next;
                reward = reward->next;
                terminated = terminated->next;
                truncated = truncated->next;
                n_steps++;
            }
        }
    }
    rill_env_destroy(env);
    cJSON_Delete(golden);
    return n_steps;
}

/// Makes every step of a file of trajectories from its recorded state; the state after it is the
/// recorded one to 1e-12. The number of steps.
static inline int golden_check_states(const char *name)
{
    cJSON *golden = golden_read(name);
    rill_env *env = golden_create(golden_member(golden, "env")->valuestring, NULL);
    int n_steps = 0;
    const cJSON *trajectory, *action;
    cJSON_ArrayForEach (trajectory, golden_member(golden, "trajectories")) {
        const cJSON *before = golden_member(trajectory, "start_state");
        const cJSON *state = golden_member(trajectory, "states")->child;
        const cJSON *observation = golden_member(trajectory, "observations")->child;
        const cJSON *reward = golden_member(trajectory, "rewards")->child;
        const cJSON *terminated = golden_member(trajectory, "terminated")->child;
        cJSON_ArrayForEach (action, golden_member(trajectory, "actions")) {
            double values[8];
            rill_error error = {0};
            for (int32_t i = 0; i < env->n_state_values; i++) {
                values[i] = cJSON_GetArrayItem(before, i)->valuedouble;
            }
            ASSERT_OK(rill_env_set_state(env, values, &error), &error);
            rill_observation seen = golden_step(name, env, action, reward, terminated, false);
            golden_check_box(name, env, seen, observation);
            env->type->get_state(env->params, env->state, values);
            for (int32_t i = 0; i < env->n_state_values; i++) {
                const double expected = cJSON_GetArrayItem(state, i)->valuedouble;
                ASSERT_NEAR(values[i], expected, 1e-12 * fmax(1.0, fabs(expected)));
            }
            before = state;
            state = state->next;
            observation = observation->next;
            reward = reward->next;
            terminated = terminated->next;
            n_steps++;
        }
    }
    rill_env_destroy(env);
    cJSON_Delete(golden);
    return n_steps;
}

#endif
