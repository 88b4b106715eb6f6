// Maps of grid worlds: values as colours and numbers, greedy actions as arrows; walls, hazards, start, goal.
#include "experiments/program/plot_learned.h"

#include <math.h>
#include <string.h>

/// Where an arrow points, rows downwards.
static const struct {
    const char *name;
    int right, down;
} arrows[] = {
    {"up", 0, -1},       {"right", 1, 0},     {"down", 0, 1},       {"left", -1, 0},
    {"up_right", 1, -1}, {"up_left", -1, -1}, {"down_left", -1, 1}, {"down_right", 1, 1},
};

/// A map under way.
typedef struct map {
    const plot_learned *learned;
    gnuplot figure;
    rill_grid grid;
    double low, high; ///< of the values shown
    bool has_values, has_numbers;
    int arrows, names; ///< blocks of the greedy actions with a direction, and without; -1: none
} map;

enum { MAX_NUMBERED = 12 }; ///< columns between which numbers can be read

static rill_cell kind_of(const map *m, int32_t state)
{
    return m->grid.cell(m->learned->unwrapped->params, state);
}

/// Whether something is learned in a cell.
static bool is_learned(const map *m, int32_t state)
{
    const rill_cell kind = kind_of(m, state);
    return m->learned->is_decision != NULL ? m->learned->is_decision[state] != 0
                                           : kind != RILL_CELL_WALL && kind != RILL_CELL_GOAL;
}

static void measure(map *m)
{
    m->low = HUGE_VAL;
    m->high = -HUGE_VAL;
    for (int32_t s = 0; s < m->grid.rows * m->grid.columns; s++) {
        if (is_learned(m, s) && isfinite(m->learned->surface->mean[s])) {
            m->low = fmin(m->low, m->learned->surface->mean[s]);
            m->high = fmax(m->high, m->learned->surface->mean[s]);
        }
    }
    if (!(m->high > m->low)) { // one colour then
        m->low = m->low > m->high ? 0.0 : m->low - 0.5;
        m->high = m->low + 1.0;
    }
}

/// What can be read on a cell's colour: white on the dark ones, black on the light ones.
static const char *ink_of(const map *m, int32_t state)
{
    const double share = (m->learned->surface->mean[state] - m->low) / (m->high - m->low);
    return m->has_values && share < 0.6 ? "0xFFFFFF" : "0x000000";
}

static void print_rectangle(const map *m, int32_t state, const char *style)
{
    const int32_t row = state / m->grid.columns, column = state % m->grid.columns;
    fprintf(m->figure.script, "set object rectangle from %d-e, %d-e to %d+e, %d+e %s\n", column,
            row, column, row, style);
}

/// Cells in which nothing is learned, and the frames of hazards in which something is.
static void write_cells(const map *m)
{
    FILE *script = m->figure.script;
    fprintf(script, "\n# cells: walls dark, cliffs and holes hatched, what is never entered grey\n"
                    "e = 0.48 # half of a cell, with a gap between cells\n");
    for (int32_t s = 0; s < m->grid.rows * m->grid.columns; s++) {
        const rill_cell kind = kind_of(m, s);
        if (kind == RILL_CELL_WALL) {
            print_rectangle(m, s, "behind fillcolor rgb '#4D4D4D' fillstyle solid noborder");
        } else if (kind == RILL_CELL_HAZARD && is_learned(m, s)) {
            print_rectangle(m, s,
                            "front fillstyle empty border linecolor rgb '#D55E00' linewidth 3");
        } else if (kind == RILL_CELL_HAZARD) {
            print_rectangle(m, s,
                            "behind fillcolor rgb '#D55E00' fillstyle pattern 4 border "
                            "linecolor rgb '#D55E00'");
        } else if (kind == RILL_CELL_GOAL && !is_learned(m, s)) {
            print_rectangle(m, s,
                            "behind fillcolor rgb '#FFFFFF' fillstyle solid border linecolor "
                            "rgb '#009E73' linewidth 3");
        } else if (!is_learned(m, s) || !m->has_values) {
            print_rectangle(m, s, "behind fillcolor rgb '#EBEBEB' fillstyle solid noborder");
        }
    }
}

/// The letters of start and goal: in a corner where something else stands in the cell.
static void write_marks(const map *m)
{
    FILE *script = m->figure.script;
    for (int32_t s = 0; s < m->grid.rows * m->grid.columns; s++) {
        const rill_cell kind = kind_of(m, s);
        const int32_t row = s / m->grid.columns, column = s % m->grid.columns;
        if (kind != RILL_CELL_START && kind != RILL_CELL_GOAL) {
            continue;
        }
        const bool is_free = !is_learned(m, s);
        fprintf(script, "set label '%s' at %.4g, %.4g center front font %s textcolor rgb %s\n",
                kind == RILL_CELL_START ? "S" : "G", column - (is_free ? 0.0 : 0.34),
                row - (is_free ? 0.0 : 0.32), is_free ? "large" : "small",
                is_free ? "0x009E73" : ink_of(m, s));
    }
}

static void write_values(map *m)
{
    gnuplot_block(&m->figure, "values");
    fprintf(m->figure.data, "# column row value ink\n");
    for (int32_t s = 0; s < m->grid.rows * m->grid.columns; s++) {
        if (is_learned(m, s)) {
            fprintf(m->figure.data, "%d %d %.10g %s\n", s % m->grid.columns, s / m->grid.columns,
                    m->learned->surface->mean[s], ink_of(m, s));
        }
    }
}

/// Begins a block with its first line: empty ones have no number in gnuplot.
static void begin_block(map *m, int *number, const char *comment, const char *columns)
{
    if (*number < 0) {
        *number = gnuplot_block(&m->figure, comment);
        fprintf(m->figure.data, "# %s\n", columns);
    }
}

/// Where an action points: its place among the arrows; -1: nowhere.
static int direction_of(const map *m, int32_t action)
{
    char name[32];
    plot_action_name(m->learned, action, name);
    for (int i = 0; i < (int)(sizeof arrows / sizeof arrows[0]); i++) {
        if (strcmp(arrows[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/// The number of greedy actions in a cell; 0 where all actions are equal, as before anything is learned.
static int32_t count_greedy(const map *m, int32_t state)
{
    const int32_t n = m->learned->surface->n_values;
    int32_t n_greedy = 0;
    for (int32_t a = 0; a < n && n > 1 && is_learned(m, state); a++) {
        n_greedy += plot_is_greedy(m->learned, state, a);
    }
    return n_greedy < n ? n_greedy : 0;
}

/// An arrow through the middle of the cell for its greedy action or, from the middle, for each of several.
static void write_arrow(map *m, int32_t state, int direction, bool is_alone, double middle)
{
    const double length = m->has_numbers ? 0.4 : 0.64, x = arrows[direction].right,
                 y = arrows[direction].down;
    const double before = is_alone ? 0.5 * length : 0.0, whole = is_alone ? length : 0.65 * length;
    begin_block(m, &m->arrows, "greedy actions", "column row right down ink");
    fprintf(m->figure.data, "%.4g %.4g %.4g %.4g %s\n", state % m->grid.columns - before * x,
            middle - before * y, whole * x, whole * y, ink_of(m, state));
}

/// Arrows, then the names of actions that have no direction.
static void write_actions(map *m)
{
    const int32_t n_states = m->grid.rows * m->grid.columns, n = m->learned->surface->n_values;
    const double lift = m->has_numbers ? 0.12 : 0.0;
    m->arrows = m->names = -1;
    for (int32_t s = 0; s < n_states; s++) {
        const int32_t n_greedy = count_greedy(m, s);
        for (int32_t a = 0; a < n && n_greedy > 0; a++) {
            const int direction = direction_of(m, a);
            if (direction >= 0 && plot_is_greedy(m->learned, s, a)) {
                write_arrow(m, s, direction, n_greedy == 1, s / m->grid.columns - lift);
            }
        }
    }
    for (int32_t s = 0; s < n_states; s++) {
        const int32_t a = count_greedy(m, s) > 0 ? plot_greedy_action(m->learned, s) : -1;
        if (a >= 0 && direction_of(m, a) < 0) {
            char name[32];
            begin_block(m, &m->names, "greedy actions without a direction",
                        "column row action ink");
            fprintf(m->figure.data, "%d %.4g %s %s\n", s % m->grid.columns,
                    s / m->grid.columns - lift, plot_action_name(m->learned, a, name),
                    ink_of(m, s));
        }
    }
}

/// The digits that tell values apart.
static const char *format_of(const map *m)
{
    const double most = fmax(fabs(m->low), fabs(m->high));
    return most >= 100.0 ? "%.0f" : most >= 10.0 ? "%.1f" : most >= 0.1 ? "%.2f" : "%.2g";
}

static void write_script(const map *m)
{
    FILE *script = m->figure.script;
    const double size =
        0.9 / (double)(m->grid.columns > m->grid.rows ? m->grid.columns : m->grid.rows);
    fprintf(
        script,
        "\nset size ratio -1\nunset border\nunset tics\nunset grid\n"
        "set xrange [-0.5:%d.5] noextend\nset yrange [%d.5:-0.5] noextend # rows from the top\n",
        m->grid.columns - 1, m->grid.rows - 1);
    fprintf(script, "set lmargin at screen 0.03\nset bmargin at screen %.4g\n",
            0.03 / m->figure.height);
    if (m->has_values) {
        fprintf(script, "set cbrange [%.10g:%.10g]\nset cbtics scale 0.4 nomirror\nset cblabel ",
                m->low, m->high);
        gnuplot_print_text(script, plot_or(m->learned->request->y, plot_value_name(m->learned)));
        fprintf(
            script,
            " noenhanced offset 1.2\nset colorbox noborder user origin screen 0.86, screen %.4g size "
            "screen 0.02, screen %.4g\n",
            0.06 / m->figure.height, 1.0 - 0.19 / m->figure.height);
    }
    fprintf(script, "data = ");
    gnuplot_print_text(script, m->figure.data_name);
    fprintf(script, "\n\nplot");
    if (m->has_values) {
        fprintf(script,
                " \\\n  data index 0 using 1:2:($1-e):($1+e):($2-e):($2+e):3 with boxxyerror "
                "fillstyle solid noborder linecolor palette,");
    }
    if (m->has_numbers) {
        fprintf(
            script,
            " \\\n  data index 0 using 1:($2%+.2g):(sprintf('%s', $3)):4 with labels font small "
            "textcolor rgb variable,",
            plot_has_actions(m->learned) ? 0.27 : 0.0, format_of(m));
    }
    if (m->arrows >= 0) {
        fprintf(script,
                " \\\n  data index %d using 1:2:3:4:5 with vectors head filled "
                "size first %.3g,20,60 linewidth 1.2 linecolor rgb variable,",
                m->arrows, fmin(0.12, 5.0 * size));
    }
    if (m->names >= 0) {
        fprintf(script,
                " \\\n  data index %d using 1:2:(strcol(3)):4 with labels noenhanced textcolor rgb "
                "variable,",
                m->names);
    }
    fprintf(script, " \\\n  NaN notitle\n");
}

static rill_status plot_grid(const plot_learned *learned, bool has_values, rill_error *error)
{
    map m = {.learned = learned, .has_values = has_values};
    learned->unwrapped->type->grid(learned->unwrapped->params, &m.grid);
    m.has_numbers = has_values && m.grid.columns <= MAX_NUMBERED;
    measure(&m);
    // cells as wide as the picture allows, unless it would be too high
    const double width = has_values ? 0.8 : 0.94;
    const double tall = width * m.grid.rows / m.grid.columns;
    const gnuplot_frame frame = {
        .title = plot_or(learned->request->title, learned->results->name),
        .subtitle = learned->subtitle,
        .x = plot_or(learned->request->x, ""),
        .y = "",
        .height = 0.16 + fmin(fmax(tall, 0.14), 0.8),
        .right = has_values ? 0.17 : 0.03,
    };
    rill_status status = gnuplot_open(&m.figure, learned->picture, &frame, error);
    if (status == RILL_OK) {
        write_cells(&m);
        write_marks(&m);
        write_values(&m);
        write_actions(&m);
        write_script(&m);
        status = gnuplot_finish(&m.figure, error);
    }
    return status;
}

rill_status plot_grid_values(const plot_learned *learned, rill_error *error)
{
    return plot_grid(learned, true, error);
}

rill_status plot_grid_policy(const plot_learned *learned, rill_error *error)
{
    return plot_grid(learned, false, error);
}
