/// What agents that search for the weights of a policy among candidates have in common: a candidate is theta
/// while it acts, an episode (or some) each, and is judged by its return. Nothing else is learned.
#ifndef RILL_AGENTS_DIRECT_SEARCH_H
#define RILL_AGENTS_DIRECT_SEARCH_H

#include <math.h>
#include <rill/actor.h>
#include <string.h>

/// The parameters of such an agent, in front of its own.
typedef struct search_params {
    rill_actor_params actor;
    int64_t population;
    int64_t episodes;
    bool is_deterministic;
} search_params;

// clang-format off
#define SEARCH_GENERATION(default_population, least, text)                                       \
    RILL_INTEGER(search_params, population, default_population, least, 1e6, text),                 \
    RILL_INTEGER(search_params, episodes, "1", 1, 1e6, "episodes by which a candidate is judged"), \
    {"deterministic", RILL_PARAM_BOOL, offsetof(search_params, is_deterministic), "true", 0, 1, NULL, \
     "candidates act without exploring: by the centre of their distribution"}
// clang-format on

/// The candidate at work and what it has got so far.
typedef struct search_progress {
    int64_t candidate; ///< number of the one at work
    int64_t episode;   ///< of its episodes
    double sum;        ///< of discounted returns
    double weight;     ///< gamma^t of the next reward
} search_progress;

typedef struct search {
    rill_agent base;
    search_progress *progress;
    double *centre;  ///< (size) what is learned; theta is a candidate near it
    double *returns; ///< (population) mean return of each candidate
} search;

static inline const search_params *search_params_of(const rill_agent *agent)
{
    return (const search_params *)agent->params;
}

static inline void search_layout(rill_agent *agent, rill_arena *arena)
{
    search *self = (search *)agent;
    const size_t size = (size_t)rill_actor_size(agent);
    self->progress = rill_arena_take(arena, 1, sizeof *self->progress);
    self->centre = rill_arena_take(arena, size, sizeof(double));
    self->returns =
        rill_arena_take(arena, (size_t)search_params_of(agent)->population, sizeof(double));
}

/// The centre where theta starts. The first candidate is the type's to place.
static inline void search_begin(rill_agent *agent)
{
    const search *self = (search *)agent;
    rill_actor_begin(agent);
    memcpy(self->centre, agent->actor.theta.weights,
           (size_t)rill_actor_size(agent) * sizeof(double));
    *self->progress = (search_progress){.weight = 1.0};
}

static inline const double *search_learned_theta(const rill_agent *agent)
{
    return ((const search *)agent)->centre;
}

static inline rill_action search_act(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    if (!search_params_of(agent)->is_deterministic) {
        return rill_actor_choose(agent, state);
    }
    return rill_actor_choose_centre(agent, state);
}

static inline void search_gather(rill_agent *agent, double reward)
{
    search_progress *progress = ((search *)agent)->progress;
    progress->sum += progress->weight * reward;
    progress->weight *= search_params_of(agent)->actor.td.gamma;
}

static inline rill_action search_step(rill_agent *agent, double reward,
                                      rill_observation observation)
{
    search_gather(agent, reward);
    return search_act(agent, observation);
}

/// The end of an episode; true when the candidate has had all of its own, and its return is known. One that
/// is no number, of what went out of all bounds, is the least.
static inline bool search_judge(rill_agent *agent, double reward)
{
    const search *self = (search *)agent;
    search_progress *progress = self->progress;
    search_gather(agent, reward);
    progress->weight = 1.0;
    if (++progress->episode < search_params_of(agent)->episodes) {
        return false;
    }
    const double mean = progress->sum / (double)search_params_of(agent)->episodes;
    self->returns[progress->candidate++] = isnan(mean) ? (double)-INFINITY : mean;
    progress->episode = 0;
    progress->sum = 0.0;
    return true;
}

/// Whether the last candidate has been judged; the next to be judged is then the first of a new generation.
static inline bool search_is_generation_over(const rill_agent *agent)
{
    search_progress *progress = ((const search *)agent)->progress;
    if (progress->candidate < search_params_of(agent)->population) {
        return false;
    }
    progress->candidate = 0;
    return true;
}

#endif
