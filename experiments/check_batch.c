/// Check of an environment's batch functions: lanes against single environments, in the three
/// autoreset modes as rill/batch.h defines them.
#include "experiments/check_env.h"

#include <rill/batch.h>
#include <stdio.h>
#include <string.h>

enum { MAX_LANES = 8 };

static const char *const mode_names[] = {"next-step", "same-step", "disabled"};

/// One lane as it must be: a single environment, and what the arrays hold for it.
typedef struct lane {
    rill_env *env;
    bool is_over;
    rill_outcome outcome;
    unsigned char *observation, *final_observation; ///< (observation size)
} lane;

/// The arrays of a batch, between guards.
typedef struct arrays {
    rill_batch_arrays batch;
    unsigned char *actions;
    size_t observation_size, action_size; ///< bytes a lane
} arrays;

static bool take_arrays(check *c, arrays *a)
{
    const size_t n = MAX_LANES;
    a->observation_size = check_value_size(&c->env->observation_space);
    a->action_size = check_value_size(&c->env->action_space);
    a->batch.observations = check_take_guarded(c, n * a->observation_size);
    a->batch.final_observations = check_take_guarded(c, n * a->observation_size);
    a->batch.rewards = check_take_guarded(c, n * sizeof(double));
    a->batch.terminated = check_take_guarded(c, n);
    a->batch.truncated = check_take_guarded(c, n);
    a->actions = check_take_guarded(c, n * a->action_size);
    return a->batch.observations != NULL && a->batch.final_observations != NULL &&
           a->batch.rewards != NULL && a->batch.terminated != NULL && a->batch.truncated != NULL &&
           a->actions != NULL;
}

static void lane_reset(lane *l)
{
    check_put_value(&l->env->observation_space, rill_env_reset(l->env), l->observation);
    l->outcome = (rill_outcome){0.0, false, false};
    l->is_over = false;
}

/// The definition of the modes, one lane at a time.
static void lane_step(lane *l, rill_action action, rill_autoreset mode)
{
    const rill_space *space = &l->env->observation_space;
    if (l->is_over) {
        if (mode == RILL_AUTORESET_NEXT_STEP) {
            lane_reset(l);
        }
        return;
    }
    check_put_value(space, rill_env_step(l->env, action, &l->outcome), l->observation);
    l->is_over = rill_outcome_is_last(&l->outcome);
    if (l->is_over) {
        memcpy(l->final_observation, l->observation, check_value_size(space));
    }
    if (l->is_over && mode == RILL_AUTORESET_SAME_STEP) {
        const rill_outcome outcome = l->outcome;
        lane_reset(l);
        l->outcome = outcome;
    }
}

/// What runs now, for messages.
typedef struct setting {
    int32_t n;
    rill_autoreset mode;
    int64_t limit;
    int step;
} setting;

static void compare_lane(check *c, const setting *now, const arrays *a, int32_t i, const lane *l)
{
    const rill_space *space = &c->env->observation_space;
    const size_t offset = (size_t)i * a->observation_size;
    const unsigned char *observation = (unsigned char *)a->batch.observations + offset;
    const unsigned char *last = (unsigned char *)a->batch.final_observations + offset;
    char text[CHECK_TEXT], expected[CHECK_TEXT], where[CHECK_TEXT];
    snprintf(where, sizeof where,
             "lane %d of %d, autoreset %s, time limit %lld, seed %llu, step %d", i, now->n,
             mode_names[now->mode], (long long)now->limit, (unsigned long long)c->options.seed,
             now->step);
    const char *advice = "step_batch must do what step and observe do";
    if (memcmp(observation, l->observation, a->observation_size) != 0) {
        check_fail(c, "%s: the observation is %s, a single environment's %s; %s", where,
                   check_show(space, observation, NULL, text),
                   check_show(space, l->observation, NULL, expected), advice);
    } else if (memcmp(&a->batch.rewards[i], &l->outcome.reward, sizeof(double)) != 0) {
        check_fail(c, "%s: the reward is %.17g, a single environment's %.17g; %s", where,
                   a->batch.rewards[i], l->outcome.reward, advice);
    } else if (a->batch.terminated[i] != l->outcome.terminated ||
               a->batch.truncated[i] != l->outcome.truncated) {
        check_fail(c,
                   "%s: terminated and truncated are %d and %d, a single environment's %d and "
                   "%d; %s",
                   where, a->batch.terminated[i], a->batch.truncated[i], l->outcome.terminated,
                   l->outcome.truncated, advice);
    } else if (rill_outcome_is_last(&l->outcome) &&
               memcmp(last, l->final_observation, a->observation_size) != 0) {
        check_fail(c, "%s: the final observation is %s, a single environment's %s; %s", where,
                   check_show(space, last, NULL, text),
                   check_show(space, l->final_observation, NULL, expected), advice);
    }
}

static void compare_guards(check *c, const setting *now, const arrays *a)
{
    const struct {
        const char *name;
        const void *bytes;
        size_t size;
    } blocks[] = {
        {"observations", a->batch.observations, a->observation_size},
        {"rewards", a->batch.rewards, sizeof(double)},
        {"terminated", a->batch.terminated, 1},
        {"truncated", a->batch.truncated, 1},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if (check_guards(blocks[i].bytes, blocks[i].size * MAX_LANES) != 0) {
            check_fail(c, "step_batch wrote outside `%s` (%d lanes, step %d)", blocks[i].name,
                       now->n, now->step);
        }
    }
}

/// Random actions for all lanes.
static void draw_actions(const rill_env *env, rill_rng *rng, arrays *a)
{
    for (size_t i = 0; i < MAX_LANES; i++) {
        unsigned char *action = a->actions + i * a->action_size;
        rill_observation sample =
            rill_space_sample(&env->action_space, rng, (float *)(void *)action);
        if (env->action_space.kind == RILL_SPACE_DISCRETE) {
            memcpy(action, &sample.index, sizeof sample.index);
        }
    }
}

/// Runs n lanes beside n single environments; `fresh` are the bytes of one that was never reset.
static rill_status run_lanes(check *c, setting *now, arrays *a, lane *lanes, const void *fresh)
{
    enum { STEPS = 60 };
    const uint64_t seed = c->options.seed;
    rill_batch *batch = NULL;
    lanes[0].env->max_episode_steps = now->limit;
    rill_status status = rill_batch_create(&batch, lanes[0].env, now->n, now->mode, NULL);
    if (status != RILL_OK) {
        return status;
    }
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    rill_batch_seed(batch, seed);
    rill_batch_reset(batch, &a->batch);
    for (int32_t i = 0; i < now->n; i++) {
        lanes[i].env->max_episode_steps = now->limit;
        rill_env_restore(lanes[i].env, fresh);
        rill_env_seed(lanes[i].env, seed + (uint64_t)i);
        lane_reset(&lanes[i]);
        compare_lane(c, now, a, i, &lanes[i]);
    }
    for (now->step = 1; now->step <= STEPS && !check_has_failed(c); now->step++) {
        draw_actions(c->env, &rng, a);
        for (int32_t i = 0; i < now->n; i++) {
            lane_step(&lanes[i],
                      check_action(&c->env->action_space, a->actions + (size_t)i * a->action_size),
                      now->mode);
        }
        rill_batch_step(batch, a->actions, &a->batch);
        compare_guards(c, now, a);
        uint8_t mask[MAX_LANES] = {0};
        for (int32_t i = 0; i < now->n; i++) {
            compare_lane(c, now, a, i, &lanes[i]);
            // now and then the caller resets some lanes, over or not
            mask[i] = now->step % 7 == 0 && rill_rng_integers(&rng, 3) == 0;
            if (mask[i] != 0) {
                lane_reset(&lanes[i]);
            }
        }
        rill_batch_reset_lanes(batch, mask, &a->batch);
        for (int32_t i = 0; i < now->n; i++) {
            compare_lane(c, now, a, i, &lanes[i]);
        }
    }
    rill_batch_destroy(batch);
    return RILL_OK;
}

rill_status check_batch(check *c)
{
    static const int32_t sizes[] = {1, 3, MAX_LANES};
    static const int64_t limits[] = {0, 1, 5};
    arrays a = {0};
    lane lanes[MAX_LANES] = {{0}};
    bool is_room = take_arrays(c, &a);
    for (int32_t i = 0; i < MAX_LANES && is_room; i++) {
        lanes[i].env = check_clone(c, c->options.seed);
        lanes[i].observation = check_take(c, a.observation_size);
        lanes[i].final_observation = check_take(c, a.observation_size);
        is_room = lanes[i].env != NULL && lanes[i].observation != NULL &&
                  lanes[i].final_observation != NULL;
    }
    void *fresh = is_room ? check_take(c, lanes[0].env->data_size) : NULL;
    if (fresh == NULL) {
        return RILL_NO_MEMORY;
    }
    rill_env_save(lanes[0].env, fresh);
    rill_status status = RILL_OK;
    for (int mode = RILL_AUTORESET_NEXT_STEP; mode <= RILL_AUTORESET_DISABLED; mode++) {
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            for (size_t m = 0; m < sizeof limits / sizeof limits[0]; m++) {
                setting now = {sizes[k], (rill_autoreset)mode, limits[m], 0};
                if (status == RILL_OK && !check_has_failed(c)) {
                    status = run_lanes(c, &now, &a, lanes, fresh);
                }
            }
        }
    }
    return status;
}
