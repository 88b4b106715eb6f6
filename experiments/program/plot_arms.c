// What was learned where there is a single state, as of bandits: a bar for each action.
#include "experiments/program/plot_learned.h"

#include <inttypes.h>

rill_status plot_arms_values(const plot_learned *learned, rill_error *error)
{
    enum { MAX_NAMED = 24 };
    const values_surface *s = learned->surface;
    const gnuplot_frame frame = {
        .title = plot_or(learned->request->title, learned->results->name),
        .subtitle = learned->subtitle,
        .x = plot_or(learned->request->x, "action"),
        .y = plot_or(learned->request->y, "action value"),
    };
    gnuplot figure;
    const rill_status status = gnuplot_open(&figure, learned->picture, &frame, error);
    if (status != RILL_OK) {
        return status;
    }
    FILE *script = figure.script;
    gnuplot_block(&figure, learned->subtitle);
    fprintf(figure.data, "# action value\n");
    for (int32_t a = 0; a < s->n_values; a++) {
        fprintf(figure.data, "%" PRId32 " %.10g\n", a, s->q[a] / (double)s->n_runs);
    }
    if (s->n_values <= MAX_NAMED) {
        fprintf(script, "set xtics scale 0 noenhanced (");
        for (int32_t a = 0; a < s->n_values; a++) {
            char name[32];
            fprintf(script, a == 0 ? "" : ", ");
            gnuplot_print_text(script, plot_action_name(learned, a, name));
            fprintf(script, " %" PRId32, a);
        }
        fprintf(script, ")\n");
    }
    fprintf(script,
            "set xrange [-0.6:%" PRId32 ".6] noextend\nset yrange [*<0:0<*]\nset boxwidth 0.7\n"
            "set style fill solid 0.45 noborder\nunset grid\n"
            "set grid ytics back linetype 1 dashtype 1 linecolor rgb '#E4E4E4' linewidth 0.6\n"
            "set xzeroaxis linetype 1 linecolor rgb '#555555' linewidth 0.8\ndata = ",
            s->n_values - 1);
    gnuplot_print_text(script, figure.data_name);
    fprintf(script, "\n\nplot data using 1:2 with boxes linetype 1 notitle\n");
    return gnuplot_finish(&figure, error);
}
