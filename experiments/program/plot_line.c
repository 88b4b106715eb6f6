// What was learned over one number: a state, or the one dimension of a box that is not fixed.
#include "experiments/program/plot_learned.h"

#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/// The dimension that is not fixed.
static int32_t free_dimension(const values_grid *grid)
{
    int32_t i = 0;
    while (i + 1 < grid->dim && grid->across[i] == 1) {
        i++;
    }
    return i;
}

static double position_of(const values_grid *grid, int64_t point)
{
    return grid->dim == 0 ? (double)point
                          : (double)grid->points[point * grid->dim + free_dimension(grid)];
}

static bool is_shown(const plot_learned *learned, int64_t point)
{
    return learned->is_decision == NULL || learned->is_decision[point] != 0;
}

static rill_status open_line(const plot_learned *learned, const char *y, gnuplot *figure,
                             rill_error *error)
{
    char x[64];
    const values_grid *grid = &learned->surface->grid;
    const gnuplot_frame frame = {
        .title = plot_or(learned->request->title, learned->results->name),
        .subtitle = learned->subtitle,
        .x = plot_or(learned->request->x, plot_axis_name(learned, free_dimension(grid), x)),
        .y = plot_or(learned->request->y, y),
    };
    return gnuplot_open(figure, learned->picture, &frame, error);
}

static void begin_script(gnuplot *figure, const values_grid *grid)
{
    enum { MAX_WHOLE_TICKS = 15 };
    if (grid->dim == 0 && grid->n_points <= MAX_WHOLE_TICKS) {
        fprintf(figure->script, "set xtics 1\n");
    }
    fprintf(figure->script, "set xrange [*:*] noextend\ndata = ");
    gnuplot_print_text(figure->script, figure->data_name);
    fprintf(figure->script, "\n\nplot ");
}

rill_status plot_line_values(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const values_surface *s = learned->surface;
    const double n = (double)s->n_runs;
    const double t = s->n_runs > 1 ? gsl_cdf_tdist_Pinv(0.975, n - 1.0) : 0.0;
    const rill_status status = open_line(learned, plot_value_name(learned), &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    gnuplot_block(&figure, learned->subtitle);
    fprintf(figure.data, "# position value ci_low ci_high\n");
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        if (is_shown(learned, p)) {
            const double half = s->n_runs > 1 ? t * sqrt(s->squares[p] / (n - 1.0) / n) : 0.0;
            fprintf(figure.data, "%.9g %.10g %.10g %.10g\n", position_of(&s->grid, p), s->mean[p],
                    s->mean[p] - half, s->mean[p] + half);
        }
    }
    begin_script(&figure, &s->grid);
    if (s->n_runs > 1) {
        fprintf(figure.script,
                "data using 1:3:4 with filledcurves linetype 1 fillstyle transparent "
                "solid 0.18 noborder notitle, \\\n  ");
    }
    fprintf(figure.script, "data using 1:2 with %s linetype 1 pointsize 0.8 notitle\n",
            s->grid.n_points <= 40 ? "linespoints" : "lines");
    return gnuplot_finish(&figure, error);
}

rill_status plot_line_policy(const plot_learned *learned, rill_error *error)
{
    enum { MAX_NAMED = 12 };
    gnuplot figure;
    const values_surface *s = learned->surface;
    const bool is_stake = strcmp(learned->unwrapped->type->id, "gambler") == 0;
    const rill_status status =
        open_line(learned, is_stake ? "greedy stake (dollars)" : "greedy action", &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    gnuplot_block(&figure, learned->subtitle);
    fprintf(figure.data, "# position action\n");
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        if (is_shown(learned, p)) {
            fprintf(figure.data, "%.9g %d\n", position_of(&s->grid, p),
                    plot_greedy_action(learned, p));
        }
    }
    if (s->n_values <= MAX_NAMED) {
        fprintf(figure.script, "set yrange [-0.5:%d.5]\nset ytics noenhanced (", s->n_values - 1);
        for (int32_t a = 0; a < s->n_values; a++) {
            char name[32];
            fprintf(figure.script, a == 0 ? "" : ", ");
            gnuplot_print_text(figure.script, plot_action_name(learned, a, name));
            fprintf(figure.script, " %d", a);
        }
        fprintf(figure.script, ")\n");
    } else {
        fprintf(figure.script, "set yrange [0:*]\n");
    }
    begin_script(&figure, &s->grid);
    fprintf(figure.script, "data using 1:2 with %s linetype 1 notitle\n",
            s->n_values <= MAX_NAMED ? "points pointsize 0.9" : "histeps");
    return gnuplot_finish(&figure, error);
}
