/// Advantage actor-critic (A2C) over environments side by side: n steps in each, then one update.
///
/// Mnih et al. (2016), "Asynchronous methods for deep reinforcement learning", Algorithm S3, in its
/// synchronous form; advantages by Schulman et al. (2016), "High-dimensional continuous control using
/// generalized advantage estimation", eq. 16. Each of the `lanes` environments takes `n_steps` steps;
/// of all of these, with v(S_{t+1}) = 0 after termination:
///     delta_t = R_{t+1} + gamma v(S_{t+1}) - v(S_t)
///     A_t = delta_t + gamma lambda A_{t+1}     (A_{t+1} = 0 where the episode ended, and after n steps)
/// lambda = 1 is the n-step return less v(S_t). Then, as means over the lanes n_steps samples:
///     w <- w + alpha_w mean A_t grad v(S_t,w)
///     theta <- theta + alpha_theta mean [A_t grad ln pi(A_t|S_t,theta) + entropy grad H(pi(.|S_t,theta))]
///
/// The step of the policy is the `optimiser`'s; a plain one costs what it touches, the others look at all
/// weights in each update.
///
/// Lanes take turns, so that the update comes with the n-th step of the last one; by then the lanes
/// before it have chosen their next action, the first of the next n steps. Gradients of an action are those
/// of the policy that chose it: eta(S_t) is kept from then. A lane that gets ahead of others by a step
/// makes the update come before theirs are n.
#include "agents/actor_critic.h"

#include <math.h>
#include <string.h>

typedef struct a2c_params {
    rill_actor_params actor;
    int64_t lanes, n_steps;
    double lambda, entropy;
    bool normalise;
} a2c_params;

static const rill_param a2c_param_table[] = {
    RILL_ACTOR_PARAMS,
    RILL_INTEGER(a2c_params, lanes, "1", 1, 4096, "environments side by side"),
    RILL_INTEGER(a2c_params, n_steps, "5", 1, 1e6, "steps in each from one update to the next"),
    RILL_REAL(a2c_params, lambda, "1", 0.0, 1.0,
              "of the advantages; 1: n-step returns, 0: TD errors"),
    RILL_REAL(a2c_params, entropy, "0", 0.0, 1e9,
              "weight of the policy's entropy, which is maximised too"),
    RILL_BOOL(
        a2c_params, normalise, "false",
        "bring the advantages of an update to mean 0 and standard deviation 1, for the policy"),
    RILL_PARAM_END,
};

/// What followed the action in the state of a slot.
typedef struct a2c_step {
    double reward;
    double next;      ///< v of the state after it, where the episode ended with it
    double advantage; ///< A_t
    bool is_last;     ///< the episode ended
} a2c_step;

/// When an action was chosen, by which the temperature of its distribution was read.
typedef struct a2c_time {
    int64_t step, episode;
} a2c_time;

/// Where a lane is in its n_steps + 1 slots, which go round.
typedef struct a2c_lane {
    int32_t first;  ///< of the steps since the last update, counted in the lane
    int32_t length; ///< number of them whose reward is known
} a2c_lane;

typedef struct a2c {
    rill_agent
        base; ///< its `value` is w. Slots, and what is kept of each: lane (n_steps + 1) + position
    a2c_lane *lanes;  ///< (lanes)
    a2c_step *steps;  ///< (slots)
    double *actions;  ///< (slots, distribution.size) x of each action
    a2c_time *times;  ///< (slots) of each action
    double *score;    ///< (n_parameters) grad_eta ln pi, for a moment's use
    double *gradient; ///< as theta, for the optimiser, 0 between updates; NULL: plain steps
} a2c;

static const a2c_params *params_of(const rill_agent *agent)
{
    return (const a2c_params *)agent->params;
}

static int64_t a2c_count_states(const rill_agent *agent)
{
    return params_of(agent)->lanes * (params_of(agent)->n_steps + 1);
}

static int32_t a2c_count_lanes(const rill_agent *agent)
{
    return (int32_t)params_of(agent)->lanes;
}

static rill_status a2c_prepare(rill_agent *agent, rill_error *error)
{
    const a2c_params *params = params_of(agent);
    if (a2c_count_states(agent) > INT32_MAX) {
        return rill_error_set(
            error, RILL_INVALID, "n_steps",
            "states are counted in 32 bits: %lld steps in %lld lanes are too many",
            (long long)params->n_steps, (long long)params->lanes);
    }
    if (params->normalise && params->lanes * params->n_steps == 1) {
        return rill_error_set(error, RILL_INVALID, "normalise",
                              "one advantage has no standard deviation: set n_steps to at least 2");
    }
    return actor_critic_check_entropy(agent, params->entropy, error);
}

static void a2c_layout(rill_agent *agent, rill_arena *arena)
{
    a2c *self = (a2c *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    const size_t n = (size_t)a2c_count_states(agent), size = (size_t)distribution->size;
    self->lanes = rill_arena_take(arena, (size_t)params_of(agent)->lanes, sizeof *self->lanes);
    self->steps = rill_arena_take(arena, n, sizeof *self->steps);
    self->actions = rill_arena_take(arena, n * size, sizeof(double));
    self->times = rill_arena_take(arena, n, sizeof *self->times);
    self->score = rill_arena_take(arena, (size_t)distribution->n_parameters, sizeof(double));
    self->gradient = rill_actor_steps_plainly(agent)
                         ? NULL
                         : rill_arena_take(arena, (size_t)rill_actor_size(agent), sizeof(double));
}

/// The slot of step t of a lane since the last update; that of its present state is t = length.
static rill_state slot_of(const rill_agent *agent, int32_t lane, int32_t t)
{
    const int32_t n = (int32_t)params_of(agent)->n_steps + 1;
    return lane * n + (((const a2c *)agent)->lanes[lane].first + t) % n;
}

/// Perceives the present state of the lane that the call is about.
static rill_state perceive(rill_agent *agent, rill_observation observation)
{
    const int32_t lane = agent->memory->lane;
    *agent->slots.next = slot_of(agent, lane, ((const a2c *)agent)->lanes[lane].length);
    return rill_agent_perceive(agent, observation);
}

/// A ~ pi(. | S, theta), and eta(S) stays in the slot
static rill_action act(rill_agent *agent, rill_state state)
{
    ((const a2c *)agent)->times[state] = (a2c_time){agent->memory->step, agent->memory->episode};
    const rill_action action = rill_actor_choose(agent, state);
    const int32_t size = agent->actor.distribution.size;
    double *kept = ((const a2c *)agent)->actions + (ptrdiff_t)state * size;
    for (int32_t i = 0; i < size; i++) {
        kept[i] = agent->actor.x[i];
    }
    return action;
}

/// A_t of the steps of a lane, backwards.
static void find_advantages(const rill_agent *agent, int32_t lane)
{
    const a2c *self = (const a2c *)agent;
    const a2c_params *params = params_of(agent);
    const double gamma = params->actor.td.gamma;
    const int32_t length = self->lanes[lane].length;
    double advantage = 0.0, next = 0.0; // A_{t+1} and v(S_{t+1})
    if (length > 0 && !self->steps[slot_of(agent, lane, length - 1)].is_last) {
        next = rill_td_value(agent, slot_of(agent, lane, length), 0);
    }
    for (int32_t t = length - 1; t >= 0; t--) {
        const rill_state state = slot_of(agent, lane, t);
        a2c_step *step = &self->steps[state];
        const double value = rill_td_value(agent, state, 0);
        const double delta = step->reward + gamma * (step->is_last ? step->next : next) - value;
        advantage = delta + gamma * params->lambda * (step->is_last ? 0.0 : advantage);
        step->advantage = advantage;
        next = value;
    }
}

/// Calls `visit` for each step since the last update, lane after lane.
static void for_each_step(rill_agent *agent, void (*visit)(rill_agent *, rill_state, double *),
                          double *numbers)
{
    const a2c *self = (const a2c *)agent;
    for (int32_t lane = 0; lane < params_of(agent)->lanes; lane++) {
        for (int32_t t = 0; t < self->lanes[lane].length; t++) {
            visit(agent, slot_of(agent, lane, t), numbers);
        }
    }
}

/// What the steps of an update have in common.
enum { COUNT, SUM, MEAN, SQUARES, SCALE, ALPHA_W, ALPHA_THETA, NUMBERS };

/// Sum of A_t.
static void add_up(rill_agent *agent, rill_state state, double *numbers)
{
    numbers[COUNT] += 1.0;
    numbers[SUM] += ((const a2c *)agent)->steps[state].advantage;
}

/// Sum of (A_t - mean)^2.
static void add_squares(rill_agent *agent, rill_state state, double *numbers)
{
    const double deviation = ((const a2c *)agent)->steps[state].advantage - numbers[MEAN];
    numbers[SQUARES] += deviation * deviation;
}

/// Mean 0 and standard deviation 1; deviations that rounding alone can make count for none.
static void normalise(rill_agent *agent, double *numbers)
{
    numbers[MEAN] = numbers[SUM] / numbers[COUNT];
    for_each_step(agent, add_squares, numbers);
    const double sd = sqrt(numbers[SQUARES] / numbers[COUNT]);
    numbers[SCALE] = sd > 1e-12 * fabs(numbers[MEAN]) ? 1.0 / sd : 0.0;
}

/// Moves theta by the part that a sample has in the mean gradient, or keeps it for the optimiser.
static void add_gradient(rill_agent *agent, rill_state state, const double *numbers, double weight)
{
    const a2c *self = (const a2c *)agent;
    if (self->gradient == NULL) {
        rill_actor_step(agent, state, self->score, numbers[ALPHA_THETA] / numbers[COUNT] * weight);
    } else {
        rill_actor_add(agent, self->gradient, state, self->score, weight / numbers[COUNT]);
    }
}

/// The part of one step in both updates.
static void learn_from(rill_agent *agent, rill_state state, double *numbers)
{
    const a2c *self = (const a2c *)agent;
    const double entropy = params_of(agent)->entropy;
    const a2c_time *time = &self->times[state];
    const rill_distribution then =
        rill_distribution_at(&agent->actor.distribution, time->step, time->episode);
    const double *eta = rill_actor_kept(agent, state);
    const double advantage = self->steps[state].advantage;
    const double weight = numbers[SCALE] * (advantage - numbers[MEAN]);
    then.type->score(&then, eta, self->actions + (ptrdiff_t)state * then.size, self->score);
    rill_td_add(agent, state, 0, numbers[ALPHA_W] / numbers[COUNT] * advantage);
    add_gradient(agent, state, numbers, weight);
    if (entropy > 0.0) {
        then.type->entropy(&then, eta, self->score);
        add_gradient(agent, state, numbers, entropy);
    }
    agent->memory->td_error = advantage;
    agent->memory->update++;
}

/// The update; each lane goes on from its present state.
static void learn(rill_agent *agent)
{
    const a2c *self = (const a2c *)agent;
    const a2c_params *params = params_of(agent);
    const rill_agent_memory *memory = agent->memory;
    const int32_t n_lanes = (int32_t)params->lanes, n = (int32_t)params->n_steps + 1;
    double numbers[NUMBERS] = {[SCALE] = 1.0};
    for (int32_t lane = 0; lane < n_lanes; lane++) {
        find_advantages(agent, lane);
    }
    for_each_step(agent, add_up, numbers);
    if (params->normalise) {
        normalise(agent, numbers);
    }
    numbers[ALPHA_W] = rill_schedule_at(&params->actor.td.alpha, memory->update, memory->episode);
    numbers[ALPHA_THETA] = rill_actor_alpha(agent);
    for_each_step(agent, learn_from, numbers);
    if (self->gradient != NULL) {
        rill_actor_ascend(agent, self->gradient, numbers[ALPHA_THETA]);
        memset(self->gradient, 0, (size_t)rill_actor_size(agent) * sizeof(double));
    }
    for (int32_t lane = 0; lane < n_lanes; lane++) {
        a2c_lane *at = &self->lanes[lane];
        *at = (a2c_lane){(at->first + at->length) % n, 0};
    }
}

/// Whether each lane has its n steps.
static bool are_all_full(const rill_agent *agent)
{
    const a2c *self = (const a2c *)agent;
    for (int32_t lane = 0; lane < params_of(agent)->lanes; lane++) {
        if (self->lanes[lane].length < params_of(agent)->n_steps) {
            return false;
        }
    }
    return true;
}

/// Room for one more step of the present lane: there is none where others lag behind.
static void make_room(rill_agent *agent)
{
    if (((const a2c *)agent)->lanes[agent->memory->lane].length == params_of(agent)->n_steps) {
        learn(agent);
    }
}

static rill_action a2c_start(rill_agent *agent, rill_observation observation)
{
    return act(agent, perceive(agent, observation));
}

static rill_action a2c_step_on(rill_agent *agent, double reward, rill_observation observation)
{
    a2c *self = (a2c *)agent;
    const int32_t lane = agent->memory->lane;
    make_room(agent);
    self->steps[slot_of(agent, lane, self->lanes[lane].length)] =
        (a2c_step){reward, 0.0, 0.0, false};
    self->lanes[lane].length++;
    const rill_state state = perceive(agent, observation);
    if (are_all_full(agent)) {
        learn(agent);
    }
    return act(agent, state);
}

static void a2c_finish(rill_agent *agent, const rill_outcome *outcome, rill_observation observation)
{
    a2c *self = (a2c *)agent;
    const int32_t lane = agent->memory->lane;
    make_room(agent);
    const rill_state last = slot_of(agent, lane, self->lanes[lane].length);
    self->lanes[lane].length++;
    const rill_state state = perceive(agent, observation); // its slot is free for the next start
    self->steps[last] = (a2c_step){
        outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0), 0.0, true};
    if (are_all_full(agent)) {
        learn(agent);
    }
}

static const rill_agent_measure measures[] = {
    RILL_ACTOR_MEASURES,
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_a2c;
const rill_agent_type rill_agent_a2c = {
    .id = "a2c",
    .summary = "advantage actor-critic: n steps in several environments, then one update",
    .source = "Mnih et al. (2016), Algorithm S3, synchronous; Schulman et al. (2016), eq. 16",
    .params = a2c_param_table,
    .params_size = sizeof(a2c_params),
    .agent_size = sizeof(a2c),
    .measures = measures,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .is_linear = true,
    .is_actor = true,
    .has_optimiser = true,
    .count_states = a2c_count_states,
    .count_lanes = a2c_count_lanes,
    .prepare = a2c_prepare,
    .layout = a2c_layout,
    .begin = rill_actor_begin,
    .start = a2c_start,
    .step = a2c_step_on,
    .finish = a2c_finish,
};
