// What was learned over two numbers of a box: maps of values and of greedy actions, and surfaces.
#include "experiments/program/plot_learned.h"

#include <math.h>

/// The two dimensions that are not fixed.
static void free_dimensions(const values_grid *grid, int32_t free[2])
{
    int n = 0;
    for (int32_t i = 0; i < grid->dim && n < 2; i++) {
        if (grid->across[i] > 1) {
            free[n++] = i;
        }
    }
}

/// Opens a figure over the two of them; `right` as in a frame.
static rill_status open_map(const plot_learned *learned, double right, double height,
                            gnuplot *figure, rill_error *error)
{
    int32_t free[2] = {0, 1};
    char x[64], y[64];
    free_dimensions(&learned->surface->grid, free);
    const gnuplot_frame frame = {
        .title = plot_or(learned->request->title, learned->results->name),
        .subtitle = learned->subtitle,
        .x = plot_or(learned->request->x, plot_axis_name(learned, free[0], x)),
        .y = plot_or(learned->request->y, plot_axis_name(learned, free[1], y)),
        .height = height,
        .right = right,
    };
    return gnuplot_open(figure, learned->picture, &frame, error);
}

/// A line for each point, with a blank line where the first number changes; `sign` is of the values.
static void write_points(const plot_learned *learned, gnuplot *figure, double sign)
{
    const values_surface *s = learned->surface;
    int32_t free[2] = {0, 1};
    free_dimensions(&s->grid, free);
    gnuplot_block(figure, learned->subtitle);
    fprintf(figure->data, "# x y value action\n");
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        const float *point = s->grid.points + p * s->grid.dim;
        if (p > 0 && p % s->grid.across[free[1]] == 0) {
            fprintf(figure->data, "\n");
        }
        fprintf(figure->data, "%.9g %.9g %.10g %d\n", (double)point[free[0]],
                (double)point[free[1]], sign * s->mean[p], plot_greedy_action(learned, p));
    }
}

/// Opens a flat map with its numbers.
static rill_status begin_map(const plot_learned *learned, gnuplot *figure, rill_error *error)
{
    const rill_status status = open_map(learned, 0.18, 0.0, figure, error);
    if (status == RILL_OK) {
        write_points(learned, figure, 1.0);
        fprintf(figure->script,
                "\nset border 15\nset xrange [*:*] noextend\nset yrange [*:*] noextend\n"
                "unset grid\n");
    }
    return status;
}

static void print_data_name(gnuplot *figure)
{
    fprintf(figure->script, "data = ");
    gnuplot_print_text(figure->script, figure->data_name);
    fprintf(figure->script, "\n\n");
}

rill_status plot_map_values(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const rill_status status = begin_map(learned, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    fprintf(figure.script,
            "set colorbox noborder\nset cbtics scale 0.4\nset cblabel '%s' noenhanced\n",
            plot_value_name(learned));
    print_data_name(&figure);
    fprintf(figure.script, "plot data using 1:2:3 with image notitle\n");
    return gnuplot_finish(&figure, error);
}

rill_status plot_map_policy(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const rill_status status = begin_map(learned, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    plot_name_actions(learned, &figure);
    fprintf(figure.script, "set colorbox noborder\n");
    print_data_name(&figure);
    fprintf(figure.script, "plot data using 1:2:4 with image notitle\n");
    return gnuplot_finish(&figure, error);
}

rill_status plot_box_surface(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const values_surface *s = learned->surface;
    const rill_status status = open_map(learned, 0.0, 0.72, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        low = fmin(low, s->mean[p]);
        high = fmax(high, s->mean[p]);
    }
    const bool is_cost = low < 0.0 && -low >= 4.0 * high; // but for what was never visited
    write_points(learned, &figure, is_cost ? -1.0 : 1.0);
    fprintf(
        figure.script,
        "\nset xrange [*:*] noextend\nset yrange [*:*] noextend\n"
        "set view 58, 42, 1.02, 1.15 # from above, and around, scale: turn it here\n"
        "set xyplane 0\nset border 127+256+512\nset grid xtics ytics ztics\nset ticslevel 0\n"
        "set xlabel rotate parallel offset %s\nset ylabel rotate parallel offset %s\n"
        "set xtics offset 0, -0.4 font small\nset ytics offset 0.4, -0.4 font small\nset ztics font small\n"
        "set zlabel '%s' rotate by 90 offset -1 noenhanced\nunset colorbox\n"
        "set margins -1, -1, -1, -1\nset origin 0, 0\nset size 1, %.4g\n"
        "set pm3d depthorder border linecolor rgb '#FFFFFF' linewidth 0.3\n",
        figure.is_svg ? "2, -0.2" : "0, -0.7", figure.is_svg ? "-2, -0.2" : "0, -0.7",
        is_cost ? "cost-to-go" : plot_value_name(learned), figure.top);
    print_data_name(&figure);
    fprintf(figure.script, "splot data using 1:2:3 with pm3d notitle\n");
    return gnuplot_finish(&figure, error);
}
