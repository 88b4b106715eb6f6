// What a parameter study consists of: which setting is the axis, and which variants make a line.
#include "experiments/program/plot_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// A variant's number in a column of the settings; NaN where it has none.
static double number_of(const settings_columns *columns, int32_t variant, int column)
{
    char text[48];
    char *end = NULL;
    settings_write(columns, variant, column, 17, text, sizeof text);
    const double value = strtod(text, &end);
    return end == text || *end != '\0' ? (double)NAN : value;
}

static bool is_of_agent(const plot_results *results, int32_t variant, const char *agent)
{
    return strcmp(results->variants[variant].agent_label, agent) == 0;
}

/// Different numbers in a column among the variants of an agent; 0 where one of them is no number.
static int count_numbers(const plot_results *results, const char *agent, int column)
{
    int n = 0;
    for (int32_t i = 0; i < results->n_variants; i++) {
        if (!is_of_agent(results, i, agent)) {
            continue;
        }
        const double x = number_of(&results->columns, i, column);
        bool is_new = true;
        if (isnan(x)) {
            return 0;
        }
        for (int32_t j = 0; j < i && is_new; j++) {
            is_new =
                !is_of_agent(results, j, agent) || number_of(&results->columns, j, column) != x;
        }
        n += is_new;
    }
    return n;
}

/// The column with the most numbers for an agent; -1 when none has two.
static int column_of(const plot_results *results, const char *agent, int *n_numbers)
{
    int best = -1;
    *n_numbers = 1;
    for (int column = 0; column < results->columns.n; column++) {
        const int n = count_numbers(results, agent, column);
        if (n > *n_numbers) {
            *n_numbers = n;
            best = column;
        }
    }
    return best;
}

bool plot_has_study(const plot_results *results)
{
    const char *before = NULL;
    for (int32_t i = 0; i < results->n_variants; i++) {
        const char *agent = results->variants[i].agent_label;
        int n = 0;
        if ((before == NULL || strcmp(before, agent) != 0) && column_of(results, agent, &n) >= 0 &&
            n > 2) {
            return true;
        }
        before = agent;
    }
    return false;
}

/// What names the line of a variant: the agent, where there are several, and the other settings.
static void name_line(const plot_results *results, int32_t variant, int column, char *text,
                      size_t size)
{
    text[0] = '\0';
    if (results->columns.has_agents) {
        plot_append(text, size, "", "%s", results->variants[variant].agent_label);
    }
    for (int i = 0; i < results->columns.n; i++) {
        char value[48];
        settings_write(&results->columns, variant, i, 4, value, sizeof value);
        if (i != column && value[0] != '\0') {
            plot_append(text, size, ", ", "%s=%s", results->columns.names[i], value);
        }
    }
}

/// Brings together what stands in one line, the line of the best score first, each by x.
static void sort_lines(study *s)
{
    size_t sorted = 0;
    s->n_lines = 0;
    s->n_all_lines = 0;
    while (sorted < s->n) {
        size_t end = sorted + 1;
        for (size_t i = end; i < s->n; i++) {
            if (strcmp(s->points[i].line, s->points[sorted].line) != 0) {
                continue;
            }
            const study_point own = s->points[i];
            memmove(&s->points[end + 1], &s->points[end], (i - end) * sizeof own);
            s->points[end++] = own;
        }
        for (size_t i = sorted + 1; i < end; i++) {
            for (size_t j = i; j > sorted && s->points[j].x < s->points[j - 1].x; j--) {
                const study_point own = s->points[j];
                s->points[j] = s->points[j - 1];
                s->points[j - 1] = own;
            }
        }
        s->n_all_lines++;
        sorted = end;
    }
}

static int compare_values(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// Whether ascending values lie more evenly on a logarithmic axis than on another.
static bool is_spaced_by_factors(const double *values, size_t n)
{
    double least = HUGE_VAL, most = 0.0, least_factor = HUGE_VAL, most_factor = 0.0;
    if (n < 3 || values[0] <= 0.0 || values[n - 1] < 4.0 * values[0]) {
        return false;
    }
    for (size_t i = 1; i < n; i++) {
        least = fmin(least, values[i] - values[i - 1]);
        most = fmax(most, values[i] - values[i - 1]);
        least_factor = fmin(least_factor, log(values[i] / values[i - 1]));
        most_factor = fmax(most_factor, log(values[i] / values[i - 1]));
    }
    return most_factor / least_factor < most / least;
}

/// Cuts what is behind the last line that is drawn, and finds the ticks.
static rill_status finish(study *s, rill_error *error)
{
    size_t kept = 0;
    for (; kept < s->n; kept++) {
        const bool is_new =
            kept == 0 || strcmp(s->points[kept].line, s->points[kept - 1].line) != 0;
        if (is_new && s->n_lines == STUDY_MAX_LINES) {
            break;
        }
        s->n_lines += is_new;
    }
    s->n = kept;
    s->ticks = malloc((kept + 1) * sizeof *s->ticks);
    if (s->ticks == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < kept; i++) {
        s->ticks[i] = s->points[i].x;
    }
    qsort(s->ticks, kept, sizeof *s->ticks, compare_values);
    for (size_t i = 0; i < kept; i++) {
        if (s->n_ticks == 0 || s->ticks[i] != s->ticks[s->n_ticks - 1]) {
            s->ticks[s->n_ticks++] = s->ticks[i];
        }
    }
    s->is_log = is_spaced_by_factors(s->ticks, s->n_ticks);
    return RILL_OK;
}

rill_status study_create(const plot_results *results, const plot_ranking *ranking, study *s,
                         rill_error *error)
{
    *s = (study){.points = calloc(ranking->n + 1, sizeof *s->points)};
    if (s->points == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < ranking->n; i++) {
        const rill_summary_row *row = &ranking->rows[i];
        study_point *own = &s->points[s->n];
        int n = 0;
        own->column = column_of(results, results->variants[row->variant].agent_label, &n);
        if (own->column < 0) {
            continue;
        }
        if (row->diverged > 0 || isnan(row->estimate.mean)) {
            s->diverged++;
            continue;
        }
        own->row = row;
        own->x = number_of(&results->columns, row->variant, own->column);
        name_line(results, row->variant, own->column, own->line, sizeof own->line);
        s->n++;
    }
    bool has_several = false;
    for (size_t i = 0; i < s->n; i++) {
        has_several = has_several || s->points[i].column != s->points[0].column;
    }
    for (size_t i = 0; i < s->n && has_several; i++) { // the axis has several names
        plot_append(s->points[i].line, sizeof s->points[i].line, "", ": %s",
                    results->columns.names[s->points[i].column]);
    }
    if (s->n == 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              s->diverged > 0
                                  ? "there is no study to draw: of every setting, some runs "
                                    "diverged or have no score"
                                  : "there is no study to draw: no sweep has set a number; try "
                                    "--kind curves or --kind final");
    }
    sort_lines(s);
    return finish(s, error);
}

void study_clear(study *s)
{
    free(s->points);
    free(s->ticks);
}
