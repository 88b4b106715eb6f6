/// What the agents that plan on a learned model have in common: the model of a deterministic world,
/// which is what followed each pair of state and action last (Sutton & Barto (2018), section 8.2),
/// and what was tried so far.
#ifndef RILL_AGENTS_LEARNED_MODEL_H
#define RILL_AGENTS_LEARNED_MODEL_H

#include <rill/agent_define.h>

/// In place of the state that follows: the episode ended, so nothing does.
enum { LEARNED_END = -1 };

/// R and S' of Model(S,A), as one learns from them.
typedef struct learned_outcome {
    double reward;
    int32_t next; ///< state, or LEARNED_END
} learned_outcome;

typedef struct learned_model {
    double *reward;    ///< (n_features, n_actions) R, as it was last
    int32_t *next;     ///< (n_features, n_actions) S', as it was last
    int64_t *tried;    ///< (n_features, n_actions) time of the last try, from 1; 0: never tried
    int32_t *actions;  ///< (n_features, n_actions) the actions tried in a state, by their first try
    int32_t *n_tried;  ///< (n_features) their number
    int32_t *features; ///< (n_features) the states in which an action was tried, by the first try
    int32_t *n_seen;   ///< their number
    int64_t *time;     ///< transitions so far
    int32_t n_actions;
} learned_model;

/// Lays a model out in an arena.
static inline learned_model learned_model_take(rill_arena *arena, const rill_agent *agent)
{
    const size_t n = (size_t)agent->features.size;
    const size_t n_pairs = n * (size_t)agent->action_space.size;
    return (learned_model){
        .reward = rill_arena_take(arena, n_pairs, sizeof(double)),
        .next = rill_arena_take(arena, n_pairs, sizeof(int32_t)),
        .tried = rill_arena_take(arena, n_pairs, sizeof(int64_t)),
        .actions = rill_arena_take(arena, n_pairs, sizeof(int32_t)),
        .n_tried = rill_arena_take(arena, n, sizeof(int32_t)),
        .features = rill_arena_take(arena, n, sizeof(int32_t)),
        .n_seen = rill_arena_take(arena, 1, sizeof(int32_t)),
        .time = rill_arena_take(arena, 1, sizeof(int64_t)),
        .n_actions = agent->action_space.size,
    };
}

/// The place of (S,A) in the arrays of pairs.
static inline ptrdiff_t learned_pair(const learned_model *model, rill_td_last pair)
{
    return (ptrdiff_t)pair.state * model->n_actions + pair.action;
}

static inline bool learned_is_tried(const learned_model *model, rill_td_last pair)
{
    return model->tried[learned_pair(model, pair)] > 0;
}

/// Number of pairs that were tried.
static inline double learned_count(const learned_model *model)
{
    double count = 0.0;
    for (int32_t i = 0; i < *model->n_seen; i++) {
        count += model->n_tried[model->features[i]];
    }
    return count;
}

/// The summary of the measure "model_pairs".
#define LEARNED_MODEL_PAIRS "pairs of state and action that its model knows"

/// R,S' <- Model(S,A), of a pair that was tried.
static inline learned_outcome learned_recall(const learned_model *model, rill_td_last pair)
{
    const ptrdiff_t i = learned_pair(model, pair);
    return (learned_outcome){model->reward[i], model->next[i]};
}

/// Model(S,A) <- R,S', one time step after the last call.
static inline void learned_remember(const learned_model *model, rill_td_last pair,
                                    learned_outcome outcome)
{
    const ptrdiff_t i = learned_pair(model, pair);
    if (model->tried[i] == 0) {
        int32_t *n_tried = &model->n_tried[pair.state];
        if (*n_tried == 0) {
            model->features[(*model->n_seen)++] = pair.state;
        }
        model->actions[(ptrdiff_t)pair.state * model->n_actions + (*n_tried)++] = pair.action;
    }
    model->reward[i] = outcome.reward;
    model->next[i] = outcome.next;
    model->tried[i] = ++*model->time;
}

/// One of n >= 1, each as likely to within n 2^-32, by 32 random bits.
static inline int32_t learned_one_of(int32_t n, uint64_t bits)
{
    return (int32_t)((bits * (uint64_t)n) >> 32);
}

/// S <- a random state seen before, A <- a random action tried in S before. One 64-bit number u: its
/// upper 32 bits choose the state, the lower ones the action.
static inline rill_td_last learned_draw(const learned_model *model, rill_rng *rng)
{
    const uint64_t u = rill_rng_next64(rng);
    const rill_state state = model->features[learned_one_of(*model->n_seen, u >> 32)];
    const int32_t rank = learned_one_of(model->n_tried[state], u & 0xffffffffu);
    return (rill_td_last){state, model->actions[(ptrdiff_t)state * model->n_actions + rank]};
}

/// R + gamma max_a Q(S',a), with 0 for the values after the end.
static inline double learned_target(const rill_agent *agent, learned_outcome outcome)
{
    const double next = outcome.next == LEARNED_END ? 0.0 : rill_td_greatest(agent, outcome.next);
    return outcome.reward + rill_td_params_of(agent)->gamma * next;
}

#endif
