// Learning curves: the mean over runs with its 95 % confidence band.
#include "experiments/program/plot.h"
#include "plots/curves.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CURVES = 8, WIDE = 30 };

static rill_status take_run(void *context, rill_run *run, rill_error *error)
{
    return curves_add(context, run, error);
}

/// A range of values.
typedef struct range {
    double low, high;
} range;

/// That of the means, from a share of the points on.
static range range_of(const curves *c, double from)
{
    range r = {HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < c->n; i++) {
        const curve *own = &c->list[i];
        for (size_t p = (size_t)(from * (double)own->n_points); p < own->n_points; p++) {
            if (own->n[p] > 0) {
                r.low = fmin(r.low, own->mean[p]);
                r.high = fmax(r.high, own->mean[p]);
            }
        }
    }
    return r;
}

/// Whether the first tenth of the curves would press all the rest together; the range of all, and of the rest.
static bool is_beginning_steep(const curves *c, range *whole, range *rest)
{
    enum { PRESSED = 4 };
    const range all = *whole = range_of(c, 0.0);
    *rest = range_of(c, 0.1);
    const double margin = 0.15 * (rest->high - rest->low);
    *rest = (range){fmax(all.low, rest->low - margin), fmin(all.high, rest->high + margin)};
    return rest->high > rest->low && all.high - all.low > PRESSED * (rest->high - rest->low);
}

/// The mean at the end, for the order of the legend.
static double last_mean(const curve *c)
{
    return c->n_points > 0 ? c->mean[c->n_points - 1] : -HUGE_VAL;
}

/// What the subtitle says.
static void describe(const plot_results *results, const curves *c, const plot_ranking *ranking,
                     bool is_cut, char *text, size_t size)
{
    char part[PLOT_TEXT_SIZE];
    int64_t least = INT64_MAX, most = 0, diverged = 0;
    for (size_t i = 0; i < c->n; i++) {
        least = c->list[i].n_runs < least ? c->list[i].n_runs : least;
        most = c->list[i].n_runs > most ? c->list[i].n_runs : most;
        diverged += c->list[i].n_diverged;
    }
    text[0] = '\0';
    if (c->n == 1 || !results->columns.has_agents) {
        plot_append(text, size, "", "%s: ",
                    c->n == 1 ? results->variants[c->list[0].variant].label
                              : results->variants[c->list[0].variant].agent_label);
    }
    plot_describe_runs("mean", least, most, part, sizeof part);
    plot_append(text, size, "", "%s%s", part, most > 1 ? ", with 95 % confidence bands" : "");
    if (c->smooth > 1) {
        plot_append(text, size, ", ", "each point the mean of the last %" PRId64, c->smooth);
    }
    plot_describe_choice(ranking, c->n, "variants", part, sizeof part);
    if (part[0] != '\0') {
        plot_append(text, size, "; ", "%s", part);
    }
    if (diverged > 0) {
        plot_append(text, size, "; ", "%" PRId64 " runs that diverged are left out", diverged);
    }
    if (is_cut) {
        plot_append(text, size, "; ", "the curves begin outside the axis");
    }
}

/// Blocks of data, the same number as the curve's place in the list.
static void write_data(gnuplot *figure, const plot_results *results, const curves *c)
{
    for (size_t i = 0; i < c->n; i++) {
        const curve *own = &c->list[i];
        gnuplot_block(figure, results->variants[own->variant].label);
        fprintf(figure->data, "# %s mean ci_low ci_high runs\n", rill_unit_name(own->unit));
        for (size_t p = 0; p < own->n_points; p++) {
            const rill_estimate e = curve_estimate(own, p);
            fprintf(figure->data, "%" PRId64 " %.10g %.10g %.10g %" PRId64 "\n",
                    curve_position(own, p), e.mean, e.ci_low, e.ci_high, e.n);
        }
    }
}

/// By how much the positions are divided, so that the ticks are short, and how that is said.
static const char *scale_of(double last, double *divisor)
{
    *divisor = last >= 2e6 ? 1e6 : last >= 2e4 ? 1e3 : 1.0;
    return last >= 2e6 ? " (millions)" : last >= 2e4 ? " (thousands)" : "";
}

/// A logarithmic axis with ticks at 1, 2, 5, 10, ...
static void write_log_axis(FILE *script, const range *whole)
{
    static const int steps[] = {1, 2, 5};
    bool is_first = true;
    fprintf(script, "set logscale y\nset yrange [%.6g:%.6g]\nset ytics (", whole->low / 1.2,
            whole->high * 1.2);
    for (double power = pow(10.0, floor(log10(whole->low))); power <= whole->high; power *= 10.0) {
        for (int i = 0; i < 3; i++) {
            fprintf(script, "%s%.6g", is_first ? "" : ", ", steps[i] * power);
            is_first = false;
        }
    }
    fprintf(script,
            ")\n# a band that reaches below zero ends with the axis\n"
            "above(y) = y > %.6g ? y : %.6g\n",
            whole->low / 1.2, whole->low / 1.2);
}

/// The script. `whole`: the range of a logarithmic axis; `rest`: that of one which is cut; NULL: neither.
static void write_script(gnuplot *figure, const plot_results *results, const curves *c,
                         double divisor, const range *whole, const range *rest)
{
    const char *labels[MAX_CURVES];
    size_t order[MAX_CURVES];
    for (size_t i = 0; i < c->n; i++) {
        labels[i] = plot_label(results, c->list[i].variant);
        order[i] = i;
    }
    const gnuplot_legend_place place = gnuplot_legend(figure, labels, c->n);
    for (size_t i = 1; i < c->n && place == GNUPLOT_LEGEND_RIGHT; i++) {
        // on the right, the legend's lines stand as the curves end
        for (size_t j = i;
             j > 0 && last_mean(&c->list[order[j]]) > last_mean(&c->list[order[j - 1]]); j--) {
            const size_t other = order[j];
            order[j] = order[j - 1];
            order[j - 1] = other;
        }
    }
    if (whole != NULL) {
        write_log_axis(figure->script, whole);
    } else if (rest != NULL) {
        fprintf(figure->script, "set yrange [%.6g:%.6g]\n", rest->low, rest->high);
    }
    fprintf(figure->script, "set xrange [0:*] noextend\ndata = ");
    gnuplot_print_text(figure->script, figure->data_name);
    fprintf(figure->script, "\n\n# bands first, so that no line is covered\nplot");
    for (size_t i = 0; i < c->n; i++) {
        if (c->list[order[i]].n_runs < 2) {
            continue;
        }
        fprintf(figure->script,
                " \\\n  data index %zu using ($1/%g):%s:4 with filledcurves linetype %zu "
                "fillstyle transparent solid 0.18 noborder notitle,",
                order[i], divisor, whole != NULL ? "(above($3))" : "3", order[i] + 1);
    }
    for (size_t i = 0; i < c->n; i++) {
        fprintf(figure->script,
                " \\\n  data index %zu using ($1/%g):2 with lines linetype %zu title ", order[i],
                divisor, order[i] + 1);
        gnuplot_print_text(figure->script, labels[order[i]]);
        fprintf(figure->script, i + 1 < c->n ? "," : "\n");
    }
}

static rill_status draw(const plot_results *results, const figure_request *f, const curves *c,
                        const plot_ranking *ranking, const char *picture, rill_error *error)
{
    char subtitle[PLOT_TEXT_SIZE], x[64], y[128];
    range whole, rest;
    double last = 0.0, divisor = 1.0;
    for (size_t i = 0; i < c->n; i++) {
        const curve *own = &c->list[i];
        last =
            own->n_points > 0 ? fmax(last, (double)curve_position(own, own->n_points - 1)) : last;
    }
    if (last == 0.0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "there is no curve to draw: no run that did not diverge has a point "
                              "of %s",
                              c->metric);
    }
    const char *scale = scale_of(last, &divisor);
    const bool is_steep = is_beginning_steep(c, &whole, &rest);
    const bool is_wide = whole.high > WIDE * whole.low; // of positive values, by factors
    const bool is_log = whole.low > 0.0 && (is_steep || is_wide), is_cut = is_steep && !is_log;
    snprintf(x, sizeof x, "%s%s", rill_unit_name(c->list[0].unit), scale);
    plot_metric_name(c->metric, y, sizeof y);
    if (is_log) {
        plot_append(y, sizeof y, " ", "(log scale)");
    }
    describe(results, c, ranking, is_cut, subtitle, sizeof subtitle);
    const gnuplot_frame frame = {
        .title = f->title == NULL ? results->name : f->title,
        .subtitle = subtitle,
        .x = f->x == NULL ? x : f->x,
        .y = f->y == NULL ? y : f->y,
    };
    gnuplot figure;
    rill_status status = gnuplot_open(&figure, picture, &frame, error);
    if (status == RILL_OK) {
        write_data(&figure, results, c);
        write_script(&figure, results, c, divisor, is_log ? &whole : NULL, is_cut ? &rest : NULL);
        status = gnuplot_finish(&figure, error);
    }
    return status;
}

static int compare_variants(const void *a, const void *b)
{
    const curve *x = a, *y = b;
    return (x->variant > y->variant) - (x->variant < y->variant);
}

rill_status plot_curves(const plot_results *results, const figure_request *f, const char *picture,
                        rill_error *error)
{
    plot_ranking ranking;
    const char *metric = f->metric;
    if (metric == NULL && results->choice.metric == NULL) {
        metric = results->curve_metric[0] == '\0' ? NULL : results->curve_metric;
    }
    rill_status status = plot_rank(results, metric, &ranking, error);
    if (status != RILL_OK) {
        return status;
    }
    curves c = {.smooth = f->smooth, .n = ranking.n < MAX_CURVES ? ranking.n : MAX_CURVES};
    snprintf(c.metric, sizeof c.metric, "%s", ranking.metric);
    c.list = calloc(c.n + 1, sizeof *c.list);
    if (c.list == NULL) {
        status = rill_error_no_memory(error);
        goto done;
    }
    for (size_t i = 0; i < c.n; i++) {
        c.list[i].variant = ranking.rows[i].variant;
    }
    qsort(c.list, c.n, sizeof *c.list, compare_variants); // colours in the order of the file
    status = rill_store_each(results->store, take_run, &c, error);
    if (status == RILL_OK) {
        status = draw(results, f, &c, &ranking, picture, error);
    }
done:
    free(c.list);
    free(ranking.rows);
    return status;
}
