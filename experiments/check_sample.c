/// Steps held against an environment's exact model: what the checks of the model count.
#include "experiments/check_env.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The state of the model that an environment is in; its observation is at hand.
static int32_t model_state(const rill_env *env, rill_observation observation)
{
    return env->type->model_state == NULL ? observation.index
                                          : env->type->model_state(env->params, env->state);
}

static bool is_state(const check *c, int32_t state)
{
    return state >= 0 && state < c->model->n_states;
}

/// Where a step was seen, for messages.
typedef struct sight {
    int32_t state, action;
    const char *how; ///< "in play", "from the state put there"
} sight;

/// Keeps the first message of a kind.
RILL_PRINTF(2, 3) static void note(char text[512], const char *format, ...)
{
    if (text[0] == '\0') {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text, 512, format, arguments);
        va_end(arguments);
    }
}

static const char *show_sight(const check *c, const sight *at, char *text)
{
    char action[CHECK_TEXT];
    check_show(&c->env->action_space, &at->action, c->env->type->action_names, action);
    snprintf(text, 2 * CHECK_TEXT, "state %d, action %s, %s from seed %llu", at->state, action,
             at->how, (unsigned long long)c->options.seed);
    return text;
}

/// Counts an outcome under the model's that is nearest to it: the same next state, then the same
/// flag, then the same reward; what differs is noted.
static void count(check *c, const sight *at, int32_t next, const rill_outcome *outcome)
{
    check_sample *sample = c->sample;
    size_t n = 0, best = 0;
    const rill_transition *t = rill_model_outcomes(c->model, at->state, at->action, &n);
    int best_score = -1;
    for (size_t i = 0; i < n && best_score < 3; i++) {
        if (t[i].next == next) {
            const bool is_reward_same =
                c->env->type->has_expected_rewards || t[i].reward == outcome->reward;
            const int score =
                2 * (t[i].terminated == outcome->terminated) + (is_reward_same ? 1 : 0);
            if (score > best_score) {
                best_score = score;
                best = i;
            }
        }
    }
    char text[2 * CHECK_TEXT];
    if (best_score == 3) {
        const size_t k = (size_t)(t - c->model->transitions) + best;
        sample->counts[k]++;
        sample->reward_sums[k] += outcome->reward;
        sample->square_sums[k] += outcome->reward * outcome->reward;
        return;
    }
    show_sight(c, at, text);
    if (!is_state(c, next)) {
        note(sample->next, "%s: the step led to state %d; the model has 0 to %d", text, next,
             c->model->n_states - 1);
        return;
    }
    if (best_score < 0) {
        note(sample->next, "%s: the step led to state %d; the model has no such outcome", text,
             next);
        return;
    }
    sample->counts[t - c->model->transitions + (ptrdiff_t)best]++;
    if (best_score < 2) {
        note(sample->termination, "%s: the step to state %d %s; in the model it %s", text, next,
             outcome->terminated ? "terminated" : "did not terminate",
             t[best].terminated ? "does" : "does not");
    } else {
        note(sample->reward, "%s: the step to state %d earned %.17g; in the model it earns %.17g",
             text, next, outcome->reward, t[best].reward);
    }
}

/// The mask marks what the model has outcomes for. An action that is marked as useless may have
/// outcomes, as in Gymnasium's Taxi: those of doing nothing.
static void compare_mask(check *c, const rill_env *env, int32_t state)
{
    check_sample *sample = c->sample;
    const int32_t n_actions = c->model->n_actions;
    memset(sample->mask, 1, (size_t)n_actions);
    if (env->type->mask != NULL) {
        memset(sample->mask, 0xff, (size_t)n_actions);
        env->type->mask(env->params, env->state, sample->mask);
    }
    for (int32_t a = 0; a < n_actions; a++) {
        const bool is_available = rill_model_is_available(c->model, state, a);
        if (sample->mask[a] > 1) {
            note(sample->availability,
                 "state %d, action %d: the mask is %d; write 0 or 1 for every "
                 "action",
                 state, a, sample->mask[a]);
        } else if (sample->mask[a] == 1 && !is_available) {
            note(sample->availability,
                 "state %d, action %d: %s and the model has no outcome for it", state, a,
                 env->type->mask == NULL ? "there is no mask" : "the mask is 1");
        } else if (sample->mask[a] == 0 && is_available) {
            size_t n = 0;
            const rill_transition *t = rill_model_outcomes(c->model, state, a, &n);
            bool is_idle = true;
            for (size_t i = 0; i < n; i++) {
                is_idle = is_idle && t[i].next == state && !t[i].terminated;
            }
            if (!is_idle) {
                note(sample->availability,
                     "state %d, action %d: the mask is 0 and by the model the "
                     "action does something",
                     state, a);
            }
        }
    }
}

/// A random action that the model has outcomes for; -1 where there is none.
static int32_t choose(const rill_model *model, int32_t state, rill_rng *rng)
{
    for (int i = 0; i < 8; i++) {
        const int32_t a = (int32_t)rill_rng_integers(rng, model->n_actions);
        if (rill_model_is_available(model, state, a)) {
            return a;
        }
    }
    int32_t n = 0, chosen = -1;
    for (int32_t a = 0; a < model->n_actions; a++) {
        if (rill_model_is_available(model, state, a) && rill_rng_integers(rng, ++n) == 0) {
            chosen = a;
        }
    }
    return chosen;
}

/// Starts an episode; answers its state, -1 where the model has no such.
static int32_t start(check *c, rill_env *env)
{
    if (env->type->restart != NULL) {
        // the model is of a world yet to change
        rill_env_seed(env, c->options.seed + (uint64_t)c->sample->n_starts);
    }
    const int32_t state = model_state(env, rill_env_reset(env));
    if (!is_state(c, state)) {
        note(c->sample->start,
             "an episode from seed %llu started in state %d; the model has 0 to %d",
             (unsigned long long)c->options.seed, state, c->model->n_states - 1);
        return -1;
    }
    c->sample->starts[state]++;
    c->sample->n_starts++;
    if (!(c->model->start[state] > 0.0)) {
        note(c->sample->start,
             "an episode from seed %llu started in state %d; in the model none does",
             (unsigned long long)c->options.seed, state);
    }
    return state;
}

/// Random play of n steps, in episodes of at most 100.
static void sample_play(check *c, rill_env *env, int32_t n)
{
    enum { CUT = 100, STARTS = 2000 };
    rill_rng rng;
    rill_rng_spawn(&rng, c->options.seed, (const uint32_t[]){2}, 1);
    for (int32_t i = 0; i < STARTS; i++) {
        start(c, env);
    }
    int32_t state = start(c, env);
    for (int32_t i = 1; i <= n && is_state(c, state); i++) {
        if (!c->sample->is_decision[state]) {
            note(c->sample->next,
                 "state %d was reached in play from seed %llu, and no action was the "
                 "last; by the model no episode goes on there",
                 state, (unsigned long long)c->options.seed);
        }
        compare_mask(c, env, state);
        rill_outcome outcome = {0.0, true, false};
        const sight at = {state, choose(c->model, state, &rng), "in play"};
        if (at.action >= 0) {
            state =
                model_state(env, rill_env_step(env, (rill_action){.index = at.action}, &outcome));
            count(c, &at, state, &outcome);
        }
        if (rill_outcome_is_last(&outcome) || i % CUT == 0 || !is_state(c, state)) {
            state = start(c, env);
        }
    }
}

/// Whether chance decides what a pair leads to, or what it earns.
static bool is_random(const check *c, int64_t pair)
{
    const size_t n = c->model->first[pair + 1] - c->model->first[pair];
    return n > 1 || (n == 1 && c->env->type->has_expected_rewards);
}

/// Steps from states put there: a few of every pair, and many of a choice of those left to chance.
/// For environments whose state is one number, the model's.
static void sample_pairs(check *c, rill_env *env, int32_t n_samples)
{
    enum { FEW = 3, MANY = 1000, MOST = 20000 };
    const rill_model *model = c->model;
    const int64_t n_pairs = (int64_t)model->n_states * model->n_actions;
    int64_t n_random = 0, k = 0;
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        n_random += is_random(c, pair);
    }
    const int64_t stride = 1 + n_random * MANY / n_samples;       // between pairs of many steps
    const int64_t few_stride = 1 + n_pairs * FEW / n_samples / 4; // between pairs of few steps
    int64_t many = n_random == 0 ? 0 : n_samples / n_random;
    many = many < MANY ? MANY : many > MOST ? MOST : many;
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        const size_t n_outcomes = model->first[pair + 1] - model->first[pair];
        const int64_t n = n_outcomes == 0                           ? 0
                          : is_random(c, pair) && k++ % stride == 0 ? many
                          : pair % few_stride == 0                  ? FEW
                                                                    : 0;
        const sight at = {(int32_t)(pair / model->n_actions), (int32_t)(pair % model->n_actions),
                          "from the state put there"};
        const double value = at.state;
        for (int64_t i = 0; i < n; i++) {
            rill_outcome outcome = {0};
            if (rill_env_set_state(env, &value, NULL) != RILL_OK ||
                model_state(env, rill_env_observe(env)) != at.state) {
                break; // no state, or numbered otherwise than the observations
            }
            const int32_t next =
                model_state(env, rill_env_step(env, (rill_action){.index = at.action}, &outcome));
            count(c, &at, next, &outcome);
        }
    }
}

rill_status check_sample_model(check *c)
{
    if (c->sample != NULL) {
        return RILL_OK;
    }
    check_sample *sample = calloc(1, sizeof *sample);
    rill_env *env = check_clone_limited(c, c->options.seed, 0);
    if (sample == NULL || env == NULL) {
        free(sample);
        return RILL_NO_MEMORY;
    }
    c->sample = sample;
    const size_t n_states = (size_t)c->model->n_states, n_actions = (size_t)c->model->n_actions;
    const size_t n_transitions = c->model->first[n_states * n_actions];
    sample->counts = calloc(n_transitions + 1, sizeof *sample->counts);
    sample->reward_sums = calloc(n_transitions + 1, sizeof *sample->reward_sums);
    sample->square_sums = calloc(n_transitions + 1, sizeof *sample->square_sums);
    sample->starts = calloc(n_states, sizeof *sample->starts);
    sample->is_decision = calloc(n_states, 1);
    sample->mask = calloc(n_actions, 1);
    if (sample->counts == NULL || sample->reward_sums == NULL || sample->square_sums == NULL ||
        sample->starts == NULL || sample->is_decision == NULL || sample->mask == NULL ||
        rill_model_decision_states(c->model, sample->is_decision) != RILL_OK) {
        return RILL_NO_MEMORY;
    }
    const bool is_one_number = env->n_state_values == 1;
    sample_play(c, env, is_one_number ? c->options.samples / 2 : c->options.samples);
    if (is_one_number) {
        sample_pairs(c, env, c->options.samples);
    }
    return RILL_OK;
}
