#include "experiments/program/report.h"

#include "experiments/program/policy_picture.h"
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

static rill_status draw_policy(const rill_experiment *experiment, const rill_agent *agent,
                               const char *label, size_t n, rill_error *error)
{
    const bool is_control = agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES;
    policy_picture picture;
    rill_status status = policy_picture_open(&picture, experiment->env, agent, is_control, error);
    status = status == RILL_OK ? policy_picture_look(&picture, agent, error) : status;
    if (status == RILL_OK) {
        const rill_text_view style = {.has_color =
                                          isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL};
        printf("\n%s: %s, mean of %zu run%s", label, is_control ? "greedy policy" : "values", n,
               n == 1 ? "" : "s");
        if (picture.n_path > 0) {
            printf("; [ ] its %d steps to the goal", (int)picture.n_path - 1);
        }
        printf("\n");
        status = policy_picture_draw(&picture, &style, stdout, error);
    }
    policy_picture_close(&picture);
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
    if (!policy_picture_is_possible(experiment->env) || has_sweep) {
        return RILL_OK;
    }
    const size_t n = (size_t)experiment->n_variants;
    estimate_sums sums = {experiment, calloc(n + 1, sizeof *sums.agents),
                          calloc(n + 1, sizeof *sums.n)};
    rill_status status = RILL_OK;
    if (sums.agents == NULL || sums.n == NULL) {
        status = rill_error_no_memory(error);
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
