/// The cross-entropy method: a normal distribution over the weights of a policy, fitted to its best samples.
///
/// Rubinstein, "The cross-entropy method for combinatorial and continuous optimization" (1999); Mannor,
/// Rubinstein and Gat (2003); Szita and Lorincz, "Learning Tetris using the noisy cross-entropy method"
/// (2006). A generation of `population` candidates
///     theta_i ~ N(mu, diag(sigma^2))
/// takes turns, `episodes` each. The elite E, the part `elite` of them with the greatest returns (of equals
/// the first), makes the next distribution:
///     mu <- mean of theta_i in E,  sigma^2 <- mean of (theta_i - mu)^2 in E, plus noise^2
/// The noise keeps the distribution from shrinking too early (Szita and Lorincz, whose Z is its square). They
/// let it fall linearly with the generations, and so can a schedule: `noise` is a rate whose steps are
/// generations. What is learned is mu.
#include "agents/direct_search.h"

typedef struct cem_params {
    search_params search;
    double elite;
    double initial_theta_sd;
    rill_schedule noise;
} cem_params;

static const rill_param cem_param_table[] = {
    RILL_REALS(rill_actor_params, initial_theta, "", -1e300, 1e300,
               "mu at the start: one number a parameter of the distribution, or features times "
               "parameters; empty: 0"),
    RILL_ACTOR_GAMMA,
    SEARCH_GENERATION("50", 2, "candidates of a generation"),
    RILL_REAL(cem_params, elite, "0.2", 0.0, 1.0,
              "part of the candidates that makes the next distribution; at least one does"),
    RILL_REAL(cem_params, initial_theta_sd, "1", 0.0, 1e9, "sigma at the start"),
    RILL_RATE(cem_params, noise, "0", 0.0, 1e9,
              "standard deviation that is added; its steps are generations"),
    RILL_PARAM_END,
};

typedef struct cem {
    search search;      ///< its centre is mu
    double *sigma;      ///< (size)
    double *candidates; ///< (population, size)
    uint8_t *is_elite;  ///< (population)
} cem;

static void cem_layout(rill_agent *agent, rill_arena *arena)
{
    cem *self = (cem *)agent;
    const size_t size = (size_t)rill_actor_size(agent);
    const size_t population = (size_t)search_params_of(agent)->population;
    search_layout(agent, arena);
    self->sigma = rill_arena_take(arena, size, sizeof(double));
    self->candidates = rill_arena_take(arena, population * size, sizeof(double));
    self->is_elite = rill_arena_take(arena, population, sizeof(uint8_t));
}

/// The next candidate to act: theta ~ N(mu, diag(sigma^2)).
static void place(rill_agent *agent)
{
    const cem *self = (cem *)agent;
    const int64_t size = rill_actor_size(agent);
    double *candidate = self->candidates + self->search.progress->candidate * size;
    for (int64_t j = 0; j < size; j++) {
        candidate[j] =
            self->search.centre[j] + self->sigma[j] * rill_rng_standard_normal(&agent->memory->rng);
    }
    memcpy(agent->actor.theta.weights, candidate, (size_t)size * sizeof *candidate);
}

static void cem_begin(rill_agent *agent)
{
    const cem *self = (cem *)agent;
    search_begin(agent);
    for (int64_t j = 0; j < rill_actor_size(agent); j++) {
        self->sigma[j] = ((const cem_params *)agent->params)->initial_theta_sd;
    }
    place(agent);
}

/// Marks the candidates with the greatest returns; answers their number.
static int64_t choose_elite(rill_agent *agent)
{
    const cem *self = (cem *)agent;
    const int64_t population = search_params_of(agent)->population;
    const double share = ((const cem_params *)agent->params)->elite * (double)population;
    const int64_t count = share < 1.0 ? 1 : (int64_t)floor(share + 0.5);
    for (int64_t i = 0; i < population; i++) {
        self->is_elite[i] = 0;
    }
    for (int64_t n = 0; n < count; n++) {
        int64_t best = -1;
        for (int64_t i = 0; i < population; i++) {
            if (!self->is_elite[i] &&
                (best < 0 || self->search.returns[i] > self->search.returns[best])) {
                best = i;
            }
        }
        self->is_elite[best] = 1;
    }
    return count;
}

/// mu <- mean of the elite,  sigma^2 <- its variance + noise^2
static void fit(rill_agent *agent)
{
    const cem *self = (cem *)agent;
    const int64_t size = rill_actor_size(agent), population = search_params_of(agent)->population;
    const double noise = rill_schedule_at(&((const cem_params *)agent->params)->noise,
                                          agent->memory->update, agent->memory->episode);
    const double count = (double)choose_elite(agent);
    for (int64_t j = 0; j < size; j++) {
        double sum = 0.0, squares = 0.0;
        for (int64_t i = 0; i < population; i++) {
            sum += self->is_elite[i] ? self->candidates[i * size + j] : 0.0;
        }
        const double mean = sum / count;
        for (int64_t i = 0; i < population; i++) {
            const double distance = self->is_elite[i] ? self->candidates[i * size + j] - mean : 0.0;
            squares += distance * distance;
        }
        self->search.centre[j] = mean;
        self->sigma[j] = sqrt(squares / count + noise * noise);
    }
    agent->memory->update++;
}

static void cem_finish(rill_agent *agent, const rill_outcome *outcome, rill_observation observation)
{
    (void)observation;
    if (search_judge(agent, outcome->reward)) {
        if (search_is_generation_over(agent)) {
            fit(agent);
        }
        place(agent);
    }
}

/// sqrt of the mean of sigma^2 over the weights
static double search_deviation(const rill_agent *agent)
{
    const cem *self = (const cem *)agent;
    const int64_t size = rill_actor_size(agent);
    double sum = 0.0;
    for (int64_t j = 0; j < size; j++) {
        sum += self->sigma[j] * self->sigma[j];
    }
    return sqrt(sum / (double)size);
}

static const rill_agent_measure measures[] = {
    {"search_deviation", "sigma of the distribution of candidates, RMS over the weights", NULL,
     search_deviation},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_cem;
const rill_agent_type rill_agent_cem = {
    .id = "cem",
    .summary = "cross-entropy method: samples policies, and goes where the best ones are",
    .source = "Rubinstein (1999); Mannor et al. (2003); Szita and Lorincz (2006)",
    .params = cem_param_table,
    .params_size = sizeof(cem_params),
    .agent_size = sizeof(cem),
    .measures = measures,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .is_linear = true,
    .is_actor = true,
    .learns_no_values = true,
    .layout = cem_layout,
    .begin = cem_begin,
    .start = search_act,
    .step = search_step,
    .finish = cem_finish,
    .learned_theta = search_learned_theta,
};
