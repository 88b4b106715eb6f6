#include "experiments/program/report.h"

#include "experiments/program/score_options.h"
#include "experiments/program/text_width.h"

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
        int length =
            format_window(rows[i].unit, rows[i].first, rows[i].last, window, sizeof window);
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
        format_window(row->unit, row->first, row->last, window, sizeof window);
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

/// The estimates of an experiment's agents, summed over their runs.
typedef struct estimate_sums {
    const rill_experiment *experiment;
    rill_agent **agents; ///< (n_variants) whose estimates are the sums
    size_t *n;           ///< (n_variants) runs in them
} estimate_sums;

static rill_status add_estimates(void *context, rill_run *run, rill_error *error)
{
    (void)error;
    const estimate_sums *sums = context;
    if (run->variant >= sums->experiment->n_variants || run->run >= sums->experiment->runs ||
        run->status != RILL_RUN_DONE) {
        return RILL_OK;
    }
    const rill_linear *value = &sums->agents[run->variant]->value;
    const size_t n_values = (size_t)value->n_features * (size_t)value->n_outputs;
    if (run->n_values == n_values) {
        for (size_t i = 0; i < n_values; i++) {
            value->weights[i] += run->values[i];
        }
        sums->n[run->variant]++;
    }
    return RILL_OK;
}

/// Draws what one agent has learned; its estimates become means.
static rill_status report_policy(const rill_experiment *experiment, rill_agent *agent,
                                 const char *label, size_t n, rill_error *error)
{
    const rill_linear *value = &agent->value;
    const size_t n_values = (size_t)value->n_features * (size_t)value->n_outputs;
    for (size_t i = 0; i < n_values && n > 0; i++) {
        value->weights[i] /= (double)n;
    }
    return n > 0 ? draw_policy(experiment, agent, label, n, error) : RILL_OK;
}

rill_status report_policies(const rill_experiment *experiment, rill_store *store, rill_error *error)
{
    const bool has_sweep = experiment->n_variants != experiment->n_agents;
    if (experiment->env->type->grid == NULL || experiment->env->type->model == NULL || has_sweep) {
        return RILL_OK;
    }
    const size_t n = (size_t)experiment->n_variants;
    estimate_sums sums = {experiment, calloc(n + 1, sizeof *sums.agents),
                          calloc(n + 1, sizeof *sums.n)};
    rill_status status = RILL_OK;
    if (sums.agents == NULL || sums.n == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        status = rill_agent_clone(&sums.agents[i], experiment->variants[i].agent, error);
        if (status == RILL_OK) {
            rill_linear_fill(&sums.agents[i]->value, 0.0);
        }
    }
    status = status == RILL_OK ? rill_store_each(store, add_estimates, &sums, error) : status;
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        status = report_policy(experiment, sums.agents[i], experiment->variants[i].label, sums.n[i],
                               error);
    }
    for (size_t i = 0; i < n && sums.agents != NULL; i++) {
        rill_agent_destroy(sums.agents[i]);
    }
    free(sums.agents);
    free(sums.n);
    return status;
}
