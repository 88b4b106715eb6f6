#include "core/memory.h"

#include <rill/batch.h>
#include <string.h>

struct rill_batch {
    const rill_env *env;
    int32_t n;
    rill_autoreset autoreset;
    int64_t *elapsed; ///< (n) steps since each lane's reset
    uint8_t *is_over; ///< (n) the lane's episode has ended and it was not reset yet
    uint8_t *is_idle; ///< (n) scratch: lanes for the kernels to leave alone
    rill_rng *rngs;   ///< (n)
    char *states;     ///< (n) of the environment's state struct
};

rill_status rill_batch_create(rill_batch **out, const rill_env *env, int32_t n,
                              rill_autoreset autoreset, rill_error *error)
{
    *out = NULL;
    if (n < 1) {
        return rill_error_set(error, RILL_INVALID, "n", "%d lanes; a batch has at least one", n);
    }
    rill_batch *batch = rill_memory_take(sizeof *batch);
    if (batch == NULL) {
        return rill_error_no_memory(error);
    }
    size_t lanes = (size_t)n;
    batch->env = env;
    batch->n = n;
    batch->autoreset = autoreset;
    batch->elapsed = rill_memory_take(lanes * sizeof *batch->elapsed);
    batch->is_over = rill_memory_take(lanes);
    batch->is_idle = rill_memory_take(lanes);
    batch->rngs = rill_memory_take(lanes * sizeof *batch->rngs);
    batch->states = rill_memory_take(lanes * env->type->state_size);
    if (batch->elapsed == NULL || batch->is_over == NULL || batch->is_idle == NULL ||
        batch->rngs == NULL || batch->states == NULL) {
        rill_batch_destroy(batch);
        return rill_error_no_memory(error);
    }
    rill_batch_seed(batch, 0);
    *out = batch;
    return RILL_OK;
}

void rill_batch_destroy(rill_batch *batch)
{
    if (batch != NULL) {
        rill_memory_release(batch->elapsed);
        rill_memory_release(batch->is_over);
        rill_memory_release(batch->is_idle);
        rill_memory_release(batch->rngs);
        rill_memory_release(batch->states);
        rill_memory_release(batch);
    }
}

void rill_batch_seed(rill_batch *batch, uint64_t seed)
{
    const rill_env_type *type = batch->env->type;
    for (int32_t i = 0; i < batch->n; i++) {
        rill_rng_seed(&batch->rngs[i], seed + (uint64_t)i);
        if (type->restart != NULL) {
            type->restart(batch->env->params, batch->states + (size_t)i * type->state_size);
        }
    }
}

static rill_lanes lanes_of(rill_batch *batch, const void *actions, const rill_batch_arrays *arrays)
{
    const rill_env *env = batch->env;
    rill_lanes lanes = {
        .n = batch->n,
        .params = env->params,
        .states = batch->states,
        .rngs = batch->rngs,
        .is_idle = batch->is_idle,
        .actions = actions,
        .observations = arrays->observations,
        .rewards = arrays->rewards,
        .terminated = arrays->terminated,
        .truncated = arrays->truncated,
        .observation_size = env->observation_space.size,
        .action_size = env->action_space.size,
    };
    return lanes;
}

static void reset_lane(rill_batch *batch, int32_t i)
{
    const rill_env_type *type = batch->env->type;
    type->reset(batch->env->params, batch->states + (size_t)i * type->state_size, &batch->rngs[i]);
    batch->elapsed[i] = 0;
    batch->is_over[i] = 0;
}

void rill_batch_reset_lanes(rill_batch *batch, const uint8_t *mask, const rill_batch_arrays *arrays)
{
    for (int32_t i = 0; i < batch->n; i++) {
        batch->is_idle[i] = mask[i] == 0;
        if (mask[i] != 0) {
            reset_lane(batch, i);
            arrays->rewards[i] = 0.0;
            arrays->terminated[i] = 0;
            arrays->truncated[i] = 0;
        }
    }
    rill_lanes lanes = lanes_of(batch, NULL, arrays);
    batch->env->type->observe_batch(&lanes);
}

void rill_batch_reset(rill_batch *batch, const rill_batch_arrays *arrays)
{
    memset(batch->is_over, 1, (size_t)batch->n);
    rill_batch_reset_lanes(batch, batch->is_over, arrays);
}

/// Ends episodes on their time limit and notes which lanes are over now; true when any is.
static bool close_episodes(rill_batch *batch, const rill_batch_arrays *arrays)
{
    bool is_any = false;
    for (int32_t i = 0; i < batch->n; i++) {
        if (batch->is_idle[i]) {
            continue;
        }
        if (++batch->elapsed[i] == batch->env->max_episode_steps) {
            arrays->truncated[i] = 1;
        }
        batch->is_over[i] = arrays->terminated[i] | arrays->truncated[i];
        is_any = is_any || batch->is_over[i];
    }
    return is_any;
}

/// Copies the observations of lanes that are over and not idle to `final_observations`.
static void keep_final_observations(const rill_batch *batch, const rill_batch_arrays *arrays)
{
    const rill_space *space = &batch->env->observation_space;
    size_t bytes =
        space->kind == RILL_SPACE_DISCRETE ? sizeof(int32_t) : (size_t)space->size * sizeof(float);
    for (int32_t i = 0; i < batch->n; i++) {
        if (batch->is_over[i] && !batch->is_idle[i]) {
            size_t offset = (size_t)i * bytes;
            memcpy((char *)arrays->final_observations + offset,
                   (const char *)arrays->observations + offset, bytes);
        }
    }
}

void rill_batch_step(rill_batch *batch, const void *actions, const rill_batch_arrays *arrays)
{
    rill_lanes lanes = lanes_of(batch, actions, arrays);
    // lanes that ended in the step before do not step now
    memcpy(batch->is_idle, batch->is_over, (size_t)batch->n);
    batch->env->type->step_batch(&lanes);
    bool is_any_over = close_episodes(batch, arrays);
    if (is_any_over) {
        keep_final_observations(batch, arrays);
    }
    if (batch->autoreset == RILL_AUTORESET_NEXT_STEP) {
        // is_idle marks what was over before this step: these lanes start anew instead
        for (int32_t i = 0; i < batch->n; i++) {
            if (batch->is_idle[i]) {
                lanes.rewards[i] = 0.0;
                lanes.terminated[i] = 0;
                lanes.truncated[i] = 0;
                reset_lane(batch, i);
            }
            batch->is_idle[i] = !batch->is_idle[i];
        }
        batch->env->type->observe_batch(&lanes);
    } else if (batch->autoreset == RILL_AUTORESET_SAME_STEP && is_any_over) {
        for (int32_t i = 0; i < batch->n; i++) {
            batch->is_idle[i] = !batch->is_over[i];
            if (batch->is_over[i]) {
                reset_lane(batch, i);
            }
        }
        batch->env->type->observe_batch(&lanes);
    }
}
