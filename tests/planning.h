/// What the tests of planning on the exact model share: a world and an agent in it, iterations
/// without stepping the world, the expected update written once more.
#ifndef RILL_TESTS_PLANNING_H
#define RILL_TESTS_PLANNING_H

#include "tests/finite.h"

#include <float.h>

typedef struct planning {
    rill_env *env;
    rill_model *model;
    rill_agent *agent;
    int32_t n_states, n_actions;
} planning;

/// Assignments as text, separated by blanks; none in an empty one. At most 8.
typedef struct planning_words {
    char text[1024];
    const char *words[9];
} planning_words;

static inline const char *const *planning_split(planning_words *split, const char *text)
{
    ck_assert_uint_lt(strlen(text), sizeof split->text);
    strcpy(split->text, text);
    int n = 0;
    for (char *word = strtok(split->text, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_int_lt(n, 8);
        split->words[n++] = word;
    }
    split->words[n] = NULL;
    return split->words;
}

/// Started in the first state. `world` is an id with assignments after it, `agent` likewise.
static inline planning planning_open(const char *world, const char *agent)
{
    planning_words words;
    rill_error error = {0};
    planning p = {0};
    const char *const *split = planning_split(&words, world);
    p.env = golden_create(split[0], split + 1);
    p.model = golden_model(p.env);
    p.n_states = p.model->n_states;
    p.n_actions = p.model->n_actions;
    split = planning_split(&words, agent);
    ASSERT_OK(rill_agent_create(&p.agent, split[0], p.env, split + 1, &error), &error);
    rill_agent_seed(p.agent, 5);
    rill_agent_start(p.agent, (rill_observation){.index = 0});
    return p;
}

static inline void planning_close(planning *p)
{
    rill_agent_destroy(p->agent);
    rill_model_destroy(p->model);
    rill_env_destroy(p->env);
}

/// Steps of the agent, which learns nothing from where it is and what it gets.
static inline void planning_run(planning *p, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        rill_agent_step(p->agent, 1e6, (rill_observation){.index = 0});
    }
}

/// The estimates of a state: one, or one an action.
static inline double *planning_row(const planning *p, int32_t state)
{
    return rill_linear_row(&p->agent->value, state);
}

static inline double planning_greatest(const planning *p, int32_t state)
{
    return rill_max(planning_row(p, state), p->n_actions);
}

static inline bool planning_is_terminal(const rill_model *model, int32_t state)
{
    bool is_terminal = true;
    for (int32_t a = 0; a < model->n_actions; a++) {
        is_terminal = is_terminal && !rill_model_is_available(model, state, a);
    }
    return is_terminal;
}

/// The first policy's action: the one wanted, or the first that is available.
static inline int32_t planning_first_action(const rill_model *model, int32_t state, int32_t wanted)
{
    int32_t action = wanted;
    for (int32_t a = model->n_actions - 1; a >= 0 && !rill_model_is_available(model, state, wanted);
         a--) {
        action = rill_model_is_available(model, state, a) ? a : action;
    }
    return action;
}

/// sum_{s',r} p(s',r|s,a) [r + gamma v(s')]; NaN when (s,a) has no outcome.
static inline double planning_backup(const rill_model *model, const double *v, double gamma,
                                     int32_t state, int32_t action)
{
    const size_t pair = (size_t)(state * model->n_actions + action);
    double sum = 0.0;
    for (size_t i = model->first[pair]; i < model->first[pair + 1]; i++) {
        const rill_transition *t = &model->transitions[i];
        const double next = t->terminated ? 0.0 : v[t->next];
        sum += t->probability * (t->reward + gamma * next);
    }
    return model->first[pair + 1] == model->first[pair] ? (double)NAN : sum;
}

/// max_a of it; 0 for a terminal state.
static inline double planning_best(const rill_model *model, const double *v, double gamma,
                                   int32_t state)
{
    double best = -HUGE_VAL;
    for (int32_t a = 0; a < model->n_actions; a++) {
        best = fmax(best, planning_backup(model, v, gamma, state, a)); // fmax leaves NaN out
    }
    return isinf(best) ? 0.0 : best;
}

/// The optimal values over a horizon of so many steps: sweeps of value iteration from 0.
static inline void planning_horizon(const rill_model *model, double gamma, int steps, double *v)
{
    double *next = malloc((size_t)model->n_states * sizeof *next);
    memset(v, 0, (size_t)model->n_states * sizeof *v);
    for (int k = 0; k < steps; k++) {
        for (int32_t s = 0; s < model->n_states; s++) {
            next[s] = planning_best(model, v, gamma, s);
        }
        memcpy(v, next, (size_t)model->n_states * sizeof *v);
    }
    free(next);
}

/// Q is a solution's q, to a tolerance relative to 1 or to the value; pairs that are not available
/// are below all others, terminal states 0.
static inline void planning_assert_q(const planning *p, const rill_solution *solution,
                                     double tolerance, const char *name)
{
    for (int32_t s = 0; s < p->n_states; s++) {
        for (int32_t a = 0; a < p->n_actions; a++) {
            const double q = solution->q[s * p->n_actions + a], ours = planning_row(p, s)[a];
            if (planning_is_terminal(p->model, s)) {
                ASSERT_FOR(name, ours == 0.0);
            } else if (isnan(q)) {
                ASSERT_FOR(name, ours == -DBL_MAX);
            } else {
                ck_assert_msg(fabs(ours - q) <= tolerance * fmax(1.0, fabs(q)),
                              "%s: q(%d,%d) is %.17g, found %.17g", name, s, a, q, ours);
            }
        }
    }
}

/// Worlds with every kind of structure: continuing and episodic, certain and not, with actions that
/// are not available, discounted and not.
static const struct planning_world {
    const char *world, *gamma;
    double discount;
    int sweeps; ///< after which values have settled
} planning_worlds[] = {
    {"gridworld", "gamma=0.9", 0.9, 300},
    {"gridworld slip=0.3 reward_forbidden=-10", "gamma=0.9", 0.9, 300},
    {"cliff_walking is_slippery=true", "gamma=0.95", 0.95, 600},
    {"cliff_walking", "gamma=1", 1.0, 100},
    {"random_walk n_states=7", "gamma=1", 1.0, 1500},
    {"gambler goal=20", "gamma=1", 1.0, 300},
    {"car_rental max_cars=5 max_move=2", "gamma=0.9", 0.9, 300},
    {"frozen_lake", "gamma=1", 1.0, 4000},
};
enum { PLANNING_WORLDS = sizeof planning_worlds / sizeof planning_worlds[0] };

/// The end of an episode is a step like any other: neither flag counts, nor the observation.
static inline void planning_check_finish(const char *world, const char *agent)
{
    static const rill_outcome ends[] = {{1e6, true, false}, {-7.0, false, true}, {0.0, true, true}};
    planning stepped = planning_open(world, agent);
    planning_run(&stepped, 2);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        planning ended = planning_open(world, agent);
        planning_run(&ended, 1);
        rill_agent_finish(ended.agent, &ends[i], (rill_observation){.index = 1});
        const size_t n = (size_t)ended.n_states * (size_t)ended.agent->value.n_outputs;
        ASSERT_FOR(agent, memcmp(ended.agent->value.weights, stepped.agent->value.weights,
                                 n * sizeof(double)) == 0);
        ASSERT_FOR(agent, ended.agent->memory->update == stepped.agent->memory->update);
        planning_close(&ended);
    }
    planning_close(&stepped);
}

#endif
