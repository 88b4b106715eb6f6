#include "experiments/program/plot.h"
#include "experiments/program/ranking.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

rill_status plot_rank(const plot_results *results, const char *metric, plot_ranking *ranking,
                      rill_error *error)
{
    score_choice choice = results->choice;
    choice.metric = metric == NULL ? choice.metric : metric;
    *ranking = (plot_ranking){.metric = score_choice_metric(&choice, results->scores, error)};
    if (ranking->metric == NULL) {
        return error->status;
    }
    const rill_status status = ranking_create(results->rows, results->n_rows, ranking->metric,
                                              &ranking->rows, &ranking->n, error);
    if (status == RILL_OK) {
        ranking->is_ranked = ranking->n > 0 && ranking->rows[0].rank > 0;
        ranking->model =
            rill_scores_find(results->scores, ranking->rows[0].variant, ranking->metric);
    }
    return status;
}

void plot_metric_name(const char *metric, char *text, size_t size)
{
    static const struct {
        const char *metric, *name;
    } names[] = {
        {"return", "return per episode"},
        {"length", "steps per episode"},
        {"evaluation_return", "return of greedy episodes"},
        {"evaluation_length", "steps of greedy episodes"},
        {"reward", "reward per step"},
        {"rms_error", "RMS error of the values"},
        {"q_rms_error", "RMS error of the action values"},
        {"td_error", "TD error"},
        {"optimal_action", "fraction of optimal actions"},
        {"optimal_actions", "fraction of states with an optimal action"},
        {"steps", "steps in all"},
        {"episodes", "episodes in all"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].metric, metric) == 0) {
            snprintf(text, size, "%s", names[i].name);
            return;
        }
    }
    snprintf(text, size, "%s", metric);
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
}

const char *plot_label(const plot_results *results, int32_t variant)
{
    const rill_store_variant *own = &results->variants[variant];
    const size_t length = strlen(own->agent_label);
    const bool has_rest = strncmp(own->label, own->agent_label, length) == 0 &&
                          strncmp(own->label + length, ", ", 2) == 0;
    return !results->columns.has_agents && has_rest ? own->label + length + 2 : own->label;
}

void plot_append(char *text, size_t size, const char *separator, const char *format, ...)
{
    size_t used = strlen(text);
    if (used > 0 && used < size) {
        used += (size_t)snprintf(text + used, size - used, "%s", separator);
    }
    if (used < size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(text + used, size - used, format, arguments);
        va_end(arguments);
    }
}

void plot_describe_choice(const plot_ranking *ranking, size_t n_shown, const char *what, char *text,
                          size_t size)
{
    char score[128];
    text[0] = '\0';
    if (n_shown < ranking->n) {
        describe_score(ranking->model, score, sizeof score);
        if (ranking->is_ranked) {
            snprintf(text, size, "the best %zu of %zu %s by %s, %s", n_shown, ranking->n, what,
                     ranking->metric, score);
        } else {
            snprintf(text, size, "the first %zu of %zu %s", n_shown, ranking->n, what);
        }
    }
}

void plot_describe_runs(const char *statistic, int64_t least, int64_t most, char *text, size_t size)
{
    if (most == 1) {
        snprintf(text, size, "one run");
    } else if (least == most) {
        snprintf(text, size, "%s of %" PRId64 " runs", statistic, most);
    } else {
        snprintf(text, size, "%s of %" PRId64 " to %" PRId64 " runs", statistic, least, most);
    }
}

const char *plot_statistic(const score_choice *choice)
{
    return choice->is_median ? "median" : choice->is_iqm ? "interquartile mean" : "mean";
}
