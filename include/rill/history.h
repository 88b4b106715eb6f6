/// For authors of agents: what happened lately in an episode, for methods that look back: n-step
/// methods keep the last n moments, Monte Carlo methods the whole episode.
#ifndef RILL_HISTORY_H
#define RILL_HISTORY_H

#include <rill/arena.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A moment t of an episode.
typedef struct rill_moment {
    int32_t state;  ///< S_t, as the agent refers to it
    int32_t action; ///< A_t
    double reward;  ///< R_{t+1}, once it is known
    double ratio;   ///< off-policy: pi(A_t | S_t) / b(A_t | S_t)
    double sigma;   ///< Q(sigma): how far A_t is sampled
} rill_moment;

/// A ring of moments: t is kept until t + capacity is appended.
typedef struct rill_history {
    rill_moment *moments; ///< (capacity)
    int64_t *length;      ///< moments of this episode so far; the last one is number *length - 1
    int64_t capacity;
} rill_history;

/// Lays a history out in an arena.
static inline rill_history rill_history_take(rill_arena *arena, int64_t capacity)
{
    rill_history history = {
        (rill_moment *)rill_arena_take(arena, (size_t)capacity, sizeof(rill_moment)),
        (int64_t *)rill_arena_take(arena, 1, sizeof(int64_t)), capacity};
    return history;
}

/// An episode begins.
static inline void rill_history_clear(const rill_history *history)
{
    *history->length = 0;
}

/// Moment t, which must still be kept.
static inline rill_moment *rill_history_at(const rill_history *history, int64_t t)
{
    return &history->moments[t % history->capacity];
}

/// The moment appended last.
static inline rill_moment *rill_history_last(const rill_history *history)
{
    return rill_history_at(history, *history->length - 1);
}

/// Appends the moment of S_t and A_t; its other fields are 0, and for the caller to set.
static inline rill_moment *rill_history_append(const rill_history *history, int32_t state,
                                               int32_t action)
{
    rill_moment *moment = rill_history_at(history, (*history->length)++);
    rill_moment empty = {state, action, 0.0, 0.0, 0.0};
    *moment = empty;
    return moment;
}

#ifdef __cplusplus
}
#endif
#endif
