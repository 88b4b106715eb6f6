#include "experiments/program/report.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <rill/text_view.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void format_count(int64_t count, char *text, size_t size)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%" PRId64, count);
    size_t used = 0;
    for (int i = 0; i < n && used + 2 < size; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = digits[i];
    }
    text[used] = '\0';
}

int text_width(const char *text)
{
    int width = 0;
    for (const char *c = text; *c != '\0'; c++) {
        width += ((unsigned char)*c & 0xc0) != 0x80;
    }
    return width;
}

void print_padded(const char *text, int width)
{
    printf("%s%*s", text, width - text_width(text), "");
}

/// "episodes 401-500", or "episode 500"; answers its length.
static int format_window(const rill_summary_row *row, char *text, size_t size)
{
    const char *unit = rill_unit_name(row->unit);
    if (row->first == row->last) {
        return snprintf(text, size, "%.*s %" PRId64, (int)strlen(unit) - 1, unit, row->last);
    }
    return snprintf(text, size, "%s %" PRId64 "-%" PRId64, unit, row->first, row->last);
}

void report_summary(const rill_summary_row *rows, size_t n_rows)
{
    int label_width = 5;
    int metric_width = 6;
    int window_width = 6;
    bool has_diverged = false;
    char window[64];
    for (size_t i = 0; i < n_rows; i++) {
        int label = text_width(rows[i].label);
        int metric = (int)strlen(rows[i].metric);
        int length = format_window(&rows[i], window, sizeof window);
        label_width = label > label_width ? label : label_width;
        metric_width = metric > metric_width ? metric : metric_width;
        window_width = length > window_width ? length : window_width;
        has_diverged = has_diverged || rows[i].diverged > 0;
    }
    print_padded("agent", label_width);
    printf("  %-*s  %-*s  %6s  %12s  %10s  95 %% confidence interval%s\n", metric_width, "metric",
           window_width, "over", "runs", "mean", "s.e.",
           has_diverged ? "  diverged (the first at step)" : "");
    for (size_t i = 0; i < n_rows; i++) {
        const rill_summary_row *row = &rows[i];
        char interval[64];
        format_window(row, window, sizeof window);
        print_padded(row->label, label_width);
        printf("  %-*s  %-*s  %6" PRId64, metric_width, row->metric, window_width, window,
               row->estimate.n);
        if (row->estimate.n > 0) {
            printf("  %12.6g", row->estimate.mean);
        } else {
            printf("  %12s", "-");
        }
        if (row->estimate.n > 1) {
            snprintf(interval, sizeof interval, "%.6g to %.6g", row->estimate.ci_low,
                     row->estimate.ci_high);
            printf("  %10.4g  ", row->estimate.se);
        } else {
            snprintf(interval, sizeof interval, "%s",
                     row->estimate.n == 1 ? "needs 2 runs"
                     : row->diverged > 0  ? "all runs diverged"
                     : row->last > 0      ? "has no finite value at some points"
                                          : "nothing was recorded: no episode ended");
            printf("  %10s  ", "-");
        }
        if (row->diverged > 0) {
            printf("%-24s  %" PRId64 " (%" PRId64 ")\n", interval, row->diverged,
                   row->first_diverged);
        } else if (has_diverged) {
            printf("%-24s  0\n", interval);
        } else {
            printf("%s\n", interval);
        }
    }
}

static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value)) {
        cJSON_AddNumberToObject(object, key, value);
    } else {
        cJSON_AddNullToObject(object, key);
    }
}

rill_status report_summary_json(const rill_summary_row *rows, size_t n_rows, rill_error *error)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < n_rows; i++) {
        const rill_summary_row *row = &rows[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(array, object);
        cJSON_AddStringToObject(object, "label", row->label);
        cJSON_AddStringToObject(object, "metric", row->metric);
        cJSON_AddNumberToObject(object, "n", (double)row->estimate.n);
        add_number(object, "mean", row->estimate.mean);
        add_number(object, "se", row->estimate.se);
        add_number(object, "ci_low", row->estimate.ci_low);
        add_number(object, "ci_high", row->estimate.ci_high);
        cJSON_AddNumberToObject(object, "diverged", (double)row->diverged);
        if (row->diverged > 0) {
            cJSON_AddNumberToObject(object, "first_diverged", (double)row->first_diverged);
        }
        cJSON *window = cJSON_AddArrayToObject(object, "window");
        cJSON_AddItemToArray(window, cJSON_CreateNumber((double)row->first));
        cJSON_AddItemToArray(window, cJSON_CreateNumber((double)row->last));
        cJSON_AddStringToObject(object, "unit", rill_unit_name(row->unit));
    }
    char *text = cJSON_Print(array);
    cJSON_Delete(array);
    if (text == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    printf("%s\n", text);
    free(text);
    return RILL_OK;
}

/// Sets the estimates of an agent to the mean over the runs of a variant; answers their number.
static size_t average_estimates(rill_agent *agent, int32_t variant, const rill_run *runs,
                                size_t n_runs)
{
    const rill_linear *value = &agent->value;
    const size_t n_values = (size_t)value->n_features * (size_t)value->n_outputs;
    size_t n = 0;
    rill_linear_fill(value, 0.0);
    for (size_t i = 0; i < n_runs; i++) {
        if (runs[i].variant == variant && runs[i].status == RILL_RUN_DONE &&
            runs[i].n_values == n_values) {
            for (size_t j = 0; j < n_values; j++) {
                value->weights[j] += runs[i].values[j];
            }
            n++;
        }
    }
    for (size_t j = 0; j < n_values && n > 0; j++) {
        value->weights[j] /= (double)n;
    }
    return n;
}

/// The way of the greedy policy from a start state, until the episode ends or a state returns.
static int32_t follow(const rill_env *env, const rill_agent *agent, int32_t *path, bool *is_goal,
                      rill_error *error)
{
    const int32_t n_states = env->observation_space.size;
    rill_env *walk = NULL;
    if (rill_env_clone(&walk, env, error) != RILL_OK) {
        return -1;
    }
    rill_outcome outcome = {0.0, false, false};
    rill_observation observation = rill_env_reset(walk);
    int32_t n = 0;
    path[n++] = observation.index;
    while (n < n_states && !rill_outcome_is_last(&outcome)) {
        observation = rill_env_step(walk, rill_agent_act_greedily(agent, observation), &outcome);
        path[n++] = observation.index;
    }
    *is_goal = outcome.terminated;
    rill_env_destroy(walk);
    return n;
}

static rill_status draw_policy(const rill_experiment *experiment, rill_agent *agent,
                               const char *label, size_t n, rill_error *error)
{
    const rill_env *env = experiment->env;
    const int32_t n_states = env->observation_space.size;
    const bool is_control = agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES;
    rill_model *model = NULL;
    rill_status status = rill_env_model(env, &model, error);
    if (status != RILL_OK) {
        return status;
    }
    double *values = calloc((size_t)n_states, sizeof *values);
    double *row = calloc((size_t)rill_agent_n_values(agent), sizeof *row);
    int32_t *policy = calloc((size_t)n_states, sizeof *policy);
    int32_t *path = calloc((size_t)n_states + 1, sizeof *path);
    uint8_t *is_decision = calloc((size_t)n_states, 1);
    if (values == NULL || row == NULL || policy == NULL || path == NULL || is_decision == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    } else {
        status = rill_model_decision_states(model, is_decision);
    }
    if (status == RILL_OK) {
        bool is_goal = false;
        int32_t n_path = is_control ? follow(env, agent, path, &is_goal, error) : 0;
        for (int32_t s = 0; s < n_states; s++) {
            rill_observation observation = {.index = s};
            rill_agent_values(agent, observation, row);
            values[s] = is_decision[s] ? rill_max(row, rill_agent_n_values(agent)) : (double)NAN;
            policy[s] = is_decision[s] ? rill_agent_act_greedily(agent, observation).index : -1;
        }
        rill_text_view view = {
            .values = is_control ? NULL : values,
            .policy = is_control ? policy : NULL,
            .path = is_goal ? path : NULL,
            .n_path = is_goal ? n_path : 0,
            .has_color = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL,
        };
        if (!is_control) {
            printf("\n%s: values, mean of %zu run%s\n", label, n, n == 1 ? "" : "s");
        } else if (is_goal) {
            printf("\n%s: greedy policy, mean of %zu run%s; [ ] its %d steps to the goal\n", label,
                   n, n == 1 ? "" : "s", n_path - 1);
        } else {
            printf("\n%s: greedy policy, mean of %zu run%s\n", label, n, n == 1 ? "" : "s");
        }
        status = rill_text_view_draw(env, &view, stdout, error);
    }
    rill_model_destroy(model);
    free(values);
    free(row);
    free(policy);
    free(path);
    free(is_decision);
    return status;
}

rill_status report_policies(const rill_experiment *experiment, const rill_run *runs, size_t n_runs,
                            rill_error *error)
{
    const bool has_sweep = experiment->n_variants != experiment->n_agents;
    if (experiment->env->type->grid == NULL || experiment->env->type->model == NULL || has_sweep) {
        return RILL_OK;
    }
    rill_status status = RILL_OK;
    for (int32_t i = 0; i < experiment->n_variants && status == RILL_OK; i++) {
        rill_agent *agent = NULL;
        status = rill_agent_clone(&agent, experiment->variants[i].agent, error);
        size_t n = status == RILL_OK ? average_estimates(agent, i, runs, n_runs) : 0;
        if (n > 0) {
            status = draw_policy(experiment, agent, experiment->variants[i].label, n, error);
        }
        rill_agent_destroy(agent);
    }
    return status;
}
