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

/// `height`: of the picture, in its widths; 0: as usual.
static rill_status open_line(const plot_learned *learned, const char *y, double height,
                             gnuplot *figure, rill_error *error)
{
    char x[64];
    const values_grid *grid = &learned->surface->grid;
    const gnuplot_frame frame = {
        .title = plot_or(learned->request->title, learned->results->name),
        .subtitle = learned->subtitle,
        .x = plot_or(learned->request->x, plot_axis_name(learned, free_dimension(grid), x)),
        .y = plot_or(learned->request->y, y),
        .height = height,
    };
    const rill_status status = gnuplot_open(figure, learned->picture, &frame, error);
    if (status == RILL_OK) {
        enum { MAX_WHOLE_TICKS = 15 };
        if (grid->dim == 0 && grid->n_points <= MAX_WHOLE_TICKS) {
            fprintf(figure->script, "set xtics 1\n");
        }
        fprintf(figure->script, "set xrange [*:*] noextend\ndata = ");
        gnuplot_print_text(figure->script, figure->data_name);
        fprintf(figure->script, "\n\n");
    }
    return status;
}

/// Writes the values and the command that draws them.
static void draw_values(const plot_learned *learned, gnuplot *figure)
{
    const values_surface *s = learned->surface;
    const double n = (double)s->n_runs;
    const double t = s->n_runs > 1 ? gsl_cdf_tdist_Pinv(0.975, n - 1.0) : 0.0;
    const int block = gnuplot_block(figure, learned->subtitle);
    fprintf(figure->data, "# position value ci_low ci_high\n");
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        if (is_shown(learned, p)) {
            const double half = s->n_runs > 1 ? t * sqrt(s->squares[p] / (n - 1.0) / n) : 0.0;
            fprintf(figure->data, "%.9g %.10g %.10g %.10g\n", position_of(&s->grid, p), s->mean[p],
                    s->mean[p] - half, s->mean[p] + half);
        }
    }
    fprintf(figure->script, "plot ");
    if (s->n_runs > 1) {
        fprintf(figure->script,
                "data index %d using 1:3:4 with filledcurves linetype 1 fillstyle transparent "
                "solid 0.18 noborder notitle, \\\n  ",
                block);
    }
    fprintf(figure->script, "data index %d using 1:2 with %s linetype 1 notitle\n", block,
            s->grid.n_points <= 40 ? "linespoints pointsize 0.8 * point" : "lines");
}

/// The first action that is as good as the greatest, but for rounding; -1: none is known.
static int32_t first_greedy(const plot_learned *learned, int64_t point)
{
    int32_t action = plot_greedy_action(learned, point);
    for (int32_t a = 0; a < action; a++) {
        if (plot_is_greedy(learned, point, a)) {
            action = a;
        }
    }
    return action;
}

/// Writes the greedy actions, their axis and the command that draws them.
static void draw_policy(const plot_learned *learned, gnuplot *figure)
{
    enum { MAX_NAMED = 12 };
    const values_surface *s = learned->surface;
    const int block = gnuplot_block(figure, learned->subtitle);
    fprintf(figure->data, "# position action\n");
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        if (is_shown(learned, p)) {
            fprintf(figure->data, "%.9g %d\n", position_of(&s->grid, p), first_greedy(learned, p));
        }
    }
    if (s->n_values <= MAX_NAMED) {
        fprintf(figure->script, "set yrange [-0.5:%d.5]\nset ytics noenhanced (", s->n_values - 1);
        for (int32_t a = 0; a < s->n_values; a++) {
            char name[32];
            fprintf(figure->script, a == 0 ? "" : ", ");
            gnuplot_print_text(figure->script, plot_action_name(learned, a, name));
            fprintf(figure->script, " %d", a);
        }
        fprintf(figure->script, ")\n");
    } else {
        fprintf(figure->script, "set yrange [0:*]\n");
    }
    fprintf(figure->script, "plot data index %d using 1:2 with %s linetype 1 notitle\n", block,
            s->n_values <= MAX_NAMED ? "points pointsize 0.9 * point" : "histeps");
}

static const char *policy_name(const plot_learned *learned)
{
    const bool is_stake = strcmp(learned->unwrapped->type->id, "gambler") == 0;
    return is_stake ? "greedy stake (dollars)" : "greedy action";
}

/// Values above, the actions that are greedy in them below.
static rill_status plot_both(const plot_learned *learned, rill_error *error)
{
    static const double height = 0.95, gap = 0.05;
    gnuplot figure;
    const rill_status status = open_line(learned, plot_value_name(learned), height, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    FILE *script = figure.script;
    const double bottom = 0.1, middle = bottom + 0.42 * (figure.top - bottom);
    char x[64];
    fprintf(script,
            "# the same axis for both\n"
            "set multiplot\nset lmargin at screen 0.11\nset bmargin at screen %.4g\n"
            "unset xlabel\nset format x ''\n",
            middle + gap);
    draw_values(learned, &figure);
    fprintf(script,
            "\nunset label\nset tmargin at screen %.4g\nset bmargin at screen %.4g\n"
            "set format x '%%h'\nset xlabel ",
            middle, bottom);
    gnuplot_print_text(
        script, plot_or(learned->request->x,
                        plot_axis_name(learned, free_dimension(&learned->surface->grid), x)));
    fprintf(script, " noenhanced\nset ylabel ");
    gnuplot_print_text(script, policy_name(learned));
    fprintf(script, " noenhanced\n");
    draw_policy(learned, &figure);
    fprintf(script, "unset multiplot\n");
    return gnuplot_finish(&figure, error);
}

rill_status plot_line_values(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    if (learned->surface->n_values > 1) {
        return plot_both(learned, error);
    }
    const rill_status status = open_line(learned, plot_value_name(learned), 0.0, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    draw_values(learned, &figure);
    return gnuplot_finish(&figure, error);
}

rill_status plot_line_policy(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const rill_status status = open_line(learned, policy_name(learned), 0.0, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    draw_policy(learned, &figure);
    return gnuplot_finish(&figure, error);
}
