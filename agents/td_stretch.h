/// Makes a loop of an agent's bodies (agents/td_step.h): to be included once, after them, with
///     #define TD_NAME sarsa                ///< the type; it has `last`, and no parameters but rill_td_params
///     #define TD_FAMILY td_epsilon_greedy  ///< or td_uniform: of its default policy
/// It defines `stretch` of the type, for plain agents: the loop works on copies of agent, parameters and memory
/// that never leave it, so that the compiler keeps what changes in registers and knows the rest.
#include "agents/td_step.h"

/// The families of policies, as far as `rill_policy_sample_plainly` looks at their type.
static const rill_policy_type td_epsilon_greedy = {.ignores_values = false};
static const rill_policy_type td_uniform = {.ignores_values = true};

static bool is_plain(const rill_agent *agent)
{
    const rill_policy *policy = &agent->policy;
    return agent->slots.count == 0 && agent->features.type->active == NULL &&
           agent->model == NULL && policy->type->sample == NULL &&
           policy->type->ignores_values == TD_FAMILY.ignores_values &&
           policy->epsilon.kind == RILL_SCHEDULE_CONSTANT &&
           rill_td_params_of(agent)->alpha.kind == RILL_SCHEDULE_CONSTANT;
}

/// After how many steps the time limit of the environment ends the episode under way, where `done` have been made.
static inline int64_t when_cut(const rill_env *env, int64_t done)
{
    return env->max_episode_steps == 0 ? INT64_MAX
                                       : done + env->max_episode_steps - env->data->elapsed;
}

/// Does a stretch, with constants from `has_moves` on: by the moves of the environment, if it has a table of them.
static RILL_ALWAYS_INLINE bool follow(rill_agent *original, rill_stretch *stretch,
                                      const rill_move *moves, bool has_moves, int32_t n_actions)
{
    TD_NAME local = *(TD_NAME *)original;
    rill_agent *agent = &local.base;
    rill_td_params params = *rill_td_params_of(original);
    rill_agent_memory memory = *original->memory;
    rill_td_last last = *local.last;
    agent->params = &params;
    agent->memory = &memory;
    agent->policy.type = &TD_FAMILY;
    agent->policy.n_actions = n_actions;
    agent->value.n_outputs = TD_FAMILY.ignores_values ? 1 : n_actions;
    local.last = &last;

    rill_env *env = stretch->env;
    rill_observation observation = stretch->observation;
    rill_action action = stretch->action;
    rill_outcome outcome = {0.0, false, false};
    double episode_return = stretch->episode_return;
    const int64_t n_steps = stretch->n_steps;
    int64_t done = 0, n_episodes = 0;         // of both
    int64_t began = -stretch->episode_length; // when `done` was that, the episode began
    int64_t began_elapsed = done - env->data->elapsed;
    bool is_between = false;
    while (done < n_steps && !is_between) {
        const int64_t cut = when_cut(env, done);
        const int64_t limit = cut < n_steps ? cut : n_steps;
        double reward;
        bool is_last;
        for (;;) {
            done++;
            if (has_moves) {
                const rill_move *of_action = moves + action.index;
                const rill_move *move = of_action + (ptrdiff_t)observation.index * n_actions;
                reward = move->reward;
                is_last = move->terminated;
                observation.index = move->next;
            } else {
                observation = rill_env_step(env, action, &outcome);
                reward = outcome.reward;
                is_last = rill_outcome_is_last(&outcome);
            }
            episode_return += reward;
            if (is_last || done == limit) {
                break;
            }
            action = step(agent, TD_PLAIN, reward, observation);
        }
        if (has_moves) {
            outcome = (rill_outcome){reward, is_last, done == cut};
        }
        if (!rill_outcome_is_last(&outcome)) {
            break; // the steps are used up
        }
        finish(agent, TD_PLAIN, &outcome, observation);
        memory.episode++;
        stretch->returns[n_episodes] = episode_return;
        stretch->lengths[n_episodes] = done - began;
        episode_return = 0.0;
        began = done;
        is_between = ++n_episodes == stretch->max_episodes;
        if (!is_between) {
            if (has_moves) { // the state is what is observed
                env->type->reset(env->params, env->state, &env->data->rng);
                observation.index = *(const int32_t *)env->state;
                env->data->elapsed = 0;
            } else {
                observation = rill_env_reset(env);
            }
            began_elapsed = done;
            action = start(agent, TD_PLAIN, observation);
        }
    }
    *((TD_NAME *)original)->last = last;
    *original->memory = memory;
    if (!rill_outcome_is_last(&outcome)) { // the step after which they were
        action = original->step(original, outcome.reward, observation);
    }
    if (has_moves) {
        *(int32_t *)env->state = observation.index;
        env->data->elapsed = done - began_elapsed;
    }
    stretch->observation = observation;
    stretch->action = action;
    stretch->episode_return = episode_return;
    stretch->episode_length = done - began;
    stretch->n_steps = done;
    stretch->n_episodes = n_episodes;
    return true;
}

static bool follow_moves(rill_agent *agent, rill_stretch *stretch, const rill_move *moves)
{
    RILL_WITH_CONSTANT(agent->policy.n_actions, follow, agent, stretch, moves, true)
}

static bool follow_env(rill_agent *agent, rill_stretch *stretch)
{
    RILL_WITH_CONSTANT(agent->policy.n_actions, follow, agent, stretch, NULL, false)
}

static bool stretch(rill_agent *agent, rill_stretch *part)
{
    const rill_env *env = part->env;
    const rill_move *moves = env->type->moves == NULL ? NULL : env->type->moves(env->params);
    return is_plain(agent) &&
           (moves != NULL ? follow_moves(agent, part, moves) : follow_env(agent, part));
}
