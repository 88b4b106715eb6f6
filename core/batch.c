#include "core/memory.h"

#include <rill/batch.h>
#include <string.h>

/// Fewer lanes than these are stepped one by one.
enum { LEAST_BLOCK = 8 };

struct rill_batch {
    const rill_env *env;
    int32_t n;
    rill_autoreset autoreset;
    int64_t *elapsed; ///< (n) steps since each lane's reset, where there is a time limit
    uint8_t *is_over; ///< (n) the lane's episode has ended and it was not reset yet
    uint8_t *is_idle; ///< (n) scratch: lanes for the kernels to leave alone
    rill_rng *rngs;   ///< (n)
    char *states;     ///< (n) of the environment's state struct; or blocks, struct of arrays
    double *next;     ///< (numbers of the state, RILL_BLOCK) scratch; NULL: no blocks
    double *lane;     ///< (numbers of the state) scratch of blocks
};

/// Where lane i of a batch of blocks keeps its first number; the others follow at RILL_BLOCK's distance.
static double *block_numbers(const rill_batch *batch, int32_t i)
{
    const size_t size = batch->env->type->state_size * RILL_BLOCK;
    return (double *)(void *)(batch->states + (size_t)(i / RILL_BLOCK) * size) + i % RILL_BLOCK;
}

/// The state of lane i, where `keep_state` wants it back after a change.
static void *find_state(const rill_batch *batch, int32_t i)
{
    const size_t size = batch->env->type->state_size;
    if (batch->next == NULL) {
        return batch->states + (size_t)i * size;
    }
    const double *numbers = block_numbers(batch, i);
    for (size_t k = 0; k < size / sizeof(double); k++) {
        batch->lane[k] = numbers[k * RILL_BLOCK];
    }
    return batch->lane;
}

static void keep_state(const rill_batch *batch, int32_t i)
{
    if (batch->next != NULL) {
        double *numbers = block_numbers(batch, i);
        for (size_t k = 0; k < batch->env->type->state_size / sizeof(double); k++) {
            numbers[k * RILL_BLOCK] = batch->lane[k];
        }
    }
}

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
    const size_t blocks = (lanes + RILL_BLOCK - 1) / RILL_BLOCK;
    const bool is_blocked = env->type->step_block != NULL && n >= LEAST_BLOCK;
    batch->states =
        rill_memory_take((is_blocked ? blocks * RILL_BLOCK : lanes) * env->type->state_size);
    if (is_blocked) {
        batch->next = rill_memory_take(RILL_BLOCK * env->type->state_size);
        batch->lane = rill_memory_take(env->type->state_size);
    }
    if ((is_blocked && (batch->next == NULL || batch->lane == NULL)) || batch->elapsed == NULL ||
        batch->is_over == NULL || batch->is_idle == NULL || batch->rngs == NULL ||
        batch->states == NULL) {
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
        rill_memory_release(batch->next);
        rill_memory_release(batch->lane);
        rill_memory_release(batch);
    }
}

void rill_batch_seed(rill_batch *batch, uint64_t seed)
{
    const rill_env_type *type = batch->env->type;
    for (int32_t i = 0; i < batch->n; i++) {
        rill_rng_seed(&batch->rngs[i], seed + (uint64_t)i);
        if (type->restart != NULL) {
            type->restart(batch->env->params, find_state(batch, i));
            keep_state(batch, i);
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
    type->reset(batch->env->params, find_state(batch, i), &batch->rngs[i]);
    keep_state(batch, i);
    batch->elapsed[i] = 0;
    batch->is_over[i] = 0;
}

/// One lane by `step`.
static void step_lane(rill_batch *batch, const rill_lanes *lanes, int32_t i)
{
    const rill_env *env = batch->env;
    const rill_action action = {.index = ((const int32_t *)lanes->actions)[i]};
    float *box = (float *)lanes->observations + (ptrdiff_t)i * lanes->observation_size;
    rill_outcome outcome;
    env->type->step(env->params, find_state(batch, i), &batch->rngs[i], action, box, &outcome);
    keep_state(batch, i);
    lanes->rewards[i] = outcome.reward;
    lanes->terminated[i] = outcome.terminated;
    lanes->truncated[i] = outcome.truncated;
}

/// Whether any of n numbers is a NaN.
static bool has_nan(const float *numbers, ptrdiff_t n)
{
    int32_t found = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        found |= numbers[i] != numbers[i];
    }
    return found != 0;
}

/// Steps a block of lanes, `first` and those after it, side by side; then those that came out with a NaN
/// again, one by one. Idle lanes are stepped for nothing: they are reset next.
static void step_block(rill_batch *batch, const rill_lanes *lanes, int32_t first, int32_t n)
{
    const rill_env_type *type = batch->env->type;
    const ptrdiff_t size = lanes->observation_size;
    double *numbers = block_numbers(batch, first);
    const rill_block block = {
        .n = n,
        .numbers = numbers,
        .next = batch->next,
        .actions = (const int32_t *)lanes->actions + first,
        .observations = (float *)lanes->observations + first * size,
        .rewards = lanes->rewards + first,
        .terminated = lanes->terminated + first,
    };
    type->step_block(lanes->params, &block);
    memset(lanes->truncated + first, 0, (size_t)n);
    if (!has_nan(block.observations, n * size)) {
        memcpy(numbers, batch->next, RILL_BLOCK * type->state_size);
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        if (!has_nan(block.observations + i * size, size)) {
            for (size_t k = 0; k < type->state_size / sizeof(double); k++) {
                numbers[k * RILL_BLOCK + (size_t)i] = batch->next[k * RILL_BLOCK + (size_t)i];
            }
        } else if (!lanes->is_idle[first + i]) {
            step_lane(batch, lanes, first + i);
        }
    }
}

/// Steps the lanes that are not idle, block by block.
static void step_blocks(rill_batch *batch, const rill_lanes *lanes)
{
    for (int32_t first = 0; first < lanes->n; first += RILL_BLOCK) {
        const int32_t n = lanes->n - first < RILL_BLOCK ? lanes->n - first : RILL_BLOCK;
        // where nobody resets them, lanes at rest keep their arrays too
        const bool is_any_at_rest = batch->autoreset == RILL_AUTORESET_DISABLED &&
                                    memchr(lanes->is_idle + first, 1, (size_t)n) != NULL;
        if (!is_any_at_rest) {
            step_block(batch, lanes, first, n);
            continue;
        }
        for (int32_t i = first; i < first + n; i++) {
            if (!lanes->is_idle[i]) {
                step_lane(batch, lanes, i);
            }
        }
    }
}

/// Ends episodes on their time limit and notes which lanes are over now; true when any is.
static bool close_episodes(rill_batch *batch, const rill_batch_arrays *arrays)
{
    const int64_t limit = batch->env->max_episode_steps;
    const uint8_t *restrict is_idle = batch->is_idle, *restrict terminated = arrays->terminated;
    uint8_t *restrict is_over = batch->is_over, *restrict truncated = arrays->truncated;
    int64_t *restrict elapsed = batch->elapsed;
    uint8_t is_any = 0;
    for (int32_t i = 0; limit > 0 && i < batch->n; i++) {
        const int64_t steps = elapsed[i] + !is_idle[i];
        truncated[i] |= (steps == limit) & !is_idle[i];
        elapsed[i] = steps;
    }
    for (int32_t i = 0; i < batch->n; i++) { // (an idle lane is over already)
        is_over[i] |= (terminated[i] | truncated[i]) & !is_idle[i];
        is_any |= is_over[i];
    }
    return is_any != 0;
}

/// The first lane from `i` on whose mark is set; n when there is none.
static int32_t next_marked(const uint8_t *marks, int32_t i, int32_t n)
{
    for (uint64_t eight = 0; i + 8 <= n; i += 8) {
        memcpy(&eight, marks + i, sizeof eight);
        if (eight != 0) {
            break;
        }
    }
    while (i < n && marks[i] == 0) {
        i++;
    }
    return i;
}

/// Copies the observations of lanes that are over and not idle to `final_observations`.
static void keep_final_observations(const rill_batch *batch, const rill_batch_arrays *arrays)
{
    const rill_space *space = &batch->env->observation_space;
    size_t bytes =
        space->kind == RILL_SPACE_DISCRETE ? sizeof(int32_t) : (size_t)space->size * sizeof(float);
    const int32_t n = batch->n;
    for (int32_t i = next_marked(batch->is_over, 0, n); i < n;
         i = next_marked(batch->is_over, i + 1, n)) {
        if (!batch->is_idle[i]) {
            size_t offset = (size_t)i * bytes;
            memcpy((char *)arrays->final_observations + offset,
                   (const char *)arrays->observations + offset, bytes);
        }
    }
}

/// Resets the lanes that are marked and writes their observations.
static void reset_marked(rill_batch *batch, const uint8_t *marks, const rill_batch_arrays *arrays)
{
    const rill_env *env = batch->env;
    const bool is_box = env->observation_space.kind == RILL_SPACE_BOX;
    const ptrdiff_t size = env->observation_space.size;
    const int32_t n = batch->n;
    for (int32_t i = next_marked(marks, 0, n); i < n; i = next_marked(marks, i + 1, n)) {
        reset_lane(batch, i);
        float *box = is_box ? (float *)arrays->observations + i * size : NULL;
        const rill_observation seen = env->type->observe(env->params, find_state(batch, i), box);
        if (!is_box) {
            ((int32_t *)arrays->observations)[i] = seen.index;
        }
    }
}

/// Clears what the lanes that are marked answered.
static void clear_marked(const rill_batch *batch, const uint8_t *marks,
                         const rill_batch_arrays *arrays)
{
    const int32_t n = batch->n;
    for (int32_t i = next_marked(marks, 0, n); i < n; i = next_marked(marks, i + 1, n)) {
        arrays->rewards[i] = 0.0;
        arrays->terminated[i] = 0;
        arrays->truncated[i] = 0;
    }
}

void rill_batch_reset_lanes(rill_batch *batch, const uint8_t *mask, const rill_batch_arrays *arrays)
{
    clear_marked(batch, mask, arrays);
    reset_marked(batch, mask, arrays);
}

void rill_batch_reset(rill_batch *batch, const rill_batch_arrays *arrays)
{
    memset(batch->is_over, 1, (size_t)batch->n);
    rill_batch_reset_lanes(batch, batch->is_over, arrays);
}

void rill_batch_step(rill_batch *batch, const void *actions, const rill_batch_arrays *arrays)
{
    rill_lanes lanes = lanes_of(batch, actions, arrays);
    // lanes that ended in the step before do not step now
    memcpy(batch->is_idle, batch->is_over, (size_t)batch->n);
    if (batch->next != NULL) {
        step_blocks(batch, &lanes);
    } else {
        batch->env->type->step_batch(&lanes);
    }
    bool is_any_over = close_episodes(batch, arrays);
    if (is_any_over) {
        keep_final_observations(batch, arrays);
    }
    if (batch->autoreset == RILL_AUTORESET_NEXT_STEP) {
        // is_idle marks what was over before this step: these lanes start anew instead
        rill_batch_reset_lanes(batch, batch->is_idle, arrays);
    } else if (batch->autoreset == RILL_AUTORESET_SAME_STEP && is_any_over) {
        reset_marked(batch, batch->is_over, arrays);
    }
}
