/// What the Monte Carlo methods share: an episode that is kept, and learned from at its end.
///
/// The room for an episode is the parameter `max_steps`, since nothing allocates after create. An
/// episode that outgrows it is learned from up to there as if a time limit had cut it, and what
/// follows counts as an episode of its own.
#ifndef RILL_AGENTS_MONTE_CARLO_H
#define RILL_AGENTS_MONTE_CARLO_H

#include <rill/agent_define.h>
#include <rill/history.h>

enum { MC_FIRST, MC_EVERY };
static const char *const mc_visits_words[] = {"first", "every", NULL};

typedef struct mc_params {
    rill_td_params td;
    int visits;
    int64_t max_steps;
} mc_params;

/// Rows of a parameter table: of every method; where there is a step size; where there are first
/// visits.
#define MC_PARAMS                                                                          \
    RILL_REAL(rill_td_params, gamma, "1", 0.0, 1.0, "discount per step"), RILL_TD_INITIAL, \
        RILL_INTEGER(mc_params, max_steps, "10000", 1, 1e7,                                \
                     "room for an episode; a longer one is learned from in pieces "        \
                     "of so many steps, as if each were truncated")
#define MC_ALPHA                                      \
    RILL_RATE(rill_td_params, alpha, "1/n", 0.0, 1e9, \
              "step size; 1/n: an estimate is the mean of its returns")
#define MC_VISITS                                            \
    RILL_CHOICE(mc_params, visits, "first", mc_visits_words, \
                "the visits of an episode to a state (and action) that count")

typedef struct monte_carlo {
    rill_agent base;
    rill_history episode;  ///< (max_steps)
    int64_t *n_episodes;   ///< begun so far, pieces of long ones included
    int64_t *met;          ///< (n_features, n_outputs) the episode that last visited an estimate
    double *probabilities; ///< (n_actions) for a moment's use
} monte_carlo;

static inline const mc_params *mc_params_of(const monte_carlo *mc)
{
    return (const mc_params *)mc->base.params;
}

static inline void mc_layout(rill_agent *agent, rill_arena *arena)
{
    monte_carlo *mc = (monte_carlo *)agent;
    const size_t n_features = (size_t)agent->value.n_features;
    mc->episode = rill_history_take(arena, mc_params_of(mc)->max_steps);
    mc->n_episodes = (int64_t *)rill_arena_take(arena, 1, sizeof(int64_t));
    mc->met = (int64_t *)rill_arena_take(arena, n_features * (size_t)agent->value.n_outputs,
                                         sizeof(int64_t));
    mc->probabilities =
        (double *)rill_arena_take(arena, (size_t)agent->action_space.size, sizeof(double));
}

/// The states of an episode, and the one after it.
static inline int64_t mc_count_states(const rill_agent *agent)
{
    return ((const mc_params *)agent->params)->max_steps + 1;
}

/// First visits are those of a table's states.
static inline rill_status mc_prepare(rill_agent *agent, rill_error *error)
{
    const mc_params *params = (const mc_params *)agent->params;
    if (params->visits == MC_FIRST && !rill_features_are_table(&agent->features)) {
        return rill_error_set(error, RILL_INVALID, "visits",
                              "first visits are those of a table's states; with %s features use "
                              "\"every\"",
                              agent->features.type->id);
    }
    return RILL_OK;
}

/// An episode begins, or the next piece of a long one.
static inline void mc_begin_episode(const monte_carlo *mc)
{
    ++*mc->n_episodes;
    rill_history_clear(&mc->episode);
}

/// Keeps R_{t+1}; answers whether the episode has no room for more.
static inline bool mc_receive(const monte_carlo *mc, double reward)
{
    rill_history_last(&mc->episode)->reward = reward;
    return *mc->episode.length == mc->episode.capacity;
}

/// The estimate that a moment belongs to: V(S_t) or Q(S_t,A_t).
static inline int32_t mc_output(const monte_carlo *mc, const rill_moment *moment)
{
    return mc->base.value.n_outputs == 1 ? 0 : moment->action;
}

/// sum_a pi(a|s) Q(s,a): what an episode that was cut in s is still worth.
static inline double mc_expected(const monte_carlo *mc, rill_state state)
{
    rill_td_target(&mc->base, state, mc->probabilities);
    return rill_td_expected(&mc->base, state, mc->probabilities);
}

/// Puts the return G_t in the place of each reward R_{t+1}:
///     G_t = R_{t+1} + gamma G_{t+1}   (S&B eq. 3.9)
/// `last` is G_T: 0 where the episode ended, the value of S_T where it was cut.
static inline void mc_returns(const monte_carlo *mc, double last)
{
    const double gamma = mc_params_of(mc)->td.gamma;
    double g = last;
    for (int64_t t = *mc->episode.length - 1; t >= 0; t--) {
        rill_moment *moment = &mc->episode.moments[t];
        g = moment->reward + gamma * g;
        moment->reward = g;
    }
}

/// Whether the visit at a moment counts; asked once for each, in the order of time.
static inline bool mc_counts(const monte_carlo *mc, const rill_moment *moment)
{
    const int32_t n_outputs = mc->base.value.n_outputs;
    if (mc_params_of(mc)->visits == MC_EVERY) {
        return true;
    }
    int64_t *met = &mc->met[(ptrdiff_t)moment->state * n_outputs + mc_output(mc, moment)];
    const bool is_first = *met != *mc->n_episodes;
    *met = *mc->n_episodes;
    return is_first;
}

/// Learns from the episode, on-policy. Where a visit counts, with n the number of those before:
///     Q(S_t,A_t) <- Q(S_t,A_t) + alpha [G_t - Q(S_t,A_t)],   alpha = 1 / (n + 1) for the mean
///     (S&B eq. 6.1; Zhao section 6.1), and V(S_t) likewise.
static inline void mc_learn(rill_agent *agent, double last)
{
    monte_carlo *mc = (monte_carlo *)agent;
    mc_returns(mc, last);
    for (int64_t t = 0; t < *mc->episode.length; t++) {
        const rill_moment *moment = &mc->episode.moments[t];
        if (mc_counts(mc, moment)) {
            rill_td_update(agent, moment->state, mc_output(mc, moment), moment->reward);
        }
    }
}

#endif
