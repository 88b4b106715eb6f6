#include "experiments/json.h"
#include "experiments/program/program.h"

#include <math.h>
#include <rill/solve.h>
#include <rill/text_view.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// -------------------------------------------------------------------------------- policy from file

/// Sets one row of probabilities from an action's number, or from an array of probabilities.
static rill_status read_policy_row(const cJSON *json, int32_t n_actions, double *row,
                                   rill_error *error)
{
    if (cJSON_IsNumber(json)) {
        const double action = json->valuedouble;
        if (!(action >= -1.0 && action < n_actions && floor(action) == action)) {
            return rill_error_set(error, RILL_INVALID, "",
                                  "%.15g is not an action; there are 0 to %d", action,
                                  n_actions - 1);
        }
        if (action >= 0.0) { // -1 leaves a terminal state without one
            row[(int32_t)action] = 1.0;
        }
        return RILL_OK;
    }
    if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != n_actions) {
        return rill_error_set(
            error, RILL_INVALID, "", "found %s, expected an action or %d probabilities",
            cJSON_IsArray(json) ? "another number of them" : json_kind(json), n_actions);
    }
    int32_t a = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        if (!cJSON_IsNumber(element)) {
            return rill_error_set(error, RILL_INVALID, "", "found %s among the probabilities",
                                  json_kind(element));
        }
        row[a++] = element->valuedouble;
    }
    return RILL_OK;
}

/// Sets a policy, (n_states, n_actions) zeros, from an array with an element a state, or from an
/// object with such a "policy": the output of `rill solve --json`.
static rill_status read_policy(const cJSON *json, const rill_model *model, double *policy,
                               rill_error *error)
{
    if (cJSON_IsObject(json)) {
        const cJSON *array = NULL;
        rill_status status = json_get_array(json, "policy", true, &array, error);
        if (status != RILL_OK) {
            return status;
        }
        json = array;
    }
    if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != model->n_states) {
        return rill_error_set(error, RILL_INVALID, "policy",
                              "found %s of %d elements, expected an array with an action or a row "
                              "of probabilities for each of the %d states",
                              json_kind(json), cJSON_GetArraySize(json), model->n_states);
    }
    int32_t s = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        double *row = policy + (ptrdiff_t)s * model->n_actions;
        rill_status status = read_policy_row(element, model->n_actions, row, error);
        if (status != RILL_OK) {
            char path[32];
            snprintf(path, sizeof path, "policy[%d]", s);
            return rill_error_prefix(error, RILL_INVALID, path);
        }
        s++;
    }
    return RILL_OK;
}

static rill_status read_policy_file(const char *file, const rill_model *model, double *policy,
                                    rill_error *error)
{
    char *text = NULL;
    cJSON *json = NULL;
    rill_status status = json_read_file(file, &text, error);
    status = status == RILL_OK ? json_parse(text, &json, error) : status;
    status = status == RILL_OK ? read_policy(json, model, policy, error) : status;
    cJSON_Delete(json);
    free(text);
    return status;
}

// ------------------------------------------------------------------------------------------ output

/// The expected value of the start.
static double start_value(const rill_model *model, const double *v)
{
    double sum = 0.0;
    for (int32_t s = 0; s < model->n_states; s++) {
        sum += model->start[s] > 0.0 ? model->start[s] * v[s] : 0.0;
    }
    return sum;
}

/// Numbers as JSON that reads back as the same; null for NaN.
static void print_numbers(const double *values, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        printf(i == 0 ? "[" : ", ");
        if (isfinite(values[i])) {
            printf("%.17g", values[i]);
        } else {
            printf("null");
        }
    }
    printf("]");
}

static void print_json(const char *id, double discount, const rill_model *model,
                       const rill_solution *solution)
{
    printf("{\"env\": \"%s\", \"discount\": %.17g, \"start_value\": %.17g,\n \"V\": ", id, discount,
           start_value(model, solution->v));
    print_numbers(solution->v, solution->n_states);
    printf(",\n \"Q\": [");
    for (int32_t s = 0; s < solution->n_states; s++) {
        printf(s == 0 ? "" : ",\n  ");
        print_numbers(solution->q + (ptrdiff_t)s * solution->n_actions, solution->n_actions);
    }
    printf("],\n \"policy\": [");
    for (int32_t s = 0; s < solution->n_states; s++) {
        printf("%s%d", s == 0 ? "" : ", ", solution->policy[s]);
    }
    printf("]}\n");
}

/// Follows the greedy policy from the only start to the end of the episode, `path` is (n_states +
/// 1). Answers the number of states; 0 when there is no such way, or it is left to chance.
static int32_t follow_policy(const rill_model *model, const int32_t *policy, int32_t *path)
{
    int32_t state = 0;
    while (state < model->n_states && model->start[state] < 1.0) {
        state++;
    }
    if (state == model->n_states) {
        return 0;
    }
    for (int32_t n = 0; n < model->n_states; n++) {
        path[n] = state;
        if (policy[state] < 0) {
            return n + 1;
        }
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, state, policy[state], &count);
        if (count != 1) {
            return 0;
        }
        state = t->next;
        if (t->terminated) {
            path[n + 1] = state;
            return n + 2;
        }
    }
    return 0;
}

/// The picture of a grid. States in which nothing is decided are left blank.
static rill_status draw_grid(const rill_env *env, const rill_model *model,
                             const rill_solution *solution, bool is_optimal, rill_error *error)
{
    const size_t n = (size_t)model->n_states;
    double *values = malloc(n * sizeof *values);
    int32_t *policy = malloc(n * sizeof *policy);
    int32_t *path = malloc((n + 1) * sizeof *path);
    uint8_t *is_decision = malloc(n);
    rill_status status = RILL_NO_MEMORY;
    if (values == NULL || policy == NULL || path == NULL || is_decision == NULL ||
        rill_model_decision_states(model, is_decision) != RILL_OK) {
        rill_error_no_memory(error);
        goto out;
    }
    for (size_t s = 0; s < n; s++) {
        values[s] = is_decision[s] ? solution->v[s] : nan("");
        policy[s] = is_decision[s] ? solution->policy[s] : -1;
    }
    const int32_t n_path = is_optimal ? follow_policy(model, solution->policy, path) : 0;
    const rill_text_view view = {
        .values = values,
        .policy = policy,
        .path = path,
        .n_path = n_path,
        .has_color = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
    };
    status = rill_text_view_draw(env, &view, stdout, error);
    if (status == RILL_OK && n_path > 0) {
        printf("[ ] the way of the greedy policy: %d steps\n", n_path - 1);
    }
out:
    free(values);
    free(policy);
    free(path);
    free(is_decision);
    return status;
}

/// Every state with its value, the greedy action and the action values; terminal ones are left out.
static void print_table(const rill_env *env, const rill_solution *solution)
{
    const char *const *names = env->type->action_names;
    printf("%8s  %12s  %-10s", "state", "v", "greedy");
    for (int32_t a = 0; a < solution->n_actions; a++) {
        char heading[32];
        snprintf(heading, sizeof heading, names == NULL ? "q(%d)" : "q(%d %.12s)", a,
                 names == NULL ? "" : names[a]);
        printf("  %12s", heading);
    }
    printf("\n");
    for (int32_t s = 0; s < solution->n_states; s++) {
        const int32_t action = solution->policy[s];
        if (action < 0) {
            continue;
        }
        printf("%8d  %12.6g  ", s, solution->v[s]);
        if (names == NULL) {
            printf("%-10d", action);
        } else {
            printf("%-10s", names[action]);
        }
        for (int32_t a = 0; a < solution->n_actions; a++) {
            double q = solution->q[(ptrdiff_t)s * solution->n_actions + a];
            if (isnan(q)) {
                printf("  %12s", "-");
            } else {
                printf("  %12.6g", q);
            }
        }
        printf("\n");
    }
}

// ----------------------------------------------------------------------------------------- command

typedef struct solve_options {
    double discount, epsilon;
    const char *policy;
    option_list params;
    bool is_json;
} solve_options;

/// Optimal values, or those of the policy asked for.
static rill_status solve(const rill_model *model, const solve_options *given,
                         rill_solution **solution, rill_error *error)
{
    if (given->policy == NULL) {
        return rill_solve_soft(model, given->discount, given->epsilon, NULL, solution, error);
    }
    double *policy = calloc((size_t)model->n_states * (size_t)model->n_actions, sizeof *policy);
    if (policy == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = RILL_OK;
    if (strcmp(given->policy, "uniform") == 0) {
        rill_uniform_policy(model, policy);
    } else {
        status = read_policy_file(given->policy, model, policy, error);
    }
    if (status == RILL_OK) {
        status = rill_solve_soft(model, given->discount, given->epsilon, policy, solution, error);
    }
    free(policy);
    return status;
}

static rill_status print_text(const char *id, const rill_env *env, const rill_model *model,
                              const solve_options *given, const rill_solution *solution,
                              rill_error *error)
{
    const bool is_optimal = given->policy == NULL;
    printf("%s: %s values%s%s, discount %.15g", id, is_optimal ? "optimal" : "exact",
           is_optimal ? "" : " of the policy ", is_optimal ? "" : given->policy, given->discount);
    if (given->epsilon > 0.0) {
        printf(", %.15g-soft", given->epsilon);
    }
    printf("\n");
    printf("value of the start: %.15g\n\n", start_value(model, solution->v));
    if (env->type->grid != NULL) {
        return draw_grid(env, model, solution, is_optimal, error);
    }
    print_table(env, solution);
    return RILL_OK;
}

static int run(const command *self, int argc, char **argv)
{
    solve_options given = {.discount = 1.0};
    const option options[] = {
        {"--discount", OPTION_REAL, &given.discount, "G", "discount per step (1)", 0, 1},
        {"--epsilon", OPTION_REAL, &given.epsilon, "E",
         "act at random with probability E: the best epsilon-soft policy, or the policy made soft",
         0, 1},
        {"--policy", OPTION_TEXT, &given.policy, "uniform|FILE",
         "the values of this policy instead of the optimal ones", 0, 0},
        {"--param", OPTION_REPEATED, &given.params, "NAME=VALUE",
         "set a parameter; rows of text from a file: NAME=@FILE", 0, 0},
        {"--json", OPTION_FLAG, &given.is_json, NULL, "an object with V, Q and policy", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int code = EXIT_USAGE;
    rill_env *env = NULL;
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    rill_error error = {0};
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        code = options_exit_code(n_arguments);
    } else if (n_arguments != 1) {
        fail_usage(self, "expected one environment; `rill list envs` shows them");
    } else if (create_env(&env, argv[1], given.params.items, &error) != RILL_OK ||
               rill_env_model(env, &model, &error) != RILL_OK) {
        code = fail(self->name, &error);
    } else if (solve(model, &given, &solution, &error) != RILL_OK) {
        bool is_about_file = error.status != RILL_FAILED && given.policy != NULL;
        code = fail(is_about_file ? given.policy : argv[1], &error);
    } else if (given.is_json) {
        print_json(argv[1], given.discount, model, solution);
        code = finish_output();
    } else if (print_text(argv[1], env, model, &given, solution, &error) != RILL_OK) {
        code = fail(self->name, &error);
    } else {
        code = finish_output();
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_env_destroy(env);
    options_release(options);
    return code;
}

const command command_solve = {
    .name = "solve",
    .arguments = "ENV",
    .summary = "compute exact values and the best policy of a finite environment",
    .help =
        "Prints the optimal state values and the greedy policy, or the exact values of a policy and\n"
        "what is greedy for them: a picture for grids, else a table. A state where nothing is\n"
        "decided has no value in the picture. At discount 1, the default, every episode must be\n"
        "able to end. FILE is JSON: an array with, for each state, an action or a row of\n"
        "probabilities; the output of --json will do. Q holds null for actions that are not\n"
        "available, policy -1 for terminal states. With --epsilon, Q is the value of taking the\n"
        "action for certain and going on softly.\n"
        "\n"
        "  rill solve cliff_walking\n"
        "  rill solve gridworld --discount 0.9 --policy uniform --json",
    .run = run,
};
