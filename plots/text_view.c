// Pictures of grid worlds in a terminal: a frame, one line a row, and in each cell
//     [-12.50S→]
// a value, a mark (S, G or shading), an arrow, and brackets along the path. What does not fit the
// width of a screen is left out: first the values, then all but one character a cell.
#include <math.h>
#include <rill/text_view.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 200 }; ///< columns of text that a wide terminal shows

/// What a picture is drawn with: Unicode, or ASCII.
typedef struct glyph_set {
    const char *corners[4]; ///< top left, top right, bottom left, bottom right
    const char *horizontal, *vertical;
    const char *wall, *hazard, *free, *path;
} glyph_set;

static const glyph_set unicode_glyphs = {{"┌", "┐", "└", "┘"}, "─", "│", "█", "░", "·", "●"};
static const glyph_set plain_glyphs = {{"+", "+", "+", "+"}, "-", "|", "#", "!", ".", "*"};

/// The arrow of an action, by the name that its environment gives it.
typedef struct arrow {
    const char *name, *unicode, *plain;
} arrow;

static const arrow arrows[] = {
    {"up", "↑", "^"},       {"right", "→", ">"},     {"down", "↓", "v"},
    {"left", "←", "<"},     {"stay", "•", "o"},      {"up_right", "↗", "/"},
    {"up_left", "↖", "\\"}, {"down_left", "↙", "/"}, {"down_right", "↘", "\\"},
};

/// One picture: what is drawn, and the shape of its cells.
typedef struct grid_picture {
    const rill_env *env;
    const rill_text_view *view;
    const glyph_set *glyphs;
    rill_grid grid;
    FILE *stream;
    unsigned char *is_path; ///< (n_states)
    int value_width;        ///< columns of text for a value; 0: there are none
    int value_digits;       ///< behind the point; -1: in powers of ten
    bool has_arrows;
    bool is_dense; ///< one character a cell
    double low, high;
} grid_picture;

static bool has_value(const grid_picture *picture, int32_t state)
{
    return picture->view->values != NULL && isfinite(picture->view->values[state]) &&
           picture->grid.cell(picture->env->params, state) != RILL_CELL_WALL;
}

static int format_value(const grid_picture *picture, double value, char *text, size_t size)
{
    if (picture->value_digits < 0) {
        return snprintf(text, size, "%.2g", value);
    }
    double rounded = fabs(value) < 0.5 * pow(10.0, -picture->value_digits) ? 0.0 : value;
    return snprintf(text, size, "%.*f", picture->value_digits, rounded); // 0, not -0
}

/// Chooses the digits of the values: none for whole numbers, otherwise about three that count; and
/// measures range and width.
static void measure_values(grid_picture *picture)
{
    const int32_t n_states = picture->grid.rows * picture->grid.columns;
    bool is_whole = true;
    picture->low = HUGE_VAL;
    picture->high = -HUGE_VAL;
    for (int32_t s = 0; s < n_states; s++) {
        if (has_value(picture, s)) {
            double value = picture->view->values[s];
            is_whole = is_whole && fabs(value - nearbyint(value)) <= 1e-9 * fmax(1.0, fabs(value));
            picture->low = fmin(picture->low, value);
            picture->high = fmax(picture->high, value);
        }
    }
    if (picture->low > picture->high) {
        return;
    }
    double greatest = fmax(fabs(picture->low), fabs(picture->high));
    picture->value_digits = greatest >= 1e6                  ? -1
                            : is_whole || greatest >= 1000.0 ? 0
                            : greatest >= 100.0              ? 1
                            : greatest >= 1.0                ? 2
                            : greatest >= 0.01               ? 3
                                                             : -1;
    for (int32_t s = 0; s < n_states; s++) {
        char text[64];
        int width = has_value(picture, s)
                        ? format_value(picture, picture->view->values[s], text, sizeof text)
                        : 0;
        picture->value_width = width > picture->value_width ? width : picture->value_width;
    }
}

/// Columns of text in a cell.
static int cell_width(const grid_picture *picture)
{
    return picture->is_dense ? 1 : 2 + picture->value_width + 1 + (picture->has_arrows ? 1 : 0);
}

/// Leaves out what makes the picture wider than a screen.
static void fit(grid_picture *picture)
{
    const int32_t room = picture->view->columns > 0 ? picture->view->columns - 2 : WIDE;
    if (cell_width(picture) > room / picture->grid.columns) {
        picture->value_width = 0;
    }
    if (cell_width(picture) > room / picture->grid.columns) {
        picture->is_dense = true;
    }
}

static void repeat(const grid_picture *picture, const char *glyph, int count)
{
    for (int i = 0; i < count; i++) {
        fputs(glyph, picture->stream);
    }
}

/// Prints the arrow of a state's action; an action of another name shows its first letter, one
/// without a name its number. False when there is none.
static bool draw_arrow(const grid_picture *picture, int32_t state)
{
    const int32_t action = picture->has_arrows ? picture->view->policy[state] : -1;
    if (action < 0) {
        return false;
    }
    const char *const *names = picture->env->type->action_names;
    if (names == NULL) {
        fputc('0' + action % 10, picture->stream);
        return true;
    }
    const char *name = names[action];
    for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++) {
        if (strcmp(arrows[i].name, name) == 0) {
            fputs(picture->view->is_plain ? arrows[i].plain : arrows[i].unicode, picture->stream);
            return true;
        }
    }
    fputc(name[0], picture->stream);
    return true;
}

/// The mark of a kind of cell; NULL for free cells.
static const char *mark_of(const grid_picture *picture, rill_cell kind)
{
    switch (kind) {
    case RILL_CELL_FREE:
        return NULL;
    case RILL_CELL_WALL:
        return picture->glyphs->wall;
    case RILL_CELL_HAZARD:
        return picture->glyphs->hazard;
    case RILL_CELL_GOAL:
        return "G";
    case RILL_CELL_START:
        return "S";
    }
    return NULL;
}

/// A map too wide for more: the path, else what is special, else the arrow, else the tenth of the
/// range that the value lies in.
static void draw_dense_cell(const grid_picture *picture, int32_t state, rill_cell kind)
{
    const char *mark = mark_of(picture, kind);
    if (mark != NULL || picture->is_path[state]) {
        fputs(mark != NULL ? mark : picture->glyphs->path, picture->stream);
    } else if (!draw_arrow(picture, state)) {
        if (!picture->has_arrows && has_value(picture, state)) {
            double share = (picture->view->values[state] - picture->low) /
                           (picture->high - picture->low); // NaN when all are equal
            fputc('0' + (share < 1.0 ? (int)(10.0 * share) : 9), picture->stream);
        } else {
            fputs(picture->glyphs->free, picture->stream);
        }
    }
}

static void draw_full_cell(const grid_picture *picture, int32_t state, rill_cell kind)
{
    const bool is_path = picture->is_path[state];
    const bool is_valued = picture->value_width > 0 && has_value(picture, state);
    const bool has_action = picture->has_arrows && picture->view->policy[state] >= 0;
    const bool is_empty = !is_path && !is_valued && !has_action;
    const char *mark = mark_of(picture, kind);
    if (kind == RILL_CELL_WALL || (kind == RILL_CELL_HAZARD && is_empty)) {
        repeat(picture, mark, cell_width(picture));
        return;
    }
    const char *edge = kind == RILL_CELL_HAZARD ? mark : " ";
    const char *blank = is_valued || has_action ? " " : picture->glyphs->free;
    char text[64] = "";
    int length = 0;
    if (is_valued) {
        length = format_value(picture, picture->view->values[state], text, sizeof text);
    }
    fputs(is_path ? "[" : edge, picture->stream);
    repeat(picture, edge, picture->value_width - length);
    fprintf(picture->stream, "%s%s", text, mark != NULL ? mark : blank);
    if (picture->has_arrows && !draw_arrow(picture, state)) {
        fputs(edge, picture->stream);
    }
    fputs(is_path ? "]" : edge, picture->stream);
}

/// Sets the colour of a cell: the path in reverse, hazards red, the goal green, walls grey; values
/// on a background from dark blue (lowest) to yellow (highest).
static void start_color(const grid_picture *picture, int32_t state, rill_cell kind)
{
    static const int backgrounds[] = {17, 18, 24, 30, 36, 71, 107, 143, 185, 227};
    enum { N = sizeof backgrounds / sizeof backgrounds[0] };
    if (kind == RILL_CELL_WALL) {
        fputs("\033[90m", picture->stream);
    } else if (has_value(picture, state) && picture->high > picture->low) {
        double share =
            (picture->view->values[state] - picture->low) / (picture->high - picture->low);
        int shade = share < 1.0 ? (int)(N * share) : N - 1;
        fprintf(picture->stream, "\033[48;5;%dm\033[38;5;%dm", backgrounds[shade],
                shade < N / 2 ? 231 : 16);
    }
    if (kind == RILL_CELL_HAZARD) {
        fputs("\033[31m", picture->stream);
    } else if (kind == RILL_CELL_GOAL) {
        fputs("\033[1;32m", picture->stream);
    }
    if (picture->is_path[state]) {
        fputs("\033[1;7m", picture->stream);
    }
}

static void draw_cell(const grid_picture *picture, int32_t state)
{
    const rill_cell kind = picture->grid.cell(picture->env->params, state);
    if (picture->view->has_color) {
        start_color(picture, state, kind);
    }
    if (picture->is_dense) {
        draw_dense_cell(picture, state, kind);
    } else {
        draw_full_cell(picture, state, kind);
    }
    if (picture->view->has_color) {
        fputs("\033[0m", picture->stream);
    }
}

static void draw_border(const grid_picture *picture, const char *left, const char *right)
{
    fputs(left, picture->stream);
    repeat(picture, picture->glyphs->horizontal, picture->grid.columns * cell_width(picture));
    fprintf(picture->stream, "%s\n", right);
}

rill_status rill_text_view_draw(const rill_env *env, const rill_text_view *view, FILE *stream,
                                rill_error *error)
{
    if (env->type->grid == NULL) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s is not a grid: there is no map to draw", env->type->id);
    }
    grid_picture picture = {
        .env = env,
        .view = view,
        .glyphs = view->is_plain ? &plain_glyphs : &unicode_glyphs,
        .stream = stream,
        .has_arrows = view->policy != NULL,
    };
    env->type->grid(env->params, &picture.grid);
    const rill_grid *grid = &picture.grid;
    picture.is_path = calloc((size_t)grid->rows * (size_t)grid->columns, 1);
    if (picture.is_path == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t i = 0; i < view->n_path; i++) {
        picture.is_path[view->path[i]] = 1;
    }
    measure_values(&picture);
    fit(&picture);
    const char *const *corners = picture.glyphs->corners;
    draw_border(&picture, corners[0], corners[1]);
    for (int32_t row = 0; row < grid->rows; row++) {
        fputs(picture.glyphs->vertical, stream);
        for (int32_t column = 0; column < grid->columns; column++) {
            draw_cell(&picture, row * grid->columns + column);
        }
        fprintf(stream, "%s\n", picture.glyphs->vertical);
    }
    draw_border(&picture, corners[2], corners[3]);
    free(picture.is_path);
    return RILL_OK;
}
