// Blackjack, as in figures 5.1 and 5.2 of Sutton & Barto: a panel for hands with a usable ace and one for those
// without, over the dealer's card and the player's sum.
#include "experiments/program/plot_learned.h"

#include <inttypes.h>

/// The state of a hand, as envs/blackjack.c observes it.
static int64_t state_of(int32_t sum, int32_t dealer, int32_t usable_ace)
{
    return (sum * 11 + dealer) * 2 + usable_ace;
}

enum { LOWEST = 12, HIGHEST = 21, CARDS = 10 };

static rill_status open_hands(const plot_learned *learned, double height, gnuplot *figure,
                              rill_error *error)
{
    const gnuplot_frame frame = {
        .title = plot_or(learned->request->title, learned->results->name),
        .subtitle = learned->subtitle,
        .x = plot_or(learned->request->x, "dealer shows"),
        .y = plot_or(learned->request->y, "player's sum"),
        .height = height,
    };
    const rill_status status = gnuplot_open(figure, learned->picture, &frame, error);
    for (int32_t ace = 1; ace >= 0 && status == RILL_OK; ace--) {
        gnuplot_block(figure, ace == 1 ? "usable ace" : "no usable ace");
        fprintf(figure->data, "# dealer sum value action\n");
        for (int32_t dealer = 1; dealer <= CARDS; dealer++) {
            for (int32_t sum = LOWEST; sum <= HIGHEST; sum++) {
                const int64_t p = state_of(sum, dealer, ace);
                fprintf(figure->data, "%d %d %.10g %d\n", dealer, sum, learned->surface->mean[p],
                        plot_greedy_action(learned, p));
            }
            fprintf(figure->data, dealer < CARDS ? "\n" : "");
        }
    }
    return status;
}

typedef enum hands_drawing { DRAW_VALUES, DRAW_POLICY, DRAW_SURFACE } hands_drawing;

static rill_status finish_hands(gnuplot *figure, hands_drawing drawing, rill_error *error)
{
    static const char *const titles[] = {"usable ace", "no usable ace"};
    FILE *script = figure->script;
    const bool is_flat = drawing != DRAW_SURFACE;
    const double top = figure->top - 0.03 / figure->height;
    fprintf(script,
            "\nset xtics ('A' 1, '2' 2, '4' 4, '6' 6, '8' 8, '10' 10)\nset ytics 12, 3, 21\n"
            "data = ");
    gnuplot_print_text(script, figure->data_name);
    fprintf(script, "\n\nset multiplot\n");
    for (int i = 0; i < 2; i++) {
        fprintf(script, "\nset title '%s' font small offset 0, -0.5\n", titles[i]);
        if (is_flat) {
            fprintf(script, "set margins at screen %g, screen %g, screen 0.16, screen %.4g\n",
                    0.09 + 0.41 * i, 0.45 + 0.41 * i, top);
        } else {
            fprintf(script, "set margins -1, -1, -1, -1\nset origin %g, 0\nset size 0.49, %.4g\n",
                    0.03 + 0.48 * i, top);
        }
        fprintf(script, is_flat && i == 1 ? "set colorbox noborder\n" : "unset colorbox\n");
        fprintf(script, "%s data index %d using 1:2:%d with %s notitle\n",
                is_flat ? "plot" : "splot", i, drawing == DRAW_POLICY ? 4 : 3,
                is_flat ? "image" : "pm3d");
        fprintf(script, "unset label\n");
        if (is_flat) {
            fprintf(script, "unset ylabel\nset format y ''\n");
        }
    }
    fprintf(script, "unset multiplot\n");
    return gnuplot_finish(figure, error);
}

static void begin_flat(gnuplot *figure)
{
    fprintf(figure->script, "\nset border 15\nunset grid\nset xrange [0.5:10.5] noextend\n"
                            "set yrange [11.5:21.5] noextend\n");
}

rill_status plot_hands_values(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const rill_status status = open_hands(learned, 0.56, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    begin_flat(&figure);
    fprintf(figure.script, "set cbrange [-1:1]\nset cbtics scale 0.4\nset cblabel '%s'\n",
            plot_value_name(learned));
    return finish_hands(&figure, DRAW_VALUES, error);
}

rill_status plot_hands_policy(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const rill_status status = open_hands(learned, 0.56, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    begin_flat(&figure);
    plot_name_actions(learned, &figure);
    return finish_hands(&figure, DRAW_POLICY, error);
}

rill_status plot_hands_surface(const plot_learned *learned, rill_error *error)
{
    gnuplot figure;
    const rill_status status = open_hands(learned, 0.56, &figure, error);
    if (status != RILL_OK) {
        return status;
    }
    fprintf(
        figure.script,
        "\nset xrange [1:10] noextend\nset yrange [12:21] noextend\nset zrange [-1:1]\n"
        "set cbrange [-1:1]\nset ztics 1 font small\nset zlabel '%s' rotate by 90 font small offset 1.5\n"
        "set view 62, 52, 1.0, 1 # from above, and around: turn it here\n"
        "set xyplane 0\nset border 127+256+512\nset grid xtics ytics ztics\n"
        "set xlabel rotate parallel font small offset %s\nset ylabel rotate parallel font small offset %s\n"
        "set xtics offset 0, -0.3 font small\nset ytics offset 0.3, -0.3 font small\n"
        "set pm3d depthorder border linecolor rgb '#FFFFFF' linewidth 0.3\n",
        plot_value_name(learned), figure.is_svg ? "2.5, 0.1" : "0, -0.4",
        figure.is_svg ? "-2.5, 0.1" : "0, -0.4");
    return finish_hands(&figure, DRAW_SURFACE, error);
}
