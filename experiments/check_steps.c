/// Checks of environments by random play: what steps answer, and that the future hangs on state,
/// action and stream alone.
#include "experiments/check_env.h"

#include <math.h>
#include <rill/wrapper.h>
#include <string.h>

// ---- what steps answer ----

rill_status check_observations(check *c)
{
    const rill_space *space = &c->env->observation_space;
    const size_t size = check_value_size(space);
    check_trace trace;
    if (!check_play(c, &trace, c->options.seed, c->options.steps)) {
        return RILL_NO_MEMORY;
    }
    for (int32_t i = 0; i < trace.n && !check_has_failed(c); i++) {
        const void *bytes = trace.observations + (size_t)i * size;
        char where[3 * CHECK_TEXT], text[CHECK_TEXT];
        bool is_finite = true;
        for (int32_t k = 0; space->kind == RILL_SPACE_BOX && k < space->size; k++) {
            is_finite = is_finite && isfinite(((const float *)bytes)[k]);
        }
        const rill_observation value = space->kind == RILL_SPACE_DISCRETE
                                           ? (rill_observation){.index = *(const int32_t *)bytes}
                                           : (rill_observation){.box = bytes};
        if (!is_finite) {
            check_fail(c, "%s: the observation after it is %s; keep the state finite",
                       check_where(&trace, i, where), check_show(space, bytes, NULL, text));
        } else if (!rill_space_contains(space, value)) {
            check_fail(c,
                       "%s: the observation after it, %s, lies outside the observation space; "
                       "correct the one or the other",
                       check_where(&trace, i, where), check_show(space, bytes, NULL, text));
        }
    }
    return RILL_OK;
}

rill_status check_rewards(check *c)
{
    check_trace trace;
    if (!check_play(c, &trace, c->options.seed, c->options.steps)) {
        return RILL_NO_MEMORY;
    }
    for (int32_t i = 0; i < trace.n && !check_has_failed(c); i++) {
        char where[3 * CHECK_TEXT];
        if (!isfinite(trace.moments[i].reward)) {
            check_fail(c, "%s: the reward is %g; rewards are finite numbers",
                       check_where(&trace, i, where), trace.moments[i].reward);
        }
    }
    return RILL_OK;
}

/// Steps from equal states into outcomes that held different values before.
rill_status check_outcomes(check *c)
{
    const size_t size = check_value_size(&c->env->observation_space);
    rill_env *env = check_clone(c, c->options.seed), *again = check_clone(c, c->options.seed);
    check_trace trace;
    unsigned char *present = check_take(c, size);
    if (env == NULL || again == NULL || present == NULL ||
        !check_trace_take(c, &trace, c->options.seed, c->options.steps)) {
        return RILL_NO_MEMORY;
    }
    check_player player = check_player_start(env, c->options.seed);
    for (int32_t i = 0; i < trace.n && !check_has_failed(c); i++) {
        char where[3 * CHECK_TEXT], text[CHECK_TEXT], other[CHECK_TEXT];
        memcpy(again->data, env->data, env->data_size);
        check_player_next(&player, &trace, i);
        const unsigned char *seen = trace.observations + (size_t)i * size;
        check_put_value(&env->observation_space, rill_env_observe(env), present);
        if (memcmp(seen, present, size) != 0) {
            check_fail(c,
                       "%s: step answered %s and observe, right after it, %s; both must show the "
                       "state after the step",
                       check_where(&trace, i, where),
                       check_show(&env->observation_space, seen, NULL, text),
                       check_show(&env->observation_space, present, NULL, other));
        }
        if (trace.moments[i].step > 0) {
            const void *action = trace.actions + (size_t)i * check_value_size(&env->action_space);
            rill_outcome outcome = {(double)NAN, true, true};
            rill_env_step(again, check_action(&env->action_space, action), &outcome);
            if (!(outcome.reward == trace.moments[i].reward) && !isnan(trace.moments[i].reward)) {
                check_fail(c,
                           "%s: the reward hangs on what the outcome held before the step; set "
                           "it in every step",
                           check_where(&trace, i, where));
            }
            if (outcome.terminated != trace.moments[i].terminated ||
                outcome.truncated != trace.moments[i].truncated) {
                check_fail(c,
                           "%s: a flag hangs on what the outcome held before the step; set both "
                           "in every step",
                           check_where(&trace, i, where));
            }
        }
    }
    return RILL_OK;
}

// ---- the future hangs on state, action and stream alone ----

rill_status check_determinism(check *c)
{
    check_trace first, second;
    if (!check_play(c, &first, c->options.seed, c->options.steps) ||
        !check_play(c, &second, c->options.seed, c->options.steps)) {
        return RILL_NO_MEMORY;
    }
    check_same(c, &first, "the first time", &second, "the second time, the same seed and actions",
               "keep what changes in the state struct, not in static variables, and draw from "
               "`rng` alone");
    return RILL_OK;
}

rill_status check_isolation(check *c)
{
    enum { N = 2 };
    check_trace apart[N], together[N];
    check_player players[N];
    for (int k = 0; k < N; k++) {
        const uint64_t seed = c->options.seed + (uint64_t)k;
        rill_env *env = check_clone(c, seed);
        if (env == NULL || !check_play(c, &apart[k], seed, c->options.steps) ||
            !check_trace_take(c, &together[k], seed, c->options.steps)) {
            return RILL_NO_MEMORY;
        }
        players[k] = check_player_start(env, seed);
    }
    for (int32_t i = 0; i < c->options.steps; i++) {
        for (int k = 0; k < N; k++) {
            check_player_next(&players[k], &together[k], i);
        }
    }
    for (int k = 0; k < N; k++) {
        check_same(c, &apart[k], "alone", &together[k], "beside another environment",
                   "they share something: keep what changes in the state struct");
    }
    return RILL_OK;
}

rill_status check_reset(check *c)
{
    const uint64_t seed = c->options.seed;
    rill_env *env = check_clone(c, seed + 1);
    check_trace past, fresh, after;
    if (env == NULL || !check_trace_take(c, &past, seed + 1, c->options.steps) ||
        !check_play(c, &fresh, seed, c->options.steps) ||
        !check_trace_take(c, &after, seed, c->options.steps)) {
        return RILL_NO_MEMORY;
    }
    check_player player = check_player_start(env, seed + 1);
    check_trace_fill(&past, &player);
    rill_env_seed(env, seed);
    player = check_player_start(env, seed);
    check_trace_fill(&after, &player);
    check_same(c, &fresh, "in a fresh environment", &after, "after other episodes",
               "set every field of the state in reset");
    return RILL_OK;
}

rill_status check_copies(check *c)
{
    const uint64_t seed = c->options.seed;
    rill_env *env = check_clone(c, seed), *other = check_clone(c, seed + 1);
    check_trace past, futures[3];
    bool is_room = env != NULL && other != NULL;
    is_room = is_room && check_trace_take(c, &past, seed, c->options.steps / 3 + 1);
    for (int k = 0; k < 3; k++) {
        is_room = is_room && check_trace_take(c, &futures[k], seed, c->options.steps);
    }
    void *saved = is_room ? check_take(c, env->data_size) : NULL;
    rill_env *clone = NULL;
    if (saved == NULL) {
        return RILL_NO_MEMORY;
    }
    check_player player = check_player_start(env, seed);
    check_trace_fill(&past, &player);
    rill_env_save(env, saved);
    if (rill_env_clone(&clone, env, NULL) != RILL_OK) {
        return RILL_NO_MEMORY;
    }
    // the same player goes on three times: in the original, in a clone, in another restored
    rill_env *const places[] = {env, clone, other};
    rill_env_restore(other, saved);
    for (int k = 0; k < 3; k++) {
        check_player copy = player;
        copy.env = places[k];
        check_trace_fill(&futures[k], &copy);
    }
    rill_env_destroy(clone);
    const char *advice = "the bytes of the state struct must be all that changes: no pointers to "
                         "memory that steps write, no static variables";
    check_same(c, &futures[0], "the original", &futures[1], "a clone", advice);
    check_same(c, &futures[0], "the original", &futures[2], "a restored copy", advice);
    return RILL_OK;
}

/// Whether drawing from `before`, and nothing else, leads to `after`.
static bool is_further(rill_rng before, const rill_rng *after)
{
    enum { MAX_DRAWS = 1 << 20 };
    if (before.increment_high != after->increment_high ||
        before.increment_low != after->increment_low) {
        return false;
    }
    for (int i = 0; i < MAX_DRAWS; i++) {
        if (before.state_high == after->state_high && before.state_low == after->state_low) {
            return true;
        }
        rill_rng_next64(&before);
    }
    return false;
}

rill_status check_stream(check *c)
{
    rill_env *env = check_clone(c, c->options.seed);
    check_trace trace;
    if (env == NULL || !check_trace_take(c, &trace, c->options.seed, c->options.steps)) {
        return RILL_NO_MEMORY;
    }
    check_player player = check_player_start(env, c->options.seed);
    for (int32_t i = 0; i < trace.n && !check_has_failed(c); i++) {
        const rill_rng before = env->data->rng;
        check_player_next(&player, &trace, i);
        char where[3 * CHECK_TEXT];
        if (!is_further(before, &env->data->rng)) {
            check_fail(c, "%s: the stream was seeded or replaced; only draw from it",
                       check_where(&trace, i, where));
        }
    }
    return RILL_OK;
}

// ---- the state as numbers ----

/// Every number of a state is refused as NaN.
static void check_nan_refused(check *c, rill_env *env, double *values)
{
    for (int32_t k = 0; k < env->n_state_values; k++) {
        const double kept = values[k];
        values[k] = (double)NAN;
        rill_error error = {0};
        if (rill_env_set_state(env, values, &error) != RILL_INVALID || error.message[0] == '\0') {
            check_fail(c,
                       "set_state takes NaN for number %d; refuse what is no state, with a "
                       "message",
                       k + 1);
        }
        values[k] = kept;
    }
}

rill_status check_state_values(check *c)
{
    const uint64_t seed = c->options.seed;
    rill_env *env = check_clone(c, seed), *other = check_clone(c, seed + 1);
    const int32_t n_values = c->env->n_state_values, n_rounds = 20;
    double *values = check_take(c, ((size_t)n_values + 1) * sizeof *values);
    double *back = check_take(c, ((size_t)n_values + 1) * sizeof *back);
    check_trace past, there, here;
    if (env == NULL || other == NULL || values == NULL || back == NULL ||
        !check_trace_take(c, &past, seed, 25) || !check_trace_take(c, &there, seed, 100) ||
        !check_trace_take(c, &here, seed, 100)) {
        return RILL_NO_MEMORY;
    }
    if (n_values == 0) {
        check_not_offered(c, "no get_state and set_state");
        return RILL_OK;
    }
    check_player player = check_player_start(env, seed);
    check_player other_player = check_player_start(other, seed + 1);
    check_trace_fill(&past, &other_player);
    for (int round = 0; round < n_rounds && !check_has_failed(c); round++) {
        check_trace_fill(&past, &player);
        if (player.is_to_reset) { // nothing follows a last state
            check_player_next(&player, &past, 0);
        }
        rill_error error = {0};
        env->type->get_state(env->params, env->state, values);
        if (rill_env_set_state(other, values, &error) != RILL_OK) {
            check_fail(c,
                       "set_state refuses what get_state answered in play from seed %llu, round "
                       "%d: %.200s",
                       (unsigned long long)seed, round, error.message);
            return RILL_OK;
        }
        other->type->get_state(other->params, other->state, back);
        for (int32_t k = 0; k < n_values; k++) {
            if (memcmp(&values[k], &back[k], sizeof *values) != 0) {
                check_fail(c,
                           "number %d of the state was set to %.17g and read as %.17g; set_state "
                           "must keep it bit for bit",
                           k + 1, values[k], back[k]);
            }
        }
        other->data->rng = env->data->rng;
        other->data->elapsed = env->data->elapsed;
        other_player = player;
        other_player.env = other;
        check_trace_fill(&here, &player);
        check_trace_fill(&there, &other_player);
        check_same(c, &here, "the original", &there, "another environment put into its state",
                   "get_state must answer, and set_state set, everything that the future hangs on");
    }
    if (!check_has_failed(c)) {
        check_nan_refused(c, other, values);
    }
    return RILL_OK;
}

// ---- the time limit ----

/// The first episode of a play, of at most `trace->n - 1` steps; answers its number of steps.
static int32_t play_episode(check_trace *trace, rill_env *env)
{
    check_player player = check_player_start(env, trace->seed);
    check_player_next(&player, trace, 0);
    int32_t n = 0;
    while (n + 1 < trace->n && !player.is_to_reset) {
        check_player_next(&player, trace, ++n);
    }
    return n;
}

rill_status check_time_limit(check *c)
{
    enum { AMPLE = 20000 };
    const uint64_t seed = c->options.seed;
    rill_env *env = check_clone_limited(c, seed, 0);
    check_trace trace;
    if (env == NULL || !check_trace_take(c, &trace, seed, AMPLE)) {
        return RILL_NO_MEMORY;
    }
    char where[3 * CHECK_TEXT];
    const int32_t length = play_episode(&trace, env);
    const check_moment end = trace.moments[length];
    const bool is_natural = end.terminated || end.truncated;
    if (end.truncated && rill_env_wrapper(c->env) == NULL) {
        check_fail(c,
                   "%s: truncated without a time limit; leave limits to the caller and to the "
                   "presets (max_episode_steps): `step` sets terminated, or nothing",
                   check_where(&trace, length, where));
        return RILL_OK;
    }
    // limits below, at and above the natural length; 7 where there is none
    const int32_t first = is_natural ? length - 1 : 7, last = is_natural ? length + 1 : 7;
    for (int32_t limit = first < 1 ? 1 : first; limit <= last && !check_has_failed(c); limit++) {
        env->max_episode_steps = limit;
        const bool is_whole = is_natural && limit >= length;
        const int32_t n_expected = is_whole ? length : limit;
        const bool is_to_terminate = is_whole && end.terminated;
        const bool is_to_truncate = n_expected == limit || end.truncated;
        for (int again = 0; again < 2; again++) { // the clock starts anew at a reset
            rill_env_seed(env, seed);
            const int32_t n = play_episode(&trace, env);
            const check_moment seen = trace.moments[n];
            if (n != n_expected || seen.terminated != is_to_terminate ||
                seen.truncated != is_to_truncate) {
                check_fail(c,
                           "limit %d, seed %llu: the episode ended after %d steps,%s%s; expected "
                           "%d steps,%s%s; leave counting to max_episode_steps",
                           limit, (unsigned long long)seed, n, seen.terminated ? " terminated" : "",
                           seen.truncated ? " truncated" : "", n_expected,
                           is_to_terminate ? " terminated" : "",
                           is_to_truncate ? " truncated" : "");
            }
        }
    }
    return RILL_OK;
}
