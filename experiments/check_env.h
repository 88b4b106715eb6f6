/// What the checks of environments share: memory that is released after each, messages, random play
/// and records of it.
#ifndef RILL_EXPERIMENTS_CHECK_ENV_H
#define RILL_EXPERIMENTS_CHECK_ENV_H

#include <rill/check.h>
#include <rill/model.h>
#include <stdbool.h>
#include <stddef.h>

/// What steps showed of the model, counted under the outcomes that the model has.
typedef struct check_sample {
    int64_t *counts;                   ///< (transitions)
    double *reward_sums, *square_sums; ///< (transitions) of rewards, and of their squares
    int64_t *starts, n_starts;         ///< (states), and their sum
    uint8_t *is_decision;              ///< (states) an episode acts there, by the model
    uint8_t *mask;                     ///< (actions) scratch
    /// The first sight of each kind that the model does not have; "" where there was none.
    char start[512], next[512], reward[512], termination[512], availability[512];
} check_sample;

/// A run of all checks.
typedef struct check {
    const rill_env *env; ///< to be cloned, never stepped
    rill_check_options options;
    rill_check_finding finding; ///< of the check that runs
    void *blocks;               ///< list of what `check_take` gave
    rill_env *envs[16];         ///< what `check_clone` gave
    size_t n_envs;
    rill_model *model;         ///< NULL before `check_model`, and where there is none
    const char *model_missing; ///< why there is none
    check_sample *sample;      ///< NULL before `check_sample_model`
} check;

/// One check: RILL_OK, whatever it found, or RILL_NO_MEMORY. It has passed unless it called
/// `check_fail` or `check_not_offered`.
typedef rill_status check_function(check *c);

check_function check_description, check_parameters, check_memory;
check_function check_observations, check_rewards, check_outcomes, check_determinism,
    check_isolation, check_reset, check_copies, check_stream, check_state_values, check_time_limit;
check_function check_batch, check_jacobian, check_drawing;
check_function check_model, check_mask, check_model_starts, check_model_transitions,
    check_model_rewards, check_model_termination;

/// Takes the sample, once: steps from every state that can be set, and play. RILL_NO_MEMORY.
rill_status check_sample_model(check *c);
/// Frees the model and the sample.
void check_model_release(check *c);

// ---- what a check has found ----

/// The check has failed. The first message stays: what was seen and where; what to do.
void check_fail(check *c, const char *format, ...) RILL_PRINTF(2, 3);
void check_not_offered(check *c, const char *format, ...) RILL_PRINTF(2, 3);
static inline bool check_has_failed(const check *c)
{
    return c->finding.result == RILL_CHECK_FAILED;
}

// ---- memory, until the end of the check ----

/// Zeroed; NULL when there is none.
void *check_take(check *c, size_t size);
/// A fresh environment, seeded with `seed`, not reset; NULL without memory.
rill_env *check_clone(check *c, uint64_t seed);
/// As `check_clone`, with another time limit.
rill_env *check_clone_limited(check *c, uint64_t seed, int64_t max_episode_steps);

enum { CHECK_GUARD = 64 }; // bytes on both sides of a guarded block
/// `size` bytes between guards; NULL without memory.
void *check_take_guarded(check *c, size_t size);
/// 0 when the guards are as they were, -1 after a write in front of the block, 1 behind it.
int check_guards(const void *block, size_t size);

// ---- values of spaces ----

/// Bytes of a value.
size_t check_value_size(const rill_space *space);
/// Copies a value to bytes, and answers it from them.
void check_put_value(const rill_space *space, rill_observation value, void *bytes);
rill_action check_action(const rill_space *space, const void *bytes);

enum { CHECK_TEXT = 160 };
/// A value as text, the name of an action with it; answers `text`, of CHECK_TEXT bytes.
const char *check_show(const rill_space *space, const void *bytes, const char *const *names,
                       char *text);

// ---- random play ----

/// What one reset or step showed.
typedef struct check_moment {
    double reward;
    int32_t step; ///< in its episode; 0: a reset
    bool terminated, truncated;
} check_moment;

/// A play, moment by moment.
typedef struct check_trace {
    const rill_env *env; ///< of the same spaces
    uint64_t seed;
    int32_t n;
    check_moment *moments;       ///< (n)
    unsigned char *actions;      ///< (n, size of an action); of no meaning at a reset
    unsigned char *observations; ///< (n, size of an observation)
} check_trace;

/// One who plays at random, from the present state on.
typedef struct check_player {
    rill_env *env;
    rill_rng actions;
    int32_t step;
    bool is_to_reset; ///< the next moment is a reset
} check_player;

/// A player whose first moment is a reset.
check_player check_player_start(rill_env *env, uint64_t seed);
/// Plays one moment and writes it down as number i.
void check_player_next(check_player *player, check_trace *trace, int32_t i);

/// Room for n moments; false without memory.
bool check_trace_take(check *c, check_trace *trace, uint64_t seed, int32_t n);
/// Fills a trace by a player's next moments.
void check_trace_fill(check_trace *trace, check_player *player);
/// A play of n moments from a reset of a fresh environment; false without memory.
bool check_play(check *c, check_trace *trace, uint64_t seed, int32_t n);

/// "step 3 of an episode (moment 17 from seed 5), state 4, action 1 (up)"; answers `text`, of
/// 3 * CHECK_TEXT bytes.
const char *check_where(const check_trace *trace, int32_t i, char *text);
/// "observation 3, reward -1, terminated"; answers `text`, of 2 * CHECK_TEXT bytes.
const char *check_what(const check_trace *trace, int32_t i, char *text);

/// Fails where two traces differ, and says where first: "<where>: <a_name> <what>, <b_name> <what>;
/// <advice>".
void check_same(check *c, const check_trace *a, const char *a_name, const check_trace *b,
                const char *b_name, const char *advice);

#endif
