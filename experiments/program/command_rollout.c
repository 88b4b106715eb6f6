#include "experiments/program/program.h"

#include <errno.h>
#include <math.h>
#include <rill/svg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Numbers as typed, separated by commas or semicolons; NaN for the word "reset".
typedef struct numbers {
    double *values;
    size_t count;
} numbers;

/// Reads "1,2,3"; false and a message when it cannot. The caller frees the values.
static bool read_numbers(const command *self, const char *name, const char *text, numbers *list)
{
    size_t room = 1;
    for (const char *c = text; *c != '\0'; c++) {
        room += *c == ',' || *c == ';';
    }
    list->count = 0;
    list->values = calloc(room, sizeof *list->values);
    if (list->values == NULL) {
        fail_usage(self, "out of memory");
        return false;
    }
    for (const char *c = text;; c++) {
        char *end = NULL;
        const bool is_reset = strncmp(c, "reset", 5) == 0;
        double value = strtod(c, &end);
        if (is_reset) {
            value = nan("");
            end += 5;
        } else if (isnan(value)) {
            end = (char *)c;
        }
        if ((end == c && !is_reset) || (*end != ',' && *end != ';' && *end != '\0')) {
            fail_usage(self, "%s: number %zu is not a number: \"%.20s\"", name, list->count + 1, c);
            return false;
        }
        list->values[list->count++] = value;
        c = end;
        if (*c == '\0') {
            return true;
        }
    }
}

/// What to do, one after the other: actions in the environment's form, and resets.
typedef struct action_list {
    size_t count;
    bool *is_reset;   ///< (count)
    int32_t *indices; ///< (count) discrete
    float *boxes;     ///< (count, size of the action space) box
} action_list;

static rill_action action_at(const action_list *actions, const rill_space *space, size_t i)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        return (rill_action){.index = actions->indices[i]};
    }
    return (rill_action){.box = actions->boxes + i * (size_t)space->size};
}

/// Reads action number `i` from numbers; false and a message when the environment has no such one.
static bool read_action(const command *self, const rill_env *env, const double *values, size_t i,
                        action_list *actions)
{
    const rill_space *space = &env->action_space;
    if (space->kind == RILL_SPACE_BOX) {
        for (int32_t k = 0; k < space->size; k++) {
            // beyond the bounds is for the environment to clip
            if (!isfinite((float)values[k])) {
                fail_usage(self, "--actions: action %zu is no finite float", i + 1);
                return false;
            }
            actions->boxes[i * (size_t)space->size + (size_t)k] = (float)values[k];
        }
        return true;
    }
    if (!(values[0] >= 0.0 && values[0] < space->size)) {
        fail_usage(self, "--actions: action %zu is %.15g; allowed is 0 to %d", i + 1, values[0],
                   space->size - 1);
        return false;
    }
    if (values[0] != floor(values[0])) {
        fail_usage(self, "--actions: action %zu is %.15g; actions are whole numbers", i + 1,
                   values[0]);
        return false;
    }
    actions->indices[i] = (int32_t)values[0];
    return true;
}

/// Turns numbers into actions and resets.
static bool read_actions(const command *self, const rill_env *env, const numbers *list,
                         action_list *actions)
{
    const bool is_discrete = env->action_space.kind == RILL_SPACE_DISCRETE;
    const size_t size = is_discrete ? 1 : (size_t)env->action_space.size;
    actions->is_reset = calloc(list->count, sizeof *actions->is_reset);
    actions->indices = calloc(list->count, sizeof *actions->indices);
    actions->boxes = calloc(list->count * size, sizeof *actions->boxes);
    if (actions->is_reset == NULL || actions->indices == NULL || actions->boxes == NULL) {
        fail_usage(self, "out of memory");
        return false;
    }
    for (size_t i = 0; i < list->count; actions->count++) {
        if (isnan(list->values[i])) {
            actions->is_reset[actions->count] = true;
            i++;
            continue;
        }
        if (list->count - i < size) {
            fail_usage(self,
                       "--actions: %zu numbers are left for action %zu; an action of %s has "
                       "%zu",
                       list->count - i, actions->count + 1, env->type->id, size);
            return false;
        }
        if (!read_action(self, env, list->values + i, actions->count, actions)) {
            return false;
        }
        i += size;
    }
    return true;
}

// ----------------------------------------------------------------------------------------- output

/// A number that reads back as the same: 17 digits for a double, 9 for a float.
static void print_number(double value, int digits)
{
    if (isfinite(value)) {
        printf("%.*g", digits, value);
    } else {
        printf("null"); // JSON has no other way
    }
}

static void print_observation(const rill_space *space, rill_observation observation)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        printf("%d", observation.index);
        return;
    }
    for (int32_t i = 0; i < space->size; i++) {
        printf("%s", i == 0 ? "[" : ", ");
        print_number((double)observation.box[i], 9);
    }
    putchar(']');
}

/// True when the state says more than the observation: other numbers, or the same as doubles.
static bool has_state(const rill_env *env)
{
    return env->n_state_values > 1 ||
           (env->n_state_values == 1 && env->observation_space.kind == RILL_SPACE_BOX);
}

/// One element of the array. `outcome` is NULL at the start of an episode, `state` is scratch.
static void print_json(const rill_env *env, rill_observation observation,
                       const rill_outcome *outcome, double *state)
{
    printf("{\"obs\": ");
    print_observation(&env->observation_space, observation);
    if (outcome != NULL) {
        printf(", \"reward\": ");
        print_number(outcome->reward, 17);
        printf(", \"terminated\": %s, \"truncated\": %s", outcome->terminated ? "true" : "false",
               outcome->truncated ? "true" : "false");
    }
    if (has_state(env)) {
        env->type->get_state(env->params, env->state, state);
        for (int32_t i = 0; i < env->n_state_values; i++) {
            printf("%s", i == 0 ? ", \"state\": [" : ", ");
            print_number(state[i], 17);
        }
        putchar(']');
    }
    putchar('}');
}

static void print_action(const rill_env *env, rill_action action)
{
    const char *const *names = env->type->action_names;
    int width = 0;
    if (env->action_space.kind == RILL_SPACE_DISCRETE && names != NULL) {
        width = printf("%s", names[action.index]);
    } else if (env->action_space.kind == RILL_SPACE_DISCRETE) {
        width = printf("%d", action.index);
    } else {
        for (int32_t i = 0; i < env->action_space.size; i++) {
            width += printf("%s%.9g", i == 0 ? "" : ", ", (double)action.box[i]);
        }
    }
    printf("%*s", width < 10 ? 10 - width : 1, "");
}

/// Runs all actions, one episode after the other, as an array or as a table.
static void roll_out(rill_env *env, rill_observation observation, const action_list *actions,
                     bool is_json, double *state)
{
    if (is_json) {
        printf("[");
        print_json(env, observation, NULL, state);
    } else {
        printf("step  action    reward      observation\n   0  %-10s%-12s", "", "");
        print_observation(&env->observation_space, observation);
        printf("\n");
    }
    rill_outcome outcome = {0};
    for (size_t i = 0; i < actions->count; i++) {
        if (rill_outcome_is_last(&outcome) || actions->is_reset[i]) {
            observation = rill_env_reset(env);
            outcome = (rill_outcome){0};
            if (is_json) {
                printf(",\n ");
                print_json(env, observation, NULL, state);
            } else {
                printf("   0  %-22s", "");
                print_observation(&env->observation_space, observation);
                printf("\n");
            }
        }
        if (actions->is_reset[i]) {
            continue;
        }
        rill_action action = action_at(actions, &env->action_space, i);
        observation = rill_env_step(env, action, &outcome);
        if (is_json) {
            printf(",\n ");
            print_json(env, observation, &outcome, state);
            continue;
        }
        printf("%4lld  ", (long long)env->data->elapsed);
        print_action(env, action);
        printf("%-11.9g ", outcome.reward);
        print_observation(&env->observation_space, observation);
        printf("%s%s\n", outcome.terminated ? "  terminated" : "",
               outcome.truncated ? "  truncated" : "");
    }
    if (is_json) {
        printf("]\n");
    }
}

// ---------------------------------------------------------------------------------------- command

typedef struct rollout_options {
    int64_t seed;
    const char *state, *actions, *svg;
    option_list params;
    bool is_json;
} rollout_options;

/// Puts the environment where the rollout begins; EXIT_DONE, or the exit code of a message.
static int begin(const command *self, rill_env *env, const rollout_options *given,
                 rill_observation *observation)
{
    rill_env_seed(env, (uint64_t)given->seed);
    if (given->state == NULL) {
        *observation = rill_env_reset(env);
        return EXIT_DONE;
    }
    int code = EXIT_DONE;
    rill_error error = {0};
    numbers state = {0};
    const int32_t expected = env->n_state_values;
    if (!read_numbers(self, "--state", given->state, &state)) {
        code = EXIT_USAGE;
    } else if (expected > 0 && state.count != (size_t)expected) {
        code = fail_usage(self, "--state: %zu numbers; a state of %s takes %d", state.count,
                          env->type->id, expected);
    } else if (rill_env_set_state(env, state.values, &error) != RILL_OK) {
        code = fail(self->name, &error);
    } else {
        *observation = rill_env_observe(env);
    }
    free(state.values);
    return code;
}

/// Draws the last state to a file.
static int draw(const command *self, const rill_env *env, const char *file)
{
    rill_error error = {0};
    FILE *stream = fopen(file, "w");
    if (stream == NULL) {
        rill_error_set(&error, RILL_IO, "", "cannot write %s: %s", file, strerror(errno));
        return fail(self->name, &error);
    }
    rill_status status = rill_svg_draw(env, 600, stream, &error);
    if (fclose(stream) != 0 && status == RILL_OK) {
        status = rill_error_set(&error, RILL_IO, "", "cannot write %s: %s", file, strerror(errno));
    }
    return status == RILL_OK ? EXIT_DONE : fail(self->name, &error);
}

static int run_env(const command *self, rill_env *env, const rollout_options *given)
{
    numbers list = {0};
    action_list actions = {0};
    rill_observation observation = {0};
    int code = EXIT_USAGE;
    double *state = calloc((size_t)env->n_state_values + 1, sizeof *state);
    if (state == NULL) {
        fail_usage(self, "out of memory");
    } else if (read_numbers(self, "--actions", given->actions, &list) &&
               read_actions(self, env, &list, &actions)) {
        code = begin(self, env, given, &observation);
    }
    if (code == EXIT_DONE) {
        roll_out(env, observation, &actions, given->is_json, state);
        code = finish_output();
        code = code == EXIT_DONE && given->svg != NULL ? draw(self, env, given->svg) : code;
    }
    free(state);
    free(list.values);
    free(actions.is_reset);
    free(actions.indices);
    free(actions.boxes);
    return code;
}

static int run(const command *self, int argc, char **argv)
{
    rollout_options given = {0};
    const option options[] = {
        {"--actions", OPTION_TEXT, &given.actions, "A,B,...",
         "the actions, those of several numbers one after the other; \"reset\" starts anew", 0, 0},
        {"--seed", OPTION_INTEGER, &given.seed, "S", "of the environment's random numbers (0)", 0,
         9007199254740992.0},
        {"--state", OPTION_TEXT, &given.state, "A,B,...",
         "begin in this state instead of resetting", 0, 0},
        {"--param", OPTION_REPEATED, &given.params, "NAME=VALUE",
         "set a parameter; rows of text from a file: NAME=@FILE", 0, 0},
        {"--svg", OPTION_TEXT, &given.svg, "FILE", "draw the last state", 0, 0},
        {"--json", OPTION_FLAG, &given.is_json, NULL,
         "an array of objects with obs, reward, terminated, truncated", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int code = EXIT_USAGE;
    rill_env *env = NULL;
    rill_error error = {0};
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        code = options_exit_code(n_arguments);
    } else if (n_arguments != 1) {
        fail_usage(self, "expected one environment; `rill list envs` shows them");
    } else if (given.actions == NULL) {
        fail_usage(self, "--actions is missing; `rill describe %.60s` shows what there is",
                   argv[1]);
    } else if (create_env(&env, argv[1], given.params.items, &error) != RILL_OK) {
        code = fail(self->name, &error);
    } else {
        code = run_env(self, env, &given);
    }
    rill_env_destroy(env);
    options_release(options);
    return code;
}

const command command_rollout = {
    .name = "rollout",
    .arguments = "ENV --actions A,B,...",
    .summary = "step an environment through given actions",
    .help =
        "Prints what each action leads to. After the end of an episode the environment is reset\n"
        "and the remaining actions go on in the next one, with the same stream of random numbers:\n"
        "as in Gymnasium with reset(seed=S) first and reset() later.\n"
        "The word reset among the actions does the same before an end.\n"
        "--json prints numbers exactly: 17 digits, 9 for float32; the start of an episode holds\n"
        "obs only; \"state\" is added where the state is more than the observation.\n"
        "\n"
        "  rill rollout cliff_walking --actions 0,1,1,2\n"
        "  rill rollout CliffWalking-v1 --param is_slippery=true --seed 7 --actions 0,1,1 --json",
    .run = run,
};
