/// For authors of environments that are stepped many at a time: a block of lanes as a struct of arrays, in
/// a loop that compilers turn into vector instructions.
///
/// A file envs/<name>.c that defines, besides what rill/env_define.h asks for,
///     step_lane(const <name>_params *, <name>_state *, int32_t action, rill_outcome *)
/// puts, before RILL_DEFINE_ENV,
///     RILL_DEFINE_BLOCK(<name>, <numbers of the state>, <numbers observed>)
/// and names the result, `.step_block = <name>_step_block`. It is for environments
/// - whose actions are discrete, and whose observation is a box;
/// - whose state is a struct of doubles and nothing else, all of which `reset` writes;
/// - whose step draws no random numbers and never truncates.
/// `step_lane` does exactly what `step` does, and neither it nor `observe` has a branch, a call or a loop of
/// unknown length: `? :`, `&` and `|` instead. Where that takes too much, it leaves a NaN that reaches an
/// observation; such a lane is stepped again by `step`.
#ifndef RILL_ENV_BLOCK_H
#define RILL_ENV_BLOCK_H

#include <rill/env.h>
#include <string.h>

// Where the processor can be asked, a second copy of each loop uses its wider vectors. No copy contracts a * b + c,
// so that all give the same bits.
#if defined(__x86_64__) && defined(__GNUC__)
#define RILL_HAS_AVX2() __builtin_cpu_supports("avx2")
#define RILL_FOR_AVX2 __attribute__((target("avx2")))
#else
#define RILL_HAS_AVX2() 0
#define RILL_FOR_AVX2
#endif
#if defined(__GNUC__)
#define RILL_INLINE static inline __attribute__((always_inline))
#else
#define RILL_INLINE static inline
#endif

#define RILL_DEFINE_BLOCK(name, n_numbers, n_observed)                                                     \
    _Static_assert(sizeof(name##_state) == (n_numbers) * sizeof(double),                                   \
                   "a state of doubles alone");                                                            \
    RILL_INLINE void name##_step_lanes(const name##_params *shared, const rill_block *block)               \
    {                                                                                                      \
        const name##_params params = *shared;                                                              \
        const double(*numbers)[RILL_BLOCK] = (const double(*)[RILL_BLOCK])block->numbers;                  \
        /* the loop writes to arrays of its own, which alias nothing; `ended` is as wide as the numbers */ \
        double next[n_numbers][RILL_BLOCK];                                                                \
        float seen[n_observed][RILL_BLOCK];                                                                \
        double rewards[RILL_BLOCK];                                                                        \
        int64_t ended[RILL_BLOCK];                                                                         \
        for (int32_t i = 0; i < block->n; i++) {                                                           \
            union {                                                                                        \
                name##_state state;                                                                        \
                double numbers[n_numbers];                                                                 \
            } lane;                                                                                        \
            for (int k = 0; k < (n_numbers); k++) {                                                        \
                lane.numbers[k] = numbers[k][i];                                                           \
            }                                                                                              \
            rill_outcome outcome = {0.0, false, false};                                                    \
            float box[n_observed];                                                                         \
            step_lane(&params, &lane.state, block->actions[i], &outcome);                                  \
            observe(&params, &lane.state, box);                                                            \
            for (int k = 0; k < (n_numbers); k++) {                                                        \
                next[k][i] = lane.numbers[k];                                                              \
            }                                                                                              \
            for (int k = 0; k < (n_observed); k++) {                                                       \
                seen[k][i] = box[k];                                                                       \
            }                                                                                              \
            rewards[i] = outcome.reward;                                                                   \
            ended[i] = outcome.terminated;                                                                 \
        }                                                                                                  \
        for (int k = 0; k < (n_numbers); k++) {                                                            \
            memcpy(block->next + k * RILL_BLOCK, next[k], (size_t)block->n * sizeof(double));              \
        }                                                                                                  \
        memcpy(block->rewards, rewards, (size_t)block->n * sizeof(double));                                \
        for (int32_t i = 0; i < block->n; i++) {                                                           \
            for (int k = 0; k < (n_observed); k++) {                                                       \
                block->observations[i * (n_observed) + k] = seen[k][i];                                    \
            }                                                                                              \
        }                                                                                                  \
        for (int32_t i = 0; i < block->n; i++) {                                                           \
            block->terminated[i] = (uint8_t)ended[i];                                                      \
        }                                                                                                  \
    }                                                                                                      \
    RILL_FOR_AVX2 static void name##_step_lanes_avx2(const name##_params *params,                          \
                                                     const rill_block *block)                              \
    {                                                                                                      \
        name##_step_lanes(params, block);                                                                  \
    }                                                                                                      \
    static void name##_step_block(const void *params, const rill_block *block)                             \
    {                                                                                                      \
        if (RILL_HAS_AVX2()) {                                                                             \
            name##_step_lanes_avx2((const name##_params *)params, block);                                  \
        } else {                                                                                           \
            name##_step_lanes((const name##_params *)params, block);                                       \
        }                                                                                                  \
    }

#endif
