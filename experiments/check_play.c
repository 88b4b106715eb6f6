/// Random play for the checks of environments: what a play showed, written down and compared.
#include "experiments/check_env.h"

#include <stdio.h>
#include <string.h>

enum { GUARD_BYTE = 0xa5 };

void *check_take_guarded(check *c, size_t size)
{
    unsigned char *block = check_take(c, size + 2 * (size_t)CHECK_GUARD);
    if (block == NULL) {
        return NULL;
    }
    memset(block, GUARD_BYTE, CHECK_GUARD);
    memset(block + CHECK_GUARD + size, GUARD_BYTE, CHECK_GUARD);
    return block + CHECK_GUARD;
}

int check_guards(const void *block, size_t size)
{
    const unsigned char *front = (const unsigned char *)block - CHECK_GUARD;
    const unsigned char *back = (const unsigned char *)block + size;
    for (int i = 0; i < CHECK_GUARD; i++) {
        if (front[i] != GUARD_BYTE) {
            return -1;
        }
        if (back[i] != GUARD_BYTE) {
            return 1;
        }
    }
    return 0;
}

size_t check_value_size(const rill_space *space)
{
    return space->kind == RILL_SPACE_DISCRETE ? sizeof(int32_t)
                                              : (size_t)space->size * sizeof(float);
}

void check_put_value(const rill_space *space, rill_observation value, void *bytes)
{
    memcpy(bytes, space->kind == RILL_SPACE_DISCRETE ? (const void *)&value.index : value.box,
           check_value_size(space));
}

rill_action check_action(const rill_space *space, const void *bytes)
{
    return space->kind == RILL_SPACE_DISCRETE ? (rill_action){.index = *(const int32_t *)bytes}
                                              : (rill_action){.box = bytes};
}

const char *check_show(const rill_space *space, const void *bytes, const char *const *names,
                       char *text)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        const int32_t index = *(const int32_t *)bytes;
        const bool has_name = names != NULL && index >= 0 && index < space->size;
        snprintf(text, CHECK_TEXT, has_name ? "%d (%.40s)" : "%d", index,
                 has_name ? names[index] : "");
        return text;
    }
    const float *box = bytes;
    const int32_t n = space->size < 8 ? space->size : 8;
    size_t used = 0;
    for (int32_t i = 0; i < n; i++) {
        used += (size_t)snprintf(text + used, CHECK_TEXT - used, "%s%.9g", i == 0 ? "[" : ", ",
                                 (double)box[i]);
    }
    snprintf(text + used, CHECK_TEXT - used, n < space->size ? ", ...]" : "]");
    return text;
}

// ---- play ----

check_player check_player_start(rill_env *env, uint64_t seed)
{
    check_player player = {.env = env, .is_to_reset = true};
    // apart from the environment's stream, which has the same seed
    rill_rng_spawn(&player.actions, seed, (const uint32_t[]){1}, 1);
    return player;
}

void check_player_next(check_player *player, check_trace *trace, int32_t i)
{
    rill_env *env = player->env;
    const rill_space *actions = &env->action_space, *observations = &env->observation_space;
    unsigned char *action = trace->actions + (size_t)i * check_value_size(actions);
    rill_outcome outcome = {0};
    rill_observation observation;
    if (player->is_to_reset) {
        player->step = 0;
        observation = rill_env_reset(env);
    } else {
        player->step++;
        rill_observation sample =
            rill_space_sample(actions, &player->actions, (float *)(void *)action);
        if (actions->kind == RILL_SPACE_DISCRETE) {
            memcpy(action, &sample.index, sizeof sample.index);
        }
        observation = rill_env_step(env, check_action(actions, action), &outcome);
    }
    player->is_to_reset = rill_outcome_is_last(&outcome);
    trace->moments[i] = (check_moment){.reward = outcome.reward,
                                       .step = player->step,
                                       .terminated = outcome.terminated,
                                       .truncated = outcome.truncated};
    check_put_value(observations, observation,
                    trace->observations + (size_t)i * check_value_size(observations));
}

bool check_trace_take(check *c, check_trace *trace, uint64_t seed, int32_t n)
{
    const size_t moments = (size_t)n;
    *trace = (check_trace){
        .env = c->env,
        .seed = seed,
        .n = n,
        .moments = check_take(c, moments * sizeof *trace->moments),
        .actions = check_take(c, moments * check_value_size(&c->env->action_space)),
        .observations = check_take(c, moments * check_value_size(&c->env->observation_space)),
    };
    return trace->moments != NULL && trace->actions != NULL && trace->observations != NULL;
}

void check_trace_fill(check_trace *trace, check_player *player)
{
    for (int32_t i = 0; i < trace->n; i++) {
        check_player_next(player, trace, i);
    }
}

bool check_play(check *c, check_trace *trace, uint64_t seed, int32_t n)
{
    rill_env *env = check_clone(c, seed);
    if (env == NULL || !check_trace_take(c, trace, seed, n)) {
        return false;
    }
    check_player player = check_player_start(env, seed);
    check_trace_fill(trace, &player);
    return true;
}

// ---- words ----

const char *check_where(const check_trace *trace, int32_t i, char *text)
{
    char observation[CHECK_TEXT], action[CHECK_TEXT];
    const rill_env *env = trace->env;
    const int32_t step = trace->moments[i].step;
    if (step == 0) {
        snprintf(text, 3 * CHECK_TEXT, "at a reset (moment %d from seed %llu)", i,
                 (unsigned long long)trace->seed);
        return text;
    }
    const size_t observation_size = check_value_size(&env->observation_space);
    if (i == 0) {
        snprintf(observation, sizeof observation, "unknown");
    } else {
        check_show(&env->observation_space,
                   trace->observations + (size_t)(i - 1) * observation_size, NULL, observation);
    }
    check_show(&env->action_space,
               trace->actions + (size_t)i * check_value_size(&env->action_space),
               env->type->action_names, action);
    snprintf(text, 3 * CHECK_TEXT,
             "at step %d of an episode (moment %d from seed %llu), observation %s, action %s", step,
             i, (unsigned long long)trace->seed, observation, action);
    return text;
}

const char *check_what(const check_trace *trace, int32_t i, char *text)
{
    char observation[CHECK_TEXT];
    const check_moment *moment = &trace->moments[i];
    const rill_space *space = &trace->env->observation_space;
    check_show(space, trace->observations + (size_t)i * check_value_size(space), NULL, observation);
    snprintf(text, 2 * CHECK_TEXT, "observation %s, reward %.17g%s%s", observation, moment->reward,
             moment->terminated ? ", terminated" : "", moment->truncated ? ", truncated" : "");
    return text;
}

/// Whether moment i is the same bits in both.
static bool is_same(const check_trace *a, const check_trace *b, int32_t i)
{
    const check_moment *x = &a->moments[i], *y = &b->moments[i];
    const size_t size = check_value_size(&a->env->observation_space);
    const size_t offset = (size_t)i * size;
    return memcmp(&x->reward, &y->reward, sizeof x->reward) == 0 && x->step == y->step &&
           x->terminated == y->terminated && x->truncated == y->truncated &&
           memcmp(a->observations + offset, b->observations + offset, size) == 0;
}

void check_same(check *c, const check_trace *a, const char *a_name, const check_trace *b,
                const char *b_name, const char *advice)
{
    for (int32_t i = 0; i < a->n; i++) {
        if (!is_same(a, b, i)) {
            char where[3 * CHECK_TEXT], what_a[2 * CHECK_TEXT], what_b[2 * CHECK_TEXT];
            check_fail(c, "%s: %s: %s; %s: %s; %s", check_where(a, i, where), a_name,
                       check_what(a, i, what_a), b_name, check_what(b, i, what_b), advice);
            return;
        }
    }
}
