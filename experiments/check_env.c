/// Runs the checks of environments. A new check is a line in the table, a declaration in
/// experiments/check_env.h, and a function.
#include "experiments/check_env.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct check_row {
    const char *name, *meaning;
    check_function *run;
    bool is_vital; ///< after a failure the other checks could crash
} check_row;

static const check_row rows[] = {
    {"description", "texts, spaces, names and the functions offered fit together",
     check_description, true},
    {"parameters", "documented; defaults and bounds are taken, what lies beyond is refused",
     check_parameters, false},
    {"memory", "writes stay inside the state, and only reset and step change it", check_memory,
     true},
    {"observations", "finite, and inside the observation space", check_observations, false},
    {"rewards", "finite", check_rewards, false},
    {"determinism", "the same seed and actions give the same bytes", check_determinism, false},
    {"isolation", "two environments side by side do what each does alone", check_isolation, false},
    {"reset", "an episode does not depend on those before it", check_reset, false},
    {"copies", "clones and restored copies have the original's future", check_copies, false},
    {"stream", "reset and step draw from the stream given and leave it to go on", check_stream,
     false},
    {"outcomes", "a step sets reward and flags, and answers what observe does", check_outcomes,
     false},
    {"state_values", "the numbers of get_state, set again, give the same future",
     check_state_values, false},
    {"time_limit", "truncated at exactly the limit, also on the step that terminates",
     check_time_limit, false},
    {"batch", "lanes are single environments bit for bit, in every autoreset mode", check_batch,
     false},
    {"jacobian", "equals finite differences of step", check_jacobian, false},
    {"drawing", "finite shapes inside the view, and the state stays as it is", check_drawing,
     false},
    {"model", "probabilities sum to 1; sizes are those of the spaces", check_model, false},
    {"mask", "marks the actions that the model has outcomes for", check_mask, false},
    {"model_starts", "episodes start where the model says, as often", check_model_starts, false},
    {"model_transitions", "steps lead where the model says, as often", check_model_transitions,
     false},
    {"model_rewards", "steps earn what the model says", check_model_rewards, false},
    {"model_termination", "steps terminate where the model says", check_model_termination, false},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

// ---- what checks share ----

static void set_message(check *c, rill_check_result result, const char *format, va_list arguments)
{
    if (c->finding.result == RILL_CHECK_OK) {
        c->finding.result = result;
        vsnprintf(c->finding.message, sizeof c->finding.message, format, arguments);
    }
}

void check_fail(check *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(c, RILL_CHECK_FAILED, format, arguments);
    va_end(arguments);
}

void check_not_offered(check *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(c, RILL_CHECK_NOT_OFFERED, format, arguments);
    va_end(arguments);
}

/// In front of each block, on a boundary for any type.
typedef union block_header {
    void *next;
    max_align_t alignment;
} block_header;

void *check_take(check *c, size_t size)
{
    block_header *block = calloc(1, sizeof *block + size);
    if (block == NULL) {
        return NULL;
    }
    block->next = c->blocks;
    c->blocks = block;
    return block + 1;
}

rill_env *check_clone(check *c, uint64_t seed)
{
    rill_env *env = NULL;
    if (c->n_envs == sizeof c->envs / sizeof c->envs[0] ||
        rill_env_clone(&env, c->env, NULL) != RILL_OK) {
        return NULL;
    }
    c->envs[c->n_envs++] = env;
    rill_env_seed(env, seed);
    return env;
}

rill_env *check_clone_limited(check *c, uint64_t seed, int64_t max_episode_steps)
{
    rill_env *env = check_clone(c, seed);
    if (env != NULL) {
        env->max_episode_steps = max_episode_steps;
    }
    return env;
}

static void release(check *c)
{
    while (c->blocks != NULL) {
        block_header *block = c->blocks;
        c->blocks = block->next;
        free(block);
    }
    while (c->n_envs > 0) {
        rill_env_destroy(c->envs[--c->n_envs]);
    }
}

// ---- all of them ----

rill_check_options rill_check_defaults(void)
{
    return (rill_check_options){
        .seed = 0, .steps = 2000, .samples = 500000, .false_alarm_rate = 1e-6};
}

rill_status rill_env_check(const rill_env *env, const rill_check_options *options,
                           rill_check_report *report, void *context, rill_error *error)
{
    check c = {.env = env, .options = options == NULL ? rill_check_defaults() : *options};
    if (c.options.steps < 1 || c.options.samples < 1 || !(c.options.false_alarm_rate > 0.0) ||
        !(c.options.false_alarm_rate < 1.0)) {
        return rill_error_set(
            error, RILL_INVALID, "options",
            "steps %d, samples %d, false_alarm_rate %g; allowed is at least 1, at "
            "least 1, and above 0 and below 1",
            c.options.steps, c.options.samples, c.options.false_alarm_rate);
    }
    rill_status status = RILL_OK;
    size_t n_failed = 0;
    bool is_over = false;
    for (size_t i = 0; i < N_ROWS && status == RILL_OK && !is_over; i++) {
        c.finding = (rill_check_finding){.check = rows[i].name, .meaning = rows[i].meaning};
        status = rows[i].run(&c);
        release(&c);
        if (status == RILL_OK) {
            n_failed += check_has_failed(&c);
            is_over = check_has_failed(&c) && rows[i].is_vital;
            if (report != NULL) {
                report(context, &c.finding);
            }
        }
    }
    check_model_release(&c);
    if (status != RILL_OK) {
        return rill_error_set(error, status, "", "out of memory");
    }
    return n_failed == 0
               ? RILL_OK
               : rill_error_set(error, RILL_FAILED, "", "%zu check%s failed%s", n_failed,
                                n_failed == 1 ? "" : "s", is_over ? "; the rest was not run" : "");
}
