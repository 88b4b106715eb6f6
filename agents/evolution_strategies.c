/// Evolution strategies: gradient ascent on the return of perturbed policies.
///
/// Salimans, Ho, Chen, Sidor and Sutskever, "Evolution strategies as a scalable alternative to reinforcement
/// learning" (2017), Algorithm 1 with section 2.1; Wierstra et al., "Natural evolution strategies" (2014).
/// A generation of `population` candidates theta + sigma e_i, e_i ~ N(0, I), takes turns, `episodes` each;
/// from their returns F_i
///     g = 1 / (n sigma) sum_i F_i e_i,   theta <- theta + alpha_theta (g - weight_decay theta)
/// g estimates the gradient of E[F(theta + sigma e)] without bias. With `mirrored` noise candidates come in
/// pairs, e and -e (antithetic sampling), so that what both have in common cancels. With `shaping`
/// "centred_ranks" F_i stands for its rank among the n, from -1/2 for the least to 1/2 (equals share the mean
/// of their ranks): the step then does not depend on the scale of returns.
#include "agents/direct_search.h"

enum { RETURNS, CENTRED_RANKS };
static const char *const shaping_words[] = {"none", "centred_ranks", NULL};

typedef struct evolution_params {
    search_params search;
    double sigma;
    bool is_mirrored;
    int shaping;
    double weight_decay;
} evolution_params;

static const rill_param evolution_param_table[] = {
    RILL_ACTOR_THETA,
    RILL_ACTOR_GAMMA,
    SEARCH_GENERATION("50", 2, "candidates of a generation; an even number where mirrored"),
    RILL_REAL(evolution_params, sigma, "0.1", 1e-9, 1e9, "standard deviation of the noise"),
    {"mirrored", RILL_PARAM_BOOL, offsetof(evolution_params, is_mirrored), "true", 0, 1, NULL,
     "candidates come in pairs, to either side"},
    RILL_CHOICE(evolution_params, shaping, "centred_ranks", shaping_words,
                "what a candidate counts: its return, or its rank, from -1/2 to 1/2"),
    RILL_REAL(evolution_params, weight_decay, "0", 0.0, 1e9,
              "what is taken from the gradient, times theta"),
    RILL_PARAM_END,
};

typedef struct evolution {
    search search;    ///< its centre is theta of the box
    double *noise;    ///< (population or, where mirrored, half of it, size) e_i
    double *fitness;  ///< (population) F_i, shaped
    double *gradient; ///< (size)
} evolution;

static const evolution_params *params_of(const rill_agent *agent)
{
    return (const evolution_params *)agent->params;
}

static rill_status evolution_prepare(rill_agent *agent, rill_error *error)
{
    const int64_t population = search_params_of(agent)->population;
    if (params_of(agent)->is_mirrored && population % 2 != 0) {
        return rill_error_set(error, RILL_INVALID, "population",
                              "%lld candidates do not come in pairs: give an even number, or set "
                              "mirrored to false",
                              (long long)population);
    }
    return RILL_OK;
}

static void evolution_layout(rill_agent *agent, rill_arena *arena)
{
    evolution *self = (evolution *)agent;
    const size_t size = (size_t)rill_actor_size(agent);
    const size_t population = (size_t)search_params_of(agent)->population;
    search_layout(agent, arena);
    self->noise =
        rill_arena_take(arena, (params_of(agent)->is_mirrored ? population / 2 : population) * size,
                        sizeof(double));
    self->fitness = rill_arena_take(arena, population, sizeof(double));
    self->gradient = rill_arena_take(arena, size, sizeof(double));
}

/// e_i without its sign, and the sign.
static double *noise_of(const rill_agent *agent, int64_t i, double *sign)
{
    const evolution *self = (const evolution *)agent;
    const bool is_mirrored = params_of(agent)->is_mirrored;
    *sign = is_mirrored && i % 2 == 1 ? -1.0 : 1.0;
    return self->noise + (is_mirrored ? i / 2 : i) * rill_actor_size(agent);
}

/// The next candidate to act: theta + sigma e_i.
static void place(rill_agent *agent)
{
    const evolution *self = (evolution *)agent;
    double sign, *noise = noise_of(agent, self->search.progress->candidate, &sign);
    for (int64_t j = 0; j < rill_actor_size(agent); j++) {
        if (sign > 0.0) {
            noise[j] = rill_rng_standard_normal(&agent->memory->rng);
        }
        agent->actor.theta.weights[j] =
            self->search.centre[j] + sign * params_of(agent)->sigma * noise[j];
    }
}

static void evolution_begin(rill_agent *agent)
{
    search_begin(agent);
    place(agent);
}

/// F_i as they are, or (rank_i / (n - 1)) - 1/2, rank 0 for the least.
static void shape(const rill_agent *agent)
{
    const evolution *self = (const evolution *)agent;
    const double *returns = self->search.returns;
    const int64_t n = search_params_of(agent)->population;
    for (int64_t i = 0; i < n; i++) {
        double rank = 0.0;
        for (int64_t k = 0; k < n && params_of(agent)->shaping == CENTRED_RANKS; k++) {
            rank += returns[k] < returns[i] ? 1.0 : k != i && returns[k] == returns[i] ? 0.5 : 0.0;
        }
        self->fitness[i] =
            params_of(agent)->shaping == RETURNS ? returns[i] : rank / (double)(n - 1) - 0.5;
    }
}

/// theta <- theta + alpha_theta (g - weight_decay theta),  g = 1 / (n sigma) sum_i F_i e_i
static void move(rill_agent *agent)
{
    const evolution *self = (evolution *)agent;
    const evolution_params *params = params_of(agent);
    const int64_t n = search_params_of(agent)->population, size = rill_actor_size(agent);
    double *theta = agent->actor.theta.weights;
    shape(agent);
    for (int64_t j = 0; j < size; j++) {
        self->gradient[j] = -params->weight_decay * self->search.centre[j];
    }
    for (int64_t i = 0; i < n; i++) {
        double sign;
        const double *noise = noise_of(agent, i, &sign);
        const double weight = sign * self->fitness[i] / ((double)n * params->sigma);
        for (int64_t j = 0; j < size; j++) {
            self->gradient[j] += weight * noise[j];
        }
    }
    memcpy(theta, self->search.centre, (size_t)size * sizeof *theta);
    rill_actor_ascend(agent, self->gradient, rill_actor_alpha(agent));
    memcpy(self->search.centre, theta, (size_t)size * sizeof *theta);
    agent->memory->update++;
}

static void evolution_finish(rill_agent *agent, const rill_outcome *outcome,
                             rill_observation observation)
{
    (void)observation;
    if (search_judge(agent, outcome->reward)) {
        if (search_is_generation_over(agent)) {
            move(agent);
        }
        place(agent);
    }
}

extern const rill_agent_type rill_agent_evolution_strategies;
const rill_agent_type rill_agent_evolution_strategies = {
    .id = "evolution_strategies",
    .summary = "gradient ascent on the returns of perturbed policies",
    .source = "Salimans et al. (2017), Algorithm 1; Wierstra et al. (2014)",
    .params = evolution_param_table,
    .params_size = sizeof(evolution_params),
    .agent_size = sizeof(evolution),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .is_linear = true,
    .is_actor = true,
    .has_optimiser = true,
    .learns_no_values = true,
    .prepare = evolution_prepare,
    .layout = evolution_layout,
    .begin = evolution_begin,
    .start = search_act,
    .step = search_step,
    .finish = evolution_finish,
    .learned_theta = search_learned_theta,
};
