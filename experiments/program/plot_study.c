// Parameter studies: the score against a numeric setting, a line for each agent and for each setting of the
// others.
#include "experiments/program/plot.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 8, MAX_TICKS = 12 };

/// A variant's place.
typedef struct study_point {
    char line[160]; ///< what it shares with the others of its line
    int column;     ///< of the settings, that x is
    double x;
    const rill_summary_row *row;
} study_point;

typedef struct study {
    study_point *points; ///< (n) by line, then x; lines with better scores first
    size_t n;
    size_t n_lines, n_all_lines; ///< drawn, of how many
    int64_t diverged;            ///< settings that are not drawn
    bool is_log;
    double *ticks; ///< (n_ticks) different x, ascending
    size_t n_ticks;
} study;

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

static int compare_numbers(const void *a, const void *b)
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
        if (is_new && s->n_lines == MAX_LINES) {
            break;
        }
        s->n_lines += is_new;
    }
    s->n = kept;
    s->ticks = malloc((kept + 1) * sizeof *s->ticks);
    if (s->ticks == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    for (size_t i = 0; i < kept; i++) {
        s->ticks[i] = s->points[i].x;
    }
    qsort(s->ticks, kept, sizeof *s->ticks, compare_numbers);
    for (size_t i = 0; i < kept; i++) {
        if (s->n_ticks == 0 || s->ticks[i] != s->ticks[s->n_ticks - 1]) {
            s->ticks[s->n_ticks++] = s->ticks[i];
        }
    }
    s->is_log = is_spaced_by_factors(s->ticks, s->n_ticks);
    return RILL_OK;
}

static rill_status make_study(const plot_results *results, const plot_ranking *ranking, study *s,
                              rill_error *error)
{
    *s = (study){.points = calloc(ranking->n + 1, sizeof *s->points)};
    if (s->points == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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

/// The names of the settings on the axis: one, or those of all agents.
static void name_axis(const plot_results *results, const study *s, char *text, size_t size)
{
    bool is_named[SETTINGS_MAX_COLUMNS] = {false};
    text[0] = '\0';
    for (size_t i = 0; i < s->n; i++) {
        const int column = s->points[i].column;
        if (!is_named[column]) {
            is_named[column] = true;
            plot_append(text, size, ", ", "%s", results->columns.names[column]);
        }
    }
    if (s->is_log) {
        plot_append(text, size, " ", "(log scale)");
    }
}

/// A number as a book writes it: 1/128 for what is a power of two.
static void print_tick(FILE *script, double x)
{
    int exponent = 0;
    if (x > 0.0 && x < 1.0 && frexp(x, &exponent) == 0.5 && exponent > -20) {
        fprintf(script, "'1/%d' %.17g", 1 << (1 - exponent), x);
    } else {
        fprintf(script, "'%.4g' %.17g", x, x);
    }
}

static void write_ticks(FILE *script, const study *s)
{
    if (s->is_log) {
        fprintf(script, "set logscale x\nset xrange [%.6g:%.6g] noextend\n", s->ticks[0] / 1.25,
                s->ticks[s->n_ticks - 1] * 1.25);
    } else {
        const double margin = 0.04 * (s->ticks[s->n_ticks - 1] - s->ticks[0]);
        fprintf(script, "set xrange [%.6g:%.6g] noextend\n", s->ticks[0] - margin,
                s->ticks[s->n_ticks - 1] + margin);
    }
    if (s->is_log && s->n_ticks <= MAX_TICKS) {
        fprintf(script, "set xtics (");
        for (size_t i = 0; i < s->n_ticks; i++) {
            fprintf(script, i == 0 ? "" : ", ");
            print_tick(script, s->ticks[i]);
        }
        fprintf(script, ")\n");
    }
}

/// Cuts the axis of the scores where the worse quarter would press all others together.
static bool write_range(FILE *script, const study *s, const plot_ranking *ranking)
{
    double *scores = malloc((s->n + 1) * sizeof *scores);
    bool is_cut = false;
    if (scores != NULL && ranking->is_ranked) {
        const bool is_lower = ranking->rows[0].better == RILL_BETTER_LOWER;
        for (size_t i = 0; i < s->n; i++) {
            const double mean = s->points[i].row->estimate.mean;
            scores[i] = is_lower ? mean : -mean;
        }
        qsort(scores, s->n, sizeof *scores, compare_numbers);
        const double best = scores[0], worst = scores[s->n - 1], most = scores[3 * (s->n - 1) / 4];
        is_cut = most > best && worst - best > 4.0 * (most - best);
        const double margin = 0.1 * (most - best), low = best - margin, high = most + margin;
        if (is_cut) {
            fprintf(script, "set yrange [%.6g:%.6g]\n", is_lower ? low : -high,
                    is_lower ? high : -low);
        }
    }
    free(scores);
    return is_cut;
}

static void describe(const plot_results *results, const study *s, const plot_ranking *ranking,
                     char *text, size_t size)
{
    char part[PLOT_TEXT_SIZE];
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < s->n; i++) {
        const int64_t n = s->points[i].row->estimate.n;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    text[0] = '\0';
    if (!results->columns.has_agents) {
        plot_append(text, size, "", "%s: ", results->variants[0].agent_label);
    }
    describe_score(ranking->model, part, sizeof part);
    plot_append(text, size, "", "%s; ", part);
    plot_describe_runs(plot_statistic(&results->choice), least, most, part, sizeof part);
    plot_append(text, size, "", "%s%s", part, most > 1 ? ", with 95 % confidence intervals" : "");
    if (s->n_lines < s->n_all_lines) {
        plot_append(text, size, "; ", "the %s %zu of %zu lines",
                    ranking->is_ranked ? "best" : "first", s->n_lines, s->n_all_lines);
    }
    if (s->diverged > 0) {
        plot_append(text, size, "; ",
                    "not drawn: %" PRId64 " settings of which runs diverged or have "
                    "no score",
                    s->diverged);
    }
}

static void write_figure(gnuplot *figure, const study *s, const char *x)
{
    const char *labels[MAX_LINES];
    size_t line = 0;
    for (size_t i = 0; i < s->n; i++) {
        const study_point *own = &s->points[i];
        if (i == 0 || strcmp(own->line, s->points[i - 1].line) != 0) {
            labels[line++] = own->line;
            gnuplot_block(figure, own->line[0] == '\0' ? x : own->line);
            fprintf(figure->data, "# setting mean ci_low ci_high runs\n");
        }
        const rill_estimate *e = &own->row->estimate;
        const bool has_interval = !isnan(e->ci_low);
        fprintf(figure->data, "%.17g %.10g %.10g %.10g %" PRId64 "\n", own->x, e->mean,
                has_interval ? e->ci_low : e->mean, has_interval ? e->ci_high : e->mean, e->n);
    }
    gnuplot_legend(figure, labels, line);
    FILE *script = figure->script;
    fprintf(script, "set bars 0.6\ndata = ");
    gnuplot_print_text(script, figure->data_name);
    fprintf(script, "\n\nplot");
    for (size_t i = 0; i < line; i++) {
        fprintf(
            script,
            " \\\n  data index %zu using 1:2:3:4 with yerrorbars linetype %zu dashtype 1 "
            "pointsize 0 linewidth 0.8 notitle,"
            " \\\n  data index %zu using 1:2 with linespoints linetype %zu pointsize 0.9 title ",
            i, i + 1, i, i + 1);
        gnuplot_print_text(script, labels[i]);
        fprintf(script, i + 1 < line ? "," : "\n");
    }
}

rill_status plot_study(const plot_results *results, const figure_request *f, const char *picture,
                       rill_error *error)
{
    plot_ranking ranking;
    rill_status status = plot_rank(results, f->metric, &ranking, error);
    if (status != RILL_OK) {
        return status;
    }
    study s;
    char x[128], y[128], subtitle[PLOT_TEXT_SIZE];
    status = make_study(results, &ranking, &s, error);
    if (status != RILL_OK) {
        goto done;
    }
    name_axis(results, &s, x, sizeof x);
    plot_metric_name(ranking.metric, y, sizeof y);
    describe(results, &s, &ranking, subtitle, sizeof subtitle);
    const gnuplot_frame frame = {
        .title = f->title == NULL ? results->name : f->title,
        .subtitle = subtitle,
        .x = f->x == NULL ? x : f->x,
        .y = f->y == NULL ? y : f->y,
    };
    gnuplot figure;
    status = gnuplot_open(&figure, picture, &frame, error);
    if (status == RILL_OK) {
        write_ticks(figure.script, &s);
        if (write_range(figure.script, &s, &ranking)) {
            fprintf(figure.script,
                    "# (worse settings lie outside: `set yrange [*:*]` shows them)\n");
        }
        write_figure(&figure, &s, x);
        status = gnuplot_finish(&figure, error);
    }
done:
    free(s.points);
    free(s.ticks);
    free(ranking.rows);
    return status;
}
