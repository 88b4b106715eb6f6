/// UCT: Monte Carlo tree search, by upper confidence bounds applied to trees, on the exact model.
///
/// Kocsis and Szepesvari (2006), Bandit based Monte-Carlo planning; Sutton & Barto (2018), section
/// 8.11, for the four steps of a simulation. UCB1: Auer, Cesa-Bianchi and Fischer (2002).
///
/// Before each action it grows a tree of the states that may follow, by `simulations` simulations of
/// at most `depth` steps from the present state; rewards later than that count 0. Each adds the first
/// state outside the tree, and goes on from there by actions drawn uniformly. The means of the
/// returns at the root become Q of the present state, by which the policy then chooses; an action
/// that was never tried keeps its estimate. No tree is kept from one action to the next.
///
/// The greedy action in a state is by the estimates of the last search there, the first one in a state
/// that was never searched: evaluation and `policy_value` tell how good these memories are, not how
/// good the agent is when it searches; `return` tells that.
#include "agents/dynamic_programming.h"

#include <rill/math.h>

typedef struct uct_params {
    dp_params dp;
    int64_t simulations, depth;
    double c;
} uct_params;

static const rill_param uct_param_table[] = {
    DP_PARAMS,
    RILL_INTEGER(uct_params, simulations, "100", 1, 1e8, "before each action"),
    RILL_INTEGER(uct_params, depth, "20", 1, 1e6, "most steps of a simulation"),
    RILL_REAL(uct_params, c, "1.4142135623730951", 0, 1e300,
              "exploration: the bonus is c sqrt(ln N(s) / N(s,a)); of the order of the range of "
              "returns"),
    RILL_PARAM_END,
};

/// A state in the tree. Node 0 is the root, which is nobody's child or sibling.
typedef struct uct_node {
    int32_t state;
    int32_t action;         ///< that led here from the parent
    int32_t child, sibling; ///< the first child, the parent's next one; 0: none
    int64_t visits;         ///< N(s)
} uct_node;

/// A step of the way down.
typedef struct uct_step {
    int32_t node, action;
    double reward;
} uct_step;

typedef struct uct {
    rill_agent base; ///< its `value` is Q, (n_states, n_actions)
    uct_node *nodes; ///< (simulations + 1)
    int64_t *visits; ///< (simulations + 1, n_actions) N(s,a)
    double *means;   ///< (simulations + 1, n_actions) of the returns
    uct_step *way;   ///< (depth)
    double *scores;  ///< (n_actions)
    int32_t *n_nodes;
} uct;

static void uct_layout(rill_agent *agent, rill_arena *arena)
{
    uct *search = (uct *)agent;
    const uct_params *params = agent->params;
    const size_t n_nodes = (size_t)params->simulations + 1;
    const size_t n_actions = (size_t)agent->model->n_actions;
    search->nodes = rill_arena_take(arena, n_nodes, sizeof *search->nodes);
    search->visits = rill_arena_take(arena, n_nodes * n_actions, sizeof *search->visits);
    search->means = rill_arena_take(arena, n_nodes * n_actions, sizeof *search->means);
    search->way = rill_arena_take(arena, (size_t)params->depth, sizeof *search->way);
    search->scores = rill_arena_take(arena, n_actions, sizeof *search->scores);
    search->n_nodes = rill_arena_take(arena, 1, sizeof *search->n_nodes);
}

static int32_t add_node(const uct *search, int32_t state, int32_t action)
{
    const int32_t node = (*search->n_nodes)++;
    const int32_t n_actions = search->base.model->n_actions;
    search->nodes[node] = (uct_node){.state = state, .action = action};
    for (int32_t a = 0; a < n_actions; a++) {
        search->visits[(ptrdiff_t)node * n_actions + a] = 0;
        search->means[(ptrdiff_t)node * n_actions + a] = 0.0;
    }
    return node;
}

/// The child of a node by an action and the state that followed; 0 when it is not in the tree.
static int32_t find_child(const uct *search, int32_t node, int32_t action, int32_t state)
{
    int32_t child = search->nodes[node].child;
    while (child != 0 &&
           (search->nodes[child].action != action || search->nodes[child].state != state)) {
        child = search->nodes[child].sibling;
    }
    return child;
}

/// argmax_a [Q(s,a) + c sqrt(ln N(s) / N(s,a))], where what was never tried comes first; ties broken
/// at random.
static int32_t select_action(uct *search, int32_t node)
{
    const rill_model *model = search->base.model;
    const double c = ((const uct_params *)search->base.params)->c;
    const int64_t *visits = search->visits + (ptrdiff_t)node * model->n_actions;
    const double *means = search->means + (ptrdiff_t)node * model->n_actions;
    const double log_visits = rill_log(fmax(1.0, (double)search->nodes[node].visits));
    for (int32_t a = 0; a < model->n_actions; a++) {
        search->scores[a] = !rill_model_is_available(model, search->nodes[node].state, a)
                                ? RILL_UNAVAILABLE
                            : visits[a] == 0 ? DBL_MAX
                                             : means[a] + c * sqrt(log_visits / (double)visits[a]);
    }
    return rill_epsilon_greedy(search->scores, 0.0, &search->base.memory->rng, model->n_actions);
}

/// An available action, drawn uniformly.
static int32_t draw_action(uct *search, int32_t state)
{
    const rill_model *model = search->base.model;
    for (int32_t a = 0; a < model->n_actions; a++) {
        search->scores[a] = rill_model_is_available(model, state, a) ? 0.0 : RILL_UNAVAILABLE;
    }
    return rill_epsilon_greedy(search->scores, 0.0, &search->base.memory->rng, model->n_actions);
}

static bool ends(const uct *search, const rill_transition *outcome)
{
    return outcome->terminated || dp_is_terminal(search->base.model, outcome->next);
}

/// The return of at most `steps` steps from a state, by actions drawn uniformly.
static double roll_out(uct *search, int32_t state, int64_t steps)
{
    const double gamma = dp_params_of(&search->base)->gamma;
    double g = 0.0, discount = 1.0;
    for (int64_t t = 0; t < steps; t++) {
        const rill_transition *outcome = dp_draw(&search->base, state, draw_action(search, state));
        g += discount * outcome->reward;
        if (ends(search, outcome)) {
            break;
        }
        discount *= gamma;
        state = outcome->next;
    }
    return g;
}

/// Selection, expansion, simulation, backup.
static void simulate(uct *search)
{
    const uct_params *params = search->base.params;
    const int32_t n_actions = search->base.model->n_actions;
    double g = 0.0;
    int64_t t = 0;
    for (int32_t node = 0; t < params->depth;) {
        const int32_t action = select_action(search, node);
        const rill_transition *outcome = dp_draw(&search->base, search->nodes[node].state, action);
        search->way[t++] = (uct_step){node, action, outcome->reward};
        if (ends(search, outcome) || t == params->depth) {
            break;
        }
        const int32_t parent = node;
        node = find_child(search, parent, action, outcome->next);
        if (node == 0) {
            node = add_node(search, outcome->next, action);
            search->nodes[node].sibling = search->nodes[parent].child;
            search->nodes[parent].child = node;
            g = roll_out(search, outcome->next, params->depth - t);
            break;
        }
    }
    // Q(s,a) <- Q(s,a) + [G - Q(s,a)] / N(s,a), from the leaf to the root
    while (t-- > 0) {
        const uct_step *step = &search->way[t];
        const ptrdiff_t pair = (ptrdiff_t)step->node * n_actions + step->action;
        g = step->reward + params->dp.gamma * g;
        search->nodes[step->node].visits++;
        search->means[pair] += (g - search->means[pair]) / (double)++search->visits[pair];
    }
}

/// Searches from a state, and chooses by what was found.
static rill_action uct_start(rill_agent *agent, rill_observation observation)
{
    uct *search = (uct *)agent;
    const uct_params *params = agent->params;
    const int32_t state = observation.index;
    *search->n_nodes = 0;
    add_node(search, state, -1);
    for (int64_t i = 0; i < params->simulations && !dp_is_terminal(agent->model, state); i++) {
        simulate(search);
    }
    agent->memory->td_error = 0.0;
    for (int32_t a = 0; a < agent->model->n_actions; a++) {
        if (search->visits[a] > 0) {
            dp_assign(agent, &rill_td_row(agent, state)[a], search->means[a]);
        }
    }
    return dp_act(agent, observation);
}

static rill_action uct_step_on(rill_agent *agent, double reward, rill_observation observation)
{
    (void)reward;
    return uct_start(agent, observation);
}

static void uct_finish(rill_agent *agent, const rill_outcome *outcome, rill_observation observation)
{
    (void)agent, (void)outcome, (void)observation; // nothing is learned but by searching
}

static double tree_nodes(const rill_agent *agent)
{
    return *((const uct *)agent)->n_nodes;
}

static const rill_agent_measure measures[] = {
    {"tree_nodes", "states in the tree of the last search", NULL, tree_nodes},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_uct;
const rill_agent_type rill_agent_uct = {
    .id = "uct",
    .summary = "Monte Carlo tree search on the exact model, anew before each action",
    .source = "Kocsis and Szepesvari (2006); Sutton & Barto (2018), section 8.11",
    .params = uct_param_table,
    .params_size = sizeof(uct_params),
    .agent_size = sizeof(uct),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .needs_model = true,
    .layout = uct_layout,
    .begin = dp_begin_q,
    .start = uct_start,
    .step = uct_step_on,
    .finish = uct_finish,
};
